"""The papers on one doubt for one party: everything that was recorded, in the order of time, with the hashes that prove it (R9-3).

What is one side's own goes into that side's papers only, and only where it asks for it.
"""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.agreement.edition import Edition
from portal.consent import queries as consent
from portal.consent.kind import DocumentKind
from portal.consent.models import (
    Attachment,
    Closing,
    Comment,
    Consultation,
    ConsultationConfirmation,
    Document,
    Note,
    Reply,
    Revision,
)
from portal.consent.paper import body_of
from portal.consent.rules import STANDING_NAMES
from portal.consent.showing import Shown, capacity_words, decision_words, shown
from portal.doubts import queries
from portal.doubts.rules import STANDING_NAMES as DOUBT_STANDINGS
from portal.history import queries as history
from portal.history.erasing import is_erased, is_there
from portal.history.sentences import Teller
from portal.kernel import pdf
from portal.kernel.clock import JAPAN
from portal.kernel.digest import check_code
from portal.kernel.words import N_
from portal.web.filters import day, moment
from portal.web.language import language, say

ENTRIES = 5_000
"""At most so many entries of the record go into the papers; more than any doubt touches."""
FORMAT = "portal-evidence 1"


@dataclass(frozen=True)
class Piece:
    """One thing that was said or done, as the chronology tells it."""

    at: dt.datetime
    what: str
    who: str
    words: str = ""
    digest: str = ""
    """Of what was said, where it has one."""
    cell: pdf.Cell = ""
    """The words as a paper has them, where they are more than plain text."""


@dataclass(frozen=True)
class Records:
    """What a package knows of one of its own records, for these papers."""

    title: str
    pieces: Sequence[Piece] = ()
    plain: Mapping[str, Any] = field(default_factory=dict)
    """For machines: texts, numbers and lists of them."""
    files: Sequence[tuple[str, str]] = ()
    """Name and digest of each file that belongs to it."""
    documents: Sequence[str] = ()
    """The identifiers of documents that belong to it."""


Source = Callable[[Session, Actor, str], "Records | None"]
"""Gives what a package knows of the record with that identifier to a reader; None where they may not know of it."""


@dataclass(frozen=True)
class Evidence:
    """Everything that goes into the papers."""

    title: str
    reference: str
    facts: Sequence[tuple[str, str]]
    pieces: Sequence[Piece]
    entries: Sequence[history.Sealed]
    files: Sequence[tuple[str, str]]
    plain: Mapping[str, Any]
    """For machines: texts, numbers and lists of them."""
    labels: Mapping[str, str]
    """What the parties are called."""
    has_own_side: bool


def gathered(
    session: Session,
    reader: Actor,
    edition: Edition,
    doubt_id: str,
    *,
    kinds: Mapping[str, DocumentKind],
    sources: Mapping[str, Source],
    own_side: bool,
) -> Evidence:
    """The papers on the doubt for `reader`; with `own_side`, the notes and the record that only the reader's side reads
    are among them. Raises NotFound."""
    dossier = queries.dossier(session, reader, doubt_id)
    doubt, label = dossier.doubt, _Labels(edition)
    pieces = [
        Piece(doubt.at, say("疑義を提起：%(title)s", title=doubt.title), label.person(doubt), doubt.question),
        *_said(dossier, label),
    ]
    held = [one for one in dossier.files.values() if not is_erased(session, one.id)]
    files = [(one.name, one.sha256) for one in held if one.shared_at]
    if own_side:
        pieces += [
            Piece(one.at, say("自分の側だけのメモ"), label.person(one), one.text) for one in dossier.notes
        ]
        files += [(one.name, one.sha256) for one in held if not one.shared_at]
    documents = [one.id for one in dossier.answers]
    plain: dict[str, Any] = {"doubt": _plain_doubt(dossier), "records": []}
    subjects = {doubt.id, *documents}
    for kind, id in ((one.kind, one.record_id) for one in dossier.records):
        subjects.add(id)
        if kind == "document":
            documents.append(id)
        elif kind in sources and (found := sources[kind](session, reader, id)) is not None:
            pieces += found.pieces
            files += found.files
            documents += found.documents
            subjects |= set(found.documents)
            plain["records"].append({"kind": kind, "id": id, "title": found.title, "said": dict(found.plain)})
    papers = [
        paper
        for id in dict.fromkeys(documents)
        if (paper := _document(session, reader, edition, id, kinds, label, own_side)) is not None
    ]
    for one in papers:
        pieces += one.pieces
        files += one.files
    plain["documents"] = [one.plain for one in papers]
    entries = history.sealed_of(session, reader, subjects, own_side=own_side, limit=ENTRIES)
    plain["entries"] = [_plain_entry(one) for one in entries]
    return Evidence(
        title=doubt.title,
        reference=doubt.reference,
        facts=[
            (say("疑義の番号"), doubt.reference),
            (say("件名"), doubt.title),
            (say("状態"), say(DOUBT_STANDINGS[doubt.standing])),
            (
                say("関係する条項"),
                say("、").join(label.clause(id) for id in doubt.clauses.split(",") if id) or say("なし"),
            ),
            (say("提起"), f"{label.person(doubt)}　{moment(doubt.at)}"),
            (say("協定の版"), say("第%(number)s版", number=doubt.edition)),
        ],
        pieces=sorted(pieces, key=lambda one: one.at),
        entries=entries,
        files=list(dict.fromkeys(files)),
        plain=plain,
        labels=label.parties,
        has_own_side=own_side,
    )


