"""Either party asks for a change, the parties consult each time, and what all agree to is the next edition (R3-*)."""

from __future__ import annotations

import datetime as dt
import html
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.agreement import commands as agreement_commands
from portal.agreement import queries as agreement
from portal.agreement.figures import Figure
from portal.agreement.life import Cause
from portal.amendments import queries, rules
from portal.amendments.amendment import AMENDMENT
from portal.amendments.execution import EXECUTION
from portal.amendments.rules import State, state_of
from portal.consent import commands
from portal.consent.models import Document
from portal.consent.rules import Standing
from portal.doubts.models import Doubt
from portal.history.models import Entry
from portal.kernel.clock import JAPAN
from portal.kernel.db import Subject, reads_on
from portal.kernel.errors import NotAllowed, NotFound, RuleBroken
from portal.tasks.doctor import examine
from tests.browser import Browser
from tests.conftest import House
from tests.makers.activities import (
    agreed_proposal,
    consented,
    drafted,
    edition_of,
    replaced,
    tabled,
)
from tests.makers.amendments import (
    adopted_edition,
    agreed_amendment,
    amendment_body,
    execution_body,
    reference_of,
    tabled_amendment,
    tabled_execution,
)
from tests.makers.doubts import agreed_answer, raised

DAY = dt.date(2025, 10, 1)
"""Where every test's clock stands at first."""


def document_of(house: House, id: str) -> Document:
    with house.read() as session:
        return session.get_one(Document, id)


def state(house: House, id: str) -> State:
    reader = house.people[0].reader.actor(house)
    with house.read() as session:
        row = next(one for one in queries.register(session, reader) if one.id == id)
    return state_of(row.standing, row.edition)


def number_of(house: House) -> int:
    """The number of the edition in force today."""
    with house.read() as session:
        today = house.clock.now().astimezone(JAPAN).date()
        reads_on(session, today)
        return agreement.edition_number(session)


def consult(house: House, by, id: str) -> None:
    with house.work(by.actor(house)) as work:
        document = commands.document_of(work, AMENDMENT, id)
        commands.consult(
            work, AMENDMENT, document, held_on=DAY, medium="meeting", participants="各当事者の担当",
            summary="変更の要否を話した。", decisions="",
        )  # fmt: skip


def decline(house: House, by, id: str) -> None:
    with house.work(by.actor(house)) as work:
        commands.decline(work, AMENDMENT, commands.document_of(work, AMENDMENT, id), reason="いまは要しない")


def browser_of(house, person, language="ja"):
    browser = Browser(house, language=language)
    browser.sign_in(person.email, person.password)
    return browser


# --- Asking, and what nobody may do with a request


def test_either_party_asks_and_what_is_asked_stands_before_the_other_in_its_own_words(dated):
    """R3-1: who, when, which clauses, the new words, the reason; the other side's turn."""
    people, edition = dated.people, edition_of(dated)
    for side in people.sides:
        made = tabled_amendment(dated, people, side.manager)
        document = document_of(dated, made)
        assert (document.party, document.edition) == (side.party, 1)
        assert document.standing == Standing.OPEN and state(dated, made) is State.OPEN
        with dated.read() as session:
            row = next(one for one in queries.register(session, side.reader.actor(dated)) if one.id == made)
            told = session.scalars(
                select(Entry.verb).where(Entry.subject_id == made, Entry.chain == "joint")
            ).all()
        assert edition.clause_of("publicity").id in row.clauses.split(",")
        assert "revision.tabled" in told


def test_a_request_that_nobody_answers_still_waits_a_year_later_and_says_so(sqlite_dated):
    """Issue 4; R3-2: the passing of time is no outcome, in no list and on no page."""
    house, people = sqlite_dated, sqlite_dated.people
    made = tabled_amendment(house, people)
    house.clock.move(days=365)
    assert state(house, made) is State.OPEN
    for language, waits, days in (("ja", "回答待ち", "365日"), ("en", "No reply yet", "365 days")):
        browser = browser_of(house, people[1].officer, language)
        listed = browser.get("/amendments", expect=200).text
        assert waits in listed and days in listed
        page = browser.get(f"/amendments/{made}", expect=200).text
        assert waits in page
        assert {"ja": "30日を超えて回答待ち", "en": "more than 30 days"}[language] in browser.get(
            "/", expect=200
        ).text


