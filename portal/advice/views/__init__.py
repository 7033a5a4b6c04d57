"""The pages of advice: the log, each entry with what both sides say of it, and the own side's drafts (art. 8)."""

from portal.advice.views import drafts, entry, log
from portal.advice.views.doors import advice

__all__ = ["advice", "drafts", "entry", "log"]
