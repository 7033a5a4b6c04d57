"""A notice on the own side: its words, the letter, the decision, and that it was sent (R4-1)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.policy import Permission
from portal.agreement.life import DatesNow
from portal.agreement.settled import Question, Settled
from portal.agreement.text import Edition
from portal.consent.commands import Decision
from portal.consent.rules import Capacity
from portal.history.begin import begin
from portal.kernel.errors import NotFound, RuleBroken
from portal.kernel.periods import TakesEffect
from portal.kernel.words import N_
from portal.parties import queries as parties
from portal.term import commands, letter, queries, reckoning, rules
from portal.term.commands import Dispatch
from portal.term.forms import (
    DecisionForm,
    DispatchForm,
    NoticeForm,
    SavesForm,
)
from portal.term.notice import NoticeBody, kinds_of
from portal.term.queries import Drafted
from portal.term.reckoning import Reckoned
from portal.term.rules import KIND_NAMES, NoticeKind
from portal.term.views.frame import (
    articles_of_writing,
    basis_of,
    counted_now,
    decision_words,
    effect_of,
    entries,
    nothing_to_end,
    read_day,
    received_file,
    reckoned,
    refuse,
    saves_of,
    sentence,
    term,
    terms_offered,
    today,
    words_of,
    writing_now,
)
from portal.web import paper
from portal.web.forms import PortalForm
from portal.web.language import language, say
from portal.web.pages import show
from portal.web.reading import actor, only_looks, portal, reading


@term.route("/notices/new", methods=["GET", "POST"], allow=Permission.GIVE_NOTICE)
def notice_new() -> ResponseReturnValue:
    """A blank letter; posted, an own-side draft stands."""
    form = _notice_form()
    if only_looks():
        form.fill(_notice_to_start())
        return _edit_page(form, None)
    if not form.validate():
        return _edit_page(form, None, 422)
    try:
        with begin() as work:
            draft = commands.start_notice(work, form.body())
            return redirect(work.answer(url_for(".notice_draft", id=draft.id)), 303)
    except RuleBroken as refused:
        refuse(form, refused)
        return _edit_page(form, None, refused.status)


def _notice_form() -> NoticeForm:
    form = NoticeForm()
    edition, dates, _, found = reckoned()
    form.prepare(
        edition,
        language(),
        actor().party or "",
        list(kinds_of(edition)),
        terms_offered(edition, dates, found),
    )
    return form


def _notice_to_start() -> NoticeBody:
    """Words to start from: the kind and the planned date that the address names, today's date, the other parties."""
    edition, dates, _, found = reckoned()
    kinds, kind = kinds_of(edition), request.args.get("kind", "")
    terms = reckoning.terms_to_end(edition, dates, found.today)
    planned, _ = read_day(request.args.get("planned", "")[:80])
    return NoticeBody(
        kind=kind if kind in kinds else next(iter(kinds)) if len(kinds) == 1 else "",
        term=str(terms[0][0]) if terms else "",
        planned_on=planned.isoformat() if planned else "",
        dated_on=found.today.isoformat(),
        addressees=tuple(
            (one.key, letter.in_japanese(N_("%(party)s　御中"), party=one.name.ja))
            for one in edition.other_parties(actor().party or "")
        ),
    )


def _edit_page(form: NoticeForm, drafted: Drafted | None, status: int = 200) -> ResponseReturnValue:
    edition, dates, settled, found = reckoned()
    planned, _ = (
        read_day(form.planned_on.typed or "") if not form.planned_on.data else (form.planned_on.data, None)
    )
    return show(
        "term/notice_edit.html",
        status,
        form=form,
        drafted=drafted,
        edition=edition,
        found=found,
        refusals=nothing_to_end(edition, found.today),
        writing=writing_now(edition, settled),
        clauses=_clauses(edition),
        asked=reckoning.termination(edition, found, planned) if planned else None,
        basis_of=basis_of,
        ends_at_start=found.conventions.takes_effect is TakesEffect.START_OF_PLANNED_DATE,
    )


