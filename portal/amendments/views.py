"""Changes to the agreement: their list, each with its table of old and new, and the executed documents (art. 3)."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.agreement import reckoning
from portal.agreement.edition import Edition
from portal.agreement.life import Life
from portal.agreement.settled import settled_upon
from portal.agreement.views import figure_rows, moved_rows, table_rows
from portal.amendments import queries, rules
from portal.amendments.amendment import AMENDMENT, AmendmentBody, day_of, label_of, survives
from portal.amendments.execution import EXECUTION, ExecutionBody, reference_of
from portal.amendments.forms import AmendmentForm, ExecutionForm
from portal.amendments.queries import Facts
from portal.amendments.rules import STATE_LOOKS, STATE_NAMES, How, State, Takes, state_of
from portal.amendments.wording import Base, Written, choosable, leaves_of, written
from portal.consent import queries as consent
from portal.consent.body import Body
from portal.consent.models import Document
from portal.consent.paper import body_of, listed
from portal.consent.rules import ON_THE_TABLE, STANDING_NAMES, Standing
from portal.consent.showing import Turn
from portal.consent.views import mount
from portal.kernel import pdf
from portal.kernel.clock import day_in_japan
from portal.kernel.db import today_of
from portal.kernel.digest import check_code
from portal.kernel.errors import NotFound, Refused, RuleBroken
from portal.web import paper
from portal.web.filters import moment
from portal.web.language import language, say
from portal.web.pages import part, show
from portal.web.reading import actor, portal, reading

amendments = Blueprint("amendments", __name__, url_prefix="/amendments")


# --------------------------------------------------------------------------------------- the list


@amendments.get("", allow=Permission.READ)
def index() -> ResponseReturnValue:
    """Every proposed change, the latest first, with where it stands: what nobody has answered stays 回答待ち."""
    edition: Edition = g.edition_in_force()
    before = _whole(request.args.get("before"))
    found = queries.register(reading(), actor(), before=before)
    page = found[: queries.PAGE]
    today = today_of(reading())
    life = agreement.in_force(reading(), edition, today)
    return show(
        "amendments/index.html",
        lines=[_line(row, edition, today) for row in page],
        drafts=[] if before else consent.own_drafts(reading(), actor(), kind=AMENDMENT.key),
        executions=[] if before else consent.own_drafts(reading(), actor(), kind=EXECUTION.key),
        may_propose=actor().may(Permission.DRAFT) and _is_amendable(edition, life),
        has_ended=bool(life.terms) and life.has_begun and not life.is_in_force,
        older=url_for(".index", before=page[-1].number) if len(found) > queries.PAGE else None,
        first=url_for(".index") if before is not None else None,
    )


def _line(row: Any, edition: Edition, today: dt.date) -> dict[str, Any]:
    """One change as the list shows it."""
    code = language()
    state = state_of(row.standing, row.edition, base=row.base, latest=row.latest)
    waits = [edition.party(key).defined_as[code] for key in listed(row.waits_for)]
    since = (today - day_in_japan(row.waits_since)).days if row.waits_since else None
    return {
        "row": row,
        "look": STATE_LOOKS[state],
        "state": say(STATE_NAMES[state]),
        "by": edition.party(row.party).defined_as[code],
        "clauses": [label_of(edition, id, code) for id in listed(row.clauses)][:6],
        "waits": say("・").join(waits) if state is State.OPEN else "",
        "days": since,
        "is_long": since is not None and since > 30,
        "is_overtaken": state is State.OVERTAKEN,
    }


def _is_amendable(edition: Edition, life: Life) -> bool:
    return life.is_in_force or survives(edition, life)


# --------------------------------------------------------------------------------------- what comes of a change


def preview(session: Session, body: AmendmentBody, facts: Facts) -> dict[str, Any]:
    """What comes of a change: the table of old and new, what the portal reckons with, and which reckoned days move; or
    why nothing comes of it yet (R3-4, R3-6)."""
    base = facts.base
    found: dict[str, Any] = {
        "base": base,
        "written": None,
        "problems": [],
        "moved": [],
        "rows": [],
        "figures": [],
    }
    if base is None:
        return found
    try:
        made = written(base, body.wanted)
    except RuleBroken as refused:
        return found | {"problems": [_sentence(one) for one in refused.each]}
    code, day = language(), today_of(session)
    found |= {
        "written": made,
        "number": base.number + 1,
        "rows": table_rows(base.edition, made.edition, code),
        "figures": figure_rows(base.edition, made.edition, code),
    }
    if facts.edition is None:
        found["moved"] = _moved(session, base, made, body, facts, day)
        found["effective_on"] = day_of(body.effective_on)
    return found


def _moved(
    session: Session, base: Base, made: Written, body: AmendmentBody, facts: Facts, today: dt.date
) -> list[dict[str, Any]]:
    dates, given = agreement.dates_now(session, g.edition_in_force()), facts.answers
    lines = reckoning.moved(
        base.edition_in_force,
        made.edition,
        dates,
        settled=(
            settled_upon(base.edition.conventions, given),
            settled_upon(made.edition.conventions, given),
        ),
        day=today,
        effective_on=max(day_of(body.effective_on) or today, base.in_force_from or today),
    )
    return moved_rows(lines)


def _sentence(refused: Refused) -> str:
    return f"{say(refused.sentence, **refused.facts)} {say(refused.next_step, **refused.facts)}"


def _of_amendment(session: Session, reader: Actor, document: Document | None, body: Body) -> dict[str, Any]:
    """What stands beside a change: what comes of it, what it waits for, what came of it. Without a document: the words
    to start from, with the clauses that the address names."""
    assert isinstance(body, AmendmentBody)
    if document is None:
        return {"body": _begun(session)}
    if body == AmendmentBody():  # the form of a draft shows itself
        return {}
    facts = queries.facts(session, reader, id=document.id, number=body.base_number)
    state = state_of(document.standing, facts.edition)
    withheld = set()
    if state is State.ADOPTED:
        withheld |= {"hold", "lift_hold", "replace"}
    if not facts.is_consulted_on:
        withheld.add("decline")
    executions = facts.executions
    overtaken = _overtaken(session, document, body, state, reader)
    if overtaken:
        withheld.add("consent")
    return {
        **preview(session, body, facts),
        **overtaken,
        "edition_made": facts.edition,
        "state": (STATE_LOOKS[state], say(STATE_NAMES[state])),
        "is_open": document.tabled_at is not None and state is State.OPEN,
        "to_execute": state is State.TO_EXECUTE and body.takes == Takes.DOCUMENT,
        "is_by_document": body.takes == Takes.DOCUMENT,
        "must_consult": state is State.OPEN and document.party != reader.party and not facts.is_consulted_on,
        "executions": executions,
        "standing_words": lambda standing: say(STANDING_NAMES[Standing(standing)]),
        "may_register": reader.may(Permission.DRAFT)
        and not any(one.value in {str(standing) for standing in ON_THE_TABLE} for one in executions),
        "withheld": withheld,
    }


def _overtaken(
    session: Session, document: Document, body: AmendmentBody, state: State, reader: Actor
) -> dict[str, Any]:
    """Of a change on the table to an edition that is no longer the one adopted last: why nobody can consent to it, and
    whose turn it is. Nothing of any other."""
    if document.tabled_at is None or state is not State.OPEN:
        return {}
    latest = agreement.last_adopted(session).number
    if state_of(document.standing, None, base=body.base_number, latest=latest) is not State.OVERTAKEN:
        return {}
    turn = Turn(
        "yours" if reader.may(Permission.DRAFT) else "others",
        say("このままでは、どの当事者も同意できません。第%(latest)s版の文言に合わせて直した版を提示してください。", latest=latest),
        None,
    )
    return {"overtaken": say(rules.BaseHasMoved.sentence, base=body.base_number, latest=latest), "turn": turn}


def _begun(session: Session) -> AmendmentBody:
    """The words to start a proposal from: the clauses chosen on the page of the agreement, as they stand (R3-1)."""
    base = queries.base(session)
    edition, code = base.edition, language()
    known = [id for id in request.args.getlist("clause")[:20] if id in edition.clauses]
    leaves = list(dict.fromkeys(leaf for id in known for leaf in leaves_of(edition, id)))
    title = ""
    if known:
        labels = say("、").join(edition.clause(id).label[code] for id in known[:3])
        title = say("%(clauses)sの変更", clauses=labels)
    rows = tuple(
        (How.REPLACE.value, id, edition.clause(id).text.ja, edition.clause(id).text.en) for id in leaves
    )
    return AmendmentBody(title=title, changes=rows)


# --------------------------------------------------------------------------------------- the table of old and new


@amendments.get("/<id>/comparison-table", allow=Permission.READ)
def comparison_table(id: str) -> ResponseReturnValue:
    """The table of old and new by itself, to read and to print (R3-6)."""
    found, body, what = _compared(id)
    return show("amendments/comparison.html", document=found, body=body, extra=what)


@amendments.get("/<id>/comparison-table/pdf", allow=Permission.READ)
def comparison_pdf(id: str) -> ResponseReturnValue:
    """The same as PDF (R3-6)."""
    found, body, what = _compared(id)
    return paper.answer(_paper(found, body, what), f"{found.reference or 'draft'}-comparison")


def _compared(id: str) -> tuple[Any, AmendmentBody, dict[str, Any]]:
    dossier = consent.dossier(reading(), actor(), AMENDMENT, id)
    source = dossier.latest or dossier.draft
    if source is None:
        raise NotFound()
    plain = (
        body_of(AMENDMENT, source) if dossier.latest else AmendmentBody.from_plain(json.loads(source.body))
    )
    facts = queries.facts(reading(), actor(), id=id, number=plain.base_number)
    what = preview(reading(), plain, facts)
    if what["written"] is None:
        raise NotFound()
    what |= {"edition_made": facts.edition, "standing": dossier.standing}
    return dossier.document, plain, what


_KINDS = {"equal": "same", "insert": "added", "delete": "removed"}


def _paper(document: Any, body: AmendmentBody, what: dict[str, Any]) -> pdf.Paper:
    """The table of old and new as a paper: what it is of, the passages, and what the portal reckons with."""
    edition: Edition = g.edition_in_force()
    code, now = language(), portal().clock.now()
    stands = (
        say("協定の第%(number)s版になりました。", number=what["edition_made"])
        if what["edition_made"]
        else say("合意済みの変更です。まだ協定の版にはなっていません。")
        if what["standing"] in (Standing.AGREED, Standing.HELD)
        else say("未合意の案です。")
    )
    rows: list[list[pdf.Cell]] = []
    for row in what["rows"]:
        label = "\n".join(part for part in (row["label"], row["caption"]) if part)
        for place, (_lang, new, old) in enumerate(row["texts"]):
            rows.append([label if not place else say("（参考英訳）"), _cell(new), _cell(old)])
    blocks: list[pdf.Block] = [
        pdf.Heading(say("新旧対照表"), 1),
        pdf.Paragraph(edition.title[code]),
        pdf.Details(
            [
                (say("件名"), document.title or body.title),
                (say("文書番号"), document.reference or say("未提示")),
                (say("変更する協定の版"), say("協定の第%(number)s版", number=what["base"].number)),
                (say("状態"), stands),
                *([(say("照合コード"), check_code(document.digest))] if document.digest else []),
            ]
        ),
        pdf.Table([say("条項"), say("変更後"), say("変更前")], rows, widths=(1, 2.4, 2.4)),
    ]
    if what["figures"]:
        blocks += [
            pdf.Heading(say("ポータルが算定に使う定めの違い"), 2),
            pdf.Table(
                [say("項目"), say("変更後"), say("変更前")],
                [list(row) for row in what["figures"]],
                widths=(1.2, 1.6, 1.6),
            ),
        ]
    if what["moved"]:
        blocks += [
            pdf.Heading(say("算定される日の違い"), 2),
            pdf.Table(
                [say("項目"), say("変更後"), say("変更前"), say("違い")],
                [
                    [one["label"], one["new"], one["old"], say("変わる") if one["has_moved"] else say("変わらない")]
                    for one in what["moved"]
                ],
                widths=(1.3, 1.6, 1.6, 0.6),
            ),
        ]
    return pdf.Paper(
        title=say("新旧対照表 %(reference)s", reference=document.reference or ""),
        blocks=blocks,
        footer=say("下線は加わった言葉、取り消し線はなくなった言葉です。作成 %(moment)s", moment=moment(now)),
        language=code,
        made_at=now,
    )


def _cell(segments: Any) -> pdf.Cell:
    if not segments:
        return say("（なし）")
    return [(text, _KINDS[kind]) for kind, text in segments]  # type: ignore[misc]  # one of three words


# --------------------------------------------------------------------------------------- the executed document


def _of_execution(session: Session, reader: Actor, document: Document | None, body: Body) -> dict[str, Any]:
    """What stands beside a registration: the change it carries out, and what comes of it. Without a document: the words
    to start from."""
    assert isinstance(body, ExecutionBody)
    if document is None:
        asked = request.args.get("amendment", "")[:40]
        amended = _facts_of(session, reader, asked).amended
        return {"body": _execution_of(amended, asked), "amended": amended}
    if body == ExecutionBody():
        return {}
    facts = _facts_of(session, reader, body.amendment)
    found: dict[str, Any] = {"amended": facts.amended, "withheld": set()}
    if facts.amended is not None:
        words: Any = body_of(AMENDMENT, facts.amended)
        made = facts.amended.edition
        found |= preview(
            session, replace(words, effective_on=body.effective_on), replace(facts, edition=made)
        )
        if made is not None:
            found["withheld"] = {"hold", "lift_hold", "replace"}
    effective, signed = day_of(body.effective_on), day_of(body.signed_on)
    found["is_backwards"] = bool(effective and signed and effective < signed)
    found["effective_on"] = effective
    return found


def _facts_of(session: Session, reader: Actor, typed: str) -> Facts:
    """What stands beside the registration of a document that carries out the change whose number was typed."""
    return queries.facts(session, reader, kind=AMENDMENT.key, reference=reference_of(typed))


def _execution_of(amended: Any, asked: str) -> ExecutionBody:
    edition: Edition = g.edition_in_force()
    if amended is None:
        return ExecutionBody(amendment=asked)
    words: Any = body_of(AMENDMENT, amended)
    return ExecutionBody(
        title=say("%(title)s（交わした文書）", title=amended.title),
        amendment=amended.reference,
        sort=words.sort,
        effective_on=words.effective_on,
        originals=str(edition.originals.count),
    )


# --------------------------------------------------------------------------------------- beside a clause


def beside(kind: str, id: str) -> Markup:
    """What stands under a clause on the page of the agreement: the changes to it that are under consultation (`clause`),
    and the way to ask for another wording (`clause_acts`); nothing elsewhere."""
    if kind not in ("clause", "clause_acts"):
        return Markup("")
    edition: Edition = g.edition_in_force()
    if "amendments_beside" not in g:
        session, who = reading(), actor()
        life = agreement.in_force(session, edition, today_of(session))
        may = who.may(Permission.DRAFT) and _is_amendable(edition, life)
        g.amendments_beside = (queries.on_the_table(session, who), may)
    found, may = g.amendments_beside
    if kind == "clause_acts":
        offers = (
            may and id not in _articles(edition) and bool(set(edition.parts_of(id)) & set(choosable(edition)))
        )
        href = url_for("amendments.amendment_new", clause=id)
        return part("amendments/_beside.html", "act", href) if offers else Markup("")
    parts = (
        set(edition.parts_of(id)) if edition.article_of(id) is None or id not in _articles(edition) else {id}
    )
    lines = [
        (row.reference, row.title, url_for("amendments.amendment", id=row.id))
        for row in found
        if parts & set(listed(row.clauses))
    ]
    return part("amendments/_beside.html", "under_clause", lines) if lines else Markup("")


def _articles(edition: Edition) -> set[str]:
    return {one.id for one in edition.articles}


def _whole(text: str | None) -> int | None:
    if text is None or not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(404)
    return int(text)


mount(
    amendments,
    EXECUTION,
    name="execution",
    path="/executions",
    form=ExecutionForm,
    fields="amendments/_execution_fields.html",
    context=_of_execution,
    aside="amendments/_execution_aside.html",
    beforehand="amendments/_preview.html",
)
mount(
    amendments,
    AMENDMENT,
    name="amendment",
    path="",
    form=AmendmentForm,
    fields="amendments/_amendment_fields.html",
    context=_of_amendment,
    aside="amendments/_amendment_aside.html",
    beforehand="amendments/_preview.html",
)
