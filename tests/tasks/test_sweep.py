"""What nothing refers to is cleared away, and nothing else (row 85)."""

import datetime as dt
import io
import os

import pytest
from sqlalchemy.orm import Session

from portal.agreement.queries import parties_now
from portal.consent.models import Attachment, Document
from portal.kernel.ids import new_id
from portal.parties.models import SignInAttempt
from portal.tasks.sweep import SPARED, forget, sweep_files


@pytest.fixture
def keep(house):
    """A way to keep a file, so many hours ago by the portal's clock; its digest."""

    def kept(content, hours_ago):
        sha256 = house.app.files.keep(io.BytesIO(content), limit=100).sha256
        then = (house.clock.now() - dt.timedelta(hours=hours_ago)).timestamp()
        for path in (house.app.settings.instance / "files" / "kept").glob("*/*/*"):
            if "".join(path.parts[-3:]) == sha256:
                os.utime(path, (then, then))
        return sha256

    return kept


def refer_to(house, sha256):
    """A row names the file."""
    at = house.clock.now()
    with house.read() as session:
        party = list(parties_now(session))[0]
    with Session(house.app.engines.writer) as session:
        document = Document(id=new_id(), kind="k", party=party, edition=1, begun_by="m", begun_at=at,
                            standing="draft", changed_at=at)  # fmt: skip
        session.add(document)
        session.flush()
        session.add(Attachment(id=new_id(), document_id=document.id, party=party, name="n", media_type="t", size=1,
                               sha256=sha256, findings="[]", member_id="m", added_at=at))  # fmt: skip
        session.commit()


def test_a_file_without_a_row_goes_after_a_day(house, keep):
    old, young = keep(b"old", 25), keep(b"young", 23)
    assert sweep_files(house.works, house.app.files) == 1
    assert not house.app.files.matches(old)
    assert house.app.files.matches(young)
    house.clock.move(seconds=SPARED.total_seconds())
    assert sweep_files(house.works, house.app.files) == 1


def test_a_file_that_a_row_names_never_goes(house, keep):
    named = keep(b"named", 10_000)
    refer_to(house, named)
    assert sweep_files(house.works, house.app.files) == 0
    assert house.app.files.matches(named)


def test_attempts_that_no_longer_count_are_forgotten(house):
    with Session(house.app.engines.writer) as session:
        for hours in (1, 1_000):
            at = house.clock.now() - dt.timedelta(hours=hours)
            session.add(SignInAttempt(id=new_id(), counted_for="account:x", at=at))
        session.commit()
    assert forget(house.works) == 1
    assert forget(house.works) == 0
