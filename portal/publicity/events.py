"""What is told of publicity beyond its documents: what appeared, what it waited for, and what nobody had agreed."""

from __future__ import annotations

from portal.history.event import Event, kept
from portal.kernel.words import N_
from portal.publicity.beside import NATURE_NAMES, SECRETS_NAMES


class OfPublicity(Event):
    """An event on one publicity item. No mail says a title that may still be under embargo (row 20)."""

    in_mail = ()
    stand_in = N_("公表（件名省略）")

    reference: str
    title: str = kept(default="")


class EventEnded(OfPublicity):
    """The event that a publication waits for has ended: from now on it may appear (decision 27)."""

    verb = "publicity.event_ended"
    is_mandatory = True
    clause = "publicity"
    trail = N_("%(reference)s「%(title)s」が待っていた行事の終了を記録しました（%(ended_at)s）。")
    chronicle = N_("%(reference)s「%(title)s」が待っていた行事が終わりました（%(ended_at)s）。")
    message = N_("%(party)sが%(reference)s「%(title)s」の行事の終了を記録しました。合意した内容を実施できます。")
    ended_at: str
    """In Japan's time, as `2025-09-10 15:40`."""
    remark: str = kept(default="")


_ACTS = {"publish": N_("公表の実施"), "take_down": N_("掲載の取下げ")}
"""What is done by a channel: an item that takes something down publishes nothing."""


class ChannelPublished(OfPublicity):
    """A publisher recorded that an agreed channel went out, or, of a take-down, that it was carried out (R6.2-7)."""

    verb = "publicity.published"
    is_mandatory = True
    is_receipted = True
    clause = "publicity"
    value_words = {"act": _ACTS}
    trail = N_(
        "%(reference)s「%(title)s」の経路%(channel)sの%(act_name)sを記録しました（%(published_at)s）。合意との違い：%(differing)s件"
    )
    chronicle = N_(
        "%(reference)s「%(title)s」：経路%(channel)sで%(act_name)sが済みました（%(published_at)s）。"
    )
    message = N_(
        "%(party)sが%(reference)s「%(title)s」の経路%(channel)sの%(act_name)sを記録しました（%(published_at)s）。"
    )
    act: str
    digest: str
    channel: int
    published_at: str
    """In Japan's time, as `2025-09-10 14:02`."""
    differing: int
    """In how many things it differs from what was agreed."""
    sha256: str = ""
    """Of the archived copy."""
    place: str = kept(default="")
    url: str = kept(default="")
    final_text: str = kept(default="")
    differences: str = kept(default="")


class PublicityCompleted(OfPublicity):
    """Every agreed channel has gone out (公表済)."""

    verb = "publicity.completed"
    is_mandatory = True
    is_receipted = True
    clause = "publicity"
    value_words = {"act": _ACTS}
    trail = N_("%(reference)s「%(title)s」は、合意したすべての経路で%(act_name)sが済みました。")
    chronicle = N_("%(reference)s「%(title)s」は、合意したすべての経路で%(act_name)sが済みました。")
    message = N_("%(reference)s「%(title)s」は、合意したすべての経路で%(act_name)sが済みました。")
    act: str
    channels: int


class CopyTaken(OfPublicity):
    """A copy of an agreed text was taken before its time (row 47)."""

    verb = "publicity.copy_taken"
    clause = "publicity"
    trail = N_(
        "%(reference)s「%(title)s」の解禁前の写し（第%(number)s号）を作りました。渡す相手：%(recipient)s"
    )
    number: int
    digest: str
    output: str
    recipient: str = kept(default="")


class OfRecord(Event):
    """An event on a publication that was not as agreed."""

    value_words = {"nature": NATURE_NAMES}
    in_mail = ()
    stand_in = N_("公表の記録（件名省略）")

    reference: str
    nature: str
    title: str = kept(default="")


class PublicityRecorded(OfRecord):
    """A publication that no agreement covered was recorded as what it is (S4, S12)."""

    verb = "publicity.recorded"
    is_mandatory = True
    clause = "publicity"
    value_words = {"nature": NATURE_NAMES, "secrets": SECRETS_NAMES}
    trail = N_("%(nature_name)sを記録しました：%(reference)s「%(title)s」（%(appeared_at)s）")
    chronicle = N_("%(nature_name)sが記録されました：%(reference)s「%(title)s」（%(appeared_at)s）")
    message = N_(
        "%(party)sが%(nature_name)sを記録しました：%(reference)s「%(title)s」。内容を確認してください。"
    )
    appeared_at: str
    secrets: str
    document: str = ""
    """The reference of the item that it differs from, or that was on the table."""
    channel: int | None = None
    sha256: str = ""
    place: str = kept(default="")
    url: str = kept(default="")
    publisher: str = kept(default="")
    said: str = kept(default="")
    circumstances: str = kept(default="")


class RecordDiscussed(OfRecord):
    """A party said something of it."""

    verb = "publicity.record_discussed"
    clause = "publicity"
    trail = N_("%(reference)s「%(title)s」について協議の内容を書きました。")
    message = N_("%(party)sが%(reference)s「%(title)s」について協議の内容を書きました。")
    text: str = kept(default="")


class RecordSettled(OfRecord):
    """A party has settled it for its side; `closed` says whether every party now has (S12)."""

    verb = "publicity.record_settled"
    clause = "publicity"
    trail = N_("%(reference)s「%(title)s」を自分の側として終結としました。")
    chronicle = N_("%(party)sが%(reference)s「%(title)s」を終結としました。")
    message = N_("%(party)sが%(reference)s「%(title)s」を終結としました。")
    closed: bool
    attributed_to: str = ""
    text: str = kept(default="")
