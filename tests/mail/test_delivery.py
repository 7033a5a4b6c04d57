"""A mail server that stalls, refuses, drops, is away for days: nothing is lost, nothing scrambled, nobody is held up
(rows 105, 115)."""

import datetime as dt
import itertools
import threading
import time
from typing import Any

import pytest

from portal.activities.proposal import PROPOSAL
from portal.kernel.clock import JAPAN
from portal.kernel.mail import Mailer, ServerAway
from portal.mail import commands
from portal.mail.models import MailServer
from portal.mail.queries import DOWN_SHOWN
from portal.mail.rules import MOST_TRIES, MailChoice, NothingToRetry, Purpose, pause_after
from portal.parties import commands as people_commands
from portal.tasks import mail as tasks
from portal.tasks.doctor import State, examine
from portal.tasks.letters import Letters
from portal.tasks.mail import HOLD, hand_over
from portal.tasks.telling import tell
from tests.browser import Browser
from tests.makers.activities import consented, tabled_proposal
from tests.makers.mails import IMPATIENT, deliver, mails, sending
from tests.makers.people import PASSWORD
from tests.post_office import Office


@pytest.fixture
def settled(dated, post):
    """A house of which everything so far has been told."""
    deliver(dated, post)
    dated.clock.set(dt.datetime(2025, 10, 2, 9, tzinfo=JAPAN))
    deliver(dated, post)
    post.reset()
    return dated


@pytest.fixture
def alone(sqlite_dated, post):
    """The same on SQLite only."""
    deliver(sqlite_dated, post)
    sqlite_dated.clock.set(dt.datetime(2025, 10, 2, 9, tzinfo=JAPAN))
    deliver(sqlite_dated, post)
    post.reset()
    return sqlite_dated


def told_at_once(house, *people):
    for person in people:
        with house.work(person.actor(house)) as work:
            people_commands.choose_mail(work, MailChoice.AT_ONCE)


def consent_told(house):
    """The first party has consented to a proposal: everybody of the second is to be told; how many these are."""
    document = tabled_proposal(house, house.people, house.people[0].drafter)
    consented(house, house.people[0].officer, PROPOSAL, document)
    return len(list(house.people[1]))


def waiting(house):
    return [mail for mail in mails(house) if mail.next_try_at is not None]


def server(house):
    with house.read() as session:
        return session.get(MailServer, 1)


def ids(post):
    return [message["Message-ID"] for message in post.messages()]


# --- Each mail, its own trouble (row 105) ------------------------------------------------------------------------


@pytest.mark.parametrize("mood", ["450 at RCPT", "451 after DATA"])
def test_what_the_server_does_not_take_now_is_tried_again_later_and_later(settled, post, mood):
    people = consent_told(settled)
    one = settled.people[1].reader
    post.is_in("fine", **{one.email: mood})
    assert deliver(settled, post) == people - 1
    [mail] = waiting(settled)
    assert (mail.member_id, mail.tries, mail.fault) == (one.member_id, 1, mood[:3])
    for tries in range(1, 4):
        settled.clock.move(seconds=pause_after(tries).total_seconds() - 1)
        assert deliver(settled, post) == 0 and waiting(settled)[0].tries == tries
        settled.clock.move(seconds=1)
        assert deliver(settled, post) == 0 and waiting(settled)[0].tries == tries + 1
    post.is_in()
    settled.clock.move(hours=4)
    assert deliver(settled, post) == 1
    assert waiting(settled) == [] and len(set(ids(post))) == people


@pytest.mark.parametrize("mood", ["550 at RCPT", "554 after DATA"])
def test_what_the_server_refuses_for_good_is_a_dead_letter_at_once(settled, post, mood):
    people = consent_told(settled)
    one = settled.people[1].reader
    post.is_in("fine", **{one.email: mood})
    assert deliver(settled, post) == people - 1
    [dead] = [mail for mail in mails(settled) if mail.dead_at]
    assert (dead.member_id, dead.fault, dead.next_try_at) == (one.member_id, mood[:3], None)
    settled.clock.move(days=5)
    deliver(settled, post)
    assert one.email not in {message["To"] for message in post.messages()}


def test_what_is_not_taken_for_four_days_is_a_dead_letter(alone, post):
    people = consent_told(alone)
    one = alone.people[1].reader
    post.is_in("fine", **{one.email: "450 at RCPT"})
    assert deliver(alone, post) == people - 1
    began = alone.clock.now()
    while left := [mail for mail in waiting(alone) if mail.is_mandatory]:
        alone.clock.set(left[0].next_try_at)
        deliver(alone, post)
    [dead] = [mail for mail in mails(alone) if mail.dead_at]
    assert dead.tries == MOST_TRIES
    assert dt.timedelta(days=3) < dead.dead_at - began < dt.timedelta(days=5)


