"""Purpose: every activity serves a purpose of the agreement, and says why (R1-*)."""

from __future__ import annotations

import pytest

from portal.activities.proposal import PROPOSAL
from portal.activities.rules import NoPurpose, NoReasonForPurpose
from portal.agreement.text import FOUNDING_FILE, Edition, read_edition, texts_of
from portal.consent.models import Draft
from tests.conftest import House
from tests.makers.activities import drafted, edition_of, proposal_body, tabled


@pytest.fixture
def edition() -> Edition:
    return read_edition(*texts_of(FOUNDING_FILE))


def test_no_activity_is_tabled_without_a_purpose(edition: Edition):
    """R1-3: purposes are the yardstick of all use."""
    with pytest.raises(NoPurpose) as refused:
        PROPOSAL.check(proposal_body(edition, purposes=()), edition)
    assert refused.value.field == "purposes"
    assert refused.value.clause == "purpose"


def test_each_purpose_comes_with_one_sentence_why(edition: Edition):
    """R1-1."""
    with pytest.raises(NoReasonForPurpose):
        PROPOSAL.check(proposal_body(edition, purpose_reason=" \n　"), edition)


def test_an_activity_may_serve_both_purposes(edition: Edition):
    """R1-1: (a), (b) or both."""
    PROPOSAL.check(proposal_body(edition, purposes=tuple(one.key for one in edition.purposes)), edition)


def test_what_lacks_a_purpose_may_still_be_drafted_and_is_not_lost(dated: House):
    """A draft may be incomplete; tabling is refused, and the draft stays as it was."""
    people = dated.people
    body = proposal_body(edition_of(dated), purposes=())
    document = drafted(dated, people[0].drafter, PROPOSAL, body)
    with pytest.raises(NoPurpose):
        tabled(dated, people[0].drafter, PROPOSAL, document)
    with dated.read() as session:
        draft = session.query(Draft).filter_by(document_id=document).one()
    assert "多言語窓口AIエージェント試行" in draft.body
