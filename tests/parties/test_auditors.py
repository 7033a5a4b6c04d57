"""The auditor: proposed by one party, in the post with the consent of every other one (decision 29)."""

import pytest
from sqlalchemy import delete, exc, select, update

from portal.access.policy import Permission, Role
from portal.history.event import JOINT
from portal.history.models import Entry, Message
from portal.kernel.errors import NotAllowed, NotFound
from portal.parties import commands, queries, rules
from portal.parties.models import AuditorAppointment, AuditorConsent, Member
from portal.parties.signing_in import sign_in
from tests.browser import Browser
from tests.makers.people import PASSWORD, doorkeeper, passwords_of, proposal_of


def propose(house, side, person):
    """`person` is proposed by an administrator of `side`; the appointment's identifier."""
    with house.work(side.admin.actor(house)) as work:
        return commands.propose_auditor(work, person.member_id).id


def consent(house, side, id, *, by="admin", of=None):
    with house.work(getattr(side, by).actor(house)) as work:
        return commands.consent_to_auditor(work, id, of=of)


def refuse(house, side, id):
    with house.work(side.admin.actor(house)) as work:
        return commands.refuse_auditor(work, id)


def end(house, side, person):
    with house.work(side.admin.actor(house)) as work:
        return commands.end_auditor(work, person.member_id)


def verbs(house, since=0):
    """What the joint chain tells of auditors after entry `since`."""
    with house.read() as session:
        query = select(Entry.verb).where(Entry.chain == JOINT, Entry.verb.startswith("auditor."))
        return list(session.scalars(query.where(Entry.number > since).order_by(Entry.number)))


def head(house):
    with house.read() as session:
        return max(session.scalars(select(Entry.number).where(Entry.chain == JOINT)))


def told(house, verb):
    """The parties that got a message of the last entry of this verb."""
    with house.read() as session:
        number = max(session.scalars(select(Entry.number).where(Entry.verb == verb)))
        return sorted(
            session.scalars(select(Message.party).where(Message.chain == JOINT, Message.number == number))
        )


def audits(house, person):
    return Role.AUDITOR in person.actor(house).roles


def added(house, side, **given):
    """A member added by `side` with nothing but the auditor's post in prospect."""
    initial = passwords_of(house).initial(PASSWORD)
    with house.work(side.admin.actor(house)) as work:
        return commands.add_member(
            work, email="kansa@example.jp", name="監査 一", roles=[Role.AUDITOR], initial=initial, **given
        ).id


# --- The post --------------------------------------------------------------------------------------------


def test_a_proposed_auditor_is_none_until_every_other_party_has_consented(staffed):
    """decision 29: one administrator alone appoints nobody."""
    mine, theirs = staffed.people.sides
    since = head(staffed)
    id = propose(staffed, mine, mine.reader)
    assert not audits(staffed, mine.reader)
    assert told(staffed, "auditor.proposed") == [theirs.party]
    consent(staffed, theirs, id, of=mine.reader.member_id)
    assert audits(staffed, mine.reader)
    assert verbs(staffed, since) == ["auditor.proposed", "auditor.consented", "auditor.named"]
    with staffed.read() as session:
        entry = session.scalars(
            select(Entry).where(Entry.verb == "auditor.consented").order_by(Entry.number.desc()).limit(1)
        ).one()
    assert (entry.chain, entry.party, entry.actor_id) == (JOINT, theirs.party, theirs.admin.member_id)
    assert told(staffed, "auditor.consented") == [mine.party]


def test_of_three_parties_both_others_must_consent(agreement_of_three):
    """decision 28: every other party, never a count of two."""
    house = agreement_of_three
    first, second, third = house.people.sides
    since = head(house)
    id = propose(house, first, first.reader)
    consent(house, third, id)
    assert not audits(house, first.reader)
    assert told(house, "auditor.consented") == sorted([first.party, second.party])
    with pytest.raises(rules.NothingToAnswer):
        consent(house, third, id, by="admin2")
    consent(house, second, id)
    assert audits(house, first.reader)
    assert verbs(house, since)[-2:] == ["auditor.consented", "auditor.named"]


