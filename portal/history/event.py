"""What an event is: a typed fact in the past tense, with a sentence for each reading of the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from portal.kernel.db import Subject

JOINT = "joint"
EVENTS: dict[str, type[Event]] = {}
"""Every event by its verb. Verbs are for ever: `tests/house/verbs.txt` takes new ones and loses none."""


def kept(default: str | None = None) -> Any:
    """A field of an event that holds words of people: it goes into the payload, salted and erasable, and only
    its commitment into the entry (decision 8)."""
    if default is None:
        return field(metadata={"kept": True})
    return field(default=default, metadata={"kept": True})


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that was done. Subclasses add fields: references, numbers and digests as they are, words
    of people with `kept()`."""

    verb: ClassVar[str] = ""
    clause: ClassVar[str | None] = None
    """The key of the agreement's term that the act rests on."""
    trail: ClassVar[str] = ""
    """The sentence of the audit trail (監査証跡). `%(party)s`, `%(name)s` and the event's fields may be used."""
    chronicle: ClassVar[str | None] = None
    """The sentence of the activity history (活動履歴), or None where the cooperation did nothing by it."""
    message: ClassVar[str | None] = None
    """The sentence the other parties are told (お知らせ), or None where nobody is told."""
    may_be_under: ClassVar[tuple[str, ...]] = ()
    """The keys of the terms that `under` may name where its class alone cannot say: the filter offers them."""
    value_words: ClassVar[Mapping[str, Mapping[Any, str]]] = {}
    """For a field whose value is a key of the code, the words (messages) of each value: with
    `{"capacity": CAPACITY_NAMES}` a sentence may say `%(capacity_name)s`."""

    about: Subject
    activity_id: str | None = None
    private_to: str | None = None
    """The party whose own chain tells it; None: the joint chain."""
    under: str | None = None
    """The key of the agreement's term that this very act rests on, where its class cannot say: an act on a
    document rests on the term of the document's kind."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.verb:
            if EVENTS.setdefault(cls.verb, cls).__qualname__ != cls.__qualname__:
                raise TypeError(f"the verb {cls.verb} is told twice")
            EVENTS[cls.verb] = cls

    @property
    def chain(self) -> str:
        """The chain that tells this event."""
        return self.private_to or JOINT

    def facts(self) -> dict[str, Any]:
        """The plain fields: they stand in the entry itself."""
        return {
            one.name: getattr(self, one.name)
            for one in _own_fields(type(self))
            if not one.metadata.get("kept")
        }

    def words(self) -> dict[str, str]:
        """The kept fields that say anything: they stand in the payload."""
        named = {
            one.name: getattr(self, one.name) for one in _own_fields(type(self)) if one.metadata.get("kept")
        }
        return {name: value for name, value in named.items() if value}


def _own_fields(event: type[Event]) -> list[Any]:
    return [one for one in fields(event) if one.name not in {"about", "activity_id", "private_to", "under"}]
