"""The forms of changes: clauses chosen one by one with their present words, additions, what the portal reckons with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice

from portal.agreement.edition import Edition
from portal.agreement.figures import (
    AUTOMATIC_NAMES,
    FIGURE_NAMES,
    MAY_BE_NONE,
    PERIODS,
    Figure,
    figure_words,
    figures,
    months_of_plain,
    plain_period,
)
from portal.amendments import queries
from portal.amendments.amendment import SCOPE_NAMES, AmendmentBody, label_of
from portal.amendments.execution import ExecutionBody
from portal.amendments.rules import (
    ADDS_NAMES,
    HOW_NAMES,
    SIGNING_NAMES,
    SORT_NAMES,
    TAKES_NAMES,
    Adds,
    How,
)
from portal.amendments.wording import (
    CLAUSE,
    NONE,
    TERMS,
    choosable,
    deletable,
    replaceable,
    with_items,
)
from portal.consent.body import Body
from portal.consent.forms import BodyForm, RowsForm
from portal.kernel import days
from portal.web.forms import PARAGRAPH, ChoiceField, ChoicesField, DayField, Filled, LineField, TextField
from portal.web.language import language, say
from portal.web.reading import reading
from portal.web.rows import OneOfField, PartyRowsField, RowsField

WORDS = 4_000
"""How many characters a clause may have."""
MOST_ADDITIONS = 8
_DAYS = _l("例：令和7年9月10日、R7.9.10、2025/9/10")


def _choices(names: Any, *, none: Any = None) -> list[SelectChoice]:
    offered = [SelectChoice(str(key), _l(name)) for key, name in names.items()]
    return [SelectChoice("", none), *offered] if none is not None else offered


class _Parts(RowsField):
    """Rows of inputs that a refusal can be put beside."""

    def refuse(self, part: str, sentence: str) -> None:
        """`sentence` stands beside the input of `part`, or with the field as a whole."""
        entry = self.entry_of(part)
        if entry is None:
            self.errors = [*self.errors, sentence]
        else:
            entry.errors = [*entry.errors, sentence]
            self.errors = [*self.errors, [sentence]]

    def entry_of(self, part: str) -> Any:
        """The input that a refusal of `part` stands beside; None where there is none."""
        raise NotImplementedError


class Chosen:
    """One clause chosen for the proposal, as the form shows it."""

    def __init__(self, id: str, label: str, now: tuple[str, str], how: Any, ja: Any, en: Any) -> None:
        self.id, self.label, self.now = id, label, now
        self.how, self.ja, self.en = how, ja, en

    @property
    def fields(self) -> list[Any]:
        """Its inputs."""
        return [one for one in (self.how, self.ja, self.en) if one is not None]


class ChangesField(_Parts):
    """For each clause that was chosen: what is to happen to it, and its new words, beginning with the present ones."""

    edition: Edition | None = None
    chosen: Sequence[str] = ()
    lines: Sequence[Chosen] = ()
    code = "ja"

    def offer(self, edition: Edition, chosen: Iterable[str], code: str) -> None:
        """There are inputs for each clause of `edition` that is among `chosen`."""
        wanted = set(chosen)
        self.edition, self.code = edition, code
        self.chosen = [id for id in choosable(edition) if id in wanted]
        self._build()

    def sent_for(self, edition: Edition) -> list[str]:
        """The clauses of `edition` whose inputs came in."""
        sent = self._sent or ()
        return [id for id in choosable(edition) if any(one.startswith(f"{self.name}-{id}-") for one in sent)]

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """How, clause, Japanese and English, for each clause that was chosen."""
        return tuple(
            (
                (line.how.data if line.how is not None else How.REPLACE.value) or "",
                line.id,
                line.ja.data if line.ja is not None else "",
                line.en.data if line.en is not None else "",
            )
            for line in self.lines
        )

    def _rows(self, data: Any) -> list[tuple[str, ...]]:
        return [(*row, "", "", "", "")[:4] for row in super()._rows(data)]

    def _build(self) -> None:
        edition = self.edition
        if edition is None:
            self.lines, self.entries = (), ()
            return
        given = {row[1]: row for row in self._given}
        may_word, may_delete = set(replaceable(edition)), set(deletable(edition))
        self.lines = [
            self._line(edition, id, given.get(id), words=id in may_word, deletes=id in may_delete)
            for id in self.chosen
        ]
        self.entries = [field for line in self.lines for field in line.fields]

    def _line(
        self, edition: Edition, id: str, given: tuple[str, ...] | None, *, words: bool, deletes: bool
    ) -> Chosen:
        clause = edition.clause(id)
        how, ja, en = (
            (given[0], given[2], given[3])
            if given
            else (How.REPLACE.value if words else How.DELETE.value, clause.text.ja, clause.text.en)
        )
        label = clause.label[self.code]
        names = {
            key: name for key, name in HOW_NAMES.items() if words or key == How.DELETE if deletes or key == How.REPLACE
        }  # fmt: skip
        sent_without = self._sent and not any(name.startswith(f"{self.name}-{id}-") for name in self._sent)
        fields = {
            "how": OneOfField(_l("%(clause)sをどうするか", clause=label), choices=_choices(names)),
            "ja": TextField(_l("%(clause)sの新しい文言（日本語）", clause=label), limit=WORDS),
            "en": TextField(_l("%(clause)sの参考英訳", clause=label), limit=WORDS),
        }
        sent, self._sent = self._sent, None if sent_without else self._sent
        try:
            bound = {
                name: self._bound(field, f"{self.name}-{id}-{name}", value)
                for (name, field), value in zip(fields.items(), (how, ja, en), strict=True)
            }
        finally:
            self._sent = sent
        return Chosen(
            id,
            label,
            (clause.text.ja, clause.text.en),
            bound["how"] if deletes else None,
            bound["ja"] if words else None,
            bound["en"] if words else None,
        )

    def entry_of(self, part: str) -> Any:
        """The new words of the clause, or what is to happen to it."""
        line = next((one for one in self.lines if one.id == part), None)
        return None if line is None else line.ja if line.ja is not None else line.how


class AdditionsField(_Parts):
    """What is added: a paragraph, an item, an article; an empty row stands below the filled ones."""

    lines: Sequence[dict[str, Any]] = ()
    articles: Sequence[tuple[str, str]] = ()
    NAMES = ("what", "where", "caption", "caption_en", "ja", "en", "scope")

    def offer(self, edition: Edition, code: str) -> None:
        """The places are the articles of `edition`, and its paragraphs with items."""
        places = {one.id for one in edition.articles} | set(with_items(edition))
        self.articles = [(id, clause.label[code]) for id, clause in edition.clauses.items() if id in places]
        self._build()

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """What stands in each row in which anything was said."""
        found = (tuple(line[name].data or "" for name in self.NAMES) for line in self.lines)
        return tuple(row for row in found if any(part.strip() for part in row))

    def _build(self) -> None:
        sent = [
            int(number)
            for name in self._sent or ()
            if name.startswith(f"{self.name}-")
            and (number := name.rpartition("-")[2]).isascii()
            and number.isdigit()
            and len(number) < 3
        ]
        filled = max(len(self._given), max(sent, default=-1) + 1)
        count = min(MOST_ADDITIONS, max(1, filled if self._sent else filled + 1))
        self.lines = [self._line(number) for number in range(count)]
        self.entries = [line[name] for line in self.lines for name in self.NAMES]

    def _line(self, number: int) -> dict[str, Any]:
        place = number + 1
        given = (*(self._given[number] if number < len(self._given) else ()), *[""] * 7)
        places = [SelectChoice("", ""), *(SelectChoice(id, label) for id, label in self.articles)]
        fields = {
            "what": ChoiceField(_l("追加%(place)s：何を加えるか", place=place), choices=_choices(ADDS_NAMES, none="")),
            "where": ChoiceField(_l("追加%(place)s：どの条・項の終わりに", place=place), choices=places),
            "caption": LineField(_l("追加%(place)s：条の見出し（日本語）", place=place)),
            "caption_en": LineField(_l("追加%(place)s：条の見出し（参考英訳）", place=place)),
            "ja": TextField(_l("追加%(place)s：文言（日本語）", place=place), limit=WORDS),
            "en": TextField(_l("追加%(place)s：文言（参考英訳）", place=place), limit=WORDS),
            "scope": ChoiceField(
                _l("追加%(place)s：協力事項のとき、範囲に入る条件", place=place),
                choices=_choices(SCOPE_NAMES, none=""),
            ),
        }  # fmt: skip
        return {
            name: self._bound(fields[name], f"{self.name}-{name}-{number}", given[index])
            for index, name in enumerate(self.NAMES)
        }

    def entry_of(self, part: str) -> Any:
        """The words of the row."""
        place = int(part) - 1 if part.isdigit() else -1
        filled = [line for line in self.lines if any((line[name].data or "").strip() for name in self.NAMES)]
        return filled[place]["ja"] if 0 <= place < len(filled) else None


class PeriodField(LineField):
    """A period of years and months, as people type it; `data` is the plain period, or what was typed."""

    least = 1

    def process_data(self, value: Any) -> None:
        """A stored period is shown in words; a stored text that was none, as it was typed."""
        self.data = str(value or "")
        months = months_of_plain(self.data) if self.data else None
        self.shown = self.data if months is None else None
        self.months = months

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Raises with the reason for what is no period."""
        typed = valuelist[0] if valuelist else ""
        self.shown, self.months = typed if isinstance(typed, str) else "", None  # whatever is refused
        super().process_formdata(valuelist)
        if self.data:
            try:
                self.months = days.read_months(self.data, least=self.least)
            except days.ImpossiblePeriod as fault:
                raise ValueError(say(fault.sentence, **fault.facts)) from fault
            self.data = plain_period(self.months)

    def _value(self) -> str:
        shown = getattr(self, "shown", None)
        if shown is not None:
            return str(shown)
        months = getattr(self, "months", None)
        return (
            days.months_in_words(months, language())
            if months is not None and self.data
            else str(self.data or "")
        )