def test_a_request_is_not_turned_down_before_the_parties_have_consulted_on_it(dated):
    """Art3, その都度協議: declined on its merits, with a reason, after a talk; never ignored (T14)."""
    people = dated.people
    made = tabled_amendment(dated, people)
    with pytest.raises(rules.NoConsultationYet) as refused:
        decline(dated, people[1].officer, made)
    assert refused.value.clause == "amendment"
    assert state(dated, made) is State.OPEN
    consult(dated, people[1].drafter, made)
    decline(dated, people[1].officer, made)
    assert state(dated, made) is State.NOT_AGREED
    assert number_of(dated) == 1


def test_the_one_who_asked_may_take_it_back_and_nobody_else(dated):
    """R3-2: withdrawn is an outcome too, with its reason."""
    people = dated.people
    made = tabled_amendment(dated, people)
    for by, allowed in ((people[1].officer, False), (people[0].manager, True)):
        with dated.work(by.actor(dated)) as work:
            document = commands.document_of(work, AMENDMENT, made)
            if allowed:
                commands.withdraw(work, AMENDMENT, document, reason="不要になった")
            else:
                with pytest.raises((NotAllowed, RuleBroken)):
                    commands.withdraw(work, AMENDMENT, document, reason="不要")
    assert state(dated, made) is State.WITHDRAWN


# --- What is agreed, and when it becomes the text


def test_agreed_words_are_an_edition_only_once_every_party_has_confirmed_the_signed_document(dated):
    """R3-3: agreed → executed document registered with its days and originals → edition from its day."""
    people = dated.people
    made = agreed_amendment(dated, people)
    assert state(dated, made) is State.TO_EXECUTE and number_of(dated) == 1
    executed = tabled_execution(dated, people, made)
    consented(dated, people[0].officer, EXECUTION, executed)
    assert number_of(dated) == 1, "one party's word is not both parties'"
    for side in people.sides[1:]:
        consented(dated, side.officer, EXECUTION, executed)
    assert number_of(dated) == 2 and state(dated, made) is State.ADOPTED
    with dated.read() as session:
        assert "五日前まで" in agreement.edition(session).clause_of("publicity").text.ja
        assert "五日前まで" not in agreement.edition(session, 1).clause_of("publicity").text.ja
        verbs = session.scalars(select(Entry.verb).where(Entry.chain == "joint")).all()
    assert "amendment.adopted" in verbs


def test_where_the_parties_say_so_their_consent_alone_makes_the_edition_from_the_day_they_name(dated):
    """R3-3: in force from its day, not before; today's text holds until then."""
    people = dated.people
    agreed_amendment(dated, people, takes="consent", sort="", effective_on="2025-11-01")
    assert number_of(dated) == 1
    with dated.read() as session:
        assert (
            "五日前まで" in agreement.edition_on(session, dt.date(2025, 11, 1)).clause_of("publicity").text.ja
        )
    dated.clock.set(dt.datetime(2025, 10, 31, 15, 0, tzinfo=dt.UTC))  # midnight in Japan
    assert number_of(dated) == 2


def test_nothing_is_changed_backwards(dated):
    """R3-5: neither by consent from a past day, nor by a document before the edition it changes, nor in the tables."""
    people = dated.people
    with pytest.raises(rules.TakesEffectInThePast):
        tabled_amendment(dated, people, takes="consent", sort="", effective_on="2025-09-30")
    made = agreed_amendment(dated, people)
    with pytest.raises(rules.BeforeTheEditionBefore):
        tabled_execution(dated, people, made, effective_on="2025-09-09", signed_on="2025-09-09")
    with pytest.raises(DBAPIError), dated.app.engines.writer.begin() as connection:
        connection.execute(text("UPDATE agreement_editions SET text = 'x'"))
    with pytest.raises(DBAPIError), dated.app.engines.writer.begin() as connection:
        connection.execute(text("DELETE FROM agreement_editions"))


