"""One canonical way from a value to a digest; the prefix bytes keep the kinds of digest apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

ENTRY, NODE, COMMITMENT, REVISION, ADVICE, NOTICE = b"\x00", b"\x01", b"\x02", b"\x04", b"\x05", b"\x06"
HANDOVER, HANDBACK = b"\x07", b"\x08"


class NotPlain(TypeError):
    """A value outside the domain in which the canonical form equals RFC 8785."""


def canonical(value: Mapping[str, object]) -> bytes:
    """The one byte string that stands for `value` (RFC 8785, for strings, integers, booleans and null).

    Raises NotPlain for a float, for a key outside ASCII, or for any other type: for those the standard
    library's form and RFC 8785 differ (security.md 5.1).
    """
    _must_be_plain(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def digest(prefix: bytes, value: Mapping[str, object]) -> str:
    """SHA-256 in hex over `prefix` and the canonical form of `value`."""
    return digest_of(prefix, canonical(value))


def digest_of(prefix: bytes, form: bytes) -> str:
    """SHA-256 in hex over `prefix` and the canonical `form` of a value."""
    return hashlib.sha256(prefix + form).hexdigest()


def commitment(salt: bytes, content: str) -> str:
    """A salted commitment to `content`: it proves the content while both are kept, and nothing once they are
    erased (security.md 5.6)."""
    return hashlib.sha256(COMMITMENT + salt + content.encode("utf-8")).hexdigest()


def in_fours(digits: str) -> str:
    """The digits in groups of four, as people compare them."""
    return " ".join([digits[i : i + 4] for i in range(0, len(digits), 4)])


def check_code(full: str) -> str:
    """The short form of a digest that people compare: the first 16 hex digits in groups of four."""
    return in_fours(full[:16])


_PLAIN = frozenset({str, int, bool, type(None)})


def _must_be_plain(value: object) -> None:
    if type(value) in _PLAIN:
        return
    inner: Iterable[object]
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str) or not key.isascii():
                raise NotPlain(f"a key must be an ASCII string: {key!r}")
        inner = value.values()
    elif isinstance(value, list | tuple):
        inner = value
    elif isinstance(value, str | int):
        return
    else:
        raise NotPlain(f"no canonical form for {type(value).__name__}")
    for one in inner:
        if type(one) not in _PLAIN:
            _must_be_plain(one)
