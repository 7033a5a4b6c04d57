"""What leaves the portal as a file: no formula, nothing lost, nothing whole that is not, in flat memory."""

from __future__ import annotations

import csv
import datetime as dt
import http.client
import io
import json
import re
import resource
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import openpyxl
import pytest
from flask import Response
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from bench.servers import Server
from portal import create_app
from portal.kernel.errors import Unavailable
from portal.kernel.typed import NotText, clean_text
from portal.settings import Settings
from portal.web import export as exporting
from portal.web.app import Portal
from portal.web.export import (
    AT_ONCE,
    Broken,
    Column,
    Export,
    Format,
    Row,
    Slot,
    defused,
    file_name,
    restored,
    send,
)
from tests.conftest import NOON
from tests.house.corpora.file_names import FILE_NAMES
from tests.house.corpora.strings import TEXTS

COLUMNS = [Column("number", "番号"), Column("words", "言葉"), Column("at", "日時"), Column("on", "日")]
FORMULAS = [
    "=1+1", "=HYPERLINK(\"http://example.jp/\"&A1)", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝１＋１", "＋1",
    "－1", "＠SUM(A1)", "﹦1", "﹢1", "﹣1", "﹫a", "⁺1", "₋1", "−1", " =1", "\u3000=1", "\u200b=1", "\ufeff=1", "'=1", "'",
    "''", "=cmd|' /C calc'!A0", "a;=1+1", "a\t=1", "a\n=1", "=\u202e1", "\u00ad@x",
]  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """The portal, its database never asked."""
    folder = tmp_path_factory.mktemp("export")
    url = f"sqlite:///{folder / 'portal.db'}"
    return create_app(Settings(instance=folder, database_url=url, secret_key="k" * 32, scheduler=False))


def made(rows: Sequence[Row] | None = None, *, title: str = "取組の一覧") -> Export:
    given: list[Row] = [(1, "言葉", NOON, dt.date(2025, 10, 1))] if rows is None else list(rows)
    return Export("activities", title, COLUMNS, lambda: iter(given), about=[("条件", "なし")])


def sent(app: Portal, export: Export, form: Format, language: str = "ja") -> Response:
    """The answer, read to its end within the request as a server would."""
    with app.test_request_context("/", headers={"Accept-Language": language}):
        answer = send(export, form, at=NOON)
        data = b"".join(answer.response)  # type: ignore[arg-type]  # bytes, by how they are made
        answer.close()
        answer.data = data
    return answer


def csv_rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def is_kept(text: str) -> bool:
    """Whether the portal keeps such a text as it is typed."""
    try:
        return clean_text(text, 100_000) == text
    except NotText:
        return False


def escaped(text: str) -> str:
    """The text of a cell as Excel reads it: what XML has no letter for stands as _x000D_ (ECMA-376, ST_Xstring)."""
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