def test_only_administrators_propose_and_answer_and_none_of_the_proposing_party(staffed):
    """decision 29; row 29: the party comes from the account, not from what is sent."""
    mine, theirs = staffed.people.sides
    for person in mine:
        if not person.actor(staffed).may(Permission.APPOINT_AUDITOR):
            with pytest.raises(NotAllowed), staffed.work(person.actor(staffed)) as work:
                commands.propose_auditor(work, mine.reader.member_id)
    with pytest.raises(NotFound):
        propose(staffed, theirs, mine.reader)
    id = propose(staffed, mine, mine.reader)
    for by in ("admin", "admin2"):
        with pytest.raises(NotFound):
            consent(staffed, mine, id, by=by)
    with pytest.raises(NotFound):
        refuse(staffed, mine, id)
    with pytest.raises(NotFound):
        end(staffed, theirs, mine.reader)
    for by in ("officer", "drafter", "reader", "manager"):
        with pytest.raises(NotAllowed):
            consent(staffed, theirs, id, by=by)
    with pytest.raises(NotFound):
        consent(staffed, theirs, "no-such-appointment")
    with pytest.raises(NotFound):
        consent(staffed, theirs, id, of=mine.drafter.member_id)
    assert not audits(staffed, mine.reader)


def test_a_refusal_ends_the_proposal_and_it_can_be_made_anew(staffed):
    mine, theirs = staffed.people.sides
    since = head(staffed)
    id = propose(staffed, mine, mine.reader)
    with pytest.raises(rules.AuditorAlreadyProposed):
        propose(staffed, mine, mine.reader)
    refuse(staffed, theirs, id)
    assert told(staffed, "auditor.refused") == [mine.party]
    for answer in (consent, refuse):
        with pytest.raises(rules.NothingToAnswer):
            answer(staffed, theirs, id)
    again = propose(staffed, mine, mine.reader)
    assert again != id
    consent(staffed, theirs, again)
    assert audits(staffed, mine.reader)
    assert verbs(staffed, since)[:3] == ["auditor.proposed", "auditor.refused", "auditor.proposed"]


def test_a_proposal_is_withdrawn_by_who_made_it(staffed):
    mine, theirs = staffed.people.sides
    id = propose(staffed, mine, mine.reader)
    end(staffed, mine, mine.reader)
    assert verbs(staffed)[-1] == "auditor.proposal_withdrawn"
    with pytest.raises(rules.NothingToAnswer):
        consent(staffed, theirs, id)
    with pytest.raises(rules.NoAuditorToEnd):
        end(staffed, mine, mine.reader)
    assert not audits(staffed, mine.reader)


@pytest.mark.parametrize("whose", ["own", "other"])
def test_either_side_ends_the_post_at_once_and_the_sessions_with_it(staffed, whose):
    """rows 28, 52: a consent taken back is a refusal of what it had allowed."""
    mine, theirs = staffed.people.sides
    auditor = staffed.people.auditor
    entered = sign_in(doorkeeper(staffed), email=auditor.email, password=PASSWORD, network="192.0.2.1")
    assert entered.actor.may(Permission.READ)
    if whose == "own":
        end(staffed, mine, auditor)
    else:
        with staffed.read() as session:
            id = proposal_of(session, auditor)
        refuse(staffed, theirs, id)
    assert verbs(staffed)[-1] == {"own": "auditor.ended", "other": "auditor.consent_withdrawn"}[whose]
    assert not audits(staffed, auditor)
    assert queries.actor_of(staffed.works, entered.token) is None
    with pytest.raises(NotAllowed), staffed.work(entered.actor) as work:
        work.must(Permission.READ)
    with pytest.raises(NotAllowed), staffed.work(auditor.actor(staffed)) as work:
        work.must(Permission.READ)


def test_whoever_is_only_proposed_signs_in_and_reads_nothing(staffed):
    """decision 29: no role, no reading; the own account is there, so that the password can be changed."""
    id = added(staffed, staffed.people[0])
    with staffed.read() as session:
        actor = queries.actor_for(session, id, staffed.clock.now())
    assert actor.roles == frozenset()
    assert actor.permissions == {Permission.ENTER, Permission.USE_OWN_ACCOUNT}