class LeadField(PeriodField):
    """A period that may have no length."""

    least = 0


class FigureLine:
    """One of the agreement's terms, as the form shows it: its figures with their present values, and its clause."""

    def __init__(self, term: str, figures: list[tuple[str, str, Any]], clause: Any, drop: Any) -> None:
        self.term, self.figures, self.clause, self.drop = term, figures, clause, drop

    @property
    def fields(self) -> list[Any]:
        """Its inputs."""
        return [
            *(field for _, _, field in self.figures),
            *(one for one in (self.clause, self.drop) if one is not None),
        ]


class FiguresField(_Parts):
    """What the portal reckons with: each with its present value; empty inputs leave it as it is."""

    edition: Edition | None = None
    code = "ja"
    lines: Sequence[FigureLine] = ()

    def offer(self, edition: Edition, code: str, additions: int) -> None:
        """The terms of `edition`, with its clauses and `additions` clauses still to be added to rest on."""
        self.edition, self.code, self.additions = edition, code, additions
        self._build()

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """A figure's name and value, or a term's key with what is to become of it, for each that changes."""
        found: list[tuple[str, str]] = []
        for line in self.lines:
            found += [(name, value) for name, _, field in line.figures if (value := _plain_value(field))]
            if line.clause is not None and line.clause.data:
                found.append((f"{line.term}{CLAUSE}", line.clause.data))
            if line.drop is not None and line.drop.data:
                found.append((line.term, NONE))
        return tuple(found)

    def _build(self) -> None:
        if self.edition is None:
            self.lines, self.entries = (), ()
            return
        edition, was = self.edition, figures(self.edition)
        given = {row[0]: row[1] for row in self._given if len(row) == 2}
        self.lines = []
        for term, length in TERMS.items():
            own = [one for one in Figure if one.term == term]
            if length is Figure.TERM and Figure.FIXED_END in was:
                own.append(Figure.FIXED_END)
            self.lines = [*self.lines, self._line(edition, term, length, own, was, given)]
        self.entries = [field for line in self.lines for field in line.fields]

    def _line(
        self, edition: Edition, term: str, length: Figure, own: list[Figure], was: Any, given: Any
    ) -> FigureLine:
        code, name = self.code, say(FIGURE_NAMES[length])
        shown = []
        for one in own:
            field = self._bound(
                self._field(one, edition, _given(one, given)), f"{self.name}-{one.value.replace('.', '-')}", _given(one, given)
            )
            shown.append((one.value, figure_words(one, was.get(one, ""), edition, code), field))
        places = [SelectChoice("", say("いまのまま") if any(one in was for one in own) else "")]
        whole = {one.id for one in edition.articles if len(one.paragraphs) == 1}  # one name with its paragraph
        chosen = given.get(f"{term}{CLAUSE}", "")
        places += [
            SelectChoice(id, edition.clause(id).label[code])
            for id in choosable(edition)
            if id not in whole or id == chosen
        ]
        places += [
            SelectChoice(f"+{number}", label_of(edition, f"+{number}", code))
            for number in range(1, self.additions + 1)
        ]
        mark = f"{self.name}-{term.replace('.', '-')}"
        clause = self._bound(
            ChoiceField(_l("「%(figure)s」の根拠の条項", figure=name), choices=places),
            f"{mark}-clause",
            chosen,
        )
        drop = None
        if length is not Figure.TERM and any(one in was for one in own):
            drop = self._bound(
                ChoiceField(
                    _l("「%(figure)s」の定め", figure=name),
                    choices=[SelectChoice("", _l("残す")), SelectChoice(NONE, _l("なくす"))],
                ),
                f"{mark}-drop",
                given.get(term, ""),
            )
        return FigureLine(term, shown, clause, drop)

    def _field(self, figure: Figure, edition: Edition, chosen: Any) -> Any:
        label = _l("新しい「%(figure)s」", figure=say(FIGURE_NAMES[figure]))
        if figure in PERIODS:
            return (LeadField if figure in MAY_BE_NONE else PeriodField)(label, limit=80)
        if figure is Figure.FIXED_END:
            return DayField(label, description=_DAYS)
        if figure is Figure.AUTOMATIC:
            return ChoiceField(label, choices=_choices(AUTOMATIC_NAMES, none=_l("いまのまま")))
        now = {*(edition.survival.provisions if edition.survival else ()), *chosen}
        parts = [
            one
            for article in edition.articles
            for one in (article.id, *(para.id for para in article.paragraphs))
            if one == article.id or len(article.paragraphs) > 1 or one in now
        ]
        return ChoicesField(
            label, choices=[SelectChoice(id, edition.clause(id).label[self.code]) for id in parts]
        )

    def entry_of(self, part: str) -> Any:
        """The input of the figure, of the term's clause, or of what is to become of the term."""
        for line in self.lines:
            for name, _, field in line.figures:
                if name == part:
                    return field
            if part == f"{line.term}{CLAUSE}":
                return line.clause
            if part == line.term:
                return line.drop if line.drop is not None else line.clause
        return None


