"""The mails of accounts, to a real mail server: links made at sending, one recipient each, tried again."""

import datetime as dt
import email
import email.policy
import re
import socket
import warnings
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from sqlalchemy import select, update

from portal.kernel.mail import MailDelayed, Mailer
from portal.parties import commands, queries, rules, signing_in
from portal.parties.models import AccountMail, Member
from portal.parties.signing_in import WrongPassword
from portal.settings import Settings
from portal.tasks.mail import MOST_TRIES, deliver_account_mails
from tests.browser import Browser
from tests.makers.people import PASSWORD, doorkeeper

NEW = "たぬきと狐と 2025年の秋"


class Post:
    """What the mail server was handed, and what it says to it."""

    def __init__(self):
        self.taken, self.says, self.says_to_recipient = [], "250 OK", "250 OK"
        self.port = free_port()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.says_to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.says_to_recipient

    async def handle_DATA(self, server, session, envelope):
        if self.says.startswith("250"):
            self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.says

    def messages(self):
        return [email.message_from_bytes(raw, policy=email.policy.default) for _, _, raw in self.taken]


@pytest.fixture
def post():
    """A real mail server on a free port; `post.settings(house)` are the house's, sending there."""
    handler = Post()
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def sending(house, post, **given):
    """The house's settings, with the mail server."""
    of = house.app.settings
    known = {
        "instance": of.instance,
        "database_url": of.database_url,
        "secret_key": of.secret_key,
        "address": "https://portal.example.jp",
        "smtp_host": "127.0.0.1",
        "smtp_port": post.port,
        "mail_sender": "portal@example.jp",
    }
    return Settings(**(known | given))


def deliver(house, post, **given):
    settings = sending(house, post, **given)
    return deliver_account_mails(house.works, settings, Mailer(settings))


def ask(house, address):
    signing_in.ask_password_link(doorkeeper(house), email=address, network="192.0.2.1")


def token_in(message):
    found = re.findall(r"https://portal\.example\.jp/set-password/([A-Za-z0-9_-]+)\n", message.get_content())
    return found[0]


def mails(house):
    with house.read() as session:
        return list(session.scalars(select(AccountMail).order_by(AccountMail.asked_at, AccountMail.id)))


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
    assert before.token_hash is None and before.expires_at is None
    deliver(staffed, post)
    token = token_in(post.messages()[0])
    [after] = [mail for mail in mails(staffed) if mail.id == before.id]
    assert after.token_hash == queries.token_digest(token) and token not in str(vars(after))


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


def test_a_message_with_a_broken_header_is_refused_by_its_maker():
    """row 73"""
    message = EmailMessage()
    with pytest.raises(ValueError, match="linefeed"):
        message["Subject"] = "a\r\nBcc: b@example.jp"


# --- The server's moods -------------------------------------------------------------------------------------------


def test_what_the_server_does_not_take_is_tried_again_later_and_later_then_given_up(staffed, post):
    person = staffed.people[0].reader
    post.says = "451 later"
    ask(staffed, person.email)
    tried_after = []
    for _ in range(MOST_TRIES):
        assert deliver(staffed, post) == 0
        [mail] = [mail for mail in mails(staffed) if mail.sent_at is None]
        pause = mail.next_try_at - staffed.clock.now()
        tried_after.append(pause)
        staffed.clock.move(seconds=pause.total_seconds() - 1)
        assert deliver(staffed, post) == 0
        staffed.clock.move(seconds=1)
    assert tried_after == [dt.timedelta(minutes=2**n) for n in range(1, MOST_TRIES + 1)]
    post.says = "250 OK"
    assert deliver(staffed, post) == 0
    [mail] = [mail for mail in mails(staffed) if mail.sent_at is None]
    assert mail.dropped_at is not None and mail.tries == MOST_TRIES


def test_after_a_failure_the_next_try_carries_a_new_link_that_works(staffed, post):
    person = staffed.people[0].reader
    ask(staffed, person.email)
    post.says = "451 later"
    deliver(staffed, post)
    staffed.clock.move(minutes=2)
    post.says = "250 OK"
    assert deliver(staffed, post) == 1
    assert signing_in.link_is_alive(doorkeeper(staffed), token_in(post.messages()[0]))


def test_a_recipient_refused_for_good_is_given_up_at_once(staffed, post):
    ask(staffed, staffed.people[0].reader.email)
    post.says_to_recipient = "550 no such person"
    assert deliver(staffed, post) == 0
    assert all(mail.sent_at or mail.dropped_at for mail in mails(staffed))


def test_no_server_at_all_is_a_delay(sqlite_staffed, post):
    settings = sending(sqlite_staffed, post, smtp_port=free_port())
    message = EmailMessage()
    message["To"], message["From"] = "a@example.jp", "b@example.jp"
    with pytest.raises(MailDelayed):
        Mailer(settings).send(message, name="x")


def test_two_runs_send_a_mail_once(staffed, post):
    """Several processes tick: who claims it under the lock sends it."""
    import threading

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


def test_the_server_may_ask_who_we_are(tmp_path):
    class Asks(Controller):
        def factory(self):
            def check(server, session, envelope, mechanism, data):
                is_right = (data.login, data.password) == (b"portal", b"right")
                return AuthResult(success=is_right, handled=is_right)

            with warnings.catch_warnings():  # it warns that a real server should ask for TLS
                warnings.simplefilter("ignore")
                return SMTP(
                    self.handler,
                    authenticator=check,
                    auth_required=True,
                    auth_require_tls=False,
                )

    handler = Post()
    controller = Asks(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        message = EmailMessage()
        message["To"], message["From"], message["Subject"] = "a@example.jp", "b@example.jp", "件名"
        message.set_content("本文", cte="base64")

        def send(password):
            Mailer(
                Settings(
                    instance=tmp_path,
                    database_url="",
                    secret_key="",
                    smtp_host="127.0.0.1",
                    smtp_port=controller.port,
                    smtp_user="portal",
                    smtp_password=password,
                )
            ).send(message, name="x")

        with pytest.raises(MailDelayed):
            send("wrong")
        send("right")
        assert len(handler.taken) == 1
    finally:
        controller.stop()


def test_without_a_server_the_mail_lies_in_the_folder_for_its_owner_only(sqlite_staffed):
    settings = sqlite_staffed.app.settings
    ask(sqlite_staffed, sqlite_staffed.people[0].reader.email)
    before = set((settings.instance / "mail").glob("*.eml"))
    assert deliver_account_mails(sqlite_staffed.works, settings, Mailer(settings)) == 1
    [path] = set((settings.instance / "mail").glob("*.eml")) - before
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert f"{settings.address}/set-password/" in message.get_content()
