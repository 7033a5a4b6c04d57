"""Days, times and numbers are read as people type them and written in one form, wherever the server is."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.kernel.days import (
    ERAS,
    FIRST_READABLE_DAY,
    LAST_READABLE_DAY,
    ImpossibleDay,
    ImpossibleNumber,
    ImpossiblePeriod,
    ImpossibleTime,
    day_in_japan,
    day_in_words,
    era_of,
    era_year,
    fiscal_year,
    fiscal_year_days,
    fiscal_year_in_words,
    moment_in_words,
    month_in_words,
    months_in_words,
    read_day,
    read_months,
    read_time,
    read_whole_number,
    span_in_words,
    time_in_words,
)

PROJECT = Path(__file__).resolve().parents[2]
THE_DAY = date(2025, 9, 10)
READABLE = st.dates(FIRST_READABLE_DAY, LAST_READABLE_DAY)
FULL_WIDTH = str.maketrans("0123456789/-.: ", "０１２３４５６７８９／－．：\u3000")


# ------------------------------------------------------------------------------- reading days


@pytest.mark.parametrize(
    "typed",
    [
        "令和7年9月10日",
        "令和７年９月１０日",
        "令和 7 年 9 月 10 日",
        "令和7年9月10日（水）",
        "令和7年9月10日(水曜日)",
        "令和7年（2025年）9月10日（水）",
        "令和7年(2025)9月10日",
        "2025年（令和7年）9月10日",
        "令和07年09月10日",
        "令和七年九月十日",
        "二〇二五年九月十日",
        "㋿7年9月10日",
        "令7.9.10",
        "R7.9.10",
        "r7.9.10",
        "R07.09.10",
        "Ｒ７．９．１０",
        "R7/9/10",
        "R7-9-10",
        "R7年9月10日",
        "R.7.9.10",
        "2025/9/10",
        "2025/09/10",
        "2025 / 9 / 10",
        "２０２５／９／１０",
        "2025-09-10",
        "２０２５－０９－１０",
        "2025‐09‐10",
        "2025−9−10",
        "2025ー9ー10",
        "2025.9.10",
        "2025. 9. 10.",
        "2025・9・10",
        "2025年9月10日",
        "２０２５年９月１０日",
        "西暦2025年9月10日",
        "2025年9月10日水曜日",
        "2025 9 10",
        "20250910",
        "  2025/9/10\t\n",
        "\u20662025/9/10\u2069",
        "\ufeff2025-09-10",
        "Wed 10 September 2025",
        "10 September 2025",
        "10 Sep 2025",
        "10th Sept. 2025",
        "September 10, 2025",
        "Wednesday, September 10th, 2025",
        "10-Sep-2025",
    ],
)
def test_one_day_is_read_from_every_way_people_type_it(typed):
    assert read_day(typed) == THE_DAY


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("令和1年5月1日", date(2019, 5, 1)),
        ("R元.5.1", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("H1.1.8", date(1989, 1, 8)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("S64/1/7", date(1989, 1, 7)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("大正15年12月25日", date(1926, 12, 25)),
        ("大正元年7月30日", date(1912, 7, 30)),
        ("明治45年7月30日", date(1912, 7, 30)),
        ("T15.12.24", date(1926, 12, 24)),
        ("明治元年1月25日", date(1868, 1, 25)),
        ("令和6年2月29日", date(2024, 2, 29)),
        ("2000-02-29", date(2000, 2, 29)),
    ],
)
def test_eras_are_read_with_their_true_first_and_last_days(typed, day):
    assert read_day(typed) == day


@pytest.mark.parametrize(
    ("typed", "part_of_the_reason"),
    [
        ("", "日付を入力"),
        (" \u3000\u200b", "日付を入力"),
        ("昭和64年1月8日", "1989/1/7まで"),
        ("昭和元年12月24日", "1926/12/25から"),
        ("平成31年5月1日", "2019/4/30まで"),
        ("平成元年1月7日", "1989/1/8から"),
        ("令和元年4月30日", "2019/5/1から"),
        ("R1.4.30", "2019/5/1から"),
        ("大正16年1月1日", "1926/12/25まで"),
        ("明治45年7月31日", "1912/7/30まで"),
        ("明治元年1月24日", "1868/1/25から"),
        ("令和0年5月1日", "元年"),
        ("令和7年2月29日", "2月は28日まで"),
        ("2025/2/29", "2月は28日まで"),
        ("2024/2/30", "2月は29日まで"),
        ("2100/2/29", "2月は28日まで"),
        ("2025/4/31", "4月は30日まで"),
        ("2025-09-00", "9月は30日まで"),
        ("2025/13/1", "13月という月は"),
        ("20251301", "13月という月は"),
        ("2025-00-10", "0月という月は"),
        ("1867/12/31", "1868年から2199年"),
        ("1868/1/24", "1868年から2199年"),
        ("2200-01-01", "1868年から2199年"),
        ("9999-12-31", "1868年から2199年"),
        ("令和9999年1月1日", "1868年から2199年"),
        ("0000-01-01", "1868年から2199年"),
        ("25/9/10", "元号のものか西暦のものか"),
        ("7年9月10日", "元号のものか西暦のものか"),
        ("元年5月1日", "元号のものか西暦のものか"),
        ("10/9/2025", "年、月、日の順"),
        ("9月10日", "年がありません"),
        ("9/10", "年がありません"),
        ("2025年9月", "日がありません"),
        ("R7.9", "日がありません"),
        ("令和7年9月10日（木）", "曜日が合いません"),
        ("Thu 10 September 2025", "曜日が合いません"),
        ("令和7年（2024年）9月10日", "西暦の年が合いません"),
        ("令和79月10日", "日付として読めません"),
        ("明日", "日付として読めません"),
        ("未定", "日付として読めません"),
        ("2025年9月10日 14:00", "日付として読めません"),
        ("10 Janvier 2025", "日付として読めません"),
        ("٢٠٢٥/٩/١٠", "日付として読めません"),
        ("令和百年9月10日", "日付として読めません"),
        ("1" * 5000, "日付として読めません"),
        ("二" * 70, "日付として読めません"),
        ("'; DROP TABLE days; --", "日付として読めません"),
        ("%(text)s", "日付として読めません"),
    ],
)
def test_what_names_no_day_is_refused_with_a_reason(typed, part_of_the_reason):
    with pytest.raises(ImpossibleDay) as refused:
        read_day(typed)
    assert part_of_the_reason in str(refused.value)
    assert refused.value.sentence % refused.value.facts == str(refused.value) if refused.value.facts else True
    assert len(str(refused.value)) < 200


@settings(deadline=None)
@given(READABLE)
def test_every_written_day_is_read_back_as_the_same_day(day):
    for language in ("ja", "en"):
        for weekday in (True, False):
            assert read_day(day_in_words(day, language, weekday)) == day
    assert read_day(day.isoformat()) == day
    assert read_day(f"{day:%Y%m%d}") == day
    assert read_day(f"{day.year}/{day.month}/{day.day}".translate(FULL_WIDTH)) == day
    assert read_day(f"{era_year(day)}{day.month}月{day.day}日") == day
    era = era_of(day)
    assert era is not None
    assert read_day(f"{era.letter}{day.year - era.first.year + 1}.{day.month}.{day.day}") == day


@settings(deadline=None)
@given(st.text(max_size=90))
@example("(" * 80)
@example("1" * 80)
@example("R" + " " * 78)
def test_no_text_makes_reading_fail_otherwise_than_by_its_own_refusals(text):
    for read, refusal in (
        (read_day, ImpossibleDay),
        (read_time, ImpossibleTime),
        (read_whole_number, ImpossibleNumber),
        (read_months, ImpossiblePeriod),
    ):
        try:
            read(text)
        except refusal as refused:
            assert str(refused)


@settings(deadline=None)
@given(st.from_regex(r"[RHSTM令平0-9元年月日/.()（）水 ]{1,24}", fullmatch=True))
def test_texts_that_look_like_days_are_read_or_refused(text):
    try:
        assert FIRST_READABLE_DAY <= read_day(text) <= LAST_READABLE_DAY
    except ImpossibleDay as refused:
        assert str(refused)


# ------------------------------------------------------------------------------- reading times and numbers


@pytest.mark.parametrize(
    ("typed", "clock"),
    [
        ("14:00", time(14)),
        ("１４：００", time(14)),
        ("14:00:00", time(14)),
        ("14時", time(14)),
        ("14時00分", time(14)),
        ("十四時", time(14)),
        ("午後2時", time(14)),
        ("午後2時30分", time(14, 30)),
        ("午後２時半", time(14, 30)),
        ("午後 2:30", time(14, 30)),
        ("午前9時5分", time(9, 5)),
        ("午前0時", time(0)),
        ("午後0時30分", time(12, 30)),
        ("9:05", time(9, 5)),
        ("09:05", time(9, 5)),
        ("9.05", time(9, 5)),
        ("2 pm", time(14)),
        ("2:30 p.m.", time(14, 30)),
        ("12 am", time(0)),
        ("12:15 PM", time(12, 15)),
        ("14:00 JST", time(14)),
        ("正午", time(12)),
        ("0:00", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_times_are_read_as_people_type_them(typed, clock):
    assert read_time(typed) == clock


@pytest.mark.parametrize(
    ("typed", "part_of_the_reason"),
    [
        ("", "時刻を入力"),
        ("24:00", "翌日の0:00"),
        ("24時", "翌日の0:00"),
        ("25:00", "0:00から23:59"),
        ("12:60", "0:00から23:59"),
        ("午後12時", "二とおりに"),
        ("午前12時30分", "二とおりに"),
        ("午後13時", "時刻として読めません"),
        ("13 pm", "時刻として読めません"),
        ("am 2 pm", "時刻として読めません"),
        ("14", "時刻として読めません"),
        ("14:0", "時刻として読めません"),
        ("昼ごろ", "時刻として読めません"),
        ("1" * 5000, "時刻として読めません"),
    ],
)
def test_what_names_no_time_is_refused_with_a_reason(typed, part_of_the_reason):
    with pytest.raises(ImpossibleTime, match=part_of_the_reason):
        read_time(typed)


@settings(deadline=None)
@given(st.times())
def test_every_written_time_is_read_back(clock):
    minute = clock.replace(second=0, microsecond=0)
    for language in ("ja", "en"):
        assert read_time(time_in_words(clock, language)) == minute
    assert read_time(f"{clock.hour}時{clock.minute}分".translate(FULL_WIDTH)) == minute


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0", 0),
        ("40", 40),
        ("４０", 40),
        ("1,200", 1200),
        ("１，２００", 1200),
        (" 7 000 ", 7000),
        ("+5", 5),
        ("007", 7),
    ],
)
def test_whole_numbers_are_read_as_people_type_them(typed, number):
    assert read_whole_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "part_of_the_reason"),
    [
        ("", "数を入力"),
        ("-1", "0以上"),
        ("1000000000000", "999999999999以下"),
        ("1.5", "小数点のない"),
        ("1,20", "数として読めません"),
        ("約40", "数として読めません"),
        ("１e３", "数として読めません"),
        ("9" * 5000, "数として読めません"),
    ],
)
def test_what_is_no_whole_number_is_refused_with_a_reason(typed, part_of_the_reason):
    with pytest.raises(ImpossibleNumber, match=part_of_the_reason):
        read_whole_number(typed)


def test_the_bounds_of_a_number_are_the_callers():
    assert read_whole_number("-3", least=-5, most=5) == -3
    with pytest.raises(ImpossibleNumber, match="5以下"):
        read_whole_number("6", most=5)


@settings(deadline=None)
@given(st.integers(0, 10**11))
def test_every_written_number_is_read_back(number):
    assert read_whole_number(f"{number:,}") == number
    assert read_whole_number(str(number).translate(FULL_WIDTH)) == number


# ------------------------------------------------------------------------------- writing


def test_a_day_is_written_with_era_year_and_weekday():
    assert day_in_words(THE_DAY, "ja") == "令和7年（2025年）9月10日（水）"
    assert day_in_words(THE_DAY, "ja", weekday=False) == "令和7年（2025年）9月10日"
    assert day_in_words(THE_DAY, "en") == "Wed 10 September 2025"
    assert day_in_words(THE_DAY, "en", weekday=False) == "10 September 2025"
    assert day_in_words(date(2019, 5, 1), "ja") == "令和元年（2019年）5月1日（水）"
    assert day_in_words(date(2019, 4, 30), "ja") == "平成31年（2019年）4月30日（火）"


def test_a_moment_is_written_on_the_japanese_clock():
    moment = datetime(2025, 9, 10, 5, 0, tzinfo=UTC)
    assert moment_in_words(moment, "ja") == "令和7年（2025年）9月10日（水）14:00"
    assert moment_in_words(moment, "en") == "Wed 10 September 2025, 14:00 JST"
    assert time_in_words(moment, "ja") == "14:00" and time_in_words(moment, "en") == "14:00 JST"
    assert day_in_words(datetime(2025, 9, 9, 15, 0, tzinfo=UTC), "en") == "Wed 10 September 2025"


def test_the_same_instant_reads_the_same_from_whatever_zone_it_comes():
    new_york = timezone(timedelta(hours=-4))
    assert moment_in_words(datetime(2025, 9, 10, 1, 0, tzinfo=new_york), "ja").endswith("9月10日（水）14:00")


def test_the_same_day_in_another_language_is_not_taken_from_memory():
    day = date(2031, 3, 3)
    assert day_in_words(day, "en") == "Mon 3 March 2031"
    assert day_in_words(day, "ja_JP") == "令和13年（2031年）3月3日（月）"


def test_a_naive_moment_is_refused():
    """Row 99."""
    naive = datetime(2025, 9, 10, 14, 0)  # noqa: DTZ001 - the very thing that must be refused
    for write in (
        lambda: day_in_words(naive, "ja"),
        lambda: moment_in_words(naive, "ja"),
        lambda: day_in_japan(naive),
        lambda: time_in_words(naive, "ja"),
    ):
        with pytest.raises(ValueError, match="zone"):
            write()


def test_summer_time_of_1949_and_the_local_time_before_1888_are_the_days_they_were():
    """Row 99: Japan had summer time in 1948-1951 and a local mean time of 9:18:59 before 1888."""
    assert day_in_japan(datetime(1949, 7, 1, 14, 30, tzinfo=UTC)) == date(1949, 7, 2)
    assert day_in_japan(datetime(1887, 1, 1, 14, 41, 2, tzinfo=UTC)) == date(1887, 1, 2)


@settings(deadline=None)
@given(st.dates())
def test_any_day_of_the_calendar_can_be_written(day):
    assert str(day.year) in day_in_words(day, "ja") and str(day.year) in day_in_words(day, "en")
    assert era_year(day).endswith("年")
    assert fiscal_year(day) in (day.year, day.year - 1)
    assert month_in_words(day.year, day.month, "ja").endswith("月")


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(UTC)))
@example(datetime.max.replace(tzinfo=UTC))
@example(datetime.min.replace(tzinfo=UTC))
def test_any_moment_can_be_written(moment):
    assert moment_in_words(moment, "ja") and moment_in_words(moment, "en")


def test_days_before_the_eras_are_written_by_the_western_year():
    assert day_in_words(date(1850, 1, 1), "ja") == "1850年1月1日（火）"
    assert era_of(date(1850, 1, 1)) is None
    assert era_year(date(1868, 1, 25)) == "明治元年"


def test_the_eras_follow_one_another_without_a_day_between():
    for newer, older in zip(ERAS, ERAS[1:], strict=False):
        assert newer.first - older.last in (timedelta(0), timedelta(days=1))


def test_the_day_an_era_changed_bears_the_new_name():
    assert era_year(date(1912, 7, 30)) == "大正元年"
    assert era_year(date(1926, 12, 25)) == "昭和元年"
    assert era_year(date(1989, 1, 7)) == "昭和64年" and era_year(date(1989, 1, 8)) == "平成元年"


def test_spans_and_months_are_written_whole():
    assert span_in_words(THE_DAY, date(2025, 9, 12), "ja", weekday=False) == (
        "令和7年（2025年）9月10日から令和7年（2025年）9月12日まで"
    )
    assert span_in_words(THE_DAY, date(2025, 9, 12), "en") == "Wed 10 September 2025 to Fri 12 September 2025"
    assert span_in_words(THE_DAY, THE_DAY, "ja") == day_in_words(THE_DAY, "ja")
    assert month_in_words(2025, 9, "ja") == "令和7年（2025年）9月"
    assert month_in_words(2025, 9, "en") == "September 2025"


def test_a_fiscal_year_runs_from_april_to_march():
    assert fiscal_year(date(2025, 4, 1)) == 2025 and fiscal_year(date(2026, 3, 31)) == 2025
    assert fiscal_year(date(2025, 3, 31)) == 2024
    assert fiscal_year_days(2025) == (date(2025, 4, 1), date(2026, 3, 31))
    assert fiscal_year_days(2027) == (date(2027, 4, 1), date(2028, 3, 31))
    assert fiscal_year_in_words(2025, "ja") == "令和7年度（2025年度）"
    assert fiscal_year_in_words(2025, "en") == "FY2025"


@pytest.mark.parametrize(
    ("year", "words"),
    [
        (2019, "令和元年度"),
        (2018, "平成30年度"),
        (1988, "昭和63年度"),
        (1989, "平成元年度"),
        (1926, "大正15年度"),
    ],
)
def test_a_fiscal_year_bears_the_era_the_government_gave_it(year, words):
    assert fiscal_year_in_words(year, "ja").startswith(words)


# ------------------------------------------------------------------------------- wherever the server stands

ELSEWHERE = """
from datetime import UTC, date, datetime
from portal.kernel import days, periods
moment = datetime(2025, 9, 9, 15, 30, tzinfo=UTC)
assert days.day_in_japan(moment) == date(2025, 9, 10)
assert days.moment_in_words(moment, "ja") == "令和7年（2025年）9月10日（水）0:30"
assert days.read_day("R7.9.10") == date(2025, 9, 10)
late = datetime(2024, 9, 7, 15, 30, tzinfo=UTC)
assert periods.non_renewal_standing(date(2023, 9, 7), 0, late) == "late"
assert periods.duty_end(datetime(2025, 3, 31, 15, 10, tzinfo=UTC)) == date(2030, 4, 1)
"""


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"])
def test_days_do_not_depend_on_where_the_server_stands(zone):
    """Row 99."""
    environment = os.environ | {"TZ": zone, "PYTHONPATH": str(PROJECT)}
    subprocess.run([sys.executable, "-W", "error", "-c", ELSEWHERE], env=environment, check=True, cwd=PROJECT)


# ------------------------------------------------------------------------------- periods


@pytest.mark.parametrize(
    ("typed", "months"),
    [
        ("3年", 36),
        ("三年間", 36),
        ("３年", 36),
        ("6か月", 6),
        ("六ヶ月", 6),
        ("1年6か月", 18),
        ("１年と６カ月間", 18),
        ("18 months", 18),
        ("1 year and 6 months", 18),
        ("3 years", 36),
    ],
)
def test_periods_are_read_as_people_type_them(typed, months):
    assert read_months(typed) == months


@pytest.mark.parametrize(
    "typed", ["", "3", "三日", "1年半", "-1年", "101年", "なし", "0か月", "6か月1年", "年"]
)
def test_what_is_no_period_is_refused_with_a_reason(typed):
    with pytest.raises(ImpossiblePeriod) as refused:
        read_months(typed)
    assert str(refused.value)


def test_none_is_a_period_only_where_the_caller_allows_it():
    assert read_months("なし", least=0) == read_months("0", least=0) == 0
    assert (months_in_words(0, "ja"), months_in_words(0, "en")) == ("なし", "none")


@given(st.integers(1, 1_200), st.sampled_from(["ja", "en"]))
def test_every_written_period_is_read_back(months, language):
    assert read_months(months_in_words(months, language)) == months
