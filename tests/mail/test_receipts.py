"""Receipts (控え) for the archive of every party: entry and head, in both languages, that prove what they say."""

import base64
import datetime as dt
import hashlib
import re

import pytest
from sqlalchemy import select

from portal.activities.proposal import PROPOSAL
from portal.history.models import Entry, ToFile
from portal.kernel.clock import JAPAN
from portal.parties import archive, rules
from portal.publicity.item import PUBLICITY
from tests.browser import Browser
from tests.makers.activities import consented, tabled_proposal
from tests.makers.mails import deliver, mails
from tests.makers.people import PASSWORD
from tests.makers.publicity import OPENS, agreed_item, published


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


def entered(house, side, address):
    with house.work(side.admin.actor(house)) as work:
        return archive.enter(work, address).id


def token_in(message):
    return re.findall(r"https://portal\.example\.jp/archive-address/([0-9a-f]+)\n", message.get_content())[0]


def filing(house, post):
    """Every party has a confirmed archive address; the addresses by party."""
    addresses = {side.party: f"archive.{side.party}@example.jp" for side in house.people.sides}
    for side in house.people.sides:
        entered(house, side, addresses[side.party])
    deliver(house, post)
    for message in post.messages():
        if message["To"] in addresses.values():
            archive.confirm(house.works, token_in(message))
    post.reset()
    return addresses


def receipts(post, addresses):
    return [message for message in post.messages() if message["To"] in addresses.values()]


def test_every_party_gets_the_receipt_of_a_consent_within_the_minute(settled, post):
    """Both languages, the entry as it was sealed, the head: anyone can reckon the seal again with nothing but SHA-256."""
    addresses = filing(settled, post)
    document = tabled_proposal(settled, settled.people)
    consented(settled, settled.people[0].officer, PROPOSAL, document)
    settled.clock.move(seconds=5)
    deliver(settled, post)
    found = receipts(post, addresses)
    assert sorted(message["To"] for message in found) == sorted(addresses.values())
    with settled.read() as session:
        entry = session.scalars(
            select(Entry).where(Entry.verb == "consent.given").order_by(Entry.number.desc())
        ).first()
        assert session.scalars(select(ToFile).where(ToFile.delivered_at.is_(None))).all() == []
        assert settled.clock.now() - entry.at < dt.timedelta(minutes=1)
        for message in found:
            text = message.get_content()
            assert f"控え（記録番号 {entry.number}）" in message["Subject"]
            assert f"receipt (record number {entry.number})" in message["Subject"]
            assert "記録番号：" in text and "Record number:" in text
            [skeleton] = set(re.findall(r"^\{.*\}$", text, flags=re.M))
            assert hashlib.sha256(b"\x00" + skeleton.encode()).hexdigest() == entry.leaf
            assert skeleton == entry.skeleton and text.count(entry.leaf) >= 2
            [(origin, size, sealed)] = set(re.findall(r"^(\S+/joint)\n(\d+)\n(\S+=)$", text, flags=re.M))
            leaf = base64.b64decode(sealed).hex()
            at_head = session.get_one(Entry, ("joint", int(size)))
            assert at_head.leaf == leaf and leaf in text and int(size) >= entry.number
            assert origin.startswith("localhost:8000/")


def test_agreement_hold_and_publication_are_receipted_and_a_tabling_is_not(alone, post):
    from portal.consent import commands as consent

    addresses = filing(alone, post)
    people = alone.people
    item = agreed_item(alone, people)
    with alone.work(people[0].officer.actor(alone)) as work:
        held = consent.document_of(work, PUBLICITY, item)
        consent.hold(work, PUBLICITY, held, reason="知事の日程のため")
    with alone.work(people[0].officer.actor(alone)) as work:
        held = consent.document_of(work, PUBLICITY, item)
        consent.lift_hold(work, PUBLICITY, held, reason="日程が定まったため")
    alone.clock.set(OPENS + dt.timedelta(minutes=5))
    published(alone, people[0].press, item)
    deliver(alone, post)
    own = [m for m in receipts(post, addresses) if m["To"] == addresses[people[0].party]]
    said = "\n".join(message.get_content() for message in own)
    for words in (
        "同意しました",
        "合意が成立しました",
        "保留しました",
        "保留を解きました",
        "公表の実施を記録しました",
    ):
        assert words in said, words
    assert "提示しました" not in said and "知事の日程" not in said and "多言語窓口" not in said
    assert len(own) == 6


def test_receipts_go_out_at_night_and_in_any_case(alone, post):
    addresses = filing(alone, post)
    alone.clock.set(dt.datetime(2025, 10, 4, 23, tzinfo=JAPAN))
    document = tabled_proposal(alone, alone.people)
    consented(alone, alone.people[0].officer, PROPOSAL, document)
    deliver(alone, post)
    assert len(receipts(post, addresses)) == 2


