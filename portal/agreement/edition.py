"""What an edition of the agreement is: parties, clauses and terms, cited by key and never by number."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from portal.kernel.periods import Conventions

_PERIOD = re.compile(r"P(?:(?P<years>[0-9]{1,3})Y)?(?:(?P<months>[0-9]{1,4})M)?")


class UnknownClause(LookupError):
    """The edition has no clause under that key or id."""


@dataclass(frozen=True)
class Words:
    """One text in Japanese, which is authentic, and in English, for reference."""

    ja: str
    en: str

    def __getitem__(self, language: str) -> str:
        """Give the Japanese for any Japanese locale, otherwise the English."""
        return self.ja if str(language).startswith("ja") else self.en


@dataclass(frozen=True)
class PartyText:
    """A party as the text names it: its key, its defined name (甲), its own name and its kind of body."""

    key: str
    defined_as: Words
    name: Words
    kind: str


@dataclass(frozen=True)
class Sentence:
    """A part of a paragraph that can be cited on its own."""

    id: str
    text: Words


@dataclass(frozen=True)
class Item:
    """An item of a paragraph; `after` is what the Japanese writes between it and what follows."""

    id: str
    number: int
    label: Words
    text: Words
    after: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; its sentences, if it has any, joined are its text; `tail` closes it after the items."""

    id: str
    number: int
    label: Words
    text: Words
    sentences: tuple[Sentence, ...]
    items: tuple[Item, ...]
    tail: Words


@dataclass(frozen=True)
class Article:
    """An article with its caption (目的), its label (第１条) and its paragraphs."""

    id: str
    number: int
    caption: Words
    label: Words
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Clause:
    """Any part of the text that can be cited: its id, its name in words, what it says, where it is."""

    id: str
    label: Words
    text: Words
    caption: Words
    article_id: str

    @property
    def anchor(self) -> str:
        """The name of the place on the page of the agreement."""
        return self.id

    @property
    def href(self) -> str:
        """The address of the clause on the page of the agreement (R0-3)."""
        return f"/agreement#{self.id}"


@dataclass(frozen=True)
class CitedClause:
    """A clause as a page cites it: words in one language and a link."""

    label: str
    href: str
    id: str
    caption: str


class InScopeBy(StrEnum):
    """What brings a matter into the scope of the cooperation (R2-3)."""

    TEXT = "text"
    AGREEMENT_OF_ALL_PARTIES = "agreement_of_all_parties"


@dataclass(frozen=True)
class ScopeItem:
    """One of the matters the parties cooperate on; `key` is the id of its clause."""

    key: str
    label: Words
    text: Words
    citation: Words
    in_scope_by: InScopeBy
    needs_measure: bool

    @property
    def ja(self) -> str:
        """The authentic text of the item."""
        return self.text.ja

    @property
    def en(self) -> str:
        """The reference text of the item."""
        return self.text.en

    @property
    def needs_agreement(self) -> bool:
        """Whether only the agreement of all parties brings it into scope."""
        return self.in_scope_by is InScopeBy.AGREEMENT_OF_ALL_PARTIES


@dataclass(frozen=True)
class Purpose:
    """One of the purposes of the agreement; each activity serves at least one (R1-1)."""

    key: str
    text: Words


@dataclass(frozen=True)
class StatedDates:
    """The dates the text itself states; what it leaves open is None and is entered by the parties (R0-1)."""

    signed_on: date | None
    effective_on: date | None
    end_on_fixed: date | None


@dataclass(frozen=True)
class Originals:
    """How many originals there are, and whether each party keeps one (R0-2)."""

    count: int
    one_each: bool


@dataclass(frozen=True)
class Renewal:
    """How the term goes on after its expiry; `months` is the length of each renewed term ("renewal")."""

    clause: str | None
    automatic: bool
    months: int
    repeats: bool


@dataclass(frozen=True)
class Lengths:
    """How long terms that begin before a day run, and whether they renew by themselves: what an edition says, and what
    those before it said of the terms that began in their time (R3-5)."""

    until: date | None
    """The first day on which the next edition was in force; None in what an edition says itself."""
    months: int
    renewal_months: int
    automatic: bool
    running_until: date | None = None
    """The last day that the next edition gave to the term then running; None where it left that term as it was."""