def workbook(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


# --- Formulas -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", FORMULAS, ids=range(len(FORMULAS)))
def test_no_formula_is_left_and_the_very_text_comes_back(app: Portal, text: str) -> None:
    """Row 71: CSV with an apostrophe before it, and lossless; XLSX as a text; JSON as it is."""
    rows = [(1, text, None, None)]
    cell = csv_rows(sent(app, made(rows), Format.CSV).data)[1][1]
    assert restored(cell) == text
    assert cell.startswith("'") == (not text.startswith("a"))
    found = workbook(sent(app, made(rows), Format.XLSX).data).worksheets[0].cell(2, 2)
    assert found.data_type == "s" and escaped(found.value) == text
    assert json.loads(sent(app, made(rows), Format.JSON).data)["rows"][0]["words"] == text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
@settings(max_examples=500, deadline=None)
def test_whatever_is_defused_comes_back(text: str) -> None:
    """Row 71: nothing is taken away from any text; what a spreadsheet could read as a formula begins with '."""
    assert restored(defused(text)) == text
    assert defused(text)[:1] not in set("=+-@\t\r\n＝＋－＠")


def test_no_text_of_the_corpus_becomes_a_formula_in_any_format(app: Portal) -> None:
    """Row 71: every awkward string of the house in one file each, opened by another program."""
    texts = [text for text in TEXTS.values() if is_kept(text) and len(text) <= exporting._CELL]
    assert len(texts) > 30
    rows = [(number, text, None, None) for number, text in enumerate(texts)]
    data = sent(app, made(rows), Format.XLSX).data
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                tags = {one.tag.rpartition("}")[2] for one in ElementTree.fromstring(parts.read(name)).iter()}
                assert not tags & {"f", "hyperlink", "hyperlinks"}
    sheet = workbook(data).worksheets[0]
    assert [escaped(sheet.cell(line + 2, 2).value or "") for line in range(len(texts))] == texts
    cells = [row[1] for row in csv_rows(sent(app, made(rows), Format.CSV).data)[1:-1]]
    assert [restored(cell) for cell in cells] == texts


# --- The formats ----------------------------------------------------------------------------------


def test_csv_is_utf8_with_its_mark_and_crlf(app: Portal) -> None:
    """Issue 3 (5); every cell in quotes, so that a semicolon splits nothing either."""
    answer = sent(app, made([(7, '一行目\n二行目,"三"', NOON, dt.date(2025, 10, 1))]), Format.CSV)
    assert answer.data.startswith(b'\xef\xbb\xbf"')
    text = answer.data.decode("utf-8-sig")
    assert text.endswith("\r\n") and text.split("\r\n")[0] == '"番号","言葉","日時","日"'
    assert csv_rows(answer.data)[1] == ["7", '一行目\n二行目,"三"', "2025-10-01 12:00:00", "2025-10-01"]
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(("language", "words"), [("ja", "全1件"), ("en", "1 rows in all")])
def test_the_end_says_that_nothing_is_missing(app: Portal, language: str, words: str) -> None:
    csv_last = csv_rows(sent(app, made(), Format.CSV, language).data)[-1]
    assert words in csv_last[0] and "条件：なし" in csv_last[0] and csv_last[1:] == ["", "", ""]
    about = workbook(sent(app, made(), Format.XLSX, language).data).worksheets[-1]
    assert words in str(about.cell(about.max_row, 2).value)
    whole = json.loads(sent(app, made(), Format.JSON).data)
    assert (whole["count"], whole["is_complete"]) == (1, True)
    assert whole["rows"][0] == {
        "number": 1,
        "words": "言葉",
        "at": "2025-10-01T12:00:00+09:00",
        "on": "2025-10-01",
    }


@pytest.mark.parametrize("form", list(Format))
def test_an_empty_list_is_a_whole_file(app: Portal, form: Format) -> None:
    data = sent(app, made([]), form).data
    if form is Format.CSV:
        assert len(csv_rows(data)) == 2
    elif form is Format.JSON:
        assert json.loads(data)["rows"] == [] and json.loads(data)["count"] == 0
    else:
        assert [cell.value for cell in workbook(data).worksheets[0][1]] == ["番号", "言葉", "日時", "日"]


def test_a_workbook_bears_the_moment_it_was_made_by_the_portals_clock(app: Portal) -> None:
    """Row 39: not the machine's; and its sentences have room to be read."""
    columns = [Column("number", "番号"), Column("words", "言葉", wide=True)]
    export = Export("activities", "取組の一覧", columns, lambda: iter([(1, "言葉")]))
    book = workbook(sent(app, export, Format.XLSX).data)
    assert book.properties.created == NOON.replace(tzinfo=None)
    sheet = book.worksheets[0]
    assert sheet.column_dimensions["B"].width > 2 * sheet.column_dimensions["A"].width
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize(
    ("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (702, "AAA")]
)
def test_a_column_is_called_as_spreadsheets_call_it(place: int, letters: str) -> None:
    assert exporting._letters(place) == letters == get_column_letter(place + 1)


def test_a_text_longer_than_a_cell_goes_on_in_a_sheet_apart(app: Portal) -> None:
    """Nothing is cut off silently: Excel's cells end at 32,767 units, and 𠮷 takes two."""
    text = "𠮷野" * 20_000
    book = workbook(sent(app, made([(1, text, None, None)]), Format.XLSX).data)
    first, rest = book.worksheets[0].cell(2, 2).value, book["長い文の続き"]
    assert "長い文の続き" in first
    pieces = [row[2] for row in rest.iter_rows(values_only=True)]
    assert first[: exporting._CELL] + "".join(pieces) == text
    assert rest.cell(1, 1).value == "取組の一覧 B2"


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(app: Portal, monkeypatch: Any) -> None:
    monkeypatch.setattr(exporting, "_SHEET_ROWS", 10)
    book = workbook(sent(app, made([(n, "", None, None) for n in range(25)]), Format.XLSX).data)
    numbers = [
        row[0] for sheet in book.worksheets[:3] for row in sheet.iter_rows(min_row=2, values_only=True)
    ]
    assert numbers == list(range(25))


@pytest.mark.parametrize("form", list(Format))
def test_no_cache_keeps_it_and_no_browser_runs_it(app: Portal, form: Format) -> None:
    """Rows 12, 82."""
    headers = sent(app, made(), form).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("sandbox")
    assert headers["Content-Disposition"].startswith("attachment; ")


@pytest.mark.parametrize("name", FILE_NAMES, ids=range(len(FILE_NAMES)))
def test_a_file_name_is_safe_whatever_the_title(app: Portal, name: str) -> None:
    """Row 74: CR and LF, quotes, strokes, turned directions, 300 characters, 機種依存文字."""
    name = name.encode("utf-8", "replace").decode()
    told = sent(app, made(title=name or "x"), Format.CSV).headers["Content-Disposition"]
    assert told.isprintable() and told.isascii()
    plain, whole = re.findall(r"filename=\"([\w.-]+)\"; filename\*=UTF-8''([\w.%~-]+)$", told)[0]
    read = unquote(whole)
    assert read == file_name(name or "x", Format.CSV, NOON) and plain.endswith(".csv")
    assert not set(read) & set("/\\:*?\"<>|\r\n\t ;%'\u202e") and len(read) < 100 and read.endswith(".csv")


# --- An export that breaks ------------------------------------------------------------------------


def breaking(after: int) -> Export:
    def rows() -> Iterator[Row]:
        for number in range(after):
            yield (number, "言葉", None, None)
        raise OSError("CANARY: what the database said")

    return Export("activities", "取組の一覧", COLUMNS, rows)


def read_until_it_breaks(app: Portal, form: Format) -> bytes:
    got = b""
    with app.test_request_context("/"):
        answer = send(breaking(2_500), form, at=NOON)
        with pytest.raises(Broken) as cut:
            for piece in answer.response:
                got += piece  # type: ignore[operator]  # bytes, by how they are made
    assert cut.value.__cause__ is None and "CANARY" not in str(cut.value)
    return got


def test_a_csv_that_breaks_midway_says_so_in_its_last_row(app: Portal) -> None:
    rows = csv_rows(read_until_it_breaks(app, Format.CSV))
    assert len(rows) == 1 + 2_000 + 1 and rows[-1][0].startswith("（中断：ここまで2000件")
    assert not any("ここまで：全" in row[0] for row in rows)


def test_a_json_that_breaks_midway_cannot_be_read(app: Portal) -> None:
    got = read_until_it_breaks(app, Format.JSON)
    assert got.count(b'"number"') > 1_900 and b"is_complete" not in got
    with pytest.raises(json.JSONDecodeError):
        json.loads(got)


def test_an_xlsx_that_breaks_never_begins(app: Portal) -> None:
    """It is whole before its first byte leaves: a fault is an error page, not a file."""
    with app.test_request_context("/"), pytest.raises(OSError):
        send(breaking(2_500), Format.XLSX, at=NOON)


def test_an_export_that_is_read_for_too_long_breaks_off(app: Portal, monkeypatch: Any) -> None:
    """Row 117."""
    monkeypatch.setattr(exporting, "LONGEST", -1)
    with app.test_request_context("/"), pytest.raises(Broken):
        b"".join(send(made(), Format.CSV, at=NOON).response)  # type: ignore[arg-type]  # bytes


def test_only_so_many_exports_run_at_once() -> None:
    """Row 117: the next one is told to come back; a place given back twice is one place."""
    held = [Slot() for _ in range(AT_ONCE)]
    with pytest.raises(Unavailable):
        Slot()
    held[0].release()
    held[0].release()
    held[0] = Slot()
    with pytest.raises(Unavailable):
        Slot()
    for slot in held:
        slot.release()


# --- Memory ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", list(Format))
def test_memory_does_not_grow_with_the_rows(app: Portal, form: Format) -> None:
    """Performance goal 9: ten times the rows in the same memory, by the allocator's own count."""

    def peak(rows: int) -> int:
        export = Export(
            "activities", "取組の一覧", COLUMNS,
            lambda: ((number, f"言葉{number}" * 10, NOON, NOON.date()) for number in range(rows)),
        )  # fmt: skip
        with app.test_request_context("/"):
            tracemalloc.start()
            answer = send(export, form, at=NOON)
            size = sum(len(piece) for piece in answer.response)
            answer.close()
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert size > rows * (5 if form is Format.XLSX else 50)
        return most

    peak(1_000)  # what is made once
    few, many = peak(2_000), peak(20_000)
    print(f"\n{form}: {few / 1e6:.1f} MB for 2,000 rows, {many / 1e6:.1f} MB for 20,000; "
          f"process at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")  # fmt: skip
    assert many < 1.3 * few + 500_000


@pytest.mark.processes
def test_the_connection_of_a_broken_export_is_cut() -> None:
    """A reader of HTTP sees that something is missing, as a browser does: the last piece never comes."""
    server = Server("tests.web.breaking:app", {}, alive="/health/live", workers=1, threads=2)
    try:
        for form, last in (("csv", "（中断：ここまで2000件"), ("json", '"number": 1999')):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            connection.request(
                "GET", f"/breaks/{form}", headers={"Host": "localhost", "Accept-Language": "ja"}
            )
            answer = connection.getresponse()
            assert (answer.status, answer.headers["Transfer-Encoding"]) == (200, "chunked")
            with pytest.raises(http.client.IncompleteRead) as cut:
                answer.read()
            assert last in cut.value.partial.decode("utf-8-sig")
            connection.close()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("GET", "/breaks/xlsx", headers={"Host": "localhost"})
        answer = connection.getresponse()
        assert answer.status == 503 and answer.headers["Content-Type"].startswith("text/html")
        answer.read()
        connection.close()
    finally:
        server.stop()
