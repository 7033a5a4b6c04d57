"""How the arrival of a notice lies to its deadline, by everything that was recorded of it; no database (R4-1, R4-7)."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.periods import NoticeStanding, termination_deadlines
from portal.term import rules
from portal.term.arrival import (
    Arrived,
    Span,
    announces_an_end,
    arrival_at,
    arrival_everywhere,
    standing_of,
)
from portal.term.reckoning import meeting_due

DAY = dt.date(2025, 9, 7)
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31))


def after(days: int) -> dt.date:
    return DAY + dt.timedelta(days=days)


def test_a_day_that_its_evidence_shows_counts_by_itself():
    assert Arrived(DAY, DAY).days == (DAY,)
    assert Arrived(after(1), DAY).days == (after(1),), "later than the evidence is no back-dating"


def test_a_day_before_its_evidence_counts_only_with_a_second_person_of_the_receiving_side():
    """R4-7."""
    alone = Arrived(DAY, after(1))
    assert alone.waits_for_second and alone.days == (DAY, after(1))
    assert Arrived(DAY, after(1), is_seconded=True).days == (DAY,)
    assert Arrived(DAY, after(1), is_seconded=False).days == (after(1),)


def test_what_the_other_side_has_acknowledged_counts_alone():
    disputed = [Arrived(DAY, DAY), Arrived(after(2), after(2))]
    assert arrival_at(disputed) == Span(DAY, after(2))
    assert arrival_at([*disputed[:1], Arrived(after(2), after(2), is_acknowledged=True)]) == Span(
        after(2), after(2)
    )
    assert arrival_at([]) is None


def test_with_several_receivers_the_latest_arrival_counts_and_none_may_be_missing():
    early, late = Span(DAY, DAY), Span(after(1), after(3))
    assert arrival_everywhere([early, late]) == late
    assert arrival_everywhere([late, Span(after(2), after(2))]) == Span(after(2), after(3))
    assert arrival_everywhere([early, None]) is None
    assert arrival_everywhere([]) is None


@pytest.mark.parametrize(
    ("first", "last", "standing"),
    [
        (0, 0, NoticeStanding.TIMELY),
        (0, 1, NoticeStanding.REVIEW),
        (1, 1, NoticeStanding.REVIEW),
        (0, 9, NoticeStanding.REVIEW),
        (3, 3, NoticeStanding.LATE),
        (2, 9, NoticeStanding.REVIEW),
    ],
)
def test_it_is_in_time_only_by_every_reading_and_late_only_by_every_reading(first, last, standing):
    found = standing_of(Span(after(first), after(last)), safe=DAY, latest=after(2))
    assert found is standing


@given(first=DAYS, length=st.integers(0, 30), planned=DAYS)
def test_doubt_about_the_arrival_never_makes_a_notice_more_certain(first, length, planned):
    """What one day alone leaves in doubt, a span that holds it does too."""
    lasts = termination_deadlines(planned)
    whole = Span(first, first + dt.timedelta(days=length))
    found = standing_of(whole, safe=lasts.safe, latest=lasts.latest)
    for day in (whole.first, whole.last):
        alone = standing_of(Span(day, day), safe=lasts.safe, latest=lasts.latest)
        assert found in {alone, NoticeStanding.REVIEW}


def test_only_writing_in_time_beyond_doubt_announces_an_end():
    """R4-3: an electronic document does, where the parties have agreed that it counts as writing."""

    def announces(standing: NoticeStanding | None, means: str = "hand", electronic: bool = False) -> bool:
        return announces_an_end(standing, means=means, electronic_is_writing=electronic, is_withdrawn=False)

    assert announces(NoticeStanding.TIMELY)
    assert not announces(NoticeStanding.REVIEW) and not announces(NoticeStanding.LATE) and not announces(None)
    assert not announces(NoticeStanding.TIMELY, "electronic")
    assert announces(NoticeStanding.TIMELY, "electronic", True)
    assert not announces_an_end(
        NoticeStanding.TIMELY, means="hand", electronic_is_writing=False, is_withdrawn=True
    )


@pytest.mark.parametrize(("days", "is_asked"), [(-1, False), (0, True), (60, True), (61, False)])
def test_intentions_are_asked_for_in_the_last_sixty_days_of_a_term(days, is_asked):
    """R4-5."""
    assert rules.is_asked(after(days), DAY, is_ending=False) is is_asked
    assert not rules.is_asked(after(days), DAY, is_ending=True)


def test_the_next_meeting_is_due_so_many_months_after_the_last_or_after_the_beginning():
    assert meeting_due(dt.date(2025, 6, 15), None, 3) == dt.date(2025, 9, 15)
    assert meeting_due(None, dt.date(2025, 4, 1), 3) == dt.date(2025, 6, 30)
    assert meeting_due(None, None, 3) is None


@pytest.mark.parametrize("text", ["", "0", "1000", "²", "１", "-1", "1.0"])
def test_what_is_no_number_of_a_term_is_none(text):
    assert rules.number_of(text) is None
    assert rules.number_of("12") == 12
