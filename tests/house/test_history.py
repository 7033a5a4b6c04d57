"""History cannot be forgotten: every event has its sentences, nothing changes untold, reading changes nothing."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable
from dataclasses import fields
from gettext import NullTranslations
from pathlib import Path

import pytest
from flask import Blueprint
from sqlalchemy import Executable, delete, exc, insert, select, update

import portal
from portal.access.actor import SYSTEM
from portal.access.policy import Permission
from portal.agreement.models import AgreementDates
from portal.history.event import EVENTS, Event
from portal.history.forms import OTHER_KIND, kind_of
from portal.history.models import Entry, Instance, Message, Payload, SearchWords
from portal.history.sentences import WORD_NAMES
from portal.history.work import BulkChange, UnrecordedChange
from portal.kernel.db import KEPT_FOREVER, Subject
from portal.kernel.ids import new_id
from portal.parties.models import Member, Party
from portal.schema import gather
from portal.web.language import read_catalogues
from portal.web.reading import reading
from tests.conftest import House
from tests.history.acts import Done, PersonCame, act, client_of, person

VERBS = Path(__file__).with_name("verbs.txt")


@pytest.fixture(scope="module")
def events() -> dict[str, type[Event]]:
    """Every event of the house by its verb; those of the tests left out."""
    for package in pkgutil.iter_modules(portal.__path__):
        if package.ispkg:
            module = importlib.import_module(f"portal.{package.name}")
            for inner in pkgutil.iter_modules(module.__path__):
                if inner.name in {"events", "work", "rules", "models"}:
                    importlib.import_module(f"portal.{package.name}.{inner.name}")
    return {verb: one for verb, one in EVENTS.items() if one.__module__.startswith("portal.")}


# --- Sentences ------------------------------------------------------------------------------------


def _sentences(event: type[Event]) -> Iterable[tuple[str, str]]:
    for reading_name in ("trail", "chronicle", "message"):
        sentence = getattr(event, reading_name)
        if sentence is not None:
            yield reading_name, sentence


def test_every_event_has_a_sentence_for_the_trail(events: dict[str, type[Event]]) -> None:
    assert [verb for verb, event in events.items() if not event.trail] == []


def test_the_words_that_an_event_keeps_are_called_by_a_name(events: dict[str, type[Event]]) -> None:
    """The page of an entry shows them beside their commitments, to people who know no field of the code."""
    kept = {"name", "post"} | {
        one.name for event in events.values() for one in fields(event) if one.metadata.get("kept")
    }
    assert kept == set(WORD_NAMES)


def test_every_sentence_of_every_event_has_english_that_fills_the_same_places(
    events: dict[str, type[Event]],
) -> None:
    english: NullTranslations = read_catalogues("en")
    faults = []
    for verb, event in sorted(events.items()):
        for name, sentence in _sentences(event):
            said = english.gettext(sentence)
            if said == sentence:
                faults.append(f"{verb}.{name} has no English")
            elif not set(_places(said)) <= set(_places(sentence)):
                faults.append(f"{verb}.{name} fills other places in English")
    assert faults == []


_PLACE = re.compile(r"%\(([a-z_0-9]+)\)s")


def _places(sentence: str) -> list[str]:
    return _PLACE.findall(sentence)


def test_a_sentence_asks_only_for_what_its_event_knows(events: dict[str, type[Event]]) -> None:
    faults = []
    for verb, event in sorted(events.items()):
        known = {"party", "name", "post", *event.__dataclass_fields__}
        known |= {f"{name}_name" for name in event.value_words} | set(event.spans)
        faults += [f"{verb}: {one}" for pair in event.spans.values() for one in pair if one not in known]
        for name, sentence in _sentences(event):
            faults += [f"{verb}.{name}: {place}" for place in _places(sentence) if place not in known]
            if "%" in _PLACE.sub("", sentence):
                faults.append(f"{verb}.{name}: a stray %")
    assert faults == []


def test_words_of_people_never_stand_in_the_entry_itself(events: dict[str, type[Event]]) -> None:
    """security.md 5.6: no names, titles, file names or free text in what can never be taken out again."""
    of_people = {
        "title",
        "name",
        "post",
        "reason",
        "remark",
        "who",
        "file_name",
        "summary",
        "browser",
        "decision",
    }
    faults = [
        f"{verb}.{name}"
        for verb, event in events.items()
        for name, field in event.__dataclass_fields__.items()
        if name in of_people and not field.metadata.get("kept")
    ]
    assert faults == []


def test_the_name_and_post_of_who_acts_are_not_taken_for_words_of_an_event(
    events: dict[str, type[Event]],
) -> None:
    """`Work.record` puts them there itself; an event's own field of that name would be lost."""
    assert [
        verb for verb, event in events.items() if {"name", "post"} & set(event.__dataclass_fields__)
    ] == []


def test_every_verb_belongs_to_a_kind_of_act_that_the_filter_offers(events: dict[str, type[Event]]) -> None:
    assert [verb for verb in events if kind_of(verb) == OTHER_KIND[0]] == []


