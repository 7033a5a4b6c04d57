"""What is doubtful is asked, consulted on in good faith, and settled by all together; nobody is said to be right (R9-*)."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import io
import json
import zipfile
from typing import Any

import pytest
from sqlalchemy import select

from portal.agreement import commands as agreement_commands
from portal.agreement import queries as agreement
from portal.agreement.life import Cause
from portal.agreement.settled import Question
from portal.consent import commands as consent
from portal.doubts import commands, evidence, queries, rules
from portal.doubts.answer import ANSWER
from portal.doubts.rules import Standing
from portal.history.models import Entry, Message
from portal.kernel import pdf
from portal.kernel.clock import JAPAN
from portal.kernel.db import Subject
from portal.kernel.errors import NotAllowed, NotFound, RuleBroken
from portal.web.export import AT_ONCE
from tests.browser import Browser
from tests.conftest import House
from tests.makers.activities import agreed_activity, agreed_proposal, consented, edition_of, replaced
from tests.makers.advice import recorded
from tests.makers.doubts import (
    agreed_answer,
    answer_body,
    doubt_of,
    file_kept,
    met,
    position,
    raised,
    tabled_answer,
)
from tests.makers.handback import confirmed as received
from tests.makers.handback import instructed
from tests.makers.handback import recorded as handed_over
from tests.makers.notices import arrived, dispatched, notice_body
from tests.makers.publicity import reported

MEMORANDUM: dict[str, Any] = {
    "settles": "electronic_writing:yes", "basis": "memorandum", "reference": "電子化に関する覚書", "reference_on": "2025-09-30",
}  # fmt: skip


def browser_of(house, person, language="ja"):
    browser = Browser(house, language=language)
    browser.sign_in(person.email, person.password)
    return browser


def settled(house: House):
    with house.read() as session:
        return agreement.settled(session, agreement.edition(session))


def parts(house: House, person) -> set[str]:
    with house.read() as session:
        return {
            one.part for one in queries.waiting(session, person.actor(house), house.clock.now(), limit=10)
        }


# --- Raised, consulted on, settled


def test_what_is_doubtful_is_asked_answered_by_all_and_holds_from_then_on(dated):
    """R9-1: question, clause, positions, meetings, result; every step in the record, everybody told."""
    people = dated.people
    made = raised(dated, people)
    doubt = doubt_of(dated, made)
    assert (doubt.standing, doubt.party, doubt.reference) == (Standing.OPEN, people[0].party, "DBT-0001")
    assert queries.SILENT in parts(dated, people[1].drafter) and queries.SILENT not in parts(
        dated, people[0].drafter
    )
    for side in people.sides:
        position(dated, side.drafter, made)
    talk = met(dated, people[1].drafter, made)
    assert queries.TO_CONFIRM in parts(dated, people[0].drafter)
    with dated.work(people[0].drafter.actor(dated)) as work:
        commands.confirm_meeting(work, made, talk, is_confirmed=True)
    assert queries.TO_CONFIRM not in parts(dated, people[0].drafter)
    answer = tabled_answer(dated, people, made)
    consented(dated, people[0].officer, ANSWER, answer)
    assert doubt_of(dated, made).standing == Standing.OPEN
    assert not settled(dated).of(Question.COUNT_FIRST_DAY).is_settled, "one party settles nothing"
    for side in people.sides[1:]:
        consented(dated, side.officer, ANSWER, answer)
    assert doubt_of(dated, made).standing == Standing.ANSWERED
    with dated.read() as session:
        verbs = session.scalars(select(Entry.verb).where(Entry.chain == "joint").order_by(Entry.number)).all()
        told = set(session.scalars(select(Message.party)))
    assert [one for one in verbs if one.startswith("doubt.")] == [
        "doubt.raised", *["doubt.position_stated"] * len(people.sides), "doubt.consulted", "doubt.meeting_confirmed",
        "doubt.answered",
    ]  # fmt: skip
    assert told == {side.party for side in people.sides}


def test_who_is_to_confirm_a_consultation_is_told_so_where_they_look_first(sqlite_dated):
    """R9-1: the doubt's page says that the record awaits one's own side, and the answer stands open to be given."""
    people = sqlite_dated.people
    made = raised(sqlite_dated, people)
    asks, button = "自分の側の確認を待っている協議の記録があります。", "の協議の記録を確認する"
    for side in people.sides:
        position(sqlite_dated, side.drafter, made)
    talk = met(sqlite_dated, people[1].drafter, made)
    mine, theirs = browser_of(sqlite_dated, people[0].drafter), browser_of(sqlite_dated, people[1].drafter)
    page = mine.get(f"/doubts/{made}", expect=200)
    assert asks in page.text and button in page.text and f"#meeting-{talk}" in page.links
    assert "<details open><summary>この協議の記録を確認する" in page.source
    for browser in (theirs, browser_of(sqlite_dated, people[0].reader)):
        assert asks not in browser.get(f"/doubts/{made}", expect=200).text
    with sqlite_dated.work(people[0].drafter.actor(sqlite_dated)) as work:
        commands.confirm_meeting(work, made, talk, is_confirmed=False, remark="出席者が異なる。")
    page = mine.get(f"/doubts/{made}", expect=200)
    assert asks not in page.text and "まとまったら協議結果を起案してください" in page.text
    assert "<details><summary>この協議の記録を確認する" in page.source


@pytest.mark.parametrize(
    ("settles", "label", "old", "new"),
    [
        ("count_first_day:counted", "この日に受領した秘密情報の、秘密保持の終わり", "10月1日", "9月30日"),
        ("takes_effect:start_of_planned_date", "効力が残る最後の日", "9月10日", "9月9日"),
        ("duty_and_survival:survival", "（いまの期間の最終日に終わるとき）", "令和12年", "令和9年"),
    ],
)  # fmt: skip
def test_beside_an_answer_stand_the_days_that_it_will_move_before_anybody_consents(
    sqlite_dated, settles, label, old, new
):
    """R9-5, as beside a change of the text (R3-4): each day as it is and as it would be, where one consents, too; once it is
    agreed nothing is to move any more."""
    people = sqlite_dated.people
    made = raised(sqlite_dated, people)
    answer = tabled_answer(sqlite_dated, people, made, settles=settles)
    browser = browser_of(sqlite_dated, people[0].officer)
    for path in (f"/doubts/answers/{answer}", f"/doubts/answers/{answer}/consent"):
        page = browser.get(path, expect=200)
        assert "この協議結果で算定される日がどう変わるか" in page.text
        line = page.text[page.text.index(label) :][:140]
        assert old in line and new in line and line.index(new) < line.index(old), line
        assert "いまの期間　" not in page.text
    for side in people.sides:
        consented(sqlite_dated, side.officer, ANSWER, answer)
    page = browser.get(f"/doubts/answers/{answer}", expect=200)
    assert "算定される日がどう変わるか" not in page.text


def test_beside_an_answer_that_moves_no_day_it_is_said_so(sqlite_dated):
    """R9-5: nobody has to wonder whether a table is missing. What settles nothing says nothing of days."""
    people = sqlite_dated.people
    made = raised(sqlite_dated, people)
    browser = browser_of(sqlite_dated, people[0].officer)
    same = tabled_answer(sqlite_dated, people, made, settles="count_first_day:not_counted")
    page = browser.get(f"/doubts/answers/{same}", expect=200)
    assert "いまの扱いで算定される日は、どれも変わりません。" in page.text
    other = tabled_answer(sqlite_dated, people, made, settles="")
    assert "算定される日" not in browser.get(f"/doubts/answers/{other}", expect=200).text


def test_beside_an_answer_stands_what_it_will_change_and_once_agreed_what_it_changed(sqlite_dated):
    """R9-5: nobody who comes later reads that something is still to be agreed."""
    people = sqlite_dated.people
    made = raised(sqlite_dated, people)
    answer = tabled_answer(sqlite_dated, people, made)
    browser, will = browser_of(sqlite_dated, people[0].reader), "合意すると、「定める扱い」のとおりに"
    assert will in browser.get(f"/doubts/answers/{answer}", expect=200).text
    for side in people.sides:
        consented(sqlite_dated, side.officer, ANSWER, answer)
    page = browser.get(f"/doubts/answers/{answer}", expect=200)
    assert will not in page.text and "合意により、「定める扱い」のとおりに算定し、表示しています。" in page.text


def test_an_answer_moves_the_days_the_portal_reckons_and_names_its_document(dated):
    """R9-5; T4: with the first day counted, the term that began on 10 September ends on the 9th."""
    people = dated.people

    def expiry() -> dt.date:
        with dated.read() as session:
            edition = agreement.edition(session)
            return agreement.terms(edition, agreement.dates_now(session, edition), dt.date(2025, 10, 1))[
                0
            ].expiry

    assert expiry() == dt.date(2026, 9, 10)
    answer = agreed_answer(dated, people, raised(dated, people))
    assert expiry() == dt.date(2026, 9, 9)
    held = settled(dated).of(Question.COUNT_FIRST_DAY)
    assert (held.value, held.document_id) == ("counted", answer) and held.reference
    changed = replaced(
        dated, people[0].drafter, ANSWER, answer,
        answer_body(dated, doubt_id_of(dated), settles="count_first_day:not_counted", text="初日を数えない。"),
    )  # fmt: skip
    for side in people.sides:
        consented(dated, side.officer, ANSWER, changed)
    assert expiry() == dt.date(2026, 9, 10), "what all settled, all may settle otherwise"


def doubt_id_of(house: House) -> str:
    with house.read() as session:
        found = queries.register(session, house.people[0].reader.actor(house), queries.Filters())
    return str(found[0].id)


@pytest.mark.parametrize(
    ("settles", "question", "value"),
    [
        ("duty_and_survival:duty", Question.DUTY_AND_SURVIVAL, "duty"),
        ("holiday_shift:next", Question.HOLIDAY_SHIFT, "next"),
        ("takes_effect:start_of_planned_date", Question.TAKES_EFFECT, "start_of_planned_date"),
        ("backward_count_first_day:counted", Question.BACKWARD_COUNT_FIRST_DAY, "counted"),
    ],
)
def test_each_question_the_text_leaves_open_is_settled_by_an_answer(sqlite_dated, settles, question, value):
    """R9-5: 7(4) against 5(2), holidays, the day of effect, counting backwards."""
    house, people = sqlite_dated, sqlite_dated.people
    agreed_answer(house, people, raised(house, people, topic=str(question)), settles=settles)
    assert settled(house).of(question).value == value


def test_that_electronic_records_are_writing_needs_a_memorandum_with_its_name_and_day(sqlite_dated):
    """R4-3, S6: an agreement in the portal alone does not do it."""
    house, people = sqlite_dated, sqlite_dated.people
    made = raised(house, people, topic="electronic_writing")
    given: tuple[tuple[dict[str, Any], type[RuleBroken]], ...] = (
        ({"basis": "portal"}, rules.NeedsAMemorandum),
        ({"reference": ""}, rules.NoReferenceOfIt),
        ({"reference_on": ""}, rules.NeedsAMemorandum),
    )
    for missing, refusal in given:
        with pytest.raises(refusal):
            tabled_answer(house, people, made, **(MEMORANDUM | missing))
    agreed_answer(house, people, made, **MEMORANDUM)
    held = settled(house)
    assert held.electronic_is_writing
    assert held.of(Question.ELECTRONIC_WRITING).reference == "電子化に関する覚書"


# --- No doubt is dropped


def test_a_doubt_ends_by_answer_by_all_parties_word_or_by_the_one_who_raised_it(dated):
    """R9-1: withdrawn only by its raiser, not while an answer is on the table; ended without one only by all."""
    people = dated.people
    made = raised(dated, people)
    with dated.work(people[1].drafter.actor(dated)) as work, pytest.raises(rules.OnlyTheRaiserWithdraws):
        commands.withdraw(work, made, reason="不要")
    answer = tabled_answer(dated, people, made)
    with dated.work(people[0].drafter.actor(dated)) as work, pytest.raises(rules.AnswerOnTheTable):
        commands.withdraw(work, made, reason="不要")
    with dated.work(people[0].drafter.actor(dated)) as work:
        consent.withdraw(work, ANSWER, consent.document_of(work, ANSWER, answer), reason="練り直す")
        commands.withdraw(work, made, reason="分かった")
    assert doubt_of(dated, made).standing == Standing.WITHDRAWN
    with dated.work(people[1].drafter.actor(dated)) as work, pytest.raises(rules.NotOpen):
        commands.state_position(work, made, text="遅れて")
    other = raised(dated, people)
    agreed_answer(dated, people, other, outcome="no_answer", text="急がないため。", settles="")
    assert doubt_of(dated, other).standing == Standing.CLOSED
    assert not settled(dated).of(Question.COUNT_FIRST_DAY).is_settled


def test_what_was_settled_is_not_held_by_one_side_nor_dropped(sqlite_dated):
    """It holds until all settle it otherwise, on the same question."""
    house, people = sqlite_dated, sqlite_dated.people
    made = raised(house, people)
    answer = agreed_answer(house, people, made)
    with house.work(people[1].officer.actor(house)) as work, pytest.raises(rules.AnswersAreNotHeld):
        consent.hold(work, ANSWER, consent.document_of(work, ANSWER, answer), reason="待って")
    for changes, refusal in (
        ({"settles": ""}, rules.MustSettleTheSame),
        ({"outcome": "no_answer", "settles": ""}, rules.CannotEndWithout),
    ):
        with pytest.raises(refusal):
            replaced(house, people[0].drafter, ANSWER, answer, answer_body(house, made, **changes))


def test_a_doubt_open_for_a_year_is_open_and_loud(sqlite_dated):
    """R9-2: thirty days, then it stands on everybody's home; the passing of time settles nothing."""
    house, people = sqlite_dated, sqlite_dated.people
    made = raised(house, people)
    assert queries.LONG_OPEN not in parts(house, people[0].drafter)
    house.clock.move(days=30)
    assert queries.LONG_OPEN not in parts(house, people[0].drafter), (
        "on the thirtieth day it is not longer than that"
    )
    house.clock.move(days=335)
    assert doubt_of(house, made).standing == Standing.OPEN
    for language, long, days in (
        ("ja", "30日を超えて協議中の疑義", "365日"),
        ("en", "more than 30 days", "365 days"),
    ):
        browser = browser_of(house, people[1].reader, language)
        assert long in browser.get("/", expect=200).text
        assert days in browser.get("/doubts", expect=200).text


