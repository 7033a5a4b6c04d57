"""What the fields of a form are called, for a page that knows only what was posted: no form is made, no table read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from wtforms.fields.choices import SelectFieldBase
from wtforms.fields.core import UnboundField

from portal.web.forms import PortalForm

_OF_EVERYBODY = ("portal.consent.", "portal.web.")
"""The packages whose forms stand on the pages of others."""


class Label(NamedTuple):
    """A field's name for the reader, and the words of its choices by their values, where the form itself names them."""

    words: str
    choices: Mapping[str, str]


def labels_of(package: str, endpoint: str, names: Collection[str]) -> Mapping[str, Label]:
    """The labels of the fields posted as `names` to `endpoint`: by that form of `package`, or of the mechanism, which
    has most of them. Where forms have as many, the one whose name the endpoint bears is meant; where that does not tell
    them apart either, what they call differently stays without a label."""
    found = [
        (len(called), form.__name__.removesuffix("Form").lower() in endpoint, called)
        for form in _forms(PortalForm)
        if form.__module__.startswith((f"{package}.", *_OF_EVERYBODY))
        and (called := {name: one for name in names if (one := _label(form, name)) is not None})
    ]
    if not found:
        return {}
    best = max(found, key=lambda one: one[:2])[:2]
    first, *others = (called for *rank, called in found if tuple(rank) == best)
    return {name: one for name, one in first.items() if all(other.get(name) == one for other in others)}


def _forms(form: type[Any]) -> Iterator[type[Any]]:
    for one in form.__subclasses__():
        yield one
        yield from _forms(one)


def _label(form: type[Any], name: str) -> Label | None:
    """What `form` calls the field; a field of a part with rows, as `channels-place-0`, by the name of the part."""
    field = getattr(form, name, None) or getattr(form, name.partition("-")[0], None)
    if not isinstance(field, UnboundField):
        return None
    words = field.kwargs.get("label") or next(iter(field.args), None)
    choices = field.kwargs.get("choices")
    is_choice = issubclass(field.field_class, SelectFieldBase) and isinstance(choices, list | tuple)
    return Label(str(words), dict(map(_choice, choices)) if is_choice else {}) if words else None


def _choice(one: Any) -> tuple[str, str]:
    value, label = (one.value, one.label) if hasattr(one, "value") else one[:2]
    return str(value), str(label)
