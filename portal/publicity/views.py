"""The list of publicity, the pages around an item, its printed forms, and what appeared without agreement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement.text import Edition
from portal.agreement.wording import purchase_words
from portal.consent import queries as documents
from portal.consent import showing as consent_showing
from portal.consent.body import Body
from portal.consent.models import Document
from portal.consent.paper import body_of, listed
from portal.consent.rules import AGREED_STANDINGS, ON_THE_TABLE, STANDING_NAMES, Standing
from portal.consent.views import mount
from portal.history.begin import begin
from portal.history.erasing import must_not_be_erased
from portal.history.events import EXPORT_NAMES
from portal.history.views import Choice, choose, take
from portal.history.work import Work
from portal.kernel.clock import JAPAN, SystemClock, day_in_japan
from portal.kernel.days import fiscal_year_in_words
from portal.kernel.errors import NotFound, RuleBroken
from portal.kernel.files import FileTooLarge
from portal.kernel.periods import business_days_between, is_business_day
from portal.kernel.uploads import UploadRefused, inspect, safe_file_name
from portal.publicity import checklist, commands, queries, rules, showing, timing
from portal.publicity.commands import Appeared, ArchivedCopy, Reported, must_be_its_bytes
from portal.publicity.forms import (
    CopyForm,
    EventEndForm,
    PublicityForm,
    PublishForm,
    RecordForm,
    SettleForm,
    WordForm,
    moment_typed,
)
from portal.publicity.item import (
    BOTH,
    PUBLICITY,
    VOLUNTARY,
    PublicityBody,
    channels_of,
    output_keys,
    output_of,
    output_words,
    plan_of,
)
from portal.publicity.models import PublicityItem
from portal.publicity.queries import Filters
from portal.publicity.rules import (
    ABOUT_NAMES,
    MEDIUM_NAMES,
    NATURE_NAMES,
    RELATION_NAMES,
    SORT_NAMES,
    STATE_NAMES,
    Nature,
    Relation,
    Sort,
    State,
)
from portal.publicity.timing import TimingKind
from portal.web.export import ROWS_A_PAGE, Column, Export, Row, in_pages
from portal.web.filters import moment
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.pages import part, render, show
from portal.web.reading import actor, only_looks, portal, reading

publicity = Blueprint("publicity", __name__, url_prefix="/publicity")


# --------------------------------------------------------------------------------------- the list


@publicity.get("", allow=Permission.READ)
def index() -> ResponseReturnValue:
    """Everything that was or is to be made public together; the filter stands in the address."""
    edition, now = g.edition_in_force(), _now()
    filters = _filters(edition)
    before = _whole(request.args.get("before"))
    in_force = _is_in_force(reading(), edition, now)
    rows = queries.register(reading(), actor(), filters, now, in_force=in_force, before=before)
    page = rows[: queries.PAGE]
    kept: dict[str, Any] = {name: value for name, value in vars(filters).items() if value}
    total = queries.count(reading(), actor(), filters, now, in_force=in_force)
    return show(
        "publicity/index.html",
        table=_table(page, edition, now, in_force=in_force) if page else None,
        drafts=[] if filters.are_set or before else _own_drafts(),
        filters=filters,
        filter_form=_filter_form(filters, queries.years(reading(), actor()), edition),
        shown=_counted(total, len(page)),
        older=url_for(".index", **kept, before=page[-1].number) if len(rows) > queries.PAGE else None,
        first=url_for(".index", **kept) if before is not None else None,
        export_href=url_for(".export", **kept),
        in_force=in_force,
        unsettled=len(queries.records(reading(), actor(), unsettled=True)),
    )


_ROWS: Kept[Markup] = Kept(3_000)
_FORMS: Kept[Markup] = Kept(50)


def _table(page: Sequence[Any], edition: Edition, now: dt.datetime, *, in_force: bool) -> Markup:
    """The items as a table; a row is kept by all that it is made from: the columns read, its state at this moment,
    the edition and the language."""
    code, parts = language(), "publicity/_register.html"

    def made(row: Any) -> Markup:
        state = queries.state_of(row, now, in_force=in_force)
        return _ROWS.get(
            (tuple(row), state, edition.digest, code),
            lambda: part(parts, "row", _line(row, state, edition)),
        )

    return part(parts, "table", Markup("").join(made(row) for row in page))


def _line(row: Any, state: State, edition: Edition) -> dict[str, Any]:
    """One item as the list shows it."""
    return {
        "row": row,
        "href": url_for(BOTH[row.kind].place, id=row.id),
        "state": _LOOKS[state],
        "state_name": say(STATE_NAMES[state]),
        "sort": say(SORT_NAMES[row.sort]),
        "relation": say(RELATION_NAMES[row.relation]) if row.relation != Relation.NEW else "",
        "is_voluntary": row.kind == VOLUNTARY.key,
        "when": _when(row),
        "party": edition.party(row.party).defined_as[language()],
        "out": say("%(published)s／%(channels)s経路", published=row.published, channels=row.channels),
    }


def _when(row: Any) -> str:
    if row.timing_kind == TimingKind.AFTER_EVENT and row.event_ended_at is None:
        return say("「%(event)s」の終了後", event=row.event)
    return moment(row.opens_at)


_LOOKS = {
    State.CONSULTING: "open",
    State.PARTIAL: "partial",
    State.SENT_BACK: "sent_back",
    State.WAITING: "planned",
    State.WAITING_FOR_EVENT: "planned",
    State.READY: "ready",
    State.PARTLY_PUBLISHED: "running",
    State.PUBLISHED: "completed",
    State.HELD: "held",
    State.LAPSED: "lapsed",
    State.ENDED: "lapsed",
    State.DECLINED: "declined",
    State.WITHDRAWN: "withdrawn",
    State.REPLACED: "replaced",
}
"""The looks of states (templates/parts/standing.html)."""


def look_of(state: State) -> str:
    """The look of a state (templates/parts/standing.html)."""
    return _LOOKS[state]


def _filter_form(filters: Filters, years: Sequence[int], edition: Edition) -> Markup:
    """The form that narrows the list; kept as long as nothing is asked for and its choices are the same."""

    def make() -> Markup:
        context = {
            "filters": filters,
            "years": years,
            "edition": edition,
            "states": [(one.value, say(STATE_NAMES[one])) for one in State],
            "sorts": [(one.value, say(SORT_NAMES[one])) for one in Sort],
        }
        return render("publicity/_filter.html", **context)

    if filters.are_set:
        return make()
    return _FORMS.get((tuple(years), edition.digest, language()), make)


def _filters(edition: Edition) -> Filters:
    """The filters that the address names; what it names wrongly is passed over."""
    given = request.args
    year = _whole(given.get("year"))
    return Filters(
        words=given.get("words", "")[:200],
        sort=given.get("sort", "") if given.get("sort") in set(Sort) else "",
        state=given.get("state", "") if given.get("state") in set(State) else "",
        party=given.get("party", "") if given.get("party") in edition.party_keys else "",
        year=year if year is not None and 1900 <= year <= 2199 else None,
    )


def _counted(total: int, shown: int) -> str:
    """How many there are and how many stand here (decision 33)."""
    if total > queries.COUNTED:
        return say("1,000件超のうち%(shown)s件を表示しています。", shown=shown)
    return say("%(total)s件のうち%(shown)s件を表示しています。", total=total, shown=shown)


def _own_drafts() -> list[Any]:
    """The own side's drafts of publicity; nobody else's, ever."""
    return [
        {"row": one, "noun": say(BOTH[one.kind].noun), "href": url_for(BOTH[one.kind].place, id=one.id)}
        for one in documents.own_drafts(reading(), actor())
        if one.kind in BOTH
    ]


# --------------------------------------------------------------------------------------- the list taken out


@publicity.get("/export", allow=Permission.READ, step_up=True)
def export() -> ResponseReturnValue:
    """What of the list would be taken out: the filter as the address names it."""
    return choose(_export())


@publicity.post("/export", allow=Permission.READ, step_up=True)
def take_export() -> ResponseReturnValue:
    """The list under the filter as a file; no text that is to be published is in it (row 47)."""
    return take(_export(), request.form.get("format"))


def _export() -> Choice:
    edition, now, who = g.edition_in_force(), _now(), actor()
    filters, in_force = _filters(edition), _is_in_force(reading(), edition, now)
    address: dict[str, Any] = {name: value for name, value in vars(filters).items() if value}
    key = "publicity"

    def read(session: Session, place: int | None) -> tuple[list[Row], int | None]:
        found = queries.batch(session, who, filters, now, in_force=in_force, before=place, limit=ROWS_A_PAGE)
        rows = [_row(row, edition, now, in_force=in_force) for row in found]
        return rows, found[-1].number if len(found) == ROWS_A_PAGE else None

    return Choice(
        Export(key, say(EXPORT_NAMES[key]), _columns(), lambda: in_pages(read)),
        count=queries.count(reading(), who, filters, now, in_force=in_force),
        conditions=_conditions(filters, edition),
        back=(say("公表"), url_for(".index", **address)),
        notes=[
            say("解禁の日時が付いた公表は、その日時の前に外へ渡さないでください。公表する文面は含みません。")
        ],
    )


def _columns() -> list[Column]:
    return [
        Column("reference", say("番号")),
        Column("title", say("件名")),
        Column("title_en", say("件名（英語）")),
        Column("state", say("状態")),
        Column("agreement", say("公表の合意")),
        Column("basis", say("合意の種類")),
        Column("when", say("時期")),
        Column("opens_at", say("公表できる日時（始まり・日本時間）")),
        Column("closes_at", say("公表できる日時（終わり・日本時間）")),
        Column("embargo", say("解禁")),
        Column("about", say("公表の対象")),
        Column("sort", say("種類")),
        Column("relation", say("先の公表との関係")),
        Column("channels", say("合意した経路の数")),
        Column("published", say("公表した経路の数")),
        Column("party", say("提案した側")),
    ]


def _row(row: Any, edition: Edition, now: dt.datetime, *, in_force: bool) -> Row:
    """One item as a row; of what is not agreed it says so, and by whom it waits (row 38)."""
    line = _line(row, queries.state_of(row, now, in_force=in_force), edition)
    return (
        row.reference, row.title, row.title_en, line["state_name"], _stands(row, edition), say(BOTH[row.kind].noun),
        line["when"], row.opens_at, row.closes_at, _embargo(row), say(ABOUT_NAMES[row.about]), line["sort"],
        line["relation"], row.channels, row.published, line["party"],
    )  # fmt: skip


def _stands(row: Any, edition: Edition) -> str:
    """How its agreement stands: `未合意（一部同意：乙の同意待ち）`, or the standing."""
    name = say(STANDING_NAMES[Standing(row.standing)])
    if Standing(row.standing) not in ON_THE_TABLE:
        return name
    waiting = listed(row.waits_for)
    parties = say("、").join(one.defined_as[language()] for one in edition.parties if one.key in waiting)
    return say("未合意（%(standing)s：%(parties)sの同意待ち）", standing=name, parties=parties)


def _embargo(row: Any) -> str | dt.datetime | None:
    """The day and hour at which its embargo ends, or the event that ends it; None without one (row 47)."""
    if not row.embargo:
        return None
    body = body_of(BOTH[row.kind], row)
    assert isinstance(body, PublicityBody)
    return showing.lifted_at(body) or showing.embargo_words(body)


def _conditions(filters: Filters, edition: Edition) -> list[tuple[str, str]]:
    """The filter in words."""
    given = [
        (say("言葉"), filters.words),
        (say("状態"), say(STATE_NAMES[State(filters.state)]) if filters.state else ""),
        (say("種類"), say(SORT_NAMES[Sort(filters.sort)]) if filters.sort else ""),
        (say("年度"), fiscal_year_in_words(filters.year, language()) if filters.year else ""),
        (say("提案した側"), edition.party(filters.party).defined_as[language()] if filters.party else ""),
    ]
    return [(label, words) for label, words in given if words]


# --------------------------------------------------------------------------------------- around an item


def _of_item(session: Session, reader: Actor, document: Document | None, body: Body) -> dict[str, Any]:
    """What an item's page shows beside its words: where it stands, each channel, what is still missing, what to
    mind; and, for a new one, the activity it is about."""
    assert isinstance(body, PublicityBody)
    edition: Edition = g.edition_in_force()
    if document is None:
        return _new_item(session, reader)
    now = _now()
    in_force = _is_in_force(session, edition, now)
    item = session.get(PublicityItem, document.id) if document.tabled_at is not None else None
    row = queries.row(session, reader, document.id) if item else None
    state = queries.state_of(row, now, in_force=in_force) if row else None
    found = queries.appeared(session, reader, item) if item else None
    plan = plan_of(body, item)
    return {
        "row": row,
        "state": state,
        "state_name": say(STATE_NAMES[state]) if state else None,
        "look": _LOOKS[state] if state else None,
        "activity": activity_of(session, reader, document.activity_id),
        "activity_id": document.activity_id,
        "timing": showing.timing_lines(body),
        "embargo": "" if _is_out(body, row, now) else showing.embargo_words(body),
        "channels": showing.channel_lines(body, item, found, edition, now),
        "appeared": found,
        "records": [_record_line(one) for one in found.records] if found else [],
        "checks": _checks(session, document, body, edition),
        "warnings": _warnings(body, edition, now, plan.first, state),
        "purchase_words": purchase_words(
            body.title, body.summary, body.background, *(text for _, text in body.outputs)
        ),
        "outputs": [
            (key, output_words(key, edition, language()))
            for key in output_keys(edition)
            if output_of(body, key)
        ],
        "may": _may(reader, document, row, state),
        "withheld": _withheld(row),
        "relations": [(one.value, say(RELATION_NAMES[one])) for one in Relation if one is not Relation.NEW],
        "copy_form": CopyForm(formdata=None),
        "relation_name": lambda relation: say(RELATION_NAMES[relation]),
        "place_of": {key: kind.place for key, kind in BOTH.items()},
        "is_voluntary": document.kind == VOLUNTARY.key,
        "relation": body.relation,
        "concerns": body.concerns,
    }


def _new_item(session: Session, reader: Actor) -> dict[str, Any]:
    activity_id = request.args.get("activity", "")[:64] or None
    known = activity_of(session, reader, activity_id)
    if activity_id and known is None:
        raise NotFound()
    body = PublicityBody(
        title=say("%(title)sの公表", title=known.title)[:200] if known else "",
        about=rules.About.COOPERATION.value if known else "",
        embargo="no",
    )
    return {
        "activity": known,
        "activity_id": activity_id,
        "body": body,
        "purchase_words": [],
        "relation": Relation.NEW.value,
        "concerns": "",
        "is_voluntary": False,
    }


def activity_of(session: Session, reader: Actor, activity_id: str | None) -> Any | None:
    """The activity by the document that brought it about: `id`, `reference`, `title`; None for none."""
    if not activity_id:
        return None
    found = documents.of_activity(session, reader, activity_id)
    return next((one for one in found if one.reference), None)


def _may(reader: Actor, document: Document, row: Any, state: State | None) -> dict[str, bool]:
    """What this reader is offered around the item; the rules decide again when it is done."""
    publishes = row is not None and f",{reader.party}," in row.publishers
    agreed = row is not None and Standing(row.standing) in AGREED_STANDINGS
    return {
        "publish": reader.may(Permission.PUBLISH) and state in {State.READY, State.PARTLY_PUBLISHED},
        "end_event": reader.may(Permission.PUBLISH) and state is State.WAITING_FOR_EVENT and publishes,
        "follow_up": reader.may(Permission.DRAFT) and row is not None and row.published > 0,
        "go_on": reader.may(Permission.DRAFT) and state is State.ENDED,
        "report": reader.may(Permission.REPORT_PUBLICITY) and agreed,
        "copy": reader.may(Permission.PUBLISH) and agreed and state is not State.PUBLISHED,
        "print": row is not None and (agreed or Standing(row.standing) is Standing.REPLACED),
    }


def _withheld(row: Any) -> list[str]:
    """What the mechanism would offer and the rules of publicity refuse (row 48)."""
    if row is None or not row.published:
        return []
    return ["hold", "replace"] if row.published >= row.channels else ["replace"]


def _checks(session: Session, document: Document, body: PublicityBody, edition: Edition) -> list[Any]:
    if document.tabled_at is None:
        draft = documents.own_draft(session, actor(), document.id)
        ids = [one for one in (draft.attachments if draft else "").split(",") if one]
        names = [documents.attachment(session, actor(), document, one).name for one in ids]
    else:
        names = [
            one["name"]
            for one in documents.attachments_of(documents.revision(session, document, document.revision))
        ]
    return [
        {
            "words": say(one.sentence.message, **one.sentence.facts),
            "is_met": one.is_met,
            "href": f"#field-{one.field}",
        }
        for one in checklist.checks(body, edition, names)
    ]


def _warnings(
    body: PublicityBody, edition: Edition, now: dt.datetime, opens_at: dt.datetime | None, state: State | None
) -> list[str]:
    """What to mind of the time; nothing is blocked (excellent 3.3; R6.2-6)."""
    if opens_at is None or state in {State.PUBLISHED, State.PARTLY_PUBLISHED, State.LAPSED, State.ENDED}:
        return []
    today, opens_on = day_in_japan(now), day_in_japan(opens_at)
    found = []
    if opens_at <= now and state not in {State.READY}:
        found.append(say("公表の時期の始まりを、すでに過ぎています。"))
    elif (opens_on - today).days <= 400:
        left = business_days_between(today, opens_on, closed=edition.closed_days)
        short = rules.short_lead(body.sort, left, edition.settings.lead_days)
        if short and state is not State.READY:
            found.append(
                say(
                    "公表まで残り%(left)s営業日です。この種類の公表には、ふつう%(usual)s営業日ほどかかります。",
                    left=short.left,
                    usual=short.usual,
                )
            )
    if not is_business_day(opens_on, closed=edition.closed_days):
        found.append(say("%(day)sは休日・閉庁日です。", day=opens_on))
    return found


def publish_page(id: str, number: int, form: PublishForm, status: int) -> ResponseReturnValue:
    """The page on which a publisher records one channel."""
    edition, now = g.edition_in_force(), _now()
    row = queries.row(reading(), actor(), id)
    document = documents.document(reading(), actor(), BOTH[row.kind], id)
    item = queries.item(reading(), actor(), id)
    body = body_of(BOTH[row.kind], documents.revision(reading(), document, document.revision))
    found = queries.appeared(reading(), actor(), item)
    lines = showing.channel_lines(body, item, found, edition, now)
    line = next((one for one in lines if one["number"] == number), None)
    if line is None:
        raise NotFound()
    if only_looks():
        form.seen.data = document.digest
        if line["is_open"]:
            local = now.astimezone(JAPAN)
            form.published_on.process(None, local.date())
            form.published_at.process(None, f"{local:%H:%M}")
    channel = channels_of(body)[number - 1]
    return show(
        "publicity/publish.html",
        status,
        row=row,
        place=url_for(BOTH[row.kind].place, id=id),
        form=form,
        line=line,
        timing=showing.timing_lines(body),
        agreed_digest=document.digest,
        agreed_text=output_of(body, channel.output),
        output=line["output"],
        report=url_for(".report", item=id),
        limit=portal().settings.upload_limit,
    )


@publicity.route("/<id>/channels/<int:number>/publish", methods=["GET", "POST"], allow=Permission.PUBLISH)
def publish(id: str, number: int) -> ResponseReturnValue:
    """One agreed channel is recorded as published, by its publisher; never before the agreed time (R6.2-3)."""
    form = PublishForm()
    if only_looks():
        return publish_page(id, number, form, 200)
    queries.item(reading(), actor(), id)
    if not form.validate():
        return publish_page(id, number, form, 422)
    at = moment_typed(form.published_on.data, form.published_at.data)
    copy = _received(form)
    if at is None or form.file.errors:
        return publish_page(id, number, form, 422)
    _must_keep_time()
    try:
        with begin() as work:
            commands.publish(
                work,
                id,
                number,
                seen=form.seen.data or "",
                appeared=Appeared(
                    published_at=at,
                    place=form.place.data,
                    url=form.url.data,
                    is_agreed_text=form.text_was.data == "agreed",
                    final_text=form.final_text.data,
                    remark=form.remark.data,
                    copy=copy,
                ),
            )
            location = work.answer(_home_of(work, id, "channels"))
    except RuleBroken as refused:
        for one in refused.each:
            form.refuse(one.field or "", _sentence(one))
        return publish_page(id, number, form, refused.status)
    flash(say("公表を記録し、相手方にもお知らせしました。"), "success")
    return redirect(location, 303)


def _must_keep_time() -> None:
    """The server's clock and the database's agree to two seconds; raises SkewedClock (row 42)."""
    engine = portal().engines.reader
    if isinstance(portal().clock, SystemClock) and engine.dialect.name == "postgresql":
        rules.must_keep_time(queries.clock_of(reading()) - portal().clock.now())


@publicity.route("/<id>/event-ended", methods=["GET", "POST"], allow=Permission.PUBLISH)
def event_ended(id: str) -> ResponseReturnValue:
    """A publisher records that the event has ended (decision 27)."""
    form = EventEndForm()
    row = queries.row(reading(), actor(), id)

    def page(status: int) -> ResponseReturnValue:
        place = url_for(BOTH[row.kind].place, id=id)
        return show("publicity/event_ended.html", status, row=row, form=form, place=place)

    if only_looks():
        return page(200)
    at = moment_typed(form.ended_on.data, form.ended_at.data) if form.validate() else None
    if at is None:
        return page(422)
    try:
        with begin() as work:
            commands.end_event(work, id, ended_at=at, remark=form.remark.data)
            location = work.answer(_home_of(work, id, "channels"))
    except RuleBroken as refused:
        form.refuse(refused.field or "", _sentence(refused))
        return page(refused.status)
    flash(say("行事の終了を記録し、相手方にもお知らせしました。公表できます。"), "success")
    return redirect(location, 303)


@publicity.post("/<id>/follow-up", allow=Permission.DRAFT)
def follow_up(id: str) -> ResponseReturnValue:
    """A correction, a supplement or a take-down of what has appeared is begun (R6.2-7)."""
    relation = request.form.get("relation", "")
    if relation not in {one.value for one in Relation if one is not Relation.NEW}:
        abort(400)
    queries.item(reading(), actor(), id)
    return _begun(lambda work: commands.follow_up(work, id, Relation(relation)))


@publicity.post("/<id>/go-on-voluntarily", allow=Permission.DRAFT)
def go_on_voluntarily(id: str) -> ResponseReturnValue:
    """What lapsed with the agreement is begun anew as a voluntary agreement (R5-5)."""
    queries.item(reading(), actor(), id)
    return _begun(lambda work: commands.go_on_voluntarily(work, id))


def _begun(do: Callable[[Work], Document]) -> ResponseReturnValue:
    with begin() as work:
        document = do(work)
        return redirect(work.answer(url_for(f"{BOTH[document.kind].place}_draft", id=document.id)), 303)


@publicity.get("/<id>/channels/<int:number>/archive", allow=Permission.READ)
def archived_copy(id: str, number: int) -> ResponseReturnValue:
    """The archived copy of what appeared, as a download that no browser runs (row 82)."""
    found = queries.publication(reading(), actor(), id, number)
    return _download(found)


# --------------------------------------------------------------------------------------- printed forms


def _agreed(id: str) -> tuple[Any, Document, Any, PublicityBody]:
    """The item's row, its document, the agreed revision with its bytes verified (row 43), and what it says;
    raises NotFound before agreement."""
    row = queries.row(reading(), actor(), id)
    kind = BOTH[row.kind]
    document = documents.document(reading(), actor(), kind, id)
    if document.agreed_at is None:
        raise NotFound()
    revision = documents.revision(reading(), document, document.revision)
    must_be_its_bytes(revision)
    return row, document, revision, body_of(kind, revision)


def _printed(id: str, key: str, **more: Any) -> ResponseReturnValue:
    """The agreed text of one output in the house format of the party whose version it is: a company's release, or
    the press material of a public body (practice.md 3.2, 3.3)."""
    edition, now = g.edition_in_force(), _now()
    row, document, revision, body = _agreed(id)
    text = output_of(body, key)
    if not text:
        raise NotFound()
    party = next((one for one in edition.parties if one.key == key.partition(".")[0]), None)
    state = queries.state_of(row, now, in_force=_is_in_force(reading(), edition, now))
    is_out = _is_out(body, row, now)
    house = _RELEASE if party and party.kind == checklist.COMPANY else _MATERIAL
    return show(
        house if party else _PLAIN,
        row=row,
        place=url_for(BOTH[row.kind].place, id=id),
        document=document,
        revision=revision,
        body=body,
        text=text,
        key=key,
        output=output_words(key, edition, language()),
        edition=edition,
        party=party,
        others=[one for one in edition.parties if party is None or one.key != party.key],
        embargo=showing.embargo_words(body),
        is_out=is_out,
        provided=_provided(body),
        timing=showing.timing_lines(body),
        channels=showing.channel_lines(body, queries.item(reading(), actor(), id), None, edition, now),
        contacts=dict(one for one in body.contacts if len(one) == 2),
        profiles=dict(one for one in body.profiles if len(one) == 2),
        files=documents.attachments_of(revision),
        state_name=say(STATE_NAMES[state]),
        sort_name=say(SORT_NAMES[body.sort]),
        **({"copy": None, "copy_taker": ""} | more),
    )


def _is_out(body: PublicityBody, row: Any, now: dt.datetime) -> bool:
    """Whether the embargo is over: something has appeared, or its moment has come."""
    lifted = showing.lifted_at(body)
    return (row is not None and row.published > 0) or (lifted is not None and now >= lifted)


_MATERIAL, _RELEASE, _PLAIN = (
    "publicity/print_material.html",
    "publicity/print_release.html",
    "publicity/print_plain.html",
)


def _provided(body: PublicityBody) -> str:
    """When it is handed out: the day and hour agreed for an embargoed one, else the agreed time."""
    plan = plan_of(body).whole
    on = timing.day_of(body.provided_day)
    if on is None:
        return (
            showing.press_moment(plan.opens_at) if plan.opens_at else "".join(showing.timing_lines(body)[:1])
        )
    clock = timing.time_of(body.provided_time)
    at = timing.moment_of(on, clock, body.zone) if clock else None
    return showing.press_moment(at) if at else showing.press_day(on)


@publicity.get("/<id>/outputs/<key>", allow=Permission.READ)
def output(id: str, key: str) -> ResponseReturnValue:
    """One agreed output in its house format; before its time it says that it is not for handing out (row 47)."""
    return _printed(id, key)


@publicity.post("/<id>/copies", allow=Permission.PUBLISH)
def take_copy(id: str) -> ResponseReturnValue:
    """A copy before its time is taken for somebody; who took it stands on it and in the record (row 47)."""
    form = CopyForm()
    queries.item(reading(), actor(), id)
    if not form.validate():
        return _printed(id, form.output.data or "", copy_form=form)
    with begin() as work:
        copy = commands.take_copy(work, id, output=form.output.data or "", recipient=form.recipient.data)
        return redirect(work.answer(url_for(".copy", id=id, number=copy.number)), 303)


@publicity.get("/<id>/copies/<int:number>", allow=Permission.PUBLISH)
def copy(id: str, number: int) -> ResponseReturnValue:
    """The copy, marked with its number, who took it, when and for whom (row 47)."""
    queries.item(reading(), actor(), id)
    found = queries.copy_of(reading(), actor(), id, number)
    label = g.edition_in_force().party(found.party).defined_as[language()]
    return _printed(id, found.output, copy=found, copy_taker=label)


@publicity.get("/<id>/agreement-sheet", allow=Permission.READ)
def sheet(id: str) -> ResponseReturnValue:
    """公表合意書 on one page: the bundle, its versions, who consented for each party, when and in what capacity, and
    the check code (R6.2-8; excellent 3.3)."""
    edition, now = g.edition_in_force(), _now()
    row, document, revision, body = _agreed(id)
    dossier = documents.dossier(reading(), actor(), BOTH[row.kind], id)
    return show(
        "publicity/sheet.html",
        row=row,
        place=url_for(BOTH[row.kind].place, id=id),
        document=document,
        dossier=dossier,
        body=body,
        edition=edition,
        kind=BOTH[row.kind],
        is_voluntary=row.kind == VOLUNTARY.key,
        timing=showing.timing_lines(body),
        embargo="" if _is_out(body, row, now) else showing.embargo_words(body),
        channels=showing.channel_lines(body, queries.item(reading(), actor(), id), None, edition, now),
        outputs=[
            (output_words(name, edition, language()), len(text))
            for name in output_keys(edition)
            if (text := output_of(body, name))
        ],
        files=documents.attachments_of(revision),
        parties=consent_showing.agreed_rows(dossier, edition),
        sort_name=say(SORT_NAMES[body.sort]),
        party_label=lambda of: edition.party(of).defined_as[language()],
    )


# --------------------------------------------------------------------------------------- beside the agreement


@publicity.get("/records", allow=Permission.READ)
def records() -> ResponseReturnValue:
    """What appeared without agreement, otherwise than agreed, or for information."""
    before = _whole(request.args.get("before"))
    found = queries.records(reading(), actor(), before=before)
    page = found[: queries.PAGE]
    return show(
        "publicity/records.html",
        records=[_record_line(one) for one in page],
        older=url_for(".records", before=page[-1].number) if len(found) > queries.PAGE else None,
        first=url_for(".records") if before is not None else None,
    )


def _record_line(one: Any) -> dict[str, Any]:
    return {
        "row": one,
        "nature": say(NATURE_NAMES[one.nature]),
        "is_informing": one.nature == Nature.FOR_INFORMATION,
        "href": url_for("publicity.record", id=one.id),
    }


@publicity.route("/records/new", methods=["GET", "POST"], allow=Permission.REPORT_PUBLICITY)
def report() -> ResponseReturnValue:
    """A publication that was not as agreed is recorded as what it is (S4, S12)."""
    form = RecordForm()
    item_id = request.args.get("item", "")[:64] or None
    row = queries.row(reading(), actor(), item_id) if item_id else None

    def page(status: int) -> ResponseReturnValue:
        return show(
            "publicity/report.html", status, form=form, row=row, limit=portal().settings.upload_limit,
            place=url_for(BOTH[row.kind].place, id=row.id) if row else url_for(".records"),
        )  # fmt: skip

    if only_looks():
        if row:
            form.nature.data, form.title.data = Nature.DIFFERS.value, row.title
        return page(200)
    at = moment_typed(form.appeared_on.data, form.appeared_at.data) if form.validate() else None
    kept = _received(form) if at else None
    if at is None or form.file.errors:
        return page(422)
    try:
        with begin() as work:
            made = commands.report(
                work,
                Reported(
                    nature=form.nature.data,
                    title=form.title.data,
                    appeared_at=at,
                    medium=form.medium.data,
                    place=form.place.data,
                    url=form.url.data,
                    publisher=form.publisher.data,
                    words=form.words.data,
                    circumstances=form.circumstances.data,
                    document_id=row.id if row else None,
                    copy=kept,
                ),
            )
            location = work.answer(url_for(".record", id=made.id))
    except RuleBroken as refused:
        for one in refused.each:
            form.refuse(one.field or "", _sentence(one))
        return page(refused.status)
    flash(say("記録し、相手方にもお知らせしました。"), "success")
    return redirect(location, 303)


@publicity.get("/records/<id>", allow=Permission.READ)
def record(id: str) -> ResponseReturnValue:
    """One such publication: what appeared, what the parties said of it, who has settled it."""
    return _record_page(id, 200)


def _record_page(id: str, status: int, **forms: Any) -> ResponseReturnValue:
    edition, who = g.edition_in_force(), actor()
    told = queries.record(reading(), who, id)
    settled = told.settled_by()
    parties = [(one.key, one.defined_as[language()]) for one in edition.parties]
    settle_form = forms.get("settle_form") or SettleForm(formdata=None)
    settle_form.offer(parties)
    whose = rules.attributed({key: one.attributed_to for key, one in settled.items()}, edition.party_keys)
    return show(
        "publicity/record.html",
        status,
        told=told,
        row=told.row,
        line=_record_line(told.row),
        medium=say(MEDIUM_NAMES[told.row.medium]) if told.row.medium in MEDIUM_NAMES else "",
        parties=[(key, label, settled.get(key)) for key, label in parties],
        party_label=lambda of: edition.party(of).defined_as[language()],
        whose=edition.party(whose).defined_as[language()] if whose else "",
        item_place=url_for(BOTH[told.document.kind].place, id=told.document.id) if told.document else "",
        word_form=(forms.get("word_form") or WordForm(formdata=None)).apart("word"),
        settle_form=settle_form.apart("settle"),
        may_discuss=who.may(Permission.REPORT_PUBLICITY),
        may_settle=who.may(Permission.SETTLE_PUBLICITY)
        and not told.row.is_settled
        and who.party not in settled,
    )


@publicity.post("/records/<id>/words", allow=Permission.REPORT_PUBLICITY)
def discuss(id: str) -> ResponseReturnValue:
    """A party writes down what was said of it."""
    form = WordForm()
    queries.record(reading(), actor(), id)
    if not form.validate():
        return _record_page(id, 422, word_form=form)
    with begin() as work:
        commands.discuss(work, id, text=form.text.data)
        return redirect(work.answer(url_for(".record", id=id, _anchor="words")), 303)


@publicity.post("/records/<id>/settle", allow=Permission.SETTLE_PUBLICITY)
def settle(id: str) -> ResponseReturnValue:
    """A party has settled it for its side (S12)."""
    form = SettleForm()
    form.offer([(one.key, one.defined_as[language()]) for one in g.edition_in_force().parties])
    queries.record(reading(), actor(), id)
    if not form.validate():
        return _record_page(id, 422, settle_form=form)
    try:
        with begin() as work:
            commands.settle(work, id, text=form.text.data, attributed_to=form.attributed_to.data or "")
            location = work.answer(url_for(".record", id=id, _anchor="words"))
    except RuleBroken as refused:
        form.refuse(refused.field or "", _sentence(refused))
        return _record_page(id, refused.status, settle_form=form)
    flash(say("記録し、相手方にもお知らせしました。"), "success")
    return redirect(location, 303)


@publicity.get("/records/<id>/archive", allow=Permission.READ)
def record_copy(id: str) -> ResponseReturnValue:
    """The archived copy of what appeared, as a download."""
    found = queries.record(reading(), actor(), id).row
    return _download(found)


# --------------------------------------------------------------------------------------- mounts

for kind, name, path in ((PUBLICITY, "item", ""), (VOLUNTARY, "voluntary", "/voluntary")):
    mount(
        publicity,
        kind,
        name=name,
        path=path,
        form=PublicityForm,
        fields="publicity/_item_fields.html",
        context=_of_item,
        aside="publicity/_item_aside.html",
        beforehand="publicity/_checklist.html",
        shows_images=True,
    )


# --------------------------------------------------------------------------------------- inside


def _now() -> dt.datetime:
    return portal().clock.now()


def _is_in_force(session: Session, edition: Edition, now: dt.datetime) -> bool:
    return queries.is_in_force(session, edition, day_in_japan(now))


def _home_of(work: Work, id: str, anchor: str) -> str:
    document = work.session.get_one(Document, id)
    return url_for(BOTH[document.kind].place, id=id, _anchor=anchor)


def _received(form: Any) -> ArchivedCopy | None:
    """The uploaded file, inspected and kept; None for none. What is wrong with it stands beside the field."""
    upload, files = request.files.get("file"), portal().files
    if upload is None or not upload.filename:
        return None
    try:
        name = safe_file_name(upload.filename)
        with files.receive(upload.stream, limit=portal().settings.upload_limit) as (path, kept):
            inspect(path, name)
            files.keep_received(path, kept)
        return ArchivedCopy(name, kept)
    except UploadRefused as refused:
        form.refuse("file", say(refused.sentence, detail=refused.detail))
    except FileTooLarge:
        limit = portal().settings.upload_limit // 1_000_000
        form.refuse("file", say("大きすぎます。%(limit)s MB以内のファイルにしてください。", limit=limit))
    return None


def _download(found: Any) -> ResponseReturnValue:
    """The archived copy of a publication, or of a record of one."""
    if not found.copy_sha256:
        raise NotFound()
    must_not_be_erased(reading(), found.id)
    answer = Response(portal().files.open(found.copy_sha256), mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=found.copy_name)
    answer.headers["Content-Length"] = str(found.copy_size)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _sentence(refused: Any) -> str:
    return f"{say(refused.sentence, **refused.facts)} {say(refused.next_step, **refused.facts)}"


def _whole(text: str | None) -> int | None:
    if text is None or not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(404)
    return int(text)
