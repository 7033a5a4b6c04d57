"""Publicity items and what appeared, and the triggers that make the kept tables keep their rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_publicity"
down_revision = "0004_advice"


KEPT_FOREVER = ("embargoed_copies", "publications", "publicity_event_ends", "publicity_record_words")


def upgrade() -> None:
    """Every table and trigger stands."""
    op.create_table(
        "embargoed_copies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_embargoed_copies_document_id")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_embargoed_copies_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embargoed_copies")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_embargoed_copies_document_id_number")),
    )
    op.create_index(
        op.f("ix_embargoed_copies_document_id"), "embargoed_copies", ["document_id"], unique=False
    )

    op.create_table(
        "publications",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("channel", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("is_agreed_text", sa.Boolean(), nullable=False),
        sa.Column("final_text", sa.Text(), nullable=False),
        sa.Column("differences", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("copy_name", sa.Text(), nullable=False),
        sa.Column("copy_sha256", sa.Text(), nullable=False),
        sa.Column("copy_size", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("is_agreed_text OR final_text <> ''", name=op.f("other_words_are_given")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_publications_document_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_publications_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("document_id", "channel", name=op.f("uq_publications_document_id_channel")),
    )
    op.create_table(
        "publicity_event_ends",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_publicity_event_ends_document_id")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_publicity_event_ends_party")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_publicity_event_ends")),
    )
    op.create_table(
        "publicity_items",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("concerns_id", sa.Text(), nullable=True),
        sa.Column("timing_kind", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("event_ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("embargo", sa.Boolean(), nullable=False),
        sa.Column("publishers", sa.Text(), nullable=False),
        sa.Column("channels", sa.BigInteger(), nullable=False),
        sa.Column("published", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("normal", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "published >= 0 AND published <= channels", name=op.f("no_more_is_published_than_agreed")
        ),
        sa.ForeignKeyConstraint(
            ["concerns_id"], ["documents.id"], name=op.f("fk_publicity_items_concerns_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["documents.id"], name=op.f("fk_publicity_items_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_publicity_items_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity_items")),
        sa.UniqueConstraint("number", name=op.f("uq_publicity_items_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_publicity_items_reference")),
    )
    op.create_index(op.f("ix_publicity_items_closes_at"), "publicity_items", ["closes_at"], unique=False)
    op.create_index(op.f("ix_publicity_items_concerns_id"), "publicity_items", ["concerns_id"], unique=False)
    op.create_index(op.f("ix_publicity_items_opens_at"), "publicity_items", ["opens_at"], unique=False)
    op.create_index(
        op.f("ix_publicity_items_party_publicity_items_number"),
        "publicity_items",
        ["party", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_publicity_items_sort_publicity_items_number"),
        "publicity_items",
        ["sort", "number"],
        unique=False,
    )

    op.create_table(
        "publicity_records",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=True),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("appeared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("circumstances", sa.Text(), nullable=False),
        sa.Column("copy_name", sa.Text(), nullable=False),
        sa.Column("copy_sha256", sa.Text(), nullable=False),
        sa.Column("copy_size", sa.BigInteger(), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "nature <> 'differs' OR document_id IS NOT NULL", name=op.f("what_differs_differs_from_something")
        ),
        sa.CheckConstraint(
            "nature IN ('without_agreement', 'differs', 'for_information')",
            name=op.f("publicity_record_is_one_of_three"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_publicity_records_document_id")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_publicity_records_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity_records")),
        sa.UniqueConstraint("number", name=op.f("uq_publicity_records_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_publicity_records_reference")),
    )
    op.create_index(
        op.f("ix_publicity_records_document_id"), "publicity_records", ["document_id"], unique=False
    )
    op.create_index(
        op.f("ix_publicity_records_is_settled_publicity_records_number"),
        "publicity_records",
        ["is_settled", "number"],
        unique=False,
    )

    op.create_table(
        "publicity_record_words",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("is_settling", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attributed_to", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_publicity_record_words_party")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["publicity_records.id"], name=op.f("fk_publicity_record_words_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity_record_words")),
    )
    op.create_index(
        op.f("ix_publicity_record_words_record_id"), "publicity_record_words", ["record_id"], unique=False
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
