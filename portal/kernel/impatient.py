"""PostgreSQL is waited for, but not for ever: a server that stops answering holds up no request (row 112)."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

HELLO_SECONDS, CONNECT_SECONDS = 0.7, 2


class Impatient(psycopg.Connection[Any]):
    """A connection that does not wait for ever.

    A server that has stopped, or is behind a wall that swallows everything, cannot end a statement itself, and its
    machine may go on acknowledging what it is sent, so that neither its own limits nor those of TCP help.
    """

    seconds: float | None = 30
    """How long a statement is waited for; None: as long as it takes."""
    only_reads = False
    """Whether nothing is ever written here."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """What the server answers. Raises OperationalError, and the connection is closed, when nothing comes in time:
        at once for what is said outside of every transaction, such as `greet`."""
        status = self.pgconn.transaction_status
        limit = HELLO_SECONDS if self.autocommit or status == TransactionStatus.IDLE else self.seconds
        try:
            return super().wait(gen, interval, limit if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # an answer that comes later would be taken for the next one's
            raise

    def greet(self) -> None:
        """A transaction has begun: so it is known that the server is there, and no message was sent for that alone. Raises
        OperationalError where it is not."""
        with self.lock:
            self.wait(self._start_query())

    def rollback(self) -> None:
        """The transaction is over. One that only read has nothing to take back: it is committed, since after a rollback
        the driver has every statement planned anew, which takes longer than to answer it (performance.md)."""
        if self.only_reads and self.pgconn.transaction_status == TransactionStatus.INTRANS:
            self.commit()
        else:
            super().rollback()
