"""What the record tells, for the tests of the jobs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.history.event import Event
from portal.history.models import Entry
from portal.history.seal import skeleton_of
from tests.conftest import House


def told(house: House, event: type[Event]) -> list[dict[str, Any]]:
    """The facts of every entry of this kind, in order."""
    with house.read() as session:
        entries = session.scalars(select(Entry).where(Entry.verb == event.verb).order_by(Entry.number))
        return [skeleton_of(entry)["facts"] for entry in entries]
