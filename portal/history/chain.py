"""Whether the chains hold: every entry recomputed, and the first that does not hold named (rows 87-92, 121)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.history.erasing import erased_in
from portal.history.models import Entry, Head, Payload
from portal.history.seal import FIRST, moment_text
from portal.kernel.db import rows
from portal.kernel.digest import ENTRY, canonical, commitment, digest
from portal.kernel.words import N_

_BATCH = 2_000


@dataclass(frozen=True)
class Verdict:
    """What the check of one chain found."""

    chain: str
    entries: int
    leaf: str | None
    """The leaf of the last entry: with `entries`, the head to compare with a kept one."""
    broken_at: int | None = None
    reason: str | None = None
    """The first thing that does not hold, as a sentence of the catalogues."""
    erased: int = 0
    """How many fields of words were erased by disposals: their commitments stand, but prove nothing any more."""

    @property
    def holds(self) -> bool:
        """Whether every entry holds."""
        return self.broken_at is None


GAP = N_("番号が続いていません。")
NOT_SEALED_TO_THE_ONE_BEFORE = N_("直前の記録の封緘値と一致しません。")
NOT_ITS_LEAF = N_("内容が封緘値と一致しません。")
COLUMNS_DIFFER = N_("一覧用の欄が封緘された内容と一致しません。")
TIME_GOES_BACK = N_("記録の時刻が直前の記録より前になっています。")
WORDS_DIFFER = N_("言葉が封緘された約束値と一致しません。")
WORDS_MISSING = N_("封緘された言葉が失われています。")
WORDS_TOO_MANY = N_("封緘されていない言葉があります。")
ERASED_UNTOLD = N_("処分の記録がないのに、封緘された言葉が消去されています。")
WORDS_ARE_BACK = N_("処分の記録があるのに、消去された言葉が残っています。")
HEAD_DIFFERS = N_("末尾の控えが最後の記録と一致しません。")


def chains(session: Session) -> list[str]:
    """Every chain there is, the joint chain first."""
    found = set(session.scalars(select(Entry.chain).distinct())) | set(session.scalars(select(Head.chain)))
    return sorted(found, key=lambda name: (name != "joint", name))


def verify(session: Session, chain: str, *, kept_head: tuple[int, str] | None = None) -> Verdict:
    """Every entry of `chain` read and recomputed; the verdict names the first that does not hold.

    `kept_head` (number, leaf) is a head that somebody kept: it must lie on the chain. Without one, a cut tail
    cannot be seen by the chain alone (row 88).
    """
    previous, number, at, erased = FIRST, 0, "", 0
    told = erased_in(session, chain)
    for entry, payloads in _entries(session, chain):
        number += 1
        erased += sum(payload.content is None for payload in payloads)
        gone = told.get(number, {})
        reason = fault(entry, payloads, number=number, previous=previous, at=at, erased=gone)
        if reason is None and kept_head and kept_head[0] == number and kept_head[1] != entry.leaf:
            reason = HEAD_DIFFERS
        if reason:
            leaf = previous if number > 1 else None
            return Verdict(chain, number - 1, leaf, broken_at=number, reason=reason)
        previous, at = entry.leaf, moment_text(entry.at)
    head = session.get(Head, chain)
    kept_is_beyond = kept_head is not None and kept_head[0] > number
    if _head_differs(head, number, previous, at) or kept_is_beyond:
        first = min(number, head.number if head else number) + 1
        if head and head.number == number and not kept_is_beyond:
            first = number  # as many as the head says, but not the same
        return Verdict(chain, number, previous if number else None, broken_at=first, reason=HEAD_DIFFERS)
    return Verdict(chain, number, previous if number else None, erased=erased)


def _head_differs(head: Head | None, number: int, leaf: str, at: str) -> bool:
    if head is None:
        return number > 0
    return (head.number, head.leaf, moment_text(head.at)) != (number, leaf, at)


def fault(
    entry: Entry,
    payloads: list[Payload],
    *,
    number: int,
    previous: str,
    at: str,
    erased: Collection[str] = (),
) -> str | None:
    """Why `entry` does not hold as entry `number` after the leaf `previous` of the moment `at`, if so; `erased` names
    the fields that a later entry tells of as erased."""
    if entry.number != number:
        return GAP
    try:
        skeleton = json.loads(entry.skeleton)
        is_canonical = canonical(skeleton).decode("utf-8") == entry.skeleton
    except (ValueError, TypeError, AttributeError):
        return NOT_ITS_LEAF
    if not is_canonical or digest(ENTRY, skeleton) != entry.leaf:
        return NOT_ITS_LEAF
    if entry.previous != previous or skeleton.get("previous") != previous:
        return NOT_SEALED_TO_THE_ONE_BEFORE
    columns: dict[str, str | int | None] = {
        "chain": entry.chain,
        "number": entry.number,
        "at": moment_text(entry.at),
        "verb": entry.verb,
        "clause": entry.clause,
        "subject_kind": entry.subject_kind,
        "subject": entry.subject_id,
        "activity": entry.activity_id,
        "party": entry.party,
        "actor": entry.actor_id,
        "chronicle": entry.is_chronicle,
    }
    if any(skeleton.get(name) != value for name, value in columns.items()) or entry.evidence is not None:
        return COLUMNS_DIFFER
    if moment_text(entry.at) < at:
        return TIME_GOES_BACK
    return _words_fault(skeleton["commit"], payloads, erased)


def _words_fault(
    commitments: dict[str, str], payloads: list[Payload], erased: Collection[str]
) -> str | None:
    held = {payload.field: payload for payload in payloads}
    if set(held) - set(commitments):
        return WORDS_TOO_MANY
    for name, expected in commitments.items():
        payload = held.get(name)
        if payload is None:
            return WORDS_MISSING
        if payload.content is None and payload.salt is None:
            if name not in erased:
                return ERASED_UNTOLD
            continue  # erased by a disposal: nothing but "there was something" remains
        if payload.content is None or payload.salt is None:
            return WORDS_DIFFER
        if name in erased:
            return WORDS_ARE_BACK
        try:
            salt = bytes.fromhex(payload.salt)
        except ValueError:
            return WORDS_DIFFER
        if salt.hex() != payload.salt or commitment(salt, payload.content) != expected:
            return WORDS_DIFFER
    return None


def _entries(session: Session, chain: str) -> Iterator[tuple[Entry, list[Payload]]]:
    """Every entry of `chain` in order, with its payload; in batches, so that memory stays flat."""
    after = -(2**62)
    while True:
        entries = session.scalars(
            select(Entry)
            .where(Entry.chain == chain, Entry.number > after)
            .order_by(Entry.number)
            .limit(_BATCH)
        ).all()
        if not entries:
            return
        payloads: dict[int, list[Payload]] = {}
        first, last = entries[0].number, entries[-1].number
        for payload in session.scalars(
            select(Payload).where(Payload.chain == chain, Payload.number.between(first, last))
        ):
            payloads.setdefault(payload.number, []).append(payload)
        for entry in entries:
            yield entry, payloads.get(entry.number, [])
        after = entries[-1].number
        session.expunge_all()


_HEAD = select(Head.number, Head.leaf).where(Head.chain == bindparam("chain"))


def last_head(session: Session, chain: str) -> tuple[int, str] | None:
    """Number and leaf of the last entry of `chain`, as page footers show them."""
    row = rows(session, _HEAD, {"chain": chain}).first()
    return (row.number, row.leaf) if row else None


def orphans(session: Session) -> int:
    """How many payload rows belong to no entry; there should be none."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Payload)
            .outerjoin(Entry, (Entry.chain == Payload.chain) & (Entry.number == Payload.number))
            .where(Entry.number.is_(None))
        )
        or 0
    )
