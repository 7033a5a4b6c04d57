"""People and acts to fill a history with: made through Works, told by events of the tests' own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flask.testing import FlaskClient

from portal.access.actor import Actor
from portal.access.policy import Role
from portal.history.event import Event, kept
from portal.kernel.db import Subject
from portal.kernel.ids import new_id
from portal.parties.models import AuditorAppointment, Member, UserSession
from portal.parties.queries import actor_for, token_digest
from tests.conftest import House


class PersonCame(Event):
    """Somebody joined a tested party."""

    verb = "test.person_came"
    trail = "利用者を登録しました。"


class Done(Event):
    """Something the cooperation did."""

    verb = "test.done"
    clause = "publicity"
    trail = "%(reference)s「%(title)s」の版%(number)sを扱いました。理由：%(reason)s"
    chronicle = "%(party)sが%(reference)s「%(title)s」を扱いました。"
    message = "%(party)sが%(reference)s「%(title)s」を扱いました。"

    reference: str = "TST-0001"
    number: int = 1
    on_day: str = "2025-10-01"
    title: str = kept(default="")
    reason: str = kept(default="")


class Prepared(Event):
    """Something one side did for itself."""

    verb = "test.prepared"
    trail = "「%(title)s」を準備しました。"

    title: str = kept(default="")


def person(
    house: House,
    party: str | None,
    name: str = "山田 花子",
    roles: Iterable[Role] = (Role.READER, Role.DRAFTER),
) -> Actor:
    """A member of `party` (None: the operator) as an actor without a session."""
    member_id = new_id()
    with house.work() as work:
        work.add(
            Member(
                id=member_id,
                party=party,
                is_operator=party is None,
                email=f"{member_id}@example.jp",
                email_normal=f"{member_id}@example.jp",
                name=name,
                roles=",".join(sorted(roles)) if party else "",
                must_change_password=False,
                added_at=work.at,
            )
        )
        if Role.AUDITOR in roles:
            work.session.flush()
            work.add(
                AuditorAppointment(
                    id=new_id(),
                    member_id=member_id,
                    proposed_by=member_id,
                    proposed_at=work.at,
                    effective_at=work.at,
                )
            )
        work.record(PersonCame(about=Subject("member", member_id), private_to=party))
    with house.read() as session:
        return actor_for(session, member_id, house.clock.now())


def act(
    house: House, actor: Actor, title: str = "生成AIの研修", *, own_side: bool = False, **more: Any
) -> None:
    """`actor` does something, a minute after whatever was done last."""
    house.clock.move(minutes=1)
    about = Subject("document", more.pop("document", "doc1"))
    activity = more.pop("activity", None)
    with house.work(actor) as work:
        if own_side:
            work.record(Prepared(about=about, activity_id=activity, private_to=actor.party, title=title))
        else:
            work.record(Done(about=about, activity_id=activity, title=title, **more))


def client_of(
    house: House, actor: Actor, language: str = "ja", previous_visit_at: dt.datetime | None = None
) -> FlaskClient:
    """A browser in which `actor` is signed in, reading `language`."""
    token, now = new_id(), house.clock.now()
    with house.work() as work:
        work.add(
            UserSession(
                id=new_id(),
                token_hash=token_digest(token),
                member_id=actor.member_id or "",
                epoch=1,
                signed_in_at=now,
                authenticated_at=now,
                last_used_at=now,
                previous_visit_at=previous_visit_at,
            )
        )
    client = house.app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"], session["language"] = token, True, language
    return client
