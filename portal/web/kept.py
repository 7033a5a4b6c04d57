"""Things that take longer to make than to find again, kept by everything that they were made from."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Kept(Generic[Made]):
    """Things made lately, by all that they were made from, so that a hit is as good as making them anew; when
    there are more than `limit`, it begins again. What a thing shows belongs into its key, to the last word:
    then nobody is ever shown what was made for somebody else (row 13)."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: dict[Hashable, Made] = {}

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made for `key`, or is made now."""
        found = self._held.get(key)
        if found is None:
            if len(self._held) >= self._limit:
                self._held = {}
            found = self._held[key] = make()
        return found
