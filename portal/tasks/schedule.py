"""Which job runs how often: a ticker in memory only; what is due is found in the database (rows 103, 104)."""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from portal.history.work import Works
from portal.kernel.clock import JAPAN, SystemClock
from portal.kernel.errors import Unavailable
from portal.kernel.mail import Mailer
from portal.tasks import clocks, life, seals, sweep
from portal.tasks.letters import Letters
from portal.tasks.mail import deliver
from portal.tasks.reminders import remind
from portal.web.app import Portal

log = logging.getLogger("portal")


@dataclass(frozen=True)
class Job:
    """Something that is looked for again and again. `run` does everything that is due, and says how much."""

    name: str
    seconds: int
    run: Callable[[Portal], int]
    at_once: bool = False
    """Whether it is looked for when the server starts, too."""


def works_of(app: Portal) -> Works:
    """Where the Works of `app` begin."""
    return cast(Works, app.extensions["works"])


def _seal(app: Portal) -> int:
    taken = seals.take_seals(works_of(app))
    seals.write_files(works_of(app), app.settings.instance / "seals")
    return taken


def _mail(app: Portal) -> int:
    return deliver(works_of(app), Letters.of(app), Mailer(app.settings))


JOBS = (
    Job("mail", 5, _mail),
    Job("life", 60, lambda app: life.tell_what_has_come(works_of(app))),
    Job("remind", 60, lambda app: remind(works_of(app), app.extensions["falling_due"])),
    Job("seal", 60, _seal),
    Job("forget", 60 * 60, lambda app: sweep.forget(works_of(app))),
    Job("sweep", 60 * 60, lambda app: sweep.sweep_files(works_of(app), app.files)),
    Job("clock", 60 * 60, clocks.look_at_the_clock, at_once=True),
)


def run_once(app: Portal, jobs: Iterable[Job] = JOBS) -> Iterator[tuple[Job, int | Exception]]:
    """Each job was run, whatever became of the one before; with it, how much it did or why it could not."""
    for job in jobs:
        try:
            yield job, job.run(app)
        except Exception as fault:  # one job's fault must not keep the others from running
            yield job, fault


def start(app: Portal, jobs: Iterable[Job] = JOBS) -> BackgroundScheduler:
    """A thread of this process looks for what is due, each job as often as it says, until `shutdown()`.

    Harmless with any number of processes: each due thing is claimed in the transaction that does it. A tick
    that was missed, or comes while the job still runs, is simply the next one's.
    """
    ticker = BackgroundScheduler(
        daemon=True,
        timezone=JAPAN,
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        first = {"next_run_time": SystemClock().now()} if job.at_once else {}
        ticker.add_job(_tick, IntervalTrigger(seconds=job.seconds), args=(app, job), id=job.name, **first)
    ticker.start()
    return ticker


def start_with_first_request(app: Portal, jobs: Iterable[Job] = JOBS) -> None:
    """The ticker of this process starts when it serves its first request: in the worker, after any fork, and
    never in a process that only runs a command."""
    serve, once = app.wsgi_app, threading.Lock()

    def serve_and_tick(environ: Any, start_response: Any) -> Any:
        if "ticker" not in app.extensions and once.acquire(blocking=False):
            app.extensions["ticker"] = ticker = start(app, jobs)
            atexit.register(_stop, ticker)
        return serve(environ, start_response)

    app.wsgi_app = serve_and_tick  # type: ignore[method-assign]  # Flask's own way of wrapping an application


def _tick(app: Portal, job: Job) -> None:
    try:
        done = job.run(app)
    except Unavailable:
        log.warning("job %s: the database cannot serve just now", job.name)
    except Exception as fault:
        log.exception("job %s: %s", job.name, type(fault).__name__)
    else:
        if done:
            log.info("job %s: %d", job.name, done)


def _stop(ticker: BackgroundScheduler) -> None:
    if ticker.running:
        ticker.shutdown(wait=False)
