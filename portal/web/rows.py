"""Fields of several inputs, and a choice that may stay open: what the forms of documents are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField
from wtforms.validators import ValidationError

from portal.web.forms import LineField, TextField

PART = 1_000
"""How many characters one party's part may have."""


class OneOfField(RadioField):  # type: ignore[misc]  # wtforms has no types
    """One of several, or none as yet: a draft may leave it open."""

    def pre_validate(self, form: Any) -> None:
        """Raises when the value sent is not among the choices."""
        if self.data and self.data not in {one.value for one in self.choices}:
            raise ValidationError(str(_l("選択肢から選んでください。")))


class RowsField(Field):  # type: ignore[misc]  # wtforms has no types
    """A field of several inputs, each of them a field of its own under this one's name."""

    entries: Sequence[Any] = ()
    errors: Sequence[Any]
    process_errors: list[str]
    _sent: Any = None
    _given: Sequence[tuple[str, ...]] = ()

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """What was sent, else what is given, is kept until the inputs are known; then they show it."""
        self.process_errors, self.errors = [], []
        self._sent, self._given = formdata, self._rows(data)
        self._build()

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Every input is judged; the errors stand with each."""
        sound = [entry.validate(form) for entry in self.entries]
        self.errors = [list(entry.errors) for entry in self.entries if entry.errors]
        return all(sound)

    @property
    def data(self) -> list[tuple[str, ...]]:
        """The rows."""
        return list(self.rows)

    @property
    def own_errors(self) -> list[str]:
        """The errors of the field as a whole, beside those of its inputs."""
        return [error for error in self.errors if isinstance(error, str)]

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """What stands in the inputs, row by row; rows without words are left out."""
        raise NotImplementedError

    def _build(self) -> None:
        raise NotImplementedError

    def _rows(self, data: Any) -> list[tuple[str, ...]]:
        return [tuple(row) for row in data or ()]

    def _bound(self, unbound: Any, name: str, given: Any) -> Any:
        field = unbound.bind(form=None, name=name, id=name, _meta=self.meta, translations=self._translations)
        field.process(self._sent, given)
        return field


class PartyRowsField(RowsField):
    """One text for each party of the edition; `offer` says which these are."""

    def __init__(self, label: Any = None, *, limit: int = PART, long: bool = True, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.limit, self.kind = limit, TextField if long else LineField
        self.parties: Sequence[tuple[str, str]] = ()

    def offer(self, parties: Sequence[tuple[str, str]]) -> None:
        """There is one input for each of `parties` (key and label)."""
        self.parties = parties
        self._build()

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Party key and text, for each party of which something is said."""
        pairs = zip(self.parties, self.entries, strict=True)
        return tuple((key, entry.data) for (key, _), entry in pairs if (entry.data or "").strip())

    def _build(self) -> None:
        given = dict(row for row in self._given if len(row) == 2)
        self.entries = [
            self._bound(self.kind(label, limit=self.limit), f"{self.name}-{key}", given.get(key, ""))
            for key, label in getattr(self, "parties", ())
        ]
