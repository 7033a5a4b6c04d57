"""Templates in one language: every word in its place, exactly as Jinja's own gettext would say it."""

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup, escape

from portal import create_app
from portal.kernel.words import Phrase
from portal.settings import Settings
from portal.web.language import catalogue
from portal.web.pages import template
from portal.web.templates import as_output

MESSAGE, MESSAGE_EN = "版%(number)s", "Revision %(number)s"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("templates")
    url = f"sqlite:///{folder / 'portal.db'}"
    return create_app(Settings(instance=folder, database_url=url, secret_key="k" * 32, scheduler=False))


@pytest.fixture
def rendered(app):
    """What a template of this source says in a language: with the words in place, and asked for one by one."""

    def render(source, code, **facts):
        with app.test_request_context(headers={"Accept-Language": code}):
            template("base.html")  # the templates of this language exist from the first use
            told = app.extensions["templates"][code].from_string(source).render(**facts)
            assert told == app.jinja_env.from_string(source).render(**facts)
            return told

    return render


@pytest.mark.parametrize(("code", "says"), [("ja", "版3"), ("en", MESSAGE_EN % {"number": 3})])
def test_words_stand_in_the_language_with_their_facts_in_place(rendered, code, says):
    assert catalogue("en").gettext(MESSAGE) == MESSAGE_EN
    assert rendered('{{ _("版%(number)s", number=number) }}', code, number=3) == says


@pytest.mark.parametrize("code", ["ja", "en"])
def test_facts_are_escaped_and_safe_ones_are_not_escaped_twice(rendered, code):
    source = '{% autoescape true %}{{ _("版%(number)s", number=number) }}{% endautoescape %}'
    assert "&lt;b&gt;" in rendered(source, code, number="<b>")
    assert "<b>" in rendered(source, code, number=Markup("<b>"))


def test_what_is_no_written_message_is_asked_for_as_before(rendered):
    assert rendered("{{ _(word) }}", "en", word="ホーム") == catalogue("en").gettext("ホーム") != "ホーム"
    assert rendered('{{ _("ホーム" if yes else "取組") }}', "en", yes=False) == catalogue("en").gettext(
        "取組"
    )


def test_a_word_among_many_is_a_constant_of_the_compiled_template(app):
    """Not asked for again with every page."""
    with app.test_request_context(headers={"Accept-Language": "en"}):
        template("base.html")
        code = app.extensions["templates"]["en"].compile('<p>{{ _("ホーム") }}</p>', raw=True)
    assert catalogue("en").gettext("ホーム") in code and "gettext" not in code


class Safe:
    """Something that knows its own markup."""

    def __html__(self) -> str:
        return "<b>"

    def __str__(self) -> str:
        return "<i>"


@pytest.mark.parametrize(
    "value", ["", "題", "<b>&'\"", Markup("<b>&amp;"), 3, 2.5, None, True, Safe(), ["<"], ("a",), Phrase("題"), b"<"]
)
def test_what_is_put_out_is_what_escape_makes_of_it(value):
    assert as_output(value) == str(escape(value))


def test_pages_put_their_values_out_by_it(app):
    """Else a page is made as Jinja makes it, at more than it need cost."""
    with app.test_request_context(headers={"Accept-Language": "ja"}):
        template("base.html")
        held = app.extensions["templates"]["ja"]
    for environment in (held, app.jinja_env):
        code = environment.compile("<p>{{ value }}</p>{% macro one(it) %}{{ it }}{% endmacro %}", raw=True)
        assert code.count("as_output(") == 2 and "escape(" not in code.replace("import", "").split("\n", 2)[2]
        assert environment.from_string("{{ value }}").render(value="<b>") == "&lt;b&gt;"


def test_a_name_that_nobody_gave_still_fails(rendered):
    for source in ("{{ nobody }}", "{{ nobody if yes }}", '{{ _("版%(number)s", number=nobody) }}'):
        with pytest.raises(UndefinedError):
            rendered(source, "ja", yes=True)


@pytest.mark.parametrize("code", ["ja", "en"])
def test_a_condition_without_another_case_says_nothing_otherwise(rendered, code):
    assert rendered('<p{{ " hidden" if yes }}>{{ _("ホーム") if yes }}</p>', code, yes=False) == "<p></p>"
    assert rendered("{{ [1 if yes, 2]|select|list }}", code, yes=False) == "[2]"


def test_words_with_facts_are_put_out_piece_by_piece(app, rendered):
    """No sentence is put together first, in either language; the order of the facts is the language's own."""
    message = "%(start)sから%(expiry)sまで"
    source = '<p>{{ _("' + message + '", start=one, expiry=two) }}</p>'
    for code in ("ja", "en"):
        says = catalogue(code).gettext(message) % {"start": "&lt;1&gt;", "expiry": "<2>"}
        assert rendered(source, code, one="<1>", two=Markup("<2>")) == f"<p>{says}</p>"
        compiled = app.extensions["templates"][code].compile(source, raw=True)
        assert "%" not in compiled.split("\n", 2)[2] and compiled.count("as_output(") == 2


def test_addresses_are_kept_apart_by_all_they_are_made_of(app):
    with app.test_request_context("/history"):
        one = app.url_for("history.entry", chain="joint", number=1)
        assert app.url_for("history.entry", chain="joint", number=1) == one
        assert app.url_for("history.entry", chain="joint", number=2) != one
        assert app.url_for("history.index", reading="trail") != app.url_for("history.index")
        assert app.url_for(".seals") == app.url_for("history.seals")
        assert app.url_for("history.index", _external=True).startswith("http://")
        assert app.url_for("history.index", _anchor="a").endswith("#a")
        assert app.url_for("history.index", rule="a") == "/history?rule=a"
        assert app.url_for("home.index", x=True) != app.url_for("home.index", x=1)
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/below"}):
        assert app.url_for("history.entry", chain="joint", number=1) == f"/below{one}"
