"""Members, their posts and powers, through the commands, on both databases."""

import csv
import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import exc, select, update

from portal.access.actor import ANONYMOUS, SYSTEM
from portal.access.policy import Permission, Role
from portal.history import queries as history
from portal.history.event import JOINT
from portal.history.models import Entry, Message, Payload
from portal.history.queries import Filters, Reading
from portal.history.sentences import Teller
from portal.kernel.errors import NotAllowed, NotFound
from portal.kernel.typed import NotAnAddress
from portal.mail.models import Mail
from portal.parties import commands, queries, rules
from portal.parties.models import ConsentGrant, Member, Party, Post, UserSession
from portal.parties.signing_in import sign_in
from portal.schema import gather
from tests.makers.people import PASSWORD, doorkeeper, passwords_of


def initial(house):
    return passwords_of(house).initial()


def add(house, side, **given):
    """A member added by the first administrator of `side`."""
    known = {
        "email": "new@example.jp",
        "name": "新人 ひとり",
        "roles": [Role.READER],
        "initial": initial(house),
    }
    with house.work(side.admin.actor(house)) as work:
        return commands.add_member(work, **(known | given))


def verbs(house, chain=JOINT, since=0):
    """The verbs told in a chain after entry `since`."""
    with house.read() as session:
        query = select(Entry.verb).where(Entry.chain == chain, Entry.number > since).order_by(Entry.number)
        return list(session.scalars(query))


def head(house, chain=JOINT):
    """The number of the last entry of a chain."""
    return len(verbs(house, chain))


def told(house, verb, chain=JOINT):
    """The words of the last entry of this verb."""
    with house.read() as session:
        number = session.scalar(
            select(Entry.number)
            .where(Entry.chain == chain, Entry.verb == verb)
            .order_by(Entry.number.desc())
            .limit(1)
        )
        rows = session.execute(
            select(Payload.field, Payload.content).where(Payload.chain == chain, Payload.number == number)
        )
        return {row.field: row.content for row in rows}


def messages(house, verb):
    """The parties that were told of the last entry of this verb."""
    with house.read() as session:
        number = session.scalar(
            select(Entry.number).where(Entry.verb == verb).order_by(Entry.number.desc()).limit(1)
        )
        return sorted(
            session.scalars(select(Message.party).where(Message.number == number, Message.chain == JOINT))
        )


def officers(house, party):
    with house.read() as session:
        return queries.officer_ids(session, party, house.clock.now())


# --- Founding --------------------------------------------------------------------------------------


def test_the_operator_adds_each_partys_first_administrator_and_no_second(house):
    """decision 29"""
    with house.work(SYSTEM) as work:
        parties = work.parties
        made = commands.add_first_administrator(
            work,
            party=parties[0],
            email="first@example.jp",
            name="加藤 誠",
            post="課長",
            initial=initial(house),
        )
        assert made.must_change_password
        with pytest.raises(rules.PartyHasAdministrator):
            commands.add_first_administrator(
                work, party=parties[0], email="second@example.jp", name="二人目", initial=initial(house)
            )
        with pytest.raises(rules.NoSuchParty):
            commands.add_first_administrator(
                work, party="nobody", email="third@example.jp", name="三人目", initial=initial(house)
            )
    assert verbs(house)[-1] == "party.first_administrator_added"
    assert verbs(house, parties[0]) == ["member.added"]
    assert "加藤" not in str(told(house, "party.first_administrator_added"))


def test_the_power_asked_for_with_the_first_administrator_waits_a_day_too(house):
    """row 35: from the first day (decision 29)."""
    with house.work(SYSTEM) as work:
        party = work.parties[0]
        made = commands.add_first_administrator(
            work,
            party=party,
            email="first@example.jp",
            name="加藤 誠",
            initial=initial(house),
            also_officer=True,
        )
    assert officers(house, party) == frozenset()
    house.clock.move(hours=24)
    assert officers(house, party) == {made.id}


@pytest.mark.parametrize("key", ["reader", "drafter", "officer", "manager", "admin", "auditor"])
def test_only_the_operator_founds(staffed, key):
    actor = getattr(staffed.people[0], key).actor(staffed)
    with pytest.raises(NotAllowed), staffed.work(actor) as work:
        commands.add_operator(work, email="x@example.jp", name="だれか", initial=initial(staffed))


