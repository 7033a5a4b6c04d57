"""What hundreds of portals in one process would each do anew, though it comes out alike, is done once: compiling the
templates, the statements, and the functions that build addresses. A portal of its own does it when it starts, as the
tests of starting and of serving, which start real ones, still see."""

from __future__ import annotations

import gc
from types import CodeType
from typing import Any

from jinja2 import Environment
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from werkzeug.routing import Rule

from portal.web.app import Portal


class _Compiled(BytecodeCache):
    """The code of each template, by the words it was compiled with and by its source."""

    def __init__(self) -> None:
        self.code: dict[tuple[Any, ...], CodeType] = {}

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """The bucket of a template, with its code if it has been compiled in this process."""
        bucket = Bucket(environment, name, source)
        bucket.code = self.code.get(self._key(bucket))
        return bucket

    def set_bucket(self, bucket: Bucket) -> None:
        """The code of a template that has just been compiled is kept."""
        assert bucket.code is not None
        self.code[self._key(bucket)] = bucket.code

    @staticmethod
    def _key(bucket: Bucket) -> tuple[Any, ...]:
        return getattr(bucket.environment, "say", None), bucket.key, bucket.checksum


class _Statements(dict[tuple[Any, ...], Any]):
    """The compiled statements by the database's language, whichever engine has compiled them."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """The compiled statement, if any."""
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


_OF_A_RULE, _BUILDERS = ("_parts", "_trace", "_converters", "arguments"), ("_build", "_build_unknown")
"""What werkzeug makes of the words of a rule, whichever application it stands in."""


def do_once() -> None:
    """Every portal of this process takes what another one has compiled; and the garbage collector comes only when it is
    called (`Tidy`)."""
    gc.disable()
    Portal.jinja_options = {**Portal.jinja_options, "bytecode_cache": _Compiled()}
    compiled: dict[tuple[Any, ...], dict[str, Any]] = {}
    compile_rule = Rule.compile

    def compile_once(rule: Rule) -> None:
        if rule.defaults or rule.map is None:
            return compile_rule(rule)
        key = rule.rule, rule.subdomain, rule.host, rule.merge_slashes, rule.map.host_matching
        if key not in compiled:
            compile_rule(rule)
            compiled[key] = {name: getattr(rule, name) for name in _OF_A_RULE}
            compiled[key] |= {name: getattr(rule, name).__func__ for name in _BUILDERS}
            return None
        for name, value in compiled[key].items():
            setattr(rule, name, value.__get__(rule) if name in _BUILDERS else value)
        return None

    statements, begin = _Statements(), Engine.__init__

    def with_statements(engine: Engine, *args: Any, **kwargs: Any) -> None:
        begin(engine, *args, **kwargs)
        engine._compiled_cache = statements  # SQLAlchemy keeps one for each engine

    Engine.__init__ = with_statements  # type: ignore[assignment, method-assign]  # before any portal is made
    Rule.compile = compile_once  # type: ignore[assignment, method-assign]  # werkzeug offers no other place for it


TESTS_AT_ONCE, TESTS_BETWEEN_LOOKS = 25, 500


class Tidy:
    """After every few tests what they have left is collected, and what stays is not looked at again: a collector that came
    by itself would look at all the portals of a process again and again."""

    def __init__(self) -> None:
        self.tests = 0

    def up(self) -> None:
        """A test is over."""
        self.tests += 1
        if self.tests % TESTS_BETWEEN_LOOKS == 0:
            gc.unfreeze()  # what stayed then may be gone by now
        if self.tests % TESTS_AT_ONCE == 0:
            gc.collect()
            gc.freeze()
