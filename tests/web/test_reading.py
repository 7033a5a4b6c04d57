"""What a request reads, and lets go of."""

from __future__ import annotations

import pytest
from sqlalchemy import exc, text

from portal.web.app import let_go_of_reading
from portal.web.reading import reading
from tests.conftest import House


@pytest.mark.parametrize("staffed", ["postgresql"], indirect=True)
def test_a_server_that_goes_away_after_the_reading_takes_no_answer_away(staffed: House) -> None:
    """Row 112: the answer is made; that the reading cannot be ended on a server that is gone is no fault of it, and the
    next request reads on a new connection."""
    with staffed.app.test_request_context("/"):
        backend = reading().execute(text("SELECT pg_backend_pid()")).scalar_one()
        with staffed.app.engines.writer.begin() as other:
            ended = text("SELECT pg_terminate_backend(:pid, 60000)")  # and gone within a minute
            assert other.execute(ended, {"pid": backend}).scalar_one()
        let_go_of_reading()
        assert reading().execute(text("SELECT 1")).scalar_one() == 1
        let_go_of_reading()


@pytest.mark.parametrize("staffed", ["postgresql"], indirect=True)
def test_what_was_planned_for_one_request_serves_the_next(staffed: House) -> None:
    """A page's statements are planned once for each connection: ending a reading forgets none of them. One whose
    statement failed is rolled back, and its connection is fit for the next."""
    planned = text("SELECT count(*) FROM pg_prepared_statements")
    with staffed.app.test_request_context("/"):
        for number in range(8):
            found = reading().execute(text("SELECT CAST(:number AS INTEGER)"), {"number": number})
            assert found.scalar_one() == number
            let_go_of_reading()
        assert reading().execute(planned).scalar_one() >= 1
        with pytest.raises(exc.ProgrammingError):
            reading().execute(text("SELECT nothing"))
        let_go_of_reading()
        assert reading().execute(text("SELECT 1")).scalar_one() == 1
        let_go_of_reading()
