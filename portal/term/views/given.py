"""A notice that was given: what it says, when it arrived, how that lies to the deadline, what can be done (R4-7)."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.agreement.settled import ANSWERS, QUESTION_NAMES, Question
from portal.agreement.text import Edition
from portal.history.begin import begin
from portal.kernel.errors import NotFound, RuleBroken
from portal.kernel.periods import Conventions, NoticeStanding
from portal.term import commands, queries, reckoning
from portal.term.commands import Arrival, Evidence, Received
from portal.term.forms import (
    AnswerForm,
    ArrivalForm,
    ArrivedForm,
    AttemptForm,
    ReceivedForm,
)
from portal.term.notice import kinds_of
from portal.term.queries import Told
from portal.term.reckoning import Reckoned
from portal.term.rules import KIND_NAMES, MEANS_NAMES, NoticeKind, What
from portal.term.views.frame import (
    as_file,
    basis_of,
    counted_now,
    decision_words,
    download,
    effect_of,
    entries,
    label_of,
    received_file,
    reckoned,
    refuse,
    sentence,
    term,
    terms_offered,
    today,
    writing_now,
    writing_of,
)
from portal.web.forms import PortalForm
from portal.web.language import language, say
from portal.web.pages import show
from portal.web.reading import actor, only_looks, portal, reading


@term.get("/notices/<id>", allow=Permission.READ)
def notice(id: str) -> ResponseReturnValue:
    """A notice: what it says, when it arrived and what shows it, how that lies to the deadline, what can be done. What
    is still the own side's draft has its page elsewhere."""
    try:
        return _notice_page(id)
    except NotFound:
        queries.draft(reading(), actor(), id)
        return redirect(url_for(".notice_draft", id=id), 303)


def _notice_page(id: str, status: int = 200, **forms: PortalForm) -> ResponseReturnValue:
    edition, dates, settled, found = reckoned()
    who = actor()
    given = queries.notice(reading(), who, id, edition.party_keys)
    row, said = given.row, given.said
    lasts = reckoning.deadlines_of(edition, dates, said.counted, row.planned_on, row.term_number)
    mine = who.party or ""
    may_record = who.may(Permission.RECORD_ARRIVAL) and row.withdrawn_at is None
    return show(
        "term/notice.html",
        status,
        given=given,
        row=row,
        said=said,
        edition=edition,
        found=found,
        lasts=lasts,
        recommended=reckoning.recommended(lasts, edition),
        life=agreement.in_force(reading(), edition, found.today),
        kind=say(KIND_NAMES[row.kind]),
        means=say(MEANS_NAMES[row.means]),
        means_of=lambda key: say(MEANS_NAMES[key]),
        standing=row.standing,
        standing_of=lambda key: say(reckoning.STANDING_NAMES[NoticeStanding(key)]),
        turn=_turn(given, mine, edition, lasts, found.today),
        clause={
            "label": said.clause["label"][language()],
            "text": said.clause["text"][language()],
            "href": f"{url_for('agreement.edition', number=row.edition)}#{said.clause['id']}",
        },
        party_label=label_of(edition),
        writing=writing_of(said, edition),
        counting=_counting_words(said.counted.conventions),
        may_record=may_record and mine in {row.party, *(one.party for one in given.receivers)},
        may_attempt=may_record and mine == row.party,
        may_answer=lambda one: (
            may_record
            and one.row.party != mine
            and mine in {row.party, one.row.receiver}
            and not any(word.is_confirmed for word in one.words if not word.is_second)
        ),
        may_second=lambda one: (
            may_record
            and one.row.party == one.row.receiver == mine
            and one.arrived.waits_for_second
            and one.row.member_id != who.member_id
        ),
        answer_form=lambda of: _own(forms, of, "answer"),
        second_form=lambda of: _own(forms, of, "second"),
        answering=request.view_args.get("arrival") if forms else None,  # type: ignore[union-attr]  # behind a rule
        ways=_ways(given, edition, found, who),
        decision_words=decision_words,
        basis_of=basis_of,
        effect_of=effect_of,
        file=lambda one: as_file(one, url_for(".notice_file", id=row.id, file=one.id)),
        entries=entries(id),
    )


