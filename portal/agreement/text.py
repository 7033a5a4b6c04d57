"""Reads the agreement's text and terms from its file, strictly, into an edition."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from portal.agreement.edition import (
    AdviceTerm,
    Article,
    CitedClause,
    Clause,
    Edition,
    InScopeBy,
    Item,
    Lengths,
    NoticeTerm,
    Originals,
    Paragraph,
    PartyText,
    Purpose,
    Renewal,
    ScopeItem,
    Sentence,
    Settings,
    StatedDates,
    Survival,
    TranslationNote,
    UnknownClause,
    Words,
    months_of,
)
from portal.agreement.strict import AgreementFileBroken, At, loaded
from portal.agreement.terms import Terms, check_terms
from portal.kernel.periods import Conventions, HolidayShift, TakesEffect

__all__ = [
    "AdviceTerm",
    "AgreementFileBroken",
    "Article",
    "CitedClause",
    "Clause",
    "Edition",
    "FOUNDING_FILE",
    "InScopeBy",
    "Item",
    "Lengths",
    "NoticeTerm",
    "Originals",
    "Paragraph",
    "PartyText",
    "Purpose",
    "Renewal",
    "ScopeItem",
    "Sentence",
    "Settings",
    "StatedDates",
    "Survival",
    "TranslationNote",
    "UnknownClause",
    "Words",
    "edition_digest",
    "in_the_digits_of",
    "months_of",
    "portal_file_beside",
    "read_edition",
    "texts_of",
]

FOUNDING_FILE = Path(__file__).with_name("founding") / "agreement.yaml"
"""The agreement this portal is founded on unless it is given another."""

RESERVED_PARTY_KEYS = frozenset({"joint", "operator", "all", "none"})
"""Words that already mean something beside a party."""

_PARTY_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")


class _Ids:
    """The ids met so far: each stands once."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def take(self, at: At) -> str:
        id = at.string()
        if not _ID.fullmatch(id):
            at.fail(f"{id!r} is no id: a letter, then letters, digits, dots and hyphens")
        if id in self.known:
            at.fail(f"{id} is used already at {self.known[id]}")
        self.known[id] = at.place
        return id


def _sentence(at: At, ids: _Ids) -> Sentence:
    given = at.mapping("id ja en")
    return Sentence(ids.take(given["id"]), Words(given["ja"].string(), given["en"].string()))


def _item(at: At, ids: _Ids) -> Item:
    given = at.mapping("id number label ja en", "after")
    return Item(
        ids.take(given["id"]),
        given["number"].number(1),
        given["label"].words(),
        Words(given["ja"].string(), given["en"].string()),
        given["after"].string(may_be_empty=True) if "after" in given else "",
    )


def _numbered(at: At, numbers: Iterable[int]) -> None:
    if list(numbers) != sorted(set(numbers)):
        at.fail("numbers must rise")


def _paragraph(at: At, ids: _Ids) -> Paragraph:
    given = at.mapping("id number label ja en", "sentences items tail")
    id = ids.take(given["id"])
    text = Words(given["ja"].string(), given["en"].string())
    sentences: tuple[Sentence, ...] = ()
    if "sentences" in given:
        sentences = tuple(_sentence(entry, ids) for entry in given["sentences"].listing(1))
        if "".join(sentence.text.ja for sentence in sentences) != text.ja:
            given["sentences"].fail(f"joined they are not the Japanese of {id}")
        if " ".join(sentence.text.en for sentence in sentences) != text.en:
            given["sentences"].fail(f"joined they are not the English of {id}")
    items: tuple[Item, ...] = ()
    if "items" in given:
        items = tuple(_item(entry, ids) for entry in given["items"].listing(1))
        _numbered(given["items"], [item.number for item in items])
    return Paragraph(
        id,
        given["number"].number(1),
        given["label"].words(may_be_empty=True),
        text,
        sentences,
        items,
        given["tail"].words(may_be_empty=True) if "tail" in given else Words("", ""),
    )


def _article(at: At, ids: _Ids) -> Article:
    given = at.mapping("id number caption label paragraphs")
    id = ids.take(given["id"])
    paragraphs = tuple(_paragraph(entry, ids) for entry in given["paragraphs"].listing(1))
    _numbered(given["paragraphs"], [paragraph.number for paragraph in paragraphs])
    return Article(
        id,
        given["number"].number(1),
        given["caption"].words(
            may_be_empty=True
        ),  # of an article that was deleted, nothing is left but its number
        given["label"].words(),
        paragraphs,
    )