@pytest.mark.parametrize("mood", ["takes and drops", "stalls after DATA"])
def test_a_mail_that_may_have_been_taken_comes_again_the_same_to_the_last_byte(settled, post, mood):
    """At least once, under one Message-ID: whoever gets both sees one."""
    one = settled.people[1].reader
    people = consent_told(settled)
    post.is_in("fine", **{one.email: mood})
    assert deliver(settled, post) == people - 1
    post.is_in()
    settled.clock.move(minutes=3)
    tabled_proposal(settled, settled.people, settled.people[0].drafter)  # the record goes on meanwhile
    assert deliver(settled, post) == 1
    first, second = [raw for _, recipients, raw in post.taken if recipients == [one.email]]
    assert first == second
    assert len(post.taken) == people + 1 and len(set(ids(post))) == people


def test_a_connection_that_always_breaks_is_no_fault_of_the_mails(alone, post):
    """After three in a row the queue rests: no mail uses up its tries."""
    consent_told(alone)
    post.is_in("drops at DATA")
    assert deliver(alone, post) == 0
    assert sorted(mail.tries for mail in waiting(alone))[-3:] == [0, 1, 1]
    assert server(alone).down_since is not None


# --- The server's trouble, the whole queue's (row 115) -----------------------------------------------------------


def away(house, office):
    """Everything waits in its place, no try is counted, and the queue is tried again soon."""
    kept = waiting(house)
    assert kept and all(mail.tries == 0 for mail in kept)
    found = server(house)
    assert found.down_since is not None and found.held_by is None
    assert dt.timedelta() < found.next_try_at - house.clock.now() <= dt.timedelta(minutes=5)
    return found


@pytest.mark.parametrize("mood", ["stalls at EHLO", "refuses the sender", "421 at RCPT"])
def test_what_lies_with_the_server_is_not_counted_against_the_mails(settled, post, mood):
    people = consent_told(settled)
    post.is_in(mood)
    assert deliver(settled, post) == 0
    away(settled, post)
    post.is_in()
    assert deliver(settled, post) == 0  # it is left in peace for half a minute
    settled.clock.move(seconds=30)
    assert deliver(settled, post) == people
    assert server(settled).down_since is None


def test_a_server_that_is_not_there_or_speaks_no_tls_or_knows_us_not_is_away(alone, tmp_path):
    people = consent_told(alone)
    broken, asking = Office(tmp_path / "a", "broken-tls"), Office(tmp_path / "b", "asks-who-we-are")
    known = {"smtp_user": "portal", "smtp_password": "right"}
    try:
        plain = Office(tmp_path / "c")
        plain.close(killed=True)
        tried: list[tuple[Office, dict[str, Any], str]] = [
            (broken, {"smtp_starttls": True}, "SSLEOFError"),
            (asking, known | {"smtp_starttls": True}, "SMTPNotSupportedError"),
            (asking, known | {"smtp_password": "wrong"}, "535"),
            (plain, {}, "ConnectionRefusedError"),
        ]
        for office, given, fault in tried:
            alone.clock.move(minutes=5)
            assert deliver(alone, office, **given) == 0
            assert away(alone, office).fault in {fault, fault.replace("EOF", "")}
        alone.clock.move(minutes=5)
        assert deliver(alone, asking, **known) == people
        assert len(asking.taken) == people
    finally:
        for office in (broken, asking):
            office.close()


def test_a_folder_that_cannot_be_written_is_a_server_that_is_away(alone, tmp_path):
    """Without a server mails go into a folder; a full disk loses none."""
    (tmp_path / "mail").write_text("a file where a folder should be")
    from email.message import EmailMessage

    message = EmailMessage()
    message["To"], message["From"] = "a@example.jp", "b@example.jp"
    settings = sending(alone, type("Nowhere", (), {"port": 0})(), smtp_host=None, instance=tmp_path)
    with pytest.raises(ServerAway):
        Mailer(settings).send(message, name="x")


