"""Signing in and what is like it: each guess is counted before it is tried, and the slow hash is never
reckoned while the one writer's lock is held."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from portal.access.actor import ANONYMOUS, Actor
from portal.access.policy import Permission
from portal.history.work import Work, Works
from portal.kernel.errors import NotAllowed, RuleBroken
from portal.kernel.ids import new_id, new_secret
from portal.kernel.typed import NotAnAddress, normal_email, normal_search
from portal.kernel.words import N_
from portal.mail.commands import enqueue
from portal.mail.models import Mail
from portal.mail.rules import Purpose
from portal.parties import commands, events, rules
from portal.parties.models import Member, SignInAttempt, UserSession
from portal.parties.passwords import Passwords
from portal.parties.queries import token_digest

BROWSER_LONGEST = 200


class WrongPassword(RuleBroken):
    """The address and the password do not belong together; which of them is wrong is not said (row 50)."""

    sentence = N_("メールアドレスかパスワードが違います。")
    next_step = N_("パスワードを忘れたときは、設定し直すためのメールを請求してください。")


class WrongOwnPassword(RuleBroken):
    """The person who is signed in did not enter their own password."""

    sentence = N_("パスワードが違います。もう一度入力してください。")


class LinkIsDead(RuleBroken):
    """The mailed link was used, has run out, was overtaken by another, or never was."""

    status = 404
    sentence = N_("このリンクは使えません。使用済みか、期限（1時間）が切れています。")
    next_step = N_("パスワードを設定し直すためのメールを、もう一度請求してください。")


@dataclass(frozen=True)
class Doorkeeper:
    """What signing in needs: where Works begin, how passwords are checked, and the key under which attempts
    are counted, so that the table names no address."""

    works: Works
    passwords: Passwords
    key: bytes

    def counter(self, kind: str, *of: str) -> str:
        """The name under which failures are counted; `kind` is one of `rules.LIMITS`."""
        mark = hmac.new(self.key, "\n".join((kind, *of)).encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"{kind}:{mark.hexdigest()[:32]}"


def _network(address: str | None) -> str:
    """The network of an address: the /24 of IPv4, the /64 of IPv6."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 64), strict=False))


def _account(email: str) -> str:
    """What stands for the address in counters, whether or not there is such an account or such an address."""
    try:
        return normal_email(email)
    except NotAnAddress:
        return normal_search(email[:1000])


@dataclass(frozen=True)
class Entered:
    """Somebody has signed in: the secret token for the browser's cookie, kept by nobody else, and who it
    is."""

    token: str
    actor: Actor


# --- Counting (row 49) -------------------------------------------------------------------------------


def _must_not_wait(work: Work, counters: Iterable[str], field: str) -> None:
    found = work.session.execute(
        select(
            SignInAttempt.counted_for,
            func.count().label("failures"),
            func.max(SignInAttempt.at).label("last"),
        )
        .where(SignInAttempt.counted_for.in_(list(counters)), SignInAttempt.at > work.at - rules.COUNTED)
        .group_by(SignInAttempt.counted_for)
    )
    left = [
        rules.seconds_left(row.counted_for.partition(":")[0], row.failures, row.last, work.at)
        for row in found
    ]
    if seconds := max(left, default=0):
        raise rules.MustWait(field, seconds=seconds)


def _count(work: Work, counters: Iterable[str]) -> list[str]:
    """The attempt counts as failed until it succeeds: guesses sent together do not slip past the delay."""
    return [work.add(SignInAttempt(id=new_id(), counted_for=one, at=work.at)).id for one in counters]


def _it_succeeded(work: Work, forgotten: Iterable[str], counted: list[str]) -> None:
    """The failures of the counters `forgotten` are forgotten, and these very attempts; others stand."""
    for row in work.session.scalars(
        select(SignInAttempt).where(
            or_(SignInAttempt.counted_for.in_(list(forgotten)), SignInAttempt.id.in_(counted))
        )
    ):
        work.session.delete(row)


# --- In through the door ------------------------------------------------------------------------------


def sign_in(
    keeper: Doorkeeper,
    *,
    email: str,
    password: str,
    network: str | None,
    browser: str = "",
    replaces: str | None = None,
) -> Entered:
    """The person with this address and password has a new session under a new token; a session this browser
    held before (`replaces`, its token) has ended (row 52).

    Raises WrongPassword for an unknown or closed account as for a wrong password, after the same work (row
    50), and MustWait after too many failures of this account or network (row 49).
    """
    account, place = _account(email), _network(network)
    here, everywhere = keeper.counter("here", account, place), keeper.counter("account", account)
    whole_network = keeper.counter("network", place)
    with keeper.works.begin(ANONYMOUS) as work:
        work.must(Permission.ENTER)
        is_known_here = _has_signed_in_from(work, account, whole_network)
        _must_not_wait(
            work, [here, whole_network] if is_known_here else [here, whole_network, everywhere], "password"
        )
        counted = _count(work, [here, whole_network, everywhere])
    member_id, stored = _stored_hash(keeper, email)
    if not keeper.passwords.is_right(stored, password) or member_id is None or stored is None:
        raise WrongPassword("password")
    renewed = keeper.passwords.hash(password) if keeper.passwords.is_outdated(stored) else None
    with keeper.works.begin(ANONYMOUS) as work:
        member = work.session.get(Member, member_id)
        if member is None or member.closed_at is not None or member.password_hash != stored:
            raise WrongPassword("password")  # closed or changed while we reckoned
        if renewed:
            member.password_hash = renewed
        _it_succeeded(work, [here, everywhere], counted)
        _end_replaced(work, replaces)
        return _enter(work, member, browser, whole_network)


