"""Which reckoned days a change of the text, or an answer to what it leaves open, moves: each as it is, and as it would be, on
one and the same day (R3-4, R9-5); pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal.agreement.edition import Edition
from portal.agreement.life import DatesNow, Life, life_on, terms
from portal.agreement.settled import Question, Settled
from portal.kernel import periods
from portal.kernel.periods import Term
from portal.kernel.words import N_

AHEAD = 2
"""How many terms after the running one are shown."""


@dataclass(frozen=True)
class Days:
    """What an edition, and what is settled upon it, make of the days of the agreement, as seen on one day in Asia/Tokyo."""

    running: Term | None
    following: Sequence[Term]
    last_day: dt.date | None
    non_renewal: dt.date | None
    termination_at_expiry: dt.date | None
    earliest_termination: dt.date | None
    terminated_last_day: dt.date | None
    survival_end: dt.date | None
    duty_end: dt.date | None
    duty_end_after_end: dt.date | None


@dataclass(frozen=True)
class Moved:
    """One reckoned day, or span of days, by the two editions; None where an edition has none."""

    label: str
    old: Term | dt.date | None
    new: Term | dt.date | None

    @property
    def has_moved(self) -> bool:
        """Whether the change moves it."""
        return self.old != self.new


LABELS = {
    "running": N_("いまの期間"),
    "following_0": N_("次の期間"),
    "following_1": N_("その次の期間"),
    "last_day": N_("有効な最後の日（更新しないとき）"),
    "non_renewal": N_("更新しない意思表示の最終日（いまの期間について）"),
    "termination_at_expiry": N_("いまの期間の最終日に解約するときの、通知の最終日"),
    "earliest_termination": N_("この日に通知が到達したとき、解約予定日にできる最も早い日"),
    "terminated_last_day": N_("いまの期間の最終日を解約予定日とするとき、効力が残る最後の日"),
    "survival_end": N_("存続する条項の終わり（いまの期間の最終日に終わるとき）"),
    "duty_end": N_("この日に受領した秘密情報の、秘密保持の終わり"),
    "duty_end_after_end": N_("この日に受領した秘密情報の、秘密保持の終わり（いまの期間の最終日に終わるとき）"),
}


def days_on(edition: Edition, dates: DatesNow, settled: Settled, day: dt.date) -> Days:
    """The reckoned days as `edition` has them on `day`, by what is `settled` upon it."""
    conventions = settled.conventions
    found = terms(edition, dates, day, ahead=AHEAD)
    life = life_on(edition, dates, day)
    running = next((one for one in found if one.start <= day <= one.expiry), None)
    following = [one for one in found if running and one.start > running.expiry][:AHEAD]
    shared = {"holiday_shift": conventions.holiday_shift, "closed": edition.closed_days}
    declaration, notice, expiry = (
        edition.non_renewal,
        edition.termination,
        running.expiry if running else None,
    )
    survival_end = (
        periods.survival_end(expiry, months=edition.survival.months) if expiry and edition.survival else None
    )
    duty_end = (
        periods.duty_end(
            day, months=edition.confidentiality_months, count_first_day=conventions.count_first_day
        )
        if edition.confidentiality_months
        else None
    )
    return Days(
        running=running,
        following=following,
        last_day=_last_day(life, running),
        non_renewal=periods.non_renewal_deadlines(
            [expiry],
            lead_months=declaration.lead_months,
            backward_count_first_day=conventions.backward_count_first_day,
            **shared,  # type: ignore[arg-type]  # two of its keywords, each of its type
        ).default
        if declaration and expiry and edition.renewal.automatic
        else None,
        termination_at_expiry=periods.termination_deadlines(
            expiry,
            months=notice.lead_months,
            backward_count_first_day=conventions.backward_count_first_day,
            **shared,  # type: ignore[arg-type]
        ).default
        if notice and notice.lead_months and expiry
        else None,
        earliest_termination=periods.earliest_safe_termination(
            day,
            months=notice.lead_months,
            **shared,  # type: ignore[arg-type]
        )
        if notice and notice.lead_months
        else None,
        terminated_last_day=periods.last_day_in_force(expiry, conventions.takes_effect)
        if notice and notice.lead_months and expiry
        else None,
        survival_end=survival_end,
        duty_end=duty_end,
        duty_end_after_end=min(duty_end, survival_end)
        if duty_end and survival_end and _ends_with_survival(edition, settled)
        else duty_end,
    )


def _ends_with_survival(edition: Edition, settled: Settled) -> bool:
    """Whether, once the agreement is over, secrets are kept only as long as the clause on them survives; as long as nothing
    is settled, the later day counts (time.md 2.7)."""
    return settled.of(Question.DUTY_AND_SURVIVAL).value == "survival" and secrecy_survives(edition)


def secrecy_survives(edition: Edition) -> bool:
    """Whether the clause on how long secrets are kept is among those that survive the end."""
    clause, survival = edition.clause_of("confidentiality.duration"), edition.survival
    return survival is not None and bool({clause.id, clause.article_id} & set(survival.provisions))


def _last_day(life: Life, running: Term | None) -> dt.date | None:
    return life.last_day if running and not life.goes_on else None


def moved(
    old: Edition,
    new: Edition,
    dates: DatesNow,
    *,
    settled: tuple[Settled, Settled],
    day: dt.date,
    effective_on: dt.date,
) -> list[Moved]:
    """Every reckoned day by both editions, as seen on `day` (Asia/Tokyo), or, where the new edition comes into force
    later, on that day, `effective_on`; days of which neither edition knows anything are left out. `settled` is what holds upon the old and upon the new."""
    earlier = dates_of(old, dates)
    was = days_on(old, earlier, settled[0], max(day, effective_on))
    now = days_on(
        replace(new, in_force_from=effective_on), dates_of(new, dates), settled[1], max(day, effective_on)
    )
    return _paired(was, now)


def moved_by_answer(
    edition: Edition, dates: DatesNow, *, settled: tuple[Settled, Settled], day: dt.date
) -> list[Moved]:
    """Every reckoned day by what is settled, and by what would be settled, upon one and the same edition, as seen on `day`."""
    return _paired(*(days_on(edition, dates, one, day) for one in settled))


def _paired(was: Days, now: Days) -> list[Moved]:
    pairs: list[tuple[str, Term | dt.date | None, Term | dt.date | None]] = [
        ("running", was.running, now.running)
    ]
    for place in range(AHEAD):
        pairs.append((f"following_{place}", _at(was.following, place), _at(now.following, place)))
    pairs += [
        (name, getattr(was, name), getattr(now, name))
        for name in LABELS
        if not name.startswith(("running", "following"))
    ]
    return [Moved(LABELS[name], one, other) for name, one, other in pairs if one or other]


def dates_of(edition: Edition, dates: DatesNow) -> DatesNow:
    """The dates under another edition: those that stand in the text are that edition's own."""
    if not dates.are_stated:
        return dates
    given = edition.dates
    return replace(
        dates,
        signed_on=given.signed_on,
        effective_on=given.effective_on,
        end_on_fixed=given.end_on_fixed,
    )


def _at(found: Sequence[Term], place: int) -> Term | None:
    return found[place] if place < len(found) else None
