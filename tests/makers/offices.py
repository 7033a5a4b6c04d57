"""Fixtures of offices, for the conftest of each folder that tests the mechanism of consent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.makers.papers import THREE, Office, StaffedTemplate, postgres_template, sqlite_template
from tests.servers import postgres_server


@pytest.fixture(scope="session")
def two_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> StaffedTemplate:
    """Two parties, staffed, on SQLite."""
    return sqlite_template(tmp_path_factory.mktemp("staffed"))


@pytest.fixture(scope="session")
def three_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> StaffedTemplate:
    """Three parties, staffed, on SQLite."""
    return sqlite_template(tmp_path_factory.mktemp("staffed-three"), THREE)


@pytest.fixture(scope="session")
def two_on_postgres(tmp_path_factory: pytest.TempPathFactory) -> StaffedTemplate:
    """Two parties, staffed, on PostgreSQL."""
    return postgres_template(postgres_server(), tmp_path_factory.mktemp("staffed-postgres"))


@pytest.fixture(params=["three_on_sqlite", "two_on_postgres"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office on each of the databases, once of three parties and once of two."""
    template: StaffedTemplate = request.getfixturevalue(request.param)
    with template.open(tmp_path) as opened:
        yield opened


@pytest.fixture(params=["two_on_sqlite", "two_on_postgres"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office of two parties on each of the databases."""
    template: StaffedTemplate = request.getfixturevalue(request.param)
    with template.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def trio(three_on_sqlite: StaffedTemplate, tmp_path: Path) -> Iterator[Office]:
    """An office of three parties."""
    with three_on_sqlite.open(tmp_path) as opened:
        yield opened
