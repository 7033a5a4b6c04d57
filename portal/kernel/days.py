"""Days, times and whole numbers as people type them and as the portal writes them; pure."""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from portal.kernel.clock import JAPAN
from portal.kernel.clock import day_in_japan as day_in_japan
from portal.kernel.words import N_


@dataclass(frozen=True)
class Era:
    """One Japanese era, with the first and the last day that bear its name."""

    name: str
    letter: str
    first: date
    last: date


# The day an era changed belongs to both eras, except where the change took effect at 0:00 (平成, 令和).
# Meiji is counted from 1 January of its first year in the old calendar (25 January 1868).
ERAS = (
    Era("令和", "R", date(2019, 5, 1), date.max),
    Era("平成", "H", date(1989, 1, 8), date(2019, 4, 30)),
    Era("昭和", "S", date(1926, 12, 25), date(1989, 1, 7)),
    Era("大正", "T", date(1912, 7, 30), date(1926, 12, 25)),
    Era("明治", "M", date(1868, 1, 25), date(1912, 7, 30)),
)
"""The eras from the newest to the oldest."""

FIRST_READABLE_DAY = date(1868, 1, 25)
LAST_READABLE_DAY = date(2199, 12, 31)
"""Days outside these are taken for slips of the finger, and periods reckoned from them could overflow."""

LONGEST_READABLE_TEXT = 80
LARGEST_READABLE_NUMBER = 999_999_999_999

_WEEKDAYS_JA = "月火水木金土日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class Unreadable(ValueError):
    """What was typed cannot be taken; `sentence` is a message of the catalogues whose places `facts` fill."""

    def __init__(self, sentence: str, **facts: str | int) -> None:
        """Keep the sentence untranslated, so that it can be shown in the reader's language."""
        self.sentence = sentence
        self.facts = facts
        super().__init__(sentence % facts if facts else sentence)


class ImpossibleDay(Unreadable):
    """The text typed names no day."""


class ImpossibleTime(Unreadable):
    """The text typed names no time of day."""


class ImpossibleNumber(Unreadable):
    """The text typed is no whole number within its bounds."""


class ImpossiblePeriod(Unreadable):
    """The text typed is no period of years and months within its bounds."""


# ---------------------------------------------------------------------------------------------- reading

_UNIFORM = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\u2500", "-"),
        "⁄": "/",
        "・": ".",
        "。": ".",
        "、": ",",
    }
)
_ERA_OF = (
    {era.name: era for era in ERAS} | {era.name[0]: era for era in ERAS} | {era.letter: era for era in ERAS}
)
_ERA = "令和|平成|昭和|大正|明治|[令平昭大明RHSTM]"
_YEAR = rf"(?P<era>{_ERA})?\.?\s*(?P<year>元|[0-9]{{1,4}})"
_WEEKDAY = r"\(?(?P<weekday>[月火水木金土日])?(?:曜日?)?(?:[・,.]?祝)?\)?"
_OTHER_YEAR = rf"(?:\((?P<other_era>{_ERA})?(?P<other_year>元|[0-9]{{1,4}})年?\))?"
_WITH_WORDS = re.compile(
    rf"(?:西暦)?{_YEAR}(?=年|\()年?{_OTHER_YEAR}年?(?P<month>[0-9]{{1,2}})月(?P<day>[0-9]{{1,2}})日?{_WEEKDAY}",
    re.IGNORECASE,
)
_BETWEEN = r"(?:\s*[-/.]\s*|\s+)"
_WITH_MARKS = re.compile(
    rf"{_YEAR}{_BETWEEN}(?P<month>[0-9]{{1,2}}){_BETWEEN}(?P<day>[0-9]{{1,2}})\.?\s*{_WEEKDAY}", re.IGNORECASE
)
_EIGHT_DIGITS = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_ENGLISH_WEEKDAY = r"(?:(?P<weekday>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?\.?,?\s+)?"
_ENGLISH_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_ENGLISH = (
    re.compile(
        rf"{_ENGLISH_WEEKDAY}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?[\s-]+{_ENGLISH_MONTH},?[\s-]+(?P<year>[0-9]{{4}})",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_ENGLISH_WEEKDAY}{_ENGLISH_MONTH}\s+(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>[0-9]{{4}})",
        re.IGNORECASE,
    ),
)
_WITHOUT_YEAR = re.compile(r"[0-9]{1,2}(?:月|[-/.]\s*)[0-9]{1,2}日?")
_WITHOUT_DAY = re.compile(rf"(?:{_ERA})?\.?(?:元|[0-9]{{1,4}})(?:年|[-/.])[0-9]{{1,2}}月?", re.IGNORECASE)
_DAY_FIRST = re.compile(r"[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{4}")
_KANJI_NUMBER = re.compile("[〇零一二三四五六七八九十]+")
_KANJI_DIGIT = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {"零": 0}


