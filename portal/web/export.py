"""Tables that leave the portal as files: CSV, XLSX, JSON; rows streamed in flat memory, formulas defused (row 71)."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import logging
import os
import re
import tempfile
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, Any, TypeVar

from flask import Response, stream_with_context
from sqlalchemy.orm import Session

from portal.kernel.clock import JAPAN
from portal.kernel.errors import Unavailable
from portal.kernel.words import N_
from portal.web.headers import name_the_file
from portal.web.language import say
from portal.web.reading import portal, stop_reading

log = logging.getLogger("portal")

ROWS_A_PAGE = 1_000
"""So many rows are read in one go; between two pages no connection, snapshot or lock is held."""
AT_ONCE = 3
"""So many exports run at once in one process (row 117); the next one is asked to come back."""
LONGEST = 15 * 60
"""Seconds after which an export that is still being read breaks off (row 117)."""
_SHEET_ROWS = 1_000_000
_CELL = 16_000
"""Characters in one cell of XLSX: at most 32,000 of Excel's 32,767 units. What is longer goes on in a sheet apart."""

NARROW, WIDE = 18, 60
"""Of a column of XLSX, in characters."""

Cell = str | int | dt.date | dt.datetime | None
Row = Sequence[Cell]
Place = TypeVar("Place")


class Format(StrEnum):
    """What a table can be taken out as."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


MIME_TYPES: Mapping[Format, str] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json; charset=utf-8",
}

END = N_("（ここまで：全%(count)s件。この行があれば、途中で切れていません。）")
BROKEN = N_(
    "（中断：ここまで%(count)s件を書き出したところで失敗しました。この表は不完全です。もう一度書き出してください。）"
)
LONG_SHEET = N_("長い文の続き")
GOES_ON = N_("（続きはシート「%(sheet)s」にあります）")
ABOUT_SHEET = N_("この書き出しについて")


@dataclass(frozen=True)
class Column:
    """One column."""

    key: str
    """Its name in JSON: letters and underscores, for ever."""
    label: str
    """Its heading, in the reader's language."""
    wide: bool = False
    """Whether it holds whole sentences."""


@dataclass(frozen=True)
class Export:
    """A table on its way out. What the words say is in the reader's language when it is made."""

    key: str
    """What it is: a key of `portal.history.events.EXPORT_NAMES`; also the file's name in ASCII."""
    title: str
    columns: Sequence[Column]
    rows: Callable[[], Iterator[Row]]
    """Every row from the first, each with a cell for each column; asked once. Use `in_pages`."""
    about: Sequence[tuple[str, str]] = field(default=())
    """What stands beside the rows: label and words. XLSX: a sheet; JSON: `about`; CSV: the last row."""


class Broken(Exception):
    """An export failed after its first bytes had left: the connection is cut, so that nobody takes it for whole."""


def in_pages(read: Callable[[Session, Place | None], tuple[Iterable[Row], Place | None]]) -> Iterator[Row]:
    """Every row that `read` gives, page after page, each page in a session of its own that cannot write.

    `read` gets the session and the place where the page before ended (None at first), and returns the rows of one
    page, ROWS_A_PAGE of them or so, and the place where they end (None after the last).
    """
    engines, place = portal().engines, None
    while True:
        with Session(engines.reader, expire_on_commit=False, autoflush=False) as session:
            rows, place = read(session, place)
            rows = list(rows)
        yield from rows
        if place is None:
            return


# --- Formulas -------------------------------------------------------------------------------------

_STARTS = frozenset("=+-@\t\r\n'\u2212")


def defused(text: str) -> str:
    """`text` as a cell of CSV that no program takes for a formula (row 71).

    An apostrophe stands before a text that begins with = + - @, a minus sign, a tab, a line break or an apostrophe:
    also in full width or another form of the same sign, and after spaces and characters nobody sees. Nothing is
    taken away: `restored` gives the very same text.
    """
    first = text[:1]
    if first.isalnum() or not first:
        return text
    return f"'{text}" if _begins_a_formula(text) else text


def restored(cell: str) -> str:
    """The text of a cell of CSV as it stands in the portal: one apostrophe at its beginning is ours."""
    return cell[1:] if cell.startswith("'") else cell


def _begins_a_formula(text: str) -> bool:
    for character in text:
        if character in _STARTS or unicodedata.normalize("NFKC", character)[:1] in _STARTS:
            return True
        if not character.isspace() and unicodedata.category(character) not in {"Cf", "Cc", "Mn"}:
            return False
    return False


# --- The answer -----------------------------------------------------------------------------------


class Slot:
    """A place among the exports that run at once; taken when made, given back once by `release`."""

    _places = threading.BoundedSemaphore(AT_ONCE)

    def __init__(self) -> None:
        """Raises Unavailable when AT_ONCE exports are running in this process."""
        if not self._places.acquire(blocking=False):
            raise Unavailable()
        self._held = threading.Lock()

    def release(self) -> None:
        """The place is free again, however often this is called."""
        if self._held.acquire(blocking=False):
            self._places.release()


