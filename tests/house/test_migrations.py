"""The migrations make exactly what the models and their triggers say, on both databases, whole or not at all."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
import uuid
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from portal import migrations
from portal.access.actor import SYSTEM
from portal.agreement.opening import Opening
from portal.history.work import Works
from portal.kernel.clock import FixedClock
from portal.kernel.db import KEPT_FOREVER, open_engines
from portal.migrations import VERSIONS, SchemaDiffers, current, draft, head, must_be_current, upgrade
from portal.schema import gather, triggers
from tests.conftest import NOON
from tests.servers import postgres_server

FILES = sorted(path for path in VERSIONS.glob("*.py"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """A way to make empty databases, of either kind; the engines of each."""
    made, names = [], []

    def make():
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path / uuid.uuid4().hex}.db"
        else:
            names.append(f"empty_{uuid.uuid4().hex[:12]}")
            url = postgres_server().create_database(names[-1])
        made.append(open_engines(url))
        return made[-1]

    yield make
    for engines in made:
        engines.dispose()
    for name in names:
        postgres_server().drop_database(name)


def of_models(engines):
    """The empty database, now as the models have it."""
    with engines.writer.begin() as connection:
        gather().create_all(connection)
        for statement in triggers(connection.dialect.name):
            connection.exec_driver_sql(statement)
    return engines


def schema(engines):
    """Everything the database says of its own shape, comparable."""
    with engines.reader.connect() as connection:
        look = inspect(connection)
        tables = {}
        for name in look.get_table_names():
            if name == "alembic_version":
                continue
            tables[name] = {
                "columns": {
                    column["name"]: (str(column["type"]), column["nullable"], column["default"])
                    for column in look.get_columns(name)
                },
                "key": look.get_pk_constraint(name),
                "foreign": ordered(look.get_foreign_keys(name)),
                "unique": ordered(look.get_unique_constraints(name)),
                "checks": ordered(look.get_check_constraints(name)),
                "indexes": ordered(look.get_indexes(name)),
            }
        return tables, trigger_texts(connection)


def ordered(found):
    return sorted((dict(one) for one in found), key=lambda one: str(one["name"]))


def trigger_texts(connection):
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT tgname, pg_get_triggerdef(t.oid) || pg_get_functiondef(t.tgfoid) FROM pg_trigger t "
            "WHERE NOT tgisinternal"
        )
    return dict(tuple(row) for row in connection.execute(text(query)))


def names(engines):
    with engines.reader.connect() as connection:
        return set(inspect(connection).get_table_names())


def with_another(folder, body, name="9999_another"):
    """The migrations, and one more after them, whose `upgrade` is `body`."""
    versions = folder / "versions"
    versions.mkdir(exist_ok=True)
    for path in FILES:
        shutil.copy(path, versions)
    (versions / f"{name}.py").write_text(
        '"""One more."""\n\nimport os\nimport signal\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
        f'revision = "{name}"\ndown_revision = "{head()}"\n\n\ndef upgrade():\n'
        + textwrap.indent(body, "    ")
    )
    return versions


HALF = """\
op.create_table("half_done", sa.Column("id", sa.Text(), primary_key=True))
op.execute("INSERT INTO half_done (id) VALUES ('1')")
with op.batch_alter_table("parties") as batch:
    batch.add_column(sa.Column("half_done", sa.Text()))
