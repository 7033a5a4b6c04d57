"""What is kept ready: what is asked for now and then stays, however much else comes and goes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

import pytest

from portal.web.kept import Kept


@pytest.fixture
def made() -> list[Hashable]:
    """What was made, in its order."""
    return []


@pytest.fixture
def ask(made: list[Hashable]) -> Callable[[Kept[str], Hashable], str]:
    """Asks for something."""

    def make(key: Hashable) -> str:
        made.append(key)
        return f"{key}, number {len(made)}"

    return lambda kept, key: kept.get(key, partial(make, key))


def test_what_is_asked_for_stays_though_others_come_and_go(ask, made):
    kept: Kept[str] = Kept(10)
    for number in range(100):
        ask(kept, "asked for")
        ask(kept, number)
    assert made.count("asked for") == 1
    assert len(made) == 101
    assert len(list(kept)) <= 10


@pytest.mark.parametrize("before", range(12))
def test_what_is_asked_for_together_does_not_drive_each_other_out(ask, made, before):
    """However much stood there before: a page that fills what is kept finds all of it again."""
    kept: Kept[str] = Kept(10)
    for number in range(before):
        ask(kept, number)
    for key in ("one", "two", "three") * 2:
        ask(kept, key)
    assert made[before:] == ["one", "two", "three"]


def test_what_is_forgotten_is_made_anew(ask, made):
    kept: Kept[str] = Kept(10)
    assert ask(kept, "key") == ask(kept, "key")
    kept.forget()
    ask(kept, "key")
    assert made == ["key", "key"]
