"""Who somebody is at a moment, and what a reader may know of the members."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exc, exists, func, or_, select, update
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Role
from portal.history.work import Works
from portal.kernel.clock import day_in_japan
from portal.kernel.db import Packed, connection_of
from portal.kernel.errors import NotAllowed, NotFound
from portal.mail.rules import DEFAULT_CHOICE
from portal.parties.models import (
    AuditorAppointment,
    AuditorConsent,
    CalendarFeed,
    ConsentGrant,
    Member,
    Party,
    Post,
    UserSession,
)
from portal.parties.rules import GIVEN_ROLES, IDLE, LIFE, may_second, roles_in

TOUCH = dt.timedelta(minutes=1)
"""How stale `last_used_at` may grow before a page that only reads writes it."""


def token_digest(token: str) -> str:
    """What the tables keep of a secret token: SHA-256 in hex. The token has 256 random bits, so no salt is
    needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


# --- Who is it? -----------------------------------------------------------------------------------

_AT, _TODAY = (
    bindparam("at", type_=UserSession.last_used_at.type),
    bindparam("today", type_=Post.held_from.type),
)

_IN_FORCE = and_(
    ConsentGrant.member_id == Member.id,
    ConsentGrant.effective_at <= _AT,
    or_(ConsentGrant.ended_at.is_(None), ConsentGrant.ended_at > _AT),
)
_CONSENTS = exists().where(_IN_FORCE).correlate(Member).label("consents")
_APPOINTED = and_(AuditorAppointment.member_id == Member.id, AuditorAppointment.ended_at.is_(None))
_AUDITS = (
    exists().where(_APPOINTED, AuditorAppointment.effective_at.is_not(None)).correlate(Member).label("audits")
)
_STANDS = exists().where(_APPOINTED).correlate(Member).label("stands")
"""Whether the member is an auditor or proposed as one."""
_POST = (
    select(Post.title)
    .where(Post.member_id == Member.id, Post.held_from <= _TODAY)
    .where(or_(Post.held_to.is_(None), Post.held_to >= _TODAY))
    .order_by(Post.held_from.desc(), Post.id)
    .limit(1)
    .correlate(Member)
    .scalar_subquery()
    .label("post")
)
_PERSON = (
    Member.id,
    Member.party,
    Member.is_operator,
    Member.name,
    Member.roles,
    Member.language,
    Member.must_change_password,
    _CONSENTS,
    _AUDITS,
    _POST,
)
_VISIT = (
    UserSession.id.label("session_id"),
    UserSession.authenticated_at,
    UserSession.last_used_at,
    UserSession.previous_visit_at,
)
_LIVE: tuple[ColumnElement[bool], ...] = (
    UserSession.member_id == Member.id,
    UserSession.revoked_at.is_(None),
    UserSession.epoch == Member.epoch,
    UserSession.last_used_at > bindparam("idle_since", type_=UserSession.last_used_at.type),
    UserSession.signed_in_at > bindparam("alive_since", type_=UserSession.signed_in_at.type),
)
_OPEN = Member.closed_at.is_(None)
_BY_TOKEN = (
    select(*_PERSON, *_VISIT)
    .join(UserSession, and_(*_LIVE))
    .where(UserSession.token_hash == bindparam("token_hash"), _OPEN)
)
_BY_MEMBER = select(*_PERSON).where(Member.id == bindparam("member_id"), _OPEN)
_AGAIN = Packed(*_PERSON, *_VISIT)
ACTOR_AGAIN = (
    select(_AGAIN.text)
    .select_from(Member)
    .outerjoin(UserSession, and_(UserSession.id == bindparam("session_id"), *_LIVE))
    .where(Member.id == bindparam("member_id"), _OPEN)
    .scalar_subquery()
    .label("actor")
)
"""What `actor_again` makes the actor of; `who_again` gives the parameters."""


def _moments(at: dt.datetime) -> dict[str, object]:
    return {"at": at, "today": day_in_japan(at), "idle_since": at - IDLE, "alive_since": at - LIFE}


_GIVEN = frozenset(GIVEN_ROLES)
"""What the members' table can say; the consent power and the auditor's post stand in tables of their own."""


def _roles(row: Any) -> frozenset[Role]:
    if row.is_operator:
        return frozenset({Role.OPERATOR})
    appointed = {Role.CONSENT_OFFICER: row.consents, Role.AUDITOR: row.audits}
    return (roles_in(row.roles) & _GIVEN) | {role for role, is_held in appointed.items() if is_held}


