"""The adopted editions of the agreement, its dates as entered and confirmed, and what has been settled since."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Recorded, Shared, Subject, keep_forever


class AgreementEdition(Model, Recorded):
    """One edition of the agreement's text, as adopted: the file word for word, and its digest (art. 3)."""

    __tablename__ = "agreement_editions"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str]
    text: Mapped[str]
    portal_text: Mapped[str]
    """The second file: what the portal needs beyond the signed text (purposes, whose measures, prefixes)."""
    in_force_from: Mapped[dt.date | None]
    adopted_at: Mapped[dt.datetime]
    document_id: Mapped[str | None]
    """The document in which the parties agreed on it; None for the first edition."""

    @property
    def subject(self) -> Subject:
        """The edition."""
        return Subject("edition", str(self.number))


class AgreementDates(Model, Recorded):
    """The dates of the agreement as one document entered them: shown 未確認 until every party has confirmed
    them by consenting to that document (decision 30; R0-1, R4-8)."""

    __tablename__ = "agreement_dates"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str]
    signed_on: Mapped[dt.date | None]
    effective_on: Mapped[dt.date | None]
    end_on_fixed: Mapped[dt.date | None]
    count_first_day: Mapped[bool] = mapped_column(server_default=false())
    is_assumed: Mapped[bool] = mapped_column(server_default=false())
    """Whether the demonstration merely assumes them (仮)."""
    is_confirmed: Mapped[bool] = mapped_column(server_default=false())
    entered_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]

    __table_args__ = (Index(None, "is_confirmed", "entered_at"),)

    @property
    def subject(self) -> Subject:
        """The document they stand in."""
        return Subject("document", self.document_id)


class AgreementExpiry(Model, Recorded):
    """The expiry day of one term as every party has confirmed it (満了日の確認): it is the fact from then on, as long
    as the dates hold from which it was reckoned (R4-8)."""

    __tablename__ = "agreement_expiries"

    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(unique=True)
    """Among all that were confirmed, from 1: of several for one term the last counts."""
    document_id: Mapped[str] = mapped_column(unique=True)
    """The document in which they confirmed it."""
    dates_id: Mapped[str]
    """The document of the dates from which it was reckoned; empty where the text states them."""
    number: Mapped[int]
    """Of the term, from 1."""
    expiry: Mapped[dt.date]
    confirmed_at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """The document in which they confirmed it."""
        return Subject("document", self.document_id)


class AgreementRenewal(Model, Recorded):
    """A renewal that the parties agreed on, where the text does not renew by itself ("renewal")."""

    __tablename__ = "agreement_renewals"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(unique=True)
    agreed_at: Mapped[dt.datetime]

    @property
    def subject(self) -> Subject:
        """The document in which they agreed."""
        return Subject("document", self.document_id)


class AgreementEnd(Model, Recorded):
    """An end of the agreement that has been announced: by whom and how, its last day in force, and whether what the
    text says of the time after the end applies (art. 4, 5)."""

    __tablename__ = "agreement_ends"

    id: Mapped[str] = mapped_column(primary_key=True)
    cause: Mapped[str]
    """`non_renewal`, `termination`, or `mutual` (by agreement of all parties)."""
    last_day: Mapped[dt.date]
    measures_apply: Mapped[bool]
    source_kind: Mapped[str]
    source_id: Mapped[str]
    """What announced it: a notice, or a document."""
    announced_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]

    __table_args__ = (
        CheckConstraint("cause IN ('non_renewal', 'termination', 'mutual')", name="end_has_a_cause"),
        Index(None, "revoked_at", "last_day"),
        Index(None, "source_id"),
    )

    @property
    def subject(self) -> Subject:
        """What announced it."""
        return Subject(self.source_kind, self.source_id)


class AgreementSetting(Model, Shared):
    """How the parties have settled a question the text leaves open, by a document they agreed on (art. 9): a
    convention of counting, what counts as writing, which of two clauses goes first (R9-5). The latest counts."""

    __tablename__ = "agreement_settings"

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    value: Mapped[str]
    reference: Mapped[str]
    """Of the document, or of the memorandum it names, as people cite it."""
    document_id: Mapped[str]
    settled_at: Mapped[dt.datetime]

    __table_args__ = (Index(None, "key", "settled_at"),)

    @property
    def subject(self) -> Subject:
        """The document that settled it."""
        return Subject("document", self.document_id)


keep_forever(AgreementEdition)
keep_forever(AgreementExpiry)
keep_forever(AgreementRenewal)
keep_forever(AgreementSetting)
