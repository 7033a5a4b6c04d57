"""What is taken out of the portal as a file holds what its taker may read, and nothing of anybody else (row 8).

Every list, every format, every kind of reader; and what one side does by itself changes no byte of another's file.
"""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from portal.history.events import EXPORT_NAMES
from tests.browser import Browser, unpacked
from tests.house.test_leaks import Run, difference
from tests.makers.cooperation import Cooperation, opened, token_of
from tests.makers.people import PASSWORD, TestPerson

EXPORTS = {
    "activities": "/activities/export",
    "chronicle": "/history/export",
    "trail": "/history/export?reading=trail",
    "publicity": "/publicity/export",
    "publicity_records": "/publicity/records/export",
    "advice": "/advice/export",
    "handback": "/handback/export",
}
OF_ONE_THING = {"evidence"}
"""What is taken out of one doubt, as a bundle: tests/articles/test_art9.py holds it to the same."""
FORMATS = ("csv", "xlsx", "json")


def test_no_export_is_left_out():
    assert set(EXPORTS) | OF_ONE_THING == set(EXPORT_NAMES)


@pytest.fixture
def all_of_it(shared_cooperation: Cooperation) -> Iterator[Cooperation]:
    """A cooperation in full use; the database is put back after the test."""
    if not shared_cooperation.cookies:
        shared_cooperation.enter()
    yield shared_cooperation
    shared_cooperation.put_back()


def taken(browser: Browser, address: str, form: str, token: str) -> tuple[int, bytes]:
    """The status and the bytes of the file, unpacked."""
    answer = browser.client.post(address, data={"csrf_token": token, "format": form})
    return answer.status_code, unpacked(answer.get_data())


def readers(cooperation: Cooperation) -> list[TestPerson]:
    """Whoever may take something out: people of every role, of every party."""
    made = cooperation.made
    found = []
    for party in cooperation.parties:
        side = made.people[party]
        found += [
            side.officer,
            side.drafter,
            side.reader,
            side.admin,
            side.press,
            made.extra[party, "auditor"],
        ]
    return found


def test_nobodys_file_holds_a_word_of_another_side(all_of_it: Cooperation):
    """Rows 1, 5, 8, 15: every list in every format as everybody who may take it: no canary of another side, whatever
    it stands in; and the search is not blind: one's own are in one's own trail."""
    made, files, own = all_of_it.made, 0, 0
    for person in readers(all_of_it):
        assert person.party
        others = [word.encode() for word in all_of_it.others(person.party)]
        mine = [word.encode() for word in made.canaries[person.party] if word.startswith("CANARY")]
        browser = all_of_it.browser(person)
        token = token_of(browser)
        for (name, address), form in itertools.product(EXPORTS.items(), FORMATS):
            status, file = taken(browser, address, form, token)
            assert status == 200, (name, form, person.email)
            assert not [word for word in others if word in file], (name, form, person.email)
            files += 1
            if name == "trail":
                own += any(word in file for word in mine)
    print(f"\nfiles: {files}; of them with one's own canaries: {own}")
    assert files == len(readers(all_of_it)) * len(EXPORTS) * len(FORMATS) and own >= 20


def test_who_may_not_read_takes_nothing(all_of_it: Cooperation):
    """Row 8: the operator is refused, nobody signs in by it; and nothing is written."""
    for person, statuses in ((all_of_it.made.people.operator, {403}), (None, {303, 400, 401})):
        browser = all_of_it.browser(person)
        token = token_of(browser) if person else ""
        for address, form in itertools.product(EXPORTS.values(), FORMATS):
            status, file = taken(browser, address, form, token)
            assert status in statuses and b"CANARY" not in file, (address, form, status)
    assert not all_of_it.has_changed()


