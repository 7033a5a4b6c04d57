"""Words and files that a disposal takes away for good; an entry of the same chain tells which words (art. 5, 7).

Erased are salt and content, so that what is left proves nothing but that there was something. A chain that has erased
words without such an entry does not hold, nor one that has words again which were erased (rows 87, 121).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from portal.history.event import JOINT
from portal.history.events import WordsErased
from portal.history.models import Entry, ErasedFile, Payload, SearchWords
from portal.history.seal import skeleton_of
from portal.history.work import Work
from portal.kernel.db import Subject
from portal.kernel.errors import Refused
from portal.kernel.typed import normal_search
from portal.kernel.words import N_

_WHO = frozenset({"name", "post"})


class FileErased(Refused):
    """The file was disposed of as its discloser instructed; only its name and digest are left where it stood."""

    status = 410
    clause = "after_end"
    sentence = N_("このファイルは、%(reference)sとして処分され、このポータルから消去されています。")
    next_step = N_("処分の経過は、「受渡し・返却」の%(reference)sのページで確かめられます。")


def erase_words(
    work: Work,
    about: Subject,
    *,
    fields: Collection[str],
    reference: str,
    title: str,
    under: str | None = None,
    activity_id: str | None = None,
) -> int:
    """The words in `fields` of every earlier entry about `about`, in whichever chain, are gone, and in each chain an
    entry tells which; how many they were. Who acted is never erased."""
    found = work.session.execute(
        select(Payload, Entry)
        .join(Entry, and_(Entry.chain == Payload.chain, Entry.number == Payload.number))
        .where(
            Entry.subject_id == about.id,
            Entry.subject_kind == about.kind,
            Entry.verb != WordsErased.verb,
            Payload.field.in_(sorted(set(fields) - _WHO)),
            Payload.content.is_not(None),
        )
        .order_by(Payload.chain, Payload.number, Payload.field)
    ).all()
    chains: dict[str, list[Any]] = {}
    for row in found:
        chains.setdefault(row.Payload.chain, []).append(row)
    for chain, rows in chains.items():
        for row in rows:
            row.Payload.salt = row.Payload.content = None
        work.session.flush()  # what is left of each entry's words is read below
        for entry in {row.Entry.number: row.Entry for row in rows}.values():
            _seek_no_more(work.session, entry)
        work.record(
            WordsErased(
                about=about,
                activity_id=activity_id,
                private_to=None if chain == JOINT else chain,
                under=under,
                reference=reference,
                count=len(rows),
                erased=[f"{row.Payload.number} {row.Payload.field}" for row in rows],
                title=title,
            )
        )
    return len(found)


def _seek_no_more(session: Session, entry: Entry) -> None:
    """The entry is found by the words that are left of it, and by no others."""
    held = session.get(SearchWords, (entry.chain, entry.number))
    if held is None:
        return
    left = session.scalars(
        select(Payload.content).where(
            Payload.chain == entry.chain,
            Payload.number == entry.number,
            Payload.content.is_not(None),
            Payload.field.not_in(_WHO),
        )
    ).all()
    words = [*left, str(skeleton_of(entry)["facts"].get("reference") or "")]
    held.normal = normal_search("\n".join(word for word in words if word))


def erased_in(session: Session, chain: str) -> Mapping[int, Mapping[str, int]]:
    """What the entries of `chain` tell of as erased: of each entry the fields, with the number of the entry that tells
    it."""
    told: dict[int, dict[str, int]] = {}
    for number, skeleton in session.execute(
        select(Entry.number, Entry.skeleton)
        .where(Entry.chain == chain, Entry.verb == WordsErased.verb)
        .order_by(Entry.at, Entry.number)
    ):
        for one in _named(skeleton):
            of, _, field = one.partition(" ")
            if field and of.isascii() and of.isdigit() and int(of) < number:
                told.setdefault(int(of), {})[field] = number
    return told


def _named(skeleton: str) -> list[str]:
    try:
        named = json.loads(skeleton)["facts"]["erased"]
    except (ValueError, KeyError, TypeError):
        return []  # somebody changed the row: the check of the chain names it
    return [one for one in named if isinstance(one, str)] if isinstance(named, list) else []


# --------------------------------------------------------------------------------------- files


def erase_file(work: Work, file_id: str, about: Subject, *, reference: str) -> None:
    """The file is handed out no more at the place whose row is `file_id`, because `about` was disposed of."""
    if not is_erased(work.session, file_id):
        work.add(
            ErasedFile(
                file_id=file_id, about_kind=about.kind, about_id=about.id, reference=reference, at=work.at
            )
        )


def is_erased(session: Session, file_id: str) -> bool:
    """Whether the file of that row was disposed of."""
    return session.get(ErasedFile, file_id) is not None


def must_not_be_erased(session: Session, file_id: str) -> None:
    """Raises FileErased where the file of that row was disposed of."""
    erased = session.get(ErasedFile, file_id)
    if erased is not None:
        raise FileErased(reference=erased.reference)


def is_there(column: Any) -> ColumnElement[bool]:
    """Of rows that name files, whether the file of the row with that identifier was not disposed of."""
    condition: ColumnElement[bool] = column.not_in(select(ErasedFile.file_id))
    return condition
