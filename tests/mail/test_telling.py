"""Who is told by mail, when, and in which words: to a real mail server in a process of its own."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from portal.access.policy import Role
from portal.activities.proposal import PROPOSAL
from portal.consent import commands as consent
from portal.history.event import EVENTS
from portal.history.models import Entry, Message
from portal.kernel.clock import JAPAN
from portal.kernel.db import Subject
from portal.mail.models import MailLine
from portal.mail.rules import MailChoice
from portal.parties import commands
from portal.parties.events import MemberRenamed
from portal.publicity.item import PUBLICITY
from tests.makers.activities import (
    consented,
    drafted,
    edition_of,
    proposal_body,
    tabled,
    tabled_proposal,
)
from tests.makers.advice import recorded
from tests.makers.mails import deliver, mails
from tests.makers.publicity import agreed_item, reported, tabled_item

WEDNESDAY = dt.date(2025, 10, 1)


def chosen(house, person, choice):
    """The person has chosen so."""
    with house.work(person.actor(house)) as work:
        commands.choose_mail(work, choice)


def at(house, day, hour, minute=0):
    house.clock.set(dt.datetime.combine(day, dt.time(hour, minute), JAPAN))


def to(post, person):
    """The mails that came for a person, read."""
    return [message for message in post.messages() if message["To"] == person.email]


@pytest.fixture
def settled(dated, post):
    """A house of which everything so far has been told."""
    deliver(dated, post)
    dated.clock.move(hours=1)
    deliver(dated, post)
    at(dated, dt.date(2025, 10, 2), 9)
    deliver(dated, post)
    post.reset()
    return dated


@pytest.fixture
def quiet_house(sqlite_dated, post):
    """The same on SQLite only."""
    deliver(sqlite_dated, post)
    at(sqlite_dated, dt.date(2025, 10, 2), 9)
    deliver(sqlite_dated, post)
    post.reset()
    return sqlite_dated


# --- As each has chosen ------------------------------------------------------------------------------------------


def test_everybody_is_told_as_they_chose(settled, post):
    """At once, in the day's one mail, or nothing but what is mandatory; each message to each person once."""
    first, second = settled.people[0], settled.people[1]
    chosen(settled, second.reader, MailChoice.AT_ONCE)
    chosen(settled, second.press, MailChoice.MANDATORY)
    document = tabled_proposal(settled, settled.people, first.drafter)
    assert deliver(settled, post) == 1
    [at_once] = to(post, second.reader)
    assert "版1を提示しました" in at_once.get_content()

    consented(settled, first.officer, PROPOSAL, document)
    assert deliver(settled, post) == len(list(second))
    for person in (second.reader, second.drafter, second.press, second.admin):
        assert "同意しました" in to(post, person)[-1].get_content()
    assert not any(to(post, person) for person in first)

    at(settled, dt.date(2025, 10, 3), 8, 29)
    assert deliver(settled, post) == 0
    at(settled, dt.date(2025, 10, 3), 8, 30)
    assert deliver(settled, post) == len(list(second)) - 2
    [_, digest] = to(post, second.drafter)
    assert "版1を提示しました" in digest.get_content() and "同意しました" not in digest.get_content()
    assert "10月3日" in digest["Subject"] and "（1件）" in digest["Subject"]
    assert deliver(settled, post) == 0
    with settled.read() as session:
        lines = session.execute(select(MailLine.member_id, MailLine.message_id)).all()
    assert len(lines) == len(set(lines))


def test_a_new_choice_counts_for_what_still_waits(quiet_house, post):
    first, second = quiet_house.people[0], quiet_house.people[1]
    tabled_proposal(quiet_house, quiet_house.people, first.drafter)
    deliver(quiet_house, post)
    assert to(post, second.reader) == [] and to(post, second.drafter) == []
    chosen(quiet_house, second.reader, MailChoice.AT_ONCE)
    chosen(quiet_house, second.drafter, MailChoice.MANDATORY)
    deliver(quiet_house, post)
    at(quiet_house, dt.date(2025, 10, 3), 9)
    deliver(quiet_house, post)
    assert len(to(post, second.reader)) == 1
    assert to(post, second.drafter) == []


