"""What a publicity item must say before it is tabled; pure."""

from __future__ import annotations

from typing import Any

import pytest

from portal.kernel.errors import RuleBroken
from portal.publicity import tabling
from portal.publicity.sorts import Relation
from portal.publicity.states import Out
from portal.publicity.timing import Channel

WHOLE: dict[str, Any] = {
    "title": "試行の開始", "about": "cooperation", "sort": "web", "relation": "new", "concerns": "", "reason": "",
    "outputs": ["試行を始めます。"],
}  # fmt: skip


def refused(**changes: Any) -> set[str | None]:
    """The fields beside which something is said."""
    try:
        tabling.must_be_whole(**(WHOLE | changes))
    except RuleBroken as broken:
        return {one.field for one in broken.each}
    return set()


def test_everything_that_is_missing_is_said_at_once_each_beside_its_field():
    """R6.2-1."""
    assert refused() == set()
    assert refused(title=" ", about="", sort="rumour", outputs=["", " "]) == {
        "title",
        "about",
        "sort",
        "outputs",
    }
    assert refused(relation="opposite") == {"relation"}


@pytest.mark.parametrize("relation", [one for one in Relation if one is not Relation.NEW])
def test_what_concerns_another_publication_says_which_and_why(relation: Relation):
    """R6.2-7; decision 13."""
    assert refused(relation=relation.value) == {"relation", "relation_reason"}
    assert refused(relation=relation.value, concerns="PUB-0001", reason="誤記") == set()
    without = refused(relation=relation.value, concerns="PUB-0001", reason="誤記", outputs=[])
    assert without == (set() if relation in {Relation.TAKE_DOWN, Relation.CALL_OFF} else {"outputs"})


def test_the_method_names_for_every_channel_medium_publisher_and_place():
    """R6.2-1; art. 6(2): method."""
    whole = Channel(1, "website", "kou", "府のサイト", "kou.ja")
    tabling.must_have_a_method([whole], ["kou", "otsu"], {"kou.ja"})
    with pytest.raises(tabling.MethodMissing):
        tabling.must_have_a_method([], ["kou"], set())
    for wrong in (
        Channel(1, "", "kou", "府のサイト"),
        Channel(1, "website", "hei", "府のサイト"),
        Channel(1, "website", "kou", " "),
        Channel(1, "pigeon", "kou", "屋上"),
    ):
        with pytest.raises(tabling.ChannelIncomplete):
            tabling.must_have_a_method([wrong], ["kou", "otsu"], set())


def test_no_channel_carries_a_text_that_was_not_written():
    """Art. 6(2): what is consented to is there to be read."""
    with pytest.raises(tabling.ChannelWithoutWords):
        tabling.must_have_a_method([Channel(1, "social", "otsu", "X", "social.en")], ["otsu"], {"otsu.ja"})
    tabling.must_have_a_method([Channel(1, "stage", "otsu", "会場")], ["otsu"], set())


def test_a_quotation_has_a_speaker_and_words():
    tabling.must_quote_in_full([("部長", "身近になります。", "")])
    for row in (("", "身近になります。", "広報課"), ("部長", " ", "広報課"), ("部長",)):
        with pytest.raises(tabling.QuoteIncomplete):
            tabling.must_quote_in_full([row])


def test_only_what_has_appeared_is_corrected_supplemented_or_taken_down():
    """R6.2-7: as agreed or otherwise, in part or in whole."""
    with pytest.raises(tabling.NotPublishedYet):
        tabling.must_have_appeared(Out(2), reference="PUB-0001")
    for out in (Out(2, 1), Out(2, 0, 1), Out(2, 2)):
        tabling.must_have_appeared(out, reference="PUB-0001")


def test_a_voluntary_agreement_is_only_for_after_the_end():
    """R5-5."""
    tabling.must_have_ended(has_begun=True, is_in_force=False)
    for has_begun, is_in_force in [(True, True), (False, False)]:
        with pytest.raises(tabling.AgreementStillRuns):
            tabling.must_have_ended(has_begun=has_begun, is_in_force=is_in_force)
