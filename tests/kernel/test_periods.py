"""Periods of the Civil Code against vectors worked by hand, and their properties on all days of 2000-2060."""

import csv
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from portal.kernel import periods
from portal.kernel.periods import (
    Basis,
    DutyStanding,
    HolidayShift,
    NoticeStanding,
    TakesEffect,
    Term,
    business_days_after,
    business_days_between,
    counted_back,
    duty_dates,
    duty_end,
    duty_standing,
    earliest_safe_termination,
    effective_term,
    first_term,
    fixed_term,
    is_business_day,
    last_day_in_force,
    next_business_day,
    non_renewal_deadlines,
    non_renewal_standing,
    nth_term,
    period_end,
    previous_business_day,
    recommended_day,
    renewed_term,
    survival_end,
    term_on,
    termination_deadlines,
    termination_standing,
    terms_from,
)

VECTORS = Path(__file__).with_name("vectors.csv")
ONE_DAY = timedelta(days=1)
FIRST, LAST = date(2000, 1, 1), date(2060, 12, 31)
EVERY_DAY = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def vectors():
    with VECTORS.open(encoding="utf-8", newline="") as lines:
        return [pytest.param(row, id=f"{row['id']}-{row['kind']}") for row in csv.DictReader(lines)]


def day(text):
    return date.fromisoformat(text)


def arrival(text):
    return datetime.fromisoformat(text) if "T" in text else day(text)


def computed(kind, inputs):
    match kind, inputs:
        case "term1", [signed]:
            return [first_term(day(signed), count_first_day=counted).expiry for counted in (False, True)]
        case "effective", [effective]:
            return [effective_term(day(effective)).expiry]
        case "term", [signed, n, counted]:
            term = nth_term(day(signed), int(n), count_first_day=counted == "1")
            return [term.start, term.expiry]
        case "nonrenew", [signed, arrived]:
            return [non_renewal_standing(day(signed), 0, arrival(arrived))]
        case "notice", [planned]:
            return list(termination_deadlines(day(planned)))
        case "nstatus", [arrived, planned]:
            return [termination_standing(day(planned), arrival(arrived))]
        case "earliest", [arrived]:
            return [earliest_safe_termination(arrival(arrived))]
        case "survival", [end]:
            return [survival_end(day(end))]
        case "conf", [received]:
            return [duty_end(day(received), count_first_day=counted) for counted in (False, True)]
        case "confts", [received]:
            return [periods.arrival_day(arrival(received)), duty_end(arrival(received))]
        case "interplay", [received, end, today]:
            dates = duty_dates(day(received), day(end))
            return [*dates, duty_standing(day(received), day(end), day(today))]
        case "bd", [any_day]:
            return [previous_business_day(day(any_day)), next_business_day(day(any_day))]
        case "recommend", [signed, n]:
            expiries = [
                nth_term(day(signed), int(n), count_first_day=counted).expiry for counted in (False, True)
            ]
            return [recommended_day(expiries)]
    raise AssertionError(f"no way to compute a {kind}")


@pytest.mark.parametrize("row", vectors())
def test_every_vector_comes_out_as_worked_by_hand(row):
    expected = row["expected"].split("|")
    assert [str(value) for value in computed(row["kind"], row["inputs"].split("|"))] == expected, row["note"]


def test_the_vectors_are_the_seventy_or_so_that_were_given_and_of_every_kind():
    rows = [parameter.values[0] for parameter in vectors()]
    assert len(rows) >= 68
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["kind"] for row in rows} == {
        *"term1 effective term nonrenew notice nstatus earliest survival conf confts".split(),
        *"interplay bd recommend".split(),
    }


# ------------------------------------------------------------------------------- properties of every day


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("months", [12, 36])
def test_the_terms_of_every_signing_day_tile_the_calendar_without_gap_or_overlap(counted, months):
    for signed in EVERY_DAY:
        first = first_term(signed, months=months, count_first_day=counted)
        assert first.start == signed
        previous = first
        for _ in range(4):
            following = renewed_term(previous, months=months)
            assert following.start == previous.expiry + ONE_DAY
            assert following.expiry > following.start
            previous = following


