"""What must be so before an activity is agreed, settled, carried out and ended (R1-*, R2-*); pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal.consent.rules import Standing
from portal.kernel.errors import RuleBroken, refuse_together
from portal.kernel.typed import normal_search
from portal.kernel.words import N_, Phrase

MOST_MILESTONES = 12
MOST_FIGURES = 5


class State(StrEnum):
    """Where an activity stands (articles.md 1.11)."""

    PROPOSED = "proposed"
    CONSULTING = "consulting"
    """Shown, never stored: proposed, and a consultation has been written down."""
    AGREED = "agreed"
    READY = "ready"
    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


STATE_NAMES: Mapping[State, str] = {
    State.PROPOSED: N_("提案済"),
    State.CONSULTING: N_("協議中"),
    State.AGREED: N_("具体的事項の確認待ち"),
    State.READY: N_("実施可"),
    State.RUNNING: N_("実施中"),
    State.SUSPENDED: N_("中断"),
    State.COMPLETED: N_("完了"),
    State.CANCELLED: N_("中止"),
    State.DECLINED: N_("見送り"),
    State.WITHDRAWN: N_("取下げ"),
}
OVER = frozenset({State.COMPLETED, State.CANCELLED, State.DECLINED, State.WITHDRAWN})
UNDER_WAY = frozenset({State.RUNNING, State.SUSPENDED})
NOT_YET_STARTED = frozenset({State.PROPOSED, State.AGREED, State.READY})
NOT_GOING_ON = frozenset({State.SUSPENDED, State.CANCELLED, State.DECLINED, State.WITHDRAWN})
"""What one prepares for need not take place: neither completed nor under way, nor to come."""


class Act(StrEnum):
    """What one party records of the carrying out; the others acknowledge it (R2-10)."""

    START = "start"
    SUSPEND = "suspend"
    RESUME = "resume"
    COMPLETE = "complete"
    CANCEL = "cancel"


ACT_NAMES: Mapping[Act, str] = {
    Act.START: N_("開始"),
    Act.SUSPEND: N_("中断"),
    Act.RESUME: N_("再開"),
    Act.COMPLETE: N_("完了"),
    Act.CANCEL: N_("中止"),
}
_MOVES: Mapping[Act, tuple[frozenset[State], State]] = {
    Act.START: (frozenset({State.PROPOSED, State.AGREED, State.READY}), State.RUNNING),
    Act.SUSPEND: (frozenset({State.RUNNING}), State.SUSPENDED),
    Act.RESUME: (frozenset({State.SUSPENDED}), State.RUNNING),
    Act.COMPLETE: (UNDER_WAY, State.COMPLETED),
    Act.CANCEL: (frozenset({State.AGREED, State.READY, State.RUNNING, State.SUSPENDED}), State.CANCELLED),
}


# --------------------------------------------------------------------------------------- what is refused


class MeasureMissing(RuleBroken):
    """A matter that hangs on a party's measures names the measure, even in a draft (R2-1; excellent 3.1)."""

    clause = "scope"
    sentence = N_(
        "%(items)sは、%(party)sが推進する施策に関する事項です。施策名がないと、下書きとしても保存できません。"
    )
    next_step = N_("施策名を入力してください。入力した内容は残っています。")


class NoTitle(RuleBroken):
    """What is tabled has a name."""

    sentence = N_("名称がありません。")
    next_step = N_("名称を入力してください。")


class NoItem(RuleBroken):
    """An activity belongs to at least one matter of the cooperation (R2-1)."""

    clause = "scope"
    sentence = N_("協力事項が選ばれていません。")
    next_step = N_("この取組が当たる協力事項を、1つ以上選んでください。")


class NoPurpose(RuleBroken):
    """No activity without a purpose of the agreement (R1-3)."""

    clause = "purpose"
    sentence = N_(
        "協定の目的が選ばれていません。目的に当てはまらない取組は、協定の対象外のおそれがあります。"
    )
    next_step = N_("目的を1つ以上選んでください。")


class NoReasonForPurpose(RuleBroken):
    """Each purpose is given with one sentence why (R1-1)."""

    clause = "purpose"
    sentence = N_("その目的に当たる理由がありません。")
    next_step = N_("理由を一文で入力してください。")


