"""A running portal and people at real browsers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from tests.chromium.person import ARGUMENTS, Person, chromium
from tests.conftest import House
from tests.makers.agreements import sqlite_dated  # noqa: F401  # a fixture
from tests.makers.people import TestPerson


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def served(sqlite_dated: House) -> Iterator[House]:  # noqa: F811
    """A staffed portal, its agreement in force, answering at `served.address`."""
    server = make_server("127.0.0.1", 0, sqlite_dated.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    sqlite_dated.address = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    yield sqlite_dated
    server.shutdown()
    thread.join()


@pytest.fixture
def sit_down(browser: Browser, served: House) -> Iterator[Callable[..., Person]]:
    """`sit_down(somebody, language="en")`: the person at a browser of their own, signed in."""
    seated: list[Person] = []

    def seat(who: TestPerson | None, **kwargs: Any) -> Person:
        person = Person(browser, served.address, **kwargs)  # type: ignore[attr-defined]
        seated.append(person)
        return person.sign_in(who) if who else person

    yield seat
    for person in seated:
        person.close()
