"""PostgreSQL is waited for, but not for ever: a server that stops answering holds up no request (row 112)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

HELLO_SECONDS, CONNECT_SECONDS = 0.7, 2


class Brisk(psycopg.Cursor[Any]):
    """A cursor that tells of its columns what PEP 249 asks for and no more: SQLAlchemy looks with every statement, and the
    driver's own account of forty columns takes longer than their values."""

    @property
    def description(self) -> Any:
        """Each column's name and type, and five times nothing; None where there are no rows."""
        found = self.pgresult
        if not found or not found.nfields:
            return super().description
        return [(_name(found, place), found.ftype(place), *_NOTHING) for place in range(found.nfields)]


_NOTHING = (None,) * 5


def _name(found: Any, place: int) -> str:
    return (found.fname(place) or b"").decode()


class Impatient(psycopg.Connection[Any]):
    """A connection that does not wait for ever.

    A server that has stopped, or is behind a wall that swallows everything, cannot end a statement itself, and its
    machine may go on acknowledging what it is sent, so that neither its own limits nor those of TCP help.
    """

    seconds: float | None = 30
    """How long a statement is waited for; None: as long as it takes."""
    only_reads = False
    """Whether nothing is ever written here."""
    is_new = True
    """Whether the server has not yet been greeted here: that it lets itself be connected to says little."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """What the server answers. Raises OperationalError, and the connection is closed, when nothing comes in time:
        at once for what is said outside of every transaction, such as `greet`."""
        status = self.pgconn.transaction_status
        limit = HELLO_SECONDS if self.autocommit or status == TransactionStatus.IDLE else self.seconds
        try:
            return super().wait(gen, interval, limit if timeout is None else timeout)
        except psycopg.OperationalError as fault:
            if fault.sqlstate is None and self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # an answer that comes later would be taken for the next one's
            raise

    def greet(self) -> None:
        """A transaction has begun: so it is known that the server is there, and no message was sent for that alone. Raises
        OperationalError where it is not."""
        with self.lock:
            self.wait(self._start_query())
        self.is_new = False

    @contextmanager
    def kept_together(self) -> Iterator[None]:
        """The statements of the block, of which none gives rows, are sent as they come and the commit after them; the server
        answers once. Raises psycopg.Error for whichever of them failed, and nothing is kept; one without an `sqlstate` where
        the server fell silent, and then nobody knows."""
        with self.pipeline():
            yield
            self.execute("COMMIT", prepare=False)

    def rollback(self) -> None:
        """The transaction is over. One that only read has nothing to take back: it is committed, since after a rollback
        the driver has every statement planned anew, which takes longer than to answer it (performance.md)."""
        if self.only_reads and self.pgconn.transaction_status == TransactionStatus.INTRANS:
            self.commit()
        else:
            super().rollback()
