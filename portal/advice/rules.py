"""The rules of advice: what an entry must say, on which clauses it stands, who confirms, handles and corrects it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.kernel.errors import MovedUnderThePen, RuleBroken, refuse_together
from portal.kernel.typed import normal_search
from portal.kernel.words import N_


class Kind(StrEnum):
    """What was given: the clause speaks of advice, support and the like."""

    ADVICE = "advice"
    SUPPORT = "support"


KIND_NAMES: Mapping[str, str] = {Kind.ADVICE: N_("助言"), Kind.SUPPORT: N_("支援など")}


class Basis(StrEnum):
    """Whether it was asked for; it matters for what is confidential (R8-1)."""

    REQUESTED = "requested"
    VOLUNTEERED = "volunteered"


BASIS_NAMES: Mapping[str, str] = {
    Basis.REQUESTED: N_("求めに応じたもの"),
    Basis.VOLUNTEERED: N_("自発的に示されたもの"),
}


class Medium(StrEnum):
    """How it was given."""

    MEETING = "meeting"
    ONLINE = "online"
    TELEPHONE = "telephone"
    MAIL = "mail"
    PAPER = "paper"
    DEMONSTRATION = "demonstration"


MEDIUM_NAMES: Mapping[str, str] = {
    Medium.MEETING: N_("会議・面談（口頭）"),
    Medium.ONLINE: N_("オンライン会議（口頭）"),
    Medium.TELEPHONE: N_("電話"),
    Medium.MAIL: N_("メール・チャット"),
    Medium.PAPER: N_("書面・資料"),
    Medium.DEMONSTRATION: N_("実演・現場での支援"),
}


class Marking(StrEnum):
    """Whether the giver marked it as secret."""

    OPEN = "open"
    SECRET = "secret"  # noqa: S105  # a marking, no password


MARKING_NAMES: Mapping[str, str] = {
    Marking.OPEN: N_("秘密の表示なし"),
    Marking.SECRET: N_("秘密の表示あり"),
}


class Result(StrEnum):
    """What the receiver did with it: its own decision, no judgement of the advice (R8-3, R8-6)."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT = "not"
    REFERENCE = "reference"


RESULT_NAMES: Mapping[str, str] = {
    Result.ADOPTED: N_("採用"),
    Result.PARTLY: N_("一部採用"),
    Result.NOT: N_("不採用"),
    Result.REFERENCE: N_("参考"),
}
RELIED_ON = frozenset({str(Result.ADOPTED), str(Result.PARTLY)})
"""With these the receiver relies on the advice, and should have checked it (R8-5)."""

PROCUREMENT_NAMES: Mapping[str, str] = {"no": N_("かかわらない"), "yes": N_("かかわる")}


# --------------------------------------------------------------------------------------- what is refused


class NoTitle(RuleBroken):
    """An entry has a name by which it is found."""

    sentence = N_("件名がありません。")
    next_step = N_("何についての助言・支援かが一覧で分かる件名を入力してください。")


class NoDirection(RuleBroken):
    """An entry says from whom to whom; the own side is one of the two (R8-1)."""

    sentence = N_("だれからだれへの助言・支援かが選ばれていません。")
    next_step = N_("自分の側が行ったものか、受けたものかを選んでください。")


class NoAdviser(RuleBroken):
    """Who gave it, person and unit (R8-1)."""

    sentence = N_("助言・支援を行った人がありません。")
    next_step = N_("部署と氏名を入力してください。")


class NoRecipient(RuleBroken):
    """Who received it (R8-1)."""

    sentence = N_("助言・支援を受けた人がありません。")
    next_step = N_("部署と氏名を入力してください。")


class Unsaid(RuleBroken):
    """Each of the questions that matter later is answered: what, asked for or not, how, marked or not (R8-1)."""

    sentence = N_("選ばれていません。")
    next_step = N_("どれに当たるかを選んでください。")


class NoDay(RuleBroken):
    """On which day it was given (R8-1)."""

    sentence = N_("助言・支援があった日がありません。")
    next_step = N_("日付を入力してください。")


class DayToCome(RuleBroken):
    """What was given was given by today."""

    sentence = N_("まだ来ていない日（%(day)s）のことは記録できません。")
    next_step = N_("今日までの日付を入力してください。")


class CheckedBeforeItWasGiven(RuleBroken):
    """What is checked has been given (R8-3)."""

    sentence = N_("確かめた日（%(day)s）が、助言・支援の日（%(given)s）より前です。")
    next_step = N_("助言・支援の日から今日までの日付を入力してください。")


class NoContent(RuleBroken):
    """What was said or done (R8-1)."""

    sentence = N_("内容がありません。")
    next_step = N_("助言・支援の内容または要旨を入力してください。")


class NoReason(RuleBroken):
    """A correction says what was wrong (R8-4)."""

    sentence = N_("訂正の理由がありません。")
    next_step = N_("前の記録のどこを、なぜ改めるのかを入力してください。")