def _actor(row: Any, *, has_visit: bool = True) -> Actor:
    return Actor(
        member_id=row.id,
        party=row.party,
        name=row.name,
        post=row.post or "",
        roles=_roles(row),
        session_id=row.session_id if has_visit else None,
        language=row.language,
        must_change_password=row.must_change_password,
        authenticated_at=row.authenticated_at if has_visit else None,
        previous_visit_at=row.previous_visit_at if has_visit else None,
    )


def who_again(actor: Actor, at: dt.datetime) -> dict[str, object]:
    """With these parameters a statement asks for the `actor` at `at` (`ACTOR_AGAIN`)."""
    return {"member_id": actor.member_id, "session_id": actor.session_id, **_moments(at)}


def actor_again(actor: Actor, found: str | None) -> Actor:
    """The actor as the tables have it by now, `found` by `ACTOR_AGAIN`: name, post, and the roles, the consent power by
    the grants then in force (rows 28, 35), the auditor's post by the consent of every party (decision 29). The portal
    itself and the public pass as they are.

    Raises NotAllowed when the account is closed, its sessions were all ended, or this session was ended or
    has run out.
    """
    if not actor.is_signed_in:
        return actor
    if found is None:
        raise NotAllowed()
    row = _AGAIN.unpacked(found)
    if row.session_id != actor.session_id:
        raise NotAllowed()
    return _actor(row)


def actor_of(works: Works, token: str, reading: Session | None = None) -> Actor | None:
    """Who holds the session of `token`, in one statement, read through the page's own session `reading` where
    there is one; None when it was ended, lay unused for 30 minutes,
    is 10 hours old, is of an earlier epoch, or its member's account is closed (row 53).

    Using a session keeps it alive: at most once a minute `last_used_at` is written, in a transaction of its
    own. That is the only write behind a page that is merely read; it concerns no `Recorded` row.
    """
    now = works.clock.now()
    given = {"token_hash": token_digest(token), **_moments(now)}
    with nullcontext(connection_of(reading)) if reading else works.engines.reader.connect() as connection:
        row = connection.execute(_BY_TOKEN, given).first()
    if row is None:
        return None
    if now - row.last_used_at >= TOUCH:
        _touch(works, row.session_id, now)
    return _actor(row)


def _touch(works: Works, session_id: str, now: dt.datetime) -> None:
    """The session was used at `now`. A session that was ended meanwhile stays ended (row 54): the update asks
    for a living row, and sets nothing else."""
    used = (
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.revoked_at.is_(None), UserSession.last_used_at < now)
        .values(last_used_at=now)
    )
    if works.engines.is_writing:  # a page waits for nobody; the next one tries again
        return
    try:
        with works.engines.writer.begin() as connection:
            connection.execute(used)
    except (exc.OperationalError, exc.TimeoutError):  # somebody began between the two, and writes for long
        return


def actor_for(session: Session, member_id: str, at: dt.datetime) -> Actor:
    """The member as an actor without a session, as of `at`: for the command line, jobs and the demonstration.

    Raises NotFound for an unknown or closed account.
    """
    row = session.execute(_BY_MEMBER, {"member_id": member_id, **_moments(at)}).first()
    if row is None:
        raise NotFound()
    return _actor(row, has_visit=False)


@dataclass(frozen=True)
class Recipient:
    """Somebody with an open account, to whom mails may go."""

    actor: Actor
    address: str
    choice: str
    """Which mails about messages they get (`portal.mail.rules.MailChoice`)."""


_RECIPIENTS = (
    select(*_PERSON, Member.email_normal, Member.mail_choice)
    .where(Member.closed_at.is_(None), Member.party.is_not(None))
    .order_by(Member.id)
)


def recipients(session: Session, at: dt.datetime) -> dict[str, Recipient]:
    """Everybody of a party whose account is open at `at`, by their identifier: for who sends mails (row 61)."""
    found = session.execute(_RECIPIENTS, _moments(at))
    return {
        row.id: Recipient(_actor(row, has_visit=False), row.email_normal, row.mail_choice) for row in found
    }


# --- What a reader may know of the members (row 7; security.md 3.2) --------------------------------


