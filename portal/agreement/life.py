"""Where the agreement stands on a day: its terms, an announced end, and what lives on after it (art. 4, 5); pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.agreement.edition import Edition
from portal.kernel.periods import (
    ONE_DAY,
    Term,
    effective_term,
    first_term,
    fixed_term,
    renewed_term,
    survival_end,
)
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
    expiries: tuple[tuple[int, dt.date], ...] = ()
    """The expiry days that the parties have confirmed together, each by the number of its term, from 1 (R4-8)."""

    @property
    def are_entered(self) -> bool:
        """Whether there is any date to reckon from."""
        return bool(self.signed_on or self.effective_on)

    @property
    def are_stated(self) -> bool:
        """Whether they stand in the agreement's own text, which every party has signed: nothing to confirm."""
        return self.are_entered and self.document_id is None

    def expiry_of(self, number: int) -> dt.date | None:
        """The expiry day of the term `number` (from 1) that the parties have confirmed together, if they have."""
        return dict(self.expiries).get(number)


def terms_without_end(current: Edition, dates: DatesNow, today: dt.date, *, ahead: int = 0) -> list[Term]:
    """Every term up to today and `ahead` more, as they run unless an end was announced; none before dates are
    entered (R4-4; art. 4(1)).

    Renewal is computed from the facts, never by a job (row 102). An agreement without automatic renewal has the
    renewals that the parties agreed on; one with a fixed last day has the one term. An expiry day that the parties
    have confirmed is a fact, and the next term follows upon it (R4-8). Each term is as long as the edition said that
    was in force when it began: an amendment changes no term that had begun, unless it says so itself (R3-5).
    """
    start = dates.effective_on or dates.signed_on
    months = current.lengths_on(start).months if start else 0
    if dates.end_on_fixed and dates.are_entered:
        found = [fixed_term(dates.effective_on or dates.signed_on, dates.end_on_fixed)]  # type: ignore[arg-type]
    elif dates.effective_on:
        found = [effective_term(dates.effective_on, months=months)]
    elif dates.signed_on:
        found = [first_term(dates.signed_on, months=months, count_first_day=dates.count_first_day)]
    else:
        return []
    found[0] = _as_it_runs(current, dates, 1, found[0])
    further, agreed = 0, dates.renewals
    while True:
        lengths = current.lengths_on(found[-1].expiry + ONE_DAY)
        if lengths.automatic and not dates.end_on_fixed:
            if found[-1].expiry >= today:
                if further == ahead:
                    return found
                further += 1
        elif agreed:
            agreed -= 1
        else:
            return found
        following = renewed_term(found[-1], months=lengths.renewal_months)
        found.append(_as_it_runs(current, dates, len(found) + 1, following))


def _as_it_runs(current: Edition, dates: DatesNow, number: int, term: Term) -> Term:
    """The term `number`, up to the expiry day that the parties have confirmed for it, if they have, or that an
    amendment has given to it since."""
    return _as_lengthened(current, _as_confirmed(dates, number, term))


def _as_lengthened(current: Edition, term: Term) -> Term:
    """The term with the last day that an edition gave to it which came into force while it ran, if one did."""
    for one in current.lengths:
        if one.until and one.running_until and term.start < one.until <= term.expiry:
            term = Term(term.start, one.running_until)
    return term


def _as_confirmed(dates: DatesNow, number: int, term: Term) -> Term:
    """The term, up to the expiry day that the parties have confirmed for it; as reckoned where they have not."""
    confirmed = dates.expiry_of(number)
    return Term(term.start, confirmed) if confirmed and confirmed >= term.start else term


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
