"""What is kept ready is never older than the record: after every act every page is as if it were made anew."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.activities import commands as activities
from portal.activities import queries as of_activities
from portal.activities.particulars import PARTICULARS
from portal.activities.proposal import PROPOSAL
from portal.advice import commands as advice
from portal.consent import commands as consent
from portal.consent import queries as consent_queries
from portal.consent.models import Consultation, Document
from portal.history.event import JOINT
from portal.history.queries import as_of, heads, note_heads
from portal.history.queries import messages as messages_of
from portal.history.work import UnrecordedChange
from portal.home.queries import TURN, board
from portal.kernel.clock import JAPAN
from portal.messages import commands as inbox
from portal.parties import commands as parties
from portal.publicity import commands as publicity
from portal.publicity.item import PUBLICITY
from portal.publicity.sorts import Relation
from portal.term import commands as term
from tests.browser import Browser
from tests.conftest import House
from tests.makers.activities import (
    activity_of,
    agreed_activity,
    agreed_particulars,
    consented,
    drafted,
    edition_of,
    proposal_body,
    replaced,
    revised,
    tabled,
    tabled_particulars,
    tabled_proposal,
)
from tests.makers.advice import advice_body, handled, recorded_draft
from tests.makers.advice import confirmed as advice_confirmed
from tests.makers.advice import corrected as advice_corrected
from tests.makers.advice import drafted as advised
from tests.makers.advice import recorded as advice_recorded
from tests.makers.advice import with_file as advice_file
from tests.makers.amendments import agreed_amendment
from tests.makers.doubts import agreed_answer, position, raised
from tests.makers.handback import acknowledged, carried_out, instructed
from tests.makers.handback import confirmed as received
from tests.makers.handback import recorded as handed_over
from tests.makers.kept import keepers
from tests.makers.notices import (
    agreed_accord,
    arrived,
    decided_notice,
    dispatched,
    drafted_notice,
    held_meeting,
    notice_body,
    said_intention,
)
from tests.makers.people import TestPerson
from tests.makers.publicity import OPENS, agreed_item, published, reported, tabled_item

PROJECT = Path(__file__).resolve().parents[2]
FORGETTABLE = re.compile(rb'name="(csrf_token|once)"[^>]*>')
"""What differs from showing to showing."""


def forget() -> None:
    """Nothing is kept ready in this process any more."""
    for one in keepers():
        one.forget()


def test_whatever_keeps_things_ready_stands_in_a_module(sqlite_dated: House) -> None:
    """So that these tests can make the portal forget it. Alone the addresses that an application has built stand in it:
    they are made of nothing but what they are asked for by."""
    texts = [path.read_text("utf-8") for path in (PROJECT / "portal").rglob("*.py")]
    makers = [text for text in texts if "from portal.web.kept import Kept" in text]
    made = [line for text in makers for line in text.splitlines() if re.search(r"= Kept(\[.*\])?\(", line)]
    within = [line.strip() for line in made if not re.match(r"[A-Z_]+(: Kept\[.*\])? = Kept\(", line)]
    assert within == ["self._addresses: Kept[str] = Kept(5_000)"]
    assert len(made) - len(within) == len(keepers())


def story(house: House, known: dict[str, str]) -> Iterator[str]:
    """Acts of every kind, one after the other; `known`: the documents and activities there are by then."""
    kou, otsu = house.people.sides
    body = proposal_body(edition_of(house))

    def act(by: TestPerson, do: Any, kind: Any = PROPOSAL, document: str = "proposal", **given: Any) -> None:
        with house.work(by.actor(house)) as work:
            do(work, kind, consent.document_of(work, kind, known[document]), **given)

    known["proposal"] = drafted(house, kou.drafter, PROPOSAL, body)
    yield "drafted"
    tabled(house, kou.drafter, PROPOSAL, known["proposal"])
    known["activity"] = activity_of(house, known["proposal"])
    yield "tabled"
    act(otsu.drafter, consent.comment, text="よい案です。")
    yield "commented"
    act(otsu.drafter, consent.note, text="手元の覚え")
    yield "noted"
    act(
        otsu.drafter, consent.consult, held_on=dt.date(2025, 10, 1), medium="meeting", participants="両者",
        summary="日を話した。", decisions="", materials=[],
    )  # fmt: skip
    yield "consulted"
    with house.read() as session:
        consultation = session.scalars(select(Consultation.id)).one()
    with house.work(kou.drafter.actor(house)) as work:
        document = consent.document_of(work, PROPOSAL, known["proposal"])
        consent.confirm_consultation(work, PROPOSAL, document, consultation, is_confirmed=True, remark="")
    yield "confirmed"
    consented(house, kou.officer, PROPOSAL, known["proposal"])
    yield "consented by one"
    with house.work(kou.officer.actor(house)) as work:
        document = consent.document_of(work, PROPOSAL, known["proposal"])
        consent.withdraw_consent(work, PROPOSAL, document, seen=document.digest, reason="見直す")
    yield "consent withdrawn"
    with house.work(otsu.officer.actor(house)) as work:
        document = consent.document_of(work, PROPOSAL, known["proposal"])
        consent.send_back(work, PROPOSAL, document, seen=document.digest, reason="直してください")
    yield "sent back"
    with suppress(Broken), house.work(otsu.drafter.actor(house)) as work:
        consent.comment(
            work, PROPOSAL, consent.document_of(work, PROPOSAL, known["proposal"]), text="誰も読まない。"
        )
        raise Broken
    yield "commented, but for a fault"
    revised(
        house, kou.drafter, PROPOSAL, known["proposal"], proposal_body(edition_of(house), title="改めた題名")
    )
    yield "revised"
    for side in (kou, otsu):
        consented(house, side.officer, PROPOSAL, known["proposal"])
        yield f"consented by {side.party}"
    known["particulars"] = tabled_particulars(house, house.people, known["activity"], start="2025-10-05")
    yield "particulars tabled"
    for side in (kou, otsu):
        consented(house, side.officer, PARTICULARS, known["particulars"])
        yield f"particulars consented by {side.party}"
    act(otsu.officer, consent.hold, PARTICULARS, "particulars", reason="確かめる")
    yield "held"
    act(otsu.officer, consent.lift_hold, PARTICULARS, "particulars", reason="確かめた")
    yield "lifted"
    house.clock.move(days=6)
    yield "the day on which it should have begun is over"
    with house.work(kou.drafter.actor(house)) as work:
        made = activities.start(work, known["activity"], on_day=work.today).id
    yield "started"
    with house.work(otsu.drafter.actor(house)) as work:
        activities.acknowledge(work, known["activity"], made, is_acknowledged=True)
    yield "acknowledged"
    known["other"] = tabled_proposal(house, house.people, title="見送る取組")
    yield "another tabled"
    act(otsu.officer, consent.decline, PROPOSAL, "other", reason="いまはしない")
    yield "declined"
    known["change"] = replaced(house, kou.drafter, PROPOSAL, known["proposal"], body)
    yield "a change tabled"
    with house.work(kou.admin.actor(house)) as work:
        parties.set_party_rules(work, four_eyes=False, officers_table=False)
    yield "four eyes waived"
    with house.work(kou.drafter.actor(house)) as work:
        outcome = activities.Outcome("終えた。", "来庁者", purpose="役立った。")
        activities.complete(work, known["activity"], on_day=work.today, outcome=outcome)
    yield "completed"
    house.clock.move(days=20)
    yield "what is on the table has waited for long"
    act(otsu.drafter, consent.comment, document="change", text="もう少し待ってください。")
    yield "commented again"


def wider_story(house: House, known: dict[str, str]) -> Iterator[str]:
    """Acts on publicity, advice, doubts, the ledger and a notice, one after the other; `known`: the addresses there are by then."""
    kou, otsu = house.people.sides
    proposal = agreed_one(house)
    activity = activity_of(house, proposal)
    known["proposal"], known["activity"] = f"/activities/proposals/{proposal}", f"/activities/{activity}"
    with house.read() as session:
        reference = session.get_one(Document, proposal).reference or ""

    def act(by: TestPerson, do: Any, *given: Any, **more: Any) -> Any:
        with house.work(by.actor(house)) as work:
            return do(work, *given, **more)

    def of_item(by: TestPerson, do: Any, **given: Any) -> None:
        with house.work(by.actor(house)) as work:
            do(work, PUBLICITY, consent.document_of(work, PUBLICITY, item), **given)

    item = tabled_item(house, house.people, activity_id=activity)
    known["item"] = f"/publicity/{item}"
    yield "item tabled"
    for side in (kou, otsu):
        consented(house, side.officer, PUBLICITY, item)
        yield f"item consented by {side.party}"
    act(kou.press, publicity.take_copy, item, output="kou.ja", recipient="記者クラブ")
    yield "a copy taken"
    house.clock.set(OPENS)
    yield "its time has come"
    published(house, kou.press, item)
    yield "published through one channel"
    of_item(otsu.officer, consent.hold, reason="確かめる")
    yield "item held"
    of_item(otsu.officer, consent.lift_hold, reason="確かめた")
    yield "hold lifted"
    act(kou.drafter, publicity.follow_up, item, Relation.CORRECTION)
    yield "a correction begun on one's own side"
    record = reported(house, otsu.press)
    known["record"] = f"/publicity/records/{record}"
    yield "another publication reported"
    for side in (kou, otsu):
        act(side.officer, publicity.settle, record, text="済んだ。")
        yield f"settled by {side.party}"

    draft = advised(house, otsu.drafter, advice_body(otsu.party, kou.party, marking="secret", activity=reference))
    yield "advice drafted"
    advice_file(house, otsu.drafter, draft)
    first = recorded_draft(house, otsu.drafter, draft).id
    known["advice"] = f"/advice/{first}"
    yield "advice recorded, marked as secret, with a file"
    advice_confirmed(house, kou.drafter, first, otherwise="日が違う。")
    yield "advice seen otherwise"
    handled(house, kou.officer, first, decision="決裁第１号")
    yield "advice handled"
    act(kou.drafter, advice.note, first, text="手元の覚え")
    yield "advice noted on one's own side"
    act(otsu.drafter, advice.link, first, reference=reference, place="本文")
    yield "advice cited in the proposal"
    known["correction"] = f"/advice/{advice_corrected(house, otsu.drafter, first).id}"
    yield "advice corrected"

    doubt = raised(house, house.people, records=(("document", proposal), ("activity", activity)))
    known["doubt"] = f"/doubts/{doubt}"
    yield "doubt raised"
    position(house, otsu.drafter, doubt)
    yield "position stated"
    agreed_answer(house, house.people, doubt)
    yield "doubt answered"

    browser = Browser(house)
    browser.sign_in(kou.drafter.email, kou.drafter.password)
    assert browser.get(known["advice"]).submit("/handback/shared").status == 200
    yield "the file of the advice taken into the ledger"
    line = handed_over(house, kou.drafter, otsu.party, file="流れ", activity=reference)
    known["line"] = f"/handback/{line.id}"
    yield "handed over"
    received(house, otsu.drafter, line)
    yield "received"
    instructed(house, kou.officer, "dispose", line, erases=True)
    yield "disposal instructed"
    carried_out(house, otsu.officer, "dispose", line)
    yield "disposed of and erased"
    acknowledged(house, kou.officer, line)
    yield "acknowledged"

    notice = drafted_notice(house, kou.manager, notice_body(house, kou.party or "", planned_on="2026-12-31"))
    yield "a notice drafted on one side"
    decided_notice(house, kou.officer, notice)
    yield "the notice decided on there"


def marking(house: House) -> Iterator[str]:
    """What people of both sides mark as read, which no entry tells, and what they are told meanwhile."""
    kou, otsu = house.people.sides

    def marked(person: TestPerson, *places: int) -> None:
        with house.work(person.actor(house)) as work:
            found = messages_of(work.session, work.actor)
            inbox.mark_read(work, [found[place].id for place in places])

    for number in range(3):
        house.clock.move(minutes=1)
        tabled_proposal(house, house.people, title=f"取組{number}")
    yield "told of three"
    marked(otsu.drafter, 1)
    yield "one marked by one person"
    marked(otsu.officer, 0, 2)
    yield "two marked by a colleague"
    marked(kou.officer, 0)
    yield "one marked on the other side"
    with house.work(otsu.drafter.actor(house)) as work:
        inbox.read_until(work, work.at)
    yield "everything read by one person"
    house.clock.move(minutes=1)
    tabled_proposal(house, house.people, title="あとの取組")
    yield "told once more"
    with house.work(kou.admin.actor(house)) as work:
        parties.set_party_rules(work, four_eyes=False, officers_table=False)
    yield "told of the other side's rules"


class Broken(Exception):
    """Something fails in the middle of an act."""


def readers_of(house: House) -> list[Browser]:
    """Readers of both parties, in both languages, of the own side and without it, each signed in just now."""
    kou, otsu = house.people.sides
    browsers = []
    for person, language in ((kou.officer, "ja"), (house.people.auditor, "en"), (otsu.drafter, "en")):
        browsers.append(browser := Browser(house, language=language))
        browser.sign_in(person.email, person.password)
    return browsers


def test_after_every_act_every_page_is_as_if_nothing_had_been_kept(sqlite_dated: House) -> None:
    """Row 13 the other way round: the pages are read by all of them after each act, with everything kept that was made
    for anybody before, whoever comes first; then once more, each with nothing kept, byte for byte the same. The acts are done
    behind the pages' back, as by another process."""
    known: dict[str, str] = {}

    def addresses() -> list[str]:
        places = {"activity": "/activities/{}", "particulars": "/activities/particulars/{}"}
        found = [places.get(name, "/activities/proposals/{}").format(id) for name, id in known.items()]
        return ["/", "/messages", "/activities", "/activities?party=kou", "/history?reading=trail", *found]

    assert compared_after_each(sqlite_dated, story(sqlite_dated, known), addresses) == 28


