"""The operator's commands: what they do, and one line with the right exit code for what they cannot."""

import base64
import datetime as dt
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal import create_app, migrations
from portal.consent.models import Attachment, Document
from portal.history.models import Entry, Head
from portal.kernel.clock import FixedClock
from portal.kernel.ids import new_id
from portal.parties.models import Member
from portal.settings import HalfConfigured, Settings
from portal.tasks import seals
from portal.tasks.doctor import State, examine, must_be_durable
from portal.tasks.schedule import JOBS
from tests.conftest import NOON, House
from tests.servers import postgres_server

PROJECT = Path(__file__).resolve().parents[1]
THREE = PROJECT / "tests" / "agreements" / "kyogikai.yaml"


def operate(app, *arguments):
    """One command, carried out; its exit code, what it printed, and what it printed on stderr."""
    done = app.test_cli_runner().invoke(args=["portal", *arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def settings_for(folder, url=None, **more):
    instance = folder / "instance"
    instance.mkdir(exist_ok=True)
    given = {
        "instance": instance,
        "database_url": url or f"sqlite:///{instance / 'portal.db'}",
        "secret_key": "for tests only, thirty-two letters",
        "scheduler": False,
        "argon2_memory_kib": 64,
        "argon2_rounds": 1,
    }
    return Settings(**(given | more))


@pytest.fixture
def empty(tmp_path):
    """A portal whose database is not even migrated."""
    app = create_app(settings_for(tmp_path), clock=FixedClock(NOON))
    yield app
    app.engines.dispose()


@pytest.fixture
def founded(empty):
    """A portal founded by its operator, with one administrator."""
    assert operate(empty, "migrate")[0] == 0
    assert operate(empty, "found")[0] == 0
    assert (
        operate(empty, "add-member", "--party", "kou", "--email", "a@example.jp", "--name", "和泉 徹")[0] == 0
    )
    return empty


# --- Bad arguments --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["no-such-command"],
        ["found", "--faster"],
        ["found", "twice"],
        ["add-member"],
        ["add-member", "--email", "a@example.jp", "--name", "x"],
        ["add-member", "--operator", "--party", "kou", "--email", "a@example.jp", "--name", "x"],
        ["add-member", "--operator", "--officer", "--email", "a@example.jp", "--name", "x"],
        ["add-member", "--party", "nobody", "--email", "a@example.jp", "--name", "x"],
        ["add-member", "--party", "otsu", "--email", "no address", "--name", "x"],
        ["add-member", "--party", "otsu", "--email", "a@example.jp", "--name", "x"],
        ["add-member", "--party", "kou", "--email", "b@example.jp", "--name", "x"],
        ["add-member", "--party", "otsu", "--email", "b@example.jp", "--name", "x\u202ey" * 200],
        ["add-member", "--party", "otsu", "--email", "b@example.jp", "--name", "　"],
        ["verify-history", "--head"],
        ["verify-history", "--head", "joint", "one", "a" * 64],
        ["verify-history", "--head", "joint", "0", "a" * 64],
        ["verify-history", "--head", "joint", "1", "a" * 63],
        ["verify-history", "--head", "joint", "1", "not base64"],
    ],
    ids=" ".join,
)
def test_arguments_that_cannot_be_meant_get_one_line_and_exit_2(founded, arguments):
    code, out, told = operate(founded, *arguments)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"portal: [^\n]+\n", told)
    assert told.isascii() or "nobody" in told


