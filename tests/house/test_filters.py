"""The form that narrows a list leaves the list in sight: on a narrow screen its fields once filled more than one."""

from __future__ import annotations

import re

import pytest

from tests.browser import Browser
from tests.conftest import House

IN_SIGHT = 3
"""Fields that a telephone shows with the beginning of the list below them."""
LISTS = {
    "/activities": ("party", "kou"),
    "/publicity": ("party", "otsu"),
    "/advice": ("person", "府見"),
    "/handback": ("holder", "府見"),
    "/doubts": ("", ""),
}
"""Every list that is narrowed with a form in sight, and one of its fields that are folded away, with something asked."""


def form_of(browser: Browser, path: str) -> str:
    """The form that narrows the list, without its fields' choices."""
    source = browser.get(path, expect=200).source
    (form,) = re.findall(r'<form class="filters".*?</form>', source, re.S)
    return str(form)


def fields(source: str) -> list[str]:
    return re.findall(r'<(?:input|select)[^>]* name="([a-z]+)"', source)


@pytest.mark.parametrize("path", LISTS)
def test_few_fields_are_in_sight_and_the_others_unfold_without_javascript(
    sqlite_dated: House, path: str
) -> None:
    browser = Browser(sqlite_dated)
    reader = sqlite_dated.people[0].reader
    browser.sign_in(reader.email, reader.password)
    folded, asked = LISTS[path]
    form = form_of(browser, path)
    fold = re.search(r'<details class="filters-more">(.*?)</details>', form, re.S)
    hidden = fields(fold[1]) if fold else []
    in_sight = [name for name in fields(form) if name not in hidden]
    assert in_sight[:1] == (["words"] if folded else ["standing"]) and 1 < len(in_sight) <= IN_SIGHT
    assert bool(hidden) == bool(folded)
    if folded:
        assert folded in hidden and "<summary>" in form
        assert '<details class="filters-more" open>' in form_of(browser, f"{path}?{folded}={asked}")
        assert '<details class="filters-more">' in form_of(browser, f"{path}?words={asked}")
