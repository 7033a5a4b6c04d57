"""The parties, their members and posts, the sessions, and what guards the door."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, false, true
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Recorded, Shared, Subject, keep_forever


class Party(Model, Shared):
    """A party to the agreement: its key is the edition's, its names stand in the edition; here are its
    rules."""

    __tablename__ = "parties"

    key: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    four_eyes: Mapped[bool] = mapped_column(server_default=true())
    """Whether a consent officer may not consent to what they alone drafted (decision 12)."""
    officers_table: Mapped[bool] = mapped_column(server_default=false())
    """Whether tabling is reserved to consent officers (decision 25)."""

    @property
    def subject(self) -> Subject:
        """The party itself."""
        return Subject("party", self.key)


class Member(Model, Recorded):
    """A person who signs in: of exactly one party, or the operator (I3; row 29). Closed, never deleted."""

    __tablename__ = "members"

    id: Mapped[str] = mapped_column(primary_key=True)
    party: Mapped[str | None] = mapped_column(ForeignKey("parties.key"), index=True)
    is_operator: Mapped[bool] = mapped_column(server_default=false())
    email: Mapped[str]
    email_normal: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    roles: Mapped[str] = mapped_column(server_default="")
    """The roles, comma-separated, in the order of the policy; the consent power stands in
    `consent_grants`."""
    administrator_since: Mapped[dt.datetime | None]
    """Since when the member has been an administrator without a break: a seconder needs 24 hours (row 35)."""
    language: Mapped[str | None]
    mail_choice: Mapped[str] = mapped_column(server_default="daily")
    """Which mails about messages the member gets: `at_once`, `daily` or `mandatory`."""
    password_hash: Mapped[str | None]
    must_change_password: Mapped[bool] = mapped_column(server_default=true())
    epoch: Mapped[int] = mapped_column(server_default="1")
    """Raised to end every session at once; a session of an earlier epoch is dead."""
    added_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]

    __table_args__ = (CheckConstraint("(party IS NULL) = is_operator", name="one_party_or_the_operator"),)

    @property
    def subject(self) -> Subject:
        """The member."""
        return Subject("member", self.id)


class Post(Model, Recorded):
    """A post (職) held by a member from a day to a day; posts stay, people move."""

    __tablename__ = "posts"

    id: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), index=True)
    title: Mapped[str]
    held_from: Mapped[dt.date]
    held_to: Mapped[dt.date | None]

    @property
    def subject(self) -> Subject:
        """The member who holds it."""
        return Subject("member", self.member_id)


class ConsentGrant(Model, Recorded):
    """The consent power of a member: asked for by one administrator, in force when a second of the same party
    agrees or 24 hours have passed (row 35)."""

    __tablename__ = "consent_grants"

    id: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), index=True)
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("members.id"))
    """None: by the operator's command line, with the party's first administrator."""
    asked_at: Mapped[dt.datetime]
    seconded_by: Mapped[str | None] = mapped_column(ForeignKey("members.id"))
    effective_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("members.id"))

    __table_args__ = (
        CheckConstraint("seconded_by IS NULL OR seconded_by <> asked_by", name="seconded_by_another"),
    )

    @property
    def subject(self) -> Subject:
        """The member who holds it."""
        return Subject("member", self.member_id)


class AuditorAppointment(Model, Recorded):
    """A member proposed as an auditor by the own party: in the post from the moment every other party has
    consented, until any party ends it (decision 29)."""

    __tablename__ = "auditor_appointments"

    id: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), index=True)
    proposed_by: Mapped[str] = mapped_column(ForeignKey("members.id"))
    proposed_at: Mapped[dt.datetime]
    effective_at: Mapped[dt.datetime | None]
    """When the last of the other parties consented; None: a consent is still awaited, or never came."""
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("members.id"))

    @property
    def subject(self) -> Subject:
        """The member who is to be the auditor."""
        return Subject("member", self.member_id)


class AuditorConsent(Model, Recorded):
    """One party's consent to another party's auditor, given by one of its administrators."""

    __tablename__ = "auditor_consents"

    appointment_id: Mapped[str] = mapped_column(ForeignKey("auditor_appointments.id"), primary_key=True)
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    consented_at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """The appointment consented to."""
        return Subject("auditor_appointment", self.appointment_id)


class UserSession(Model):
    """One browser that has signed in; revoking the row ends it on its next request (row 53)."""

    __tablename__ = "user_sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), index=True)
    epoch: Mapped[int]
    signed_in_at: Mapped[dt.datetime]
    authenticated_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime]
    previous_visit_at: Mapped[dt.datetime | None]
    browser: Mapped[str] = mapped_column(server_default="")
    network: Mapped[str] = mapped_column(server_default="")
    """The counter of the network it was begun from, never an address: where this person has signed in before,
    other people's failures elsewhere do not keep them waiting (row 49)."""
    revoked_at: Mapped[dt.datetime | None]


class SignInAttempt(Model):
    """An attempt to enter a password that has not succeeded, for one of its counters (row 49)."""

    __tablename__ = "sign_in_attempts"

    id: Mapped[str] = mapped_column(primary_key=True)
    counted_for: Mapped[str]
    """`here:<digest>` (an account from one network), `account:`, `network:` or `session:`: never an
    address."""
    at: Mapped[dt.datetime]

    __table_args__ = (Index(None, "counted_for", "at"),)


class CalendarFeed(Model, Recorded):
    """The address at which a member's calendar program reads the agreed dates, kept by its token's digest; dead from the
    moment it is revoked, and with the account (rows 9, 61)."""

    __tablename__ = "calendar_feeds"

    id: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]

    @property
    def subject(self) -> Subject:
        """The member."""
        return Subject("member", self.member_id)


class ArchiveAddress(Model, Recorded):
    """An address at which a party files receipts (控え); nothing but the question goes there before somebody who reads
    its mail has confirmed it."""

    __tablename__ = "archive_addresses"

    id: Mapped[str] = mapped_column(primary_key=True)
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"), index=True)
    address: Mapped[str]
    address_normal: Mapped[str]
    entered_by: Mapped[str] = mapped_column(ForeignKey("members.id"))
    entered_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("members.id"))

    @property
    def subject(self) -> Subject:
        """Its party."""
        return Subject("party", self.party)


keep_forever(AuditorConsent)
