"""A document waits since the longest waiting side is waited for; until now any reply of another side made the wait young."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012_turns"
down_revision = "0011_messages"

MOMENT = sa.DateTime(timezone=True)
DOCUMENTS = sa.table(
    "documents",
    *(sa.column(name, sa.Text()) for name in ("id", "standing", "digest", "waits_for")),
    sa.column("waits_since", MOMENT),
)
REVISIONS = sa.table(
    "revisions",
    sa.column("document_id", sa.Text()),
    sa.column("digest", sa.Text()),
    sa.column("tabled_at", MOMENT),
)
REPLIES = sa.table(
    "replies",
    *(sa.column(name, sa.Text()) for name in ("document_id", "digest", "party", "says")),
    sa.column("number", sa.BigInteger()),
    sa.column("at", MOMENT),
)


def upgrade() -> None:
    """Every document on the table waits since its longest waiting side does, by the tabling of its last revision and the
    replies to it."""
    connection = op.get_bind()
    said: dict[str, list[Any]] = {}
    for reply in connection.execute(
        sa.select(REPLIES.c.document_id, REPLIES.c.party, REPLIES.c.says, REPLIES.c.at)
        .join(
            DOCUMENTS,
            sa.and_(DOCUMENTS.c.id == REPLIES.c.document_id, DOCUMENTS.c.digest == REPLIES.c.digest),
        )
        .order_by(REPLIES.c.at, REPLIES.c.number)
    ):
        said.setdefault(reply.document_id, []).append(reply)
    found = connection.execute(
        sa.select(
            DOCUMENTS.c.id,
            DOCUMENTS.c.standing,
            DOCUMENTS.c.waits_for,
            DOCUMENTS.c.waits_since,
            REVISIONS.c.tabled_at,
        )
        .join(
            REVISIONS,
            sa.and_(REVISIONS.c.document_id == DOCUMENTS.c.id, REVISIONS.c.digest == DOCUMENTS.c.digest),
        )
        .where(DOCUMENTS.c.standing.in_(["open", "partial", "sent_back"]))
    ).all()
    for row in found:
        since = _since(row, said.get(row.id, []))
        if since != row.waits_since:
            connection.execute(DOCUMENTS.update().where(DOCUMENTS.c.id == row.id).values(waits_since=since))


def _since(row: Any, said: list[Any]) -> Any:
    if row.standing == "sent_back":
        return next(reply.at for reply in said if reply.says == "send_back")
    withdrawn = {reply.party: reply.at for reply in said if reply.says == "withdraw"}
    return min(withdrawn.get(party, row.tabled_at) for party in row.waits_for.split(",") if party)
