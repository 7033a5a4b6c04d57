"""What is told of changes to the agreement beyond what the mechanism of consent tells of every document."""

from __future__ import annotations

from portal.history.event import Event, kept
from portal.kernel.words import N_


class AmendmentAdopted(Event):
    """An agreed change has become an edition of the agreement (art. 3; R3-3)."""

    verb = "amendment.adopted"
    clause = "amendment"
    trail = N_(
        "変更の申出%(reference)s「%(title)s」が、協定の第%(edition)s版になりました（%(in_force_from)sから）。"
    )
    chronicle = trail
    message = trail

    reference: str
    edition: int
    in_force_from: str
    executed_by: str = ""
    """The reference of the registered document; empty where the parties' consent sufficed."""
    title: str = kept(default="")