class UnknownActivity(RuleBroken):
    """An entry belongs to an activity that there is, or to none."""

    sentence = N_("その番号の取組はありません。")
    next_step = N_("取組の一覧で番号を確かめるか、空けておいてください。")


class NoDateYet(RuleBroken):
    """Without a date of the agreement only drafts are possible (decision 30)."""

    clause = "term"
    sentence = N_(
        "協定の締結日がまだ記入されていないため、助言・支援を記録できません。下書きは保存できます。"
    )
    next_step = N_("「期間」のページで締結日を記入し、各当事者の確認を受けてください。")


class DraftHasMoved(MovedUnderThePen):
    """The own-side draft was saved elsewhere since this page was opened (row 26)."""

    sentence = N_(
        "この下書きは、画面を開いたあとに保存し直されています。入力した内容はまだ保存されていません。"
    )
    next_step = N_("下の欄にはいま入力した内容が残っています。もう一度保存すると、この内容で置き換わります。")


class RecordHasMoved(MovedUnderThePen):
    """What was confirmed is not what is recorded (row 23)."""

    sentence = N_("確かめた内容と、記録されている内容が一致しません。何も記録されていません。")
    next_step = N_("ページを読み込み直し、いまの記録を確かめてください。")


class NotOfYourSide(RuleBroken):
    """Whoever gave or received it records and corrects it; a third party reads."""

    status = 403
    sentence = N_("この助言・支援を記録・訂正できるのは、行った側と受けた側だけです。")
    next_step = N_("記録の内容に気付いたことがあれば、行った側か受けた側に知らせてください。")


class ConfirmedByItsWriter(RuleBroken):
    """The side that did not write the entry confirms it."""

    status = 403
    sentence = N_("この記録を確認できるのは、行った側と受けた側のうち、記録していない側です。")
    next_step = N_("相手方の確認をお待ちください。")


class ConfirmedAlready(RuleBroken):
    """A confirmation is given once; what was seen otherwise may be cleared up."""

    status = 409
    sentence = N_("あなたの側は、この記録をすでに確認しています。")
    next_step = N_("そのあとで違いに気付いたときは、訂正を記録してください。")


class RemarkMissing(RuleBroken):
    """Seeing it otherwise says what otherwise."""

    sentence = N_("どこが異なるかがありません。")
    next_step = N_("異なる点を入力してください。")


class HandledByTheReceiver(RuleBroken):
    """What is done with advice is the receiver's own decision (R8-3)."""

    status = 403
    sentence = N_("取扱いを記録できるのは、助言・支援を受けた側だけです。")
    next_step = N_("取扱いは、受けた側が自ら決めるものです。")


class ResultMissing(RuleBroken):
    """A handling says what was decided."""

    sentence = N_("取扱いが選ばれていません。")
    next_step = N_("採用・一部採用・不採用・参考のどれかを選んでください。")


class CheckedByNobody(RuleBroken):
    """A day of checking has its checker (R8-3)."""

    sentence = N_("確かめた日だけが入力されています。")
    next_step = N_("内容を確かめた人を入力してください。")


class CorrectedAlready(RuleBroken):
    """A corrected entry stays as it is; everything goes on with its correction (R8-4)."""

    status = 409
    sentence = N_("この記録は、%(reference)sで訂正されています。")
    next_step = N_("訂正後の記録を開いて、そこで操作してください。前の記録はそのまま残ります。")


class UnknownDocument(RuleBroken):
    """What cites advice is a paper that every party can read."""

    sentence = N_("その番号の文書はありません。")
    next_step = N_("取組の提案や具体的事項などの番号（例：ACT-0001）を確かめてください。")


class LinkedAlready(RuleBroken):
    """A paper is linked once."""

    status = 409
    sentence = N_("その文書は、すでに結び付けられています。")
    next_step = N_("ページを読み込み直して確かめてください。")


# --------------------------------------------------------------------------------------- what an entry says


def direction(giver: str, receiver: str) -> str:
    """The two parties in one value, as a form carries them."""
    return f"{giver}.{receiver}" if giver and receiver else ""


def parties_of(value: str) -> tuple[str, str]:
    """Giver and receiver of a `direction`; two empty words for what is none."""
    giver, _, receiver = value.partition(".")
    return (giver, receiver) if giver and receiver and giver != receiver else ("", "")


def directions(parties: Sequence[str], mine: str) -> list[tuple[str, str]]:
    """Every giver and receiver of which `mine` is one; what the own side gave comes first."""
    gave = [(mine, one) for one in parties if one != mine]
    return [*gave, *((one, mine) for one in parties if one != mine)]


@dataclass(frozen=True)
class Said:
    """What must_be_whole asks of the words of an entry."""

    title: str
    direction: str
    kind: str
    adviser: str
    recipient: str
    basis: str
    medium: str
    marking: str
    content: str
    given_on: dt.date | None
    reason: str | None
    """The reason of a correction; None for an entry that corrects none."""


