"""How an entry is made and sealed: the skeleton, its commitments, its leaf (security.md 5.1; row 87)."""

from __future__ import annotations

import base64
import datetime as dt
import json
import secrets
from dataclasses import dataclass
from typing import Any, NamedTuple

from portal.kernel.digest import ENTRY, canonical, commitment, digest_of

VERSION = 1
FIRST = "0" * 64
"""What the first entry of a chain is sealed to."""


def moment_text(at: dt.datetime) -> str:
    """An aware moment as the skeleton writes it: UTC, microseconds, `Z`."""
    return at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class SealedEntry(NamedTuple):
    """A line of a chain, with the columns of `portal.history.models.Entry` that it fills."""

    chain: str
    number: int
    previous: str
    leaf: str
    at: dt.datetime
    verb: str
    clause: str | None
    party: str | None
    actor_id: str | None
    subject_kind: str
    subject_id: str
    activity_id: str | None
    is_chronicle: bool
    skeleton: str


@dataclass(frozen=True)
class Sealed:
    """An entry ready to be stored, with its words and the salt of each (`portal.history.models.Payload`)."""

    entry: SealedEntry
    payloads: list[dict[str, Any]]


def seal(
    head: Any | None,
    *,
    chain: str,
    origin: str,
    at: dt.datetime,
    verb: str,
    clause: str | None,
    subject_kind: str,
    subject_id: str,
    activity_id: str | None,
    party: str | None,
    actor_id: str | None,
    once: str | None,
    is_chronicle: bool,
    facts: dict[str, Any],
    words: dict[str, str],
) -> Sealed:
    """The next entry of `chain` after `head`, the last so far with its number and leaf (None: the first), sealed;
    nothing is stored yet."""
    number = head.number + 1 if head else 1
    previous = head.leaf if head else FIRST
    salts = {name: secrets.token_bytes(32) for name in words}
    skeleton: dict[str, Any] = {
        "v": VERSION,
        "origin": origin,
        "chain": chain,
        "number": number,
        "previous": previous,
        "at": moment_text(at),
        "verb": verb,
        "clause": clause,
        "subject_kind": subject_kind,
        "subject": subject_id,
        "activity": activity_id,
        "party": party,
        "actor": actor_id,
        "once": once,
        "chronicle": is_chronicle,
        "facts": facts,
        "commit": {name: commitment(salts[name], words[name]) for name in words},
    }
    form = canonical(skeleton)
    entry = SealedEntry(
        chain=chain,
        number=number,
        previous=previous,
        leaf=digest_of(ENTRY, form),
        at=at,
        verb=verb,
        clause=clause,
        party=party,
        actor_id=actor_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        activity_id=activity_id,
        is_chronicle=is_chronicle,
        skeleton=form.decode("utf-8"),
    )
    payloads = [
        {"chain": chain, "number": number, "field": name, "salt": salts[name].hex(), "content": words[name]}
        for name in words
    ]
    return Sealed(entry, payloads)


def skeleton_of(entry: Any) -> dict[str, Any]:
    """The skeleton of a stored entry as it was sealed."""
    loaded: dict[str, Any] = json.loads(entry.skeleton)
    return loaded


def head_text(origin: str, chain: str, number: int, leaf: str) -> str:
    """A head in three lines: which chain of which portal, how many entries, the last one's seal in base64 (the form of
    a C2SP checkpoint)."""
    return f"{origin}/{chain}\n{number}\n{base64.b64encode(bytes.fromhex(leaf)).decode('ascii')}\n"
