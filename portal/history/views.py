"""The pages of the history: its two readings, one entry with its proof, the check of the chains, their heads; and the
taking out of a table, which every list of the portal shares because it is told in the history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import Any, NamedTuple

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.access.policy import Permission
from portal.history import queries
from portal.history.begin import begin
from portal.history.chain import HEAD_DIFFERS, Verdict, verify
from portal.history.event import EVENTS, JOINT
from portal.history.events import EXPORT_NAMES, ExportTaken
from portal.history.forms import HistoryFilter, KeptHeadForm
from portal.history.queries import COUNTED, Cursor, HeadNow, Line, Reading
from portal.history.sentences import Teller
from portal.history.work import Work
from portal.kernel.days import day_in_words, fiscal_year_in_words, month_in_words, time_in_words
from portal.kernel.db import Subject
from portal.kernel.digest import check_code
from portal.kernel.errors import NotFound
from portal.kernel.words import N_
from portal.web.export import ROWS_A_PAGE, Column, Export, Format, Row, Slot, in_pages, send
from portal.web.filters import day, moment
from portal.web.kept import Kept
from portal.web.language import catalogue, language, say
from portal.web.pages import part, render, show
from portal.web.reading import actor, portal, reading

history = Blueprint("history", __name__)


# --- Words that every page of it needs ------------------------------------------------------------


@dataclass(frozen=True)
class Surroundings:
    """What entries are told with: the edition in force, the labels of its parties, the reader's language."""

    edition: Any
    language: str
    labels: Mapping[str, str]
    teller: Teller

    def clause(self, key: str | None) -> Any:
        """The clause `key` as the edition in force cites it; None where it has none."""
        return self.edition.cite(key, self.language) if key and self.edition.has_clause(key) else None

    @cached_property
    def _clause_labels(self) -> dict[str, str]:
        return {}

    def clause_label(self, key: str | None) -> str:
        """How the edition in force cites the clause `key`; empty where it has none."""
        if key is None:
            return ""
        if key not in self._clause_labels:
            clause = self.clause(key)
            self._clause_labels[key] = str(clause.label) if clause else ""
        return self._clause_labels[key]

    @cached_property
    def chain_names(self) -> dict[str, str]:
        """What pages call the chains."""
        return {chain: self.chain_name(chain) for chain in (JOINT, *self.labels)}

    def chain_name(self, chain: str) -> str:
        """What a page calls a chain."""
        if chain == JOINT:
            return say(N_("共有の記録"))
        return say(N_("%(party)sだけの記録"), party=self.labels.get(chain, chain))


def surroundings() -> Surroundings:
    """The surroundings of this request."""
    edition, code = g.edition_in_force(), language()
    labels = {party.key: party.defined_as[code] for party in edition.parties}
    return Surroundings(edition, code, labels, Teller.of(code, labels))


def subject_link(line: Line) -> str | None:
    """Where the thing an entry is about has its page, if it has one; the assembler knows."""
    find = portal().extensions.get("link_to_subject")
    return find(line.subject_kind, line.subject_id, shared=line.chain == JOINT) if find else None


_TOLD: Kept[Told] = Kept(3_000)
_ALL_TOLD: Kept[Sequence[Told]] = Kept(100)
_ROWS: Kept[Markup] = Kept(3_000)
_PAGES: Kept[Markup] = Kept(100)
_CHOICES: Kept[dict[str, Any]] = Kept(50)
_FORMS: Kept[Markup] = Kept(50)


class Told(NamedTuple):
    """One entry as a list shows it."""

    href: str
    number: int
    is_own_side: bool
    day: str
    time: str
    iso: str
    sentence: str
    link: str | None
    name: str
    party: str
    post: str
    capacity: str
    revision: str
    clause: Any


def told(lines: Sequence[Line], around: Surroundings, kind: Reading) -> Sequence[Told]:
    """The lines ready for a page: made once, for what an entry says never changes."""
    made_with = _made_with(around, kind)

    def tell() -> Sequence[Told]:
        return [_TOLD.get((line, made_with), partial(_tell, line, around, kind)) for line in lines]

    return _ALL_TOLD.get((tuple(lines), made_with), tell)


def _made_with(around: Surroundings, kind: Reading) -> Hashable:
    """Everything but the line itself that its words on a page are made from."""
    find = portal().extensions.get("link_to_subject")
    return kind, around.language, around.edition.digest, find, actor().may(Permission.READ_OWN_SIDE)


