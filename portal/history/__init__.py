"""What was done: the only way to write, and the sealed record of it."""