class _Labels:
    """How parties and clauses are called."""

    def __init__(self, edition: Edition) -> None:
        self.edition, self.code = edition, language()
        self.parties = {one.key: one.defined_as[self.code] for one in edition.parties}

    def person(self, row: Any) -> str:
        return " ".join(part for part in (self.parties.get(row.party, row.party), row.post, row.name) if part)

    def clause(self, id: str) -> str:
        clause = self.edition.clauses.get(id)
        return clause.label[self.code] if clause else id


def _said(dossier: queries.Dossier, label: _Labels) -> Iterator[Piece]:
    for one in dossier.positions:
        yield Piece(one.at, say("見解"), label.person(one), one.text)
    for meeting in dossier.meetings:
        row = meeting.row
        words = "\n".join(part for part in (row.participants, row.summary, row.decisions) if part)
        yield Piece(row.at, say("協議の記録（%(day)s）", day=day(row.held_on)), label.person(row), words)
        for word in meeting.words:
            what = say("協議の記録を確認") if word.is_confirmed else say("協議の記録に異なる認識")
            yield Piece(word.at, what, label.person(word), word.remark)


def _plain_doubt(dossier: queries.Dossier) -> dict[str, Any]:
    doubt = dossier.doubt
    return {
        "id": doubt.id,
        "reference": doubt.reference,
        "title": doubt.title,
        "question": doubt.question,
        "clauses": [id for id in doubt.clauses.split(",") if id],
        "topic": doubt.topic,
        "party": doubt.party,
        "name": doubt.name,
        "post": doubt.post,
        "at": _iso(doubt.at),
        "edition": doubt.edition,
        "standing": doubt.standing,
        "ending": doubt.ending,
        "positions": [
            {"party": one.party, "name": one.name, "post": one.post, "at": _iso(one.at), "text": one.text}
            for one in dossier.positions
        ],
        "meetings": [
            {
                "held_on": one.row.held_on.isoformat(),
                "medium": one.row.medium,
                "participants": one.row.participants,
                "summary": one.row.summary,
                "decisions": one.row.decisions,
                "party": one.row.party,
                "name": one.row.name,
                "post": one.row.post,
                "at": _iso(one.row.at),
                "words": [
                    {
                        "party": word.party,
                        "name": word.name,
                        "at": _iso(word.at),
                        "is_confirmed": word.is_confirmed,
                        "remark": word.remark,
                    }
                    for word in one.words
                ],
            }
            for one in dossier.meetings
        ],
    }


@dataclass(frozen=True)
class _Document:
    pieces: Sequence[Piece]
    files: Sequence[tuple[str, str]]
    plain: Mapping[str, Any]