@dataclass(frozen=True)
class MemberSeen:
    """A member as one reader may see them; of another party's, only names and roles of its consent officers,
    and name and post of its auditors, to whom every party consents."""

    id: str
    party: str | None
    name: str
    post: str
    roles: frozenset[Role]
    is_closed: bool
    email: str | None
    """None when it is not the reader's to know."""
    is_proposed: bool
    """Whether the member is proposed as an auditor, and a party's consent is still awaited."""
    added_at: dt.datetime | None
    closed_at: dt.datetime | None
    last_used_at: dt.datetime | None

    @property
    def is_officer(self) -> bool:
        """Whether the member holds the consent power."""
        return Role.CONSENT_OFFICER in self.roles

    @property
    def is_auditor(self) -> bool:
        """Whether the member is an auditor, with the consent of every party."""
        return Role.AUDITOR in self.roles


_LAST_USED = (
    select(func.max(UserSession.last_used_at))
    .where(UserSession.member_id == Member.id)
    .correlate(Member)
    .scalar_subquery()
    .label("last_used_at")
)
_SEEN = select(*_PERSON, _STANDS, Member.email, Member.added_at, Member.closed_at, _LAST_USED)


def sees_people_of(reader: Actor, party: str | None) -> bool:
    """Whether `reader` may know every member of `party`: those of the reader's own, but not for the
    auditor."""
    return reader.is_system or (
        party is not None and reader.party == party and bool(reader.roles - {Role.AUDITOR})
    )


def _seen(row: Row[*tuple[object, ...]], reader: Actor) -> MemberSeen | None:
    closed = row.closed_at is not None
    if sees_people_of(reader, row.party) or row.id == reader.member_id:
        return MemberSeen(
            id=row.id,
            party=row.party,
            name=row.name,
            post=row.post or "",
            roles=frozenset() if closed else _roles(row),
            is_closed=closed,
            email=row.email,
            is_proposed=row.stands and not row.audits,
            added_at=row.added_at,
            closed_at=row.closed_at,
            last_used_at=row.last_used_at,
        )
    if row.is_operator or closed or not (row.consents or row.stands):
        return None
    return MemberSeen(
        id=row.id,
        party=row.party,
        name=row.name,
        post=(row.post or "") if row.stands else "",
        roles=_roles(row) & {Role.CONSENT_OFFICER, Role.AUDITOR},
        is_closed=False,
        email=None,
        is_proposed=row.stands and not row.audits,
        added_at=None,
        closed_at=None,
        last_used_at=None,
    )


def _all_seen(
    session: Session, reader: Actor, at: dt.datetime, query: Select[*tuple[object, ...]]
) -> list[MemberSeen]:
    found = session.execute(query, {"at": at, "today": day_in_japan(at)})
    return [seen for row in found if (seen := _seen(row, reader))]


def members_of(session: Session, reader: Actor, party: str, at: dt.datetime) -> list[MemberSeen]:
    """The members of `party` that `reader` may know of, open accounts first, each in the order of adding.

    Of the reader's own party all of them (the auditor: as for another party); of another party the
    names and the role of its consent officers, the auditors with their posts, and nothing more (row 7).
    """
    query = _SEEN.where(Member.party == party).order_by(
        Member.closed_at.is_not(None), Member.added_at, Member.id
    )
    return _all_seen(session, reader, at, query)


def members(session: Session, reader: Actor, at: dt.datetime) -> list[MemberSeen]:
    """The members of every party that `reader` may know of, in the order of the parties, as `members_of`."""
    query = _SEEN.join(Party, Party.key == Member.party).order_by(
        Party.position, Member.closed_at.is_not(None), Member.added_at, Member.id
    )
    return _all_seen(session, reader, at, query)


def member(session: Session, reader: Actor, id: str, at: dt.datetime) -> MemberSeen:
    """The member `id` as `reader` may see them. Raises NotFound when there is none for this reader."""
    found = _all_seen(session, reader, at, _SEEN.where(Member.id == id))
    if not found:
        raise NotFound()
    return found[0]


def names(session: Session, ids: Collection[str]) -> dict[str, str]:
    """The present names of the members `ids`, for acts that stand in the shared record anyway."""
    found = session.execute(select(Member.id, Member.name).where(Member.id.in_(ids)))
    return {row.id: row.name for row in found}


def officer_ids(session: Session, party: str, at: dt.datetime) -> frozenset[str]:
    """The ids of the members of `party` who hold the consent power at `at`, their accounts being open."""
    query = select(Member.id).where(Member.party == party, Member.closed_at.is_(None), _CONSENTS)
    return frozenset(session.scalars(query, {"at": at, "today": day_in_japan(at)}))


def party(session: Session, key: str) -> Party:
    """The party `key` with its rules. Raises NotFound."""
    found = session.get(Party, key)
    if found is None:
        raise NotFound()
    return found