"""


# --- The schema of the models ---------------------------------------------------------------------


def test_a_migrated_database_has_exactly_the_tables_and_triggers_of_the_models(empty):
    migrated = empty()
    assert upgrade(migrated) == (None, head())
    tables, kept = schema(migrated)
    expected_tables, expected_kept = schema(of_models(empty()))
    assert tables.keys() == expected_tables.keys()
    for name, expected in expected_tables.items():
        assert tables[name] == expected, name
    assert kept == expected_kept
    with migrated.reader.connect() as connection:
        # Alembic takes '' for another default than '' on SQLite; `schema` above compared the defaults.
        options = {"compare_type": True, "compare_server_default": not migrated.is_sqlite}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, gather()) == []


def test_every_kept_table_of_a_migrated_database_keeps_its_rows(empty):
    engines = empty()
    upgrade(engines)
    with engines.reader.connect() as connection:
        kept = trigger_texts(connection)
    every = {"update", "delete"} if engines.is_sqlite else {"rows", "all"}
    for table in KEPT_FOREVER:
        assert {
            name.removeprefix(f"{table}_keeps_") for name in kept if name.startswith(f"{table}_keeps_")
        } == every
    with engines.writer.begin() as connection:
        insert = "INSERT INTO instance (id, founded_at, is_demo) VALUES ('1', '2025-09-10 00:00:00', false)"
        connection.execute(text(insert))
    statements = ["UPDATE instance SET is_demo = true", "DELETE FROM instance"]
    statements += [] if engines.is_sqlite else ["TRUNCATE instance"]
    for statement in statements:
        with pytest.raises(DatabaseError, match="kept for ever"), engines.writer.begin() as connection:
            connection.execute(text(statement))


def test_migrating_twice_changes_nothing(empty):
    engines = empty()
    upgrade(engines)
    before = schema(engines)
    assert upgrade(engines) == (head(), head())
    assert schema(engines) == before


# --- The steps themselves -------------------------------------------------------------------------


def test_the_steps_are_one_line_of_numbered_files():
    config = Config()
    config.set_main_option("script_location", str(migrations.SCRIPTS))
    config.set_main_option("path_separator", "newline")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [head()]
    before = None
    for number, path in enumerate(FILES, start=1):
        assert re.fullmatch(rf"{number:04}_[a-z_]+", path.stem), path.name
        step = scripts.get_revision(path.stem)
        assert (step.revision, step.down_revision) == (path.stem, before)
        assert len(path.stem) <= 32, "Alembic's own table holds no longer name"
        before = path.stem


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_step_leads_forward_and_knows_no_code_of_ours(path):
    told = path.read_text("utf-8")
    assert "def downgrade" not in told
    assert not re.search(r"^\s*(from|import) portal", told, re.M), (
        "code changes; a step that was taken does not"
    )


def test_a_kept_table_is_never_migrated_in_place():
    """Row 118: what was sealed is not rewritten by a later step."""
    change = rf"(batch_alter_table|drop_table|rename_table|alter_column|drop_column)\(\s*[\"']({'|'.join(KEPT_FOREVER)})[\"']"
    assert [path.name for path in FILES if re.search(change, path.read_text("utf-8"))] == []


def until(folder, name):
    """The migrations up to and with the step `name`."""
    versions = folder / "until"
    versions.mkdir()
    for path in FILES:
        if path.stem <= name:
            shutil.copy(path, versions)
    return versions


def put(connection, table, **values):
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)


def test_what_waited_before_the_twelfth_step_waits_since_its_longest_waiting_side_does(empty, tmp_path):
    """R2-7: until then a consent withdrawn made every wait young."""
    engines = empty()
    upgrade(engines, versions=until(tmp_path, "0011_messages"))
    day = {number: f"2025-10-{number:02} 00:00:00.000000" for number in range(1, 32)}
    shown = ("consent", "otsu", 2), ("withdraw", "otsu", 20)
    said = {
        "alone": ("open", ",kou,otsu,", 9, ()),
        "withdrawn": ("open", ",kou,otsu,", 20, shown),
        "other": ("partial", ",otsu,", 21, (*shown, ("consent", "kou", 21))),
        "back": ("sent_back", ",kou,", 22, (("send_back", "otsu", 5), ("withdraw", "kou", 22))),
        "over": ("declined", "", None, shown),
    }
    with engines.writer.begin() as connection:
        columns = {one["name"] for one in inspect(connection).get_columns("parties")}
        for position, key in enumerate(("kou", "otsu")):
            values = {"key": key, "position": position, "four_eyes": True, "officers_table": False}
            put(connection, "parties", **{name: one for name, one in values.items() if name in columns})
        for id, (standing, waits_for, since, replies) in said.items():
            signed = {"member_id": "m", "name": "n", "post": "p"}
            put(
                connection, "documents", id=id, kind="memo", party="kou", edition=1, begun_by="m", begun_at=day[1],
                reference=id, tabled_at=day[1], standing=standing, revision=1, digest=f"d-{id}", changed_at=day[1],
                waits_for=waits_for, waits_since=day[since] if since else None,
            )  # fmt: skip
            put(
                connection, "revisions", id=f"r-{id}", document_id=id, number=1, digest=f"d-{id}", parent="", content="",
                sealed="", title="", party="kou", drafters="", tabled_at=day[1], **signed,
            )  # fmt: skip
            for number, (says, party, at) in enumerate(replies, 1):
                put(
                    connection, "replies", id=f"{id}{number}", document_id=id, revision_id=f"r-{id}", digest=f"d-{id}",
                    party=party, number=number, says=says, capacity="decision", decision_reference="決", reason="理由",
                    at=day[at], **signed,
                )  # fmt: skip
    upgrade(engines)
    with engines.reader.connect() as connection:
        rows = connection.execute(text("SELECT id, waits_since FROM documents")).all()
    found = {id: int(str(since)[8:10]) if since else None for id, since in rows}
    assert found == {"alone": 1, "withdrawn": 1, "other": 20, "back": 5, "over": None}


# --- Whole or not at all --------------------------------------------------------------------------


def test_a_step_that_fails_leaves_nothing_half_done(empty, tmp_path):
    """Row 118."""
    engines = empty()
    upgrade(engines)
    before = schema(engines)
    versions = with_another(tmp_path, HALF + 'raise RuntimeError("the disk is full")\n')
    with pytest.raises(RuntimeError, match="the disk is full"):
        upgrade(engines, versions=versions)
    assert (schema(engines), current(engines)) == (before, head())
    assert "half_done" not in names(engines)
    versions = with_another(tmp_path, HALF)
    assert upgrade(engines, versions=versions) == (head(), "9999_another")
    assert "half_done" in names(engines)


def test_the_first_steps_that_fail_leave_an_empty_database(empty, tmp_path):
    """Row 118: an interrupted installation is simply begun anew."""
    engines = empty()
    with pytest.raises(RuntimeError):
        upgrade(engines, versions=with_another(tmp_path, HALF + "raise RuntimeError\n"))
    assert (names(engines), current(engines)) == (set(), None)
    assert upgrade(engines) == (None, head())


@pytest.mark.processes
def test_a_step_whose_process_is_killed_leaves_nothing_half_done(empty, tmp_path):
    """Row 118: kill -9 in the middle."""
    engines = empty()
    upgrade(engines)
    before = schema(engines)
    versions = with_another(tmp_path, HALF + "os.kill(os.getpid(), signal.SIGKILL)\n")
    run = (
        "import sys; from pathlib import Path; from portal.kernel.db import open_engines; "
        "from portal.migrations import upgrade; upgrade(open_engines(sys.argv[1]), versions=Path(sys.argv[2]))"
    )
    url = engines.writer.url.render_as_string(hide_password=False)
    engines.dispose()
    died = subprocess.run(
        [sys.executable, "-c", run, url, str(versions)],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "PYTHONPATH": "."},
        check=False,
    )
    assert died.returncode == -9
    assert (schema(engines), current(engines)) == (before, head())
    assert upgrade(engines, versions=with_another(tmp_path, HALF)) == (head(), "9999_another")


def test_a_step_may_take_longer_than_any_page_may():
    """Rows 112, 118: what ends a wait for a server that has stopped does not end a long step."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    engines = open_engines(postgres_server().create_database(name), wait=1)
    raw = engines.writer.raw_connection()
    with pytest.raises(psycopg.OperationalError):
        raw.cursor().execute("SET statement_timeout = 0; SELECT pg_sleep(4)")
    raw.close()
    with migrations._alone(engines) as connection:
        connection.execute(text("SELECT pg_sleep(4)"))
    engines.dispose()
    postgres_server().drop_database(name)


