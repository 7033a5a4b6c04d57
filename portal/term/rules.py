"""What the dates of the agreement must be to be tabled (R0-1); pure."""

from __future__ import annotations

import datetime as dt

from portal.kernel.errors import RuleBroken, refuse_together
from portal.kernel.words import N_


class NotADay(RuleBroken):
    """A day that the calendar does not have cannot be confirmed."""

    clause = "term"
    sentence = N_("日付として読めません。")
    next_step = N_("「令和7年9月10日」や「2025/9/10」のように入力してください。")


class NoDateGiven(RuleBroken):
    """The term runs from a day."""

    clause = "term"
    sentence = N_("締結日が入力されていません。")
    next_step = N_("協定書に記載された締結日を入力してください。")


class NoEffectiveDate(RuleBroken):
    """The term of this agreement runs from its effective date."""

    clause = "term"
    sentence = N_("この協定の有効期間は発効日から始まります。発効日が入力されていません。")
    next_step = N_("協定書に記載された発効日を入力してください。")


class EndsBeforeItStarts(RuleBroken):
    """A fixed last day lies on or after the first."""

    clause = "term"
    sentence = N_("定められた末日（%(end)s）が、期間の始まり（%(start)s）より前です。")
    next_step = N_("どちらかの日を直してください。入力した日付は残っています。")


class SignedInTheFuture(RuleBroken):
    """Only what has been signed has a signing date."""

    clause = "term"
    sentence = N_("締結日（%(day)s）がまだ来ていない日です。")
    next_step = N_("締結した日を入力してください。")


def day_of(text: str) -> dt.date | None:
    """The day an ISO text names; None for an empty text or one that is no day."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def must_be_days(**typed: str) -> None:
    """Every text that is not empty names a day; raises NotADay beside each that does not."""
    refuse_together(NotADay(name) for name, text in typed.items() if text and day_of(text) is None)


def must_be_dates(
    *, signed_on: dt.date | None, effective_on: dt.date | None, end_on: dt.date | None, from_effective: bool
) -> None:
    """There is a day to reckon from, and no fixed last day before it ("term"; R0-1)."""
    if from_effective and effective_on is None:
        raise NoEffectiveDate("effective_on")
    start = effective_on or signed_on
    if start is None:
        raise NoDateGiven("signed_on")
    if end_on is not None and end_on < start:
        raise EndsBeforeItStarts("end_on_fixed", start=start, end=end_on)


def must_be_signed(signed_on: dt.date | None, today: dt.date) -> None:
    """The signing lies on or before `today` (Asia/Tokyo)."""
    if signed_on is not None and signed_on > today:
        raise SignedInTheFuture("signed_on", day=signed_on)