def test_so_it_is_with_publicity_advice_doubts_and_the_ledger(sqlite_dated: House) -> None:
    """What one side may open or keeps to itself, what was erased, and what a moment changes, among it."""
    known: dict[str, str] = {}

    def addresses() -> list[str]:
        lists = ["/publicity", "/publicity?state=ready", "/advice", "/advice?state=corrected", "/handback", "/doubts"]
        return ["/", *lists, "/history", "/history?reading=trail", "/agreement", "/term", *known.values()]

    assert compared_after_each(sqlite_dated, wider_story(sqlite_dated, known), addresses) == 30


def test_so_it_is_with_what_each_person_has_read(sqlite_dated: House) -> None:
    """Colleagues share what they are told, and nothing of what each has marked; no entry tells of a mark."""
    house, (kou, otsu) = sqlite_dated, sqlite_dated.people.sides

    def colleagues(_house: House) -> list[Browser]:
        browsers = []
        for person, language in ((otsu.drafter, "ja"), (otsu.officer, "ja"), (otsu.reader, "en"), (kou.officer, "ja")):
            browsers.append(browser := Browser(house, language=language))
            browser.sign_in(person.email, person.password)
        return browsers

    lists = ["/", "/messages", "/messages?show=unread", "/messages?kind=tabling", "/messages?kind=other", "/term"]
    assert compared_after_each(house, marking(house), lambda: lists, colleagues) == 7


