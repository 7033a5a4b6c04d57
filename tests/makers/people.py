"""The staff of a tested portal: made by the acts a real party performs, never by writing rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from portal.access.actor import SYSTEM, Actor
from portal.access.policy import Role
from portal.kernel.mail import Mailer
from portal.parties import commands, queries
from portal.parties.passwords import Initial, Passwords
from portal.parties.signing_in import Doorkeeper
from portal.tasks.letters import Letters
from portal.tasks.mail import deliver

PASSWORD = "correct horse battery 協定"
"""Everybody's password in tests."""

_BASE = {
    "reader": ("佐藤 花子", "総務課 主事", (Role.READER,)),
    "drafter": ("鈴木 一郎", "企画課 主査", (Role.DRAFTER,)),
    "drafter2": ("髙橋 実", "企画課 主任", (Role.DRAFTER,)),
    "officer": ("辻󠄀 正樹", "企画部長", (Role.READER,)),
    "officer2": ("渡邊 恵", "企画部次長", (Role.READER,)),
    "press": ("山﨑 翼", "広報課 主査", (Role.PRESS_OFFICER,)),
    "manager": ("伊藤 悟", "企画課 課長補佐", (Role.AGREEMENT_MANAGER,)),
    "custodian": ("中村 静", "情報管理課 主査", (Role.CUSTODIAN,)),
    "admin2": ("小林 久美子", "人事課 主査", (Role.PARTY_ADMINISTRATOR,)),
}
_ADMIN = ("加藤 誠", "人事課 課長")
_AUDITOR = ("吉田 監", "監査委員事務局 書記", (Role.AUDITOR,))
"""Proposed by the first party; every other party's first administrator consents."""
_OFFICERS = ("officer", "officer2")


@dataclass(frozen=True)
class TestPerson:
    """One person of the tests: what they sign in with, and how they act."""

    __test__ = False

    key: str
    party: str | None
    member_id: str
    email: str
    name: str
    post: str
    password: str = PASSWORD

    def actor(self, house: Any) -> Actor:
        """The person as an actor, read fresh from the tables, without a session."""
        with house.read() as session:
            return queries.actor_for(session, self.member_id, house.clock.now())


@dataclass
class Side:
    """The people of one party."""

    party: str
    reader: TestPerson = field(init=False)
    drafter: TestPerson = field(init=False)
    drafter2: TestPerson = field(init=False)
    officer: TestPerson = field(init=False)
    officer2: TestPerson = field(init=False)
    press: TestPerson = field(init=False)
    manager: TestPerson = field(init=False)
    custodian: TestPerson = field(init=False)
    admin: TestPerson = field(init=False)
    admin2: TestPerson = field(init=False)
    auditor: TestPerson | None = None
    """Only the first party names one."""

    def __iter__(self) -> Iterator[TestPerson]:
        keys = ("admin", *_BASE, "auditor")
        return iter(person for key in keys if (person := getattr(self, key)) is not None)


class People:
    """Everybody: `people["kou"].drafter`, `people[0].officer`, `people.operator`, `people.auditor`."""

    def __init__(self, sides: list[Side], operator: TestPerson) -> None:
        self.sides, self.operator = sides, operator

    def __getitem__(self, party: str | int) -> Side:
        if isinstance(party, int):
            return self.sides[party]
        return next(side for side in self.sides if side.party == party)

    def __iter__(self) -> Iterator[TestPerson]:
        for side in self.sides:
            yield from side
        yield self.operator

    def __len__(self) -> int:
        return len(list(iter(self)))

    @property
    def parties(self) -> list[str]:
        """The keys of the parties, in the edition's order."""
        return [side.party for side in self.sides]

    @property
    def auditor(self) -> TestPerson:
        """The auditor named by the first party."""
        found = self.sides[0].auditor
        assert found is not None
        return found


def passwords_of(house: Any) -> Passwords:
    """Password hashing as the tested portal has it: the cheapest that Argon2id allows."""
    settings = house.app.settings
    return Passwords(memory_kib=settings.argon2_memory_kib, rounds=settings.argon2_rounds)


def doorkeeper(house: Any) -> Doorkeeper:
    """The door of the tested portal."""
    return Doorkeeper(house.works, passwords_of(house), house.app.settings.secret_key.encode())


def staff(house: Any) -> People:
    """Every party of the founded `house` has its people, each with PASSWORD, none made to change it; the
    consent officers hold their power. 25 hours pass by the house's clock, and it stays there: history never
    goes back, so a house whose clock is to stand at a known moment is founded 25 hours before it.
    """
    initial = passwords_of(house).initial(PASSWORD)
    with house.work(SYSTEM) as work:
        parties = work.parties
        operator = commands.add_operator(work, email="operator@example.jp", name="運用 太郎", initial=initial)
        firsts = {
            party: commands.add_first_administrator(
                work,
                party=party,
                email=f"{party}.admin@example.jp",
                name=_ADMIN[0],
                post=_ADMIN[1],
                initial=initial,
            )
            for party in parties
        }
    sides = [_staff_party(house, party, firsts[party].id, initial) for party in parties]
    people = People(sides, _person("operator", None, operator, ""))
    appoint(house, people, people.auditor)
    house.clock.move(hours=25)
    for person in people:
        with house.work(person.actor(house)) as work:
            commands.change_password(work, password_hash=initial.hash)
    post(house)
    return people


def post(house: Any) -> int:
    """Everybody has been told by mail what they are to be told by now; how many mails went."""
    sent = 0
    while taken := deliver(house.works, Letters.of(house.app), Mailer(house.app.settings)):
        sent += taken
    return sent


def appoint(house: Any, people: People, auditor: TestPerson) -> None:
    """Every other party has consented to the proposed `auditor`, who is in the post from now on."""
    for side in people.sides:
        if side.party != auditor.party:
            with house.work(side.admin.actor(house)) as work:
                commands.consent_to_auditor(work, proposal_of(work.session, auditor))


def proposal_of(session: Any, person: TestPerson) -> str:
    """The identifier of the living appointment of `person` as an auditor."""
    return next(
        one.appointment.id
        for one in queries.appointments_of(session, person.member_id)
        if one.appointment.ended_at is None
    )


def _staff_party(house: Any, party: str, admin_id: str, initial: Initial) -> Side:
    """The party's first administrator adds everybody else, and asks for the officers' consent power."""
    side = Side(party)
    with house.read() as session:
        admin = queries.actor_for(session, admin_id, house.clock.now())
    with house.work(admin) as work:
        first = party == work.parties[0]
        for key, (name, post, roles) in (_BASE | ({"auditor": _AUDITOR} if first else {})).items():
            member = commands.add_member(
                work,
                email=f"{party}.{key}@example.jp",
                name=name,
                post=post,
                roles=roles,
                initial=initial,
            )
            setattr(side, key, _person(key, party, member, post))
            if key in _OFFICERS:
                commands.ask_consent_power(work, member.id)
    side.admin = TestPerson("admin", party, admin_id, f"{party}.admin@example.jp", _ADMIN[0], _ADMIN[1])
    return side


def _person(key: str, party: str | None, member: Any, post: str) -> TestPerson:
    return TestPerson(key, party, member.id, member.email, member.name, post)


__all__ = [
    "PASSWORD",
    "People",
    "Side",
    "TestPerson",
    "appoint",
    "doorkeeper",
    "passwords_of",
    "post",
    "proposal_of",
    "staff",
]
