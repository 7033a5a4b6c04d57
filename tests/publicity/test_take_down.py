"""A take-down, from its draft until it was carried out: nowhere is it called, or asked for as, a publication (S12)."""

from __future__ import annotations

import pytest

from portal.publicity import commands, rules
from portal.publicity.item import PUBLICITY
from tests.browser import Browser, Page
from tests.conftest import House
from tests.makers.activities import agreed, drafted, edition_of
from tests.makers.people import TestPerson
from tests.makers.publicity import OPENS, agreed_item, publicity_body, published, reported, tabled_item


def page_of(house: House, person: TestPerson, path: str, language: str = "ja") -> Page:
    browser = Browser(house, language=language)
    browser.sign_in(person.email, person.password)
    return browser.get(path, expect=200)


@pytest.fixture
def take_down(sqlite_dated: House) -> tuple[House, str, str]:
    """A record of what appeared without agreement, and the agreement that the last party takes it down: their ids."""
    house, people = sqlite_dated, sqlite_dated.people
    record = reported(house, people[0].press)
    item = tabled_item(
        house, people, relation="take_down", concerns="REC-0001", relation_reason="許諾がない", outputs=(), quotes=(),
        embargo="no", provided_day="", provided_time="", day="2025-10-10", time="14:00",
        channels=(("website", people.parties[-1], "取扱店のサイト", "", "", ""),),
    )  # fmt: skip
    return house, record, item


def test_a_draft_and_whoever_consents_read_that_it_is_a_take_down(take_down: tuple[House, str, str]) -> None:
    house, record, item = take_down
    page = page_of(house, house.people[0].officer, f"/publicity/{item}/consent")
    before = page.text[: page.text.index("同意する内容（版1）")]
    assert "掲載の取下げ" in before and "REC-0001" in before
    draft = page_of(house, house.people[0].drafter, f"/publicity/{item}/draft")
    words = "".join(draft.text.split())
    assert words.index("掲載の取下げ先の公表：REC-0001") < words.index("件名と対象"), "before anything is asked"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_other_side_waits_for_a_take_down_and_the_record_says_when_it_was_done(
    take_down: tuple[House, str, str], language: str
) -> None:
    house, record, item = take_down
    agreed(house, house.people, PUBLICITY, item)
    mine, theirs = house.people[0].press, house.people[1].press
    words = {
        "ja": (
            "乙による掲載の取下げと記録を待っています。",
            "公表と記録を待って",
            "解禁前に渡す写し",
            "合意済・時期待ち",
            "取り下げられます",
            "取下げ済（掲載）",
        ),
        "en": (
            "Waiting for Party B to take it down and record it.",
            "to publish and record it",
            "Make a copy to hand out",
            "Agreed, waiting for its time",
            "Can be taken down",
            "Taken down",
        ),
    }[language]
    waits, published_instead, copy, waiting, ready, done = words
    answered = f"/publicity/records/{record}"
    assert waiting in page_of(house, mine, answered, language).text
    house.clock.set(OPENS)
    page = page_of(house, mine, f"/publicity/{item}", language)
    assert waits in page.text and published_instead not in page.text and copy not in page.text
    assert ready in page_of(house, mine, answered, language).text
    home = {"ja": "掲載の取下げ：合意済", "en": "Take-down: Agreed"}[language]
    assert home in page_of(house, theirs, "/", language).text
    asked = page_of(house, theirs, f"/publicity/{item}/channels/1/publish", language)
    labels = {
        "ja": ("取り下げた日", "取り下げた時刻（日本時間）", "取り下げる側"),
        "en": ("Day of taking it down", "Time of taking it down (Japan time)", "Side that takes it down"),
    }[language]
    assert all(label in asked.text for label in labels)
    assert {"ja": "公表した", "en": "Day of publication"}[language] not in asked.text
    published(house, theirs, item, 1, url="")
    assert done in page_of(house, mine, answered, language).text
    page = page_of(house, mine, f"/publicity/{item}", language)
    assert "/follow-up" not in page.source, "what was taken down has nothing left to be taken down"


def test_whoever_settles_the_matter_comes_back_to_where_it_is_settled(sqlite_dated: House) -> None:
    """Below the words of the consultation, where nothing had changed, it looked as if nothing had been recorded."""
    house, people = sqlite_dated, sqlite_dated.people
    record = reported(house, people[0].press)
    page = page_of(house, people[0].press, f"/publicity/records/{record}")
    done = page.submit("/settle", text="済んだ", attributed_to="", follow=False)
    assert done.status == 303 and done.response.headers["Location"].endswith("#settled")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_draft_says_that_nobody_is_named_to_publish_through_a_channel(
    sqlite_dated: House, language: str
) -> None:
    """Empty brackets stood there until it was tabled and refused."""
    house, people = sqlite_dated, sqlite_dated.people
    body = publicity_body(edition_of(house), channels=(("website", "", "府のサイト", "", "", ""),))
    draft = drafted(house, people[0].drafter, PUBLICITY, body)
    page = page_of(house, people[0].drafter, f"/publicity/{draft}", language)
    shown = {
        "ja": "ウェブサイト「府のサイト」（公表する側の記載なし）",
        "en": "Website “府のサイト” (publishing side not stated)",
    }[language]
    assert shown in page.text


