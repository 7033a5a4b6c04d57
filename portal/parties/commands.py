"""Add, change and close members; grant and end the consent power; set a party's rules; end sessions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select

from portal.access.actor import Actor
from portal.access.policy import Permission, Role
from portal.history.models import InboxMark
from portal.history.work import Work
from portal.kernel.db import Subject
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from portal.kernel.typed import normal_email
from portal.mail.commands import drop, enqueue
from portal.mail.models import Mail, MailLine
from portal.mail.rules import DEFAULT_CHOICE, MailChoice, Purpose
from portal.parties import events, queries, rules
from portal.parties.models import (
    AuditorAppointment,
    AuditorConsent,
    CalendarFeed,
    ConsentGrant,
    Member,
    Party,
    Post,
    SignInAttempt,
    UserSession,
)
from portal.parties.passwords import Initial

FORGET_AFTER = dt.timedelta(days=30)


# --- Founding: the operator's acts ------------------------------------------------------------------


def add_first_administrator(
    work: Work,
    *,
    party: str,
    email: str,
    name: str,
    initial: Initial,
    post: str = "",
    also_officer: bool = False,
) -> Member:
    """`party` has its first administrator, who adds everybody else (decision 29), and who must change the
    initial password at once. With `also_officer` the consent power is asked for too, in force after 24 hours.

    Raises NoSuchParty, PartyHasAdministrator, AddressTaken, NotAnAddress.
    """
    work.must(Permission.OPERATE)
    if work.session.get(Party, party) is None:
        raise rules.NoSuchParty("party", party=party)
    if _administrators(work, party):
        raise rules.PartyHasAdministrator("party")
    member = _new_member(work, party, email, name, post, {Role.PARTY_ADMINISTRATOR}, initial)
    work.record(events.FirstAdministratorAdded(about=Subject("party", party), of_party=party), member.subject)
    work.record(
        events.MemberAdded(
            about=member.subject, private_to=party, who=member.name, roles=[Role.PARTY_ADMINISTRATOR.value]
        )
    )
    if also_officer:
        _ask_power(work, member, asked_by=None)
    return member


def add_operator(work: Work, *, email: str, name: str, initial: Initial) -> Member:
    """There is one more person who operates the portal: of no party, consenting to nothing (decision 11)."""
    work.must(Permission.OPERATE)
    member = _new_member(work, None, email, name, "", frozenset(), initial)
    work.record(events.OperatorAdded(about=member.subject, who=member.name))
    return member


# --- Members ----------------------------------------------------------------------------------------


def add_member(
    work: Work, *, email: str, name: str, roles: Collection[Role], initial: Initial, post: str = ""
) -> Member:
    """A person of the actor's own party may sign in with the initial password, which must be changed at once.

    With the auditor's role among `roles` the post is proposed to the other parties; until each has consented
    nothing can be read by it (decision 29). Raises NoRole, RoleNotToGive, AddressTaken, NotAnAddress.
    """
    work.must(Permission.MANAGE_MEMBERS)
    party = _own_party(work)
    proposes = Role.AUDITOR in roles
    roles = frozenset(roles) - {Role.AUDITOR}
    rules.roles_must_be_given_here(roles, may_be_none=proposes)
    member = _new_member(work, party, email, name, post, roles, initial)
    given = sorted(role.value for role in roles)
    work.record(events.MemberAdded(about=member.subject, private_to=party, who=member.name, roles=given))
    if proposes:
        _propose(work, member)
    return member


def change_member(work: Work, member_id: str, *, email: str, name: str, roles: Collection[Role]) -> Member:
    """The member of the actor's own party has this address, name and these roles; what did not change is not
    told.

    With a role taken away or another address, the member's sessions end; of another address both are told
    (row 59). Raises NoRole, RoleNotToGive, LastAdministrator, AddressTaken, OfficersAddress,
    AuditorIsThisPerson, AlreadyClosed.
    """
    work.must(Permission.MANAGE_MEMBERS)
    member = _open_member(work, member_id)
    audits = _live_appointment(work, member.id) is not None
    rules.roles_must_be_given_here(roles, may_be_none=audits)
    if audits and name != member.name:
        raise rules.AuditorIsThisPerson("name")
    if audits and normal_email(email) != member.email_normal:
        raise rules.AuditorIsThisPerson("email")
    if name != member.name:
        former, member.name = member.name, name
        work.record(
            events.MemberRenamed(about=member.subject, private_to=member.party, who=name, former=former)
        )
    if email != member.email:
        _move(work, member, email)
    before, after = rules.roles_in(member.roles), frozenset(roles)
    if before != after:
        _give_roles(work, member, before, after)
    return member


def _move(work: Work, member: Member, email: str) -> None:
    normal = normal_email(email)
    if normal != member.email_normal:
        if _live_grant(work, member.id):
            raise rules.OfficersAddress("email")
        _must_be_free(work, normal)
        for address in (member.email_normal, None):
            enqueue(work, Purpose.WAS_MOVED, member_id=member.id, address=address)
        _drop_links(work, member)
        _end_sessions(work, member)
    member.email, member.email_normal = email, normal
    work.record(events.AddressChanged(about=member.subject, private_to=member.party, who=member.name))


def _give_roles(work: Work, member: Member, before: frozenset[Role], after: frozenset[Role]) -> None:
    administrator = Role.PARTY_ADMINISTRATOR
    if administrator in before - after:
        rules.an_administrator_must_remain(len(_administrators(work, member.party) - {member.id}))
        member.administrator_since = None
    elif administrator in after - before:
        member.administrator_since = work.at
    member.roles = rules.roles_text(after)
    if before - after:
        _end_sessions(work, member)
    work.record(
        events.RolesChanged(
            about=member.subject,
            private_to=member.party,
            who=member.name,
            before=sorted(role.value for role in before),
            after=sorted(role.value for role in after),
        )
    )


def change_post(work: Work, member_id: str, *, title: str, held_from: dt.date) -> Member:
    """The member of the actor's own party holds the post `title` from `held_from` (a day in Asia/Tokyo); the
    post before ended the day before. An empty `title`: no post from that day.

    Earlier acts keep the post they were done in. Raises DayOutOfOrder, AlreadyClosed.
    """
    work.must(Permission.MANAGE_MEMBERS)
    member = _open_member(work, member_id)
    latest = work.session.scalars(
        select(Post).where(Post.member_id == member.id).order_by(Post.held_from.desc(), Post.id).limit(1)
    ).first()
    if latest and held_from < latest.held_from:
        raise rules.DayOutOfOrder("held_from")
    if latest and held_from == latest.held_from:
        latest.title = title
    else:
        if latest and (latest.held_to is None or latest.held_to >= held_from):
            latest.held_to = held_from - dt.timedelta(days=1)
        _take_post(work, member, title, held_from)
    work.record(
        events.PostChanged(
            about=member.subject,
            private_to=member.party,
            who=member.name,
            title=title,
            held_from=held_from.isoformat(),
        )
    )
    return member


def close_member(work: Work, member_id: str) -> Member:
    """The member of the actor's own party has left: no session, link, mail, calendar, consent power or auditor's post
    outlives this moment (row 61), no address is free again, and every act stays under the name and post it was done in.

    Raises LastAdministrator, AlreadyClosed.
    """
    work.must(Permission.MANAGE_MEMBERS)
    member = _open_member(work, member_id)
    if Role.PARTY_ADMINISTRATOR in rules.roles_in(member.roles):
        rules.an_administrator_must_remain(len(_administrators(work, member.party) - {member.id}))
    member.closed_at, member.administrator_since, member.password_hash = work.at, None, None
    _end_sessions(work, member)
    _drop_links(work, member, every=True)
    _end_telling(work, member)
    for post in work.session.scalars(select(Post).where(Post.member_id == member.id)):
        if post.held_to is None or post.held_to > work.today:
            post.held_to = max(work.today, post.held_from)
    if grant := _live_grant(work, member.id):
        _end_grant(work, grant, member)
    if appointment := _live_appointment(work, member.id):
        _end_own_auditor(work, appointment, member)
    work.record(events.MemberClosed(about=member.subject, private_to=member.party, who=member.name))
    return member


# --- The consent power (row 35) ----------------------------------------------------------------------


def ask_consent_power(work: Work, member_id: str) -> ConsentGrant:
    """The consent power of a member of the actor's own party is asked for; every party is told. It is in
    force when a second administrator agrees, or after 24 hours. Raises PowerAlreadyAsked, AlreadyClosed."""
    work.must(Permission.GRANT_CONSENT_POWER)
    return _ask_power(work, _open_member(work, member_id), asked_by=work.actor.member_id)


def second_consent_power(work: Work, grant_id: str, *, of: str | None = None) -> ConsentGrant:
    """The consent power asked for by another administrator of the actor's own party is in force from now.

    With `of` it must be that member's (row 2). Raises NotAnotherAdministrator, AdministratorTooNew, NothingToSecond.
    """
    work.must(Permission.GRANT_CONSENT_POWER)
    grant = work.session.get(ConsentGrant, grant_id)
    if grant is None or of not in {None, grant.member_id}:
        raise NotFound()
    member = _open_member(work, grant.member_id)
    if grant.ended_at is not None or grant.effective_at <= work.at:
        raise rules.NothingToSecond()
    seconder = work.session.get_one(Member, work.actor.member_id)
    rules.must_be_another_administrator(
        seconder=seconder.id,
        asked_by=grant.asked_by,
        holder=member.id,
        administrator_since=seconder.administrator_since,
        at=work.at,
    )
    grant.seconded_by, grant.effective_at = seconder.id, work.at
    work.record(events.ConsentPowerSeconded(about=member.subject, who=member.name))
    return grant


def end_consent_power(work: Work, member_id: str) -> ConsentGrant:
    """The consent power of a member of the actor's own party, or the request for it, has ended at once.

    Raises NoPowerToEnd.
    """
    work.must(Permission.GRANT_CONSENT_POWER)
    member = _open_member(work, member_id)
    grant = _live_grant(work, member.id)
    if grant is None:
        raise rules.NoPowerToEnd()
    return _end_grant(work, grant, member)


# --- The auditor (decision 29) ----------------------------------------------------------------------------


def propose_auditor(work: Work, member_id: str) -> AuditorAppointment:
    """A member of the actor's own party is proposed as an auditor; every party is told, and the post is taken
    when each of the others has consented. Raises AuditorAlreadyProposed, AlreadyClosed."""
    work.must(Permission.APPOINT_AUDITOR)
    return _propose(work, _open_member(work, member_id))


def consent_to_auditor(work: Work, appointment_id: str, *, of: str | None = None) -> AuditorAppointment:
    """The actor's party consents to an auditor of another party. With the last consent the auditor is in the
    post from now.

    With `of` it must be that member's (row 2). Raises NothingToAnswer.
    """
    work.must(Permission.APPOINT_AUDITOR)
    party = _own_party(work)
    appointment, member = _anothers_appointment(work, appointment_id, of)
    consented = _consented(work, appointment)
    if party in consented:
        raise rules.NothingToAnswer()
    consent = work.add(
        AuditorConsent(
            appointment_id=appointment.id,
            party=party,
            member_id=work.actor.member_id,
            consented_at=work.at,
        )
    )
    work.record(events.AuditorConsented(about=member.subject, who=member.name), consent.subject)
    if not rules.awaited(work.parties, of=member.party, consented={*consented, party}):
        appointment.effective_at = work.at
        work.record(events.AuditorNamed(about=member.subject, who=member.name))
    return appointment


def refuse_auditor(work: Work, appointment_id: str, *, of: str | None = None) -> AuditorAppointment:
    """The actor's party does not consent to an auditor of another party, or no longer does: the proposal, or
    the post, has ended at once.

    With `of` it must be that member's (row 2). Raises NothingToAnswer.
    """
    work.must(Permission.APPOINT_AUDITOR)
    party = _own_party(work)
    appointment, member = _anothers_appointment(work, appointment_id, of)
    had_consented = party in _consented(work, appointment)
    event = events.AuditorConsentWithdrawn if had_consented else events.AuditorRefused
    return _end_appointment(work, appointment, member, event)


def end_auditor(work: Work, member_id: str) -> AuditorAppointment:
    """The auditor's post of a member of the actor's own party, or the proposal of it, has ended at once.

    Raises NoAuditorToEnd, AlreadyClosed.
    """
    work.must(Permission.APPOINT_AUDITOR)
    member = _open_member(work, member_id)
    appointment = _live_appointment(work, member.id)
    if appointment is None:
        raise rules.NoAuditorToEnd()
    return _end_own_auditor(work, appointment, member)


# --- The party's rules ----------------------------------------------------------------------------------------


def set_party_rules(work: Work, *, four_eyes: bool, officers_table: bool) -> Party:
    """The actor's own party keeps these rules from now on, and every party is told of what changed."""
    work.must(Permission.SET_PARTY_RULES)
    party = work.session.get_one(Party, _own_party(work))
    if party.four_eyes != four_eyes:
        party.four_eyes = four_eyes
        work.record((events.FourEyesKept if four_eyes else events.FourEyesWaived)(about=party.subject))
    if party.officers_table != officers_table:
        party.officers_table = officers_table
        work.record((events.TablingReserved if officers_table else events.TablingOpened)(about=party.subject))
    return party


