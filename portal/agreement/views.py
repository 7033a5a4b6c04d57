"""The agreement to read: Japanese beside English, every clause with its address and the rules kept for it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.policy import Permission
from portal.agreement import queries
from portal.agreement.difference import Changed, differences, side
from portal.agreement.edition import Edition, Sentence
from portal.agreement.figures import FIGURE_NAMES, Figure, figure_words, figures
from portal.agreement.models import AgreementEdition
from portal.agreement.reckoning import Moved
from portal.kernel.clock import day_in_japan
from portal.kernel.db import today_of
from portal.kernel.errors import NotFound, RuleBroken
from portal.kernel.periods import Term
from portal.kernel.words import N_
from portal.web.filters import day
from portal.web.language import language, say
from portal.web.pages import NAVIGATION, show
from portal.web.reading import portal, reading

agreement = Blueprint("agreement", __name__)


@dataclass(frozen=True)
class KeptRule:
    """A rule that the portal keeps for a clause: what it says when it refuses, and what to do then."""

    sentence: str
    next_step: str
    pages: tuple[str, str] | None
    """Label and address of the pages where it is kept."""


_PLACE = re.compile(r"%\([a-z_0-9]+\)[sd]")


def rules_kept(edition: Edition) -> dict[str, list[KeptRule]]:
    """Every rule of the portal by the id of the clause it rests on in `edition`, in the reader's language."""
    found: dict[str, list[KeptRule]] = {}
    for rule in sorted(_subclasses(RuleBroken), key=lambda one: (one.__module__, one.__qualname__)):
        if rule.clause and rule.__module__.startswith("portal.") and edition.has_clause(rule.clause):
            kept = KeptRule(_spoken(rule.sentence), _spoken(rule.next_step), _pages(rule.__module__))
            rules = found.setdefault(edition.clause_of(rule.clause).id, [])
            if kept not in rules:
                rules.append(kept)
    return found


def beneath(
    edition: Edition, rules: dict[str, list[KeptRule]]
) -> dict[str, tuple[list[Any], list[KeptRule]]]:
    """What stands under each article and paragraph of the page: the translator's notes, and the rules kept, of
    the part itself and of its sentences and items."""
    found: dict[str, tuple[list[Any], list[KeptRule]]] = {}
    for article in edition.articles:
        found[article.id] = _gathered(edition, rules, [article.id])
        for paragraph in article.paragraphs:
            found[paragraph.id] = _gathered(edition, rules, list(edition.parts_of(paragraph.id)))
    for part in (edition.preamble, edition.closing):
        found[part.id] = _gathered(edition, rules, [part.id])
    return found


def _gathered(
    edition: Edition, rules: dict[str, list[KeptRule]], ids: list[str]
) -> tuple[list[Any], list[KeptRule]]:
    notes = [(edition.clause(id), note) for id in ids for note in edition.notes_on(id)]
    kept = [rule for id in ids for rule in rules.get(id, [])]
    return notes, list(dict.fromkeys(kept))


def _subclasses(base: type[RuleBroken]) -> Iterator[type[RuleBroken]]:
    for one in base.__subclasses__():
        yield one
        yield from _subclasses(one)


def _spoken(message: str) -> str:
    """The sentence as it stands, with dots for what a refusal would fill in."""
    return _PLACE.sub("…", say(message))


def _pages(module: str) -> tuple[str, str] | None:
    package = module.split(".")[1]
    for endpoint, label, _permission in NAVIGATION:
        if endpoint.split(".")[0] == package != "agreement" and endpoint in portal().view_functions:
            return say(label), url_for(endpoint)
    return None


@agreement.get("/agreement", allow=Permission.READ)
def index() -> ResponseReturnValue:
    """The agreement in force: its dates, the term now running, and every clause (R0-3)."""
    return _read(g.edition_in_force())


@agreement.get("/agreement/editions/<int:number>", allow=Permission.READ)
def edition(number: int) -> ResponseReturnValue:
    """One edition of the agreement, in force or superseded; old ones stay readable for ever."""
    return _read(_edition(number))


