"""What a document says: frozen dataclasses whose fields carry their label and their form, and their way to JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, cast

Value = str | tuple[str, ...] | tuple[tuple[str, ...], ...]


class Form(StrEnum):
    """How a field is shown and compared."""

    LINE = "line"
    TEXT = "text"
    MARKDOWN = "markdown"
    DAY = "day"
    CHOICE = "choice"
    CHOICES = "choices"
    ROWS = "rows"
    WRITINGS = "writings"
    """Rows of a key and a Markdown text: several versions of one content."""


def says(label: str, form: Form = Form.LINE, *, default: Value | None = None) -> Any:
    """A field of a Body: its label (a message of the catalogues) and its form. Empty unless given."""
    empty: Value = () if form in {Form.CHOICES, Form.ROWS, Form.WRITINGS} else ""
    return dataclasses.field(
        default=empty if default is None else default, metadata={"label": label, "form": form}
    )


@dataclass(frozen=True)
class Body:
    """The base of every kind's words: only texts, lists of texts, and rows of texts, so that one canonical form
    stands for them."""

    def as_plain(self) -> dict[str, Any]:
        """The words as plain JSON values, every field, in one form."""
        return {one.name: _plain(getattr(self, one.name)) for one in dataclasses.fields(self)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Any:
        """The words from plain JSON; a field unknown to the class is dropped, a missing one is empty."""
        known = _names(cast(Any, cls))
        return cls(**{name: _value(value) for name, value in plain.items() if name in known})

    @classmethod
    def parts(cls) -> list[tuple[str, str, Form]]:
        """Every field: name, label, form; in the order of the page."""
        return [(one.name, one.metadata["label"], one.metadata["form"]) for one in dataclasses.fields(cls)]


@cache
def _names(cls: Any) -> frozenset[str]:
    return frozenset(one.name for one in dataclasses.fields(cls))


def _plain(value: Value) -> Any:
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value


def _value(value: Any) -> Any:
    return tuple(_value(inner) for inner in value) if isinstance(value, list | tuple) else str(value)