# --- Beside what it touches


def test_from_every_clause_and_record_a_doubt_is_two_clicks_away(sqlite_dated):
    """R9-1; excellent.md 14: the link stands on the page; the form it leads to knows what it is about."""
    house, people, edition = sqlite_dated, sqlite_dated.people, edition_of(sqlite_dated)
    activity, proposal = agreed_activity(house, people), agreed_proposal(house, people)
    advice = recorded(house, people[1].drafter, people[1].party, people[0].party).id
    record = reported(house, people[0].drafter)
    notice = dispatched(house, people, people[1].party, notice_body(house, people[1].party))
    line = handed_over(house, people[1].drafter, people[0].party)
    browser = browser_of(house, people[0].drafter)
    links = [html.unescape(one) for one in browser.get("/agreement", expect=200).links]
    for article in edition.articles:
        for paragraph in article.paragraphs:
            assert f"/doubts/new?clause={paragraph.id}" in links, paragraph.id
    for page, about in (
        (f"/activities/{activity}", f"activity:{activity}"),
        (f"/activities/proposals/{proposal}", f"document:{proposal}"),
        (f"/advice/{advice}", f"advice:{advice}"),
        (f"/publicity/records/{record}", f"publicity_record:{record}"),
        (f"/term/notices/{notice}", f"notice:{notice}"),
        (f"/handback/{line.id}", f"handover:{line.id}"),
    ):
        shown = browser.get(page, expect=200)
        link = next(one for one in shown.links if "/doubts/new" in one)
        form = browser.get(html.unescape(link), expect=200)
        assert about in str(form.form("疑義を提起").values()), page
        asked = form.submit("/doubts/new", title="この記録の読み方", question="どう読むのか。")
        assert asked.status == 200 and asked.path.startswith("/doubts/")
        assert "この記録の読み方" in browser.get(page, expect=200).text, (
            "it is listed on the record it touches"
        )
    reader = browser_of(house, people[0].reader)
    assert not any("/doubts/new" in one for one in reader.get("/agreement").links), (
        "who may not is offered nothing"
    )


