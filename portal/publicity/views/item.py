"""The pages around a publicity item: whose turn it is, each channel recorded, and what is begun from it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement.text import Edition
from portal.agreement.wording import purchase_words
from portal.consent import queries as documents
from portal.consent.body import Body
from portal.consent.models import Document
from portal.consent.paper import body_of, listed
from portal.consent.rules import AGREED_STANDINGS, Standing
from portal.consent.views import mount
from portal.history.begin import begin
from portal.history.erasing import must_not_be_erased
from portal.history.work import Work
from portal.kernel.clock import JAPAN, SystemClock, day_in_japan
from portal.kernel.errors import NotFound, RuleBroken
from portal.kernel.periods import business_days_between, is_business_day
from portal.publicity import checklist, commands, queries, rules, showing
from portal.publicity.commands import Appeared
from portal.publicity.forms import EventEndForm, PublicityForm, PublishForm, moment_typed
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
from portal.publicity.queries import Around
from portal.publicity.sorts import FOLLOW_UPS, RELATION_NAMES, About, Relation
from portal.publicity.states import State, short_lead, state_name
from portal.publicity.views.doors import (
    activity_not_going_on,
    begun,
    now,
    place_of,
    publicity,
    relation_asked,
    state_at,
)
from portal.publicity.views.records import copy_of, record_line
from portal.publicity.views.register import LOOKS, stands_now
from portal.publicity.views.turn import Stand, acts_of, turn_of
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.pages import part, show
from portal.web.reading import actor, only_looks, portal, reading
from portal.web.uploads import download, receive

# --------------------------------------------------------------------------------------- what its page shows


def _of_item(session: Session, reader: Actor, document: Document | None, body: Body) -> dict[str, Any]:
    """What an item's page shows beside its words: whose turn it is, each channel, what is still missing, what to
    mind; and, for a new one, the activity it is about."""
    assert isinstance(body, PublicityBody)
    if document is None:
        return _new_item(session, reader)
    edition: Edition = g.edition_in_force()
    at = now()
    around = queries.around(session, reader, document.id) if document.tabled_at is not None else None
    stand = _stand(around, body, edition, at) if around else None
    state = stand.state if stand else None
    return {
        **_SAID.get((body, edition.digest, language()), lambda: _said_of(body, edition)),
        "turn": turn_of(reader, stand) if stand else None,
        "row": stand.row if stand else None,
        "state": state,
        "state_name": say(state_name(state, body.relation)) if state else None,
        "look": LOOKS[state] if state else None,
        "turn_acts": acts_of(reader, document, stand),
        "activity": around.activity if around else activity_of(session, reader, document.activity_id),
        "activity_id": document.activity_id,
        "stopped": activity_not_going_on(document.activity_id) if state in _STILL_TO_COME else None,
        "embargo": "" if not stand or showing.is_out(body, stand.row, at) else showing.embargo_words(body),
        "channels": _channels(document.id, stand, body, edition, at) if stand else "",
        "appeared": stand.found if stand else None,
        "records": [record_line(one) for one in stand.found.records] if stand else [],
        "checks": _checks(session, document, around, body, edition) if state in _CHECKED else [],
        "warnings": _warnings(body, edition, at, plan_of(body).first, state),
        "may": _may(reader, document, stand),
        "withheld": _withheld(stand),
        "relation_name": lambda relation: say(RELATION_NAMES[relation]),
        "place_of": place_of,
        "is_voluntary": document.kind == VOLUNTARY.key,
        "relation": body.relation,
        "concerns": body.concerns,
        "stands": lambda one: stands_now(one, at),
    }


_SAID: Kept[Mapping[str, Any]] = Kept(300)
"""What follows from an item's words alone, by them, the edition, whose parties it names, and the language."""


def _said_of(body: PublicityBody, edition: Edition) -> Mapping[str, Any]:
    written = () if body.relation == Relation.CALL_OFF else output_keys(edition)
    return {
        "timing": showing.timing_lines(body),
        "outputs": [(key, output_words(key, edition, language())) for key in written if output_of(body, key)],
        "purchase_words": purchase_words(
            body.title, body.summary, body.background, *(text for _, text in body.outputs)
        ),
        "relations": [(one.value, say(RELATION_NAMES[one])) for one in FOLLOW_UPS],
    }