def test_the_days_mail_tells_of_each_thing_together_and_names_its_address_once(quiet_house, post):
    """Fifty addresses of ten papers stood there, each paper's news scattered among the others'."""
    house, people = quiet_house, quiet_house.people
    with house.work(people[1].drafter.actor(house)) as work:
        commands.choose_language(work, "ja")
    first = tabled_proposal(house, people, people[0].drafter, title="一つ目")
    second = tabled_proposal(house, people, people[0].drafter, title="二つ目")
    house.clock.move(minutes=5)
    for document in (first, second):
        with house.work(people[0].drafter.actor(house)) as work:
            paper = consent.document_of(work, PROPOSAL, document)
            consent.comment(work, PROPOSAL, paper, text="読んでください")
    at(house, dt.date(2025, 10, 3), 9)
    deliver(house, post)
    [message] = to(post, people[1].drafter)
    said = message.get_content()
    assert [said.count(f"/documents/{one}") for one in (first, second)] == [1, 1]
    one, other = (said.split("\n\n")[place] for place in (1, 2))
    assert one.count("一つ目") == 2 and "二つ目" not in one and one.endswith(f"/documents/{first}")
    assert other.count("二つ目") == 2 and other.endswith(f"/documents/{second}")
    assert "（4件）" in message["Subject"]


def test_several_acts_of_a_moment_are_one_mail(quiet_house, post):
    """The last consent and the agreement are told together."""
    first, second = quiet_house.people[0], quiet_house.people[1]
    document = tabled_proposal(quiet_house, quiet_house.people, first.drafter)
    consented(quiet_house, first.officer, PROPOSAL, document)
    deliver(quiet_house, post)
    post.reset()
    consented(quiet_house, second.officer, PROPOSAL, document)
    deliver(quiet_house, post)
    [message] = to(post, first.reader)
    assert "同意しました" in message.get_content() and "合意が成立しました" in message.get_content()
    assert "（2件）" in message["Subject"]


# --- Quiet hours --------------------------------------------------------------------------------------------------


def test_at_night_only_the_mandatory_mails_go(settled, post):
    first, second = settled.people[0], settled.people[1]
    chosen(settled, second.reader, MailChoice.AT_ONCE)
    at(settled, dt.date(2025, 10, 2), 20)
    document = tabled_proposal(settled, settled.people, first.drafter)
    assert deliver(settled, post) == 0
    consented(settled, first.officer, PROPOSAL, document)
    assert deliver(settled, post) == len(list(second))
    at(settled, dt.date(2025, 10, 3), 6, 59)
    assert deliver(settled, post) == 0
    at(settled, dt.date(2025, 10, 3), 7)
    assert deliver(settled, post) == 1
    assert "版1を提示しました" in to(post, second.reader)[-1].get_content()


def test_on_closed_days_only_the_mandatory_mails_go(quiet_house, post):
    """Friday's evening, the weekend and a holiday come on Tuesday 14 October at seven, as one mail."""
    first, second = quiet_house.people[0], quiet_house.people[1]
    chosen(quiet_house, second.reader, MailChoice.AT_ONCE)
    for day, hour in ((10, 21), (11, 12), (12, 12), (13, 12)):
        at(quiet_house, dt.date(2025, 10, day), hour)
        tabled_proposal(quiet_house, quiet_house.people, first.drafter, title=f"{day}日の取組")
        assert deliver(quiet_house, post) == 0
    at(quiet_house, dt.date(2025, 10, 14), 7)
    assert deliver(quiet_house, post) == 1
    [message] = to(post, second.reader)
    assert [f"{day}日の取組" in message.get_content() for day in (10, 11, 12, 13)] == [True] * 4
    at(quiet_house, dt.date(2025, 10, 14), 8, 30)
    deliver(quiet_house, post)
    assert len(to(post, second.drafter)) == 1 and len(to(post, second.reader)) == 1


def test_a_mail_that_was_delayed_into_the_night_waits_for_the_morning(quiet_house, post):
    """Whoever chose at once is not woken by a server that came back."""
    first, second = quiet_house.people[0], quiet_house.people[1]
    chosen(quiet_house, second.reader, MailChoice.AT_ONCE)
    at(quiet_house, dt.date(2025, 10, 2), 19, 59)
    tabled_proposal(quiet_house, quiet_house.people, first.drafter)
    post.is_in("450 at RCPT")
    assert deliver(quiet_house, post) == 0
    post.is_in()
    at(quiet_house, dt.date(2025, 10, 2), 23)
    assert deliver(quiet_house, post) == 0
    at(quiet_house, dt.date(2025, 10, 3), 7)
    assert deliver(quiet_house, post) == 1


