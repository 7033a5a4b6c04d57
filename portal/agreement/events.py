"""What is told of the agreement itself."""

from __future__ import annotations

from dataclasses import dataclass

from portal.history.event import Event
from portal.kernel.words import N_


@dataclass(frozen=True, kw_only=True)
class AgreementFounded(Event):
    """The portal took up its agreement: edition 1, by its digest."""

    verb = "agreement.founded"
    trail = N_("協定の本文（第%(number)s版、照合コード %(digest)s）をこのポータルに登録しました。")
    chronicle = N_("このポータルで協定の記録を始めました。")

    number: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class DatesEntered(Event):
    """Dates of the agreement were entered; they count, marked 未確認, until confirmed (decision 30)."""

    verb = "agreement.dates_entered"
    clause = "term"
    trail = N_("協定の日付（締結日 %(signed_on)s）を記入しました。確認には全当事者の同意が必要です。")

    signed_on: str
    effective_on: str
    end_on_fixed: str


@dataclass(frozen=True, kw_only=True)
class DatesConfirmed(Event):
    """Every party confirmed the dates of the agreement."""

    verb = "agreement.dates_confirmed"
    clause = "term"
    trail = N_("協定の日付（締結日 %(signed_on)s）を全当事者が確認しました。")
    chronicle = N_("協定の日付（締結日 %(signed_on)s）を全当事者が確認しました。")

    signed_on: str
    effective_on: str
    end_on_fixed: str
