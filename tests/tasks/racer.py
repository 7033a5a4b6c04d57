"""One of several schedulers of one portal, in a process of its own: for each day it is told, it looks what is due.

python racer.py DATABASE_URL INSTANCE SMTP_PORT
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from portal import create_app
from portal.kernel.clock import FixedClock
from portal.settings import Settings
from portal.tasks.schedule import JOBS, run_once


def main(url: str, instance: str, port: str) -> None:
    """Answers each line, a moment, with a line: `done`, or what went wrong."""
    clock = FixedClock(dt.datetime(2025, 10, 1, tzinfo=dt.UTC))
    settings = Settings(
        instance=Path(instance),
        database_url=url,
        secret_key="for tests only, thirty-two letters",
        scheduler=False,
        smtp_host="127.0.0.1",
        smtp_port=int(port),
    )
    app = create_app(settings, clock=clock)
    say("ready")
    for line in sys.stdin:
        clock.set(dt.datetime.fromisoformat(line.strip()))
        faults = [
            f"{job.name}: {done!r}" for job, done in run_once(app, JOBS[:4]) if isinstance(done, Exception)
        ]
        say(" ".join(faults) or "done")


def say(line: str) -> None:
    """The line is with the other process now."""
    print(line, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