def send(export: Export, form: Format, *, at: dt.datetime, slot: Slot | None = None) -> Response:
    """The answer that carries `export` as a file in the format `form`, made at the moment `at` (UTC). `slot` is given
    back when it has been read, or is not read any more.

    CSV and JSON leave row by row. When that fails midway, CSV says so in its last row, JSON is left without its end,
    and the connection is cut, which browsers show as a failed download. XLSX is complete before its first byte
    leaves. Never kept by any cache.
    """
    stop_reading()
    if form is Format.XLSX:
        file = _xlsx(export, at)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        answer = Response(_Pieces(_read(file), slot), content_type=MIME_TYPES[form], direct_passthrough=True)
        answer.headers["Content-Length"] = str(size)
        answer.call_on_close(file.close)
    else:
        written = {Format.CSV: _csv, Format.JSON: _json}[form](export)
        answer = Response(_Pieces(stream_with_context(written), slot), content_type=MIME_TYPES[form])
    name_the_file(answer, file_name(export.title, form, at))
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "no-store"
    return answer


_NOT_IN_A_NAME = re.compile(r"[^\w-]+")


def file_name(title: str, form: Format, at: dt.datetime) -> str:
    """`取組の一覧_20251001-1200.csv`: letters, digits and hyphens of `title`, and the moment in Japan (row 74)."""
    plain = _NOT_IN_A_NAME.sub("_", unicodedata.normalize("NFKC", title)).strip("_")[:60] or "export"
    return f"{plain}_{at.astimezone(JAPAN):%Y%m%d-%H%M}.{form.value}"


class _Pieces:
    """The pieces of a file on their way out. However they end - read, broken, or given up by the reader - what they
    hold is let go, and the slot with it."""

    def __init__(self, pieces: Iterator[bytes], slot: Slot | None) -> None:
        self._pieces, self._slot = pieces, slot

    def __iter__(self) -> _Pieces:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Nothing is read any more."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
        if self._slot is not None:
            self._slot.release()


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(64 * 1024):
            yield piece


class _Counted:
    """The rows of an export in packs, counted; breaks off after LONGEST seconds."""

    def __init__(self, export: Export) -> None:
        self.count = 0
        self._rows, self._until = export.rows, time.monotonic() + LONGEST

    def packs(self) -> Iterator[list[Row]]:
        """Some rows at a time, all of them once."""
        pack: list[Row] = []
        for row in self._rows():
            pack.append(row)
            if len(pack) == ROWS_A_PAGE:
                self._must_go_on(pack)
                yield pack
                pack = []
        self._must_go_on(pack)
        yield pack

    def _must_go_on(self, pack: Sequence[Row]) -> None:
        if time.monotonic() > self._until:
            raise Broken("took too long")
        self.count += len(pack)


def _plain(cell: Cell) -> str | int:
    """A cell for people: a day as 2025-10-01, a moment as 2025-10-01 12:00:00 in Japan."""
    if isinstance(cell, str | int):
        return cell
    if isinstance(cell, dt.datetime):
        return f"{cell.astimezone(JAPAN):%Y-%m-%d %H:%M:%S}"
    return cell.isoformat() if cell is not None else ""


def _for_machines(cell: Cell) -> str | int | None:
    if isinstance(cell, dt.datetime):
        return cell.astimezone(JAPAN).isoformat()
    return cell.isoformat() if isinstance(cell, dt.date) else cell


# --- CSV ------------------------------------------------------------------------------------------


def _csv(export: Export) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, CRLF, every cell in quotes, so that no other separator splits one."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet, quoting=csv.QUOTE_ALL, lineterminator="\r\n")

    def taken() -> bytes:
        text = sheet.getvalue()
        sheet.seek(0)
        sheet.truncate()
        return text.encode()

    def last(words: str) -> bytes:
        writer.writerow([words, *[""] * (len(export.columns) - 1)])
        return taken()

    counted = _Counted(export)
    writer.writerow([column.label for column in export.columns])
    yield b"\xef\xbb\xbf" + taken()
    try:
        for pack in counted.packs():
            writer.writerows([_csv_cell(cell) for cell in row] for row in pack)
            yield taken()
        about = "".join(f"　{label}：{words}" for label, words in export.about)
        yield last(say(END, count=counted.count) + about)
    except Exception as fault:
        log.exception("export broken: %s", type(fault).__name__)
        sheet.seek(0)
        sheet.truncate()
        yield last(say(BROKEN, count=counted.count))
        raise Broken from None


def _csv_cell(cell: Cell) -> str | int:
    return defused(cell) if isinstance(cell, str) else _plain(cell)


