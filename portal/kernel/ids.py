"""Random public identifiers, never row numbers (decision 10)."""

from __future__ import annotations

import re
import secrets

_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"  # no look-alikes: people read them out over the telephone
_LENGTH = 22
ID_PATTERN = re.compile(rf"[{_LETTERS}]{{{_LENGTH}}}")


def new_id() -> str:
    """A fresh identifier of 22 letters from 30: about 107 random bits, safe in addresses and file names."""
    number, letters = secrets.randbelow(len(_LETTERS) ** _LENGTH), []
    for _ in range(_LENGTH):
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return "".join(letters)


def new_secret() -> str:
    """A fresh secret of 256 bits for a session or a single-use link, safe in addresses."""
    return secrets.token_urlsafe(32)