# --- One's own account --------------------------------------------------------------------------------


def change_password(work: Work, *, password_hash: str, token_hash: str | None = None) -> Member:
    """The actor's password is the one behind `password_hash`. Every session has ended but the one in use,
    which goes on under `token_hash` (row 52); links have died; a notice is on its way.

    Whoever calls this has made sure that the present password was known, and that the new one is good.
    """
    work.must(Permission.USE_OWN_ACCOUNT)
    member = _myself(work)
    member.password_hash, member.must_change_password = password_hash, False
    in_use = work.session.get(UserSession, work.actor.session_id) if work.actor.session_id else None
    _drop_links(work, member)
    _end_sessions(work, member, but=in_use)
    if in_use and token_hash:
        in_use.epoch, in_use.token_hash, in_use.authenticated_at = member.epoch, token_hash, work.at
    enqueue(work, Purpose.WAS_SET, member_id=member.id)
    work.record(events.PasswordChanged(about=member.subject, private_to=member.party))
    return member


def set_password(work: Work, member: Member, *, password_hash: str) -> None:
    """The member's password is the one behind `password_hash`, set through a mailed link: every session has
    ended and every link has died, and a notice is on its way (row 59)."""
    member.password_hash, member.must_change_password = password_hash, False
    _drop_links(work, member)
    _end_sessions(work, member)
    enqueue(work, Purpose.WAS_SET, member_id=member.id)
    work.record(
        events.PasswordSetByLink(about=member.subject, private_to=member.party), by=actor_within(work, member)
    )