def test_the_exit_code_and_the_line_reach_the_shell(tmp_path):
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "portal"]
    environment = {**os.environ, "PORTAL_INSTANCE": str(tmp_path)}
    done = subprocess.run(
        [*command, "verify-histroy"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def test_half_a_configuration_is_told_in_one_line(tmp_path):
    """Production refuses to start; a server's worker ends with the code that stops its master too."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "portal", "doctor"]
    environment = {**os.environ, "PORTAL_INSTANCE": str(tmp_path), "PORTAL_MODE": "production"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert re.fullmatch(r"portal: production needs DATABASE_URL; [^\n]+\n", done.stderr)


def test_every_command_explains_itself_in_english(empty):
    from portal.cli import commands

    assert set(commands.commands) == {
        "migrate", "found", "demo", "add-member", "prepare", "verify-history", "doctor", "words", "tasks",
    }  # fmt: skip
    for name in commands.commands:
        code, out, _ = operate(empty, name, "--help")
        assert code == 0
        assert out.isascii()
        assert out.startswith("Usage: ")


# --- Founding and filling -------------------------------------------------------------------------


def test_nothing_is_founded_before_the_database_is_migrated(empty):
    code, _, told = operate(empty, "found")
    assert (code, told.count("\n")) == (1, 1)
    assert "portal migrate" in told


def test_migrate_says_where_the_schema_stands(empty):
    assert operate(empty, "migrate")[1] == f"The schema went from nothing to {migrations.head()}.\n"
    assert operate(empty, "migrate")[1] == f"The schema stands at {migrations.head()}.\n"


def test_a_portal_is_founded_once_on_its_agreement_file(founded):
    code, _, told = operate(founded, "found")
    assert (code, told.count("\n")) == (1, 1)
    assert told.isascii()


def test_another_agreement_is_another_file(tmp_path):
    app = create_app(settings_for(tmp_path, agreement_file=THREE), clock=FixedClock(NOON))
    operate(app, "migrate")
    code, out, _ = operate(app, "found")
    assert code == 0
    assert len(re.findall(r"Parties: (\w+), (\w+), (\w+)\.", out)) == 1
    app.engines.dispose()


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"parties: [", b"just words"])
def test_an_agreement_file_that_cannot_be_read_is_told_in_one_line(tmp_path, content):
    path = tmp_path / "broken.yaml"
    if content is not None:
        path.write_bytes(content)
    app = create_app(settings_for(tmp_path, agreement_file=path), clock=FixedClock(NOON))
    operate(app, "migrate")
    code, _, told = operate(app, "found")
    assert (code, told.count("\n")) == (1, 1)
    app.engines.dispose()


def test_a_database_that_cannot_be_reached_is_told_in_one_line(tmp_path):
    """Row 112."""
    app = create_app(settings_for(tmp_path, "postgresql://nobody@127.0.0.1:1/none"), clock=FixedClock(NOON))
    for command in (["migrate"], ["found"], ["verify-history"], ["tasks"], ["prepare"]):
        code, _, told = operate(app, *command)
        assert (code, told.count("\n")) == (1, 1), command
    code, out, _ = operate(app, "doctor")
    assert code == 1
    assert re.search(r"^MEND +database +cannot be reached", out, re.M)
    app.engines.dispose()


def test_the_first_administrators_password_is_printed_once_and_kept_as_a_hash(founded):
    arguments = [
        "--party",
        "otsu",
        "--email",
        "b@example.jp",
        "--name",
        "桜橋 陽",
        "--post",
        "部長",
        "--officer",
    ]
    code, out, _ = operate(founded, "add-member", *arguments)
    assert code == 0
    password = out.splitlines()[-1].rpartition(" ")[2]
    assert len(password) >= 20
    with Session(founded.engines.reader) as session:
        member = session.query(Member).filter_by(email_normal="b@example.jp").one()
        assert member.must_change_password
        assert (member.password_hash or "").startswith("$argon2id$")
        everything = " ".join(session.scalars(text("SELECT skeleton FROM history_entries")))
    assert password not in everything
    assert "桜橋" not in everything


def test_an_operator_belongs_to_no_party(founded):
    assert (
        operate(founded, "add-member", "--operator", "--email", "o@example.jp", "--name", "運用 太郎")[0] == 0
    )
    with Session(founded.engines.reader) as session:
        assert session.query(Member).filter_by(email_normal="o@example.jp").one().party is None


# --- The demonstration ----------------------------------------------------------------------------


def test_the_demonstration_never_goes_into_a_portal_that_holds_anything(founded):
    code, _, told = operate(founded, "demo")
    assert (code, told.count("\n")) == (1, 1)
    with Session(founded.engines.reader) as session:
        assert session.query(Entry).filter_by(chain="joint").count() == 2


def test_the_demonstration_never_goes_unasked_into_a_database_given_by_address(tmp_path):
    app = create_app(settings_for(tmp_path, f"sqlite:///{tmp_path / 'given.db'}"), clock=FixedClock(NOON))
    operate(app, "migrate")
    code, _, told = operate(app, "demo")
    assert (code, told.count("\n")) == (2, 1)
    assert "--yes-into-this-database" in told
    app.engines.dispose()


def test_production_takes_no_demonstration(tmp_path):
    app = create_app(
        settings_for(tmp_path, mode="production", address="https://portal.example.jp"), clock=FixedClock(NOON)
    )
    operate(app, "migrate")
    assert operate(app, "demo", "--yes-into-this-database")[0] == 1
    app.engines.dispose()


def test_prepare_fills_no_database_given_by_address_with_the_demonstration(tmp_path):
    """Decision 31."""
    url = f"sqlite:///{tmp_path / 'given.db'}"
    app = create_app(settings_for(tmp_path, url, mode="demo"), clock=FixedClock(NOON))
    code, _, told = operate(app, "prepare")
    assert (code, told.count("\n")) == (1, 1)
    assert "--yes-into-this-database" in told
    app.engines.dispose()


def test_a_portal_that_is_no_demonstration_is_not_served_as_one(founded, tmp_path):
    app = create_app(settings_for(tmp_path, mode="demo"), clock=FixedClock(NOON))
    code, out, told = operate(app, "prepare")
    assert (code, told.count("\n")) == (1, 1)
    assert "@" not in out
    app.engines.dispose()


# --- Before serving -------------------------------------------------------------------------------


def test_prepare_makes_an_empty_instance_ready_and_may_be_run_again(empty):
    code, out, _ = operate(empty, "prepare")
    assert code == 0
    assert "http://localhost:8000" in out
    assert "Nobody can sign in yet" in out
    code, out, _ = operate(empty, "prepare")
    assert code == 0
    assert "Founded" not in out


def test_prepare_prints_no_password_outside_the_demonstration(founded):
    code, out, _ = operate(founded, "prepare")
    assert code == 0
    assert "assword" not in out


def test_prepare_loads_the_demonstration_once_and_prints_its_accounts(tmp_path):
    app = create_app(settings_for(tmp_path, mode="demo"))
    code, out, _ = operate(app, "prepare")
    assert code == 0
    assert out.count("@") >= 10
    assert "Loading" in out
    code, out, _ = operate(app, "prepare")
    assert (code, "Loading" in out) == (0, False)
    assert out.count("@") >= 10
    code, out, told = operate(app, "verify-history")
    assert (code, told) == (0, "")
    app.engines.dispose()


# --- Verifying ------------------------------------------------------------------------------------


def tamper(app, *statements):
    """The database's owner drops the triggers and rewrites."""
    with app.engines.writer.begin() as connection:
        for table in ("history_entries", "history_payloads", "agreement_editions"):
            for act in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER {table}_keeps_{act}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_a_whole_history_is_verified_and_the_missing_kept_head_is_named(founded):
    code, out, told = operate(founded, "verify-history")
    assert (code, told) == (0, "")
    assert re.search(r"^ok +joint: \d+ entries hold; head \d+ [0-9a-f]{64}$", out, re.M)
    assert re.search(r"^ok +kou: ", out, re.M)
    assert "no kept head was given" in out


def test_the_first_entry_that_does_not_hold_is_named_with_exit_1(founded):
    """Row 87."""
    tamper(founded, "UPDATE history_entries SET verb = 'consent.given' WHERE chain = 'joint' AND number = 2")
    code, out, told = operate(founded, "verify-history")
    assert code == 1
    assert re.match(r"BROKEN joint: entry 2 does not hold: [A-Z]", told)
    assert re.search(r"^ok +kou: ", out, re.M)


def test_a_cut_tail_is_found_by_a_kept_head_only(founded):
    """Row 88."""
    with Session(founded.engines.reader) as session:
        head = session.get_one(Head, "kou")
        number, leaf = head.number, head.leaf
        before = session.get(Entry, ("kou", number - 1))
    assert operate(founded, "verify-history", "--head", "kou", str(number), leaf)[0] == 0
    tail = f"chain = 'kou' AND number = {number}"
    rest = (
        f"UPDATE history_heads SET number = {before.number}, leaf = '{before.leaf}', at = (SELECT at FROM "
        f"history_entries WHERE chain = 'kou' AND number = {before.number}) WHERE chain = 'kou'"
        if before
        else "DELETE FROM history_heads WHERE chain = 'kou'"
    )
    tamper(
        founded,
        *(
            f"DELETE FROM {t} WHERE {tail}"
            for t in ("history_payloads", "history_search_words", "history_entries")
        ),
        rest,
    )
    assert operate(founded, "verify-history")[0] == 0
    code, _, told = operate(founded, "verify-history", "--head", "kou", str(number), leaf)
    assert code == 1
    assert told.startswith(f"BROKEN kou: the kept head {number} ")


def test_a_kept_head_may_be_given_as_the_daily_file_has_it(founded):
    with Session(founded.engines.reader) as session:
        head = session.get_one(Head, "joint")
    leaf = base64.b64encode(bytes.fromhex(head.leaf)).decode()
    code, out, _ = operate(founded, "verify-history", "--head", "joint", str(head.number), leaf)
    assert code == 0
    assert "lies on the chain" in out
    wrong = ("0" if head.leaf[0] != "0" else "1") + head.leaf[1:]
    assert operate(founded, "verify-history", "--head", "joint", str(head.number), wrong)[0] == 1
    assert operate(founded, "verify-history", "--head", "nobody", "1", wrong)[0] == 1


def test_the_daily_files_are_compared_too(founded):
    founded.clock.move(days=1)
    assert operate(founded, "tasks")[0] == 0
    path = founded.settings.instance / "seals" / "joint" / "2025-10-01.txt"
    assert operate(founded, "verify-history")[0] == 0
    origin, number, leaf = seals.read_checkpoint(path.read_text())
    other = base64.b64encode(bytes.fromhex(leaf)[::-1]).decode()
    path.write_text(f"{origin}\n{number}\n{other}\n")
    assert operate(founded, "verify-history")[0] == 1
    path.write_text("something else\n")
    assert operate(founded, "verify-history")[0] == 1


def test_a_file_whose_bytes_were_changed_or_lost_is_named(founded):
    """Row 93."""
    sha256 = founded.files.keep(io.BytesIO(b"as it was"), limit=100).sha256
    at = founded.clock.now()
    with Session(founded.engines.writer) as session:
        document = Document(id=new_id(), kind="k", party="kou", edition=1, begun_by="m", begun_at=at,
                            standing="draft", changed_at=at)  # fmt: skip
        session.add(document)
        session.flush()
        attachment = Attachment(id=new_id(), document_id=document.id, party="kou", name="n", media_type="t", size=1,
                                sha256=sha256, findings="[]", member_id="m", added_at=at)  # fmt: skip
        session.add(attachment)
        session.commit()
        id = attachment.id
    assert operate(founded, "verify-history")[0] == 0
    path = founded.settings.instance / "files" / "kept" / sha256[:2] / sha256[2:4] / sha256[4:]
    path.chmod(0o600)
    for change in (lambda: path.write_bytes(b"otherwise"), path.unlink):
        change()
        code, _, told = operate(founded, "verify-history")
        assert code == 1
        assert id in told


def test_an_edition_that_was_rewritten_is_named(founded):
    tamper(founded, "UPDATE agreement_editions SET text = replace(text, '協力', '強力')")
    code, _, told = operate(founded, "verify-history")
    assert code == 1
    assert "edition 1 is not the text that was adopted" in told


# --- The doctor -----------------------------------------------------------------------------------


def states(app):
    return {one.what: one.state for one in examine(app)}


def test_the_doctor_finds_nothing_to_mend_in_a_whole_portal(house: House):
    house.clock.set(dt.datetime.now(dt.UTC))  # the database server has a clock of its own
    found = states(house.app)
    assert State.MEND not in found.values()
    assert found["schema"] is found["writing"] is found["head of joint"] is found["clock"] is State.GOOD
    code, out, _ = operate(house.app, "doctor")
    assert code == 0
    assert "MEND" not in out


def test_the_doctor_wants_the_schema_at_its_head(empty):
    assert states(empty)["schema"] is State.MEND
    assert operate(empty, "doctor")[0] == 1


def test_the_doctor_wants_a_clock_that_did_not_go_back(house: House):
    """Row 39."""
    house.clock.move(hours=-1)
    assert states(house.app)["clock"] is State.MEND


@pytest.mark.parametrize(("seconds", "state"), [(2, State.GOOD), (3, State.MEND)])
def test_the_doctor_wants_a_clock_that_is_apart_from_the_last_entry_by_two_seconds_at_most(
    sqlite_house: House, seconds: int, state: State
):
    """Row 42."""
    sqlite_house.clock.move(seconds=-seconds)
    assert states(sqlite_house.app)["clock"] is state


def test_the_doctor_is_stricter_in_production(tmp_path):
    app = create_app(settings_for(tmp_path, mode="production", secret_key="short"), clock=FixedClock(NOON))
    found = states(app)
    assert found["address"] is found["mail"] is found["secret key"] is State.MEND
    app.engines.dispose()


def test_the_doctor_wants_a_mail_server_that_answers(tmp_path):
    app = create_app(settings_for(tmp_path, smtp_host="127.0.0.1", smtp_port=1), clock=FixedClock(NOON))
    assert states(app)["mail"] is State.MEND
    app.engines.dispose()


def test_the_doctor_wants_a_secret_key_that_nobody_else_reads(empty):
    key = empty.settings.instance / "secret_key"
    key.write_text("k" * 64)
    key.chmod(0o644)
    assert states(empty)["secret key file"] is State.MEND
    key.chmod(0o600)
    assert "secret key file" not in states(empty)


def test_the_doctor_wants_heads_that_are_the_last_entries(house: House):
    with Session(house.app.engines.writer) as session:
        session.get_one(Head, "joint").leaf = "0" * 64
        session.commit()
    assert states(house.app)["head of joint"] is State.MEND


def test_a_database_that_would_lose_what_it_acknowledged_is_refused(tmp_path):
    """Row 109."""
    server, name = postgres_server(), f"weak_{new_id()}"
    app = create_app(settings_for(tmp_path, server.create_database(name)), clock=FixedClock(NOON))
    must_be_durable(app.engines)
    with app.engines.writer.connect() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET synchronous_commit TO off')
        connection.commit()
    app.engines.dispose()
    assert states(app)["synchronous_commit"] is State.MEND
    code, _, told = operate(app, "prepare")
    assert (code, told.count("\n")) == (1, 1)
    assert "synchronous_commit is off" in told
    url, address = app.settings.database_url, "https://portal.example.jp"
    with pytest.raises(HalfConfigured, match="synchronous_commit is off"):
        create_app(settings_for(tmp_path, url, mode="production", address=address))
    app.engines.dispose()
    server.drop_database(name)


def test_the_doctor_finds_a_database_that_only_reads(tmp_path):
    """Row 112."""
    server, name = postgres_server(), f"replica_{new_id()}"
    app = create_app(settings_for(tmp_path, server.create_database(name)), clock=FixedClock(NOON))
    with app.engines.writer.connect() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only TO on')
        connection.commit()
    app.engines.dispose()
    assert states(app)["writing"] is State.MEND
    app.engines.dispose()
    server.drop_database(name)


# --- Jobs and words -------------------------------------------------------------------------------


def test_the_jobs_are_run_once_and_say_how_much_they_did(founded):
    founded.clock.move(days=1)
    code, out, _ = operate(founded, "tasks")
    assert code == 0
    assert out.splitlines() == ["mail: 0", "life: 0", "remind: 0", "seal: 2", "forget: 0", "sweep: 0", "clock: 0"]


@pytest.mark.processes
def test_the_jobs_run_in_a_process_of_their_own_until_it_is_stopped(founded):
    environment = {**os.environ, "PORTAL_INSTANCE": str(founded.settings.instance), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "portal", "tasks", "--forever"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(len(JOBS) + 1)]
        process.terminate()
        assert process.wait(timeout=60) == 0
    assert "seal: 2\n" in lines
    assert lines[-1] == "Looking for what is due until stopped.\n"


def test_sentences_without_english_are_printed_as_entries(empty):
    assert operate(empty, "words")[0] == 0