def _stand(around: Around, body: PublicityBody, edition: Edition, at: dt.datetime) -> Stand:
    return Stand(
        row=around.row,
        state=state_at(around, at),
        found=around.appeared,
        channels=_LINES.get(
            _made_from(around.row, around.appeared, body, edition, at),
            lambda: showing.channel_lines(body, around.row, around.appeared, edition, at),
        ),
        holders=around.holders,
    )


_LINES: Kept[Sequence[Mapping[str, Any]]] = Kept(300)
_CHANNELS: Kept[Markup] = Kept(300)


def _made_from(
    row: Any, appeared: queries.Appeared, body: PublicityBody, edition: Edition, at: dt.datetime
) -> Hashable:
    """Everything that the lines of the channels are made from: the words, what appeared, which of the channels' times
    have come and which are over at the moment `at`, the edition, and the language."""
    spans = plan_of(body, row).channels.values()
    times = tuple((one.holds(at), one.closes_at is not None and at >= one.closes_at) for one in spans)
    told = tuple(appeared.publications.values()), tuple(appeared.records)
    return body, tuple(row), told, times, edition.digest, language()


def _channels(id: str, stand: Stand, body: PublicityBody, edition: Edition, at: dt.datetime) -> Markup:
    """The channels as the page shows them; kept by all that they are made from."""

    def make() -> Markup:
        labels = {one.key: one.defined_as[language()] for one in edition.parties}
        is_taking_down = body.relation == Relation.TAKE_DOWN
        return part("publicity/_channels.html", "channels", stand.channels, is_taking_down, id, labels)

    return _CHANNELS.get((id, _made_from(stand.row, stand.found, body, edition, at)), make)


