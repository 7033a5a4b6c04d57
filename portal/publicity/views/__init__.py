"""The pages of publicity: the list, each item, its printed forms, and what appeared without agreement."""

from portal.publicity.views import item, papers, records, register
from portal.publicity.views.doors import publicity

__all__ = ["item", "papers", "publicity", "records", "register"]
