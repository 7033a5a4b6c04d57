"""Hostile and awkward input, made in code."""
