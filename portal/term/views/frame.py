"""What every page of article 4 stands on: the day's reckoning, the sentence on writing, refusals, files."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from portal.agreement import queries as agreement
from portal.agreement.life import DatesNow
from portal.agreement.settled import Question, Settled
from portal.agreement.text import Edition
from portal.consent.rules import CAPACITY_NAMES, Capacity
from portal.consent.views import kept_part
from portal.history import queries as history
from portal.history.queries import Reading
from portal.history.views import surroundings, told
from portal.kernel import days
from portal.kernel.clock import day_in_japan
from portal.kernel.errors import Refused, RuleBroken
from portal.kernel.files import FileTooLarge
from portal.kernel.periods import Basis, TakesEffect
from portal.kernel.uploads import FINDINGS, UploadRefused, inspect, safe_file_name
from portal.term import letter, reckoning, rules
from portal.term.commands import Evidence
from portal.term.models import TermFile
from portal.term.notice import kinds_of
from portal.term.reckoning import Reckoned
from portal.web.forms import PortalForm
from portal.web.headers import name_the_file
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.reading import actor, portal, reading

term = Blueprint("term", __name__, url_prefix="/term")


_RECKONED: Kept[Reckoned] = Kept(50)


def reckoned() -> tuple[Edition, DatesNow, Settled, Reckoned]:
    edition: Edition = g.edition_in_force()
    session, on = reading(), today()
    dates = agreement.dates_now(session, edition)
    settled = agreement.settled(session, edition)
    made_from = (edition.digest, edition.in_force_from, settled.conventions, dates, on)
    found = _RECKONED.get(
        made_from, lambda: reckoning.reckoned(edition, dates, on, settled.conventions)
    )
    return edition, dates, settled, found


def today() -> dt.date:
    return day_in_japan(portal().clock.now())


def read_day(text: str) -> tuple[dt.date | None, str | None]:
    """The day typed, or the sentence that says why it is none."""
    if not text.strip():
        return None, None
    try:
        return days.read_day(text), None
    except days.ImpossibleDay as fault:
        return None, say(fault.sentence, **fault.facts)


def articles_of_writing(edition: Edition, code: str) -> list[str]:
    """The articles that ask for writing, as the edition calls them, each once (R4-2)."""
    found: list[str] = []
    for notice in (edition.non_renewal, edition.termination):
        if notice is not None and notice.form == "writing":
            article = edition.article_of(notice.clause)
            label = article.label[code] if article else edition.clause(notice.clause).label[code]
            if label not in found:
                found.append(label)
    return found


def writing_now(edition: Edition, settled: Settled) -> str | None:
    """The fixed sentence on writing; None for an agreement that asks for none (R4-2, R4-3)."""
    articles = articles_of_writing(edition, language())
    if not articles:
        return None
    reference = settled.of(Question.ELECTRONIC_WRITING).reference
    sentence, facts = letter.writing_sentence(
        articles, electronic=settled.electronic_is_writing, reference=reference
    )
    return say(sentence, **facts)


def writing_of(said: Any, edition: Edition) -> str | None:
    """The same as it applied when a notice was registered: the record keeps which (R4-3)."""
    articles = articles_of_writing(edition, language())
    if not articles:
        return None
    sentence, facts = letter.writing_sentence(
        articles, electronic=said.electronic, reference=said.electronic_reference
    )
    return say(sentence, **facts)


def label_of(edition: Edition) -> Any:
    code = language()
    return lambda key: edition.party(key).defined_as[code]


def nothing_to_end(edition: Edition, on: dt.date) -> list[tuple[str, str]]:
    """Why no notice could end the agreement on the day, and what to do, in words; nothing while one could (art. 4)."""
    life = agreement.in_force(reading(), edition, on)
    if life.is_in_force or (life.term is not None and not life.has_begun):
        return []
    return [words_of(rules.NothingToEnd())]


def words_of(refused: Refused) -> tuple[str, str]:
    """What is refused, and what to do next, in the reader's language."""
    return say(refused.sentence, **refused.facts), say(refused.next_step, **refused.facts)


