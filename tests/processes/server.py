"""A real gunicorn over an office's database, and what kills it."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.servers import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
WORKERS = 2


DIE_WITH_THE_PARENT = ("setpriv", "--pdeathsig", "KILL")
"""Before a command: its process ends with the one that started it, however that ends. Not by `preexec_fn`, which
runs Python in a process forked from one with threads, and may hang there for ever."""


class Served:
    """gunicorn with its workers, in a process group of its own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.port = free_port()
        self._log = (folder / "gunicorn.log").open("ab")
        self._environment = os.environ | {
            "PROCESSES_URL": url,
            "PROCESSES_FOLDER": str(folder),
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "default",
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.kills = 0

    def start(self) -> None:
        """The server answers."""
        self._process = subprocess.Popen(
            [
                *DIE_WITH_THE_PARENT, sys.executable, "-m", "gunicorn", "-k", "portal.serving.Worker",
                "-w", str(WORKERS), "--threads", "4", "--preload", "--no-control-socket", "--bind", f"127.0.0.1:{self.port}",
                "tests.processes.wsgi:app",
            ],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            assert self._process.poll() is None, "gunicorn has ended; see gunicorn.log"
            time.sleep(0.1)
        raise AssertionError("gunicorn does not answer")

    def workers(self) -> list[int]:
        """The workers alive now."""
        assert self._process is not None
        master = self._process.pid
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{master}/task/{master}/children").read_text()
            return [int(one) for one in children.split()]
        return []

    def kill_a_worker(self, chance: random.Random) -> None:
        """One worker is gone, in the middle of whatever it did; the master starts another."""
        if workers := self.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(workers), signal.SIGKILL)
                self.kills += 1

    def kill_all_and_restart(self) -> None:
        """Master and workers are gone at one instant, and then the server is started again."""
        self.end()
        self.kills += 1 + WORKERS
        self.start()

    def close(self) -> None:
        """Nothing more is written to the log."""
        self._log.close()

    def end(self) -> None:
        """Nothing of the server is alive."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@contextlib.contextmanager
def served(url: str, folder: Path) -> Iterator[Served]:
    """A server over the database at `url`, gone after the block."""
    server = Served(url, folder)
    server.start()
    try:
        yield server
    finally:
        server.end()
        server.close()
