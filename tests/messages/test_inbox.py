"""The inbox: what one's side was told, each person's own marks, narrowed and page by page."""

import datetime as dt
import re
from typing import Any

import pytest
from sqlalchemy import event, select

from portal.access.policy import Role
from portal.activities.proposal import PROPOSAL
from portal.history import queries as history
from portal.history.models import Entry, InboxMark, Message, MessageRead
from portal.kernel.errors import NotFound
from portal.messages import commands
from portal.parties import commands as people_commands
from tests.browser import Browser
from tests.makers.activities import consented, tabled_proposal
from tests.makers.people import PASSWORD, passwords_of

UNREAD = re.compile(r"<span>未読</span>")


def browser_of(house, person, language="ja"):
    browser = Browser(house, language=language)
    browser.sign_in(person.email, PASSWORD)
    return browser


def titles(page):
    return re.findall(r"「(取組\d+)」の版1を提示", page.text)


@pytest.fixture
def told(sqlite_dated):
    """The second party was told of three proposals of the first; who has read nothing yet."""
    for number in (1, 2, 3):
        sqlite_dated.clock.move(minutes=1)
        tabled_proposal(sqlite_dated, sqlite_dated.people, title=f"取組{number}")
    return sqlite_dated


def read_everything(house, person):
    with house.work(person.actor(house)) as work:
        commands.read_until(work, work.at)


def test_what_another_party_tells_of_its_people_leads_to_those_whom_one_may_know(sqlite_staffed):
    """Row 7: a power that was asked for, and ended before it was in force: its person is nobody to the other party."""
    kou, otsu = sqlite_staffed.people[0], sqlite_staffed.people[1]
    for act in (people_commands.ask_consent_power, people_commands.end_consent_power):
        with sqlite_staffed.work(kou.admin.actor(sqlite_staffed)) as work:
            act(work, kou.reader.member_id)
    browser = browser_of(sqlite_staffed, otsu.reader)
    for at in ("/", "/messages", "/history?reading=trail"):
        page = browser.get(at)
        assert kou.reader.member_id not in page.source and 'href="/members"' in page.source
    assert kou.reader.name in browser.get("/messages").text


def test_one_persons_reading_hides_nothing_from_a_colleague(told):
    """Of three, one is marked; for the colleague all three are unread."""
    side = told.people[1]
    for person in (side.reader, side.drafter):
        with told.work(person.actor(told)) as work:
            commands.read_until(work, told.clock.now() - dt.timedelta(minutes=2, seconds=30))
    reader, drafter = browser_of(told, side.reader), browser_of(told, side.drafter)
    page = reader.get("/messages")
    assert titles(page) == ["取組3", "取組2", "取組1"] and "未読3件" in page.text
    with told.read() as session:
        newest = history.messages(session, side.reader.actor(told))[0]
    form = page.form("/messages/read").values()
    done = reader.post("/messages/read", {**form, "message": newest.id, "shown": []})
    assert "既読にしました" in done.text
    assert "未読2件" in reader.get("/messages").text
    assert "未読3件" in drafter.get("/messages").text
    with told.read() as session:
        reads = session.scalars(select(MessageRead.member_id)).all()
    assert reads == [side.reader.member_id]


def test_what_a_person_has_read_stands_in_no_history(told):
    side = told.people[1]
    with told.read() as session:
        before = session.scalars(select(Entry.leaf)).all()
    browser = browser_of(told, side.reader)
    browser.get("/messages").submit("このページの未読をすべて既読にする")
    with told.read() as session:
        after = session.scalars(select(Entry).order_by(Entry.at)).all()
    assert {entry.verb for entry in after if entry.leaf not in before} == {"member.signed_in"}


def test_everything_so_far_is_read_and_what_comes_later_is_not(told):
    side = told.people[1]
    for number in range(4, 60):
        told.clock.move(minutes=1)
        tabled_proposal(told, told.people, title=f"取組{number}")
    browser = browser_of(told, side.reader)
    page = browser.get("/messages")
    told.clock.move(minutes=1)
    tabled_proposal(told, told.people, title="取組60")
    until = next(value for form in page.forms for name, value, _ in form.buttons if name == "until")
    form = page.form("/messages/read").values()
    browser.post("/messages/read", {**form, "until": until})
    page = browser.get("/messages")
    assert "未読1件" in page.text and titles(page)[0] == "取組60"


