"""What README's two commands rest on: the locks, and a bootstrap that says what is wrong in one line."""

import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import make

PROJECT = Path(__file__).resolve().parents[2]


def locked(lock: str) -> dict[str, set[str]]:
    """What a lock names: each `package==version`, with its hashes."""
    text = re.sub(r"#.*", "", (PROJECT / lock).read_text())
    blocks = re.findall(r"^([a-z0-9][\w.-]*==[^\s;\\]+)((?:.*\\\n)*.*)$", text, re.M)
    return {name: set(re.findall(r"sha256:[0-9a-f]{64}", rest)) for name, rest in blocks}


def bootstrap(*arguments: str, **settings: str) -> tuple[int, str]:
    """Run make.py with these settings; its exit code and what it told."""
    command = [sys.executable, str(PROJECT / "make.py"), *arguments]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize("lock", [make.RUNTIME, make.EVERYTHING])
def test_a_lock_names_every_package_by_hash_and_no_index(lock):
    assert all(locked(lock).values())
    assert len(locked(lock)) > 20
    lines = (PROJECT / lock).read_text().splitlines()
    assert [line for line in lines if "://" in line or line.startswith("-")] == []


def test_the_tests_run_on_the_very_packages_that_serve():
    runtime, everything = locked(make.RUNTIME), locked(make.EVERYTHING)
    assert {name: everything.get(name) for name in runtime} == runtime


def test_what_was_chosen_is_locked():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    for lock, chosen in (
        (make.RUNTIME, project["project"]["dependencies"]),
        (make.EVERYTHING, project["dependency-groups"]["dev"]),
    ):
        names = {name.split("==")[0] for name in locked(lock)}
        assert {re.split(r"[<>=\[]", choice)[0] for choice in chosen} <= names


def test_the_makefile_offers_every_command():
    offered = re.search(r"^COMMANDS = (.*)$", (PROJECT / "Makefile").read_text(), re.M)
    assert offered is not None
    assert set(offered[1].split()) == set(make.PLAIN) | set(make.WITH_ARGUMENTS)
    assert all(f"\n  {command} " in (make.__doc__ or "") for command in offered[1].split())


def test_a_taken_port_is_told_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, told = bootstrap("run", PORT=str(port))
    assert (code, told) == (2, f"make.py: Port {port} is taken; choose another: PORT={port + 1} make run\n")


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "８０００"])
def test_what_is_no_port_is_refused_in_one_line(port):
    code, told = bootstrap("run", PORT=port)
    assert code == 2
    assert told.count("\n") == 1


@pytest.mark.parametrize("arguments", [["serve"], ["lint", "portal"]])
def test_a_call_that_cannot_be_meant_is_refused_in_one_line(arguments):
    code, told = bootstrap(*arguments)
    assert code == 2
    assert told.count("\n") == 1


def test_the_tests_never_see_a_portal_in_use(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example.jp/portal")
    monkeypatch.setenv("PORTAL_INSTANCE", "/srv/portal")
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://db.example.jp/test")
    environment = make.environment_for_tests("/tmp/elsewhere")
    assert "DATABASE_URL" not in environment
    assert environment["PORTAL_INSTANCE"] == "/tmp/elsewhere"
    assert environment["TEST_DATABASE_URL"] == "postgresql://db.example.jp/test"


def test_what_has_a_stand_in_is_done_without(capsys):
    make.make_do_without([make.Need("a clock", ["clock"], lambda: False, stand_in="the sun will do")])
    assert capsys.readouterr().out == "Without a clock: the sun will do.\n"


def test_what_has_none_is_asked_for():
    needs = [make.Need("a clock", ["clock"], lambda: False), make.POSTGRESQL]
    with pytest.raises(make.Stop, match=r"postgresql|PostgreSQL"):
        make.make_do_without(needs)


def test_a_need_already_there_installs_nothing():
    make.add_to_debian([make.Need("a Python", ["no-such-package"], lambda: True)])
