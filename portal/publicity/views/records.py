"""The pages of what appeared without agreement, or otherwise than agreed: recorded, discussed, answered, settled."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.access.policy import Permission
from portal.agreement.text import Edition
from portal.consent import queries as documents
from portal.consent.paper import body_of
from portal.history.begin import begin
from portal.history.erasing import must_not_be_erased
from portal.history.events import EXPORT_NAMES
from portal.history.views import Choice, choose, take
from portal.kernel.errors import RuleBroken
from portal.publicity import beside, commands, queries
from portal.publicity.beside import NATURE_NAMES, SECRETS_NAMES, Nature, Secrets
from portal.publicity.commands import ArchivedCopy, Reported
from portal.publicity.forms import RecordForm, SettleForm, WordForm, moment_typed
from portal.publicity.item import BOTH, agreed_channels, channel_words
from portal.publicity.models import PublicityRecord
from portal.publicity.sorts import FOLLOW_UPS, MEDIUM_NAMES, RELATION_NAMES
from portal.publicity.views.doors import begun, now, party_label, place_of, publicity, relation_asked
from portal.publicity.views.register import stands_now
from portal.web.export import ROWS_A_PAGE, Column, Export, Row, in_pages
from portal.web.language import language, say
from portal.web.pages import counted, show, whole
from portal.web.reading import actor, only_looks, portal, reading
from portal.web.uploads import Received, download, receive

SECRETS_CLAUSE = "confidentiality.misuse_notice"
"""The key of the term under which the other parties are told at once of a leak."""


@publicity.get("/records", allow=Permission.READ)
def records() -> ResponseReturnValue:
    """What appeared without agreement, otherwise than agreed, or for information."""
    before = whole(request.args.get("before"))
    found = queries.records(reading(), actor(), before=before)
    page = found[: queries.PAGE]
    return show(
        "publicity/records.html",
        records=[record_line(one) for one in page],
        shown=counted(queries.recorded(reading(), actor()), len(page)),
        older=url_for(".records", before=page[-1].number) if len(found) > queries.PAGE else None,
        first=url_for(".records") if before is not None else None,
        export_href=url_for(".records_export"),
    )


def record_line(one: PublicityRecord) -> dict[str, Any]:
    """One record as a list shows it."""
    return {
        "row": one,
        "nature": say(NATURE_NAMES[one.nature]),
        "is_informing": one.nature == Nature.FOR_INFORMATION,
        "href": url_for("publicity.record", id=one.id),
    }


def copy_of(received: Received | None) -> ArchivedCopy | None:
    """The file received, as the commands take it."""
    return ArchivedCopy(received.name, received.kept) if received else None


# --------------------------------------------------------------------------------------- the list taken out


@publicity.get("/records/export", allow=Permission.READ, step_up=True)
def records_export() -> ResponseReturnValue:
    """What of the records would be taken out: all of them, as their list has no filter."""
    return choose(_records_export())


@publicity.post("/records/export", allow=Permission.READ, step_up=True)
def take_records_export() -> ResponseReturnValue:
    """The records as a file."""
    return take(_records_export(), request.form.get("format"))


def _records_export() -> Choice:
    edition, who, key = g.edition_in_force(), actor(), "publicity_records"

    def read(session: Session, place: int | None) -> tuple[list[Row], int | None]:
        found = queries.records_batch(session, who, before=place, limit=ROWS_A_PAGE)
        rows = [_record_row(one, edition) for one in found]
        return rows, found[-1].number if len(found) == ROWS_A_PAGE else None

    return Choice(
        Export(key, say(EXPORT_NAMES[key]), _record_columns(), lambda: in_pages(read)),
        count=queries.recorded(reading(), who),
        conditions=[],
        back=(say("合意によらない公表の記録"), url_for(".records")),
    )


def _record_columns() -> list[Column]:
    return [
        Column("reference", say("番号")),
        Column("nature", say("区分"), wide=True),
        Column("title", say("件名"), wide=True),
        Column("state", say("状態")),
        Column("appeared_at", say("公表された日時（日本時間）")),
        Column("medium", say("媒体")),
        Column("place", say("公表された場所")),
        Column("url", say("アドレス（URL）"), wide=True),
        Column("publisher", say("公表した者")),
        Column("words", say("公表された内容"), wide=True),
        Column("secrets", say("秘密情報が含まれていたか")),
        Column("circumstances", say("見つけた経緯・事情"), wide=True),
        Column("document", say("合意した公表の番号")),
        Column("channel", say("合意した経路の番号")),
        Column("recorder", say("記録した人")),
        Column("recorded_at", say("記録した日時（日本時間）")),
    ]


def _record_row(one: Any, edition: Edition) -> Row:
    settled = say("終結") if one.is_settled else say("未終結")
    return (
        one.reference, say(NATURE_NAMES[one.nature]), one.title,
        say("共有") if one.nature == Nature.FOR_INFORMATION else settled, one.appeared_at,
        say(MEDIUM_NAMES[one.medium]) if one.medium in MEDIUM_NAMES else one.medium, one.place, one.url, one.publisher,
        one.words, say(SECRETS_NAMES[one.secrets]), one.circumstances, one.document or "", one.channel or None,
        f"{edition.party(one.party).defined_as[language()]} {one.post} {one.name}", one.at,
    )  # fmt: skip


# --------------------------------------------------------------------------------------- recorded


@publicity.route("/records/new", methods=["GET", "POST"], allow=Permission.REPORT_PUBLICITY)
def report() -> ResponseReturnValue:
    """A publication that was not as agreed is recorded as what it is (S4, S12)."""
    form = RecordForm()
    item_id = request.args.get("item", "")[:64] or None
    row = queries.row(reading(), actor(), item_id) if item_id else None
    agreed = _agreed_channels(row) if row is not None and row.agreed_at else []
    form.offer([(one.number, channel_words(one, g.edition_in_force(), language())) for one in agreed])

    def page(status: int) -> ResponseReturnValue:
        return show(
            "publicity/report.html", status, form=form, row=row, limit=portal().settings.upload_limit,
            has_channels=bool(agreed), place=place_of(row.kind, row.id) if row else url_for(".records"),
        )  # fmt: skip

    if only_looks():
        if row:
            form.title.data = row.title
        if agreed:
            form.nature.data = Nature.DIFFERS.value
            chosen = next((one for one in agreed if str(one.number) == request.args.get("channel")), None)
            if chosen:
                form.channel.data, form.place.data, form.medium.data = (
                    str(chosen.number),
                    chosen.place,
                    chosen.medium,
                )
        return page(200)
    at = moment_typed(form.appeared_on.data, form.appeared_at.data) if form.validate() else None
    received = receive(request.files.get("file"), form, "file") if at else None
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
                    secrets=form.secrets.data,
                    document_id=row.id if row else None,
                    channel=form.channel_number,
                    copy=copy_of(received),
                ),
            )
            location = work.answer(url_for(".record", id=made.id))
    except RuleBroken as refused:
        form.tell(refused)
        return page(refused.status)
    flash(say("記録し、相手方にもお知らせしました。"), "success")
    return redirect(location, 303)


def _agreed_channels(row: Any) -> list[Any]:
    """The channels of an agreed item."""
    document = documents.document(reading(), actor(), BOTH[row.kind], row.id)
    return agreed_channels(
        body_of(BOTH[row.kind], documents.revision(reading(), document, document.revision))
    )


# --------------------------------------------------------------------------------------- one record


@publicity.get("/records/<id>", allow=Permission.READ)
def record(id: str) -> ResponseReturnValue:
    """One such publication: what appeared, what the parties said of it, what answers it, who has settled it."""
    return _record_page(id, 200)


def _record_page(id: str, status: int, **forms: Any) -> ResponseReturnValue:
    edition: Edition = g.edition_in_force()
    who = actor()
    told = queries.record(reading(), who, id)
    row, settled = told.row, told.settled_by()
    parties = [(one.key, one.defined_as[language()]) for one in edition.parties]
    settle_form = forms.get("settle_form") or SettleForm(formdata=None)
    settle_form.offer(parties)
    whose = beside.attributed({key: one.attributed_to for key, one in settled.items()}, edition.party_keys)
    agreed = _agreed_channels(told.document) if told.document and row.channel else []
    channel = next((one for one in agreed if one.number == row.channel), None)
    may_settle = who.may(Permission.SETTLE_PUBLICITY) and not row.is_settled and who.party not in settled
    return show(
        "publicity/record.html",
        status,
        told=told,
        row=row,
        line=record_line(row),
        turn=_turn(told, may_settle),
        medium=say(MEDIUM_NAMES[row.medium]) if row.medium in MEDIUM_NAMES else "",
        channel=channel_words(channel, edition, language()) if channel else "",
        secrets=say(SECRETS_NAMES[row.secrets]),
        warns_of_secrets=row.secrets != Secrets.NO,
        secrets_clause=edition.cite(SECRETS_CLAUSE, language())
        if edition.has_clause(SECRETS_CLAUSE)
        else None,
        parties=[(key, label, settled.get(key)) for key, label in parties],
        party_label=party_label,
        whose=party_label(whose) if whose else "",
        item_place=place_of(told.document.kind, told.document.id) if told.document else "",
        followed_by=[
            {
                "row": one,
                "href": place_of(one.kind, one.id),
                "relation": say(RELATION_NAMES[one.relation]),
                "stands": stands_now(one, now()),
            }
            for one in told.followed_by
        ],
        relations=[(one.value, say(RELATION_NAMES[one])) for one in FOLLOW_UPS],
        word_form=(forms.get("word_form") or WordForm(formdata=None)).apart("word"),
        settle_form=settle_form.apart("settle"),
        may_discuss=who.may(Permission.REPORT_PUBLICITY),
        may_draft=who.may(Permission.DRAFT),
        may_settle=may_settle,
    )


def _turn(told: queries.Told, may_settle: bool) -> tuple[str, str, str]:
    """Whose turn it is: kind, sentence, and what to do (decision 22)."""
    row, who, settled = told.row, actor(), told.settled_by()
    if row.nature == Nature.FOR_INFORMATION:
        return "done", say("共有のための記録です。同意や終結は要りません。"), ""
    if row.is_settled:
        return "done", say("全当事者が終結としました。"), ""
    if who.party not in settled:
        what = say(
            "内容を確かめ、協議し、必要な訂正や取下げに合意してから、自分の側として終結としてください。"
        )
        if not may_settle:
            what = say("終結とするのは、あなたの側の広報担当か同意権者です。")
        return "yours", say("あなたの側は、まだ終結としていません。"), what
    open_ = [key for key in g.edition_in_force().party_keys if key not in settled]
    return (
        "others",
        say("%(parties)sが終結とするのを待っています。", parties=say("・").join(map(party_label, open_))),
        "",
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


@publicity.post("/records/<id>/follow-up", allow=Permission.DRAFT)
def answer_record(id: str) -> ResponseReturnValue:
    """A correction, a supplement or a take-down of what appeared is begun, a joint item of its own (S12)."""
    relation = relation_asked()
    queries.record(reading(), actor(), id)
    return begun(lambda work: commands.answer_record(work, id, relation))


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
            location = work.answer(url_for(".record", id=id, _anchor="settled"))
    except RuleBroken as refused:
        form.tell(refused)
        return _record_page(id, refused.status, settle_form=form)
    flash(say("記録し、相手方にもお知らせしました。"), "success")
    return redirect(location, 303)


@publicity.get("/records/<id>/archive", allow=Permission.READ)
def record_copy(id: str) -> ResponseReturnValue:
    """The archived copy of what appeared, as a download."""
    found = queries.record(reading(), actor(), id).row
    must_not_be_erased(reading(), found.id)
    return download(found.copy_name, found.copy_sha256, found.copy_size)