def must_be_whole(said: Said, *, mine: str, parties: Sequence[str], today: dt.date) -> None:
    """An entry that may be recorded: everything R8-1 names, by one of the two sides, of a day that has come
    (Asia/Tokyo). All that is missing is refused at once."""
    refusals: list[tuple[RuleBroken, bool]] = [
        (NoTitle("title"), not said.title.strip()),
        (NoDirection("direction"), parties_of(said.direction) not in directions(parties, mine)),
        (Unsaid("kind"), said.kind not in KIND_NAMES),
        (NoAdviser("adviser"), not said.adviser.strip()),
        (NoRecipient("recipient"), not said.recipient.strip()),
        (Unsaid("basis"), said.basis not in BASIS_NAMES),
        (NoDay("given_on"), said.given_on is None),
        (
            DayToCome("given_on", day=said.given_on),
            said.given_on is not None and said.given_on > today,
        ),
        (Unsaid("medium"), said.medium not in MEDIUM_NAMES),
        (Unsaid("marking"), said.marking not in MARKING_NAMES),
        (NoContent("content"), not said.content.strip()),
        (NoReason("reason"), said.reason is not None and not said.reason.strip()),
    ]
    refuse_together(refusal for refusal, is_broken in refusals if is_broken)


def is_to_be_settled(basis: str, marking: str) -> bool:
    """Whether the marking is a question (要協議): what is volunteered as an opinion or a proposal may be no
    confidential information, marked or not (R8-1; S13)."""
    return basis == Basis.VOLUNTEERED and marking == Marking.SECRET


@dataclass(frozen=True)
class Freed:
    """The direction in which the agreement excludes warranty and liability, and by which clauses ("advice")."""

    giver: str
    receiver: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Reach:
    """The days of the agreement that matter to advice, in Asia/Tokyo: its first and its last day in force, the last
    day of what survives it (None: nothing does, or no end is known), and which clauses survive."""

    first: dt.date
    last: dt.date | None
    survives_until: dt.date | None
    survives: Callable[[str], bool]


def stands_on(
    freed: Freed | None, reach: Reach, *, giver: str, receiver: str, given_on: dt.date
) -> tuple[str, ...]:
    """The ids of the clauses on which advice given that day stands: both while the agreement is in force, only
    the surviving ones after its end, none before it; and none in any other direction ("advice"; R8-2; S8)."""
    if freed is None or (giver, receiver) != (freed.giver, freed.receiver) or given_on < reach.first:
        return ()
    if reach.last is None or given_on <= reach.last:
        return freed.clauses
    if reach.survives_until is None or given_on > reach.survives_until:
        return ()
    return tuple(one for one in freed.clauses if reach.survives(one))


# --------------------------------------------------------------------------------------- what is done with it


def must_be_one_of_the_two(giver: str, receiver: str, party: str) -> None:
    """The party gave or received it. Raises NotOfYourSide."""
    if party not in {giver, receiver}:
        raise NotOfYourSide()


def must_stand(corrected_by: str | None) -> None:
    """The entry was not corrected; `corrected_by` is the reference of its correction. Raises CorrectedAlready."""
    if corrected_by is not None:
        raise CorrectedAlready(reference=corrected_by)


def other_of(giver: str, receiver: str, recorded_by: str) -> str:
    """Which of the two sides did not record it, and is asked to confirm it."""
    return receiver if recorded_by == giver else giver


def must_be_confirmable(
    *,
    giver: str,
    receiver: str,
    recorded_by: str,
    party: str,
    has_confirmed: bool,
    is_same: bool,
    remark: str,
    corrected_by: str | None,
) -> None:
    """The side that did not record it says once that it is the same, or says what it sees otherwise."""
    if party != other_of(giver, receiver, recorded_by):
        raise ConfirmedByItsWriter()
    must_stand(corrected_by)
    if has_confirmed:
        raise ConfirmedAlready()
    if not is_same and not remark.strip():
        raise RemarkMissing("remark")


def must_be_handleable(
    *,
    receiver: str,
    party: str,
    result: str,
    checked_by: str,
    checked_on: dt.date | None,
    given_on: dt.date,
    today: dt.date,
    corrected_by: str | None,
) -> None:
    """The receiver says what it decided, and who checked the content, if anybody did (R8-3). Days in Asia/Tokyo."""
    if party != receiver:
        raise HandledByTheReceiver()
    must_stand(corrected_by)
    if result not in RESULT_NAMES:
        raise ResultMissing("result")
    if checked_on is not None and checked_on > today:
        raise DayToCome("checked_on", day=checked_on)
    if checked_on is not None and checked_on < given_on:
        raise CheckedBeforeItWasGiven("checked_on", day=checked_on, given=given_on)
    if checked_on is not None and not checked_by.strip():
        raise CheckedByNobody("checked_by")


def is_unchecked(result: str, checked_by: str) -> bool:
    """Whether the receiver relies on it and nobody has checked it yet (R8-5)."""
    return result in RELIED_ON and not checked_by.strip()


def search_text(*texts: str) -> str:
    """The form in which the words of an entry are sought: 「生成ＡＩ」 finds 「生成AI」 (excellent 3.4, 3.5)."""
    return normal_search("\n".join(text for text in texts if text))
