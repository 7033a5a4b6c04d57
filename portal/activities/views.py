"""The register of activities, the page of each, and what is recorded of carrying it out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.activities import commands, queries, rules
from portal.activities.commands import Outcome
from portal.activities.forms import AcknowledgementForm, ActForm, CompleteForm, ParticularsForm, ProposalForm
from portal.activities.models import ActivityAct
from portal.activities.particulars import PARTICULARS, ParticularsBody
from portal.activities.proposal import PROPOSAL, ProposalBody, chosen
from portal.activities.queries import Filters, Recorded
from portal.activities.rules import ACT_NAMES, OVER, STATE_NAMES, STEP_NAMES, Act, Planned, State, Step
from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.agreement.wording import purchase_words
from portal.consent import queries as consent
from portal.consent import showing
from portal.consent.body import Body
from portal.consent.forms import MEDIA
from portal.consent.models import Document
from portal.consent.paper import body_of, listed
from portal.consent.rules import AGREED_STANDINGS, ON_THE_TABLE, STANDING_NAMES, Says, Standing
from portal.consent.views import mount
from portal.history.begin import begin
from portal.history.events import EXPORT_NAMES
from portal.history.views import Choice, choose, take
from portal.history.work import Work
from portal.kernel import days
from portal.kernel.clock import day_in_japan
from portal.kernel.errors import NotFound, RuleBroken
from portal.kernel.words import N_
from portal.web.export import ROWS_A_PAGE, Column, Export, Row, in_pages
from portal.web.filters import moment
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.pages import part, render, show
from portal.web.reading import actor, only_looks, portal, reading

activities = Blueprint("activities", __name__, url_prefix="/activities")


# --------------------------------------------------------------------------------------- the register


@activities.get("", allow=Permission.READ)
def index() -> ResponseReturnValue:
    """The register: the cooperation's memory, activities past and present; the filter stands in the address."""
    edition, today = g.edition_in_force(), _today()
    filters = _filters(edition)
    before = _whole(request.args.get("before"))
    rows = queries.register(reading(), actor(), filters, today, before=before)
    drafts = [] if filters.are_set or before else _own_drafts()
    page = rows[: queries.PAGE]
    kept: dict[str, Any] = {name: value for name, value in vars(filters).items() if value}
    choices = queries.choices(reading(), actor(), today)
    return show(
        "activities/index.html",
        table=_table(page, edition) if page else None,
        drafts=drafts,
        filters=filters,
        filter_form=_filter_form(filters, choices, edition),
        shown=_counted(queries.count(reading(), actor(), filters, today), len(page)),
        older=url_for(".index", **kept, before=page[-1].number) if len(rows) > queries.PAGE else None,
        first=url_for(".index", **kept) if before is not None else None,
        export_href=url_for(".export", **kept),
    )


_ROWS: Kept[Markup] = Kept(3_000)
_TABLES: Kept[Markup] = Kept(50)
_FORMS: Kept[Markup] = Kept(50)


def _table(page: Sequence[Any], edition: Edition) -> Markup:
    """The activities as a table. A row is kept by all that it is made from, which are only the columns read, whose
    turn it is, the edition and the language: the same for every reader of the register."""
    code, parts = language(), "activities/_register.html"
    awaited = queries.awaited(reading(), actor(), [row.id for row in page])

    def awaited_of(row: Any) -> tuple[str, ...]:
        waits = awaited.get(row.id, ())
        return tuple(key for key in edition.party_keys if key in waits) if waits else ()

    def made(row: Any, fact: tuple[tuple[Any, ...], tuple[str, ...]]) -> Markup:
        def make() -> Markup:
            return part(parts, "row", _line(row, edition) | {"turn": _turn_of(fact[1], edition)})

        return _ROWS.get((fact, edition.digest, code), make)

    def table() -> Markup:
        return part(parts, "table", Markup("").join(map(made, page, facts)))

    facts = tuple((tuple(row), awaited_of(row)) for row in page)
    return _TABLES.get((facts, edition.digest, code), table)


def _turn_of(parties: Sequence[str], edition: Edition) -> str:
    """Whose turn it is, in words; empty for nobody's."""
    labels = say("・").join(edition.party(key).defined_as[language()] for key in parties)
    return say("%(parties)sの番", parties=labels) if labels else ""