def test_the_inbox_is_narrowed_to_the_unread_to_a_kind_and_to_a_party(told):
    side = told.people[1]
    read_everything(told, side.reader)
    told.clock.move(minutes=1)
    document = tabled_proposal(told, told.people, title="取組4")
    consented(told, told.people[0].officer, PROPOSAL, document)
    browser = browser_of(told, side.reader)
    assert titles(browser.get("/messages?show=unread")) == ["取組4"]
    kind = browser.get("/messages?kind=tabling")
    assert (
        titles(kind) == ["取組4", "取組3", "取組2", "取組1"]
        and "同意しました" not in kind.text.split("条件を")[1]
    )
    assert "同意しました" in browser.get("/messages?kind=consent").text
    assert titles(browser.get(f"/messages?party={side.party}")) == []
    assert titles(browser.get(f"/messages?party={told.people[0].party}&kind=tabling&show=unread")) == [
        "取組4"
    ]
    for nonsense in ("show=x", "kind=x", "party=x", "before=x", "before=1.joint.x", "before=-1"):
        assert browser.get(f"/messages?{nonsense}").status == 200
    nothing = browser.get("/messages?kind=hold")
    assert "条件に合うお知らせはありません" in nothing.text


def test_every_page_keeps_the_filter_and_every_message_is_reached_once(told):
    side = told.people[1]
    for number in range(4, 110):
        told.clock.move(minutes=1)
        tabled_proposal(told, told.people, title=f"取組{number}")
    browser = browser_of(told, side.reader)
    seen: list[str] = []
    path: str | None = "/messages?kind=tabling"
    while path:
        page = browser.get(path)
        seen += titles(page)
        older = [link for link in page.links if "before=" in link]
        assert all("kind=tabling" in link for link in older)
        path = older[0] if older else None
    assert seen == [f"取組{number}" for number in range(109, 0, -1)]


def test_a_page_of_the_inbox_needs_few_statements_however_much_there_is(told):
    side = told.people[1]
    counts = []
    for more in (0, 60):
        for number in range(more):
            told.clock.move(minutes=1)
            tabled_proposal(told, told.people, title=f"取組{number + 10}")
        browser = browser_of(told, side.reader)
        browser.get("/messages")
        said: list[str] = []
        event.listen(
            told.app.engines.reader, "before_cursor_execute", lambda *args, said=said: said.append(args[2])
        )
        browser.get("/messages")
        counts.append(len([one for one in said if not one.startswith(("BEGIN", "PRAGMA"))]))
    assert counts == [3, 3]  # who asks, the edition, and what the reader has marked


def test_the_unread_are_found_by_an_index(dated):
    """EXPLAIN on both databases: no scan of all messages."""
    from sqlalchemy import text

    with dated.read() as session:
        reader = dated.people[0].reader.actor(dated)
        said: list[tuple[str, Any]] = []
        event.listen(
            session.get_bind(), "before_cursor_execute", lambda *args: said.append((args[2], args[3]))
        )
        history.unread_count(session, reader)
        statement, given = said[-1]
        if session.get_bind().dialect.name == "sqlite":
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
            assert any("SEARCH messages USING INDEX" in str(row) for row in plan), plan
            assert not any("SCAN messages" in str(row) for row in plan), plan
        else:
            session.execute(text("SET LOCAL enable_seqscan = off"))
            plan = session.connection().exec_driver_sql(f"EXPLAIN {statement}", given).all()
            assert any("messages_party" in str(row) for row in plan), plan


def test_nobody_marks_what_is_not_theirs(dated):
    """Row 1: another party's message is none; nothing of the rest is marked either."""
    tabled_proposal(dated, dated.people, dated.people[0].drafter)
    first, second = dated.people[0], dated.people[1]
    with dated.read() as session:
        ours = session.scalars(select(Message.id).where(Message.party == second.party)).all()
        theirs = session.scalars(select(Message.id).where(Message.party == first.party)).all()
    for ids in ([theirs[0]], [ours[-1], theirs[0]], ["no-such-message"]):
        with pytest.raises(NotFound), dated.work(second.reader.actor(dated)) as work:
            commands.mark_read(work, ids)
    with dated.read() as session:
        assert session.scalars(select(MessageRead)).all() == []
    browser = browser_of(dated, second.reader)
    form = browser.get("/messages").form("/messages/read").values()
    strange: list[dict[str, Any]] = [
        {"message": theirs[0]},
        {"until": "yesterday"},
        {"shown": ["x"] * 51},
        {"shown": [], "message": []},
    ]
    for sent in strange:
        assert browser.post("/messages/read", {**form, **sent}).status == 404


