"""Whatever is changed in the tables past the portal, `replay` finds it; and entries no rule could have made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, exc, insert, select, update
from sqlalchemy.orm import Session

from portal.consent import commands, replay
from portal.consent.commands import Decision
from portal.consent.models import (
    Attachment,
    Closing,
    Comment,
    Consultation,
    ConsultationConfirmation,
    Document,
    Reply,
    Revision,
)
from portal.consent.rules import Capacity, Standing
from portal.history.chain import verify
from portal.history.models import Entry, Head, Payload
from portal.history.seal import seal, skeleton_of
from portal.kernel.db import Moment
from portal.kernel.files import Kept
from portal.kernel.uploads import Inspection
from portal.parties import commands as parties
from tests.makers.papers import MEMO, Office, StaffedTemplate

TABLES = (
    Document, Revision, Reply, Closing, Comment, Consultation, ConsultationConfirmation, Attachment,
)  # fmt: skip
NOT_TOLD = {
    "documents": {"edition", "copied_from_id", "begun_by", "begun_at", "changed_at"},
    "revisions": {"id"},
    "replies": {"id"},
    "closings": {"id"},
    "consultation_confirmations": {"id"},
    "consultations": {"attachments"},
    "attachments": {"party", "media_type", "findings", "member_id", "added_at"},
}
"""What the joint record does not tell: one side's own beginnings, the order of lists, names nobody sees. (What refers to a revision
by its id is compared, and so is whether a file was shared, not since when.)"""


def live(office: Office) -> None:
    """Documents in every standing, with every kind of row, and several of most."""
    ours, theirs = office.people[0], office.people[1]
    id = office.start(ours.drafter, text="一つ目")
    with office.work(ours.drafter) as work:
        commands.attach(
            work,
            MEMO,
            commands.document_of(work, MEMO, id),
            name="日程.pdf",
            kept=Kept("a" * 64, 1234),
            inspection=Inspection(
                media_type="application/pdf", extension="pdf", file_name="日程.pdf", findings=()
            ),
        )
    office.table(ours.drafter, id)
    office.clock.move(minutes=1)
    office.consent(theirs.officer, id)
    office.clock.move(minutes=1)
    office.withdraw_consent(theirs.officer, id)
    office.clock.move(minutes=1)
    office.send_back(theirs.officer, id)
    office.clock.move(minutes=1)
    office.revise(ours.officer, id, "二つ目")
    with office.work(ours.drafter) as work:
        document = commands.document_of(work, MEMO, id)
        consultation = commands.consult(
            work,
            MEMO,
            document,
            held_on=dt.date(2025, 10, 1),
            medium="meeting",
            participants="企画課 鈴木",
            summary="日程を確かめた。",
            decisions="十一月に行う。",
        )
        commands.comment(work, MEMO, document, text="お願いします")
    office.clock.move(minutes=1)
    with office.work(theirs.drafter) as work:
        document = commands.document_of(work, MEMO, id)
        commands.confirm_consultation(
            work, MEMO, document, consultation.id, is_confirmed=False, remark="十二月"
        )
        commands.comment(work, MEMO, document, text="はい")
    for minutes, side in enumerate(office.people.sides):
        office.clock.move(minutes=minutes + 1)
        decision = Decision("決-1", Capacity.IN_ABSENCE, dt.date(2025, 10, 2), "部長")
        office.consent(side.officer2, id, decision=decision)
    office.close(theirs.press, id, "hold")
    office.close(theirs.officer, id, "lift_hold")
    office.close(ours.officer, id, "hold")
    new = office.start(theirs.drafter, text="変更後", replaces=id)
    office.table(theirs.drafter, new)
    for side in office.people.sides:
        office.clock.move(minutes=1)
        office.consent(side.officer, new)
    office.close(theirs.officer, new, "hold")
    office.close(theirs.officer, office.tabled(ours.drafter, "見送り"), "decline")
    office.close(ours.drafter, office.tabled(ours.drafter, "取下げ"), "withdraw")
    office.consent(ours.officer, office.tabled(theirs.drafter, "途中"))
    office.send_back(ours.officer, office.tabled(theirs.drafter, "差戻し"))
    office.start(ours.drafter, text="下書きのまま")


@pytest.fixture(scope="module")
def lived(two_on_sqlite: StaffedTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office in which much has been done; nothing here is ever committed to it."""
    with two_on_sqlite.open(tmp_path_factory.mktemp("lived")) as office:
        live(office)
        office.must_hold()
        yield office


@contextmanager
def past_every_door(office: Office) -> Iterator[Connection]:
    """A connection that triggers, foreign keys and checks do not hold back; afterwards all is as before."""
    with office.app.engines.writer.connect() as connection:
        if office.app.engines.is_sqlite:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute("PRAGMA ignore_check_constraints=ON")
        connection.begin()
        if office.app.engines.is_sqlite:
            for name in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type='trigger'"
            ).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name[0]}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield connection
        connection.rollback()
        connection.invalidate()


def found(connection: Connection) -> list[replay.Mismatch]:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        return list(replay.replay(session))