def choose_language(work: Work, language: str) -> None:
    """The actor reads the pages in `language` (`ja` or `en`) wherever they sign in."""
    work.must(Permission.USE_OWN_ACCOUNT)
    member = _myself(work)
    if member.language != language:
        member.language = language
        work.record(events.LanguageChosen(about=member.subject, private_to=member.party, language=language))


def choose_mail(work: Work, choice: MailChoice) -> None:
    """The actor is told by mail as `choice` says, of everything from now on and of what still waits."""
    work.must(Permission.USE_OWN_ACCOUNT)
    member = _myself(work)
    if member.mail_choice != choice:
        member.mail_choice = choice.value
        work.record(events.MailChosen(about=member.subject, private_to=member.party, choice=choice.value))


def make_calendar(work: Work, *, token_hash: str) -> CalendarFeed:
    """The agreed dates can be read, as the actor may read them, by whoever knows the token behind `token_hash`; an address
    made before is dead (row 9)."""
    work.must(Permission.USE_OWN_ACCOUNT)
    work.must(Permission.READ)
    member = _myself(work)
    for feed in _open_feeds(work, member):
        feed.revoked_at = work.at
    made = work.add(CalendarFeed(id=new_id(), member_id=member.id, token_hash=token_hash, made_at=work.at))
    work.record(events.CalendarMade(about=member.subject, private_to=member.party))
    return made


