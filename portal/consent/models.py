"""The facts of joint consent: documents, revisions, replies, consultations, comments and notes, drafts, files."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Recorded, Shared, Subject, keep_forever


class Document(Model, Recorded):
    """A paper the parties may agree on. Known to the others only once tabled (`tabled_at`). The columns from
    `standing` on are a cache of the record, which `replay` compares (I12)."""

    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    """The proposing party."""
    edition: Mapped[int]
    """The edition of the agreement under which it was begun."""
    activity_id: Mapped[str | None] = mapped_column(index=True)
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"), index=True)
    copied_from_id: Mapped[str | None]
    begun_by: Mapped[str]
    begun_at: Mapped[dt.datetime]
    number: Mapped[int | None]
    """Drawn at the first tabling, per kind."""
    reference: Mapped[str | None]
    title: Mapped[str] = mapped_column(server_default="")
    tabled_at: Mapped[dt.datetime | None]
    standing: Mapped[str]
    revision: Mapped[int] = mapped_column(server_default="0")
    digest: Mapped[str] = mapped_column(server_default="")
    agreed_revision_id: Mapped[str | None]
    agreed_at: Mapped[dt.datetime | None]
    changed_at: Mapped[dt.datetime]
    waits_for: Mapped[str] = mapped_column(server_default="")
    """The parties whose act is awaited, as `,kou,otsu,`."""
    waits_since: Mapped[dt.datetime | None]
    """Since when the longest waiting of them is waited for (`rules.awaited_since`)."""
    to_confirm: Mapped[str] = mapped_column(server_default="")
    """The parties that have not said anything of some consultation's summary, as `,kou,otsu,`."""

    __table_args__ = (
        UniqueConstraint("kind", "number"),
        UniqueConstraint("reference"),
        Index(None, "kind", "standing", "changed_at"),
        Index(None, "standing", "waits_since", "id", "waits_for"),
        Index(None, "to_confirm"),
        CheckConstraint("(reference IS NULL) = (tabled_at IS NULL)", name="a_reference_is_drawn_at_tabling"),
        CheckConstraint(
            "(standing IN ('agreed', 'held', 'replaced')) = (agreed_revision_id IS NOT NULL)",
            name="what_is_agreed_names_its_revision",
        ),
    )

    @property
    def subject(self) -> Subject:
        """The document."""
        return Subject("document", self.id)

    @property
    def is_shared(self) -> bool:
        """From its first tabling on."""
        return self.tabled_at is not None


class Revision(Model, Shared):
    """One tabled wording (版n), with its digest over everything; never changed (I1, I10)."""

    __tablename__ = "revisions"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    number: Mapped[int]
    digest: Mapped[str]
    parent: Mapped[str]
    content: Mapped[str]
    sealed: Mapped[str]
    """The canonical JSON that the digest is taken over: body, attachments, origin and all."""
    title: Mapped[str]
    party: Mapped[str]
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    drafters: Mapped[str]
    """The members who saved for the party since the revision before, comma-separated."""
    tabled_at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("document_id", "number"), UniqueConstraint("id", "digest"))

    @property
    def subject(self) -> Subject:
        """Its document."""
        return Subject("document", self.document_id)


class Reply(Model, Shared):
    """A party's reply to one revision, quoting its digest, by a member holding a post (decision 12). The
    composite key makes it impossible for a reply to come to mean other words."""

    __tablename__ = "replies"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    revision_id: Mapped[str]
    digest: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    number: Mapped[int]
    says: Mapped[str]
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    capacity: Mapped[str | None]
    decision_reference: Mapped[str | None]
    decided_on: Mapped[dt.date | None]
    absent_post: Mapped[str | None]
    """With 代決: the post of the one who was absent."""
    reason: Mapped[str | None]
    at: Mapped[dt.datetime]

    __table_args__ = (
        ForeignKeyConstraint(["revision_id", "digest"], ["revisions.id", "revisions.digest"]),
        UniqueConstraint("revision_id", "party", "number"),
        CheckConstraint("says <> 'send_back' OR reason IS NOT NULL", name="sent_back_has_reason"),
        CheckConstraint("says <> 'withdraw' OR reason IS NOT NULL", name="withdrawn_consent_has_reason"),
        CheckConstraint(
            "says <> 'consent' OR (capacity IS NOT NULL AND decision_reference IS NOT NULL)",
            name="consent_rests_on_a_decision",
        ),
        CheckConstraint("says IN ('consent', 'withdraw', 'send_back')", name="reply_says_one_of_three"),
    )

    @property
    def subject(self) -> Subject:
        """Its document."""
        return Subject("document", self.document_id)