def _clauses(edition: Edition) -> list[dict[str, Any]]:
    """The clause of every notice that the text knows, word for word."""
    rows = []
    for kind, notice in kinds_of(edition).items():
        clause = edition.clause(notice.clause)
        rows.append(
            {
                "kind": say(KIND_NAMES[kind]),
                "label": clause.label[language()],
                "href": clause.href,
                "text": clause.text[language()],
            }
        )
    return rows


@term.get("/notices/<id>/draft", allow=Permission.READ_OWN_SIDE)
def notice_draft(id: str) -> ResponseReturnValue:
    """The own side's draft: how far it is, the letter, what is to be done next."""
    return _draft_page(id)


def _draft_page(id: str, status: int = 200, **forms: PortalForm) -> ResponseReturnValue:
    edition, dates, settled, found = reckoned()
    drafted = queries.draft(reading(), actor(), id)
    body, who = drafted.body, actor()
    lacking = _lacking(edition, dates, found, drafted)
    return show(
        "term/notice_draft.html",
        status,
        drafted=drafted,
        draft=drafted.draft,
        body=body,
        kind=say(KIND_NAMES[body.kind]) if body.kind in KIND_NAMES else say("通知"),
        lacking=lacking,
        facts=_facts_of(edition, dates, found, settled, body),
        decision_form=(
            forms.get("decision_form") or DecisionForm(formdata=None, saves=str(drafted.draft.saves))
        ).apart("decision"),
        decision_words=decision_words,
        basis_of=basis_of,
        effect_of=effect_of,
        receivers=[
            (one.key, one.defined_as[language()], one.name[language()])
            for one in edition.other_parties(drafted.draft.party)
        ],
        may_give=who.may(Permission.GIVE_NOTICE),
        drafted_alone=_drafted_alone(drafted),
        refusals=nothing_to_end(edition, found.today),
        writing=writing_now(edition, settled),
        entries=entries(id),
        duplicates=[
            one
            for one in queries.notices(reading(), who)
            if one.party == drafted.draft.party and one.kind == body.kind and one.withdrawn_at is None
        ],
    )


def _drafted_alone(drafted: Drafted) -> bool:
    """Whether the reader alone drafted it, and the own side asks for four eyes (decision 12)."""
    who = actor()
    return drafted.draft.savers == who.member_id and parties.party(reading(), who.party or "").four_eyes


def _lacking(edition: Edition, dates: DatesNow, found: Reckoned, drafted: Drafted) -> list[str]:
    """What the draft still misses, in sentences."""
    try:
        rules.must_be_whole(
            drafted.body.words(),
            kinds=kinds_of(edition),
            terms=[str(number) for number, _ in reckoning.terms_to_end(edition, dates, found.today)],
            receivers=[(one.key, one.defined_as) for one in edition.other_parties(drafted.draft.party)],
        )
    except RuleBroken as refused:
        return [sentence(one) for one in refused.each]
    return []


def _facts_of(
    edition: Edition, dates: DatesNow, found: Reckoned, settled: Settled, body: NoticeBody
) -> dict[str, Any] | None:
    """The days of the notice as they are reckoned today; None as long as it names none."""
    counted = counted_now(edition, settled, body.kind)
    number = body.term_number
    if counted is None or (body.planned is None and number is None):
        return None
    if number is not None and not reckoning.expiry_readings(edition, dates, number):
        return None
    lasts = reckoning.deadlines_of(edition, dates, counted, body.planned, number)
    asked = reckoning.termination(edition, found, body.planned) if body.planned else None
    return {
        "lasts": lasts,
        "recommended": reckoning.recommended(lasts, edition),
        "earliest_safe": reckoning.earliest_safe(edition, counted, found.today)
        if body.kind == NoticeKind.TERMINATION
        else None,
        "renews_before": asked.renews_before if asked else False,
        "after_the_end": asked.after_the_end if asked else False,
        "is_far": asked.is_far if asked else False,
        "expiry": found.running.term.expiry if found.running else None,
    }


