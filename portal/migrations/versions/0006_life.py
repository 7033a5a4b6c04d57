"""What the agreement's life needs: agreed renewals, announced ends, and questions settled by the parties."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_life"
down_revision = "0005_publicity"

KEPT_FOREVER = ("agreement_renewals", "agreement_settings")


def upgrade() -> None:
    """Every table and trigger stands."""
    op.create_table(
        "agreement_ends",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("measures_apply", sa.Boolean(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "cause IN ('non_renewal', 'termination', 'mutual')", name=op.f("end_has_a_cause")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_ends")),
    )
    op.create_index(
        op.f("ix_agreement_ends_revoked_at_agreement_ends_last_day"),
        "agreement_ends",
        ["revoked_at", "last_day"],
    )
    op.create_index(op.f("ix_agreement_ends_source_id"), "agreement_ends", ["source_id"])
    op.create_table(
        "agreement_renewals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_renewals")),
        sa.UniqueConstraint("document_id", name=op.f("uq_agreement_renewals_document_id")),
    )
    op.create_table(
        "agreement_settings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_settings")),
    )
    op.create_index(
        op.f("ix_agreement_settings_key_agreement_settings_settled_at"),
        "agreement_settings",
        ["key", "settled_at"],
    )
    for table in KEPT_FOREVER:
        for statement in triggers_that_keep(table, op.get_bind().dialect.name):
            op.get_bind().exec_driver_sql(statement)


def triggers_that_keep(table: str, dialect: str) -> list[str]:
    """The statements that make `table` refuse UPDATE, DELETE and TRUNCATE on `dialect`."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_keeps_update BEFORE UPDATE ON {table} WHEN NOT (0 = 1) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is kept for ever'); END",
            f"CREATE TRIGGER {table}_keeps_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is kept for ever'); END",
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'UPDATE' THEN IF 0 = 1 THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{table} is kept for ever'; END $$",
        f"CREATE TRIGGER {table}_keeps_rows BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_keep()",
        f"CREATE TRIGGER {table}_keeps_all BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_keep()",
    ]