@pytest.mark.parametrize("language", ["ja", "en"])
def test_by_the_pages_alone_a_clause_is_doubted_discussed_and_settled(sqlite_dated, language):
    """Empty, refused, full: in both languages; the answer stands beside the clause, and among the settled."""
    house, people, edition = sqlite_dated, sqlite_dated.people, edition_of(sqlite_dated)
    words = {
        "ja": (
            "疑義はまだありません",
            "どの読み方に疑いがあるかを入力してください",
            "あなたの側",
            "協議により定めた",
        ),
        "en": (
            "No doubt has been raised yet",
            "which reading is in doubt",
            "your side",
            "Settled by consultation",
        ),
    }[language]
    clause = edition.clause_of("term").id
    asks, answers = (browser_of(house, side.drafter, language) for side in people.sides[:2])
    assert words[0] in asks.get("/doubts", expect=200).text
    page = asks.get(f"/doubts/new?clause={clause}&topic=count_first_day", expect=200)
    refused = page.submit("/doubts/new", title="数え方", question=" ", others="ACT-0099")
    assert refused.status == 422 and words[1] in refused.text and "ACT-0099" in refused.text
    refused.has_lost_nothing(title="数え方", others="ACT-0099")
    page = refused.submit("/doubts/new", question="初日を数えるか。", others="")
    assert page.status == 200 and "DBT-0001" in page.text
    seen = answers.get(page.path, expect=200)
    assert words[2] in seen.text
    refused = seen.submit("/positions", text=" ")
    assert refused.status == 422
    said = refused.submit("/positions", text="数えると考える。")
    assert "数えると考える。" in said.text and "数えると考える。" in asks.get(page.path).text
    draft = asks.get("/doubts/answers/new?doubt=DBT-0001", expect=200)
    draft = draft.submit(
        "/doubts/answers/new", text="初日を**算入して**数える。", text_en="The first day is **counted**.",
        settles="count_first_day:counted",
    )  # fmt: skip
    id = draft.path.split("/")[3]
    tabled = asks.get(f"/doubts/answers/{id}", expect=200).submit("/table")
    assert tabled.status == 200 and "ANS-0001" in tabled.text
    for side in people.sides:
        browser = browser_of(house, side.officer, language)
        done = browser.get(f"/doubts/answers/{id}/consent", expect=200).submit(
            {"ja": "この版に同意する", "en": "Consent to this revision"}[language],
            decision_reference="決裁1",
            capacity="decision",
            decided_on="R7.10.1",
        )
        assert done.status == 200
    beside = asks.get("/agreement", expect=200).source
    assert {"ja": "<strong>算入して</strong>", "en": "<strong>counted</strong>"}[language] in beside
    listed = asks.get("/doubts/settings", expect=200).text
    assert words[3] in listed and "ANS-0001" in listed
    over = asks.get(page.path, expect=200)
    assert not any(one.action.endswith("/positions") for one in over.forms), (
        "what is over takes no further word"
    )


