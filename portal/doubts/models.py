"""Doubts as they were raised, what was said of them since, and the answers: append-only, each side's notes apart."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Recorded, Shared, Subject, keep_forever


class Doubt(Model, Shared):
    """One doubt (R9-1). The columns from `standing` on are a cache of what was said of it since."""

    __tablename__ = "doubts"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    reference: Mapped[str] = mapped_column(unique=True)
    edition: Mapped[int]
    """The edition of the agreement in force when it was raised."""
    title: Mapped[str]
    question: Mapped[str]
    clauses: Mapped[str]
    """The ids of the clauses it concerns, as `,art-id,art-id,`; empty for a matter that is not provided for."""
    topic: Mapped[str]
    """Which of the questions the text leaves open it asks; empty for another."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]
    standing: Mapped[str]
    silent: Mapped[str] = mapped_column(server_default="")
    """The parties that have not stated a position yet, as `,kou,otsu,`."""
    to_confirm: Mapped[str] = mapped_column(server_default="")
    """The parties that have not said anything of some meeting's summary, as `,kou,otsu,`."""
    ended_at: Mapped[dt.datetime | None]
    ending: Mapped[str] = mapped_column(server_default="")
    """Why it was withdrawn."""

    __table_args__ = (
        Index(None, "standing", "number"),
        CheckConstraint(
            "standing IN ('open', 'answered', 'closed', 'withdrawn')", name="doubt_stands_in_one_of_four_ways"
        ),
        CheckConstraint("(standing = 'open') = (ended_at IS NULL)", name="an_open_doubt_has_no_end"),
    )

    @property
    def subject(self) -> Subject:
        """The doubt."""
        return Subject("doubt", self.id)


class DoubtRecord(Model, Shared):
    """A record that the doubt touches: a document, an activity, an entry of the advice log, and the like."""

    __tablename__ = "doubt_records"

    id: Mapped[str] = mapped_column(primary_key=True)
    doubt_id: Mapped[str] = mapped_column(ForeignKey("doubts.id"))
    kind: Mapped[str]
    record_id: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("doubt_id", "kind", "record_id"), Index(None, "record_id", "kind"))

    @property
    def subject(self) -> Subject:
        """Its doubt."""
        return Subject("doubt", self.doubt_id)


class DoubtPosition(Model, Shared):
    """What a party says of the doubt, shared by all; a later word stands beside an earlier one (R9-1)."""

    __tablename__ = "doubt_positions"

    id: Mapped[str] = mapped_column(primary_key=True)
    doubt_id: Mapped[str] = mapped_column(ForeignKey("doubts.id"), index=True)
    text: Mapped[str]
    files: Mapped[str] = mapped_column(server_default="")
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """Its doubt."""
        return Subject("doubt", self.doubt_id)


class DoubtMeeting(Model, Shared):
    """A consultation on the doubt as one side wrote it down; the others confirm the summary (R2-2, R9-1)."""

    __tablename__ = "doubt_meetings"

    id: Mapped[str] = mapped_column(primary_key=True)
    doubt_id: Mapped[str] = mapped_column(ForeignKey("doubts.id"), index=True)
    held_on: Mapped[dt.date]
    medium: Mapped[str]
    participants: Mapped[str]
    summary: Mapped[str]
    decisions: Mapped[str]
    files: Mapped[str] = mapped_column(server_default="")
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """Its doubt."""
        return Subject("doubt", self.doubt_id)


class DoubtMeetingWord(Model, Shared):
    """Another party's word on the summary of a meeting: confirmed, or what it sees otherwise (R2-2)."""

    __tablename__ = "doubt_meeting_words"

    id: Mapped[str] = mapped_column(primary_key=True)
    doubt_id: Mapped[str] = mapped_column(ForeignKey("doubts.id"), index=True)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("doubt_meetings.id"))
    number: Mapped[int]
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
        """Its doubt."""
        return Subject("doubt", self.doubt_id)


class DoubtNote(Model, Recorded):
    """An own-side note on a doubt: seen by the party that wrote it, by no other, in no place (row 5)."""

    __tablename__ = "doubt_notes"

    id: Mapped[str] = mapped_column(primary_key=True)
    doubt_id: Mapped[str] = mapped_column(ForeignKey("doubts.id"))
    text: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (Index(None, "doubt_id", "party"),)

    @property
    def subject(self) -> Subject:
        """Its doubt."""
        return Subject("doubt", self.doubt_id)


class DoubtFile(Model, Recorded):
    """A file put to a position or a meeting: kept under its digest, its name only as data; the others may have it once
    the entry stands (rows 14, 17)."""

    __tablename__ = "doubt_files"

    id: Mapped[str] = mapped_column(primary_key=True)
    doubt_id: Mapped[str] = mapped_column(ForeignKey("doubts.id"), index=True)
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    findings: Mapped[str]
    member_id: Mapped[str]
    added_at: Mapped[dt.datetime]
    shared_at: Mapped[dt.datetime | None]

    @property
    def subject(self) -> Subject:
        """Its doubt."""
        return Subject("doubt", self.doubt_id)

    @property
    def is_shared(self) -> bool:
        """Once it stands at a position or a meeting."""
        return self.shared_at is not None


class DoubtAnswer(Model, Shared):
    """A tabled answer, as its latest revision says it: what stands beside the clauses once it is agreed (R9-1)."""

    __tablename__ = "doubt_answers"

    id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    """The document's."""
    doubt_id: Mapped[str] = mapped_column(ForeignKey("doubts.id"), index=True)
    edition: Mapped[int]
    """The edition of the agreement in force when it was tabled."""
    outcome: Mapped[str]
    text: Mapped[str]
    text_en: Mapped[str]
    clauses: Mapped[str]
    """The ids of the clauses beside which it stands, as `,art-id,art-id,`."""
    topic: Mapped[str]
    value: Mapped[str]
    """What it settles of the questions the text leaves open, and how; empty where it settles none."""

    @property
    def subject(self) -> Subject:
        """The document."""
        return Subject("document", self.id)


for kept in (DoubtRecord, DoubtPosition, DoubtMeeting, DoubtMeetingWord, DoubtNote):
    keep_forever(kept)