def _tell(line: Line, around: Surroundings, kind: Reading) -> Told:
    teller = around.teller
    return Told(
        href=url_for("history.entry", chain=line.chain, number=line.number),
        number=line.number,
        is_own_side=line.chain != JOINT,
        day=day_in_words(line.at, around.language),
        time=time_in_words(line.at, around.language),
        iso=line.at.isoformat(),
        sentence=teller.trail(line) if kind is Reading.TRAIL else teller.chronicle(line),
        link=None if _may_be_a_draft(line) else subject_link(line),
        name=teller.name(line),
        party=teller.party(line),
        post=teller.post(line),
        capacity=teller.capacity(line),
        revision=say(N_("版%(number)s"), number=line.facts["number"]) if _tells_a_revision(line) else "",
        clause=around.clause(line.clause),
    )


COLUMNS = (
    N_("番号"),
    N_("日時（日本時間）"),
    N_("行ったこと"),
    N_("行為者・職"),
    N_("当事者"),
    N_("資格"),
    N_("版"),
    N_("条項"),
)
"""The columns of the audit trail."""


@lru_cache(maxsize=2)
def _trail_columns(code: str) -> tuple[str, ...]:
    words = catalogue(code)
    return tuple(words.gettext(column) for column in COLUMNS)


def _shown(
    lines: Sequence[Line], around: Surroundings, kind: Reading, macro: str, *words: str | tuple[str, ...]
) -> Markup:
    """The entries as the page shows them. Kept by all that they say, together and each by itself: the same words
    give the same row, for any reader; an entry never changes, and erased words are other words."""

    def make(line: Line) -> Markup:
        return part("history/_rows.html", macro, _tell(line, around, kind), *words)

    def make_all() -> Markup:
        rows = [_ROWS.get((line, made_with), partial(make, line)) for line in lines]
        return Markup("").join(rows)

    made_with = (macro, words, _made_with(around, kind))
    return _PAGES.get((tuple(lines), made_with), make_all)


def _may_be_a_draft(line: Line) -> bool:
    """Whether the entry may tell of a draft, to which who reads the own chain but no drafts is offered no way."""
    is_own_sides = line.chain != JOINT and line.subject_kind == "document"
    return is_own_sides and not actor().may(Permission.READ_OWN_SIDE)


def _tells_a_revision(line: Line) -> bool:
    return line.subject_kind == "document" and "number" in line.facts


# --- The two readings -----------------------------------------------------------------------------


@history.get("/history", allow=Permission.READ)
def index() -> ResponseReturnValue:
    """活動履歴 month by month, or 監査証跡 as a table; the filter and the place stand in the address."""
    who, session, around = actor(), reading(), surroundings()
    form, choices = _filter(around)
    if form.errors:
        nothing = queries.Page((), None, None, 0)
        return show("history/index.html", 422, **_index(form, choices, around, nothing))
    before = queries.read_cursor(request.args.get("before"))
    after = queries.read_cursor(request.args.get("after"))
    page = queries.page(session, who, form.filters, before=before, after=after)
    if after and not before and not page.newer:
        return redirect(_address(form.address()), 303)  # the newest page, and a full one
    return show("history/index.html", **_index(form, choices, around, page))


def _address(values: Mapping[str, Any]) -> str:
    return url_for("history.index", **values)


def _filter(around: Surroundings) -> tuple[HistoryFilter, Hashable]:
    """The filter that is asked for, and all that its choices depend on."""
    who, session = actor(), reading()
    kind = Reading.TRAIL if request.args.get("reading") == Reading.TRAIL else Reading.CHRONICLE
    # Who acted, and on what, changes only with an entry: the leaves of the chains stand for all they hold.
    leaves = tuple((head.chain, head.leaf) for head in queries.heads(session, who))
    key = (kind, queries.chains_of(who), leaves, around.language, around.edition.digest)
    return HistoryFilter(request.args, who, **_CHOICES.get(key, partial(_choices, around, kind))), key


def _choices(around: Surroundings, kind: Reading) -> dict[str, Any]:
    who, session, teller = actor(), reading(), around.teller
    people = []
    for one in queries.people(session, who, kind):
        name = teller.word(one.name) + (f"（{teller.word(one.post)}）" if one.post else "")
        people.append((one.id, f"{around.labels.get(one.party or '', '')} {name}".strip()))
    known = queries.activities(session, who)
    kinds = portal().extensions.get("kinds", {})
    keys = {event.clause for event in EVENTS.values()} | {one.clause for one in kinds.values()}
    keys |= {key for event in EVENTS.values() for key in event.may_be_under}
    return {
        "parties": [
            (party.key, f"{around.labels[party.key]} {party.name[around.language]}")
            for party in around.edition.parties
        ],
        "people": people,
        "activities": [(one.id, f"{one.reference} {teller.word(one.title)}".strip()) for one in known],
        "references": [(one.id, one.reference) for one in known],
        "clauses": [
            (key, f"{around.edition.clause_of(key).label[around.language]} {_caption(around, key)}")
            for key in _in_order(around, keys)
        ],
    }