def meeting(house: House) -> Iterator[str]:
    """A regular meeting as one of three parties wrote it down, and the words of the others on it."""
    first, second, third = house.people.sides
    yield "a meeting is overdue"
    held = held_meeting(house, first.drafter)
    yield "held"
    for side in (second, third):
        with house.work(side.drafter.actor(house)) as work:
            term.answer_meeting(work, held, is_confirmed=side is second, remark="" if side is second else "欠席した")
        yield f"answered by {side.party}"


def test_so_it_is_with_regular_meetings(agreement_of_three: House) -> None:
    """Under an agreement that asks for them: whom the record waits for, and by when the next is due."""
    house = agreement_of_three

    def one_of_each(_house: House) -> list[Browser]:
        browsers = []
        for side in house.people.sides:
            browsers.append(browser := Browser(house))
            browser.sign_in(side.drafter.email, side.drafter.password)
        return browsers

    assert compared_after_each(house, meeting(house), lambda: ["/", "/term", "/term/meetings"], one_of_each) == 4


def compared_after_each(
    house: House,
    acts_done: Iterator[str],
    addresses: Callable[[], list[str]],
    readers_of: Callable[[House], list[Browser]] = readers_of,
) -> int:
    """After each act every reader has read every address as if nothing had been kept; how many acts there were."""
    browsers, since, acts = readers_of(house), house.clock.now(), 0

    def seen(done: str, *, anew: bool) -> dict[tuple[int, str], bytes]:
        pages = {}
        for who in range(len(browsers)) if acts % 2 else reversed(range(len(browsers))):
            browser = browsers[who]
            for address in addresses():
                if anew:
                    forget()  # also what was kept for the reader before
                answer = browser.client.get(address, headers={"Accept-Language": browser.language})
                assert answer.status_code == 200 or (done == "drafted" and answer.status_code == 404), (
                    done,
                    address,
                )
                pages[who, address] = FORGETTABLE.sub(b"", answer.get_data())
        return pages

    for done in acts_done:
        acts += 1
        house.clock.move(seconds=1)  # sessions and drafts have moments
        if house.clock.now() - since > dt.timedelta(minutes=20):
            browsers, since = readers_of(house), house.clock.now()
        kept, anew = seen(done, anew=False), seen(done, anew=True)
        assert [key for key in kept if kept[key] != anew[key]] == [], done
    return acts