def test_three_days_without_a_mail_server_lose_nothing_and_hold_up_nobody(settled, post):
    """Row 115: acts and pages go on, the operator is told, and when the server is back the queue drains in its order."""
    first, second = settled.people[0], settled.people[1]
    told_at_once(settled, second.reader)
    post.close(killed=True)
    operator = Browser(settled)
    operator.sign_in(settled.people.operator.email, PASSWORD)
    reader = Browser(settled)
    reader.sign_in(second.reader.email, PASSWORD)
    documents = []
    for day in (2, 3, 6):
        for hour in (10, 15):
            settled.clock.set(dt.datetime(2025, 10, day, hour, tzinfo=JAPAN))
            documents.append(
                tabled_proposal(settled, settled.people, first.drafter, title=f"{day}日{hour}時")
            )
            assert deliver(settled, post) == 0
            consented(settled, first.officer, PROPOSAL, documents[-1])
            for _ in range(3):
                settled.clock.move(minutes=5)
                assert deliver(settled, post) == 0
    operator.sign_in(settled.people.operator.email, PASSWORD)
    page = operator.get("/", expect=200)
    assert "メールサーバーに令和7年" in page.text and "届いていません" in operator.get("/mail").text
    reader.sign_in(second.reader.email, PASSWORD)
    for path in ("/", "/messages", "/history", f"/documents/{documents[0]}"):
        assert "メールサーバー" not in reader.get(path, expect=200).text
    doctor = {one.what: one for one in examine(settled.app)}
    assert (
        doctor["mail queue"].state is State.MEND
        and "no server since 2025-10-02" in doctor["mail queue"].words
    )

    kept = [mail.number for mail in waiting(settled)]
    assert len(kept) > 60 and all(mail.tries == 0 for mail in waiting(settled))
    settled.clock.set(dt.datetime(2025, 10, 7, 10, tzinfo=JAPAN))
    post.open()
    taken = deliver(settled, post)
    assert taken == len(post.taken) >= len(kept)
    by_id = {f"<{mail.id}@example.jp>": mail.number for mail in mails(settled)}
    order = [by_id[id] for id in ids(post)]
    assert order == sorted(order) and set(kept) <= set(order)
    assert waiting(settled) == []
    texts = [message.get_content() for message in post.messages() if message["To"] == second.reader.email]
    said = [title for text in texts for title in ("2日10時", "2日15時", "3日10時", "3日15時", "6日10時", "6日15時")
            if f"「{title}」の版1を提示" in text]  # fmt: skip
    assert said == ["2日10時", "2日15時", "3日10時", "3日15時", "6日10時", "6日15時"]
    assert "メールサーバーに令和7年" not in operator.get("/mail").text


def test_a_server_away_for_a_few_minutes_is_no_alarm(alone, post):
    consent_told(alone)
    post.is_in("421 at RCPT")
    deliver(alone, post)
    operator = Browser(alone)
    operator.sign_in(alone.people.operator.email, PASSWORD)
    assert "メールサーバーに" not in operator.get("/").text
    alone.clock.move(seconds=DOWN_SHOWN.total_seconds())
    assert "メールサーバーに" in operator.get("/").text


# --- One hands over at a time ------------------------------------------------------------------------------------


def test_several_processes_hand_over_each_mail_once_and_in_order(settled, post):
    people = consent_told(settled)
    tell(settled.works)
    ready, taken = threading.Barrier(4), []

    def run():
        settings = sending(settled, post)
        ready.wait()
        letters = Letters.of(settled.app, settings)
        taken.append(hand_over(settled.works, letters, Mailer(settings, timeout=IMPATIENT)))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == len(post.taken) == len(set(ids(post))) == people
    by_id = {f"<{mail.id}@example.jp>": mail.number for mail in mails(settled)}
    order = [by_id[id] for id in ids(post)]
    assert order == sorted(order)


def test_whoever_dies_with_a_mail_in_hand_is_followed_by_another(settled, post, monkeypatch):
    """The mail that was claimed goes again after its pause, the others as soon as the hold has lapsed."""
    people = consent_told(settled)
    tell(settled.works)
    settings = sending(settled, post)
    letters = Letters.of(settled.app, settings)

    class Dead(BaseException):
        pass

    def die(*_args):
        raise Dead

    monkeypatch.setattr(tasks, "_offered", die)
    with pytest.raises(Dead):
        hand_over(settled.works, letters, Mailer(settings))
    monkeypatch.undo()
    assert deliver(settled, post) == 0
    settled.clock.move(seconds=HOLD.total_seconds() + 1)
    assert deliver(settled, post) == people
    assert len(set(ids(post))) == people


