"""The proposal of an activity (実施の合意): that it is done at all, its matters, its measure, its purpose."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import ClassVar

from portal.access.actor import SYSTEM
from portal.activities import rules
from portal.activities.events import ActivityInScope
from portal.activities.models import Activity
from portal.activities.rules import Planned, State
from portal.agreement import queries as agreement
from portal.agreement.text import Edition, ScopeItem
from portal.consent.body import Body, Form, says
from portal.consent.kind import DocumentKind, party_row_words
from portal.consent.models import Document, Revision
from portal.consent.rules import Standing
from portal.history.work import Work
from portal.kernel.clock import day_in_japan
from portal.kernel.db import Subject
from portal.kernel.errors import ask_all
from portal.kernel.ids import new_id
from portal.kernel.words import N_
from portal.web.language import say

PERSONAL_DATA_NAMES = {"no": N_("扱わない"), "yes": N_("扱う")}


@dataclass(frozen=True)
class ProposalBody(Body):
    """What a proposal says (R1-1, R2-1)."""

    title: str = says(N_("取組の名称"))
    title_en: str = says(N_("取組の名称（英語）"))
    items: tuple[str, ...] = says(N_("協力事項"), Form.CHOICES)
    items_reason: str = says(N_("その協力事項に当たる理由"), Form.TEXT)
    measure: str = says(N_("施策名"))
    sections: tuple[tuple[str, ...], ...] = says(N_("担当する部局・室課"), Form.ROWS)
    purposes: tuple[str, ...] = says(N_("協定の目的"), Form.CHOICES)
    purpose_reason: str = says(N_("その目的に当たる理由"), Form.TEXT)
    summary: str = says(N_("取組の概要"), Form.MARKDOWN)
    roles: tuple[tuple[str, ...], ...] = says(N_("各当事者が行うこと"), Form.ROWS)
    third_parties: str = says(N_("関わる第三者"), Form.TEXT)
    personal_data: str = says(N_("個人情報"), Form.CHOICE)
    data_kinds: str = says(N_("扱うデータの種類"), Form.TEXT)
    data_reason: str = says(N_("個人情報を扱う理由"), Form.TEXT)
    consultation_from: str = says(N_("協議を始めた日"), Form.DAY)


class ActivityProposal(DocumentKind):
    """A proposal; every party's consent to it is needed for any activity, and for some matters it is also what
    brings them into scope (decision 24)."""

    key: ClassVar[str] = "activity_proposal"
    prefix: ClassVar[str] = "ACT"
    clause: ClassVar[str] = "scope"
    noun: ClassVar[str] = N_("取組の提案")
    home_label: ClassVar[str] = N_("取組")
    act: ClassVar[str] = N_(
        "この取組を行うことと、その協力事項・施策・目的に、自分の側として同意します（実施の合意）。"
    )
    Words: ClassVar[type[Body]] = ProposalBody
    place: ClassVar[str] = "activities.proposal"
    home_page: ClassVar[str] = "activities.activity"

    def choice_words(self, name: str, value: str, edition: Edition, language: str) -> str:
        """A matter as the agreement cites and words it; a purpose by its words; personal data yes or no."""
        if name == "items":
            found = next((item for item in edition.scope_items if item.key == value), None)
            return f"{found.citation[language]}　{found.text[language]}" if found else value
        if name == "purposes":
            text = next((one.text for one in edition.purposes if one.key == value), None)
            return text[language] if text else value
        return say(PERSONAL_DATA_NAMES[value]) if value in PERSONAL_DATA_NAMES else value

    def row_words(self, name: str, row: tuple[str, ...], edition: Edition, language: str) -> str:
        """The party by its defined name, and what is said of it."""
        return party_row_words(row, edition, language)

    def leaves_out(self, body: Body) -> Collection[str]:
        """Why personal information is handled, where none is."""
        assert isinstance(body, ProposalBody)
        return ("data_reason",) if body.personal_data != "yes" else ()

    def check_draft(self, body: Body, edition: Edition) -> None:
        """A matter that hangs on measures cannot even be saved without naming the measure (R2-1)."""
        assert isinstance(body, ProposalBody)
        needing = [item.citation for item in chosen(body.items, edition) if item.needs_measure]
        party = edition.party(edition.measure_of).defined_as if edition.measure_of else ""
        rules.must_name_the_measure(needing, body.measure, party)

    def check(self, body: Body, edition: Edition) -> None:
        """Title, matter, purpose and why, and the section responsible for the measure (R1-1, R1-3, R2-1)."""
        assert isinstance(body, ProposalBody)
        items = chosen(body.items, edition)
        owner = edition.measure_of if any(item.needs_measure for item in items) else None
        ask_all(
            lambda: self.check_draft(body, edition),
            lambda: rules.must_be_whole(
                title=body.title,
                items=[item.key for item in items],
                purposes=body.purposes,
                purpose_reason=body.purpose_reason,
                section=row_of(body.sections, owner) if owner else None,
                section_party=edition.party(owner).defined_as if owner else None,
            ),
            lambda: rules.must_explain_personal_data(body.personal_data, body.data_kinds, body.data_reason),
        )

    def must_be_holdable(self, work: Work, document: Document) -> None:
        """The activity goes on: of what is over there is nothing left to stop (R2-10)."""
        _must_go_on(work, document)

    def must_be_replaceable(self, work: Work, document: Document) -> None:
        """The activity goes on: the register's memory of what is over is not written anew (R2-10)."""
        _must_go_on(work, document)

    def on_tabled(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """From its first tabling on every party knows of the activity; until agreement it says what the latest
        revision says. A proposal that replaces an agreed one changes nothing until it is agreed itself."""
        assert isinstance(body, ProposalBody)
        if document.replaces_id is not None:
            replaced = work.session.get_one(Document, document.replaces_id)
            document.activity_id = replaced.activity_id
            return
        activity = _activity(work, document.activity_id) or _begin(work, document, body)
        _say(activity, work, document, body)

    def on_agreed(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """Every party has agreed that the activity is done (実施の合意); a matter that only agreement brings into
        scope is in scope from now on, and it is told (R2-3)."""
        assert isinstance(body, ProposalBody)
        activity = _activity(work, document.activity_id)
        assert activity is not None
        activity.state = rules.state_agreed(State(activity.state))
        _say(activity, work, document, body)
        items = chosen(body.items, agreement.edition(work.session))
        if by_agreement := [item.key for item in items if item.needs_agreement]:
            work.record(
                ActivityInScope(
                    about=activity.subject,
                    activity_id=activity.id,
                    reference=activity.reference,
                    title=activity.title,
                    items=",".join(by_agreement),
                ),
                by=SYSTEM,
            )

    def on_closed(self, work: Work, document: Document) -> None:
        """An activity whose proposal is declined or withdrawn stays in the register as such (S2; R2-10)."""
        activity = _activity(work, document.activity_id)
        if activity is None or activity.state != State.PROPOSED or activity.proposal_id != document.id:
            return
        activity.state = rules.is_over_by(Standing(document.standing))
        activity.changed_at = work.at

    def activity_of_copy(self, source: Document, *, replaces: bool) -> str | None:
        """A copy begins another activity; what replaces a proposal concerns the same one."""
        return source.activity_id if replaces else None

    def also_about(self, document: Document) -> tuple[Subject, ...]:
        """Its activity."""
        return (Subject("activity", document.activity_id),) if document.activity_id else ()


def chosen(items: Iterable[str], edition: Edition) -> list[ScopeItem]:
    """The matters of the edition that are among `items`, in the edition's order."""
    wanted = set(items)
    return [item for item in edition.scope_items if item.key in wanted]


def row_of(rows: Iterable[tuple[str, ...]], party: str) -> str:
    """What the rows say of `party`; empty if nothing."""
    return next((row[1] for row in rows if len(row) == 2 and row[0] == party), "")


def settle(activity: Activity, work: Work, plan: Planned) -> None:
    """The row's planned days, its span in the register, and the moment of its last change follow `plan`."""
    activity.planned_start, activity.planned_end = plan.start, plan.end
    place_in_register(activity)
    activity.changed_at = work.at


def place_in_register(activity: Activity) -> None:
    """The days the activity takes in the register follow its state and its days."""
    span = rules.span(
        State(activity.state),
        tabled_on=day_in_japan(activity.begun_at),
        plan=Planned(activity.planned_start, activity.planned_end),
        started_on=activity.started_on,
        ended_on=activity.ended_on,
    )
    activity.first_on, activity.last_on = span.first, span.last


def _activity(work: Work, activity_id: str | None) -> Activity | None:
    return work.session.get(Activity, activity_id) if activity_id else None


def _must_go_on(work: Work, document: Document) -> None:
    activity = _activity(work, document.activity_id)
    if activity is not None:
        rules.must_go_on(State(activity.state))


def _begin(work: Work, document: Document, body: ProposalBody) -> Activity:
    assert document.reference and document.number
    document.activity_id = new_id()
    return work.add(
        Activity(
            id=document.activity_id,
            number=document.number,
            reference=document.reference,
            title=body.title,
            party=document.party,
            state=State.PROPOSED,
            proposal_id=document.id,
            begun_at=work.at,
            first_on=work.today,
            last_on=work.today,
            settled_for="",
            settle_by="",
            outcome="",
        )
    )


def _say(activity: Activity, work: Work, document: Document, body: ProposalBody) -> None:
    """The row says what the proposal says."""
    activity.title, activity.title_en = body.title, body.title_en
    activity.items = f",{','.join(body.items)},"
    activity.measure = body.measure
    activity.proposal_id = document.id
    activity.changed_at = work.at
    activity.normal = rules.search_text(
        activity.reference,
        body.title,
        body.title_en,
        body.measure,
        body.summary,
        body.third_parties,
        *(row[1] for row in (*body.sections, *body.roles) if len(row) == 2),
        activity.outcome,
    )


PROPOSAL = ActivityProposal()
