"""The rules on what appeared without agreement, or otherwise than agreed; pure."""

from __future__ import annotations

from typing import Any

import pytest

from portal.publicity import beside
from portal.publicity.beside import attributed

GIVEN: dict[str, Any] = {"is_agreed": True, "channel": 1, "channels": [1, 2]}


def test_what_differs_differs_from_a_channel_that_was_agreed_or_says_that_it_was_none():
    """S4 (d); row 46."""
    for agreed in (0, 1, 2):
        beside.must_be_recordable("differs", "no", **(GIVEN | {"channel": agreed}))
    for channel in (None, 3, -1):
        with pytest.raises(beside.ChannelMissing):
            beside.must_be_recordable("differs", "no", **(GIVEN | {"channel": channel}))
    with pytest.raises(beside.AgreedItemMissing):
        beside.must_be_recordable("differs", "no", **(GIVEN | {"is_agreed": False}))
    beside.must_be_recordable("without_agreement", "no", is_agreed=False, channel=None, channels=[])


def test_the_nature_and_whether_secrets_were_in_it_are_said():
    """S12."""
    with pytest.raises(beside.NatureMissing):
        beside.must_be_recordable("harmless", "no", **GIVEN)
    for secrets in ("", "maybe"):
        with pytest.raises(beside.SecretsUnsaid):
            beside.must_be_recordable("without_agreement", secrets, **GIVEN)


def test_a_party_settles_once_and_nothing_that_is_for_information():
    """S12."""
    beside.must_be_open_for("kou", {"otsu"}, nature="differs")
    with pytest.raises(beside.SettledAlready):
        beside.must_be_open_for("kou", {"kou"}, nature="differs")
    with pytest.raises(beside.NothingToSettle):
        beside.must_be_open_for("kou", set(), nature="for_information")


def test_a_publication_is_attributed_only_by_the_same_word_of_every_party():
    """S12."""
    parties = ["kou", "otsu", "hei"]
    assert attributed({"kou": "otsu", "otsu": "otsu"}, parties) == ""
    assert attributed({"kou": "otsu", "otsu": "otsu", "hei": "otsu"}, parties) == "otsu"
    assert attributed({"kou": "otsu", "otsu": "", "hei": "otsu"}, parties) == ""
