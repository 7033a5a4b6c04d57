"""Marks a sentence for the catalogues where the code may not translate it yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(message: str) -> str:
    """The Japanese sentence itself, unchanged; it is translated where it is shown."""
    return message


@dataclass(frozen=True)
class Phrase:
    """Words for a place within another sentence, told in the reader's language when that sentence is."""

    message: str
    facts: Mapping[str, object] = field(default_factory=dict)