# --- Adding and changing -----------------------------------------------------------------------------


def test_a_member_belongs_to_the_party_of_who_added_them(staffed):
    """row 29"""
    for side in staffed.people.sides:
        made = add(staffed, side, email=f"new@{side.party}.example.jp")
        assert made.party == side.party


def test_the_database_itself_refuses_a_person_of_no_party_and_an_operator_of_one(staffed):
    """row 29: one person, one party."""
    side = staffed.people[0]
    for values in ({"party": None}, {"is_operator": True}):
        with pytest.raises(exc.IntegrityError), staffed.app.engines.writer.begin() as connection:
            connection.execute(update(Member).where(Member.id == side.reader.member_id).values(**values))


def test_an_address_signs_in_one_person_however_it_is_written(staffed):
    """rows 29, 75"""
    side, other = staffed.people[0], staffed.people[1]
    for email in (
        side.reader.email.upper(),
        other.reader.email,
        "ｋｏｕ.reader@example.jp".replace("kou", "kou"),
    ):
        if email.startswith("ｋ"):
            email = "ｒ" + side.reader.email.partition(".")[0] + "@example.jp"
            add(staffed, side, email=email)
        with pytest.raises(rules.AddressTaken):
            add(staffed, side, email=email)
    with pytest.raises(NotAnAddress):
        add(staffed, side, email="nobody")


def test_a_refused_member_leaves_no_trace(staffed):
    side = staffed.people[0]
    before = head(staffed, side.party)
    with pytest.raises(rules.RoleNotToGive):
        add(staffed, side, roles=[Role.CONSENT_OFFICER])
    assert head(staffed, side.party) == before
    with staffed.read() as session:
        assert session.scalar(select(Member.id).where(Member.name == "新人 ひとり")) is None


@pytest.mark.parametrize("key", ["reader", "drafter", "officer", "press", "manager", "custodian", "auditor"])
def test_only_an_administrator_manages_members(staffed, key):
    """row 28: asked again under the lock."""
    side = staffed.people[0]
    actor = getattr(side, key).actor(staffed)
    with pytest.raises(NotAllowed), staffed.work(actor) as work:
        commands.close_member(work, side.reader.member_id)
    with pytest.raises(NotAllowed), staffed.work(actor) as work:
        commands.ask_consent_power(work, side.reader.member_id)
    with pytest.raises(NotAllowed), staffed.work(actor) as work:
        commands.set_party_rules(work, four_eyes=False, officers_table=True)


def test_another_partys_member_is_nobody_here(staffed):
    """rows 7, 29"""
    mine, theirs = staffed.people[0], staffed.people[1]
    acts = [
        lambda work, id: commands.close_member(work, id),
        lambda work, id: commands.change_member(
            work, id, email="x@example.jp", name="x", roles=[Role.READER]
        ),
        lambda work, id: commands.change_post(work, id, title="x", held_from=dt.date(2025, 10, 1)),
        lambda work, id: commands.ask_consent_power(work, id),
        lambda work, id: commands.end_consent_power(work, id),
    ]
    for act in acts:
        for id in (theirs.officer.member_id, staffed.people.operator.member_id, "nobody"):
            with pytest.raises(NotFound), staffed.work(mine.admin.actor(staffed)) as work:
                act(work, id)


def test_what_is_changed_is_told_in_the_partys_own_chain_and_nowhere_else(staffed):
    side = staffed.people[0]
    joint, own = head(staffed), head(staffed, side.party)
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.change_member(
            work,
            side.reader.member_id,
            email="hanako@example.jp",
            name="田中 花子",
            roles=[Role.READER, Role.DRAFTER],
        )
    assert verbs(staffed, side.party, own) == [
        "member.renamed",
        "member.address_changed",
        "member.roles_changed",
    ]
    assert verbs(staffed, since=joint) == []
    assert told(staffed, "member.renamed", side.party)["former"] == side.reader.name
    fresh = side.reader.actor(staffed)
    assert fresh.name == "田中 花子" and fresh.roles == {Role.READER, Role.DRAFTER}


