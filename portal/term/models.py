"""The facts of article 4 beside the dates: intentions, notices and their arrival, meetings, and the files of both."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Recorded, Shared, Subject, keep_forever


class TermIntention(Model, Shared):
    """What a party intends for the time after a term (継続の意向): informal, no notice; the latest word of a party
    stands, the earlier ones stay (R4-5)."""

    __tablename__ = "term_intentions"

    id: Mapped[str] = mapped_column(primary_key=True)
    term_number: Mapped[int]
    """From 1."""
    number: Mapped[int]
    """Among what this party has said of this term, from 1."""
    says: Mapped[str]
    remark: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (
        UniqueConstraint("term_number", "party", "number"),
        CheckConstraint("says IN ('continue', 'not', 'undecided')", name="intention_is_one_of_three"),
    )

    @property
    def subject(self) -> Subject:
        """The term."""
        return Subject("term", str(self.term_number))


class NoticeDraft(Model, Recorded):
    """One side's own draft of a notice; its id becomes the notice's. Nobody else's, ever (rows 1, 3)."""

    __tablename__ = "notice_drafts"

    id: Mapped[str] = mapped_column(primary_key=True)
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    kind: Mapped[str]
    body: Mapped[str]
    digest: Mapped[str]
    """Over the words: a decision is for these words, and for no others."""
    savers: Mapped[str]
    """Every member who saved it, comma-separated (decision 26)."""
    saves: Mapped[int]
    printed: Mapped[int] = mapped_column(server_default="0")
    """The save that was put on paper last; 0 before the first."""
    printed_at: Mapped[dt.datetime | None]
    saved_by: Mapped[str]
    saved_by_name: Mapped[str]
    saved_at: Mapped[dt.datetime]

    __table_args__ = (Index(None, "party", "saved_at"),)

    @property
    def subject(self) -> Subject:
        """The notice it will be."""
        return Subject("notice", self.id)


class NoticeDecision(Model, Recorded):
    """The sending side's own decision on the words of a notice (決裁); the own side alone knows (finding 18)."""

    __tablename__ = "notice_decisions"

    id: Mapped[str] = mapped_column(primary_key=True)
    notice_id: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]
    """Of the words that were decided on."""
    reference: Mapped[str]
    capacity: Mapped[str]
    decided_on: Mapped[dt.date]
    absent_post: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """The notice."""
        return Subject("notice", self.notice_id)


class Notice(Model, Shared):
    """A notice of non-renewal or of termination that was dispatched, or that a receiver registered, as lists read it.
    What it says stands in its NoticeRecord and is never changed (R4-7); the columns from `standing` on are a cache of
    what was recorded of it since."""

    __tablename__ = "notices"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    reference: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    edition: Mapped[int]
    """The edition of the agreement in force when it was registered."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    """Who gives it."""
    registered_by: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    term_number: Mapped[int | None]
    """Of a non-renewal: the term after which the agreement is not to go on, from 1."""
    planned_on: Mapped[dt.date | None]
    """Of a termination."""
    means: Mapped[str]
    dispatched_on: Mapped[dt.date | None]
    """None where a receiver registered it and does not know."""
    digest: Mapped[str]
    registered_at: Mapped[dt.datetime]
    standing: Mapped[str] = mapped_column(server_default="")
    """How the arrivals lie to the deadline; empty before it has arrived everywhere."""
    waits_for: Mapped[str] = mapped_column(server_default="")
    """The receivers that have neither recorded its arrival nor answered the record of it, as `,kou,otsu,`."""
    to_second: Mapped[str] = mapped_column(server_default="")
    """The receivers of which a second person has to bear out a day earlier than the evidence, as `,kou,`."""
    confirmed_by: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    """The joint document that confirmed the end it leads to, where that was in doubt."""
    withdrawn_by: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    """The joint document by which it was withdrawn."""
    withdrawn_at: Mapped[dt.datetime | None]

    __table_args__ = (
        Index(None, "withdrawn_at", "number"),
        CheckConstraint(
            "(kind = 'non_renewal' AND term_number IS NOT NULL AND planned_on IS NULL) OR "
            "(kind = 'termination' AND planned_on IS NOT NULL AND term_number IS NULL)",
            name="notice_is_of_a_term_or_of_a_day",
        ),
        CheckConstraint(
            "means IN ('hand', 'registered', 'certified', 'electronic', 'other')", name="notice_has_its_means"
        ),
        CheckConstraint("standing IN ('', 'timely', 'review', 'late')", name="notice_stands_in_one_way"),
        CheckConstraint(
            "(withdrawn_by IS NULL) = (withdrawn_at IS NULL)", name="notice_is_withdrawn_by_a_document"
        ),
    )

    @property
    def subject(self) -> Subject:
        """The notice."""
        return Subject("notice", self.id)


class NoticeRecord(Model, Shared):
    """What a notice says, word for word, with its clause and the conventions of counting that held, under one digest;
    never changed (R4-7; invariant 6)."""

    __tablename__ = "notice_records"

    notice_id: Mapped[str] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    digest: Mapped[str]
    sealed: Mapped[str]
    """The canonical JSON that the digest is taken over."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """The notice."""
        return Subject("notice", self.notice_id)


class NoticeArrival(Model, Shared):
    """What one side recorded of the arrival of a notice at one receiver: the day or the moment, and what shows it.
    What was recorded stays; another record corrects it (R4-7)."""

    __tablename__ = "notice_arrivals"

    id: Mapped[str] = mapped_column(primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notices.id"))
    number: Mapped[int]
    receiver: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    arrived_on: Mapped[dt.date]
    arrived_at: Mapped[dt.datetime | None]
    """None: the whole day."""
    evidence: Mapped[str]
    evidence_on: Mapped[dt.date | None]
    """The day that the evidence shows."""
    file_id: Mapped[str | None]
    reason: Mapped[str]
    """Why it is recorded otherwise than before."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("notice_id", "number"),)

    @property
    def subject(self) -> Subject:
        """The notice."""
        return Subject("notice", self.notice_id)