def _in_order(around: Surroundings, keys: Collection[str | None]) -> list[str]:
    """Those of `keys` that the edition in force can cite, in the order of its text."""
    place = {id: number for number, id in enumerate(around.edition.clauses)}
    known = (key for key in around.edition.clause_keys if key in keys)
    return sorted(known, key=lambda key: place[around.edition.clause_of(key).id])


def _caption(around: Surroundings, key: str) -> str:
    return str(around.edition.clause_of(key).caption[around.language])


def _all(form: HistoryFilter) -> str:
    return _address({"reading": "trail"} if form.reading is Reading.TRAIL else {})


def _form(form: HistoryFilter, choices: Hashable) -> Markup:
    """The form of the filter; kept as long as nothing is asked for and its choices are the same."""

    def make() -> Markup:
        return render("history/_filter.html", form=form, all_href=_all(form))

    return make() if form.is_active or form.errors else _FORMS.get(choices, make)


def _index(
    form: HistoryFilter, choices: Hashable, around: Surroundings, page: queries.Page
) -> dict[str, Any]:
    def to(**changes: str | None) -> str:
        return _address(form.address(**changes))

    who = actor()
    context: dict[str, Any] = {
        "form": form,
        "filter_form": _form(form, choices),
        "page": page,
        "is_trail": form.reading is Reading.TRAIL,
        "chronicle_href": to(reading="chronicle", kind=None, person=None),
        "trail_href": to(reading="trail"),
        "all_href": _all(form),
        "new_href": to(new="1") if who.previous_visit_at and not form.typed["new"] else None,
        "subject_href": to(subject=None) if form.typed["subject"] else None,
        "newer": to(after=page.newer.text()) if page.newer else None,
        "older": to(before=page.older.text()) if page.older else None,
        "first": to() if page.newer else None,
        "since": who.previous_visit_at,
        "export_href": _export_address(form.address()),
    }
    if form.reading is Reading.TRAIL:
        columns, own_side = _trail_columns(around.language), say(N_("自分の側だけ"))
        rows = _shown(page.lines, around, Reading.TRAIL, "trail_row", columns, own_side)
        return {**context, "columns": columns, "rows": rows}
    number = say(N_("記録番号"))
    months: list[tuple[str | None, str, Markup]] = []
    year = None
    for month in queries.by_month(page.lines):
        heading = None
        if month.fiscal_year != year:
            year = month.fiscal_year
            heading = fiscal_year_in_words(year, around.language)
        words = month_in_words(month.year, month.month, around.language)
        entries = _shown(month.lines, around, Reading.CHRONICLE, "chronicle_entry", number)
        months.append((heading, words, entries))
    return {**context, "months": months}


# --- The readings taken out -----------------------------------------------------------------------


@history.get("/history/export", allow=Permission.READ, step_up=True)
def export() -> ResponseReturnValue:
    """What of the history would be taken out: the reading and the filter as the address names them."""
    return choose(_export())


@history.post("/history/export", allow=Permission.READ, step_up=True)
def take_export() -> ResponseReturnValue:
    """The reading and the filter as a file."""
    return take(_export(), request.form.get("format"))


def _export_address(values: Mapping[str, Any]) -> str:
    return url_for("history.export", **values)


def _export() -> Choice:
    around, who = surroundings(), actor()
    form, _ = _filter(around)
    if form.errors:
        raise NotFound()
    kind, filters = form.reading, form.filters
    ceiling = {head.chain: head.number for head in queries.heads(reading(), who)}

    def read(session: Session, place: Cursor | None) -> tuple[list[Row], Cursor | None]:
        lines = queries.batch(session, who, filters, before=place, limit=ROWS_A_PAGE)
        rows = [_row(line, around, kind) for line in lines if line.number <= ceiling[line.chain]]
        return rows, lines[-1].cursor if len(lines) == ROWS_A_PAGE else None

    return Choice(
        Export(kind.value, say(EXPORT_NAMES[kind.value]), _columns(kind), lambda: in_pages(read)),
        count=queries.count(reading(), who, filters),
        conditions=_conditions(form),
        back=(say(EXPORT_NAMES[kind.value]), _address(form.address())),
    )


