"""Passwords: kept only as Argon2id, a few at a time, and the same work for an account that does not exist."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.kernel.errors import Unavailable
from portal.parties.rules import PASSWORD_MOST

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # no look-alikes: read out over the telephone, typed from paper
AT_ONCE, PATIENCE_SECONDS = 2, 10


@dataclass(frozen=True)
class Initial:
    """A password somebody is given: shown once, kept only as its hash."""

    plain: str
    hash: str


class Passwords:
    """Makes and checks password hashes with one set of Argon2id parameters."""

    def __init__(
        self,
        *,
        memory_kib: int,
        rounds: int,
        at_once: int = AT_ONCE,
        of: type[PasswordHasher] = PasswordHasher,
    ) -> None:
        self._hasher = of(time_cost=rounds, memory_cost=memory_kib, parallelism=1)
        self._turn = BoundedSemaphore(at_once)

    @cached_property
    def _of_nobody(self) -> str:
        """What is checked where there is no account; reckoned with the first check of all, whosever it is."""
        return self._hasher.hash(secrets.token_urlsafe(24))

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """At most `at_once` hashes are reckoned together, so that attempts cannot fill the memory."""
        if not self._turn.acquire(timeout=PATIENCE_SECONDS):
            raise Unavailable()
        try:
            yield
        finally:
            self._turn.release()

    def hash(self, password: str) -> str:
        """The hash of `password`, taken exactly as typed, with a fresh salt."""
        with self._in_turn():
            return self._hasher.hash(password.encode("utf-8", "surrogatepass"))

    def is_right(self, stored: str | None, password: str) -> bool:
        """Whether `password` is the one behind `stored`. Without a stored hash it is not, after the same work
        (row 50); nor is anything longer than a password may be."""
        if len(password) > PASSWORD_MOST:
            stored, password = None, ""
        with self._in_turn():
            nobodys = self._of_nobody
            try:
                self._hasher.verify(stored or nobodys, password.encode("utf-8", "surrogatepass"))
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether `stored` was made with other parameters than these, and should be made anew at a
        sign-in."""
        return self._hasher.check_needs_rehash(stored)

    def initial(self, plain: str | None = None) -> Initial:
        """A password to give somebody: `plain`, or 20 fresh letters in fives (about 99 random bits)."""
        given = plain or "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
        return Initial(given, self.hash(given))
