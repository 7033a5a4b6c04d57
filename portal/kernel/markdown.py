"""Turns what people typed as Markdown into HTML that is safe to show, or shows it as it was typed."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.kernel.typed import mark_invisible
from portal.kernel.words import N_

RENDERER = "markdown-1"
"""Part of the digest of what is agreed: another rendering is another name (row 24)."""

CHARACTERS = 20_000
LINES = 2_000
BRACKETS = 200
BACKTICKS = 400
EMPHASES = 2_000
DEPTH = 10
SECONDS = 2.0

PROBLEMS: dict[str, str] = {
    "too_long": N_("本文は20,000文字以内にしてください（タブは4文字と数えます）。"),
    "too_many_lines": N_("本文は2,000行以内にしてください。"),
    "too_many_brackets": N_("本文の「[」は200個以内にしてください。"),
    "too_many_backticks": N_("本文の「`」は400個以内にしてください。"),
    "too_many_emphases": N_("本文の「*」と「_」は合わせて2,000個以内にしてください。"),
    "too_deep": N_("箇条書きや引用の入れ子は10段までにしてください。"),
}
"""What to tell the person, by the codes of check_source."""

TOO_MUCH = N_("書式が複雑なため、入力されたとおりに表示しています。")
WOULD_HIDE = N_("書式を付けると見えなくなる文字があるため、入力されたとおりに表示しています。")


@dataclass(frozen=True)
class Rendered:
    """HTML ready for a page; `plain` if the text is shown as typed, and then `notice` says why."""

    html: str
    plain: bool
    notice: str | None


class MarkdownWorker:
    """A process that converts Markdown, one text at a time; ended and started anew when one takes too long.

    Threads wait for one another. A process that forks after using it starts one of its own.
    """

    def __init__(
        self,
        command: Sequence[str] = (sys.executable, "-I", str(Path(__file__).with_name("markdown_worker.py"))),
        *,
        seconds: float = SECONDS,
        seconds_to_start: float = 60.0,
    ) -> None:
        self._command = tuple(command)
        self._seconds = seconds
        self._seconds_to_start = seconds_to_start
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[[subprocess.Popen[bytes]], MarkdownWorker] | None = None
        _WORKERS.add(self)

    def convert(self, source: str, prefix: str) -> tuple[str, bool] | None:
        """Safe HTML and whether it hides something that was typed; None if the text was too much for it."""
        with self._lock:
            for _ in range(2):  # a second time where the process had died while nobody was looking
                if (process := self._started()) is None:
                    return None
                answer, was_cut = self._ask(process, {"source": source, "prefix": prefix}, self._seconds)
                if answer is not None:
                    page = answer["page"]
                    return None if page is None else (str(page), bool(answer["hides"]))
                self._stop()
                if was_cut:
                    return None
            return None

    def close(self) -> None:
        """The process has ended; the next text starts another."""
        with self._lock:
            self._stop()

    def _started(self) -> subprocess.Popen[bytes] | None:
        if self._process is not None and self._process.poll() is not None:
            self._stop()
        if self._process is None:
            try:
                self._process = subprocess.Popen(  # noqa: S603  # our own file by our own interpreter
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,  # a traceback would carry the text into the log (row 19)
                    bufsize=0,  # nothing half-written may be written again by a fork
                    start_new_session=True,
                )
            except OSError:
                return None
            self._end = weakref.finalize(self, _end, self._process)
            ready, _ = self._ask(self._process, None, self._seconds_to_start)
            if ready is None:
                self._stop()
        return self._process

    def _ask(
        self, process: subprocess.Popen[bytes], question: object, seconds: float
    ) -> tuple[dict[str, object] | None, bool]:
        """The answer, or None if the process ended first, and whether it was ended for taking too long."""
        was_cut = threading.Event()

        def cut() -> None:
            was_cut.set()
            process.kill()

        assert process.stdin is not None and process.stdout is not None
        timer = threading.Timer(seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            if question is not None:
                body = json.dumps(question).encode("ascii")
                _write_all(process.stdin.fileno(), len(body).to_bytes(4, "big") + body)
            head = _read_exactly(process.stdout.fileno(), 4)
            answer = json.loads(_read_exactly(process.stdout.fileno(), int.from_bytes(head, "big")))
        except (OSError, EOFError):
            answer = None
        finally:
            timer.cancel()
            timer.join()
        if was_cut.is_set() and answer is not None:
            self._stop()  # cut as the last byte came; the answer is whole and good
        return answer, was_cut.is_set()

    def _stop(self) -> None:
        process, self._process = self._process, None
        if self._end is not None:
            self._end.detach()
        if process is not None:
            _end(process)

    def _forget(self) -> None:
        """In a forked child: the process is the parent's, and the lock may be held by a thread not here."""
        self._lock = threading.Lock()
        process, self._process = self._process, None
        if self._end is not None:
            self._end.detach()
        if process is not None:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.close()
            process.stdout.close()
            process.returncode = 0  # not ours to wait for


