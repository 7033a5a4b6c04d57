"""The adopted editions of the agreement, and its dates as entered and confirmed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Recorded, Subject, keep_forever


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


keep_forever(AgreementEdition)