def test_forty_days_of_sleep_are_one_mail_a_person(quiet_house, post):
    """Row 103: missed digests collapse into one."""
    first, second = quiet_house.people[0], quiet_house.people[1]
    for day in (2, 3, 6):
        at(quiet_house, dt.date(2025, 10, day), 12)
        tabled_proposal(quiet_house, quiet_house.people, first.drafter, title=f"{day}日の取組")
    at(quiet_house, dt.date(2025, 11, 12), 12)
    deliver(quiet_house, post)
    [message] = to(post, second.drafter)
    assert "（3件）" in message["Subject"]


# --- Never to leavers, never to others ---------------------------------------------------------------------------


def test_whoever_has_left_or_lost_every_role_is_not_told(quiet_house, post):
    """Row 61: a mail that was waiting, and a line that waited for its mail."""
    first, second = quiet_house.people[0], quiet_house.people[1]
    chosen(quiet_house, second.reader, MailChoice.AT_ONCE)
    post.is_in("450 at RCPT")
    tabled_proposal(quiet_house, quiet_house.people, first.drafter)
    deliver(quiet_house, post)
    admin = second.admin.actor(quiet_house)
    for leaver in (second.reader, second.drafter):
        with quiet_house.work(admin) as work:
            commands.close_member(work, leaver.member_id)
    post.is_in()
    at(quiet_house, dt.date(2025, 10, 3), 9)
    deliver(quiet_house, post)
    addresses = {message["To"] for message in post.messages()}
    assert second.reader.email not in addresses and second.drafter.email not in addresses
    assert second.drafter2.email in addresses
    assert [
        mail.dropped_at is not None
        for mail in mails(quiet_house)
        if mail.member_id == second.reader.member_id
    ][-1]


def test_the_auditor_reads_what_is_shared_and_is_told_of_that_alone(quiet_house, post):
    """Of the party's own chain only who reads that chain is told."""
    auditor = quiet_house.people.auditor
    side = quiet_house.people[0]
    chosen(quiet_house, auditor, MailChoice.AT_ONCE)
    chosen(quiet_house, side.reader, MailChoice.AT_ONCE)

    class OwnMatter(MemberRenamed):
        verb = "test.own_matter"
        trail = "自分の側だけの件です。"
        message = trail

    try:
        with quiet_house.work() as work:
            about = Subject("member", side.reader.member_id)
            work.record(OwnMatter(about=about, private_to=side.party, told_to=(side.party,)))
            work.record(OwnMatter(about=about, private_to=side.party))
            work.record(OwnMatter(about=about, private_to=side.party, told_to=(quiet_house.people[1].party,)))
        deliver(quiet_house, post)
    finally:
        EVENTS.pop("test.own_matter")
    with quiet_house.read() as session:
        told = session.scalars(select(Message.party).where(Message.chain == side.party)).all()
    assert told == [side.party]
    assert len(to(post, side.reader)) == 1 and to(post, auditor) == []


def test_the_operator_gets_no_messages(quiet_house, post):
    document = tabled_proposal(quiet_house, quiet_house.people)
    consented(quiet_house, quiet_house.people[0].officer, PROPOSAL, document)
    deliver(quiet_house, post)
    assert to(post, quiet_house.people.operator) == [] and len(post.taken) > 5


def test_three_parties_are_all_told(agreement_of_three, post):
    """Nothing says two."""
    house = agreement_of_three
    deliver(house, post)
    post.reset()
    document = tabled_proposal(house, house.people)
    consented(house, house.people[0].officer, PROPOSAL, document)
    deliver(house, post)
    addresses = {message["To"] for message in post.messages()}
    for side in house.people.sides[1:]:
        assert {person.email for person in side} <= addresses
    assert not {person.email for person in house.people[0]} & addresses


# --- The words (rows 10, 57, 73) ---------------------------------------------------------------------------------