def test_nothing_changed_is_nothing_told(staffed):
    side = staffed.people[0]
    own = head(staffed, side.party)
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.change_member(
            work, side.reader.member_id, email=side.reader.email, name=side.reader.name, roles=[Role.READER]
        )
    assert verbs(staffed, side.party, own) == []


def test_a_new_address_is_told_to_both_and_ends_the_sessions(staffed):
    """row 59"""
    side, keeper = staffed.people[0], doorkeeper(staffed)
    entered = sign_in(keeper, email=side.reader.email, password=PASSWORD, network="192.0.2.1")
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.change_member(
            work, side.reader.member_id, email="hanako@example.jp", name=side.reader.name, roles=[Role.READER]
        )
    assert queries.actor_of(staffed.works, entered.token) is None
    with staffed.read() as session:
        mails = session.scalars(select(Mail).where(Mail.sent_at.is_(None))).all()
    assert {mail.address for mail in mails} == {side.reader.email, None}


def test_an_officers_address_is_not_changed(staffed):
    """row 35: whoever reads the mail could set the password, and consent."""
    side = staffed.people[0]
    with pytest.raises(rules.OfficersAddress), staffed.work(side.admin.actor(staffed)) as work:
        commands.change_member(
            work, side.officer.member_id, email="mine@example.jp", name="x", roles=[Role.READER]
        )


def test_a_role_taken_away_ends_the_sessions_and_one_given_does_not(staffed):
    """rows 28, 52"""
    side, keeper = staffed.people[0], doorkeeper(staffed)
    entered = sign_in(keeper, email=side.drafter.email, password=PASSWORD, network="192.0.2.1")

    def give(*roles):
        with staffed.work(side.admin.actor(staffed)) as work:
            commands.change_member(
                work, side.drafter.member_id, email=side.drafter.email, name=side.drafter.name, roles=roles
            )

    give(Role.DRAFTER, Role.PRESS_OFFICER)
    now = queries.actor_of(staffed.works, entered.token)
    assert now and now.may(Permission.HOLD)
    give(Role.READER)
    assert queries.actor_of(staffed.works, entered.token) is None
    with pytest.raises(NotAllowed), staffed.work(entered.actor) as work:
        work.must(Permission.READ)


# --- Posts -------------------------------------------------------------------------------------------


def test_the_post_is_the_one_of_the_day_in_japan(staffed):
    side = staffed.people[0]
    april = dt.date(2026, 4, 1)
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.change_post(work, side.drafter.member_id, title="広報課 課長補佐", held_from=april)
    assert side.drafter.actor(staffed).post == side.drafter.post
    staffed.clock.set(dt.datetime(2026, 3, 31, 14, 59, 59, tzinfo=dt.UTC))
    assert side.drafter.actor(staffed).post == side.drafter.post
    staffed.clock.set(dt.datetime(2026, 3, 31, 15, 0, tzinfo=dt.UTC))
    assert side.drafter.actor(staffed).post == "広報課 課長補佐"
    with staffed.read() as session:
        posts = queries.posts_of(session, side.drafter.member_id)
    assert [(post.title, post.held_to) for post in posts] == [
        ("広報課 課長補佐", None),
        (side.drafter.post, dt.date(2026, 3, 31)),
    ]


def test_a_post_of_the_same_day_is_put_right_and_none_begins_before_the_last(staffed):
    side = staffed.people[0]
    today = dt.date(2025, 10, 1)

    def take(title, day):
        with staffed.work(side.admin.actor(staffed)) as work:
            commands.change_post(work, side.drafter.member_id, title=title, held_from=day)

    take("企画課 課長補左", today)
    take("企画課 課長補佐", today)
    assert side.drafter.actor(staffed).post == "企画課 課長補佐"
    with pytest.raises(rules.DayOutOfOrder):
        take("主事", today - dt.timedelta(days=1))
    take("", today + dt.timedelta(days=1))
    staffed.clock.move(days=1)
    assert side.drafter.actor(staffed).post == ""


# --- The consent power (row 35) ------------------------------------------------------------------------


def ask(house, side, who, by="admin"):
    with house.work(getattr(side, by).actor(house)) as work:
        return commands.ask_consent_power(work, who.member_id)


