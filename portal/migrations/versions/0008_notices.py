"""Confirmed expiry days, intentions, notices with their arrival, and meetings; what is kept for ever among them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_notices"
down_revision = "0007_life"

KEPT_FOREVER = (
    "agreement_expiries",
    "meeting_words",
    "meetings",
    "notice_arrivals",
    "notice_attempts",
    "notice_decisions",
    "notice_records",
    "notice_words",
    "term_files",
    "term_intentions",
)


def upgrade() -> None:
    """Every table and trigger stands."""
    op.create_table(
        "agreement_expiries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("dates_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_expiries")),
        sa.UniqueConstraint("document_id", name=op.f("uq_agreement_expiries_document_id")),
        sa.UniqueConstraint("place", name=op.f("uq_agreement_expiries_place")),
    )
    op.create_table(
        "meetings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_meetings_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("number", name=op.f("uq_meetings_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_meetings_reference")),
    )
    op.create_index(op.f("ix_meetings_held_on"), "meetings", ["held_on"], unique=False)

    op.create_table(
        "notice_decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("absent_post", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_notice_decisions_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_decisions")),
    )
    op.create_index(op.f("ix_notice_decisions_notice_id"), "notice_decisions", ["notice_id"], unique=False)

    op.create_table(
        "notice_drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("savers", sa.Text(), nullable=False),
        sa.Column("saves", sa.BigInteger(), nullable=False),
        sa.Column("printed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_by_name", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_notice_drafts_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_drafts")),
    )
    op.create_index(
        op.f("ix_notice_drafts_party_notice_drafts_saved_at"),
        "notice_drafts",
        ["party", "saved_at"],
        unique=False,
    )

    op.create_table(
        "term_files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("of_kind", sa.Text(), nullable=False),
        sa.Column("of_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_term_files_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_files")),
    )
    op.create_index(op.f("ix_term_files_of_id"), "term_files", ["of_id"], unique=False)

    op.create_table(
        "term_intentions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("term_number", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "says IN ('continue', 'not', 'undecided')", name=op.f("intention_is_one_of_three")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_term_intentions_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_intentions")),
        sa.UniqueConstraint(
            "term_number", "party", "number", name=op.f("uq_term_intentions_term_number_party_number")
        ),
    )
    op.create_table(
        "meeting_words",
        sa.Column("id", sa.Text(), nullable=False),
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
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_words_meeting_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_meeting_words_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_words")),
        sa.UniqueConstraint(
            "meeting_id", "party", "number", name=op.f("uq_meeting_words_meeting_id_party_number")
        ),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.Column("term_number", sa.BigInteger(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("dispatched_on", sa.Date(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("standing", sa.Text(), server_default="", nullable=False),
        sa.Column("waits_for", sa.Text(), server_default="", nullable=False),
        sa.Column("to_second", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'non_renewal' AND term_number IS NOT NULL AND planned_on IS NULL) OR "
            "(kind = 'termination' AND planned_on IS NOT NULL AND term_number IS NULL)",
            name=op.f("notice_is_of_a_term_or_of_a_day"),
        ),
        sa.CheckConstraint(
            "means IN ('hand', 'registered', 'certified', 'electronic', 'other')",
            name=op.f("notice_has_its_means"),
        ),
        sa.CheckConstraint(
            "standing IN ('', 'timely', 'review', 'late')", name=op.f("notice_stands_in_one_way")
        ),
        sa.CheckConstraint(
            "(withdrawn_by IS NULL) = (withdrawn_at IS NULL)", name=op.f("notice_is_withdrawn_by_a_document")
        ),
        sa.ForeignKeyConstraint(["confirmed_by"], ["documents.id"], name=op.f("fk_notices_confirmed_by")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_notices_party")),
        sa.ForeignKeyConstraint(["registered_by"], ["parties.key"], name=op.f("fk_notices_registered_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["documents.id"], name=op.f("fk_notices_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("number", name=op.f("uq_notices_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_notices_reference")),
    )
    op.create_index(
        op.f("ix_notices_withdrawn_at_notices_number"), "notices", ["withdrawn_at", "number"], unique=False
    )

    op.create_table(
        "notice_arrivals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("evidence_on", sa.Date(), nullable=True),
        sa.Column("file_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_arrivals_notice_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_notice_arrivals_party")),
        sa.ForeignKeyConstraint(["receiver"], ["parties.key"], name=op.f("fk_notice_arrivals_receiver")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_arrivals")),
        sa.UniqueConstraint("notice_id", "number", name=op.f("uq_notice_arrivals_notice_id_number")),
    )
    op.create_table(
        "notice_attempts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("tried_on", sa.Date(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("circumstances", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=True),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_attempts_notice_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_notice_attempts_party")),
        sa.ForeignKeyConstraint(["receiver"], ["parties.key"], name=op.f("fk_notice_attempts_receiver")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_attempts")),
    )
    op.create_index(op.f("ix_notice_attempts_notice_id"), "notice_attempts", ["notice_id"], unique=False)

    op.create_table(
        "notice_records",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_records_notice_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_notice_records_party")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice_records")),
    )
    op.create_table(
        "notice_words",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("arrival_id", sa.Text(), nullable=False),
        sa.Column("is_second", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("is_confirmed OR remark <> ''", name=op.f("arrival_seen_otherwise_says_what")),
        sa.ForeignKeyConstraint(
            ["arrival_id"], ["notice_arrivals.id"], name=op.f("fk_notice_words_arrival_id")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_words_notice_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_notice_words_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_words")),
    )
    op.create_index(op.f("ix_notice_words_notice_id"), "notice_words", ["notice_id"], unique=False)

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