def test_every_renewed_term_has_the_length_of_its_calendar_year():
    for signed in EVERY_DAY:
        term = nth_term(signed, 1)
        assert (term.expiry - term.start).days + 1 in (365, 366)
        assert term.expiry == period_end(term.start, 12)


def test_counting_the_first_day_ends_a_day_earlier_but_around_the_end_of_february():
    for signed in EVERY_DAY:
        apart = (first_term(signed).expiry - first_term(signed, count_first_day=True).expiry).days
        assert apart in ((0, 1, 2) if signed.month == 2 and signed.day >= 28 else (1,))


def test_an_expiry_day_is_the_corresponding_day_itself_or_the_end_of_a_month_without_one():
    for signed in EVERY_DAY:
        expiry = first_term(signed).expiry
        assert (expiry.year, expiry.month) in (
            (signed.year + 1, signed.month),
            ((signed + ONE_DAY).year + 1, (signed + ONE_DAY).month),
        )
        if (signed.month, signed.day) not in ((2, 28), (2, 29)):
            assert (expiry.month, expiry.day) == (signed.month, signed.day)


@pytest.mark.parametrize("months", [1, 3])
def test_safe_is_never_after_the_day_shown_nor_that_after_the_latest(months):
    earlier = None
    for planned in EVERY_DAY:
        found = termination_deadlines(planned, months=months)
        assert found.safe <= found.default <= found.latest
        assert found.safe <= found.alternative <= found.latest
        assert found.safe <= found.forward_first <= found.forward_second <= found.latest < planned
        assert found.safe == min(found.default, found.forward_first)
        assert found.latest == max(found.default, found.alternative, found.forward_second)
        assert (found.latest - found.safe).days <= 5
        if earlier is not None:
            assert earlier.safe <= found.safe and earlier.latest <= found.latest
        earlier = found


@pytest.mark.parametrize("months", [1, 3])
def test_the_forward_readings_are_the_very_last_days_from_which_whole_months_still_run_out(months):
    for planned in EVERY_DAY:
        found = termination_deadlines(planned, months=months)
        assert period_end(found.forward_first + ONE_DAY, months) < planned
        assert period_end(found.forward_first + 2 * ONE_DAY, months) >= planned
        assert period_end(found.forward_second + ONE_DAY, months) <= planned
        assert period_end(found.forward_second + 2 * ONE_DAY, months) > planned


@pytest.mark.parametrize("months", [1, 3])
def test_the_earliest_safe_date_is_safe_and_the_day_before_it_is_not(months):
    safe_of = {planned: termination_deadlines(planned, months=months).safe for planned in EVERY_DAY}
    for arrived in EVERY_DAY[:: 1 if months == 1 else 7]:
        planned = earliest_safe_termination(arrived, months=months)
        if planned in safe_of:
            assert safe_of[planned] >= arrived > safe_of[planned - ONE_DAY]
            assert termination_standing(planned, arrived, months=months) is NoticeStanding.TIMELY


def test_survival_covers_one_calendar_year_from_the_day_after_every_end():
    for end in EVERY_DAY:
        last = survival_end(end)
        assert last == renewed_term(Term(end, end)).expiry
        assert 365 <= (last - end).days <= 366


def test_five_years_end_on_the_corresponding_day_whenever_there_is_one():
    for received in EVERY_DAY:
        last = duty_end(received)
        assert last.year == received.year + 5 or (received.month, received.day) == (12, 31)
        assert last == first_term(received, months=60).expiry
        assert duty_end(received, count_first_day=True) <= last


def test_a_duty_only_ever_passes_from_protected_to_review_to_expired():
    order = list(DutyStanding)
    for received in EVERY_DAY[::97]:
        end = received + timedelta(days=400)
        walked = [
            order.index(duty_standing(received, end, received + timedelta(days=step)))
            for step in range(0, 2200, 5)
        ]
        assert walked == sorted(walked)
        assert walked[0] == 0 and walked[-1] == 2


def test_business_days_lie_on_either_side_of_every_day_and_skip_nothing():
    for any_day in EVERY_DAY:
        before, after = previous_business_day(any_day), next_business_day(any_day)
        assert before <= any_day <= after
        assert is_business_day(before) and is_business_day(after)
        assert (before == any_day) == (after == any_day) == is_business_day(any_day)
        skipped = range(1, (after - before).days)
        assert not any(is_business_day(before + timedelta(days=step)) for step in skipped)


