"""Templates in one language: every word in its place, exactly as Jinja's own gettext would say it."""

import pytest
from markupsafe import Markup

from portal import create_app
from portal.settings import Settings
from portal.web.language import catalogue
from portal.web.pages import template

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


def test_addresses_are_kept_apart_by_all_they_are_made_of(app):
    with app.test_request_context("/history"):
        one = app.url_for("history.entry", chain="joint", number=1)
        assert app.url_for("history.entry", chain="joint", number=1) == one
        assert app.url_for("history.entry", chain="joint", number=2) != one
        assert app.url_for("history.index", reading="trail") != app.url_for("history.index")
        assert app.url_for(".seals") == app.url_for("history.seals")
        assert app.url_for("history.index", _external=True).startswith("http://")
        assert app.url_for("history.index", _anchor="a").endswith("#a")
        assert app.url_for("home.index", x=True) != app.url_for("home.index", x=1)
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/below"}):
        assert app.url_for("history.entry", chain="joint", number=1) == f"/below{one}"