class NoSection(RuleBroken):
    """The section responsible for the measure is named (R2-1)."""

    clause = "scope"
    sentence = N_("施策を担当する部局・室課（%(party)s）がありません。")
    next_step = N_("担当する部局・室課を入力してください。")


class PersonalDataWithoutReason(RuleBroken):
    """Whoever says that personal information is handled says which, and why (R2-9)."""

    sentence = N_("個人情報を扱うときは、扱う情報の種類と、扱う理由を入力してください。")
    next_step = N_("個人情報を扱わないときは「扱わない」を選んでください。")


class ReasonLeftOver(RuleBroken):
    """Why personal information is handled is not said where it is not said to be handled (R2-9)."""

    sentence = N_("個人情報を「扱う」と選んでいないのに、扱う理由がここに残っています。")
    next_step = N_("ここを空にするか、個人情報を「扱う」と選び直してください。")


class NotADay(RuleBroken):
    """A day that the calendar does not have cannot be agreed upon."""

    sentence = N_("日付として読めません。")
    next_step = N_("「令和7年9月10日」や「2025/9/10」のように入力してください。")


class EndBeforeStart(RuleBroken):
    """A range ends on or after the day it starts (excellent 3.2); both values are kept."""

    clause = "particulars"
    sentence = N_("終了日（%(end)s）が開始日（%(start)s）より前です。")
    next_step = N_("どちらかの日を直してください。入力した日付は両方とも残っています。")


class TimingMissing(RuleBroken):
    """The timing is said: a day, a range, milestones, or by when it will be settled (R2-9)."""

    clause = "particulars"
    sentence = N_("実施時期が入力されていません。")
    next_step = N_("選んだ種類に合わせて日付を入力するか、「未定」を選んで協議の期限の月を入力してください。")


class TimingLeftOver(RuleBroken):
    """What is tabled says one timing: no days beside it that the one chosen does not mean (R2-9)."""

    clause = "particulars"
    sentence = N_("選んだ定め方では使わない日付が、ここに残っています。")
    next_step = N_("ここを空にするか、実施時期の定め方を選び直してください。")


class MilestoneHalfSaid(RuleBroken):
    """A milestone has a day and says what happens on it."""

    clause = "particulars"
    sentence = N_("節目には、日付と内容の両方が要ります。")
    next_step = N_("足りないほうを入力するか、その行を空にしてください。")


class MethodMissing(RuleBroken):
    """The method of implementation is said ("particulars"; R2-9)."""

    clause = "particulars"
    sentence = N_("実施方法が入力されていません。")
    next_step = N_("実施方法を入力してください。")


class CostsUnsaid(RuleBroken):
    """Who bears the costs is said, never how much (R2-9; "no_commitment")."""

    clause = "particulars"
    sentence = N_("経費の負担が選ばれていません。")
    next_step = N_("経費の負担を選んでください。金額は書きません。")


class ContractUnnamed(RuleBroken):
    """A separate contract is named by its number, and by nothing else (R6.1-4)."""

    clause = "particulars"
    sentence = N_("別途契約によるときは、その契約を示す番号や名称を入力してください。")
    next_step = N_("契約番号などを入力してください。金額は書きません。")


class ContractLeftOver(RuleBroken):
    """Where no separate contract bears the costs, none is named beside the choice (R2-9, R6.1-4)."""

    clause = "particulars"
    sentence = N_("選んだ経費の負担では使わない契約の番号・名称が、ここに残っています。")
    next_step = N_("ここを空にするか、「別途契約による」を選び直してください。")


class PersonalDataUnsaid(RuleBroken):
    """Whether personal information is handled is said (R2-9)."""

    clause = "particulars"
    sentence = N_("個人情報を扱うかどうかが選ばれていません。")
    next_step = N_("「扱う」か「扱わない」を選んでください。")


class NoActivity(RuleBroken):
    """Particulars concern an activity that all parties know of."""

    clause = "particulars"
    sentence = N_("どの取組の具体的事項か分かりません。")
    next_step = N_("取組のページから、あらためて具体的事項を書き始めてください。")


