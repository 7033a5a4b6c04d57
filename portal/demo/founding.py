"""The founding of the demonstration's portal, its people coming, moving and leaving, and the agreement's dates."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.agreement import commands as agreement
from portal.agreement.text import FOUNDING_FILE, texts_of
from portal.consent.rules import Capacity
from portal.demo.people import BY_KEY, FIRST_ADMINISTRATORS, PEOPLE, DemoPerson
from portal.demo.stage import Stage, Story, at
from portal.mail.commands import drop
from portal.mail.models import Mail
from portal.parties import commands as parties
from portal.parties import queries
from portal.term.dates import DATES, DatesBody

FOUNDED = at(2023, 9, 5, 10, 0)
SIGNED = "2023-09-07"
"""Assumed: the day is not in any public text that we have seen. The portal marks it 仮."""
FORMER_POSTS = {
    "fumi": "スマートシティ戦略部 戦略推進室 戦略企画課 主事",
    "mido": "公共営業本部 シニアマネージャー",
}
"""What somebody was at first; the acts of that time bear it."""
PROMOTIONS = (("fumi", "izumi", dt.date(2024, 4, 1)), ("mido", "sakurabashi", dt.date(2024, 7, 1)))
GRANT_ASKED_BEFORE = dt.timedelta(hours=2)


def found(stage: Stage) -> None:
    """The portal stands on its agreement, marked for ever as a demonstration, with its operator and each party's
    first administrator. Raises AlreadyFounded where anything stands already."""
    text, portal_text = texts_of(FOUNDING_FILE)
    with stage.work(None) as work:
        agreement.found(work, text=text, portal_text=portal_text, is_demo=True)
    with stage.work(None) as work:
        operator = BY_KEY["operator"]
        stage.members["operator"] = parties.add_operator(
            work, email=operator.email, name=operator.name, initial=stage.initial
        ).id
        for key in FIRST_ADMINISTRATORS:
            person = BY_KEY[key]
            assert person.party is not None
            stage.members[key] = parties.add_first_administrator(
                work,
                party=person.party,
                email=person.email,
                name=person.name,
                initial=stage.initial,
                post=person.post,
            ).id
    for key in ("operator", *FIRST_ADMINISTRATORS):
        _choose_password(stage, key)


def staff(stage: Stage) -> Story:
    """Everybody of the first days is added, by the party's administrator; the consent power is asked for."""
    yield FOUNDED
    for person in PEOPLE:
        if person.key not in stage.members and person.joins is None and not person.awaits:
            _join(stage, person)


def auditor(stage: Stage) -> Story:
    """甲 has proposed its auditor; 乙 consents, and the auditor is in the post (decision 29)."""
    yield at(2023, 9, 6, 14, 0)
    with stage.work("umeda") as work:
        parties.consent_to_auditor(work, _proposal(stage, "moriguchi"))


def comings_and_goings(stage: Stage) -> Story:
    """Posts change; one consent officer succeeds another; two leave, and their acts stay as they were done."""
    for key, by, day in PROMOTIONS:
        yield at(day.year, day.month, day.day, 9, 0)
        with stage.work(by) as work:
            parties.change_post(work, stage.members[key], title=BY_KEY[key].post, held_from=day)
    successor = BY_KEY["nakanoshima"]
    assert successor.joins is not None
    yield at(successor.joins.year, successor.joins.month, successor.joins.day, 13, 0)
    grant = _join(stage, successor)
    yield at(2025, 3, 27, 15, 0)
    with stage.work("kishiwada") as work:
        assert grant is not None
        parties.second_consent_power(work, grant)
    for person in sorted((one for one in PEOPLE if one.leaves), key=lambda one: one.leaves or dt.date.max):
        assert person.leaves is not None
        yield at(person.leaves.year, person.leaves.month, person.leaves.day, 9, 0)
        with stage.work(_administrator_of(person)) as work:
            parties.close_member(work, stage.members[person.key])


def dates(stage: Stage) -> Story:
    """The agreement's dates are entered and confirmed by both parties; the day itself is assumed (仮)."""
    yield at(2023, 9, 7, 9, 15)
    paper = stage.begin(
        "toyonaka",
        DATES,
        DatesBody(
            title="協定の日付の確認",
            signed_on=SIGNED,
            first_day="not_counted",
            note="締結日は公表された資料から確かめられないため、キックオフの日を仮に置いています。",
        ),
    )
    paper.table("toyonaka")
    yield at(2023, 9, 7, 9, 40)
    paper.agree("hirakata", "ス戦企第1201号（仮）")
    paper.agree("kitahama", "公営-23-0140（仮）", capacity=Capacity.DECISION)


def pending_power(stage: Stage) -> Story:
    """Shortly before the loading an administrator asks for a consent power; another may second it."""
    yield stage.now - GRANT_ASKED_BEFORE
    with stage.work("sakurabashi") as work:
        parties.ask_consent_power(work, stage.members["tamatsukuri"])


def pending_auditor(stage: Stage) -> Story:
    """Shortly before the loading 乙 proposes an auditor; 甲's administrators may consent or refuse."""
    yield stage.before(1, 16, 0)
    for person in PEOPLE:
        if person.awaits:
            _join(stage, person)


def _proposal(stage: Stage, key: str) -> str:
    """The identifier of the living proposal of the person as an auditor."""
    with Session(stage.works.engines.reader) as session:
        appointed = queries.appointments_of(session, stage.members[key])
    return appointed[0].appointment.id


def _administrator_of(person: DemoPerson) -> str:
    return next(key for key in FIRST_ADMINISTRATORS if BY_KEY[key].party == person.party)


def _join(stage: Stage, person: DemoPerson) -> str | None:
    """The person has an account, and has chosen the password; the identifier of the power asked for, if any."""
    grant = None
    with stage.work(_administrator_of(person)) as work:
        stage.members[person.key] = parties.add_member(
            work,
            email=person.email,
            name=person.name,
            roles=person.roles,
            initial=stage.initial,
            post=FORMER_POSTS.get(person.key, person.post),
        ).id
        if person.consents:
            grant = parties.ask_consent_power(work, stage.members[person.key]).id
    _choose_password(stage, person.key)
    return grant


def _choose_password(stage: Stage, key: str) -> None:
    """The person has a password; no notice of it goes out, for nobody lives at these addresses."""
    with stage.work(key) as work:
        member = parties.change_password(work, password_hash=stage.initial.hash)
        work.session.flush()
        for mail in work.session.scalars(select(Mail).where(Mail.member_id == member.id)):
            drop(work, mail)


PEOPLE_STORIES = (staff, auditor, comings_and_goings, dates)
