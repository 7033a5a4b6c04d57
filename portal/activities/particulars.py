"""The particulars of an activity (別途定める具体的事項): timing, method and the rest, agreed as their own document."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM
from portal.activities import rules
from portal.activities.events import ActivityReady
from portal.activities.models import Activity
from portal.activities.proposal import PERSONAL_DATA_NAMES, chosen, settle
from portal.activities.rules import MOST_MILESTONES, TIMING_NAMES, Planned, State, Timing
from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.consent import queries as consent
from portal.consent.body import Body, Form, says
from portal.consent.kind import DocumentKind, party_row_words
from portal.consent.models import Document, Revision
from portal.consent.rules import ON_THE_TABLE, Standing
from portal.history.work import Work
from portal.kernel import days
from portal.kernel.db import Subject
from portal.kernel.errors import ask_all
from portal.kernel.words import N_
from portal.web.language import say

COST_NAMES = {
    "own": N_("各自負担（それぞれが自分の側の経費を負担する）"),
    "separate_contract": N_("別途契約による"),
    "none": N_("取引の約束なし（経費の負担を伴う取引はない）"),
}
"""Who bears the costs; amounts have no place here (R2-9, R6.1-2)."""

_TIMING_FIELDS = {
    Timing.DAY: ("day",),
    Timing.RANGE: ("start", "end"),
    Timing.MILESTONES: ("milestones",),
    Timing.UNDECIDED: ("settle_by",),
}


@dataclass(frozen=True)
class ParticularsBody(Body):
    """What particulars say (R2-9)."""

    title: str = says(N_("件名"))
    timing_kind: str = says(N_("実施時期の定め方"), Form.CHOICE)
    day: str = says(N_("実施日"), Form.DAY)
    start: str = says(N_("開始日"), Form.DAY)
    end: str = says(N_("終了日"), Form.DAY)
    milestones: tuple[tuple[str, ...], ...] = says(N_("節目"), Form.ROWS)
    settle_by: str = says(N_("実施時期を協議する期限の月"), Form.CHOICE)
    method: str = says(N_("実施方法"), Form.MARKDOWN)
    place: str = says(N_("場所"), Form.TEXT)
    roles: tuple[tuple[str, ...], ...] = says(N_("各当事者の役割"), Form.ROWS)
    target_group: str = says(N_("対象者"), Form.TEXT)
    cost: str = says(N_("経費の負担"), Form.CHOICE)
    contract_reference: str = says(N_("別途契約の番号・名称"))
    personal_data: str = says(N_("個人情報"), Form.CHOICE)
    data_kinds: str = says(N_("扱うデータの種類"), Form.TEXT)
    data_reason: str = says(N_("個人情報を扱う理由"), Form.TEXT)
    third_parties: str = says(N_("関わる第三者"), Form.TEXT)
    exit: str = says(N_("終わり方"), Form.TEXT)
    other: str = says(N_("その他の事項"), Form.TEXT)


class Particulars(DocumentKind):
    """Particulars; only once every party has consented to them can the activity start (R2-3)."""

    key: ClassVar[str] = "particulars"
    prefix: ClassVar[str] = "PAR"
    clause: ClassVar[str] = "particulars"
    noun: ClassVar[str] = N_("具体的事項")
    home_label: ClassVar[str] = N_("取組")
    act: ClassVar[str] = N_("この取組の実施時期・実施方法その他の具体的事項に、自分の側として同意します。")
    Words: ClassVar[type[Body]] = ParticularsBody
    place: ClassVar[str] = "activities.particulars"
    home_page: ClassVar[str] = "activities.activity"

    def choice_words(self, name: str, value: str, edition: Edition, language: str) -> str:
        """The words of a choice; a month in words."""
        if name == "settle_by":
            month = rules.month_of(value)
            return days.month_in_words(*month, language) if month else value
        names = {"timing_kind": TIMING_NAMES, "cost": COST_NAMES, "personal_data": PERSONAL_DATA_NAMES}.get(
            name, {}
        )
        word = dict(names).get(value)  # type: ignore[call-overload]  # keys of three kinds, all texts
        return say(word) if word else value

    def row_words(self, name: str, row: tuple[str, ...], edition: Edition, language: str) -> str:
        """A milestone by its day, a role by its party."""
        if name != "milestones":
            return party_row_words(row, edition, language)
        on = rules.day_of(row[0])
        return say("%(day)s：%(words)s", day=on or row[0], words=row[1]) if len(row) == 2 and any(row) else ""

    def leaves_out(self, body: Body) -> Collection[str]:
        """The days of the other kinds of timing, a contract that is none, a reason that is not needed."""
        assert isinstance(body, ParticularsBody)
        own = _TIMING_FIELDS.get(Timing(body.timing_kind), ()) if body.timing_kind in set(Timing) else ()
        silent = {name for names in _TIMING_FIELDS.values() for name in names if name not in own}
        if body.cost != "separate_contract":
            silent.add("contract_reference")
        if body.personal_data != "yes":
            silent.add("data_reason")
        return silent

    def check_draft(self, body: Body, edition: Edition) -> None:
        """Days that exist, no end before its start; what was typed is kept (excellent 3.2)."""
        assert isinstance(body, ParticularsBody)
        rules.must_be_in_order(
            body.timing_kind,
            day=body.day,
            start=body.start,
            end=body.end,
            milestones=body.milestones[:MOST_MILESTONES],
        )

    def check(self, body: Body, edition: Edition) -> None:
        """A title, the timing chosen in full, the method, who bears the costs, what data (R2-9)."""
        assert isinstance(body, ParticularsBody)
        ask_all(
            lambda: rules.must_have_a_title(body.title),
            lambda: self.check_draft(body, edition),
            lambda: rules.must_say_the_timing(
                body.timing_kind,
                day=body.day,
                start=body.start,
                end=body.end,
                milestones=body.milestones,
                settle_by=body.settle_by,
            ),
            lambda: rules.must_settle_the_rest(
                method=body.method,
                cost=body.cost,
                contract=body.contract_reference,
                personal_data=body.personal_data,
            ),
            lambda: rules.must_explain_personal_data(body.personal_data, body.data_kinds, body.data_reason),
        )

    def must_be_agreeable(self, work: Work, document: Document, body: Body) -> None:
        """The activity's proposal is agreed by every party and not held, the activity goes on, and these
        particulars are its first or replace those in force (S2; R2-3; decision 24)."""
        activity = activity_under_lock(work, document)
        rules.must_go_on(State(activity.state))
        must_be_agreed(work.session, activity)
        agreed = work.session.get(Document, activity.particulars_id) if activity.particulars_id else None
        rules.must_replace_what_is_settled(
            agreed.id if agreed else None, document.replaces_id, (agreed.reference or "") if agreed else ""
        )

    def must_be_holdable(self, work: Work, document: Document) -> None:
        """The activity goes on: of what is over there is nothing left to stop (R2-10)."""
        rules.must_go_on(State(activity_under_lock(work, document).state))

    def must_be_replaceable(self, work: Work, document: Document) -> None:
        """The activity goes on (R2-10)."""
        rules.must_go_on(State(activity_under_lock(work, document).state))

    def on_tabled(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """As long as no particulars are agreed, the days on the table count as planned (R2-6)."""
        assert isinstance(body, ParticularsBody)
        activity = activity_under_lock(work, document)
        rules.must_go_on(State(activity.state))
        if activity.particulars_id is None:
            activity.settle_by = body.settle_by if body.timing_kind == Timing.UNDECIDED else ""
            settle(activity, work, planned(body))

    def on_agreed(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """These particulars are in force; with the timing settled the activity may start (実施可; R2-3)."""
        assert isinstance(body, ParticularsBody)
        activity = activity_under_lock(work, document)
        plan = planned(body)
        was = State(activity.state)
        state = rules.state_settled(was, is_timed=plan.is_settled)
        proposal = work.session.get_one(Document, activity.proposal_id)
        activity.particulars_id, activity.settled_for = document.id, proposal.digest
        activity.settle_by = body.settle_by if body.timing_kind == Timing.UNDECIDED else ""
        activity.state = state
        settle(activity, work, plan)
        if state is State.READY and was is not State.READY:
            work.record(
                ActivityReady(
                    about=activity.subject,
                    activity_id=activity.id,
                    reference=activity.reference,
                    title=activity.title,
                    particulars=document.reference or "",
                ),
                by=SYSTEM,
            )

    def on_closed(self, work: Work, document: Document) -> None:
        """Days that were only on the table are planned no more."""
        activity = activity_under_lock(work, document)
        if activity.particulars_id is None and activity.planned_start is not None:
            settle(activity, work, Planned())

    def also_about(self, document: Document) -> tuple[Subject, ...]:
        """Its activity."""
        return (Subject("activity", document.activity_id),) if document.activity_id else ()


def planned(body: ParticularsBody) -> Planned:
    """The planned days that the particulars give."""
    return rules.planned(
        body.timing_kind, day=body.day, start=body.start, end=body.end, milestones=body.milestones
    )


def activity_under_lock(work: Work, document: Document) -> Activity:
    """The activity that the particulars concern. Raises NoActivity when they name none."""
    activity = work.session.get(Activity, document.activity_id) if document.activity_id else None
    if activity is None:
        raise rules.NoActivity("title")
    return activity


def must_be_agreed(session: Session, activity: Activity) -> None:
    """Raises the RuleBroken that names each party's word unless the activity's proposal is agreed and not held."""
    edition = agreement.edition(session)
    proposal = session.get_one(Document, activity.proposal_id)
    standing = Standing(proposal.standing)
    consented = (
        consent.consents_of(session, [proposal.id])[proposal.id] if standing in ON_THE_TABLE else {}
    )
    items = chosen(activity.items.split(","), edition)
    rules.must_be_agreed(
        standing,
        items_by_agreement=[item.citation for item in items if item.needs_agreement],
        status=rules.status_of([(one.key, one.defined_as) for one in edition.parties], consented),
    )


PARTICULARS = Particulars()
