"""Two public doors for whoever watches the servers: does the process live, and can it serve?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask.typing import ResponseReturnValue

from portal.access.policy import Permission
from portal.kernel.errors import Unavailable
from portal.web.app import Portal

Checks = Sequence[tuple[str, Callable[[], bool]]]
"""One word for each thing that must be so, and the question whether it is."""
_PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


def set_health(app: Portal, checks: Checks) -> None:
    """`app` answers /health/live without asking anybody, and /health/ready by `checks`, in their order."""

    def live() -> ResponseReturnValue:
        return "live\n", 200, _PLAIN

    def ready() -> ResponseReturnValue:
        fault = next((word for word, is_so in checks if not _holds(is_so)), None)
        if fault is None:
            return "ready\n", 200, _PLAIN
        return f"not ready: {fault}\n", 503, {**_PLAIN, "Retry-After": "5"}

    app.add_url_rule("/health/live", "health.live", live, allow=Permission.ENTER)
    app.add_url_rule("/health/ready", "health.ready", ready, allow=Permission.ENTER)


def _holds(is_so: Callable[[], bool]) -> bool:
    """Whether it is so; what cannot be asked is not."""
    try:
        return is_so()
    except Unavailable:
        return False
