"""Houses whose agreement has its date."""

from __future__ import annotations

from tests.makers.agreements import agreement_of_three, dated, sqlite_dated, three_on_disk

__all__ = ["agreement_of_three", "dated", "sqlite_dated", "three_on_disk"]
