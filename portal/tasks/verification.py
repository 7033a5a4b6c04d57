"""Verifies everything the history stands for: chains, kept heads, the record told again, editions, files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.advice.models import AdviceFile
from portal.advice.queries import broken_records
from portal.agreement.models import AgreementEdition
from portal.agreement.text import edition_digest
from portal.consent.models import Attachment
from portal.consent.replay import replay
from portal.doubts.models import DoubtFile
from portal.handback import queries as handback
from portal.history.chain import Verdict, chains, orphans, verify
from portal.history.erasing import is_there
from portal.history.event import JOINT
from portal.history.models import Entry
from portal.history.seal import skeleton_of
from portal.kernel.files import FileStore
from portal.publicity import queries as publicity
from portal.tasks.events import DaySealed
from portal.tasks.seals import read_checkpoint
from portal.term import queries as term
from portal.term.models import TermFile
from portal.web.language import say


@dataclass(frozen=True)
class KeptHead:
    """A head that somebody wrote down: the chain, how many entries it had, and the seal of the last, in hex."""

    chain: str
    number: int
    leaf: str


@dataclass(frozen=True)
class Finding:
    """One thing that was verified."""

    holds: bool
    words: str
    """For the operator, in English; a reason of the catalogues stands in the language of the moment."""


def verify_everything(
    session: Session, files: FileStore, *, kept: Sequence[KeptHead] = (), seals: Path | None = None
) -> Iterator[Finding]:
    """Each finding as it is made, the chains first; `seals` is the folder of the daily seals.

    Within a chain the first entry that does not hold is named; what rests on a chain that does not hold is not
    looked at further.
    """
    verdicts = {chain: verify(session, chain) for chain in chains(session)}
    for verdict in verdicts.values():
        yield _of_chain(verdict)
    for head in kept:
        yield _of_head(session, verdicts, head, "the kept head")
    for path, text in _seal_files(seals):
        yield _of_seal_file(session, verdicts, path, text)
    for entry in session.scalars(select(Entry).where(Entry.verb == DaySealed.verb)).all():
        facts = skeleton_of(entry)["facts"]
        finding = _of_head(session, verdicts, KeptHead(entry.chain, facts["size"], facts["leaf"]), "the seal")
        if not finding.holds:
            yield finding
    if loose := orphans(session):
        yield Finding(False, f"{loose} fields of words belong to no entry")
    yield from _of_tables(session, verdicts)
    yield from _of_editions(session)
    yield from _of_advice(session)
    yield from _of_notices(session)
    yield from _of_handback(session)
    yield from _of_files(session, files)


def _of_chain(verdict: Verdict) -> Finding:
    if verdict.broken_at is not None:
        reason = say(verdict.reason) if verdict.reason else ""
        return Finding(False, f"{verdict.chain}: entry {verdict.broken_at} does not hold: {reason}")
    erased = f", {verdict.erased} fields erased by disposals" if verdict.erased else ""
    return Finding(
        True,
        f"{verdict.chain}: {verdict.entries} entries hold{erased}; head {verdict.entries} {verdict.leaf}",
    )


def _of_head(session: Session, verdicts: dict[str, Verdict], head: KeptHead, what: str) -> Finding:
    place = f"{head.chain}: {what} {head.number} {head.leaf}"
    verdict = verdicts.get(head.chain)
    if verdict is None:
        return Finding(False, f"{place} is of a chain that is not here")
    leaf = session.scalar(select(Entry.leaf).where(Entry.chain == head.chain, Entry.number == head.number))
    if leaf is None:
        return Finding(False, f"{place} lies beyond the last entry, {verdict.entries}: the tail was cut")
    if leaf != head.leaf:
        return Finding(
            False, f"{place} is not on the chain: entry {head.number} or one before it was rewritten"
        )
    if verdict.broken_at is not None and verdict.broken_at <= head.number:
        return Finding(False, f"{place} lies beyond entry {verdict.broken_at}, which does not hold")
    return Finding(True, f"{place} lies on the chain")


def _seal_files(folder: Path | None) -> Iterator[tuple[Path, str]]:
    if folder is not None:
        for path in sorted(folder.glob("*/*.txt")):
            yield path, path.read_text("utf-8", errors="replace")


def _of_seal_file(session: Session, verdicts: dict[str, Verdict], path: Path, text: str) -> Finding:
    shown = f"{path.parent.name}/{path.name}"
    try:
        origin, number, leaf = read_checkpoint(text)
    except ValueError:
        return Finding(False, f"{path.parent.name}: the file {shown} is not a seal")
    head = KeptHead(origin.rpartition("/")[2], number, leaf)
    return _of_head(session, verdicts, head, f"the seal in {shown},")


def _of_tables(session: Session, verdicts: dict[str, Verdict]) -> Iterator[Finding]:
    joint = verdicts.get(JOINT)
    if joint is not None and not joint.holds:
        yield Finding(False, "the tables were not compared: the joint chain does not hold")
        return
    found = list(replay(session))
    for one in found:
        where = f"entry {one.number}: " if one.number is not None else ""
        yield Finding(False, f"tables: {where}{say(one.sentence, **one.facts)}")
    if not found:
        yield Finding(True, "tables: what the pages read is what the record tells")


def _of_editions(session: Session) -> Iterator[Finding]:
    for edition in session.scalars(select(AgreementEdition).order_by(AgreementEdition.number)):
        holds = edition_digest(edition.text, edition.portal_text) == edition.digest
        words = "has its digest" if holds else "is not the text that was adopted"
        yield Finding(holds, f"agreement: edition {edition.number} {words}")


def _of_files(session: Session, files: FileStore) -> Iterator[Finding]:
    whole = broken = 0
    named: dict[str, str] = {}
    for model, noun in (
        (Attachment, "attachment"),
        (AdviceFile, "advice file"),
        (TermFile, "file of a notice or meeting"),
        (DoubtFile, "file of a doubt"),
    ):
        there = select(model.sha256, func.min(model.id)).where(is_there(model.id)).group_by(model.sha256)
        for sha256, id in session.execute(there):
            named.setdefault(sha256, f"{noun} {id}")
    for sha256 in publicity.file_digests(session):
        named.setdefault(sha256, "an archived copy of a publication")
    for sha256 in handback.file_digests(session):
        named.setdefault(sha256, "a file of the ledger")
    for sha256, name in sorted(named.items()):
        if files.matches(sha256):
            whole += 1
        else:
            broken += 1
            yield Finding(False, f"files: the bytes of {name} are missing or are not those of {sha256}")
    if not broken:
        yield Finding(True, f"files: {whole} files have their digests")


def _of_advice(session: Session) -> Iterator[Finding]:
    broken = list(broken_records(session))
    for reference in broken:
        yield Finding(False, f"advice: {reference} is not what was recorded under its digest")
    if not broken:
        yield Finding(True, "advice: every entry has its digest")


def _of_notices(session: Session) -> Iterator[Finding]:
    broken = list(term.broken_records(session))
    for reference in broken:
        yield Finding(False, f"notices: {reference} is not what was recorded under its digest")
    if not broken:
        yield Finding(True, "notices: every notice has its digest")


def _of_handback(session: Session) -> Iterator[Finding]:
    broken = sorted(set(handback.faults(session)))
    for reference in broken:
        yield Finding(False, f"ledger: {reference} is not what was recorded of it, or done about it")
    if not broken:
        yield Finding(True, "ledger: every line is what was recorded of it and done about it")
