"""SQLite as the portal uses it: a transaction begins when it is begun, and who writes waits for whoever does."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

WAIT_SECONDS = 5


class ReadingConnection(sqlite3.Connection):
    """A connection that cannot write."""

    _settings: tuple[str, ...] = ("query_only=ON", f"busy_timeout={WAIT_SECONDS * 1000}")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.isolation_level = None  # BEGIN is ours to say
        always = "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF", "secure_delete=ON"
        for setting in (*always, "cache_size=-1000", *self._settings):  # the cache in KiB: a process has many
            self.execute(f"PRAGMA {setting}")

    def begin(self) -> None:
        """A transaction has begun; it neither waits nor fails."""
        self.execute("BEGIN")


class WritingConnection(ReadingConnection):
    """The connection of whoever writes."""

    _settings = ("busy_timeout=0",)  # `begin` waits, and nothing after it has to

    def begin(self) -> None:
        """This transaction is the only one that writes. Whether another still does is seen every half millisecond: SQLite
        itself would look again after longer and longer whiles, and processes that write by turns would mostly sleep.

        Raises sqlite3.OperationalError when others have written for WAIT_SECONDS.
        """
        end = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                self.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                    raise
            time.sleep(0.0005)


class PortalSQLite(SQLiteDialect_pysqlite):
    """SQLAlchemy's own, which leaves BEGIN to the driver; a listener to the engine would be heard here too, and then every
    statement asks five times whether somebody listens (performance.md)."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        """As the connection begins."""
        dbapi_connection.driver_connection.begin()


NAME = "sqlite+portal"
"""What its addresses begin with."""
registry.register("sqlite.portal", __name__, PortalSQLite.__name__)
