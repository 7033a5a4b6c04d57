"""Advice as it was recorded, never changed; what was said of it since; and each side's own drafts, files and notes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Recorded, Shared, Subject, keep_forever


class Advice(Model, Shared):
    """One entry of the advice log, as the list reads it (R8-1). What it says stands in its AdviceRecord; the columns
    from `corrected_by_id` on are a cache of what was said of it since."""

    __tablename__ = "advice"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    reference: Mapped[str] = mapped_column(unique=True)
    edition: Mapped[int]
    """The edition of the agreement in force when it was recorded."""
    giver: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    receiver: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    """The side that recorded it."""
    kind: Mapped[str]
    basis: Mapped[str]
    given_on: Mapped[dt.date]
    medium: Mapped[str]
    marking: Mapped[str]
    activity_id: Mapped[str | None]
    title: Mapped[str]
    adviser: Mapped[str]
    recipient: Mapped[str]
    clauses: Mapped[str]
    """The ids of the clauses it stands on, as `,art-id,art-id,`; empty where it stands on none."""
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("advice.id"), unique=True)
    digest: Mapped[str]
    people: Mapped[str]
    normal: Mapped[str]
    """The forms in which its people and its words are sought."""
    recorded_at: Mapped[dt.datetime]
    corrected_by_id: Mapped[str | None] = mapped_column(ForeignKey("advice.id"))
    waits_for: Mapped[str] = mapped_column(server_default="")
    """The party whose confirmation is awaited."""
    waits_since: Mapped[dt.datetime]
    confirmed: Mapped[str] = mapped_column(server_default="")
    """`same` or `otherwise`: what the other side said last; empty before."""
    result: Mapped[str] = mapped_column(server_default="")
    """What the receiver decided last; empty before."""
    to_check: Mapped[str] = mapped_column(server_default="")
    """The receiver, as long as it relies on what nobody has checked (R8-5), or relied on what was corrected."""

    __table_args__ = (
        Index(None, "activity_id", "number"),
        Index(None, "giver", "number"),
        Index(None, "waits_for", "waits_since"),
        Index(None, "to_check", "waits_since"),
        CheckConstraint("giver <> receiver", name="advice_goes_to_another"),
        CheckConstraint("party IN (giver, receiver)", name="advice_is_recorded_by_one_of_the_two"),
        CheckConstraint(
            "result IN ('', 'adopted', 'partly', 'not', 'reference')", name="advice_is_not_rated"
        ),
    )

    @property
    def subject(self) -> Subject:
        """The entry."""
        return Subject("advice", self.id)


class AdviceRecord(Model, Shared):
    """What was recorded, word for word, with the clauses it stands on word for word, under one digest; never
    changed and never deleted (R8-2, R8-6; row 24)."""

    __tablename__ = "advice_records"

    advice_id: Mapped[str] = mapped_column(ForeignKey("advice.id"), primary_key=True)
    digest: Mapped[str]
    sealed: Mapped[str]
    """The canonical JSON that the digest is taken over."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("advice_id", "digest"),)

    @property
    def subject(self) -> Subject:
        """Its entry."""
        return Subject("advice", self.advice_id)


class AdviceDraft(Model, Recorded):
    """One side's own draft of an entry; its id becomes the entry's. Nobody else's, ever (rows 1, 3)."""

    __tablename__ = "advice_drafts"

    id: Mapped[str] = mapped_column(primary_key=True)
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("advice.id"))
    title: Mapped[str]
    body: Mapped[str]
    files: Mapped[str] = mapped_column(server_default="")
    """The identifiers of its files in order, comma-separated."""
    saves: Mapped[int]
    saved_by: Mapped[str]
    saved_by_name: Mapped[str]
    saved_at: Mapped[dt.datetime]

    __table_args__ = (Index(None, "party", "saved_at"),)

    @property
    def subject(self) -> Subject:
        """The entry it will be."""
        return Subject("advice", self.id)


class AdviceFile(Model, Recorded):
    """A file of the materials: kept under its digest, its name only as data; the others may have it once the entry is
    recorded (rows 14, 17)."""

    __tablename__ = "advice_files"

    id: Mapped[str] = mapped_column(primary_key=True)
    advice_id: Mapped[str] = mapped_column(index=True)
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
        """Its entry."""
        return Subject("advice", self.advice_id)

    @property
    def is_shared(self) -> bool:
        """Once its entry is recorded."""
        return self.shared_at is not None


class AdviceConfirmation(Model, Shared):
    """The other side's word on a record, quoting its digest: the same, or what it sees otherwise."""

    __tablename__ = "advice_confirmations"

    id: Mapped[str] = mapped_column(primary_key=True)
    advice_id: Mapped[str]
    digest: Mapped[str]
    number: Mapped[int]
    is_same: Mapped[bool]
    remark: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (
        ForeignKeyConstraint(["advice_id", "digest"], ["advice_records.advice_id", "advice_records.digest"]),
        UniqueConstraint("advice_id", "number"),
        CheckConstraint("is_same OR remark <> ''", name="advice_seen_otherwise_says_what"),
    )

    @property
    def subject(self) -> Subject:
        """Its entry."""
        return Subject("advice", self.advice_id)


