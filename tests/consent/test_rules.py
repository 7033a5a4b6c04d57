"""Every rule of the consent engine as a sentence, with two parties and with three; no database, no clock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.consent import rules
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

SOME = [("kou", "otsu"), ("shi", "daigaku", "kaisha")]
CLOSED = [Standing.DECLINED, Standing.WITHDRAWN, Standing.REPLACED]


@pytest.fixture(params=SOME, ids=["two", "three"])
def parties(request):
    return request.param


def table(paper, party, content, *, by="d", drafters=("d", "e"), number=None, parent=None):
    act = Table(
        party,
        f"{party}.{by}",
        number=paper.revision + 1 if number is None else number,
        digest=f"digest of {content} as {paper.revision + 1}",
        content=content,
        parent=paper.digest if parent is None else parent,
        drafters=frozenset(f"{party}.{one}" for one in drafters),
    )
    return after(paper, act)


def consent(paper, party, *, by="o", seen=None, four_eyes=True):
    return after(
        paper,
        Consent(party, f"{party}.{by}", seen=paper.digest if seen is None else seen, four_eyes=four_eyes),
    )


def act_of(kind, paper, party):
    who = (party, f"{party}.o")
    if kind is Table:
        return Table(
            *who,
            number=paper.revision + 1,
            digest="x",
            content="x",
            parent=paper.digest,
            drafters=frozenset(),
        )
    return kind(*who, seen=paper.digest) if kind in {Consent, WithdrawConsent, SendBack} else kind(*who)


def tabled(parties, content="words", **more):
    return table(Paper(frozenset(parties), parties[0]), parties[0], content, **more)


def agreed(parties):
    paper = tabled(parties)
    for party in parties:
        paper = consent(paper, party)
    return paper


# --- Tabling -----------------------------------------------------------------------------------------------


def test_tabling_opens_the_document_and_every_party_is_waited_for(parties):
    paper = tabled(parties)
    assert (paper.standing, paper.revision) == (Standing.OPEN, 1)
    assert paper.waits_for == set(parties)
    assert not paper.consents


def test_tabling_is_not_consenting(parties):
    paper = tabled(parties)
    for other in parties[1:]:
        paper = consent(paper, other)
    assert paper.standing is Standing.PARTIAL
    assert paper.waits_for == {parties[0]}


def test_any_party_may_table_the_next_revision(parties):
    for party in parties:
        paper = table(tabled(parties), party, "other words")
        assert (paper.revision, paper.tabled_by) == (2, party)


def test_a_new_revision_takes_the_effect_of_every_earlier_consent(parties):
    """I5; row 30."""
    paper = consent(tabled(parties), parties[1])
    paper = table(paper, parties[0], "other words")
    assert paper.consents == frozenset()
    assert paper.standing is Standing.OPEN
    assert paper.waits_for == set(parties)


def test_unchanged_words_make_no_revision_and_leave_the_consents(parties):
    """Decision 25."""
    paper = consent(tabled(parties), parties[1])
    with pytest.raises(rules.NothingChanged):
        table(paper, parties[0], "words")
    assert paper.consents == {parties[1]}


def test_words_that_stood_in_an_earlier_revision_may_be_tabled_again_as_a_new_one(parties):
    """Row 32: the same words again are another revision, with another digest."""
    first = tabled(parties)
    third = table(table(first, parties[1], "other"), parties[0], "words")
    assert third.revision == 3
    assert third.digest != first.digest
    with pytest.raises(rules.RevisionHasMoved):
        consent(third, parties[1], seen=first.digest)


def test_a_revision_is_numbered_one_after_the_last(parties):
    """I10."""
    for number in (0, 1, 3):
        with pytest.raises(rules.RevisionHasMoved):
            table(tabled(parties), parties[0], "other", number=number)


def test_a_revision_is_written_upon_the_one_on_the_table(parties):
    """I10."""
    with pytest.raises(rules.RevisionHasMoved):
        table(tabled(parties), parties[0], "other", parent="digest of something else")


def test_a_revision_may_be_tabled_after_a_sending_back_and_lifts_it(parties):
    paper = after(tabled(parties), SendBack(parties[1], "m", seen=tabled(parties).digest))
    paper = table(paper, parties[0], "better words")
    assert paper.standing is Standing.OPEN
    assert paper.sent_back_by == frozenset()


# --- Consent -----------------------------------------------------------------------------------------------


def test_agreement_is_when_every_party_has_consented_and_not_before(parties):
    """I2; decision 28."""
    paper = tabled(parties)
    for party in parties[:-1]:
        paper = consent(paper, party)
        assert paper.standing is Standing.PARTIAL
    paper = consent(paper, parties[-1])
    assert paper.standing is Standing.AGREED
    assert paper.consents == set(parties)
    assert paper.waits_for == frozenset()


def test_the_order_of_the_consents_is_of_no_matter(parties):
    paper = tabled(parties)
    for party in reversed(parties):
        paper = consent(paper, party)
    assert paper.standing is Standing.AGREED


def test_consent_is_to_the_revision_that_was_seen(parties):
    """I1; row 23."""
    paper = table(tabled(parties), parties[1], "other words")
    for stale in (tabled(parties).digest, "", "nonsense"):
        with pytest.raises(rules.RevisionHasMoved):
            consent(paper, parties[0], seen=stale)


def test_one_party_consents_once_whichever_member_speaks(parties):
    """Row 29."""
    paper = consent(tabled(parties), parties[1], by="o")
    for member in ("o", "p"):
        with pytest.raises(rules.ConsentedAlready):
            consent(paper, parties[1], by=member)


def test_a_stranger_does_nothing_at_all(parties):
    """I3."""
    for paper in (tabled(parties), agreed(parties)):
        for kind in (Table, Consent, WithdrawConsent, SendBack, Decline, Withdraw, Hold, LiftHold, Replace):
            with pytest.raises(rules.StrangerToTheDocument):
                after(paper, act_of(kind, paper, "stranger"))


def test_whoever_alone_drafted_does_not_consent_for_their_party(parties):
    """I3; row 29; decision 12."""
    paper = tabled(parties, drafters=("o",))
    with pytest.raises(rules.DraftedAlone):
        consent(paper, parties[0], by="o")


def test_a_colleague_of_the_lone_drafter_may_consent(parties):
    assert consent(tabled(parties, drafters=("o",)), parties[0], by="p").consents == {parties[0]}


def test_one_of_two_drafters_may_consent(parties):
    """Decision 26: alone means that every save was theirs."""
    assert consent(tabled(parties, drafters=("o", "d")), parties[0], by="o").consents == {parties[0]}


def test_the_four_eyes_of_a_party_are_its_own_to_waive(parties):
    paper = tabled(parties, drafters=("o",))
    assert consent(paper, parties[0], by="o", four_eyes=False).consents == {parties[0]}


def test_four_eyes_look_at_the_party_that_tabled_only(parties):
    """The lone drafter of one party is no drafter of another's."""
    paper = replace(tabled(parties), drafters=frozenset({f"{parties[1]}.o"}))
    assert consent(paper, parties[1], by="o").consents == {parties[1]}


