"""The materials of a consultation: kept, inspected, shared with its record, and borne out by the history (R2-2)."""

import io

import pytest
from sqlalchemy import select, update

from portal.activities.proposal import PROPOSAL
from portal.consent import commands, replay
from portal.consent.models import Attachment, Consultation
from portal.history.chain import chains, verify
from portal.history.models import Entry
from portal.kernel.errors import NotFound
from tests.browser import Browser
from tests.kernel.corpora.upload_files import hidden
from tests.makers.activities import tabled_proposal

WORDS = {
    "held_on": "R7.9.30", "medium": "meeting", "participants": "企画課 鈴木、営業部 渡辺", "summary": "日程を確かめた。",
    "decisions": "十一月に行う。",
}  # fmt: skip
ACT = "/consultations"
HIDING = next((name, content) for name, content, findings in hidden() if "author" in findings)
"""A file in which the inspection finds something."""


def browser_of(house, person, language="ja"):
    browser = Browser(house, language=language)
    browser.sign_in(person.email, person.password)
    return browser


def file(name, content=None):
    return (io.BytesIO("配布した資料です。".encode() if content is None else content), name)


def page_of(browser, id):
    return browser.get(f"/activities/proposals/{id}", expect=200)


def kept(house):
    with house.read() as session:
        return {one.name: one for one in session.scalars(select(Attachment))}


def records(house):
    with house.read() as session:
        return session.scalars(select(Consultation)).all()


def mismatches(house):
    with house.read() as session:
        assert all(verify(session, chain).holds for chain in chains(session))
        return list(replay.replay(session))


@pytest.fixture
def proposed(sqlite_dated):
    """A house and a tabled proposal."""
    return sqlite_dated, tabled_proposal(sqlite_dated, sqlite_dated.people)


def test_of_several_files_the_refused_one_is_named(proposed):
    """Bad input: the others are kept, and which one to mend is said."""
    house, id = proposed
    writer = browser_of(house, house.people[0].drafter)
    page = page_of(writer, id).submit(ACT, **WORDS, files=[file("次第.txt"), file("空.txt", b"")])
    assert page.status == 422 and "「空.txt」：ファイルの中身が空です。" in page.text
    assert set(kept(house)) == {"次第.txt"}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_consultation_is_recorded_with_its_materials_and_every_party_may_have_them(proposed, language):
    """R2-2; rows 14, 82: a download, the bytes as they were."""
    house, id = proposed
    people = house.people
    writer = browser_of(house, people[0].drafter, language)
    done = page_of(writer, id).submit(ACT, **WORDS, files=[*map(file, ("次第.txt", "資料１.txt"))])
    assert done.status == 200, done.text[:800]
    found = kept(house)
    assert set(found) == {"次第.txt", "資料１.txt"}
    assert all(one.shared_at and one.party == people[0].party for one in found.values())
    (record,) = records(house)
    assert record.attachments == ",".join(found[name].id for name in ("次第.txt", "資料１.txt"))
    other = browser_of(house, people[1].reader, language)
    page = page_of(other, id)
    assert "次第.txt" in page.text and "資料１.txt" in page.text
    where = f"/activities/proposals/{id}/attachments/{found['次第.txt'].id}"
    assert where in page.source
    answer = other.client.get(where)
    assert answer.get_data().decode() == "配布した資料です。"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert mismatches(house) == []
    trail = writer.get("/history?reading=trail", expect=200).text
    assert {"ja": "資料「次第.txt」を用意しました", "en": 'Prepared the file "次第.txt"'}[language] in trail
    assert "次第.txt" not in other.get("/history?reading=trail", expect=200).text


def test_what_the_inspection_finds_is_seen_before_the_others_have_the_file(proposed):
    """Row 17; and a file need not be sent twice."""
    house, id = proposed
    writer = browser_of(house, house.people[0].drafter)
    name, content = HIDING
    asked = page_of(writer, id).submit(ACT, **WORDS, files=[file(name, content)])
    assert asked.status == 422
    assert "資料の検査で見つかったことがあります" in asked.text and name in asked.text
    asked.has_lost_nothing(**WORDS)
    assert records(house) == [] and kept(house)[name].shared_at is None
    other = browser_of(house, house.people[1].officer)
    stranger = other.client.get(f"/activities/proposals/{id}/attachments/{kept(house)[name].id}")
    assert stranger.status_code == 404 and name not in page_of(other, id).text
    done = asked.submit(ACT)
    assert done.status == 200 and kept(house)[name].shared_at
    assert name in page_of(other, id).text