def _given(figure: Figure, given: Any) -> Any:
    value = given.get(figure.value, "")
    return (value.split(",") if value else []) if figure is Figure.PROVISIONS else value


def _plain_value(field: Any) -> str:
    if isinstance(field, DayField):
        return field.data.isoformat() if isinstance(field.data, dt.date) else field.typed.strip()
    if isinstance(field.data, list | tuple):
        return ",".join(field.data)
    return (field.data or "").strip()


class AmendmentForm(BodyForm):
    """The words of a proposed change (R3-1)."""

    BodyType: ClassVar[type[Body]] = AmendmentBody

    seen = HiddenField()
    """The number of the edition whose words were on the screen."""
    title = LineField(_l("件名"), [Filled(_l("件名を入力してください。あとから変えられます。"))])
    reason = TextField(
        _l("変更の理由"),
        limit=PARAGRAPH,
        description=_l("なぜ、いま変える必要があるか。相手方にも伝わります。"),
    )
    clauses = ChoicesField(_l("変更する条項"), choices=[])
    changes = ChangesField(_l("新しい文言"))
    additions = AdditionsField(_l("加える条項"))
    figures = FiguresField(_l("算定に使う定め"))
    running_until = DayField(
        _l("いまの期間の新しい最終日"),
        description=_l(
            "いまの期間を延ばす（縮める）ことに合意するときだけ入力してください。空けておくと、すでに始まっている期間は変わらず、次の期間から新しい長さになります。"
        ),
    )
    takes = OneOfField(_l("いつ新しい版になるか"), choices=_choices(TAKES_NAMES))
    sort = OneOfField(_l("交わす文書"), choices=_choices(SORT_NAMES))
    effective_on = DayField(
        _l("効力が生じる日"),
        description=_l(
            "文書を交わすときは予定の日です。このポータルでの同意によるときは、この日から（空けておくと、同意がそろった日から）新しい版になります。"
        ),
    )
    other = TextField(_l("その他"), limit=PARAGRAPH)

    def prepare(self, edition: Edition, language: str) -> None:
        """The form proposes changes to the edition adopted last: its clauses can be chosen, and stand with their
        present words."""
        base = queries.base(reading())
        self.rests_on = base.number
        self.clauses.choices = [
            SelectChoice(id, _clause_label(base.edition, id, language)) for id in choosable(base.edition)
        ]
        self.offer(base.edition, language)

    def offer(self, edition: Edition, code: str) -> None:
        """There are inputs for every clause that is chosen by now."""
        chosen = self.clauses.data or [row[1] for row in self.changes._given]
        if not {id for id, *_ in self.clauses.iter_choices()}.issuperset(self.clauses.data or ()):
            chosen = [*chosen, *self.changes.sent_for(edition)]  # what is refused loses no words
        self.changes.offer(edition, chosen, code)
        self.additions.offer(edition, code)
        self.figures.offer(edition, code, len(self.additions.lines))
        self._edition, self._code = edition, code

    def fill(self, body: Body) -> None:
        """The form shows `body`, changes to whichever edition is now the last."""
        assert isinstance(body, AmendmentBody)
        super().fill(body)
        self.clauses.data = [row[1] for row in body.changes if len(row) > 1]
        if getattr(self, "_edition", None) is not None:
            self.offer(self._edition, self._code)

    def body(self) -> Body:
        """The words typed."""
        typed = super().body()
        assert isinstance(typed, AmendmentBody)
        return AmendmentBody(
            **{
                **{name: getattr(typed, name) for name, _, _ in AmendmentBody.parts()},
                "base": self.seen.data if _is_number(self.seen.data) else "",
                "changes": self.changes.rows,
                "additions": self.additions.rows,
                "figures": self.figures.rows,
            }
        )

    def refuse(self, field: str, sentence: str) -> None:
        """`sentence` stands beside the clause, the addition or the figure it concerns."""
        name, colon, part = field.partition(":")
        if colon and name in self:
            self[name].refuse(part, sentence)
        else:
            super().refuse(field, sentence)