def _tidied(text: str) -> str:
    """Give the text in one width and one kind of dash, without invisible characters, trimmed."""
    uniform = unicodedata.normalize("NFKC", text).translate(_UNIFORM)
    visible = "".join(char for char in uniform if unicodedata.category(char) not in ("Cf", "Mn"))
    return re.sub(r"\s+", " ", visible).strip()


def _shortened(text: str) -> str:
    """Give the beginning of what was typed, fit to be quoted in a message."""
    tidy = _tidied(text[:LONGEST_READABLE_TEXT])
    return tidy if len(tidy) <= 20 else tidy[:20] + "…"


def _digits_of_kanji(match: re.Match[str]) -> str:
    """Write 十一, 二十 or 二〇二五 in digits; what is no such number stays."""
    numeral = match.group()
    if "十" not in numeral:
        return "".join(str(_KANJI_DIGIT[char]) for char in numeral)
    tens, _, units = numeral.partition("十")
    if len(tens) > 1 or len(units) > 1 or "十" in units:
        return numeral
    return str((_KANJI_DIGIT[tens] if tens else 1) * 10 + (_KANJI_DIGIT[units] if units else 0))


def _western_year(era: str | None, typed: str) -> int:
    """Give the Western year of a typed one; the day is not yet checked against the era."""
    number = 1 if typed == "元" else int(typed)
    return number if era is None else _ERA_OF[era.upper()].first.year + number - 1


def _within_era(era: Era, day: date) -> date:
    """Give the day back, or say where the era ended or began."""
    slash = "{0.year}/{0.month}/{0.day}".format
    if day < era.first:
        raise ImpossibleDay(
            N_("入力された元号は西暦%(first)sからです。西暦%(day)sのことでしたら、西暦で入力してください。"),
            first=slash(era.first),
            day=slash(day),
        )
    if day > era.last:
        raise ImpossibleDay(
            N_("入力された元号は西暦%(last)sまでです。西暦%(day)sのことでしたら、西暦で入力してください。"),
            last=slash(era.last),
            day=slash(day),
        )
    return day


def _day_named(year: int, month: int, day: int) -> date:
    """Give that day of the calendar, or say what is wrong with it."""
    if not 1 <= month <= 12:
        raise ImpossibleDay(
            N_("%(month)s月という月はありません。1から12までの月を入力してください。"), month=month
        )
    if not FIRST_READABLE_DAY.year <= year <= LAST_READABLE_DAY.year:
        raise ImpossibleDay(
            N_("西暦%(first)s年から%(last)s年までの日付を入力してください。"),
            first=FIRST_READABLE_DAY.year,
            last=LAST_READABLE_DAY.year,
        )
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise ImpossibleDay(
            N_("西暦%(year)s年%(month)s月に%(day)s日はありません。%(month)s月は%(last)s日までです。"),
            year=year,
            month=month,
            day=day,
            last=last,
        )
    return date(year, month, day)


def _day_of(found: re.Match[str]) -> date:
    """Give the day a pattern found, after checking era, second year and weekday against it."""
    parts = found.groupdict()
    era, typed_year = parts.get("era"), parts["year"]
    if era is None and (typed_year == "元" or len(typed_year) < 4):
        raise ImpossibleDay(
            N_(
                "年が元号のものか西暦のものか分かりません。「令和7年9月10日」や「2025/9/10」のように入力してください。"
            )
        )
    year = _western_year(era, typed_year)
    day = _day_named(year, int(parts["month"]), int(parts["day"]))
    if era is not None:
        if typed_year != "元" and int(typed_year) == 0:
            raise ImpossibleDay(N_("元号の0年という年はありません。元号は元年（1年）から始まります。"))
        _within_era(_ERA_OF[era.upper()], day)
    if not FIRST_READABLE_DAY <= day <= LAST_READABLE_DAY:
        raise ImpossibleDay(
            N_("西暦%(first)s年から%(last)s年までの日付を入力してください。"),
            first=FIRST_READABLE_DAY.year,
            last=LAST_READABLE_DAY.year,
        )
    other = parts.get("other_year")
    if other is not None and _western_year(parts.get("other_era"), other) != year:
        raise ImpossibleDay(N_("元号の年と西暦の年が合いません。どちらかを直してください。"))
    weekday = parts.get("weekday")
    if weekday is not None and weekday.capitalize() not in (
        _WEEKDAYS_JA[day.weekday()],
        _WEEKDAYS_EN[day.weekday()],
    ):
        raise ImpossibleDay(N_("日付と曜日が合いません。どちらかを直してください。"))
    return day