def _columns(kind: Reading) -> list[Column]:
    trail = [
        Column("name", say(N_("行為者"))),
        Column("post", say(N_("職"))),
        Column("capacity", say(N_("資格"))),
        Column("revision", say(N_("版"))),
    ]
    return [
        Column("chain", say(N_("記録の種類"))),
        Column("number", say(N_("番号"))),
        Column("at", say(N_("日時（日本時間）"))),
        Column("sentence", say(N_("行ったこと")), wide=True),
        Column("party", say(N_("当事者"))),
        *(trail if kind is Reading.TRAIL else []),
        Column("clause", say(N_("条項"))),
        Column("verb", say(N_("行為の記号"))),
    ]


def _row(line: Line, around: Surroundings, kind: Reading) -> Row:
    """An entry as a row, in the words of the pages."""
    teller, clause = around.teller, around.clause_label(line.clause)
    begins: tuple[str | int | dt.datetime, ...] = (around.chain_names[line.chain], line.number, line.at)
    if kind is not Reading.TRAIL:
        return (*begins, teller.chronicle(line), teller.party(line), clause, line.verb)
    revision = line.facts["number"] if _tells_a_revision(line) else None
    return (
        *begins, teller.trail(line), teller.party(line), teller.name(line), teller.post(line), teller.capacity(line),
        revision, clause, line.verb,
    )  # fmt: skip


def _conditions(form: HistoryFilter) -> list[tuple[str, str]]:
    """The filter in words: what was chosen by its label, days as they were read."""
    typed, filters = form.typed, form.filters
    chosen = [
        (label, dict(form.choices[name]).get(typed[name], typed[name]))
        for name, label in (
            ("party", say(N_("当事者"))),
            ("person", say(N_("行為者"))),
            ("kind", say(N_("行為の種類"))),
            ("activity", say(N_("取組"))),
            ("clause", say(N_("条項"))),
        )
        if typed[name]
    ]
    return chosen + [
        (label, words)
        for label, words in (
            (say(N_("この日から")), day(filters.first_day)),
            (say(N_("この日まで")), day(filters.last_day)),
            (say(N_("件名・理由・番号の言葉")), " ".join(filters.words)),
            (say(N_("1つの文書（または対象）の記録")), typed["subject"]),
            (say(N_("前回の訪問より後")), moment(filters.since)),
        )
        if words
    ]


# --- One entry ------------------------------------------------------------------------------------


@history.get("/history/<chain>/<int:number>", allow=Permission.READ)
def entry(chain: str, number: int) -> ResponseReturnValue:
    """One entry: what it says, and everything that proves it."""
    around = surroundings()
    proof = queries.proof(reading(), actor(), chain, number)
    line = proof.line
    event = EVENTS.get(line.verb)
    return show(
        "history/entry.html",
        proof=proof,
        line=line,
        one=told([line], around, Reading.TRAIL)[0],
        chronicle=around.teller.chronicle(line) if event and event.chronicle else None,
        chain_name=around.chain_name(chain),
        opened=[
            (one, around.teller.word_name(one.field), around.teller.word(one.content)) for one in proof.opened
        ],
        before=url_for("history.entry", chain=chain, number=number - 1) if number > 1 else None,
        after=url_for("history.entry", chain=chain, number=number + 1) if proof.has_next else None,
    )


# --- Whether the chains hold ----------------------------------------------------------------------


@history.get("/history/verify", allow=Permission.VERIFY)
def check() -> ResponseReturnValue:
    """What the check does, and the button that starts it."""
    return show("history/verify.html", results=None, mismatches=None, heads=_heads(surroundings()))


@history.post("/history/verify", allow=Permission.VERIFY)
def run_check() -> ResponseReturnValue:
    """Every entry the reader may know of recomputed now, and the record told again through the rules."""
    around, session, who = surroundings(), reading(), actor()
    verdicts = [verify(session, chain) for chain in queries.chains_of(who)]
    replay = portal().extensions.get("replay")
    mismatches = list(replay(session)) if replay else None
    results = [(around.chain_name(verdict.chain), verdict, _entry_of(verdict)) for verdict in verdicts]
    return show("history/verify.html", results=results, mismatches=mismatches, heads=_heads(around))


def _entry_of(verdict: Verdict) -> str | None:
    """The page of the first entry that does not hold; None where that very entry is missing."""
    if verdict.broken_at is None or verdict.reason == HEAD_DIFFERS:
        return None
    if queries.leaf_at(reading(), actor(), verdict.chain, verdict.broken_at) is None:
        return None
    return url_for("history.entry", chain=verdict.chain, number=verdict.broken_at)


