"""Every table of the house, gathered: what the migrations are compared with."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from sqlalchemy import MetaData

import portal
from portal.kernel.db import KEPT_FOREVER, Model, triggers_that_keep


def gather() -> MetaData:
    """The metadata of every package's models, all of them imported."""
    for package in pkgutil.iter_modules(portal.__path__):
        if (Path(portal.__path__[0]) / package.name / "models.py").exists():
            importlib.import_module(f"portal.{package.name}.models")
    return Model.metadata


def triggers(dialect: str) -> list[str]:
    """Every statement that makes the kept tables keep their rows, on `dialect`."""
    metadata = gather()
    return [
        statement
        for table, erasable in sorted(KEPT_FOREVER.items())
        for statement in triggers_that_keep(
            table, dialect, tuple(column.name for column in metadata.tables[table].columns), erasable
        )
    ]
