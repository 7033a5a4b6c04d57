"""What a notice says, and how it is sealed: its words, its clause, the conventions that held, under one digest."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.agreement.settled import Question, Settled
from portal.agreement.text import Edition, NoticeTerm
from portal.consent.body import Body, Form, says
from portal.kernel.digest import NOTICE, canonical, digest
from portal.kernel.periods import Conventions, HolidayShift, TakesEffect
from portal.kernel.words import N_
from portal.term import rules
from portal.term.rules import NoticeKind


@dataclass(frozen=True)
class NoticeBody(Body):
    """The words of a notice (R4-1)."""

    kind: str = says(N_("通知の種類"), Form.CHOICE)
    term: str = says(N_("満了をもって終わらせる期"), Form.CHOICE)
    """The number of the term, of a declaration of non-renewal."""
    planned_on: str = says(N_("解約予定日"), Form.DAY)
    document_number: str = says(N_("文書番号"))
    dated_on: str = says(N_("文書の日付"), Form.DAY)
    sender: str = says(N_("差出人の職・氏名"))
    addressees: tuple[tuple[str, ...], ...] = says(N_("宛名"), Form.ROWS)
    statement: str = says(N_("書き添えること"), Form.TEXT)
    contact: str = says(N_("問合せ先"), Form.TEXT)

    @property
    def planned(self) -> dt.date | None:
        """The planned date of a termination."""
        return rules.day_of(self.planned_on) if self.kind == NoticeKind.TERMINATION else None

    @property
    def dated(self) -> dt.date | None:
        """The date of the letter."""
        return rules.day_of(self.dated_on)

    @property
    def term_number(self) -> int | None:
        """The term after which the agreement is not to go on."""
        return rules.number_of(self.term) if self.kind == NoticeKind.NON_RENEWAL else None

    def words(self) -> rules.Words:
        """The words as `rules.must_be_whole` asks for them."""
        return rules.Words(
            kind=self.kind,
            term=self.term,
            planned_on=self.planned,
            dated_on=self.dated,
            sender=self.sender,
            addressees=frozenset(key for key, name in self.addressees if name.strip()),
        )

    def digest(self) -> str:
        """Over the words alone: what the own side's decision is for."""
        return digest(NOTICE, {"kind": "notice words", "body": self.as_plain()})


def kinds_of(edition: Edition) -> dict[str, NoticeTerm]:
    """The notices that the text knows, by kind."""
    known = {NoticeKind.NON_RENEWAL: edition.non_renewal, NoticeKind.TERMINATION: edition.termination}
    return {str(kind): term for kind, term in known.items() if term is not None}


@dataclass(frozen=True)
class Counted:
    """How the days of a notice are counted: the conventions that held when it was registered, kept with it, so that it
    is reckoned alike for ever (invariant 6)."""

    lead_months: int
    conventions: Conventions
    closed: tuple[dt.date, ...]

    def as_plain(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        given = self.conventions
        return {
            "lead_months": self.lead_months,
            "count_first_day": given.count_first_day,
            "backward_count_first_day": given.backward_count_first_day,
            "takes_effect": given.takes_effect.value,
            "holiday_shift": given.holiday_shift.value,
            "closed": [day.isoformat() for day in self.closed],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Counted:
        """The same from plain JSON values."""
        return cls(
            plain["lead_months"],
            Conventions(
                count_first_day=plain["count_first_day"],
                backward_count_first_day=plain["backward_count_first_day"],
                takes_effect=TakesEffect(plain["takes_effect"]),
                holiday_shift=HolidayShift(plain["holiday_shift"]),
            ),
            tuple(dt.date.fromisoformat(day) for day in plain["closed"]),
        )


@dataclass(frozen=True)
class Sealed:
    """A notice as its digest holds it."""

    body: NoticeBody
    counted: Counted
    is_letter: bool
    """Whether its letter was made here; a notice that a receiver registered was written elsewhere."""
    clause: Mapping[str, Any]
    """Of the edition in force when it was registered: id, label and text in both languages, and the edition's title."""
    parties: Mapping[str, Mapping[str, Any]]
    """Every party's names, by its key."""
    signed_on: str
    expiry: str
    """Of the term that a declaration of non-renewal names, as reckoned when it was registered."""
    electronic: bool
    """Whether electronic records counted as writing (R4-3)."""
    electronic_reference: str
    tracking: str
    """What the post or the bearer gave to follow it by."""
    files: tuple[Mapping[str, Any], ...]


def seal(
    *,
    id: str,
    reference: str,
    origin: str,
    party: str,
    registered_by: str,
    edition: Edition,
    edition_number: int,
    settled: Settled,
    body: NoticeBody,
    counted: Counted,
    signed_on: dt.date | None,
    expiry: dt.date | None,
    means: str,
    tracking: str,
    dispatched_on: dt.date | None,
    files: Sequence[Any],
) -> tuple[str, str]:
    """The canonical JSON over everything the notice says and how it went out, and its digest (row 24)."""
    clause = edition.clause(kinds_of(edition)[body.kind].clause)
    value = {
        "kind": "notice",
        "id": id,
        "reference": reference,
        "origin": origin,
        "party": party,
        "registered_by": registered_by,
        "edition": edition_number,
        "edition_digest": edition.digest,
        "body": body.as_plain(),
        "counted": counted.as_plain(),
        "clause": {
            "id": clause.id,
            "label": {"ja": clause.label.ja, "en": clause.label.en},
            "text": {"ja": clause.text.ja, "en": clause.text.en},
            "title": {"ja": edition.title.ja, "en": edition.title.en},
        },
        "parties": {
            one.key: {
                "defined_as": {"ja": one.defined_as.ja, "en": one.defined_as.en},
                "name": {"ja": one.name.ja, "en": one.name.en},
            }
            for one in edition.parties
        },
        "signed_on": signed_on.isoformat() if signed_on else "",
        "expiry": expiry.isoformat() if expiry else "",
        "electronic": settled.electronic_is_writing,
        "electronic_reference": settled.of(Question.ELECTRONIC_WRITING).reference,
        "means": means,
        "tracking": tracking,
        "dispatched_on": dispatched_on.isoformat() if dispatched_on else "",
        "files": [{"id": one.id, "name": one.name, "size": one.size, "sha256": one.sha256} for one in files],
    }
    return canonical(value).decode("utf-8"), digest(NOTICE, value)


def opened(sealed: str) -> Sealed:
    """A stored notice, read."""
    value = json.loads(sealed)
    return Sealed(
        body=NoticeBody.from_plain(value["body"]),
        counted=Counted.from_plain(value["counted"]),
        is_letter=value["party"] == value["registered_by"],
        clause=value["clause"],
        parties=value["parties"],
        signed_on=value["signed_on"],
        expiry=value["expiry"],
        electronic=value["electronic"],
        electronic_reference=value["electronic_reference"],
        tracking=value["tracking"],
        files=tuple(value["files"]),
    )


def holds(sealed: str, expected: str) -> bool:
    """Whether the digest is the one over the stored words (row 24)."""
    try:
        return digest(NOTICE, json.loads(sealed)) == expected
    except (ValueError, TypeError):
        return False