def _filter_form(filters: Filters, choices: queries.Choices, edition: Edition) -> Markup:
    """The form that narrows the register; kept as long as nothing is asked for and its choices are the same."""

    def make() -> Markup:
        states = [(one.value, say(STATE_NAMES[one])) for one in State]
        context = {"filters": filters, "choices": choices, "edition": edition, "states": states}
        return render("activities/_filter.html", **context)

    if filters.are_set:
        return make()
    return _FORMS.get((choices, edition.digest, language()), make)


def _filters(edition: Edition) -> Filters:
    """The filters that the address names; what it names wrongly is passed over."""
    given = request.args
    year = _whole(given.get("year"))
    items, states = [one.key for one in edition.scope_items], [one.value for one in State]
    return Filters(
        words=given.get("words", "")[:200],
        item=given.get("item", "") if given.get("item") in items else "",
        measure=given.get("measure", "")[:200],
        year=year if year is not None and 1900 <= year <= 2199 else None,
        state=given.get("state", "") if given.get("state") in states else "",
        party=given.get("party", "") if given.get("party") in edition.party_keys else "",
    )


def _counted(total: int, shown: int) -> str:
    """How many there are and how many stand here (decision 33)."""
    if total > queries.COUNTED:
        return say("1,000件超のうち%(shown)s件を表示しています。", shown=shown)
    return say("%(total)s件のうち%(shown)s件を表示しています。", total=total, shown=shown)


_LOOKS = {State.CONSULTING: "open", State.AGREED: "settling"}
"""The looks of states (templates/parts/standing.html) that have another name than the state."""


def look_of(state: State) -> str:
    """The look of a state (templates/parts/standing.html)."""
    return _LOOKS.get(state, state.value)


def _line(row: Any, edition: Edition) -> dict[str, Any]:
    """One activity as the register shows it."""
    return {
        "row": row,
        "state": queries.state_of(row),
        "state_name": say(STATE_NAMES[queries.state_of(row)]),
        "look": look_of(queries.state_of(row)),
        "items": [item.citation[language()] for item in chosen(listed(row.items), edition)],
        "party": edition.party(row.party).defined_as[language()],
        "when": when_in_words(row),
        "is_held": rules.is_held(row),
    }


def when_in_words(row: Any) -> str:
    """When the activity takes, took, or will take place, in words."""
    code = language()
    if row.started_on and row.ended_on:
        return days.span_in_words(row.started_on, row.ended_on, code, weekday=False)
    if row.started_on and row.planned_end:
        return say("%(day)sに開始（終了予定：%(end)s）", day=row.started_on, end=row.planned_end)
    if row.started_on:
        return say("%(day)sに開始", day=row.started_on)
    if row.planned_start:
        end = row.planned_end or row.planned_start
        span = days.span_in_words(row.planned_start, end, code, weekday=False)
        settled = row.particulars_id is not None
        return say("%(span)s（予定）", span=span) if settled else say("%(span)s（予定・未合意）", span=span)
    if month := rules.month_of(row.settle_by):
        return say("未定（%(month)sまでに協議）", month=days.month_in_words(*month, code))
    return ""


def _own_drafts() -> list[Any]:
    """The own side's drafts of proposals and particulars; nobody else's, ever."""
    known = {PROPOSAL.key: PROPOSAL, PARTICULARS.key: PARTICULARS}
    return [
        {"row": one, "noun": say(known[one.kind].noun), "href": url_for(known[one.kind].place, id=one.id)}
        for one in consent.own_drafts(reading(), actor())
        if one.kind in known
    ]


# --------------------------------------------------------------------------------------- the register taken out


@activities.get("/export", allow=Permission.READ, step_up=True)
def export() -> ResponseReturnValue:
    """What of the register would be taken out: the filter as the address names it."""
    return choose(_export())


@activities.post("/export", allow=Permission.READ, step_up=True)
def take_export() -> ResponseReturnValue:
    """The register under the filter as a file."""
    return take(_export(), request.form.get("format"))


def _export() -> Choice:
    edition, today, who = g.edition_in_force(), _today(), actor()
    filters = _filters(edition)
    address: dict[str, Any] = {name: value for name, value in vars(filters).items() if value}
    key = "activities"

    def read(session: Session, place: int | None) -> tuple[list[Row], int | None]:
        found = queries.batch(session, who, filters, today, before=place, limit=ROWS_A_PAGE)
        rows = [_row(row, edition) for row in found]
        return rows, found[-1].number if len(found) == ROWS_A_PAGE else None

    return Choice(
        Export(key, say(EXPORT_NAMES[key]), _columns(), lambda: in_pages(read)),
        count=queries.count(reading(), who, filters, today),
        conditions=_conditions(filters, edition),
        back=(say("取組"), url_for(".index", **address)),
    )


