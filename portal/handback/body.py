"""What a line of the ledger says, and how it is sealed: its words and its files, with a salt, under one digest."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.consent.body import Body, Form, says
from portal.handback import rules
from portal.history.seal import moment_text
from portal.kernel.digest import HANDBACK, HANDOVER, canonical, digest
from portal.kernel.words import N_

_OWN = ("holder", "place")
"""What the receiver says of itself: it stands with the holders, not in the record."""


@dataclass(frozen=True)
class HandoverBody(Body):
    """The words of a line (R5-1)."""

    title: str = says(N_("件名"))
    way: str = says(N_("渡したか、受け取ったか"), Form.CHOICE)
    others: tuple[str, ...] = says(N_("相手の当事者"), Form.CHOICES)
    kind: str = says(N_("種類"), Form.CHOICE)
    form: str = says(N_("形"), Form.CHOICE)
    copies: str = says(N_("部数"))
    disclosed_on: str = says(N_("渡された日（開示日）"), Form.DAY)
    received_on: str = says(N_("受け取った日（受領日）"), Form.DAY)
    activity: str = says(N_("取組の番号"))
    marking: str = says(N_("秘密の区分"), Form.CHOICE)
    why: str = says(N_("秘密と認識し得る理由"), Form.TEXT)
    description: str = says(N_("内容の説明"), Form.TEXT)
    holder: str = says(N_("保有者（職または氏名）"))
    place: str = says(N_("保管場所"))
    reason: str = says(N_("訂正の理由"), Form.TEXT)

    def day(self, name: str) -> dt.date | None:
        """The day in a field, in Asia/Tokyo; None for none, or for what is no day."""
        text = getattr(self, name)
        try:
            return dt.date.fromisoformat(text) if text else None
        except ValueError:
            return None

    @property
    def count(self) -> int | None:
        """How many copies; None for what is no number."""
        return whole(self.copies)

    def said(self, *, is_correction: bool) -> rules.Said:
        """The words as `rules.must_be_whole` asks for them."""
        return rules.Said(
            title=self.title,
            way=self.way,
            others=self.others,
            kind=self.kind,
            form=self.form,
            copies=self.count,
            disclosed_on=self.day("disclosed_on"),
            received_on=self.day("received_on"),
            marking=self.marking,
            why=self.why,
            reason=self.reason if is_correction else None,
        )


def whole(text: str) -> int | None:
    """A whole number as people type it, in any width; None for what is none."""
    typed = rules.search_text(text).strip().replace(",", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else None


@dataclass(frozen=True)
class Sealed:
    """A record as its digest holds it."""

    body: HandoverBody
    files: tuple[Mapping[str, Any], ...]


def seal(
    *,
    id: str,
    reference: str,
    origin: str,
    party: str,
    discloser: str,
    receivers: Sequence[str],
    corrects: str | None,
    activity_id: str | None,
    edition: int,
    body: HandoverBody,
    files: Sequence[Any],
) -> tuple[str, str]:
    """The canonical JSON over everything the line says, and its digest (row 24). The salt among it keeps what was erased
    from being guessed out of the digest (security.md 5.6)."""
    plain = {name: value for name, value in body.as_plain().items() if name not in _OWN}
    value = {
        "kind": "handover",
        "id": id,
        "reference": reference,
        "origin": origin,
        "party": party,
        "discloser": discloser,
        "receivers": list(receivers),
        "corrects": corrects,
        "activity": activity_id,
        "edition": edition,
        "salt": secrets.token_hex(32),
        "body": plain,
        "files": [{"id": one.id, "name": one.name, "size": one.size, "sha256": one.sha256} for one in files],
    }
    return canonical(value).decode("utf-8"), digest(HANDOVER, value)


def opened(sealed: str) -> Sealed:
    """A stored record, read."""
    value = json.loads(sealed)
    return Sealed(HandoverBody.from_plain(value["body"]), tuple(value["files"]))


def holds(sealed: str, expected: str) -> bool:
    """Whether the digest is the one over the stored words (row 24)."""
    try:
        return digest(HANDOVER, json.loads(sealed)) == expected
    except (ValueError, TypeError):
        return False


def act_digest(act: Any, *, record: str, receiver: str) -> str:
    """The check code of an act: over what was done, by whom and when, and the digest of the line it was done about."""
    return digest(
        HANDBACK,
        {
            "kind": "handback",
            "line": act.handover_id,
            "record": record,
            "receiver": receiver,
            "number": act.number,
            "act": act.act,
            "choice": act.choice,
            "erases": act.erases,
            "on_day": act.on_day.isoformat() if act.on_day else None,
            "said": act.said,
            "party": act.party,
            "member": act.member_id,
            "name": act.name,
            "post": act.post,
            "at": moment_text(act.at),
        },
    )