_SOME: dict[type, Any] = {
    dt.datetime: dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    dt.date: dt.date(2025, 1, 1),
    int: 1,
    str: "x",
}


def other(value: Any, column: Any) -> list[Any]:
    """Values that are not `value`, such as somebody might put there."""
    kind = dt.datetime if isinstance(column.type, Moment) else column.type.python_type
    if column.name == "standing":
        return [one.value for one in Standing if one != value]
    if column.name == "party":
        return [{"kou": "otsu", "otsu": "kou"}[value], "stranger"]
    if column.name == "says":
        return [one for one in ("consent", "withdraw", "send_back") if one != value]
    if value is None:
        return [_SOME[kind]]
    if kind is dt.datetime:
        return [value + dt.timedelta(microseconds=1), value - dt.timedelta(days=1)]
    if kind is dt.date:
        return [value + dt.timedelta(days=1)]
    if kind is bool:
        return [not value]
    if kind is int:
        return [value + 1, value - 1]
    return [value + "x", value[:-1]] if value else ["x"]


def rows(connection: Connection, model: Any) -> list[Any]:
    return list(connection.execute(select(model.__table__).order_by(model.__table__.c.id)).mappings())


def changes(connection: Connection, model: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every change of one column of one row that the record can tell of: the row's id, the column, its values."""
    for row in rows(connection, model):
        for column in model.__table__.columns:
            if column.name in NOT_TOLD.get(model.__tablename__, set()):
                continue
            if (
                model is Document
                and row["tabled_at"] is None
                and column.name not in {"standing", "tabled_at"}
            ):
                continue  # one side's own draft
            values = other(row[column.name], column)
            if column.nullable and row[column.name] is not None:
                values = [None] if column.name == "shared_at" else [*values, None]
            for value in values:
                if model is Document and row["tabled_at"] is None and value == "withdrawn":
                    continue  # a draft that was thrown away
                yield row["id"], column.name, {column.name: value}


def is_refused_or_found(connection: Connection, model: Any, id: str, values: dict[str, Any]) -> bool:
    savepoint = connection.begin_nested()
    try:
        connection.execute(update(model).where(model.id == id).values(**values))
        return bool(found(connection))
    except exc.IntegrityError:  # two of the same, which the database never takes
        return True
    finally:
        savepoint.rollback()


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__tablename__)
def test_every_changed_column_of_every_row_is_found(lived, model):
    """Row 92, I12: exhaustively over the columns that say anything."""
    tried, unseen = 0, []
    with past_every_door(lived) as connection:
        assert found(connection) == []
        for id, name, values in changes(connection, model):
            tried += 1
            if not is_refused_or_found(connection, model, id, values):
                unseen.append((name, values))
    assert tried >= len(model.__table__.columns) - len(NOT_TOLD.get(model.__tablename__, ()))
    assert unseen == []


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__tablename__)
def test_every_deleted_and_every_doubled_row_is_found(lived, model):
    """Row 92."""
    with past_every_door(lived) as connection:
        for row in rows(connection, model):
            if model is Document and row["tabled_at"] is None:
                continue
            savepoint = connection.begin_nested()
            connection.execute(delete(model).where(model.id == row["id"]))
            assert found(connection), row
            savepoint.rollback()
            if model in {Document, Attachment}:
                continue
            savepoint = connection.begin_nested()
            changed = {"id": "doubled"} | ({"number": 9} if "number" in row else {})
            if model is ConsultationConfirmation:
                changed["at"] = row["at"] + dt.timedelta(seconds=1)
            connection.execute(insert(model).values(**(dict(row) | changed)))
            assert found(connection), row
            savepoint.rollback()


def test_on_postgresql_every_changed_column_is_refused_or_found(two_on_postgres, tmp_path):
    """Row 92: a check refuses it, or the replay names it."""
    with two_on_postgres.open(tmp_path) as office:
        live(office)
        office.must_hold()
        with past_every_door(office) as connection:
            for model in TABLES:
                seen: set[str] = set()
                for id, name, values in changes(connection, model):
                    if name in seen:
                        continue
                    seen.add(name)
                    assert is_refused_or_found(connection, model, id, values), (model, name)


def test_the_mismatch_names_the_document_by_its_reference(lived):
    with past_every_door(lived) as connection:
        connection.execute(
            update(Document).where(Document.reference == "MEMO-0003").values(standing="agreed")
        )
        assert found(connection) == [replay.Mismatch(replay.TABLE_DIFFERS, {"reference": "MEMO-0003"})]


def test_words_that_were_disposed_of_are_no_mismatch(lived):
    """Art. 5, 7: disposal is real, and the rest still holds."""
    with past_every_door(lived) as connection:
        connection.execute(update(Payload).values(salt=None, content=None))
        assert found(connection) == []


# --- Entries that no rule could have made ------------------------------------------------------------------


def forge(connection: Connection, office: Office, verb: str, id: str, person: Any, **facts: Any) -> None:
    """An entry is appended with every seal in order, as whoever owns the database could."""
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        head = session.get_one(Head, "joint")
        entry = seal(
            head, chain="joint", origin="forged", at=head.at, verb=verb, clause=None, subject_kind="document",
            subject_id=id, activity_id=None, party=person.party, actor_id=person.member_id, once=None,
            is_chronicle=False, facts=facts, words={},
        ).entry  # fmt: skip
        session.execute(insert(Entry).values(entry._asdict()))
        head.number, head.leaf, head.at = entry.number, entry.leaf, entry.at
        session.commit()
        assert verify(session, "joint").holds


