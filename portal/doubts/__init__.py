"""Doubts about the agreement and matters it does not provide for: raised, consulted on, and answered by all (art. 9)."""
