"""The activities of the cooperation, what was recorded of their carrying out, and who acknowledged it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Shared, Subject, keep_forever


class Activity(Model, Shared):
    """One activity (取組), known to every party from the first tabling of its proposal. What it says is the
    proposal's; the row is what the register reads (R2-1)."""

    __tablename__ = "activities"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    reference: Mapped[str] = mapped_column(unique=True)
    """Its first proposal's number and reference; a later proposal that replaces that one changes neither."""
    title: Mapped[str]
    title_en: Mapped[str]
    items: Mapped[str]
    """The ids of the clauses of its matters, as `,art-id,art-id,`."""
    measure: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    """The party that proposed it."""
    state: Mapped[str]
    proposal_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    """The proposal in force, or the one on the table as long as none is."""
    particulars_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    """The particulars in force."""
    settled_for: Mapped[str] = mapped_column(server_default="")
    """The digest of the proposal under which the particulars were agreed (R2-5)."""
    planned_start: Mapped[dt.date | None]
    planned_end: Mapped[dt.date | None]
    """The days agreed, or, as long as no particulars are, those on the table."""
    settle_by: Mapped[str] = mapped_column(server_default="")
    """With the timing left open: the month (`2025-12`) by which the parties will talk about it."""
    started_on: Mapped[dt.date | None]
    ended_on: Mapped[dt.date | None]
    first_on: Mapped[dt.date]
    last_on: Mapped[dt.date | None]
    """The days it takes in the register, for the 年度 it belongs to; open while it is under way."""
    outcome: Mapped[str] = mapped_column(server_default="")
    normal: Mapped[str]
    """The form in which its words are sought."""
    begun_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]

    __table_args__ = (
        Index(None, "state", "number"),
        Index(None, "state", "planned_start"),
        Index(None, "state", "planned_end"),
        Index(None, "party", "number"),
        Index(None, "measure", "number"),
        Index(None, "first_on"),
        Index(None, "last_on"),
        CheckConstraint(
            "state NOT IN ('ready', 'running', 'suspended', 'completed') OR particulars_id IS NOT NULL",
            name="nothing_is_carried_out_without_particulars",
        ),
        CheckConstraint(
            "state NOT IN ('running', 'suspended', 'completed') OR started_on IS NOT NULL",
            name="what_is_under_way_has_started",
        ),
    )

    @property
    def subject(self) -> Subject:
        """The activity."""
        return Subject("activity", self.id)


class ActivityAct(Model, Shared):
    """What one party recorded of the carrying out: started, suspended, resumed, completed, cancelled (R2-10)."""

    __tablename__ = "activity_acts"

    id: Mapped[str] = mapped_column(primary_key=True)
    activity_id: Mapped[str] = mapped_column(ForeignKey("activities.id"))
    number: Mapped[int]
    """Its place among the activity's acts, from 1."""
    act: Mapped[str]
    on_day: Mapped[dt.date]
    reason: Mapped[str]
    outcome: Mapped[str]
    beneficiaries: Mapped[str]
    figures: Mapped[str]
    """The figures the party gives, as JSON rows of label, value, unit; no amounts of money."""
    purpose: Mapped[str]
    """What it did for the purposes of the agreement."""
    particulars_id: Mapped[str | None]
    """The particulars in force when it was recorded."""
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (
        UniqueConstraint("activity_id", "number"),
        CheckConstraint(
            "act IN ('start', 'suspend', 'resume', 'complete', 'cancel')", name="activity_act_is_one_of_five"
        ),
    )

    @property
    def subject(self) -> Subject:
        """Its activity."""
        return Subject("activity", self.activity_id)


class ActAcknowledgement(Model, Shared):
    """Another party's word on a recorded act: acknowledged, or what it sees otherwise (R2-10)."""

    __tablename__ = "act_acknowledgements"

    id: Mapped[str] = mapped_column(primary_key=True)
    activity_id: Mapped[str] = mapped_column(ForeignKey("activities.id"), index=True)
    act_id: Mapped[str] = mapped_column(ForeignKey("activity_acts.id"))
    number: Mapped[int]
    """Its place among the party's words on this act, from 1: what was seen otherwise may be cleared up."""
    is_acknowledged: Mapped[bool]
    remark: Mapped[str]
    party: Mapped[str] = mapped_column(ForeignKey("parties.key"))
    member_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    at: Mapped[dt.datetime]

    __table_args__ = (
        UniqueConstraint("act_id", "party", "number"),
        CheckConstraint("is_acknowledged OR remark <> ''", name="seen_otherwise_says_what"),
    )

    @property
    def subject(self) -> Subject:
        """The activity."""
        return Subject("activity", self.activity_id)


for kept in (ActivityAct, ActAcknowledgement):
    keep_forever(kept)