def test_one_connection_serves_for_all_and_another_is_opened_when_it_ends(alone, post):
    settings = sending(alone, post)
    from email.message import EmailMessage

    def message(number):
        made = EmailMessage()
        made["To"], made["From"], made["Subject"] = f"a{number}@example.jp", "b@example.jp", "件名"
        made.set_content("本文", cte="base64")
        return made

    with Mailer(settings, timeout=IMPATIENT) as mailer:
        mailer.send(message(1), name="1")
        connection = mailer._server
        mailer.send(message(2), name="2")
        assert mailer._server is connection
        post.close(killed=True)
        post.open()
        mailer.send(message(3), name="3")
        assert mailer._server is not connection
    assert mailer._server is None
    assert [one["To"] for one in post.messages()] == [f"a{number}@example.jp" for number in (1, 2, 3)]


def test_a_stalling_server_takes_seconds_of_a_run_not_minutes(alone, post):
    """However many wait: the run ends, and the pages never waited for it."""
    consent_told(alone)
    post.is_in("stalls after DATA")
    begun = time.monotonic()
    deliver(alone, post)
    assert time.monotonic() - begun < 10 * IMPATIENT
    assert server(alone).down_since is not None


# --- Dead letters, by hand ---------------------------------------------------------------------------------------


@pytest.fixture
def dead(alone, post):
    """Two mails that could not be delivered."""
    consent_told(alone)
    refused = (alone.people[1].reader, alone.people[1].press)
    post.is_in("fine", **{person.email: "550 at RCPT" for person in refused})
    deliver(alone, post)
    post.reset()
    return alone


def test_the_operator_sees_dead_letters_and_sends_them_again_by_hand(dead, post):
    operator = Browser(dead)
    operator.sign_in(dead.people.operator.email, PASSWORD)
    assert "届けられなかったメールが2通あります" in operator.get("/").text
    page = operator.get("/mail")
    side = dead.people[1]
    label = "乙"
    assert page.text.count(f"{label} {side.reader.email[0]}…@example.jp") == 2
    assert side.reader.email not in page.source and "550" in page.text
    doctor = {one.what: one for one in examine(dead.app)}
    assert doctor["dead letters"].state is State.MEND
    one = next(mail.id for mail in mails(dead) if mail.dead_at)
    again = page.submit(f"/mail/{one}/retry")
    assert "もう一度送ります" in again.text
    assert deliver(dead, post) == 1
    left = operator.get("/mail").submit("/give-up")
    assert "届けられなかったメールはありません" in left.text
    assert deliver(dead, post) == 0 and len(post.taken) == 1
    assert {one.what: one for one in examine(dead.app)}["dead letters"].state is State.GOOD


def test_in_english_mails_are_counted_as_mails(dead):
    """The same counter counts the signed originals of the agreement in Japanese."""
    operator = Browser(dead, language="en")
    operator.sign_in(dead.people.operator.email, PASSWORD)
    assert "Mails that could not be delivered: 2." in operator.get("/").text
    assert "original" not in operator.get("/mail").text


def test_all_dead_letters_are_sent_again_at_once(dead, post):
    operator = Browser(dead)
    operator.sign_in(dead.people.operator.email, PASSWORD)
    operator.get("/mail").submit("すべてもう一度送る")
    assert deliver(dead, post) == 2
    english = Browser(dead, language="en")
    english.sign_in(dead.people.operator.email, PASSWORD)
    assert "Every mail could be delivered" in english.get("/mail").text


def test_what_is_not_dead_cannot_be_retried(dead, post):
    sent = next(mail.id for mail in mails(dead) if mail.sent_at)
    for act in (commands.retry, commands.give_up):
        with pytest.raises(NothingToRetry), dead.work(dead.people.operator.actor(dead)) as work:
            act(work, sent)


def test_a_dead_letter_of_a_leaver_is_gone(dead, post):
    """Row 61."""
    side = dead.people[1]
    with dead.work(side.admin.actor(dead)) as work:
        people_commands.close_member(work, side.reader.member_id)
    left = [mail.member_id for mail in mails(dead) if mail.dead_at]
    assert left == [side.press.member_id]


def test_a_fault_says_numbers_and_names_and_no_words(alone, post):
    """Nothing the server says can come to a page or a log."""
    consent_told(alone)
    for mood, _ in zip(["550 at RCPT", "450 at RCPT", "drops at DATA"], itertools.count(), strict=False):
        post.is_in(mood)
        deliver(alone, post)
        alone.clock.move(hours=5)
    faults = {mail.fault for mail in mails(alone)} - {""}
    assert faults <= {"550", "450", "SMTPServerDisconnected"}


def test_every_purpose_of_a_mail_has_a_name():
    from portal.mail.rules import PURPOSE_NAMES

    assert set(PURPOSE_NAMES) == set(Purpose)
