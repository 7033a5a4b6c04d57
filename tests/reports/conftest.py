"""Houses for the tests of the timeline and the report."""

from tests.makers.agreements import agreement_of_three, dated, sqlite_dated, three_on_disk

__all__ = ["agreement_of_three", "dated", "sqlite_dated", "three_on_disk"]