# --- What proves it, and whose it is


def test_the_papers_on_a_doubt_prove_themselves_and_hold_no_other_sides_notes(sqlite_dated):
    """R9-3: in the order of time, words and hashes; the other side's notes and unshared files never, one's own if asked."""
    house, people = sqlite_dated, sqlite_dated.people
    made = raised(house, people)
    shared = file_kept(house, people[0].drafter, made, "共有する経緯.txt", "共有する経緯\n")
    with house.work(people[0].drafter.actor(house)) as work:
        commands.state_position(work, made, text="数えないと考える。", files=(shared,))
    for side in people.sides:
        with house.work(side.drafter.actor(house)) as work:
            commands.note(work, made, text=f"内輪のメモ-{side.party}")
    file_kept(house, people[1].drafter, made, "見せない下書き.txt", "見せない\n")
    agreed_answer(house, people, made)
    mine, other = people[0], people[1]
    house.clock.move(hours=24 - house.clock.now().astimezone(JAPAN).hour)  # not yet this day in Greenwich
    browser = browser_of(house, mine.drafter)
    page = browser.get(f"/doubts/{made}/export", expect=200)
    typed = {name: value for name, value in page.form("一式").values().items() if name != "own"}
    for own, holds in (
        ("", False),
        ("own", True),
        *[("own", True)] * AT_ONCE,
    ):  # pressed again on one page
        answer = browser.client.post(f"/doubts/{made}/export", data={**typed, "own": own}, buffered=True)
        assert answer.mimetype == "application/zip"
        day = house.clock.now().astimezone(JAPAN).strftime("%Y%m%d")
        assert f"DBT-0001_{day}.zip" in answer.headers["Content-Disposition"]
        whole = answer.data
        archive = zipfile.ZipFile(io.BytesIO(whole))
        content = {name: archive.read(name) for name in archive.namelist()}
        together = b"\n".join(content.values()).decode(errors="replace")
        assert f"内輪のメモ-{other.party}" not in together and "見せない下書き" not in together
        assert (f"内輪のメモ-{mine.party}" in together) is holds
        assert "数えないと考える。" in content["chronology.txt"].decode()
        assert content["chronology.pdf"].startswith(b"%PDF")
        lines = [line.split("  ", 1) for line in content["SHA256SUMS.txt"].decode().splitlines()]
        sums = {name: digest for digest, name in lines}
        assert set(sums) == set(content) - {"SHA256SUMS.txt"}
        for name, digest in sums.items():
            assert hashlib.sha256(content[name]).hexdigest() == digest, name
        assert any(one.startswith("files/") for one in content)
        said = json.loads(content["bundle.json"])
        assert said["format"] == evidence.FORMAT
        for entry in said["entries"]:
            leaf = hashlib.sha256(b"\0" + entry["skeleton"].encode()).hexdigest()
            assert leaf == entry["leaf"], "anybody reckons the seal again, as the papers say how"
    with house.read() as session:
        taken = session.scalars(select(Entry).where(Entry.verb == "export.taken")).all()
    assert [one.chain for one in taken] == [mine.party] * (2 + AT_ONCE), (
        "that it was taken stands in the own side's chain only"
    )


