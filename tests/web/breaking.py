"""A portal with one more door, behind which an export breaks midway; served by gunicorn in a test."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Response

from portal import create_app
from portal.access.policy import Permission
from portal.settings import Settings
from portal.web.export import Column, Export, Format, Row, send
from portal.web.reading import portal


def rows() -> Iterator[Row]:
    """Some rows, then a fault."""
    for number in range(2_500):
        yield (number, "言葉" * 20)
    raise OSError("the database went away")


def breaks(form: str) -> Response:
    """The export in the format `form`."""
    export = Export("activities", "取組の一覧", [Column("number", "番号"), Column("words", "言葉")], rows)
    return send(export, Format(form), at=portal().clock.now())


folder = Path(tempfile.mkdtemp(prefix="portal-test-"))
app = create_app(
    Settings(
        instance=folder,
        database_url=f"sqlite:///{folder / 'portal.db'}",
        secret_key="for tests only, thirty-two letters",
        scheduler=False,
    )
)
app.add_url_rule("/breaks/<form>", "breaks", breaks, allow=Permission.ENTER)
