"""The stage of the demonstration: a clock that only goes forward, its people, and the acts they perform.

Every story is a generator: it yields the moment at which it goes on, and performs its acts through the commands.
`play` tells all of them together, in the order of their moments.
"""

from __future__ import annotations

import datetime as dt
import heapq
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM, Actor
from portal.activities import commands as activities
from portal.activities.commands import Outcome
from portal.activities.particulars import PARTICULARS
from portal.activities.proposal import PROPOSAL
from portal.activities.rules import Act
from portal.agreement.text import Edition
from portal.consent import commands as consent
from portal.consent.body import Body
from portal.consent.commands import Decision
from portal.consent.kind import DocumentKind
from portal.consent.models import Document
from portal.consent.rules import Capacity
from portal.demo.files import DemoFile
from portal.history.work import Work, Works
from portal.kernel.clock import JAPAN, FixedClock
from portal.kernel.files import FileStore
from portal.kernel.periods import next_business_day, previous_business_day
from portal.kernel.uploads import inspect, safe_file_name
from portal.parties import queries as parties
from portal.parties.passwords import Initial

Story = Iterator[dt.datetime]
"""Yields the moments (aware) at which it goes on."""

PAUSE = dt.timedelta(minutes=3)
"""Between two acts of one scene."""
FILE_LIMIT = 1_000_000