def life(house: House, known: dict[str, str]) -> Iterator[str]:
    """What changes the agreement's life, and the mere passing of days: answers, confirmed days, a new edition, notices,
    an announced end, the end, and the end of what survives it (art. 3, 4, 5, 9)."""
    people, (kou, otsu) = house.people, house.people.sides

    def day(on: str, hour: int = 9) -> None:
        house.clock.set(dt.datetime.combine(dt.date.fromisoformat(on), dt.time(hour), JAPAN))

    known["activity"] = agreed_activity(house, people)
    agreed_particulars(house, people, known["activity"], start="2025-10-01", end="2027-03-31")
    known["waiting"] = tabled_proposal(house, people, title="回答を待つ取組")
    known["release"] = agreed_item(house, people, day="2026-10-20", provided_day="")
    secret = handed_over(house, kou.drafter, otsu.party or "", marking="marked")
    known["secret"] = secret.id
    known["advice"] = advice_recorded(house, otsu.drafter, otsu.party or "", kou.party or "").id
    yield "begun"
    known["doubt"] = raised(house, people)
    yield "a doubt raised"
    agreed_answer(house, people, known["doubt"])
    yield "the first day is counted"
    agreed_accord(house, people, "expiry", term="1", expiry="2026-09-09")
    yield "the expiry day confirmed"
    known["change"] = agreed_amendment(house, people, takes="consent", sort="", effective_on="2025-10-10")
    yield "a change adopted for a later day"
    day("2025-10-10")
    yield "the new edition is in force"
    day("2026-07-20")
    yield "intentions are asked for"
    said_intention(house, kou.manager, "undecided")
    yield "an intention said"
    day("2026-09-10")
    yield "renewed by the passing of a day"
    known["notice"] = dispatched(
        house, people, otsu.party or "", notice_body(house, otsu.party or "", planned_on="2026-11-30")
    )
    yield "a notice sent"
    arrived(house, kou.drafter, known["notice"])
    yield "the end announced"
    day("2026-11-30")
    yield "the last day"
    day("2026-12-01")
    yield "ended"
    received(house, otsu.drafter, secret, on=dt.date(2026, 12, 1))
    yield "received, though late"
    day("2027-11-30")
    yield "the last day of survival"
    day("2027-12-01")
    yield "over"