def test_the_members_table_by_itself_makes_no_auditor(staffed):
    """row 92: the post is what every party consented to, not a word in a row."""
    reader = staffed.people[0].reader
    with staffed.app.engines.writer.begin() as connection:
        connection.execute(update(Member).where(Member.id == reader.member_id).values(roles="reader,auditor"))
    assert reader.actor(staffed).roles == {Role.READER}


def test_the_auditors_role_is_not_given_with_the_others(staffed):
    side = staffed.people[0]
    with pytest.raises(rules.RoleNotToGive), staffed.work(side.admin.actor(staffed)) as work:
        commands.change_member(
            work,
            side.reader.member_id,
            email=side.reader.email,
            name=side.reader.name,
            roles=[Role.READER, Role.AUDITOR],
        )


def test_the_parties_consent_to_a_person_who_is_not_exchanged_afterwards(staffed):
    """row 30: what was consented to stays; another name or address needs a new proposal."""
    side, auditor = staffed.people[0], staffed.people.auditor

    def change(**given):
        known = {"email": auditor.email, "name": auditor.name, "roles": []}
        with staffed.work(side.admin.actor(staffed)) as work:
            commands.change_member(work, auditor.member_id, **(known | given))

    for given in ({"name": "別の 人"}, {"email": "another@example.jp"}):
        with pytest.raises(rules.AuditorIsThisPerson):
            change(**given)
    change(roles=[Role.CUSTODIAN])
    change()
    end(staffed, side, auditor)
    with pytest.raises(rules.NoRole):
        change()
    change(name="別の 人", roles=[Role.READER])


def test_an_auditor_who_leaves_is_none_any_more(staffed):
    """row 61"""
    side, auditor = staffed.people[0], staffed.people.auditor
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.close_member(work, auditor.member_id)
    with staffed.read() as session:
        row = session.scalars(
            select(AuditorAppointment).where(AuditorAppointment.member_id == auditor.member_id)
        ).one()
    assert row.ended_at == staffed.clock.now() and row.ended_by == side.admin.member_id
    assert verbs(staffed)[-1] == "auditor.ended"


def test_a_consent_stays_its_partys_when_the_administrator_leaves(staffed):
    mine, theirs = staffed.people.sides
    with staffed.work(theirs.admin2.actor(staffed)) as work:
        commands.close_member(work, theirs.admin.member_id)
    assert audits(staffed, staffed.people.auditor)


def test_a_consent_to_an_auditor_is_kept_for_ever(staffed):
    """decision 8"""
    for change in (update(AuditorConsent).values(party="kou"), delete(AuditorConsent)):
        with pytest.raises(exc.DatabaseError), staffed.app.engines.writer.begin() as connection:
            connection.execute(change)


# --- The pages -------------------------------------------------------------------------------------------


def at_door(house, person, language="ja"):
    browser = Browser(house, language=language)
    answer = browser.get("/sign-in").submit("/sign-in", email=person.email, password=PASSWORD, follow=False)
    assert answer.status == 303, answer.text[:500]
    return browser


