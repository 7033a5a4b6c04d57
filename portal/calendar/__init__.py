"""The calendar each person may subscribe to: agreed dates only, at an address of their own."""
