"""The record told again through the rules: tables must be what the entries make them (I12; rows 90, 92).

Every column that says something of a tabled document, a revision, an answer, a closing, a consultation or a comment
is compared with the entry that told it. Not compared, because the joint record does not tell them: `edition`,
`copied_from_id`, `begun_by` and `begun_at` of a document (one side's own beginnings), `changed_at` (the order of
lists), drafts and notes (one side's own).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlalchemy.orm import Session

from portal.consent import rules
from portal.consent.models import (
    Attachment,
    Closing,
    Comment,
    Consultation,
    ConsultationConfirmation,
    Document,
    Reply,
    Revision,
)
from portal.consent.paper import listed, marked, paper_of
from portal.consent.rules import AGREED_STANDINGS, Paper, Said, Says, Standing, awaited_since
from portal.history.event import JOINT
from portal.history.models import Entry, Payload
from portal.history.seal import moment_text
from portal.kernel.db import Model
from portal.kernel.digest import REVISION
from portal.kernel.errors import RuleBroken
from portal.kernel.words import N_
from portal.parties.models import Party

ENTRY_BREAKS_A_RULE = N_("記録%(number)s（%(verb)s）は、協議の規則に合わない記録です。")
ENTRY_WITHOUT_POWER = N_("記録%(number)s（%(verb)s）は、その時点で権限のない利用者による記録です。")
TABLE_DIFFERS = N_("文書 %(reference)s の状態が、記録から再現した状態と一致しません。")
REVISION_DIFFERS = N_("文書 %(reference)s の版%(revision)sの内容が、照合コードと一致しません。")
REPLIES_DIFFER = N_("文書 %(reference)s の回答（同意・撤回・差戻し）が、記録と一致しません。")
SAID_DIFFERS = N_("文書 %(reference)s の協議・コメント・保留などの記載が、記録と一致しません。")
DOCUMENT_WITHOUT_ENTRY = N_("記録のない文書が提示済みになっています。")

_REPLIES = {
    "consent.given": Says.CONSENT,
    "consent.withdrawn": Says.WITHDRAW,
    "revision.sent_back": Says.SEND_BACK,
}
_CLOSINGS = {
    "document.declined": "decline",
    "document.withdrawn": "withdraw",
    "document.held": "hold",
    "hold.lifted": "lift_hold",
}
_ACTS = {"revision.tabled", "document.replaced", *_REPLIES, *_CLOSINGS}
_CONFIRMATIONS = {"consultation.confirmed": True, "consultation.disputed": False}
_SAID = {"comment.made", "consultation.recorded", *_CONFIRMATIONS}
_NEEDS_POWER = {*_REPLIES, "document.declined", "hold.lifted"}
_POWERS = {"consent_power.asked", "consent_power.seconded", "consent_power.ended"}
_FOUR_EYES = {"party.four_eyes_kept": True, "party.four_eyes_waived": False}
_BATCH = 200

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Mismatch:
    """One thing in the tables that the record does not bear out."""

    sentence: str
    facts: dict[str, Any]
    number: int | None = None
    """The entry of the joint chain at which it shows, if there is one."""


class _Erased:
    """Words that a disposal took away: nothing can be compared with them, and nothing differs from them."""

    def __eq__(self, _other: object) -> bool:
        return True

    __hash__ = object.__hash__


@dataclass(frozen=True)
class _Told:
    """One entry, as far as it can be read."""

    entry: Entry
    facts: dict[str, Any]
    words: Mapping[str, str | None]

    def word(self, name: str) -> Any:
        """The words of a field: as they are, empty when none were said, equal to anything when erased."""
        found = self.words.get(name, "")
        return _Erased() if found is None else found

    def signed(self) -> tuple[Any, ...]:
        """Who did it, and when: as `_signed` of a row."""
        entry = self.entry
        return (entry.party, entry.actor_id, self.word("name"), self.word("post"), moment_text(entry.at))


@dataclass
class _Expected:
    """What the entries on one document make of it."""

    paper: Paper
    columns: dict[str, Any] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    """The replies to the revision now on the table."""
    revisions: list[tuple[Any, ...]] = field(default_factory=list)
    replies: list[tuple[Any, ...]] = field(default_factory=list)
    closings: list[tuple[Any, ...]] = field(default_factory=list)
    comments: list[tuple[Any, ...]] = field(default_factory=list)
    consultations: list[tuple[Any, ...]] = field(default_factory=list)
    confirmations: list[tuple[Any, ...]] = field(default_factory=list)


def replay(session: Session) -> Iterator[Mismatch]:
    """Every mismatch between the joint chain and the tables of joint consent: those of entries in their order,
    then those of tables.

    The entries are folded through `rules.after`, and the power of whoever answered is reckoned from the entries
    before, so a chain of impossible acts is found even if every seal fits (security.md 5.5, 7).
    """
    powers = _Powers(session)
    ids = set(session.scalars(select(Document.id)))
    ids |= set(
        session.scalars(
            select(Entry.subject_id).where(Entry.chain == JOINT, Entry.verb.in_(_ACTS)).distinct()
        )
    )
    parties = session.scalars(select(Party.key).order_by(Party.position)).all()
    ordered, found = sorted(ids), list[Mismatch]()
    for start in range(0, len(ordered), _BATCH):
        found += _of_batch(session, ordered[start : start + _BATCH], parties, powers)
        session.expunge_all()
    yield from sorted(found, key=lambda one: (one.number is None, one.number or 0))


def _of_batch(
    session: Session, ids: Sequence[str], parties: Sequence[str], powers: _Powers
) -> Iterator[Mismatch]:
    told = _told(session, ids)
    rows = {
        model: _grouped(session.scalars(select(model).where(model.document_id.in_(ids))))
        for model in (
            Revision, Reply, Closing, Comment, Consultation, ConsultationConfirmation, Attachment,
        )
    }  # fmt: skip
    documents = {one.id: one for one in session.scalars(select(Document).where(Document.id.in_(ids)))}
    for id in ids:
        expected = None
        for one in told.get(id, []):
            try:
                expected = _after(expected, one, parties, powers)
            except _Impossible as fault:
                facts = {"number": one.entry.number, "verb": one.entry.verb}
                yield Mismatch(fault.sentence, facts, one.entry.number)
                break
        else:
            own: dict[Any, list[Any]] = {model: found.get(id, []) for model, found in rows.items()}
            yield from _compare(session, id, documents.get(id), expected, own, parties)


# --- What the entries say ----------------------------------------------------------------------------------


class _Impossible(Exception):
    """An entry that cannot have been made by the rules."""

    def __init__(self, sentence: str = ENTRY_BREAKS_A_RULE) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def _told(session: Session, ids: Sequence[str]) -> dict[str, list[_Told]]:
    entries = session.scalars(
        select(Entry)
        .where(Entry.chain == JOINT, Entry.subject_id.in_(ids), Entry.verb.in_(_ACTS | _SAID))
        .order_by(Entry.number)
    ).all()
    words: dict[int, dict[str, str | None]] = {}
    for number, name, content in session.execute(
        select(Payload.number, Payload.field, Payload.content)
        .join(Entry, (Entry.chain == Payload.chain) & (Entry.number == Payload.number))
        .where(Entry.chain == JOINT, Entry.subject_id.in_(ids), Entry.verb.in_(_ACTS | _SAID))
    ):
        words.setdefault(number, {})[name] = content
    found: dict[str, list[_Told]] = {}
    for entry in entries:
        told = _Told(entry, _facts(entry), words.get(entry.number, {}))
        found.setdefault(entry.subject_id, []).append(told)
    return found


def _facts(entry: Entry) -> dict[str, Any]:
    """The facts of the entry's skeleton; none for one that cannot be read, which then breaks a rule."""
    try:
        facts = json.loads(entry.skeleton)["facts"]
    except (ValueError, KeyError, TypeError):
        return {}
    return facts if isinstance(facts, dict) else {}