def test_asked_by_one_alone_it_is_held_after_a_day_to_the_second(staffed):
    """rows 34, 35"""
    side = staffed.people[0]
    ask(staffed, side, side.drafter)
    staffed.clock.move(hours=23, minutes=59, seconds=59)
    assert side.drafter.member_id not in officers(staffed, side.party)
    assert not side.drafter.actor(staffed).may(Permission.CONSENT)
    with pytest.raises(NotAllowed), staffed.work(side.drafter.actor(staffed)) as work:
        work.must(Permission.CONSENT)
    staffed.clock.move(seconds=1)
    assert side.drafter.member_id in officers(staffed, side.party)
    with staffed.work(side.drafter.actor(staffed)) as work:
        work.must(Permission.CONSENT)


def test_a_second_administrator_puts_it_in_force_at_once(staffed):
    """row 35"""
    side = staffed.people[0]
    grant = ask(staffed, side, side.drafter)
    with staffed.work(side.admin2.actor(staffed)) as work:
        commands.second_consent_power(work, grant.id)
    assert side.drafter.actor(staffed).may(Permission.CONSENT)
    with pytest.raises(rules.NothingToSecond), staffed.work(side.admin2.actor(staffed)) as work:
        commands.second_consent_power(work, grant.id)


def test_an_administrator_alone_does_not_make_himself_a_consent_officer_today(staffed):
    """row 35: asks for himself, agrees with himself, makes himself a second self: refused each time."""
    side = staffed.people[0]
    grant = ask(staffed, side, side.admin)
    with pytest.raises(rules.NotAnotherAdministrator), staffed.work(side.admin.actor(staffed)) as work:
        commands.second_consent_power(work, grant.id)
    puppet = add(staffed, side, roles=[Role.PARTY_ADMINISTRATOR])
    with staffed.read() as session:
        actor = queries.actor_for(session, puppet.id, staffed.clock.now())
    with pytest.raises(rules.AdministratorTooNew), staffed.work(actor) as work:
        commands.second_consent_power(work, grant.id)
    assert not side.admin.actor(staffed).may(Permission.CONSENT)
    with pytest.raises(NotAllowed), staffed.work(side.admin.actor(staffed)) as work:
        work.must(Permission.CONSENT)


def test_the_receiver_is_not_the_second(staffed):
    """row 35"""
    side = staffed.people[0]
    grant = ask(staffed, side, side.admin2)
    with pytest.raises(rules.NotAnotherAdministrator), staffed.work(side.admin2.actor(staffed)) as work:
        commands.second_consent_power(work, grant.id)


def test_another_partys_administrator_seconds_nothing(staffed):
    """row 35: a second administrator of the same party."""
    mine, theirs = staffed.people[0], staffed.people[1]
    grant = ask(staffed, mine, mine.drafter)
    with pytest.raises(NotFound), staffed.work(theirs.admin.actor(staffed)) as work:
        commands.second_consent_power(work, grant.id)


def test_every_party_is_told_of_each_step(staffed):
    """row 35: its own side too, where the person sits who may consent from now on, or no longer."""
    side = staffed.people[0]
    since = head(staffed)
    grant = ask(staffed, side, side.drafter)
    with staffed.work(side.admin2.actor(staffed)) as work:
        commands.second_consent_power(work, grant.id)
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.end_consent_power(work, side.drafter.member_id)
    steps = ["consent_power.asked", "consent_power.seconded", "consent_power.ended"]
    assert verbs(staffed, since=since) == steps
    for step in steps:
        assert messages(staffed, step) == sorted(staffed.people.parties)
        assert told(staffed, step)["who"] == side.drafter.name


def test_ended_it_is_gone_at_once_and_may_be_asked_for_anew(staffed):
    side = staffed.people[0]
    stale = side.officer.actor(staffed)
    with pytest.raises(rules.PowerAlreadyAsked):
        ask(staffed, side, side.officer)
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.end_consent_power(work, side.officer.member_id)
    with pytest.raises(NotAllowed), staffed.work(stale) as work:
        work.must(Permission.CONSENT)
    with pytest.raises(rules.NoPowerToEnd), staffed.work(side.admin.actor(staffed)) as work:
        commands.end_consent_power(work, side.officer.member_id)
    ask(staffed, side, side.officer)
    staffed.clock.move(hours=24)
    assert side.officer.actor(staffed).may(Permission.CONSENT)


