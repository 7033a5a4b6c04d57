"""An entry is told in the reader's language, whatever people wrote and whatever the code has become."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest

from portal.history.event import EVENTS
from portal.history.queries import Line
from portal.history.sentences import Teller
from portal.kernel.digest import canonical
from tests.conftest import House

LABELS = {"ja": {"kou": "甲", "otsu": "乙"}, "en": {"kou": "Party A", "otsu": "Party B"}}


def line(verb: str = "consent.given", /, **more: Any) -> Line:
    """An entry as a query would give it."""
    given: dict[str, Any] = {
        "chain": "joint",
        "number": 7,
        "at": dt.datetime(2025, 9, 10, 5, tzinfo=dt.UTC),
        "clause": None,
        "party": "kou",
        "actor_id": "m",
        "subject_kind": "document",
        "subject_id": "d",
        "activity_id": None,
    }
    facts = more.pop("facts", {"reference": "ACT-0001", "number": 3, "capacity": "in_absence"})
    words = more.pop("words", {"title": "研修", "name": "髙橋 実", "post": "課長", "decision": "企第12号"})
    skeleton = canonical({"activity": None, "commit": {}, "facts": facts, "number": 7}).decode()
    return Line(verb=verb, skeleton=skeleton, said=json.dumps(words), **(given | more))


@pytest.fixture
def tellers(sqlite_house: House) -> Iterator[dict[str, Teller]]:
    with sqlite_house.app.app_context():
        yield {code: Teller.of(code, labels) for code, labels in LABELS.items()}


def test_a_consent_says_who_in_what_capacity_and_by_which_decision(tellers: dict[str, Teller]) -> None:
    japanese, english = tellers["ja"], tellers["en"]
    assert japanese.trail(line()) == "ACT-0001「研修」の版3に同意しました（代決、決裁番号 企第12号）。"
    assert (japanese.name(line()), japanese.post(line()), japanese.party(line())) == ("髙橋 実", "課長", "甲")
    assert japanese.capacity(line()) == "代決"
    assert english.party(line()) == "Party A"
    assert "企第12号" in english.trail(line())
    assert "同意" not in english.trail(line())


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_span_of_one_day_is_written_once(tellers: dict[str, Teller], language: str) -> None:
    facts = {
        "reference": "NTC-0001", "kind": "no_renewal", "standing": "late", "first_on": "2025-09-08",
        "last_on": "2025-09-08", "safe_on": "2025-09-05", "latest_on": "2025-09-07",
    }  # fmt: skip
    told = tellers[language].trail(line("notice.standing_reckoned", facts=facts, words={}))
    days = [tellers[language].fact(line(facts=facts), name) for name in ("first_on", "safe_on", "latest_on")]
    assert [told.count(day) for day in days] == [1, 1, 1], told
    between = told[told.index(days[1]) : told.index(days[2])].removeprefix(days[1])
    assert between == {"ja": "〜", "en": " to "}[language]


@pytest.mark.parametrize(
    ("language", "written"),
    [("ja", "令和7年（2025年）9月10日（水）14:02"), ("en", "Wed 10 September 2025, 14:02 JST")],
)
def test_a_moment_that_somebody_recorded_is_written_like_every_other(
    tellers: dict[str, Teller], language: str, written: str
) -> None:
    """Decision 23, 39: one form for moments, in the history, the messages and the exports."""
    facts = {"reference": "PUB-0001", "channel": 1, "act": "publish", "published_at": "2025-09-10 14:02"}
    published = line("publicity.published", facts=facts | {"differing": 0, "digest": "", "sha256": ""})
    for told in (tellers[language].trail, tellers[language].chronicle, tellers[language].message):
        assert written in told(published)
        assert "2025-09-10" not in told(published)


def test_days_keys_of_parties_and_check_codes_are_said_in_words(tellers: dict[str, Teller]) -> None:
    lapsed = line(
        "consent.lapsed", facts={"reference": "ACT-1", "number": 1, "newer": 2, "lapsed": ["kou", "otsu"]}
    )
    assert "（甲・乙）" in tellers["ja"].trail(lapsed)
    assert "Party A, Party B" in tellers["en"].trail(lapsed)
    dates = line(
        "agreement.dates_entered", facts={"signed_on": "2025-09-10", "effective_on": "", "end_on_fixed": ""}
    )
    assert "令和7年（2025年）9月10日（水）" in tellers["ja"].trail(dates)
    assert "Wed 10 September 2025" in tellers["en"].trail(dates)
    none = line("agreement.dates_entered", facts={"signed_on": ""})
    assert "締結日 記載なし" in tellers["ja"].trail(none)
    founded = line("agreement.founded", facts={"number": 1, "digest": "0123456789abcdef" * 4})
    assert "照合コード 0123 4567 89ab cdef）" in tellers["ja"].trail(founded)


def test_what_nobody_did_is_said_of_the_system_and_the_operator_is_named_as_such(
    tellers: dict[str, Teller],
) -> None:
    """excellent.md 3.5: system acts say 「システム」."""
    nobody = line("consent.lapsed", party=None, actor_id=None, words={"title": "研修"})
    assert (tellers["ja"].party(nobody), tellers["ja"].name(nobody)) == ("システム", "システム")
    assert tellers["en"].name(nobody) == "System"
    assert tellers["ja"].party(line(party=None)) == "運用管理者"


def test_erased_words_are_said_to_be_disposed_of(tellers: dict[str, Teller]) -> None:
    """art. 5, 7"""
    erased = line(words={"title": None, "name": None})
    assert "「（処分済み）」" in tellers["ja"].trail(erased)
    assert tellers["ja"].name(erased) == "（処分済み）"
    assert "disposed of" in tellers["en"].trail(erased)


@pytest.mark.parametrize(
    "hostile", ["%(x)s %s %", "{0} {x}", "<script>alert(1)</script>", "%(name)s", "\\N{BULLET}"]
)
def test_hostile_words_stay_words(tellers: dict[str, Teller], hostile: str) -> None:
    """row 66; nothing people typed is ever read as a template."""
    for teller in tellers.values():
        assert hostile in teller.trail(line(words={"title": hostile}))


def test_characters_that_turn_the_line_are_shown_as_marks(tellers: dict[str, Teller]) -> None:
    """row 75"""
    told = tellers["ja"].trail(line(words={"title": "abc\u202edef"}))
    assert "[U+202E]" in told
    assert "\u202e" not in told


@pytest.mark.parametrize("code", ["ja", "en"])
def test_a_verb_of_newer_code_gets_a_plain_sentence(tellers: dict[str, Teller], code: str) -> None:
    unknown = line("flying.happened", facts={}, words={})
    for tell in (tellers[code].trail, tellers[code].chronicle, tellers[code].message):
        assert "flying.happened" in tell(unknown)
        assert "%" not in tell(unknown)


@pytest.mark.parametrize("code", ["ja", "en"])
def test_every_event_can_be_told_with_nothing_but_its_verb(tellers: dict[str, Teller], code: str) -> None:
    """An entry of older code may lack any fact: the page still stands."""
    for verb in EVENTS:
        bare = line(verb, facts={}, words={}, party=None, actor_id=None)
        for tell in (tellers[code].trail, tellers[code].chronicle, tellers[code].message):
            assert tell(bare)
            assert "%(" not in tell(bare)