def test_a_consent_may_be_withdrawn_until_all_have_consented(parties):
    """I9; decision 26."""
    paper = consent(tabled(parties), parties[1])
    paper = after(paper, WithdrawConsent(parties[1], "m", seen=paper.digest))
    assert paper.standing is Standing.OPEN
    assert paper.consents == frozenset()
    assert consent(paper, parties[1]).consents == {parties[1]}


def test_only_the_party_that_consented_withdraws(parties):
    """I9."""
    paper = consent(tabled(parties), parties[1])
    with pytest.raises(rules.NoConsentToWithdraw):
        after(paper, WithdrawConsent(parties[0], "m", seen=paper.digest))


def test_a_withdrawal_names_the_revision_that_was_seen(parties):
    paper = consent(table(tabled(parties), parties[0], "other"), parties[1])
    with pytest.raises(rules.RevisionHasMoved):
        after(paper, WithdrawConsent(parties[1], "m", seen=tabled(parties).digest))


def test_withdrawing_one_of_two_consents_of_three_leaves_the_other():
    parties = SOME[1]
    paper = consent(consent(tabled(parties), "daigaku"), "kaisha")
    paper = after(paper, WithdrawConsent("daigaku", "m", seen=paper.digest))
    assert paper.standing is Standing.PARTIAL
    assert paper.consents == {"kaisha"}


def test_nothing_is_withdrawn_after_agreement(parties):
    """I6; row 31."""
    paper = agreed(parties)
    with pytest.raises(rules.AgreedAlready):
        after(paper, WithdrawConsent(parties[0], "m", seen=paper.digest))


# --- Sending back ------------------------------------------------------------------------------------------


def test_a_revision_sent_back_takes_no_consent(parties):
    """Decision 25."""
    paper = tabled(parties)
    paper = after(paper, SendBack(parties[1], "m", seen=paper.digest))
    assert paper.standing is Standing.SENT_BACK
    for party in parties:
        with pytest.raises(rules.SentBackAlready):
            consent(paper, party)


def test_after_a_sending_back_the_party_that_tabled_is_waited_for(parties):
    paper = table(tabled(parties), parties[1], "other")
    paper = after(paper, SendBack(parties[0], "m", seen=paper.digest))
    assert paper.waits_for == {parties[1]}


def test_a_party_sends_back_once(parties):
    paper = tabled(parties)
    paper = after(paper, SendBack(parties[1], "m", seen=paper.digest))
    with pytest.raises(rules.SentBackAlready):
        after(paper, SendBack(parties[1], "m", seen=paper.digest))


def test_a_party_that_consented_withdraws_before_it_sends_back(parties):
    paper = consent(tabled(parties), parties[1])
    with pytest.raises(rules.ConsentedAlready):
        after(paper, SendBack(parties[1], "m", seen=paper.digest))


