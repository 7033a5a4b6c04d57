"""The ticker: in memory only, started where requests are served, and no job's fault is another's."""

import datetime as dt
import threading
import time

import pytest

from portal.kernel.clock import SystemClock
from portal.kernel.errors import Unavailable
from portal.publicity.queries import clock_of
from portal.tasks import clocks
from portal.tasks.schedule import JOBS, Job, run_once, start, start_with_first_request


def until(is_so, seconds=20):
    """Wait for what another thread is about to do."""
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)
    return is_so()


def test_every_job_runs_on_a_portal_with_nothing_to_do(unfounded):
    assert [(job.name, done) for job, done in run_once(unfounded.app)] == [(job.name, 0) for job in JOBS]


def test_every_job_runs_on_a_founded_portal(house):
    house.clock.move(days=1)
    done = {job.name: result for job, result in run_once(house.app)}
    assert done == {"mail": 0, "life": 0, "remind": 0, "seal": 1, "forget": 0, "sweep": 0, "clock": 0}
    assert (house.app.settings.instance / "seals" / "joint" / "2025-10-01.txt").exists()


def test_the_fault_of_one_job_is_not_anothers(sqlite_house):
    def fail(_app):
        raise Unavailable

    done = dict(run_once(sqlite_house.app, [Job("broken", 1, fail), Job("whole", 1, lambda _app: 3)]))
    assert [str(type(result).__name__) for result in done.values()] == ["Unavailable", "int"]


def test_the_ticker_runs_a_job_again_and_again_whatever_becomes_of_it(sqlite_house):
    ran = []

    def run(_app):
        ran.append(threading.current_thread())
        if len(ran) == 1:
            raise RuntimeError("once")
        return 1

    ticker = start(sqlite_house.app, [Job("often", 1, run)])
    try:
        assert until(lambda: len(ran) >= 2)
    finally:
        ticker.shutdown()
    assert threading.main_thread() not in ran


def test_the_ticker_starts_with_the_first_request_and_once(sqlite_house):
    app = sqlite_house.app
    start_with_first_request(app, [Job("often", 3_600, lambda _app: 0)])
    assert "ticker" not in app.extensions
    asked = [
        threading.Thread(target=lambda: app.test_client().get("/no-such-page").close()) for _ in range(4)
    ]
    for each in asked:
        each.start()
    for each in asked:
        each.join()
    ticker = app.extensions["ticker"]
    try:
        assert ticker.running
        assert [job.id for job in ticker.get_jobs()] == ["often"]
    finally:
        ticker.shutdown()


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_missed_tick_is_never_dropped_for_being_late(sqlite_house, job):
    """Row 103: APScheduler drops runs over a second late unless told otherwise."""
    ticker = start(sqlite_house.app, [job])
    try:
        (found,) = ticker.get_jobs()
        assert (found.misfire_grace_time, found.coalesce, found.max_instances) == (None, True, 1)
    finally:
        ticker.shutdown()


@pytest.mark.parametrize("staffed", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("seconds", "wrong"), [(1.5, 0), (3, 1), (-3, 1)])
def test_a_clock_that_leaves_the_databases_is_told_of_at_the_start_and_every_hour(
    staffed, seconds, wrong, monkeypatch, caplog
):
    """Row 42: fake skew; and by itself the server's clock is the database's."""
    app = staffed.app
    monkeypatch.setattr(app, "clock", SystemClock())
    assert clocks.look_at_the_clock(app) == 0
    monkeypatch.setattr(clocks, "clock_of", lambda session: clock_of(session) + dt.timedelta(seconds=seconds))
    assert clocks.look_at_the_clock(app) == wrong
    assert ("publishes nothing" in caplog.text) == bool(wrong)
    assert [(job.seconds, job.at_once) for job in JOBS if job.name == "clock"] == [(3600, True)]


def test_what_is_looked_for_at_once_does_not_wait_for_its_first_hour(sqlite_house):
    """Row 42: at the start."""
    seen: list[object] = []

    def run(app):
        seen.append(app)
        return 0

    ticker = start(sqlite_house.app, [Job("one", 3600, run, at_once=True)])
    try:
        assert until(lambda: seen)
    finally:
        ticker.shutdown()
