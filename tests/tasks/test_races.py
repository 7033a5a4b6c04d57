"""Four schedulers at once, in real processes that are killed at random: each due thing is done once (row 104)."""

import datetime as dt
import os
import random
import subprocess
import sys
import time
from collections import Counter
from multiprocessing.connection import wait
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.agreement.queries import parties_now
from portal.history.chain import chains, verify
from portal.history.models import Entry, Message
from portal.history.seal import skeleton_of
from portal.kernel.clock import day_in_japan
from portal.mail.models import Mail, MailLine
from portal.tasks.events import DaySealed, StartNotRecorded
from portal.tasks.models import JobRun
from tests.conftest import NOON
from tests.makers.volumes import sized
from tests.tasks.planned import plan

PROJECT = Path(__file__).resolve().parents[2]
RACERS = 4
PATIENCE = 120
"""Seconds, of which a scheduler that works needs one."""
DAYS, KILLS = sized((6, 4), (120, 100))


class Racer:
    """One scheduler's process."""

    def __init__(self, url, instance, port):
        program = str(PROJECT / "tests" / "tasks" / "racer.py")
        command = [sys.executable, program, url, str(instance), str(port)]
        self.process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin and self.process.stdout
        self.to, self.heard = self.process.stdin, self.process.stdout

    def hear(self):
        """The next line; raises when none comes in time."""
        assert wait([self.heard.fileno()], PATIENCE), "a scheduler does not answer"
        return self.heard.readline().strip()

    def tell(self, at):
        self.to.write(at.isoformat() + "\n")
        self.to.flush()

    def kill(self):
        self.process.kill()
        self.end()

    def end(self):
        for pipe in (self.to, self.heard):
            pipe.close()
        self.process.wait(timeout=60)


def race(racers, days_of_kills, chance, another):
    """Every day all are told the time; now and then one is killed in the middle, and another takes its place."""
    assert [racer.hear() for racer in racers] == ["ready"] * RACERS
    for day in range(1, DAYS + 1):
        at = NOON + dt.timedelta(days=day)
        for _ in range(days_of_kills[day]):
            for racer in racers:
                racer.tell(at)
            time.sleep(chance.uniform(0, 0.03))
            killed = chance.randrange(RACERS)
            racers[killed].kill()
            assert {racer.hear() for number, racer in enumerate(racers) if number != killed} == {"done"}
            racers[killed] = another()
            assert racers[killed].hear() == "ready"
        for racer in racers:
            racer.tell(at)
        assert {racer.hear() for racer in racers} == {"done"}


@pytest.mark.processes
def test_four_schedulers_do_each_due_thing_once_though_they_are_killed(staffed, post, tmp_path):
    """Each day one activity is overdue, the chain of the day before is to be sealed, and everybody has a mail to get: each
    is told once, sealed once, and mailed at least once under one Message-ID, whoever is killed in the middle (rows 104,
    105)."""
    house = staffed
    url = house.app.engines.writer.url.render_as_string(hide_password=False)
    instance = house.app.settings.instance
    first = day_in_japan(NOON)
    with house.read() as session:
        parties = list(parties_now(session))
    for number in range(1, DAYS + 1):
        start = first + dt.timedelta(days=number - 1)
        plan(house.app.engines, number, party=parties[0], start=start, at=NOON)
    chance = random.Random(104)
    days_of_kills = Counter(chance.choices(range(1, DAYS + 1), k=KILLS))

    racers = [Racer(url, instance, post.port) for _ in range(RACERS)]
    try:
        race(racers, days_of_kills, chance, lambda: Racer(url, instance, post.port))
        for minutes in (0, 10, 20):  # what was in somebody's hands when he was killed
            for racer in racers:
                racer.tell(NOON + dt.timedelta(days=DAYS + 7, minutes=minutes))
            assert {racer.hear() for racer in racers} == {"done"}
    finally:
        for racer in racers:
            racer.kill()
    with house.read() as session:
        assert all(verify(session, chain).holds for chain in chains(session))
        told = session.scalars(select(Entry).where(Entry.verb == StartNotRecorded.verb)).all()
        assert len({entry.subject_id for entry in told}) == len(told) == DAYS
        messages = session.execute(
            select(Message.party, func.count())
            .join(Entry, (Entry.chain == Message.chain) & (Entry.number == Message.number))
            .where(Entry.verb == StartNotRecorded.verb)
            .group_by(Message.party)
        ).all()
        assert sorted(map(tuple, messages)) == sorted((party, DAYS) for party in parties)
        sealed = session.scalars(
            select(Entry).where(Entry.verb == DaySealed.verb, Entry.chain == "joint")
        ).all()
        days = sorted(skeleton_of(entry)["facts"]["day"] for entry in sealed)
        assert days == [(first + dt.timedelta(days=day)).isoformat() for day in range(DAYS + 1)]
        runs = session.scalar(select(func.count()).select_from(JobRun).where(JobRun.job == "remind"))
        assert runs == DAYS
        lines = session.execute(
            select(MailLine.member_id, func.count(), func.count(MailLine.mail_id))
            .where(MailLine.at > NOON)
            .group_by(MailLine.member_id)
        ).all()
        mails = session.scalars(select(Mail).where(Mail.asked_at > NOON)).all()
    assert sorted(path.stem for path in (instance / "seals" / "joint").glob("*.txt")) == days
    readers = len(house.people) - 1  # all but the operator
    assert (
        sorted(map(tuple, lines)) == sorted((id, DAYS, DAYS) for id, _, _ in lines) and len(lines) == readers
    )
    assert all(mail.sent_at and not mail.dead_at and not mail.dropped_at for mail in mails)
    taken: dict[str, set[bytes]] = {}
    for (_, _, raw), message in zip(post.taken, post.messages(), strict=True):
        taken.setdefault(message["Message-ID"], set()).add(raw)
    assert set(taken) == {f"<{mail.id}@example.jp>" for mail in mails}
    assert all(len(copies) == 1 for copies in taken.values())
    again = len(post.taken) - len(taken)
    print(
        f"\nkills: {KILLS}; reminders: {DAYS}, each told once; mails: {len(taken)}, lost 0, {again} came again unchanged"
    )