def _own(forms: dict[str, PortalForm], of: str, name: str) -> AnswerForm:
    held = forms.get(f"{name}_form")
    is_this = held is not None and (request.view_args or {}).get("arrival") == of
    return cast(AnswerForm, (held if is_this else AnswerForm(formdata=None)).apart(f"{name}-{of}"))  # type: ignore[union-attr]  # it is one


def _counting_words(conventions: Conventions) -> list[tuple[str, str]]:
    """The conventions kept with a notice, in words."""
    given = {
        Question.BACKWARD_COUNT_FIRST_DAY: "counted"
        if conventions.backward_count_first_day
        else "not_counted",
        Question.TAKES_EFFECT: conventions.takes_effect.value,
        Question.HOLIDAY_SHIFT: conventions.holiday_shift.value,
    }
    return [(say(QUESTION_NAMES[one]), say(ANSWERS[one][value])) for one, value in given.items()]


def _turn(
    given: Told, mine: str, edition: Edition, lasts: reckoning.NoticeDeadlines, today: dt.date
) -> tuple[str, str]:
    """Whose turn it is, first on the page (decision 22)."""
    row = given.row
    labels = say("・").join(
        edition.party(key).defined_as[language()] for key in row.waits_for.split(",") if key
    )
    if row.withdrawn_at is not None:
        return "stopped", say("全当事者の合意により取り下げられました。")
    if f",{mine}," in row.to_second:
        return "yours", say(
            "到達した日が、それを示すものより前です。記録した人とは別の人が、裏付けてください。"
        )
    if f",{mine}," in row.waits_for:
        return "yours", say("書面がいつ届いたかを記録するか、相手方の記録に答えてください。")
    if row.standing == "":
        return "others", say("%(parties)sへの到達の記録を待っています。", parties=labels)
    if given.end is not None:
        return "done", say(
            "終了が予告されています。協定が有効な最後の日は%(day)sです。", day=given.end.last_day
        )
    if row.standing == NoticeStanding.LATE:
        return "stopped", say("期限の後に到達したと算定されます。この通知は、ほかの通知に読み替えません。")
    if row.standing == NoticeStanding.TIMELY and lasts.last_day_in_force < today:
        return "stopped", say(
            "期限内に到達したと算定されますが、終わりの日はすでに過ぎています。当事者で確かめてください。"
        )
    if row.standing == NoticeStanding.TIMELY:
        return "stopped", say(
            "期限内に到達したと算定されますが、書面に当たるかを、当事者で確かめてください。"
        )
    return "stopped", say("解釈により期限内となる場合があります。相手方と協議してください。")


def _ways(given: Told, edition: Edition, found: Reckoned, who: Actor) -> list[tuple[str, str, str]]:
    """What the parties may do with a notice that announces no end: words, label and address of each way; nothing of it
    happens by itself (articles.md 1.4)."""
    row = given.row
    if row.withdrawn_at is not None or row.standing == "" or found.running is None:
        return []
    drafts, gives = who.may(Permission.DRAFT), who.may(Permission.GIVE_NOTICE)
    withdrawal = (
        say("全当事者の合意で、この通知を取り下げる"),
        say("取下げを提案する"),
        url_for(".accord_new", what=What.WITHDRAWAL.value, notice=row.reference),
    )
    if given.end is not None:
        return [withdrawal] if drafts and given.end.last_day >= found.today else []
    ways = []
    if row.standing != NoticeStanding.LATE and drafts:
        lasts = reckoning.deadlines_of(
            edition, found.dates, given.said.counted, row.planned_on, row.term_number
        )
        ways.append(
            (
                say("協議のうえ、全当事者で終了を確認する"),
                say("終了の確認を提案する"),
                url_for(
                    ".accord_new",
                    what=What.DOUBTFUL_END.value,
                    notice=row.reference,
                    last_day=lasts.last_day_in_force.isoformat(),
                ),
            )
        )
    if row.standing == NoticeStanding.LATE:
        counted = counted_now(edition, agreement.settled(reading(), edition), NoticeKind.TERMINATION)
        if counted is not None and gives and who.party == row.party:
            safe = reckoning.earliest_safe(edition, counted, found.today)
            ways.append(
                (
                    say(
                        "差し出した側が、解約の新しい通知をする（今日到達すれば、どの数え方でも期限内になる解約予定日は%(day)s以降）",
                        day=safe,
                    ),
                    say("解約の通知を起案する"),
                    url_for(".notice_new", kind=NoticeKind.TERMINATION.value, planned=safe.isoformat()),
                )
            )
        if drafts:
            ways.append(
                (
                    say("全当事者の合意で、協定を終わらせる"),
                    say("合意による終了を提案する"),
                    url_for(".accord_new", what=What.END.value),
                )
            )
    return [*ways, *([withdrawal] if drafts else [])]


