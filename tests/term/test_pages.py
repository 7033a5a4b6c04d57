"""The pages of article 4, as people of both sides use them: letters, refusals, answers, accords, papers."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pytest
from sqlalchemy import select

from portal.kernel import pdf
from portal.kernel.clock import JAPAN
from portal.kernel.days import day_in_words
from portal.term.models import Meeting, Notice, NoticeArrival, NoticeDraft
from tests.browser import Browser, Page
from tests.conftest import House
from tests.makers.activities import edition_of, tabled_proposal
from tests.makers.notices import (
    agreed_accord,
    arrived,
    decided_notice,
    dispatched,
    drafted_notice,
    held_meeting,
    notice_body,
    notice_of,
    said_intention,
    tabled_accord,
)
from tests.makers.people import TestPerson

languages = pytest.mark.parametrize("language", ["ja", "en"])
SENTENCE = {
    "ja": "本システムへの登録や送信は、第４条の書面に代わるものではありません。書面の効力の判断は当事者が行います。",
    "en": "Registering or sending in this system does not replace the writing required by Article 4. The Parties decide on its legal effect.",
}
"""R4-2, word for word."""


def seat(house: House, person: TestPerson, language: str = "ja") -> Browser:
    browser = Browser(house, language=language)
    browser.sign_in(person.email, person.password)
    return browser


def send(page: Page, name: str, **values: Any) -> Page:
    """The form that has the field `name` (of several, the first), sent with `values`."""
    form = next(one for one in page.forms if name in {*dict(one.fields), *one.choices, *one.files})
    return page.submit(form.buttons[-1][2], **values)


def first_button(page: Page) -> tuple[str, str]:
    """Kind and words of the first button in the box that says whose turn it is."""
    box = page.source.split('class="turn', 1)[1]
    found = re.search(r'class="button button-(\w+)[^"]*"[^>]*>([^<]*)<', box)
    assert found is not None
    return found[1], found[2].strip()


def scan() -> tuple[io.BytesIO, str]:
    return io.BytesIO("収受".encode()), "収受印.txt"


def only(house: House, model: Any) -> Any:
    with house.read() as session:
        return session.scalars(select(model)).one()


def count(house: House, model: Any) -> int:
    with house.read() as session:
        return len(session.scalars(select(model)).all())


@languages
def test_a_notice_goes_from_its_words_to_its_arrival(sqlite_dated: House, language: str) -> None:
    """R4-1, R4-2, R4-7: drafted, decided on, printed, dispatched, arrived; the sentence stands on every such page."""
    house, (sender, receiver) = sqlite_dated, sqlite_dated.people.sides
    manager, officer = seat(house, sender.manager, language), seat(house, sender.officer, language)
    theirs = seat(house, receiver.drafter, language)
    pages: list[Page] = []

    def kept(page: Page) -> Page:
        pages.append(page)
        return page

    page = kept(manager.get("/term/notices/new", query={"kind": "termination", "planned": "2025-12-31"}))
    addressee = edition_of(house).party(receiver.party or "").name.ja
    assert page.form("/term/notices/new").values()[f"addressees-{receiver.party}"] == [f"{addressee}　御中"]
    page = kept(page.submit("/term/notices/new", sender="部長　星野 かなえ", document_number="総第12号"))
    draft = page.path
    assert theirs.get(draft).status == 404
    assert theirs.get(draft.replace("/draft", f"/letter/{receiver.party}")).status == 404
    letter = manager.get(draft.replace("/draft", f"/letter/{receiver.party}"), expect=200)
    for words in (
        addressee,
        "総第12号",
        "部長　星野 かなえ",
        "令和7年（2025年）12月31日（水）",
        SENTENCE["ja"],
    ):
        assert words.replace("　", " ") in letter.text.replace("　", " "), words
    assert edition_of(house).clause_of("termination").text.ja in letter.text, "the clause word for word"
    printed = letter.submit("/letter/")
    assert printed.response.mimetype == "application/pdf" and printed.response.get_data().startswith(b"%PDF")
    assert "attachment" in printed.response.headers["Content-Disposition"]
    assert only(house, NoticeDraft).printed_at is not None

    assert draft not in officer.get("/").links
    kept(officer.get(draft)).submit("/decide", decision_reference="総第45号", capacity="decision")
    assert draft in officer.get("/").links, "what is decided on waits for being sent"
    assert all(draft not in one.get("/").links for one in (manager, theirs)), (
        "not its only drafter, nor another side"
    )
    page = kept(officer.get(draft.replace("/draft", "/dispatch")))
    page = kept(send(page, "means", means="registered", tracking="123-45", file=scan()))
    notice = page.path
    assert "NTC-0001" in page.title and "収受印.txt" in page.text
    assert officer.get(draft).status == 404, "it is a notice now"
    home = theirs.get("/")
    assert any(notice in link for link in home.links), "whoever may record its arrival is asked to"
    page = kept(theirs.get(notice.replace("?", "") + "/arrival"))
    page = kept(send(page, "arrived_on", evidence="収受印", file=scan()))
    assert notice_of(house, only(house, Notice).id).standing == "timely"
    until = day_in_words(dt.date(2025, 12, 31), language)
    assert until in page.text and until in theirs.get("/activities").text, "the end stands on every page"
    assert all(SENTENCE[language] in one.text for one in pages)
    kept_file = next(link for link in page.links if "/files/" in link)
    assert theirs.get(kept_file).response.get_data() == "収受".encode()
    paper = theirs.get(f"{notice}/letter/{receiver.party}/pdf")
    assert paper.response.mimetype == "application/pdf"


def test_the_subject_of_the_letter_stands_in_the_middle_on_the_paper_as_on_the_page(
    monkeypatch: pytest.MonkeyPatch, sqlite_dated: House
) -> None:
    """As official letters have it."""
    house, (sender, receiver) = sqlite_dated, sqlite_dated.people.sides
    draft = drafted_notice(house, sender.manager, notice_body(house, sender.party or ""))
    made: list[pdf.Paper] = []

    def keep(paper: pdf.Paper, **_: Any) -> bytes:
        made.append(paper)
        return b"%PDF"

    monkeypatch.setattr(pdf, "made", keep)
    letter = seat(house, sender.manager).get(f"/term/notices/{draft}/letter/{receiver.party}", expect=200)
    assert '<h2 class="letter-subject">' in letter.source
    letter.submit("/letter/")
    (subject,) = [one for one in made[0].blocks if isinstance(one, pdf.Heading)]
    assert subject.align == "center"


def test_a_draft_of_a_notice_is_thrown_away_only_after_reading_what_is_lost(sqlite_dated: House) -> None:
    """No letter is lost by one slip of the hand."""
    house, sender = sqlite_dated, sqlite_dated.people[0]
    draft = drafted_notice(house, sender.manager, notice_body(house, sender.party or ""))
    page = seat(house, sender.manager).get(f"/term/notices/{draft}/draft", expect=200)
    folded = page.source.split('<details class="discard">')[1].split("</details>")[0]
    assert "この下書きに書いたことは元に戻せません。" in folded
    assert f'action="/term/notices/{draft}/discard"' in folded
    assert page.source.count(f'action="/term/notices/{draft}/discard"') == 1
    page = page.submit("/discard")
    assert "下書きを破棄しました。" in page.text and count(house, NoticeDraft) == 0


def test_a_draft_that_is_decided_on_does_not_ask_for_the_decision_again(sqlite_dated: House) -> None:
    """The form stands open until there is a decision on the words as they are, then behind a fold."""
    house, sender = sqlite_dated, sqlite_dated.people[0]
    draft = drafted_notice(house, sender.manager, notice_body(house, sender.party or ""))
    officer, path = seat(house, sender.officer), f"/term/notices/{draft}/draft"
    again = "<details><summary>決裁を改めて記録する</summary>"
    assert again not in officer.get(path, expect=200).source
    page = officer.get(path).submit("/decide", decision_reference="総第45号", capacity="decision")
    folded = page.source.split(again)[1].split("</details>")[0]
    assert f'action="/term/notices/{draft}/decide"' in folded
    page = page.submit("/decide", decision_reference="", capacity="decision")
    assert page.status == 422 and "<details open><summary>決裁を改めて記録する" in page.source
    edited = (
        seat(house, sender.manager)
        .get(f"/term/notices/{draft}/edit")
        .submit("/edit", document_number="総第99号")
    )
    assert again not in edited.source, "these words have no decision yet"


def test_a_page_says_before_anything_is_typed_that_no_notice_can_end_what_has_ended(
    sqlite_dated: House,
) -> None:
    """Art4: after the last day in force there is nothing to end; before it, only what still lacks is named."""
    house, sender = sqlite_dated, sqlite_dated.people[0]
    draft = drafted_notice(house, sender.manager, notice_body(house, sender.party or ""))
    refused, alone = "終わらせる通知はできません。", "起案者だけで発信を記録することはできません"
    desk = seat(house, sender.manager)
    pages = [
        "/term/notices/new",
        f"/term/notices/{draft}/edit",
        f"/term/notices/{draft}/draft",
        f"/term/notices/{draft}/dispatch",
    ]
    assert all(refused not in desk.get(page, expect=200).text for page in pages)
    dispatch = desk.get(pages[-1]).text
    assert "いまの文面に対する決裁が記録されていません。" in dispatch and alone in dispatch
    assert alone not in seat(house, sender.officer).get(pages[-1]).text
    assert "解約予定日" in desk.get("/term").text
    agreed_accord(house, house.people, "end", last_day="2025-10-02", measures="apply")
    house.clock.move(days=2)
    desk = seat(house, sender.manager)
    assert all(refused in desk.get(page, expect=200).text for page in pages)
    assert "解約するときの期限" not in desk.get("/term").text, "there is nothing left to reckon"


@languages
def test_whatever_is_refused_stands_beside_its_field_and_nothing_typed_is_lost(
    sqlite_dated: House, language: str
) -> None:
    house, (sender, receiver) = sqlite_dated, sqlite_dated.people.sides
    manager, officer = seat(house, sender.manager, language), seat(house, sender.officer, language)
    page = manager.get("/term/notices/new").submit(
        "/term/notices/new", planned_on="13月", sender="部長", statement="これまでの経緯"
    )
    assert page.status == 422
    page.has_lost_nothing(planned_on="13月", sender="部長", statement="これまでの経緯")

    id = drafted_notice(house, sender.manager, notice_body(house, sender.party or ""))
    decided_notice(house, sender.officer, id)
    page = send(officer.get(f"/term/notices/{id}/dispatch"), "means", tracking="追跡番号")
    assert page.status == 422
    page.has_lost_nothing(tracking="追跡番号")
    page = manager.get(f"/term/notices/{id}/edit")
    manager.get(f"/term/notices/{id}/edit").submit("/edit", contact="内線100")
    page = page.submit("/edit", contact="内線200")
    assert page.status == 409, "saved by another window in between"
    page.has_lost_nothing(contact="内線200")
    assert page.submit("/edit").status == 200

    sent = dispatched(house, house.people, sender.party or "", notice_body(house, sender.party or ""))
    theirs = seat(house, receiver.drafter, language)
    page = send(
        theirs.get(f"/term/notices/{sent}/arrival"),
        "arrived_on",
        arrived_on="2025-10-02",
        evidence="受付簿",
        evidence_on="2025-10-01",
        reason="なし",
    )
    assert page.status == 422, "a day to come"
    page.has_lost_nothing(evidence="受付簿", reason="なし")
    page = send(
        theirs.get(f"/term/notices/{sent}/arrival"), "arrived_on", arrived_at="25時", evidence="受付簿"
    )
    assert page.status == 422
    page.has_lost_nothing(arrived_at="25時", evidence="受付簿")
    page = send(theirs.get("/term/notices/received"), "signed_by", document_number="B-7", evidence="収受印")
    assert page.status == 422
    page.has_lost_nothing(document_number="B-7", evidence="収受印")
    page = seat(house, sender.drafter, language).get(f"/term/notices/{sent}/attempt")
    page = send(page, "tried_on", circumstances="受付で断られた。")
    assert page.status == 422
    page.has_lost_nothing(circumstances="受付で断られた。")
    assert count(house, NoticeArrival) == 0


def test_a_paper_of_which_nothing_was_recorded_is_registered_answered_and_borne_out(
    sqlite_dated: House,
) -> None:
    """R4-7: earlier than what shows it needs a second person of the receiving side; the sender answers."""
    house, (receiver, sender) = sqlite_dated, sqlite_dated.people.sides
    theirs = seat(house, receiver.drafter)
    page = send(theirs.get("/term/notices/received"), "signed_by", sender=sender.party, kind="termination", planned_on="R7.12.31", dated_on="2025/9/26",
        signed_by="代表取締役", means="hand", arrived_on="2025-09-30", evidence="守衛の受付簿", scan=scan(),
    )  # fmt: skip
    notice = page.path
    row = only(house, Notice)
    assert page.status == 200 and row.to_second == f",{receiver.party},"
    assert row.waits_for == "", "the sender may answer, and need not"
    assert not any("/second" in form.action for form in page.forms), "not by whoever recorded it"
    second = seat(house, receiver.drafter2)
    assert any(notice in link for link in second.get("/").links)
    assert first_button(page) == ("secondary", "到達を記録する"), "whoever recorded it cannot bear it out"
    assert first_button(second.get(notice)) == ("primary", "到達日を裏付ける"), "what to press stands first"
    assert first_button(seat(house, sender.drafter).get(notice)) == ("secondary", "到達の記録に答える")
    page = second.get(notice).submit("/second", is_confirmed="no")
    assert page.status == 422, "what is otherwise is said"
    page = page.submit("/second", is_confirmed="yes")
    assert page.status == 200 and only(house, Notice).to_second == ""
    page = seat(house, sender.drafter).get(notice).submit("/answer", is_confirmed="no", remark="")
    assert page.status == 422
    page = page.submit("/answer", is_confirmed="yes")
    assert only(house, Notice).waits_for == "" and "このとおりと確認" in page.text
    attempts = dispatched(house, house.people, sender.party or "", notice_body(house, sender.party or ""))
    page = send(
        seat(house, sender.drafter).get(f"/term/notices/{attempts}/attempt"),
        "tried_on",
        means="hand",
        circumstances="受付で断られた。",
        file=scan(),
    )
    assert "受付で断られた。" in page.text and notice_of(house, attempts).standing == ""


def test_of_a_paper_received_everything_that_is_missing_is_told_at_once(sqlite_dated: House) -> None:
    """Each beside its field; the only other party stands chosen, for nobody else can have sent it."""
    house, (receiver, sender) = sqlite_dated, sqlite_dated.people.sides
    page = seat(house, receiver.drafter).get("/term/notices/received", expect=200)
    form = next(one for one in page.forms if "sender" in one.values())
    assert form.values()["sender"] == [sender.party]
    page = send(page, "signed_by", sender=[], kind=[], signed_by="", dated_on="")
    assert page.status == 422
    for missing in (
        "差し出した当事者が選ばれていません。",
        "通知の種類が選ばれていません。",
        "文書の日付が入力されていません。",
        "差出人の職・氏名が入力されていません。",
    ):
        assert missing in page.text, missing


@languages
def test_in_the_last_sixty_days_the_parties_are_asked_what_they_intend(
    sqlite_dated: House, language: str
) -> None:
    """R4-5: informal, marked as no notice, changed at any time, seen by everybody."""
    house, (own, other) = sqlite_dated, sqlite_dated.people.sides
    house.clock.set(dt.datetime(2026, 7, 11, 9, tzinfo=JAPAN))
    early = seat(house, own.manager, language)
    assert not any("/term/intentions" in form.action for form in early.get("/term").forms), "61 days before"
    house.clock.set(dt.datetime(2026, 7, 12, 9, tzinfo=JAPAN))
    mine = seat(house, own.manager, language)
    assert any(link.endswith("/term#intentions") for link in mine.get("/").links)
    page = mine.get("/term").submit("/term/intentions", says=None, remark="予算が決まれば")
    assert page.status == 422
    page.has_lost_nothing(remark="予算が決まれば")
    page = page.submit("/term/intentions", says="undecided", remark="予算が決まれば")
    assert page.status == 200, page.text
    said_intention(house, own.manager, "continue", "予算が決まった")
    page = seat(house, other.reader, language).get("/term")
    assert "予算が決まった" in page.text and "予算が決まれば" in page.text
    assert {"ja": "満了後についての意向（通知ではありません）", "en": "(no notice)"}[language] in page.text
    assert not any(link.endswith("/term#intentions") for link in mine.get("/").links)
    assert count(house, Notice) == 0
    assert mine.get("/term/meetings").status == 404, "this agreement asks for no regular meetings"


@languages
def test_what_the_parties_settle_together_says_beforehand_what_follows(
    sqlite_staffed: House, language: str
) -> None:
    """R4-8; articles.md 1.4: an expiry day confirmed by all; an end with the question whether the measures apply."""
    from tests.makers.activities import entered_dates

    house, people = sqlite_staffed, sqlite_staffed.people
    entered_dates(house, people)
    mine = seat(house, people[0].manager, language)
    both = [day_in_words(dt.date(2026, 9, day), language) for day in (10, 9)]
    page = mine.get("/term")
    assert all(one in page.text for one in both), "both ways of counting, until the parties confirm one"
    page = mine.get("/term/accords/new")
    form = page.form("/term/accords/new")
    assert "what" in form.choices and "expiry" not in form.values(), "first what it is about"
    page = mine.get("/term/accords/new", query={"what": "expiry"})
    assert all(one in page.text for one in both)
    page = page.submit("/term/accords/new", expiry="2026-09-11")
    page = page.submit("/table")
    assert page.status in {409, 422}, "a day that nobody reckoned"
    agreed_accord(house, people, "expiry", term="1", expiry="2026-09-10")
    page = mine.get("/term")
    assert both[0] in page.text and both[1] not in page.text, "a confirmed day is the fact that is used"

    page = mine.get("/term/accords/new", query={"what": "end"}).submit(
        "/term/accords/new", last_day="2026/3/31", measures="apply", reason="目的を達したため"
    )
    page = page.submit("/table")
    last, survival = (day_in_words(dt.date(year, 3, 31), language) for year in (2026, 2027))
    consenting = seat(house, people[1].officer, language).get(f"{page.path.partition('?')[0]}/consent")
    assert last in consenting.text and survival in consenting.text, "what follows, before anybody consents"


@languages
def test_the_record_of_the_term_is_a_page_and_a_paper(sqlite_dated: House, language: str) -> None:
    """R4-9: notices, arrivals, ends, intentions and accords; also before there is any."""
    house, people = sqlite_dated, sqlite_dated.people
    reader = seat(house, people[1].reader, language)
    empty = reader.get("/term/record", expect=200)
    assert {"ja": "記録はありません。", "en": "There are no records."}[language] in empty.text
    id = dispatched(house, people, "kou", notice_body(house, "kou", planned_on="2025-12-31"))
    arrived(house, people[1].drafter, id)
    agreed_accord(house, people, "withdrawal", notice="NTC-0001")
    page = reader.get("/term/record")
    for words in ("NTC-0001", day_in_words(dt.date(2025, 12, 31), language)):
        assert words in page.text
    paper = reader.get("/term/record/pdf")
    assert paper.response.mimetype == "application/pdf" and paper.response.get_data().startswith(b"%PDF")


@languages
def test_every_page_says_what_the_agreement_is_once_it_ends(sqlite_dated: House, language: str) -> None:
    """R4-6, R5-7: announced, ended with things still out, ended, survived; a new proposal is refused and nothing lost."""
    house, people = sqlite_dated, sqlite_dated.people
    document = tabled_proposal(house, people)
    still = [0]
    house.app.extensions["open_after_end"] = lambda session: still[0]

    def banner(expected: dict[str, str]) -> None:
        browser = seat(house, people[1].officer, language)
        for path in ("/", "/history", f"/activities/proposals/{document}"):
            found = re.search(r'<div class="banner[^"]*">.*?</div>', browser.get(path).source, re.S)
            assert (found is not None) == bool(expected)
            assert found is None or expected[language] in found[0], (path, found[0])

    banner({})
    agreed_accord(house, people, "end", last_day="2025-12-31", measures="apply")
    banner({"ja": "終了予告", "en": "End announced"})
    house.clock.set(dt.datetime(2026, 1, 1, 9, tzinfo=JAPAN))
    still[0] = 3
    banner({"ja": "終了・措置中", "en": "3"})
    consenting = seat(house, people[1].officer, language)
    page = consenting.get(f"/activities/proposals/{document}")
    assert not any("/consent" in link for link in page.links)
    page = seat(house, people[0].drafter, language).get("/activities/proposals/new", expect=200)
    page = page.submit("/activities/proposals/new", title="終了後の提案")
    assert page.status == 409 and day_in_words(dt.date(2025, 12, 31), language) in page.text
    page.has_lost_nothing(title="終了後の提案")
    still[0] = 0
    assert told_advice(house), "advice goes on: its clause survives"
    banner({"ja": "存続期間中", "en": "Survival period"})
    house.clock.set(dt.datetime(2027, 1, 1, 9, tzinfo=JAPAN))
    banner({"ja": "存続期間満了", "en": "Survival period over"})


def told_advice(house: House) -> str:
    """Advice is recorded; its id. It is told in the joint chain, so what every page keeps is read anew."""
    from tests.makers.advice import recorded, term_of

    term = term_of(house)
    return recorded(house, house.people[term.receiver].drafter, term.giver, term.receiver).id


@languages
def test_regular_meetings_are_kept_where_the_agreement_asks_for_them(
    agreement_of_three: House, language: str
) -> None:
    """R2-2, "meetings": recorded by one, confirmed or seen otherwise by each of the others; due every three months."""
    house, people = agreement_of_three, agreement_of_three.people
    mine = seat(house, people[0].drafter, language)
    page = mine.get("/term/meetings")
    assert day_in_words(dt.date(2025, 6, 30), language) in page.text, (
        "three months from the first day: overdue"
    )
    page = send(mine.get("/term/meetings/new"), "held_on", held_on="2025-09-30", decisions="次は10月")
    assert page.status == 422
    page.has_lost_nothing(decisions="次は10月")
    present = {f"participants-{key}": "課長" for key in people.parties}
    page = send(page, "held_on", summary="進み具合を話した。", medium="meeting", files=scan(), **present)
    assert page.status == 200 and "収受印.txt" in page.text, re.findall(r'field-error">.*?</p>', page.source)
    where = page.path.partition("?")[0]
    for side, word in ((people[1], "yes"), (people[2], "no")):
        theirs = seat(house, side.drafter, language)
        assert any(where in link for link in theirs.get("/").links)
        page = theirs.get(where).submit("/answer", is_confirmed=word, remark="")
        if word == "no":
            assert page.status == 422
            page = page.submit("/answer", is_confirmed=word, remark="欠席した")
        assert page.status == 200
    assert "欠席した" in mine.get(where).text
    held_meeting(house, people[2].drafter)
    page = mine.get("/term/meetings")
    assert (
        day_in_words(dt.date(2025, 12, 31), language) in page.text
        or day_in_words(dt.date(2026, 1, 1), language) in page.text
    )
    assert count(house, Meeting) == 2


def test_a_tabled_accord_waits_for_the_others_like_any_joint_document(sqlite_dated: House) -> None:
    house, people = sqlite_dated, sqlite_dated.people
    id = tabled_accord(house, people, "end", last_day="2026-03-31", measures="do_not_apply")
    assert any(id in link for link in seat(house, people[1].officer).get("/").links)
    assert "TRM-0001" in seat(house, people[1].officer).get("/term").text


@languages
def test_what_has_followed_from_an_accord_is_neither_held_nor_replaced_and_nobody_is_offered_to(
    sqlite_dated: House, language: str
) -> None:
    """Its page has no button that could only be refused; whoever has the address is told what to do instead."""
    house, people = sqlite_dated, sqlite_dated.people
    accord = f"/term/accords/{agreed_accord(house, people, 'expiry', term='1', expiry='2026-09-10')}"
    for person in (people[0].officer, people[1].officer):
        mine = seat(house, person, language)
        page = mine.get(accord)
        assert not {f"{accord}/{act}" for act in ("hold", "lift-hold")} & set(page.links)
        assert not any(form.action.endswith("/replace") for form in page.forms)
        refused = send(mine.get(f"{accord}/hold"), "reason", reason="都合により")
        assert refused.status == 409
        refused.has_lost_nothing(reason="都合により")
        assert {"ja": "新しい合意を提案してください", "en": "can be neither held nor replaced"}[
            language
        ] in refused.text
