"""The pages of publicity, as people of both sides and in both languages use them."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from portal.consent import commands as consent
from portal.consent.models import Document
from portal.publicity import rules
from portal.publicity.item import PUBLICITY
from portal.publicity.models import Publication
from tests.browser import Browser, Page
from tests.conftest import House
from tests.makers.activities import agreed, agreed_activity, consented, edition_of
from tests.makers.people import TestPerson
from tests.makers.publicity import OPENS, agreed_item, japan, published, reported, tabled_item


def browser_of(house: House, person: TestPerson, language: str = "ja") -> Browser:
    browser = Browser(house, language=language)
    browser.sign_in(person.email, person.password)
    return browser


def send(page: Page, field: str, **values: Any) -> Page:
    """The form of the page that has `field`, filled in and sent by its last button."""
    form = next(one for one in page.forms if field in dict(one.fields) or field in one.choices)
    return page.submit(form.buttons[-1][2], **values)


WORDS: dict[str, Any] = {
    "title": "夏の実証の結果",
    "about": "cooperation",
    "sort": "press_release",
    "summary": "結果の概要。",
    "outputs-kou.ja": "## 見出し\n\n府から発表します。",
    "outputs-otsu.ja": "本日、発表しました。",
    "timing_kind": "exact",
    "day": "R7.10.10",
    "time": "午後2時",
    "embargo": "yes",
    "channels-medium-0": "press_club",
    "channels-publisher-0": "kou",
    "channels-place-0": "府政記者会",
    "channels-output-0": "kou.ja",
    "in_order": "no",
}


def typed(page: Page, **changes: Any) -> Page:
    """An item typed into the form of `page`, and sent."""
    return page.submit("/publicity/", **(WORDS | changes))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_item_is_drafted_kept_to_oneself_tabled_consented_and_published(
    sqlite_dated: House, language: str
):
    """S1.4: the release is refused before 14:00 with the time left, then asked for its address."""
    house, people = sqlite_dated, sqlite_dated.people
    mine, theirs = (browser_of(house, side.press, language) for side in people.sides[:2])
    blank = mine.get("/publicity/new", expect=200)
    page = typed(blank)
    assert page.status == 200 and "14:00" in page.text
    address = page.path
    assert theirs.get(address).status == 404
    assert WORDS["title"] not in theirs.get("/publicity", expect=200).text
    page = page.submit("/table")
    assert "PUB-0001" in page.text and WORDS["title"] not in page.title
    assert WORDS["title"] in theirs.get("/publicity", expect=200).text
    checklist = theirs.get(address, expect=200)
    assert {"ja": "同意を求める前の点検", "en": "Check before consent is asked"}[language] in checklist.text
    id = address.rpartition("/")[2]
    for side in people.sides:
        officer = browser_of(house, side.officer, language)
        shown = officer.get(f"{address}/consent", expect=200)
        assert "府政記者会" in shown.text and "府から発表します。" in shown.text
        send(shown, "decision_reference", decision_reference="第1号", capacity="decision")
    publish = f"/publicity/{id}/channels/1/publish"
    early = mine.get(publish, expect=200)
    given = {"published_on": "2025-10-10", "published_at": "14:00", "text_was": "agreed", "final_text": ""}
    refused = send(early, "published_on", **given)
    assert refused.status == 409
    assert {"ja": "あと", "en": "left"}[language] in refused.text
    house.clock.set(OPENS + dt.timedelta(minutes=2))
    mine, theirs = (browser_of(house, side.press, language) for side in people.sides[:2])
    done = send(mine.get(publish, expect=200), "published_on", **given)
    assert done.status == 200
    assert {"ja": "公表済", "en": "Published"}[language] in done.text
    for place in ("outputs/kou.ja", "outputs/otsu.ja", "agreement-sheet"):
        assert "PUB-0001" in theirs.get(f"/publicity/{id}/{place}", expect=200).text


@pytest.mark.parametrize("kind", ["exact", "window", "after_event"])
def test_a_draft_without_its_time_says_that_none_is_settled(sqlite_dated: House, kind: str):
    """A zone alone says nothing: what is still open is called open."""
    mine = browser_of(sqlite_dated, sqlite_dated.people[0].press)
    none = {"day": "", "time": "", "until_day": "", "until_time": "", "event": ""}
    page = typed(mine.get("/publicity/new", expect=200), timing_kind=kind, **none)
    assert "日時は未定です。" in page.text
    assert "日本時間（JST）" not in page.text.partition("同意を求める前の点検")[0]


def test_a_difference_from_what_was_agreed_is_said_first_on_the_page(sqlite_dated: House):
    """Excellent 3.3; decision 22: all of it is out, and something of it is not as agreed."""
    house, people = sqlite_dated, sqlite_dated.people
    id = agreed_item(house, people)
    house.clock.set(OPENS)
    published(house, people[0].press, id, 1)
    published(house, people[1].press, id, 2, is_agreed_text=False, final_text="別の文面")
    page = browser_of(house, people[0].press).get(f"/publicity/{id}", expect=200)
    turn = page.source.split('id="turn-sentence">')[1].split("</section>")[0]
    assert "すべての経路で公表されましたが、合意と異なるものがあります。" in turn
    assert "下の記録を確かめ" in turn


def test_the_page_of_recording_says_why_nothing_can_be_recorded_now(sqlite_dated: House):
    """The reason that stops it, not the time that has come: too early, and later held by a party."""
    house, people = sqlite_dated, sqlite_dated.people
    id = agreed_item(house, people)
    place = f"/publicity/{id}/channels/1/publish"
    reason = "いまは記録できません"
    early = browser_of(house, people[0].press).get(place, expect=200).text.partition(reason)[2]
    assert "14:00から。" in early[:80]
    house.clock.set(OPENS)
    with house.work(people[1].officer.actor(house)) as work:
        consent.hold(work, PUBLICITY, consent.document_of(work, PUBLICITY, id), reason="確認中")
    held = browser_of(house, people[0].press).get(place, expect=200).text.partition(reason)[2]
    assert "保留されています。" in held[:80] and "から。" not in held[:80]


def test_what_is_not_the_own_sides_to_record_or_is_recorded_asks_for_nothing(sqlite_dated: House):
    """A record that would be refused is refused before anything is typed."""
    house, people = sqlite_dated, sqlite_dated.people
    id = agreed_item(house, people)
    place = f"/publicity/{id}/channels/1/publish"
    house.clock.set(OPENS)
    mine, theirs = (browser_of(house, side.press) for side in people.sides[:2])
    page = theirs.get(place, expect=200)
    assert "この経路を記録するのは甲です" in page.text and 'name="published_on"' not in page.source
    assert f"/publicity/{id}" in page.links
    assert 'name="published_on"' in mine.get(place, expect=200).source
    published(house, people[0].press, id, 1)
    page = mine.get(place, expect=200)
    assert "すでに記録されています。" in page.text and 'name="published_on"' not in page.source


def test_no_button_and_no_post_publishes_before_its_time(sqlite_dated: House):
    """Excellent 3.3: button absent and direct POST refused."""
    house, people = sqlite_dated, sqlite_dated.people
    id = agreed_item(house, people)
    press = browser_of(house, people[0].press)
    place = f"/publicity/{id}/channels/1/publish"
    assert place not in press.get(f"/publicity/{id}", expect=200).links
    with house.read() as session:
        seen = session.get_one(Document, id).digest
    sent = {"seen": seen, "published_on": "2025-10-10", "published_at": "14:00", "text_was": "agreed"}
    assert send(press.get(place, expect=200), "published_on", **sent).status == 409
    with house.read() as session:
        assert session.scalars(select(Publication)).all() == []
    house.clock.set(OPENS)
    press = browser_of(house, people[0].press)  # days have passed
    assert place in press.get(f"/publicity/{id}", expect=200).links
    wrong = send(press.get(place, expect=200), "published_on", **(sent | {"seen": "0" * 64}))
    assert wrong.status == 409


def test_bad_times_are_kept_as_they_were_typed(sqlite_dated: House):
    press = browser_of(sqlite_dated, sqlite_dated.people[0].press)
    page = typed(press.get("/publicity/new", expect=200), day="あした", time="25時")
    assert page.status == 422
    page.has_lost_nothing(title=WORDS["title"], day="あした", time="25時", place="府政記者会")


def test_what_is_missing_for_tabling_is_said_beside_its_field(sqlite_dated: House):
    press = browser_of(sqlite_dated, sqlite_dated.people[0].press)
    page = typed(
        press.get("/publicity/new", expect=200), **{"channels-place-0": "", "timing_kind": [], "about": []}
    )
    page = page.submit("/table")
    assert page.status == 422
    for words in ("時期が定まっていません", "選ばれていません", "いずれかがありません"):
        assert words in page.text
    page.has_lost_nothing(text=WORDS["outputs-kou.ja"])


def test_a_picture_of_the_bundle_is_seen_before_consenting_without_what_lies_beside_it(sqlite_dated: House):
    """Decision 38; row 17: drawn anew; the file itself stays as it was agreed."""
    house, people = sqlite_dated, sqlite_dated.people
    press = browser_of(house, people[0].press)
    page = typed(press.get("/publicity/new", expect=200))
    address = page.path
    picture = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "撮影者"
    Image.new("RGB", (40, 30), "blue").save(picture, "JPEG", exif=exif)
    assert b"Exif" in picture.getvalue()
    files = press.get(f"{address}/files", expect=200)
    files.submit("/attachments", file=(io.BytesIO(picture.getvalue()), "写真.jpg"))
    press.get(address, expect=200).submit("/table")
    officer = browser_of(house, people[1].officer)
    shown = officer.get(f"{address}/consent", expect=200)
    image = next(one for one in _sources(shown) if "/images/" in one)
    answer = officer.client.get(image)
    assert answer.status_code == 200 and answer.mimetype == "image/jpeg"
    assert b"Exif" not in answer.data and Image.open(io.BytesIO(answer.data)).size == (40, 30)
    named = answer.headers["Content-Disposition"]
    assert named.startswith("inline") and "%E5%86%99" in named
    assert named.isascii(), "a server cannot send other letters in a header (row 74)"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def _sources(page: Page) -> list[str]:
    import re

    return re.findall(r'<img[^>]* src="([^"]+)"', page.source)


def test_an_embargoed_form_says_so_at_its_top_until_its_time(sqlite_dated: House):
    """Row 47; practice.md 3.2: 解禁 with day and hour in the Japanese era; a copy names who took it."""
    house, people = sqlite_dated, sqlite_dated.people
    id = agreed_item(house, people)
    press = browser_of(house, people[0].press)
    page = press.get(f"/publicity/{id}/outputs/kou.ja", expect=200)
    assert "令和7年10月10日（金）14時00分 解禁" in page.text and "配布しないでください" in page.text
    blank = press.get(f"/publicity/{id}/copies", expect=200)
    wrong = send(blank, "recipient", recipient=" ", output="kou.ja")
    assert wrong.status == 422 and "誰に渡すかを入力してください" in wrong.text
    taken = send(wrong, "recipient", recipient="記者クラブ幹事社")
    assert (
        "写し第1号" in taken.text and people[0].press.name in taken.text and "記者クラブ幹事社" in taken.text
    )
    assert browser_of(house, people[1].press).get(f"/publicity/{id}/copies/1").status == 404
    house.clock.set(OPENS)
    press = browser_of(house, people[0].press)
    assert "解禁（日本時間）" not in press.get(f"/publicity/{id}/outputs/kou.ja", expect=200).text
    offer = "解禁前に渡す写しを作る"
    assert offer in press.get(f"/publicity/{id}", expect=200).text
    for side, number in ((0, 1), (1, 2)):
        published(house, people[side].press, id, number)
    assert offer not in press.get(f"/publicity/{id}", expect=200).text, "nothing is left to go out"


@pytest.mark.parametrize("reading", ["ja", "en"])
def test_a_printed_form_speaks_the_language_of_its_text_throughout(sqlite_dated: House, reading: str):
    """R6.2-8: an English release names its ways and sides in English, whoever prints it."""
    house, people = sqlite_dated, sqlite_dated.people
    outputs = (("kou.ja", "試行を始めます。"), ("kou.en", "A trial starts."), ("otsu.ja", "試行を始めます。"))
    id = agreed_item(house, people, outputs=outputs)
    reader = browser_of(house, people[0].reader, reading)
    papers = {
        code: reader.get(f"/publicity/{id}/outputs/kou.{code}", expect=200).source.split('class="paper', 1)[1]
        for code in ("ja", "en")
    }
    medium = "記者クラブへの資料提供"
    assert medium in papers["ja"] and "（甲）" in papers["ja"]
    assert medium not in papers["en"] and "甲" not in papers["en"] and "Party A" in papers["en"]


def test_the_forms_of_a_prefecture_and_of_a_company_are_their_own(sqlite_dated: House):
    """Practice.md 3.2, 3.3: the kind of body, which is the agreement's data, chooses the form."""
    house, people = sqlite_dated, sqlite_dated.people
    id = agreed_item(house, people)
    reader = browser_of(house, people[0].reader)
    material = reader.get(f"/publicity/{id}/outputs/kou.ja", expect=200).text
    release = reader.get(f"/publicity/{id}/outputs/otsu.ja", expect=200).text
    for words in (
        "報道提供資料",
        "提供日時",
        "令和7年10月8日（水）10時00分",
        "問合せ先",
        "kouの広報",
        "otsuの広報",
    ):
        assert words in material, words
    assert "ニュースリリース" in release and "報道提供資料" not in release
    assert reader.get(f"/publicity/{id}/outputs/kou.en").status == 404
    sheet = reader.get(f"/publicity/{id}/agreement-sheet", expect=200).text
    for words in ("公表合意書", "決裁", people[0].officer.name, people[1].officer.name):
        assert words in sheet, words


