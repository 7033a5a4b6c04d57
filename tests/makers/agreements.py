"""Staffed houses whose agreement has its date: the founding one, and a fictitious one of three parties."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import House, make_staffed_house, open_house
from tests.makers.activities import dated_agreement
from tests.makers.people import People

THREE = Path(__file__).resolve().parent.parent / "agreements" / "kyogikai.yaml"
"""An agreement of three parties, other matters, other clauses; its text states its dates."""


@pytest.fixture
def dated(staffed: House) -> House:
    """The founding agreement, signed on 10 September 2025, confirmed by every party; on each database."""
    dated_agreement(staffed, staffed.people)
    return staffed


@pytest.fixture
def sqlite_dated(sqlite_staffed: House) -> House:
    """The same on SQLite only, for what no database can change."""
    dated_agreement(sqlite_staffed, sqlite_staffed.people)
    return sqlite_staffed


@pytest.fixture(scope="session")
def three_on_disk(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> tuple[Path, People]:
    """A staffed SQLite portal under the agreement of three, to be copied, and its people."""
    folder = tmp_path_factory.mktemp("three")
    path = folder / "portal.db"
    shutil.copy(sqlite_template, path)
    made = make_staffed_house(f"sqlite:///{path}", folder, agreement=THREE)
    made.app.engines.dispose()
    return path, made.people


@pytest.fixture
def agreement_of_three(tmp_path: Path, three_on_disk: tuple[Path, People]) -> Iterator[House]:
    """A staffed portal under the agreement of three, in force by its own text."""
    path, people = three_on_disk
    shutil.copy(path, tmp_path / "portal.db")
    made = open_house(f"sqlite:///{tmp_path / 'portal.db'}", tmp_path, agreement=THREE)
    made.people = people
    yield made
    made.app.engines.dispose()
