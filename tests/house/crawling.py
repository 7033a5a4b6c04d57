"""Walks through the portal as one person: every link of every page, and every form that stands on one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from urllib.parse import urljoin, urlsplit

from tests.browser import Browser, Form, Page


def where(page: Page, href: str) -> str | None:
    """The address within the portal that a link of the page leads to; None for one that leads elsewhere."""
    parts = urlsplit(urljoin(f"http://localhost{page.path}", href))
    if parts.scheme not in {"http", "https"} or parts.netloc != "localhost":
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


def few_entries(address: str) -> bool:
    """Whether a walk that is not about the history may pass `address` over: nine entries of it in ten."""
    entry = re.match(r"/history/\w+/(\d+)$", address)
    return entry is not None and int(entry[1]) % 10 != 1


def crawl(
    browser: Browser,
    starts: Iterable[str] = ("/",),
    *,
    most: int = 2_000,
    each: int = 10_000,
    passes_over: Callable[[str], bool] = lambda address: False,
) -> dict[str, Page]:
    """Every page that the person comes to from `starts` by following links, at most `most`, by address; of pages
    whose addresses differ only by identifiers and arguments, at most `each`."""
    waiting, seen, pages = list(starts), set(starts), dict[str, Page]()
    alike: Counter[str] = Counter()
    while waiting and len(pages) < most:
        path = waiting.pop(0)
        page = browser.get(path, follow=False)
        if 300 <= page.status < 400:
            found: Iterable[str] = [page.response.headers["Location"]]
        else:
            pages[path] = page
            found = page.links
        for href in found:
            address = where(page, href)
            if address and address not in seen and not address.startswith("/static/"):
                seen.add(address)
                shape = re.sub(r"[0-9a-z]{22}|\d+", "…", address.partition("?")[0])
                alike[shape] += 1
                if alike[shape] <= each and not passes_over(address):
                    waiting.append(address)
    return pages


def forms_on(pages: dict[str, Page]) -> dict[str, tuple[Page, Form]]:
    """Every form that posts, once for each address it posts to, by whichever of its buttons."""
    found: dict[str, tuple[Page, Form]] = {}
    for page in pages.values():
        for form in page.forms:
            for to in [form.action or page.path, *form.elsewhere]:
                address = where(page, to)
                if form.method == "post" and address and address not in found:
                    found[address] = (page, form)
    return found
