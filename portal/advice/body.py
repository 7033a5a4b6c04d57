"""What an entry says, and how it is sealed: its words, its files, and the clauses it stands on, under one digest."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.advice import rules
from portal.agreement.text import Edition
from portal.consent.body import Body, Form, says
from portal.kernel.digest import ADVICE, canonical, digest
from portal.kernel.markdown import RENDERER
from portal.kernel.words import N_


@dataclass(frozen=True)
class AdviceBody(Body):
    """The words of an entry (R8-1)."""

    title: str = says(N_("件名"))
    direction: str = says(N_("だれからだれへ"), Form.CHOICE)
    """Giver and receiver, as `rules.direction` writes them."""
    kind: str = says(N_("種類"), Form.CHOICE)
    adviser: str = says(N_("行った人（部署・氏名）"), Form.TEXT)
    recipient: str = says(N_("受けた人（部署・氏名）"), Form.TEXT)
    basis: str = says(N_("求めの有無"), Form.CHOICE)
    given_on: str = says(N_("日付"), Form.DAY)
    medium: str = says(N_("方法"), Form.CHOICE)
    activity: str = says(N_("取組の番号"))
    marking: str = says(N_("秘密の表示"), Form.CHOICE)
    content: str = says(N_("内容"), Form.MARKDOWN)
    reason: str = says(N_("訂正の理由"), Form.TEXT)

    @property
    def day(self) -> dt.date | None:
        """The day it was given, in Asia/Tokyo; None for none, or for what is no day."""
        try:
            return dt.date.fromisoformat(self.given_on) if self.given_on else None
        except ValueError:
            return None

    @property
    def parties(self) -> tuple[str, str]:
        """Giver and receiver; empty words before they are chosen."""
        return rules.parties_of(self.direction)

    def said(self, *, is_correction: bool) -> rules.Said:
        """The words as `rules.must_be_whole` asks for them."""
        return rules.Said(
            title=self.title,
            direction=self.direction,
            kind=self.kind,
            adviser=self.adviser,
            recipient=self.recipient,
            basis=self.basis,
            medium=self.medium,
            marking=self.marking,
            content=self.content,
            given_on=self.day,
            reason=self.reason if is_correction else None,
        )


@dataclass(frozen=True)
class StandingClause:
    """A clause as it stands on an entry: word for word as in the edition in force when it was recorded."""

    id: str
    label: Mapping[str, str]
    text: Mapping[str, str]


@dataclass(frozen=True)
class Sealed:
    """A record as its digest holds it."""

    body: AdviceBody
    clauses: tuple[StandingClause, ...]
    files: tuple[Mapping[str, Any], ...]
    activity_id: str | None


def clauses_of(edition: Edition, ids: Sequence[str]) -> tuple[StandingClause, ...]:
    """The clauses with their labels and words in both languages."""
    found = [edition.clause(id) for id in ids]
    return tuple(
        StandingClause(
            one.id,
            {"ja": one.label.ja, "en": one.label.en},
            {"ja": one.text.ja, "en": one.text.en},
        )
        for one in found
    )


def seal(
    *,
    id: str,
    reference: str,
    origin: str,
    party: str,
    corrects: str | None,
    activity_id: str | None,
    edition: int,
    edition_digest: str,
    body: AdviceBody,
    clauses: Sequence[StandingClause],
    files: Sequence[Any],
) -> tuple[str, str]:
    """The canonical JSON over everything the entry says, and its digest (row 24; security.md 3.2: the clauses'
    text and version are part of what is hashed)."""
    value = {
        "kind": "advice",
        "id": id,
        "reference": reference,
        "origin": origin,
        "party": party,
        "corrects": corrects,
        "activity": activity_id,
        "edition": edition,
        "edition_digest": edition_digest,
        "renderer": RENDERER,
        "body": body.as_plain(),
        "clauses": [{"id": one.id, "label": dict(one.label), "text": dict(one.text)} for one in clauses],
        "files": [
            {
                "id": one.id,
                "name": one.name,
                "size": one.size,
                "sha256": one.sha256,
                "findings": json.loads(one.findings),
            }
            for one in files
        ],
    }
    return canonical(value).decode("utf-8"), digest(ADVICE, value)


def opened(sealed: str) -> Sealed:
    """A stored record, read."""
    value = json.loads(sealed)
    return Sealed(
        body=AdviceBody.from_plain(value["body"]),
        clauses=tuple(StandingClause(one["id"], one["label"], one["text"]) for one in value["clauses"]),
        files=tuple(value["files"]),
        activity_id=value["activity"],
    )


def holds(sealed: str, expected: str) -> bool:
    """Whether the digest is the one over the stored words (row 24)."""
    try:
        return digest(ADVICE, json.loads(sealed)) == expected
    except (ValueError, TypeError):
        return False
