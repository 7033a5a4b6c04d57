"""Takes the day's seal of every chain, and lays it into a file that can leave the house (security.md 5.3)."""

from __future__ import annotations

import base64
import datetime as dt
import os
import tempfile
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM
from portal.history.event import JOINT
from portal.history.models import Entry, Head
from portal.history.seal import head_text, skeleton_of
from portal.history.work import Work, Works
from portal.kernel.clock import JAPAN, day_in_japan
from portal.kernel.db import Subject
from portal.tasks.due import is_new
from portal.tasks.events import DaySealed

JOB = "seal"


# --- The entries ----------------------------------------------------------------------------------


def take_seals(works: Works) -> int:
    """Every chain is sealed up to the end of the last day in Japan on which it grew and which is over; how many
    seals were taken now (rows 103, 104).

    However many days nobody looked, one seal covers them: the last entry holds all before it. A chain is sealed
    in itself, so that no party learns of another's own chain, and a seal makes no further day due: a chain on
    which nothing is done stays as it is.
    """
    today = day_in_japan(works.clock.now())
    with Session(works.engines.reader) as session:
        due = [(chain, last) for chain in _chains(session) if (last := _due(session, chain, today))]
    taken = 0
    for chain, last in due:
        with works.begin(SYSTEM) as work:
            day = day_in_japan(last.at)
            if is_new(work, JOB, f"{chain} {day.isoformat()}"):
                _seal(work, last, day)
                taken += 1
    return taken


def _chains(session: Session) -> list[str]:
    return sorted(session.scalars(select(Head.chain)), key=lambda name: (name != JOINT, name))


def _due(session: Session, chain: str, today: dt.date) -> Entry | None:
    """The last entry of the days before `today`, if the chain has grown in them since its last seal."""
    sealed = session.scalars(_seals(chain).limit(1)).first()
    since = skeleton_of(sealed)["facts"]["size"] if sealed else 0
    return session.scalars(
        select(Entry)
        .where(Entry.chain == chain, Entry.number > since, Entry.verb != DaySealed.verb)
        .where(Entry.at < dt.datetime.combine(today, dt.time(), JAPAN))
        .order_by(Entry.number.desc())
        .limit(1)
    ).first()


def _seals(chain: str) -> Select[Entry]:
    """The seals of a chain, the latest first."""
    return (
        select(Entry)
        .where(Entry.chain == chain, Entry.verb == DaySealed.verb)
        .order_by(Entry.at.desc(), Entry.number.desc())
    )


def _seal(work: Work, last: Entry, day: dt.date) -> None:
    work.record(
        DaySealed(
            about=Subject("portal", "seal"),
            private_to=None if last.chain == JOINT else last.chain,
            day=day.isoformat(),
            size=last.number,
            leaf=last.leaf,
        )
    )


# --- The files ------------------------------------------------------------------------------------


def write_files(works: Works, folder: Path) -> int:
    """Every seal stands in its file `<chain>/<day>.txt` under `folder`; how many were written now.

    The entry comes first: a file says only what the record has (row 85). Files are written in the order of
    their days, so the newest that is there has all the earlier before it; the same seal makes the same file,
    whichever process writes it.
    """
    written = 0
    with Session(works.engines.reader) as session:
        for chain in _chains(session):
            missing = []
            for entry in session.scalars(_seals(chain)).yield_per(50):
                skeleton = skeleton_of(entry)
                path = folder / chain / f"{skeleton['facts']['day']}.txt"
                if path.exists():
                    break
                missing.append((path, checkpoint(skeleton)))
            for path, text in reversed(missing):
                _write(path, text)
                written += 1
    return written


def checkpoint(skeleton: dict[str, object]) -> str:
    """The seal of one day in three lines."""
    facts = skeleton["facts"]
    assert isinstance(facts, dict)
    return head_text(str(skeleton["origin"]), str(skeleton["chain"]), facts["size"], facts["leaf"])


def read_checkpoint(text: str) -> tuple[str, int, str]:
    """The origin (ending in the chain), the size and the seal in hex, of a text that `checkpoint` made.

    Raises ValueError for any other text.
    """
    origin, size, leaf = text.splitlines()
    sealed = base64.b64decode(leaf, validate=True)
    if len(sealed) != 32 or not origin:
        raise ValueError("not a seal")
    return origin, int(size), sealed.hex()


def _write(path: Path, text: str) -> None:
    """The file is on the disk as a whole, or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=".", encoding="ascii", delete=False
    ) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