def _party(at: At) -> PartyText:
    given = at.mapping("id defined_as name kind")
    key = given["id"].string()
    if not _PARTY_KEY.fullmatch(key):
        given["id"].fail(
            f"{key!r} is no key of a party: small letters, digits and _, a letter first, at most 32"
        )
    if key in RESERVED_PARTY_KEYS:
        given["id"].fail(f"{key!r} is a word the portal uses itself; choose another key")
    return PartyText(key, given["defined_as"].words(), given["name"].words(), given["kind"].string())


# ------------------------------------------------------------------------------------------- clauses in words

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_KANJI = "〇一二三四五六七八九"


def in_the_digits_of(label: str, number: int) -> str:
    """Write a number as the label of its article writes numbers: full-width, kanji or plain."""
    if re.search("[０-９]", label):
        return str(number).translate(_FULL_WIDTH)
    if re.search(f"[十{_KANJI}]", label) and number < 100:
        tens, units = divmod(number, 10)
        return (_KANJI[tens] if tens > 1 else "") + ("十" if tens else "") + (_KANJI[units] if units else "")
    return str(number)


def _which_sentence(number: int, count: int) -> Words:
    """Name a sentence among its fellows as lawyers do: 前段, 中段, 後段."""
    names = {2: "前後", 3: "前中後"}.get(count)
    ordinals = ("first", "second", "third", "fourth", "fifth", "sixth")
    english = f"{ordinals[number]} sentence" if number < len(ordinals) else f"sentence {number + 1}"
    if count == 1:
        return Words("", "")
    return Words(f"{names[number]}段" if names else f"第{number + 1}文", f", {english}")


def _clauses(
    preamble: Sentence, articles: Iterable[Article], closing: Sentence
) -> Iterator[tuple[str, Clause]]:
    """Give every part that can be cited, in the order of the text."""
    nothing = Words("", "")
    yield preamble.id, Clause(preamble.id, Words("前文", "Preamble"), preamble.text, nothing, "")
    for article in articles:
        whole = Words(
            "".join(para.text.ja for para in article.paragraphs),
            " ".join(para.text.en for para in article.paragraphs),
        )
        yield article.id, Clause(article.id, article.label, whole, article.caption, article.id)
        alone = len(article.paragraphs) == 1
        for para in article.paragraphs:
            number = in_the_digits_of(article.label.ja, para.number)
            ja = article.label.ja if alone else f"{article.label.ja}第{number}項"
            en = article.label.en if alone else f"{article.label.en}, paragraph {para.number}"
            yield para.id, Clause(para.id, Words(ja, en), para.text, article.caption, article.id)
            for position, sentence in enumerate(para.sentences):
                which = _which_sentence(position, len(para.sentences))
                label = Words(ja + which.ja, en + which.en)
                yield sentence.id, Clause(sentence.id, label, sentence.text, article.caption, article.id)
            before = article.label.en if alone else f"{article.label.en}({para.number})"
            for item in para.items:
                label = Words(ja + item.label.ja, f"{before}({item.number})")
                yield item.id, Clause(item.id, label, item.text, article.caption, article.id)
    yield closing.id, Clause(closing.id, Words("末文", "Closing"), closing.text, nothing, "")


# --------------------------------------------------------------------------------- beside the text


def _conventions(at: At) -> Conventions:
    """Give the conventions of counting, after making sure that the portal knows how to keep each of them."""
    given = at.mapping(
        "",
        "zone count_first_day backward_count_first_day month_end termination_takes_effect holiday_shift"
        " notice_effective",
    )
    for name, only in (
        ("zone", "Asia/Tokyo"),
        ("month_end", "civil_code_143"),
        ("notice_effective", "arrival"),
    ):
        if name in given and given[name].value != only:
            given[name].fail(f"only {only} is known")
    usual = Conventions()
    return Conventions(
        count_first_day=given["count_first_day"].truth()
        if "count_first_day" in given
        else usual.count_first_day,
        backward_count_first_day=(
            given["backward_count_first_day"].truth()
            if "backward_count_first_day" in given
            else usual.backward_count_first_day
        ),
        takes_effect=(
            given["termination_takes_effect"].one_of(TakesEffect)
            if "termination_takes_effect" in given
            else usual.takes_effect
        ),
        holiday_shift=(
            given["holiday_shift"].one_of(HolidayShift) if "holiday_shift" in given else usual.holiday_shift
        ),
    )


