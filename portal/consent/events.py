"""What is told of documents: tabled, answered, agreed, closed; and, on one's own side only, drafted and noted."""

from __future__ import annotations

from portal.consent.rules import CAPACITY_NAMES
from portal.history.event import Event, kept
from portal.kernel.words import N_


class OfDocument(Event):
    """An event on one document."""

    kind: str
    reference: str = ""
    title: str = kept(default="")


class DraftStarted(OfDocument):
    """A document was begun on one's own side."""

    verb = "draft.started"
    trail = N_("下書き「%(title)s」を始めました。")
    copied_from: str | None = None


class DraftSaved(OfDocument):
    """The own-side draft was saved."""

    verb = "draft.saved"
    trail = N_("下書き「%(title)s」を保存しました（%(saves)s回目）。")
    saves: int


class DraftRebased(OfDocument):
    """The own-side draft was laid on a newer revision, its words kept."""

    verb = "draft.rebased"
    trail = N_("下書き「%(title)s」の土台を版%(base)sに移しました。")
    base: int


class DraftDiscarded(OfDocument):
    """The own-side draft was thrown away."""

    verb = "draft.discarded"
    trail = N_("下書き「%(title)s」を破棄しました。")


class AttachmentAdded(OfDocument):
    """A file was put to the own-side draft."""

    verb = "attachment.added"
    trail = N_("下書き「%(title)s」に添付「%(file_name)s」を加えました。")
    sha256: str
    size: int
    file_name: str = kept(default="")


class AttachmentRemoved(OfDocument):
    """A file was taken from the own-side draft."""

    verb = "attachment.removed"
    trail = N_("下書き「%(title)s」から添付「%(file_name)s」を外しました。")
    sha256: str
    file_name: str = kept(default="")


class RevisionTabled(OfDocument):
    """A revision was put on the table (提示). Earlier consents do not carry over."""

    verb = "revision.tabled"
    trail = N_("%(reference)s「%(title)s」の版%(number)sを提示しました。")
    chronicle = N_("%(party)sが%(reference)s「%(title)s」の版%(number)sを提示しました。")
    message = N_("%(party)sが%(reference)s「%(title)s」の版%(number)sを提示しました。")
    number: int
    digest: str
    parent: str
    content: str
    drafters: list[str]
    attachments: list[str]


class ConsentsLapsed(OfDocument):
    """Consents to an earlier revision lost their effect because there is a new one (I5)."""

    verb = "consent.lapsed"
    trail = N_(
        "%(reference)s「%(title)s」の版%(number)sへの同意（%(lapsed)s）は、版%(newer)sの提示により効力を失いました。"
    )
    number: int
    newer: int
    lapsed: list[str]
    """The keys of the parties whose consent it was."""


class ConsentGiven(OfDocument):
    """A party consented to one revision; `agreed` says whether this was the last consent needed (I2)."""

    verb = "consent.given"
    is_mandatory = True
    is_receipted = True
    value_words = {"capacity": CAPACITY_NAMES}
    trail = N_(
        "%(reference)s「%(title)s」の版%(number)sに同意しました（%(capacity_name)s、決裁番号 %(decision)s）。"
    )
    message = N_("%(party)sが%(reference)s「%(title)s」の版%(number)sに同意しました。")
    number: int
    digest: str
    reply: int
    capacity: str
    four_eyes: bool
    agreed: bool
    decision: str = kept(default="")
    decided_on: str = kept(default="")
    absent_post: str = kept(default="")


class Agreed(OfDocument):
    """Every party has consented to the same revision (合意成立)."""

    verb = "document.agreed"
    is_mandatory = True
    is_receipted = True
    trail = N_("%(reference)s「%(title)s」の版%(number)sについて、全当事者の合意が成立しました。")
    chronicle = N_("%(reference)s「%(title)s」の版%(number)sについて、全当事者の合意が成立しました。")
    message = N_("%(reference)s「%(title)s」の版%(number)sについて、全当事者の合意が成立しました。")
    number: int
    digest: str


class ConsentWithdrawn(OfDocument):
    """A party took its consent back before there was agreement (I9)."""

    verb = "consent.withdrawn"
    is_mandatory = True
    is_receipted = True
    trail = N_("%(reference)s「%(title)s」の版%(number)sへの同意を撤回しました。理由：%(reason)s")
    message = N_(
        "%(party)sが%(reference)s「%(title)s」の版%(number)sへの同意を撤回しました。理由：%(reason)s"
    )
    number: int
    digest: str
    reply: int
    reason: str = kept(default="")


class SentBack(OfDocument):
    """A party sent a revision back, with its reason (差戻し)."""

    verb = "revision.sent_back"
    is_mandatory = True
    trail = N_("%(reference)s「%(title)s」の版%(number)sを差し戻しました。理由：%(reason)s")
    chronicle = N_("%(party)sが%(reference)s「%(title)s」の版%(number)sを差し戻しました。")
    message = N_("%(party)sが%(reference)s「%(title)s」の版%(number)sを差し戻しました。理由：%(reason)s")
    number: int
    digest: str
    reply: int
    reason: str = kept(default="")


