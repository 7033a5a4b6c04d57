"""The demonstration, loaded once for all tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal import create_app
from portal.demo import DemoAccount, load
from portal.settings import Settings
from portal.web.app import Portal
from tests.browser import Browser
from tests.conftest import make_schema


@dataclass
class Demo:
    """A loaded demonstration."""

    app: Portal
    accounts: list[DemoAccount]

    def read(self) -> Session:
        """A session that cannot write; the caller closes it."""
        return Session(self.app.engines.reader, expire_on_commit=False)

    def browser(self, name: str, language: str = "ja") -> Browser:
        """The browser of the person whose address begins with `name`, signed in."""
        account = next(one for one in self.accounts if one.email.startswith(f"{name}@"))
        browser = Browser(self, language=language)
        browser.sign_in(account.email, account.password)
        return browser


def demo_app(url: str, folder: Path, **more: Any) -> Portal:
    """A portal in demo mode over the empty database at `url`."""
    given: dict[str, Any] = {
        "instance": folder / "instance",
        "database_url": url,
        "secret_key": "for tests only, thirty-two letters",
        "mode": "demo",
        "scheduler": False,
        "argon2_memory_kib": 64,
        "argon2_rounds": 1,
    }
    app = create_app(Settings(**(given | more)))
    app.config["TESTING"] = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demonstration, loaded today, on SQLite."""
    folder = tmp_path_factory.mktemp("demo")
    url = f"sqlite:///{folder / 'portal.db'}"
    make_schema(url)
    app = demo_app(url, folder)
    yield Demo(app, load(app))
    app.engines.dispose()