@term.get("/notices/<id>/files/<file>", allow=Permission.READ)
def notice_file(id: str, file: str) -> ResponseReturnValue:
    """What shows a dispatch, an arrival or an attempt, as a download that no browser runs (row 82)."""
    return download(queries.file(reading(), actor(), "notice", id, file))


@term.route("/notices/received", methods=["GET", "POST"], allow=Permission.RECORD_ARRIVAL)
def notice_received() -> ResponseReturnValue:
    """A notice on paper that the sender has not recorded here is registered, with its arrival (R4-1)."""
    form = ReceivedForm()
    edition, dates, settled, found = reckoned()
    form.prepare(
        edition,
        language(),
        actor().party or "",
        list(kinds_of(edition)),
        terms_offered(edition, dates, found),
    )
    if only_looks():
        form.arrived_on.process_data(found.today)
        if len(form.sender.choices) == 1:
            form.sender.data = form.sender.choices[0].value
        return _received_page(form)
    holds = form.validate()
    scan, shown = received_file(form, "scan"), received_file(form, "file")
    if not holds or form.scan.errors or form.file.errors:
        return _received_page(form, 422)
    try:
        with begin() as work:
            received = Received(
                sender=form.sender.data or "",
                kind=form.kind.data or "",
                term=form.term.data or "",
                planned_on=form.planned_on.data,
                document_number=form.document_number.data,
                dated_on=form.dated_on.data,
                signed_by=form.signed_by.data,
                means=form.means.data or "",
                scan=[scan] if scan else [],
            )
            made = commands.register_received(work, received, _arrival(form, actor().party or "", shown))
            location = work.answer(url_for(".notice", id=made.id))
    except RuleBroken as refused:
        for one in refused.each:
            form.refuse(_ON_THE_FORM.get(one.field or "", one.field or ""), sentence(one))
        return _received_page(form, refused.status)
    flash(say("登録し、相手方にもお知らせしました。"), "success")
    return redirect(location, 303)


_ON_THE_FORM = {"sender": "signed_by", "giver": "sender"}
"""What the rules call the sender of the letter is, on the form of what was received, who signed it."""


def _received_page(form: ReceivedForm, status: int = 200) -> ResponseReturnValue:
    edition, _, settled, _ = reckoned()
    return show(
        "term/notice_received.html",
        status,
        form=form,
        kinds=list(kinds_of(edition)),
        writing=writing_now(edition, settled),
        limit=portal().settings.upload_limit,
    )


def _arrival(form: ArrivedForm, receiver: str, file: Evidence | None, *, reason: str = "") -> Arrival:
    assert form.arrived_on.data is not None  # the form was valid
    return Arrival(
        receiver=receiver,
        arrived_on=form.arrived_on.data,
        arrived_at=form.time,
        evidence=form.evidence.data,
        evidence_on=form.evidence_on.data,
        file=file,
        reason=reason,
    )


@term.route("/notices/<id>/arrival", methods=["GET", "POST"], allow=Permission.RECORD_ARRIVAL)
def notice_arrival(id: str) -> ResponseReturnValue:
    """When the notice arrived at a receiver, and what shows it (R4-1, R4-7)."""
    edition: Edition = g.edition_in_force()
    given = queries.notice(reading(), actor(), id, edition.party_keys)
    form = ArrivalForm()
    form.offer(_receivers_offered(given, edition))
    if only_looks():
        form.arrived_on.process_data(today())
        return _arrival_page(given, form)
    holds = form.validate()
    shown = received_file(form, "file")
    if not holds or form.file.errors:
        return _arrival_page(given, form, 422)
    try:
        with begin() as work:
            said = _arrival(form, form.receiver.data or "", shown, reason=form.reason.data)
            commands.record_arrival(work, id, said)
            location = work.answer(url_for(".notice", id=id, _anchor="arrivals"))
    except RuleBroken as refused:
        refuse(form, refused)
        return _arrival_page(given, form, refused.status)
    flash(say("到達を記録し、相手方にもお知らせしました。"), "success")
    return redirect(location, 303)


