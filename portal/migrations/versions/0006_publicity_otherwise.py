"""Publications otherwise than agreed are counted by channel, and lists know what of publicity is still to come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_publicity_otherwise"
down_revision = "0005_publicity"


def upgrade() -> None:
    """What was recorded so far is kept: a difference from an agreed item is one of no agreed channel."""
    with op.batch_alter_table("publicity_items") as items:
        items.add_column(sa.Column("concerns_record_id", sa.Text(), nullable=True))
        items.add_column(sa.Column("otherwise", sa.BigInteger(), server_default="0", nullable=False))
        items.add_column(sa.Column("to_publish", sa.Text(), server_default="", nullable=False))
        items.add_column(sa.Column("is_done", sa.Boolean(), server_default=sa.false(), nullable=False))
        items.create_foreign_key(
            op.f("fk_publicity_items_concerns_record_id"), "publicity_records", ["concerns_record_id"], ["id"]
        )
        items.drop_constraint(op.f("no_more_is_published_than_agreed"), type_="check")
        items.create_check_constraint(
            op.f("no_more_is_out_than_agreed"),
            "published >= 0 AND otherwise >= 0 AND published + otherwise <= channels",
        )
    op.create_index(
        op.f("ix_publicity_items_concerns_record_id"), "publicity_items", ["concerns_record_id"], unique=False
    )
    op.create_index(
        op.f("ix_publicity_items_is_done_publicity_items_opens_at"), "publicity_items", ["is_done", "opens_at"], unique=False
    )  # fmt: skip
    op.execute("UPDATE publicity_items SET to_publish = publishers WHERE published < channels")
    op.execute(
        "UPDATE publicity_items SET is_done = true WHERE published >= channels OR id IN"
        " (SELECT id FROM documents WHERE standing IN ('declined', 'withdrawn', 'replaced'))"
    )
    with op.batch_alter_table("publicity_records") as records:
        records.add_column(sa.Column("channel", sa.BigInteger(), nullable=True))
        records.add_column(sa.Column("secrets", sa.Text(), server_default="unknown", nullable=False))
    op.execute("UPDATE publicity_records SET channel = 0 WHERE nature = 'differs'")
    with op.batch_alter_table("publicity_records") as records:
        records.drop_constraint(op.f("what_differs_differs_from_something"), type_="check")
        records.create_check_constraint(
            op.f("what_differs_differs_from_something"),
            "nature <> 'differs' OR (document_id IS NOT NULL AND channel IS NOT NULL)",
        )
        records.create_check_constraint(
            op.f("secrets_are_in_it_or_not"), "secrets IN ('no', 'yes', 'unknown')"
        )
