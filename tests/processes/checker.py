"""What the clients wrote down, against what the record says: the record is the total order, so nothing is searched."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal.history.models import OnceKey
from portal.history.seal import skeleton_of
from tests.makers.papers import Office

LASTING = {"table", "consent", "withdraw-consent", "send-back", "decline", "hold", "lift-hold"}
"""The acts that the joint chain tells of."""


@dataclass
class Found:
    """Volumes, and everything that should not be."""

    entries: int = 0
    agreements: int = 0
    acknowledged: int = 0
    stale: int = 0
    powerless: int = 0
    retried: int = 0
    pages: int = 0
    violations: list[str] = field(default_factory=list)


def notes_in(folder: Path) -> list[list[dict[str, Any]]]:
    """Each client's notes, in order; a line cut short by a death is no line."""
    found = []
    for path in sorted(folder.glob("notes-*.jsonl")):
        lines = []
        for line in path.read_text("utf-8").splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                continue
        found.append(lines)
    return found


def check(office: Office, folder: Path, already: int) -> Found:
    """I1-I7, I9-I14 and I17 on what has happened since entry `already`."""
    found = Found()
    try:
        office.must_hold()  # the chains, and every rule told again (I1-I6, I9, I10, I12, I13, I17)
    except AssertionError as fault:
        found.violations.append(f"the record does not hold: {fault}")
    entries = [entry for entry in office.entries() if entry.number > already]
    found.entries = len(entries)
    found.agreements = sum(entry.verb == "document.agreed" for entry in entries)
    with office.read() as session:
        keys = {row.key: row for row in session.scalars(select(OnceKey))}
    by_once: dict[str, list[Any]] = {}
    for entry in entries:
        once = skeleton_of(entry)["once"]
        if once:
            by_once.setdefault(once, []).append(entry)
    for once, own in by_once.items():  # I7
        twice = [
            verb for verb, count in Counter((one.verb, one.subject_id) for one in own).items() if count > 1
        ]
        if twice or len({one.at for one in own}) > 1:
            found.violations.append(f"carried out twice: {once} {twice}")
    operations: list[tuple[int, int, int, str]] = []
    for notes in notes_in(folder):
        _follow(notes, keys, by_once, operations, found)
    _in_real_time(operations, found)
    return found


def _follow(
    notes: list[dict[str, Any]],
    keys: dict[str, OnceKey],
    by_once: dict[str, list[Any]],
    operations: list[tuple[int, int, int, str]],
    found: Found,
) -> None:
    """One client's notes: every acknowledged act is in the record (I11), sent again it has the same outcome (I7)."""
    invoked, tries = 0, 0
    for note in notes:
        match note["event"]:
            case "invoke":
                invoked, tries = note["t"], 0
            case "no answer" | "not now":
                tries += 1
            case "page":
                found.pages += 1
                operations.append((note["asked"], note["t"], note["head"], "page"))
            case "answer":
                found.stale += note["moved"] and note["status"] == 409
                found.powerless += note["status"] == 403
                if note["status"] >= 500:
                    found.violations.append(f"a fault was answered: {note}")
                if note["status"] != 303 or note["location"] == "/sign-in":
                    continue
                found.acknowledged += 1
                found.retried += tries > 0
                key = keys.get(note["once"])
                if key is None or key.location.partition("#")[0] != note["location"]:
                    found.violations.append(f"acknowledged, but not kept: {note}")
                    continue
                told = by_once.get(hashlib.sha256(f"{key.key} {key.fingerprint}".encode()).hexdigest(), [])
                if note["act"] in LASTING:
                    if not told:
                        found.violations.append(f"acknowledged, but not in the record: {note}")
                        continue
                    operations.append((invoked, note["t"], max(one.number for one in told), note["act"]))
            case "again":
                first = keys.get(note["once"])
                if first is not None and note["status"] not in {303, 403}:
                    found.violations.append(f"sent again, another outcome: {note}")
                if first is not None and note["status"] == 303 and note["location"] != first.location:
                    found.violations.append(f"sent again, another place: {note}")


def _in_real_time(operations: list[tuple[int, int, int, str]], found: Found) -> None:
    """I14: what was acknowledged before another was sent, stands before it; and every page shows at least that."""
    acknowledged = sorted((answered, number) for _, answered, number, act in operations if act != "page")
    latest, place = 0, 0
    for sent, _answered, number, act in sorted(operations):
        while place < len(acknowledged) and acknowledged[place][0] < sent:
            latest = max(latest, acknowledged[place][1])
            place += 1
        if number < latest or (act != "page" and number == latest):
            found.violations.append(f"{act} sent after entry {latest} was acknowledged stands at {number}")