class ScopeNotAgreed(RuleBroken):
    """A matter that only agreement brings into scope needs the consent of every party first (S2; R2-3)."""

    clause = "scope"
    sentence = N_("%(items)sは全当事者の合意が必要です。範囲の合意：%(status)s")
    next_step = N_(
        "先に取組の提案（実施の合意）への同意をそろえてください。この文書はそのまま残り、書き直す必要はありません。"
    )


class ImplementationNotAgreed(RuleBroken):
    """Whether an activity is done at all is agreed before how (decision 24; R2-3)."""

    clause = "scope"
    sentence = N_("実施の合意がまだ成立していません。実施の合意：%(status)s")
    next_step = N_(
        "先に取組の提案（実施の合意）への同意をそろえてください。この文書はそのまま残り、書き直す必要はありません。"
    )


class ImplementationHeld(RuleBroken):
    """What a party holds is not carried on (decision 13)."""

    status = 409
    clause = "scope"
    sentence = N_("実施の合意が保留されています。")
    next_step = N_("保留した側と協議し、保留が解かれてから操作してください。")


class ParticularsNotAgreed(RuleBroken):
    """Timing, method and the rest are settled by all parties before the start ("particulars"; R2-3)."""

    clause = "particulars"
    sentence = N_("別途定める具体的事項の合意がまだ成立していません。合意：%(status)s")
    next_step = N_("具体的事項に全当事者が同意すると、開始できるようになります。")


class ParticularsHeld(RuleBroken):
    """Particulars that a party holds are not acted upon (decision 13)."""

    status = 409
    clause = "particulars"
    sentence = N_("具体的事項が保留されています。")
    next_step = N_("保留した側と協議し、保留が解かれてから操作してください。")


class TimingUndecided(RuleBroken):
    """Agreed with the timing left open, an activity waits for the timing ("particulars")."""

    clause = "particulars"
    sentence = N_("合意した具体的事項では、実施時期がまだ「未定」です。")
    next_step = N_("具体的事項の変更を提案し、実施時期に合意してから開始してください。")


class SettledAlready(RuleBroken):
    """An activity has one set of particulars; another one replaces it, it does not stand beside it."""

    status = 409
    clause = "particulars"
    sentence = N_("この取組には、合意済みの具体的事項（%(reference)s）がすでにあります。")
    next_step = N_("変えるときは、合意済みの具体的事項のページで「変更を提案する」を使ってください。")


class ActivityOver(RuleBroken):
    """What has ended takes no further act; a new activity may start from a copy."""

    status = 409
    clause = "scope"
    sentence = N_("この取組は終わっています（%(state)s）。")
    next_step = N_("続けるときは、取組の提案を写して新しい取組を始めてください。")


class NotPossibleNow(RuleBroken):
    """The act does not follow from where the activity stands."""

    status = 409
    sentence = N_("いまの状態（%(state)s）では「%(act)s」を記録できません。")
    next_step = N_("取組のページで、いまの状態を確かめてください。")


class DayToCome(RuleBroken):
    """Only what has happened is recorded."""

    sentence = N_("まだ来ていない日（%(day)s）のことは記録できません。")
    next_step = N_("今日までの日付を入力してください。")


class BeforeTheLastAct(RuleBroken):
    """The acts of one activity are recorded in the order of their days."""

    sentence = N_("直前の記録の日（%(last)s）より前の日は記録できません。")
    next_step = N_("日付を確かめてください。記録は日付の順に残します。")


class StartedBeforeAgreement(RuleBroken):
    """A start on a day before the particulars were agreed is recorded with its reason only (R2-3)."""

    clause = "particulars"
    sentence = N_("開始日（%(day)s）が、具体的事項の合意の日（%(agreed)s）より前です。")
    next_step = N_("日付が正しいときは、合意の前に開始した事情を理由の欄に書いてください。")


class ReasonMissing(RuleBroken):
    """A suspension, resumption or cancellation says why (R2-10)."""

    sentence = N_("理由がありません。")
    next_step = N_("理由を入力してください。相手方にも伝わります。")