def read_day(text: str) -> date:
    """Give the day the text names, however a person typed it.

    Takes 令和7年9月10日, 令和元年5月1日, R7.9.10, 2025/9/10, 2025-09-10, 2025年9月10日, 20250910, the
    portal's own written forms in both languages, full-width digits, kanji numerals and spaces. Raises
    `ImpossibleDay`, which says in words what to do, for anything else, for days the calendar or the era does
    not have, for a weekday that does not belong to the day, and for days before 1868 or after 2199.
    """
    if len(text) > LONGEST_READABLE_TEXT:
        raise ImpossibleDay(
            N_(
                "「%(text)s」は日付として読めません。「令和7年9月10日」や「2025/9/10」のように入力してください。"
            ),
            text=_shortened(text),
        )
    tidy = _tidied(text)
    if not tidy:
        raise ImpossibleDay(N_("日付を入力してください。"))
    for pattern in _ENGLISH:
        if found := pattern.fullmatch(tidy):
            return _english_day(found)
    if found := _EIGHT_DIGITS.fullmatch(tidy) or _WITH_MARKS.fullmatch(tidy):
        return _day_of(found)
    compact = _KANJI_NUMBER.sub(_digits_of_kanji, tidy.replace(" ", ""))
    if found := _WITH_WORDS.fullmatch(compact) or _WITH_MARKS.fullmatch(compact):
        return _day_of(found)
    if _DAY_FIRST.fullmatch(tidy):
        raise ImpossibleDay(N_("年、月、日の順に入力してください。例: 2025/9/10"))
    if _WITHOUT_YEAR.fullmatch(compact):
        raise ImpossibleDay(
            N_("年がありません。「令和7年9月10日」や「2025/9/10」のように、年から入力してください。")
        )
    if _WITHOUT_DAY.fullmatch(compact):
        raise ImpossibleDay(
            N_("日がありません。「令和7年9月10日」や「2025/9/10」のように、日まで入力してください。")
        )
    raise ImpossibleDay(
        N_("「%(text)s」は日付として読めません。「令和7年9月10日」や「2025/9/10」のように入力してください。"),
        text=_shortened(text),
    )


def _english_day(found: re.Match[str]) -> date:
    """Give the day of an English date, whose month is a name or its first three letters."""
    beginning = found["month"].capitalize()[:3]
    month = next(number for number, name in enumerate(_MONTHS_EN, 1) if name.startswith(beginning))
    day = _day_named(int(found["year"]), month, int(found["day"]))
    weekday = found["weekday"]
    if weekday is not None and weekday.capitalize() != _WEEKDAYS_EN[day.weekday()]:
        raise ImpossibleDay(N_("日付と曜日が合いません。どちらかを直してください。"))
    return day


_CLOCK = re.compile(
    r"(?P<half>午前|午後|[ap]\.?m\.?)?\s*(?P<hour>[0-9]{1,2})(?:\s*[:.]\s*(?P<minute>[0-9]{2})(?::(?P<second>00))?)?"
    r"\s*(?P<after>[ap]\.?m\.?)?(?:\s*JST)?",
    re.IGNORECASE,
)
_CLOCK_IN_WORDS = re.compile(
    r"(?P<half>午前|午後)?(?P<hour>[0-9]{1,2})時(?:(?P<minute>[0-9]{1,2})分|(?P<middle>半))?"
)