def shown_to(
    browsers: Sequence[Browser], addresses: Sequence[str], done: str, *, anew: bool
) -> dict[tuple[int, str], bytes]:
    """Every page as each browser has it after `done`, but for what differs from showing to showing."""
    pages = {}
    for who, browser in enumerate(browsers):
        for address in addresses:
            if anew:
                forget()
            answer = browser.client.get(address, headers={"Accept-Language": browser.language})
            assert answer.status_code == 200, (done, address)
            pages[who, address] = FORGETTABLE.sub(b"", answer.get_data())
    return pages


def test_whatever_moves_the_agreements_life_no_page_shows_it_as_it_was(sqlite_dated: House) -> None:
    """The same of the acts of articles 3, 4, 5 and 9, and of days that pass without any entry."""
    house, known = sqlite_dated, dict[str, str]()
    places = {
        "activity": "/activities/{}", "waiting": "/activities/proposals/{}", "release": "/publicity/{}",
        "secret": "/handback/{}", "advice": "/advice/{}", "doubt": "/doubts/{}", "change": "/amendments/{}",
        "notice": "/term/notices/{}",
    }  # fmt: skip
    lists = [
        "/", "/activities", "/publicity", "/advice", "/handback", "/handback/checklist", "/term", "/agreement",
        "/doubts", "/doubts/settings", "/amendments", "/history?reading=trail", "/timeline", "/waiting/ours", "/messages",
    ]  # fmt: skip
    kou, otsu = house.people.sides
    acts = 0
    for done in life(house, known):
        acts += 1
        browsers = []
        for person, language in ((kou.officer, "ja"), (kou.manager, "ja"), (otsu.manager, "ja"), (otsu.drafter, "en")):
            browsers.append(browser := Browser(house, language=language))
            browser.sign_in(person.email, person.password)
        addresses = [*lists, *(places[name].format(id) for name, id in known.items())]
        kept = shown_to(browsers, addresses, done, anew=False)
        anew = shown_to(browsers, addresses, done, anew=True)
        assert [key for key in kept if kept[key] != anew[key]] == [], done
    assert acts == 16


