"""Load the demonstration: everything by performing the acts through the commands, on a clock that goes forward."""

from __future__ import annotations

import dataclasses
import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM
from portal.agreement.commands import AlreadyFounded
from portal.agreement.models import AgreementEdition
from portal.agreement.text import FOUNDING_FILE, read_edition, texts_of
from portal.demo import founding
from portal.demo.advising import ADVISING
from portal.demo.amending import AMENDING
from portal.demo.doubting import DOUBTING
from portal.demo.handing_over import HANDING_OVER
from portal.demo.keeping_term import KEEPING_TERM
from portal.demo.open_work import OPEN
from portal.demo.past import PAST
from portal.demo.people import PASSWORD, DemoAccount, accounts
from portal.demo.publicity_open import PUBLICITY_OPEN
from portal.demo.publicity_past import PUBLICITY_PAST
from portal.demo.stage import Stage, play
from portal.history.models import InboxMark, Message, ToFile
from portal.history.work import Works
from portal.kernel.clock import JAPAN, FixedClock
from portal.parties.passwords import Passwords
from portal.web.app import Portal

UNREAD = dt.timedelta(days=10)
"""Of what time the messages are not read yet."""


def load(app: Portal, *, today: dt.date | None = None) -> list[DemoAccount]:
    """The empty portal of `app` holds the demonstration, marked as one for ever; the accounts to sign in with.

    Past facts keep their dates, and open work is dated relative to `today` (a day in Asia/Tokyo; by default the
    day by the portal's clock), so that the home page is alive whenever it is loaded (decision 31). The database's
    schema must stand. Raises AlreadyFounded, and changes nothing, where an agreement stands already.
    """
    works: Works = app.extensions["works"]
    with Session(works.engines.reader) as session:
        if session.scalar(select(AgreementEdition.number).limit(1)):
            raise AlreadyFounded()
    now = works.clock.now()
    if today is not None:
        now = dt.datetime.combine(today, dt.time(9, 0), JAPAN)
    settings = app.settings
    passwords = Passwords(memory_kib=settings.argon2_memory_kib, rounds=settings.argon2_rounds)
    clock = FixedClock(founding.FOUNDED)
    stage = Stage(
        works=dataclasses.replace(works, clock=clock),
        clock=clock,
        files=app.files,
        edition=read_edition(*texts_of(FOUNDING_FILE)),
        now=now,
        initial=passwords.initial(PASSWORD),
    )
    founding.found(stage)
    stories = (
        *founding.PEOPLE_STORIES, *PAST, *PUBLICITY_PAST, *OPEN, *PUBLICITY_OPEN, *ADVISING, *AMENDING, *DOUBTING,
        *HANDING_OVER, *KEEPING_TERM, founding.pending_auditor, founding.pending_power,
    )  # fmt: skip
    play(stage, [tell(stage) for tell in stories])
    _everything_is_told(works, now)
    return accounts()


def _everything_is_told(works: Works, now: dt.datetime) -> None:
    """No mail goes out of what was done so far, for nobody lives at the addresses; and everybody has read what was told
    until a while ago."""
    with works.begin(SYSTEM) as work:
        for message in work.session.scalars(select(Message).where(Message.delivered_at.is_(None))).all():
            message.delivered_at = message.at
        for entry in work.session.scalars(select(ToFile)).all():
            entry.delivered_at = work.at
        for mark in work.session.scalars(select(InboxMark)).all():
            mark.read_until = now - UNREAD
