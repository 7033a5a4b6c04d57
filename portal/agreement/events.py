"""What is told of the agreement itself."""

from __future__ import annotations

from portal.agreement.life import CAUSE_NAMES
from portal.agreement.settled import QUESTION_NAMES
from portal.history.event import Event, kept
from portal.kernel.words import N_


class AgreementFounded(Event):
    """The portal took up its agreement: edition 1, by its digest."""

    verb = "agreement.founded"
    trail = N_("協定の本文（第%(number)s版、照合コード %(digest)s）をこのポータルに登録しました。")
    chronicle = N_("このポータルで協定の記録を始めました。")

    number: int
    digest: str


class DatesEntered(Event):
    """Dates of the agreement were entered; they count, marked 未確認, until confirmed (decision 30)."""

    verb = "agreement.dates_entered"
    clause = "term"
    trail = N_("協定の日付（締結日 %(signed_on)s）を記入しました。確認には全当事者の同意が必要です。")

    signed_on: str
    effective_on: str
    end_on_fixed: str


class DatesConfirmed(Event):
    """Every party confirmed the dates of the agreement."""

    verb = "agreement.dates_confirmed"
    clause = "term"
    trail = N_("協定の日付（締結日 %(signed_on)s）を全当事者が確認しました。")
    chronicle = N_("協定の日付（締結日 %(signed_on)s）を全当事者が確認しました。")

    signed_on: str
    effective_on: str
    end_on_fixed: str


class ExpiryConfirmed(Event):
    """Every party confirmed the expiry day of a term (満了日の確認; R4-8)."""

    verb = "agreement.expiry_confirmed"
    clause = "term"
    trail = N_("第%(number)s期の満了日が%(expiry)sであることを、全当事者が確認しました。")
    chronicle = trail
    message = trail

    number: int
    expiry: str


class EditionAdopted(Event):
    """A new edition of the text stands, in force from its day on (art. 3; R3-3)."""

    verb = "agreement.edition_adopted"
    clause = "amendment"
    trail = N_("協定の第%(number)s版（照合コード %(digest)s）を登録しました。効力が生じる日は%(in_force_from)sです。")
    chronicle = N_("協定の第%(number)s版を登録しました（%(in_force_from)sから）。")
    message = trail

    number: int
    digest: str
    in_force_from: str


class RenewalAgreed(Event):
    """The parties agreed on a renewal, where the text does not renew by itself."""

    verb = "agreement.renewal_agreed"
    clause = "renewal"
    trail = N_("協定の更新に全当事者が合意しました（%(start)sから%(expiry)sまで）。")
    chronicle = trail
    message = trail

    start: str
    expiry: str


class EndAnnounced(Event):
    """An end of the agreement has been announced; what follows from it is reckoned from its last day (art. 4)."""

    verb = "agreement.end_announced"
    clause = "after_end"
    is_mandatory = True
    is_receipted = True
    value_words = {"cause": {str(key): name for key, name in CAUSE_NAMES.items()}}
    trail = N_("協定の終了が予告されました（%(cause_name)s。有効な最後の日は%(last_day)s）。")
    chronicle = trail
    message = trail

    cause: str
    last_day: str
    measures_apply: bool


class EndRevoked(Event):
    """What had announced an end counts no more."""

    verb = "agreement.end_revoked"
    clause = "after_end"
    is_mandatory = True
    is_receipted = True
    trail = N_("協定の終了の予告（有効な最後の日は%(last_day)s）は、なくなりました。")
    chronicle = trail
    message = trail

    cause: str
    last_day: str


class QuestionSettled(Event):
    """The parties have settled what the text leaves open (art. 9; R9-5)."""

    verb = "agreement.question_settled"
    clause = "disputes.consultation"
    value_words = {"question": {str(key): name for key, name in QUESTION_NAMES.items()}}
    trail = N_("「%(question_name)s」の扱いを、%(reference)sにより定めました。")
    chronicle = trail
    message = trail

    question: str
    value: str
    reference: str = kept(default="")