def _is_number(text: str | None) -> bool:
    return text is not None and text.isascii() and text.isdigit() and len(text) < 7


def _clause_label(edition: Edition, id: str, code: str) -> str:
    clause = edition.clause(id)
    words = f"{clause.label[code]} {clause.caption[code]}".strip()
    if id in set(replaceable(edition)):
        text = clause.text[code]
        return say("%(clause)s：%(text)s", clause=words, text=text if len(text) <= 40 else f"{text[:40]}…")
    return say("%(clause)s：全体を削る", clause=words)


class ExecutionForm(RowsForm):
    """The executed document as it is registered (R3-3)."""

    BodyType: ClassVar[type[Body]] = ExecutionBody

    title = LineField(_l("件名"), [Filled(_l("件名を入力してください。あとから変えられます。"))])
    amendment = LineField(
        _l("変更の申出の番号"),
        [Filled(_l("番号を入力してください。"))],
        limit=40,
        description=_l("この文書で変更を定めた、合意済みの申出の番号です。"),
    )
    sort = OneOfField(_l("文書の種類"), choices=_choices(SORT_NAMES))
    signed_on = DayField(_l("文書の締結日"), description=_DAYS)
    effective_on = DayField(
        _l("効力が生じる日"),
        description=_l("文書に定められた日です。この日から新しい版が現行の本文になります。"),
    )
    signing = OneOfField(_l("締結の方法"), choices=_choices(SIGNING_NAMES))
    originals = LineField(_l("原本の数"), limit=10)
    holders = PartyRowsField(_l("原本を保有する側と、保管する場所・職"), limit=300, long=False)
    note = TextField(_l("備考"), limit=PARAGRAPH)


__all__ = ["Adds", "AmendmentForm", "ExecutionForm"]
