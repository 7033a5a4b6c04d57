"""What is told of advice: drafted, recorded, confirmed, handled, corrected, cited; and what each side keeps to itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from portal.advice.rules import RESULT_NAMES
from portal.history.event import Event, kept
from portal.kernel.words import N_


class OfAdvice(Event):
    """An event on one entry. `title` holds the reference and the entry's title; the reference alone where the giver
    marked it as secret."""

    may_be_under: ClassVar[tuple[str, ...]] = ("advice",)
    title: str = kept(default="")


class AdviceDraftSaved(OfAdvice):
    """The own side's draft of an entry was saved."""

    verb = "advice.draft_saved"
    trail = N_("助言・支援の記録の下書き「%(title)s」を保存しました。")


class AdviceDraftDiscarded(OfAdvice):
    """The own side's draft of an entry was thrown away."""

    verb = "advice.draft_discarded"
    trail = N_("助言・支援の記録の下書き「%(title)s」を破棄しました。")


class AdviceFileAdded(OfAdvice):
    """A file was put to the own side's draft."""

    verb = "advice.file_added"
    trail = N_("助言・支援の記録の下書き「%(title)s」に資料「%(file_name)s」を加えました。")
    sha256: str
    size: int
    file_name: str = kept(default="")


class AdviceFileRemoved(OfAdvice):
    """A file was taken out of the own side's draft."""

    verb = "advice.file_removed"
    trail = N_("助言・支援の記録の下書き「%(title)s」から資料「%(file_name)s」を外しました。")
    sha256: str
    file_name: str = kept(default="")


class AdviceRecorded(OfAdvice):
    """Advice or support was recorded, as given or as received (R8-1)."""

    verb = "advice.recorded"
    trail = N_(
        "助言・支援「%(title)s」を記録しました（%(giver)sから%(receiver)sへ、%(given_on)s）。照合コード %(digest)s"
    )
    chronicle = N_("%(giver)sから%(receiver)sへの助言・支援「%(title)s」が記録されました（%(given_on)s）。")
    message = N_(
        "%(party)sが助言・支援「%(title)s」を記録しました（%(given_on)s）。同じ内容か確認してください。"
    )
    reference: str
    giver: str
    receiver: str
    given_on: str
    basis: str
    marking: str
    edition: int
    digest: str
    corrects: str = ""
    """The reference of the entry that it corrects."""


class AdviceCorrected(OfAdvice):
    """An entry was corrected by another; it stays as it is (R8-4)."""

    verb = "advice.corrected"
    trail = N_("助言・支援「%(title)s」の訂正として、%(correction)sを記録しました。理由：%(reason)s")
    chronicle = N_("助言・支援「%(title)s」が%(correction)sで訂正されました。")
    message = N_("%(party)sが助言・支援「%(title)s」を%(correction)sで訂正しました。")
    reference: str
    correction: str
    reason: str = kept(default="")


class AdviceConfirmed(OfAdvice):
    """The side that did not record it confirmed that it is the same."""

    verb = "advice.confirmed"
    trail = N_("助言・支援「%(title)s」の記録が同じ内容であることを確認しました。照合コード %(digest)s")
    message = N_("%(party)sが助言・支援「%(title)s」の記録を確認しました。")
    reference: str
    digest: str
    remark: str = kept(default="")


class AdviceDisputed(OfAdvice):
    """The side that did not record it sees it otherwise."""

    verb = "advice.disputed"
    trail = N_("助言・支援「%(title)s」の記録に、異なる認識を記しました：%(remark)s")
    message = N_(
        "%(party)sが助言・支援「%(title)s」の記録に、異なる認識を記しました。記録を開いて確かめてください。"
    )
    reference: str
    digest: str
    remark: str = kept(default="")


class AdviceHandled(OfAdvice):
    """The receiver recorded what it decided with it (R8-3)."""

    verb = "advice.handled"
    trail = N_("助言・支援「%(title)s」の取扱いを記録しました：%(result_name)s")
    message = N_("%(party)sが助言・支援「%(title)s」の取扱いを記録しました：%(result_name)s")
    value_words: ClassVar[Mapping[str, Mapping[Any, str]]] = {"result": RESULT_NAMES}
    reference: str
    result: str
    checked_by: str = kept(default="")


class AdviceDecisionNoted(OfAdvice):
    """What a handling rests on was written down for the own side."""

    verb = "advice.decision_noted"
    trail = N_("助言・支援「%(title)s」の取扱いの根拠を、自分の側だけに記しました：%(decision)s")
    reference: str
    procurement: str
    decision: str = kept(default="")
    remark: str = kept(default="")


class AdviceNoted(OfAdvice):
    """An own-side note was written."""

    verb = "advice.noted"
    trail = N_("助言・支援「%(title)s」に自分の側だけのメモを書きました。")
    reference: str
    text: str = kept(default="")


class AdviceLinked(OfAdvice):
    """A paper that cites the entry was named (R8-4)."""

    verb = "advice.linked"
    trail = N_("助言・支援「%(title)s」を引用している文書として、%(document)sを結び付けました。")
    reference: str
    document: str
    place: str = kept(default="")


class AdviceFileTaken(OfAdvice):
    """A member downloaded a file of the materials; the own side alone knows (decision 34)."""

    verb = "advice.file_taken"
    trail = N_("助言・支援「%(title)s」の資料「%(file_name)s」をダウンロードしました。")
    reference: str
    sha256: str
    file_name: str = kept(default="")


class AdvicePaperTaken(OfAdvice):
    """A member took the entry as a PDF; the own side alone knows (decision 34)."""

    verb = "advice.paper_taken"
    trail = N_("助言・支援「%(title)s」をPDFで受け取りました。")
    reference: str


class AdviceCorrectionRead(OfAdvice):
    """A member who relied on what was corrected has read the correction; the own side alone knows (R8-4)."""

    verb = "advice.correction_read"
    trail = N_("訂正された助言・支援について、訂正後の「%(title)s」を読みました。")
    reference: str