def _columns() -> list[Column]:
    return [
        Column("reference", say("番号")),
        Column("title", say("取組の名称"), wide=True),
        Column("title_en", say("取組の名称（英語）")),
        Column("state", say("状態")),
        Column("when", say("時期")),
        Column("items", say("協力事項")),
        Column("measure", say("施策")),
        Column("party", say("提案した側")),
        Column("proposal", say("実施の合意"), wide=True),
        Column("particulars", say("別途定め（具体的事項）")),
        Column("planned_start", say("開始予定日")),
        Column("planned_end", say("終了予定日")),
        Column("started_on", say("開始日")),
        Column("ended_on", say("終了日")),
        Column("outcome", say("成果"), wide=True),
        Column("changed_at", say("最後に変わった日時（日本時間）")),
    ]


def _row(row: Any, edition: Edition) -> Row:
    """One activity as a row; of what is not agreed it says so, and by whom it waits (row 38)."""
    line = _line(row, edition)
    state = line["state_name"] + (f"（{say('保留中')}）" if line["is_held"] else "")
    return (
        row.reference, row.title, row.title_en, state, line["when"], "、".join(line["items"]), row.measure, line["party"],
        *agreements_of(row, edition),
        row.planned_start, row.planned_end, row.started_on, row.ended_on, row.outcome, row.changed_at,
    )  # fmt: skip


def agreements_of(row: Any, edition: Edition) -> tuple[str, str]:
    """How the agreement to carry out and the particulars stand, each with its reference; of what is not agreed, that
    it is not, and by whom it waits (row 38)."""
    proposal = _stands(row.proposal_reference, row.proposal_standing, row.proposal_waits_for, edition)
    if not row.particulars_standing:
        return proposal, say("未合意")
    waits_for = row.particulars_waits_for
    return proposal, _stands(row.particulars_reference, row.particulars_standing, waits_for, edition)


def _stands(reference: str, standing: str, waits_for: str, edition: Edition) -> str:
    """`ACT-0001 未合意（一部同意：乙の同意待ち）`, or how it stands."""
    name = say(STANDING_NAMES[Standing(standing)])
    if Standing(standing) in ON_THE_TABLE:
        waiting = listed(waits_for)
        parties = say("、").join(one.defined_as[language()] for one in edition.parties if one.key in waiting)
        name = say("未合意（%(standing)s：%(parties)sの同意待ち）", standing=name, parties=parties)
    return f"{reference} {name}"


def _conditions(filters: Filters, edition: Edition) -> list[tuple[str, str]]:
    """The filter in words."""
    item = next((one for one in edition.scope_items if one.key == filters.item), None)
    given = [
        (say("言葉"), filters.words),
        (say("状態"), say(STATE_NAMES[State(filters.state)]) if filters.state else ""),
        (say("協力事項"), item.citation[language()] if item else ""),
        (say("施策"), filters.measure),
        (say("年度"), days.fiscal_year_in_words(filters.year, language()) if filters.year else ""),
        (say("提案した側"), edition.party(filters.party).defined_as[language()] if filters.party else ""),
    ]
    return [(label, words) for label, words in given if words]


# --------------------------------------------------------------------------------------- one activity


@activities.get("/<id>", allow=Permission.READ)
def activity(id: str) -> ResponseReturnValue:
    """One activity: how far it has come, whose turn it is, what was agreed, what was recorded of it."""
    return _activity_page(id)


