"""What the assembler hands to the home page: parts made by the packages that know the matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.access.actor import Actor

SHOWN = 20
"""At most so many things stand on the page in one part: more than anybody reads before beginning; where there are more,
the page says so."""
COUNTED = 1_000
"""Counts are exact up to here; beyond, the page says 「1,000件超」 (decision 33)."""


class Item(NamedTuple):
    """One line of a part: a link whose words say what is to be done or seen, and what stands below it."""

    sentence: str
    """The words of the link, in the reader's language."""
    href: str
    reference: str = ""
    note: str = ""
    """What it waits for, or what is planned; a whole sentence or a short phrase."""
    since: str = ""
    """Since when, or when, in words."""
    since_iso: str = ""
    """The same for machines, if it is one moment or day."""
    standing: tuple[str, str] | None = None
    """Key and word of a chip (templates/parts/standing.html)."""
    is_long: bool = False
    """Whether it has waited ten business days."""


@dataclass(frozen=True)
class Part:
    """One part of the home page. A part with nothing to say shows `empty`, or, when that is empty too, itself
    not at all."""

    key: str
    """Letters for the address within the page: `late`, `planned`."""
    title: str
    items: Sequence[Item]
    empty: str = ""
    lead: str = ""
    is_urgent: bool = False
    """Whether it stands above what waits for the others: something should have happened by now."""
    is_alarm: bool = False
    """Whether it stands above everything, and looks like it."""
    total: int | None = None
    """How many there are in all, when `items` are only the first of them."""
    more: tuple[str, str] | None = None
    """Words and address of the way to all of them."""

    @property
    def count(self) -> int:
        """How many there are in all."""
        return len(self.items) if self.total is None else self.total


PartsOf = Callable[[Session, Actor, dt.date], Sequence[Part]]
"""Makes parts for a reader and a day in Asia/Tokyo, within a request. `app.extensions["home_parts"]` is a list
of these; together they may read in three statements, for the page has twelve."""
