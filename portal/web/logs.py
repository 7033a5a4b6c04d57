"""What the portal writes of its own running: one line of JSON each, of names and numbers from a fixed list, never words.

What people wrote, titles, addresses and file names have no place in a log (rows 19, 72): a record keeps the sentence
that stands in our code, and of an exception its type and the lines it passed through, never its message.
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
import time
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from flask import Response, g, request, request_started
from structlog.stdlib import ProcessorFormatter

from portal.web.app import Portal
from portal.web.reading import actor

ALLOWED = (
    "at",
    "level",
    "logger",
    "event",
    "method",
    "endpoint",
    "status",
    "ms",
    "member",
    "party",
    "fault",
    "where",
)
"""The only names a line may have, in their order."""
LONGEST = 300

log = logging.getLogger("portal")


def note(event: str, **facts: int | str | None) -> None:
    """A line about `event`, with those of `facts` whose names are allowed."""
    log.info(event, extra={"facts": facts})


def set_logs(app: Portal, stream: TextIO | None = None) -> logging.Handler:
    """Every record of this process goes to `stream` (the standard error as it stands then) as one line of JSON, and
    `app`, where its settings say so, writes one for each answer: method, endpoint, status, milliseconds, and whose
    identifiers asked."""

    def begin(_app: Portal) -> None:
        g.asked_at = time.perf_counter()

    def tell(response: Response) -> Response:
        who = actor()
        began = g.get("asked_at")
        note(
            "answered",
            method=request.method if request.method in _METHODS else "other",
            endpoint=request.endpoint,
            status=response.status_code,
            ms=round((time.perf_counter() - began) * 1000) if began is not None else None,
            member=who.member_id,
            party=who.party,
        )
        return response

    if app.settings.logs_answers:
        request_started.connect(begin, app, weak=False)
        app.after_request(tell)
    return _take_over(stream)


_METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS TRACE".split())


class _Handler(logging.StreamHandler[TextIO]):
    """The one handler of ours: to a given stream, or to the standard error whatever that is by now."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__(stream or sys.stderr)
        self._given = stream
        self.setFormatter(
            ProcessorFormatter(
                use_get_message=False,
                pass_foreign_args=True,
                foreign_pre_chain=[_told],
                processors=[ProcessorFormatter.remove_processors_meta, _only_allowed, _RENDER],
            )
        )

    def emit(self, record: logging.LogRecord) -> None:
        """The record as one line."""
        if self._given is None:
            self.stream = sys.stderr
        super().emit(record)


def _take_over(stream: TextIO | None) -> logging.Handler:
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _Handler):
            root.removeHandler(handler)
    ours = _Handler(stream)
    root.addHandler(ours)
    log.setLevel(logging.INFO)
    return ours


def _told(_logger: Any, _name: str, told: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The record's names and numbers; of the sentences of other packages only the form, without what filled it."""
    record: logging.LogRecord = told["_record"]
    ours = record.name.partition(".")[0] == "portal"
    told.update(
        {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _filled(str(record.msg), told.pop("positional_args", ())) if ours else _form(record.msg),
        }
    )
    if record.exc_info and record.exc_info[0] is not None:
        kind, fault, _trace = record.exc_info
        told.update({"fault": f"{kind.__module__}.{kind.__qualname__}", "where": _way(fault)})
    facts = getattr(record, "facts", None)
    if isinstance(facts, Mapping):
        told.update(facts)
    return told


def _form(sentence: object) -> str:
    return next(iter(str(sentence).splitlines()), "")[:120]


def _filled(sentence: str, args: Any) -> str:
    try:
        return sentence % args if args else sentence
    except (TypeError, ValueError, KeyError):
        return sentence


def _way(fault: BaseException | None) -> str:
    """The lines an exception passed through, the last ones, as `file:line` with a stroke between."""
    lines, trace = [], fault.__traceback__ if fault else None
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename.replace("\\", "/")
        lines.append(f"{'/'.join(path.split('/')[-2:])}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(lines[-8:])


def _only_allowed(_logger: Any, _name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _short(told[name]) for name in ALLOWED if told.get(name) is not None}


def _short(value: object) -> int | str:
    return value if isinstance(value, int) else str(value)[:LONGEST]


_RENDER = structlog.processors.JSONRenderer(ensure_ascii=True)
"""Everything but ASCII is escaped: a line break, a control or a turned direction cannot forge a line (row 72)."""
