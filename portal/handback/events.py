"""What is told of handing over and back: recorded, confirmed, instructed, carried out, acknowledged, retained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from portal.handback.rules import ACT_NAMES, CHOICE_NAMES, FALLS_NAMES, HOW_NAMES
from portal.history.event import Event, kept
from portal.kernel.words import N_

DESCRIBING = ("file_name", "sha256", "reason")
"""The words of these events that say something of the matter itself: a disposal erases them."""


class OfHandover(Event):
    """An event on one line of the ledger. `title` holds the reference and the line's title, which is no secret."""

    title: str = kept(default="")


class HandoverDraftSaved(OfHandover):
    """The own side's draft of a line was saved."""

    verb = "handover.draft_saved"
    trail = N_("受渡しの記録の下書き「%(title)s」を保存しました。")


class HandoverDraftDiscarded(OfHandover):
    """The own side's draft of a line was thrown away."""

    verb = "handover.draft_discarded"
    trail = N_("受渡しの記録の下書き「%(title)s」を破棄しました。")


class HandoverFileAdded(OfHandover):
    """A file was put to the own side's draft."""

    verb = "handover.file_added"
    trail = N_("受渡しの記録の下書き「%(title)s」にファイル「%(file_name)s」を加えました。")
    size: int
    sha256: str = kept(default="")
    file_name: str = kept(default="")


class HandoverFileRemoved(OfHandover):
    """A file was taken out of the own side's draft."""

    verb = "handover.file_removed"
    trail = N_("受渡しの記録の下書き「%(title)s」からファイル「%(file_name)s」を外しました。")
    sha256: str = kept(default="")
    file_name: str = kept(default="")


class HandoverRecorded(OfHandover):
    """A line was recorded, as handed over or as received (R5-1)."""

    verb = "handover.recorded"
    clause = "after_end"
    trail = N_(
        "%(discloser)sから%(receivers)sへの受渡し「%(title)s」を台帳に載せました（%(disclosed_on)s）。照合コード %(digest)s"
    )
    chronicle: ClassVar[str | None] = N_(
        "%(discloser)sから%(receivers)sへの資料の受渡し「%(title)s」が台帳に載りました（%(disclosed_on)s）。"
    )
    message: ClassVar[str | None] = N_(
        "%(party)sが受渡し「%(title)s」を台帳に載せました（%(disclosed_on)s）。同じ内容か確認してください。"
    )
    reference: str
    discloser: str
    receivers: list[str]
    disclosed_on: str
    kind: str
    form: str
    marking: str
    edition: int
    digest: str
    files: int = 0
    corrects: str = ""
    """The reference of the line that it corrects."""


class HandoversTakenIn(Event):
    """Files that were shared in the portal were taken into the ledger, each as a line of its own."""

    verb = "handover.taken_in"
    clause = "after_end"
    trail = N_("ポータルで共有済みのファイル%(count)s件を、受渡し台帳に載せました。")
    message = N_(
        "%(party)sが、ポータルで共有済みのファイル%(count)s件を受渡し台帳に載せました。同じ内容か確認してください。"
    )
    count: int
    references: list[str]


class HandoverTakenIn(HandoverRecorded):
    """A shared file was taken into the ledger; the others are told of all of them at once."""

    verb = "handover.recorded_from_shared"
    chronicle = None
    message = None


class HandoverCorrected(OfHandover):
    """A line was corrected by another; it stays as it is."""

    verb = "handover.corrected"
    clause = "after_end"
    trail = N_("受渡し「%(title)s」の訂正として、%(correction)sを台帳に載せました。理由：%(reason)s")
    chronicle = N_("受渡し「%(title)s」が%(correction)sで訂正されました。")
    message = N_("%(party)sが受渡し「%(title)s」を%(correction)sで訂正しました。")
    reference: str
    correction: str
    reason: str = kept(default="")


class OfHolding(OfHandover):
    """An event on what one party received."""

    clause = "after_end"
    value_words: ClassVar[Mapping[str, Mapping[Any, str]]] = {"choice": CHOICE_NAMES}
    reference: str
    receiver: str
    choice: str = ""
    digest: str = ""
    """The check code of the act."""
    remark: str = kept(default="")


class HandoverConfirmed(OfHolding):
    """The side that did not record the line confirmed that it is the same."""

    verb = "handover.confirmed"
    trail = N_("受渡し「%(title)s」の記録が同じ内容であることを確認しました。照合コード %(digest)s")
    message: ClassVar[str | None] = N_("%(party)sが受渡し「%(title)s」の記録を確認しました。")


