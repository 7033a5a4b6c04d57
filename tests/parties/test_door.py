"""The door: signing in, sessions, and what keeps others out, on both databases."""

import datetime as dt
import threading
from pathlib import Path

import argon2
import pytest
from sqlalchemy import select, update

from portal.access.actor import ANONYMOUS, SYSTEM
from portal.access.policy import Permission, Role
from portal.history.event import JOINT
from portal.history.models import Entry
from portal.kernel.errors import NotAllowed, NotFound
from portal.parties import commands, queries, rules, signing_in
from portal.parties.models import Member, SignInAttempt, UserSession
from portal.parties.passwords import Passwords
from portal.parties.signing_in import WrongPassword
from portal.settings import Settings
from tests.makers.people import PASSWORD, doorkeeper

HOME, AWAY = "192.0.2.10", "198.51.100.7"


@pytest.fixture
def door(staffed):
    """The doorkeeper of a staffed house."""
    return doorkeeper(staffed)


def enter(door, person, *, network=HOME, password=PASSWORD, **given):
    return signing_in.sign_in(door, email=person.email, password=password, network=network, **given)


def guess(door, email, *, network=AWAY, password="wrong horse battery staple"):
    with pytest.raises(WrongPassword):
        signing_in.sign_in(door, email=email, password=password, network=network)


# --- In ------------------------------------------------------------------------------------------


def test_address_and_password_open_the_door_however_the_address_is_written(staffed, door):
    person = staffed.people[0].officer
    for email in (person.email, person.email.upper(), f"  {person.email}　", person.email.replace("o", "ｏ")):
        entered = signing_in.sign_in(door, email=email, password=PASSWORD, network=HOME)
        assert queries.actor_of(staffed.works, entered.token) == entered.actor


def test_the_password_is_taken_exactly_as_typed(staffed, door):
    for wrong in (PASSWORD.upper(), PASSWORD + " ", PASSWORD.replace(" ", "　"), "", "x" * 100_000, "\ud800"):
        guess(door, staffed.people[0].officer.email, password=wrong, network=HOME)
        staffed.clock.move(hours=1)
    enter(door, staffed.people[0].officer)


def test_each_sign_in_is_told_in_the_partys_own_chain_without_the_token(staffed, door):
    person = staffed.people[0].reader
    entered = enter(door, person, browser="Edge / Windows")
    with staffed.read() as session:
        entry = session.scalars(
            select(Entry).where(Entry.chain == person.party).order_by(Entry.number.desc()).limit(1)
        ).one()
        assert (entry.verb, entry.actor_id) == ("member.signed_in", person.member_id)
        assert entered.token not in entry.skeleton
        row = session.get_one(UserSession, entered.actor.session_id)
        assert entered.token not in (row.token_hash, row.id)


def test_the_operators_sign_in_is_told_in_the_joint_chain(staffed, door):
    enter(door, staffed.people.operator)
    with staffed.read() as session:
        last = session.scalars(
            select(Entry).where(Entry.chain == JOINT).order_by(Entry.number.desc()).limit(1)
        ).one()
    assert last.verb == "member.signed_in"


def test_the_visit_before_is_known_at_the_next(staffed, door):
    first = enter(door, staffed.people[0].reader)
    assert first.actor.previous_visit_at is None
    at = staffed.clock.now()
    staffed.clock.move(hours=20)
    assert enter(door, staffed.people[0].reader).actor.previous_visit_at == at


def test_an_older_hash_is_made_anew_at_the_next_sign_in(staffed, door):
    person = staffed.people[0].reader
    with staffed.read() as session:
        before = session.get_one(Member, person.member_id).password_hash
    stronger = signing_in.Doorkeeper(staffed.works, Passwords(memory_kib=128, rounds=2), door.key)
    enter(stronger, person)
    with staffed.read() as session:
        after = session.get_one(Member, person.member_id).password_hash
    assert "m=64,t=1" in before and "m=128,t=2" in after
    enter(door, person)