def _edition(number: int) -> Edition:
    if not 0 < number < 1_000_000:
        raise NotFound()
    return queries.edition(reading(), number)


@agreement.get("/agreement/editions", allow=Permission.READ)
def editions() -> ResponseReturnValue:
    """Every edition, from the first to one still to come: from which day, by which document, and what it changed
    (R3-3)."""
    return show("agreement/editions.html", editions=_adopted(reading()), code=language())


@agreement.get("/agreement/editions/compare", allow=Permission.READ)
def compare() -> ResponseReturnValue:
    """Any two editions passage by passage, the changed characters marked, and what the portal reckons with (R3-6)."""
    session, code = reading(), language()
    adopted = _adopted(session)
    newer = _asked("to", adopted[0][0].number)
    older = _asked("from", max(1, newer - 1))
    old, new = _edition(older), _edition(newer)
    return show(
        "agreement/compare.html",
        older=older,
        newer=newer,
        numbers=[one.number for one, _ in reversed(adopted)],
        rows=table_rows(old, new, code),
        figures=figure_rows(old, new, code),
    )


def _asked(name: str, usual: int) -> int:
    typed = request.args.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else usual


def table_rows(old: Edition, new: Edition, code: str) -> list[dict[str, Any]]:
    """The table of old and new: of each changed passage its name, and both texts with their marks; the authentic
    text, and for who reads English the reference text below it."""
    rows = []
    for one in differences(old, new):
        marks = [(lang, one.segments(lang)) for lang in (("ja",) if code == "ja" else ("ja", "en"))]
        rows.append(
            {
                "label": one.label[code],
                "caption": _caption(one, new, code),
                "texts": [(lang, side(found, "insert"), side(found, "delete")) for lang, found in marks],
                "is_new": one.old is None,
                "is_gone": one.new is None,
            }
        )
    return rows


def _caption(changed: Changed, edition: Edition, code: str) -> str:
    clause = edition.clauses.get(changed.id)
    return clause.caption[code] if clause else ""


def figure_rows(old: Edition, new: Edition, code: str) -> list[tuple[str, str, str]]:
    """What the portal reckons with, where the two editions differ: name, new and old in words (R3-4)."""
    was, now = figures(old), figures(new)
    return [
        (
            say(FIGURE_NAMES[one]),
            figure_words(one, now.get(one, ""), new, code),
            figure_words(one, was.get(one, ""), old, code),
        )
        for one in Figure
        if was.get(one, "") != now.get(one, "")
    ]


def moved_rows(lines: Sequence[Moved]) -> list[dict[str, Any]]:
    """Reckoned days, old and new, in words (R3-4, R9-5)."""
    return [
        {
            "label": say(one.label),
            "old": _worded(one.old),
            "new": _worded(one.new),
            "has_moved": one.has_moved,
        }
        for one in lines
    ]


def _worded(value: Term | dt.date | None) -> str:
    if isinstance(value, Term):
        return say("%(first)sから%(last)sまで", first=value.start, last=value.expiry)
    return day(value) if value else say("なし")


def _adopted(session: Session) -> list[tuple[queries.Adopted, str]]:
    """Every edition, the latest first, and how it stands today: to come, in force, or replaced."""
    found = queries.adopted(session)
    today = today_of(session)
    come = [one.number for one in found if one.in_force_from is None or one.in_force_from <= today]

    def stands(one: queries.Adopted) -> str:
        return "in_force" if one.number == max(come) else "replaced" if one.number in come else "planned"

    return [(one, stands(one)) for one in found]