class OutcomeMissing(RuleBroken):
    """A completed activity says what came of it and against which purpose (R2-10, R1-1)."""

    clause = "purpose"
    sentence = N_("成果が入力されていません。")
    next_step = N_("何が得られたかを入力してください。協定の記録として残ります。")


class AcknowledgedByItsWriter(RuleBroken):
    """A record is acknowledged by the other parties (R2-10, R2-4)."""

    status = 403
    sentence = N_("この記録を確認できるのは、記録した側以外の当事者です。")
    next_step = N_("ほかの当事者の確認をお待ちください。")


class AcknowledgedAlready(RuleBroken):
    """One acknowledgement a party is enough."""

    status = 409
    sentence = N_("自分の側は、この記録をすでに確認しています。")
    next_step = N_("取組のページで確かめてください。")


class RemarkMissing(RuleBroken):
    """Seeing it otherwise says what otherwise."""

    sentence = N_("どこが異なるかが入力されていません。")
    next_step = N_("異なる点を入力してください。")


# --------------------------------------------------------------------------------------- words of a proposal


def must_name_the_measure(items: Sequence[object], measure: str, party: object) -> None:
    """Every chosen matter that hangs on measures (`items`, as cited) has its measure named (R2-1).

    Raises MeasureMissing beside `measure`.
    """
    if items and not measure.strip():
        raise MeasureMissing("measure", items=tuple(items), party=party)


def must_be_whole(
    *,
    title: str,
    items: Collection[str],
    purposes: Collection[str],
    purpose_reason: str,
    section: str | None,
    section_party: object = None,
) -> None:
    """A proposal that may be tabled: title, a matter, a purpose and why, and, where a measure is needed, the
    section responsible for it (`section`; None where none is needed). All that is missing is refused at once.
    R1-1, R1-3, R2-1."""
    missing = {
        NoTitle("title"): not title.strip(),
        NoItem("items"): not items,
        NoSection("sections", party=section_party): section is not None and not section.strip(),
        NoPurpose("purposes"): not purposes,
        NoReasonForPurpose("purpose_reason"): not purpose_reason.strip(),
    }
    refuse_together(refusal for refusal, is_missing in missing.items() if is_missing)


def must_have_a_title(title: str) -> None:
    """What is tabled has a name. Raises NoTitle beside `title`."""
    if not title.strip():
        raise NoTitle("title")


def must_explain_personal_data(answer: str, kinds: str, reason: str) -> None:
    """Personal information that is handled is named, with the reason, and a reason stands beside no other answer
    (R2-9). Raises PersonalDataWithoutReason beside each gap, ReasonLeftOver beside the reason."""
    if answer == "yes":
        said = {"data_kinds": kinds, "data_reason": reason}
        refuse_together(PersonalDataWithoutReason(field) for field, text in said.items() if not text.strip())
    elif reason.strip():
        raise ReasonLeftOver("data_reason")


# --------------------------------------------------------------------------------------- timing


class Timing(StrEnum):
    """How the timing of implementation is said (R2-9; excellent 3.2)."""

    DAY = "day"
    RANGE = "range"
    MILESTONES = "milestones"
    UNDECIDED = "undecided"


TIMING_NAMES: Mapping[Timing, str] = {
    Timing.DAY: N_("一日で行う"),
    Timing.RANGE: N_("期間を定める"),
    Timing.MILESTONES: N_("節目の日を定める"),
    Timing.UNDECIDED: N_("未定（いつまでに協議するかを定める）"),
}


@dataclass(frozen=True)
class Planned:
    """The planned days of an activity in Asia/Tokyo, both included; None as long as they are undecided."""

    start: dt.date | None = None
    end: dt.date | None = None

    @property
    def is_settled(self) -> bool:
        """Whether there is a day to start on."""
        return self.start is not None


