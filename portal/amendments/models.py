"""Changes to the agreement as their list reads them, and the documents by which they are carried out."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Shared, Subject


class Amendment(Model, Shared):
    """A tabled change, as its latest revision says it, and what came of it. What it says stands in its revisions."""

    __tablename__ = "amendments"

    id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    """The document's."""
    base: Mapped[int]
    """The edition that it changes."""
    clauses: Mapped[str]
    """The ids of the clauses it concerns, as `,art-id,art-id,`."""
    edition: Mapped[int | None]
    """The edition that came of it; None as long as none has."""
    executed_by_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    """The registration of the executed document by which it came; None where the parties' consent sufficed."""

    @property
    def subject(self) -> Subject:
        """The document."""
        return Subject("document", self.id)


class AmendmentExecution(Model, Shared):
    """The registration of an executed document, tabled: which change it carries out."""

    __tablename__ = "amendment_executions"

    id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    """The document's."""
    amendment_id: Mapped[str] = mapped_column(ForeignKey("amendments.id"), index=True)

    @property
    def subject(self) -> Subject:
        """The document."""
        return Subject("document", self.id)