def test_a_party_without_an_archive_gets_none_and_keeps_nobody_from_theirs(alone, post):
    side = alone.people[0]
    entered(alone, side, "archive@example.jp")
    deliver(alone, post)
    archive.confirm(alone.works, token_in(post.messages()[0]))
    post.reset()
    document = tabled_proposal(alone, alone.people)
    consented(alone, side.officer, PROPOSAL, document)
    deliver(alone, post)
    assert [m["To"] for m in post.messages() if "控え" in m["Subject"]] == ["archive@example.jp"]


# --- The addresses -----------------------------------------------------------------------------------------------


def test_an_address_is_entered_confirmed_through_its_mail_and_ended(alone, post):
    """By pages: nothing goes there before somebody who reads its mail has pressed the button, and nothing afterwards."""
    side = alone.people[0]
    admin = Browser(alone)
    admin.sign_in(side.admin.email, PASSWORD)
    assert "/members/archive-addresses" in admin.get("/members").links
    page = admin.get("/members/archive-addresses")
    assert "まだ登録されていません" in page.text
    done = page.submit("登録して、確認のメールを送る", address="Archive@Example.jp")
    assert "確認のメールへの返事を待っています" in done.text
    deliver(alone, post)
    [message] = post.messages()
    assert message["To"] == "archive@example.jp" and "大阪府" in message.get_content()
    assert "Osaka Prefecture" in message.get_content()
    link = f"/archive-address/{token_in(message)}"
    document = tabled_proposal(alone, alone.people)
    consented(alone, side.officer, PROPOSAL, document)
    deliver(alone, post)
    assert sum(m["To"] == "archive@example.jp" for m in post.messages()) == 1

    public = Browser(alone)
    for _ in range(3):
        assert public.get(link).status == 200  # a mail scanner that opens it confirms nothing (row 36)
    with alone.read() as session:
        assert archive.confirmed(session) == []
    assert "確認しました" in public.get(link).submit("この宛先に控えを送る").text
    assert public.get(link).status == 404
    assert "確認済み" in admin.get("/members/archive-addresses").text
    ended = admin.get("/members/archive-addresses").submit("この宛先に送るのをやめる")
    assert "まだ登録されていません" in ended.text
    post.reset()
    consented(alone, alone.people[1].officer, PROPOSAL, document)
    deliver(alone, post)
    assert "archive@example.jp" not in {m["To"] for m in post.messages()}


def test_bad_addresses_are_refused_beside_the_field_and_kept(alone, post):
    side = alone.people[0]
    admin = Browser(alone)
    admin.sign_in(side.admin.email, PASSWORD)
    page = admin.get("/members/archive-addresses")
    for typed in ("", "いいえ", "a@b", "a@example.jp\r\nBcc: x@example.jp", "a@example.jp, b@example.jp"):
        refused = page.submit("登録して、確認のメールを送る", address=typed)
        assert refused.status == 422 and "field-error" in refused.source
    entered(alone, side, "archive@example.jp")
    again = page.submit("登録して、確認のメールを送る", address="ＡＲＣＨＩＶＥ@example.jp")
    assert again.status == 422 and "すでに登録されています" in again.text


def test_a_link_asked_for_again_kills_the_one_before_and_dies_after_three_days(alone, post):
    side = alone.people[0]
    id = entered(alone, side, "archive@example.jp")
    deliver(alone, post)
    with alone.work(side.admin.actor(alone)) as work:
        archive.ask_again(work, id)
    deliver(alone, post)
    first, second = (token_in(message) for message in post.messages())
    assert archive.asked_by(alone.works, first) is None
    assert archive.asked_by(alone.works, second) is not None
    alone.clock.move(days=3)
    with pytest.raises(rules.ArchiveLinkIsDead):
        archive.confirm(alone.works, second)


def test_a_party_has_at_most_five(alone):
    side = alone.people[0]
    for number in range(rules.ARCHIVES_MOST):
        entered(alone, side, f"archive{number}@example.jp")
    with pytest.raises(rules.ArchivesEnough):
        entered(alone, side, "one.more@example.jp")
    entered(alone, alone.people[1], "one.more@example.jp")


def test_an_address_is_its_own_partys_matter(alone, post):
    """Row 10: neither the other party's administrator nor its history learns of it."""
    first, second = alone.people[0], alone.people[1]
    id = entered(alone, first, "secret.archive@example.jp")
    with pytest.raises(Exception, match="NotFound"), alone.work(second.admin.actor(alone)) as work:
        archive.end(work, id)
    for person, sees in ((second.admin, False), (first.admin, True)):
        browser = Browser(alone)
        browser.sign_in(person.email, PASSWORD)
        for path in ("/members/archive-addresses", "/history?reading=trail"):
            assert ("secret.archive" in browser.get(path).source) is sees, path


def test_what_was_recorded_before_is_not_receipted_afterwards(alone, post):
    """A receipt comes when a thing is recorded, or never: an address entered later is not flooded."""
    document = tabled_proposal(alone, alone.people)
    consented(alone, alone.people[0].officer, PROPOSAL, document)
    deliver(alone, post)
    addresses = filing(alone, post)
    deliver(alone, post)
    assert receipts(post, addresses) == []
    assert all(mail.next_try_at is None for mail in mails(alone))