def revoke_calendar(work: Work) -> None:
    """No calendar is read at an address of the actor's any more. Raises NoCalendar."""
    work.must(Permission.USE_OWN_ACCOUNT)
    member = _myself(work)
    feeds = _open_feeds(work, member)
    if not feeds:
        raise rules.NoCalendar()
    for feed in feeds:
        feed.revoked_at = work.at
    work.record(events.CalendarRevoked(about=member.subject, private_to=member.party))


def sign_out(work: Work) -> None:
    """The session in use has ended."""
    work.must(Permission.USE_OWN_ACCOUNT)
    member = _myself(work)
    if work.actor.session_id:
        work.session.get_one(UserSession, work.actor.session_id).revoked_at = work.at
        work.record(
            events.SignedOut(about=member.subject, private_to=member.party, session=work.actor.session_id)
        )


def end_session(work: Work, session_id: str) -> None:
    """That session of the actor's own has ended, on its next request (row 53). Raises NotFound for
    another's."""
    work.must(Permission.USE_OWN_ACCOUNT)
    member = _myself(work)
    session = work.session.get(UserSession, session_id)
    if session is None or session.member_id != member.id:
        raise NotFound()
    if session.revoked_at is None:
        session.revoked_at = work.at
        work.record(events.SessionEnded(about=member.subject, private_to=member.party, session=session.id))