def _has_signed_in_from(work: Work, normal: str, network: str) -> bool:
    found = work.session.scalar(
        select(UserSession.id)
        .join(Member, Member.id == UserSession.member_id)
        .where(Member.email_normal == normal, UserSession.network == network)
        .limit(1)
    )
    return found is not None


def _stored_hash(keeper: Doorkeeper, email: str) -> tuple[str | None, str | None]:
    with Session(keeper.works.engines.reader) as session:
        row = session.execute(
            select(Member.id, Member.password_hash).where(
                Member.email_normal == _account(email), Member.closed_at.is_(None)
            )
        ).first()
    return (row.id, row.password_hash) if row else (None, None)


def _end_replaced(work: Work, token: str | None) -> None:
    if token is None:
        return
    before = work.session.scalars(
        select(UserSession).where(UserSession.token_hash == token_digest(token))
    ).first()
    if before and before.revoked_at is None:
        before.revoked_at = work.at


def _enter(work: Work, member: Member, browser: str, network: str) -> Entered:
    token = new_secret()
    previous = work.session.scalar(
        select(func.max(UserSession.last_used_at)).where(UserSession.member_id == member.id)
    )
    row = work.add(
        UserSession(
            id=new_id(),
            token_hash=token_digest(token),
            member_id=member.id,
            epoch=member.epoch,
            signed_in_at=work.at,
            authenticated_at=work.at,
            last_used_at=work.at,
            previous_visit_at=previous,
            browser=browser[:BROWSER_LONGEST],
            network=network,
        )
    )
    entered = replace(
        commands.actor_within(work, member),
        session_id=row.id,
        authenticated_at=work.at,
        previous_visit_at=previous,
    )
    work.record(
        events.SignedIn(
            about=member.subject, private_to=member.party, session=row.id, browser=browser[:BROWSER_LONGEST]
        ),
        by=entered,
    )
    return Entered(token, entered)


# --- The password entered anew, and changed (rows 52, 62) ------------------------------------------------


@dataclass(frozen=True)
class _Person:
    id: str
    email: str
    name: str
    password_hash: str | None


def _person(keeper: Doorkeeper, actor: Actor) -> _Person:
    with Session(keeper.works.engines.reader) as session:
        row = session.execute(
            select(Member.id, Member.email_normal, Member.name, Member.password_hash).where(
                Member.id == actor.member_id
            )
        ).first()
    if row is None:
        raise NotAllowed()
    return _Person(row.id, row.email_normal, row.name, row.password_hash)


def _prove(
    keeper: Doorkeeper, actor: Actor, person: _Person, password: str, network: str | None, field: str
) -> tuple[str, list[str]]:
    """The person's own password, or WrongOwnPassword. Counted for the session: guesses made at the door by
    somebody else keep no one waiting who is inside."""
    own, whole = (
        keeper.counter("session", actor.session_id or person.id),
        keeper.counter("network", _network(network)),
    )
    with keeper.works.begin(actor) as work:
        _must_not_wait(work, [own, whole], field)
        counted = _count(work, [own, whole])
    if not keeper.passwords.is_right(person.password_hash, password):
        raise WrongOwnPassword(field)
    return own, counted


def _must_be_as_read(work: Work, person: _Person) -> Member:
    member = work.session.get_one(Member, person.id)
    if member.password_hash != person.password_hash:
        raise NotAllowed()
    return member


def confirm_password(
    keeper: Doorkeeper, actor: Actor, password: str, *, network: str | None, field: str = "password"
) -> Entered:
    """The person who is signed in has just proved it again; the session goes on under the new token, and the
    token before is dead. Raises WrongOwnPassword, MustWait, and NotAllowed when the session has ended."""
    person = _person(keeper, actor)
    own, counted = _prove(keeper, actor, person, password, network, field)
    token = new_secret()
    with keeper.works.begin(actor) as work:
        member = _must_be_as_read(work, person)
        _it_succeeded(work, [own], counted)
        session = work.session.get_one(UserSession, actor.session_id)
        session.token_hash, session.authenticated_at = token_digest(token), work.at
        session.last_used_at = work.at
        work.record(
            events.PasswordConfirmed(about=member.subject, private_to=member.party, session=session.id)
        )
        return Entered(token, replace(work.actor, authenticated_at=work.at))


