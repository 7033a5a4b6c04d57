"""What the parties hand over to each other, and what becomes of it when the agreement ends (art. 5)."""