def _new_item(session: Session, reader: Actor) -> dict[str, Any]:
    activity_id = request.args.get("activity", "")[:64] or None
    known = activity_of(session, reader, activity_id)
    if activity_id and known is None:
        raise NotFound()
    body = PublicityBody(
        title=say("%(title)sの公表", title=known.title)[:200] if known else "",
        about=About.COOPERATION.value if known else "",
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


# --------------------------------------------------------------------------------------- what is offered


_CHECKED = {None, State.CONSULTING, State.PARTIAL, State.SENT_BACK}
"""As long as consent is asked, what is missing is shown."""
_STILL_TO_COME = {
    *_CHECKED, State.WAITING, State.WAITING_FOR_EVENT, State.READY, State.PARTLY_PUBLISHED, State.HELD, State.LAPSED,
}  # fmt: skip
"""Something may still go out: whether its activity goes on is said beside it."""
_BEFORE_ALL_IS_OUT = {State.WAITING, State.WAITING_FOR_EVENT, State.READY, State.PARTLY_PUBLISHED}
"""Agreed, not stopped, and something still to go out: of such an item copies are handed out."""


def _may(reader: Actor, document: Document, stand: Stand | None) -> dict[str, bool]:
    """What this reader is offered around the item; the rules decide again when it is done."""
    row = stand.row if stand else None
    state = stand.state if stand else None
    agreed = row is not None and Standing(row.standing) in AGREED_STANDINGS
    is_off = row is not None and row.relation == Relation.CALL_OFF
    begun = stand is not None and stand.out.is_begun
    is_taking_down = row is not None and row.relation == Relation.TAKE_DOWN
    return {
        "follow_up": reader.may(Permission.DRAFT) and begun and not is_taking_down,
        "call_off": reader.may(Permission.DRAFT)
        and agreed
        and not begun
        and not is_off
        and not is_taking_down
        and state is not State.ENDED,
        "go_on": reader.may(Permission.DRAFT) and state is State.ENDED,
        "report": reader.may(Permission.REPORT_PUBLICITY) and row is not None and not is_taking_down,
        "take_copy": reader.may(Permission.PUBLISH) and state in _BEFORE_ALL_IS_OUT and not is_taking_down,
        "print": row is not None and (agreed or Standing(row.standing) is Standing.REPLACED),
    }


def _withheld(stand: Stand | None) -> list[str]:
    """What the mechanism would offer, and what the rules of publicity refuse (row 48) or nobody needs any more."""
    if stand is None:
        return []
    if stand.state is State.CALLED_OFF or stand.out.is_all:
        return ["hold", "replace"]
    withheld = ["replace"] if stand.out.is_begun else []
    if stand.state in {State.LAPSED, State.PARTLY_PUBLISHED} and not stand.left:
        withheld.append("hold")
    return withheld


# --------------------------------------------------------------------------------------- what to mind


def _checks(
    session: Session, document: Document, around: Around | None, body: PublicityBody, edition: Edition
) -> list[Any]:
    """The checklist, each gap with the way to its field: in the form, of what may still be written."""
    draft = documents.own_draft(session, actor(), document.id) if around is None else None
    if around is not None:
        sealed = around.on_the_table
        names = [str(one["name"]) for one in json.loads(sealed)["attachments"]] if sealed else []
    else:
        ids = listed(draft.attachments) if draft else []
        names = [one.name for one in documents.attachments_named(session, actor(), document.id, ids)]
    form = draft is not None and actor().may(Permission.DRAFT)
    written = place_of(document.kind, document.id, "_draft") if form else ""
    silent = BOTH[document.kind].leaves_out(body)
    return [
        {
            "words": say(one.sentence.message, **one.sentence.facts),
            "is_met": one.is_met,
            "href": f"{written}#{one.field}"
            if form
            else ""
            if one.field in silent
            else f"#field-{one.field}",
        }
        for one in checklist.checks(body, edition, names)
    ]


def _warnings(
    body: PublicityBody, edition: Edition, at: dt.datetime, opens_at: dt.datetime | None, state: State | None
) -> list[str]:
    """What to mind of the time; nothing is blocked (excellent 3.3; R6.2-6)."""
    before = {None, State.CONSULTING, State.PARTIAL, State.SENT_BACK, State.WAITING}
    if opens_at is None or state not in before or body.relation == Relation.CALL_OFF:
        return []
    today, opens_on = day_in_japan(at), day_in_japan(opens_at)
    found = []
    if opens_at <= at:
        found.append(say("時期の始まりを、すでに過ぎています。"))
    elif (opens_on - today).days <= 400:
        left = business_days_between(today, opens_on, closed=edition.closed_days)
        short = short_lead(body.sort, left, edition.settings.lead_days)
        if short and body.relation != Relation.TAKE_DOWN:
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


# --------------------------------------------------------------------------------------- one channel


@publicity.route(
    "/<id>/channels/<int:number>/publish", methods=["GET", "POST"], allow=Permission.PUBLISH, step_up=True
)
def publish(id: str, number: int) -> ResponseReturnValue:
    """One agreed channel is recorded as published, by its publisher; never before the agreed time (R6.2-3)."""
    form = PublishForm()
    if only_looks():
        return _publish_page(id, number, form, 200)
    queries.item(reading(), actor(), id)
    if not form.validate():
        return _publish_page(id, number, form, 422)
    at = moment_typed(form.published_on.data, form.published_at.data)
    received = receive(request.files.get("file"), form, "file")
    if at is None or form.file.errors:
        return _publish_page(id, number, form, 422)
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
                    copy=copy_of(received),
                ),
            )
            location = work.answer(_home_of(work, id, "channels"))
    except RuleBroken as refused:
        form.tell(refused)
        return _publish_page(id, number, form, refused.status)
    flash(say("記録し、相手方にもお知らせしました。"), "success")
    return redirect(location, 303)


