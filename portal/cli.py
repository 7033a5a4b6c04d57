"""`flask --app wsgi portal …`: what the operator does at the command line, in English."""

from __future__ import annotations

import base64
import binascii
import re
import signal
import sys
import threading
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM
from portal.agreement import commands as agreement
from portal.agreement import queries as agreement_queries
from portal.agreement.models import AgreementEdition
from portal.agreement.strict import AgreementFileBroken
from portal.agreement.text import texts_of
from portal.history.models import Instance
from portal.history.work import Works
from portal.kernel.db import Engines
from portal.kernel.errors import Refused, RuleBroken, Unavailable
from portal.kernel.typed import NotAnAddress, NotText, TooLong, clean_line
from portal.migrations import current, head, upgrade
from portal.parties import commands as parties
from portal.parties.models import Member
from portal.parties.passwords import Passwords
from portal.parties.rules import NoSuchParty
from portal.settings import HalfConfigured
from portal.tasks import doctor as doctors
from portal.tasks import schedule
from portal.tasks.verification import KeptHead, verify_everything
from portal.web import catalogues
from portal.web.app import Portal
from portal.web.forms import LINE
from portal.web.language import say
from portal.web.reading import portal as this_portal

# --- One line for what cannot be meant ------------------------------------------------------------


class Stopped(click.ClickException):
    """What to tell the operator, in one line on stderr, before giving up."""

    def __init__(self, told: str, code: int = 1) -> None:
        super().__init__(" ".join(told.split()))
        self.exit_code = code  # type: ignore[misc]  # click reads it from the instance

    def show(self, file: Any = None) -> None:
        """The one line."""
        click.echo(f"portal: {self.message}", file=file or sys.stderr)


class OneLine(click.Command):
    """A command that answers arguments it cannot mean with one line and exit 2."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """As click makes it, or Stopped."""
        try:
            return super().make_context(*args, **kwargs)
        except click.UsageError as fault:
            raise _in_one_line(fault) from None


class OneLineGroup(click.Group):
    """The commands together; no command, or one that there is not, is one line and exit 2 as well."""

    command_class = OneLine

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """As click makes it, or Stopped."""
        try:
            return super().make_context(*args, **kwargs)
        except click.exceptions.NoArgsIsHelpError:
            raise Stopped(
                f"which command? One of: {', '.join(sorted(self.commands))} (--help explains them)", 2
            ) from None
        except click.UsageError as fault:
            raise _in_one_line(fault) from None

    def resolve_command(self, *args: Any, **kwargs: Any) -> Any:
        """As click finds it, or Stopped."""
        try:
            return super().resolve_command(*args, **kwargs)
        except click.UsageError as fault:
            raise _in_one_line(fault) from None


def _in_one_line(fault: click.UsageError) -> Stopped:
    return Stopped(f"{fault.format_message()} (--help explains)", 2)


@contextmanager
def _refusals() -> Any:
    """A refusal of the portal becomes its sentence in English, on one line: exit 2 for what was typed, else 1."""
    try:
        yield
    except DBAPIError as fault:
        raise Stopped(f"the database: {str(fault.orig).splitlines()[0]}") from None
    except SQLAlchemyError as fault:
        raise Stopped(f"the database: {fault}") from None
    except AgreementFileBroken as fault:
        raise Stopped(f"the agreement file: {fault}") from None
    except Unavailable as fault:
        raise Stopped(
            f"{say(fault.sentence)} Is the database there, and migrated? `portal doctor` looks."
        ) from None
    except Refused as fault:
        typed = isinstance(fault, RuleBroken) and fault.field is not None
        raise Stopped(say(fault.sentence, **fault.facts), 2 if typed else 1) from None


@click.group(name="portal", cls=OneLineGroup)
@with_appcontext
def commands() -> None:
    """Found, fill, check and run this portal."""


def _command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command under `flask --app wsgi portal`, its refusals in English on one line."""

    def make(work: Callable[..., None]) -> click.Command:
        def run(**given: Any) -> None:
            with force_locale("en"), _refusals():
                work(**given)

        run.__doc__ = work.__doc__
        run.__click_params__ = getattr(work, "__click_params__", [])  # type: ignore[attr-defined]  # click's own
        return commands.command(name)(with_appcontext(run))

    return make


def _works() -> Works:
    return schedule.works_of(this_portal())


def _is_founded(engines: Engines) -> bool:
    with Session(engines.reader) as session:
        return session.scalar(select(AgreementEdition.number).limit(1)) is not None


def _must_be_migrated(engines: Engines) -> None:
    stands = current(engines)
    if stands != head():
        raise Stopped(
            f"the database is at {stands or 'nothing'}, not at {head()}: run `portal migrate` first"
        )


# --- Founding and filling -------------------------------------------------------------------------