def every_act(house):
    """What may be told with words that must not leave the portal, each word a canary; the words."""
    people = house.people
    first, second = people[0], people[1]
    words = {name: f"CANARY{name}" for name in ("title", "reason", "comment", "record", "secret", "summary")}
    item = tabled_item(house, people, first.drafter, title=words["title"], title_en=words["title"])
    with house.work(second.officer.actor(house)) as work:
        held = consent.document_of(work, PUBLICITY, item)
        consent.comment(work, PUBLICITY, held, text=words["comment"])
    with house.work(second.officer.actor(house)) as work:
        held = consent.document_of(work, PUBLICITY, item)
        consent.send_back(work, PUBLICITY, held, seen=held.digest, reason=words["reason"])
    made = agreed_item(house, people, title=words["title"])
    with house.work(first.officer.actor(house)) as work:
        held = consent.document_of(work, PUBLICITY, made)
        consent.hold(work, PUBLICITY, held, reason=words["reason"])
    reported(house, first.drafter, title=words["record"])
    given = {"title": words["secret"], "marking": "secret", "content": words["summary"]}
    recorded(house, first.drafter, first.party, second.party, **given)
    with house.work(first.drafter.actor(house)) as work:  # drafts tell nobody anything
        consent.start(work, PROPOSAL, proposal_body(edition_of(house), title="CANARYdraft"))
    return list(words.values())


def test_no_mail_says_a_word_that_may_not_leave_the_portal(quiet_house, post):
    """Row 10: titles under embargo, reasons, comments, secret advice, drafts: in the raw mails, decoded, in every
    language, subjects and all; one recipient each, no copies, nobody else's address."""
    for side in quiet_house.people.sides:
        for person in side:
            chosen(quiet_house, person, MailChoice.AT_ONCE)
        chosen(quiet_house, side.press, MailChoice.DAILY)
    words = every_act(quiet_house)
    deliver(quiet_house, post)
    at(quiet_house, dt.date(2025, 10, 3), 9)
    deliver(quiet_house, post)
    assert len(post.taken) >= 20
    for (sender, recipients, raw), message in zip(post.taken, post.messages(), strict=True):
        assert sender == "portal@example.jp" and len(recipients) == 1
        assert message["To"] == recipients[0] and not message["Cc"] and not message["Bcc"]
        assert message.get_content_type() == "text/plain" and not message.is_multipart()
        text = f"{message.as_string()}\n{message['Subject']}\n{message.get_content()}"
        assert "CANARY" not in text and b"CANARY" not in raw, message.get_content()
        assert not [word for word in words if word in text]
        assert re.findall(r"[\w.+-]+@[\w.-]+", message.get_content()) == []
    said = "\n".join(message.get_content() for message in post.messages())
    assert "PUB-0001「公表（件名省略）」の版1を差し戻しました" in said or "を差し戻しました" in said
    assert "（ポータルで確かめてください）" in said


def test_the_titles_that_may_be_said_are_said_and_the_mail_is_whole_without_its_links(quiet_house, post):
    """A prefecture's mail may strip links: who, what, when and where to look stand in words."""
    people = quiet_house.people
    chosen(quiet_house, people[1].reader, MailChoice.AT_ONCE)
    with quiet_house.work(people[1].reader.actor(quiet_house)) as work:
        commands.choose_language(work, "ja")
    document = tabled_proposal(quiet_house, people, people[0].drafter, title="星空の観察会")
    deliver(quiet_house, post)
    [message] = to(post, people[1].reader)
    text = message.get_content()
    assert f"https://portal.example.jp/documents/{document}" in text
    bare = re.sub(r"https?://\S+", "", text)
    assert "甲がACT-0001「星空の観察会」の版1を提示しました。" in bare
    assert "令和7年（2025年）10月2日（木）" in bare and "「お知らせ」で確かめてください" in bare
    assert "星空" not in message["Subject"]
    with quiet_house.read() as session:
        head = session.scalars(
            select(Entry).where(Entry.chain == "joint").order_by(Entry.number.desc())
        ).first()
    assert f"記録番号 {head.number}・指紋 {head.leaf[:4]} {head.leaf[4:8]}" in bare


@pytest.mark.parametrize(
    ("language", "there", "not_there"),
    [
        ("ja", "提示しました", "tabled"),
        ("en", "tabled revision 1", "提示しました"),
        (None, "tabled revision 1", ""),
    ],
)
def test_the_mail_speaks_its_readers_language(quiet_house, post, language, there, not_there):
    """In both where none was chosen."""
    people = quiet_house.people
    chosen(quiet_house, people[1].reader, MailChoice.AT_ONCE)
    if language:
        with quiet_house.work(people[1].reader.actor(quiet_house)) as work:
            commands.choose_language(work, language)
    tabled_proposal(quiet_house, people, people[0].drafter)
    deliver(quiet_house, post)
    [message] = to(post, people[1].reader)
    assert there in message.get_content()
    assert not not_there or not_there not in message.get_content()
    assert ("Agreement portal" in message["Subject"]) is (language == "en")


