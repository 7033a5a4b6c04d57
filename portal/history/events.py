"""What is told of the record itself: that somebody took a part of it out of the portal, that words of it were erased."""

from __future__ import annotations

from collections.abc import Mapping
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
    "handback": N_("受渡し台帳"),
}
"""Every table that can be taken out, by its key."""


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
    conditions: str = kept(default="")
    """What the table was narrowed to, as the page said it."""


class WordsErased(Event):
    """Words of earlier entries of this chain were erased by a disposal; their commitments stay (security.md 5.6)."""

    verb = "words.erased"
    trail = N_("処分に伴い、「%(title)s」についての言葉%(count)s件を、このポータルの記録から消去しました。")

    reference: str
    count: int
    erased: list[str]
    """The number of the entry and the name of the field, with a space between, of everything that was erased."""
    title: str = kept(default="")
