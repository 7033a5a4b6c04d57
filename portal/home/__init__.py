"""What waits, for whom, and where the agreement stands."""
