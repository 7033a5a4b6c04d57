"""How gunicorn serves the portal: `gunicorn wsgi:app` reads it in this folder; what the command line says beside it wins.

All is loaded once, and the workers share the memory of it: the garbage collector, which would write to every object
to look at it, leaves alone what was there before the first of them (performance.md).
"""

from __future__ import annotations

import gc

worker_class = "portal.serving.Worker"
workers, threads = 2, 8
timeout, graceful_timeout = 60, 30
preload_app = True
control_socket_disable = True

gc.disable()  # while the portal is loaded there is nothing to collect


def when_ready(_server: object) -> None:
    """Everything is loaded, and no worker has begun."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)  # a page makes thousands of objects that are gone with it, and hardly a cycle
    gc.enable()