def _activity_page(id: str, status: int = 200, **forms: Any) -> ResponseReturnValue:
    edition, today, who = g.edition_in_force(), _today(), actor()
    row = queries.activity(reading(), who, id)
    documents = consent.of_activity(reading(), who, id)
    shared = [one for one in documents if one.reference]
    recorded = queries.acts_of(reading(), id)
    proposal = next(one for one in shared if one.id == row.proposal_id)
    particulars = _particulars_to_show(row, shared)
    replies = consent.replies_of(reading(), [one.id for one in (proposal, particulars) if one])
    change = _change_on_the_table(shared, proposal, particulars)
    revisions = queries.revisions_of(reading(), [one for one in (proposal, particulars) if one])
    state = queries.state_of(row)
    held = _held(row, [proposal, particulars])
    terms = agreement.terms(edition, agreement.dates_now(reading(), edition), today)
    plan = Planned(row.planned_start, row.planned_end)
    on, kinds = _day_asked(), portal().extensions["kinds"]
    return show(
        "activities/activity.html",
        status,
        row=row,
        title=(row.title_en if language() == "en" else "") or row.title,
        edition=edition,
        state=state,
        state_name=say(STATE_NAMES[state]),
        is_held=rules.is_held(row),
        line=_line(row, edition),
        steps=_steps(row, state, edition),
        turn=_held_turn(held, edition) or _turn(row, state, proposal, particulars, change, recorded, edition),
        change=_waiting(change, edition, CHANGE) if change else None,
        papers=_held_papers(held) + _papers_to_open(state, [proposal, particulars, change]),
        by_agreement=[one for one in chosen(listed(row.items), edition) if one.needs_agreement],
        proposal=_side_by_side(proposal, replies, edition),
        particulars=_side_by_side(particulars, replies, edition) if particulars else None,
        proposal_shown=_shown(PROPOSAL, revisions.get(proposal.id), edition),
        particulars_shown=_shown(
            PARTICULARS, revisions.get(particulars.id) if particulars else None, edition
        ),
        other_particulars=[
            one
            for one in shared
            if one.kind == PARTICULARS.key and (not particulars or one.id != particulars.id)
        ],
        other_proposals=[one for one in shared if one.kind == PROPOSAL.key and one.id != proposal.id],
        own_drafts=[one for one in documents if not one.reference],
        standing_name=lambda key: say(STANDING_NAMES[Standing(key)]),
        no_longer_matches=bool(row.settled_for) and row.settled_for != row.proposal_digest,
        beyond_term=terms[-1].expiry if terms and rules.runs_beyond(plan, terms[-1].expiry) else None,
        is_late=state in rules.NOT_YET_STARTED and plan.start is not None and plan.start < today,
        is_overrunning=state is State.RUNNING and plan.end is not None and plan.end < today,
        recorded=recorded,
        to_confirm=[
            one
            for one in recorded
            if who.may(Permission.ACKNOWLEDGE) and who.party in one.waits_for(edition.party_keys)
        ],
        act_name=lambda act: say(ACT_NAMES[Act(act)]),
        acts=[
            (one, say(ACT_LABELS[one]))
            for one in rules.acts_from(State(row.state), is_held=bool(held))
            if who.may(Permission.CARRY_OUT)
        ],
        may_settle=who.may(Permission.DRAFT) and state not in OVER and row.particulars_id is None,
        acknowledgement_form=forms.get("acknowledgement_form") or AcknowledgementForm(formdata=None),
        acknowledging=forms.get("acknowledging"),
        consultations=queries.consultations_of(reading(), id),
        media=MEDIA,
        place_of={key: kind.place for key, kind in kinds.items()},
        noun_of={key: say(kind.noun) for key, kind in kinds.items()},
        other_documents=[one for one in shared if one.kind not in {PROPOSAL.key, PARTICULARS.key}],
        versions=[one for one in shared if one.kind == PARTICULARS.key and one.agreed_at is not None],
        on=on,
        on_typed=request.args.get("on", "")[:40],
        on_found=queries.agreed_by(documents, PARTICULARS.key, on) if on else None,
        party_label=lambda key: edition.party(key).defined_as[language()],
    )


def _particulars_to_show(row: Any, shared: Sequence[Any]) -> Any | None:
    """The particulars in force; as long as there are none, those on the table, the latest tabled first."""
    own = [one for one in shared if one.kind == PARTICULARS.key]
    if row.particulars_id:
        return next(one for one in own if one.id == row.particulars_id)
    on_table = [one for one in own if Standing(one.standing) in ON_THE_TABLE]
    return max(on_table, key=lambda one: one.tabled_at, default=None)


CHANGE = N_("変更の提案")
"""What a page calls a document that is to replace an agreed one."""


def _change_on_the_table(shared: Sequence[Any], *shown: Any) -> Any | None:
    """The change on the table that was tabled last, among the documents that the page does not show anyway."""
    known = {one.id for one in shown if one}
    changes = [
        one
        for one in shared
        if one.replaces_id and one.id not in known and Standing(one.standing) in ON_THE_TABLE
    ]
    return max(changes, key=lambda one: one.tabled_at, default=None)


