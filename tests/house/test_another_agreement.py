"""The whole main job on another agreement: three parties, other clauses, other matters, and not a line of code for it.

Everything is done in a browser without scripts, in Japanese and in English; what is expected is read from the files of
the two agreements, so that nothing of the first may stand anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from portal.agreement.edition import Edition
from portal.agreement.text import read_edition
from portal.consent.models import Document
from portal.settings import FOUNDING_FILE
from tests.browser import Browser, Page
from tests.conftest import House, make_schema, make_staffed_house
from tests.house.crawling import crawl
from tests.makers.people import TestPerson

THREE = Path(__file__).resolve().parent.parent / "agreements" / "kyogikai.yaml"


def edition_of(file: Path) -> Edition:
    """The agreement in `file`."""
    beside = next(
        path
        for name in ("portal.yaml", f"{file.stem}.portal.yaml")
        if (path := file.with_name(name)).exists()
    )
    return read_edition(file.read_text("utf-8"), beside.read_text("utf-8"))


FIRST, OTHER = edition_of(FOUNDING_FILE), edition_of(THREE)


def words_of(edition: Edition, language: str) -> set[str]:
    """What only pages of this agreement may say: its title, its parties' names, its matters, purposes, captions."""
    parties = {party.name[language] for party in edition.parties}
    matters = {item.text[language] for item in edition.scope_items} | {
        one.text[language] for one in edition.purposes
    }
    return {edition.title[language], *parties, *matters}


@dataclass
class Story:
    """The main job in one language, and everything that was read on the way."""

    house: House
    language: str
    browsers: dict[str, Browser] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)

    def browser(self, person: TestPerson) -> Browser:
        """The browser of the person, signed in by the form."""
        if person.member_id not in self.browsers:
            browser = self.browsers[person.member_id] = Browser(self.house, language=self.language)
            button = {"ja": "サインインする", "en": "Sign in"}[self.language]
            page = browser.get("/sign-in").submit(button, email=person.email, password=person.password)
            assert page.status == 200 and person.name in page.text
            self.pages.append(page)
        return self.browsers[person.member_id]

    def get(self, person: TestPerson, path: str) -> Page:
        """The page at `path` for the person."""
        page = self.browser(person).get(path, expect=200)
        self.pages.append(page)
        return page

    def send(self, page: Page, action: str, **values: Any) -> Page:
        """The form of the page that posts to `action`, filled in and carried out."""
        answer = page.submit(action, **values)
        assert answer.status == 200, (answer.status, answer.path, answer.text[-1500:])
        self.pages.append(answer)
        return answer


@pytest.fixture(params=["ja", "en"])
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Story]:
    """A portal founded on the other agreement, with its three parties' people."""
    url = f"sqlite:///{tmp_path / 'portal.db'}"
    make_schema(url)
    house = make_staffed_house(url, tmp_path, agreement=THREE)
    yield Story(house, request.param)
    house.app.engines.dispose()


PARTLY = {"ja": "一部同意", "en": "Some have consented"}


def consented_by_all(story: Story, place: str, noun: str) -> None:
    """Every party consents in turn; with one consent or two it is not agreed, and the page says for whom it waits."""
    people, code = story.house.people, story.language
    labels = [party.defined_as[code] for party in OTHER.parties]
    order = [people[2], people[0], people[1]]
    for number, side in enumerate(order):
        page = story.get(side.officer, f"{place}/consent")
        form = next(one for one in page.forms if "decision_reference" in dict(one.fields))
        button = form.buttons[-1][2]
        done = story.send(page, button, decision_reference=f"第{number + 1}号", capacity="decision")
        waiting = [labels[people.sides.index(one)] for one in order[number + 1 :]]
        with story.house.read() as session:
            standing = session.get_one(Document, place.rpartition("/")[2]).standing
        assert standing == ("partial" if waiting else "agreed"), (noun, number, standing)
        assert (PARTLY[code] in done.text) == bool(waiting), (noun, number)
        assert all(label in done.text for label in waiting), (noun, number)


