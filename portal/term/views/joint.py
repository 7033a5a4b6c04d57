"""The joint documents on the term: its dates, and what the parties settle together (R4-8)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import g, request
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.agreement.life import DatesNow
from portal.agreement.text import Edition
from portal.consent.body import Body
from portal.consent.models import Document
from portal.consent.views import mount
from portal.term import reckoning, rules
from portal.term.accord import ACCORD, FIELDS_OF, AccordBody
from portal.term.dates import DATES, DatesBody, blank
from portal.term.forms import (
    AccordForm,
    DatesForm,
)
from portal.term.reckoning import Reckoned
from portal.term.rules import What
from portal.term.views.frame import reckoned, term, today
from portal.web.language import say


def _of_dates(session: Session, reader: Actor, document: Document | None, body: Body) -> dict[str, Any]:
    """Words for a new document to start from; beside a document, what its dates lead to."""
    edition: Edition = g.edition_in_force()
    if document is None:
        return {"body": DatesBody(**blank(edition))}
    assert isinstance(body, DatesBody)
    return {"leads_to": _leads_to(edition, body)}


def _leads_to(edition: Edition, body: DatesBody) -> list[tuple[str, dt.date, str]]:
    """The terms that the dates would make up to now, each with its expiry day and the rule: what is confirmed with the
    dates is confirmed knowingly (満了日の確認; R4-8)."""
    given = DatesNow(
        rules.day_of(body.signed_on),
        rules.day_of(body.effective_on),
        rules.day_of(body.end_on_fixed),
        body.first_day == "counted",
        True,
        False,
        "",
    )
    start = given.effective_on or given.signed_on
    if start is None or (given.end_on_fixed is not None and given.end_on_fixed < start):
        return []  # a draft may say what cannot be
    found = reckoning.reckoned(edition, given, today())
    shown = [line for line in found.lines if line.stands != "to_come"] or found.lines[:1]
    return [
        (
            say("第%(number)s期", number=line.number),
            line.term.expiry,
            say(reckoning.BASIS_NAMES[line.basis]),
        )
        for line in shown
    ]


def _of_accord(session: Session, reader: Actor, document: Document | None, body: Body) -> dict[str, Any]:
    """What the form offers and starts from; beside a document, what follows from agreement."""
    edition, dates, _, found = reckoned()
    assert isinstance(body, AccordBody)
    number = found.running.number if found.running else len(found.lines)
    readings = {
        line.number: reckoning.confirmable(edition, dates, line.number)
        for line in found.lines
        if line.stands != "to_come"
    }
    extra: dict[str, Any] = {
        "withheld": {"hold", "lift_hold", "replace"},  # what follows from agreement follows at once
        "fields_of": FIELDS_OF,
        "readings": readings,
        "follows": _follows(edition, dates, found, body) if document is not None else [],
        "has_measures": edition.has_clause("after_end"),
    }
    what = request.args.get("what", "") if document is None else ""
    if document is None and what in set(What):
        extra["body"] = _accord_to_start(edition, dates, found, What(what), number)
    return extra


def _accord_to_start(
    edition: Edition, dates: DatesNow, found: Reckoned, what: What, number: int
) -> AccordBody:
    """Words to start from: the term that runs and its day, or the notice that the address names and its end."""
    reference = request.args.get("notice", "")[:40]
    title = say(rules.WHAT_NAMES[what])
    if what is What.EXPIRY and found.lines:
        readings = reckoning.confirmable(edition, dates, number)
        return AccordBody(
            title=say("第%(number)s期の満了日の確認", number=number),
            what=what,
            term=str(number),
            expiry=readings[0].isoformat() if readings else "",
        )
    last_day = ""
    if what is What.DOUBTFUL_END:
        last_day = _typed_day(request.args.get("last_day", ""))
    return AccordBody(
        title=f"{title}（{reference}）" if reference else title,
        what=what,
        notice=reference if "notice" in FIELDS_OF[what] else "",
        last_day=last_day,
    )


def _typed_day(text: str) -> str:
    found = rules.day_of(text[:10])
    return found.isoformat() if found else ""


def _follows(edition: Edition, dates: DatesNow, found: Reckoned, body: AccordBody) -> list[str]:
    """What follows from agreement, in sentences, as things stand now."""
    said = body.said()
    match said.what:
        case What.EXPIRY if said.expiry and rules.number_of(said.term):
            following = said.expiry + dt.timedelta(days=1)
            return [
                say(
                    "第%(number)s期の満了日は%(day)sとして扱い、ほかの数え方は示しません。",
                    number=said.term,
                    day=said.expiry,
                ),
                say("更新されれば、次の期は%(day)sに始まります。", day=following),
            ]
        case What.END | What.DOUBTFUL_END if said.last_day:
            survival = edition.survival
            until = reckoning.survival_end(said.last_day, survival.months) if survival else None
            sentences = [
                say("協定は%(day)sの終わりまで有効とし、終了を予告します。", day=said.last_day),
                say("その翌日から、新しい取組、範囲・具体的事項の合意、公表の合意はできなくなります。"),
            ]
            if until:
                sentences.append(say("終了後も効力のある条項は、%(day)sまで存続します。", day=until))
            if said.what == What.END:
                sentences.append(
                    say("終了後の措置（返却・処分）の定めを適用します。")
                    if said.measures == "apply"
                    else say("終了後の措置（返却・処分）の定めは適用しません。")
                )
            return sentences
        case What.WITHDRAWAL:
            return [say("%(notice)sは取り下げられ、それによる終了の予告はなくなります。", notice=said.notice)]
        case What.REVOCATION if dates.end is not None:
            return [say("%(day)sの終了の予告はなくなり、協定は続きます。", day=dates.end.last_day)]
        case What.RENEWAL if found.lines:
            last = found.lines[-1].term
            months = edition.renewal.months
            following = last.expiry + dt.timedelta(days=1)
            return [
                say("協定は%(start)sから%(expiry)sまで継続します。", start=following,
                    expiry=reckoning.survival_end(last.expiry, months)),
            ]  # fmt: skip
        case _:
            return []


mount(
    term,
    DATES,
    name="dates",
    path="/dates",
    form=DatesForm,
    fields="term/_dates_fields.html",
    context=_of_dates,
    aside="term/_dates_aside.html",
    beforehand="term/_dates_aside.html",
)
mount(
    term,
    ACCORD,
    name="accord",
    path="/accords",
    form=AccordForm,
    fields="term/_accord_fields.html",
    context=_of_accord,
    aside="term/_accord_aside.html",
    beforehand="term/_accord_aside.html",
)