class _Powers:
    """Who held the consent power at which entry, to which party each member belongs, and each party's rule of
    four eyes: from the entries alone (I3, I4; rows 28, 29, 35)."""

    def __init__(self, session: Session) -> None:
        self._sides: dict[str, str | None] = {}
        self._grants: dict[str, list[tuple[int, str | None]]] = {}
        self._four_eyes: dict[str, list[tuple[int, bool]]] = {}
        for entry in session.scalars(
            select(Entry)
            .where(Entry.chain == JOINT, Entry.verb.in_(_POWERS | set(_FOUR_EYES)))
            .order_by(Entry.number)
        ):
            if entry.verb in _FOUR_EYES:
                kept = (entry.number, _FOUR_EYES[entry.verb])
                self._four_eyes.setdefault(entry.subject_id, []).append(kept)
                continue
            since: str | None = None
            if entry.verb == "consent_power.asked":
                since = str(_facts(entry).get("effective_at"))
            elif entry.verb == "consent_power.seconded":
                since = entry.at.isoformat()
            self._grants.setdefault(entry.subject_id, []).append((entry.number, since))

    def had(self, entry: Entry) -> bool:
        """Whether the actor of `entry` held the consent power then."""
        since = _last_before(self._grants.get(entry.actor_id or "", []), entry.number)
        return since is not None and since <= entry.at.isoformat()

    def four_eyes(self, entry: Entry) -> bool:
        """The rule of the acting party then; kept unless waived."""
        found = _last_before(self._four_eyes.get(entry.party or "", []), entry.number)
        return True if found is None else found

    def is_of_one_party(self, entry: Entry) -> bool:
        """Whether the actor of `entry` never acted for another party before."""
        return self._sides.setdefault(entry.actor_id or "", entry.party) == entry.party