@pytest.mark.parametrize(
    "title",
    [
        "=?utf-8?q?=0D=0ABcc:_x@evil.example?=",
        "題名 Bcc: x@evil.example",
        "ＢＣＣ：ｘ＠ｅｖｉｌ",
        "題\u202eelpmaxe.live\u2028名",
        "辻󠄀 髙 ① ㈱ 🌌",
        "%(title)s %s %% {{ x }}",
        "x" * 200,
    ],
)
def test_whatever_a_title_holds_no_header_is_made_of_it(quiet_house, post, title):
    """Row 73: it stands in the body as words, what cannot be seen made visible."""
    people = quiet_house.people
    chosen(quiet_house, people[1].reader, MailChoice.AT_ONCE)
    made = drafted(
        quiet_house, people[0].drafter, PROPOSAL, proposal_body(edition_of(quiet_house), title=title)
    )
    tabled(quiet_house, people[0].drafter, PROPOSAL, made)
    deliver(quiet_house, post)
    [message] = to(post, people[1].reader)
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
        "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    assert "evil" not in "".join(f"{name}{value}" for name, value in message.items())
    assert "\u202e" not in message.get_content() and "\u2028" not in message.get_content()


def test_every_event_that_is_told_says_no_free_words_in_its_mail_but_titles_and_names():
    """R7-4: a new event that lets more out has to say so here."""
    more = {
        verb: set(event.in_mail) - {"title", "who"}
        for verb, event in EVENTS.items()
        if event.message and set(event.in_mail) - {"title", "who"}
    }
    assert more == {}


def test_the_mandatory_and_the_receipted_are_what_the_papers_say():
    """Consents, agreements, sending back, holds, publications and what appeared without agreement, and the last word
    before a planned publication; receipts of consents, agreements, holds and publications."""
    portal = {verb: event for verb, event in EVENTS.items() if event.__module__.startswith("portal.")}
    assert {verb for verb, event in portal.items() if event.is_mandatory} >= {
        "consent.given", "consent.withdrawn", "document.agreed", "document.held", "hold.lifted", "revision.sent_back",
        "publicity.published", "publicity.completed", "publicity.recorded", "publicity.event_ended",
        "reminder.publication_awaited_now",
    }  # fmt: skip
    assert {verb for verb, event in portal.items() if event.is_receipted} >= {
        "consent.given", "consent.withdrawn", "document.agreed", "document.held", "hold.lifted", "publicity.published",
        "publicity.completed",
    }  # fmt: skip
    assert all(event.message for event in portal.values() if event.is_mandatory)


def test_a_member_without_the_role_to_read_gets_nothing(quiet_house, post):
    """A role taken away a moment ago: the mail that waited is dropped."""
    people = quiet_house.people
    second = people[1]
    chosen(quiet_house, people.auditor, MailChoice.AT_ONCE)
    document = tabled_proposal(quiet_house, people, second.drafter)
    post.is_in("450 at RCPT")
    consented(quiet_house, second.officer, PROPOSAL, document)
    deliver(quiet_house, post)
    with quiet_house.work(people[0].admin.actor(quiet_house)) as work:
        commands.end_auditor(work, people.auditor.member_id)
    post.is_in()
    quiet_house.clock.move(minutes=10)
    deliver(quiet_house, post)
    assert to(post, people.auditor) == []
    assert Role.AUDITOR not in people.auditor.actor(quiet_house).roles


def test_advice_marked_secret_is_told_by_its_reference(quiet_house, post):
    people = quiet_house.people
    chosen(quiet_house, people[1].reader, MailChoice.AT_ONCE)
    side, other = people[0], people[1]
    recorded(quiet_house, side.drafter, side.party, other.party, title="秘密の題", marking="secret")
    deliver(quiet_house, post)
    [message] = to(post, people[1].reader)
    assert "ADV-0001" in message.get_content() and "秘密の題" not in message.get_content()