def terms_offered(edition: Edition, dates: DatesNow, found: Reckoned) -> list[tuple[int, str]]:
    return [
        (number, say("第%(number)s期（満了日 %(day)s）", number=number, day=expiry))
        for number, expiry in reckoning.terms_to_end(edition, dates, found.today)
    ]


def counted_now(edition: Edition, settled: Settled, kind: str) -> Any:
    term_of = kinds_of(edition).get(kind)
    return reckoning.counted_by(edition, settled.conventions, term_of.lead_months) if term_of else None


def decision_words(one: Any) -> str:
    capacity = say(CAPACITY_NAMES[Capacity(one.capacity)])
    if one.absent_post:
        capacity = say("%(capacity)s（%(post)s不在のため）", capacity=capacity, post=one.absent_post)
    return say("%(reference)s（%(day)s）", reference=one.reference, day=one.decided_on) + f"　{capacity}"


def entries(id: str) -> list[Any]:
    """What the history tells of it to this reader, the latest first."""
    lines = history.of_document(reading(), actor(), id)
    return [kept_part("entry", one) for one in told(lines, surroundings(), Reading.TRAIL)]


def saves_of(form: Any) -> int:
    text = form.saves.data or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def refuse(form: PortalForm, refused: Refused) -> None:
    """Every sentence stands beside its field."""
    for one in refused.each if isinstance(refused, RuleBroken) else [refused]:
        form.refuse(one.field or "", sentence(one))


def sentence(refused: Refused) -> str:
    return f"{say(refused.sentence, **refused.facts)} {say(refused.next_step, **refused.facts)}"


def received_file(form: PortalForm, name: str) -> Evidence | None:
    """The file sent in the field, inspected and kept; None for none. What is wrong with it stands beside the field."""
    upload = request.files.get(name)
    return inspected(upload, form, name) if upload is not None and upload.filename else None


def inspected(upload: FileStorage, form: PortalForm, field: str) -> Evidence | None:
    files, limit = portal().files, portal().settings.upload_limit
    try:
        name = safe_file_name(upload.filename or "")
        with files.receive(upload.stream, limit=limit) as (path, kept):
            found = inspect(path, name)
            files.keep_received(path, kept)
        return Evidence(name, kept, found)
    except UploadRefused as refused:
        form.refuse(field, say(refused.sentence, detail=refused.detail))
    except FileTooLarge:
        most = limit // 1_000_000
        form.refuse(field, say("大きすぎます。%(limit)s MB以内のファイルにしてください。", limit=most))
    return None


def as_file(one: TermFile, href: str) -> dict[str, Any]:
    """A file as a list shows it."""
    return {
        "name": one.name,
        "href": href,
        "size": one.size,
        "kind": one.name.rpartition(".")[2].upper(),
        "digest": one.sha256,
        "findings": [say(FINDINGS[code], detail=detail) for code, detail in json.loads(one.findings)],
    }


def download(found: TermFile) -> ResponseReturnValue:
    answer = Response(portal().files.open(found.sha256), mimetype="application/octet-stream")
    name_the_file(answer, found.name)
    answer.headers["Content-Length"] = str(found.size)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def basis_of(basis: Basis) -> str:
    """The rule by which a day was reckoned, in words: it stands under every date."""
    return say(reckoning.BASIS_NAMES[basis])


def effect_of(lasts: reckoning.NoticeDeadlines) -> str:
    """The rule by which the last day in force follows from the day that a notice names, in words."""
    if lasts.takes_effect is None:
        return basis_of(lasts.basis)
    return (
        say("解約予定日の始まりに終わるものとして算定")
        if lasts.takes_effect is TakesEffect.START_OF_PLANNED_DATE
        else say("解約予定日の終わりに終わるものとして算定")
    )
