"""Many mails through a server in every mood, that is killed and comes back: none is lost, none changes (rows 105, 115)."""

import datetime as dt
import random
from collections import Counter

import pytest

from portal.activities.proposal import PROPOSAL
from portal.kernel.clock import JAPAN
from portal.mail.rules import MailChoice
from portal.parties import commands
from tests.makers.activities import consented, tabled_proposal
from tests.makers.mails import deliver, mails
from tests.makers.volumes import sized

ROUNDS = sized(12, 150)
MOODS = (
    "fine",
    "refuses the sender",
    "421 at RCPT",
    "450 at RCPT",
    "451 after DATA",
    "554 after DATA",
    "takes and drops",
    "drops at DATA",
    "killed",
)


@pytest.mark.volumes
def test_through_every_mood_of_the_server_each_mail_arrives_or_is_a_dead_letter(dated, post):
    """Each round an act is told, and the server is in another mood, for everybody or for one; at the end it is well
    again. Every mail the server took, it took under one Message-ID, the same to the last byte; what it never took is a
    dead letter that it refused for good."""
    chance, people = random.Random(105), dated.people
    for side in people.sides:
        for person in (side.reader, side.press):
            with dated.work(person.actor(dated)) as work:
                commands.choose_mail(work, MailChoice.AT_ONCE)
    faults: Counter[str] = Counter()
    for number in range(ROUNDS):
        dated.clock.set(
            dt.datetime(2025, 10, 2, 9, tzinfo=JAPAN) + dt.timedelta(days=number % 300, minutes=number)
        )
        side = people.sides[number % len(people.sides)]
        document = tabled_proposal(dated, people, side.drafter)
        consented(dated, side.officer, PROPOSAL, document)
        mood = chance.choice(MOODS)
        faults[mood] += 1
        if mood == "killed":
            post.close(killed=True)
        elif chance.random() < 0.5:
            post.is_in("fine", **{chance.choice(list(people)).email: mood})
        else:
            post.is_in(mood)
        deliver(dated, post)
        if mood == "killed":
            post.open()
        post.is_in()
        dated.clock.move(minutes=chance.choice([1, 10, 300]))
        deliver(dated, post)
    for _ in range(4):
        dated.clock.set(dated.clock.now().astimezone(JAPAN).replace(hour=12) + dt.timedelta(days=3))
        deliver(dated, post)
    kept = {f"<{mail.id}@example.jp>": mail for mail in mails(dated)}
    taken: dict[str, set[bytes]] = {}
    for (_, recipients, raw), message in zip(post.taken, post.messages(), strict=True):
        assert len(recipients) == 1
        taken.setdefault(message["Message-ID"], set()).add(raw)
    assert all(len(copies) == 1 for copies in taken.values())
    ours = {id: mail for id, mail in kept.items() if mail.asked_at >= dt.datetime(2025, 10, 2, tzinfo=dt.UTC)}
    dead = {id for id, mail in ours.items() if mail.dead_at}
    assert {mail.fault for id, mail in ours.items() if id in dead} <= {"554"}
    assert {id for id, mail in ours.items() if mail.sent_at} == set(taken) & set(ours) - dead
    assert all(mail.sent_at or mail.dead_at for mail in ours.values())
    again = len(post.taken) - len(taken)
    survived = sum(faults.values()) - faults["fine"]
    print(
        f"\nmail faults survived: {survived} {dict(faults)}; mails: {len(ours)}, lost 0, "
        f"refused for good {len(dead)}, {again} came again unchanged"
    )
