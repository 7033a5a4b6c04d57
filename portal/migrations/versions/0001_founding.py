"""The tables of the first portal, and the triggers that make the kept ones keep their rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_founding"
down_revision = None

KEPT_FOREVER: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    # table, its columns, those a disposal may erase
    ("act_acknowledgements", (), ()),
    ("activity_acts", (), ()),
    ("agreement_editions", (), ()),
    ("closings", (), ()),
    ("comments", (), ()),
    ("consultation_confirmations", (), ()),
    ("consultations", (), ()),
    ("history_entries", (), ()),
    ("history_payloads", ("chain", "number", "field", "salt", "content"), ("salt", "content")),
    ("instance", (), ()),
    ("notes", (), ()),
    ("replies", (), ()),
    ("revisions", (), ()),
)


def upgrade() -> None:
    """Every table and trigger stands."""
    op.create_table(
        "agreement_dates",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("end_on_fixed", sa.Date(), nullable=True),
        sa.Column("count_first_day", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_assumed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_dates")),
    )
    op.create_index(
        op.f("ix_agreement_dates_is_confirmed_agreement_dates_entered_at"),
        "agreement_dates",
        ["is_confirmed", "entered_at"],
        unique=False,
    )
    op.create_table(
        "agreement_editions",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("portal_text", sa.Text(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_agreement_editions")),
    )
    op.create_table(
        "history_entries",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("leaf", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=True),
        sa.Column("party", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("activity_id", sa.Text(), nullable=True),
        sa.Column("is_chronicle", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("skeleton", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_history_entries")),
        sa.UniqueConstraint("chain", "previous", name=op.f("uq_history_entries_chain_previous")),
    )
    op.create_index(
        op.f(
            "ix_history_entries_chain_history_entries_activity_id_history_entries_at_history_entries_number"
        ),
        "history_entries",
        ["chain", "activity_id", "at", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_history_entries_chain_history_entries_actor_id_history_entries_at_history_entries_number"),
        "history_entries",
        ["chain", "actor_id", "at", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_history_entries_chain_history_entries_at_history_entries_number"),
        "history_entries",
        ["chain", "at", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_history_entries_chain_history_entries_clause_history_entries_at_history_entries_number"),
        "history_entries",
        ["chain", "clause", "at", "number"],
        unique=False,
    )
    op.create_index(
        op.f(
            "ix_history_entries_chain_history_entries_is_chronicle_history_entries_at_history_entries_number"
        ),
        "history_entries",
        ["chain", "is_chronicle", "at", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_history_entries_chain_history_entries_party_history_entries_at_history_entries_number"),
        "history_entries",
        ["chain", "party", "at", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_history_entries_chain_history_entries_verb_history_entries_at_history_entries_number"),
        "history_entries",
        ["chain", "verb", "at", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_history_entries_subject_id_history_entries_chain_history_entries_at_history_entries_number"),
        "history_entries",
        ["subject_id", "chain", "at", "number"],
        unique=False,
    )
    op.create_table(
        "history_heads",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_history_heads")),
    )
    op.create_table(
        "instance",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("founded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_table(
        "job_runs",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("due_key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", "due_key", name=op.f("pk_job_runs")),
    )
    op.create_table(
        "once_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_once_keys")),
    )
    op.create_table(
        "parties",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("four_eyes", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("officers_table", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_parties")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("counted_for", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(
        op.f("ix_sign_in_attempts_counted_for_sign_in_attempts_at"),
        "sign_in_attempts",
        ["counted_for", "at"],
        unique=False,
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.Text(), nullable=True),
        sa.Column("replaces_id", sa.Text(), nullable=True),
        sa.Column("copied_from_id", sa.Text(), nullable=True),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("tabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("agreed_revision_id", sa.Text(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waits_for", sa.Text(), server_default="", nullable=False),
        sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("to_confirm", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(standing IN ('agreed', 'held', 'replaced')) = (agreed_revision_id IS NOT NULL)",
            name=op.f("what_is_agreed_names_its_revision"),
        ),
        sa.CheckConstraint(
            "(reference IS NULL) = (tabled_at IS NULL)", name=op.f("a_reference_is_drawn_at_tabling")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_documents_party")),
        sa.ForeignKeyConstraint(["replaces_id"], ["documents.id"], name=op.f("fk_documents_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_documents_kind_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_documents_reference")),
    )
    op.create_index(op.f("ix_documents_activity_id"), "documents", ["activity_id"], unique=False)
    op.create_index(
        op.f("ix_documents_kind_documents_standing_documents_changed_at"),
        "documents",
        ["kind", "standing", "changed_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_documents_standing_documents_waits_since_documents_id_documents_waits_for"),
        "documents",
        ["standing", "waits_since", "id", "waits_for"],
        unique=False,
    )
    op.create_index(op.f("ix_documents_to_confirm"), "documents", ["to_confirm"], unique=False)
    op.create_table(
        "history_payloads",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["chain", "number"],
            ["history_entries.chain", "history_entries.number"],
            name=op.f("fk_history_payloads_chain_number"),
        ),
        sa.PrimaryKeyConstraint("chain", "number", "field", name=op.f("pk_history_payloads")),
    )
    op.create_table(
        "history_search_words",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("normal", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chain", "number"],
            ["history_entries.chain", "history_entries.number"],
            name=op.f("fk_history_search_words_chain_number"),
        ),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_history_search_words")),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=True),
        sa.Column("is_operator", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_normal", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), server_default="", nullable=False),
        sa.Column("administrator_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(party IS NULL) = is_operator", name=op.f("one_party_or_the_operator")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_members_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("email_normal", name=op.f("uq_members_email_normal")),
    )
    op.create_index(op.f("ix_members_party"), "members", ["party"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["chain", "number"],
            ["history_entries.chain", "history_entries.number"],
            name=op.f("fk_messages_chain_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("party", "chain", "number", name=op.f("uq_messages_party_chain_number")),
    )
    op.create_index(
        op.f("ix_messages_party_messages_at_messages_number"),
        "messages",
        ["party", "at", "number"],
        unique=False,
    )
    op.create_table(
        "account_mails",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_account_mails_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_mails")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_mails_token_hash")),
    )
    op.create_index(op.f("ix_account_mails_member_id"), "account_mails", ["member_id"], unique=False)
    op.create_index(
        op.f("ix_account_mails_sent_at_account_mails_dropped_at_account_mails_next_try_at"),
        "account_mails",
        ["sent_at", "dropped_at", "next_try_at"],
        unique=False,
    )
    op.create_table(
        "activities",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposal_id", sa.Text(), nullable=False),
        sa.Column("particulars_id", sa.Text(), nullable=True),
        sa.Column("settled_for", sa.Text(), server_default="", nullable=False),
        sa.Column("planned_start", sa.Date(), nullable=True),
        sa.Column("planned_end", sa.Date(), nullable=True),
        sa.Column("settle_by", sa.Text(), server_default="", nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("normal", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('ready', 'running', 'suspended', 'completed') OR particulars_id IS NOT NULL",
            name=op.f("nothing_is_carried_out_without_particulars"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('running', 'suspended', 'completed') OR started_on IS NOT NULL",
            name=op.f("what_is_under_way_has_started"),
        ),
        sa.ForeignKeyConstraint(
            ["particulars_id"], ["documents.id"], name=op.f("fk_activities_particulars_id")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_activities_party")),
        sa.ForeignKeyConstraint(["proposal_id"], ["documents.id"], name=op.f("fk_activities_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sa.UniqueConstraint("number", name=op.f("uq_activities_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_activities_reference")),
    )
    op.create_index(
        op.f("ix_activities_measure_activities_number"), "activities", ["measure", "number"], unique=False
    )
    op.create_index(
        op.f("ix_activities_party_activities_number"), "activities", ["party", "number"], unique=False
    )
    op.create_index(
        op.f("ix_activities_state_activities_number"), "activities", ["state", "number"], unique=False
    )
    op.create_index(
        op.f("ix_activities_state_activities_planned_end"),
        "activities",
        ["state", "planned_end"],
        unique=False,
    )
    op.create_index(
        op.f("ix_activities_state_activities_planned_start"),
        "activities",
        ["state", "planned_start"],
        unique=False,
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_attachments_document_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_attachments_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_document_id"), "attachments", ["document_id"], unique=False)
    op.create_table(
        "closings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "act IN ('decline', 'withdraw', 'hold', 'lift_hold')", name=op.f("closing_is_one_of_four")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_closings_document_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_closings_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
    )
    op.create_index(op.f("ix_closings_document_id"), "closings", ["document_id"], unique=False)
    op.create_table(
        "comments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_comments_document_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_comments_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    op.create_index(op.f("ix_comments_document_id"), "comments", ["document_id"], unique=False)
    op.create_table(
        "consent_grants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconded_by", sa.Text(), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "seconded_by IS NULL OR seconded_by <> asked_by", name=op.f("seconded_by_another")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["members.id"], name=op.f("fk_consent_grants_asked_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["members.id"], name=op.f("fk_consent_grants_ended_by")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_consent_grants_member_id")),
        sa.ForeignKeyConstraint(["seconded_by"], ["members.id"], name=op.f("fk_consent_grants_seconded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_grants")),
    )
    op.create_index(op.f("ix_consent_grants_member_id"), "consent_grants", ["member_id"], unique=False)
    op.create_table(
        "consultations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Text(), server_default="", nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_consultations_document_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_consultations_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultations")),
    )
    op.create_index(op.f("ix_consultations_document_id"), "consultations", ["document_id"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Text(), server_default="", nullable=False),
        sa.Column("savers", sa.Text(), nullable=False),
        sa.Column("saves", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_by_name", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_drafts_document_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_drafts_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("document_id", "party", name=op.f("uq_drafts_document_id_party")),
    )
    op.create_index(op.f("ix_drafts_party_drafts_saved_at"), "drafts", ["party", "saved_at"], unique=False)
    op.create_table(
        "notes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_notes_document_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_notes_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_document_id_notes_party"), "notes", ["document_id", "party"], unique=False)
    op.create_table(
        "posts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("held_from", sa.Date(), nullable=False),
        sa.Column("held_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_posts_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
    )
    op.create_index(op.f("ix_posts_member_id"), "posts", ["member_id"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("drafters", sa.Text(), nullable=False),
        sa.Column("tabled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_revisions_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_revisions_document_id_number")),
        sa.UniqueConstraint("id", "digest", name=op.f("uq_revisions_id_digest")),
    )
    op.create_table(
        "user_sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_visit_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("browser", sa.Text(), server_default="", nullable=False),
        sa.Column("network", sa.Text(), server_default="", nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_user_sessions_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_sessions_token_hash")),
    )
    op.create_index(op.f("ix_user_sessions_member_id"), "user_sessions", ["member_id"], unique=False)
    op.create_table(
        "activity_acts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("activity_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("beneficiaries", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("particulars_id", sa.Text(), nullable=True),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "act IN ('start', 'suspend', 'resume', 'complete', 'cancel')",
            name=op.f("activity_act_is_one_of_five"),
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_activity_acts_activity_id")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_activity_acts_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_acts")),
        sa.UniqueConstraint("activity_id", "number", name=op.f("uq_activity_acts_activity_id_number")),
    )
    op.create_table(
        "consultation_confirmations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_confirmations_consultation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_consultation_confirmations_document_id")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_consultation_confirmations_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_confirmations")),
        sa.UniqueConstraint(
            "consultation_id",
            "party",
            "at",
            name=op.f("uq_consultation_confirmations_consultation_id_party_at"),
        ),
    )
    op.create_index(
        op.f("ix_consultation_confirmations_document_id"),
        "consultation_confirmations",
        ["document_id"],
        unique=False,
    )
    op.create_table(
        "replies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("revision_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=True),
        sa.Column("decision_reference", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("absent_post", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "says <> 'consent' OR (capacity IS NOT NULL AND decision_reference IS NOT NULL)",
            name=op.f("consent_rests_on_a_decision"),
        ),
        sa.CheckConstraint("says <> 'send_back' OR reason IS NOT NULL", name=op.f("sent_back_has_reason")),
        sa.CheckConstraint(
            "says <> 'withdraw' OR reason IS NOT NULL", name=op.f("withdrawn_consent_has_reason")
        ),
        sa.CheckConstraint(
            "says IN ('consent', 'withdraw', 'send_back')", name=op.f("reply_says_one_of_three")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_replies_document_id")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_replies_party")),
        sa.ForeignKeyConstraint(
            ["revision_id", "digest"],
            ["revisions.id", "revisions.digest"],
            name=op.f("fk_replies_revision_id_digest"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint(
            "revision_id", "party", "number", name=op.f("uq_replies_revision_id_party_number")
        ),
    )
    op.create_index(op.f("ix_replies_document_id"), "replies", ["document_id"], unique=False)
    op.create_table(
        "act_acknowledgements",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("activity_id", sa.Text(), nullable=False),
        sa.Column("act_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("is_acknowledged", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("is_acknowledged OR remark <> ''", name=op.f("seen_otherwise_says_what")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["activity_acts.id"], name=op.f("fk_act_acknowledgements_act_id")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_act_acknowledgements_activity_id")
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_act_acknowledgements_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_acknowledgements")),
        sa.UniqueConstraint(
            "act_id", "party", "number", name=op.f("uq_act_acknowledgements_act_id_party_number")
        ),
    )
    op.create_index(
        op.f("ix_act_acknowledgements_activity_id"), "act_acknowledgements", ["activity_id"], unique=False
    )

    for table, columns, erasable in KEPT_FOREVER:
        for statement in triggers_that_keep(table, op.get_bind().dialect.name, columns, erasable):
            op.get_bind().exec_driver_sql(statement)


def triggers_that_keep(
    table: str, dialect: str, columns: tuple[str, ...] = (), but_may_erase: tuple[str, ...] = ()
) -> list[str]:
    """The statements that make `table` refuse UPDATE, DELETE and TRUNCATE on `dialect`.

    With `but_may_erase`, `columns` names every column, and an update passes that only erases those.
    """
    is_erasing = "0 = 1"
    if but_may_erase:
        same = "IS" if dialect == "sqlite" else "IS NOT DISTINCT FROM"
        is_erasing = " AND ".join(
            f"NEW.{name} IS NULL" if name in but_may_erase else f"NEW.{name} {same} OLD.{name}"
            for name in columns
        )
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_keeps_update BEFORE UPDATE ON {table} WHEN NOT ({is_erasing}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is kept for ever'); END",
            f"CREATE TRIGGER {table}_keeps_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is kept for ever'); END",
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'UPDATE' THEN IF {is_erasing} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{table} is kept for ever'; END $$",
        f"CREATE TRIGGER {table}_keeps_rows BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_keep()",
        f"CREATE TRIGGER {table}_keeps_all BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_keep()",
    ]
