"""The database breaks a transaction off, or another's page sends a form: what the door makes of it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import exc, select

from portal.access.policy import Permission
from portal.kernel.db import rows
from portal.parties.models import Party
from tests.conftest import House


class BrokenOff(Exception):
    """What a driver raises when the database ends a transaction for another's sake."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "faults", "status", "asked"),
    [("40001", 2, 200, 3), ("40P01", 1, 200, 2), ("40001", 3, 503, 3), ("57014", 1, 503, 1)],
)
def test_a_transaction_broken_off_is_tried_again_at_most_twice(
    sqlite_house: House, sqlstate: str, faults: int, status: int, asked: int
) -> None:
    """Row 113: a serialization failure or a deadlock is tried again; any other fault is said at once, as 503."""
    calls: list[int] = []

    def view() -> str:
        calls.append(1)
        if len(calls) <= faults:
            raise exc.OperationalError("COMMIT", {}, BrokenOff(sqlstate))
        return "done"

    sqlite_house.app.add_url_rule("/broken-off", "broken_off", view, allow=Permission.ENTER)
    answer = sqlite_house.app.test_client().get("/broken-off")
    assert (answer.status_code, len(calls)) == (status, asked)
    assert (answer.headers.get("Retry-After") == "5") == (status == 503)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
        ({"Origin": "https://evil.example"}, 400),
        ({"Origin": "null"}, 400),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 303),
    ],
)
def test_a_form_sent_from_another_sites_page_is_refused(
    sqlite_house: House, headers: dict[str, str], status: int
) -> None:
    """Row 55: besides the token, the browser's own word on where the form came from."""
    app: Flask = sqlite_house.app
    client = app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    answer = client.post(
        "/language", data={"csrf_token": token, "language": "en", "next": "/"}, headers=headers
    )
    assert answer.status_code == status


def test_in_a_work_that_has_failed_nothing_more_is_read_as_if_it_had_not(house: House) -> None:
    """The connection that lists are read through goes with its transaction: a command that swallows a fault of the
    database cannot go on in another transaction, beside the lock."""
    with pytest.raises(exc.PendingRollbackError), house.work() as work:
        assert rows(work.session, select(Party.key)).all()
        work.add(Party(key="kou", position=9, four_eyes=True, officers_table=False))
        with suppress(exc.IntegrityError):
            work.session.flush()
        rows(work.session, select(Party.key))
    with house.read() as session:
        assert "kou" in rows(session, select(Party.key)).scalars().all()