@term.route("/notices/<id>/edit", methods=["GET", "POST"], allow=Permission.GIVE_NOTICE)
def notice_edit(id: str) -> ResponseReturnValue:
    """The words of the own side's draft."""
    drafted = queries.draft(reading(), actor(), id)
    form = _notice_form()
    if only_looks():
        form.fill(drafted.body)
        form.saves.data = str(drafted.draft.saves)
        return _edit_page(form, drafted)
    if not form.validate():
        return _edit_page(form, drafted, 422)
    try:
        with begin() as work:
            commands.save_notice(work, id, form.body(), saves=form.count)
            return redirect(work.answer(url_for(".notice_draft", id=id)), 303)
    except RuleBroken as refused:
        refuse(form, refused)
        if isinstance(refused, rules.DraftHasMoved):
            form.saves.data = str(queries.draft(reading(), actor(), id).draft.saves)
        return _edit_page(form, drafted, refused.status)


@term.post("/notices/<id>/decide", allow=Permission.GIVE_NOTICE)
def notice_decide(id: str) -> ResponseReturnValue:
    """The own side's decision on the words as they stand."""
    form = DecisionForm()
    if not form.validate():
        return _draft_page(id, 422, decision_form=form)
    decision = Decision(
        form.decision_reference.data,
        Capacity(form.capacity.data),
        form.decided_on.data,
        form.absent_post.data if form.capacity.data == Capacity.IN_ABSENCE else "",
    )
    return _done_with_draft(
        id,
        form,
        "decision_form",
        lambda work: commands.decide_notice(work, id, decision, saves=saves_of(form)),
        say("決裁を記録しました。"),
    )


def _done_with_draft(id: str, form: Any, name: str, do: Any, words: str) -> ResponseReturnValue:
    try:
        with begin() as work:
            do(work)
            location = work.answer(url_for(".notice_draft", id=id))
    except RuleBroken as refused:
        refuse(form, refused)
        return _draft_page(id, refused.status, **{name: form})
    flash(words, "success")
    return redirect(location, 303)


@term.post("/notices/<id>/discard", allow=Permission.GIVE_NOTICE)
def notice_discard(id: str) -> ResponseReturnValue:
    """The own side's draft is gone."""
    with begin() as work:
        commands.discard_notice(work, id)
        location = work.answer(url_for(".index", _anchor="notices"))
    flash(say("下書きを破棄しました。"), "success")
    return redirect(location, 303)


@term.get("/notices/<id>/letter/<receiver>", allow=Permission.READ)
def notice_letter(id: str, receiver: str) -> ResponseReturnValue:
    """The letter to one receiver as it is printed: of the own side's draft, or of a notice that was sent."""
    written = _letter(id, receiver)
    return show(
        "term/notice_letter.html",
        blocks=[(type(one).__name__.lower(), one) for one in letter.blocks(written)],
        written=written,
        id=id,
        receiver=receiver,
        is_draft=not written.reference,
        may_give=actor().may(Permission.GIVE_NOTICE),
        saves=_draft_saves(id) if not written.reference else 0,
    )


@term.get("/notices/<id>/letter/<receiver>/pdf", allow=Permission.READ)
def notice_paper(id: str, receiver: str) -> ResponseReturnValue:
    """The letter of a notice that was sent, as a paper (R4-9)."""
    written = _letter(id, receiver)
    if not written.reference:
        raise NotFound()
    return paper.answer(
        letter.paper(written, made_at=portal().clock.now()), f"{written.reference}-{receiver}"
    )


@term.post("/notices/<id>/letter/<receiver>", allow=Permission.GIVE_NOTICE)
def notice_print(id: str, receiver: str) -> ResponseReturnValue:
    """The letter of the own side's draft as a paper to seal and send; that it was made is kept for the own side."""
    form = SavesForm()
    written = _letter(id, receiver)
    if written.reference:
        raise NotFound()
    if not form.validate():
        return notice_letter(id, receiver)
    made = paper.answer(letter.paper(written, made_at=portal().clock.now()), say("通知"))
    with begin() as work:
        commands.print_notice(work, id, saves=saves_of(form))
    return made


