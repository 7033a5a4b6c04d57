"""What hundreds of portals in one process would each do anew, though it comes out alike, is done once: compiling the
templates, the statements, and the functions that build addresses. A portal of its own does it when it starts, as the
tests of starting and of serving, which start real ones, still see."""

from __future__ import annotations

import gc
from collections.abc import Callable
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


def do_once() -> None:
    """Every portal of this process takes what another one has compiled; and the garbage collector, which else would look
    at all of them again and again, comes by more seldom."""
    gc.set_threshold(50_000, 20, 50)
    Portal.jinja_options = {**Portal.jinja_options, "bytecode_cache": _Compiled()}
    built: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
    build = Rule._compile_builder

    def kept(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if rule.defaults:
            return build(rule, append_unknown)
        key = rule.rule, tuple(rule._trace), append_unknown
        if key not in built:
            built[key] = build(rule, append_unknown)
        return built[key]

    statements, begin = _Statements(), Engine.__init__

    def with_statements(engine: Engine, *args: Any, **kwargs: Any) -> None:
        begin(engine, *args, **kwargs)
        engine._compiled_cache = statements  # SQLAlchemy keeps one for each engine

    Engine.__init__ = with_statements  # type: ignore[assignment, method-assign]  # before any portal is made
    Rule._compile_builder = kept  # type: ignore[assignment, method-assign]  # werkzeug offers no other place for it
