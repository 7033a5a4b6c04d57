"""A due thing is done once, however many processes find it due (row 104)."""

from __future__ import annotations

from portal.history.work import Work
from portal.tasks.models import JobRun


def is_new(work: Work, job: str, due_key: str) -> bool:
    """Whether nobody has done this due thing of `job` yet; if so, it is done when `work` commits.

    Asked under the writer lock; the primary key stays as the net.
    """
    if work.session.get(JobRun, (job, due_key)) is not None:
        return False
    work.add(JobRun(job=job, due_key=due_key, at=work.at))
    return True
