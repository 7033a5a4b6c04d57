"""Who took an entry of advice as a paper, or within a table of the log, is kept, so that they are told of a correction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_advice_copies"
down_revision = "0012_turns"


def upgrade() -> None:
    """The table and its triggers stand. What was taken before is not known."""
    op.create_table(
        "advice_copies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first <= last", name=op.f("copied_from_first_to_last")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_advice_copies_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_copies")),
        sa.UniqueConstraint("member_id", "first", "last", name=op.f("uq_advice_copies_member_id_first_last")),
    )
    op.create_index(
        op.f("ix_advice_copies_first_advice_copies_last"), "advice_copies", ["first", "last"], unique=False
    )
    for statement in triggers_that_keep("advice_copies", op.get_bind().dialect.name):
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
