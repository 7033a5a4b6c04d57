"""A portal that is not founded yet, for what must be harmless there too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import create_app
from portal.kernel.clock import FixedClock
from portal.settings import Settings
from tests.conftest import NOON, House
from tests.makers.agreements import agreement_of_three, dated, sqlite_dated, three_on_disk

__all__ = ["agreement_of_three", "dated", "sqlite_dated", "three_on_disk"]


@pytest.fixture
def unfounded(database: str, tmp_path: Path) -> Iterator[House]:
    """A portal on each of the two databases, its tables standing and empty."""
    settings = Settings(
        instance=tmp_path / "instance",
        database_url=database,
        secret_key="for tests only, thirty-two letters",
        scheduler=False,
        argon2_memory_kib=64,
        argon2_rounds=1,
    )
    clock = FixedClock(NOON)
    made = House(create_app(settings, clock=clock), clock)
    yield made
    made.app.engines.dispose()
