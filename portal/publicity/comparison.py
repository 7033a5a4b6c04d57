"""What appeared beside what was agreed: in time, in place, in words; pure (R6.2-7; excellent 3.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portal.kernel.compare import Kind, compare_texts
from portal.kernel.words import N_
from portal.publicity.timing import ONE_MINUTE, Channel


class Differs(StrEnum):
    """In what a publication differed from what was agreed (R6.2-7)."""

    LATER = "later"
    PLACE = "place"
    TEXT = "text"
    UNSETTLED_TEXT = "unsettled_text"


@dataclass(frozen=True)
class Difference:
    """One difference, with its facts."""

    what: Differs
    facts: Mapping[str, object] = field(default_factory=dict)


DIFFERENCE_SENTENCES: Mapping[Differs, str] = {
    Differs.LATER: N_("合意した日時より%(late)sあとに公表されました。"),
    Differs.PLACE: N_("合意した場所は「%(agreed)s」、実際の場所は「%(actual)s」です。"),
    Differs.TEXT: N_("文面が合意したものと違います（加えた文字%(added)s、削った文字%(removed)s）。"),
    Differs.UNSETTLED_TEXT: N_("この経路で使う文面は合意で定めていません。実際の文面を下に示します。"),
}
"""`late` is a length of time; what is kept of it is `minutes`."""


def differences(
    channel: Channel,
    *,
    agreed_text: str,
    exact: dt.datetime | None,
    published_at: dt.datetime,
    place: str,
    final_text: str | None,
) -> list[Difference]:
    """In what the publication differs from the agreed channel: `exact` is its agreed moment, where one was agreed
    (not a window), `final_text` what appeared, None for the agreed text itself."""
    found = []
    if exact is not None and published_at >= exact + ONE_MINUTE:
        found.append(Difference(Differs.LATER, {"minutes": (published_at - exact) // ONE_MINUTE}))
    if place.strip() and place.strip() != channel.place.strip():
        found.append(Difference(Differs.PLACE, {"agreed": channel.place, "actual": place}))
    if final_text is None:
        return found
    if not channel.output:
        found.append(Difference(Differs.UNSETTLED_TEXT))
    elif final_text.strip() != agreed_text.strip():
        added, removed = _changed(agreed_text.strip(), final_text.strip())
        found.append(Difference(Differs.TEXT, {"added": added, "removed": removed}))
    return found


def _changed(old: str, new: str) -> tuple[int, int]:
    """How many characters were added, and how many removed."""
    segments = [one for line in compare_texts(old, new) for one in line.segments]
    added = sum(len(one.text) for one in segments if one.kind is Kind.ADDED)
    removed = sum(len(one.text) for one in segments if one.kind is Kind.REMOVED)
    return added, removed
