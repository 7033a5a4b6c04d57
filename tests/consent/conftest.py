"""Offices for the tests of the mechanism."""

from tests.makers.offices import office, pair, three_on_sqlite, trio, two_on_postgres, two_on_sqlite

__all__ = ["office", "pair", "three_on_sqlite", "trio", "two_on_postgres", "two_on_sqlite"]