def test_the_doctor_names_the_edition_in_force_and_says_that_another_is_to_come(dated):
    """What comes into force on a later day is not in force before it (R3-3)."""
    agreed_amendment(dated, dated.people, takes="consent", sort="", effective_on="2025-11-01")

    def said() -> str:
        return next(one.words for one in examine(dated.app) if one.what == "agreement")

    assert said() == "edition 1 in force (of 2: the later ones are to come)"
    dated.clock.set(dt.datetime(2025, 11, 1, 1, tzinfo=dt.UTC))
    assert said() == "edition 2 in force"


def test_what_has_become_the_text_is_neither_held_nor_replaced_but_changed_again(dated):
    """The next change rests on the edition adopted last; one that rests on an older one is put before its author."""
    people = dated.people
    open_one = tabled_amendment(dated, people, title="先に出した申出")
    made, executed = adopted_edition(dated, people)
    with dated.work(people[0].officer.actor(dated)) as work, pytest.raises(rules.AdoptedAlready):
        commands.hold(work, AMENDMENT, commands.document_of(work, AMENDMENT, made), reason="待って")
    with pytest.raises(rules.AdoptedAlready):
        replaced(dated, people[0].drafter, AMENDMENT, made, amendment_body(edition_of(dated), base=2))
    with pytest.raises(rules.BaseHasMoved):
        consented(dated, people[0].officer, AMENDMENT, open_one)
    again = agreed_amendment(dated, people, base="2", takes="consent", sort="")
    assert number_of(dated) == 3 and state(dated, again) is State.ADOPTED
    assert document_of(dated, executed).standing == Standing.AGREED


def test_a_draft_that_nobody_was_shown_can_be_neither_held_nor_replaced(dated):
    """There is nothing yet that could have become an edition, and no fault of the portal's own."""
    people = dated.people
    made = agreed_amendment(dated, people)
    for kind, body in (
        (AMENDMENT, amendment_body(edition_of(dated))),
        (EXECUTION, execution_body(dated, made)),
    ):
        bare = drafted(dated, people[0].manager, kind, body)
        with dated.work(people[0].officer.actor(dated)) as work, pytest.raises((NotFound, RuleBroken)):
            commands.hold(work, kind, commands.document_of(work, kind, bare), reason="待って")


def test_a_registration_needs_the_copy_the_days_and_a_change_that_stands(dated):
    """R3-3, R0-2: each thing that is missing is named; a held change is not carried out."""
    people = dated.people
    made = agreed_amendment(dated, people)
    given: tuple[tuple[dict[str, Any], type[RuleBroken]], ...] = (
        ({"signed_on": ""}, rules.NoSigningDay),
        ({"effective_on": ""}, rules.NoEffectiveDay),
        ({"originals": "零"}, rules.NoOriginals),
        ({"signed_on": "2025-10-02"}, rules.SignedInTheFuture),
        ({"amendment": "AMD-0099"}, rules.NoSuchAmendment),
    )
    for changes, refusal in given:
        with pytest.raises(RuleBroken) as refused:
            tabled_execution(dated, people, made, **changes)
        assert refusal in {type(one) for one in refused.value.each}, refusal
    bare = drafted(dated, people[0].manager, EXECUTION, execution_body(dated, made))
    with pytest.raises(rules.NoCopy):
        tabled(dated, people[0].manager, EXECUTION, bare)
    with dated.work(people[1].officer.actor(dated)) as work:
        commands.hold(work, AMENDMENT, commands.document_of(work, AMENDMENT, made), reason="確かめたい")
    with pytest.raises(rules.IsHeld):
        tabled_execution(dated, people, made)


