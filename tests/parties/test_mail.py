"""The mails of accounts, to a real mail server in its own process: links made at sending, one recipient each."""

import re
import threading

import pytest
from sqlalchemy import update

from portal.mail.rules import Purpose
from portal.parties import commands, queries, rules, signing_in
from portal.parties.models import Member
from portal.parties.signing_in import WrongPassword
from tests.browser import Browser
from tests.makers.mails import deliver, mails
from tests.makers.people import PASSWORD, doorkeeper

NEW = "たぬきと狐と 2025年の秋"


def ask(house, address):
    signing_in.ask_password_link(doorkeeper(house), email=address, network="192.0.2.1")


def token_in(message):
    found = re.findall(r"https://portal\.example\.jp/set-password/([A-Za-z0-9_-]+)\n", message.get_content())
    return found[0]


# --- The forgotten password, from the page to the new one -----------------------------------------------


def test_a_forgotten_password_is_set_through_the_mailed_link(staffed, post):
    """rows 57, 59, 60: the whole way, with an evil Host on the request."""
    person, browser = staffed.people[0].officer, Browser(staffed)
    old = signing_in.sign_in(doorkeeper(staffed), email=person.email, password=PASSWORD, network="192.0.2.1")
    asked = browser.get("/forgotten-password").submit("/forgotten-password", email=person.email.upper())
    assert asked.path == "/forgotten-password/asked"
    assert deliver(staffed, post) == 1

    [(sender, recipients, raw)] = post.taken
    assert (sender, recipients) == ("portal@example.jp", [person.email])
    [message] = post.messages()
    assert message["To"] == person.email and message["Cc"] is None and message["Bcc"] is None
    assert message.get_content_type() == "text/plain" and message.get_content_charset() == "utf-8"
    assert "パスワードを設定する" in message.get_content() and "set your password" in message.get_content()

    link = f"/set-password/{token_in(message)}"
    for _ in range(3):
        assert browser.get(link).status == 200
    short = browser.get(link).submit("このパスワードにする", new="短い", again="短い")
    assert short.status == 422 and "12文字以上" in short.text
    done = browser.get(link).submit("このパスワードにする", new=NEW, again=NEW)
    assert done.path == "/sign-in" and "設定しました" in done.text

    assert browser.get(link).status == 404
    assert queries.actor_of(staffed.works, old.token) is None
    with pytest.raises(WrongPassword):
        signing_in.sign_in(doorkeeper(staffed), email=person.email, password=PASSWORD, network="192.0.2.1")
    signing_in.sign_in(doorkeeper(staffed), email=person.email, password=NEW, network="192.0.2.1")

    assert deliver(staffed, post) == 1
    notice = post.messages()[-1]
    assert notice["To"] == person.email and "変更されました" in notice["Subject"]
    assert "/set-password/" not in notice.get_content()


def test_the_link_is_dead_after_an_hour_and_after_any_other_change(staffed, post):
    """rows 59, 60"""
    keeper, person = doorkeeper(staffed), staffed.people[0].reader
    ask(staffed, person.email)
    deliver(staffed, post)
    token = token_in(post.messages()[-1])
    staffed.clock.move(minutes=59, seconds=59)
    assert signing_in.link_is_alive(keeper, token)
    staffed.clock.move(seconds=1)
    assert not signing_in.link_is_alive(keeper, token)
    with pytest.raises(signing_in.LinkIsDead):
        signing_in.set_password_by_link(keeper, token, new=NEW, again=NEW)

    ask(staffed, person.email)
    deliver(staffed, post)
    token = token_in(post.messages()[-1])
    with staffed.work(person.actor(staffed)) as work:
        commands.change_password(work, password_hash=keeper.passwords.hash(NEW))
    assert not signing_in.link_is_alive(keeper, token)


def test_a_link_asked_for_by_a_leaver_is_neither_sent_nor_alive(staffed, post):
    """row 61: also pending mails."""
    keeper, side = doorkeeper(staffed), staffed.people[0]
    ask(staffed, side.reader.email)
    deliver(staffed, post)
    token = token_in(post.messages()[-1])
    staffed.clock.move(minutes=10)
    ask(staffed, side.reader.email)
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.close_member(work, side.reader.member_id)
    assert not signing_in.link_is_alive(keeper, token)
    assert deliver(staffed, post) == 0 and len(post.taken) == 1


@pytest.mark.parametrize("token", ["", "x", "../../etc/passwd", "%00", "a" * 5000, "'; --", "\ud800"])
def test_no_other_text_is_a_link(sqlite_staffed, token):
    assert not signing_in.link_is_alive(doorkeeper(sqlite_staffed), token)
    with pytest.raises(signing_in.LinkIsDead):
        signing_in.set_password_by_link(doorkeeper(sqlite_staffed), token, new=NEW, again=NEW)


def test_no_table_ever_holds_a_link(staffed, post):
    ask(staffed, staffed.people[0].reader.email)
    [before] = [mail for mail in mails(staffed) if mail.sent_at is None]
    assert before.purpose == Purpose.LINK and before.token_hash is None and before.expires_at is None
    deliver(staffed, post)
    token = token_in(post.messages()[0])
    [after] = [mail for mail in mails(staffed) if mail.id == before.id]
    assert after.token_hash == queries.token_digest(token) and token not in str(vars(after))
    assert after.seed not in token


