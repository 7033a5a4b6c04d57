"""The page of the term: how long it runs, what would end it, and everything recorded of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.agreement.life import CAUSE_NAMES, Cause, DatesNow, Mode
from portal.agreement.settled import ANSWERS, QUESTION_NAMES, Question, Settled
from portal.agreement.text import Edition
from portal.consent import queries as consent
from portal.consent.models import Document
from portal.consent.rules import ON_THE_TABLE, STANDING_NAMES, Standing
from portal.history.begin import begin
from portal.history.event import JOINT
from portal.history.queries import as_of
from portal.kernel.errors import RuleBroken
from portal.kernel.pdf import Block, Heading, Paper, Paragraph, Table
from portal.kernel.periods import NoticeStanding, TakesEffect
from portal.term import commands, picture, queries, reckoning, rules
from portal.term.accord import ACCORD
from portal.term.dates import DATES
from portal.term.forms import (
    IntentionForm,
)
from portal.term.notice import kinds_of
from portal.term.reckoning import Reckoned
from portal.term.rules import KIND_NAMES, What
from portal.term.views.frame import label_of, read_day, reckoned, refuse, term, writing_now
from portal.term.views.meetings import meeting_line
from portal.web import paper
from portal.web.filters import day as day_words
from portal.web.filters import moment
from portal.web.forms import PortalForm
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.pages import render, show
from portal.web.reading import actor, portal, reading


@term.get("", allow=Permission.READ)
def index() -> ResponseReturnValue:
    """The term now running with the rule behind every day; the last days for a declaration and for a notice; what the
    parties said, gave and settled."""
    return _index_page()


def _index_page(status: int = 200, **forms: PortalForm) -> ResponseReturnValue:
    edition, dates, _, found = reckoned()
    who, session = actor(), reading()
    is_offered = is_asked(found) and who.may(Permission.STATE_INTENTION)
    snapshot = as_of(session, JOINT, who.party)  # the own chain tells of the own side's drafts
    if snapshot is None or "planned" in request.args:
        running, terms = _parts()
    else:
        made_from = (snapshot, edition.digest, edition.in_force_from, dates, found.today, language())
        running, terms = _PARTS.get((*made_from, who.party, who.permissions), _parts)
    return show(
        "term/index.html",
        status,
        edition=edition,
        dates=dates,
        mode_words=_mode_words(agreement.in_force(session, edition, found.today).mode),
        running=running,
        terms=terms,
        intentions=_intentions(edition, found, session, who),
        intention_form=forms.get("intention_form") or (IntentionForm(formdata=None) if is_offered else None),
    )


_PARTS: Kept[tuple[Markup, Markup]] = Kept(100)
"""What the page says above and below what it asks, by the last leaves of the chains, the edition, its dates, the day, the
language, and the party and permissions of the reader."""


def _parts() -> tuple[Markup, Markup]:
    """What the page says above and below what it asks of the reader; with the day planned that the address names."""
    edition, dates, settled, found = reckoned()
    who, session = actor(), reading()
    typed = request.args.get("planned", "")[:80]
    planned, fault = read_day(typed)
    documents = _documents(session, who)
    current = next((one for one in documents if one.id == dates.document_id), None)
    life = agreement.in_force(session, edition, found.today)
    notices = queries.notices(session, who)
    said = {
        "edition": edition,
        "found": found,
        "dates": dates,
        "life": life,
        "Mode": Mode,
        "cause_of": lambda cause: say(CAUSE_NAMES[Cause(cause)]),
        "basis_of": lambda basis: say(reckoning.BASIS_NAMES[basis]),
        "standing_of": lambda standing: say(reckoning.STANDING_NAMES[NoticeStanding(standing)]),
        "typed": typed,
        "fault": fault,
        "asked": reckoning.termination(edition, found, planned) if planned else None,
        "ends_at_start": found.conventions.takes_effect is TakesEffect.START_OF_PLANNED_DATE,
        "applied": _applied(settled),
        "writing": writing_now(edition, settled),
        "term_label": lambda number: say("第%(number)s期", number=number),
        "picture": picture.drawn(found, life.survival_end, _days_of(notices)),
        "current": current,
        "confirmations": _confirmations(current, edition),
        "others": [
            one
            for one in documents
            if one is not current and one.kind == DATES.key and one.standing in {str(s) for s in ON_THE_TABLE}
        ],
        "accords": [one for one in documents if one.kind == ACCORD.key],
        "standing_name": lambda key: say(STANDING_NAMES[Standing(key)]),
        "offers": _offers(edition, dates, found, who),
        "notices": notices,
        "drafts": queries.own_drafts(session, who),
        "kinds": list(kinds_of(edition)),
        "kind_of": lambda kind: say(KIND_NAMES[kind]) if kind in KIND_NAMES else say("通知"),
        "may_give": who.may(Permission.GIVE_NOTICE) and (life.is_in_force or life.mode is Mode.TO_COME),
        "party_label": label_of(edition),
        "meeting": meeting_line(edition, found, session),
    }
    return render("term/_running.html", **said), render("term/_terms.html", **said)


def _documents(session: Session, reader: Actor) -> list[Any]:
    """The tabled documents on dates and on the term, the latest first."""
    return list(
        session.execute(
            select(
                Document.id,
                Document.kind,
                Document.reference,
                Document.title,
                Document.standing,
                Document.digest,
                Document.revision,
                Document.waits_for,
                Document.agreed_at,
                Document.changed_at,
            )
            .where(
                Document.kind.in_([DATES.key, ACCORD.key]),
                Document.tabled_at.is_not(None),
                consent.visible(reader),
            )
            .order_by(Document.tabled_at.desc(), Document.number.desc())
            .limit(40)
        )
    )


def _confirmations(current: Any, edition: Edition) -> list[dict[str, Any]]:
    """Each party and whether it confirmed the dates that count now (R4-8)."""
    if current is None:
        return []
    given = consent.consents_of(reading(), [current.id])[current.id]
    rows = []
    for party in edition.parties:
        found = given.get(party.key)
        rows.append(
            {
                "label": party.defined_as[language()],
                "name": party.name[language()],
                "is_confirmed": found is not None,
                "at": found.at if found else None,
                "who": f"{found.post} {found.name}" if found else "",
            }
        )
    return rows


_OF_COUNTING = (
    Question.COUNT_FIRST_DAY,
    Question.BACKWARD_COUNT_FIRST_DAY,
    Question.TAKES_EFFECT,
    Question.HOLIDAY_SHIFT,
    Question.ELECTRONIC_WRITING,
)


def _applied(settled: Settled) -> list[dict[str, Any]]:
    """The conventions of counting that hold, and the document by which each was settled (R9-5; time.md 2.2)."""
    rows = []
    for question in _OF_COUNTING:
        answer = settled.of(question)
        rows.append(
            {
                "key": question.value,
                "question": say(QUESTION_NAMES[question]),
                "answer": say(ANSWERS[question].get(answer.value, answer.value)),
                "is_usual": answer.value == next(iter(ANSWERS[question])),
                "reference": answer.reference,
                "href": _document_href(answer.document_id),
            }
        )
    return rows


def _document_href(document_id: str) -> str | None:
    """Where a document of whichever kind is seen; the house knows, if it is served."""
    known = portal().extensions.get("link_to_subject")
    return known("document", document_id) if known and document_id else None


def _mode_words(mode: Mode) -> tuple[str, str]:
    """Key of the chip and word of what the agreement is."""
    return {
        Mode.UNDATED: ("none", say("日付の記入待ち")),
        Mode.TO_COME: ("planned", say("有効期間の前")),
        Mode.IN_FORCE: ("in_force", say("有効")),
        Mode.END_ANNOUNCED: ("late", say("終了予告")),
        Mode.ENDED: ("ended", say("終了（存続期間中）")),
        Mode.OVER: ("ended", say("存続期間満了")),
    }[mode]


def _offers(edition: Edition, dates: DatesNow, found: Reckoned, who: Actor) -> list[tuple[str, str]]:
    """What may be settled together now: label and address of the form (R4-8; articles.md 1.4)."""
    if not who.may(Permission.DRAFT) or found.running is None:
        return []
    offers = []
    if dates.expiry_of(found.running.number) is None and not dates.end_on_fixed and dates.end is None:
        offers.append((say("満了日を確認する"), What.EXPIRY))
    if dates.end is None or dates.end.last_day > found.today:
        offers.append((say("合意による終了を提案する"), What.END))
    if not edition.renewal.automatic or dates.end_on_fixed:
        offers.append((say("更新の合意を提案する"), What.RENEWAL))
    if dates.end is not None and dates.end.cause is Cause.MUTUAL:
        offers.append((say("合意した終了の取りやめを提案する"), What.REVOCATION))
    return [(label, url_for(".accord_new", what=what.value)) for label, what in offers]


def _days_of(notices: Sequence[Any]) -> list[tuple[str, dt.date, bool]]:
    """The day of each notice for the picture: of its last recorded arrival, else of its dispatch."""
    found = []
    for one in notices:
        shown = one.arrived_on or one.dispatched_on
        if shown is not None and one.withdrawn_at is None:
            found.append((one.reference, shown, one.arrived_on is not None))
    return found


def is_asked(found: Reckoned) -> bool:
    expiry = found.running.term.expiry if found.running else None
    return rules.is_asked(expiry, found.today, is_ending=found.dates.end is not None)


def _intentions(edition: Edition, found: Reckoned, session: Session, who: Actor) -> list[dict[str, Any]]:
    """Each party and what it last said of the time after the term that runs; the earlier words below (R4-5)."""
    if found.running is None:
        return []
    said = queries.intentions(session, who, found.running.number)
    if not said and not is_asked(found):
        return []
    rows = []
    for party in edition.parties:
        own = [one for one in said if one.party == party.key]
        rows.append(
            {
                "key": party.key,
                "label": party.defined_as[language()],
                "name": party.name[language()],
                "said": [
                    {
                        "words": say(rules.INTENTION_NAMES[one.says]),
                        "remark": one.remark,
                        "who": f"{one.post} {one.name}",
                        "at": one.at,
                    }
                    for one in own
                ],
            }
        )
    return rows


@term.post("/intentions", allow=Permission.STATE_INTENTION)
def say_intention() -> ResponseReturnValue:
    """What the own party intends for the time after the term; no notice (R4-5)."""
    form = IntentionForm()
    if not form.validate():
        return _index_page(422, intention_form=form)
    try:
        with begin() as work:
            commands.say_intention(work, says=form.says.data, remark=form.remark.data)
            location = work.answer(url_for(".index", _anchor="intentions"))
    except RuleBroken as refused:
        refuse(form, refused)
        return _index_page(refused.status, intention_form=form)
    flash(say("意向を記録し、相手方にもお知らせしました。通知ではありません。"), "success")
    return redirect(location, 303)


@term.get("/record", allow=Permission.READ)
def record() -> ResponseReturnValue:
    """Everything recorded of the term as tables to print (R4-9)."""
    edition, _, _, found = reckoned()
    return show("term/record.html", edition=edition, found=found, tables=_record_tables(edition, found))


@term.get("/record/pdf", allow=Permission.READ)
def record_paper() -> ResponseReturnValue:
    """The same as a paper (R4-9)."""
    edition, _, _, found = reckoned()
    blocks: list[Block] = [
        Paragraph(edition.title[language()]),
        Heading(say("期間の記録"), 1),
        Paragraph(say("%(today)s現在", today=found.today)),
    ]
    for title, head, rows in _record_tables(edition, found):
        nothing = Paragraph(say("記録はありません。"))
        blocks += [Heading(title), Table(head, rows, _WIDTHS.get(len(head), ())) if rows else nothing]
    return paper.answer(
        Paper(
            title=say("期間の記録"),
            blocks=blocks,
            made_at=portal().clock.now(),
            footer=edition.title[language()],
            language=language(),
            author=edition.title[language()],
        ),
        say("期間の記録"),
    )


Rows = list[tuple[str, list[str], list[list[str]]]]
_WIDTHS = {5: (2, 2, 4, 4, 6), 7: (4, 3, 3, 5, 5, 6, 3)}
"""The shares of the columns on paper, for the tables of so many."""


def _record_tables(edition: Edition, found: Reckoned) -> Rows:
    """The tables: title, head, and rows of words."""
    kept = queries.chronicle(reading(), actor())
    label = label_of(edition)
    confirmed = {one.number: one for one in kept.expiries}
    terms = [
        [
            say("第%(number)s期", number=line.number),
            {"past": say("終了"), "running": say("進行中"), "to_come": say("更新された場合")}[line.stands],
            day_words(line.term.start),
            day_words(line.term.expiry),
            _basis_words(line, confirmed),
        ]
        for line in found.lines
    ]
    arrivals = [
        [
            one.reference,
            say(KIND_NAMES[one.kind]),
            label(one.party),
            day_words(one.planned_on)
            if one.planned_on
            else say("第%(number)s期", number=one.term_number or 0),
            day_words(one.dispatched_on),
            "\n".join(
                say("%(party)s：%(day)s", party=label(row.receiver), day=row.arrived_on)
                for row in kept.arrivals
                if row.notice_id == one.id
            ),
            say("取下げ済")
            if one.withdrawn_at
            else say(reckoning.STANDING_NAMES[NoticeStanding(one.standing)])
            if one.standing
            else say("到達の記録待ち"),
        ]
        for one in kept.notices
    ]
    return [
        (say("協定の各期間"), [say("期"), say("状態"), say("始まり"), say("満了日"), say("算定の根拠")], terms),
        (
            say("更新の合意"),
            [say("文書"), say("合意が成立した日時")],
            [[one.reference or "", moment(one.agreed_at)] for one in kept.renewals],
        ),
        (
            say("満了後についての意向（通知ではありません）"),
            [say("期"), say("当事者"), say("意向"), say("記録した人"), say("日時")],
            [
                [
                    say("第%(number)s期", number=one.term_number),
                    label(one.party),
                    say(rules.INTENTION_NAMES[one.says]),
                    f"{one.post} {one.name}",
                    moment(one.at),
                ]
                for one in kept.intentions
            ],
        ),
        (
            say("通知"),
            [
                say("番号"), say("種類"), say("差し出した側"), say("解約予定日・期"), say("発信した日"), say("到達した日"),
                say("期限との関係"),
            ],
            arrivals,
        ),
        (
            say("終了の予告"),
            [say("理由"), say("有効な最後の日"), say("予告された日時"), say("なくなった日時")],
            [
                [
                    say(CAUSE_NAMES[Cause(one.cause)]),
                    day_words(one.last_day),
                    moment(one.announced_at),
                    moment(one.revoked_at),
                ]
                for one in kept.ends
            ],
        ),
    ]  # fmt: skip


def _basis_words(line: reckoning.TermLine, confirmed: dict[int, Any]) -> str:
    if line.ends_by is not None:
        return say("終了の予告（%(cause)s）", cause=say(CAUSE_NAMES[line.ends_by]))
    words = say(reckoning.BASIS_NAMES[line.basis])
    one = confirmed.get(line.number)
    return f"{words}（{one.reference}）" if one is not None and one.reference else words
