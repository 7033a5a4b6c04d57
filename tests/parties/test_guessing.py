"""Ten thousand guesses at the door, by its real commands: what they come to, and whom they keep waiting (row 49)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from portal.parties import rules, signing_in
from portal.parties.models import Member, SignInAttempt
from portal.parties.passwords import Passwords
from portal.parties.signing_in import Doorkeeper, WrongPassword
from tests.conftest import House
from tests.makers.people import PASSWORD, TestPerson, doorkeeper

HOME, OFFICE = "192.0.2.10", "198.51.100.7"


class Counting(Passwords):
    """The tests' cheap hash, which counts how often a password is truly tried."""

    tried = 0

    def is_right(self, stored: str | None, password: str) -> bool:
        """As ever; and counted."""
        self.tried += 1
        return super().is_right(stored, password)


@dataclass
class Siege:
    """Somebody guesses once a second at the door of `house`."""

    house: House
    keeper: Doorkeeper
    hashes: Counting
    taken: list[dt.datetime] = field(default_factory=list)
    """When a guess was tried against a password."""
    told: list[int] = field(default_factory=list)
    """How many seconds each refused guess was told to wait."""

    def guess(self, each: Iterable[tuple[str, str]]) -> None:
        """A wrong password for each address, from its network, a second apart."""
        self.taken, self.told, self.hashes.tried = [], [], 0
        for email, network in each:
            self.house.clock.move(seconds=1)
            try:
                signing_in.sign_in(self.keeper, email=email, password="wrong horse battery", network=network)
            except WrongPassword:
                self.taken.append(self.house.clock.now())
            except rules.MustWait as refused:
                self.told.append(int(str(refused.facts["seconds"])))
        assert len(self.taken) == self.hashes.tried

    def pauses(self) -> list[int]:
        """The seconds between one guess that was tried and the next."""
        pairs = zip(self.taken, self.taken[1:], strict=False)
        return [int((later - earlier).total_seconds()) for earlier, later in pairs]

    def enter(self, person: TestPerson, network: str) -> None:
        """The right password is taken."""
        signing_in.sign_in(self.keeper, email=person.email, password=PASSWORD, network=network)

    def wait_for(self, person: TestPerson, network: str) -> int:
        """The seconds after which the right password is taken, as the door itself says; it is then taken."""
        with pytest.raises(rules.MustWait) as refused:
            self.enter(person, network)
        seconds = int(str(refused.value.facts["seconds"]))
        self.house.clock.move(seconds=seconds)
        self.enter(person, network)
        return seconds

    def counted(self) -> dict[str, list[int]]:
        """How many failures each counter holds, by kind of counter."""
        with self.house.read() as session:
            found = session.execute(
                select(SignInAttempt.counted_for, func.count()).group_by(SignInAttempt.counted_for)
            ).all()
        kinds: dict[str, list[int]] = {}
        for name, count in found:
            kinds.setdefault(name.partition(":")[0], []).append(count)
        return kinds


@pytest.fixture
def siege(staffed: House) -> Siege:
    """A staffed portal on each of the databases, and somebody at its door."""
    keeper, hashes = doorkeeper(staffed), Counting(memory_kib=64, rounds=1)
    return Siege(staffed, Doorkeeper(keeper.works, hashes, keeper.key), hashes)


@pytest.fixture
def many(staffed: House) -> int:
    """How many guesses each third of the siege has: 10,000 in all on SQLite; enough for every limit on PostgreSQL,
    whose rules are the same."""
    return 3_334 if staffed.app.engines.is_sqlite else 400


def test_thousands_of_guesses_at_one_account_from_one_network_come_to_a_handful(
    siege: Siege, many: int
) -> None:
    """Row 49: each second a guess; few are tried, ever more rarely; nobody is locked out by them."""
    owner, free = siege.house.people[0].officer, rules.LIMITS["here"][0]
    siege.enter(owner, HOME)
    siege.guess((owner.email, OFFICE) for _ in range(many))
    pauses, longest = siege.pauses(), rules.LIMITS["here"][1]
    doubling = [min(1 << step, longest) for step in range(len(pauses))]
    assert pauses == ([1] * (free - 1) + doubling)[: len(pauses)]
    assert max(pauses) > 100 and len(siege.taken) < 20
    assert len(siege.taken) + len(siege.told) == many
    assert max(siege.told) <= longest
    siege.enter(owner, HOME)  # while it goes on: where one has signed in before, nothing has changed
    siege.enter(siege.house.people[0].reader, OFFICE)  # a colleague in the besieged office
    siege.guess([(owner.email, OFFICE)] * 9)
    assert siege.wait_for(owner, OFFICE) <= longest
    siege.enter(owner, OFFICE)  # the slate is clean: no wait is left
    with siege.house.read() as session:
        member = session.get_one(Member, owner.member_id)
        assert member.closed_at is None and not member.must_change_password


def test_thousands_of_guesses_at_one_account_from_everywhere_are_slowed_down_too(
    siege: Siege, many: int
) -> None:
    """Row 49: each guess from a network never seen before, so that only the account can count them."""
    owner, (free, longest) = siege.house.people[0].officer, rules.LIMITS["account"]
    siege.enter(owner, HOME)
    siege.guess((owner.email, f"10.{number // 250}.{number % 250}.9") for number in range(many))
    pauses = siege.pauses()
    doubling = [min(1 << step, longest) for step in range(len(pauses))]
    assert pauses == ([1] * (free - 1) + doubling)[: len(pauses)]
    assert len(siege.taken) < free + 15
    assert siege.counted()["account"] == [len(siege.taken)]
    assert set(siege.counted()["here"]) == set(siege.counted()["network"]) == {1}
    siege.enter(owner, HOME)  # nobody can be locked out from afar
    siege.guess((owner.email, f"11.{number // 250}.{number % 250}.9") for number in range(free + 4))
    assert siege.wait_for(owner, "203.0.113.77") <= longest  # and away from home after the wait


def test_thousands_of_guesses_at_many_accounts_from_one_network_slow_down_that_network(
    siege: Siege, many: int
) -> None:
    """Row 49: one try at each of many accounts; only the network can count them, and only that network waits."""
    colleague, (free, longest) = siege.house.people[1].reader, rules.LIMITS["network"]
    people = [person.email for person in siege.house.people]
    siege.guess(
        (people[number] if number < len(people) else f"nobody{number}@example.jp", OFFICE)
        for number in range(many)
    )
    pauses = siege.pauses()
    doubling = [min(1 << step, longest) for step in range(len(pauses))]
    assert pauses == ([1] * (free - 1) + doubling)[: len(pauses)]
    assert max(pauses) == longest and len(siege.taken) <= free + 6 + many // longest
    assert siege.counted()["network"] == [len(siege.taken)]
    assert set(siege.counted()["account"]) == {1}
    siege.enter(colleague, HOME)  # every other network goes in and out as ever
    assert siege.wait_for(colleague, OFFICE) <= longest
    siege.house.clock.move(hours=24, seconds=1)
    siege.enter(siege.house.people[0].reader, OFFICE)  # a day later nothing is counted any more