def test_a_file_taken_out_again_is_never_shared(proposed):
    """Row 17"""
    house, id = proposed
    writer = browser_of(house, house.people[0].drafter)
    name, content = HIDING
    asked = page_of(writer, id).submit(ACT, **WORDS, files=[file(name, content)])
    assert asked.submit(ACT, materials=None).status == 200
    (record,) = records(house)
    assert record.attachments == "" and kept(house)[name].shared_at is None
    assert mismatches(house) == []


def test_with_something_else_amiss_the_file_is_kept_and_every_problem_told(proposed):
    house, id = proposed
    writer = browser_of(house, house.people[0].drafter)
    asked = page_of(writer, id).submit(
        ACT, **(WORDS | {"summary": "", "held_on": "9月30日"}), files=[file("次第.txt")]
    )
    assert asked.status == 422
    asked.has_lost_nothing(held_on="9月30日", participants=WORDS["participants"])
    assert "要旨を入力してください" in asked.text
    later = asked.submit(ACT, summary="要旨", held_on="2025/10/2")
    assert later.status == 422 and "次第.txt" in later.text and "資料の検査で" not in later.text
    assert later.submit(ACT, held_on="2025/9/30").status == 200
    assert records(house)[0].attachments == kept(house)["次第.txt"].id


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("手順.exe", b"MZ\x90", "ファイル"), ("空.txt", b"", "ファイル"), ("偽.pdf", b"<html>", "ファイル")],
    ids=["programme", "empty", "false"],
)
def test_a_file_that_other_attachments_may_not_be_is_none_here(proposed, name, content, said):
    """Rows 80-83: the rules of uploads are one."""
    house, id = proposed
    asked = page_of(browser_of(house, house.people[0].drafter), id).submit(
        ACT, **WORDS, files=[file(name, content)]
    )
    assert asked.status == 422 and said in asked.text
    asked.has_lost_nothing(**WORDS)
    assert kept(house) == {} and records(house) == []


def test_more_files_than_a_record_has_are_refused(proposed):
    house, id = proposed
    many = [file(f"{number}.txt") for number in range(commands.MOST_MATERIALS + 1)]
    asked = page_of(browser_of(house, house.people[0].drafter), id).submit(ACT, **WORDS, files=many)
    assert asked.status == 422 and "資料は10件までです。" in asked.text
    assert kept(house) == {} and records(house) == []


def test_anothers_file_and_that_of_another_document_are_not_recorded(proposed):
    """Row 2: by the page and by the command."""
    house, id = proposed
    people = house.people
    theirs = browser_of(house, people[1].drafter)
    name, content = HIDING
    page_of(theirs, id).submit(ACT, **WORDS, files=[file(name, content)])
    foreign = kept(house)[name].id
    mine = browser_of(house, people[0].drafter)
    asked = page_of(mine, id).submit(ACT, **WORDS, materials=[foreign])
    assert asked.status == 422 and name not in asked.text
    other = tabled_proposal(house, people, title="別の取組")
    for by, document in ((people[0].drafter, id), (people[1].drafter, other)):
        with pytest.raises(NotFound), house.work(by.actor(house)) as work:
            commands.consult(
                work, PROPOSAL, commands.document_of(work, PROPOSAL, document), held_on=work.today, medium="mail",
                participants="担当", summary="要旨", decisions="", materials=[foreign],
            )  # fmt: skip
    assert records(house) == []


@pytest.mark.parametrize("change", [{"name": "別の名.txt"}, {"sha256": "0" * 64}])
def test_a_material_exchanged_behind_the_records_back_is_found(proposed, change):
    """Rows 92, 93"""
    house, id = proposed
    page_of(browser_of(house, house.people[0].drafter), id).submit(ACT, **WORDS, files=[file("次第.txt")])
    with house.read() as session:
        assert session.scalars(select(Entry).where(Entry.verb == "consultation.recorded")).one()
    with house.app.engines.writer.begin() as connection:
        connection.execute(update(Attachment).values(**change))
    assert len(mismatches(house)) == 1
