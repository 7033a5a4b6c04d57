"""How long what was received in confidence is kept so: two readings of the text, and where they part (art. 7(4), 5(2))."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.agreement.reckoning import secrecy_survives
from portal.agreement.settled import Question, Settled
from portal.agreement.text import Edition
from portal.handback import rules
from portal.handback.rules import Reach
from portal.kernel.periods import DutyStanding, duty_end


@dataclass(frozen=True)
class Secrecy:
    """Until when the duty lasts by the time from receipt, by what survives the end (None: no end is known, it does not
    count, or nothing survives), and how today lies to both (R7-2; time.md 2.7)."""

    from_receipt: dt.date
    from_end: dt.date | None
    standing: DutyStanding
    is_open: bool
    """Whether the parties have not settled which of the two counts."""

    @property
    def until(self) -> dt.date:
        """The day up to which it is kept in confidence: the later one, as long as nothing is settled."""
        return self.from_receipt if self.is_open or self.from_end is None else self.from_end


def secrecy(
    edition: Edition, settled: Settled, reach: Reach, *, marking: str, received_on: dt.date | None
) -> Secrecy | None:
    """Of what was received on that day; None for what is no secret, was not received, or is not limited by the text.
    Where nothing is settled, it is protected until the later of the two days, and what lies between is to be talked
    over."""
    months = edition.confidentiality_months
    if months is None or received_on is None or not rules.is_secret(marking):
        return None
    answer = settled.of(Question.DUTY_AND_SURVIVAL).value
    last = duty_end(received_on, months=months, count_first_day=settled.conventions.count_first_day)
    ends = reach.survives_until if answer != "duty" and secrecy_survives(edition) else None
    from_end = ends if ends is not None and ends < last else None
    is_open = answer == "open"
    if reach.today > last or (from_end is not None and reach.today > from_end and not is_open):
        standing = DutyStanding.EXPIRED
    elif from_end is not None and reach.today > from_end:
        standing = DutyStanding.REVIEW
    else:
        standing = DutyStanding.PROTECTED
    return Secrecy(last, from_end, standing, is_open)
