"""Changes to the agreement and doubts about it; which document each edition came of, and which edition records rest on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_doubts"
down_revision = "0009_handback"

KEPT_FOREVER = ("doubt_meeting_words", "doubt_meetings", "doubt_notes", "doubt_positions", "doubt_records")


def upgrade() -> None:
    """Every table, column and trigger stands."""
    op.create_table(
        "doubts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("clauses", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("silent", sa.Text(), server_default="", nullable=False),
        sa.Column("to_confirm", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(standing = 'open') = (ended_at IS NULL)", name=op.f("an_open_doubt_has_no_end")),
        sa.CheckConstraint(
            "standing IN ('open', 'answered', 'closed', 'withdrawn')",
            name=op.f("doubt_stands_in_one_of_four_ways"),
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_doubts_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubts")),
        sa.UniqueConstraint("number", name=op.f("uq_doubts_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_doubts_reference")),
    )
    op.create_index(op.f("ix_doubts_standing_doubts_number"), "doubts", ["standing", "number"])

    op.create_table(
        "amendments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("clauses", sa.Text(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=True),
        sa.Column("executed_by_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["executed_by_id"], ["documents.id"], name=op.f("fk_amendments_executed_by_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["documents.id"], name=op.f("fk_amendments_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendments")),
    )
    op.create_table(
        "doubt_answers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("doubt_id", sa.Text(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("clauses", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["doubt_id"], ["doubts.id"], name=op.f("fk_doubt_answers_doubt_id")),
        sa.ForeignKeyConstraint(["id"], ["documents.id"], name=op.f("fk_doubt_answers_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt_answers")),
    )
    op.create_index(op.f("ix_doubt_answers_doubt_id"), "doubt_answers", ["doubt_id"])

    op.create_table(
        "doubt_files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("doubt_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["doubt_id"], ["doubts.id"], name=op.f("fk_doubt_files_doubt_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_doubt_files_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt_files")),
    )
    op.create_index(op.f("ix_doubt_files_doubt_id"), "doubt_files", ["doubt_id"])

    op.create_table(
        "doubt_meetings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("doubt_id", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), server_default="", nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["doubt_id"], ["doubts.id"], name=op.f("fk_doubt_meetings_doubt_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_doubt_meetings_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt_meetings")),
    )
    op.create_index(op.f("ix_doubt_meetings_doubt_id"), "doubt_meetings", ["doubt_id"])

    op.create_table(
        "doubt_notes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("doubt_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["doubt_id"], ["doubts.id"], name=op.f("fk_doubt_notes_doubt_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_doubt_notes_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt_notes")),
    )
    op.create_index(op.f("ix_doubt_notes_doubt_id_doubt_notes_party"), "doubt_notes", ["doubt_id", "party"])

    op.create_table(
        "doubt_positions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("doubt_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), server_default="", nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["doubt_id"], ["doubts.id"], name=op.f("fk_doubt_positions_doubt_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_doubt_positions_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt_positions")),
    )
    op.create_index(op.f("ix_doubt_positions_doubt_id"), "doubt_positions", ["doubt_id"])

    op.create_table(
        "doubt_records",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("doubt_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["doubt_id"], ["doubts.id"], name=op.f("fk_doubt_records_doubt_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_doubt_records_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt_records")),
        sa.UniqueConstraint(
            "doubt_id", "kind", "record_id", name=op.f("uq_doubt_records_doubt_id_kind_record_id")
        ),
    )
    op.create_index(
        op.f("ix_doubt_records_record_id_doubt_records_kind"), "doubt_records", ["record_id", "kind"]
    )

    op.create_table(
        "amendment_executions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("amendment_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendments.id"], name=op.f("fk_amendment_executions_amendment_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["documents.id"], name=op.f("fk_amendment_executions_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment_executions")),
    )
    op.create_index(op.f("ix_amendment_executions_amendment_id"), "amendment_executions", ["amendment_id"])

    op.create_table(
        "doubt_meeting_words",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("doubt_id", sa.Text(), nullable=False),
        sa.Column("meeting_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("is_confirmed OR remark <> ''", name=op.f("meeting_seen_otherwise_says_what")),
        sa.ForeignKeyConstraint(["doubt_id"], ["doubts.id"], name=op.f("fk_doubt_meeting_words_doubt_id")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["doubt_meetings.id"], name=op.f("fk_doubt_meeting_words_meeting_id")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_doubt_meeting_words_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt_meeting_words")),
        sa.UniqueConstraint(
            "meeting_id", "party", "number", name=op.f("uq_doubt_meeting_words_meeting_id_party_number")
        ),
    )
    op.create_index(op.f("ix_doubt_meeting_words_doubt_id"), "doubt_meeting_words", ["doubt_id"])

    op.add_column("agreement_editions", sa.Column("document_id", sa.Text(), nullable=True))

    op.add_column(
        "publicity_records", sa.Column("edition", sa.BigInteger(), server_default="1", nullable=False)
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
