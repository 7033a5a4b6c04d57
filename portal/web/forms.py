"""The portal's forms: every text cleaned once, every form sent once, every error in the reader's language."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Self

from flask import g, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError, generate_csrf
from markupsafe import Markup
from wtforms import Field, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.i18n import get_translations
from wtforms.validators import InputRequired, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget, Select, TextInput

from portal.kernel import days
from portal.kernel.errors import Refused
from portal.kernel.ids import new_id
from portal.kernel.typed import NotText, TooLong, clean_line, clean_text, shown
from portal.web.language import LANGUAGES, language, say

LINE, PARAGRAPH, BODY = 200, 2_000, 20_000
"""How many characters a line, a paragraph and a Markdown body may have."""


class _Token(CSRFTokenField):  # type: ignore[misc]  # WTForms has no types
    """The form's token, made only when a page shows it: most forms that are sent are answered by another page."""

    def process(self, *args: Any, **kwargs: Any) -> None:
        """As any hidden field."""
        HiddenField.process(self, *args, **kwargs)

    def _value(self) -> str:
        return csrf_token()


class _Fence(CSRF):  # type: ignore[misc]  # WTForms has no types
    """Every POST was asked for its token at the door, before any form was made (row 55): here it only is carried."""

    field_class = _Token

    def validate_csrf_token(self, form: Any, field: Field) -> None:
        """Raises CSRFError where nobody asked at the door."""
        if not g.get("csrf_valid", False):
            raise CSRFError("The token was not asked for at the door.")


class PortalForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """A form that is sent once: `once` names this very showing of it (row 25)."""

    once = HiddenField(default=new_id)

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        """WTForms' own words are read once a language, not once a form."""

        csrf_class = _Fence

        def get_translations(self, form: Any) -> Any:
            """WTForms' own words in the reader's language; all that a page says are the house's."""
            return _own_words(language())

    def refuse(self, field: str, sentence: str) -> None:
        """`sentence` now stands beside `field` (or at the top, when there is no such field)."""
        target = self[field] if field in self else self.once
        target.errors = [*target.errors, sentence]

    def tell(self, refused: Refused) -> None:
        """Every sentence of the refusal, with what to do next, stands beside its field."""
        for one in refused.each:
            words = f"{say(one.sentence, **one.facts)} {say(one.next_step, **one.facts)}"
            self.refuse(one.field or "", words)

    def hidden_tag(self, *fields: str) -> Markup:
        """The hidden fields named (all, when none are), without ids: several forms stand on one page."""
        named = [self[name] for name in fields if name in self] if fields else list(self)
        shown = (field(id=False) for field in named if isinstance(field.widget, HiddenInput))
        return Markup("\n").join(shown)

    def apart(self, mark: str) -> Self:
        """The same form, every field's id marked with `mark`: it may stand beside others of its kind."""
        for field in self:
            field.id = f"{mark}-{field.id}"
            field.label.field_id = field.id
        return self

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Every error: the field's id, its label, the sentence; in the order of the page."""
        return [
            (field.id, str(field.label.text), str(error)) for field in self for error in _flat(field.errors)
        ]


@lru_cache(maxsize=len(LANGUAGES))
def _own_words(code: str) -> Any:
    return get_translations([code])


def csrf_token() -> str:
    """The token that the forms of this page carry, made by Flask-WTF once: a page may have dozens of forms."""
    held: str | None = g.get("csrf_token")
    return held if held is not None else str(generate_csrf())


def request_key() -> tuple[str, str] | None:
    """What makes this very submission itself: its `once`, and a digest over door and fields (I7)."""
    once = request.form.get("once")
    if not once or len(once) > 64 or not once.isprintable():
        return None
    sent = hashlib.sha256(f"{request.method} {request.path}".encode())
    for name, values in sorted(request.form.lists()):
        if name not in {"csrf_token", "once", "step_up_password"}:
            sent.update(repr((name, values)).encode("utf-8", "surrogatepass"))
    return once, sent.hexdigest()


def _flat(errors: Any) -> list[str]:
    if isinstance(errors, dict):
        return [one for inner in errors.values() for one in _flat(inner)]
    return [
        one
        for inner in errors
        for one in (_flat(inner) if isinstance(inner, list | tuple | dict) else [inner])
    ]


