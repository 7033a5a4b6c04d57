"""The log of advice, and the triggers that make its kept tables keep their rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_advice"
down_revision = "0003_indexes"


KEPT_FOREVER = (
    "advice_confirmations",
    "advice_decisions",
    "advice_handlings",
    "advice_links",
    "advice_notes",
    "advice_records",
    "advice_takings",
)


def upgrade() -> None:
    """Every table and trigger stands."""
    op.create_table(
        "advice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("giver", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("marking", sa.Text(), nullable=False),
        sa.Column("activity_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("adviser", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("clauses", sa.Text(), nullable=False),
        sa.Column("corrects_id", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("normal", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_by_id", sa.Text(), nullable=True),
        sa.Column("waits_for", sa.Text(), server_default="", nullable=False),
        sa.Column("waits_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed", sa.Text(), server_default="", nullable=False),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("to_check", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "result IN ('', 'adopted', 'partly', 'not', 'reference')", name=op.f("advice_is_not_rated")
        ),
        sa.CheckConstraint("giver <> receiver", name=op.f("advice_goes_to_another")),
        sa.CheckConstraint("party IN (giver, receiver)", name=op.f("advice_is_recorded_by_one_of_the_two")),
        sa.ForeignKeyConstraint(["corrected_by_id"], ["advice.id"], name=op.f("fk_advice_corrected_by_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["advice.id"], name=op.f("fk_advice_corrects_id")),
        sa.ForeignKeyConstraint(["giver"], ["parties.key"], name=op.f("fk_advice_giver")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_advice_party")),
        sa.ForeignKeyConstraint(["receiver"], ["parties.key"], name=op.f("fk_advice_receiver")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_advice_corrects_id")),
        sa.UniqueConstraint("number", name=op.f("uq_advice_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_advice_reference")),
    )
    op.create_index(
        op.f("ix_advice_activity_id_advice_number"), "advice", ["activity_id", "number"], unique=False
    )
    op.create_index(op.f("ix_advice_giver_advice_number"), "advice", ["giver", "number"], unique=False)
    op.create_index(
        op.f("ix_advice_to_check_advice_waits_since"), "advice", ["to_check", "waits_since"], unique=False
    )
    op.create_index(
        op.f("ix_advice_waits_for_advice_waits_since"), "advice", ["waits_for", "waits_since"], unique=False
    )

    op.create_table(
        "advice_files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("advice_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_advice_files_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_files")),
    )
    op.create_index(op.f("ix_advice_files_advice_id"), "advice_files", ["advice_id"], unique=False)

    op.create_table(
        "advice_drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("corrects_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), server_default="", nullable=False),
        sa.Column("saves", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_by_name", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["corrects_id"], ["advice.id"], name=op.f("fk_advice_drafts_corrects_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_advice_drafts_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_drafts")),
    )
    op.create_index(
        op.f("ix_advice_drafts_party_advice_drafts_saved_at"),
        "advice_drafts",
        ["party", "saved_at"],
        unique=False,
    )

    op.create_table(
        "advice_handlings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("advice_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["advice_id"], ["advice.id"], name=op.f("fk_advice_handlings_advice_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_advice_handlings_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_handlings")),
        sa.UniqueConstraint("advice_id", "number", name=op.f("uq_advice_handlings_advice_id_number")),
    )
    op.create_table(
        "advice_links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("advice_id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("activity_id", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["advice_id"], ["advice.id"], name=op.f("fk_advice_links_advice_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_advice_links_document_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_advice_links_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_links")),
        sa.UniqueConstraint("advice_id", "document_id", name=op.f("uq_advice_links_advice_id_document_id")),
    )
    op.create_index(op.f("ix_advice_links_activity_id"), "advice_links", ["activity_id"], unique=False)
    op.create_index(op.f("ix_advice_links_document_id"), "advice_links", ["document_id"], unique=False)

    op.create_table(
        "advice_notes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("advice_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["advice_id"], ["advice.id"], name=op.f("fk_advice_notes_advice_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_advice_notes_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_notes")),
    )
    op.create_index(
        op.f("ix_advice_notes_advice_id_advice_notes_party"),
        "advice_notes",
        ["advice_id", "party"],
        unique=False,
    )

    op.create_table(
        "advice_notices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("advice_id", sa.Text(), nullable=False),
        sa.Column("corrected_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_read", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("read_by", sa.Text(), server_default="", nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["advice_id"], ["advice.id"], name=op.f("fk_advice_notices_advice_id")),
        sa.ForeignKeyConstraint(["corrected_id"], ["advice.id"], name=op.f("fk_advice_notices_corrected_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_advice_notices_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_notices")),
        sa.UniqueConstraint("advice_id", "member_id", name=op.f("uq_advice_notices_advice_id_member_id")),
    )
    op.create_index(
        op.f("ix_advice_notices_party_advice_notices_at"), "advice_notices", ["party", "at"], unique=False
    )

    op.create_table(
        "advice_records",
        sa.Column("advice_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["advice_id"], ["advice.id"], name=op.f("fk_advice_records_advice_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_advice_records_party")),
        sa.PrimaryKeyConstraint("advice_id", name=op.f("pk_advice_records")),
        sa.UniqueConstraint("advice_id", "digest", name=op.f("uq_advice_records_advice_id_digest")),
    )
    op.create_table(
        "advice_takings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("advice_id", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["advice_id"], ["advice.id"], name=op.f("fk_advice_takings_advice_id")),
        sa.ForeignKeyConstraint(["file_id"], ["advice_files.id"], name=op.f("fk_advice_takings_file_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_advice_takings_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_takings")),
        sa.UniqueConstraint("file_id", "member_id", name=op.f("uq_advice_takings_file_id_member_id")),
    )
    op.create_index(op.f("ix_advice_takings_advice_id"), "advice_takings", ["advice_id"], unique=False)

    op.create_table(
        "advice_confirmations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("advice_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("is_same OR remark <> ''", name=op.f("advice_seen_otherwise_says_what")),
        sa.ForeignKeyConstraint(
            ["advice_id", "digest"],
            ["advice_records.advice_id", "advice_records.digest"],
            name=op.f("fk_advice_confirmations_advice_id_digest"),
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_advice_confirmations_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_confirmations")),
        sa.UniqueConstraint("advice_id", "number", name=op.f("uq_advice_confirmations_advice_id_number")),
    )
    op.create_table(
        "advice_decisions",
        sa.Column("handling_id", sa.Text(), nullable=False),
        sa.Column("advice_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("procurement", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["advice_id"], ["advice.id"], name=op.f("fk_advice_decisions_advice_id")),
        sa.ForeignKeyConstraint(
            ["handling_id"], ["advice_handlings.id"], name=op.f("fk_advice_decisions_handling_id")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_advice_decisions_party")),
        sa.PrimaryKeyConstraint("handling_id", name=op.f("pk_advice_decisions")),
    )
    op.create_index(
        op.f("ix_advice_decisions_advice_id_advice_decisions_party"),
        "advice_decisions",
        ["advice_id", "party"],
        unique=False,
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
