"""What is told of the record itself: that somebody took a part of it out of the portal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from portal.history.event import Event, kept
from portal.kernel.words import N_

EXPORT_NAMES = {
    "activities": N_("取組の一覧"),
    "chronicle": N_("活動履歴"),
    "trail": N_("監査証跡"),
    "publicity": N_("公表の一覧"),
    "publicity_records": N_("合意によらない公表の記録"),
    "advice": N_("助言の一覧"),
    "evidence": N_("疑義の経過一式"),
}
"""Every table that can be taken out, by its key."""


@dataclass(frozen=True, kw_only=True)
class ExportTaken(Event):
    """A member took a table out as a file: told to the own side only, for what one side reads is its own matter."""

    verb = "export.taken"
    trail = N_(
        "%(what_name)sを%(format)sで書き出しました（%(count)s件。共有の記録%(as_of)sまで）。条件：%(conditions)s"
    )
    value_words: ClassVar[Mapping[str, Mapping[Any, str]]] = {"what": EXPORT_NAMES}

    what: str
    format: str
    count: str
    """Exact to 1,000, else `1,000+` (decision 33)."""
    as_of: int
    """The number of the last entry of the joint chain when it was taken."""
    conditions: str = kept("")
    """What the table was narrowed to, as the page said it."""
