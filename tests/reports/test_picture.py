"""Where things stand in the picture of a 年度: every day at its place, nothing outside, words that fit."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.reports.parts import Look, Mark
from portal.reports.picture import HEAD, LANE, NARROW, WIDE, cut, drawn

TODAY = dt.date(2025, 10, 1)


def mark(first: str, last: str | None = None, kind: str = "activity", title: str = "取組") -> Mark:
    ends = dt.date.fromisoformat(last) if last else None
    return Mark(kind, title, dt.date.fromisoformat(first), ends, Look.DONE, "完了", "/", "ACT-0001")


def test_the_year_begins_in_april_and_its_months_fill_the_width() -> None:
    picture = drawn(2025, [], [], TODAY)
    assert [month.month for month in picture.months] == [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3]
    assert picture.months[0].x == 0
    assert picture.months[6].x == pytest.approx(183 / 365 * 100, abs=0.01)  # 1 October is the 184th day
    assert drawn(2023, [], [], TODAY).months[11].x == pytest.approx(335 / 366 * 100, abs=0.01), "a leap year"


def test_a_whole_year_is_the_whole_width_and_what_goes_beyond_is_cut_at_its_edges() -> None:
    for first, last in (("2025-04-01", "2026-03-31"), ("2024-01-01", "2030-01-01")):
        (bar,) = drawn(2025, [mark(first, last)], [], TODAY).bars
        assert (bar.span.x, bar.span.width) == (0, 100)


def test_of_what_is_under_way_the_part_ahead_of_today_is_drawn_as_planned() -> None:
    running = Mark("activity", "取組", dt.date(2025, 5, 1), dt.date(2026, 2, 1), Look.RUNNING, "実施中", "/")
    (bar,) = drawn(2025, [running], [], TODAY).bars
    assert bar.ahead is not None and bar.ahead.x == pytest.approx(184 / 365 * 100, abs=0.01)
    assert bar.ahead.x + bar.ahead.width == pytest.approx(bar.span.x + bar.span.width, abs=0.01)
    assert drawn(2025, [running], [], dt.date(2026, 2, 1)).bars[0].ahead is None
    (whole,) = drawn(2025, [running], [], dt.date(2025, 3, 1)).bars
    assert whole.ahead == whole.span, "nothing of it is behind"


def test_the_last_day_of_march_belongs_to_the_year_before() -> None:
    day = mark("2026-03-31", "2026-03-31")
    assert len(drawn(2025, [day], [], TODAY).bars) == 1 and drawn(2026, [day], [], TODAY).bars == []
    (bar,) = drawn(2025, [day], [], TODAY).bars
    assert bar.span.width >= 0.8 and bar.span.x + bar.span.width <= 100.001, (
        "one day is seen, and lies within"
    )


def test_each_activity_has_its_line_and_publications_share_one() -> None:
    marks = [mark("2025-05-01", "2025-06-01"), mark("2025-04-02", "2025-04-03")]
    marks += [mark(f"2025-0{month}-10", kind="publication") for month in (5, 6, 7)] + [
        mark("2025-08-01", kind="advice")
    ]
    picture = drawn(2025, marks, [], TODAY)
    assert [bar.y for bar in picture.bars] == [HEAD, HEAD + LANE]
    assert picture.bars[0].span.x < picture.bars[1].span.x, "the first to begin stands first"
    assert [(line.kind, len(line.places)) for line in picture.points] == [("publication", 3), ("advice", 1)]
    assert picture.height > picture.points[-1].y


def test_the_terms_of_the_agreement_lie_where_they_run() -> None:
    """R4-4: a term over two 年度 stands in both, its end in one."""
    terms = [(dt.date(2025, 9, 10), dt.date(2026, 9, 10)), (dt.date(2026, 9, 11), dt.date(2027, 9, 10))]
    (first,) = drawn(2025, [], terms, TODAY).terms
    assert first.number == 1 and not first.ends_here and first.span.x + first.span.width == pytest.approx(100)
    one, two = drawn(2026, [], terms, TODAY).terms
    assert one.ends_here and not two.ends_here
    assert one.span.x + one.span.width == pytest.approx(two.span.x, abs=0.01)


def test_today_stands_in_its_own_year_only() -> None:
    assert drawn(2025, [], [], TODAY).today == pytest.approx(183.5 / 365 * 100, abs=0.01)
    assert drawn(2024, [], [], TODAY).today is None


@given(st.text(max_size=200), st.integers(4, 120))
def test_a_label_fits_whatever_its_letters(text: str, most: int) -> None:
    """360 px: the label of a line never leaves the page."""
    import unicodedata

    got = cut(text, most)
    assert (
        sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in got.removesuffix("…")) <= most
    )
    assert got == text or got.endswith("…")


def test_the_state_stands_in_the_label_however_long_the_title() -> None:
    """A word says what the colour says (WCAG 1.4.1)."""
    (bar,) = drawn(2025, [mark("2025-05-01", "2025-06-01", title="長い題" * 60)], [], TODAY).bars
    assert bar.narrow.endswith("…（完了）") and bar.wide.endswith("…（完了）")
    assert len(bar.narrow) <= NARROW and len(bar.wide) <= WIDE