def day_of(text: str) -> dt.date | None:
    """The day an ISO text names; None for an empty text or one that was typed and is no day."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def month_of(text: str) -> tuple[int, int] | None:
    """Year and month of `2025-12`; None for anything else."""
    found = day_of(f"{text}-01")
    return (found.year, found.month) if found else None


def must_be_in_order(
    timing: str, *, day: str, start: str, end: str, milestones: Iterable[tuple[str, ...]]
) -> None:
    """What is said of the timing makes sense, though it may be incomplete: days that exist, no end before its
    start, no half-said milestone. Raises beside the fields; nothing typed is lost (excellent 3.2). What is left
    over from another kind of timing than the one chosen has only to be days; it says nothing."""
    refuse_together(_out_of_order(timing, day, start, end, milestones))


def _out_of_order(
    timing: str, day: str, start: str, end: str, milestones: Iterable[tuple[str, ...]]
) -> Iterator[RuleBroken]:
    for name, text in (("day", day), ("start", start), ("end", end)):
        if text and day_of(text) is None:
            yield NotADay(name)
    first, last = day_of(start), day_of(end)
    if timing == Timing.RANGE and first and last and last < first:
        yield EndBeforeStart("end", start=first, end=last)
    for on, what in _milestones(milestones):
        if on and day_of(on) is None:
            yield NotADay("milestones")
        if timing == Timing.MILESTONES and bool(on) != bool(what):
            yield MilestoneHalfSaid("milestones")


def must_say_the_timing(
    timing: str, *, day: str, start: str, end: str, milestones: Iterable[tuple[str, ...]], settle_by: str
) -> None:
    """The timing chosen is said in full, and no other ("particulars"; R2-9). Raises TimingMissing beside each gap
    and TimingLeftOver beside what another kind of timing left."""
    if timing not in set(Timing):
        raise TimingMissing("timing_kind")
    said: Mapping[Timing, Mapping[str, bool]] = {
        Timing.DAY: {"day": bool(day_of(day))},
        Timing.RANGE: {"start": bool(day_of(start)), "end": bool(day_of(end))},
        Timing.MILESTONES: {"milestones": any(on and what for on, what in _milestones(milestones))},
        Timing.UNDECIDED: {"settle_by": bool(month_of(settle_by))},
    }
    own = said[Timing(timing)]
    given = {"day": day, "start": start, "end": end, "settle_by": settle_by}
    given["milestones"] = "".join(on + what for on, what in _milestones(milestones))
    missing = (TimingMissing(field) for field, is_said in own.items() if not is_said)
    left = (TimingLeftOver(field) for field, words in given.items() if words and field not in own)
    refuse_together([*missing, *left])


def planned(timing: str, *, day: str, start: str, end: str, milestones: Iterable[tuple[str, ...]]) -> Planned:
    """The planned days that the words on timing give; none for 「未定」."""
    if timing == Timing.DAY:
        return Planned(day_of(day), day_of(day))
    if timing == Timing.RANGE:
        return Planned(day_of(start), day_of(end))
    if timing == Timing.MILESTONES:
        known = [found for on, _ in _milestones(milestones) if (found := day_of(on))]
        return Planned(min(known), max(known)) if known else Planned()
    return Planned()


def _milestones(rows: Iterable[tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(row[0].strip(), row[1].strip()) for row in rows if len(row) == 2]


def must_settle_the_rest(*, method: str, cost: str, contract: str, personal_data: str) -> None:
    """Besides the timing, particulars say the method, who bears the costs (without amounts), and whether
    personal information is handled ("particulars"; R2-9, R6.1-4). All that is missing is refused at once, and so is the
    contract left over from another choice."""
    by_contract = cost == "separate_contract"
    wrong = {
        MethodMissing("method"): not method.strip(),
        CostsUnsaid("cost"): not cost,
        ContractUnnamed("contract_reference"): by_contract and not contract.strip(),
        ContractLeftOver("contract_reference"): bool(cost) and not by_contract and bool(contract.strip()),
        PersonalDataUnsaid("personal_data"): not personal_data,
    }
    refuse_together(refusal for refusal, is_wrong in wrong.items() if is_wrong)


# --------------------------------------------------------------------------------------- agreement


def status_of(parties: Iterable[tuple[str, object]], consented: Collection[str]) -> tuple[Phrase, ...]:
    """Each party and whether it consented, for a sentence: 甲 済 / 乙 未."""
    return tuple(
        Phrase(N_("%(party)s 済") if key in consented else N_("%(party)s 未"), {"party": label})
        for key, label in parties
    )


def must_be_agreed(
    standing: Standing, *, items_by_agreement: Sequence[object], status: Sequence[Phrase]
) -> None:
    """Every party has agreed that the activity is done (実施の合意) and nobody holds it (decision 24; R2-3).

    `items_by_agreement` are the matters, as cited, that only this agreement brings into scope ("scope").
    """
    if standing is Standing.AGREED:
        return
    if standing is Standing.HELD:
        raise ImplementationHeld()
    if items_by_agreement:
        raise ScopeNotAgreed(items=tuple(items_by_agreement), status=tuple(status))
    raise ImplementationNotAgreed(status=tuple(status))


def must_be_settled(standing: Standing | None, *, status: Sequence[Phrase], is_timed: bool) -> None:
    """Every party has agreed to the same particulars, nobody holds them, and the timing is not left open
    ("particulars"; R2-3)."""
    if standing is Standing.HELD:
        raise ParticularsHeld()
    if standing is not Standing.AGREED:
        raise ParticularsNotAgreed(status=tuple(status))
    if not is_timed:
        raise TimingUndecided()


def is_held(row: Any) -> bool:
    """Whether a party holds what the activity of a row was agreed upon, and something is left to stop (decision 13)."""
    return State(row.state) not in OVER and Standing.HELD in {row.proposal_standing, row.particulars_standing}


def must_go_on(state: State) -> None:
    """The activity has not ended; raises ActivityOver."""
    if state in OVER:
        raise ActivityOver(state=Phrase(STATE_NAMES[state]))


def must_replace_what_is_settled(agreed_id: str | None, replaces_id: str | None, reference: str) -> None:
    """Particulars are agreed once, and then only by replacement. Raises SettledAlready."""
    if agreed_id is not None and replaces_id != agreed_id:
        raise SettledAlready(reference=reference)


def state_agreed(state: State) -> State:
    """The state once every party has agreed that the activity is done; a later change of that leaves it."""
    return State.AGREED if state is State.PROPOSED else state


def state_settled(state: State, *, is_timed: bool) -> State:
    """The state once every party has agreed to the particulars: 実施可 if the timing is among them (R2-3)."""
    if state in {State.AGREED, State.READY}:
        return State.READY if is_timed else State.AGREED
    return state


def is_over_by(standing: Standing) -> State:
    """The state of an activity whose proposal was closed before agreement (R2-10)."""
    return State.DECLINED if standing is Standing.DECLINED else State.WITHDRAWN


# --------------------------------------------------------------------------------------- carrying out


def after(state: State, act: Act) -> State:
    """The state after `act`. Raises ActivityOver or NotPossibleNow (409) where it does not follow."""
    must_go_on(state)
    froms, to = _MOVES[act]
    if state not in froms:
        raise NotPossibleNow(state=Phrase(STATE_NAMES[state]), act=Phrase(ACT_NAMES[act]))
    return to


def acts_from(state: State, *, is_held: bool = False) -> list[Act]:
    """What may be recorded next of an activity in `state`; a start only once it is 実施可, and neither a start nor a
    resumption of what a party holds."""
    follow = [
        act for act in Act if state in _MOVES[act][0] and (act is not Act.START or state is State.READY)
    ]
    return [act for act in follow if not (is_held and act in {Act.START, Act.RESUME})]


def must_be_recordable(
    act: Act,
    *,
    on_day: dt.date,
    today: dt.date,
    last: dt.date | None,
    reason: str,
    outcome: str = "",
    agreed_on: dt.date | None = None,
) -> None:
    """The record is of a day that has come, not before the last record's, with its reason or outcome (R2-10).

    A start before the particulars were agreed (`agreed_on`) is recorded with its reason, and shown as such.
    Days are days in Asia/Tokyo.
    """
    if on_day > today:
        raise DayToCome("on_day", day=on_day)
    if last is not None and on_day < last:
        raise BeforeTheLastAct("on_day", last=last)
    has_reason = bool(reason.strip())
    if act is Act.START and agreed_on is not None and on_day < agreed_on and not has_reason:
        raise StartedBeforeAgreement("reason", day=on_day, agreed=agreed_on)
    if act in {Act.SUSPEND, Act.RESUME, Act.CANCEL} and not has_reason:
        raise ReasonMissing("reason")
    if act is Act.COMPLETE and not outcome.strip():
        raise OutcomeMissing("outcome")


def must_be_acknowledgeable(
    *, recorded_by: str, party: str, has_acknowledged: bool, is_acknowledged: bool, remark: str
) -> None:
    """Another party than the one that recorded acknowledges, once; seeing it otherwise says what (R2-10)."""
    if recorded_by == party:
        raise AcknowledgedByItsWriter()
    if has_acknowledged:
        raise AcknowledgedAlready()
    if not is_acknowledged and not remark.strip():
        raise RemarkMissing("remark")


# --------------------------------------------------------------------------------------- when


@dataclass(frozen=True)
class Span:
    """The days an activity takes in the register, for the 年度 it belongs to; open while `last` is None."""

    first: dt.date
    last: dt.date | None


def span(
    state: State,
    *,
    tabled_on: dt.date,
    plan: Planned,
    started_on: dt.date | None,
    ended_on: dt.date | None,
) -> Span:
    """From the day it began, or is planned to, or was proposed; to the day it ended, or is planned to."""
    first = started_on or plan.start or tabled_on
    if ended_on:
        return Span(first, max(first, ended_on))
    if state in UNDER_WAY:
        return Span(first, None)
    return Span(first, max(first, plan.end or first))


def runs_beyond(plan: Planned, last_day: dt.date | None) -> bool:
    """Whether the plan reaches beyond the last day of the term now running (R2-5): a warning, no block."""
    final = plan.end or plan.start
    return final is not None and last_day is not None and final > last_day


def search_text(*texts: str) -> str:
    """The form in which an activity's words are sought: 「生成ＡＩ」 finds 「生成AI」 (excellent 3.5)."""
    return normal_search("\n".join(text for text in texts if text))