def _document(
    session: Session,
    reader: Actor,
    edition: Edition,
    id: str,
    kinds: Mapping[str, DocumentKind],
    label: _Labels,
    own_side: bool,
) -> _Document | None:
    """A tabled document with all that was tabled, answered and said of it; None for one the reader may not know of."""
    document = session.scalars(
        select(Document).where(Document.id == id, Document.tabled_at.is_not(None), consent.visible(reader))
    ).first()
    if document is None:
        return None
    kind, name = kinds[document.kind], f"{document.reference} {document.title}"

    def rows(model: Any, *order: Any) -> Sequence[Any]:
        return session.scalars(select(model).where(model.document_id == id).order_by(*order)).all()

    revisions = rows(Revision, Revision.number)
    numbers = {one.id: one.number for one in revisions}
    pieces: list[Piece] = []
    for one in revisions:
        fields = shown(kind, body_of(kind, one), edition)
        words = "\n".join(f"{part.label}：{_text(part)}" for part in fields if _text(part))
        what = say("%(name)s：版%(number)sを提示", name=name, number=one.number)
        pieces.append(Piece(one.tabled_at, what, label.person(one), words, one.digest, _cell(fields)))
    for reply in rows(Reply, Reply.at, Reply.number):
        said = {
            "consent": say("%(name)s：版%(number)sに同意", name=name, number=numbers[reply.revision_id]),
            "withdraw": say(
                "%(name)s：版%(number)sへの同意を撤回", name=name, number=numbers[reply.revision_id]
            ),
            "send_back": say("%(name)s：版%(number)sを差戻し", name=name, number=numbers[reply.revision_id]),
        }[reply.says]
        words = "\n".join(
            part for part in (capacity_words(reply), decision_words(reply), reply.reason or "") if part
        )
        pieces.append(Piece(reply.at, said, label.person(reply), words, reply.digest))
    for closing in rows(Closing, Closing.at):
        what = say("%(name)s：%(act)s", name=name, act=say(_CLOSINGS[closing.act]))
        pieces.append(Piece(closing.at, what, label.person(closing), closing.reason))
    for talk in rows(Consultation, Consultation.at):
        what = say("%(name)s：協議の記録（%(day)s）", name=name, day=day(talk.held_on))
        words = "\n".join(part for part in (talk.participants, talk.summary, talk.decisions) if part)
        pieces.append(Piece(talk.at, what, label.person(talk), words))
    for word in rows(ConsultationConfirmation, ConsultationConfirmation.at):
        what = (
            say("%(name)s：協議の記録を確認", name=name)
            if word.is_confirmed
            else say("%(name)s：協議の記録に異なる認識", name=name)
        )
        pieces.append(Piece(word.at, what, label.person(word), word.remark))
    for comment in rows(Comment, Comment.at):
        what = say("%(name)s：共有コメント", name=name)
        pieces.append(Piece(comment.at, what, label.person(comment), comment.text))
    if own_side:
        for note in session.scalars(
            select(Note).where(Note.document_id == id, Note.party == reader.party).order_by(Note.at)
        ):
            what = say("%(name)s：自分の側だけのメモ", name=name)
            pieces.append(Piece(note.at, what, label.person(note), note.text))
    shared = session.scalars(
        select(Attachment).where(
            Attachment.document_id == id, Attachment.shared_at.is_not(None), is_there(Attachment.id)
        )
    ).all()
    plain = {
        "id": document.id,
        "kind": document.kind,
        "reference": document.reference,
        "title": document.title,
        "standing": document.standing,
        "standing_words": say(STANDING_NAMES[document.standing]),  # type: ignore[index]  # a StrEnum's value
        "edition": document.edition,
        "revisions": [
            {
                "number": one.number,
                "digest": one.digest,
                "sealed": one.sealed,
                "party": one.party,
                "name": one.name,
                "post": one.post,
                "at": _iso(one.tabled_at),
            }
            for one in revisions
        ],
    }
    return _Document(pieces, [(one.name, one.sha256) for one in shared], plain)


_CLOSINGS = {
    "decline": N_("見送り"),
    "withdraw": N_("取下げ"),
    "hold": N_("保留"),
    "lift_hold": N_("保留の解除"),
}


def _text(part: Any) -> str:
    return (
        "、".join(line for line in part.lines if line) if part.form != "markdown" else "\n".join(part.lines)
    )


def _cell(fields: Sequence[Shown]) -> pdf.Cell:
    """Every field under its name, as a paper has it."""
    found: list[Any] = []
    for part in fields:
        if said := part.cell if part.sources else _text(part):
            between, apart = ("\n" if found else ""), ("\n" if part.sources else "")
            found.append((f"{between}{part.label}：{apart}", "same"))
            found += [(said, "same")] if isinstance(said, str) else said
    return found


def _plain_entry(one: history.Sealed) -> dict[str, Any]:
    return {
        "chain": one.line.chain,
        "number": one.line.number,
        "previous": one.previous,
        "leaf": one.leaf,
        "skeleton": one.skeleton,
        "words": [{"field": word.field, "salt": word.salt, "content": word.content} for word in one.payloads],
    }


def _iso(at: dt.datetime) -> str:
    return at.astimezone(JAPAN).isoformat()


# --------------------------------------------------------------------------------------- the papers


