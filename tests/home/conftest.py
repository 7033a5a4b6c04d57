"""Offices with all their pages, whose home page knows memos as it knows every other kind of document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.browser import Browser
from tests.makers.offices import three_on_sqlite, two_on_postgres, two_on_sqlite
from tests.makers.papers import MEMO, Office, StaffedTemplate
from tests.makers.people import TestPerson

__all__ = ["three_on_sqlite", "two_on_postgres", "two_on_sqlite"]

SignedIn = Callable[..., Browser]


@contextmanager
def opened(template: StaffedTemplate, folder: Path) -> Iterator[Office]:
    """An office over a fresh copy of `template`, with every page."""
    with template.open(folder, pages=True) as office:
        office.app.extensions["kinds"] = {**office.app.extensions["kinds"], MEMO.key: MEMO}
        yield office


@pytest.fixture(params=["two_on_sqlite", "two_on_postgres", "three_on_sqlite"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office on each of the databases, and once with three parties."""
    with opened(request.getfixturevalue(request.param), tmp_path) as office:
        yield office


@pytest.fixture(params=["two_on_sqlite", "two_on_postgres"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office of two parties on each of the databases."""
    with opened(request.getfixturevalue(request.param), tmp_path) as office:
        yield office


@pytest.fixture
def duo(two_on_sqlite: StaffedTemplate, tmp_path: Path) -> Iterator[Office]:
    """An office of two parties on SQLite, for what no database can change."""
    with opened(two_on_sqlite, tmp_path) as office:
        yield office


@pytest.fixture
def signed_in() -> SignedIn:
    """A browser in which a person of an office has signed in."""

    def sign_in(office: Office, person: TestPerson, language: str = "ja") -> Browser:
        browser = Browser(office, language=language)
        browser.sign_in(person.email, person.password)
        return browser

    return sign_in


@pytest.fixture
def counted() -> Callable[[Office], AbstractContextManager[list[str]]]:
    """Counts the statements that the reading engine carries out."""

    @contextmanager
    def count(office: Office) -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        engine = office.app.engines.reader
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return count
