"""Teeth: the tests of the mechanism fail on every one of these faults; that they pass on the code as it is, the suite
shows, of which they are a part."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from portal.settings import ROOT
from tests.makers.volumes import FULL
from tests.mutants.engine import MUTANTS, Mutant
from tests.servers import ServerHandle, postgres_server

AT_ONCE = min(4, os.cpu_count() or 1)
TAKEN = ("portal", "tests", "pyproject.toml")


def project(folder: Path) -> Path:
    """A copy of the project, as links: only what is replaced differs."""
    leave = shutil.ignore_patterns("chromium", "processes", "mutants", ".hypothesis")
    for name in TAKEN:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, copy_function=link, ignore=leave)
        else:
            link(str(ROOT / name), str(folder / name))
    return folder


def link(source: str, to: str) -> None:
    """The same file under another name; a copy where the file system cannot."""
    try:
        os.link(source, to)
    except OSError:
        shutil.copy2(source, to)


def mutated(folder: Path, mutant: Mutant) -> Path:
    """A copy of the project with the fault in it."""
    path = project(folder) / mutant.file
    words = path.read_text("utf-8")
    path.unlink()  # the link, not the file
    path.write_text(words.replace(mutant.old, mutant.new), "utf-8")
    return folder


def outcome(folder: Path, tests: tuple[str, ...]) -> tuple[int, str]:
    """What pytest says of `tests` in the project at `folder`: its exit code and its last lines."""
    server = postgres_server()
    assert isinstance(server, ServerHandle)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "--tb=line",
            "-p",
            "no:xdist",
            "-p",
            "no:cacheprovider",
            *tests,
        ],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        | {"TEST_DATABASE_URL": server.address, "TMPDIR": str(folder), "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.returncode, done.stdout[-3_000:] + done.stderr[-1_000:]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[tuple[int, str]]]:
    """Every mutant under its tests, several at a time."""
    postgres_server()

    def try_one(mutant: Mutant) -> tuple[int, str]:
        folder = tmp_path_factory.mktemp("mutant")
        found = outcome(mutated(folder, mutant), mutant.tests)
        shutil.rmtree(folder, ignore_errors=True)
        return found

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {mutant.name: pool.submit(try_one, mutant) for mutant in TRIED}


TRIED = MUTANTS if FULL else MUTANTS[::2]
"""In a run that everybody waits for every second one is enough."""


@pytest.mark.volumes
@pytest.mark.parametrize("mutant", TRIED, ids=lambda mutant: mutant.name)
def test_the_mutant_is_killed(outcomes, mutant):
    """Security.md 4.3: killed by a test that fails, not by code that cannot run."""
    code, told = outcomes[mutant.name].result()
    assert code == 1, told
    assert re.search(r"\b1 failed\b|ERROR at teardown", told), told


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_mutant_still_fits_the_code(mutant):
    """A patch that no longer applies would be killed by nothing."""
    assert (ROOT / mutant.file).read_text("utf-8").count(mutant.old) == 1


def test_there_are_enough_of_them():
    """Security.md 6: at least twenty, and both databases have theirs."""
    assert len(MUTANTS) >= 20 and len(TRIED) >= 12
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    for database in ("sqlite", "lock_has_read_nothing"):
        assert any(database in test for mutant in TRIED for test in mutant.tests)
