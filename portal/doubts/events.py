"""What is told of doubts: raised, positions stated, consulted on, ended; and what each side keeps to itself."""

from __future__ import annotations

from typing import ClassVar

from portal.history.event import Event, kept
from portal.kernel.words import N_


class OfDoubt(Event):
    """An event on one doubt."""

    clause = "disputes.consultation"
    reference: str = ""
    title: str = kept(default="")


class DoubtRaised(OfDoubt):
    """A party raised a doubt (R9-1)."""

    verb = "doubt.raised"
    trail = N_("疑義%(reference)s「%(title)s」を提起しました。")
    chronicle = N_("%(party)sが疑義%(reference)s「%(title)s」を提起しました。")
    message = N_("%(party)sが疑義%(reference)s「%(title)s」を提起しました。自分の側の見解を記してください。")

    edition: int
    clauses: str
    topic: str
    records: int
    question: str = kept(default="")


class DoubtRecordLinked(OfDoubt):
    """Another record was named that the doubt touches."""

    verb = "doubt.record_linked"
    trail = N_("疑義%(reference)s「%(title)s」に、関係する記録を加えました。")

    kind: str
    record: str


class PositionStated(OfDoubt):
    """A party stated its position (R9-1)."""

    verb = "doubt.position_stated"
    trail = N_("疑義%(reference)s「%(title)s」に見解を記しました。")
    chronicle = N_("%(party)sが疑義%(reference)s「%(title)s」に見解を記しました。")
    message = N_("%(party)sが疑義%(reference)s「%(title)s」に見解を記しました。")

    position: str
    files: list[str]
    text: str = kept(default="")


class DoubtConsulted(OfDoubt):
    """A consultation on the doubt was written down."""

    verb = "doubt.consulted"
    trail = N_("疑義%(reference)s「%(title)s」についての協議（%(held_on)s）を記録しました。")
    chronicle = N_("疑義%(reference)s「%(title)s」について協議しました（%(held_on)s）。")
    message = N_(
        "%(party)sが疑義%(reference)s「%(title)s」についての協議（%(held_on)s）を記録しました。要旨を確認してください。"
    )

    meeting: str
    held_on: str
    medium: str
    files: list[str]
    participants: str = kept(default="")
    summary: str = kept(default="")
    decisions: str = kept(default="")


class MeetingConfirmed(OfDoubt):
    """Another party confirmed the summary of a consultation on the doubt."""

    verb = "doubt.meeting_confirmed"
    trail = N_("疑義%(reference)s「%(title)s」についての協議（%(held_on)s）の記録を確認しました。")
    message = N_(
        "%(party)sが疑義%(reference)s「%(title)s」についての協議（%(held_on)s）の記録を確認しました。"
    )

    meeting: str
    held_on: str
    remark: str = kept(default="")


class MeetingDisputed(OfDoubt):
    """Another party sees the summary of a consultation on the doubt otherwise."""

    verb = "doubt.meeting_disputed"
    trail = N_(
        "疑義%(reference)s「%(title)s」についての協議（%(held_on)s）の記録に、異なる認識を記しました：%(remark)s"
    )
    message = N_(
        "%(party)sが疑義%(reference)s「%(title)s」についての協議（%(held_on)s）の記録に、異なる認識を記しました。"
    )

    meeting: str
    held_on: str
    remark: str = kept(default="")


class DoubtWithdrawn(OfDoubt):
    """The side that raised the doubt took it back."""

    verb = "doubt.withdrawn"
    trail = N_("疑義%(reference)s「%(title)s」を取り下げました。理由：%(reason)s")
    chronicle = N_("%(party)sが疑義%(reference)s「%(title)s」を取り下げました。")
    message = N_("%(party)sが疑義%(reference)s「%(title)s」を取り下げました。")

    reason: str = kept(default="")


class DoubtAnswered(OfDoubt):
    """Every party agreed on an answer; the doubt is settled by it (R9-1)."""

    verb = "doubt.answered"
    trail = N_("疑義%(reference)s「%(title)s」が、協議結果%(answer)sにより決着しました。")
    chronicle = trail
    message = trail

    answer: str


class DoubtClosed(OfDoubt):
    """Every party agreed to end the doubt without an answer."""

    verb = "doubt.closed"
    trail = N_(
        "疑義%(reference)s「%(title)s」を、取り決めずに終えることに全当事者が合意しました（%(answer)s）。"
    )
    chronicle = trail
    message = trail

    answer: str


class DoubtFileKept(OfDoubt):
    """A file was kept for an entry on the doubt; told to the own side only, as long as the entry does not stand."""

    verb = "doubt.file_kept"
    trail = N_("疑義%(reference)s「%(title)s」のための資料「%(file_name)s」を保管しました。")

    sha256: str
    size: int
    file_name: str = kept(default="")


class DoubtNoted(OfDoubt):
    """An own-side note was written; told to the own side only (row 5)."""

    verb = "doubt.noted"
    may_be_under: ClassVar[tuple[str, ...]] = ()
    trail = N_("疑義%(reference)s「%(title)s」に、自分の側だけのメモを残しました。")

    note: str
    text: str = kept(default="")


class DoubtLongOpen(OfDoubt):
    """A doubt has been open for long (R9-2)."""

    verb = "reminder.doubt_open"
    trail = N_("疑義%(reference)s「%(title)s」は、提起から%(days)s日を超えて協議中です。")
    message = trail

    days: int
