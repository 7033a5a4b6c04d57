"""From an edition and what is to change in it, the text of the next edition: whole, or refused with the reason beside the clause; pure."""

from __future__ import annotations

import copy
import datetime as dt
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import yaml

from portal.agreement.edition import Edition, Words, months_of
from portal.agreement.figures import (
    FIGURE_NAMES,
    MAY_BE_NONE,
    PERIODS,
    Figure,
    figures,
    months_of_plain,
    plain_period,
)
from portal.agreement.strict import AgreementFileBroken, loaded
from portal.agreement.text import in_the_digits_of, read_edition
from portal.amendments import rules
from portal.amendments.rules import Adds, How
from portal.kernel.errors import RuleBroken, refuse_together
from portal.kernel.words import Phrase

DELETED = Words("削除", "Deleted")
"""What stands in place of a clause that was taken out, whose number stays."""
ENGLISH_TO_FOLLOW = "[English reference translation to follow; the Japanese text prevails.]"
"""What stands in place of a translation that nobody has made yet: missing English never blocks (R3-1)."""
NONE = "none"
"""A figure's value where the term is to be said no more."""
CLAUSE = ".clause"
"""With a term's key before it: the clause that the term is to rest on."""
ROWS = 12
"""How many clauses may be added at once."""

TERMS: dict[str, Figure] = {}
"""The terms that the portal reckons with, each by the figure that is its length."""
for _figure in (
    Figure.TERM, Figure.RENEWAL, Figure.NON_RENEWAL, Figure.TERMINATION, Figure.SURVIVAL, Figure.CONFIDENTIALITY,
    Figure.MEETINGS,
):  # fmt: skip
    TERMS[_figure.term] = _figure
_LENGTH = {one: one.value.rpartition(".")[2] for one in Figure}


@dataclass(frozen=True)
class Base:
    """The edition that is to be changed: its two files as adopted, and its first day in force."""

    number: int
    text: str
    portal_text: str
    in_force_from: dt.date | None = None

    @property
    def edition(self) -> Edition:
        """The edition as read."""
        return read_edition(self.text, self.portal_text)

    @property
    def edition_in_force(self) -> Edition:
        """The edition with its first day in force, from which days are reckoned."""
        return replace(self.edition, in_force_from=self.in_force_from)


