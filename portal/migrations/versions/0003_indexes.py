"""What replaces a document, and the first and last days of the register, are found by their indexes."""

from __future__ import annotations

from alembic import op

revision = "0003_indexes"
down_revision = "0002_auditors"


def upgrade() -> None:
    """The indexes are there."""
    op.create_index(op.f("ix_documents_replaces_id"), "documents", ["replaces_id"], unique=False)
    op.create_index(op.f("ix_activities_first_on"), "activities", ["first_on"], unique=False)
    op.create_index(op.f("ix_activities_last_on"), "activities", ["last_on"], unique=False)
