"""The record: entries sealed each to the one before, the words they commit to, and what is sent because of them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Shared, Subject, keep_forever


class Entry(Model):
    """One line of one chain. `skeleton` is the canonical JSON the leaf is taken over; the other columns repeat
    parts of it for the queries, and `verify` compares them (row 87)."""

    __tablename__ = "history_entries"

    chain: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    previous: Mapped[str]
    leaf: Mapped[str]
    at: Mapped[dt.datetime]
    verb: Mapped[str]
    clause: Mapped[str | None]
    party: Mapped[str | None]
    actor_id: Mapped[str | None]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    activity_id: Mapped[str | None]
    is_chronicle: Mapped[bool] = mapped_column(server_default=false())
    skeleton: Mapped[str]
    evidence: Mapped[str | None]
    """Reserved for an assertion by the actor's own key (security.md 5.4, stage 3)."""

    __table_args__ = (
        UniqueConstraint("chain", "previous"),
        Index(None, "chain", "at", "number"),
        Index(None, "chain", "is_chronicle", "at", "number"),
        Index(None, "chain", "party", "at", "number"),
        Index(None, "chain", "actor_id", "at", "number"),
        Index(None, "chain", "verb", "at", "number"),
        Index(None, "chain", "clause", "at", "number"),
        Index(None, "chain", "activity_id", "at", "number"),
        Index(None, "subject_id", "chain", "at", "number"),
    )


class Payload(Model):
    """The words of one field of one entry; a disposal erases salt and content, never the commitment."""

    __tablename__ = "history_payloads"

    chain: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(primary_key=True)
    salt: Mapped[str | None]
    content: Mapped[str | None]

    __table_args__ = (
        ForeignKeyConstraint(["chain", "number"], ["history_entries.chain", "history_entries.number"]),
    )


class Head(Model):
    """The last entry of one chain: what the next is sealed to, and what page footers show. A cache: `verify`
    compares it with the chain."""

    __tablename__ = "history_heads"

    chain: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    leaf: Mapped[str]
    at: Mapped[dt.datetime]


class SearchWords(Model):
    """The words of an entry in normal form (NFKC, casefold), for searching only."""

    __tablename__ = "history_search_words"

    chain: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    normal: Mapped[str]

    __table_args__ = (
        ForeignKeyConstraint(["chain", "number"], ["history_entries.chain", "history_entries.number"]),
    )


class Message(Model):
    """One party to be told of one act (お知らせ): written with the act, shown in the inbox, and the outbox from which
    its members are told by mail."""

    __tablename__ = "messages"

    id: Mapped[str] = mapped_column(primary_key=True)
    party: Mapped[str]
    chain: Mapped[str]
    number: Mapped[int]
    at: Mapped[dt.datetime]
    delivered_at: Mapped[dt.datetime | None]
    """When it was settled whom of the party a mail tells of it."""

    __table_args__ = (
        ForeignKeyConstraint(["chain", "number"], ["history_entries.chain", "history_entries.number"]),
        UniqueConstraint("party", "chain", "number"),
        Index(None, "party", "at", "number"),
        Index(None, "delivered_at"),
    )


class ToFile(Model):
    """One entry of which every party's archive is to have a receipt (控え): written with the act, and the outbox from
    which receipts are mailed."""

    __tablename__ = "entries_to_file"

    chain: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    delivered_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    """When a mail to each address of every party's archive had been put into the queue."""

    __table_args__ = (
        ForeignKeyConstraint(["chain", "number"], ["history_entries.chain", "history_entries.number"]),
    )


class MessageRead(Model):
    """One message that one person has marked as read: theirs alone, hidden from no colleague."""

    __tablename__ = "message_reads"

    member_id: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    at: Mapped[dt.datetime]


class InboxMark(Model):
    """Up to which moment a person has read everything: for a new account, what was told before it."""

    __tablename__ = "inbox_marks"

    member_id: Mapped[str] = mapped_column(primary_key=True)
    read_until: Mapped[dt.datetime]


class OnceKey(Model):
    """One submission that was carried out: sent again, it gets the first outcome (I7)."""

    __tablename__ = "once_keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[str | None]
    fingerprint: Mapped[str]
    location: Mapped[str]
    at: Mapped[dt.datetime]


class ErasedFile(Model, Shared):
    """A file that was disposed of at one of the places where it stood: an attachment, a file of materials, an archived
    copy. What stands there of its name and digest stays; its bytes are handed out no more (art. 5, 7)."""

    __tablename__ = "erased_files"

    file_id: Mapped[str] = mapped_column(primary_key=True)
    """Of the row that names the file, in whichever table."""
    about_kind: Mapped[str]
    about_id: Mapped[str]
    """What was disposed of."""
    reference: Mapped[str]
    """Of what was disposed of, as people cite it."""
    at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """What was disposed of."""
        return Subject(self.about_kind, self.about_id)


class Instance(Model):
    """This very instance of the portal: what every digest names as its origin, and whether it is a demo."""

    __tablename__ = "instance"

    id: Mapped[str] = mapped_column(primary_key=True)
    founded_at: Mapped[dt.datetime]
    is_demo: Mapped[bool]


keep_forever(Entry)
keep_forever(Payload, but_may_erase=("salt", "content"))
keep_forever(ErasedFile)
keep_forever(Instance)