def test_every_record_keeps_the_edition_it_was_made_under_and_shows_that_editions_words(sqlite_dated):
    """Art3: what was agreed under the first edition is read under the first edition."""
    house, people = sqlite_dated, sqlite_dated.people
    before = agreed_proposal(house, people)
    answered = raised(house, people)
    agreed_answer(house, people, answered)
    adopted_edition(house, people)
    after = agreed_proposal(house, people, title="変更後の取組")
    later = raised(house, people)
    assert (document_of(house, before).edition, document_of(house, after).edition) == (1, 2)
    with house.read() as session:
        assert (session.get_one(Doubt, answered).edition, session.get_one(Doubt, later).edition) == (1, 2)
    browser = browser_of(house, people[1].reader)
    page = browser.get(f"/activities/proposals/{before}", expect=200)
    assert "協定の第1版に基づく" in page.text and any("/agreement/editions/1" in link for link in page.links)
    assert "第1版" in browser.get(f"/activities/proposals/{before}/receipt", expect=200).text
    first = browser.get("/agreement/editions/1", expect=200).text
    assert "五日前まで" not in first and "五日前まで" in browser.get("/agreement", expect=200).text
    editions = browser.get("/agreement/editions", expect=200).text
    assert "第1版" in editions and "第2版" in editions
    assert "（協定の第1版について）" in browser.get("/agreement").text, (
        "an answer says which text it was given on"
    )


# --- What changes with it, shown before anybody consents


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_days_a_change_moves_stand_old_beside_new_before_consent_and_the_table_is_a_paper(
    sqlite_dated, language
):
    """R3-4, R3-6; S-vectors: a renewal of three years leaves the running term, and moves the next ones."""
    house, people, edition = sqlite_dated, sqlite_dated.people, edition_of(sqlite_dated)
    renewal = edition.clause_of("renewal")
    made = tabled_amendment(
        house,
        people,
        changes=(("replace", renewal.id, renewal.text.ja.replace("１年間", "３年間"), ""),),
        figures=((Figure.RENEWAL, "P3Y"),),
    )
    browser = browser_of(house, people[1].officer, language)
    page = browser.get(f"/amendments/{made}", expect=200).text
    moved, stays = {"ja": ("変わる", "変わらない"), "en": ("Moves", "Stays")}[language]
    assert moved in page and stays in page
    for year in ("2027", "2029"):  # the next term by the old length, and by the new
        assert year in page
    assert "３" in page and {"ja": "3年", "en": "3 years"}[language] in page
    assert number_of(house) == 1, "looking changes nothing"
    table = browser.get(f"/amendments/{made}/comparison-table", expect=200)
    assert {"ja": "新旧対照表", "en": "Comparison of old and new wording"}[language] in table.text
    answer = browser.client.get(f"/amendments/{made}/comparison-table/pdf")
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_term_that_has_begun_stays_and_the_next_has_the_new_length(sqlite_dated):
    """Art3, art4: an amendment moves no day backwards, unless the parties give the running term another last day."""
    house, people = sqlite_dated, sqlite_dated.people
    body = {"takes": "consent", "sort": "", "figures": ((Figure.RENEWAL, "P3Y"),)}
    agreed_amendment(house, people, **body)
    with house.read() as session:
        edition = agreement.edition(session)
        dates = agreement.dates_now(session, edition)
        first, second = agreement.terms(edition, dates, DAY, ahead=1)[:2]
    assert first.expiry == dt.date(2026, 9, 10)
    assert (second.start, second.expiry) == (dt.date(2026, 9, 11), dt.date(2029, 9, 10))
    agreed_amendment(house, people, base="2", takes="consent", sort="", running_until="2026-03-31")
    with house.read() as session:
        edition = agreement.edition(session)
        found = agreement.terms(edition, agreement.dates_now(session, edition), DAY, ahead=1)
    assert found[0].expiry == dt.date(2026, 3, 31) and found[1].start == dt.date(2026, 4, 1)


# --- By the pages


