"""What an event is: a typed fact in the past tense, with a sentence for each reading of the history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, dataclass_transform

from portal.kernel.db import Subject
from portal.kernel.words import N_

JOINT = "joint"
EVENTS: dict[str, type[Event]] = {}
"""Every event by its verb. Verbs are for ever: `tests/house/verbs.txt` takes new ones and loses none."""


def kept(default: str | None = None) -> Any:
    """A field of an event that holds words of people: it goes into the payload, salted and erasable, and only
    its commitment into the entry (decision 8)."""
    if default is None:
        return field(metadata={"kept": True})
    return field(default=default, metadata={"kept": True})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field, kept))
@dataclass(frozen=True, kw_only=True, eq=False)
class Event:
    """Something that was done. Subclasses are such dataclasses too, and add fields: references, numbers and digests as they
    are, words of people with `kept()`."""

    verb: ClassVar[str] = ""
    clause: ClassVar[str | None] = None
    """The key of the agreement's term that the act rests on."""
    trail: ClassVar[str] = ""
    """The sentence of the audit trail (監査証跡). `%(party)s`, `%(name)s` and the event's fields may be used."""
    chronicle: ClassVar[str | None] = None
    """The sentence of the activity history (活動履歴), or None where the cooperation did nothing by it."""
    message: ClassVar[str | None] = None
    """The sentence the other parties are told (お知らせ), or None where nobody is told."""
    is_mandatory: ClassVar[bool] = False
    """Whether the mail that tells of it goes to everybody at once, whatever mails they chose and at whatever hour:
    consents and agreements, sending back, holds, publications, what was made public without agreement, notices."""
    is_told_to_own_side: ClassVar[bool] = False
    """Whether the party that acts is told as well: of what befalls one of its people and another of them did."""
    is_receipted: ClassVar[bool] = False
    """Whether the archive of every party gets a receipt (控え) of the entry, with the head of the chain."""
    in_mail: ClassVar[Collection[str]] = ("title", "who")
    """The words of people that a mail may say; in place of any other a mail says that the portal shows it (R7-4)."""
    stand_in: ClassVar[str] = N_("（件名省略）")
    """What a mail says where the title may not leave the portal (a message of the catalogues)."""
    may_be_under: ClassVar[tuple[str, ...]] = ()
    """The keys of the terms that `under` may name where its class alone cannot say: the filter offers them."""
    value_words: ClassVar[Mapping[str, Mapping[Any, str]]] = {}
    """For a field whose value is a key of the code, the words (messages) of each value: with
    `{"capacity": CAPACITY_NAMES}` a sentence may say `%(capacity_name)s`."""

    spans: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """What a sentence may call the span of two days of the event: first and last, which may be the same day."""

    about: Subject
    activity_id: str | None = None
    private_to: str | None = None
    """The party whose own chain tells it; None: the joint chain."""
    under: str | None = None
    """The key of the agreement's term that this very act rests on, where its class cannot say: an act on a
    document rests on the term of the document's kind."""
    told_to: tuple[str, ...] | None = None
    """The parties told, where they are others than every party but the one that acts: those a reminder is for, or, of
    an event private to one party, that party itself."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(frozen=True, kw_only=True, repr=False, eq=False)(cls)  # two hundred of them are made at each start
        if cls.verb:
            if EVENTS.setdefault(cls.verb, cls).__qualname__ != cls.__qualname__:
                raise TypeError(f"the verb {cls.verb} is told twice")
            EVENTS[cls.verb] = cls

    @property
    def chain(self) -> str:
        """The chain that tells this event."""
        return self.private_to or JOINT

    def parties_told(self, parties: Sequence[str], acting: str | None) -> list[str]:
        """Whom of `parties` a message tells of it; of what is private to one party nobody else is ever told."""
        if self.message is None:
            return []
        if self.private_to is not None:
            return [key for key in self.told_to or () if key == self.private_to]
        if self.told_to is not None:
            return [key for key in parties if key in self.told_to]
        return [key for key in parties if key != acting or self.is_told_to_own_side]

    def facts(self) -> dict[str, Any]:
        """The plain fields: they stand in the entry itself."""
        return {name: getattr(self, name) for name in _own_fields(self)[0]}

    def words(self) -> dict[str, str]:
        """The kept fields that say anything: they stand in the payload."""
        named = {name: getattr(self, name) for name in _own_fields(self)[1]}
        return {name: value for name, value in named.items() if value}


_NOT_ITS_OWN = frozenset({"about", "activity_id", "private_to", "under", "told_to"})


_OWN: dict[type[Event], tuple[list[str], list[str]]] = {}


def _own_fields(event: Event) -> tuple[list[str], list[str]]:
    """The names of its plain fields, and of those with words of people; found once for each kind of event."""
    if type(event) not in _OWN:
        own = [one for one in fields(event) if one.name not in _NOT_ITS_OWN]
        kept = [one.name for one in own if one.metadata.get("kept")]
        _OWN[type(event)] = [one.name for one in own if one.name not in kept], kept
    return _OWN[type(event)]