class AdviceHandling(Model, Shared):
    """What the receiver decided with it, and who checked it, as every party may know (R8-3)."""

    __tablename__ = "advice_handlings"

    id: Mapped[str] = mapped_column(primary_key=True)
    advice_id: Mapped[str] = mapped_column(ForeignKey("advice.id"))
    number: Mapped[int]
    result: Mapped[str]
    checked_by: Mapped[str]
    checked_on: Mapped[dt.date | None]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("advice_id", "number"),)

    @property
    def subject(self) -> Subject:
        """Its entry."""
        return Subject("advice", self.advice_id)


class AdviceDecision(Model, Recorded):
    """What a handling rests on inside the receiving side: the decision, procurement, remarks. Another table than
    what is shared, so that the two never mix (row 5)."""

    __tablename__ = "advice_decisions"

    handling_id: Mapped[str] = mapped_column(ForeignKey("advice_handlings.id"), primary_key=True)
    advice_id: Mapped[str] = mapped_column(ForeignKey("advice.id"))
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    decision: Mapped[str]
    procurement: Mapped[str]
    """`yes`, `no`, or empty: whether it touches the specification of a procurement."""
    remark: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (Index(None, "advice_id", "party"),)

    @property
    def subject(self) -> Subject:
        """Its entry."""
        return Subject("advice", self.advice_id)


class AdviceNote(Model, Recorded):
    """An own-side note on an entry: seen by the party that wrote it, by no other, in no place (row 5)."""

    __tablename__ = "advice_notes"

    id: Mapped[str] = mapped_column(primary_key=True)
    advice_id: Mapped[str] = mapped_column(ForeignKey("advice.id"))
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    text: Mapped[str]
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (Index(None, "advice_id", "party"),)

    @property
    def subject(self) -> Subject:
        """Its entry."""
        return Subject("advice", self.advice_id)


class AdviceLink(Model, Shared):
    """A paper that cites the advice; its page shows when the advice was corrected (R8-4)."""

    __tablename__ = "advice_links"

    id: Mapped[str] = mapped_column(primary_key=True)
    advice_id: Mapped[str] = mapped_column(ForeignKey("advice.id"))
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    activity_id: Mapped[str | None] = mapped_column(index=True)
    """The activity that the paper belonged to when it was linked."""
    place: Mapped[str]
    """Where in the paper, in words."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("advice_id", "document_id"), Index(None, "document_id"))

    @property
    def subject(self) -> Subject:
        """Its entry."""
        return Subject("advice", self.advice_id)


class AdviceTaking(Model, Recorded):
    """A member has downloaded a file of the materials; known to the own side only (decision 34)."""

    __tablename__ = "advice_takings"

    id: Mapped[str] = mapped_column(primary_key=True)
    advice_id: Mapped[str] = mapped_column(ForeignKey("advice.id"))
    file_id: Mapped[str] = mapped_column(ForeignKey("advice_files.id"))
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("file_id", "member_id"), Index(None, "advice_id"))

    @property
    def subject(self) -> Subject:
        """Its entry."""
        return Subject("advice", self.advice_id)


class AdviceCopy(Model, Recorded):
    """A member has taken the words of one entry as a paper, or those of a row of entries within a table of the log; known
    to the own side only (decision 34)."""

    __tablename__ = "advice_copies"

    id: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[int]
    """The number of the first entry, and of the last: the member has every one from the one to the other."""
    last: Mapped[int]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (
        UniqueConstraint("member_id", "first", "last"),
        Index(None, "first", "last"),
        CheckConstraint("first <= last", name="copied_from_first_to_last"),
    )

    @property
    def subject(self) -> Subject:
        """Who took it."""
        return Subject("member", self.member_id)


class AdviceNotice(Model, Recorded):
    """A member who relied on what was corrected is told of the correction, until they say they have read it; known
    to the own side only (R8-4; decision 34)."""

    __tablename__ = "advice_notices"

    id: Mapped[str] = mapped_column(primary_key=True)
    advice_id: Mapped[str] = mapped_column(ForeignKey("advice.id"))
    """The correction."""
    corrected_id: Mapped[str] = mapped_column(ForeignKey("advice.id"))
    """What the member had acted on."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    at: Mapped[dt.datetime]
    is_read: Mapped[bool] = mapped_column(server_default=false())
    read_by: Mapped[str] = mapped_column(server_default="")
    """The name of who said so: the member, or, once the account is closed, another of the side."""
    read_at: Mapped[dt.datetime | None]

    __table_args__ = (UniqueConstraint("advice_id", "member_id"), Index(None, "party", "at"))

    @property
    def subject(self) -> Subject:
        """The correction."""
        return Subject("advice", self.advice_id)


for kept in (
    AdviceRecord,
    AdviceConfirmation,
    AdviceHandling,
    AdviceDecision,
    AdviceNote,
    AdviceLink,
    AdviceTaking,
    AdviceCopy,
):
    keep_forever(kept)
