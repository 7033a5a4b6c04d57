"""The manual: how each job is done, for who starts today with a predecessor's half-done work."""