def test_nothing_is_printed_before_agreement(sqlite_dated: House):
    """Row 38."""
    house, people = sqlite_dated, sqlite_dated.people
    id = tabled_item(house, people)
    consented(house, people[0].officer, PUBLICITY, id)
    reader = browser_of(house, people[0].reader)
    for place in ("outputs/kou.ja", "agreement-sheet"):
        assert reader.get(f"/publicity/{id}/{place}").status == 404


@pytest.mark.parametrize("language", ["ja", "en"])
def test_publicity_without_agreement_is_recorded_discussed_and_settled(sqlite_dated: House, language: str):
    """S12."""
    house, people = sqlite_dated, sqlite_dated.people
    mine, theirs = (browser_of(house, side.press, language) for side in people.sides[:2])
    page = mine.get("/publicity/records/new", expect=200)
    bad = send(
        page,
        "appeared_on",
        title="事例紹介",
        appeared_on="2025-10-01",
        appeared_at="9:00",
        place="",
        words="",
    )
    assert bad.status == 422
    bad.has_lost_nothing(title="事例紹介")
    done = send(bad, "appeared_on", title="事例紹介", appeared_on="2025-10-01", appeared_at="9:00", place="取扱店", words="x",
                      url="javascript:alert(1)")  # fmt: skip
    assert done.status == 422
    file = (io.BytesIO("写し".encode()), "写し.txt")
    done = send(done, "appeared_on", url="https://example.jp/x", file=file)
    assert done.status == 422, "whether secrets were in it is a question of its own"
    done = send(done, "appeared_on", secrets="unknown", file=(io.BytesIO("写し".encode()), "写し.txt"))
    assert "REC-0001" in done.text
    warned = {"ja": "直ちに相手方へ知らせる必要があります", "en": "must tell the other party immediately"}
    assert warned[language] in done.text
    address = done.path.partition("?")[0]
    seen = theirs.get(address, expect=200).submit("/words", text="取下げを依頼した。")
    assert "取下げを依頼した。" in seen.text
    for browser in (mine, theirs):
        browser.get(address, expect=200).submit("/settle", text="確かめた。", attributed_to="otsu")
    assert {"ja": "終結", "en": "Settled"}[language] in mine.get("/publicity/records", expect=200).text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_of_an_item_in_every_state_is_shown(sqlite_dated: House, language: str):
    house, people = sqlite_dated, sqlite_dated.people
    reader, press = (
        browser_of(house, people[0].reader, language),
        browser_of(house, people[0].press, language),
    )
    activity = agreed_activity(house, people)
    agreed_at_once = agreed_item(house, people, activity_id=activity, in_order="yes")
    event = {"timing_kind": "after_event", "event": "講演", "day": "", "time": "", "until_day": "2025-10-10"}
    waiting = agreed_item(house, people, **event)
    zoned = tabled_item(house, people, zone="America/Los_Angeles", day="2025-10-09", time="22:00")
    record = reported(house, people[0].drafter, nature="differs", document_id=waiting, channel=1)
    for who in (reader, press):
        for id in (agreed_at_once, waiting, zoned):
            who.get(f"/publicity/{id}", expect=200)
        who.get(f"/activities/{activity}", expect=200)
        who.get(f"/publicity/records/{record}", expect=200)
        who.get("/", expect=200)
    on_the_table = reader.get(f"/publicity/{zoned}", expect=200).text
    assert "14:00" in on_the_table, "Japan's time stands beside the other"
    gap = {
        "ja": "まだ：公表後の再利用について定めている",
        "en": "Not yet: Reuse after publication is settled",
    }
    assert gap[language] in on_the_table
    house.clock.set(japan(10, 15))
    reader, press = (
        browser_of(house, people[0].reader, language),
        browser_of(house, people[0].press, language),
    )
    ended = press.get(f"/publicity/{waiting}/event-ended", expect=200)
    send(ended, "ended_on", ended_on="2025-10-10", ended_at="14:40")
    published(house, people[0].press, agreed_at_once, at=OPENS, is_agreed_text=False, final_text="別の文面")
    page = reader.get(f"/publicity/{agreed_at_once}", expect=200)
    assert {"ja": "合意との違い", "en": "What differs from the agreement"}[language] in page.text
    draft = press.get(f"/publicity/{agreed_at_once}", expect=200).submit("/follow-up")
    assert "PUB-0001" in draft.text and "/draft" in draft.path
    press.get(f"/activities/{activity}", expect=200)
    press.get("/", expect=200)
    house.clock.set(japan(13))
    press = browser_of(house, people[0].officer, language)
    missed = press.get(f"/publicity/{waiting}", expect=200)
    assert not any(form.action.endswith("/hold") for form in missed.forms), "there is nothing left to stop"
    assert f"/publicity/{waiting}/hold" not in missed.links
    for state in ("partly_published", "ready", "consulting", "lapsed"):
        assert press.get(f"/publicity?state={state}&year=2025", expect=200).status == 200