@dataclass(frozen=True)
class Wanted:
    """What is to change, row by row as a proposal says it."""

    changes: tuple[tuple[str, ...], ...] = ()
    """How, clause, Japanese, English."""
    additions: tuple[tuple[str, ...], ...] = ()
    """What, where, caption in Japanese and in English, Japanese, English, what brings it into scope."""
    figures: tuple[tuple[str, ...], ...] = ()
    """A figure and its plain value; a term's key and `none`; a term's key with `.clause` and a clause."""
    running_until: dt.date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is to change."""
        return not (self.changes or self.additions or self.figures or self.running_until)


@dataclass(frozen=True)
class Written:
    """The next edition: its two files, and what they say."""

    text: str
    portal_text: str
    edition: Edition


# ------------------------------------------------------------------------------------------- choices


def replaceable(edition: Edition) -> list[str]:
    """The ids of every clause whose words can be changed, in the order of the text: sentences, paragraphs that are
    not in sentences, items, preamble and closing."""
    found = [edition.preamble.id]
    for article in edition.articles:
        for paragraph in article.paragraphs:
            found += [one.id for one in paragraph.sentences] or [paragraph.id]
            found += [one.id for one in paragraph.items]
    return [*found, edition.closing.id]


def deletable(edition: Edition) -> list[str]:
    """The ids of every clause that can be taken out, its number kept: articles, paragraphs, sentences, items."""
    return [id for article in edition.articles for id in edition.parts_of(article.id)]


def choosable(edition: Edition) -> list[str]:
    """The ids of every clause that can be chosen for a proposal, in the order of the text; a paragraph that is the whole
    of its article is taken out with the article, and stands only once."""
    alone = {one.paragraphs[0].id for one in edition.articles if len(one.paragraphs) == 1}
    may = {*replaceable(edition), *(id for id in deletable(edition) if id not in alone)}
    return [id for id in edition.clauses if id in may]


def leaves_of(edition: Edition, id: str) -> list[str]:
    """The clauses that are changed one by one when `id` is to be worded otherwise."""
    may = set(replaceable(edition))
    return [one for one in edition.parts_of(id) if one in may]


def with_items(edition: Edition) -> list[str]:
    """The ids of the paragraphs to which an item can be added."""
    return [para.id for article in edition.articles for para in article.paragraphs if para.items]


def is_in_scope_list(edition: Edition, paragraph_id: str) -> bool:
    """Whether the items of the paragraph are the matters of the cooperation."""
    matters = {one.key for one in edition.scope_items}
    paragraph = next(
        (para for article in edition.articles for para in article.paragraphs if para.id == paragraph_id), None
    )
    return paragraph is not None and bool(matters & {one.id for one in paragraph.items})


# ------------------------------------------------------------------------------------------- writing


@lru_cache(maxsize=32)
def written(base: Base, wanted: Wanted) -> Written:
    """The next edition as `wanted` makes it of `base`. Raises the RuleBroken for what does not hold, each beside the
    row it concerns (`changes:<clause>`, `additions:<number>`, `figures:<name>`)."""
    return _Writer(base, wanted).write()


class _Writer:
    """The text on its way; refusals are gathered and told together."""

    def __init__(self, base: Base, wanted: Wanted) -> None:
        self.base, self.wanted, self.old = base, wanted, base.edition
        self.data = copy.deepcopy(loaded(base.text, "agreement.yaml"))
        self.portal = loaded(base.portal_text, "portal.yaml") if base.portal_text.strip() else {}
        self.refusals: list[RuleBroken] = []
        self.deleted: set[str] = set()
        self.gone: set[str] = set()
        self.added: dict[str, str] = {}
        """The ids of what was added, by `+1`, `+2`."""

    def write(self) -> Written:
        if self.wanted.is_empty:
            raise rules.NothingChanged("clauses")
        for row in self.wanted.changes:
            self._tell(lambda row=row: self._change(*(*row, "", "", "", "")[:4]))
        for number, row in enumerate(self.wanted.additions, 1):
            self._tell(lambda row=row, number=number: self._add(number, *(*row, *[""] * 7)[:7]))
        self._tell(self._figures)
        refuse_together(self.refusals)
        self._mend_terms()
        refuse_together(self.refusals)
        self.data["meta"]["text_version"] = self.old.version + 1
        text = yaml.safe_dump(self.data, allow_unicode=True, sort_keys=False, width=1_000_000)
        portal_text = self._portal_text()
        try:
            edition = read_edition(text, portal_text)
        except AgreementFileBroken as broken:
            raise rules.NotAWholeEdition("clauses", place=str(broken)) from broken
        if edition.parties != self.old.parties:
            raise rules.PartiesChanged("clauses")
        return Written(text, portal_text, edition)

    def _tell(self, do: Any) -> None:
        try:
            do()
        except RuleBroken as refused:
            self.refusals += [one for one in refused.each if isinstance(one, RuleBroken)]

    # -- the words

    def _change(self, how: str, id: str, ja: str, en: str) -> None:
        field = f"changes:{id}"
        if id not in self.old.clauses:
            raise rules.NoSuchClause(field, id=id, number=self.base.number)
        label = self.old.clause(id).label
        for other in self.wanted.changes:
            whole = other[1] if len(other) > 1 else ""
            if other[0] == How.DELETE and whole != id and whole in self.old.clauses:
                if id in self.old.parts_of(whole):
                    raise rules.ChangedTwice(field, clause=label, whole=self.old.clause(whole).label)
        match how:
            case How.REPLACE:
                self._replace(field, id, one_line(ja, ""), one_line(en, " "))
            case How.DELETE:
                self._delete(field, id)
            case _:
                raise rules.NotSaidHow(field, clause=label)

    def _replace(self, field: str, id: str, ja: str, en: str) -> None:
        clause = self.old.clause(id)
        if id not in replaceable(self.old):
            raise rules.OnlyDeletable(field, clause=clause.label)
        if not ja:
            raise rules.NoWords(field, clause=clause.label)
        en = en or ENGLISH_TO_FOLLOW
        if (ja, en) == (clause.text.ja, clause.text.en):
            raise rules.SameWords(field, clause=clause.label)
        if ja != clause.text.ja and en == clause.text.en:
            en = ENGLISH_TO_FOLLOW  # the translation of what it no longer says
        part, paragraph = self._found(id)
        part |= {"ja": ja, "en": en}
        if paragraph is not None and paragraph is not part:
            _joined(paragraph)

    def _delete(self, field: str, id: str) -> None:
        label = self.old.clause(id).label
        if id not in deletable(self.old):
            raise rules.NotDeletable(field, clause=label)
        inside = set(self.old.parts_of(id)) - {id}
        article = next((one for one in self.data["articles"] if one["id"] == id), None)
        if article is not None:
            first = article["paragraphs"][0]["id"]
            article["caption"] = {"ja": "", "en": ""}
            article["paragraphs"] = [
                {
                    "id": first,
                    "number": 1,
                    "label": {"ja": "", "en": ""},
                    "ja": DELETED.ja,
                    "en": DELETED.en,
                }
            ]
            self.deleted |= {id, first}
            self.gone |= inside - {first}
            return
        part, paragraph = self._found(id)
        if paragraph is part:
            for key in ("sentences", "items", "tail"):
                part.pop(key, None)
            part |= {"ja": DELETED.ja, "en": DELETED.en}
            self.deleted.add(id)
            self.gone |= inside
        elif paragraph is not None and part in paragraph.get("sentences", ()):
            paragraph["sentences"].remove(part)
            self.gone.add(id)
            if paragraph["sentences"]:
                _joined(paragraph)
            else:
                del paragraph["sentences"]
                paragraph |= {"ja": DELETED.ja, "en": DELETED.en}
                self.deleted.add(paragraph["id"])
        else:
            part |= {"ja": DELETED.ja, "en": DELETED.en}
            part.pop("after", None)
            self.deleted.add(id)

    def _found(self, id: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The part with that id, and the paragraph it stands in (itself, where it is one)."""
        for name in ("preamble", "closing"):
            if self.data[name]["id"] == id:
                return self.data[name], None
        for article in self.data["articles"]:
            for paragraph in article["paragraphs"]:
                if paragraph["id"] == id:
                    return paragraph, paragraph
                for part in (*paragraph.get("sentences", ()), *paragraph.get("items", ())):
                    if part["id"] == id:
                        return part, paragraph
        raise AssertionError(id)  # it stands in the edition, which was read from the same file

    # -- what is added

    def _add(
        self,
        number: int,
        what: str,
        where: str,
        caption_ja: str,
        caption_en: str,
        ja: str,
        en: str,
        scope: str,
    ) -> None:
        field = f"additions:{number}"
        lines = [one for line in ja.splitlines() if (one := one_line(line, ""))]
        english = [one for line in en.splitlines() if (one := one_line(line, " "))]
        if what not in set(Adds) or not lines:
            raise rules.AdditionUnfinished(field)
        if what == Adds.ARTICLE:
            if not caption_ja.strip():
                raise rules.AdditionUnfinished(field)
            self.added[f"+{number}"] = self._article(
                one_line(caption_ja, ""), one_line(caption_en, " "), lines, english
            )
            return
        words = {"ja": "".join(lines), "en": " ".join(english) or ENGLISH_TO_FOLLOW}
        if what == Adds.PARAGRAPH:
            article = next((one for one in self.data["articles"] if one["id"] == where), None)
            if article is None or where in self.deleted:
                raise rules.NoPlaceForIt(field)
            self.added[f"+{number}"] = self._paragraph(article, words)
            return
        if where not in with_items(self.old) or where in self.deleted | self.gone:
            raise rules.NoPlaceForIt(field)
        if is_in_scope_list(self.old, where) and scope not in {"text", "agreement_of_all_parties"}:
            raise rules.ScopeUnsaid(field)
        self.added[f"+{number}"] = self._item(self._found(where)[0], words, scope)

    def _article(self, caption_ja: str, caption_en: str, lines: list[str], english: list[str]) -> str:
        last = self.data["articles"][-1]
        number = last["number"] + 1
        id = self._new_id(_next_id(last["id"], number, "article"))
        ja = in_the_digits_of(last["label"]["ja"], number)
        label = last["label"]["ja"].replace(in_the_digits_of(last["label"]["ja"], last["number"]), ja)
        article: dict[str, Any] = {
            "id": id,
            "number": number,
            "caption": {
                "ja": caption_ja if caption_ja.startswith(("（", "(")) else f"（{caption_ja}）",
                "en": _bracketed(caption_en) if caption_en else "[English caption to follow]",
            },
            "label": {"ja": label, "en": last["label"]["en"].replace(str(last["number"]), str(number))},
            "paragraphs": [],
        }
        self.data["articles"].append(article)
        for place, line in enumerate(lines):
            en = english[place] if len(english) == len(lines) else ENGLISH_TO_FOLLOW
            self._paragraph(article, {"ja": line, "en": en})
        return str(article["paragraphs"][0]["id"])

    def _paragraph(self, article: dict[str, Any], words: Mapping[str, str]) -> str:
        number = article["paragraphs"][-1]["number"] + 1 if article["paragraphs"] else 1
        id = self._new_id(f"{article['id']}.{number}")
        article["paragraphs"].append(
            {"id": id, "number": number, "label": self._paragraph_label(number), **words}
        )
        return id

    def _paragraph_label(self, number: int) -> dict[str, str]:
        """The label of a paragraph, as those that the agreement has are written; the first has none."""
        if number == 1:
            return {"ja": "", "en": ""}
        for article in self.old.articles:
            for paragraph in article.paragraphs:
                if paragraph.number > 1 and paragraph.label.ja:
                    return _renumbered(paragraph.label, paragraph.number, number)
        return {"ja": in_the_digits_of("１", number), "en": f"{number}."}

    def _item(self, paragraph: dict[str, Any], words: Mapping[str, str], scope: str) -> str:
        last = paragraph["items"][-1]
        number = last["number"] + 1
        id = self._new_id(_next_id(last["id"], number, f"{paragraph['id']}.item"))
        label = _renumbered(Words(last["label"]["ja"], last["label"]["en"]), last["number"], number)
        paragraph["items"].append({"id": id, "number": number, "label": label, **words})
        terms = self.data["terms"]
        if is_in_scope_list(self.old, paragraph["id"]):
            terms["scope"].append({"clause": id, "in_scope_by": scope})
        exclusions = terms.get("confidentiality", {}).get("exclusions")
        if isinstance(exclusions, list) and last["id"] in exclusions:
            exclusions.append(id)
        return id

    def _new_id(self, wanted: str) -> str:
        known, id, number = set(_ids(self.data)) | set(self.old.clauses), wanted, 2
        while id in known:
            id, number = f"{wanted}-{number}", number + 1
        return id

    # -- what the portal reckons with

    def _figures(self) -> None:
        was, refusals = figures(self.old), list[RuleBroken]()
        given = {row[0]: row[1] for row in self.wanted.figures if len(row) == 2}
        for name in given:
            if name not in {*Figure, *TERMS, *(f"{term}{CLAUSE}" for term in TERMS)}:
                raise rules.NothingChanged("clauses")
        self._put_dates(given, refusals)
        for term, length in TERMS.items():
            self._put_term(term, length, given, was, refusals)
        refuse_together(refusals)
        if self.wanted.running_until or any(
            name in given for name in (Figure.TERM, Figure.RENEWAL, Figure.AUTOMATIC, "renewal")
        ):
            self._keep_what_has_begun()
        elif isinstance(self.data["terms"]["term"].get("earlier"), list):
            self._close_earlier()

    def _put_dates(self, given: Mapping[str, str], refusals: list[RuleBroken]) -> None:
        if Figure.FIXED_END not in given:
            return
        try:
            self.data["meta"]["dates"]["end_on_fixed"] = dt.date.fromisoformat(given[Figure.FIXED_END])
        except ValueError:
            refusals.append(rules.DayUnreadable(f"figures:{Figure.FIXED_END}"))

    def _put_term(
        self,
        term: str,
        length: Figure,
        given: Mapping[str, str],
        was: Mapping[Figure, str],
        refusals: list[RuleBroken],
    ) -> None:
        own = [one for one in Figure if one.term == term]
        named = {one: given[one] for one in own if one in given}
        clause = given.get(f"{term}{CLAUSE}", "")
        if given.get(term) == NONE:
            if length is Figure.TERM:
                refusals.append(rules.CannotBeDropped(f"figures:{term}"))
            else:
                self._drop(term)
            return
        for one in named:
            if one in PERIODS and months_of_plain(named[one]) is None:
                refusals.append(rules.PeriodUnreadable(f"figures:{one}", typed=named[one]))
                return
            if one in PERIODS and one not in MAY_BE_NONE and months_of(named[one]) < 1:
                refusals.append(rules.PeriodUnreadable(f"figures:{one}", typed=named[one]))
                return
        if not (named or clause):
            return
        stands = any(one in was for one in own)
        if not stands and not (clause and (length in named or length in MAY_BE_NONE)):
            refusals.append(rules.NoClauseForFigure(f"figures:{length}", figure=Phrase(FIGURE_NAMES[length])))
            return
        if Figure.SURVIVAL in own and not (named.get(Figure.PROVISIONS) or was.get(Figure.PROVISIONS)):
            refusals.append(rules.NothingSurvives(f"figures:{Figure.PROVISIONS}"))
            return
        entry = self._entry(term)
        if clause:
            entry["clause"] = self.added.get(clause, clause)
        for one, value in named.items():
            entry[_LENGTH[one]] = (
                value == "yes"
                if one is Figure.AUTOMATIC
                else value.split(",")
                if one is Figure.PROVISIONS
                else value
            )
        if not stands and length in MAY_BE_NONE:
            entry.setdefault("lead", "P0D")
            entry.setdefault("by", "any_party")
            entry.setdefault("form", "writing")

    def _entry(self, term: str) -> dict[str, Any]:
        found: dict[str, Any] = self.data["terms"]
        for step in term.split("."):
            found = found.setdefault(step, {})
        return found

    def _drop(self, term: str) -> None:
        above, _, name = term.rpartition(".")
        holder = self._entry(above) if above else self.data["terms"]
        holder.pop(name, None)

    def _keep_what_has_begun(self) -> None:
        """Terms that have begun stay as long as they were (R3-5), but for the last day given to the running one."""
        self._close_earlier()
        renewal = self.old.renewal
        entry: dict[str, Any] = {
            "length": plain_period(self.old.term_length_months),
            "renewal": plain_period(renewal.months),
            "automatic": renewal.automatic,
        }
        if self.wanted.running_until:
            entry["running_until"] = self.wanted.running_until
        self.data["terms"]["term"].setdefault("earlier", []).append(entry)

    def _close_earlier(self) -> None:
        """What held before the edition that is changed ends with its first day, which is known by now."""
        earlier = self.data["terms"]["term"].get("earlier") or []
        if earlier and "until" not in earlier[-1] and self.base.in_force_from:
            earlier[-1]["until"] = self.base.in_force_from

    # -- what pointed at clauses that are gone

    def _mend_terms(self) -> None:
        terms, missing = self.data["terms"], self.deleted | self.gone
        for name, length in TERMS.items():
            entry = self._entry_if_any(name)
            clause = entry.get("clause") if entry else None
            if clause in missing:
                self.refusals.append(
                    rules.StandsOnWhatIsDeleted(
                        f"figures:{name}{CLAUSE}",
                        figure=Phrase(FIGURE_NAMES[length]),
                        clause=self.old.clause(str(clause)).label,
                    )
                )
            elif clause is not None and clause not in set(_ids(self.data)):
                self.refusals.append(
                    rules.NoSuchClause(f"figures:{name}{CLAUSE}", id=clause, number=self.base.number)
                )
        matters = [one for one in terms["scope"] if one["clause"] not in missing]
        if not matters:
            field = next((f"changes:{one}" for one in sorted(missing) if self._is_chosen(one)), "clauses")
            self.refusals.append(rules.NoMatterLeft(field))
        terms["scope"] = matters
        survival = terms.get("survival")
        if isinstance(survival, dict):
            survival["provisions"] = [one for one in survival["provisions"] if one not in missing]
            if not survival["provisions"]:
                self.refusals.append(rules.NothingSurvives(f"figures:{Figure.PROVISIONS}"))
        secrets = terms.get("confidentiality")
        if isinstance(secrets, dict) and isinstance(secrets.get("exclusions"), list):
            secrets["exclusions"] = [one for one in secrets["exclusions"] if one not in missing]
            if not secrets["exclusions"]:
                del secrets["exclusions"]
        for name, value in terms.items():
            if name not in {"scope", "survival", "time_conventions"}:
                terms[name] = self._pointed_anew(value)
        worded = {row[1] for row in self.wanted.changes if len(row) > 1}
        notes = [
            one
            for one in self.data.get("translation_notes") or []
            if one["clause"] not in missing and one["clause"] not in worded
        ]
        self.data.pop("translation_notes", None)
        if notes:
            self.data["translation_notes"] = notes

    def _is_chosen(self, id: str) -> bool:
        return any(len(row) > 1 and row[1] == id for row in self.wanted.changes)

    def _entry_if_any(self, term: str) -> dict[str, Any] | None:
        found: Any = self.data["terms"]
        for step in term.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else None

    def _pointed_anew(self, value: Any) -> Any:
        """The value with every id of a clause that is gone replaced by what it stood in."""
        if isinstance(value, dict):
            return {key: self._pointed_anew(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._pointed_anew(one) for one in value]
        return self._above(value) if isinstance(value, str) and value in self.gone else value

    def _above(self, id: str) -> str:
        holders = [one for one in self.old.clauses if one != id and id in self.old.parts_of(one)]
        return next((one for one in reversed(holders) if one not in self.gone), id)

    def _portal_text(self) -> str:
        missing, changed = self.deleted | self.gone, False
        if self.portal.get("volunteered") in missing:
            del self.portal["volunteered"]
            changed = True
        items = (self.portal.get("measure") or {}).get("items")
        if items and missing & set(items):
            kept = [one for one in items if one not in missing]
            changed = True
            if kept:
                self.portal["measure"]["items"] = kept
            else:
                del self.portal["measure"]["items"]
        if not changed:
            return self.base.portal_text
        return yaml.safe_dump(self.portal, allow_unicode=True, sort_keys=False, width=1_000_000)


# ------------------------------------------------------------------------------------------- inside


def one_line(text: str, between: str) -> str:
    """The text on one line, as the agreement's file has it: lines joined by `between`, no blanks around."""
    return between.join(part for line in text.splitlines() if (part := line.strip(" \t\u3000")))


def _joined(paragraph: dict[str, Any]) -> None:
    if paragraph.get("sentences"):
        paragraph["ja"] = "".join(one["ja"] for one in paragraph["sentences"])
        paragraph["en"] = " ".join(one["en"] for one in paragraph["sentences"])


def _ids(data: Mapping[str, Any]) -> Iterator[str]:
    yield data["preamble"]["id"]
    yield data["closing"]["id"]
    for article in data["articles"]:
        yield article["id"]
        for paragraph in article["paragraphs"]:
            yield paragraph["id"]
            yield from (one["id"] for one in paragraph.get("sentences", ()))
            yield from (one["id"] for one in paragraph.get("items", ()))


_ROMAN = (
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii",
    "xviii", "xix", "xx",
)  # fmt: skip


def _next_id(last: str, number: int, otherwise: str) -> str:
    """An id that goes on as the last one does: art9 → art10, art2.1.iii → art2.1.iv, c3.1.d → c3.1.e."""
    before = last.rstrip(string.digits)
    if last[len(before) :] == str(number - 1):
        return f"{before}{number}"
    head, dot, tail = last.rpartition(".")
    if dot and number <= len(_ROMAN) and tail == _ROMAN[number - 2]:
        return f"{head}.{_ROMAN[number - 1]}"
    if dot and number <= 26 and tail == chr(ord("a") + number - 2):
        return f"{head}.{chr(ord('a') + number - 1)}"
    return f"{otherwise}{number}"


def _renumbered(label: Words, was: int, number: int) -> dict[str, str]:
    """A label with another number, in the digits in which it is written."""
    ja = label.ja.replace(in_the_digits_of(label.ja, was), in_the_digits_of(label.ja, number))
    roman = _ROMAN[was - 1] if was <= len(_ROMAN) else ""
    if str(was) in label.en:
        return {"ja": ja, "en": label.en.replace(str(was), str(number))}
    if roman and re.search(rf"\b{roman}\b", label.en) and number <= len(_ROMAN):
        return {"ja": ja, "en": re.sub(rf"\b{roman}\b", _ROMAN[number - 1], label.en)}
    return {"ja": ja, "en": f"({number})"}


def _bracketed(caption: str) -> str:
    return caption if caption.startswith("(") else f"({caption})"