def test_verbs_are_only_ever_added(events: dict[str, type[Event]]) -> None:
    """A verb stands in sealed entries for ever: `verbs.txt` takes new ones and loses none."""
    golden = VERBS.read_text(encoding="utf-8").split()
    assert golden == sorted(set(golden)), "verbs.txt is sorted and names each verb once"
    assert sorted(set(golden) - set(events)) == [], (
        "these verbs stand in entries already; bring their events back"
    )
    assert sorted(set(events) - set(golden)) == [], "new verbs: add these lines to tests/house/verbs.txt"


# --- Nothing changes untold -----------------------------------------------------------------------


def test_a_change_that_no_event_tells_cannot_be_kept(house: House) -> None:
    """trap 1, 2 of the anchors: the first test of a forgetful command fails."""
    member = person(house, "kou")
    with pytest.raises(UnrecordedChange, match="Member"), house.work(SYSTEM) as work:
        work.session.get_one(Member, member.member_id).name = "別の名"
    with pytest.raises(UnrecordedChange, match="AgreementDates"), house.work(SYSTEM) as work:
        work.add(_dates(work.at))
    with pytest.raises(UnrecordedChange, match="Party"), house.work(SYSTEM) as work:
        work.session.get_one(Party, "kou").four_eyes = False
        work.record(PersonCame(about=Subject("member", "somebody else")))
    with house.read() as session:
        assert session.get_one(Member, member.member_id).name == "山田 花子"
        assert session.scalars(select(AgreementDates)).all() == []
        assert session.get_one(Party, "kou").four_eyes


def _dates(at: object) -> AgreementDates:
    return AgreementDates(id=new_id(), document_id="d", signed_on=None, entered_at=at)


def test_what_was_begun_before_a_refusal_leaves_no_trace(house: House) -> None:
    """Neither the row nor the entry, the words, the message or the head."""
    member = person(house, "kou")

    def counted() -> list[int]:
        with house.read() as session:
            return [len(session.scalars(select(one)).all()) for one in (Entry, Payload, Message, SearchWords)]

    before = counted()
    with pytest.raises(RuntimeError), house.work(SYSTEM) as work:
        work.session.get_one(Member, member.member_id).name = "別の名"
        work.record(Done(about=Subject("member", str(member.member_id)), title="題"))
        work.session.flush()
        raise RuntimeError("the disk is full")
    assert counted() == before


@pytest.mark.parametrize(
    "statement",
    [
        update(Member).values(name="x"),
        delete(Member),
        insert(Member).values(id="x"),
        update(Entry).values(verb="x"),
        delete(Entry),
        delete(Payload),
    ],
    ids=lambda one: f"{type(one).__name__} {one.table.name}",
)
def test_statements_that_name_no_row_are_refused(house: House, statement: Executable) -> None:
    with pytest.raises(BulkChange), house.work(SYSTEM) as work:
        work.session.execute(statement)


def test_the_database_itself_refuses_to_change_or_delete_what_is_kept(house: House) -> None:
    """row 87; security.md 5.2: triggers on both databases, for every table that is kept for ever."""
    kou = person(house, "kou")
    act(house, kou)
    gather()
    with house.app.engines.writer.connect() as connection:
        for model in (Entry, Payload, Instance):
            assert model.__tablename__ in KEPT_FOREVER
            column = "content" if model is Payload else "evidence" if model is Entry else "id"
            for statement in (update(model).values({column: "x"}), delete(model)):
                with connection.begin() as transaction:
                    with pytest.raises(exc.DBAPIError, match="kept for ever"):
                        connection.execute(statement)
                    transaction.rollback()


def test_words_may_be_erased_wholly_and_in_no_other_way(house: House) -> None:
    """art. 5, 7: disposal is real; salt and content together, nothing else."""
    kou = person(house, "kou")
    act(house, kou)
    with house.app.engines.writer.connect() as connection:
        for values in ({"salt": None}, {"content": None}, {"salt": None, "content": None, "field": "x"}):
            with connection.begin() as transaction:
                with pytest.raises(exc.DBAPIError):
                    connection.execute(update(Payload).values(values))
                transaction.rollback()
        with connection.begin():
            assert connection.execute(update(Payload).values(salt=None, content=None)).rowcount


# --- Reading changes nothing ----------------------------------------------------------------------


def test_a_page_that_reads_cannot_write(house: House) -> None:
    """row 98: a view that writes in GET meets an engine that refuses it, and nothing is changed."""
    kou = person(house, "kou")
    naughty = Blueprint("naughty", __name__)

    @naughty.get("/naughty", allow=Permission.READ)
    def write() -> str:
        session = reading()
        session.get_one(Member, kou.member_id).name = "書き換え"
        session.flush()
        session.commit()
        return "written"

    house.app._got_first_request = False
    house.app.register_blueprint(naughty)
    assert client_of(house, kou).get("/naughty").status_code in {500, 503}
    with house.read() as session:
        assert session.get_one(Member, kou.member_id).name == "山田 花子"
        with pytest.raises(exc.DBAPIError):
            session.execute(update(Member).values(name="書き換え"))