NOT_ASKED = (
    "公表する文面", "解禁日時を付けて事前に提供する", "事前に提供する日", "同時提供先", "取材の案内", "引用・コメント", "氏名・肩書",
    "画像・図の権利表示", "写る人・声の出る人の同意", "商標・製品名の表記", "当事者の概要", "公表後の再利用", "資料番号", "使う文面",
    "経路は上から順に公表する", "公表する側", "施策名",
)  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_take_down_is_asked_only_what_belongs_to_one(sqlite_dated: House, language: str) -> None:
    """S12: what is said of texts, of an embargo, of the press is of publications; what is asked is asked in the words of a
    take-down, and its pages say it in these, too."""
    house, people = sqlite_dated, sqlite_dated.people
    item = agreed_item(house, people, measure="行政DX", titles="知事 大阪 太郎")
    house.clock.set(OPENS)
    published(house, people[0].press, item, 1)
    browser = Browser(house, language=language)
    browser.sign_in(people[0].drafter.email, people[0].drafter.password)
    button = {"ja": "掲載の取下げを起案する", "en": "Draft: Take-down"}[language]
    page = browser.get(f"/publicity/{item}", expect=200).submit(button)
    asked = {
        "ja": ("取下げの理由", "取り下げるもの", "経路1で取り下げる側", "取り下げる掲載（経路）", "取下げ後の確認"),
        "en": ("Reason of the take-down", "What is taken down", "Side that takes down channel 1"),
    }[language]
    for words in asked:
        assert words in page.text, words
    if language == "ja":
        assert [words for words in NOT_ASKED if words in page.text] == []
    page = page.submit("/draft", relation_reason="誤りがあった", timing_kind="exact", day="2025-10-20", time="10:00")
    assert asked[0] in page.text and "行政DX" not in page.text and "大阪 太郎" not in page.text
    assert button not in page.text


def test_what_an_older_draft_of_a_take_down_says_beside_it_is_shown_until_it_is_taken_out(sqlite_dated: House) -> None:
    """No word is lost unseen."""
    house, people = sqlite_dated, sqlite_dated.people
    body = publicity_body(edition_of(house), relation="take_down", concerns="REC-0001", titles="知事 大阪 太郎", outputs=())
    draft = drafted(house, people[0].drafter, PUBLICITY, body)
    assert "知事 大阪 太郎" in page_of(house, people[0].drafter, f"/publicity/{draft}/draft").source


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_take_down_is_refused_and_agreed_in_its_own_words_and_never_called_off(
    take_down: tuple[House, str, str], language: str
) -> None:
    house, record, item = take_down
    act = {"ja": "この掲載の取下げの内容・時期・方法", "en": "content, timing and method of this take-down"}[language]
    assert act in page_of(house, house.people[0].officer, f"/publicity/{item}/consent", language).text
    agreed(house, house.people, PUBLICITY, item)
    page = page_of(house, house.people[0].drafter, f"/publicity/{item}", language)
    words = {
        "ja": ("公表の中止を提案する", "公表の時期と経路", "公表されたときは", "公表されてしまった"),
        "en": ("Propose not to publish", "Time and channels of publication", "published otherwise"),
    }[language]
    assert [one for one in words if one in page.text] == []
    with house.work(house.people[0].drafter.actor(house)) as work, pytest.raises(rules.NothingToCallOff):
        commands.call_off(work, item)
    button = {"ja": "掲載の取下げを起案する", "en": "Draft: Take-down"}[language]
    browser = Browser(house, language=language)
    browser.sign_in(house.people[0].drafter.email, house.people[0].drafter.password)
    page = browser.get(f"/publicity/records/{record}", expect=200).submit(button)
    refused = page.submit("/draft", relation_reason="許諾がない").submit("/table")
    assert {"ja": "取り下げる側", "en": "side that takes it down"}[language] in refused.text
    assert {"ja": "公表する側", "en": "publishing side"}[language] not in refused.text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_is_refused_and_what_is_told_of_a_take_down_speaks_of_no_publication(
    take_down: tuple[House, str, str], language: str
) -> None:
    """S12: on the page, to whoever may not, and in the record."""
    house, record, item = take_down
    mine, theirs = house.people[0].press, house.people[1].press
    browser = Browser(house, language=language)
    browser.sign_in(theirs.email, theirs.password)
    place, state = f"/publicity/{item}/channels/1/publish", {"ja": "「協議中」", "en": "“Under consultation”"}[language]
    unagreed = browser.get(place, expect=200)
    assert state in unagreed.text, "what stops it is that nobody has agreed, whatever the time"
    with pytest.raises(rules.TakenDownUnagreed):
        published(house, theirs, item)
    agreed(house, house.people, PUBLICITY, item)
    early = browser.get(place, expect=200)
    button = {"ja": "掲載の取下げを記録する", "en": "Record the take-down"}[language]
    refused = early.submit(button, published_on="2025-10-10", published_at="14:00", url="https://example.jp/x")
    assert refused.status == 409
    said = {"ja": "取下げを記録できません。", "en": "the take-down cannot be recorded."}[language]
    assert said in refused.text
    house.clock.set(OPENS)
    with pytest.raises(rules.TakenDownByAnother):
        published(house, mine, item)
    published(house, theirs, item)
    told = page_of(house, mine, "/history", language).text
    assert {"ja": "経路1で掲載の取下げが済みました", "en": "Take-down through channel 1"}[language] in told