def _held(row: Any, papers: Sequence[Any | None]) -> list[tuple[Any, list[str]]]:
    """The papers of the activity that are held, each with the parties that hold it."""
    held = [one for one in papers if one and one.standing == Standing.HELD] if rules.is_held(row) else []
    holders = consent.holders_of(reading(), [one.id for one in held])
    return [(one, holders[one.id]) for one in held]


def _held_turn(held: Sequence[tuple[Any, list[str]]], edition: Edition) -> tuple[str, str] | None:
    """What is held, and by whom; None where nothing is (decision 13, 26)."""
    if not held:
        return None
    papers = say("、").join(
        say("%(reference)s：%(parties)s", reference=one.reference,
            parties=say("・").join(edition.party(key).defined_as[language()] for key in holders))
        for one, holders in held
    )  # fmt: skip
    return "stopped", say(
        "合意した文書が保留されています（%(papers)s）。保留が解かれるまで、開始も再開もできません。", papers=papers
    )


def _held_papers(held: Sequence[tuple[Any, list[str]]]) -> list[tuple[str, str, str]]:
    """A button to each paper that is held: whoever lifts the hold of the own side is told so."""
    buttons, who = [], actor()
    for one, holders in held:
        lifts = who.party in holders and who.may(Permission.LIFT_HOLD)
        label = say(OPEN_TO_LIFT if lifts else OPEN, reference=one.reference)
        buttons.append((label, url_for(_PLACES[one.kind], id=one.id), "secondary"))
    return buttons


def _papers_to_open(state: State, papers: Sequence[Any | None]) -> list[tuple[str, str, str]]:
    """A button for each paper that waits for an act: its words say what this reader does there; the address, the
    look."""
    who, buttons = actor(), []
    for one in papers:
        if one is None or state in OVER or Standing(one.standing) not in ON_THE_TABLE:
            continue
        words, look = OPEN, "secondary"
        if who.party in listed(one.waits_for):
            is_back = one.standing == Standing.SENT_BACK
            if who.may(Permission.DRAFT if is_back else Permission.CONSENT):
                words, look = (OPEN_TO_REVISE if is_back else OPEN_TO_REPLY), "primary"
        label = say(words, reference=one.reference)
        buttons.append((label, url_for(_PLACES[one.kind], id=one.id), look))
    return buttons


OPEN = N_("%(reference)sを開く")
OPEN_TO_REPLY = N_("%(reference)sを開いて回答する")
OPEN_TO_REVISE = N_("%(reference)sを開いて直す")
OPEN_TO_LIFT = N_("%(reference)sを開いて保留を解く")
_PLACES = {PROPOSAL.key: PROPOSAL.place, PARTICULARS.key: PARTICULARS.place}


def _side_by_side(document: Any, replies: Any, edition: Edition) -> dict[str, Any]:
    """One document and each party's word on it (R2-7)."""
    code, given, standing = language(), replies.get(document.id, {}), Standing(document.standing)
    is_open, waits = standing in ON_THE_TABLE, listed(document.waits_for)
    parties = []
    for party in edition.parties:
        found = given.get(party.key)
        told: dict[str, Any] = {"label": party.defined_as[code], "name": party.name[code]}
        if found is None and standing is Standing.SENT_BACK:
            told |= (
                {"state": "waiting", "sentence": say("新しい版の提示待ち")}
                if party.key in waits
                else {"state": "none", "sentence": say("未回答")}
            )
        elif found is None:
            told |= {"state": "waiting" if is_open else "none", "sentence": say("未同意")}
        elif found.says == Says.SEND_BACK:
            told |= {
                "state": "sent_back",
                "sentence": say("版%(number)sを差戻し", number=document.revision),
                "person": found.name,
                "post": found.post,
                "when": moment(found.at),
                "iso": found.at.isoformat(),
            }
        else:
            told |= {
                "state": "consented",
                "sentence": say("版%(number)sに同意", number=document.revision),
                "person": found.name,
                "post": found.post,
                "capacity": showing.capacity_words(found),
                "decision": found.decision_reference,
                "when": moment(found.at),
                "iso": found.at.isoformat(),
            }
        parties.append(told)
    return {"row": document, "parties": parties, "waits_for": waits}


def _shown(kind: Any, revision: Any, edition: Edition) -> list[Any]:
    return [] if revision is None else showing.shown(kind, body_of(kind, revision), edition)


