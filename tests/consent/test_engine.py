"""The consent engine driven at random: after every act the invariants of security.md 4.2, reckoned from the acts
alone and in other words than the engine's own."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from portal.consent.rules import (
    Act,
    Consent,
    Decline,
    Hold,
    LiftHold,
    Paper,
    Replace,
    SendBack,
    Standing,
    Table,
    Withdraw,
    WithdrawConsent,
    after,
)
from portal.kernel.errors import RuleBroken
from tests.makers.volumes import steps

EVERYBODY = ("kou", "otsu", "hei", "tei")
MEMBERS = ("ann", "ben", "cho")
FINAL = {Standing.DECLINED, Standing.WITHDRAWN, Standing.REPLACED}


@dataclass
class Told:
    """What the accepted acts alone say of the document."""

    acts: list[Act] = field(default_factory=list)

    @property
    def tables(self) -> list[Table]:
        return [act for act in self.acts if isinstance(act, Table)]

    @property
    def since_the_last_table(self) -> list[Act]:
        last = max((place for place, act in enumerate(self.acts) if isinstance(act, Table)), default=-1)
        return self.acts[last + 1 :]

    def consenting(self) -> set[str]:
        """The parties whose last word on the last revision is a consent."""
        found: set[str] = set()
        for act in self.since_the_last_table:
            if isinstance(act, Consent):
                found.add(act.party)
            if isinstance(act, WithdrawConsent):
                found.remove(act.party)
        return found

    def holding(self) -> set[str]:
        found: set[str] = set()
        for act in self.acts:
            if isinstance(act, Hold):
                found.add(act.party)
            if isinstance(act, LiftHold):
                found.remove(act.party)
        return found

    def has(self, *kinds: type[Act]) -> bool:
        return any(isinstance(act, kinds) for act in self.acts)


class Engine(RuleBasedStateMachine):
    """Parties that do anything at any time, also what is not theirs to do, with old digests and wrong numbers."""

    @initialize(count=st.integers(2, 4))
    def begin(self, count):
        self.parties = EVERYBODY[:count]
        self.paper = Paper(frozenset(self.parties), self.parties[0])
        self.told = Told()
        self.digests = ["", "nonsense"]

    def attempt(self, act):
        """Accepted or refused by a rule; never anything else, and a refusal changes nothing."""
        before = copy.deepcopy(self.paper)
        try:
            self.paper = after(self.paper, act)
        except RuleBroken as refused:
            assert refused.sentence and refused.next_step and 400 <= refused.status < 500
            assert self.paper == before
            return
        self.judge(before, act)
        self.told.acts.append(act)

    def judge(self, before, act):
        """What must have been true for `act` to be accepted."""
        assert act.party in self.parties  # I3
        final = self.told.has(Decline, Withdraw, Replace)
        agreed = self.told.consenting() == set(self.parties)
        assert not final  # a closed document takes no act
        if agreed:
            assert isinstance(act, Hold | LiftHold | Replace)  # I6
        else:
            assert not isinstance(act, Hold | LiftHold | Replace)
        match act:
            case Table():
                tables = self.told.tables
                assert act.number == len(tables) + 1  # I10
                assert act.parent == (tables[-1].digest if tables else "")  # I10
                assert not tables or act.content != tables[-1].content  # decision 25
                assert self.paper.consents == frozenset()  # I5
            case Consent():
                last = self.told.tables[-1]
                assert act.seen == last.digest  # I1
                assert act.party not in self.told.consenting()  # one voice a party
                assert not any(isinstance(one, SendBack) for one in self.told.since_the_last_table)
                if act.four_eyes and last.party == act.party:
                    assert last.drafters != {act.member}  # I3
            case WithdrawConsent():
                assert act.seen == self.told.tables[-1].digest
                assert act.party in self.told.consenting()  # I9
            case SendBack():
                assert act.seen == self.told.tables[-1].digest
                assert act.party not in self.told.consenting()
            case Withdraw():
                assert act.party == self.parties[0]
            case Hold():
                assert act.party not in self.told.holding()
            case LiftHold():
                assert act.party in self.told.holding()
            case Decline() | Replace():
                pass

    # -- acts ---------------------------------------------------------------------------------------------------

    party = st.sampled_from((*EVERYBODY, "stranger"))
    member = st.sampled_from(MEMBERS)

    @rule(
        party=party,
        member=member,
        content=st.sampled_from(["one", "two", "three"]),
        drafters=st.frozensets(st.sampled_from(MEMBERS)),
        off=st.sampled_from([0, 0, 0, 0, 1, -1]),
        parent=st.integers(0, 5),
    )
    def table(self, party, member, content, drafters, off, parent):
        number = self.paper.revision + 1 + off
        digest = f"{content} as revision {number} of {len(self.told.acts)}"
        upon = self.paper.digest if parent else self.digests[-1 - len(self.digests) // 2]
        self.digests.append(digest)
        self.attempt(
            Table(
                party, member, number=number, digest=digest, content=content, parent=upon, drafters=drafters
            )
        )

    def seen(self, age):
        """The digest now on the table, or, with `age`, some earlier one or none that ever was."""
        return self.paper.digest if age == 0 else self.digests[-(age % len(self.digests)) - 1]

    @rule(party=party, member=member, age=st.sampled_from([0, 0, 0, 1, 2, 5]), four_eyes=st.booleans())
    def consent(self, party, member, age, four_eyes):
        self.attempt(Consent(party, member, seen=self.seen(age), four_eyes=four_eyes))

    @rule(member=member)
    def everybody_else_consents(self, member):
        for party in self.parties:
            if party not in self.paper.consents:
                self.attempt(Consent(party, member, seen=self.paper.digest))

    @rule(party=party, member=member, age=st.sampled_from([0, 0, 1]))
    def withdraw_consent(self, party, member, age):
        self.attempt(WithdrawConsent(party, member, seen=self.seen(age)))

    @rule(party=party, member=member, age=st.sampled_from([0, 0, 1]))
    def send_back(self, party, member, age):
        self.attempt(SendBack(party, member, seen=self.seen(age)))

    @rule(kind=st.sampled_from([Hold, Hold, LiftHold]), party=party, member=member)
    def hold_or_lift(self, kind, party, member):
        self.attempt(kind(party, member))

    @rule(
        kind=st.sampled_from([Decline, Withdraw, Replace]),
        party=party,
        member=member,
        rarely=st.integers(0, 7),
    )
    def close(self, kind, party, member, rarely):
        if not rarely:
            self.attempt(kind(party, member))

    # -- what always holds --------------------------------------------------------------------------------------

    @invariant()
    def standing_is_what_the_acts_say(self):
        told, paper = self.told, self.paper
        everybody = set(self.parties)
        if told.has(Decline):
            expected = Standing.DECLINED
        elif told.has(Withdraw):
            expected = Standing.WITHDRAWN
        elif told.has(Replace):
            expected = Standing.REPLACED
        elif not told.tables:
            expected = Standing.DRAFT
        elif told.consenting() == everybody:  # I2
            expected = Standing.HELD if told.holding() else Standing.AGREED
        elif any(isinstance(act, SendBack) for act in told.since_the_last_table):
            expected = Standing.SENT_BACK
        else:
            expected = Standing.PARTIAL if told.consenting() else Standing.OPEN
        assert paper.standing is expected
        assert paper.revision == len(told.tables)
        assert paper.digest == (told.tables[-1].digest if told.tables else "")
        if expected not in {Standing.DECLINED, Standing.WITHDRAWN}:
            assert paper.consents == told.consenting()
        if expected is not Standing.REPLACED:
            assert paper.held_by == told.holding()

    @invariant()
    def somebody_is_waited_for_exactly_while_it_is_on_the_table(self):
        on_the_table = self.paper.standing in {Standing.OPEN, Standing.PARTIAL, Standing.SENT_BACK}
        assert bool(self.paper.waits_for) == on_the_table
        assert self.paper.waits_for <= set(self.parties)

    @invariant()
    def the_same_acts_told_again_give_the_same_document(self):
        """I12, for what `replay` rests on."""
        paper = Paper(frozenset(self.parties), self.parties[0])
        for act in self.told.acts:
            paper = after(paper, act)
        assert paper == self.paper

    @precondition(lambda self: self.paper.standing not in FINAL | {Standing.AGREED, Standing.HELD})
    @invariant()
    def agreement_can_always_be_reached(self):
        """I18: a new revision by two hands, and every party's consent."""
        first = self.parties[0]
        paper = after(
            self.paper,
            Table(
                first,
                "ann",
                number=self.paper.revision + 1,
                digest="the last",
                content="the last",
                parent=self.paper.digest,
                drafters=frozenset({"ann", "ben"}),
            ),
        )
        for party in self.parties:
            paper = after(paper, Consent(party, "ann", seen="the last"))
        assert paper.standing is Standing.AGREED


TestEngine = pytest.mark.volumes(Engine.TestCase)
TestEngine.settings = steps((80, 40), (12_500, 80))