def test_production_reckons_argon2id_with_64_mib_three_times():
    """The parameters as they are in production, and that they are Argon2id's."""
    defaults = Settings(instance=Path(), database_url="", secret_key="")
    passwords = Passwords(memory_kib=defaults.argon2_memory_kib, rounds=defaults.argon2_rounds)
    stored = passwords.hash(PASSWORD)
    parameters = argon2.extract_parameters(stored)
    assert parameters.type is argon2.Type.ID
    assert (parameters.memory_cost, parameters.time_cost) == (65536, 3)
    assert parameters.salt_len >= 16 and parameters.hash_len >= 32
    assert passwords.is_right(stored, PASSWORD)
    assert not passwords.is_right(stored, PASSWORD + "x")
    assert not passwords.is_outdated(stored)


def test_only_so_many_hashes_are_reckoned_together():
    running: set[int] = set()
    most = []

    class Watched(argon2.PasswordHasher):
        def verify(self, *given):
            running.add(threading.get_ident())
            most.append(len(running))
            try:
                return super().verify(*given)
            finally:
                running.discard(threading.get_ident())

    passwords = Passwords(memory_kib=8192, rounds=2, at_once=2, of=Watched)
    stored = passwords.hash(PASSWORD)
    threads = [threading.Thread(target=passwords.is_right, args=(stored, PASSWORD)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 8 and max(most) <= 2


# --- Guessing (row 49) ---------------------------------------------------------------------------------


def test_after_five_failures_the_next_attempt_must_wait_and_longer_each_time(staffed, door):
    """row 49"""
    email = staffed.people[0].officer.email
    for _ in range(5):
        guess(door, email)
    waits = []
    for _ in range(6):
        with pytest.raises(rules.MustWait) as refused:
            signing_in.sign_in(door, email=email, password=PASSWORD, network=AWAY)
        waits.append(refused.value.facts["seconds"])
        staffed.clock.move(seconds=waits[-1])
        guess(door, email)
    assert waits == [1, 2, 4, 8, 16, 32]


def test_the_right_password_is_taken_after_the_wait_and_wipes_the_slate(staffed, door):
    """row 49: a delay, no lock."""
    person = staffed.people[0].officer
    for _ in range(5):
        guess(door, person.email, network=HOME)
    with pytest.raises(rules.MustWait):
        enter(door, person)
    staffed.clock.move(seconds=1)
    enter(door, person)
    with staffed.read() as session:
        assert not [
            row for row in session.scalars(select(SignInAttempt)) if row.counted_for.startswith("here")
        ]
    for _ in range(4):
        guess(door, person.email, network=HOME)
    enter(door, person)


def test_nobody_is_kept_out_from_afar(staffed, door):
    """row 49: no lock-out weapon. Where one has signed in before, failures elsewhere do not count."""
    person = staffed.people[0].officer
    enter(door, person, network=HOME)
    for number in range(40):
        try:
            guess(door, person.email, network=f"203.0.{number}.1")
        except rules.MustWait:
            break
    with pytest.raises(rules.MustWait):
        enter(door, person, network="203.0.113.77")
    enter(door, person, network=HOME)


def test_one_network_guessing_at_many_accounts_must_wait(staffed, door):
    """row 49"""
    with pytest.raises(rules.MustWait):
        for number in range(60):
            guess(door, f"nobody{number}@example.jp", network="203.0.113.5")
    enter(door, staffed.people[0].reader, network=HOME)


def test_guesses_sent_together_do_not_slip_past_the_delay(staffed, door):
    """row 49: an attempt counts before it is tried."""
    email, outcomes = staffed.people[0].officer.email, []

    def one():
        try:
            signing_in.sign_in(door, email=email, password="wrong horse battery", network=AWAY)
        except (WrongPassword, rules.MustWait) as refused:
            outcomes.append(type(refused).__name__)

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["MustWait"] * 7 + ["WrongPassword"] * 5


def test_attempts_are_counted_without_writing_anybodys_address_or_network(staffed, door):
    guess(door, "suzuki@example.jp", network="203.0.113.5")
    with staffed.read() as session:
        for row in session.scalars(select(SignInAttempt)):
            assert "suzuki" not in row.counted_for and "203.0" not in row.counted_for


# --- Who is there (row 50) -------------------------------------------------------------------------------


def test_an_unknown_an_operator_a_closed_and_a_known_account_are_refused_alike(staffed, door):
    """row 50"""
    side = staffed.people[0]
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.close_member(work, side.custodian.member_id)
    said = set()
    for email in (
        side.officer.email,
        side.custodian.email,
        staffed.people.operator.email,
        "no@example.jp",
        "？",
        "",
    ):
        with pytest.raises(WrongPassword) as refused:
            signing_in.sign_in(door, email=email, password="wrong horse battery", network=AWAY)
        said.add(
            (refused.value.sentence, refused.value.field, refused.value.status, str(refused.value.facts))
        )
    assert len(said) == 1


def test_an_unknown_account_costs_the_same_hash(sqlite_staffed):
    """row 50: the same work. Counted in hashes, since a clock on a busy machine proves nothing."""
    counted = []

    class Counting(Passwords):
        def is_right(self, stored, password):
            counted.append(stored is not None)
            return super().is_right(stored, password)

    keeper = doorkeeper(sqlite_staffed)
    watched = signing_in.Doorkeeper(keeper.works, Counting(memory_kib=64, rounds=1), keeper.key)
    guess(watched, sqlite_staffed.people[0].officer.email)
    guess(watched, "nobody@example.jp")
    assert counted == [True, False]


def test_a_link_asked_for_an_unknown_address_writes_as_many_rows(staffed, door):
    """row 50"""
    from sqlalchemy import event

    side, said = staffed.people[0], []
    event.listen(staffed.app.engines.writer, "before_cursor_execute", lambda *args: said.append(args[2]))
    counts = []
    for email in (side.officer.email, "nobody@example.jp", staffed.people.operator.email, "？"):
        said.clear()
        signing_in.ask_password_link(door, email=email, network=HOME)
        counts.append(list(said))
    assert all(one == counts[0] for one in counts)


# --- Sessions (rows 52 to 54) -------------------------------------------------------------------------------


def test_a_session_unused_for_thirty_minutes_is_dead(staffed, door):
    """row 53"""
    entered = enter(door, staffed.people[0].reader)
    staffed.clock.move(minutes=29, seconds=59)
    assert queries.actor_of(staffed.works, entered.token)
    staffed.clock.move(minutes=29, seconds=59)
    assert queries.actor_of(staffed.works, entered.token)
    staffed.clock.move(minutes=30)
    assert queries.actor_of(staffed.works, entered.token) is None
    with pytest.raises(NotAllowed), staffed.work(entered.actor) as work:
        work.must(Permission.READ)


def test_a_session_is_dead_after_ten_hours_however_busy(staffed, door):
    """row 53"""
    entered = enter(door, staffed.people[0].reader)
    for _ in range(10 * 4 - 1):
        staffed.clock.move(minutes=15)
        assert queries.actor_of(staffed.works, entered.token)
    staffed.clock.move(minutes=15)
    assert queries.actor_of(staffed.works, entered.token) is None


def test_using_a_session_is_written_at_most_once_a_minute(staffed, door):
    entered = enter(door, staffed.people[0].reader)

    def used():
        with staffed.read() as session:
            return session.get_one(UserSession, entered.actor.session_id).last_used_at

    begun = used()
    staffed.clock.move(seconds=59)
    queries.actor_of(staffed.works, entered.token)
    assert used() == begun
    staffed.clock.move(seconds=1)
    queries.actor_of(staffed.works, entered.token)
    assert used() == begun + dt.timedelta(minutes=1)


def test_every_sign_in_has_a_new_token_and_ends_the_one_it_replaces(staffed, door):
    """row 52"""
    first = enter(door, staffed.people[0].reader)
    second = enter(door, staffed.people[0].officer, replaces=first.token)
    assert second.token != first.token
    assert queries.actor_of(staffed.works, first.token) is None
    assert queries.actor_of(staffed.works, second.token)


def test_an_ended_session_is_dead_on_its_next_request_and_under_the_lock(staffed, door):
    """rows 28, 53"""
    one, two = enter(door, staffed.people[0].officer), enter(door, staffed.people[0].officer)
    with staffed.work(two.actor) as work:
        commands.end_session(work, one.actor.session_id)
    assert queries.actor_of(staffed.works, one.token) is None
    with pytest.raises(NotAllowed), staffed.work(one.actor) as work:
        work.must(Permission.CONSENT)
    with staffed.work(two.actor) as work:
        commands.sign_out(work)
    assert queries.actor_of(staffed.works, two.token) is None


def test_all_other_sessions_end_and_the_one_in_use_stays(staffed, door):
    """row 53"""
    person = staffed.people[0].reader
    sessions = [enter(door, person) for _ in range(4)]
    with staffed.read() as session:
        assert len(queries.own_sessions(session, sessions[0].actor, staffed.clock.now())) == 4
    with staffed.work(sessions[0].actor) as work:
        commands.end_other_sessions(work)
    alive = [queries.actor_of(staffed.works, one.token) is not None for one in sessions]
    assert alive == [True, False, False, False]
    with staffed.read() as session:
        [own] = queries.own_sessions(session, sessions[0].actor, staffed.clock.now())
    assert own.is_this


def test_nobody_ends_anothers_session(staffed, door):
    one, other = enter(door, staffed.people[0].reader), enter(door, staffed.people[0].admin)
    with pytest.raises(NotFound), staffed.work(other.actor) as work:
        commands.end_session(work, one.actor.session_id)
    assert queries.actor_of(staffed.works, one.token)


def test_an_earlier_epoch_is_dead(staffed, door):
    """row 53"""
    person = staffed.people[0].reader
    entered = enter(door, person)
    with staffed.app.engines.writer.begin() as connection:
        connection.execute(update(Member).where(Member.id == person.member_id).values(epoch=99))
    assert queries.actor_of(staffed.works, entered.token) is None


def test_a_session_ended_meanwhile_is_not_brought_back_by_a_page_that_used_it(staffed, door):
    """row 54: many times over, a reader notes its use while another ends it; it is dead every time."""
    person = staffed.people[0].reader
    for _ in range(25):
        one, two = enter(door, person), enter(door, person)
        staffed.clock.move(minutes=2)
        ready = threading.Barrier(2)

        def use(token=one.token, ready=ready):
            ready.wait()
            queries.actor_of(staffed.works, token)

        def end(actor=two.actor, id=one.actor.session_id, ready=ready):
            ready.wait()
            with staffed.work(actor) as work:
                commands.end_session(work, id)

        threads = [threading.Thread(target=use), threading.Thread(target=end)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert queries.actor_of(staffed.works, one.token) is None


# --- The password anew (rows 52, 59, 62) ------------------------------------------------------------------------


def test_confirming_the_password_gives_a_new_token_and_the_old_one_is_dead(staffed, door):
    """rows 52, 62"""
    entered = enter(door, staffed.people[0].officer)
    staffed.clock.move(minutes=11)
    again = signing_in.confirm_password(door, entered.actor, PASSWORD, network=HOME)
    assert again.token != entered.token
    assert queries.actor_of(staffed.works, entered.token) is None
    now = queries.actor_of(staffed.works, again.token)
    assert now and now.authenticated_at == staffed.clock.now()
    assert signing_in.entered_lately(now, staffed.clock.now() + dt.timedelta(minutes=9, seconds=59))
    assert not signing_in.entered_lately(now, staffed.clock.now() + dt.timedelta(minutes=10))


def test_guessing_inside_must_wait_too_and_guesses_outside_do_not_bind_who_is_inside(staffed, door):
    """row 49"""
    person = staffed.people[0].officer
    entered = enter(door, person)
    for number in range(30):
        try:
            guess(door, person.email, network=f"203.0.{number}.1")
        except rules.MustWait:
            break
    inside = signing_in.confirm_password(door, entered.actor, PASSWORD, network=HOME).actor
    for _ in range(5):
        with pytest.raises(signing_in.WrongOwnPassword):
            signing_in.confirm_password(door, inside, "wrong horse battery", network=HOME)
    with pytest.raises(rules.MustWait):
        signing_in.confirm_password(door, inside, PASSWORD, network=HOME)


def test_a_changed_password_ends_every_other_session_and_renews_this_one(staffed, door):
    """rows 52, 59"""
    person, new = staffed.people[0].reader, "たぬきと狐と 2025年の秋"
    one, two = enter(door, person), enter(door, person)
    changed = signing_in.change_password(door, one.actor, current=PASSWORD, new=new, again=new, network=HOME)
    assert queries.actor_of(staffed.works, one.token) is None
    assert queries.actor_of(staffed.works, two.token) is None
    assert queries.actor_of(staffed.works, changed.token)
    guess(door, person.email, password=PASSWORD)
    enter(door, person, password=new)


def test_a_password_is_changed_only_by_who_knows_it(staffed, door):
    entered, new = enter(door, staffed.people[0].reader), "たぬきと狐と 2025年の秋"

    def change(**given):
        known = {"current": PASSWORD, "new": new, "again": new, "network": HOME}
        return signing_in.change_password(door, entered.actor, **(known | given))

    with pytest.raises(signing_in.WrongOwnPassword):
        change(current="wrong horse battery")
    with pytest.raises(signing_in.WrongOwnPassword):
        change(current=None)
    with pytest.raises(rules.PasswordsDiffer):
        change(again=new + "！")
    with pytest.raises(rules.PasswordTooShort):
        change(new="短い", again="短い")
    with pytest.raises(rules.PasswordUnchanged):
        change(new=PASSWORD, again=PASSWORD)
    change()


def test_a_password_somebody_gave_is_replaced_without_asking_for_it_twice(staffed, door):
    side, new = staffed.people[0], "たぬきと狐と 2025年の秋"
    given = door.passwords.initial()
    assert len(given.plain) == 23
    with staffed.work(side.admin.actor(staffed)) as work:
        commands.add_member(work, email="n@example.jp", name="新人", roles=[Role.READER], initial=given)
    entered = signing_in.sign_in(door, email="n@example.jp", password=given.plain, network=HOME)
    assert entered.actor.must_change_password
    staffed.clock.move(minutes=10)
    with pytest.raises(signing_in.WrongOwnPassword):
        signing_in.change_password(door, entered.actor, current=None, new=new, again=new, network=HOME)
    entered = signing_in.sign_in(door, email="n@example.jp", password=given.plain, network=HOME)
    changed = signing_in.change_password(door, entered.actor, current=None, new=new, again=new, network=HOME)
    now = queries.actor_of(staffed.works, changed.token)
    assert now and not now.must_change_password


# --- Who acts, read again under the lock ---------------------------------------------------------------------------


def test_the_portal_itself_and_the_public_pass_as_they_are(staffed):
    for actor in (SYSTEM, ANONYMOUS):
        with staffed.work(actor) as work:
            assert work.actor is actor


def test_no_token_but_the_right_one_is_anybodys(staffed, door):
    entered = enter(door, staffed.people[0].reader)
    for token in ("", "x", entered.token + "x", entered.actor.session_id, entered.token.swapcase(), "\ud800"):
        assert queries.actor_of(staffed.works, token) is None