_WORKERS: weakref.WeakSet[MarkdownWorker] = weakref.WeakSet()


def _forget_all() -> None:
    for worker in list(_WORKERS):
        worker._forget()


os.register_at_fork(after_in_child=_forget_all)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _read_exactly(descriptor: int, size: int) -> bytes:
    parts = []
    while size:
        part = os.read(descriptor, min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


_WORKER = MarkdownWorker()
_TAG = re.compile("(<[^<>]*>)")
_PREFIX = re.compile("[a-z][a-z0-9-]{0,39}")


def render(source: str, *, id_prefix: str = "text", worker: MarkdownWorker = _WORKER) -> Rendered:
    """The Markdown `source` as HTML with nothing in it but allowed tags, attributes and addresses (row 66).

    Invisible characters are marked, and those that turn the line are left out (row 75). A text beyond the
    caps, one that takes longer than two seconds (row 67), and one of which formatting would hide a letter
    (row 24) is shown as typed, with the reason. Headings begin at `h3`. `id_prefix` keeps the footnotes of
    several texts on one page apart. Never raises for any source.
    """
    if not _PREFIX.fullmatch(id_prefix):
        raise ValueError(f"not a prefix for ids: {id_prefix!r}")
    source = source.encode("utf-8", "replace").decode("utf-8")
    if check_source(source):
        return _as_typed(source, TOO_MUCH)
    converted = worker.convert(source, id_prefix)
    if converted is None:
        return _as_typed(source, TOO_MUCH)
    page, hides = converted
    if hides:
        return _as_typed(source, WOULD_HIDE)
    pieces = _TAG.split(page)
    pieces[::2] = map(mark_invisible, pieces[::2])
    return Rendered("".join(pieces), plain=False, notice=None)


def _as_typed(source: str, notice: str) -> Rendered:
    # The first line break after <pre> is not shown; ours is that one.
    text = mark_invisible(html.escape(source))
    return Rendered(f'<pre class="as-typed">\n{text}</pre>', plain=True, notice=notice)


def check_source(text: str) -> list[str]:
    """Why `text` would not be formatted: codes of PROBLEMS, none if it is within every cap (row 67)."""
    if len(text) > CHARACTERS or len(text.expandtabs(4)) > CHARACTERS:
        return ["too_long"]
    problems = {
        "too_many_lines": text.count("\n") >= LINES,
        "too_many_brackets": text.count("[") > BRACKETS,
        "too_many_backticks": text.count("`") > BACKTICKS,
        "too_many_emphases": text.count("*") + text.count("_") > EMPHASES,
        "too_deep": any(_depth(line) > DEPTH for line in text.split("\n")),
    }
    return [code for code, is_so in problems.items() if is_so]


def _depth(line: str) -> int:
    """How many lists and quotations the line opens or lies in, four columns each; 0 without a mark of one."""
    line = line.expandtabs(4)
    deepest = depth = column = 0
    while column < len(line):
        spaces = len(line) - column - len(line[column:].lstrip(" "))
        depth += spaces // 4
        column += spaces
        digits = len(line) - column - len(line[column:].lstrip("0123456789"))
        if line[column : column + 1] == ">":
            width = 1
        elif line[column : column + 2] in ("- ", "* ", "+ ", ": "):
            width = 2
        elif digits and line[column + digits : column + digits + 2] == ". ":
            width = digits + 2
        else:
            break
        column += width
        deepest = depth = depth + 1
    return deepest
