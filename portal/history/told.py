"""The messages as pages show them (お知らせ): told in the reader's language, each with where its matter is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from portal.history.event import JOINT
from portal.history.queries import Told
from portal.history.sentences import Teller
from portal.kernel.days import moment_in_words
from portal.web.kept import Kept
from portal.web.reading import portal


class Shown(NamedTuple):
    """One message as a list shows it."""

    id: str
    sentence: str
    href: str | None
    when: str
    iso: str
    is_unread: bool
    cursor: str


_SHOWN: Kept[Shown] = Kept(2_000)


def shown(
    told: Sequence[Told], *, language: str, labels: Mapping[str, str], edition_digest: str
) -> list[Shown]:
    """The messages in `language`, the parties by their `labels` of the edition with this digest; each kept by all that
    it says (row 13)."""
    teller = Teller.of(language, labels)
    return [_SHOWN.get((one, language, edition_digest), partial(_made, one, teller)) for one in told]


def _made(told: Told, teller: Teller) -> Shown:
    line = told.line
    return Shown(
        told.id,
        teller.message(line),
        _place(told),
        moment_in_words(line.at, teller.language),
        line.at.isoformat(),
        not told.is_read,
        line.cursor.text(),
    )


def _place(told: Told) -> str | None:
    """Where the matter is seen: a document at its kind's own page, everything else where the house says."""
    app, line = portal(), told.line
    kind = app.extensions["kinds"].get(line.facts.get("kind"))
    if line.subject_kind == "document" and kind is not None:
        return app.url_for(f"{kind.place}", id=line.subject_id)
    find = app.extensions["link_to_subject"]
    place: str | None = find(line.subject_kind, line.subject_id, shared=line.chain == JOINT)
    return place
