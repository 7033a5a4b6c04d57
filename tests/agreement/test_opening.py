"""What an act reads first, and for how long that holds."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import event

from portal.access.actor import SYSTEM
from portal.agreement import commands, queries
from portal.agreement.commands import GivenDates


def test_an_act_asks_for_the_agreement_once_and_again_when_it_has_changed_something(house):
    """The edition, its dates and the parties come with the opening; what the act itself changes is seen at once."""
    day = dt.date(2025, 10, 1)
    asked = []
    with house.work(SYSTEM) as work:

        def note(*args):
            asked.append(args[2])

        event.listen(house.app.engines.writer, "before_cursor_execute", note)
        edition, before = queries.life_now(work.session, day)
        assert queries.edition(work.session) is edition and before.term is None
        assert list(work.parties) == list(edition.party_keys)
        assert asked == []
        event.remove(house.app.engines.writer, "before_cursor_execute", note)
        given = GivenDates(signed_on=dt.date(2025, 9, 1))
        commands.enter_dates(work, document_id="the-dates", given=given)
        work.session.flush()
        _, after = queries.life_now(work.session, day)
        assert after.term is not None and after.term.expiry == dt.date(2026, 9, 1)
