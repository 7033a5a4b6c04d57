"""Ground floor: what the portal stands on; knows no Flask and no one above it."""