def test_a_reader_of_an_older_snapshot_leaves_nothing_to_one_of_a_newer_and_takes_nothing_from_it(
    dated: House,
) -> None:
    """A page that began before an act and ends after it reads what there was, and so does nobody who comes later."""
    house = dated
    kou, otsu = house.people.sides
    made = tabled_proposal(house, house.people)
    reader = otsu.officer.actor(house)
    forget()

    def read(session: Session) -> tuple[int, int, int, str]:
        day = house.clock.now().date()
        dossier = consent_queries.dossier(session, reader, PROPOSAL, made)
        found = of_activities.register(session, reader, of_activities.Filters(), day)
        waiting = board(session, reader)
        return len(dossier.comments), len(found), waiting.total(TURN), str(found[-1].proposal_standing)

    def begun() -> Session:
        session = house.read()
        note_heads(session, reader, heads(session, reader))
        assert as_of(session, JOINT) is not None
        return session

    with begun() as older:
        with house.work(otsu.drafter.actor(house)) as work:
            consent.comment(work, PROPOSAL, consent.document_of(work, PROPOSAL, made), text="よい案です。")
        tabled_proposal(house, house.people, title="別の取組")
        consented(house, otsu.officer, PROPOSAL, made)
        with begun() as newer:
            assert (read(older), read(newer)) == ((0, 1, 1, "open"), (1, 2, 1, "partial"))
            assert (read(older), read(newer)) == ((0, 1, 1, "open"), (1, 2, 1, "partial"))
    forget()
    with begun() as last, house.read() as without:
        assert read(last) == read(last) == read(without) == (1, 2, 1, "partial")


def test_what_all_parties_share_changes_only_with_an_entry_that_all_may_read(sqlite_dated: House) -> None:
    """The last leaf of the joint chain stands for all of it, so the Work itself sees to it."""
    house = sqlite_dated
    drafter = house.people[0].drafter.actor(house)
    made = tabled_proposal(house, house.people)
    with house.work(drafter) as work:  # one's own draft is nobody else's
        document = consent.document_of(work, PROPOSAL, made)
        consent.note(work, PROPOSAL, document, text="手元の覚え")
    with pytest.raises(UnrecordedChange, match="to all: Document"), house.work(drafter) as work:
        document = consent.document_of(work, PROPOSAL, made)
        consent.note(work, PROPOSAL, document, text="手元の覚え")
        document.title = "こっそり改めた題名"
    with house.read() as session:
        assert session.get_one(Document, made).title != "こっそり改めた題名"


def test_in_the_middle_of_an_act_nothing_is_kept(dated: House) -> None:
    """A Work has changed things before it tells of them: what it reads is known by no leaf."""
    agreed_particulars(dated, dated.people, activity_of(dated, agreed_one(dated)))
    with dated.work(dated.people[0].drafter.actor(dated)) as work:
        assert as_of(work.session, JOINT) is None
    with dated.read() as session:
        assert as_of(session, JOINT) is None


def agreed_one(house: House) -> str:
    """A proposal that every party has agreed to."""
    made = tabled_proposal(house, house.people)
    for side in house.people.sides:
        consented(house, side.officer, PROPOSAL, made)
    return made


def test_what_all_parties_share_is_read_once_for_everybody_until_something_happens(
    sqlite_dated: House,
) -> None:
    """The register: after its first reader nobody needs a statement about activities, until the next act."""
    house = sqlite_dated
    made, held = agreed_one(house), of_activities._KEPT
    forget()
    sizes = []
    for person in (house.people[0].officer, house.people[1].officer):
        browser = Browser(house)
        browser.sign_in(person.email, person.password)
        assert "多言語窓口AIエージェント試行" in browser.get("/activities").text
        sizes.append(len([key for key in held if "register" in repr(key)]))
    assert sizes == [1, 1]
    tabled_particulars(house, house.people, activity_of(house, made))
    browser.get("/activities")
    assert len([key for key in held if "register" in repr(key)]) == 2
