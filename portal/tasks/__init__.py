"""The jobs the clock drives; the database decides what is due."""
