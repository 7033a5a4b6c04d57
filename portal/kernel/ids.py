"""Random public identifiers, never row numbers (decision 10)."""

from __future__ import annotations

import re
import secrets

_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"  # no look-alikes: people read them out over the telephone
_LENGTH = 22
_LETTER_OF = bytes(ord(_LETTERS[value % len(_LETTERS)]) for value in range(256))
_PASSED_OVER = bytes(range(256 - 256 % len(_LETTERS), 256))
"""The values of a byte that would make some letters more likely than others."""
ID_PATTERN = re.compile(rf"[{_LETTERS}]{{{_LENGTH}}}")


def new_id() -> str:
    """A fresh identifier of 22 letters from 30: about 107 random bits, safe in addresses and file names."""
    drawn = b""
    while len(drawn) < _LENGTH:
        drawn += secrets.token_bytes(_LENGTH + 10).translate(_LETTER_OF, _PASSED_OVER)
    return drawn[:_LENGTH].decode("ascii")


def new_secret() -> str:
    """A fresh secret of 256 bits for a session or a single-use link, safe in addresses."""
    return secrets.token_urlsafe(32)
