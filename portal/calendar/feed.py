"""Agreed dates as an iCalendar text (RFC 5545), with the zone that its moments are said in."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from portal.calendar.parts import Dated
from portal.kernel.clock import JAPAN

if TYPE_CHECKING:
    from icalendar import Event

READ_AGAIN = dt.timedelta(hours=4)


def feed(dates: Iterable[Dated], *, name: str, address: str, host: str, now: dt.datetime) -> bytes:
    """A calendar called `name` of these dates, each linked to its page under the portal's `address`; the same date has
    the same identifier at every reading."""
    from icalendar import Calendar  # not before somebody asks for one: it is large

    calendar = Calendar()
    calendar.add("prodid", "-//agreement portal//agreed dates//JA")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Tokyo")
    calendar.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    for one in dates:
        calendar.add_component(_event(one, address, host, now))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(one: Dated, address: str, host: str, now: dt.datetime) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{hashlib.sha256(one.key.encode()).hexdigest()[:32]}@{host}")
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("summary", one.title)
    event.add("url", f"{address}{one.path}")
    event.add("class", "PRIVATE")
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if one.on is not None:
        event.add("dtstart", one.on)
        event.add("dtend", one.on + dt.timedelta(days=1))
    elif one.at is not None:
        event.add("dtstart", one.at.astimezone(JAPAN))
        if one.until is not None:
            event.add("dtend", one.until.astimezone(JAPAN))
    return event
