"""The ledger of what was handed over, never changed; what was done about it since; each side's own drafts and holders."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Recorded, Shared, Subject, keep_forever


class Handover(Model, Shared):
    """One line of the ledger as lists read it: what one party handed over to others (R5-1). What it says stands in its
    HandoverRecord; how it stands with each receiver, in the holdings."""

    __tablename__ = "handovers"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    reference: Mapped[str] = mapped_column(unique=True)
    edition: Mapped[int]
    """The edition of the agreement in force when it was recorded."""
    discloser: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    receivers: Mapped[str]
    """The parties that received it, as `,kou,otsu,`."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    """The side that recorded it."""
    kind: Mapped[str]
    form: Mapped[str]
    copies: Mapped[int]
    disclosed_on: Mapped[dt.date]
    marking: Mapped[str]
    activity_id: Mapped[str | None]
    title: Mapped[str]
    """By the parties' word no secret itself."""
    normal: Mapped[str]
    """The form in which its words are sought."""
    digest: Mapped[str]
    files: Mapped[int]
    recorded_at: Mapped[dt.datetime]
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("handovers.id"), unique=True)
    corrected_by_id: Mapped[str | None] = mapped_column(ForeignKey("handovers.id"))
    erased_at: Mapped[dt.datetime | None]
    """When its files and the words about it were erased in the portal, as the discloser instructed."""
    erased_files: Mapped[int] = mapped_column(server_default="0")
    erased_words: Mapped[int] = mapped_column(server_default="0")

    __table_args__ = (
        Index(None, "activity_id", "number"),
        CheckConstraint("copies > 0", name="there_is_at_least_one"),
        CheckConstraint(
            "marking IN ('marked', 'recognizable', 'open', 'undecided')",
            name="handover_is_secret_or_not_or_undecided",
        ),
    )

    @property
    def subject(self) -> Subject:
        """The line."""
        return Subject("handover", self.id)


class HandoverRecord(Model, Shared):
    """What was recorded, word for word, under one digest; never changed, and gone only by a disposal, of which the
    digest stays (row 24; security.md 5.6)."""

    __tablename__ = "handover_records"

    handover_id: Mapped[str] = mapped_column(ForeignKey("handovers.id"), primary_key=True)
    digest: Mapped[str]
    sealed: Mapped[str | None]
    """The canonical JSON that the digest is taken over, a salt among it; None once it was erased."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """Its line."""
        return Subject("handover", self.handover_id)


class HandoverDraft(Model, Recorded):
    """One side's own draft of a line; its id becomes the line's. Nobody else's, ever (rows 1, 3)."""

    __tablename__ = "handover_drafts"

    id: Mapped[str] = mapped_column(primary_key=True)
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("handovers.id"))
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
        """The line it will be."""
        return Subject("handover", self.id)


class HandoverFile(Model, Recorded):
    """A file of what was handed over, kept under its digest; the other sides may have it once the line is recorded. Once
    it was disposed of, neither its name nor its digest is left here (rows 14, 17; security.md 5.6)."""

    __tablename__ = "handover_files"

    id: Mapped[str] = mapped_column(primary_key=True)
    handover_id: Mapped[str] = mapped_column(index=True)
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    findings: Mapped[str]
    source: Mapped[str] = mapped_column(server_default="", index=True)
    """The row of another package whose shared file was taken in; empty for a file of the ledger's own."""
    source_of: Mapped[str] = mapped_column(server_default="", index=True)
    """The paper or record at which that file stands."""
    member_id: Mapped[str]
    added_at: Mapped[dt.datetime]
    shared_at: Mapped[dt.datetime | None]
    erased_at: Mapped[dt.datetime | None]

    __table_args__ = (
        CheckConstraint(
            "erased_at IS NULL OR (name = '' AND sha256 = '')", name="nothing_is_left_of_erased_files"
        ),
    )

    @property
    def subject(self) -> Subject:
        """Its line."""
        return Subject("handover", self.handover_id)

    @property
    def is_shared(self) -> bool:
        """Once its line is recorded."""
        return self.shared_at is not None