def may_leave_current_out(actor: Actor, at: dt.datetime) -> bool:
    """Whether a new password may be set without the present one: it was given by somebody else, and was
    entered within the last 10 minutes."""
    return actor.must_change_password and entered_lately(actor, at)


def entered_lately(actor: Actor, at: dt.datetime) -> bool:
    """Whether the password was entered within the last 10 minutes (row 62)."""
    return actor.authenticated_at is not None and at - actor.authenticated_at < rules.STEP_UP


def change_password(
    keeper: Doorkeeper, actor: Actor, *, current: str | None, new: str, again: str, network: str | None
) -> Entered:
    """The person's password is `new`; every other session has ended, and this one goes on under the new token
    (row 52).

    `current` may be None only where `may_leave_current_out`. Raises PasswordsDiffer, the broken password
    rule, WrongOwnPassword, MustWait, PasswordUnchanged.
    """
    person = _person(keeper, actor)
    _must_be_good(new, again, person)
    own, counted = "", list[str]()
    if current is not None:
        own, counted = _prove(keeper, actor, person, current, network, "current")
    elif not may_leave_current_out(actor, keeper.works.clock.now()):
        raise WrongOwnPassword("current")
    if keeper.passwords.is_right(person.password_hash, new):
        raise rules.PasswordUnchanged("new")
    password_hash, token = keeper.passwords.hash(new), new_secret()
    with keeper.works.begin(actor) as work:
        _must_be_as_read(work, person)
        _it_succeeded(work, [own], counted)
        commands.change_password(work, password_hash=password_hash, token_hash=token_digest(token))
        fresh = replace(work.actor, must_change_password=False, authenticated_at=work.at)
        return Entered(token, fresh)


def _must_be_good(new: str, again: str, person: _Person) -> None:
    rules.password_must_be_good(new, email=person.email, name=person.name)
    if new != again:
        raise rules.PasswordsDiffer("again")


# --- The forgotten password (rows 50, 57, 59) -------------------------------------------------------------


def ask_password_link(keeper: Doorkeeper, *, email: str, network: str | None) -> None:
    """If there is an open account with this address, a mail with a link will go there; if not, a row is
    written all the same, and nothing more happens: the answer and the work are one (row 50).

    Raises MustWait after too many requests from this network, whomever they name.
    """
    asked = keeper.counter("asked", _network(network))
    with keeper.works.begin(ANONYMOUS) as work:
        work.must(Permission.ENTER)
        _must_not_wait(work, [asked], "email")
        _count(work, [asked])
        member_id = work.session.scalar(
            select(Member.id).where(Member.email_normal == _account(email), Member.closed_at.is_(None))
        )
        enqueue(work, Purpose.LINK, member_id=member_id)


def link_is_alive(keeper: Doorkeeper, token: str) -> bool:
    """Whether the mailed token can still set a password."""
    now = keeper.works.clock.now()
    with Session(keeper.works.engines.reader) as session:
        mail = session.scalars(_by_token(token)).first()
        return mail is not None and _is_alive(mail, now)


def _by_token(token: str) -> Select[Mail]:
    return (
        select(Mail)
        .join(Member, Member.id == Mail.member_id)
        .where(Mail.token_hash == token_digest(token), Mail.purpose == Purpose.LINK.value)
        .where(Member.closed_at.is_(None))
    )


def _is_alive(mail: Mail, at: dt.datetime) -> bool:
    return (
        mail.used_at is None
        and mail.dropped_at is None
        and mail.expires_at is not None
        and at < mail.expires_at
    )


def set_password_by_link(keeper: Doorkeeper, token: str, *, new: str, again: str) -> None:
    """The password of the member the link was sent to is `new`; the link is used up, every session has ended,
    nobody is signed in by it, and a notice goes to the member's address (row 59).

    Raises LinkIsDead, PasswordsDiffer, the broken password rule.
    """
    with Session(keeper.works.engines.reader) as session:
        mail = session.scalars(_by_token(token)).first()
        if mail is None or not _is_alive(mail, keeper.works.clock.now()):
            raise LinkIsDead()
        row = session.get_one(Member, mail.member_id)
        person = _Person(row.id, row.email_normal, row.name, row.password_hash)
    _must_be_good(new, again, person)
    password_hash = keeper.passwords.hash(new)
    with keeper.works.begin(ANONYMOUS) as work:
        again_read = work.session.scalars(_by_token(token)).first()
        if again_read is None or not _is_alive(again_read, work.at):
            raise LinkIsDead()
        again_read.used_at = work.at
        commands.set_password(work, work.session.get_one(Member, person.id), password_hash=password_hash)
