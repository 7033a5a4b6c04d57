"""Imports go downward: the contracts of pyproject.toml hold, and would notice if they did not."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

import make

PROJECT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
    "contracts"
]


@pytest.fixture(autouse=True)
def at_home(monkeypatch):
    """import-linter looks for the packages from where it runs."""
    monkeypatch.chdir(PROJECT)
    monkeypatch.syspath_prepend(str(PROJECT))
    configure()


def test_imports_go_downward():
    assert lint_imports("pyproject.toml", cache_dir=None, no_logo=True)


def test_every_contract_says_its_rule_in_a_sentence():
    for contract in CONTRACTS:
        assert len(contract["name"].split()) > 6, contract["name"]


def test_an_import_that_goes_upward_is_noticed(tmp_path):
    """Contracts that pass on anything would prove nothing."""
    house = tmp_path / "portal"
    for source in (PROJECT / "portal").rglob("*.py"):
        copy = house / source.relative_to(PROJECT / "portal")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
    (house / "kernel" / "ids.py").write_text("from portal.parties import rules\n\n__all__ = ['rules']\n")
    (tmp_path / "pyproject.toml").write_bytes((PROJECT / "pyproject.toml").read_bytes())
    command = [sys.executable, *make.FLOORS[1]]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "portal.kernel.ids -> portal.parties.rules" in done.stdout


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "portal").rglob("*.py")), ids=lambda path: str(path.relative_to(PROJECT))
)
def test_every_module_opens_with_one_sentence(path):
    if "versions" in path.parts or path.stat().st_size == 0:
        return
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    first = " ".join(re.split(r"\n\s*\n", told)[0].split())
    assert re.search(r"[.?!)]$", first), f"{path.name} opens with: {first!r}"


def test_nothing_is_named_for_holding_leftovers():
    """There is no `utils`, `helpers`, `common` or `misc` (architecture 5)."""
    words = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "shared"}
    found = [path for path in (PROJECT / "portal").rglob("*") if path.stem in words]
    assert found == []


def test_no_fault_of_the_database_is_caught_inside_a_transaction():
    """Row 110: whoever caught it and went on would write half. Only what surrounds a Work may catch."""
    faults = {
        "SQLAlchemyError", "DBAPIError", "OperationalError", "IntegrityError", "DatabaseError", "InterfaceError",
    }  # fmt: skip
    found = []
    for path in sorted((PROJECT / "portal").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.With) and any(_begins_a_work(item.context_expr) for item in node.items):
                found += [
                    f"{path.relative_to(PROJECT)}:{inner.lineno}"
                    for statement in node.body
                    for inner in ast.walk(statement)
                    if isinstance(inner, ast.ExceptHandler)
                    and _names(inner.type) & (faults | {"Exception", ""})
                ]
    assert found == []


def _begins_a_work(call):
    """Whether this opens a transaction that writes: `begin()`, `works.begin(...)`, `house.work()`."""
    if not isinstance(call, ast.Call):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in {"begin", "work"}


def _names(caught):
    if caught is None:
        return {""}
    return {getattr(node, "id", getattr(node, "attr", None)) for node in ast.walk(caught)}
