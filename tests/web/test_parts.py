"""The parts of pages, rendered by themselves: what stands in the page for those who see, hear or print it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from wtforms import (
    BooleanField,
    FileField,
    Form,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.kernel.digest import check_code, in_fours
from portal.web.filters import shown, visible
from portal.web.forms import ChoiceField
from portal.web.styles import STYLES

DIGEST = "9f3ac41be07d5566" * 4


class Everything(Form):  # type: ignore[misc]
    """One field of every kind that the portal's forms have."""

    line = StringField("名称", [InputRequired(), Length(max=5)], description="60字まで。")
    text = TextAreaField("内容", [InputRequired()])
    one = SelectField("担当課", choices=[SelectChoice("a", "戦略企画課")])
    either = RadioField(
        "目的", [InputRequired()], choices=[SelectChoice("a", "生活の質"), SelectChoice("b", "利活用")]
    )
    several = SelectMultipleField(
        "事項",
        choices=[SelectChoice("1", "一"), SelectChoice("2", "二")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    sure = BooleanField("確かめました", [InputRequired()])
    file = FileField("添付")
    secret = PasswordField("パスワード", [InputRequired()])
    once = HiddenField()


@pytest.fixture
def environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(STYLES.parents[1] / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= {"size": lambda count: f"{count} B", "check_code": check_code, "in_fours": in_fours}
    environment.filters |= {"visible": visible, "shown": shown}
    environment.globals["csrf_token"] = lambda: "token"
    return environment


def _part(environment: Environment, name: str) -> Any:
    return environment.get_template(f"parts/{name}.html").module


def test_every_part_is_rendered_without_an_undefined_name(environment: Environment) -> None:
    for path in (STYLES.parents[1] / "templates" / "parts").glob("*.html"):
        assert environment.get_template(f"parts/{path.name}").module is not None


def test_the_browser_neither_cuts_pasted_text_nor_refuses_in_its_own_words(environment: Environment) -> None:
    field = _part(environment, "field").field
    for one in Everything():
        html = str(field(one))
        assert not re.search(r"\s(required|maxlength|minlength|pattern)[\s=>]", html), one.name


def test_a_field_in_error_says_so_beside_it_and_keeps_what_was_typed(environment: Environment) -> None:
    form = Everything(data={"line": "長すぎる名称です"})
    form.line.errors = ["長すぎます。"]
    html = str(_part(environment, "field").field(form.line))
    assert 'value="長すぎる名称です"' in html
    assert 'aria-invalid="true"' in html and 'aria-describedby="line-hint line-error"' in html
    assert 'id="line-error"' in html and "長すぎます。" in html and "必須" in html


def test_a_group_of_choices_has_a_legend_and_each_choice_its_hint(environment: Environment) -> None:
    hints = {"2": "施策の名称がいります。"}
    html = str(_part(environment, "field").field(Everything().several, option_hints=hints))
    assert re.search(r"<fieldset[^>]*>\s*<legend[^>]*>事項", html)
    assert 'aria-describedby="several-1-hint"' in html and hints["2"] in html and "任意" in html


def test_the_summary_of_errors_leads_to_each_field_and_takes_the_focus(environment: Environment) -> None:
    form = Everything()
    form.line.errors, form.either.errors, form.once.errors = ["空です。"], ["選んで。"], ["もう一度。"]
    html = str(_part(environment, "error_summary").error_summary(form))
    assert "autofocus" in html and "3件" in html
    assert 'href="#line"' in html and 'href="#either-0"' in html and 'href="#once"' not in html
    assert str(_part(environment, "error_summary").error_summary(Everything())).strip() == ""


def test_a_check_code_stands_beside_the_act_in_fours_and_whole(environment: Environment) -> None:
    html = str(_part(environment, "button").button("この版に同意する", digest=DIGEST))
    assert "この版に同意する</button>" in html and "9f3a c41b e07d 5566</code>" in html
    assert f'title="{DIGEST}"' in html


def test_a_state_is_a_word_with_a_shape_not_a_colour_alone(environment: Environment) -> None:
    html = str(_part(environment, "standing").standing("partial", "一部同意"))
    assert "一部同意" in html and '<svg class="shape"' in html and 'aria-hidden="true"' in html


def test_what_changed_is_named_for_those_who_listen(environment: Environment) -> None:
    segments = [("delete", "<b>四"), ("insert", "五"), ("equal", "つ")]
    html = str(_part(environment, "compare").compare(segments))
    assert "［削除］" in html and "［追加］" in html and "&lt;b&gt;四" in html


def test_words_of_a_person_are_escaped_in_every_part(environment: Environment) -> None:
    bad = "<script>x</script>"
    pieces = [
        _part(environment, "table").table(bad, [bad], [[bad], [{"text": bad, "href": "/x"}]]),
        _part(environment, "timeline").timeline([{"when": bad, "sentence": bad, "who": bad}]),
        _part(environment, "details").details([(bad, bad, bad)]),
        _part(environment, "turn").turn("others", bad, since=bad, detail=bad),
        _part(environment, "attachments").attachments([{"name": bad, "size": 3, "findings": [bad]}]),
        _part(environment, "party_status").party_status(
            [{"label": bad, "name": bad, "state": "consented", "sentence": bad, "person": bad, "post": bad}]
        ),
        _part(environment, "markdown").written(bad),
        _part(environment, "steps").steps([{"label": bad, "state": "current", "note": bad}]),
        _part(environment, "empty").empty(bad, bad, bad, "/x"),
        _part(environment, "note").note("info", bad, bad),
    ]
    assert [str(piece) for piece in pieces if "<script>" in str(piece)] == []


def test_what_nobody_can_see_is_marked_in_lists_of_choices_tables_and_signatures(environment: Environment) -> None:
    """Row 75: within an option there can be no markup, so the marks stand alone."""
    hidden, marked = "試\u202e行", '試<span class="invisible">[U+202E]</span>行'
    for part in (
        _part(environment, "table").table("表", ["名"], [[hidden], [{"text": hidden, "href": "/"}]]),
        _part(environment, "trail").trail([(hidden, "/")]),
        _part(environment, "heading").heading("題", reference=hidden),
        _part(environment, "attachments").attachments([{"name": hidden, "size": 1}]),
        _part(environment, "party_status").party_status(
            [{"label": "甲", "name": "府", "state": "none", "sentence": "未", "person": hidden, "post": hidden}]
        ),
    ):
        assert marked in part and "\u202e" not in part

    class Chosen(Form):  # type: ignore[misc]  # wtforms has no types
        """A choice among words of people."""

        one = ChoiceField("一つ", choices=[SelectChoice("a", hidden)])

    assert str(Chosen().one()).count("試[U+202E]行") == 1
    assert shown(Markup("<b>")) == Markup("<b>") and shown(None) == ""