def end_other_sessions(work: Work) -> None:
    """Every session of the actor's but the one in use has ended."""
    work.must(Permission.USE_OWN_ACCOUNT)
    member = _myself(work)
    for session in _open_sessions(work, member):
        if session.id != work.actor.session_id:
            session.revoked_at = work.at
    work.record(events.OtherSessionsEnded(about=member.subject, private_to=member.party))


# --- Cleaning -----------------------------------------------------------------------------------------


def forget_what_is_over(work: Work, *, limit: int = 500) -> int:
    """Up to `limit` each of: failed attempts that no longer count, and sessions and mails over for 30 days, are gone. How
    many went. None of them is a record of the cooperation; the acts stand in the history."""
    work.must(Permission.OPERATE)
    old = work.at - FORGET_AFTER
    rows = [
        *work.session.scalars(
            select(SignInAttempt).where(SignInAttempt.at < work.at - rules.COUNTED).limit(limit)
        ),
        *work.session.scalars(select(UserSession).where(UserSession.last_used_at < old).limit(limit)),
    ]
    mails = work.session.scalars(
        select(Mail)
        .where(Mail.asked_at < old, Mail.next_try_at.is_(None), Mail.dead_at.is_(None))
        .limit(limit)
    ).all()
    told = select(MailLine).where(MailLine.mail_id.in_([mail.id for mail in mails]))
    for line in work.session.scalars(told).all():
        work.session.delete(line)
    work.session.flush()  # the lines point at the mails
    for row in (*rows, *mails):
        work.session.delete(row)
    return len(rows) + len(mails)


# --- Behind the acts ----------------------------------------------------------------------------------


def _own_party(work: Work) -> str:
    if work.actor.party is None:
        raise NotFound()
    return work.actor.party


def _open_member(work: Work, member_id: str) -> Member:
    """The open account of the actor's own party; another party's is as if there were none (row 29)."""
    member = work.session.get(Member, member_id)
    if member is None or member.party is None or member.party != work.actor.party:
        raise NotFound()
    if member.closed_at is not None:
        raise rules.AlreadyClosed()
    return member


def _myself(work: Work) -> Member:
    member = work.session.get(Member, work.actor.member_id) if work.actor.member_id else None
    if member is None:
        raise NotFound()
    return member


def _must_be_free(work: Work, normal: str) -> None:
    if work.session.scalar(select(Member.id).where(Member.email_normal == normal)):
        raise rules.AddressTaken("email")


def _new_member(
    work: Work,
    party: str | None,
    email: str,
    name: str,
    post: str,
    roles: Collection[Role],
    initial: Initial,
) -> Member:
    normal = normal_email(email)
    _must_be_free(work, normal)
    member = work.add(
        Member(
            id=new_id(),
            party=party,
            is_operator=party is None,
            email=email,
            email_normal=normal,
            name=name,
            roles=rules.roles_text(roles),
            administrator_since=work.at if Role.PARTY_ADMINISTRATOR in roles else None,
            password_hash=initial.hash,
            must_change_password=True,
            mail_choice=DEFAULT_CHOICE.value,
            epoch=1,
            added_at=work.at,
        )
    )
    work.session.flush()
    work.add(InboxMark(member_id=member.id, read_until=work.at))
    if post:
        _take_post(work, member, post, work.today)
    return member


def _take_post(work: Work, member: Member, title: str, held_from: dt.date) -> None:
    work.add(Post(id=new_id(), member_id=member.id, title=title, held_from=held_from))


def _administrators(work: Work, party: str | None) -> set[str]:
    rows = work.session.execute(
        select(Member.id, Member.roles).where(Member.party == party, Member.closed_at.is_(None))
    )
    return {row.id for row in rows if Role.PARTY_ADMINISTRATOR in rules.roles_in(row.roles)}


def _live_grant(work: Work, member_id: str) -> ConsentGrant | None:
    return work.session.scalars(
        select(ConsentGrant).where(ConsentGrant.member_id == member_id, ConsentGrant.ended_at.is_(None))
    ).first()


def _ask_power(work: Work, member: Member, *, asked_by: str | None) -> ConsentGrant:
    if _live_grant(work, member.id):
        raise rules.PowerAlreadyAsked()
    effective_at = work.at + rules.GRANT_DELAY
    grant = work.add(
        ConsentGrant(
            id=new_id(), member_id=member.id, asked_by=asked_by, asked_at=work.at, effective_at=effective_at
        )
    )
    work.record(
        events.ConsentPowerAsked(about=member.subject, who=member.name, effective_at=effective_at.isoformat())
    )
    return grant


