"""The stylesheet that pages ask for is the stylesheets that people write."""

from __future__ import annotations

import re

from portal.web.styles import STYLES, joined

_TEMPLATES = STYLES.parents[1] / "templates"


def test_the_joined_stylesheet_is_the_files_beside_it() -> None:
    assert (STYLES / "portal.css").read_text(encoding="utf-8") == joined(), "run: python portal/web/styles.py"


def test_each_part_has_its_stylesheet_of_the_same_name() -> None:
    without_looks_of_their_own = {"shape", "discard"}
    macros = {path.stem for path in (_TEMPLATES / "parts").glob("*.html")} - without_looks_of_their_own
    a_package_of_pages = {"manual"}
    assert {path.stem for path in (STYLES / "parts").glob("*.css")} == macros | a_package_of_pages


def test_a_colour_is_written_once_among_the_tokens() -> None:
    others = [path for path in STYLES.rglob("*.css") if path.name not in {"tokens.css", "portal.css"}]
    assert [path.name for path in others if re.search(r"#[0-9a-f]{3,8}\b", path.read_text("utf-8"))] == []


def test_nothing_comes_from_elsewhere_and_no_style_or_script_stands_in_a_page() -> None:
    for path in [*STYLES.rglob("*.css"), *(STYLES.parent / "js").rglob("*.js"), *_TEMPLATES.rglob("*.html")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"""(?:url\(|src=|href=|import\s*\(?)\s*["']?(?:https?:)?//""", text), path.name
        assert not re.search(r"""<style|\sstyle=|\son[a-z]+=["']|<script(?![^>]*\ssrc=)""", text), path.name


def test_every_name_of_a_token_is_defined() -> None:
    text = joined()
    used, defined = set(re.findall(r"var\((--[a-z0-9-]+)", text)), set(re.findall(r"(--[a-z0-9-]+):", text))
    assert used - defined == set()
    assert defined - used == set()
