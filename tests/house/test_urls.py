"""Addresses are for ever: kebab-case words, numbers typed as numbers, and none goes away unawares."""

import re
from pathlib import Path

import pytest

from portal import create_app
from portal.settings import Settings

GOLDEN = Path(__file__).with_name("urls.txt")
WORD = re.compile(r"[a-z]+(-[a-z]+)*")
PLACE = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
TYPES = {
    "number": "int",  # of a revision, an edition, an entry
    "year": "int",
    "month": "int",
    "day": "day",
    "filename": "path",  # of what is served to everybody
}
"""What a place of this name must be typed as; every other is a random identifier or a key: letters, no stroke."""


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """Every address of the portal, as `METHODS address`."""
    folder = tmp_path_factory.mktemp("urls")
    url = f"sqlite:///{folder / 'portal.db'}"
    app = create_app(Settings(instance=folder, database_url=url, secret_key="k" * 32, scheduler=False))
    methods: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        methods.setdefault(rule.rule, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return methods


def lines(rules):
    return sorted(
        (f"{' '.join(sorted(methods))} {rule}" for rule, methods in rules.items()),
        key=lambda line: line.split()[-1],
    )


def test_addresses_are_words_with_hyphens(rules):
    odd = [
        rule
        for rule in rules
        for part in rule.strip("/").split("/")
        if part and not WORD.fullmatch(part) and not PLACE.fullmatch(part)
    ]
    assert odd == []


def test_no_address_ends_in_a_stroke(rules):
    assert [rule for rule in rules if rule != "/" and rule.endswith("/")] == []


def test_numbers_in_addresses_are_typed_as_numbers(rules):
    odd = [
        (rule, name) for rule in rules for kind, name in PLACE.findall(rule) if kind != TYPES.get(name, "")
    ]
    assert odd == []


def test_what_an_act_changes_is_never_changed_by_following_a_link(rules):
    """An address ends in a verb only where something is done; then it takes a POST."""
    verbs = {
        "consent", "decline", "withdraw", "withdraw-consent", "send-back", "hold", "lift-hold", "close", "end", "ask",
        "second", "confirm", "remove", "acknowledge", "start", "suspend", "resume", "complete", "cancel", "table",
        "discard", "rebase", "replace", "copy", "sign-out", "add", "change",
    }  # fmt: skip
    reading = [
        rule for rule, methods in rules.items() if rule.split("/")[-1] in verbs and "POST" not in methods
    ]
    assert reading == []


def test_no_address_goes_away_and_every_new_one_is_written_down(rules):
    """Bookmarks, mails and the history lead to these. A line may be added to urls.txt; one that is there stays,
    unless something else answers at its address."""
    written = GOLDEN.read_text("utf-8").splitlines()
    assert sorted(set(written) - set(lines(rules))) == [], "gone, or answering otherwise"
    assert sorted(set(lines(rules)) - set(written)) == [], "new: add these lines to urls.txt"
    assert len(written) == len(set(written))
