"""Identifiers: of plain letters, each as likely as the other."""

from collections import Counter

from portal.kernel import ids


def test_an_identifier_is_twenty_two_letters_that_nobody_mistakes_and_none_comes_twice():
    made = [ids.new_id() for _ in range(2_000)]
    assert all(ids.ID_PATTERN.fullmatch(one) for one in made)
    assert len(set(made)) == len(made)


def test_every_letter_is_as_likely_as_the_other(monkeypatch):
    """Of the values of a byte those that would favour some letters are passed over: every value once makes every letter
    as often."""
    every = bytes(range(256))
    monkeypatch.setattr("portal.kernel.ids.secrets.token_bytes", lambda _size: every)
    monkeypatch.setattr(ids, "_LENGTH", 240)
    drawn = ids.new_id()
    assert set(Counter(drawn).values()) == {8}
    assert len(set(drawn)) == 30
