"""Joins the stylesheets into the one file that pages ask for: `python portal/web/styles.py` writes it."""

from __future__ import annotations

import re
from pathlib import Path

STYLES = Path(__file__).resolve().parents[2] / "static" / "css"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def joined(styles: Path = STYLES) -> str:
    """The text of `portal.css`: tokens, base, layout, then the parts by name, then print, without comments.

    Print comes last because on paper it has the last word.
    """
    parts = sorted((styles / "parts").glob("*.css"))
    order = [*(styles / f"{name}.css" for name in ("tokens", "base", "layout")), *parts, styles / "print.css"]
    texts = (_COMMENT.sub("", path.read_text(encoding="utf-8")) for path in order)
    lines = (line.rstrip() for text in texts for line in text.splitlines())
    return (
        "/* Made by `python portal/web/styles.py` from the files beside this one; change those. */\n"
        + "\n".join(line for line in lines if line)
        + "\n"
    )


if __name__ == "__main__":
    (STYLES / "portal.css").write_text(joined(), encoding="utf-8")
