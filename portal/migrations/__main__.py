"""`python -m portal.migrations NAME` drafts the next migration from what the models have and the last has not."""

from __future__ import annotations

import re
import sys
import tempfile

from portal.kernel.db import open_engines
from portal.migrations import draft, upgrade


def main(arguments: list[str]) -> int:
    """The exit code: 0 when drafted, 2 for a call that cannot be meant."""
    if len(arguments) != 1 or not re.fullmatch(r"[a-z][a-z_]{2,26}", arguments[0]):
        print("python -m portal.migrations NAME: one name of small letters, such as advice", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        engines = open_engines(f"sqlite:///{folder}/portal.db")
        upgrade(engines)
        print(draft(engines, arguments[0]))
        engines.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