class Declined(OfDocument):
    """A party does not go along with the document (見送り; R2-10)."""

    verb = "document.declined"
    trail = N_("%(reference)s「%(title)s」を見送りました。理由：%(reason)s")
    chronicle = N_("%(party)sが%(reference)s「%(title)s」を見送りました。")
    message = N_("%(party)sが%(reference)s「%(title)s」を見送りました。理由：%(reason)s")
    reason: str = kept(default="")


class Withdrawn(OfDocument):
    """The proposing party took its document off the table (取下げ; R2-10)."""

    verb = "document.withdrawn"
    trail = N_("%(reference)s「%(title)s」を取り下げました。理由：%(reason)s")
    chronicle = N_("%(party)sが%(reference)s「%(title)s」を取り下げました。")
    message = N_("%(party)sが%(reference)s「%(title)s」を取り下げました。理由：%(reason)s")
    reason: str = kept(default="")


class Held(OfDocument):
    """A party stopped what was agreed for the time being (保留; decision 13)."""

    verb = "document.held"
    is_mandatory = True
    is_receipted = True
    trail = N_("%(reference)s「%(title)s」を保留しました。理由：%(reason)s")
    chronicle = N_("%(party)sが%(reference)s「%(title)s」を保留しました。")
    message = N_("%(party)sが%(reference)s「%(title)s」を保留しました。理由：%(reason)s")
    reason: str = kept(default="")


class HoldLifted(OfDocument):
    """The holding party let it go on."""

    verb = "hold.lifted"
    is_mandatory = True
    is_receipted = True
    trail = N_("%(reference)s「%(title)s」の保留を解きました。理由：%(reason)s")
    chronicle = N_("%(party)sが%(reference)s「%(title)s」の保留を解きました。")
    message = N_("%(party)sが%(reference)s「%(title)s」の保留を解きました。")
    reason: str = kept(default="")


class Replaced(OfDocument):
    """Another agreed document took the place of this one; it stays readable for ever."""

    verb = "document.replaced"
    trail = N_("%(reference)s「%(title)s」は、合意により%(by)sに差し替わりました。")
    chronicle = N_("%(reference)s「%(title)s」は、合意により%(by)sに差し替わりました。")
    by: str
    by_id: str


class MaterialKept(OfDocument):
    """A file was put aside for the record of a consultation; only its own side has it until the record stands."""

    verb = "consultation.material_kept"
    trail = N_("「%(title)s」の協議の記録に付ける資料「%(file_name)s」を用意しました。")
    sha256: str
    size: int
    file_name: str = kept(default="")


class Consulted(OfDocument):
    """A consultation was written down (協議; R2-2)."""

    verb = "consultation.recorded"
    trail = N_("%(reference)s「%(title)s」について、%(held_on)sの協議を記録しました。")
    chronicle = N_("%(reference)s「%(title)s」について、%(held_on)sに協議しました。")
    message = N_(
        "%(party)sが%(reference)s「%(title)s」について%(held_on)sの協議を記録しました。内容を確認してください。"
    )
    consultation: str
    held_on: str
    medium: str
    materials: list[str]
    """The SHA-256 of each file of the record, in order."""
    material_names: str = kept(default="")
    """Their names, one a line."""
    participants: str = kept(default="")
    summary: str = kept(default="")
    decisions: str = kept(default="")


class ConsultationConfirmed(OfDocument):
    """Another party confirmed the summary of a consultation."""

    verb = "consultation.confirmed"
    trail = N_("%(reference)s「%(title)s」の%(held_on)sの協議の記録を確認しました。")
    message = N_("%(party)sが%(reference)s「%(title)s」の%(held_on)sの協議の記録を確認しました。")
    consultation: str
    held_on: str
    remark: str = kept(default="")


class ConsultationDisputed(OfDocument):
    """Another party sees the summary of a consultation otherwise."""

    verb = "consultation.disputed"
    trail = N_("%(reference)s「%(title)s」の%(held_on)sの協議の記録に、異なる認識を記しました。")
    message = N_("%(party)sが%(reference)s「%(title)s」の%(held_on)sの協議の記録に、異なる認識を記しました。")
    consultation: str
    held_on: str
    remark: str = kept(default="")


class Commented(OfDocument):
    """A comment was shared with all parties."""

    verb = "comment.made"
    trail = N_("%(reference)s「%(title)s」に共有コメントを書きました。")
    message = N_("%(party)sが%(reference)s「%(title)s」にコメントしました。")
    comment: str
    revision: int
    text: str = kept(default="")


class Noted(OfDocument):
    """An own-side note was written."""

    verb = "note.made"
    trail = N_("「%(title)s」に自分の側だけのメモを書きました。")
    note: str
    text: str = kept(default="")