WORDS = {
    "ja": {
        "line": "「監査 一」の監査人への選任に、同意するかどうかを答える", "by": "甲が提案",
        "waits": "乙の同意を待っています。すべての同意がそろった時に就任します。",
        "consent": "この人を監査人に選任することに同意する", "told": "乙が「監査 一」を監査人に選任することに同意しました。",
        "named": "すべての当事者の同意がそろい、「監査 一」が監査人に就任しました。", "in_force": "就任した時",
        "refuse": "この人の監査人への選任に同意しない", "ended": "監査人の選任を終わらせました。",
        "nothing": "いまは読めるものがありません",
    },
    "en": {
        "line": "Answer whether your party consents to 監査 一 as an auditor", "by": "proposed by Party A",
        "waits": "The consent of Party B is awaited.", "consent": "Consent to this person as an auditor",
        "told": "Party B consented to 監査 一 as an auditor.",
        "named": "Every party has consented: 監査 一 is now an auditor.", "in_force": "In the post since",
        "refuse": "Do not consent to this person as an auditor", "ended": "The appointment of the auditor has ended.",
        "nothing": "There is nothing you can read for now",
    },
}  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en"])
def test_from_the_proposal_over_the_other_partys_home_to_the_post_and_its_end(sqlite_staffed, language):
    """decision 29, through the pages, in both languages"""
    house, said = sqlite_staffed, WORDS[language]
    mine, theirs = house.people.sides
    id = added(house, mine, post="監査室 主査")
    own = at_door(house, mine.admin, language)
    assert said["waits"] in own.get(f"/members/{id}").text

    other = at_door(house, theirs.admin, language)
    home = other.get("/")
    assert said["line"] in home.text and said["by"] in home.text
    for person in (theirs.officer, theirs.reader, mine.admin2):
        assert said["line"] not in at_door(house, person, language).get("/").text
    page = other.get(f"/members/{id}")
    assert "監査室 主査" in page.text and "kansa@example.jp" not in page.source
    asked = other.get(f"/members/{id}/auditor/consent")
    assert "監査 一" in asked.text and "監査室 主査" in asked.text
    done = asked.submit(said["consent"])
    assert done.status == 200 and said["in_force"] in done.text
    assert said["line"] not in other.get("/").text
    messages = at_door(house, mine.reader, language).get("/messages").text
    assert said["told"] in messages and said["named"] in messages
    assert said["in_force"] in own.get(f"/members/{id}").text

    gone = other.get(f"/members/{id}/auditor/refuse").submit(said["refuse"])
    assert gone.path == "/members" and said["ended"] in gone.text and "監査 一" not in gone.text
    assert other.get(f"/members/{id}").status == 404


def test_the_first_page_of_somebody_not_yet_consented_to_says_what_is_awaited(sqlite_staffed):
    house = sqlite_staffed
    id = added(house, house.people[0])
    with house.read() as session:
        actor = queries.actor_for(session, id, house.clock.now())
    with house.work(actor) as work:
        commands.change_password(work, password_hash=passwords_of(house).initial(PASSWORD).hash)
    for language in ("ja", "en"):
        browser = Browser(house, language=language)
        browser.get("/sign-in").submit("/sign-in", email="kansa@example.jp", password=PASSWORD, follow=False)
        assert WORDS[language]["nothing"] in browser.get("/").text
        for path in ("/activities", "/agreement", "/history", "/members", "/messages"):
            assert browser.get(path).status == 403


def test_an_answer_to_what_was_withdrawn_meanwhile_says_so(sqlite_staffed):
    """a stale tab: 409 with the reason, and nothing is kept"""
    house = sqlite_staffed
    mine, theirs = house.people.sides
    id = added(house, mine)
    other = at_door(house, theirs.admin)
    asked = other.get(f"/members/{id}/auditor/consent")
    with house.work(mine.admin.actor(house)) as work:
        commands.end_auditor(work, id)
    late = asked.submit("この人を監査人に選任することに同意する")
    assert late.status == 409 and "すでに終わったか" in late.text
    assert verbs(house)[-1] == "auditor.proposal_withdrawn"


def test_the_auditor_of_another_party_stands_on_the_page_of_members(sqlite_staffed):
    """row 7: name and post, nothing more"""
    house = sqlite_staffed
    page = at_door(house, house.people[1].reader).get("/members")
    auditor = house.people.auditor
    assert "甲の監査人" in page.text and auditor.name in page.text and auditor.post in page.text
    assert auditor.email not in page.source


def test_what_stands_ticked_when_an_auditor_is_changed_may_be_nothing(sqlite_staffed):
    house = sqlite_staffed
    admin, auditor = at_door(house, house.people[0].admin), house.people.auditor
    done = admin.get(f"/members/{auditor.member_id}/change").submit("この内容に変更する")
    assert done.status == 200 and "登録内容を変更しました。" in done.text
    refused = admin.get(f"/members/{auditor.member_id}/change").submit("この内容に変更する", name="別の 人")
    assert refused.status == 422 and "氏名とメールアドレスは変更できません" in refused.text
    refused.has_lost_nothing(name="別の 人")