def paper_of(found: Evidence, *, title: str, made_at: dt.datetime, made_by: str, footer: str) -> pdf.Paper:
    """The chronology as a paper."""
    teller = Teller.of(language(), found.labels)
    blocks: list[pdf.Block] = [
        pdf.Heading(say("疑義の経過"), 1),
        pdf.Paragraph(title),
        pdf.Details([*found.facts, (say("作成"), f"{made_by}　{moment(made_at)}")]),
        pdf.Paragraph(_what_it_holds(found)),
        pdf.Heading(say("経過（日時の順）"), 2),
        pdf.Table(
            [say("日時"), say("したこと・した人"), say("内容")],
            [
                [
                    moment(one.at),
                    "\n".join(part for part in (one.what, one.who) if part),
                    _said_in(one),
                ]
                for one in found.pieces
            ],
            widths=(1.1, 1.4, 2.5),
        ),
        pdf.Heading(say("記録の控え（番号と指紋）"), 2),
        pdf.Table(
            [say("記録"), say("したこと"), say("指紋")],
            [
                [f"{one.line.number}\n{moment(one.line.at)}", teller.trail(one.line), check_code(one.leaf)]
                for one in found.entries
            ],
            widths=(1.2, 2.6, 1.2),
        ),
    ]
    if found.files:
        blocks += [
            pdf.Heading(say("添付"), 2),
            pdf.Table(
                [say("名前"), "SHA-256"],
                [[name, sha256] for name, sha256 in found.files],
                widths=(1.4, 2.6),
            ),
        ]
    return pdf.Paper(
        title=say("疑義の経過 %(reference)s", reference=found.reference),
        blocks=blocks,
        footer=footer,
        language=language(),
        made_at=made_at,
    )


def _said_in(piece: Piece) -> pdf.Cell:
    code = say("照合コード %(code)s", code=check_code(piece.digest)) if piece.digest else ""
    said: list[Any] = [(piece.cell or piece.words, "same")] if isinstance(piece.cell, str) else [*piece.cell]
    return [*said, (f"\n{code}" if piece.words else code, "same")]


def _what_it_holds(found: Evidence) -> str:
    if found.has_own_side:
        return say(
            "この一式には、自分の側だけのメモと記録が含まれています。相手方や第三者に渡さないでください。相手の側だけのメモは含まれません。"
        )
    return say("この一式は、当事者が共有する記録だけからなります。どの側のメモも含まれません。")


README = N_(
    "bundle.json：すべての記録（機械で読む形）。chronology.pdf：経過（読む形）。files/：添付。SHA256SUMS.txt：各ファイルのSHA-256。\n"
    "確かめ方：entries の leaf は、1バイトの00に続けて skeleton（UTF-8）をSHA-256で計算した値です。previous は同じ記録の一つ前の leaf です。"
    "skeleton の commit の各値は、1バイトの02、salt（16進を戻したもの）、content（UTF-8）を続けてSHA-256で計算した値です。"
    "revisions の digest は、1バイトの04に続けて sealed（UTF-8）をSHA-256で計算した値です。\n"
    "この一式は記録の写しであり、どの側の主張が正しいかを示すものではありません。"
)
NO_PDF = N_("書体にない文字があるなどの理由で、chronology.pdf は作れませんでした。")


def write(
    found: Evidence,
    into: IO[bytes],
    *,
    made_at: dt.datetime,
    about: Mapping[str, Any],
    chronology: bytes | None,
    open_file: Callable[[str], Iterable[bytes]],
    sums: Callable[[bytes], str],
) -> None:
    """The ZIP with everything: the chronology as PDF (None: none could be made) and as text, all of it for machines, the
    files, and the digest of each."""
    stamp = made_at.astimezone(JAPAN).timetuple()[:6]
    lines: list[str] = []
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, content: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name, stamp), content, zipfile.ZIP_DEFLATED)
            lines.append(f"{sums(content)}  {name}")

        plain = {"format": FORMAT, **about, **found.plain}
        plain["files"] = [
            {"name": name, "sha256": sha256, "path": f"files/{_entry_name(number, name)}"}
            for number, (name, sha256) in enumerate(found.files, 1)
        ]
        put("bundle.json", json.dumps(plain, ensure_ascii=False, indent=1).encode())
        put("chronology.txt", _as_text(found).encode())
        if chronology is not None:
            put("chronology.pdf", chronology)
        words = say(README) if chronology is not None else f"{say(README)}\n{say(NO_PDF)}"
        put("README.txt", f"{words}\n".encode())
        for number, (name, sha256) in enumerate(found.files, 1):
            path = f"files/{_entry_name(number, name)}"
            with archive.open(zipfile.ZipInfo(path, stamp), "w") as held:
                for piece in open_file(sha256):
                    held.write(piece)
            lines.append(f"{sha256}  {path}")
        archive.writestr(zipfile.ZipInfo("SHA256SUMS.txt", stamp), "\n".join(lines) + "\n")


def _as_text(found: Evidence) -> str:
    lines = [f"{label}：{words}" for label, words in found.facts] + [_what_it_holds(found), ""]
    for one in found.pieces:
        lines += [f"■ {moment(one.at)}　{one.what}", *([one.who] if one.who else [])]
        lines += [one.words] if one.words else []
        lines += [one.digest] if one.digest else []
        lines.append("")
    return "\n".join(lines)


def _entry_name(number: int, name: str) -> str:
    return f"{number:03}_{name.replace('/', '_')}"