def _dates(at: At) -> StatedDates:
    given = at.mapping("", "signed_on effective_on end_on_fixed")
    days = {name: None if entry.value is None else entry.day() for name, entry in given.items()}
    start = days.get("effective_on") or days.get("signed_on")
    end = days.get("end_on_fixed")
    if start and end and end < start:
        at.fail("end_on_fixed lies before the start")
    return StatedDates(days.get("signed_on"), days.get("effective_on"), end)


def _settings(text: str, checker: Terms, scope: list[str]) -> Settings:
    """Read portal.yaml: whose measures the matters hang on, the purposes, prefixes, closed days, lead times, the days after
    which a side that is waited for is reminded, the exclusion of what is volunteered, and the target of the time after
    the end."""
    if not text.strip():
        return Settings()
    given = At(loaded(text, "portal.yaml"), "portal.yaml").mapping(
        "", "measure purposes prefixes closed_days volunteered lead_days handback_days waiting_days"
    )
    measure_of: str | None = None
    measure_items: tuple[str, ...] | None = None
    if "measure" in given:
        measure = given["measure"].mapping("of", "items")
        measure_of = checker.known_party(measure["of"])
        if "items" in measure:
            measure_items = tuple(checker.known_clause(entry) for entry in measure["items"].listing(1))
            for item in measure_items:
                if item not in scope:
                    measure["items"].fail(f"{item} is none of the matters in terms.scope")
    purposes: list[Purpose] = []
    for entry in given["purposes"].listing(1) if "purposes" in given else []:
        words = entry.mapping("key ja en")
        key = words["key"].string()
        if not _PARTY_KEY.fullmatch(key) or key in {purpose.key for purpose in purposes}:
            words["key"].fail(f"{key!r} is no key of its own")
        purposes.append(Purpose(key, Words(words["ja"].string(), words["en"].string())))
    prefixes: dict[str, str] = {}
    if "prefixes" in given:
        if not isinstance(given["prefixes"].value, dict):
            given["prefixes"].fail("must be a mapping")
        for kind, prefix in given["prefixes"].value.items():
            at = At(prefix, f"portal.yaml.prefixes.{kind}")
            if not re.fullmatch("[A-Z]{2,6}", at.string()):
                at.fail("must be two to six capital letters")
            if prefix in prefixes.values():
                at.fail(f"{prefix} is used for two kinds")
            prefixes[str(kind)] = prefix
    closed = (
        frozenset(entry.day() for entry in given["closed_days"].listing()) if "closed_days" in given else ()
    )
    volunteered = checker.known_clause(given["volunteered"]) if "volunteered" in given else None
    lead_days: dict[str, int] = {}
    if "lead_days" in given:
        if not isinstance(given["lead_days"].value, dict):
            given["lead_days"].fail("must be a mapping")
        for sort, number in given["lead_days"].value.items():
            if type(number) is not int or not 0 <= number <= 250:
                At(number, f"portal.yaml.lead_days.{sort}").fail("must be a number of days, 0 to 250")
            lead_days[str(sort)] = number
    handback_days = given["handback_days"].number(0) if "handback_days" in given else Settings.handback_days
    if handback_days > 3650:
        given["handback_days"].fail("must be a number of days, 0 to 3650")
    waiting_days = Settings.waiting_days
    if "waiting_days" in given:
        waiting_days = given["waiting_days"].number(1)
        if waiting_days > 250:
            given["waiting_days"].fail("must be a number of business days, 1 to 250")
    return Settings(
        measure_of,
        measure_items,
        tuple(purposes),
        MappingProxyType(prefixes),
        frozenset(closed),
        volunteered,
        MappingProxyType(lead_days),
        handback_days,
        waiting_days,
    )


def _frozen(value: Any) -> Any:
    """Give the same data, which nobody can change any more."""
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(entry) for key, entry in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(entry) for entry in value)
    return value


def _digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def edition_digest(yaml_text: str, portal_text: str = "") -> str:
    """Give the SHA-256 of what `sha256sum agreement.yaml portal.yaml` prints; portal.yaml only if it says
    anything.

    Anyone can reckon it again from the two files with no tool but sha256sum.
    """
    lines = f"{_digest_of(yaml_text)}  agreement.yaml\n"
    if portal_text.strip():
        lines += f"{_digest_of(portal_text)}  portal.yaml\n"
    return _digest_of(lines)