# --- Asking ------------------------------------------------------------------------------------------------


def test_asking_is_answered_alike_whoever_is_named(staffed, post):
    """row 50"""
    side = staffed.people[0]
    pages = []
    for address in (side.officer.email, "nobody@example.jp"):
        browser = Browser(staffed)
        asked = browser.get("/forgotten-password").submit("/forgotten-password", email=address)
        pages.append((asked.status, asked.path, asked.text))
    assert pages[0] == pages[1]
    assert deliver(staffed, post) == 1


def test_asking_often_sends_one_mail_in_five_minutes(staffed, post):
    person = staffed.people[0].reader
    for _ in range(3):
        ask(staffed, person.email)
    assert deliver(staffed, post) == 1
    ask(staffed, person.email)
    assert deliver(staffed, post) == 0
    staffed.clock.move(minutes=5)
    ask(staffed, person.email)
    assert deliver(staffed, post) == 1


def test_one_network_asking_for_many_must_wait(staffed):
    """row 49"""
    with pytest.raises(rules.MustWait):
        for number in range(30):
            ask(staffed, f"nobody{number}@example.jp")


# --- Language, headers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "subject", "there", "not_there"),
    [
        ("ja", "協定ポータル：パスワードの設定", "次のリンク", "following link"),
        ("en", "Agreement portal: set your password", "following link", "次のリンク"),
    ],
)
def test_the_mail_speaks_the_members_language(staffed, post, language, subject, there, not_there):
    person = staffed.people[0].reader
    with staffed.work(person.actor(staffed)) as work:
        commands.choose_language(work, language)
    ask(staffed, person.email)
    deliver(staffed, post)
    [message] = post.messages()
    assert message["Subject"] == subject
    assert there in message.get_content() and not_there not in message.get_content()
    assert ("令和7年（2025年）10月1日" in message.get_content()) is (language == "ja")


def test_the_link_begins_with_the_portals_own_address_whatever_the_request_says(staffed, post):
    """row 57"""
    browser = Browser(staffed)
    page = browser.get("/forgotten-password")
    data = page.form("/forgotten-password").values() | {"email": staffed.people[0].reader.email}
    answer = browser.client.post(
        "/forgotten-password",
        data=data,
        headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"},
    )
    assert answer.status_code == 303
    evil = browser.client.post("/forgotten-password", data=data, headers={"Host": "evil.example"})
    assert evil.status_code == 400
    deliver(staffed, post)
    [message] = post.messages()
    assert "evil" not in message.as_string() + message.get_content()


@pytest.mark.parametrize(
    "name", ["x\r\nBcc: a@b.example", "=?utf-8?q?=0ABcc:_x?=", "辻󠄀\u2028正樹", "a@b.example"]
)
def test_nothing_a_person_is_called_reaches_a_header(staffed, post, name):
    """row 73"""
    person = staffed.people[0].reader
    with staffed.app.engines.writer.begin() as connection:
        connection.execute(update(Member).where(Member.id == person.member_id).values(name=name))
    ask(staffed, person.email)
    assert deliver(staffed, post) == 1
    [message] = post.messages()
    assert set(message.keys()) >= {"From", "To", "Subject", "Date", "Message-ID"}
    assert "Bcc" not in message and message["To"] == person.email


# --- The server's moods -------------------------------------------------------------------------------------------


def test_after_a_failure_the_next_try_carries_the_same_link_and_it_works(staffed, post):
    """Row 105: whichever copy of the mail comes through, its link is alive."""
    person = staffed.people[0].reader
    ask(staffed, person.email)
    post.is_in("takes and drops")
    assert deliver(staffed, post) == 0
    staffed.clock.move(minutes=5)
    post.is_in()
    assert deliver(staffed, post) == 1
    first, second = post.messages()
    assert first["Message-ID"] == second["Message-ID"]
    assert token_in(first) == token_in(second)
    assert signing_in.link_is_alive(doorkeeper(staffed), token_in(first))


def test_a_link_asked_for_while_the_server_was_away_lives_an_hour_from_when_it_goes(staffed, post):
    """Row 115."""
    ask(staffed, staffed.people[0].reader.email)
    post.is_in("refuses the sender")
    assert deliver(staffed, post) == 0
    staffed.clock.move(days=3)
    post.is_in()
    assert deliver(staffed, post) == 1
    token = token_in(post.messages()[-1])
    staffed.clock.move(minutes=59)
    assert signing_in.link_is_alive(doorkeeper(staffed), token)


def test_two_runs_send_a_mail_once(staffed, post):
    """Several processes tick: who claims it under the lock sends it."""
    for side in staffed.people.sides:
        for person in side:
            ask(staffed, person.email)
            break
    taken, ready = [], threading.Barrier(3)

    def run():
        ready.wait()
        taken.append(deliver(staffed, post))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == len(post.taken) == len(staffed.people.sides)


def test_nothing_due_begins_no_work(staffed, post):
    from sqlalchemy import event

    said = []
    event.listen(staffed.app.engines.writer, "before_cursor_execute", lambda *args: said.append(args[2]))
    assert deliver(staffed, post) == 0
    assert said == []