def test_the_chronology_on_paper_shows_no_mark_of_markdown(sqlite_dated, monkeypatch):
    """R9-3: what was agreed, and the advice that is touched, stand there as on their pages; for machines as they were written."""
    house, people = sqlite_dated, sqlite_dated.people
    advice = recorded(house, people[1].drafter, people[1].party, people[0].party, content="# 要点\n\n**必ず**確かめる。").id
    made = raised(house, people, records=(("advice", advice),))
    agreed_answer(house, people, made)
    papers: list[pdf.Paper] = []
    made_of = pdf.made

    def making(paper: pdf.Paper, **more: Any) -> bytes:
        papers.append(paper)
        return made_of(paper, **more)

    monkeypatch.setattr(pdf, "made", making)
    browser = browser_of(house, people[0].drafter)
    typed = browser.get(f"/doubts/{made}/export", expect=200).form("一式").values()
    answer = browser.client.post(f"/doubts/{made}/export", data=typed, buffered=True)
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    said = "".join(pdf._texts(papers[0]))
    assert "初日を算入して数える。" in said and "要点\n\n必ず確かめる。" in said and "**" not in said
    strong = [words for block in papers[0].blocks if isinstance(block, pdf.Table) for row in block.rows for cell in row
              if not isinstance(cell, str) for words, mark in cell if mark == "strong"]  # fmt: skip
    assert {"算入して", "要点", "必ず"} <= set(strong)
    assert "初日を**算入して**数える。" in json.loads(archive.read("bundle.json"))["documents"][0]["revisions"][0]["sealed"]