def _steps(row: Any, state: State, edition: Edition) -> list[dict[str, Any]]:
    stopped_at = None
    if state in OVER - {State.COMPLETED}:
        stopped_at = Step.AGREE if row.proposal_standing not in AGREED_STANDINGS else Step.SETTLE
        stopped_at = Step.CARRY_OUT if row.started_on or row.particulars_id else stopped_at
    names = {step: say(name) for step, name in STEP_NAMES.items()}
    if any(one.needs_agreement for one in chosen(listed(row.items), edition)):
        names[Step.AGREE] = say("実施の合意（範囲の合意を兼ねる）")
    return [
        {"label": names[step], "state": stands}
        for step, stands in rules.steps_of(state, stopped_at=stopped_at, is_held=rules.is_held(row))
    ]


def _turn(
    row: Any,
    state: State,
    proposal: Any,
    particulars: Any,
    change: Any,
    recorded: Sequence[Recorded],
    edition: Edition,
) -> tuple[str, str]:
    """Whose turn it is, first on the page (decision 22; R2-7)."""
    mine = actor().party or ""
    match state:
        case State.PROPOSED | State.CONSULTING:
            return _waiting(proposal, edition, PROPOSAL.noun)
        case State.AGREED if row.particulars_id and change:
            return _waiting(change, edition, CHANGE)
        case State.AGREED if row.particulars_id:
            return "yours", say("実施時期がまだ「未定」です。協議して、具体的事項の変更を提案してください。")
        case State.AGREED if particulars is None:
            return "yours", say(
                "具体的事項（実施時期・実施方法など）がまだ提示されていません。どの当事者からでも提示できます。"
            )
        case State.AGREED:
            return _waiting(particulars, edition, PARTICULARS.noun)
        case State.READY:
            return "yours", say("実施できます。始まったら、開始を記録してください。")
    if any(mine in one.waits_for(edition.party_keys) for one in recorded):
        return "yours", say("相手方が記録したことに、あなたの側の確認が済んでいないものがあります。")
    match state:
        case State.RUNNING:
            return "done", say("実施中です。中断・完了・中止したときは記録してください。")
        case State.SUSPENDED:
            return "stopped", say("中断しています。再開・完了・中止したときは記録してください。")
        case State.COMPLETED:
            return "done", say("完了しました。")
        case _:
            return "stopped", say("この取組は終わっています（%(state)s）。", state=say(STATE_NAMES[state]))


def _waiting(document: Any, edition: Edition, noun: str) -> tuple[str, str]:
    """Whose act a paper on the table waits for: the kind of turn, and the sentence."""
    mine, waits = actor().party or "", listed(document.waits_for)
    labels = say("・").join(edition.party(key).defined_as[language()] for key in waits)
    facts = {"noun": say(noun), "reference": document.reference, "parties": labels}
    if document.standing == Standing.SENT_BACK:
        kind = "yours" if mine in waits else "others"
        return kind, say(
            "%(noun)s（%(reference)s）が差し戻されています。%(parties)sの新しい版を待っています。", **facts
        )
    if mine in waits:
        return "yours", say("%(noun)s（%(reference)s）について、あなたの側の回答を待っています。", **facts)
    return "others", say("%(noun)s（%(reference)s）について、%(parties)sの同意を待っています。", **facts)


def _day_asked() -> dt.date | None:
    """The day typed into 「この日に有効だった内容」; None for none, or for what is no day."""
    text = request.args.get("on", "")
    try:
        return days.read_day(text[:80]) if text.strip() else None
    except days.ImpossibleDay:
        return None


# --------------------------------------------------------------------------------------- recording

ACT_LABELS = {
    Act.START: N_("開始を記録する"),
    Act.SUSPEND: N_("中断を記録する"),
    Act.RESUME: N_("再開を記録する"),
    Act.COMPLETE: N_("完了と成果を記録する"),
    Act.CANCEL: N_("中止を記録する"),
}


@activities.route("/<id>/start", methods=["GET", "POST"], allow=Permission.CARRY_OUT)
def start(id: str) -> ResponseReturnValue:
    """The start is recorded; refused until everything is agreed (R2-3)."""
    return _recording(
        id,
        Act.START,
        ActForm(),
        lambda work, form: commands.start(work, id, on_day=form.on_day.data, reason=form.reason.data),
    )