T = TypeVar("T")


def _last_before(told: Sequence[tuple[int, T]], number: int) -> T | None:
    return next((value for at, value in reversed(told) if at < number), None)


def _after(expected: _Expected | None, told: _Told, parties: Sequence[str], powers: _Powers) -> _Expected:
    entry, facts = told.entry, told.facts
    if expected is None:
        expected = _Expected(Paper(parties=frozenset(parties), proposer=entry.party or ""))
    try:
        if entry.verb in _SAID:
            _note_what_was_said(expected, told)
            return expected
        act = _act(entry, facts)
        settled = rules.after(expected.paper, act)
        if isinstance(act, rules.Consent) and (
            facts["agreed"] != (settled.standing is Standing.AGREED)
            or facts["four_eyes"] != powers.four_eyes(entry)
        ):
            raise _Impossible()
        if "number" in facts and facts["number"] != settled.revision:
            raise _Impossible()
        _note(expected, told, settled)
    except (RuleBroken, KeyError, TypeError, ValueError) as fault:
        raise _Impossible() from fault
    if not powers.is_of_one_party(entry) or (entry.verb in _NEEDS_POWER and not powers.had(entry)):
        raise _Impossible(ENTRY_WITHOUT_POWER)
    return expected


def _act(entry: Entry, facts: dict[str, Any]) -> rules.Act:
    who = (entry.party or "", entry.actor_id or "")
    match entry.verb:
        case "revision.tabled":
            return rules.Table(
                *who,
                number=facts["number"],
                digest=facts["digest"],
                content=facts["content"],
                parent=facts["parent"],
                drafters=frozenset(facts["drafters"]),
            )
        case "consent.given":
            return rules.Consent(*who, seen=facts["digest"], four_eyes=facts["four_eyes"])
        case "consent.withdrawn":
            return rules.WithdrawConsent(*who, seen=facts["digest"])
        case "revision.sent_back":
            return rules.SendBack(*who, seen=facts["digest"])
        case "document.declined":
            return rules.Decline(*who)
        case "document.withdrawn":
            return rules.Withdraw(*who)
        case "document.held":
            return rules.Hold(*who)
        case "hold.lifted":
            return rules.LiftHold(*who)
        case _:
            return rules.Replace(*who, by=facts["by_id"])


def _note(expected: _Expected, told: _Told, settled: Paper) -> None:
    """What `told` makes of the document's columns, and the row that was written with it."""
    entry, facts, columns = told.entry, told.facts, expected.columns
    at = moment_text(entry.at)
    if entry.verb == "revision.tabled":
        columns |= {"kind": facts["kind"], "reference": facts["reference"], "title": told.word("title")}
        columns["revised_at"], expected.said = entry.at, []
        columns.setdefault("tabled_at", at)
        expected.revisions.append(
            (
                facts["number"], facts["digest"], facts["parent"], facts["content"], told.word("title"),
                frozenset(facts["drafters"]), tuple(facts["attachments"]), *told.signed(),
            )
        )  # fmt: skip
    elif entry.verb in _REPLIES:
        is_consent = entry.verb == "consent.given"
        expected.said.append(Said(entry.party or "", _REPLIES[entry.verb], entry.at))
        expected.replies.append(
            (
                facts["digest"], facts["reply"], _REPLIES[entry.verb].value,
                facts["capacity"] if is_consent else "",
                *(told.word(name) for name in ("decision", "decided_on", "absent_post", "reason")),
                *told.signed(),
            )
        )  # fmt: skip
    elif entry.verb in _CLOSINGS:
        expected.closings.append((_CLOSINGS[entry.verb], told.word("reason"), *told.signed()))
    before = expected.paper
    since = awaited_since(settled.standing, settled.waits_for, columns["revised_at"], expected.said)
    columns["waits_since"] = _moment(min(since.values(), default=None))
    if settled.standing is Standing.AGREED and before.standing not in AGREED_STANDINGS:
        columns["agreed_at"] = at
    columns["activity_id"] = entry.activity_id
    expected.paper = settled


