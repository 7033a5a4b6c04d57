"""Where a party files receipts (控え): addresses entered by its administrator, used once somebody who reads them agreed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.access.actor import ANONYMOUS, Actor
from portal.access.policy import Permission
from portal.history.work import Work, Works
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from portal.kernel.typed import normal_email
from portal.mail.commands import drop, enqueue
from portal.mail.models import Mail
from portal.mail.rules import Purpose
from portal.parties import events, rules
from portal.parties.models import ArchiveAddress
from portal.parties.queries import token_digest


def enter(work: Work, address: str) -> ArchiveAddress:
    """The actor's own party has the address, and a mail with the question whether it is right is on its way there.

    Raises NotAnAddress, ArchiveThere, ArchivesEnough.
    """
    work.must(Permission.SET_PARTY_RULES)
    party = _own_party(work)
    normal = normal_email(address)
    there = work.session.scalars(_living(party)).all()
    if normal in {one.address_normal for one in there}:
        raise rules.ArchiveThere("address")
    if len(there) >= rules.ARCHIVES_MOST:
        raise rules.ArchivesEnough("address", most=rules.ARCHIVES_MOST)
    assert work.actor.member_id  # an administrator: the permission is no one else's
    made = work.add(
        ArchiveAddress(
            id=new_id(),
            party=party,
            address=address,
            address_normal=normal,
            entered_by=work.actor.member_id,
            entered_at=work.at,
        )
    )
    work.session.flush()  # the mail points at it
    enqueue(work, Purpose.CONFIRM_ARCHIVE, archive_id=made.id)
    work.record(events.ArchiveAddressEntered(about=made.subject, private_to=party, address=address))
    return made


def ask_again(work: Work, id: str) -> ArchiveAddress:
    """The question goes to the address once more, and the link sent before is dead. Raises ArchiveConfirmed."""
    work.must(Permission.SET_PARTY_RULES)
    found = _own(work, id)
    if found.confirmed_at is not None:
        raise rules.ArchiveConfirmed()
    _drop_questions(work, found)
    enqueue(work, Purpose.CONFIRM_ARCHIVE, archive_id=found.id)
    work.record(
        events.ArchiveAddressAsked(about=found.subject, private_to=found.party, address=found.address)
    )
    return found


def end(work: Work, id: str) -> ArchiveAddress:
    """No receipt goes to the address any more, and a link sent there is dead."""
    work.must(Permission.SET_PARTY_RULES)
    found = _own(work, id)
    found.ended_at, found.ended_by = work.at, work.actor.member_id
    _drop_questions(work, found)
    work.record(
        events.ArchiveAddressEnded(about=found.subject, private_to=found.party, address=found.address)
    )
    return found


def asked_by(works: Works, token: str) -> ArchiveAddress | None:
    """The address that the link of this token was sent to, if it can still be confirmed."""
    with Session(works.engines.reader) as session:
        found = session.execute(_question(token)).first()
        now = works.clock.now()
        is_alive = found and found[0].expires_at and now < found[0].expires_at
        return found[1] if found and is_alive else None


def confirm(works: Works, token: str) -> None:
    """Receipts go to the address from now on; the link is used up. Raises ArchiveLinkIsDead."""
    with works.begin(ANONYMOUS) as work:
        work.must(Permission.ENTER)
        found = work.session.execute(_question(token)).first()
        if found is None:
            raise rules.ArchiveLinkIsDead()
        mail, archive = found
        if mail.expires_at is None or work.at >= mail.expires_at:
            raise rules.ArchiveLinkIsDead()
        mail.used_at, archive.confirmed_at = work.at, work.at
        work.record(
            events.ArchiveAddressConfirmed(
                about=archive.subject, private_to=archive.party, address=archive.address
            )
        )


def addresses_of(session: Session, reader: Actor) -> Sequence[ArchiveAddress]:
    """The living addresses of the reader's own party, in the order of entering, for who manages it."""
    reader.must(Permission.SET_PARTY_RULES)
    return session.scalars(_living(reader.party or "")).all()


def confirmed(session: Session) -> Sequence[ArchiveAddress]:
    """Every address of every party to which receipts go: for who sends them."""
    living = (ArchiveAddress.ended_at.is_(None), ArchiveAddress.confirmed_at.is_not(None))
    return session.scalars(
        select(ArchiveAddress).where(*living).order_by(ArchiveAddress.party, ArchiveAddress.entered_at)
    ).all()


def _living(party: str) -> Select[ArchiveAddress]:
    return (
        select(ArchiveAddress)
        .where(ArchiveAddress.party == party, ArchiveAddress.ended_at.is_(None))
        .order_by(ArchiveAddress.entered_at, ArchiveAddress.id)
    )


def _question(token: str) -> Select[Mail, ArchiveAddress]:
    return (
        select(Mail, ArchiveAddress)
        .join(ArchiveAddress, ArchiveAddress.id == Mail.archive_id)
        .where(Mail.token_hash == token_digest(token), Mail.purpose == Purpose.CONFIRM_ARCHIVE.value)
        .where(Mail.used_at.is_(None), Mail.dropped_at.is_(None))
        .where(ArchiveAddress.ended_at.is_(None), ArchiveAddress.confirmed_at.is_(None))
    )


def _own_party(work: Work) -> str:
    if work.actor.party is None:
        raise NotFound()
    return work.actor.party


def _own(work: Work, id: str) -> ArchiveAddress:
    found = work.session.get(ArchiveAddress, id)
    if found is None or found.party != work.actor.party or found.ended_at is not None:
        raise NotFound()
    return found


def _drop_questions(work: Work, archive: ArchiveAddress) -> None:
    asked = select(Mail).where(
        Mail.archive_id == archive.id, Mail.used_at.is_(None), Mail.dropped_at.is_(None)
    )
    for mail in work.session.scalars(asked):
        if mail.sent_at is None or mail.purpose == Purpose.CONFIRM_ARCHIVE:
            mail.dead_at = None
            drop(work, mail)
