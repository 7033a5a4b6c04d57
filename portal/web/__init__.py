"""The Flask shell, with one law added: no route without a permission."""
