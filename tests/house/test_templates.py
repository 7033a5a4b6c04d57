"""Templates: a title and a main part on every page, nothing inline, nothing unused, no link to nowhere."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from jinja2 import nodes

from portal import create_app
from portal.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = PROJECT / "templates"
ALL = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
PAGES = [name for name in ALL if not name.startswith("parts/") and not Path(name).name.startswith("_")]
FRAME = "base.html"
CODE = sorted((PROJECT / "portal").rglob("*.py"))


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The portal, its database never asked."""
    folder = tmp_path_factory.mktemp("templates")
    url = f"sqlite:///{folder / 'portal.db'}"
    return create_app(Settings(instance=folder, database_url=url, secret_key="k" * 32, scheduler=False))


def source(name):
    return (TEMPLATES / name).read_text("utf-8")


@pytest.fixture
def tree(app):
    """A template's syntax tree by its name."""
    return lambda name: app.jinja_env.parse(source(name))


def strings(node, kinds):
    """Every literal template name in nodes of these kinds below `node`."""
    for found in node.find_all(kinds):
        template = found.template
        for one in template.find_all(nodes.Const) if not isinstance(template, nodes.Const) else [template]:
            yield one.value


# --- Pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [page for page in PAGES if page != FRAME])
def test_every_page_fills_title_and_main_within_the_frame(tree, name):
    filled, above = set(), name
    while above != FRAME:
        parsed = tree(above)
        filled |= {block.name for block in parsed.find_all(nodes.Block)}
        extended = list(strings(parsed, nodes.Extends))
        assert len(extended) == 1, f"{above} does not extend one template"
        above = extended[0]
    assert {"title", "main"} <= filled


def test_the_frame_demands_title_and_main(tree):
    required = {block.name for block in tree(FRAME).find_all(nodes.Block) if block.required}
    assert required >= {"title"}
    assert "main" in {block.name for block in tree(FRAME).find_all(nodes.Block)}


# --- Nothing inline, nothing from elsewhere -------------------------------------------------------

_INLINE = {
    "an inline style": re.compile(r"\sstyle\s*=|<style\b", re.I),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.I),
    "an inline handler": re.compile(r"[\s\"']on[a-z]{3,}\s*=\s*[\"']", re.I),
    "a script address": re.compile(r"javascript:", re.I),
    "something from another place": re.compile(
        r"(?:src|srcset|action|formaction)\s*=\s*[\"']?\s*(?:https?:)?//|<link[^>]+(?:https?:)?//", re.I
    ),
    "an object of another kind": re.compile(r"<(?:iframe|object|embed|base|meta\s+http-equiv)\b", re.I),
}


@pytest.mark.parametrize("name", ALL)
def test_nothing_stands_inline_or_comes_from_elsewhere(name):
    """Decision 4; the Content-Security-Policy would forbid it too."""
    text = re.sub(r"\{#.*?#\}", "", source(name), flags=re.S)
    assert [what for what, pattern in _INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("name", ALL)
def test_every_form_that_posts_carries_its_token(name):
    """Row 55."""
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", source(name), re.S | re.I):
        assert "csrf_token" in form or "hidden_tag()" in form, form[:80]


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_marked_safe_in_a_template(name):
    """Row 66: what is HTML says so where it is made safe."""
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", source(name))


# --- Nothing unused, one home each ----------------------------------------------------------------


WORDS_OF_PEOPLE = re.compile(
    r"\{\{ (?P<said>[a-z_.]+\.(?:name|post|title|remark|person|recipient|reason|holder|question))(?: or [^}|]*)? \}\}"
)
OUR_OWN_WORDS = ("page.", "part.", "group.", "party.name", "f.name", "manual")
"""What the portal itself, or the agreement, says."""


@pytest.mark.parametrize("name", [one for one in ALL if not one.startswith("history/")])
def test_words_of_people_are_shown_with_what_nobody_can_see(name):
    """Row 75. The history's teller marks them itself; a title is marked in the frame, an attribute shows nothing."""
    text = re.sub(r"\{% block title %\}.*?\{% endblock %\}", "", source(name))
    bare = [
        found["said"]
        for found in WORDS_OF_PEOPLE.finditer(text)
        if not found["said"].startswith(OUR_OWN_WORDS)
        and text.rfind("<", 0, found.start()) <= text.rfind(">", 0, found.start())
    ]
    assert bare == []


@pytest.mark.parametrize("name", ALL)
def test_every_imported_macro_is_used(tree, name):
    parsed = tree(name)
    imported = {
        one[1] if isinstance(one, tuple) else one
        for found in parsed.find_all(nodes.FromImport)
        for one in found.names
    } | {found.target for found in parsed.find_all(nodes.Import)}
    used = {found.name for found in parsed.find_all(nodes.Name) if found.ctx == "load"}
    assert sorted(imported - used) == []


def test_every_imported_template_is_there(tree):
    kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    named = {(name, other) for name in ALL for other in strings(tree(name), kinds)}
    assert sorted((name, other) for name, other in named if other not in ALL) == []


def test_every_template_is_shown_somewhere(tree):
    kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    named = {other for name in ALL for other in strings(tree(name), kinds)}
    for path in CODE:
        code = path.read_text("utf-8")
        named |= set(re.findall(r"[\"']((?:\w+/)?\w+\.html)[\"']", code))
        for folder in set(re.findall(r"f\"(\w+)/\{\w+\}\.html\"", code)):  # f"errors/{name}.html"
            named |= {f"{folder}/{word}.html" for word in re.findall(r"\"(\w+)\"", code)}
    assert sorted(set(ALL) - named) == []


def test_every_template_that_is_shown_is_there():
    shown = {
        name for path in CODE for name in re.findall(r"[\"'](\w+/\w+\.html)[\"']", path.read_text("utf-8"))
    }
    assert sorted(shown - set(ALL)) == []


def test_every_macro_has_one_home(tree):
    macros = Counter(
        macro.name for name in ALL for macro in tree(name).find_all(nodes.Macro) if name.startswith("parts/")
    )
    assert [name for name, homes in macros.items() if homes > 1] == []


# --- No link to nowhere ---------------------------------------------------------------------------


def called(tree):
    """The literal first argument of every url_for in a template."""
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "url_for" and call.args:
            if isinstance(call.args[0], nodes.Const):
                yield call.args[0].value


def is_there(app, endpoint):
    if endpoint.startswith("."):
        return any(known.endswith(endpoint) for known in app.view_functions)
    return endpoint in app.view_functions


@pytest.mark.parametrize("name", ALL)
def test_every_link_of_a_template_leads_to_a_door(app, tree, name):
    assert [endpoint for endpoint in called(tree(name)) if not is_there(app, endpoint)] == []


def test_every_link_of_the_code_leads_to_a_door(app):
    nowhere = []
    for path in CODE:
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "url_for" and call.args:
                first = call.args[0]
                if isinstance(first, ast.Constant) and not is_there(app, str(first.value)):
                    nowhere.append((path.name, first.value))
    assert nowhere == []