@lru_cache(maxsize=16)
def read_edition(yaml_text: str, portal_text: str = "") -> Edition:
    """Give the edition that the text of agreement.yaml and of the portal.yaml beside it describe.

    Raises AgreementFileBroken, naming the place and the fault in one line, unless everything holds together:
    two or more parties, ids that stand once, sentences that join to their paragraph, terms that point at
    clauses and parties that exist, periods and conventions the portal can reckon with, and nothing it does
    not know.
    """
    root = At(loaded(yaml_text, "agreement.yaml"), "agreement.yaml")
    top = root.mapping("meta parties preamble articles closing terms", "translation_notes")
    meta = top["meta"].mapping(
        "id title authentic_language translation_status translation_notice text_version dates", "originals"
    )
    if meta["authentic_language"].string() != "ja":
        meta["authentic_language"].fail("only ja is known")
    originals = (
        meta["originals"].mapping("count one_each")
        if "originals" in meta
        else {"count": At(len(top["parties"].listing()) or 1, ""), "one_each": At(True, "")}
    )
    parties = tuple(_party(entry) for entry in top["parties"].listing(2))
    keys = [party.key for party in parties]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            top["parties"].fail(f"the key {key} is used twice")
    for language in ("ja", "en"):
        if len({party.defined_as[language] for party in parties}) != len(parties):
            top["parties"].fail(f"two parties are defined by the same word ({language})")

    ids = _Ids()
    preamble = _sentence(top["preamble"], ids)
    articles = tuple(_article(entry, ids) for entry in top["articles"].listing(1))
    _numbered(top["articles"], [article.number for article in articles])
    closing = _sentence(top["closing"], ids)
    clauses = dict(_clauses(preamble, articles, closing))

    checker = Terms(_parents(preamble, articles, closing), keys)
    if not isinstance(top["terms"].value, dict):
        top["terms"].fail("must be a mapping")
    check_terms(top["terms"].value, top["terms"].place, checker)
    scope = [entry["clause"] for entry in top["terms"].value["scope"]]
    checker.cited.setdefault("purpose", articles[0].id)
    checker.cited.setdefault("consultation", checker.cited.get("scope") or articles[0].id)
    conventions = At(
        top["terms"].value.get("time_conventions") or {}, f"{top['terms'].place}.time_conventions"
    )

    notes = []
    for entry in top["translation_notes"].listing() if "translation_notes" in top else []:
        note = entry.mapping("clause ja en")
        notes.append(
            TranslationNote(
                checker.known_clause(note["clause"]), Words(note["ja"].string(), note["en"].string())
            )
        )
    return Edition(
        id=meta["id"].string(),
        version=meta["text_version"].number(1),
        title=meta["title"].words(),
        authentic_language="ja",
        translation_status=meta["translation_status"].string(),
        translation_notice=meta["translation_notice"].words(),
        dates=_dates(meta["dates"]),
        originals=Originals(originals["count"].number(1), originals["one_each"].truth()),
        parties=parties,
        preamble=preamble,
        articles=articles,
        closing=closing,
        terms=_frozen(top["terms"].value),
        conventions=_conventions(conventions),
        translation_notes=tuple(notes),
        settings=_settings(portal_text, checker, scope),
        text_digest=_digest_of(yaml_text),
        digest=edition_digest(yaml_text, portal_text),
        clauses=MappingProxyType(clauses),
        _cited=MappingProxyType(checker.cited),
    )


def _parents(preamble: Sentence, articles: Iterable[Article], closing: Sentence) -> dict[str, str | None]:
    """Give for every id the id of the part it stands in; None for the outermost."""
    parents: dict[str, str | None] = {preamble.id: None, closing.id: None}
    for article in articles:
        parents[article.id] = None
        for para in article.paragraphs:
            parents[para.id] = article.id
            parents.update({sentence.id: para.id for sentence in para.sentences})
            parents.update({item.id: para.id for item in para.items})
    return parents


def portal_file_beside(agreement_file: Path) -> Path:
    """Give where the settings beside an agreement file lie: portal.yaml, or <its name>.portal.yaml."""
    if agreement_file.name == "agreement.yaml":
        return agreement_file.with_name("portal.yaml")
    return agreement_file.with_name(f"{agreement_file.stem}.portal.yaml")


def texts_of(agreement_file: Path) -> tuple[str, str]:
    """Give the text of an agreement file and of the settings beside it ("" if there are none), byte for byte.

    Raises AgreementFileBroken if the file cannot be read or is not UTF-8.
    """
    beside = portal_file_beside(agreement_file)
    try:
        return (
            agreement_file.read_bytes().decode("utf-8"),
            beside.read_bytes().decode("utf-8") if beside.exists() else "",
        )
    except (OSError, UnicodeDecodeError) as error:
        raise AgreementFileBroken(f"{agreement_file}: {error}") from error