def test_the_database_refuses_a_seconder_who_asked(staffed):
    side = staffed.people[0]
    grant = ask(staffed, side, side.drafter)
    with pytest.raises(exc.IntegrityError), staffed.app.engines.writer.begin() as connection:
        connection.execute(
            update(ConsentGrant).where(ConsentGrant.id == grant.id).values(seconded_by=side.admin.member_id)
        )


def test_a_partys_rules_are_told_to_the_others_and_only_what_changed(staffed):
    """decisions 12, 25"""
    side = staffed.people[0]
    since = head(staffed)
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.set_party_rules(work, four_eyes=True, officers_table=True)
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.set_party_rules(work, four_eyes=False, officers_table=True)
    assert verbs(staffed, since=since) == ["party.tabling_reserved", "party.four_eyes_waived"]
    assert messages(staffed, "party.four_eyes_waived") == sorted(set(staffed.people.parties) - {side.party})
    with staffed.read() as session:
        rows = {row.key: (row.four_eyes, row.officers_table) for row in session.scalars(select(Party))}
    assert rows.pop(side.party) == (False, True)
    assert set(rows.values()) == {(True, False)}


# --- Leaving (row 61) ------------------------------------------------------------------------------------


def test_nothing_of_a_leaver_outlives_the_moment(staffed):
    """row 61"""
    side, keeper = staffed.people[0], doorkeeper(staffed)
    entered = sign_in(keeper, email=side.officer.email, password=PASSWORD, network="192.0.2.1")
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.close_member(work, side.officer.member_id)
    assert queries.actor_of(staffed.works, entered.token) is None
    with pytest.raises(NotAllowed), staffed.work(entered.actor) as work:
        work.must(Permission.READ)
    with pytest.raises(NotAllowed), staffed.work(entered.actor, once=("k", "f")) as work:
        work.must(Permission.CONSENT)
    assert side.officer.member_id not in officers(staffed, side.party)
    with pytest.raises(Exception, match="WrongPassword"):
        sign_in(keeper, email=side.officer.email, password=PASSWORD, network="192.0.2.1")
    with staffed.read() as session:
        id = side.officer.member_id
        assert (
            session.scalars(
                select(UserSession).where(UserSession.member_id == id, UserSession.revoked_at.is_(None))
            ).all()
            == []
        )
        assert (
            session.scalars(
                select(ConsentGrant).where(ConsentGrant.member_id == id, ConsentGrant.ended_at.is_(None))
            ).all()
            == []
        )
        assert session.scalars(select(Post).where(Post.member_id == id, Post.held_to.is_(None))).all() == []
        assert session.get_one(Member, id).password_hash is None
    with pytest.raises(rules.AlreadyClosed), staffed.work(side.admin.actor(staffed)) as work:
        commands.close_member(work, side.officer.member_id)
    with pytest.raises(rules.AddressTaken):
        add(staffed, side, email=side.officer.email)


def test_every_place_that_names_a_member_has_a_rule_for_leavers():
    """row 61: a new table, or a new column that names a member, needs its line in leavers.csv."""
    with Path(__file__).with_name("leavers.csv").open(encoding="utf-8", newline="") as file:
        ruled = {(row["table"], row["column"]): row["rule"] for row in csv.DictReader(file)}
    named = {("members", "id")}
    for table in gather().tables.values():
        for column in table.columns:
            points = any(key.column.table.name == "members" for key in column.foreign_keys)
            if points or column.name in {"member_id", "actor_id"}:
                named.add((table.name, column.name))
    assert named == set(ruled)
    assert set(ruled.values()) <= {"closed", "ended", "stands"}


def test_the_last_administrator_neither_closes_nor_demotes_himself(staffed):
    side = staffed.people[0]
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.close_member(work, side.admin2.member_id)
    with pytest.raises(rules.LastAdministrator), staffed.work(side.admin.actor(staffed)) as work:
        commands.close_member(work, side.admin.member_id)
    with pytest.raises(rules.LastAdministrator), staffed.work(side.admin.actor(staffed)) as work:
        commands.change_member(
            work, side.admin.member_id, email=side.admin.email, name=side.admin.name, roles=[Role.READER]
        )
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.change_member(
            work,
            side.reader.member_id,
            email=side.reader.email,
            name=side.reader.name,
            roles=[Role.PARTY_ADMINISTRATOR],
        )
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.close_member(work, side.admin.member_id)