# ------------------------------------------------------------------------------- single rules


def test_a_year_end_and_the_agreements_own_closed_days_are_no_business_days():
    founding_day = date(2026, 10, 1)
    assert is_business_day(founding_day)
    assert next_business_day(founding_day, closed={founding_day}) == date(2026, 10, 2)
    assert previous_business_day(founding_day, closed={founding_day}) == date(2026, 9, 30)
    assert not is_business_day(date(2027, 1, 2)) and not is_business_day(date(2026, 12, 29))


def test_business_days_are_counted_from_the_day_after():
    friday = date(2026, 9, 18)
    assert business_days_after(friday, 1) == date(2026, 9, 24)
    assert business_days_after(friday, 0) == friday
    assert business_days_between(friday, date(2026, 9, 24)) == 1
    assert business_days_between(friday, friday) == 0
    assert business_days_between(friday, date(2026, 9, 1)) == 0


def test_an_expiry_day_is_never_moved_by_a_holiday():
    assert nth_term(date(2023, 9, 7), 0).expiry == date(2024, 9, 7)  # a Saturday
    assert nth_term(date(2023, 9, 7), 1).expiry == date(2025, 9, 7)  # a Sunday


def test_a_holiday_shift_moves_only_the_deadlines_of_notices():
    sunday = date(2025, 9, 7)
    assert non_renewal_deadlines([sunday], holiday_shift=HolidayShift.NEXT).default == date(2025, 9, 8)
    monday = date(2025, 9, 8)
    assert non_renewal_standing(date(2023, 9, 7), 1, monday, confirmed_expiry=sunday) is NoticeStanding.LATE
    assert (
        non_renewal_standing(
            date(2023, 9, 7), 1, monday, confirmed_expiry=sunday, holiday_shift=HolidayShift.NEXT
        )
        is NoticeStanding.TIMELY
    )
    plain = termination_deadlines(date(2025, 9, 9))
    shifted = termination_deadlines(date(2025, 9, 9), holiday_shift=HolidayShift.NEXT)
    assert plain.default == date(2025, 8, 8) and shifted.default == date(2025, 8, 8)
    plain = termination_deadlines(date(2025, 9, 11))
    shifted = termination_deadlines(date(2025, 9, 11), holiday_shift=HolidayShift.NEXT)
    assert plain.default == date(2025, 8, 10) and shifted.default == date(2025, 8, 12)  # Sunday, then 山の日
    closed = {date(2025, 8, 12)}
    assert termination_deadlines(
        date(2025, 9, 11), holiday_shift=HolidayShift.NEXT, closed=closed
    ).default == date(2025, 8, 13)


def test_the_earliest_safe_date_honours_a_holiday_shift():
    for arrived in EVERY_DAY[9000:9800]:
        planned = earliest_safe_termination(arrived, holiday_shift=HolidayShift.NEXT)
        assert termination_deadlines(planned, holiday_shift=HolidayShift.NEXT).safe >= arrived
        assert termination_deadlines(planned - ONE_DAY, holiday_shift=HolidayShift.NEXT).safe < arrived


def test_counting_the_first_day_backwards_exchanges_what_is_shown_and_leaves_the_zones():
    plain = termination_deadlines(date(2025, 9, 7))
    other = termination_deadlines(date(2025, 9, 7), backward_count_first_day=True)
    assert (other.default, other.alternative) == (plain.alternative, plain.default)
    assert (other.safe, other.latest) == (plain.safe, plain.latest)


def test_a_termination_may_take_effect_at_the_start_or_at_the_end_of_its_planned_date():
    planned = date(2025, 9, 30)
    assert last_day_in_force(planned) == planned
    assert last_day_in_force(planned, TakesEffect.START_OF_PLANNED_DATE) == date(2025, 9, 29)