def at(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> dt.datetime:
    """A moment by the Japanese clock."""
    return dt.datetime(year, month, day, hour, minute, tzinfo=JAPAN)


@dataclass
class Stage:
    """Where the stories are performed. `now` is the real moment of loading; nothing is told beyond it."""

    works: Works
    clock: FixedClock
    files: FileStore
    edition: Edition
    now: dt.datetime
    initial: Initial
    members: dict[str, str] = field(default_factory=dict)
    """The identifiers of the people, by their keys."""

    @property
    def today(self) -> dt.date:
        """The day of loading in Asia/Tokyo."""
        return self.now.astimezone(JAPAN).date()

    # -- when ---------------------------------------------------------------------------------------------

    def before(self, business_days: int, hour: int = 10, minute: int = 0) -> dt.datetime:
        """So many business days (at least one) before the day of loading, at that time in Japan."""
        day = self.today
        for _ in range(business_days):
            day = previous_business_day(day - dt.timedelta(days=1))
        return dt.datetime.combine(day, dt.time(hour, minute), JAPAN)

    def day_before(self, days: int) -> dt.date:
        """The business day on or before the day so many days ago."""
        return previous_business_day(self.today - dt.timedelta(days=days))

    def day_after(self, days: int) -> dt.date:
        """The business day on or after the day so many days ahead."""
        return next_business_day(self.today + dt.timedelta(days=days))

    def month_after(self, months: int) -> str:
        """The month so many months ahead, as particulars write it."""
        month = self.today.month - 1 + months
        return f"{self.today.year + month // 12}-{month % 12 + 1:02}"

    # -- who ----------------------------------------------------------------------------------------------

    @contextmanager
    def work(self, key: str | None) -> Iterator[Work]:
        """A Work by the person `key`, or by the portal itself; a few minutes pass."""
        with self.works.begin(self.actor(key)) as work:
            yield work
        self.clock.set(self.clock.now() + PAUSE)

    def actor(self, key: str | None) -> Actor:
        """The person as an actor at the present moment of the stage."""
        if key is None:
            return SYSTEM
        with Session(self.works.engines.reader) as session:
            return parties.actor_for(session, self.members[key], self.clock.now())

    # -- what ---------------------------------------------------------------------------------------------

    def begin(
        self,
        by: str,
        kind: DocumentKind,
        body: Body,
        *,
        activity: str | None = None,
        replaces: Paper | None = None,
    ) -> Paper:
        """A document is begun as an own-side draft."""
        with self.work(by) as work:
            replaced = work.session.get_one(Document, replaces.id) if replaces else None
            activity_id = kind.activity_of_copy(replaced, replaces=True) if replaced else activity
            document = consent.start(work, kind, body, activity_id=activity_id, replaces=replaced)
            return Paper(self, kind, document.id)

    def propose(self, by: str, body: Body) -> Paper:
        """A proposal of an activity is begun."""
        return self.begin(by, PROPOSAL, body)

    def settle(self, by: str, body: Body, *, of: Paper) -> Paper:
        """Particulars of the activity that the proposal `of` brought about are begun."""
        return self.begin(by, PARTICULARS, body, activity=of.activity)

    def carry_out(
        self,
        by: str,
        act: Act,
        of: Paper,
        *,
        on: dt.date | None = None,
        reason: str = "",
        outcome: Outcome | None = None,
    ) -> str:
        """The act is recorded, of the day `on` or of this day; its identifier."""
        activity = of.activity
        assert activity is not None
        with self.work(by) as work:
            day = on or work.today
            if act is Act.START:
                return activities.start(work, activity, on_day=day, reason=reason).id
            if act is Act.COMPLETE:
                assert outcome is not None
                return activities.complete(work, activity, on_day=day, outcome=outcome, reason=reason).id
            perform: Callable[..., object] = {
                Act.SUSPEND: activities.suspend, Act.RESUME: activities.resume, Act.CANCEL: activities.cancel,
            }[act]  # fmt: skip
            return str(getattr(perform(work, activity, on_day=day, reason=reason), "id"))  # noqa: B009

    def acknowledge(self, by: str, of: Paper, act: str, *, otherwise: str = "") -> None:
        """Another party acknowledges a recorded act, or says what it sees otherwise."""
        assert of.activity is not None
        with self.work(by) as work:
            activities.acknowledge(work, of.activity, act, is_acknowledged=not otherwise, remark=otherwise)


@dataclass(frozen=True)
class Paper:
    """One document on the stage."""

    stage: Stage
    kind: DocumentKind
    id: str

    @property
    def activity(self) -> str | None:
        """The activity it belongs to, once tabled."""
        with Session(self.stage.works.engines.reader) as session:
            return session.get_one(Document, self.id).activity_id

    @contextmanager
    def _held(self, by: str) -> Iterator[tuple[Work, Document]]:
        with self.stage.work(by) as work:
            yield work, consent.document_of(work, self.kind, self.id)

    def save(self, by: str, body: Body) -> None:
        """The own-side draft says `body`."""
        with self._held(by) as (work, document):
            draft = consent.own_draft(work, document)
            consent.save(work, self.kind, document, body, saves=draft.saves if draft else 0)

    def attach(self, by: str, file: DemoFile) -> None:
        """The file is inspected, kept, and put to the own-side draft."""
        name = safe_file_name(file.name)
        with self.stage.files.receive(io.BytesIO(file.content), limit=FILE_LIMIT) as (path, kept):
            found = inspect(path, name)
            self.stage.files.keep_received(path, kept)
        with self._held(by) as (work, document):
            consent.attach(work, self.kind, document, name=name, kept=kept, inspection=found)

    def table(self, by: str) -> None:
        """The own-side draft is tabled."""
        with self._held(by) as (work, document):
            draft = consent.own_draft(work, document)
            consent.table(work, self.kind, document, saves=draft.saves if draft else 0)

    def agree(
        self, by: str, decision: str, *, capacity: Capacity = Capacity.STANDING_DELEGATION, absent: str = ""
    ) -> None:
        """The person's party consents to the revision on the table, on its own decision of this day."""
        with self._held(by) as (work, document):
            decided = Decision(decision, capacity, work.today, absent)
            consent.consent(work, self.kind, document, seen=document.digest, decision=decided)

    def take_back(self, by: str, reason: str) -> None:
        """The person's party withdraws its consent."""
        with self._held(by) as (work, document):
            consent.withdraw_consent(work, self.kind, document, seen=document.digest, reason=reason)

    def send_back(self, by: str, reason: str) -> None:
        """The person's party sends the revision back."""
        with self._held(by) as (work, document):
            consent.send_back(work, self.kind, document, seen=document.digest, reason=reason)

    def close(self, by: str, act: Callable[..., None], reason: str) -> None:
        """`act` is one of consent.commands: decline, withdraw, hold, lift_hold."""
        with self._held(by) as (work, document):
            act(work, self.kind, document, reason=reason)

    def comment(self, by: str, text: str) -> None:
        """A comment shared with every party."""
        with self._held(by) as (work, document):
            consent.comment(work, self.kind, document, text=text)

    def note(self, by: str, text: str) -> None:
        """A note that only the own side ever sees."""
        with self._held(by) as (work, document):
            consent.note(work, self.kind, document, text=text)

    def consult(self, by: str, *, medium: str, participants: str, summary: str, decisions: str = "") -> str:
        """A consultation of this day is written down; its identifier."""
        with self._held(by) as (work, document):
            return consent.consult(
                work,
                self.kind,
                document,
                held_on=work.today,
                medium=medium,
                participants=participants,
                summary=summary,
                decisions=decisions,
            ).id

    def confirm(self, by: str, consultation: str, *, otherwise: str = "") -> None:
        """Another party confirms the summary, or says what it sees otherwise."""
        with self._held(by) as (work, document):
            consent.confirm_consultation(
                work, self.kind, document, consultation, is_confirmed=not otherwise, remark=otherwise
            )


def play(stage: Stage, stories: Iterable[Story]) -> None:
    """Every story is told, each at its moments, all in the order of time; what lies beyond the moment of loading
    is not told."""
    waiting: list[tuple[dt.datetime, int, Story]] = []
    for place, story in enumerate(stories):
        _go_on(waiting, place, story, stage.now)
    while waiting:
        moment, place, story = heapq.heappop(waiting)
        stage.clock.set(max(moment, stage.clock.now()))
        _go_on(waiting, place, story, stage.now)


def _go_on(waiting: list[tuple[dt.datetime, int, Story]], place: int, story: Story, now: dt.datetime) -> None:
    moment = next(story, None)
    if moment is not None and moment <= now:
        heapq.heappush(waiting, (moment, place, story))