class Filled(InputRequired):  # type: ignore[misc]
    """The field must be filled in; white space alone is not filling it."""

    def __init__(self, message: Any = None) -> None:
        super().__init__(message or _l("入力してください。"))

    def __call__(self, form: Any, field: Field) -> None:
        """Passes for any text but white space, any choice, any file."""
        given = field.raw_data[0] if field.raw_data else None
        if given is None or (isinstance(given, str) and not given.strip(" \t\r\n\u3000")):
            field.errors[:] = []
            raise StopValidation(self.message)


class _Typed:
    """What a text field has of its own: cleaned once, at the door, and limited (rows 64, 75, 76)."""

    limit = LINE
    cleaning: Callable[..., str] = staticmethod(clean_line)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """`data` is the cleaned text, or what was typed, as it was typed, together with an error."""
        typed = valuelist[0] if valuelist else ""
        self.data = typed if isinstance(typed, str) else ""
        try:
            self.data = type(self).cleaning(self.data, self.limit)
        except (NotText, TooLong) as fault:
            raise ValueError(say(fault.sentence, **fault.facts)) from fault


class LineField(_Typed, StringField):  # type: ignore[misc]
    """One line of text, at most `limit` characters."""

    def __init__(
        self, label: Any = None, validators: Any = None, *, limit: int = LINE, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.limit = limit


class TextField(_Typed, TextAreaField):  # type: ignore[misc]
    """Several lines of text, at most `limit` characters."""

    cleaning = staticmethod(clean_text)

    def __init__(
        self, label: Any = None, validators: Any = None, *, limit: int = PARAGRAPH, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.limit = limit


class DayField(StringField):  # type: ignore[misc]
    """A day, accepted as people type it (decision 39); `data` is a `datetime.date` in Asia/Tokyo or None.

    What was typed stays in `typed` and is shown again as it was typed, whatever was refused; a stored day is
    shown in the one form in which pages write days, without the weekday.
    """

    widget = TextInput()
    typed: str = ""
    data: dt.date | None

    def process_data(self, value: Any) -> None:
        """A stored day is shown in one form; a stored text that was no day, as it was typed."""
        self.data, self.typed = (value, "") if isinstance(value, dt.date) else (None, str(value or ""))
        if self.typed:
            try:
                self.data, self.typed = days.read_day(self.typed), ""
            except days.ImpossibleDay:
                self.data = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """`data` is the day typed; raises with the reason when it is none."""
        self.typed = valuelist[0] if valuelist else ""
        self.data = None
        if self.typed.strip(" \u3000"):
            try:
                self.data = days.read_day(self.typed)
            except days.ImpossibleDay as fault:
                raise ValueError(str(_l(fault.sentence, **fault.facts))) from fault

    def _value(self) -> str:
        if self.data and not self.typed:
            return days.day_in_words(self.data, language(), weekday=False)
        return self.typed


class TimeField(LineField):
    """A time of day, as people type it (14:00, 午後2時); `data` is `14:00`, or what was typed with an error."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Raises with the reason for what is no time."""
        super().process_formdata(valuelist)
        if self.data:
            try:
                self.data = f"{days.read_time(self.data):%H:%M}"
            except days.ImpossibleTime as fault:
                raise ValueError(say(fault.sentence, **fault.facts)) from fault


class _Select(Select):  # type: ignore[misc]
    """A list of options, in which what nobody can see is marked: words of people may be among them (row 75)."""

    @classmethod
    def render_option(cls, choice: Any, **attributes: Any) -> Any:
        """One option with its label for the eye."""
        label = shown(str(choice.label or choice.value))
        return super().render_option(choice._replace(label=label), **attributes)


class ChoiceField(SelectField):  # type: ignore[misc]
    """One of several, with its own words for a choice that is not offered."""

    widget = _Select()

    def pre_validate(self, form: Any) -> None:
        """Raises when the value sent is not among the choices."""
        try:
            super().pre_validate(form)
        except ValueError as fault:
            raise ValidationError(str(_l("選択肢から選んでください。"))) from fault


class ChoicesField(SelectMultipleField):  # type: ignore[misc]
    """Any number of several, as a list of check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """Raises when a value sent is not among the choices."""
        try:
            super().pre_validate(form)
        except ValueError as fault:
            raise ValidationError(str(_l("選択肢から選んでください。"))) from fault