def test_each_file_taken_is_told_to_the_own_side_alone(all_of_it: Cooperation):
    """Decision 34; row 47: which list, in which format, by whom; of what one side reads the others know nothing."""
    first, second = all_of_it.parties[:2]
    person = all_of_it.made.people[first].reader
    browser = all_of_it.browser(person)
    token = token_of(browser)

    def told(reader: TestPerson) -> list[dict[str, str]]:
        eyes = all_of_it.browser(reader)
        _, file = taken(eyes, EXPORTS["trail"], "json", token_of(eyes))
        return [row for row in json.loads(file)["rows"] if row["verb"] == "export.taken"]

    theirs, mine = len(told(all_of_it.made.people[second].officer)), len(told(person))
    for (_, address), form in zip(EXPORTS.items(), itertools.cycle(FORMATS), strict=False):
        assert taken(browser, address, form, token)[0] == 200
    added = told(person)[: len(EXPORTS)]
    assert len(told(person)) == mine + len(EXPORTS) + 2, "each file, and each time the trail was read here"
    assert [row["name"] for row in added] == [person.name] * len(EXPORTS)
    sentences = "".join(row["sentence"] for row in added)
    assert all(EXPORT_NAMES[name] in sentences for name in EXPORTS)
    assert all(form.upper() in sentences for form in FORMATS)
    assert len(told(all_of_it.made.people[second].officer)) == theirs + 1


def test_searching_for_another_sides_words_takes_an_empty_file(all_of_it: Cooperation):
    """Row 6: a filter by a word of the other side's finds in a file what it finds on the page: nothing, but that one
    has searched for it before, which one's own trail tells."""
    first, second = all_of_it.parties[:2]
    browser = all_of_it.browser(all_of_it.made.people[second].officer)
    token = token_of(browser)
    for word in all_of_it.made.canaries[first][::9]:
        for address in EXPORTS.values():
            if address.startswith("/publicity/records"):
                continue
            joint = "&" if "?" in address else "?"
            status, file = taken(browser, f"{address}{joint}words={word}", "json", token)
            rows = [row for row in json.loads(file)["rows"] if row.get("verb") != "export.taken"]
            assert status == 200 and rows == [], (address, word)


# --- Two runs (rows 8, 21, 22) ------------------------------------------------------------------------------------


@dataclass
class Taking(Run):
    """The same joint story, after every step of which the other party's people take every list out."""

    files: int = 0

    def look(self) -> None:
        """Every list as the officer takes it, in turn in one of the formats, and as the auditor does."""
        side = self.made.people[self.other]
        people = {"officer": side.officer, "auditor": self.made.extra[self.other, "auditor"]}
        for key, person in people.items():
            reader = Browser(
                self.house
            )  # signed in a moment ago: the password is asked for before any file leaves
            reader.get("/sign-in").submit(
                "サインインする", email=person.email, password=PASSWORD, follow=False
            )
            token = token_of(reader)
            for name, address in EXPORTS.items():
                form = FORMATS[self.files % 3]
                status, file = taken(reader, address, form, token)
                assert status == 200, (name, form)
                self.files += 1
                self.answers.append(self.named(f"{key} {name} {form} ".encode() + file))


def test_what_one_party_does_by_itself_changes_no_byte_of_anothers_file(
    cooperation_template, tmp_path_factory
):
    """Rows 8, 21, 22: the same joint story twice, once with random acts of one party in between; the other party's
    files of every list, after every step, are the same byte for byte."""
    runs = []
    for chance in (None, random.Random(74)):
        copied = opened(cooperation_template, tmp_path_factory.mktemp("taking"))
        copied.house.clock.move(minutes=1)
        run = Taking(copied.house, copied.made, chance)
        run.tell()
        runs.append(run)
        copied.close()
    quiet, busy = runs
    assert quiet.own_acts == 0 and busy.own_acts >= 150
    assert quiet.files == busy.files >= 150
    for mine, other in zip(quiet.answers, busy.answers, strict=True):
        assert mine == other, difference(mine, other)
    assert any(re.search(rb"trail json .*\"rows\": \[\n\{", one) for one in quiet.answers)
    print(f"\nown acts in between: {busy.own_acts}; files compared: {quiet.files}")
