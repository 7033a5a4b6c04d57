"""Where a publicity item stands at a moment, and whether its lead time is short; pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.consent.rules import ON_THE_TABLE, Standing
from portal.kernel.words import N_
from portal.publicity.sorts import LEAD_DAYS, Relation


class State(StrEnum):
    """Where a publicity item stands; what depends on the hour is reckoned when it is read (row 41)."""

    CONSULTING = "consulting"
    PARTIAL = "partial"
    SENT_BACK = "sent_back"
    WAITING = "waiting"
    WAITING_FOR_EVENT = "waiting_for_event"
    READY = "ready"
    PARTLY_PUBLISHED = "partly_published"
    PUBLISHED = "published"
    OTHERWISE = "otherwise"
    """Every channel is out, and at least one of them not as it was agreed (I8)."""
    HELD = "held"
    LAPSED = "lapsed"
    ENDED = "ended"
    CALLED_OFF = "called_off"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


STATE_NAMES: Mapping[State, str] = {
    State.CONSULTING: N_("協議中"),
    State.PARTIAL: N_("一部同意"),
    State.SENT_BACK: N_("差戻し"),
    State.WAITING: N_("合意済・解禁待ち"),
    State.WAITING_FOR_EVENT: N_("合意済・行事の終了待ち"),
    State.READY: N_("公表できます"),
    State.PARTLY_PUBLISHED: N_("一部公表"),
    State.PUBLISHED: N_("公表済"),
    State.OTHERWISE: N_("合意と異なる公表あり"),
    State.HELD: N_("保留中"),
    State.LAPSED: N_("失効（時期の経過）"),
    State.ENDED: N_("失効（協定の終了）"),
    State.CALLED_OFF: N_("公表しないことに合意"),
    State.DECLINED: N_("見送り"),
    State.WITHDRAWN: N_("取下げ"),
    State.REPLACED: N_("差替え済"),
}
_OF_TAKING_DOWN: Mapping[State, str] = {
    State.WAITING: N_("合意済・時期待ち"),
    State.READY: N_("取り下げられます"),
    State.PARTLY_PUBLISHED: N_("一部取下げ"),
    State.PUBLISHED: N_("取下げ済（掲載）"),
}


def state_name(state: State, relation: str = Relation.NEW) -> str:
    """What a state is called (a message of the catalogues); of a take-down, what is done is not a publication."""
    if relation == Relation.TAKE_DOWN:
        return _OF_TAKING_DOWN.get(state, STATE_NAMES[state])
    return STATE_NAMES[state]


@dataclass(frozen=True)
class Out:
    """How much of an item is out: of so many `channels`, `published` as agreed, and, of the others, `otherwise`."""

    channels: int
    published: int = 0
    otherwise: int = 0

    @property
    def is_begun(self) -> bool:
        """Whether something has appeared."""
        return self.published + self.otherwise > 0

    @property
    def is_all(self) -> bool:
        """Whether no channel is left to go out."""
        return self.is_begun and self.published + self.otherwise >= self.channels


def shown_state(
    standing: Standing,
    *,
    now: dt.datetime,
    opens_at: dt.datetime | None,
    closes_at: dt.datetime | None,
    awaits_event: bool,
    out: Out,
    is_in_force: bool,
    relation: str = Relation.NEW,
) -> State:
    """The state at the moment `now`: agreed ∧ the hour ∧ no hold, reckoned anew whenever it is read (row 41).

    `opens_at` is the earliest, `closes_at` the latest moment of any channel; `is_in_force` is True for a voluntary
    agreement at all times.
    """
    if standing in ON_THE_TABLE or standing is Standing.DRAFT:
        return {Standing.PARTIAL: State.PARTIAL, Standing.SENT_BACK: State.SENT_BACK}.get(
            standing, State.CONSULTING
        )
    if standing in {Standing.DECLINED, Standing.WITHDRAWN, Standing.REPLACED}:
        return State(standing.value)
    if out.is_all:
        return State.OTHERWISE if out.otherwise else State.PUBLISHED
    if standing is Standing.HELD:
        return State.HELD
    if relation == Relation.CALL_OFF:
        return State.CALLED_OFF
    if out.is_begun:
        return State.PARTLY_PUBLISHED
    if not is_in_force:
        return State.ENDED
    if closes_at is not None and now >= closes_at:
        return State.LAPSED
    if awaits_event:
        return State.WAITING_FOR_EVENT
    return State.READY if opens_at is not None and now >= opens_at else State.WAITING


@dataclass(frozen=True)
class Short:
    """A lead time shorter than usual: business days usual and left."""

    usual: int
    left: int


def short_lead(sort: str, left: int | None, settings: Mapping[str, int] | None = None) -> Short | None:
    """The business days `left` if they are fewer than such a publication usually needs, by the agreement's own
    `settings` or else by LEAD_DAYS; a warning, never a block (excellent 3.3)."""
    usual = (settings or {}).get(sort, LEAD_DAYS.get(sort, 0))
    return Short(usual, left) if left is not None and left < usual else None
