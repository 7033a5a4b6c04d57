"""The queue of every mail, who has read which message, calendars, and where parties file receipts."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0011_messages"
down_revision = "0010_doubts"

MOMENT = sa.DateTime(timezone=True)
SAME = (
    "id", "member_id", "purpose", "address", "asked_at", "token_hash", "expires_at", "used_at", "sent_at", "dropped_at",
    "tries",
)  # fmt: skip
OLD = sa.table(
    "account_mails",
    *(sa.column(name, MOMENT if name.endswith("_at") else sa.Text()) for name in (*SAME[:-1], "next_try_at")),
    sa.column("tries", sa.BigInteger()),
)
NEW = sa.table(
    "mails",
    *(
        sa.column(name, MOMENT if name.endswith("_at") else sa.Text())
        for name in (*SAME[:-1], "next_try_at", "seed", "fault")
    ),
    sa.column("tries", sa.BigInteger()),
    sa.column("number", sa.BigInteger()),
    sa.column("is_mandatory", sa.Boolean()),
)
MESSAGES = sa.table("messages", sa.column("at", MOMENT), sa.column("delivered_at", MOMENT))
MEMBERS = sa.table("members", sa.column("id", sa.Text()), sa.column("added_at", MOMENT))
MARKS = sa.table("inbox_marks", sa.column("member_id", sa.Text()), sa.column("read_until", MOMENT))
RUNS = sa.table("job_runs", sa.column("job", sa.Text()))


def upgrade() -> None:
    """Every table stands, and what was there is carried over."""
    op.create_table(
        "inbox_marks",
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("read_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_inbox_marks")),
    )
    op.create_table(
        "mail_server",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("held_by", sa.Text(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("down_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_server")),
    )
    op.create_table(
        "entries_to_file",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["chain", "number"],
            ["history_entries.chain", "history_entries.number"],
            name=op.f("fk_entries_to_file_chain_number"),
        ),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_entries_to_file")),
    )
    op.create_index(
        op.f("ix_entries_to_file_delivered_at"), "entries_to_file", ["delivered_at"], unique=False
    )

    op.create_table(
        "archive_addresses",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_normal", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by"], ["members.id"], name=op.f("fk_archive_addresses_ended_by")),
        sa.ForeignKeyConstraint(["entered_by"], ["members.id"], name=op.f("fk_archive_addresses_entered_by")),
        sa.ForeignKeyConstraint(["party"], ["parties.key"], name=op.f("fk_archive_addresses_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_addresses")),
    )
    op.create_index(op.f("ix_archive_addresses_party"), "archive_addresses", ["party"], unique=False)

    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_calendar_feeds_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feeds_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feeds_member_id"), "calendar_feeds", ["member_id"], unique=False)

    op.create_table(
        "message_reads",
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_reads_message_id")),
        sa.PrimaryKeyConstraint("member_id", "message_id", name=op.f("pk_message_reads")),
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("is_mandatory", sa.Boolean(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=True),
        sa.Column("archive_id", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.Column("head", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seed", sa.Text(), nullable=True),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "next_try_at IS NULL OR (sent_at IS NULL AND dropped_at IS NULL AND dead_at IS NULL)",
            name=op.f("what_is_settled_is_not_tried"),
        ),
        sa.ForeignKeyConstraint(["archive_id"], ["archive_addresses.id"], name=op.f("fk_mails_archive_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_mails_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("number", name=op.f("uq_mails_number")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mails_token_hash")),
    )
    op.create_index(op.f("ix_mails_archive_id"), "mails", ["archive_id"], unique=False)
    op.create_index(op.f("ix_mails_dead_at"), "mails", ["dead_at"], unique=False)
    op.create_index(op.f("ix_mails_member_id"), "mails", ["member_id"], unique=False)
    op.create_index(op.f("ix_mails_next_try_at"), "mails", ["next_try_at"], unique=False)

    op.create_table(
        "mail_lines",
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("is_mandatory", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mail_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_mail_lines_mail_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_mail_lines_member_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_mail_lines_message_id")),
        sa.PrimaryKeyConstraint("member_id", "message_id", name=op.f("pk_mail_lines")),
    )
    op.create_index(
        op.f("ix_mail_lines_mail_id_mail_lines_at"), "mail_lines", ["mail_id", "at"], unique=False
    )

    _carry_over_account_mails()
    op.drop_table("account_mails")
    op.add_column("members", sa.Column("mail_choice", sa.Text(), server_default="daily", nullable=False))
    op.create_index(op.f("ix_messages_delivered_at"), "messages", ["delivered_at"], unique=False)
    _what_was_told_before_is_told()


def _carry_over_account_mails() -> None:
    """The mails of accounts stand in the one queue, in the order in which they were asked for; links that were sent stay
    alive, and those still to be sent get a seed."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(OLD).order_by(OLD.c.asked_at, OLD.c.id)).mappings().all()
    for number, row in enumerate(rows, 1):
        is_over = row["sent_at"] is not None or row["dropped_at"] is not None
        connection.execute(
            NEW.insert().values(
                **{name: row[name] for name in SAME},
                number=number,
                is_mandatory=True,
                seed=secrets.token_urlsafe(32) if row["purpose"] == "set_password" else None,
                next_try_at=None if is_over else row["next_try_at"],
                fault="",
            )
        )


def _what_was_told_before_is_told() -> None:
    """Nobody is mailed what the portal told before it could mail, or finds it unread; nothing of it is filed anew; and what
    was told as overdue is not told again."""
    connection = op.get_bind()
    connection.execute(
        MESSAGES.update().where(MESSAGES.c.delivered_at.is_(None)).values(delivered_at=MESSAGES.c.at)
    )
    told = sa.select(sa.func.max(MESSAGES.c.at)).scalar_subquery()
    read = sa.select(MEMBERS.c.id, sa.func.coalesce(told, MEMBERS.c.added_at))
    connection.execute(MARKS.insert().from_select(["member_id", "read_until"], read))
    connection.execute(RUNS.update().where(RUNS.c.job == "overdue").values(job="remind"))