class Closing(Model, Shared):
    """A one-sided act on a whole document, with its reason: declined, withdrawn, held, hold lifted."""

    __tablename__ = "closings"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    act: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    reason: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (
        CheckConstraint("act IN ('decline', 'withdraw', 'hold', 'lift_hold')", name="closing_is_one_of_four"),
    )

    @property
    def subject(self) -> Subject:
        """Its document."""
        return Subject("document", self.document_id)


class Draft(Model, Recorded):
    """One party's own draft of a document, upon revision `base`; nobody else's, ever (rows 1, 3)."""

    __tablename__ = "drafts"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    base: Mapped[int]
    """The revision it was written upon; 0 for a first draft."""
    body: Mapped[str]
    title: Mapped[str]
    attachments: Mapped[str] = mapped_column(server_default="")
    """The identifiers of its attachments in order, comma-separated."""
    savers: Mapped[str]
    """Every member who saved since the last tabled revision, comma-separated (decision 26)."""
    saves: Mapped[int]
    saved_by: Mapped[str]
    saved_by_name: Mapped[str]
    saved_at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("document_id", "party"), Index(None, "party", "saved_at"))

    @property
    def subject(self) -> Subject:
        """Its document."""
        return Subject("document", self.document_id)


class Attachment(Model, Recorded):
    """A file a party put to a document: kept under its digest, its name only as data (rows 14, 83, 84).

    The others may have it once it stands in a tabled revision or a recorded consultation.
    """

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    findings: Mapped[str]
    """What the inspection found (hidden data, authors, …), as JSON; shown before tabling (row 17)."""
    member_id: Mapped[str]
    added_at: Mapped[dt.datetime]
    shared_at: Mapped[dt.datetime | None]

    @property
    def subject(self) -> Subject:
        """Its document."""
        return Subject("document", self.document_id)

    @property
    def is_shared(self) -> bool:
        """From the tabling of a revision, or the record of a consultation, that has it."""
        return self.shared_at is not None


class Consultation(Model, Shared):
    """A consultation (協議) as one side wrote it down; the others confirm the summary (R2-2)."""

    __tablename__ = "consultations"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    held_on: Mapped[dt.date]
    medium: Mapped[str]
    participants: Mapped[str]
    summary: Mapped[str]
    decisions: Mapped[str]
    attachments: Mapped[str] = mapped_column(server_default="")
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """Its document."""
        return Subject("document", self.document_id)


class ConsultationConfirmation(Model, Shared):
    """Another party's word on the summary of a consultation: confirmed, or what it sees otherwise (R2-2)."""

    __tablename__ = "consultation_confirmations"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultations.id"))
    is_confirmed: Mapped[bool]
    remark: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("consultation_id", "party", "at"),)

    @property
    def subject(self) -> Subject:
        """Its document."""
        return Subject("document", self.document_id)


class Comment(Model, Shared):
    """A comment shared by all parties. Own-side notes are another table: the two never mix (row 5)."""

    __tablename__ = "comments"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    revision: Mapped[int]
    text: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """Its document."""
        return Subject("document", self.document_id)


class Note(Model, Recorded):
    """An own-side note: seen by the party that wrote it, by no other, in no place (row 5)."""

    __tablename__ = "notes"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    text: Mapped[str]
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (Index(None, "document_id", "party"),)

    @property
    def subject(self) -> Subject:
        """Its document."""
        return Subject("document", self.document_id)


for kept in (Revision, Reply, Closing, Consultation, ConsultationConfirmation, Comment, Note):
    keep_forever(kept)