def test_from_a_clause_to_the_new_edition_by_the_pages_alone(sqlite_dated):
    """Empty list, a clause chosen in the text, what is missing said beside its field, tabled, consented, in force."""
    house, people, edition = sqlite_dated, sqlite_dated.people, edition_of(sqlite_dated)
    clause = edition.clause_of("publicity")
    asks, answers = browser_of(house, people[0].manager), browser_of(house, people[1].officer)
    assert "変更の申出はまだありません" in asks.get("/amendments", expect=200).text
    assert not any(
        "/amendments/new" in one for one in browser_of(house, people[0].reader).get("/agreement").links
    )
    start = next(
        one for one in asks.get("/agreement").links if one.startswith("/amendments/new") and clause.id in one
    )
    page = asks.get(html.unescape(start), expect=200)
    assert clause.text.ja in page.text, "it begins with the words as they are"
    form = page.form("下書きを保存する")
    same = page.submit(form.action, title="公表の条項", takes="consent")
    page = asks.get(same.path.removesuffix("/draft"))
    refused = page.submit("/table")
    assert refused.status == 422 and "変更の理由がありません" in refused.text
    id = page.path.split("/")[2]
    page = asks.get(f"/amendments/{id}/draft", expect=200)
    page = page.submit(page.form("下書きを保存する").action, reason="余裕をもつため。")
    refused = asks.get(f"/amendments/{id}", expect=200).submit("/table")
    assert refused.status == 422 and "文言が、いまと同じです" in refused.text
    page = asks.get(f"/amendments/{id}/draft", expect=200)
    name = next(one for one in page.form("下書きを保存する").values() if one.endswith(f"{clause.id}-ja"))
    page = page.submit(
        page.form("下書きを保存する").action,
        **{name: f"{clause.text.ja}十日前までに協議する。"},
    )
    page = asks.get(f"/amendments/{id}", expect=200)
    assert "新旧対照表" in page.text and "十日前までに協議する。" in page.text
    page = page.submit("/table")
    assert page.status == 200 and "AMD-0001" in page.text
    assert "AMD-0001" in answers.get("/agreement").text, "it stands under its clause while it is on the table"
    assert "/decline" not in "".join(answers.get(f"/amendments/{id}").links), (
        "nothing offers what would be refused"
    )
    for browser in (browser_of(house, people[0].officer), answers):
        page = browser.get(f"/amendments/{id}/consent", expect=200)
        page = page.submit(
            "この版に同意する", decision_reference="決裁1", capacity="decision", decided_on="R7.10.1"
        )
        assert page.status == 200
    assert number_of(house) == 2
    assert "新しい版になった" in answers.get("/amendments").text
    compared = answers.get("/agreement/editions/compare?from=1&to=2", expect=200)
    assert "十日前までに協議する。" in compared.text


# --- After the end, and with three


def test_after_the_end_nothing_of_the_agreement_is_changed(dated):
    """R5-7: the clause on changes is not among those that survive."""
    people = dated.people
    made = agreed_amendment(dated, people)
    with dated.read() as session:
        edition = agreement.edition(session)
        assert edition.survival is not None
        assert edition.clause_of("amendment").id not in edition.survival.provisions
    end_it(dated)
    with pytest.raises(rules.NoAmendmentAfterTheEnd):
        tabled_amendment(dated, people)
    with pytest.raises(rules.NoAmendmentAfterTheEnd):
        tabled_execution(dated, people, made)


@pytest.mark.parametrize("page", ["/amendments/new", "/amendments/executions/new"])
def test_the_page_of_a_change_says_before_anything_is_typed_that_nothing_is_changed_any_more(sqlite_dated, page):
    """R5-7: whoever would write a change reads first that it could not be proposed."""
    house, people = sqlite_dated, sqlite_dated.people
    refused = "協定を変更することはできません。"
    for person in (people[0].drafter, people[0].manager):
        desk = Browser(house)
        desk.sign_in(person.email, person.password)
        assert refused not in desk.get(page, expect=200).text
    waiting = tabled_amendment(house, people)
    end_it(house)
    desk = Browser(house)
    desk.sign_in(people[1].officer.email, people[1].officer.password)
    shown = desk.get(f"/amendments/{waiting}", expect=200)
    assert refused in shown.text and f"/amendments/{waiting}/consent" not in shown.links
    desk = Browser(house)
    desk.sign_in(people[0].drafter.email, people[0].drafter.password)
    assert refused in desk.get(page, expect=200).text


