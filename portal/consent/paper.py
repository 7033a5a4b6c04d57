"""Between the tables and the pure engine: a document's rows as a `Paper`, and a `Paper` back into the columns."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.consent.kind import DocumentKind
from portal.consent.models import Closing, Document, Reply, Revision
from portal.consent.rules import ON_THE_TABLE, Paper, Said, Says, Standing, awaited_since
from portal.kernel.db import Packed, rows


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
    Revision.digest,
    Revision.content,
    Revision.party,
    Revision.drafters,
    Revision.number,
    Revision.tabled_at,
).where(Revision.document_id == bindparam("document"), Revision.number == bindparam("number"))
_REPLIES = (
    select(Reply.party, Reply.says, Reply.at)
    .where(Reply.document_id == bindparam("document"), Reply.digest == bindparam("digest"))
    .order_by(Reply.at, Reply.number)
)


_REPLY = Packed(Reply.at, Reply.number, Reply.party, Reply.says)
REPLIES = (
    select(_REPLY.all_by(Reply.id))
    .where(Reply.document_id == Document.id, Reply.digest == Revision.digest)
    .correlate(Document, Revision)
    .scalar_subquery()
    .label("replies")
)
"""Beside a document and a revision of it: what `replied` makes the replies of."""


class OnTheTable(NamedTuple):
    """What stands on the table: the revision as stored (a row), and every reply to that very digest."""

    revision: Any
    replies: Sequence[Said]

    def replies_of(self, party: str) -> int:
        """How often the party has replied to the revision."""
        return sum(reply.party == party for reply in self.replies)

    def followed_by(self, reply: Reply) -> OnTheTable:
        """The same after one more reply."""
        return OnTheTable(self.revision, [*self.replies, Said(reply.party, reply.says, reply.at)])


def replied(found: str) -> list[Said]:
    """The replies that `REPLIES` found, in their order."""
    return [Said(row.party, row.says, row.at) for row in sorted(_REPLY.all_unpacked(found))]


def replies_to(session: Session, document: Document, revision: Any) -> OnTheTable:
    """The revision with the replies to it, in their order; of what `session` has changed, too."""
    session.flush()
    given = {"document": document.id, "digest": revision.digest}
    return OnTheTable(revision, [Said._make(row) for row in rows(session, _REPLIES, given)])


def paper_of(
    session: Session, document: Document, parties: Sequence[str], found: OnTheTable | None = None
) -> Paper:
    """The document as its facts have it: the last revision and the replies to that very digest, read now if they are not at
    hand as `found`."""
    blank = Paper(parties=frozenset(parties), proposer=document.party)
    if document.revision == 0:
        return blank if document.standing == Standing.DRAFT else _closed(blank, document)
    if found is None:
        given = {"document": document.id, "number": document.revision}
        found = replies_to(session, document, rows(session, _REVISION, given).one())
    revision, replies = found
    consents: set[str] = set()
    for party, says, _at in replies:
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
        sent_back_by=frozenset(one.party for one in replies if one.says == Says.SEND_BACK),
        held_by=frozenset(party for party, holds in held.items() if holds > 0),
    )


def _closed(blank: Paper, document: Document) -> Paper:
    return Paper(parties=blank.parties, proposer=blank.proposer, standing=Standing(document.standing))


def standing_columns(
    paper: Paper, at: dt.datetime, found: OnTheTable | None = None
) -> dict[str, Any]:
    """What the document's columns are to say, so that they say what `paper` does; `at` is the moment of the act (UTC), and
    `found` what stands on the table after it, if somebody is still waited for. The document waits since its longest
    waiting side does."""
    waits_for = marked(paper.waits_for)
    since = None
    if found is not None and waits_for:
        each = awaited_since(paper.standing, paper.waits_for, found.revision.tabled_at, found.replies)
        since = min(each.values())
    assert (paper.standing in ON_THE_TABLE) == bool(waits_for) == (since is not None)
    return {
        "standing": paper.standing,
        "revision": paper.revision,
        "digest": paper.digest,
        "waits_for": waits_for,
        "waits_since": since,
        "changed_at": at,
    }