class NoticeWord(Model, Shared):
    """What somebody said of a record of arrival: the other side, that it is so or how else; or a second person of the
    receiving side, that the day is borne out or not (R4-7)."""

    __tablename__ = "notice_words"

    id: Mapped[str] = mapped_column(primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notices.id"), index=True)
    arrival_id: Mapped[str] = mapped_column(ForeignKey("notice_arrivals.id"))
    is_second: Mapped[bool] = mapped_column(server_default=false())
    is_confirmed: Mapped[bool]
    remark: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (
        CheckConstraint("is_confirmed OR remark <> ''", name="arrival_seen_otherwise_says_what"),
    )

    @property
    def subject(self) -> Subject:
        """The notice."""
        return Subject("notice", self.notice_id)


class NoticeAttempt(Model, Shared):
    """An attempt to deliver a notice that did not succeed, by the sender's word (articles.md 1.4)."""

    __tablename__ = "notice_attempts"

    id: Mapped[str] = mapped_column(primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notices.id"), index=True)
    receiver: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    tried_on: Mapped[dt.date]
    means: Mapped[str]
    circumstances: Mapped[str]
    file_id: Mapped[str | None]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """The notice."""
        return Subject("notice", self.notice_id)


class Meeting(Model, Shared):
    """A regular meeting (定例の協議), as one side wrote it down; the others confirm the summary (R2-2, "meetings")."""

    __tablename__ = "meetings"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    reference: Mapped[str] = mapped_column(unique=True)
    held_on: Mapped[dt.date]
    medium: Mapped[str]
    participants: Mapped[str]
    """By party, as JSON rows of key and words."""
    summary: Mapped[str]
    decisions: Mapped[str]
    files: Mapped[str]
    """The identifiers of its materials in order, comma-separated."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (Index(None, "held_on"),)

    @property
    def subject(self) -> Subject:
        """The meeting."""
        return Subject("meeting", self.id)


class MeetingWord(Model, Shared):
    """Another party's word on the summary of a meeting: confirmed, or what it sees otherwise (R2-2)."""

    __tablename__ = "meeting_words"

    id: Mapped[str] = mapped_column(primary_key=True)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meetings.id"))
    number: Mapped[int]
    """Among the words of this party on it, from 1; the last stands."""
    is_confirmed: Mapped[bool]
    remark: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (
        UniqueConstraint("meeting_id", "party", "number"),
        CheckConstraint("is_confirmed OR remark <> ''", name="meeting_seen_otherwise_says_what"),
    )

    @property
    def subject(self) -> Subject:
        """The meeting."""
        return Subject("meeting", self.meeting_id)


class TermFile(Model, Shared):
    """A file of a notice (what shows its dispatch or arrival) or of a meeting: kept under its digest, its name only
    as data; every party may have it (rows 14, 17)."""

    __tablename__ = "term_files"

    id: Mapped[str] = mapped_column(primary_key=True)
    of_kind: Mapped[str]
    """`notice` or `meeting`."""
    of_id: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    findings: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    added_at: Mapped[dt.datetime]

    __table_args__ = (Index(None, "of_id"),)

    @property
    def subject(self) -> Subject:
        """The notice or the meeting."""
        return Subject(self.of_kind, self.of_id)


for kept in (
    TermIntention,
    NoticeDecision,
    NoticeRecord,
    NoticeArrival,
    NoticeWord,
    NoticeAttempt,
    Meeting,
    MeetingWord,
    TermFile,
):
    keep_forever(kept)
