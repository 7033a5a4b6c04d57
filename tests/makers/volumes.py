"""How much the tests of the mechanism try: little in every run, much with `PORTAL_VOLUMES=full` (make figures)."""

from __future__ import annotations

import os
from typing import TypeVar

from hypothesis import HealthCheck, settings

FULL = os.environ.get("PORTAL_VOLUMES") == "full"
T = TypeVar("T")


def sized(usual: T, full: T) -> T:
    """`full` at full volume, `usual` in every other run."""
    return full if FULL else usual


def steps(usual: tuple[int, int], full: tuple[int, int]) -> settings:
    """Hypothesis settings for so many runs of so many steps: the same ones every time, but at full volume new ones; a failure
    prints how to repeat it."""
    runs, length = sized(usual, full)
    return settings(
        max_examples=runs,
        stateful_step_count=length,
        deadline=None,
        print_blob=True,
        derandomize=not FULL,
        suppress_health_check=list(HealthCheck),
    )
