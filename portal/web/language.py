"""The reader's language: Japanese first, English complete; the catalogues are read as they stand in the tree.

The message itself is the Japanese sentence, so Japanese is complete by construction; English stands in one
catalogue per package, `translations/en/<package>.po`, which are read together at the start.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_babel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import g, has_request_context, request, session

from portal.kernel import days
from portal.kernel.words import Phrase
from portal.web.app import Portal
from portal.web.reading import actor

LANGUAGES = ("ja", "en")
_HELD = "language"
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"


class HouseWords(flask_babel.Domain):  # type: ignore[misc]  # flask-babel has no types
    """All packages' catalogues as one; read once, held in memory."""

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[str, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        """The words of the language now chosen."""
        return self.in_language(language())

    def in_language(self, code: str) -> NullTranslations:
        """The words of the language `code`; for a language without catalogues, the Japanese sentences."""
        if code not in self._held:
            self._held[code] = read_catalogues(code)
        return self._held[code]


def read_catalogues(code: str) -> NullTranslations:
    """The catalogues of every package in the language `code`, merged."""
    merged: NullTranslations = NullTranslations()
    for path in sorted((CATALOGUES / code).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        words = Translations(compiled)
        merged = words if not isinstance(merged, Translations) else merged.add(words, merge=True)
    return merged


HOUSE = HouseWords()
"""The words of every language, held once a process: the catalogues never change while it runs."""


def language() -> str:
    """`ja` or `en`: the member's own choice, else this browser's, else what the browser asks for, else `ja`."""
    if not has_request_context():
        locale = flask_babel.get_locale()
        return str(locale.language) if locale is not None and locale.language in LANGUAGES else "ja"
    held: str | None = g.get(_HELD)
    if held is None:
        asked = session.get("language") or actor().language
        held = str(asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "ja")
        if "actor" in g:  # before, it is not known yet who asks
            g.language = held
    return held


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Within, this request speaks the language `code`, whatever its reader reads: a paper for somebody else."""
    before = language()
    g.language = code
    try:
        yield
    finally:
        g.language = before


def forget_language() -> None:
    """The language is asked for anew: somebody came, went, or chose another."""
    g.pop(_HELD, None)


def set_language(app: Portal) -> None:
    """`app` speaks Japanese and English from the catalogues, in its templates without asking Flask-Babel for
    every word."""
    babel = flask_babel.Babel(
        app, default_locale="ja", default_timezone="Asia/Tokyo", locale_selector=language
    )
    babel.domain_instance = HOUSE
    app.jinja_env.globals["language"] = language
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # jinja2.ext.i18n adds it
        lambda message: catalogue(language()).gettext(message),
        lambda one, many, number: catalogue(language()).ngettext(one, many, number),
        newstyle=True,
    )


def catalogue(code: str) -> NullTranslations:
    """The words of the language `code`, for who translates many sentences: `catalogue(code).gettext`."""
    return HOUSE.in_language(code)


def say(message: str, **facts: object) -> str:
    """`message` (the Japanese sentence) in the reader's language, its named places filled from `facts`.

    A fact may itself be of two languages: a day, an aware moment, a Phrase, words in Japanese and English (the agreement's
    own), or several of these, which then stand with a stroke between them.
    """
    words = str(catalogue(language()).gettext(message))
    return words % {name: _worded(fact) for name, fact in facts.items()} if facts else words


def _worded(fact: object) -> object:
    """The fact as it stands in a sentence in the reader's language."""
    if isinstance(fact, Phrase):
        return say(fact.message, **fact.facts)
    if isinstance(fact, dt.datetime):
        return days.moment_in_words(fact, language())
    if isinstance(fact, dt.date):
        return days.day_in_words(fact, language())
    if isinstance(fact, tuple):
        return " / ".join(str(_worded(one)) for one in fact)
    if isinstance(ja := getattr(fact, "ja", None), str):
        return ja if language() == "ja" else getattr(fact, "en", ja)
    return fact
