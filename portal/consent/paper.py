"""Between the tables and the pure engine: a document's rows as a `Paper`, and a `Paper` back into the columns."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.consent.kind import DocumentKind
from portal.consent.models import Closing, Document, Reply, Revision
from portal.consent.rules import ON_THE_TABLE, Paper, Says, Standing
from portal.kernel.db import rows


def listed(text: str) -> list[str]:
    """The parts of a comma-separated column."""
    return [part for part in text.split(",") if part]


def marked(keys: Iterable[str]) -> str:
    """The keys as `waits_for` has them: each once, sorted, between commas, so that `,kou,` finds one."""
    joined = ",".join(sorted(set(keys)))
    return f",{joined}," if joined else ""


def body_of(kind: DocumentKind, revision: Any) -> Any:
    """The words of a stored revision, as its digest holds them."""
    return kind.Words.from_plain(json.loads(revision.sealed)["body"])


_REVISION = select(
    Revision.digest, Revision.content, Revision.party, Revision.drafters, Revision.number
).where(Revision.document_id == bindparam("document"), Revision.number == bindparam("number"))
_REPLIES = (
    select(Reply.party, Reply.says)
    .where(Reply.document_id == bindparam("document"), Reply.digest == bindparam("digest"))
    .order_by(Reply.at, Reply.number)
)


def paper_of(session: Session, document: Document, parties: Sequence[str]) -> Paper:
    """The document as its facts have it: the last revision and the replies to that very digest; of what `session` has
    changed, too."""
    blank = Paper(parties=frozenset(parties), proposer=document.party)
    if document.revision == 0:
        return blank if document.standing == Standing.DRAFT else _closed(blank, document)
    session.flush()
    revision = rows(session, _REVISION, {"document": document.id, "number": document.revision}).one()
    replies = rows(session, _REPLIES, {"document": document.id, "digest": revision.digest}).all()
    consents: set[str] = set()
    for party, says in replies:
        if says == Says.CONSENT:
            consents.add(party)
        elif says == Says.WITHDRAW:
            consents.discard(party)
    standing = Standing(document.standing)
    held: Counter[str] = Counter()
    if standing is Standing.HELD:
        # A party holds and lifts in turn, so the count tells; the moments may be equal (row 39).
        for party, act in session.execute(
            select(Closing.party, Closing.act).where(
                Closing.document_id == document.id, Closing.act.in_(["hold", "lift_hold"])
            )
        ):
            held[party] += 1 if act == "hold" else -1
    return Paper(
        parties=frozenset(parties),
        proposer=document.party,
        standing=standing,
        revision=revision.number,
        digest=revision.digest,
        content=revision.content,
        tabled_by=revision.party,
        drafters=frozenset(listed(revision.drafters)),
        consents=frozenset(consents)
        if standing not in {Standing.DECLINED, Standing.WITHDRAWN}
        else frozenset(),
        sent_back_by=frozenset(party for party, says in replies if says == Says.SEND_BACK),
        held_by=frozenset(party for party, holds in held.items() if holds > 0),
    )


def _closed(blank: Paper, document: Document) -> Paper:
    return Paper(parties=blank.parties, proposer=blank.proposer, standing=Standing(document.standing))


def standing_columns(document: Document, paper: Paper, at: dt.datetime) -> None:
    """The document's columns say what `paper` says; `at` is the moment of the act (UTC)."""
    waits_for = marked(paper.waits_for)
    if waits_for != document.waits_for:
        document.waits_since = at if waits_for else None
    elif paper.revision != document.revision:
        document.waits_since = at
    document.standing = paper.standing
    document.revision = paper.revision
    document.digest = paper.digest
    document.waits_for = waits_for
    document.changed_at = at
    assert (paper.standing in ON_THE_TABLE) == bool(waits_for)
