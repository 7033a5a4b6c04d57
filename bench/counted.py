"""The portal with its SQL statements counted: each answer says in `X-Statements` how many it took."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import event

from portal import create_app

app = create_app()
_counter = threading.local()
_answer = app.wsgi_app


def _count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    if not statement.startswith("BEGIN"):  # which only one of the two databases is sent as a statement
        _counter.statements = getattr(_counter, "statements", 0) + 1


def _counting(environ: Any, start_response: Any) -> Any:
    _counter.statements = 0

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        return start_response(status, [*headers, ("X-Statements", str(_counter.statements))], *rest)

    return _answer(environ, start)


for engine in (app.engines.reader, app.engines.writer):
    event.listen(engine, "before_cursor_execute", _count)
app.wsgi_app = _counting  # type: ignore[method-assign]  # as Flask's own documentation wraps it
