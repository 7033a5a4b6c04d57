"""The agreement as people read it: both languages side by side, every clause with its address and its rules."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.access.actor import SYSTEM
from portal.agreement.commands import GivenDates, confirm_dates, enter_dates
from portal.agreement.edition import Edition
from portal.agreement.text import FOUNDING_FILE, read_edition, texts_of
from portal.agreement.views import rules_kept
from portal.kernel.errors import RuleBroken
from portal.kernel.periods import Basis
from tests.conftest import House, make_house
from tests.history.acts import client_of, person

KYOGIKAI_FILE = Path(__file__).parents[1] / "agreements" / "kyogikai.yaml"


class PublishedEarly(RuleBroken):
    """A rule of these tests."""

    clause = "publicity"
    sentence = "まだ%(days)s日あります。"


@pytest.fixture
def founding() -> Edition:
    return read_edition(*texts_of(FOUNDING_FILE))


def body(client: FlaskClient, address: str = "/agreement", status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return str(response.text)


def words_of(page: str) -> str:
    """What a page says, without its tags and spaces."""
    return re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]+>", "", page)))


def reader(house: House, language: str = "ja") -> FlaskClient:
    return client_of(house, person(house, house_parties(house)[0]), language)


def house_parties(house: House) -> list[str]:
    with house.work() as work:
        return list(work.parties)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_whole_text_stands_in_both_languages_whatever_the_readers_own(
    sqlite_house: House, founding: Edition, language: str
) -> None:
    """R0-3: Japanese beside English, 「日本語が正文」 always visible."""
    page = body(reader(sqlite_house, language))
    japanese = re.findall(r'<(div|h3) class="parallel-ja"[^>]*>(.*?)</\1>', page, re.DOTALL)
    english = re.findall(r'<(div|p) class="parallel-en"[^>]*>(.*?)</\1>', page, re.DOTALL)
    for code, columns in (("ja", japanese), ("en", english)):
        assert words_of("".join(inner for _, inner in columns)) == re.sub(
            r"\s", "", "".join(_pieces(founding, code))
        )
    assert ("日本語が正文です。" if language == "ja" else "The Japanese text is authentic.") in page
    assert founding.translation_notice[language] in page


def _pieces(edition: Edition, code: str) -> Iterator[str]:
    """The whole text in the order of the page."""
    yield edition.title[code]
    yield edition.preamble.text[code]
    for article in edition.articles:
        yield article.label[code]
        yield article.caption[code]
        for paragraph in article.paragraphs:
            yield paragraph.label[code]
            yield paragraph.text[code]
            for item in paragraph.items:
                yield item.label[code]
                yield item.text[code]
                yield item.after if code == "ja" else ""
            yield paragraph.tail[code]
    yield edition.closing.text[code]


def test_every_clause_has_its_address_once_and_a_link_to_itself(
    sqlite_house: House, founding: Edition
) -> None:
    """R0-3: deep links per id."""
    page = body(reader(sqlite_house))
    for id in founding.clauses:
        assert page.count(f'id="{id}"') == 1, id
    for article in founding.articles:
        for paragraph in article.paragraphs:
            assert f'href="#{paragraph.id}"' in page


def test_the_translators_notes_are_there_folded(sqlite_house: House, founding: Edition) -> None:
    page = body(reader(sqlite_house))
    for note in founding.translation_notes:
        assert html.escape(note.text.ja, quote=True).replace("&#x27;", "&#39;") in page
    assert "翻訳者の注" in page


def test_dates_not_entered_are_said_to_be_missing_and_nothing_is_reckoned(sqlite_house: House) -> None:
    """R0-1; decision 30: entered, never assumed."""
    page = body(reader(sqlite_house))
    assert "締結日がまだ記入されていません" in page
    assert "いまの期間" not in page


def _enter(house: House, **given: object) -> GivenDates:
    dates = GivenDates(**({"signed_on": dt.date(2025, 9, 10)} | given))  # type: ignore[arg-type]  # a test's own keys
    with house.work(SYSTEM) as work:
        enter_dates(work, document_id="dates", given=dates)
    return dates


def test_entered_dates_are_marked_unconfirmed_and_assumed_ones_as_assumed(sqlite_house: House) -> None:
    """decision 30"""
    _enter(sqlite_house, is_assumed=True)
    page = body(reader(sqlite_house))
    assert "未確認" in page
    assert '<span class="mark-assumed">仮</span>' in page
    assert "令和7年（2025年）9月10日（水）" in page


def test_confirmed_dates_are_said_to_be_confirmed(sqlite_house: House) -> None:
    dates = _enter(sqlite_house)
    with sqlite_house.work(SYSTEM) as work:
        confirm_dates(work, document_id="dates", given=dates)
    page = body(reader(sqlite_house))
    assert "確認済" in page
    assert "未確認" not in page
    assert "mark-assumed" not in page


@pytest.mark.parametrize(
    ("given", "today", "words", "basis"),
    [
        ({}, None, "令和8年（2026年）9月10日（木）まで（第1期）", Basis.FIRST_DAY_NOT_COUNTED),
        (
            {"count_first_day": True},
            None,
            "令和8年（2026年）9月9日（水）まで（第1期）",
            Basis.FIRST_DAY_COUNTED,
        ),
        (
            {"effective_on": dt.date(2025, 10, 1)},
            None,
            "令和8年（2026年）9月30日（水）まで",
            Basis.STARTS_AT_MIDNIGHT,
        ),
        ({"end_on_fixed": dt.date(2026, 3, 31)}, None, "令和8年（2026年）3月31日（火）まで", Basis.FIXED_DAY),
        ({}, dt.date(2027, 1, 5), "令和9年（2027年）9月10日（金）まで（第2期）", Basis.STARTS_AT_MIDNIGHT),
    ],
)
def test_the_term_now_running_stands_with_the_rule_it_was_reckoned_by(
    sqlite_house: House, given: dict[str, object], today: dt.date | None, words: str, basis: Basis
) -> None:
    _enter(sqlite_house, **given)
    if today:
        sqlite_house.clock.set(dt.datetime(today.year, today.month, today.day, 3, tzinfo=dt.UTC))
    page = body(reader(sqlite_house))
    assert words in page
    assert f"算定の根拠：{basis.value}" in page


def test_a_day_outside_every_term_is_said_to_be_so_by_the_reckoning(sqlite_house: House) -> None:
    """decision 3: the portal reckons; it does not say what is valid."""
    _enter(sqlite_house, end_on_fixed=dt.date(2025, 9, 30))
    page = body(reader(sqlite_house))
    assert "最後の期間" in page
    assert "算定では、令和7年（2025年）10月1日（水）は有効期間の外です。" in page


def test_rules_stand_under_the_clause_they_rest_on(sqlite_house: House, founding: Edition) -> None:
    """architecture.md 2.8: clause, package, rule; what a refusal would fill in is left open."""
    page = body(reader(sqlite_house))
    assert "この条項についてポータルが守る決まり" in page
    app = sqlite_house.app
    with app.test_request_context("/agreement"):
        kept = rules_kept(founding)
    assert kept, "there is at least one rule with a clause"
    assert all(id in founding.clauses for id in kept)
    assert not any("%(" in rule.sentence + rule.next_step for rules in kept.values() for rule in rules)
    assert not any(
        "まだ" in rule.sentence and "日あります" in rule.sentence for rules in kept.values() for rule in rules
    )
    assert PublishedEarly.clause == "publicity"


# --- The text to take away (R0-5) -----------------------------------------------------------------


def test_the_yaml_is_the_file_that_was_adopted_byte_for_byte(sqlite_house: House) -> None:
    response = reader(sqlite_house).get("/agreement/text?form=yaml")
    assert response.data == FOUNDING_FILE.read_bytes()
    assert response.headers["Content-Disposition"] == "attachment; filename=agreement-1.yaml"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_japanese_text_is_the_authentic_text_and_nothing_else(
    sqlite_house: House, founding: Edition
) -> None:
    given = reader(sqlite_house).get("/agreement/text?form=japanese").text
    assert re.sub(r"[\s　]", "", given) == re.sub(r"[\s　]", "", founding.japanese_text())


def test_the_parallel_text_has_both_and_says_first_which_is_authentic(
    sqlite_house: House, founding: Edition
) -> None:
    lines = reader(sqlite_house).get("/agreement/text?form=parallel").text.split("\n")
    assert lines[:2] == [founding.translation_notice.ja, founding.translation_notice.en]
    whole = "".join(lines)
    for code in ("ja", "en"):
        for piece in _pieces(founding, code):
            assert piece in whole


@pytest.mark.parametrize(
    "address",
    [
        "/agreement/text?form=pdf",
        "/agreement/text?form=yaml&edition=2",
        "/agreement/text?form=yaml&edition=x",
        "/agreement/text?form=yaml&edition=-1",
        "/agreement/text?form=yaml&edition=" + "9" * 40,
        "/agreement/editions/0",
        "/agreement/editions/2",
        "/agreement/editions/99999999999999999999",
    ],
)
def test_what_is_not_there_is_not_found(sqlite_house: House, address: str) -> None:
    body(reader(sqlite_house), address, 404)


def test_an_edition_has_its_own_address(sqlite_house: House) -> None:
    assert "現行の版（第1版）" in body(reader(sqlite_house), "/agreement/editions/1")


def test_the_operator_and_strangers_do_not_read_the_agreement(sqlite_house: House) -> None:
    """R6.2-9; decision 2"""
    operator = client_of(sqlite_house, person(sqlite_house, None))
    for address in ("/agreement", "/agreement/text", "/agreement/editions/1"):
        assert operator.get(address).status_code == 403
        assert sqlite_house.app.test_client().get(address).status_code == 303


def test_another_agreement_of_three_parties_reads_as_well(tmp_path: Path, sqlite_template: Path) -> None:
    """decision 1: parties, clauses and terms are data."""
    (tmp_path / "portal.db").write_bytes(sqlite_template.read_bytes())
    house = make_house(f"sqlite:///{tmp_path / 'portal.db'}", tmp_path, agreement=KYOGIKAI_FILE)
    edition = read_edition(*texts_of(KYOGIKAI_FILE))
    for language in ("ja", "en"):
        page = body(reader(house, language))
        for party in edition.parties:
            assert html.escape(party.name[language]) in page
        for id in edition.clauses:
            assert page.count(f'id="{id}"') == 1, id
    house.app.engines.dispose()
