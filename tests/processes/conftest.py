"""Offices for the tests with real processes and real faults."""

from tests.makers.offices import pair, two_on_postgres, two_on_sqlite

__all__ = ["pair", "two_on_postgres", "two_on_sqlite"]
