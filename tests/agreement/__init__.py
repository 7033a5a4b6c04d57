"""Tests of the agreement as data."""
