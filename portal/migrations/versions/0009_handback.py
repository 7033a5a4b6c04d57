"""The ledger of what was handed over, what becomes of it, and the files that were disposed of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_handback"
down_revision = "0008_notices"

KEPT_FOREVER = ("erased_files", "handover_records", "holding_acts")
MAY_ERASE = {
    "handover_records": (
        ("handover_id", "digest", "sealed", "party", "member_id", "name", "post", "at"),
        "sealed",
    )
}
"""Of a kept table its columns, and the one that a disposal may erase."""


def upgrade() -> None:
    """Every table and trigger stands."""
    op.create_table(
        "erased_files",
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("about_kind", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_erased_files")),
    )
    op.create_table(
        "handover_files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("handover_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("source_of", sa.Text(), server_default="", nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "erased_at IS NULL OR (name = '' AND sha256 = '')", name=op.f("nothing_is_left_of_erased_files")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_handover_files_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_files")),
    )
    op.create_index(op.f("ix_handover_files_handover_id"), "handover_files", ["handover_id"])
    op.create_index(op.f("ix_handover_files_source"), "handover_files", ["source"])
    op.create_index(op.f("ix_handover_files_source_of"), "handover_files", ["source_of"])

    op.create_table(
        "handovers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("discloser", sa.Text(), nullable=False),
        sa.Column("receivers", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("copies", sa.BigInteger(), nullable=False),
        sa.Column("disclosed_on", sa.Date(), nullable=False),
        sa.Column("marking", sa.Text(), nullable=False),
        sa.Column("activity_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("normal", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrects_id", sa.Text(), nullable=True),
        sa.Column("corrected_by_id", sa.Text(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_files", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("erased_words", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "marking IN ('marked', 'recognizable', 'open', 'undecided')",
            name=op.f("handover_is_secret_or_not_or_undecided"),
        ),
        sa.CheckConstraint("copies > 0", name=op.f("there_is_at_least_one")),
        sa.ForeignKeyConstraint(
            ["corrected_by_id"], ["handovers.id"], name=op.f("fk_handovers_corrected_by_id")
        ),
        sa.ForeignKeyConstraint(["corrects_id"], ["handovers.id"], name=op.f("fk_handovers_corrects_id")),
        sa.ForeignKeyConstraint(["discloser"], ["parties.key"], name=op.f("fk_handovers_discloser")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_handovers_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_handovers_corrects_id")),
        sa.UniqueConstraint("number", name=op.f("uq_handovers_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_handovers_reference")),
    )
    op.create_index(op.f("ix_handovers_activity_id_handovers_number"), "handovers", ["activity_id", "number"])

    op.create_table(
        "handover_drafts",
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
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["handovers.id"], name=op.f("fk_handover_drafts_corrects_id")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_handover_drafts_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_drafts")),
    )
    op.create_index(
        op.f("ix_handover_drafts_party_handover_drafts_saved_at"), "handover_drafts", ["party", "saved_at"]
    )

    op.create_table(
        "handover_records",
        sa.Column("handover_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handovers.id"], name=op.f("fk_handover_records_handover_id")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_handover_records_party")),
        sa.PrimaryKeyConstraint("handover_id", name=op.f("pk_handover_records")),
    )
    op.create_table(
        "holdings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("handover_id", sa.Text(), nullable=False),
        sa.Column("discloser", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("waits_for", sa.Text(), server_default="", nullable=False),
        sa.Column("waits_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed", sa.Text(), server_default="", nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), server_default="", nullable=False),
        sa.Column("instruction", sa.Text(), server_default="", nullable=False),
        sa.Column("erases", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("done", sa.Text(), server_default="", nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("retained_until", sa.Date(), nullable=True),
        sa.Column("acts", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "done <> 'dispose' OR instruction = 'dispose'",
            name=op.f("nothing_is_disposed_of_without_instruction"),
        ),
        sa.CheckConstraint(
            "step <> 'kept' OR instruction = 'keep'", name=op.f("what_is_kept_was_left_to_the_receiver")
        ),
        sa.CheckConstraint("discloser <> receiver", name=op.f("handover_goes_to_another")),
        sa.ForeignKeyConstraint(["discloser"], ["parties.key"], name=op.f("fk_holdings_discloser")),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_holdings_handover_id")),
        sa.ForeignKeyConstraint(["receiver"], ["parties.key"], name=op.f("fk_holdings_receiver")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holdings")),
        sa.UniqueConstraint("handover_id", "receiver", name=op.f("uq_holdings_handover_id_receiver")),
        sa.UniqueConstraint("place", name=op.f("uq_holdings_place")),
    )
    op.create_index(
        op.f("ix_holdings_discloser_holdings_step_holdings_place"), "holdings", ["discloser", "step", "place"]
    )
    op.create_index(
        op.f("ix_holdings_receiver_holdings_step_holdings_place"), "holdings", ["receiver", "step", "place"]
    )
    op.create_index(
        op.f("ix_holdings_waits_for_holdings_waits_since"), "holdings", ["waits_for", "waits_since"]
    )

    op.create_table(
        "holders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("holding_id", sa.Text(), nullable=False),
        sa.Column("handover_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("copies", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("normal", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_how", sa.Text(), server_default="", nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("copies > 0", name=op.f("a_holder_has_at_least_one")),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_holders_handover_id")),
        sa.ForeignKeyConstraint(["holding_id"], ["holdings.id"], name=op.f("fk_holders_holding_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_holders_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holders")),
    )
    op.create_index(op.f("ix_holders_handover_id"), "holders", ["handover_id"])
    op.create_index(op.f("ix_holders_holding_id_holders_ended_on"), "holders", ["holding_id", "ended_on"])

    op.create_table(
        "holding_acts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("holding_id", sa.Text(), nullable=False),
        sa.Column("handover_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("erases", sa.Boolean(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_holding_acts_handover_id")),
        sa.ForeignKeyConstraint(["holding_id"], ["holdings.id"], name=op.f("fk_holding_acts_holding_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_holding_acts_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding_acts")),
        sa.UniqueConstraint("holding_id", "number", name=op.f("uq_holding_acts_holding_id_number")),
    )
    op.create_index(op.f("ix_holding_acts_handover_id"), "holding_acts", ["handover_id"])
    for table in KEPT_FOREVER:
        for statement in triggers_that_keep(table, op.get_bind().dialect.name):
            op.get_bind().exec_driver_sql(statement)


def is_erasing(table: str, same: str) -> str:
    """What a change of a row must be to pass: nothing, but for the erasing of the columns that may be erased."""
    if table not in MAY_ERASE:
        return "0 = 1"
    columns, erasable = MAY_ERASE[table]
    return " AND ".join(
        f"NEW.{name} IS NULL" if name == erasable else f"NEW.{name} {same} OLD.{name}" for name in columns
    )


def triggers_that_keep(table: str, dialect: str) -> list[str]:
    """The statements that make `table` refuse UPDATE, DELETE and TRUNCATE on `dialect`."""
    passes = is_erasing(table, "IS" if dialect == "sqlite" else "IS NOT DISTINCT FROM")
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_keeps_update BEFORE UPDATE ON {table} WHEN NOT ({passes}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is kept for ever'); END",
            f"CREATE TRIGGER {table}_keeps_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is kept for ever'); END",
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'UPDATE' THEN IF {passes} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{table} is kept for ever'; END $$",
        f"CREATE TRIGGER {table}_keeps_rows BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_keep()",
        f"CREATE TRIGGER {table}_keeps_all BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_keep()",
    ]
