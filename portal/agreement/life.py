"""Where the agreement stands on a day: its terms, an announced end, and what lives on after it (art. 4, 5); pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.agreement.edition import Edition
from portal.kernel.periods import Term, effective_term, first_term, fixed_term, renewed_term, survival_end
from portal.kernel.words import N_


class Cause(StrEnum):
    """How the agreement ends."""

    EXPIRY = "expiry"
    """The term ran out, and nothing renewed it."""
    NON_RENEWAL = "non_renewal"
    TERMINATION = "termination"
    MUTUAL = "mutual"


CAUSE_NAMES = {
    Cause.EXPIRY: N_("期間の満了"),
    Cause.NON_RENEWAL: N_("更新しない意思表示による満了"),
    Cause.TERMINATION: N_("解約"),
    Cause.MUTUAL: N_("合意による終了"),
}


class Mode(StrEnum):
    """What the agreement is on a day, and with it what can still be done under it (R5-5, R5-7)."""

    UNDATED = "undated"
    TO_COME = "to_come"
    IN_FORCE = "in_force"
    END_ANNOUNCED = "end_announced"
    ENDED = "ended"
    """The end has come; what survives it still has effect."""
    OVER = "over"
    """What survived the end has run out too."""


@dataclass(frozen=True)
class End:
    """An end: its cause, the last day in force, and whether what the text says of the time after it applies."""

    cause: Cause
    last_day: dt.date
    measures_apply: bool
    source_kind: str = ""
    source_id: str = ""


@dataclass(frozen=True)
class DatesNow:
    """The agreement's dates as they stand, what was agreed of its renewal, and the end that was announced."""

    signed_on: dt.date | None
    effective_on: dt.date | None
    end_on_fixed: dt.date | None
    count_first_day: bool
    is_confirmed: bool
    is_assumed: bool
    document_id: str | None
    entered_at: dt.datetime | None = None
    renewals: int = 0
    """How many renewals the parties have agreed on, where the text does not renew by itself."""
    end: End | None = None
    """The earliest end that has been announced and not revoked."""

    @property
    def are_entered(self) -> bool:
        """Whether there is any date to reckon from."""
        return bool(self.signed_on or self.effective_on)

    @property
    def are_stated(self) -> bool:
        """Whether they stand in the agreement's own text, which every party has signed: nothing to confirm."""
        return self.are_entered and self.document_id is None


def terms_without_end(current: Edition, dates: DatesNow, today: dt.date, *, ahead: int = 0) -> list[Term]:
    """Every term up to today and `ahead` more, as they run unless an end was announced; none before dates are
    entered (R4-4; art. 4(1)).

    Renewal is computed from the facts, never by a job (row 102). An agreement without automatic renewal has the
    renewals that the parties agreed on; one with a fixed last day has the one term.
    """
    months = current.term_length_months
    if dates.end_on_fixed and dates.are_entered:
        found = [fixed_term(dates.effective_on or dates.signed_on, dates.end_on_fixed)]  # type: ignore[arg-type]
    elif dates.effective_on:
        found = [effective_term(dates.effective_on, months=months)]
    elif dates.signed_on:
        found = [first_term(dates.signed_on, months=months, count_first_day=dates.count_first_day)]
    else:
        return []
    renewal = current.renewal
    if not renewal.automatic or dates.end_on_fixed:
        for _ in range(dates.renewals):
            found.append(renewed_term(found[-1], months=renewal.months))
        return found
    further = 0
    while found[-1].expiry < today or further < ahead:
        if found[-1].expiry >= today:
            further += 1
        found.append(renewed_term(found[-1], months=renewal.months))
    return found


def terms(current: Edition, dates: DatesNow, today: dt.date, *, ahead: int = 0) -> list[Term]:
    """The terms as they run: those of `terms_without_end`, up to the announced end; the last one is cut there."""
    if dates.end is None:
        return terms_without_end(current, dates, today, ahead=ahead)
    last_day = dates.end.last_day
    found = terms_without_end(current, dates, min(today, last_day), ahead=ahead)
    kept = [term for term in found if term.start <= last_day]
    while kept and kept[-1].expiry < last_day and len(kept) < len(found):
        kept.append(found[len(kept)])
    if kept and kept[-1].expiry > last_day:
        kept[-1] = Term(kept[-1].start, last_day)
    return kept


@dataclass(frozen=True)
class Life:
    """Where the agreement stands on a day in Asia/Tokyo."""

    mode: Mode
    day: dt.date
    terms: Sequence[Term]
    """Every term up to that day, the one to come included where none has begun."""
    end: End | None
    """The end that was announced, or that has come by expiry."""
    survival_end: dt.date | None
    """The last day on which what survives the end has effect; None where nothing survives, or there is no end."""
    is_confirmed: bool
    goes_on: bool
    """Whether it renews by itself, as nothing has ended it."""

    @property
    def is_in_force(self) -> bool:
        """Whether that day lies in a term."""
        return self.mode in (Mode.IN_FORCE, Mode.END_ANNOUNCED)

    @property
    def has_begun(self) -> bool:
        """Whether the first term has begun."""
        return self.mode not in (Mode.UNDATED, Mode.TO_COME)

    @property
    def term(self) -> Term | None:
        """The term that runs, else the last one (or the first, which is to come)."""
        return self.terms[-1] if self.terms else None

    @property
    def last_day(self) -> dt.date | None:
        """The last day in force, as far as it is known: None for an agreement that renews by itself."""
        return None if self.goes_on or not self.terms else self.terms[-1].expiry

    def survives(self, current: Edition, clause_id: str) -> bool:
        """Whether a clause of `current` is among those that survive the end, by itself or with its article."""
        survival = current.survival
        if survival is None:
            return False
        return clause_id in survival.provisions or current.clause(clause_id).article_id in survival.provisions


def life_on(current: Edition, dates: DatesNow, day: dt.date) -> Life:
    """Where the agreement stands on `day`.

    Unconfirmed dates count, marked 未確認; without a date only drafts are possible (decision 30).
    """
    found = terms(current, dates, day)
    end = dates.end
    if not found:
        return Life(Mode.UNDATED, day, found, None, None, False, False)
    goes_on = current.renewal.automatic and not dates.end_on_fixed and end is None
    if end is None and found[-1].expiry < day:  # nothing renews it
        end = End(Cause.EXPIRY, found[-1].expiry, measures_apply=True)
    lasts = survival_end(end.last_day, months=current.survival.months) if end and current.survival else None
    if day < found[0].start:
        mode = Mode.TO_COME
    elif end is None:
        mode = Mode.IN_FORCE
    elif day <= end.last_day:
        mode = Mode.END_ANNOUNCED
    elif lasts and day <= lasts:
        mode = Mode.ENDED
    else:
        mode = Mode.OVER
    return Life(mode, day, found, end, lasts, dates.is_confirmed, goes_on)