def read_time(text: str) -> time:
    """Give the time of day (Asia/Tokyo, without a zone of its own) the text names.

    Takes 14:00, １４：００, 14時, 14時30分, 2時半, 午後2時30分, 2:30 pm and 正午. Raises `ImpossibleTime` for
    anything else, for 24:00 (which is 0:00 of the next day) and for 午前12時 and 午後12時, which people read
    in two ways.
    """
    unreadable = ImpossibleTime(
        N_("「%(text)s」は時刻として読めません。「14:00」や「午後2時」のように入力してください。"),
        text=_shortened(text),
    )
    if len(text) > LONGEST_READABLE_TEXT:
        raise unreadable
    tidy = _tidied(text)
    if not tidy:
        raise ImpossibleTime(N_("時刻を入力してください。"))
    compact = _KANJI_NUMBER.sub(_digits_of_kanji, tidy.replace(" ", ""))
    if compact == "正午":
        return time(12, 0)
    found = _CLOCK_IN_WORDS.fullmatch(compact) or _CLOCK.fullmatch(tidy)
    if not found:
        raise unreadable
    parts = found.groupdict()
    after = (parts.get("after") or "").lower()[:1]
    half = (parts["half"] or "").lower()[:2].rstrip(".")
    if after:
        if half:
            raise unreadable
        half = after + "m"
    half = {"a": "am", "p": "pm"}.get(half, half)
    hour = int(parts["hour"])
    if not half and parts["minute"] is None and "時" not in compact:
        raise unreadable
    minute = 30 if parts.get("middle") else int(parts["minute"] or 0)
    if half:
        if hour > 12:
            raise unreadable
        if hour == 12:
            if half in ("午前", "午後"):
                raise ImpossibleTime(
                    N_(
                        "午前12時と午後12時は二とおりに読めます。「0:00」や「12:00」のように24時間で入力してください。"
                    )
                )
            hour = 0
        hour += 12 if half in ("午後", "pm") else 0
    if hour == 24 and minute == 0:
        raise ImpossibleTime(N_("24:00は翌日の0:00として入力してください。"))
    if hour > 23 or minute > 59:
        raise ImpossibleTime(N_("時刻は0:00から23:59までで入力してください。"))
    return time(hour, minute)


_WHOLE = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)")
_FRACTION = re.compile(r"[+-]?[0-9][0-9,]*[.][0-9]+")


def read_whole_number(text: str, *, least: int = 0, most: int = LARGEST_READABLE_NUMBER) -> int:
    """Give the whole number typed, from `least` to `most`; takes full-width digits and commas between
    thousands.

    Raises `ImpossibleNumber` with the reason for anything else.
    """
    unreadable = ImpossibleNumber(
        N_("「%(text)s」は数として読めません。「1200」のように数字で入力してください。"),
        text=_shortened(text),
    )
    if len(text) > LONGEST_READABLE_TEXT:
        raise unreadable
    tidy = _tidied(text).replace(" ", "")
    if not tidy:
        raise ImpossibleNumber(N_("数を入力してください。"))
    if _FRACTION.fullmatch(tidy):
        raise ImpossibleNumber(N_("小数点のない整数で入力してください。"))
    if not _WHOLE.fullmatch(tidy):
        raise unreadable
    number = int(tidy.replace(",", ""))
    if number < least:
        raise ImpossibleNumber(N_("%(least)s以上の数を入力してください。"), least=least)
    if number > most:
        raise ImpossibleNumber(N_("%(most)s以下の数を入力してください。"), most=most)
    return number


_PERIOD = re.compile(
    r"(?:(?P<years>[0-9]{1,3})(?:年間?|years?|yrs?|y))?(?:と|and|,)?"
    r"(?:(?P<months>[0-9]{1,4})(?:[かヶヵケカ]?月間?|months?|mos?|m))?間?",
    re.IGNORECASE,
)
LONGEST_READABLE_PERIOD = 1_200
"""In months; what is longer is taken for a slip of the finger."""


def read_months(text: str, *, least: int = 1) -> int:
    """Give the months of a period typed in years and months: 1年6か月, 18か月, 三年間, 1 year and 6 months, なし (0).

    Raises `ImpossiblePeriod` with the reason for anything else, for less than `least` and more than a hundred years.
    """
    unreadable = ImpossiblePeriod(
        N_("「%(text)s」は期間として読めません。「3年」「6か月」「1年6か月」のように入力してください。"),
        text=_shortened(text),
    )
    if len(text) > LONGEST_READABLE_TEXT:
        raise unreadable
    compact = _KANJI_NUMBER.sub(_digits_of_kanji, _tidied(text).replace(" ", ""))
    if compact.lower() in {"0", "なし", "none"}:
        months = 0
    else:
        found = _PERIOD.fullmatch(compact)
        if not found or not (found["years"] or found["months"]):
            raise unreadable
        months = int(found["years"] or 0) * 12 + int(found["months"] or 0)
    if months < least:
        raise ImpossiblePeriod(N_("%(least)sか月以上の期間を入力してください。"), least=least)
    if months > LONGEST_READABLE_PERIOD:
        raise ImpossiblePeriod(N_("100年以内の期間を入力してください。"))
    return months


# ---------------------------------------------------------------------------------------------- writing


def _is_japanese(language: str) -> bool:
    """Tell whether Japanese is to be written; every other language is written as English."""
    return str(language).startswith("ja")