@_command("migrate")
def migrate() -> None:
    """Bring the database's schema to the newest migration, as a whole or not at all."""
    before, now = upgrade(this_portal().engines)
    click.echo(
        f"The schema stands at {now}."
        if before == now
        else f"The schema went from {before or 'nothing'} to {now}."
    )


@_command("found")
def found() -> None:
    """Adopt the agreement file (PORTAL_AGREEMENT) as edition 1; the history begins."""
    app = this_portal()
    _must_be_migrated(app.engines)
    _found(app)
    click.echo("Next: `portal add-member` for the operator and for each party's first administrator.")


def _found(app: Portal) -> None:
    text, portal_text = texts_of(app.settings.agreement_file)
    with _works().begin(SYSTEM) as work:
        edition = agreement.found(work, text=text, portal_text=portal_text)
    click.echo(f"Founded on: {edition.title['en']}")
    click.echo(f"Parties: {', '.join(edition.party_keys)}. Edition 1, {edition.digest}")


@_command("demo")
@click.option("--yes-into-this-database", is_flag=True, help="Also into a database given by DATABASE_URL.")
def demo(yes_into_this_database: bool) -> None:
    """Load the demonstration into an empty database, which is marked as one for ever."""
    app = this_portal()
    if _is_given(app) and not yes_into_this_database:
        raise Stopped(
            "the database was given by DATABASE_URL; say --yes-into-this-database if it may be filled", 2
        )
    if app.settings.is_production:
        raise Stopped("production takes no demonstration")
    _must_be_migrated(app.engines)
    if _is_founded(app.engines):
        raise Stopped("the database holds a portal already; the demonstration goes into an empty one only")
    _load_demo(app)
    _print_accounts()


def _is_given(app: Portal) -> bool:
    """Whether the database is another than the instance's own."""
    return app.settings.database_url != f"sqlite:///{app.settings.instance / 'portal.db'}"


def _load_demo(app: Portal) -> None:
    from portal.demo import load  # here, so that no other process carries the stories about

    click.echo("Loading the demonstration ...")
    load(app)


def _print_accounts() -> None:
    from portal.demo import accounts

    rows = [(one.party, one.name, one.roles, one.email, one.password) for one in accounts()]
    _print_table([("Party", "Name", "Roles", "E-mail", "Password"), *rows])


@_command("add-member")
@click.option("--party", metavar="KEY", help="The party whose first administrator this is.")
@click.option("--operator", is_flag=True, help="A person who operates the portal and belongs to no party.")
@click.option("--email", required=True, help="The address to sign in with.")
@click.option("--name", required=True, help="The person's name, as the history will show it.")
@click.option("--post", default="", help="The post the person holds.")
@click.option("--officer", is_flag=True, help="Also ask for the consent power, in force after 24 hours.")
def add_member(party: str | None, operator: bool, email: str, name: str, post: str, officer: bool) -> None:
    """Add a party's first administrator, or an operator. The initial password is printed once."""
    app = this_portal()
    if operator == (party is not None):
        raise Stopped("say either --party KEY or --operator", 2)
    if operator and (officer or post):
        raise Stopped("an operator holds no post under the agreement and no consent power", 2)
    _must_be_migrated(app.engines)
    if not _is_founded(app.engines):
        raise Stopped("there is no agreement yet: run `portal found` first")
    name, post = _line("--name", name), _line("--post", post)
    if not name:
        raise Stopped("--name is empty", 2)
    initial = _passwords(app).initial()
    try:
        with _works().begin(SYSTEM) as work:
            if party is None:
                member = parties.add_operator(work, email=email, name=name, initial=initial)
            else:
                member = parties.add_first_administrator(
                    work,
                    party=party,
                    email=email,
                    name=name,
                    initial=initial,
                    post=post,
                    also_officer=officer,
                )
    except NotAnAddress:
        raise Stopped(f"--email {email} is not an address", 2) from None
    except NoSuchParty:
        with Session(app.engines.reader) as session:
            there_are = ", ".join(agreement_queries.parties_now(session))
        raise Stopped(f"there is no party {party}; there are: {there_are}", 2) from None
    click.echo(f"Added {member.name} <{member.email}>.")
    click.echo(f"Initial password, shown only now, to be changed at the first sign-in: {initial.plain}")


def _line(option: str, typed: str) -> str:
    try:
        return clean_line(typed, LINE)
    except (NotText, TooLong) as fault:
        raise Stopped(f"{option}: {say(fault.sentence, **fault.facts)}", 2) from None


def _passwords(app: Portal) -> Passwords:
    known: Passwords | None = app.extensions.get("passwords")
    settings = app.settings
    return known or Passwords(memory_kib=settings.argon2_memory_kib, rounds=settings.argon2_rounds)


