"""What a reader may see of changes to the agreement; the reader is always an argument (rows 1-6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Date,
    Text,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.agreement import queries as agreement
from portal.agreement.models import AgreementEdition
from portal.agreement.queries import SETTINGS
from portal.agreement.settled import Answer, Question
from portal.amendments.models import Amendment, AmendmentExecution
from portal.amendments.wording import Base
from portal.consent.models import Consultation, Document, Revision
from portal.consent.rules import ON_THE_TABLE, Standing
from portal.kernel.db import Moment, rows

PAGE = 50


def base(session: Session) -> Base:
    """The edition adopted last, which a change is made to; one statement, and one more the first time."""
    return _base(session, agreement.last_adopted(session))


def _base(session: Session, row: Any) -> Base:
    return Base(row.number, *agreement.texts_of(session, row), row.in_force_from)


_LAST_ADOPTED = select(func.max(AgreementEdition.number)).scalar_subquery()
_ROWS = (
    select(
        Document.id, Document.number, Document.reference, Document.title, Document.standing, Document.party,
        Document.waits_for, Document.waits_since, Document.tabled_at, Document.agreed_at, Document.edition.label("under"),
        Amendment.base, Amendment.clauses, Amendment.edition, _LAST_ADOPTED.label("latest"),
    )
    .join(Amendment, Amendment.id == Document.id)
    .order_by(Document.number.desc())
    .limit(bindparam("limit", type_=BigInteger()))
)  # fmt: skip
_REGISTER = _ROWS.where(Document.number < bindparam("before", type_=BigInteger()))
_ON_THE_TABLE = _ROWS.where(Document.standing.in_([str(one) for one in ON_THE_TABLE]))


def register(session: Session, reader: Actor, *, before: int | None = None) -> Sequence[Any]:
    """The tabled changes, the latest first, from below number `before`; one more than a page, where there are more."""
    if reader.party is None:
        return []
    given = {"limit": PAGE + 1, "before": before or 2**31}
    found: Sequence[Any] = rows(session, _REGISTER, given).all()
    return found


def on_the_table(session: Session, reader: Actor) -> Sequence[Any]:
    """The changes that are under consultation now, the latest first; one statement."""
    if reader.party is None:
        return []
    found: Sequence[Any] = rows(session, _ON_THE_TABLE, {"limit": PAGE}).all()
    return found


TO_EXECUTE, OVERTAKEN, UNANSWERED = "to_execute", "overtaken", "unanswered"
_IS_ON_THE_TABLE = Document.standing.in_([str(one) for one in ON_THE_TABLE])


def _waiting(part: str, at: Any, *conditions: Any) -> Any:
    found = (
        select(
            literal(part, Text()).label("part"), Document.id, Document.reference, Document.title, at.label("at")
        )
        .join(Amendment, Amendment.id == Document.id)
        .where(*conditions)
        .order_by(at)
        .limit(bindparam("limit", type_=BigInteger()))
        .subquery()
    )  # fmt: skip
    return select(found)


WAITING = (
    _waiting(
        TO_EXECUTE, Document.agreed_at, Document.standing == str(Standing.AGREED), Amendment.edition.is_(None)
    ),
    _waiting(OVERTAKEN, Document.waits_since, _IS_ON_THE_TABLE, Amendment.base != _LAST_ADOPTED),
    _waiting(
        UNANSWERED,
        Document.waits_since,
        _IS_ON_THE_TABLE,
        Amendment.base == _LAST_ADOPTED,
        Document.waits_since < bindparam("since", type_=Moment()),
    ),
)
"""What waits, as rows with `part`, id, reference, title and since when; who asks for more with the same statement."""


@dataclass(frozen=True)
class Facts:
    """What stands beside a change beyond its words: what came of it, what executes it, the edition it rests on, and how
    the parties have settled what the text leaves open."""

    edition: int | None
    """The edition that came of it."""
    is_consulted_on: bool
    executions: Sequence[Any]
    """Tabled registrations of documents that are to carry it out, the latest first: what, id, reference, title,
    standing."""
    amended: Any
    """Of a registration: the change it carries out, with its words as they stand on the table (`sealed`)."""
    base: Base | None
    answers: Mapping[Question, Answer]


class _Fact(NamedTuple):
    """One row of the statement that asks for all of it."""

    what: str
    key: str
    """Of an answer: the question. Else an identifier."""
    reference: str
    value: str
    title: str
    document_id: str
    number: int | None
    day: dt.date | None


class Amended(NamedTuple):
    """A change as its registration's page needs it."""

    id: str
    reference: str
    title: str
    standing: str
    sealed: str
    edition: int | None