def test_the_list_goes_on_by_key_and_keeps_its_filter(sqlite_dated: House):
    house, people = sqlite_dated, sqlite_dated.people
    for number in range(53):
        tabled_item(house, people, title=f"公表{number:02}")
    reader = browser_of(house, people[0].reader)
    first = reader.get("/publicity?sort=press_release", expect=200)
    older = next(link for link in first.links if "before=" in link)
    assert "sort=press_release" in older
    assert "公表00" in reader.get(older, expect=200).text
    assert reader.get("/publicity?sort=web", expect=200).text.count("PUB-") == 0
    assert "公表07" in reader.get("/publicity?words=公表０７", expect=200).text


def test_both_sides_see_the_same_agreed_item(sqlite_dated: House):
    house, people = sqlite_dated, sqlite_dated.people
    id = tabled_item(house, people)
    agreed(house, people, PUBLICITY, id)
    for side in people.sides:
        assert "合意済" in browser_of(house, side.reader).get(f"/publicity/{id}", expect=200).text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_three_parties_publish_by_their_own_agreement(agreement_of_three: House, language: str):
    """Decision 28: with one consent or two nothing goes out; outputs, channels and forms are the agreement's data."""
    house, people = agreement_of_three, agreement_of_three.people
    edition = edition_of(house)
    press = browser_of(house, people[0].press, language)
    blank = press.get("/publicity/new", expect=200)
    for party in edition.parties:
        assert party.defined_as[language] in blank.text
    given: dict[str, Any] = {
        key: value for key, value in WORDS.items() if "kou" not in key and "otsu" not in key
    }
    given |= {f"outputs-{key}.ja": f"{key}の文面" for key in people.parties}
    for number, key in enumerate(people.parties):
        given |= {
            f"channels-medium-{number}": "magazine",
            f"channels-publisher-{number}": key,
            f"channels-place-{number}": f"{key}の会報",
            f"channels-output-{number}": f"{key}.ja",
        }
    page = blank.submit("/publicity/", **given)
    address = page.path
    page.submit("/table")
    id = address.rpartition("/")[2]
    house.clock.set(OPENS)
    for side in people.sides:
        with pytest.raises(rules.NotAgreedByAll):
            published(house, people[0].press, id, 1)
        consented(house, side.officer, PUBLICITY, id)
    for number, side in enumerate(people.sides, 1):
        published(house, side.press, id, number)
    shown = browser_of(house, people[2].reader, language).get(f"/publicity/{id}", expect=200)
    assert {"ja": "公表済", "en": "Published"}[language] in shown.text
    for key in people.parties:
        browser_of(house, people[key].reader, language).get(f"/publicity/{id}/outputs/{key}.ja", expect=200)


def test_a_clock_that_is_not_the_databases_publishes_nothing():
    """Row 42."""
    rules.must_keep_time(dt.timedelta(seconds=2))
    for seconds in (2.001, -3):
        with pytest.raises(rules.SkewedClock):
            rules.must_keep_time(dt.timedelta(seconds=seconds))
