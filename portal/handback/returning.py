"""What becomes of it: asked, instructed, carried out, acknowledged, retained by law; and what is erased with it (art. 5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.consent.paper import listed
from portal.handback import events, queries, rules
from portal.handback.acting import (
    Doing,
    Target,
    about,
    chosen,
    end,
    held_of,
    holdings_of,
    one_of,
    open_holders,
    own_party,
    passed_on,
)
from portal.handback.models import Handover, HandoverFile, HandoverRecord, HoldingAct
from portal.handback.rules import Act, Carried, Choice, Retention, Step
from portal.history.erasing import erase_file, erase_words
from portal.history.work import Work
from portal.kernel.db import Subject
from portal.kernel.ids import new_id

# --------------------------------------------------------------------------------------- handing back


def ask(work: Work, target: Target, *, choice: str, remark: str = "") -> list[HoldingAct]:
    """The receiver has asked the discloser what is to become of it."""
    work.must(Permission.KEEP_LEDGER)
    mine = own_party(work)
    found = chosen(work, target, must_be=lambda held: rules.must_be_askable(held, mine, choice=choice))
    doing = Doing(work, Act.ASK, False, new_id())
    return [
        doing.on(holding, row, {"remark": remark}, events.HandbackAsked, choice=choice, remark=remark)
        for holding, row in found
    ]


def instruct(
    work: Work, target: Target, *, choice: str, erases: bool = False, remark: str = ""
) -> list[HoldingAct]:
    """The discloser has said what becomes of it: returned, disposed of, or left to the receiver; line by line or by a rule
    (R5-3). While the agreement is in force it is a request; after the end an instruction (art. 5)."""
    work.must(Permission.HAND_BACK)
    mine = own_party(work)
    found = chosen(work, target, must_be=lambda held: rules.must_be_instructible(held, mine, choice=choice))
    erases = erases and choice != Choice.KEEP
    reach = queries.reach_of(work.session, agreement.edition(work.session), work.today)
    how = "instruction" if reach.has_ended else "request"
    doing = Doing.of(work, Act.INSTRUCT, found)
    made = [
        doing.on(
            holding, row, {"remark": remark}, events.HandbackInstructed, choice=choice, erases=erases, remark=remark,
            how=how,
        )
        for holding, row in found
    ]  # fmt: skip
    doing.tell(found, choice=choice, rule=target.words if target.rule is not None else "", name=how)
    return made


Elsewhere = Callable[[Session, str], Sequence[tuple[str, str, str]]]
"""Where else a file stands shared in the portal, by its digest: the row, the party that shared it, and the reference of
the paper or record."""


def _nowhere(_session: Session, _sha256: str) -> Sequence[tuple[str, str, str]]:
    return ()


def carry_out(
    work: Work, target: Target, said: Carried, *, elsewhere: Elsewhere = _nowhere
) -> list[HoldingAct]:
    """The receiver has returned it, or disposed of it as instructed; the discloser is asked to acknowledge (R5-3). What
    the discloser wanted erased in the portal is erased once every receiver is done with it (security.md 5.6)."""
    work.must(Permission.HAND_BACK)
    mine = own_party(work)
    found = chosen(work, target)
    out = {holding.id: passed_on(work, holding.id) for holding, _ in found}
    for holding, row in found:
        rules.must_be_carried_out(
            held_of(holding, row), mine, said, passed_on=len(out[holding.id]), today=work.today
        )
    assert said.on_day is not None
    doing = Doing.of(work, Act.CARRY_OUT, found)
    words = {
        "means": said.means,
        "by_whom": said.by_whom,
        "searched": [one for one in rules.SEARCHED_NAMES if one in said.searched],
        "found": said.found,
        "backups_until": said.backups_until.isoformat() if said.backups_until else None,
        "has_no_backups": said.has_no_backups,
        "is_gathered": said.is_gathered,
    }
    made = []
    for holding, row in found:
        holding.done_on = said.on_day
        made.append(
            doing.on(
                holding, row, words | {"copies": row.copies, "gathered": len(out[holding.id])},
                events.HandbackCarriedOut, choice=said.choice, on_day=said.on_day,
            )
        )  # fmt: skip
        for one in open_holders(work, holding.id):
            end(work, one, row, how=said.means, on_day=said.on_day)
    doing.tell(found, choice=said.choice)
    for row in {row.id: row for _, row in found}.values():
        _erase_if_all_is_done(work, row, elsewhere)
    return made


def acknowledge(work: Work, target: Target, *, is_so: bool, remark: str = "") -> list[HoldingAct]:
    """The discloser has acknowledged what was carried out, which is settled now; or has said what it sees otherwise, and
    it is to be carried out again (R5-3)."""
    work.must(Permission.HAND_BACK)
    mine = own_party(work)
    found = chosen(
        work,
        target,
        must_be=lambda held: rules.must_be_acknowledgeable(held, mine, is_so=is_so, remark=remark),
    )
    act, event = (
        (Act.ACKNOWLEDGE, events.HandbackAcknowledged) if is_so else (Act.DISPUTE, events.HandbackDisputed)
    )
    doing = Doing.of(work, act, found) if is_so else Doing(work, act, False, new_id())
    made = [
        doing.on(holding, row, {"remark": remark}, event, choice=holding.done, remark=remark)
        for holding, row in found
    ]
    doing.tell(found)
    return made


def retain(work: Work, target: Target, said: Retention) -> list[HoldingAct]:
    """The receiver keeps it because the law makes it: with the law, the time and who may see it; told to the discloser,
    open for consultation, and no completion (R5-3)."""
    work.must(Permission.HAND_BACK)
    mine = own_party(work)
    found = chosen(work, target, must_be=lambda held: rules.must_be_retainable(held, mine, said))
    doing = Doing.of(work, Act.RETAIN, found)
    words = {
        "basis": said.basis,
        "until": said.until.isoformat() if said.until else None,
        "period": said.period,
        "access": said.access,
    }
    made = []
    for holding, row in found:
        holding.retained_until = said.until
        made.append(doing.on(holding, row, words, events.HandbackRetained, basis=said.basis))
    doing.tell(found)
    return made


def say(work: Work, holding_id: str, *, text: str) -> HoldingAct:
    """One of the two sides has written down what was said in consulting about it."""
    work.must(Permission.KEEP_LEDGER)
    holding, row = one_of(work, holding_id)
    rules.must_be_one_of_the_two(held_of(holding, row), own_party(work))
    if not text.strip():
        raise rules.RemarkMissing("text")
    doing = Doing(work, Act.SAY, False, new_id())
    return doing.on(holding, row, {"remark": text}, events.HandbackSaid, remark=text)


# --------------------------------------------------------------------------------------- erasing


def _erase_if_all_is_done(work: Work, row: Handover, elsewhere: Elsewhere) -> None:
    """Once every receiver has returned it or disposed of it, and the discloser wants it erased from each, its files and
    what was said about it are gone from the portal, with the lines that it corrected."""
    holdings = [one for one in holdings_of(work, row.id) if one.step in rules.LISTED]
    is_done = all(
        one.erases and one.step in {Step.CARRIED_OUT, Step.RETURNED, Step.DISPOSED} for one in holdings
    )
    if not holdings or not is_done or row.erased_at is not None:
        return
    parties = {row.discloser, *listed(row.receivers)}
    places: list[str] = []
    gone: list[Subject] = []
    one: Handover | None = row
    while one is not None:
        places += _erase(work, one, row, parties, elsewhere)
        gone.append(one.subject)
        one = work.session.get(Handover, one.corrects_id) if one.corrects_id else None
    work.record(
        events.HandoverErased(
            **about(row), reference=row.reference, files=row.erased_files, places=sorted(set(places))
        ),
        *gone,
    )


def _erase(work: Work, row: Handover, whole: Handover, parties: set[str], elsewhere: Elsewhere) -> list[str]:
    """This one line's files and words are gone; the references of where its files stood too."""
    places: list[str] = []
    files = work.session.scalars(select(HandoverFile).where(HandoverFile.handover_id == row.id)).all()
    for file in files:
        for id, party, reference in elsewhere(work.session, file.sha256) if file.sha256 else ():
            if party in parties:
                erase_file(work, id, row.subject, reference=whole.reference)
                places.append(reference)
        file.name = file.sha256 = ""
        file.findings, file.erased_at = "[]", work.at
    work.session.get_one(HandoverRecord, row.id).sealed = None
    row.erased_at, row.erased_files = work.at, len(files)
    row.erased_words = erase_words(
        work, row.subject, fields=events.DESCRIBING, reference=whole.reference, title=f"{row.reference} {row.title}",
        under="after_end", activity_id=row.activity_id,
    )  # fmt: skip
    return places