def _fact(what: str, **own: Any) -> Any:
    nothing: dict[str, Any] = {name: literal("", Text()) for name in _Fact._fields}
    nothing |= {
        "what": literal(what, Text()),
        "number": cast(null(), BigInteger()),
        "day": cast(null(), Date()),
    }
    return select(*((nothing | own)[name].label(name) for name in _Fact._fields))


_ID: BindParameter[str] = bindparam("id", type_=Text())
_KIND: BindParameter[str] = bindparam("kind", type_=Text())
_REFERENCE: BindParameter[str] = bindparam("reference", type_=Text())
_NUMBER: BindParameter[int] = bindparam("number", type_=BigInteger())
_BASE_OF_AMENDED = (
    select(Amendment.base)
    .join(Document, Document.id == Amendment.id)
    .where(Document.kind == _KIND, Document.reference == _REFERENCE, Document.tabled_at.is_not(None))
    .scalar_subquery()
)
_SETTINGS = SETTINGS.subquery()
_ASKED = [
    _fact("change", key=Amendment.id, number=Amendment.edition).where(Amendment.id == _ID),
    _fact("consulted", key=Consultation.id).where(Consultation.document_id == _ID),
    _fact(
        "execution", key=Document.id, reference=Document.reference, value=Document.standing, title=Document.title,
        number=Document.number,
    )
    .join(AmendmentExecution, AmendmentExecution.id == Document.id)
    .where(AmendmentExecution.amendment_id == _ID),
    _fact(
        "amended", key=Document.id, reference=Document.reference, value=Document.standing, title=Document.title,
        document_id=Revision.sealed, number=Amendment.edition,
    )
    .join(Amendment, Amendment.id == Document.id)
    .join(Revision, (Revision.document_id == Document.id) & (Revision.number == Document.revision))
    .where(Document.kind == _KIND, Document.reference == _REFERENCE, Document.tabled_at.is_not(None)),
    _fact(
        "base", key=AgreementEdition.digest, number=AgreementEdition.number, day=AgreementEdition.in_force_from
    ).where(or_(AgreementEdition.number == _NUMBER, AgreementEdition.number == _BASE_OF_AMENDED)),
    _fact(
        "answer", key=_SETTINGS.c.key, value=_SETTINGS.c.value, reference=_SETTINGS.c.reference,
        document_id=_SETTINGS.c.document_id,
    ),
]  # fmt: skip
_FACTS = union_all(*(select(one.subquery()) for one in _ASKED))


def facts(
    session: Session, reader: Actor, *, id: str = "", number: int = 0, kind: str = "", reference: str = ""
) -> Facts:
    """What stands beside the change `id`, which the reader was given, that rests on the edition `number`; or beside a
    registration, of the change of that kind and reference, and the edition that one rests on. One statement, and one more for an edition whose text this
    process has not read yet."""
    given: dict[str, object] = {"id": id, "number": number, "kind": kind, "reference": reference}
    found = [_Fact(*row) for row in rows(session, _FACTS, given)] if reader.party is not None else []
    of = {what: [one for one in found if one.what == what] for what in {one.what for one in found}}
    executions = sorted(of.get("execution", ()), key=lambda one: one.number or 0, reverse=True)
    change, amended = of.get("change", ()), of.get("amended", ())
    return Facts(
        edition=change[0].number if change else None,
        is_consulted_on="consulted" in of,
        executions=executions,
        amended=Amended(
            amended[0].key,
            amended[0].reference,
            amended[0].title,
            amended[0].value,
            amended[0].document_id,
            amended[0].number,
        )
        if amended
        else None,
        base=_base_from(session, of["base"][0]) if "base" in of else None,
        answers=agreement.answers_from(of.get("answer", ())),
    )


def _base_from(session: Session, fact: _Fact) -> Base:
    row = agreement.Key(fact.number or 0, fact.key, fact.day)
    agreement.known_while(session, row)
    return _base(session, row)
