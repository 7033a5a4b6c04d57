"""A form sent once more has its first outcome, whatever others have done meanwhile (I7; rows 25, 107)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.makers.papers import Office, StaffedTemplate, hidden, sign_in


@pytest.fixture
def office(two_on_sqlite: StaffedTemplate, tmp_path: Path) -> Iterator[Office]:
    """An office with its pages; what a view asks before it begins to write is the same on either database."""
    with two_on_sqlite.open(tmp_path, pages=True) as opened:
        yield opened


def test_a_draft_sent_again_after_the_document_was_agreed_has_its_first_outcome(office):
    drafter = office.people[0].drafter
    client, id = sign_in(office.app.test_client(), drafter), office.tabled(drafter)
    form = hidden(client.get(f"/memos/{id}/draft").get_data(as_text=True))
    form |= {"title": "覚書", "text": "直した本文", "day": ""}
    first = client.post(f"/memos/{id}/draft", data=form)
    assert first.status_code == 303
    for side in office.people.sides[:2]:
        office.consent(side.officer, id)
    again = client.post(f"/memos/{id}/draft", data=form)
    assert (again.status_code, again.location) == (303, first.location)


def test_the_same_key_with_other_words_is_still_refused(office):
    drafter = office.people[0].drafter
    client, id = sign_in(office.app.test_client(), drafter), office.tabled(drafter)
    form = hidden(client.get(f"/memos/{id}/draft").get_data(as_text=True))
    form |= {"title": "覚書", "text": "直した本文", "day": ""}
    assert client.post(f"/memos/{id}/draft", data=form).status_code == 303
    assert client.post(f"/memos/{id}/draft", data=form | {"text": "別の本文"}).status_code == 409


def test_what_somebody_else_sent_is_no_outcome_of_mine(office):
    side = office.people[0]
    client, id = sign_in(office.app.test_client(), side.drafter), office.tabled(side.drafter)
    form = hidden(client.get(f"/memos/{id}/draft").get_data(as_text=True))
    form |= {"title": "覚書", "text": "直した本文", "day": ""}
    assert client.post(f"/memos/{id}/draft", data=form).status_code == 303
    for each in office.people.sides[:2]:
        office.consent(each.officer, id)
    other = sign_in(office.app.test_client(), side.drafter2)
    theirs = hidden(other.get("/memos/new").get_data(as_text=True))
    answer = other.post(f"/memos/{id}/draft", data=form | {"csrf_token": theirs["csrf_token"]})
    assert answer.status_code == 409