class HandoverConfirmedTogether(HandoverConfirmed):
    """The same, of several at once."""

    verb = "handover.confirmed_together"
    message = None


class HandoverDiffers(OfHolding):
    """The side that did not record the line sees it otherwise."""

    verb = "handover.differs"
    trail = N_("受渡し「%(title)s」の記録に、異なる認識を記しました：%(remark)s")
    message = N_(
        "%(party)sが受渡し「%(title)s」の記録に、異なる認識を記しました。記録を開いて確かめてください。"
    )


class HandoverStruck(OfHolding):
    """Who had recorded the line took it back: nothing had been handed over."""

    verb = "handover.struck"
    trail = N_("受渡し「%(title)s」の記録を取り消しました。理由：%(remark)s")
    chronicle = N_("受渡し「%(title)s」の記録が取り消されました。")
    message = N_("%(party)sが受渡し「%(title)s」の記録を取り消しました。")


class HolderRecorded(OfHandover):
    """Who has copies was written down: told to the own side; the two sides of the handover see it on its page."""

    verb = "handover.holder_recorded"
    trail = N_("受渡し「%(title)s」の写しの保有者として「%(holder)s」（%(copies)s部）を記しました。")
    reference: str
    kind: str
    copies: int
    holder: str = kept(default="")


class HolderEnded(OfHandover):
    """A holder's copies were given back or disposed of."""

    verb = "handover.holder_ended"
    trail = N_("受渡し「%(title)s」の保有者「%(holder)s」の写しの回収・処分を記しました。")
    reference: str
    holder: str = kept(default="")


class HandbackAsked(OfHolding):
    """The receiver asked what is to become of it."""

    verb = "handback.asked"
    trail = N_("受け取った「%(title)s」の扱い（%(choice_name)s）について、渡した側に指示を求めました。")
    message = N_("%(party)sが、「%(title)s」の扱い（%(choice_name)s）について指示を求めています。")


class HandbackInstructed(OfHolding):
    """The discloser said what becomes of it; while the agreement is in force, it asked for it (R5-3)."""

    verb = "handback.instructed"
    value_words = {"choice": CHOICE_NAMES, "how": HOW_NAMES}
    trail = N_(
        "渡した「%(title)s」について、%(receiver)sに「%(choice_name)s」の%(how_name)sをしました。照合コード %(digest)s"
    )
    message: ClassVar[str | None] = N_(
        "%(party)sが、「%(title)s」について「%(choice_name)s」の%(how_name)sをしました。"
    )
    how: str
    erases: bool = False


class HandbackInstructedTogether(HandbackInstructed):
    """The same, of several at once."""

    verb = "handback.instructed_together"
    message = None


class HandbackCarriedOut(OfHolding):
    """The receiver returned it, or disposed of it as instructed (R5-3)."""

    verb = "handback.carried_out"
    trail = N_("受け取った「%(title)s」の%(choice_name)sを記録しました（%(on_day)s）。照合コード %(digest)s")
    chronicle = N_("受け取った「%(title)s」の%(choice_name)sが記録されました（%(on_day)s）。")
    message: ClassVar[str | None] = N_(
        "%(party)sが「%(title)s」の%(choice_name)sを記録しました（%(on_day)s）。確認してください。"
    )
    on_day: str


class HandbackCarriedOutTogether(HandbackCarriedOut):
    """The same, of several at once."""

    verb = "handback.carried_out_together"
    message = None


class HandbackAcknowledged(OfHolding):
    """The discloser acknowledged it: it is settled (R5-3)."""

    verb = "handback.acknowledged"
    trail = N_("「%(title)s」の%(choice_name)sを確認しました。照合コード %(digest)s")
    chronicle = N_("「%(title)s」の%(choice_name)sが完了しました。")
    message: ClassVar[str | None] = N_("%(party)sが「%(title)s」の%(choice_name)sを確認しました。")


class HandbackAcknowledgedTogether(HandbackAcknowledged):
    """The same, of several at once."""

    verb = "handback.acknowledged_together"
    message = None