def _heads(around: Surroundings) -> list[tuple[str, HeadNow]]:
    return [(around.chain_name(head.chain), head) for head in queries.heads(reading(), actor())]


# --- Heads to keep, and to compare ----------------------------------------------------------------


@history.get("/history/seals", allow=Permission.VERIFY)
def seals() -> ResponseReturnValue:
    """The heads to write down, and the form to compare a kept one."""
    around = surroundings()
    return show("history/seals.html", form=_kept_form(around), heads=_heads(around), outcome=None)


@history.post("/history/seals", allow=Permission.VERIFY)
def compare_seal() -> ResponseReturnValue:
    """Whether a kept head lies on the chain as it is now (row 88)."""
    around = surroundings()
    form = _kept_form(around)
    if not form.validate():
        return show("history/seals.html", 422, form=form, heads=_heads(around), outcome=None)
    chain, number, code = form.chain.data, form.kept_number() or 0, form.kept_code() or ""
    leaf = queries.leaf_at(reading(), actor(), chain, number)
    outcome: dict[str, Any] = {
        "chain": around.chain_name(chain),
        "number": number,
        "code": code,
        "verdict": None,
    }
    if leaf is None:
        outcome["state"] = "cut"
    elif not leaf.startswith(code):
        outcome["state"] = "differs"
    else:
        verdict = verify(reading(), chain, kept_head=(number, leaf))
        outcome |= {
            "state": "fits" if verdict.holds else "broken",
            "verdict": verdict,
            "href": _entry_of(verdict),
        }
    return show("history/seals.html", form=form, heads=_heads(around), outcome=outcome)


def _kept_form(around: Surroundings) -> KeptHeadForm:
    form = KeptHeadForm()
    form.chain.choices = [(chain, around.chain_name(chain)) for chain in queries.chains_of(actor())]
    return form


# --- Taking a table out ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """What is to be taken out of the portal, as its page says it before."""

    export: Export
    count: int
    """How many rows there are now; more than COUNTED stands for more than that (decision 33)."""
    conditions: Sequence[tuple[str, str]]
    """What the list is narrowed to: label and words; empty when to nothing."""
    back: tuple[str, str]
    """Label and address of the list."""
    notes: Sequence[str] = ()
    """Whole sentences that the reader should know of this table."""

    @property
    def told(self) -> str:
        """The conditions in one line."""
        return "、".join(f"{label}：{words}" for label, words in self.conditions) or say(N_("なし（すべて）"))


def choose(choice: Choice) -> ResponseReturnValue:
    """The page that says what would be taken out, with a button for each format; its form posts to the very address
    of the page, filter and all."""
    formats = (Format.XLSX, Format.CSV, Format.JSON)  # what most will want stands first
    return show("history/export.html", choice=choice, formats=formats, COUNTED=COUNTED)


def take(
    choice: Choice, form: str | None, *, also: Callable[[Work], None] | None = None
) -> ResponseReturnValue:
    """The table as a file in the format named by `form`; that it was taken stands in the own side's chain.

    Reading is no act; what leaves the portal is out of its hands (rows 47, 62; decision 34). `also` is called with
    the same Work, for a package that keeps who has what. Raises NotFound for a format there is not, Unavailable when
    too many exports are running (row 117).
    """
    if form not in set(Format):
        raise NotFound()
    who, label = actor(), surroundings().labels
    head = next(one for one in queries.heads(reading(), who) if one.chain == JOINT)
    slot = Slot()
    try:
        with begin() as work:
            work.record(
                ExportTaken(
                    about=Subject("member", str(who.member_id)),
                    private_to=who.party,
                    what=choice.export.key,
                    format=form.upper(),
                    count=str(choice.count) if choice.count <= COUNTED else f"{COUNTED:,}+",
                    as_of=head.number,
                    conditions=choice.told,
                )
            )
            if also is not None:
                also(work)
        about = [
            (say(N_("条件")), choice.told),
            (say(N_("書き出した日時")), moment(work.at)),
            (
                say(N_("書き出した人")),
                " ".join(filter(None, (label.get(who.party or ""), who.post, who.name))),
            ),
            (say(N_("共有の記録番号・指紋")), f"{head.number}・{check_code(head.leaf)}"),
        ]
        export = replace(choice.export, about=[*choice.export.about, *about])
        return send(export, Format(form), at=work.at, slot=slot)
    except BaseException:
        slot.release()
        raise