def _publish_page(id: str, number: int, form: PublishForm, status: int) -> ResponseReturnValue:
    """The page on which a publisher records one channel."""
    edition, at = g.edition_in_force(), now()
    around = queries.around(reading(), actor(), id)
    row = around.row
    document = documents.document(reading(), actor(), BOTH[row.kind], id)
    body = body_of(BOTH[row.kind], documents.revision(reading(), document, document.revision))
    stand = _stand(around, body, edition, at)
    line = next((one for one in stand.channels if one["number"] == number), None)
    if line is None:
        raise NotFound()
    if row.relation == Relation.TAKE_DOWN:
        form.ask_for_take_down()
    if only_looks():
        form.seen.data = document.digest
        if line["is_open"]:
            local = at.astimezone(JAPAN)
            form.published_on.process(None, local.date())
            form.published_at.process(None, f"{local:%H:%M}")
        if row.relation == Relation.TAKE_DOWN:
            form.text_was.data = "agreed"
    return show(
        "publicity/publish.html",
        status,
        row=row,
        place=place_of(row.kind, id),
        form=form,
        line=line,
        is_mine=line["publisher"] == actor().party,
        withheld=only_looks() and (line["done"] or line["publisher"] != actor().party),
        is_taking_down=row.relation == Relation.TAKE_DOWN,
        state=stand.state,
        state_name=say(state_name(stand.state, row.relation)),
        look=LOOKS[stand.state],
        timing=showing.timing_lines(body),
        agreed_digest=document.digest,
        agreed_text=output_of(body, channels_of(body)[number - 1].output),
        output=line["output"],
        report=url_for(".report", item=id, channel=number),
        stopped=activity_not_going_on(document.activity_id) if stand.state in _STILL_TO_COME else None,
        limit=portal().settings.upload_limit,
    )


def _must_keep_time() -> None:
    """The server's clock and the database's agree to two seconds; raises SkewedClock (row 42)."""
    engine = portal().engines.reader
    if isinstance(portal().clock, SystemClock) and engine.dialect.name == "postgresql":
        rules.must_keep_time(queries.clock_of(reading()) - now())


@publicity.get("/<id>/channels/<int:number>/archive", allow=Permission.READ)
def archived_copy(id: str, number: int) -> ResponseReturnValue:
    """The archived copy of what appeared, as a download that no browser runs (row 82)."""
    found = queries.publication(reading(), actor(), id, number)
    must_not_be_erased(reading(), found.id)
    return download(found.copy_name, found.copy_sha256, found.copy_size)


@publicity.route("/<id>/event-ended", methods=["GET", "POST"], allow=Permission.PUBLISH)
def event_ended(id: str) -> ResponseReturnValue:
    """A publisher records that the event has ended (decision 27)."""
    form = EventEndForm()
    row = queries.row(reading(), actor(), id)

    def page(status: int) -> ResponseReturnValue:
        return show("publicity/event_ended.html", status, row=row, form=form, place=place_of(row.kind, id))

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
        form.tell(refused)
        return page(refused.status)
    flash(say("行事の終了を記録し、相手方にもお知らせしました。公表できます。"), "success")
    return redirect(location, 303)


# --------------------------------------------------------------------------------------- what is begun from it


@publicity.post("/<id>/follow-up", allow=Permission.DRAFT)
def follow_up(id: str) -> ResponseReturnValue:
    """A correction, a supplement or a take-down of what has appeared is begun (R6.2-7)."""
    relation = relation_asked()
    queries.item(reading(), actor(), id)
    return begun(lambda work: commands.follow_up(work, id, relation))


@publicity.post("/<id>/call-off", allow=Permission.DRAFT)
def call_off(id: str) -> ResponseReturnValue:
    """That what was agreed is not made public after all is begun (decision 13)."""
    queries.item(reading(), actor(), id)
    return begun(lambda work: commands.call_off(work, id))


@publicity.post("/<id>/go-on-voluntarily", allow=Permission.DRAFT)
def go_on_voluntarily(id: str) -> ResponseReturnValue:
    """What lapsed with the agreement is begun anew as a voluntary agreement (R5-5)."""
    queries.item(reading(), actor(), id)
    return begun(lambda work: commands.go_on_voluntarily(work, id))


def _home_of(work: Work, id: str, anchor: str) -> str:
    document = work.session.get_one(Document, id)
    return place_of(document.kind, id, _anchor=anchor)


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
        beforehand="publicity/_beforehand.html",
        shows_images=True,
    )