def _note_what_was_said(expected: _Expected, told: _Told) -> None:
    entry, facts = told.entry, told.facts
    if entry.verb == "comment.made":
        expected.comments.append((facts["comment"], facts["revision"], told.word("text"), *told.signed()))
    elif entry.verb == "consultation.recorded":
        names = ("participants", "summary", "decisions")
        expected.consultations.append(
            (
                facts["consultation"], facts["held_on"], facts["medium"],
                *(told.word(name) for name in names),
                tuple(facts.get("materials", ())), told.word("material_names"), *told.signed(),
            )
        )  # fmt: skip
    else:
        is_confirmed = _CONFIRMATIONS[entry.verb]
        expected.confirmations.append(
            (facts["consultation"], is_confirmed, told.word("remark"), *told.signed())
        )


# --- What the tables say -----------------------------------------------------------------------------------


def _grouped(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.document_id, []).append(row)
    return found


def _compare(
    session: Session,
    id: str,
    document: Document | None,
    expected: _Expected | None,
    rows: Mapping[Any, list[Any]],
    parties: Sequence[str],
) -> Iterator[Mismatch]:
    if document is None:
        yield Mismatch(TABLE_DIFFERS, {"reference": id})
        return
    facts = {"reference": document.reference or document.id}
    if expected is None or expected.paper.revision == 0:
        if document.tabled_at is not None:
            yield Mismatch(DOCUMENT_WITHOUT_ENTRY, facts)
        elif document.standing not in {Standing.DRAFT, Standing.WITHDRAWN} or document.digest:
            yield Mismatch(TABLE_DIFFERS, facts)
        expected = expected or _Expected(Paper(frozenset(parties), document.party))
    elif (
        _columns(session, document, rows[Revision]) != _expected_columns(expected)
        or _paper_or_none(session, document, parties) != expected.paper
        or document.to_confirm != _to_confirm(rows, parties)
    ):
        yield Mismatch(TABLE_DIFFERS, facts)
    said: Sequence[tuple[str, list[tuple[Any, ...]], Iterable[tuple[Any, ...]]]] = (
        (REPLIES_DIFFER, expected.replies, (_reply(one, rows[Revision]) for one in rows[Reply])),
        (SAID_DIFFERS, expected.closings, map(_closing, rows[Closing])),
        (SAID_DIFFERS, expected.comments, map(_comment, rows[Comment])),
        (
            SAID_DIFFERS,
            expected.consultations,
            (_consultation(one, rows[Attachment]) for one in rows[Consultation]),
        ),
        (SAID_DIFFERS, expected.confirmations, map(_confirmation, rows[ConsultationConfirmation])),
    )
    for sentence, told, held in said:
        if not _same(told, list(held)):
            yield Mismatch(sentence, facts)
    yield from _revisions(document, expected, rows[Revision], rows[Attachment])


def _to_confirm(rows: Mapping[Any, list[Any]], parties: Sequence[str]) -> str:
    """The parties that have not answered some consultation, as the document's column has them."""
    answered = {(one.consultation_id, one.party) for one in rows[ConsultationConfirmation]}
    return marked(
        party
        for one in rows[Consultation]
        for party in parties
        if party != one.party and (one.id, party) not in answered
    )


def _same(told: list[tuple[Any, ...]], held: list[tuple[Any, ...]]) -> bool:
    """Whether both have the same members, in whatever order; what was erased is equal to anything."""
    left = list(held)
    for one in told:
        if one not in left:
            return False
        left.remove(one)
    return not left


def _paper_or_none(session: Session, document: Document, parties: Sequence[str]) -> Paper | None:
    """The document as its tables have it; None where they contradict themselves."""
    try:
        return paper_of(session, document, parties)
    except (NoResultFound, MultipleResultsFound, ValueError):  # rows changed by hand
        return None


def _columns(session: Session, document: Document, revisions: Sequence[Revision]) -> dict[str, Any]:
    agreed = next((one.digest for one in revisions if one.id == document.agreed_revision_id), None)
    sealed = max(revisions, key=lambda one: one.number, default=None)
    return {
        "kind": document.kind,
        "party": document.party,
        "reference": document.reference,
        "number": document.number,
        "title": document.title,
        "standing": document.standing,
        "revision": document.revision,
        "digest": document.digest,
        "waits_for": document.waits_for,
        "waits_since": _moment(document.waits_since),
        "tabled_at": _moment(document.tabled_at),
        "agreed_at": _moment(document.agreed_at),
        "agreed": agreed or document.agreed_revision_id or "",
        "activity_id": document.activity_id,
        "replaces": document.replaces_id == (_sealed(sealed).get("replaces") if sealed else None),
    }


