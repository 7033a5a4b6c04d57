"""Houses for the tests of handing over and back: the founding agreement with its date, and another of three parties."""

from tests.makers.agreements import agreement_of_three, dated, sqlite_dated, three_on_disk

__all__ = ["agreement_of_three", "dated", "sqlite_dated", "three_on_disk"]
