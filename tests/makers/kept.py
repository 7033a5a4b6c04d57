"""What the portal keeps ready from one request for the next."""

from __future__ import annotations

import sys
from typing import Any

from portal.web.kept import Kept


def keepers() -> list[Kept[Any]]:
    """Everything in which this process keeps such things; each stands in a module by its name
    (`test_kept.test_whatever_keeps_things_ready_stands_in_a_module`)."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "portal"]
    found = {id(one): one for module in modules for one in vars(module).values() if isinstance(one, Kept)}
    return list(found.values())