def _expected_columns(expected: _Expected) -> dict[str, Any]:
    paper, columns = expected.paper, expected.columns
    reference = str(columns["reference"])
    is_agreed = paper.standing in AGREED_STANDINGS or paper.standing is Standing.REPLACED
    waits = ",".join(sorted(paper.waits_for))
    return {
        "kind": columns["kind"],
        "party": paper.proposer,
        "reference": reference,
        "number": int(reference.rpartition("-")[2]) if reference.rpartition("-")[2].isdecimal() else None,
        "title": columns["title"],
        "standing": paper.standing,
        "revision": paper.revision,
        "digest": paper.digest,
        "waits_for": f",{waits}," if waits else "",
        "waits_since": columns["waits_since"],
        "tabled_at": columns["tabled_at"],
        "agreed_at": columns.get("agreed_at", ""),
        "agreed": paper.digest if is_agreed else "",
        "activity_id": columns["activity_id"],
        "replaces": True,
    }


def _moment(at: Any) -> str:
    return moment_text(at) if at is not None else ""


def _signed(row: Any) -> tuple[Any, ...]:
    return (row.party, row.member_id, row.name, row.post, moment_text(row.at))


def _reply(row: Reply, revisions: Sequence[Revision]) -> tuple[Any, ...]:
    meant = next((one.digest for one in revisions if one.id == row.revision_id), None)
    decided = row.decided_on.isoformat() if row.decided_on else ""
    return (
        row.digest if row.digest == meant else None, row.number, row.says, row.capacity or "", row.decision_reference or "", decided,
        row.absent_post or "", row.reason or "", *_signed(row),
    )  # fmt: skip


def _closing(row: Closing) -> tuple[Any, ...]:
    return (row.act, row.reason, *_signed(row))


def _comment(row: Comment) -> tuple[Any, ...]:
    return (row.id, row.revision, row.text, *_signed(row))


def _consultation(row: Consultation, attachments: Sequence[Attachment]) -> tuple[Any, ...]:
    files = {one.id: one for one in attachments}
    found = [files[id] for id in listed(row.attachments) if id in files]
    return (
        row.id, row.held_on.isoformat(), row.medium, row.participants, row.summary, row.decisions,
        tuple(one.sha256 for one in found), "\n".join(one.name for one in found), *_signed(row),
    )  # fmt: skip


def _confirmation(row: ConsultationConfirmation) -> tuple[Any, ...]:
    return (row.consultation_id, row.is_confirmed, row.remark, *_signed(row))


def _sealed(revision: Revision) -> dict[str, Any]:
    try:
        sealed = json.loads(revision.sealed)
    except ValueError:
        return {}
    return sealed if isinstance(sealed, dict) else {}


def _revisions(
    document: Document,
    expected: _Expected,
    revisions: Sequence[Revision],
    attachments: Sequence[Attachment],
) -> Iterator[Mismatch]:
    """Every revision whose words, files or author are no longer what was tabled (I1, I10; rows 24, 92)."""
    files = {one.id: one for one in attachments}
    told = {one[0]: one for one in expected.revisions}
    counted = Counter(one.number for one in revisions)
    for revision in sorted(revisions, key=lambda one: one.number):
        held = (
            revision.number, revision.digest, revision.parent, revision.content, revision.title,
            frozenset(listed(revision.drafters)), _files(revision, files), revision.party,
            revision.member_id, revision.name, revision.post, moment_text(revision.tabled_at),
        )  # fmt: skip
        if (
            hashlib.sha256(REVISION + revision.sealed.encode("utf-8")).hexdigest() != revision.digest
            or held != told.get(revision.number)
            or counted[revision.number] != 1
        ):
            yield Mismatch(
                REVISION_DIFFERS,
                {"reference": document.reference or document.id, "revision": revision.number},
            )
    for number in told.keys() - counted.keys():
        yield Mismatch(REVISION_DIFFERS, {"reference": document.reference or document.id, "revision": number})


def _files(revision: Revision, files: Mapping[str, Attachment]) -> tuple[str, ...] | None:
    """The digests of the revision's attachments, if the rows that pages show are those that were sealed."""
    found = []
    for one in _sealed(revision).get("attachments", []):
        row = files.get(one["id"])
        if row is None or (row.name, row.size, row.sha256) != (one["name"], one["size"], one["sha256"]):
            return None
        if row.shared_at is None:
            return None
        found.append(row.sha256)
    return tuple(found)
