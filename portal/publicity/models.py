"""The publicity items, what appeared through each channel, and what appeared beside any agreement."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Shared, Subject, keep_forever
from portal.publicity.states import Out


class PublicityItem(Model, Shared):
    """One publicity document as lists read it: what its latest tabled revision says, and how much of it has
    appeared. Whether it may appear now is reckoned when it is read (row 41)."""

    __tablename__ = "publicity_items"

    id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    """Its place among all items, from 1, in the order of their first tabling."""
    kind: Mapped[str]
    reference: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    title_en: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    about: Mapped[str]
    sort: Mapped[str]
    relation: Mapped[str]
    concerns_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"), index=True)
    """The item that it corrects, supplements, takes down or calls off."""
    concerns_record_id: Mapped[str | None] = mapped_column(ForeignKey("publicity_records.id"), index=True)
    """The publication without agreement that it corrects, supplements or takes down."""
    timing_kind: Mapped[str]
    event: Mapped[str]
    event_ended_at: Mapped[dt.datetime | None]
    opens_at: Mapped[dt.datetime | None]
    """The earliest moment of any channel; open as long as the event it waits for has not ended."""
    closes_at: Mapped[dt.datetime | None]
    """The moment from which no channel may go out any more."""
    embargo: Mapped[bool]
    publishers: Mapped[str]
    """The parties that publish a channel, as `,kou,otsu,`."""
    channels: Mapped[int]
    published: Mapped[int] = mapped_column(server_default="0")
    """How many of the channels are recorded as published."""
    otherwise: Mapped[int] = mapped_column(server_default="0")
    """Through how many of the others it appeared otherwise than agreed."""
    to_publish: Mapped[str] = mapped_column(server_default="")
    """The parties that have a channel still to publish, as `,kou,`."""
    is_done: Mapped[bool] = mapped_column(server_default=false())
    """Whether nothing of it is to come: every channel is out, it was called off, or its document is closed."""
    normal: Mapped[str]
    """The form in which its words are sought."""

    __table_args__ = (
        Index(None, "sort", "number"),
        Index(None, "party", "number"),
        Index(None, "opens_at"),
        Index(None, "closes_at"),
        Index(None, "is_done", "opens_at"),
        CheckConstraint(
            "published >= 0 AND otherwise >= 0 AND published + otherwise <= channels",
            name="no_more_is_out_than_agreed",
        ),
    )

    @property
    def subject(self) -> Subject:
        """Its document."""
        return Subject("document", self.id)

    @property
    def out(self) -> Out:
        """How much of it is out."""
        return Out(self.channels, self.published, self.otherwise)


class Publication(Model, Shared):
    """What appeared through one agreed channel: when, where, in which words (R6.2-7; I8)."""

    __tablename__ = "publications"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    digest: Mapped[str]
    """Of the agreed revision."""
    channel: Mapped[int]
    published_at: Mapped[dt.datetime]
    place: Mapped[str]
    url: Mapped[str]
    is_agreed_text: Mapped[bool]
    """Whether the agreed text appeared unchanged, by the publisher's word."""
    final_text: Mapped[str]
    differences: Mapped[str]
    """In what it differs from what was agreed, as JSON rows of a key and its facts; for ever as it was found."""
    remark: Mapped[str]
    copy_name: Mapped[str]
    copy_sha256: Mapped[str]
    """The archived copy, kept under its digest; empty where there is none."""
    copy_size: Mapped[int]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (
        UniqueConstraint("document_id", "channel"),
        CheckConstraint("is_agreed_text OR final_text <> ''", name="other_words_are_given"),
    )

    @property
    def subject(self) -> Subject:
        """Its document."""
        return Subject("document", self.document_id)


class EventEnd(Model, Shared):
    """That the event a publication waits for has ended, by the word of a publisher (decision 27)."""

    __tablename__ = "publicity_event_ends"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    ended_at: Mapped[dt.datetime]
    remark: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """Its document."""
        return Subject("document", self.document_id)


class EmbargoedCopy(Model, Shared):
    """A copy of an agreed text taken before its time, marked with who took it and when (row 47)."""

    __tablename__ = "embargoed_copies"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    number: Mapped[int]
    """Its place among the copies of the document, from 1."""
    digest: Mapped[str]
    output: Mapped[str]
    recipient: Mapped[str]
    """For whom it was taken."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("document_id", "number"),)

    @property
    def subject(self) -> Subject:
        """Its document."""
        return Subject("document", self.document_id)


class PublicityRecord(Model, Shared):
    """A publication without agreement, other than agreed, or beside it for information: recorded as what it is
    (S4, S12). What was recorded stays; who has settled it follows from the words of the parties."""

    __tablename__ = "publicity_records"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    reference: Mapped[str] = mapped_column(unique=True)
    edition: Mapped[int] = mapped_column(server_default="1")
    """The edition of the agreement in force when it was recorded."""
    nature: Mapped[str]
    title: Mapped[str]
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"), index=True)
    """The item that it differs from, or that was on the table when it appeared."""
    channel: Mapped[int | None]
    """The channel of that item through which it appeared; 0 for none of them; None where nothing was agreed."""
    medium: Mapped[str]
    place: Mapped[str]
    url: Mapped[str]
    appeared_at: Mapped[dt.datetime]
    publisher: Mapped[str]
    """By whom it appeared, in words."""
    words: Mapped[str]
    """What appeared."""
    circumstances: Mapped[str]
    secrets: Mapped[str] = mapped_column(server_default="unknown")
    """Whether confidential information was in it, by the word of who recorded it (S12)."""
    copy_name: Mapped[str]
    copy_sha256: Mapped[str]
    copy_size: Mapped[int]
    is_settled: Mapped[bool]
    """Whether every party has settled it; for information there is nothing to settle."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (
        Index(None, "is_settled", "number"),
        CheckConstraint(
            "nature IN ('without_agreement', 'differs', 'for_information')",
            name="publicity_record_is_one_of_three",
        ),
        CheckConstraint(
            "nature <> 'differs' OR (document_id IS NOT NULL AND channel IS NOT NULL)",
            name="what_differs_differs_from_something",
        ),
        CheckConstraint("secrets IN ('no', 'yes', 'unknown')", name="secrets_are_in_it_or_not"),
    )

    @property
    def subject(self) -> Subject:
        """The record."""
        return Subject("publicity_record", self.id)


class RecordWord(Model, Shared):
    """What a party says of such a publication: a word of consultation, or that it is settled (S12)."""

    __tablename__ = "publicity_record_words"

    id: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("publicity_records.id"), index=True)
    is_settling: Mapped[bool]
    text: Mapped[str]
    attributed_to: Mapped[str]
    """With a settling word: the party whose publication it was, in this party's view; empty where it does not say."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """The record."""
        return Subject("publicity_record", self.record_id)


for kept in (Publication, EventEnd, EmbargoedCopy, RecordWord):
    keep_forever(kept)
