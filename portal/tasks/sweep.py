"""Clears away what nothing refers to any more: files without a row, and sessions and attempts long over."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM
from portal.advice import queries as advice
from portal.consent import queries as consent
from portal.doubts import queries as doubts
from portal.handback import queries as handback
from portal.history.work import Works
from portal.kernel.files import FileStore
from portal.parties.commands import forget_what_is_over
from portal.publicity import queries as publicity
from portal.term import queries as term

SPARED = dt.timedelta(hours=24)
"""How long a file may lie without a row: an upload whose row is still to be written (row 85)."""


def sweep_files(works: Works, files: FileStore) -> int:
    """The files that no row names and nobody kept again for 24 hours are gone; how many went (row 85).

    Which rows there are is read after the age was chosen; several processes may sweep at once.
    """
    older_than = works.clock.now() - SPARED
    with Session(works.engines.reader) as session:
        referenced = (
            consent.file_digests(session)
            | advice.file_digests(session)
            | publicity.file_digests(session)
            | term.file_digests(session)
            | doubts.file_digests(session)
            | handback.file_digests(session)
        )
    return len(files.sweep(referenced, older_than=older_than))


def forget(works: Works) -> int:
    """Sessions, sign-in attempts and mails that have been over for long are gone; how many went."""
    with works.begin(SYSTEM) as work:
        return forget_what_is_over(work)
