"""What the jobs have done: one row for each thing that fell due, so that it is done once."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model


class JobRun(Model):
    """One due thing of one job, done: stored in the transaction that did it (row 104)."""

    __tablename__ = "job_runs"

    job: Mapped[str] = mapped_column(primary_key=True)
    due_key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
