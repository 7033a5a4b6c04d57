"""What the source itself must not hold: SQL made of words, templates made of words, patterns that take for ever."""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]  # the only parser of patterns there is, without types
from re import _parser as parser  # type: ignore[attr-defined]  # as above
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
SPEAK_SQL = {"exec_driver_sql", "text", "executescript", "literal_column"}
MADE_BY_US = {
    "portal/history/queries.py": {"literal_column"},  # the names of an enumeration
    "portal/kernel/statements.py": {"exec_driver_sql"},  # the words that SQLAlchemy makes of an INSERT or UPDATE
    "portal/kernel/sqlite.py": {"execute"},  # settings of this module
    "portal/migrations/__init__.py": {"text"},  # a constant of this module
    "portal/migrations/versions/0001_founding.py": {"exec_driver_sql"},  # the triggers that keep rows
    "portal/migrations/versions/0002_auditors.py": {"exec_driver_sql"},
    "portal/migrations/versions/0004_advice.py": {"exec_driver_sql"},
    "portal/migrations/versions/0005_publicity.py": {"exec_driver_sql"},
    "portal/migrations/versions/0007_life.py": {"exec_driver_sql"},
    "portal/migrations/versions/0008_notices.py": {"exec_driver_sql"},
    "portal/migrations/versions/0009_handback.py": {"exec_driver_sql"},
    "portal/migrations/versions/0010_doubts.py": {"exec_driver_sql"},
    "portal/migrations/versions/0013_advice_copies.py": {"exec_driver_sql"},
    "portal/tasks/doctor.py": {"exec_driver_sql"},  # which setting is asked for
}
"""Where a statement is not written out, and why it holds nothing that anybody typed."""


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the portal, read, by its path."""
    paths = sorted((PROJECT / "portal").rglob("*.py"))
    return {str(path.relative_to(PROJECT)): ast.parse(path.read_text("utf-8")) for path in paths}


def called(node: ast.AST) -> str:
    """The last name of what is called; nothing for anything but a call."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def from_sqlalchemy(tree: ast.Module) -> set[str]:
    """The names that a module has from SQLAlchemy."""
    return {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for name in node.names
    }


def is_written_out(node: ast.expr) -> bool:
    """Whether it is a literal, or one of two."""
    if isinstance(node, ast.IfExp):
        return is_written_out(node.body) and is_written_out(node.orelse)
    return isinstance(node, ast.Constant)


def test_sql_is_written_out_wherever_it_is_written():
    """Row 69: what speaks SQL takes literals; LIKE is said with its wildcards escaped. The few exceptions are named."""
    found: dict[str, set[str]] = {}
    for path, tree in modules().items():
        names = from_sqlalchemy(tree)
        for node in ast.walk(tree):
            name = called(node)
            if not isinstance(node, ast.Call) or not node.args:
                continue
            words = node.args[0]
            if name in {"text", "literal_column"} and name not in names:
                continue
            made = isinstance(words, ast.JoinedStr | ast.BinOp) or (
                isinstance(words, ast.Call) and called(words) == "format"
            )
            if (name in SPEAK_SQL and not is_written_out(words)) or (name == "execute" and made):
                found.setdefault(path, set()).add(name)
            if name in {"like", "ilike"}:
                assert any(keyword.arg in {"escape", "autoescape"} for keyword in node.keywords), path
    assert found == MADE_BY_US


def test_no_template_is_made_of_words():
    """Row 70: templates are files; nothing turns a text into one."""
    forbidden = {"render_template_string", "from_string", "Template", "stream_template_string"}
    found = [
        (path, node.lineno)
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in forbidden
    ]
    assert found == []


# --- Patterns (row 68) -------------------------------------------------------------------------------------


ANYWHERE = {"search", "sub", "subn", "finditer", "findall", "split"}


def patterns() -> Iterator[tuple[str, re.Pattern[Any], bool]]:
    """Every pattern that a module of the portal makes once, and every one that stands in a call; and whether it is
    looked for anywhere in a text, not at its beginning alone."""
    for path, tree in modules().items():
        if path.startswith("portal/migrations/") or path.endswith("__main__.py"):
            continue
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        source = (PROJECT / path).read_text("utf-8")
        for key, value in vars(importlib.import_module(name)).items():
            for one in value if isinstance(value, tuple | list) else [value]:
                if isinstance(one, re.Pattern):
                    anywhere = re.search(rf"\b{key}\.({'|'.join(ANYWHERE)})\b", source)
                    yield f"{path}: {key}", one, anywhere is not None
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and getattr(node.func.value, "id", "") == "re"
                and node.func.attr != "compile"
                and isinstance(node.args[0], ast.Constant)
            ):
                yield f"{path}:{node.lineno}", re.compile(node.args[0].value), node.func.attr in ANYWHERE


PATTERNS = {f"{place} {one.pattern!r:.60}": (one, anywhere) for place, one, anywhere in patterns()}


def repeats(parsed: Any, *, within: bool = False) -> bool:
    """Whether something that repeats without end stands in something that repeats without end."""
    for code, given in parsed:
        endless = code in {codes.MAX_REPEAT, codes.MIN_REPEAT} and given[1] == codes.MAXREPEAT
        if endless and within:
            return True
        for inner in subpatterns(given):
            if repeats(inner, within=within or endless):
                return True
    return False


def subpatterns(given: Any) -> Iterator[Any]:
    """The patterns within what one code of a pattern is given."""
    if isinstance(given, parser.SubPattern):
        yield given
    elif isinstance(given, tuple | list):
        for one in given:
            yield from subpatterns(one)


def pieces(pattern: str) -> set[str]:
    """What a text that troubles the pattern would be made of: its own characters, and common ones."""
    return {
        *re.sub(r"[\\^$.*+?{}()|\[\]]", "", pattern),
        *"a1 -.\t\n　あ@/[(<>:年",
        "a ",
        "1-",
        "年1",
        "a.a-",
    }


@pytest.mark.parametrize("place", PATTERNS)
def test_no_pattern_takes_long_over_anything(place):
    """Row 68: five thousand of whatever the pattern is made of, with an end that does not fit: under 50 ms; and
    nothing that repeats without end stands in something that does."""
    pattern, anywhere = PATTERNS[place]
    words = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    assert not repeats(parser.parse(words, pattern.flags & re.VERBOSE)), place
    for piece in sorted(pieces(words)):
        text = (piece * 5_000)[:5_000] + "\x00!"
        given = text if isinstance(pattern.pattern, str) else text.encode()
        took = []
        for _ in range(3):
            begun = time.process_time()
            (pattern.search if anywhere else pattern.match)(given)
            pattern.fullmatch(given)
            took.append(time.process_time() - begun)
            if took[-1] < 0.05:
                break
        assert min(took) < 0.05, (place, piece, took)
