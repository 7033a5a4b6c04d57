"""The demonstration: public facts and open work, made by performing the acts."""

from __future__ import annotations

import datetime as dt

from portal.demo.people import DemoAccount, accounts
from portal.web.app import Portal


def load(app: Portal, *, today: dt.date | None = None) -> list[DemoAccount]:
    """The empty portal of `app` holds the demonstration; see `portal.demo.loading.load`."""
    from portal.demo import (
        loading,
    )  # here, so that a portal that only lists the accounts does not carry the stories

    return loading.load(app, today=today)


__all__ = ["DemoAccount", "accounts", "load"]