def test_the_papers_on_a_doubt_tell_of_the_notice_and_of_the_line_of_the_ledger_that_it_touches(sqlite_dated):
    """R9-3: when the notice was sent and arrived, and what shows it; what was handed over and done about it."""
    house, people = sqlite_dated, sqlite_dated.people
    mine, other = people[0], people[1]
    notice = dispatched(house, people, other.party, notice_body(house, other.party))
    arrived(house, mine.drafter, notice, evidence="収受印 第4821号")
    line = handed_over(house, other.drafter, mine.party, title="窓口の集計")
    received(house, mine.drafter, line)
    instructed(house, other.officer, "return", line)
    activity, proposal = agreed_activity(house, people), agreed_proposal(house, people)
    advice = recorded(house, people[1].drafter, people[1].party, people[0].party).id
    report = reported(house, mine.drafter)
    others = (("activity", activity), ("document", proposal), ("advice", advice), ("publicity_record", report))
    made = raised(house, people, records=(("notice", notice), ("handover", line.id), *others))
    browser = browser_of(house, mine.drafter)
    page = browser.get(f"/doubts/{made}", expect=200)
    assert "NTC-0001 解約の通知" in page.text and "HBK-0001 窓口の集計" in page.text
    typed = {
        name: value
        for name, value in browser.get(f"/doubts/{made}/export").form("一式").values().items()
        if name != "own"
    }
    answer = browser.client.post(f"/doubts/{made}/export", data={**typed, "own": ""}, buffered=True)
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    told = archive.read("chronology.txt").decode()
    for words in (
        "NTC-0001 解約の通知：甲への到達の記録",
        "収受印 第4821号",
        "HBK-0001 窓口の集計：受渡しを台帳に記録",
        "HBK-0001 窓口の集計：指示", "ACT-0001", "ADV-0001",
    ):
        assert words in told, words
    called = browser.get("/doubts/new").submit(
        "/doubts/new", title="到達の読み方", question="いつ届いたと読むか。", others="ntc-0001、HBK-0001"
    )
    assert (
        called.status == 200 and "NTC-0001 解約の通知" in called.text and "HBK-0001 窓口の集計" in called.text
    )