class Holding(Model, Shared):
    """How it stands with what one party received: a cache of what its acts have made of it, compared with them by
    `verify` (I12)."""

    __tablename__ = "holdings"

    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(unique=True)
    """Its place in the ledger, line by line, and within a line in the order of the parties."""
    handover_id: Mapped[str] = mapped_column(ForeignKey("handovers.id"))
    discloser: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    receiver: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    received_on: Mapped[dt.date | None]
    """None as long as nobody has said when (受領日未確認)."""
    waits_for: Mapped[str] = mapped_column(server_default="")
    """The party whose word on the record is awaited."""
    waits_since: Mapped[dt.datetime]
    """Since when the side whose turn it is has been waited for."""
    confirmed: Mapped[str] = mapped_column(server_default="")
    step: Mapped[str]
    question: Mapped[str] = mapped_column(server_default="")
    instruction: Mapped[str] = mapped_column(server_default="")
    erases: Mapped[bool] = mapped_column(server_default=false())
    done: Mapped[str] = mapped_column(server_default="")
    done_on: Mapped[dt.date | None]
    retained_until: Mapped[dt.date | None]
    acts: Mapped[int] = mapped_column(server_default="0")
    """How many acts there were."""

    __table_args__ = (
        UniqueConstraint("handover_id", "receiver"),
        Index(None, "receiver", "step", "place"),
        Index(None, "discloser", "step", "place"),
        Index(None, "waits_for", "waits_since"),
        CheckConstraint("discloser <> receiver", name="handover_goes_to_another"),
        CheckConstraint(
            "done <> 'dispose' OR instruction = 'dispose'", name="nothing_is_disposed_of_without_instruction"
        ),
        CheckConstraint(
            "step <> 'kept' OR instruction = 'keep'", name="what_is_kept_was_left_to_the_receiver"
        ),
    )

    @property
    def subject(self) -> Subject:
        """Its line."""
        return Subject("handover", self.handover_id)


class HoldingAct(Model, Shared):
    """What a party said or did about a holding: confirmed, instructed, carried out, acknowledged, retained, consulted.
    Never changed, never deleted (R5-3, R5-5)."""

    __tablename__ = "holding_acts"

    id: Mapped[str] = mapped_column(primary_key=True)
    holding_id: Mapped[str] = mapped_column(ForeignKey("holdings.id"))
    handover_id: Mapped[str] = mapped_column(ForeignKey("handovers.id"), index=True)
    number: Mapped[int]
    act: Mapped[str]
    choice: Mapped[str]
    erases: Mapped[bool]
    on_day: Mapped[dt.date | None]
    said: Mapped[str]
    """The words of the act, as canonical JSON."""
    digest: Mapped[str]
    batch_id: Mapped[str]
    """What was done in one go has this in common."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("holding_id", "number"),)

    @property
    def subject(self) -> Subject:
        """Its line."""
        return Subject("handover", self.handover_id)


class Holder(Model, Recorded):
    """Who has copies of what a party received: its own keeper, or a Representative (担当者) to whom copies were passed
    on; known to the two sides of the handover (R5-1; T10)."""

    __tablename__ = "holders"

    id: Mapped[str] = mapped_column(primary_key=True)
    holding_id: Mapped[str] = mapped_column(ForeignKey("holdings.id"))
    handover_id: Mapped[str] = mapped_column(ForeignKey("handovers.id"), index=True)
    kind: Mapped[str]
    holder: Mapped[str]
    place: Mapped[str]
    copies: Mapped[int]
    on_day: Mapped[dt.date]
    normal: Mapped[str]
    ended_on: Mapped[dt.date | None]
    """When the copies were given back or disposed of; None as long as they are there."""
    ended_how: Mapped[str] = mapped_column(server_default="")
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (
        Index(None, "holding_id", "ended_on"),
        CheckConstraint("copies > 0", name="a_holder_has_at_least_one"),
    )

    @property
    def subject(self) -> Subject:
        """Its line."""
        return Subject("handover", self.handover_id)


keep_forever(HandoverRecord, but_may_erase=("sealed",))
keep_forever(HoldingAct)