def _end_grant(work: Work, grant: ConsentGrant, member: Member) -> ConsentGrant:
    grant.ended_at, grant.ended_by = work.at, work.actor.member_id
    work.record(events.ConsentPowerEnded(about=member.subject, who=member.name))
    return grant


def _live_appointment(work: Work, member_id: str) -> AuditorAppointment | None:
    return work.session.scalars(
        select(AuditorAppointment).where(
            AuditorAppointment.member_id == member_id, AuditorAppointment.ended_at.is_(None)
        )
    ).first()


def _propose(work: Work, member: Member) -> AuditorAppointment:
    if _live_appointment(work, member.id):
        raise rules.AuditorAlreadyProposed()
    assert work.actor.member_id  # an administrator: the permission is no one else's
    appointment = work.add(
        AuditorAppointment(
            id=new_id(), member_id=member.id, proposed_by=work.actor.member_id, proposed_at=work.at
        )
    )
    work.record(events.AuditorProposed(about=member.subject, who=member.name))
    return appointment


def _anothers_appointment(
    work: Work, appointment_id: str, of: str | None
) -> tuple[AuditorAppointment, Member]:
    """The living appointment of another party's member; the own party's is not this party's to answer."""
    appointment = work.session.get(AuditorAppointment, appointment_id)
    if appointment is None or of not in {None, appointment.member_id}:
        raise NotFound()
    member = work.session.get_one(Member, appointment.member_id)
    if member.party == work.actor.party:
        raise NotFound()
    if appointment.ended_at is not None:
        raise rules.NothingToAnswer()
    return appointment, member


def _consented(work: Work, appointment: AuditorAppointment) -> set[str]:
    return set(
        work.session.scalars(
            select(AuditorConsent.party).where(AuditorConsent.appointment_id == appointment.id)
        )
    )


def _end_own_auditor(work: Work, appointment: AuditorAppointment, member: Member) -> AuditorAppointment:
    is_held = appointment.effective_at is not None
    event = events.AuditorEnded if is_held else events.AuditorProposalWithdrawn
    return _end_appointment(work, appointment, member, event)


def _end_appointment(
    work: Work, appointment: AuditorAppointment, member: Member, event: type[events.OfMember]
) -> AuditorAppointment:
    """The appointment has ended; whoever was in the post has no session left (row 52)."""
    appointment.ended_at, appointment.ended_by = work.at, work.actor.member_id
    if appointment.effective_at is not None:
        _end_sessions(work, member)
    work.record(event(about=member.subject, who=member.name))
    return appointment


def _open_sessions(work: Work, member: Member) -> list[UserSession]:
    return list(
        work.session.scalars(
            select(UserSession).where(UserSession.member_id == member.id, UserSession.revoked_at.is_(None))
        )
    )


def _end_sessions(work: Work, member: Member, *, but: UserSession | None = None) -> None:
    """Every session of the member is dead, by its own row and by the epoch."""
    member.epoch += 1
    for session in _open_sessions(work, member):
        if session is not but:
            session.revoked_at = work.at


def _drop_links(work: Work, member: Member, *, every: bool = False) -> None:
    """Links to set a password are dead, sent or not; with `every`, no mail at all goes out any more."""
    mails = work.session.scalars(
        select(Mail).where(
            Mail.member_id == member.id,
            Mail.used_at.is_(None),
            Mail.dropped_at.is_(None),
        )
    )
    for mail in mails:
        if mail.purpose == Purpose.LINK or (every and mail.sent_at is None):
            mail.dead_at = None
            drop(work, mail)


def _end_telling(work: Work, member: Member) -> None:
    """What was still to be told to the member by mail is not, and no calendar is read at their address (row 61)."""
    waiting = select(MailLine).where(MailLine.member_id == member.id, MailLine.mail_id.is_(None))
    for line in work.session.scalars(waiting).all():
        work.session.delete(line)
    for feed in _open_feeds(work, member):
        feed.revoked_at = work.at


def _open_feeds(work: Work, member: Member) -> list[CalendarFeed]:
    return list(
        work.session.scalars(
            select(CalendarFeed).where(CalendarFeed.member_id == member.id, CalendarFeed.revoked_at.is_(None))
        )
    )


def actor_within(work: Work, member: Member) -> Actor:
    """The member as an actor at the moment of `work`, without a session: whom an entry names who signs in."""
    work.session.flush()
    return queries.actor_for(work.session, member.id, work.at)