# --- What a reader may know (row 7) ------------------------------------------------------------------------


def test_of_ones_own_party_everybody_of_the_others_consent_officers_and_auditors(staffed):
    """row 7; security.md 3.2"""
    now = staffed.clock.now()
    for side in staffed.people.sides:
        for person in side:
            with staffed.read() as session:
                seen = queries.members(session, person.actor(staffed), now)
            own = [one for one in seen if one.party == side.party]
            others = [one for one in seen if one.party != side.party]
            if person.key == "auditor":
                own = [one for one in own if one.id != person.member_id]
                assert all(one.email is None and one.roles == {Role.CONSENT_OFFICER} for one in own)
            else:
                assert {one.id for one in own} == {one.member_id for one in side}
            assert {one.name for one in others} == {
                one.name
                for other in staffed.people.sides
                if other is not side
                for one in (other.officer, other.officer2, other.auditor)
                if one
            }
            assert all((one.email, one.added_at, one.last_used_at) == (None, None, None) for one in others)
            assert all(one.post == "" for one in others if not one.is_auditor)
    with staffed.read() as session:
        for reader in (ANONYMOUS, staffed.people.operator.actor(staffed)):
            assert all(
                one.email is None or one.id == reader.member_id
                for one in queries.members(session, reader, now)
            )


def test_the_page_of_a_member_one_may_not_know_of_is_not_there(staffed):
    """row 7"""
    mine, theirs, now = staffed.people[0], staffed.people[1], staffed.clock.now()
    with staffed.read() as session:
        reader = mine.admin.actor(staffed)
        assert queries.member(session, reader, theirs.officer.member_id, now).email is None
        for id in (theirs.drafter.member_id, theirs.admin.member_id, staffed.people.operator.member_id, "x"):
            with pytest.raises(NotFound):
                queries.member(session, reader, id, now)


def test_one_statement_tells_who_it_is(staffed):
    """performance.md: the door costs one statement."""
    from sqlalchemy import event

    keeper = doorkeeper(staffed)
    entered = sign_in(keeper, email=staffed.people[0].officer.email, password=PASSWORD, network="192.0.2.1")
    said = []
    for engine in (staffed.app.engines.reader, staffed.app.engines.writer):
        event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    actor = queries.actor_of(staffed.works, entered.token)
    assert actor is not None and actor.may(Permission.CONSENT)
    assert len([one for one in said if not one.startswith(("BEGIN", "PRAGMA"))]) == 1


def test_what_is_over_is_forgotten_after_a_while(staffed):
    keeper, person = doorkeeper(staffed), staffed.people[0].reader
    sign_in(keeper, email=person.email, password=PASSWORD, network="192.0.2.1")
    with staffed.work() as work:
        assert commands.forget_what_is_over(work) == 0
    staffed.clock.move(days=31)
    with staffed.work() as work:
        assert commands.forget_what_is_over(work, limit=1000) > 0
    with staffed.read() as session:
        assert session.scalars(select(UserSession)).all() == []
        assert session.scalars(select(Mail)).all() == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ja", "利用者「佐藤 花子」の役割を変更しました（閲覧者から、起案者・閲覧者へ）。"),
        ("en", "Changed the roles of the member 佐藤 花子 (from Reader to Drafter, Reader)."),
    ],
)
def test_the_trail_tells_which_roles_in_either_language(staffed, language, said):
    side = staffed.people[0]
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.change_member(
            work,
            side.reader.member_id,
            email=side.reader.email,
            name=side.reader.name,
            roles=[Role.READER, Role.DRAFTER],
        )
    with staffed.read() as session, staffed.app.test_request_context("/"):
        [line, *_] = history.page(session, side.reader.actor(staffed), Filters(reading=Reading.TRAIL)).lines
        assert Teller.of(language, {}).trail(line) == said
