"""A cooperation in full use, made once, copied for every test that knocks at doors."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.makers.agreements import agreement_of_three, dated, sqlite_dated, three_on_disk
from tests.makers.cooperation import Cooperation, Template, make_template, opened

__all__ = ["agreement_of_three", "dated", "sqlite_dated", "three_on_disk"]


@pytest.fixture(scope="session")
def cooperation_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A cooperation of the founding agreement's parties, to be copied."""
    return make_template(tmp_path_factory.mktemp("cooperation"))


@contextmanager
def in_memory(otherwise: Path) -> Iterator[Path]:
    """A folder in memory, where there is one: thousands of commits need not reach a disk for these tests."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        yield otherwise
        return
    with tempfile.TemporaryDirectory(dir=shared, prefix="portal-") as folder:
        yield Path(folder)


@pytest.fixture
def cooperation(cooperation_template: Template, tmp_path: Path) -> Iterator[Cooperation]:
    """A cooperation in full use, with a canary in everything that is one side's own."""
    with in_memory(tmp_path) as folder:
        made = opened(cooperation_template, folder)
        yield made
        made.close()


@pytest.fixture(scope="module")
def shared_cooperation(
    cooperation_template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cooperation]:
    """One for all tests of a module; each test puts back what it changed."""
    with in_memory(tmp_path_factory.mktemp("opened")) as folder:
        made = opened(cooperation_template, folder)
        yield made
        made.close()
