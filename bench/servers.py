"""The two applications as `make run` serves them: gunicorn, threads, loopback; and what their processes hold."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.servers import free_port

PROJECT = Path(__file__).resolve().parent.parent
WORKERS, THREADS = 2, 8
SERVING_PYTHON = os.environ.get("SERVING_PYTHON", sys.executable)
"""One with the libraries that the portal runs with, and no others: as on a machine where nothing is tested."""


class Server:
    """A server running in processes of its own until `stop`."""

    def __init__(
        self,
        application: str,
        environment: Mapping[str, str],
        *,
        alive: str,
        workers: int = WORKERS,
        threads: int = THREADS,
    ) -> None:
        self.port = free_port()
        self.alive = alive
        began = time.perf_counter()
        plain = "--config python:bench -k gthread --timeout 60 --no-control-socket"
        how = plain if application == "bench.floor:create_floor()" else ""  # else as gunicorn.conf.py says
        options = f"{how} -w {workers} --threads {threads} --graceful-timeout 10"
        self.process = subprocess.Popen(
            [SERVING_PYTHON, "-m", "gunicorn", *options.split(), "--log-level", "error"]
            + ["--bind", f"127.0.0.1:{self.port}", application],
            cwd=PROJECT,
            env={
                **os.environ,
                "MALLOC_ARENA_MAX": "2",
                # The jobs stand in a process of their own, which is not started here: a past that was made up in a minute
                # has years of reminders and mails due at once.
                "PORTAL_SCHEDULER": "0",
                **environment,
                "PORT": str(self.port),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait()
        self.cold_start = time.perf_counter() - began
        """Seconds from nothing to the first answer."""

    def _wait(self) -> None:
        end = time.perf_counter() + 60
        while self.process.poll() is None and time.perf_counter() < end:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request("GET", self.alive, headers={"Host": f"localhost:{self.port}"})
                connection.getresponse()
                return
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
            finally:
                connection.close()
        self.stop()
        raise RuntimeError("a server did not start; what it said is above")

    def pss(self, *, workers_only: bool = False) -> float:
        """The memory of the server in MiB: the proportional set size of all its processes, or of the workers and what they
        start alone, without the process that started them."""
        kib = 0
        for process in family(self.process.pid)[workers_only:]:
            with suppress(ProcessLookupError):  # it has ended
                for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        kib += int(line.split()[1])
        return kib / 1024

    def stop(self) -> None:
        """The server has ended, what it was doing finished if that took no more than ten seconds."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def family(process: int) -> list[int]:
    """The process and all that descend from it."""
    found = [process]
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found