def test_who_came_later_finds_unread_only_what_was_told_since(told):
    """A new colleague does not begin with years of unread messages, and can read them all the same."""
    side = told.people[1]
    initial = passwords_of(told).initial(PASSWORD)
    with told.work(side.admin.actor(told)) as work:
        member = people_commands.add_member(
            work, email="new@example.jp", name="新人", roles=[Role.READER], initial=initial
        )
    with told.work(side.reader.actor(told)) as work:
        pass
    told.clock.move(minutes=1)
    tabled_proposal(told, told.people, title="取組4")
    with told.read() as session:
        from portal.parties.queries import actor_for

        newcomer = actor_for(session, member.id, told.clock.now())
        assert history.unread_count(session, newcomer) == 1
        assert len(history.messages(session, newcomer)) >= 4
        assert session.get(InboxMark, member.id) is not None


def test_the_inbox_is_english_throughout(told):
    page = browser_of(told, told.people[1].reader, "en").get("/messages")
    assert "Mark all unread on this page as read" in page.text and "5 unread" in page.text
    body = re.sub('".*?"', "", page.text.split("Messages")[-1])
    assert not re.search("[ぁ-ん]", body), body


def test_an_empty_inbox_says_what_will_come(sqlite_staffed):
    reader = browser_of(sqlite_staffed, sqlite_staffed.people[1].reader)
    with sqlite_staffed.app.engines.writer.begin() as connection:
        connection.exec_driver_sql("DELETE FROM mail_lines")
        connection.exec_driver_sql("DELETE FROM messages")
    page = reader.get("/messages")
    assert "お知らせはありません" in page.text and "未読はありません" in page.text


def test_three_parties_each_have_their_own_inbox(agreement_of_three):
    house = agreement_of_three
    document = tabled_proposal(house, house.people, title="取組1")
    consented(house, house.people[1].officer, PROPOSAL, document)
    for side, tells in zip(house.people.sides, ([False, True], [True, False], [True, True]), strict=True):
        page = browser_of(house, side.reader).get("/messages")
        assert ["の版1を提示しました" in page.text, "の版1に同意しました" in page.text] == tells, side.party


# --- The choice of mails, on the own account page -------------------------------------------------------------


def test_the_choice_of_mails_is_made_on_the_own_account_page(sqlite_staffed):
    side = sqlite_staffed.people[0]
    browser = browser_of(sqlite_staffed, side.reader)
    page = browser.get("/account")
    for words in (
        "すぐに受け取る", "1日1通にまとめて受け取る", "必ず届くものだけ受け取る", "20時から翌朝7時まで", "夜間や休業日でもすぐに届きます",
    ):  # fmt: skip
        assert words in page.text
    assert page.form("/account/mail").values()["choice"] == ["daily"]
    done = page.submit("/account/mail", choice="at_once")
    assert "受け取り方を変更しました" in done.text
    assert done.form("/account/mail").values()["choice"] == ["at_once"]
    for strange in ("", "never", "AT_ONCE"):
        refused = browser.get("/account").submit("/account/mail", choice=strange)
        assert refused.status == 422 and "field-error" in refused.source
    trail = browser.get("/history?reading=trail").text
    assert "お知らせのメールの受け取り方を選びました：すぐに受け取る" in trail
    other = browser_of(sqlite_staffed, sqlite_staffed.people[1].reader)
    assert "受け取り方を選びました" not in other.get("/history?reading=trail").text


def test_the_operator_has_no_choice_of_messages(sqlite_staffed):
    page = browser_of(sqlite_staffed, sqlite_staffed.people.operator).get("/account")
    assert "/account/mail" not in page.source and "/account/calendar" not in page.source
