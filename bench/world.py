"""A portal that is being filled, so that it can be measured."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM, Actor
from portal.history.work import Work, Works
from portal.kernel.clock import FixedClock
from portal.web.app import Portal
from tests.makers.people import People, TestPerson


@dataclass
class World:
    """A portal being filled, its clock and its people."""

    app: Portal
    clock: FixedClock
    people: People = field(init=False)
    documents: list[str] = field(default_factory=list)
    """Every tabled proposal but the busy one."""
    busy: str = ""
    """The one with REVISIONS revisions, REPLIES replies and COMMENTS comments."""
    full_item: str = ""
    """The publicity item of many outputs."""

    @property
    def works(self) -> Works:
        """Where its Works begin."""
        works: Works = self.app.extensions["works"]
        return works

    def work(self, actor: Actor | TestPerson = SYSTEM) -> AbstractContextManager[Work]:
        """A Work by `actor`, three minutes after the one before."""
        self.clock.move(minutes=3)
        return self.works.begin(actor.actor(self) if isinstance(actor, TestPerson) else actor)

    def read(self) -> Session:
        """A session that cannot write."""
        return Session(self.app.engines.reader, expire_on_commit=False)
