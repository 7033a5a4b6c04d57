"""Things that take longer to make than to find again, kept by everything that they were made from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Kept(Generic[Made]):
    """Things made lately, by all that they were made from, so that a hit is as good as making them anew; at most `limit`
    of them, of which those not asked for lately give way. What a thing shows belongs into its key, to the last word:
    then nobody is ever shown what was made for somebody else (row 13)."""

    def __init__(self, limit: int) -> None:
        self._half = max(limit // 2, 1)
        self._held: dict[Hashable, Made] = {}
        self._older: dict[Hashable, Made] = {}
        """What was held before: what of it is asked for again is held again, the rest goes when the next half is full."""

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made for `key`, or is made now."""
        found = self._held.get(key)
        if found is None:
            found = self._older.get(key)
            if found is None:
                found = make()
            if len(self._held) >= self._half:
                self._older, self._held = self._held, {}
            self._held[key] = found
        return found

    def forget(self) -> None:
        """Nothing is held any more."""
        self._held, self._older = {}, {}

    def __iter__(self) -> Iterator[Hashable]:
        """The keys of what is held."""
        return iter({**self._older, **self._held})