@activities.route("/<id>/suspend", methods=["GET", "POST"], allow=Permission.CARRY_OUT)
def suspend(id: str) -> ResponseReturnValue:
    """A suspension is recorded, with its reason."""
    return _recording(
        id,
        Act.SUSPEND,
        ActForm(),
        lambda work, form: commands.suspend(work, id, on_day=form.on_day.data, reason=form.reason.data),
    )


@activities.route("/<id>/resume", methods=["GET", "POST"], allow=Permission.CARRY_OUT)
def resume(id: str) -> ResponseReturnValue:
    """A resumption is recorded, with its reason."""
    return _recording(
        id,
        Act.RESUME,
        ActForm(),
        lambda work, form: commands.resume(work, id, on_day=form.on_day.data, reason=form.reason.data),
    )


@activities.route("/<id>/complete", methods=["GET", "POST"], allow=Permission.CARRY_OUT)
def complete(id: str) -> ResponseReturnValue:
    """The completion is recorded, with what came of it."""

    def do(work: Work, form: Any) -> ActivityAct:
        outcome = Outcome(
            form.outcome.data,
            form.beneficiaries.data,
            [(row[0], row[1], row[2]) for row in form.figures.rows],
            form.purpose.data,
        )
        return commands.complete(work, id, on_day=form.on_day.data, outcome=outcome, reason=form.reason.data)

    return _recording(id, Act.COMPLETE, CompleteForm(), do)


@activities.route("/<id>/cancel", methods=["GET", "POST"], allow=Permission.CARRY_OUT)
def cancel(id: str) -> ResponseReturnValue:
    """A cancellation is recorded, with its reason."""
    return _recording(
        id,
        Act.CANCEL,
        ActForm(),
        lambda work, form: commands.cancel(work, id, on_day=form.on_day.data, reason=form.reason.data),
    )


def _recording(id: str, act: Act, form: Any, do: Callable[[Work, Any], ActivityAct]) -> ResponseReturnValue:
    """A page of its own for each act: what it records, the day, the reason, the button."""
    if request.method == "POST" and form.validate():
        try:
            with begin() as work:
                do(work, form)
                location = work.answer(url_for(".activity", id=id, _anchor="acts"))
            flash(say("記録し、相手方にもお知らせしました。"), "success")
            return redirect(location, 303)
        except RuleBroken as refused:
            form.refuse(refused.field or "", _sentence(refused))
            return _act_page(id, act, form, refused.status)
    return _act_page(id, act, form, 200 if only_looks() else 422)


def _act_page(id: str, act: Act, form: Any, status: int) -> ResponseReturnValue:
    edition = g.edition_in_force()
    row = queries.activity(reading(), actor(), id)
    plan = Planned(row.planned_start, row.planned_end)
    return show(
        "activities/act.html",
        status,
        row=row,
        line=_line(row, edition),
        act=act,
        title=say(ACT_LABELS[act]),
        form=form,
        refused=_refused(id, act) if only_looks() else None,
        needs_reason=act in {Act.SUSPEND, Act.RESUME, Act.CANCEL},
        is_early=act is Act.START and plan.start is not None and plan.start > _today(),
        purposes=[one.text[language()] for one in edition.purposes],
        beside=_agreed_beside(id) if act in {Act.SUSPEND, Act.CANCEL} else [],
    )


def _agreed_beside(id: str) -> list[tuple[str, str]]:
    """What else every party has agreed to about the activity, as its publicity: reference and title, address. It goes
    on when the activity does not."""
    kinds = portal().extensions["kinds"]
    return [
        (f"{one.reference} {one.title}", url_for(kinds[one.kind].place, id=one.id))
        for one in consent.of_activity(reading(), actor(), id)
        if one.kind not in _PLACES and one.standing == Standing.AGREED
    ]


def _refused(id: str, act: Act) -> str | None:
    """Why the record would be refused as things stand, so that nobody fills in a form in vain."""
    try:
        commands.must_be_possible(reading(), _today(), id, act)
    except RuleBroken as refused:
        return _sentence(refused)
    return None


