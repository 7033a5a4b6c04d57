"""The auditors whom a party proposes, and the other parties' consents, which keep their rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_auditors"
down_revision = "0001_founding"


def upgrade() -> None:
    """Both tables and the triggers of the consents stand."""
    op.create_table(
        "auditor_appointments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by"], ["members.id"], name=op.f("fk_auditor_appointments_ended_by")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_auditor_appointments_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["members.id"], name=op.f("fk_auditor_appointments_proposed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auditor_appointments")),
    )
    op.create_index(
        op.f("ix_auditor_appointments_member_id"), "auditor_appointments", ["member_id"], unique=False
    )
    op.create_table(
        "auditor_consents",
        sa.Column("appointment_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["auditor_appointments.id"], name=op.f("fk_auditor_consents_appointment_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_auditor_consents_member_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_auditor_consents_party")),
        sa.PrimaryKeyConstraint("appointment_id", "party", name=op.f("pk_auditor_consents")),
    )
    for statement in triggers_that_keep("auditor_consents", op.get_bind().dialect.name):
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