def consent_facts(connection: Connection, id: str, **more: Any) -> dict[str, Any]:
    document = connection.execute(select(Document.__table__).where(Document.id == id)).mappings().one()
    given = {
        "number": document["revision"], "digest": document["digest"], "reply": 1, "capacity": "decision",
        "four_eyes": True, "agreed": False, "kind": "memo", "reference": document["reference"],
    }  # fmt: skip
    return given | more


@pytest.fixture
def forgeable(two_on_sqlite: StaffedTemplate, tmp_path) -> Iterator[tuple[Office, str]]:
    """An office with one document on the table."""
    with two_on_sqlite.open(tmp_path) as office:
        yield office, office.tabled(office.people[0].drafter)


@pytest.mark.parametrize(
    ("who", "facts", "sentence"),
    [
        ("officer", {"digest": "f" * 64}, replay.ENTRY_BREAKS_A_RULE),
        ("officer", {"agreed": True}, replay.ENTRY_BREAKS_A_RULE),
        ("officer", {"four_eyes": False}, replay.ENTRY_BREAKS_A_RULE),
        ("officer", {"number": 2}, replay.ENTRY_BREAKS_A_RULE),
        ("drafter", {}, replay.ENTRY_WITHOUT_POWER),
        ("admin", {}, replay.ENTRY_WITHOUT_POWER),
    ],
)
def test_a_forged_consent_is_named_though_every_seal_fits(forgeable, who, facts, sentence):
    """I1-I4; security.md 5.5, 7."""
    office, id = forgeable
    with past_every_door(office) as connection:
        person = getattr(office.people[1], who)
        forge(connection, office, "consent.given", id, person, **consent_facts(connection, id, **facts))
        (mismatch,) = found(connection)
        assert mismatch.sentence == sentence
        assert mismatch.number == connection.scalar(select(Head.number).where(Head.chain == "joint"))


def test_a_forged_consent_with_everything_in_order_still_lacks_its_row(forgeable):
    office, id = forgeable
    with past_every_door(office) as connection:
        forge(
            connection, office, "consent.given", id, office.people[1].officer, **consent_facts(connection, id)
        )
        assert {one.sentence for one in found(connection)} == {replay.TABLE_DIFFERS, replay.REPLIES_DIFFER}


def test_a_power_that_had_ended_is_no_power(forgeable):
    """I4; row 28."""
    office, id = forgeable
    with office.work(office.people[1].admin) as work:
        parties.end_consent_power(work, office.people[1].officer.member_id)
    with past_every_door(office) as connection:
        forge(
            connection, office, "consent.given", id, office.people[1].officer, **consent_facts(connection, id)
        )
        assert [one.sentence for one in found(connection)] == [replay.ENTRY_WITHOUT_POWER]


def test_nobody_speaks_for_two_parties(forgeable):
    """I3; row 29."""
    office, id = forgeable
    turncoat = office.people[0].officer
    office.consent(turncoat, id)
    with past_every_door(office) as connection:
        facts = consent_facts(connection, id, agreed=True)
        as_other = type(turncoat)(
            turncoat.key,
            office.people[1].party,
            turncoat.member_id,
            turncoat.email,
            turncoat.name,
            turncoat.post,
        )
        forge(connection, office, "consent.given", id, as_other, **facts)
        assert [one.sentence for one in found(connection)] == [replay.ENTRY_WITHOUT_POWER]


@pytest.mark.parametrize("verb", sorted(replay._ACTS))
def test_an_entry_without_its_facts_breaks_a_rule_and_never_the_replay(forgeable, verb):
    office, id = forgeable
    with past_every_door(office) as connection:
        forge(connection, office, verb, id, office.people[0].officer)
        assert found(connection)


def test_a_skeleton_that_cannot_be_read_is_named(forgeable):
    office, id = forgeable
    with past_every_door(office) as connection:
        for text in ("", "{}", "[]", '{"facts": 3}', "nonsense"):
            connection.execute(update(Entry).where(Entry.subject_id == id).values(skeleton=text))
            assert [one.sentence for one in found(connection)] == [replay.ENTRY_BREAKS_A_RULE]


def test_it_asks_little_of_the_database_however_much_there_is(lived):
    """Statements grow by the batch of 200 documents, not by the entry."""
    statements = []
    with past_every_door(lived) as connection:
        event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
        found(connection)
        documents = len(rows(connection, Document))
    assert len(statements) < 20 + 4 * documents


def test_the_forged_entry_is_as_the_portal_would_write_it(forgeable):
    """So that the forgeries above are refused for what they say, not for their form."""
    office, id = forgeable
    office.consent(office.people[1].officer, id)
    real = skeleton_of(office.entries()[-1])
    with office.app.engines.reader.connect() as connection:
        assert set(consent_facts(connection, id)) == set(real["facts"])