def _in_japan(moment: datetime) -> datetime:
    """Give the moment on the Japanese clock; the last hours of year 9999 stay where they are."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("a moment without a zone names no day")
    try:
        return moment.astimezone(JAPAN)
    except OverflowError:
        return moment


def era_of(day: date) -> Era | None:
    """Give the era the day bears in official use (the newer one on the day of change); None before Meiji."""
    return next((era for era in ERAS if day >= era.first), None)


def era_year(day: date) -> str:
    """Give the day's year as Japanese documents write it: 令和7年, 令和元年; 1850年 before Meiji."""
    era = era_of(day)
    if era is None:
        return f"{day.year}年"
    number = day.year - era.first.year + 1
    return f"{era.name}{'元' if number == 1 else number}年"


def _year_in_japanese(day: date) -> str:
    """Give the year in both reckonings: 令和7年（2025年）; only the Western one before Meiji."""
    return f"{era_year(day)}（{day.year}年）" if day >= FIRST_READABLE_DAY else f"{day.year}年"


@lru_cache(maxsize=4096)
def _day_written(day: date, japanese: bool, weekday: bool) -> str:
    if japanese:
        ending = f"（{_WEEKDAYS_JA[day.weekday()]}）" if weekday else ""
        return f"{_year_in_japanese(day)}{day.month}月{day.day}日{ending}"
    beginning = f"{_WEEKDAYS_EN[day.weekday()]} " if weekday else ""
    return f"{beginning}{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"


def day_in_words(day: date, language: str, weekday: bool = True) -> str:
    """Write a day: 令和7年（2025年）9月10日（水）, or Wed 10 September 2025; of a moment its day."""
    if isinstance(day, datetime):
        day = day_in_japan(day)
    return _day_written(day, _is_japanese(language), weekday)


@lru_cache(maxsize=4096)
def _moment_written(moment: datetime, japanese: bool) -> str:
    there = _in_japan(moment)
    clock = f"{there.hour}:{there.minute:02d}" if japanese else f"{there.hour:02d}:{there.minute:02d}"
    written = _day_written(there.date(), japanese, True)
    return f"{written}{clock}" if japanese else f"{written}, {clock} JST"


def moment_in_words(moment: datetime, language: str) -> str:
    """Write an aware moment on the Japanese clock: 令和7年（2025年）9月10日（水）14:00, or Wed 10 September
    2025, 14:00 JST.

    A naive moment is refused with ValueError (row 99).
    """
    return _moment_written(moment, _is_japanese(language))


def time_in_words(moment: datetime | time, language: str) -> str:
    """Write only the time of day: 14:00, or 14:00 JST; a moment is put on the Japanese clock first."""
    clock = _in_japan(moment) if isinstance(moment, datetime) else moment
    if _is_japanese(language):
        return f"{clock.hour}:{clock.minute:02d}"
    return f"{clock.hour:02d}:{clock.minute:02d} JST"


def span_in_words(first: date, last: date, language: str, weekday: bool = True) -> str:
    """Write a span of days, both included: …から…まで, or … to …; a span of one day is written as the day."""
    beginning = day_in_words(first, language, weekday)
    ending = day_in_words(last, language, weekday)
    if first == last:
        return beginning
    return f"{beginning}から{ending}まで" if _is_japanese(language) else f"{beginning} to {ending}"


def month_in_words(year: int, month: int, language: str) -> str:
    """Write a month of the calendar: 令和7年（2025年）9月, or September 2025; the era is its last day's."""
    if _is_japanese(language):
        return f"{_year_in_japanese(date(year, month, monthrange(year, month)[1]))}{month}月"
    return f"{_MONTHS_EN[month - 1]} {year}"


def months_in_words(months: int, language: str) -> str:
    """Give a period as people say it: 1年6か月 / 1 year 6 months; なし / none for no month."""
    years, rest = divmod(months, 12)
    if _is_japanese(language):
        return (f"{years}年" if years else "") + (f"{rest}か月" if rest else "") or "なし"
    parts = ((years, "year"), (rest, "month"))
    return (
        " ".join(f"{number} {word}{'s' if number > 1 else ''}" for number, word in parts if number) or "none"
    )


def fiscal_year(day: date) -> int:
    """Give the 年度 the day belongs to: the year in which its April fell."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_days(year: int) -> tuple[date, date]:
    """Give the first and the last day of a 年度: 1 April and the following 31 March."""
    return date(year, 4, 1), date(year + 1, 4, 1) - timedelta(days=1)


def fiscal_year_in_words(year: int, language: str) -> str:
    """Write a 年度: 令和7年度（2025年度）, or FY2025; 2019 is 令和元年度, as the government settled it."""
    if not _is_japanese(language):
        return f"FY{year}"
    may_day = date(year, 5, 1)
    return f"{era_year(may_day)}度（{year}年度）" if may_day >= FIRST_READABLE_DAY else f"{year}年度"