# --------------------------------------------------------------------------------------- how far it has come


class Step(StrEnum):
    """The steps every activity takes (articles.md 1.11)."""

    PROPOSE = "propose"
    CONSULT = "consult"
    AGREE = "agree"
    SETTLE = "settle"
    CARRY_OUT = "carry_out"
    COMPLETE = "complete"


STEP_NAMES: Mapping[Step, str] = {
    Step.PROPOSE: N_("提案"),
    Step.CONSULT: N_("協議"),
    Step.AGREE: N_("実施の合意"),
    Step.SETTLE: N_("別途定め（具体的事項）"),
    Step.CARRY_OUT: N_("実施"),
    Step.COMPLETE: N_("完了"),
}
_REACHED: Mapping[State, Step] = {
    State.PROPOSED: Step.CONSULT,
    State.CONSULTING: Step.AGREE,
    State.AGREED: Step.SETTLE,
    State.READY: Step.CARRY_OUT,
    State.RUNNING: Step.CARRY_OUT,
    State.SUSPENDED: Step.CARRY_OUT,
    State.COMPLETED: Step.COMPLETE,
}


def steps_of(
    state: State, *, stopped_at: Step | None = None, is_held: bool = False
) -> list[tuple[Step, str]]:
    """Every step with done, current, waiting or stopped. `stopped_at` is where an activity that has ended
    without completion stood; a held document or a suspension stops the step under way."""
    order = list(Step)
    at = stopped_at or _REACHED.get(state, Step.CONSULT)
    stops = state in OVER - {State.COMPLETED} or state is State.SUSPENDED or is_held
    found = []
    for step in order:
        if state is State.COMPLETED or order.index(step) < order.index(at):
            found.append((step, "done"))
        elif step is at:
            found.append((step, "stopped" if stops else "current"))
        else:
            found.append((step, "waiting"))
    return found


def shown_state(state: State, *, is_consulted: bool) -> State:
    """提案済 becomes 協議中 once a consultation has been written down (articles.md 1.11; S1)."""
    return State.CONSULTING if state is State.PROPOSED and is_consulted else state
