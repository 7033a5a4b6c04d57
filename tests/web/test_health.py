"""The two doors for whoever watches the servers."""

import pytest

from portal import create_app
from portal.kernel.clock import FixedClock
from portal.settings import Settings
from tests.conftest import NOON


def ask(app, path, method="GET"):
    with app.test_client().open(path, method=method) as answer:
        return answer.status_code, answer.get_data(as_text=True), answer


def app_over(url, folder):
    settings = Settings(instance=folder, database_url=url, secret_key="k" * 32, scheduler=False)
    return create_app(settings, clock=FixedClock(NOON))


def test_a_founded_portal_lives_and_is_ready(house):
    assert ask(house.app, "/health/live")[:2] == (200, "live\n")
    assert ask(house.app, "/health/ready")[:2] == (200, "ready\n")


def test_a_portal_whose_database_is_gone_lives_but_is_not_ready(tmp_path):
    """Row 112: health red, and soon."""
    app = app_over("postgresql://nobody@127.0.0.1:1/none", tmp_path)
    assert ask(app, "/health/live")[:2] == (200, "live\n")
    status, text, answer = ask(app, "/health/ready")
    assert (status, text) == (503, "not ready: schema\n")
    assert answer.headers["Retry-After"] == "5"
    app.engines.dispose()


def test_a_portal_that_was_not_migrated_is_not_ready(tmp_path):
    """Row 119."""
    app = app_over(f"sqlite:///{tmp_path / 'portal.db'}", tmp_path)
    assert ask(app, "/health/ready")[:2] == (503, "not ready: schema\n")
    app.engines.dispose()


def test_a_portal_that_was_not_founded_is_not_ready(database, tmp_path):
    app = app_over(database, tmp_path)
    assert ask(app, "/health/ready")[:2] == (503, "not ready: record\n")
    app.engines.dispose()


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_the_doors_are_only_looked_through(sqlite_house, path):
    status, _, answer = ask(sqlite_house.app, path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert ask(sqlite_house.app, path, "HEAD")[0] == status
    for method in ("POST", "PUT", "DELETE"):
        assert ask(sqlite_house.app, path, method)[0] in {400, 405}
