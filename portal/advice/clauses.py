"""On which clauses a piece of advice stands: by its direction, and by whether the agreement is in force ("advice")."""

from __future__ import annotations

import datetime as dt
from functools import partial

from sqlalchemy.orm import Session

from portal.advice import rules
from portal.advice.body import StandingClause, clauses_of
from portal.advice.rules import Freed, Reach
from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.kernel.periods import survival_end


def standing_clauses(
    session: Session, edition: Edition, today: dt.date, *, giver: str, receiver: str, given_on: dt.date
) -> tuple[StandingClause, ...]:
    """The clauses, word for word as in `edition`, on which advice given that day stands; raises NoDateYet as long as
    the agreement has no date (R8-2; decision 30)."""
    ids = rules.stands_on(
        freed_by(edition),
        reach_of(session, edition, today),
        giver=giver,
        receiver=receiver,
        given_on=given_on,
    )
    return clauses_of(edition, ids)


def freed_by(edition: Edition) -> Freed | None:
    """The direction and the clauses of the edition's term on advice, liability with it; None without one."""
    term = edition.advice
    if term is None:
        return None
    clauses = (term.clause, *((term.liability_clause,) if term.liability_clause else ()))
    return Freed(term.giver, term.receiver, tuple(dict.fromkeys(clauses)))


def reach_of(session: Session, edition: Edition, today: dt.date) -> Reach:
    """The days of the agreement that matter to advice. Raises NoDateYet as long as it has no date (decision 30)."""
    life = agreement.in_force(session, edition, today)
    if not life.terms:
        raise rules.NoDateYet()
    survival = edition.survival
    last = life.last_day
    until = survival_end(last, months=survival.months) if last and survival else None
    return Reach(life.terms[0].start, last, until, partial(life.survives, edition))