def test_a_step_that_leaves_a_row_pointing_at_nothing_is_not_kept(tmp_path):
    engines = open_engines(f"sqlite:///{tmp_path / 'portal.db'}")
    upgrade(engines)
    body = "op.execute(\"INSERT INTO posts (id, member_id, title, held_from) VALUES ('1', '2', '', '2025-09-10')\")\n"
    with pytest.raises(migrations.MigrationBroken, match="posts .* members"):
        upgrade(engines, versions=with_another(tmp_path, body))
    assert current(engines) == head()
    with engines.writer.connect() as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    engines.dispose()


# --- The gate -------------------------------------------------------------------------------------


def test_nothing_is_written_on_a_schema_that_is_not_this_portals(empty, tmp_path):
    """Row 119: neither before the database was migrated, nor once a newer portal has migrated it."""
    engines = empty()
    works = Works(engines, FixedClock(NOON), "portal.test", Opening(), must_be_current)
    with pytest.raises(SchemaDiffers), works.begin(SYSTEM):
        pass
    upgrade(engines)
    with works.begin(SYSTEM):
        pass
    upgrade(engines, versions=with_another(tmp_path, HALF))
    assert not migrations.schema_is_current(engines)
    with pytest.raises(SchemaDiffers), works.begin(SYSTEM):
        pass
    with pytest.raises(SchemaDiffers):
        upgrade(engines)


def test_a_portal_of_the_release_before_goes_on_showing_and_writes_nothing(house, tmp_path):
    """Row 119: old code with the new schema, while the servers are exchanged."""
    upgrade(house.app.engines, versions=with_another(tmp_path, HALF))
    with pytest.raises(SchemaDiffers), house.work():
        pass
    client = house.app.test_client()
    assert client.get("/sign-in").status_code == 200
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").get_data(as_text=True) == "not ready: schema\n"


# --- The next step --------------------------------------------------------------------------------


def test_a_new_step_is_drafted_from_what_the_models_have_more(tmp_path):
    engines = open_engines(f"sqlite:///{tmp_path / 'portal.db'}")
    versions = with_another(tmp_path, 'op.drop_table("messages")\n', name="0998_without_messages")
    upgrade(engines, versions=versions)
    made = draft(engines, "messages_again", versions=versions)
    assert made.name == "0999_messages_again.py"
    assert 'down_revision = "0998_without_messages"' in made.read_text().replace("'", '"')
    drafted = made.read_text()
    assert "sa.DateTime(timezone=True)" in drafted
    assert set(re.findall(r"(?:create_table|batch_alter_table|drop_\w+)\('(\w+)'", drafted)) == {"messages"}
    upgrade(engines, versions=versions)
    whole = open_engines(f"sqlite:///{tmp_path / 'whole.db'}")
    upgrade(whole)
    for name, expected in schema(whole)[0].items():
        assert schema(engines)[0][name] == expected, name
    for each in (engines, whole):
        each.dispose()