def _receivers_offered(given: Told, edition: Edition) -> list[tuple[str, str]]:
    """The receivers of whom the reader may record the arrival: the own side, or, for the sender, all."""
    mine = actor().party
    label = label_of(edition)
    return [(one.party, label(one.party)) for one in given.receivers if mine in {given.row.party, one.party}]


def _arrival_page(given: Told, form: ArrivalForm, status: int = 200) -> ResponseReturnValue:
    edition, dates, _, found = reckoned()
    lasts = reckoning.deadlines_of(
        edition, dates, given.said.counted, given.row.planned_on, given.row.term_number
    )
    return show(
        "term/notice_arrival.html",
        status,
        given=given,
        form=form,
        lasts=lasts,
        basis_of=basis_of,
        kind=say(KIND_NAMES[given.row.kind]),
        is_sender=actor().party == given.row.party,
        writing=writing_of(given.said, edition),
        limit=portal().settings.upload_limit,
    )


@term.post("/notices/<id>/arrivals/<arrival>/answer", allow=Permission.RECORD_ARRIVAL)
def notice_answer(id: str, arrival: str) -> ResponseReturnValue:
    """The other side's word on a record of arrival."""
    form = AnswerForm()
    return _answered(
        id,
        form,
        "answer_form",
        lambda work: commands.answer_arrival(
            work, id, arrival, is_confirmed=form.is_confirmed.data == "yes", remark=form.remark.data
        ),
    )


@term.post("/notices/<id>/arrivals/<arrival>/second", allow=Permission.RECORD_ARRIVAL)
def notice_second(id: str, arrival: str) -> ResponseReturnValue:
    """A second person of the receiving side bears out a day earlier than its evidence, or does not (R4-7)."""
    form = AnswerForm()
    return _answered(
        id,
        form,
        "second_form",
        lambda work: commands.second_arrival(
            work, id, arrival, is_confirmed=form.is_confirmed.data == "yes", remark=form.remark.data
        ),
    )


def _answered(id: str, form: AnswerForm, name: str, do: Any) -> ResponseReturnValue:
    if not form.validate():
        return _notice_page(id, 422, **{name: form})
    try:
        with begin() as work:
            do(work)
            location = work.answer(url_for(".notice", id=id, _anchor="arrivals"))
    except RuleBroken as refused:
        refuse(form, refused)
        return _notice_page(id, refused.status, **{name: form})
    flash(say("記録し、相手方にもお知らせしました。"), "success")
    return redirect(location, 303)


@term.route("/notices/<id>/attempt", methods=["GET", "POST"], allow=Permission.RECORD_ARRIVAL)
def notice_attempt(id: str) -> ResponseReturnValue:
    """An attempt to deliver that did not succeed, by the sender's word."""
    edition: Edition = g.edition_in_force()
    given = queries.notice(reading(), actor(), id, edition.party_keys)
    form = AttemptForm()
    form.offer(_receivers_offered(given, edition))
    if only_looks():
        form.tried_on.process_data(today())
        return _attempt_page(given, form)
    holds = form.validate()
    shown = received_file(form, "file")
    if not holds or form.file.errors:
        return _attempt_page(given, form, 422)
    assert form.tried_on.data is not None  # the form is valid
    try:
        with begin() as work:
            commands.record_attempt(
                work,
                id,
                receiver=form.receiver.data or "",
                tried_on=form.tried_on.data,
                means=form.means.data or "",
                circumstances=form.circumstances.data,
                file=shown,
            )
            location = work.answer(url_for(".notice", id=id, _anchor="arrivals"))
    except RuleBroken as refused:
        refuse(form, refused)
        return _attempt_page(given, form, refused.status)
    flash(say("記録し、相手方にもお知らせしました。"), "success")
    return redirect(location, 303)


def _attempt_page(given: Told, form: AttemptForm, status: int = 200) -> ResponseReturnValue:
    return show(
        "term/notice_attempt.html",
        status,
        given=given,
        form=form,
        kind=say(KIND_NAMES[given.row.kind]),
        limit=portal().settings.upload_limit,
    )