@dataclass(frozen=True)
class NoticeTerm:
    """A one-sided notice: its clause, who may give it, in which form, how many months before."""

    clause: str
    by: str
    form: str
    lead_months: int


@dataclass(frozen=True)
class Survival:
    """Which clauses survive the end of the agreement, and for how many months ("survival")."""

    clause: str
    months: int
    provisions: tuple[str, ...]


@dataclass(frozen=True)
class AdviceTerm:
    """From whom to whom advice is given without warranty, and whose liability is excluded ("advice")."""

    clause: str
    giver: str
    receiver: str
    accuracy_warranted: bool
    liability_clause: str | None
    liability_excluded_for: str | None


@dataclass(frozen=True)
class TranslationNote:
    """A remark of the translator on a clause."""

    clause: str
    text: Words


@dataclass(frozen=True)
class Settings:
    """What the portal is told beside the text (portal.yaml): none of it is part of the agreement."""

    measure_of: str | None = None
    measure_items: tuple[str, ...] | None = None
    purposes: tuple[Purpose, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    closed_days: frozenset[date] = frozenset()
    volunteered: str | None = None
    """The clause by which opinions and proposals that were volunteered are no confidential information."""
    lead_days: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Business days that a publication usually needs, by its kind, where the parties say otherwise than practice."""
    handback_days: int = 30
    """How many days after the end everything is to be returned or disposed of: a target of the parties, no number of
    the text (R5-4)."""
    waiting_days: int = 10
    """Business days after which the side that is waited for is reminded (R2-6)."""


@dataclass(frozen=True, eq=False)
class Edition:
    """The agreement's text in one version, with its terms as data; two are the same if their digests are."""

    id: str
    version: int
    title: Words
    authentic_language: str
    translation_status: str
    translation_notice: Words
    dates: StatedDates
    originals: Originals
    parties: tuple[PartyText, ...]
    preamble: Sentence
    articles: tuple[Article, ...]
    closing: Sentence
    terms: Mapping[str, Any]
    conventions: Conventions
    translation_notes: tuple[TranslationNote, ...]
    settings: Settings
    text_digest: str
    """SHA-256 of the bytes of agreement.yaml alone."""
    digest: str
    """SHA-256 of the lines `sha256sum` prints for agreement.yaml and, if there is one, portal.yaml."""
    clauses: Mapping[str, Clause]
    """Every part that can be cited, by id, in the order of the text."""
    _cited: Mapping[str, str]
    in_force_from: date | None = None
    """The first day on which it was or will be in force; None for the first edition, and for one not adopted."""

    def __eq__(self, other: object) -> bool:
        """Compare by digest."""
        return isinstance(other, Edition) and other.digest == self.digest

    def __hash__(self) -> int:
        """Agree with the comparison."""
        return hash(self.digest)

    # -- parties

    @property
    def party_keys(self) -> tuple[str, ...]:
        """The keys of the parties, in the order of the text."""
        return tuple(party.key for party in self.parties)

    def party(self, key: str) -> PartyText:
        """Give the party with that key. Raises KeyError if the edition has none."""
        for party in self.parties:
            if party.key == key:
                return party
        raise KeyError(key)

    def other_parties(self, key: str) -> tuple[PartyText, ...]:
        """Give every party but the one with that key, in the order of the text."""
        return tuple(party for party in self.parties if party.key != key)

    # -- clauses

    @property
    def clause_keys(self) -> tuple[str, ...]:
        """Every key that can be cited ("publicity", "confidentiality.duration", …)."""
        return tuple(self._cited)

    def clause(self, id: str) -> Clause:
        """Give the clause with that id. Raises UnknownClause if the edition has none."""
        try:
            return self.clauses[id]
        except KeyError:
            raise UnknownClause(id) from None

    def clause_of(self, key: str) -> Clause:
        """Give the clause a key of the terms stands for. Raises UnknownClause if there is none."""
        try:
            return self.clauses[self._cited[key]]
        except KeyError:
            raise UnknownClause(key) from None

    def has_clause(self, key: str) -> bool:
        """Tell whether the edition has a clause under that key of the terms."""
        return key in self._cited

    def cite(self, key: str, language: str) -> CitedClause:
        """Give the clause a key of the terms stands for, as a page cites it. Raises UnknownClause."""
        return _cited_as(self.clause_of(key), language)

    def cite_clause(self, id: str, language: str) -> CitedClause:
        """Give the clause with that id as a page cites it. Raises UnknownClause."""
        return _cited_as(self.clause(id), language)

    def article_of(self, id: str) -> Article | None:
        """Give the article a clause stands in; None for preamble and closing. Raises UnknownClause."""
        wanted = self.clause(id).article_id
        return next((article for article in self.articles if article.id == wanted), None)

    def parts_of(self, id: str) -> tuple[str, ...]:
        """Give the ids of the part itself and of all that stands in it, in the order of the text. Raises
        UnknownClause."""
        self.clause(id)
        for article in self.articles:
            inside = {
                paragraph.id: (
                    paragraph.id,
                    *(one.id for one in paragraph.sentences),
                    *(one.id for one in paragraph.items),
                )
                for paragraph in article.paragraphs
            }
            if article.id == id:
                return (id, *(one for parts in inside.values() for one in parts))
            if id in inside:
                return inside[id]
        return (id,)

    def notes_on(self, id: str) -> tuple[TranslationNote, ...]:
        """Give the translator's remarks on that clause."""
        return tuple(note for note in self.translation_notes if note.clause == id)

    # -- terms

    @cached_property
    def scope_items(self) -> tuple[ScopeItem, ...]:
        """The matters the parties cooperate on, in the order of the terms ("scope")."""
        only_for = self.settings.measure_items
        found = []
        for entry in self.terms["scope"]:
            clause = self.clauses[entry["clause"]]
            item = _item_with_id(self.articles, clause.id)
            needs_measure = self.settings.measure_of is not None and (
                only_for is None or clause.id in only_for
            )
            found.append(
                ScopeItem(
                    key=clause.id,
                    label=item.label if item else clause.label,
                    text=clause.text,
                    citation=clause.label,
                    in_scope_by=InScopeBy(entry["in_scope_by"]),
                    needs_measure=needs_measure,
                )
            )
        return tuple(found)

    def scope_item(self, key: str) -> ScopeItem:
        """Give the matter whose clause has that id. Raises UnknownClause if it is none of them."""
        for item in self.scope_items:
            if item.key == key:
                return item
        raise UnknownClause(key)

    @property
    def measure_of(self) -> str | None:
        """The key of the party whose measures the matters hang on (R2-1); None if on nobody's."""
        return self.settings.measure_of

    @property
    def purposes(self) -> tuple[Purpose, ...]:
        """The purposes an activity may serve; the purpose clause as one if none are told apart."""
        return self.settings.purposes or (Purpose("purpose", self.clause_of("purpose").text),)

    @property
    def closed_days(self) -> frozenset[date]:
        """Days on which no work is done under this agreement beside weekends and holidays."""
        return self.settings.closed_days

    @cached_property
    def term_length_months(self) -> int:
        """The length of the first term ("term")."""
        return months_of(self.terms["term"]["length"])

    @cached_property
    def renewal(self) -> Renewal:
        """How the term goes on; without a word on it, not by itself and not at all ("renewal")."""
        given = self.terms.get("renewal")
        if given is None:
            return Renewal(None, automatic=False, months=self.term_length_months, repeats=False)
        months = months_of(given["length"]) if "length" in given else self.term_length_months
        return Renewal(given["clause"], bool(given.get("automatic")), months, bool(given.get("repeats")))

    @cached_property
    def lengths(self) -> tuple[Lengths, ...]:
        """How long terms run, by the day on which they begin: what held before this edition ("term.earlier"), the
        earliest first, and last what it says itself."""
        renewal, found = self.renewal, []
        for one in self.terms["term"].get("earlier", ()):
            found.append(
                Lengths(
                    _day(one["until"]) if "until" in one else self.in_force_from,
                    months_of(one["length"]),
                    months_of(one["renewal"]),
                    bool(one["automatic"]),
                    _day(one["running_until"]) if "running_until" in one else None,
                )
            )
        return (*found, Lengths(None, self.term_length_months, renewal.months, renewal.automatic))

    def lengths_on(self, day: date) -> Lengths:
        """What holds for a term that begins on `day`: a later edition changes no term that had begun (R3-5)."""
        return next(one for one in self.lengths if one.until is None or day < one.until)

    @property
    def non_renewal(self) -> NoticeTerm | None:
        """The declaration that stops an automatic renewal ("non_renewal"); None if there is none."""
        return _notice(self.terms.get("non_renewal"))

    @property
    def termination(self) -> NoticeTerm | None:
        """The notice that ends the agreement before its expiry ("termination"); None if there is none."""
        return _notice(self.terms.get("termination"))

    @property
    def survival(self) -> Survival | None:
        """What survives the end, and how long ("survival"); None if nothing does."""
        given = self.terms.get("survival")
        if given is None:
            return None
        return Survival(given["clause"], months_of(given["length"]), tuple(given["provisions"]))

    @property
    def confidentiality_months(self) -> int | None:
        """How long the duty lasts from receipt ("confidentiality.duration"); None if not limited."""
        given = self.terms.get("confidentiality", {}).get("duration")
        return months_of(given["length"]) if given else None

    @property
    def representative_kinds(self) -> tuple[str, ...]:
        """The kinds of Representatives (担当者) to whom what was received may be passed on, in the order of the terms
        ("confidentiality.representatives"); none where the text names none."""
        given = self.terms.get("confidentiality", {}).get("representatives", {})
        return tuple(given.get("kinds", ()))

    @property
    def advice(self) -> AdviceTerm | None:
        """The direction in which advice comes without warranty ("advice"); None if there is no such term."""
        given = self.terms.get("advice")
        if given is None:
            return None
        liability = given.get("liability", {})
        return AdviceTerm(
            clause=given["clause"],
            giver=given["from"],
            receiver=given["to"],
            accuracy_warranted=bool(given.get("accuracy_warranted")),
            liability_clause=liability.get("clause"),
            liability_excluded_for=liability.get("excluded_for"),
        )

    @property
    def volunteered(self) -> Clause | None:
        """The exclusion of volunteered opinions and proposals from confidential information; None if the text has
        none (R8-1)."""
        id = self.settings.volunteered
        return self.clauses[id] if id else None

    @property
    def meeting_months(self) -> int | None:
        """The rhythm of regular meetings ("meetings"); None if the text asks for none."""
        given = self.terms.get("meetings")
        return months_of(given["every"]) if given else None

    # -- the whole text

    def japanese_text(self) -> str:
        """Give the authentic text in one piece, as signed, without line breaks."""
        return "".join(self._japanese_pieces())

    def _japanese_pieces(self) -> Iterator[str]:
        yield self.title.ja
        yield self.preamble.text.ja
        for article in self.articles:
            yield article.caption.ja
            yield article.label.ja
            for paragraph in article.paragraphs:
                yield paragraph.label.ja
                yield paragraph.text.ja
                for item in paragraph.items:
                    yield item.label.ja
                    yield item.text.ja
                    yield item.after
                yield paragraph.tail.ja
        yield self.closing.text.ja


def _cited_as(clause: Clause, language: str) -> CitedClause:
    return CitedClause(clause.label[language], clause.href, clause.id, clause.caption[language])


def _item_with_id(articles: Iterable[Article], id: str) -> Item | None:
    return next(
        (item for article in articles for para in article.paragraphs for item in para.items if item.id == id),
        None,
    )


def _notice(given: Mapping[str, Any] | None) -> NoticeTerm | None:
    if given is None:
        return None
    return NoticeTerm(
        given["clause"],
        by=given.get("by", "any_party"),
        form=given.get("form", "writing"),
        lead_months=months_of(given.get("lead", "P0D")),
    )


def _day(given: date | str) -> date:
    return given if isinstance(given, date) else date.fromisoformat(given)


def months_of(period: str) -> int:
    """Give the months of a period of years and months: P1Y is 12, P1M 1, P0D 0. Else ValueError."""
    if period == "P0D":
        return 0
    found = _PERIOD.fullmatch(period)
    if not found or period == "P":
        raise ValueError(f"{period!r} is no period in years and months such as P1Y or P3M")
    return int(found["years"] or 0) * 12 + int(found["months"] or 0)