def _read(current: Edition) -> ResponseReturnValue:
    session, code = reading(), language()
    in_force: Edition = g.edition_in_force()
    adopted = _adopted(session)
    one, stands = next((one, stands) for one, stands in adopted if one.digest == current.digest)
    number = one.number
    context: dict[str, Any] = {
        "edition": current,
        "code": code,
        "number": number,
        "is_in_force": current == in_force,
        "stands": stands,
        "adopted": one,
        "has_others": len(adopted) > 1,
        "to_come": next((one for one, stands in adopted if stands == "planned"), None),
        "beneath": beneath(current, rules_kept(current)),
        "downloads": [
            (say(label), url_for("agreement.text", form=form, edition=number))
            for form, label in _FORMS.items()
        ],
        "term_href": url_for("term.index") if "term.index" in portal().view_functions else None,
        "dates": None,
    }
    if current == in_force:
        dates = queries.dates_now(session, current)
        today = day_in_japan(portal().clock.now())
        found = queries.terms(current, dates, today)
        running = queries.in_force(session, current, today) if found else None
        term = running.term if running else None
        context |= {
            "dates": dates,
            "running": running,
            "term": term,
            "position": found.index(term) + 1 if term else 0,
            "basis": say(queries.basis_of(dates, found, term, current).value) if term else None,
            "today": today,
        }
    return show("agreement/index.html", **context)


# --- The text to take away (R0-5) -----------------------------------------------------------------

_FORMS = {
    "japanese": N_("日本語の正文（テキスト）"),
    "parallel": N_("日英対照（テキスト）"),
    "yaml": N_("機械で読める形（YAML）"),
}


@agreement.get("/agreement/text", allow=Permission.READ)
def text() -> ResponseReturnValue:
    """The text of an edition as a file: Japanese only, parallel, or the very YAML that was adopted (R0-5)."""
    form = request.args.get("form", "japanese")
    asked = request.args.get("edition", "")
    if form not in _FORMS or (asked and not (asked.isascii() and asked.isdigit() and len(asked) < 7)):
        raise NotFound()
    number = int(asked) if asked else queries.edition_number(reading())
    current = _edition(number)
    if form == "yaml":
        stored = (
            reading().scalar(select(AgreementEdition.text).where(AgreementEdition.number == number)) or ""
        )
        return _file(stored, f"agreement-{number}.yaml", "application/yaml")
    lines = _parallel(current) if form == "parallel" else _japanese(current)
    return _file("\n".join(lines) + "\n", f"agreement-{number}-{form}.txt", "text/plain")


def _file(content: str, name: str, media_type: str) -> Response:
    response = Response(content.encode("utf-8"), content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _japanese(current: Edition) -> Iterator[str]:
    """The authentic text, with line breaks between its parts only."""
    yield from (current.title.ja, "", current.preamble.text.ja)
    for article in current.articles:
        yield from ("", article.caption.ja)
        label = article.label.ja
        for paragraph in article.paragraphs:
            yield "　".join(part for part in (label, paragraph.label.ja, paragraph.text.ja) if part)
            label = ""
            for item in paragraph.items:
                yield f"　{item.label.ja}　{item.text.ja}{item.after}"
            if paragraph.tail.ja:
                yield paragraph.tail.ja
    yield from ("", current.closing.text.ja)


def _parallel(current: Edition) -> Iterator[str]:
    """Each part in Japanese, under it the same in English; the first lines say which is authentic."""
    yield from (current.translation_notice.ja, current.translation_notice.en, "")
    yield from (current.title.ja, current.title.en, "")
    yield from _pair(current.preamble)
    for article in current.articles:
        yield f"{article.label.ja}{article.caption.ja}"
        yield f"{article.label.en} {article.caption.en}"
        for paragraph in article.paragraphs:
            yield "　".join(part for part in (paragraph.label.ja, paragraph.text.ja) if part)
            yield " ".join(part for part in (paragraph.label.en, paragraph.text.en) if part)
            for item in paragraph.items:
                yield f"　{item.label.ja}　{item.text.ja}{item.after}"
                yield f"  {item.label.en} {item.text.en}"
            if paragraph.tail.ja or paragraph.tail.en:
                yield from (part for part in (paragraph.tail.ja, paragraph.tail.en) if part)
        yield ""
    yield from _pair(current.closing)


def _pair(part: Sentence) -> Iterator[str]:
    yield from (part.text.ja, part.text.en, "")