@activities.post("/<id>/acts/<act>/acknowledge", allow=Permission.ACKNOWLEDGE)
def acknowledge(id: str, act: str) -> ResponseReturnValue:
    """Another party's word on a recorded act (R2-10)."""
    form = AcknowledgementForm()
    if form.validate():
        try:
            with begin() as work:
                commands.acknowledge(
                    work, id, act, is_acknowledged=form.is_acknowledged.data == "yes", remark=form.remark.data
                )
                location = work.answer(url_for(".activity", id=id, _anchor="acts"))
            flash(say("回答を記録し、相手方にもお知らせしました。"), "success")
            return redirect(location, 303)
        except RuleBroken as refused:
            form.refuse(refused.field or "", _sentence(refused))
            return _activity_page(id, refused.status, acknowledgement_form=form, acknowledging=act)
    return _activity_page(id, 422, acknowledgement_form=form, acknowledging=act)


# --------------------------------------------------------------------------------------- the two documents


def _of_proposal(session: Session, reader: Actor, document: Document | None, body: Body) -> dict[str, Any]:
    """What a proposal's page shows beside its words: the activity, and words that may read as a purchase."""
    assert isinstance(body, ProposalBody)
    known = _activity_of(session, reader, document)
    texts = (body.title, body.summary, body.measure, body.purpose_reason, *(row[-1] for row in body.roles))
    return {
        "activity": known,
        "purchase_words": purchase_words(*texts),
        "items": _items_of(body),
        "withheld": _withheld(known),
    }


def _withheld(activity: Any | None) -> set[str]:
    """What the mechanism would offer, and what the rules refuse once the activity is over."""
    return {"hold", "replace"} if activity is not None and State(activity.state) in OVER else set()


def _items_of(body: ProposalBody) -> list[Any]:
    edition: Edition = g.edition_in_force()
    return [item for item in chosen(body.items, edition) if item.needs_agreement]


def _of_particulars(session: Session, reader: Actor, document: Document | None, body: Body) -> dict[str, Any]:
    """What the page of particulars shows beside their words; and, for new ones, the activity they concern."""
    assert isinstance(body, ParticularsBody)
    if document is None:
        return _new_particulars(session, reader)
    known = _activity_of(session, reader, document)
    edition: Edition = g.edition_in_force()
    plan = rules.planned(
        body.timing_kind, day=body.day, start=body.start, end=body.end, milestones=body.milestones
    )
    terms = agreement.terms(edition, agreement.dates_now(session, edition), _today())
    return {
        "activity": known,
        "purchase_words": purchase_words(body.title, body.method, body.target_group, body.other),
        "beyond_term": terms[-1].expiry if terms and rules.runs_beyond(plan, terms[-1].expiry) else None,
        "withheld": _withheld(known),
        "waits_for_proposal": known is not None and known.proposal_standing not in AGREED_STANDINGS,
    }


def _new_particulars(session: Session, reader: Actor) -> dict[str, Any]:
    """The activity named in the address, and words to start from: its proposal's, or those of other particulars
    that the reader may read."""
    known = queries.activity(session, reader, request.args.get("activity", "")[:64])
    title = say("%(title)sの具体的事項", title=known.title)
    body = ParticularsBody(title=title[:200])
    proposal = consent.document(session, reader, PROPOSAL, known.proposal_id)
    said = body_of(PROPOSAL, consent.revision(session, proposal, proposal.revision))
    body = ParticularsBody(
        title=title[:200],
        timing_kind=rules.Timing.RANGE.value,
        roles=said.roles,
        personal_data=said.personal_data,
        data_kinds=said.data_kinds,
        data_reason=said.data_reason,
        third_parties=said.third_parties,
    )
    return {"activity": known, "activity_id": known.id, "body": body}


def _activity_of(session: Session, reader: Actor, document: Document | None) -> Any | None:
    if document is None or document.activity_id is None:
        return None
    try:
        return queries.activity(session, reader, document.activity_id)
    except NotFound:
        return None


mount(
    activities,
    PROPOSAL,
    name="proposal",
    path="/proposals",
    form=ProposalForm,
    fields="activities/_proposal_fields.html",
    context=_of_proposal,
    aside="activities/_proposal_aside.html",
)
mount(
    activities,
    PARTICULARS,
    name="particulars",
    path="/particulars",
    form=ParticularsForm,
    fields="activities/_particulars_fields.html",
    context=_of_particulars,
    aside="activities/_particulars_aside.html",
)


# --------------------------------------------------------------------------------------- inside


def _today() -> dt.date:
    return day_in_japan(portal().clock.now())


def _sentence(refused: RuleBroken) -> str:
    return f"{say(refused.sentence, **refused.facts)} {say(refused.next_step, **refused.facts)}"


def _whole(text: str | None) -> int | None:
    if text is None or not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(404)
    return int(text)