def end_it(house: House) -> None:
    """The agreement has ended by every party's word, and its last day is past."""
    with house.work() as work:
        agreement_commands.announce_end(
            work, cause=Cause.TERMINATION, last_day=DAY, measures_apply=True, source=Subject("notice", "n")
        )
    house.clock.move(days=2)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_with_three_parties_two_are_not_enough_and_the_third_reads_its_own_agreements_words(
    agreement_of_three, language
):
    """Decision 28; the second agreement: other clauses, other labels, the same acts."""
    house, people = agreement_of_three, agreement_of_three.people
    made = tabled_amendment(house, people, people[2].manager, takes="consent", sort="")
    assert reference_of(house, made)
    for side in people.sides[:2]:
        consented(house, side.officer, AMENDMENT, made)
    assert number_of(house) == 1 and document_of(house, made).standing == Standing.PARTIAL
    third = browser_of(house, people[2].officer, language)
    page = third.get(f"/amendments/{made}", expect=200)
    assert edition_of(house).clause_of("publicity").label[language] in page.text
    consented(house, people[2].officer, AMENDMENT, made)
    assert number_of(house) == 2
    shown = third.get("/agreement", expect=200).text
    assert "五日前まで" in shown
    assert third.get("/amendments", expect=200).status == 200


def test_no_two_clauses_that_a_figure_may_rest_on_have_one_name(sqlite_dated):
    """An article that is but one paragraph stands once; what is in force can be chosen as it is."""
    page = browser_of(sqlite_dated, sqlite_dated.people[0].drafter).get("/amendments/new", expect=200)
    form = page.form("下書きを保存する")
    provisions = form.choices["figures-survival-provisions"]
    assert {"art5", "art7", "art8.2", "art9"} <= set(provisions) and "art9.1" not in provisions
    places = form.choices["figures-meetings-clause"]
    assert "art3.1" in places and "art3" not in places and {"art5", "art5.2"} <= set(places)


def test_a_change_that_another_edition_overtook_says_so_before_anybody_consents(sqlite_dated):
    """R3-5: it can be consented to by nobody as it is; its page says why and what is to be done, and has no button that is
    refused."""
    people = sqlite_dated.people
    made = tabled_amendment(sqlite_dated, people, title="先に出した申出")
    place, asks = f"/amendments/{made}", "この版に同意する"
    assert asks in browser_of(sqlite_dated, people[0].officer).get(place, expect=200).text
    adopted_edition(sqlite_dated, people)
    for who in (people[0].officer, people[1].officer, people[1].drafter):
        page = browser_of(sqlite_dated, who).get(place, expect=200)
        assert asks not in page.text
        assert "この申出は協定の第1版に対するものですが、その後、第2版が登録されています。" in page.text
        assert "このままでは、どの当事者も同意できません" in page.text
        assert "次のように第2版になります" not in page.text, "the second edition says something else already"
    drafting = browser_of(sqlite_dated, people[1].drafter)
    assert "直した版を起案する" in drafting.get(place).text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_change_that_another_edition_overtook_is_called_so_wherever_it_is_listed(sqlite_dated, language):
    """R3-5: home asked to consent to it, the lists said that it waits for an answer, and the page of the consent took one
    that was refused."""
    people = sqlite_dated.people
    made = tabled_amendment(sqlite_dated, people, title="先に出した申出")
    consented(sqlite_dated, people[0].officer, AMENDMENT, made)
    sqlite_dated.clock.move(days=40)
    adopted_edition(sqlite_dated, people)
    says, waits, fit, consent = {
        "ja": ("このままでは同意できません", "回答待ち", "いまの協定の版に合わせて直す", "確かめて、同意するか差し戻す"),
        "en": ("Cannot be consented to as it is", "Waiting for Party", "Fit \"先に出した申出\" to", "Review \"先に出した申出\""),
    }[language]
    for who in (people[1].officer, people[1].drafter, people[0].drafter, people[0].reader):
        browser = browser_of(sqlite_dated, who, language)
        listed = browser.get("/amendments", expect=200).text
        line = listed[listed.index("先に出した申出") :][:200]
        assert says in line and waits not in line
        for path in ("/", "/waiting/ours", "/waiting/theirs"):
            page = browser.get(path, expect=200)
            assert consent not in page.text and waits not in page.text, path
        assert says in browser.get("/").text
    assert fit in browser_of(sqlite_dated, people[1].drafter, language).get("/").text
    page = browser_of(sqlite_dated, people[1].officer, language).get(f"/amendments/{made}/consent", expect=200)
    assert not [one for one in page.forms if one.action.endswith("/consent") or "decision_reference" in one.values()]