@_command("prepare")
def prepare() -> None:
    """Before serving: migrate, found if empty (in demo mode with the demonstration), and say where to sign in."""
    app = this_portal()
    try:
        doctors.must_be_durable(app.engines)
    except HalfConfigured as fault:
        raise Stopped(f"the database would lose what it acknowledged: {fault}") from None
    upgrade(app.engines)
    if not _is_founded(app.engines):
        if not app.settings.is_demo:
            _found(app)
        elif _is_given(app):
            raise Stopped(
                "the database was given by DATABASE_URL: run `portal demo --yes-into-this-database` first"
            )
        else:
            _load_demo(app)
    if app.settings.is_demo and not _is_demo(app.engines):
        raise Stopped("PORTAL_MODE is demo, but this database holds no demonstration")
    click.echo(f"The portal's address: {app.settings.address}")
    if app.settings.is_demo:
        _print_accounts()
    elif not _has_members(app.engines):
        click.echo("Nobody can sign in yet: `flask --app wsgi portal add-member --help`")


def _is_demo(engines: Engines) -> bool:
    with Session(engines.reader) as session:
        return bool(session.scalar(select(Instance.is_demo)))


def _has_members(engines: Engines) -> bool:
    with Session(engines.reader) as session:
        return session.scalar(select(Member.id).limit(1)) is not None


# --- Checking -------------------------------------------------------------------------------------


class HeadType(click.ParamType[str]):
    """The seal of an entry as people keep it: 64 hex digits, or base64 as in the daily file."""

    name = "leaf"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The seal in lower-case hex."""
        typed = re.sub(r"\s", "", str(value))
        if re.fullmatch(r"[0-9a-fA-F]{64}", typed):
            return typed.lower()
        try:
            leaf = base64.b64decode(typed, validate=True)
        except (binascii.Error, ValueError):
            leaf = b""
        if len(leaf) != 32:
            self.fail("a seal is 64 hex digits, or the third line of a daily file", param, ctx)
        return leaf.hex()


@_command("verify-history")
@click.option(
    "--head",
    "heads",
    type=(str, click.IntRange(min=1), HeadType()),
    multiple=True,
    metavar="CHAIN NUMBER LEAF",
    help="A head that somebody kept; it must lie on the chain. May be given several times.",
)
def verify_history(heads: Sequence[tuple[str, int, str]]) -> None:
    """Verify every chain, every file, and the tables against the record. Exit 1 names what does not hold."""
    app = this_portal()
    _must_be_migrated(app.engines)
    holds = True
    with Session(app.engines.reader) as session:
        kept = [KeptHead(*head) for head in heads]
        for finding in verify_everything(
            session, app.files, kept=kept, seals=app.settings.instance / "seals"
        ):
            holds &= finding.holds
            click.echo(("ok     " if finding.holds else "BROKEN ") + finding.words, err=not finding.holds)
    if not heads:
        click.echo(
            "note   no kept head was given (--head): a cut tail or a history rewritten whole cannot be seen"
        )
    if not holds:
        sys.exit(1)


@_command("doctor")
def doctor() -> None:
    """Look at everything that must be so before people rely on this portal. Exit 1 when something is to mend."""
    found = list(doctors.examine(this_portal()))
    _print_table([(one.state.value, one.what, one.words) for one in found])
    if any(one.state is doctors.State.MEND for one in found):
        sys.exit(1)


@_command("words")
@click.option(
    "--check", is_flag=True, help="Only compare: exit 1 when a sentence lacks its English or the reverse."
)
def words(check: bool) -> None:
    """Print every sentence that lacks English, ready to be filled into a catalogue."""
    compared = catalogues.compare()
    if not check:
        click.echo(catalogues.as_entries(compared.missing))
        return
    for fault in compared.faults:
        click.echo(str(fault), err=True)
    click.echo(f"{compared.sentences} sentences, {len(compared.faults)} faults.")
    if compared.faults:
        sys.exit(1)


# --- Running --------------------------------------------------------------------------------------


@_command("tasks")
@click.option(
    "--forever", is_flag=True, help="Go on looking until stopped: the jobs in a process of their own."
)
def tasks(forever: bool) -> None:
    """Run the jobs that are due, once."""
    app = this_portal()
    _must_be_migrated(app.engines)
    failed = False
    for job, done in schedule.run_once(app):
        failed |= isinstance(done, Exception)
        click.echo(f"{job.name}: {'failed, ' + type(done).__name__ if isinstance(done, Exception) else done}")
    if forever:
        _until_stopped(app)
    elif failed:
        sys.exit(1)


def _until_stopped(app: Portal) -> None:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    ticker = schedule.start(app)
    click.echo("Looking for what is due until stopped.")
    stopped.wait()
    ticker.shutdown()


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    """The rows with their columns under each other; a Japanese character takes two places."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