# --- JSON -----------------------------------------------------------------------------------------


def _json(export: Export) -> Iterator[bytes]:
    """One object: what it is, its columns, its rows as they stand in the portal, and at the very end their count."""

    def written(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    keys, counted = [column.key for column in export.columns], _Counted(export)
    head = {
        "title": export.title,
        "about": [{"label": label, "words": words} for label, words in export.about],
        "columns": [{"key": column.key, "label": column.label} for column in export.columns],
    }
    yield written(head)[:-1].encode() + b', "rows": ['
    between = "\n"
    try:
        for pack in counted.packs():
            lines = [written(dict(zip(keys, map(_for_machines, row), strict=True))) for row in pack]
            if lines:
                yield (between + ",\n".join(lines)).encode()
                between = ",\n"
        yield f'\n], "count": {counted.count}, "is_complete": true}}\n'.encode()
    except Exception as fault:
        log.exception("export broken: %s", type(fault).__name__)
        raise Broken from None


# --- XLSX -----------------------------------------------------------------------------------------


def _xlsx(export: Export, at: dt.datetime) -> IO[bytes]:
    """A workbook in a file without a name: the rows, the rest of overlong texts, and what it is. Every text is a
    text, whatever it looks like (row 71). It bears the moment `at`, not that of the machine (row 39)."""
    import xlsxwriter  # here, for it is large, and a process that makes no workbook can do without it
    from xlsxwriter.exceptions import FileCreateError

    file: IO[bytes] = tempfile.TemporaryFile(prefix="portal-export-")
    try:
        with tempfile.TemporaryDirectory(prefix="portal-export-") as folder:
            book = xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": folder})
            book.set_properties(
                {"title": export.title, "created": at.astimezone(dt.UTC).replace(tzinfo=None)}
            )
            try:
                _Workbook(book, export).write()
                book.close()
            finally:
                for sheet in book.worksheets():
                    sheet.row_data_fh.close()
                book.fileclosed = True
    except FileCreateError:
        file.close()
        raise Unavailable() from None
    except BaseException:
        file.close()
        raise
    return file


class _Workbook:
    """The sheets of one export while they are written, row after row."""

    def __init__(self, book: Any, export: Export) -> None:
        self.book, self.export = book, export
        self.bold = book.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True})
        self.cell = book.add_format({"valign": "top", "text_wrap": True})
        self.long: Any = None
        self.long_rows = 0

    def write(self) -> None:
        """Every sheet is written."""
        counted, sheet, line = _Counted(self.export), self._sheet(), 0
        for pack in counted.packs():
            for row in pack:
                if line == _SHEET_ROWS:
                    sheet, line = self._sheet(), 0
                line += 1
                for place, cell in enumerate(row):
                    value = _plain(cell)
                    if isinstance(value, int):
                        sheet.write_number(line, place, value, self.cell)
                    elif value:
                        sheet.write_string(line, place, self._fitting(value, sheet, line, place), self.cell)
        about = self.book.add_worksheet(_sheet_name(say(ABOUT_SHEET)))
        about.set_column(0, 1, 40)
        for line, (label, words) in enumerate([*self.export.about, ("", say(END, count=counted.count))]):
            about.write_string(line, 0, label, self.cell)
            about.write_string(line, 1, words, self.cell)

    def _sheet(self) -> Any:
        made = len([one for one in self.book.worksheets() if one is not self.long])
        name = _sheet_name(self.export.title)
        sheet = self.book.add_worksheet(name if not made else f"{name[:26]} {made + 1}")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(self.export.columns):
            sheet.set_column(place, place, WIDE if column.wide else NARROW)
            sheet.write_string(0, place, column.label, self.bold)
        return sheet

    def _fitting(self, text: str, sheet: Any, line: int, place: int) -> str:
        """The text, or as much of it as a cell can hold, the rest being written in the sheet of long texts."""
        if len(text) <= _CELL:
            return text
        name = _sheet_name(say(LONG_SHEET))
        if self.long is None:
            self.long = self.book.add_worksheet(name)
            self.long.set_column(0, 2, 40)
        where = f"{sheet.get_name()} {_letters(place)}{line + 1}"
        for start in range(_CELL, len(text), _CELL):
            self.long.write_string(self.long_rows, 0, where, self.cell)
            self.long.write_string(self.long_rows, 1, self.export.columns[place].label, self.cell)
            self.long.write_string(self.long_rows, 2, text[start : start + _CELL], self.cell)
            self.long_rows += 1
        return text[:_CELL] + say(GOES_ON, sheet=name)


def _letters(place: int) -> str:
    """What a spreadsheet calls a column: A, B, … Z, AA."""
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


_NOT_IN_A_SHEET = re.compile(r"[\[\]:*?/\\']")


def _sheet_name(words: str) -> str:
    return _NOT_IN_A_SHEET.sub(" ", words)[:31]