def test_what_one_side_keeps_to_itself_the_other_does_not_learn_of(dated):
    """Rows 5, 14, 21: notes, files not shared yet; a file of one's own names none of the other side's."""
    people = dated.people
    made = raised(dated, people)
    kept = file_kept(dated, people[0].drafter, made)
    with dated.work(people[0].drafter.actor(dated)) as work:
        commands.note(work, made, text="内輪のメモ")
    with dated.read() as session:
        theirs = queries.dossier(session, people[1].reader.actor(dated), made)
        assert theirs.notes == [] and kept not in theirs.files
        with pytest.raises(NotFound):
            queries.file(session, people[1].reader.actor(dated), made, kept)
        assert len(queries.dossier(session, people[0].reader.actor(dated), made).notes) == 1
    with dated.work(people[1].drafter.actor(dated)) as work, pytest.raises(NotFound):
        commands.state_position(work, made, text="相手の資料で", files=(kept,))
    with dated.work(people[0].reader.actor(dated)) as work, pytest.raises(NotAllowed):
        commands.state_position(work, made, text="閲覧者の見解")


# --- After the end, and with three


def test_doubts_may_be_raised_as_long_as_the_clause_survives_the_end_and_not_after(dated):
    """Art5.2: article 9 survives for a year."""
    people = dated.people
    last = dt.date(2025, 10, 1)
    with dated.work() as work:
        agreement_commands.announce_end(
            work, cause=Cause.TERMINATION, last_day=last, measures_apply=True, source=Subject("notice", "n")
        )
    dated.clock.move(days=364)
    made = raised(dated, people)
    dated.clock.move(days=2)
    with pytest.raises(rules.NoDoubtAnyMore):
        raised(dated, people)
    with dated.work(people[1].drafter.actor(dated)) as work, pytest.raises(rules.NoDoubtAnyMore):
        commands.state_position(work, made, text="遅れて")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_with_three_parties_each_is_asked_and_two_do_not_settle_it(agreement_of_three, language):
    """Decision 28: the second agreement, its own numbers and words."""
    house, people = agreement_of_three, agreement_of_three.people
    made = raised(house, people, people[2].drafter)
    assert {side.party for side in people.sides[:2]} == set(
        filter(None, doubt_of(house, made).silent.split(","))
    )
    answer = tabled_answer(house, people, made)
    for side in people.sides[:2]:
        consented(house, side.officer, ANSWER, answer)
    assert doubt_of(house, made).standing == Standing.OPEN
    browser = browser_of(house, people[2].officer, language)
    page = browser.get(f"/doubts/{made}", expect=200).text
    assert doubt_of(house, made).reference in page
    consented(house, people[2].officer, ANSWER, answer)
    assert doubt_of(house, made).standing == Standing.ANSWERED
    assert doubt_of(house, made).title in browser.get("/agreement", expect=200).text
