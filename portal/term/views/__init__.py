"""The term of the agreement: how long it runs, what would end it, what the parties say and settle of it (art. 4)."""

from portal.term.views import drafting, given, joint, meetings, page
from portal.term.views.frame import term

__all__ = ["drafting", "given", "joint", "meetings", "page", "term"]