def mail_choice(session: Session, reader: Actor) -> str:
    """Which mails about messages the reader gets."""
    found = session.scalar(select(Member.mail_choice).where(Member.id == reader.member_id))
    return found or DEFAULT_CHOICE.value


def own_calendar(session: Session, reader: Actor) -> CalendarFeed | None:
    """The living address at which the reader's calendar is read, if there is one."""
    return session.scalars(
        select(CalendarFeed).where(
            CalendarFeed.member_id == reader.member_id, CalendarFeed.revoked_at.is_(None)
        )
    ).first()


def calendar_reader(session: Session, token: str, at: dt.datetime) -> Actor:
    """For whom the address with this token shows the agreed dates, as they may read at `at`.

    Raises NotFound when it was revoked or never was, and when the account is closed (rows 9, 61).
    """
    member_id = session.scalar(
        select(CalendarFeed.member_id).where(
            CalendarFeed.token_hash == token_digest(token), CalendarFeed.revoked_at.is_(None)
        )
    )
    if member_id is None:
        raise NotFound()
    return actor_for(session, member_id, at)


# --- One's own account, and the consent power -------------------------------------------------------


@dataclass(frozen=True)
class OwnSession:
    """One browser in which the member is signed in."""

    id: str
    browser: str
    signed_in_at: dt.datetime
    last_used_at: dt.datetime
    is_this: bool


def own_sessions(session: Session, reader: Actor, at: dt.datetime) -> list[OwnSession]:
    """The reader's own living sessions, the one in use first, then the most recently used (row 53)."""
    rows = session.execute(
        select(UserSession.id, UserSession.browser, UserSession.signed_in_at, UserSession.last_used_at)
        .join(Member, Member.id == UserSession.member_id)
        .where(Member.id == reader.member_id, *_LIVE)
        .order_by(UserSession.last_used_at.desc(), UserSession.id),
        _moments(at),
    )
    found = [
        OwnSession(row.id, row.browser, row.signed_in_at, row.last_used_at, row.id == reader.session_id)
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.is_this)


def grants_of(session: Session, member_ids: Collection[str]) -> list[ConsentGrant]:
    """The consent powers of these members, asked for, in force and ended, latest first."""
    return list(
        session.scalars(
            select(ConsentGrant)
            .where(ConsentGrant.member_id.in_(member_ids))
            .order_by(ConsentGrant.asked_at.desc(), ConsentGrant.id)
        )
    )


def who_seconds(session: Session, reader: Actor, grant: ConsentGrant, at: dt.datetime) -> dict[str, str]:
    """Id and name of those who may agree at `at`, as the second administrator, to the consent power that `grant` asks
    for (row 35); nobody for a reader who may not know the people of that party."""
    holder = session.get_one(Member, grant.member_id)
    if not sees_people_of(reader, holder.party):
        return {}
    query = (
        select(Member.id, Member.name, Member.roles, Member.administrator_since)
        .where(Member.party == holder.party, Member.closed_at.is_(None))
        .order_by(Member.added_at, Member.id)
    )
    return {
        row.id: row.name
        for row in session.execute(query)
        if Role.PARTY_ADMINISTRATOR in roles_in(row.roles)
        and may_second(
            seconder=row.id,
            asked_by=grant.asked_by,
            holder=holder.id,
            administrator_since=row.administrator_since,
            at=at,
        )
    }


@dataclass(frozen=True)
class Appointed:
    """An auditor's appointment, with the consent of each party that has consented, by party."""

    appointment: AuditorAppointment
    consents: dict[str, AuditorConsent]


def appointments_of(session: Session, member_id: str) -> list[Appointed]:
    """The appointments of the member as an auditor, proposed, in force and ended, latest first."""
    found = session.scalars(
        select(AuditorAppointment)
        .where(AuditorAppointment.member_id == member_id)
        .order_by(AuditorAppointment.proposed_at.desc(), AuditorAppointment.id)
    ).all()
    consents = session.scalars(
        select(AuditorConsent)
        .where(AuditorConsent.appointment_id.in_([one.id for one in found]))
        .order_by(AuditorConsent.consented_at, AuditorConsent.party)
    ).all()
    return [
        Appointed(one, {consent.party: consent for consent in consents if consent.appointment_id == one.id})
        for one in found
    ]


def posts_of(session: Session, member_id: str) -> list[Post]:
    """The posts the member holds, held and will hold, latest first."""
    return list(
        session.scalars(
            select(Post).where(Post.member_id == member_id).order_by(Post.held_from.desc(), Post.id)
        )
    )
