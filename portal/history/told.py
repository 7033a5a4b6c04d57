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
_ALL_SHOWN: Kept[Sequence[Shown]] = Kept(100)


def shown(
    told: Sequence[Told], *, language: str, labels: Mapping[str, str], edition_digest: str
) -> Sequence[Shown]:
    """The messages in `language`, the parties by their `labels` of the edition with this digest; kept together and each
    by itself, by all that they say (row 13)."""

    def make() -> Sequence[Shown]:
        teller = Teller.of(language, labels)
        made_with = (language, edition_digest)
        return tuple(_SHOWN.get((one, *made_with), partial(_made, one, teller)) for one in told)

    return _ALL_SHOWN.get((tuple(told), language, edition_digest), make)


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