class HandbackDisputed(OfHolding):
    """The discloser sees what was carried out otherwise."""

    verb = "handback.disputed"
    trail = N_("「%(title)s」の%(choice_name)sの記録に、異なる認識を記しました：%(remark)s")
    message = N_(
        "%(party)sが「%(title)s」の%(choice_name)sの記録に、異なる認識を記しました。記録を開いて確かめてください。"
    )


class HandbackRetained(OfHolding):
    """The receiver keeps it because the law makes it: no completion, told to the discloser (R5-3)."""

    verb = "handback.retained"
    trail = N_("受け取った「%(title)s」を、法令により継続して保有することを記録しました。根拠：%(basis)s")
    chronicle = N_("「%(title)s」について、法令による継続保有が記録されました。")
    message: ClassVar[str | None] = N_(
        "%(party)sが「%(title)s」を法令により継続して保有することを記録しました。根拠を確かめ、必要なら協議してください。"
    )
    basis: str = kept(default="")


class HandbackRetainedTogether(HandbackRetained):
    """The same, of several at once."""

    verb = "handback.retained_together"
    message = None


class HandbackSaid(OfHolding):
    """One of the two sides wrote down what was said in consulting about it."""

    verb = "handback.said"
    trail = N_("「%(title)s」の返却・処分についての協議を記しました：%(remark)s")
    message = N_("%(party)sが「%(title)s」の返却・処分について協議の記載をしました。")


class HandbackDoneTogether(Event):
    """One act about several lines; the other parties are told of it once."""

    verb = "handback.done_together"
    clause = "after_end"
    value_words: ClassVar[Mapping[str, Mapping[Any, str]]] = {
        "act": {**ACT_NAMES, **HOW_NAMES},
        "choice": CHOICE_NAMES,
    }
    trail = N_("受け渡した資料%(count)s件について、「%(act_name)s」をまとめて記録しました。")
    message = N_("%(party)sが、受け渡した資料%(count)s件について「%(act_name)s」を記録しました。")
    act: str
    count: int
    references: list[str]
    choice: str = ""


class HandbackRuleGiven(HandbackDoneTogether):
    """The discloser instructed by a rule: everything that it fits and that had no instruction of its own (R5-3)."""

    verb = "handback.rule_given"
    trail = N_(
        "受け渡した資料%(count)s件について、条件（%(rule)s）により「%(choice_name)s」の%(act_name)sをまとめてしました。"
    )
    message = N_(
        "%(party)sが、受け渡した資料%(count)s件について、条件により「%(choice_name)s」の%(act_name)sをしました。"
    )
    rule: str = kept(default="")
    """What they have in common, in words."""


class HandoverErased(OfHandover):
    """Everything of it was carried out as instructed: files and words about it are gone from the portal (security.md
    5.6)."""

    verb = "handback.erased"
    clause = "after_end"
    trail = N_(
        "処分・返却が済んだ「%(title)s」について、ファイル%(files)s件と内容の説明を、このポータルから消去しました。"
    )
    message = N_("「%(title)s」のファイル%(files)s件と内容の説明を、このポータルから消去しました。")
    reference: str
    files: int
    places: list[str]
    """The references of papers and records at which a file stood too, and is handed out no more."""


TOGETHER: Mapping[type[OfHolding], type[OfHolding]] = {
    HandoverConfirmed: HandoverConfirmedTogether,
    HandbackInstructed: HandbackInstructedTogether,
    HandbackCarriedOut: HandbackCarriedOutTogether,
    HandbackAcknowledged: HandbackAcknowledgedTogether,
    HandbackRetained: HandbackRetainedTogether,
}
"""How each act is told when it is one of several done at once."""


class HandbackOpen(Event):
    """Something is neither back nor disposed of, and a day has come on which those who have to see to it are told
    (R5-4)."""

    verb = "reminder.handback_open"
    clause = "after_end"
    value_words = {"what": FALLS_NAMES}
    trail = N_("返却・処分が完了していないものが%(open)s件あります（%(what_name)s：%(on)s）。")
    message = trail

    what: str
    on: str
    open: int


class SecrecyEnding(Event):
    """Up to when a secret is kept so is near, and its discloser is told; by its number alone (R7-3)."""

    verb = "reminder.secrecy_ending"
    clause = "confidentiality.duration"
    trail = N_(
        "%(reference)sの秘密保持の期間の末日（%(until)s）まで、あと%(days)s日です。算定は、台帳の%(reference)sのページで確かめられます。"
    )
    message = trail

    reference: str
    until: str
    days: int