def test_the_main_job_runs_on_an_agreement_of_three_parties(story):
    """Issue 2, "Another agreement"; decision 28: sign in, propose, consult, consent one after the other, settle the
    particulars, start, complete, read the history, the agreement and the term; in both languages."""
    code, people = story.language, story.house.people
    assert people.parties == [party.key for party in OTHER.parties] and len(people.parties) == 3
    drafter = people[0].drafter

    # A proposal, in this agreement's own matters, purposes and parties
    page = story.get(drafter, "/activities/proposals/new")
    for item in OTHER.scope_items:
        assert item.citation[code] in page.text
    for purpose in OTHER.purposes:
        assert purpose.text[code] in page.text
    for party in OTHER.parties:
        assert party.defined_as[code] in page.text and party.name[code] in page.text
    form = next(one for one in page.forms if "purposes" in one.choices)
    assert form.choices["items"] == [item.key for item in OTHER.scope_items]
    measured = next(item for item in OTHER.scope_items if item.needs_measure)
    said = {f"sections-{OTHER.measure_of}": "生涯学習課", f"roles-{people.parties[1]}": "講師を出す"}
    typed = {
        "title": "秋の星を見る会", "items": [measured.key], "purposes": [OTHER.purposes[0].key],
        "purpose_reason": "市民が夜空を学ぶため", "summary": "丘の上で**星**を見ます。", "personal_data": "no", **said,
    }  # fmt: skip
    refused = page.submit(form.buttons[-2][2], **typed)
    assert refused.status == 422, "a matter that hangs on measures needs its measure named"
    refused.has_lost_nothing(title="秋の星を見る会", summary="丘の上で**星**を見ます。")
    assert measured.citation[code] in refused.text
    shown = story.send(refused, form.buttons[-2][2], **typed, measure="生涯学習の施策")
    proposal = shown.path.partition("?")[0]
    tabled = story.send(shown, f"{proposal}/table")
    assert re.search(r"HOSHI-0001", tabled.text), "this agreement's own prefix"

    # Consulted: each of the two others confirms by itself
    page = story.get(people[1].drafter, proposal)
    page = story.send(
        page, f"{proposal}/consultations", held_on="2025-09-30", medium="meeting", participants="三者の担当",
        summary="日と場所を話した。", decisions="10月に行う。",
    )  # fmt: skip
    for side in (people[0], people[2]):
        page = story.get(side.drafter, proposal)
        page = story.send(page, "/confirm", is_confirmed="yes")
    page = story.get(people[1].drafter, proposal)
    for side in (people[0], people[2]):
        assert OTHER.party(side.party).defined_as[code] in page.text
    story.send(story.get(people[2].reader, proposal), f"{proposal}/comments", text="よい案だと思います。")

    consented_by_all(story, proposal, "proposal")

    # The particulars, from the activity's own page
    activity = next(
        href for href in story.get(drafter, proposal).links if re.fullmatch(r"/activities/[0-9a-z]{22}", href)
    )
    page = story.get(people[1].drafter, activity)
    new = next(href for href in page.links if href.startswith("/activities/particulars/new"))
    page = story.get(people[1].drafter, new)
    form = next(one for one in page.forms if "timing_kind" in one.choices)
    shown = story.send(
        page, form.buttons[-2][2], timing_kind="day", day="R7.10.1", method="観察会を開く", cost="own",
        personal_data="no", place="丘の上",
    )  # fmt: skip
    particulars = shown.path.partition("?")[0]
    story.send(shown, f"{particulars}/table")
    consented_by_all(story, particulars, "particulars")

    # Carried out: begun by one, ended by another, acknowledged by the rest
    page = story.get(people[2].drafter, f"{activity}/start")
    page = story.send(
        page,
        next(one for one in page.forms if "on_day" in dict(one.fields)).buttons[-1][2],
        on_day="R7.10.1",
        reason="",
    )
    for side in (people[0], people[1]):
        page = story.send(story.get(side.drafter, activity), "/acknowledge", is_acknowledged="yes")
    page = story.get(people[0].drafter, f"{activity}/complete")
    page = story.send(
        page, next(one for one in page.forms if "outcome" in dict(one.fields)).buttons[-1][2],
        on_day="2025-10-01", outcome="四十人が星を見た。", beneficiaries="市民",
    )  # fmt: skip
    assert "四十人が星を見た。" in page.text

    # The record of it, the text, the term
    history = story.get(people[1].reader, "/history")
    trail = story.get(people[1].reader, "/history?reading=trail")
    for party in OTHER.parties:
        assert party.defined_as[code] in trail.text
    assert "HOSHI-0001" in history.text
    checked = story.send(story.get(people[1].reader, "/history/verify"), "/history/verify")
    assert checked.status == 200
    text = story.get(people[2].reader, "/agreement")
    for article in OTHER.articles:
        assert article.label[code] in text.text and article.caption[code].strip("（）()") in text.text
    term = story.get(people[0].reader, "/term")
    assert ("令和10年（2028年）3月31日" if code == "ja" else "31 March 2028") in term.text
    for person in (people[0].officer, people[1].admin, people[2].reader):
        story.pages += crawl(story.browser(person), each=6).values()

    nothing_of_the_first_agreement_may_stand_anywhere(story)


def nothing_of_the_first_agreement_may_stand_anywhere(story: Story) -> None:
    """No name, title, matter or purpose of the first agreement on any page that was read."""
    code = story.language
    strange = words_of(FIRST, code) | words_of(FIRST, "ja")
    strange |= {party.defined_as["ja"] for party in FIRST.parties}
    found = {(word, page.path) for page in story.pages for word in strange if word in page.text + page.title}
    assert found == set(), sorted(found)[:20]
    titles = [page for page in story.pages if OTHER.title[code] in page.text]
    print(f"\n{code}: pages read: {len(story.pages)}")
    assert len(titles) >= 50