def test_a_sending_back_names_the_revision_that_was_seen(parties):
    with pytest.raises(rules.RevisionHasMoved):
        after(tabled(parties), SendBack(parties[1], "m", seen="another"))


def test_a_consent_to_a_revision_sent_back_may_still_be_withdrawn():
    parties = SOME[1]
    paper = consent(tabled(parties), "daigaku")
    paper = after(paper, SendBack("kaisha", "m", seen=paper.digest))
    paper = after(paper, WithdrawConsent("daigaku", "m", seen=paper.digest))
    assert (paper.standing, paper.consents) == (Standing.SENT_BACK, frozenset())


# --- Closing -----------------------------------------------------------------------------------------------


def test_any_party_declines(parties):
    for party in parties:
        paper = after(consent(tabled(parties), parties[1]), Decline(party, "m"))
        assert paper.standing is Standing.DECLINED
        assert paper.consents == paper.waits_for == frozenset()


def test_only_the_proposer_withdraws(parties):
    """R2-10."""
    assert after(tabled(parties), Withdraw(parties[0], "m")).standing is Standing.WITHDRAWN
    for other in parties[1:]:
        with pytest.raises(rules.OnlyTheProposerWithdraws):
            after(tabled(parties), Withdraw(other, "m"))


def test_the_proposer_stays_the_proposer_whoever_tables(parties):
    paper = table(tabled(parties), parties[1], "other")
    assert after(paper, Withdraw(parties[0], "m")).standing is Standing.WITHDRAWN


@pytest.mark.parametrize("kind", [Consent, WithdrawConsent, SendBack, Decline, Withdraw])
def test_before_the_first_tabling_nothing_can_be_answered(kind, parties):
    draft = Paper(frozenset(parties), parties[0])
    with pytest.raises(rules.NothingOnTheTable):
        after(draft, act_of(kind, draft, parties[0]))


@pytest.mark.parametrize("standing", CLOSED)
@pytest.mark.parametrize(
    "kind", [Table, Consent, WithdrawConsent, SendBack, Decline, Withdraw, Hold, LiftHold, Replace]
)
def test_a_closed_document_takes_no_further_act(kind, standing, parties):
    paper = replace(agreed(parties), standing=standing)
    with pytest.raises(rules.ClosedAlready):
        after(paper, act_of(kind, paper, parties[0]))


# --- After agreement ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Table, Consent, WithdrawConsent, SendBack, Decline, Withdraw])
def test_what_is_agreed_is_frozen(kind, parties):
    """I6."""
    for paper in (agreed(parties), after(agreed(parties), Hold(parties[1], "m"))):
        with pytest.raises(rules.AgreedAlready):
            after(paper, act_of(kind, paper, parties[0]))


@pytest.mark.parametrize("kind", [Hold, LiftHold, Replace])
def test_hold_and_replacement_need_an_agreement(kind, parties):
    for paper in (Paper(frozenset(parties), parties[0]), tabled(parties)):
        with pytest.raises(rules.NotAgreedYet):
            after(paper, act_of(kind, paper, parties[0]))


def test_any_party_holds_at_once_and_the_agreement_stands(parties):
    """Decision 26."""
    paper = after(agreed(parties), Hold(parties[1], "m"))
    assert paper.standing is Standing.HELD
    assert paper.consents == set(parties)


def test_a_hold_is_lifted_by_the_party_that_holds_and_by_no_other(parties):
    paper = after(agreed(parties), Hold(parties[1], "m"))
    with pytest.raises(rules.NotHeld):
        after(paper, LiftHold(parties[0], "m"))
    assert after(paper, LiftHold(parties[1], "m")).standing is Standing.AGREED


def test_while_one_party_holds_the_document_is_held(parties):
    paper = after(after(agreed(parties), Hold(parties[0], "m")), Hold(parties[1], "m"))
    paper = after(paper, LiftHold(parties[0], "m"))
    assert paper.standing is Standing.HELD
    assert paper.held_by == {parties[1]}
    assert after(paper, LiftHold(parties[1], "m")).standing is Standing.AGREED


def test_a_party_holds_once(parties):
    with pytest.raises(rules.HeldAlready):
        after(after(agreed(parties), Hold(parties[0], "m")), Hold(parties[0], "m"))


def test_what_is_agreed_or_held_can_be_replaced_for_good(parties):
    """Decision 13."""
    for paper in (agreed(parties), after(agreed(parties), Hold(parties[1], "m"))):
        replaced = after(paper, Replace(parties[1], "m", by="another"))
        assert replaced.standing is Standing.REPLACED
        assert replaced.digest == paper.digest
        assert replaced.held_by == frozenset()


def test_an_act_nobody_knows_is_a_fault_of_the_program(parties):
    with pytest.raises(AssertionError):
        after(tabled(parties), Act(parties[0], "m"))