def _draft_saves(id: str) -> int:
    return queries.draft(reading(), actor(), id).draft.saves


def _letter(id: str, receiver: str) -> letter.Letter:
    edition, dates, settled, found = reckoned()
    articles = articles_of_writing(edition, "ja")
    try:
        told_of = queries.notice(reading(), actor(), id, edition.party_keys)
    except NotFound:
        drafted = queries.draft(reading(), actor(), id)
        if receiver not in {one.key for one in edition.other_parties(drafted.draft.party)}:
            raise
        if _lacking(edition, dates, found, drafted):
            raise
        body = drafted.body
        clause = edition.clause(kinds_of(edition)[body.kind].clause)
        expiry = reckoning.expiry_readings(edition, dates, body.term_number)[0] if body.term_number else None
        sentence, facts = letter.writing_sentence(
            articles,
            electronic=settled.electronic_is_writing,
            reference=settled.of(Question.ELECTRONIC_WRITING).reference,
        )
        return letter.letter_of(
            body,
            receiver,
            party=drafted.draft.party,
            parties={one.key: {"name": {"ja": one.name.ja}} for one in edition.parties},
            clause={
                "title": {"ja": edition.title.ja},
                "label": {"ja": clause.label.ja},
                "text": {"ja": clause.text.ja},
            },
            signed_on=dates.signed_on,
            expiry=expiry,
            takes_effect=settled.conventions.takes_effect,
            writing=letter.in_japanese(sentence, **facts),
        )
    said = told_of.said
    if not said.is_letter or receiver not in {one.party for one in told_of.receivers}:
        raise NotFound()
    sentence, facts = letter.writing_sentence(
        articles, electronic=said.electronic, reference=said.electronic_reference
    )
    return letter.letter_of(
        said.body,
        receiver,
        party=told_of.row.party,
        parties=said.parties,
        clause=said.clause,
        signed_on=rules.day_of(said.signed_on),
        expiry=rules.day_of(said.expiry),
        takes_effect=said.counted.conventions.takes_effect,
        writing=letter.in_japanese(sentence, **facts),
        reference=told_of.row.reference,
    )


@term.route("/notices/<id>/dispatch", methods=["GET", "POST"], allow=Permission.GIVE_NOTICE, step_up=True)
def notice_dispatch(id: str) -> ResponseReturnValue:
    """The letter is recorded as sent, and every party knows of it (R4-1)."""
    form = DispatchForm()
    drafted = queries.draft(reading(), actor(), id)
    if only_looks():
        form.saves.data = str(drafted.draft.saves)
        form.dispatched_on.process_data(today())
        return _dispatch_page(drafted, form)
    holds = form.validate()
    received = received_file(form, "file")
    if not holds or form.file.errors:
        return _dispatch_page(drafted, form, 422)
    assert form.dispatched_on.data is not None  # the form is valid
    sent = Dispatch(
        form.means.data or "", form.dispatched_on.data, form.tracking.data, [received] if received else []
    )
    try:
        with begin() as work:
            notice = commands.dispatch(work, id, sent, saves=saves_of(form))
            location = work.answer(url_for(".notice", id=notice.id))
    except RuleBroken as refused:
        refuse(form, refused)
        return _dispatch_page(drafted, form, refused.status)
    flash(say("発信を記録し、相手方にもお知らせしました。書面の通知に代わるものではありません。"), "success")
    return redirect(location, 303)


def _dispatch_page(drafted: Drafted, form: DispatchForm, status: int = 200) -> ResponseReturnValue:
    edition, _, settled, found = reckoned()
    refusals = nothing_to_end(edition, found.today)
    if drafted.decision is None:
        refusals.append(words_of(rules.NotDecided()))
    if _drafted_alone(drafted):
        refusals.append(words_of(rules.DraftedAlone()))
    return show(
        "term/notice_dispatch.html",
        status,
        drafted=drafted,
        form=form,
        kind=say(KIND_NAMES[drafted.body.kind]) if drafted.body.kind in KIND_NAMES else say("通知"),
        writing=writing_now(edition, settled),
        refusals=refusals,
    )
