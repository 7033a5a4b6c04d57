"""Wherever the server stands, the portal keeps, reckons and shows the same, to the byte (row 99)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from tests.servers import postgres_server

PROJECT = Path(__file__).resolve().parents[2]
ZONES = ("UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati")


@contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'portal.db'}"
        return
    server, name = postgres_server(), f"zone_{uuid.uuid4().hex[:12]}"
    yield server.create_database(name)
    server.drop_database(name)


def job_in(stack: ExitStack, kind: str, zone: str, folder: Path) -> subprocess.Popen[bytes]:
    """The job, under way in a process of this zone."""
    folder.mkdir(parents=True)
    url = stack.enter_context(empty_database(kind, folder))
    rules = stack.enter_context(as_file(files("tzdata") / "zoneinfo"))  # the system may have none
    run = subprocess.Popen(
        [sys.executable, "-m", "tests.house.job_in_a_zone", url, str(folder)],
        cwd=PROJECT,
        env=os.environ | {"TZ": zone, "TZDIR": str(rules), "PYTHONHASHSEED": "0"},
        stderr=stack.enter_context((folder / "fault.txt").open("w")),
    )
    stack.callback(run.wait)
    stack.callback(run.kill)  # where another failed
    return run


def test_the_job_comes_to_the_same_bytes_in_every_zone_and_on_both_databases(tmp_path: Path) -> None:
    """Row 99: every page that is seen, in both languages, every row, seal, mail and file."""
    told: dict[tuple[str, str], dict[str, Any]] = {}
    with ExitStack() as stack:
        runs = {
            (kind, zone): job_in(stack, kind, zone, tmp_path / kind / zone)
            for kind, zones in (("sqlite", ZONES), ("postgresql", ZONES[3:]))
            for zone in zones
        }
        for (kind, zone), run in runs.items():
            folder = tmp_path / kind / zone
            assert run.wait(300) == 0, (kind, zone, (folder / "fault.txt").read_text()[-3000:])
            told[kind, zone] = json.loads((folder / "told.json").read_text("utf-8"))
    noons = [told["sqlite", zone]["noon"] for zone in ZONES]
    assert [noons[0] - noon for noon in noons] == [0, 9 * 3600, -4 * 3600, 14 * 3600], "each ran in its zone"
    expected = told["sqlite", "UTC"]["told"]
    assert len(expected) > 150
    for run_of, one in told.items():
        assert list(one["told"]) == list(expected), run_of
        for name, words in expected.items():
            assert one["told"][name] == words, (run_of, name)