def test_only_the_confirmed_expiry_day_counts_once_there_is_one():
    signed = date(2023, 9, 7)
    assert non_renewal_standing(signed, 0, date(2024, 9, 7)) is NoticeStanding.REVIEW
    confirmed = date(2024, 9, 7)
    assert non_renewal_standing(signed, 0, confirmed, confirmed_expiry=confirmed) is NoticeStanding.TIMELY
    assert (
        non_renewal_standing(signed, 0, date(2024, 9, 8), confirmed_expiry=confirmed) is NoticeStanding.LATE
    )


def test_a_lead_before_the_expiry_day_is_counted_by_every_reading():
    deadlines = non_renewal_deadlines([date(2028, 3, 31)], lead_months=3)
    found = termination_deadlines(date(2028, 3, 31), months=3)
    assert deadlines == (found.default, found.safe, found.latest)
    late = date(2028, 1, 1)
    assert (
        non_renewal_standing(
            date(2025, 4, 1), 0, late, months=36, lead_months=3, confirmed_expiry=date(2028, 3, 31)
        )
        is NoticeStanding.LATE
    )
    with pytest.raises(ValueError, match="needs an expiry day"):
        non_renewal_deadlines([])


def test_a_moment_without_a_zone_names_no_day():
    """Row 99: naive moments are refused wherever an arrival is taken."""
    naive = datetime(2024, 9, 7, 10, 0)  # noqa: DTZ001 - the very thing that must be refused
    for attempt in (
        lambda: non_renewal_standing(date(2023, 9, 7), 0, naive),
        lambda: termination_standing(date(2024, 9, 30), naive),
        lambda: earliest_safe_termination(naive),
        lambda: duty_end(naive),
        lambda: duty_standing(date(2023, 9, 7), None, naive),
    ):
        with pytest.raises(ValueError, match="zone"):
            attempt()


def test_an_arrival_shortly_after_midnight_in_japan_belongs_to_the_new_day():
    arrived = datetime(2024, 8, 29, 15, 30, tzinfo=UTC)
    assert earliest_safe_termination(arrived) == earliest_safe_termination(date(2024, 8, 30))


def test_the_term_running_on_a_day_is_found_however_many_renewals_lie_between():
    first = first_term(date(2023, 9, 7))
    assert term_on(date(2025, 9, 10), first) == (2, Term(date(2025, 9, 8), date(2026, 9, 7)))
    assert term_on(date(2024, 9, 7), first) == (0, first)
    assert term_on(date(2024, 9, 8), first) == (1, nth_term(date(2023, 9, 7), 1))
    assert term_on(date(2023, 9, 6), first) is None


def test_a_first_term_and_its_renewals_may_differ_in_length():
    chain = terms_from(first_term(date(2024, 4, 1), months=36), months=12)
    lengths = [next(chain) for _ in range(3)]
    assert [term.expiry for term in lengths] == [date(2027, 4, 1), date(2028, 4, 1), date(2029, 4, 1)]
    assert all(later.start == earlier.expiry + ONE_DAY for earlier, later in pairwise(lengths))


def test_a_fixed_last_day_is_the_expiry_and_cannot_lie_before_the_start():
    term = fixed_term(date(2025, 4, 1), date(2028, 3, 31))
    assert term == Term(date(2025, 4, 1), date(2028, 3, 31))
    assert term.covers(date(2028, 3, 31)) and not term.covers(date(2028, 4, 1))
    assert term.days_left(date(2028, 3, 31)) == 0 and term.days_left(date(2028, 4, 1)) == -1
    with pytest.raises(ValueError, match="before"):
        fixed_term(date(2025, 4, 1), date(2025, 3, 31))


def test_a_period_of_no_months_and_a_term_before_the_first_are_refused():
    with pytest.raises(ValueError, match="at least one month"):
        period_end(date(2025, 1, 1), 0)
    with pytest.raises(ValueError, match="at least one month"):
        counted_back(date(2025, 1, 1), 0)
    with pytest.raises(ValueError, match="no term"):
        nth_term(date(2025, 1, 1), -1)


def test_every_basis_is_a_sentence_of_its_own():
    assert len({basis.value for basis in Basis}) == len(Basis) == 7


def test_standings_are_named_as_the_papers_name_them():
    assert [standing.value for standing in NoticeStanding] == ["timely", "review", "late"]
    assert [standing.value for standing in DutyStanding] == ["protected", "review", "expired"]
