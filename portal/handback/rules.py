"""The rules of handing over and back: what a record says, who instructs, carries out, acknowledges; the days of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from portal.kernel.errors import MovedUnderThePen, RuleBroken, refuse_together
from portal.kernel.typed import normal_search
from portal.kernel.words import N_


class Kind(StrEnum):
    """What was handed over: the clause speaks of documents, materials and the like."""

    DOCUMENT = "document"
    MATERIAL = "material"
    DATA = "data"
    PROGRAM = "program"
    SAMPLE = "sample"
    OTHER = "other"


KIND_NAMES: Mapping[str, str] = {
    Kind.DOCUMENT: N_("文書・報告書"),
    Kind.MATERIAL: N_("説明資料"),
    Kind.DATA: N_("データ"),
    Kind.PROGRAM: N_("プログラム・設定"),
    Kind.SAMPLE: N_("見本・機材"),
    Kind.OTHER: N_("そのほか"),
}


class Form(StrEnum):
    """In which form it was handed over."""

    PAPER = "paper"
    FILE = "file"
    MEDIA = "media"
    ORAL = "oral"
    THING = "thing"
    ACCESS = "access"


FORM_NAMES: Mapping[str, str] = {
    Form.PAPER: N_("紙"),
    Form.FILE: N_("電子ファイル"),
    Form.MEDIA: N_("記録媒体"),
    Form.ORAL: N_("口頭"),
    Form.THING: N_("現物"),
    Form.ACCESS: N_("閲覧権限（共有フォルダーなど）"),
}
ELECTRONIC = frozenset({str(Form.FILE), str(Form.MEDIA), str(Form.ACCESS)})
"""Of these copies lie in mail, backups and exports: what was searched for them is said."""


class Marking(StrEnum):
    """Whether it is confidential: marked so, or recognisable as such without a mark (art. 7; finding 7)."""

    MARKED = "marked"
    RECOGNIZABLE = "recognizable"
    OPEN = "open"
    UNDECIDED = "undecided"


MARKING_NAMES: Mapping[str, str] = {
    Marking.MARKED: N_("秘密表示あり"),
    Marking.RECOGNIZABLE: N_("表示なし・秘密と認識し得る"),
    Marking.OPEN: N_("秘密でない"),
    Marking.UNDECIDED: N_("未定"),
}


class Way(StrEnum):
    """From which side the record is written down."""

    GAVE = "gave"
    RECEIVED = "received"


WAY_NAMES: Mapping[str, str] = {
    Way.GAVE: N_("自分の側から渡した"),
    Way.RECEIVED: N_("相手方から受け取った"),
}


class Choice(StrEnum):
    """What the discloser instructs."""

    RETURN = "return"
    DISPOSE = "dispose"
    KEEP = "keep"


CHOICE_NAMES: Mapping[str, str] = {
    Choice.RETURN: N_("返却"),
    Choice.DISPOSE: N_("処分"),
    Choice.KEEP: N_("保有を認める"),
}


HOW_NAMES: Mapping[str, str] = {"request": N_("依頼"), "instruction": N_("指示")}
"""What the discloser's word is: while the agreement is in force a request, after its end an instruction (art. 5)."""


class Act(StrEnum):
    """What is said or done about what one party received."""

    CONFIRM = "confirm"
    DIFFER = "differ"
    STRIKE = "strike"
    ASK = "ask"
    INSTRUCT = "instruct"
    RETAIN = "retain"
    CARRY_OUT = "carry_out"
    ACKNOWLEDGE = "acknowledge"
    DISPUTE = "dispute"
    SAY = "say"


ACT_NAMES: Mapping[str, str] = {
    Act.CONFIRM: N_("受渡しの確認"),
    Act.DIFFER: N_("受渡しの記録と認識が異なる"),
    Act.STRIKE: N_("記録の取消し"),
    Act.ASK: N_("指示の求め"),
    Act.INSTRUCT: N_("指示"),
    Act.RETAIN: N_("法令による継続保有"),
    Act.CARRY_OUT: N_("返却・処分の実施"),
    Act.ACKNOWLEDGE: N_("返却・処分の確認"),
    Act.DISPUTE: N_("返却・処分の記録と認識が異なる"),
    Act.SAY: N_("協議の記載"),
}


class Step(StrEnum):
    """How far it has come with what one party received."""

    HELD = "held"
    ASKED = "asked"
    """The discloser has instructed to return or to dispose of it."""
    DISPUTED = "disputed"
    """The discloser sees what was carried out otherwise: it is to be carried out again."""
    RETAINED = "retained"
    """Kept because the law makes its holder: no completion (finding on records; R5-3)."""
    CARRIED_OUT = "carried_out"
    """Returned or disposed of by the receiver's word; the discloser acknowledges."""
    RETURNED = "returned"
    DISPOSED = "disposed"
    KEPT = "kept"
    """The discloser lets the receiver keep it."""
    REPLACED = "replaced"
    """The record was corrected; everything goes on with its correction."""
    STRUCK = "struck"
    """Who had recorded it has taken it back: nothing had been handed over."""


OPEN = frozenset({Step.HELD, Step.ASKED, Step.DISPUTED, Step.RETAINED, Step.CARRIED_OUT})
"""What is not settled. Being retained by law is not being settled."""
TO_CARRY_OUT = frozenset({Step.ASKED, Step.DISPUTED})
LISTED = frozenset(Step) - {Step.REPLACED, Step.STRUCK}
"""What counts as handed over."""

SEARCHED_NAMES: Mapping[str, str] = {
    "mail": N_("メール・チャット"),
    "folders": N_("共有フォルダー"),
    "devices": N_("端末・記録媒体"),
    "exports": N_("書き出したファイル"),
    "backups": N_("バックアップ"),
    "paper": N_("紙の写し"),
    "representatives": N_("担当者に渡した写し"),
}
"""Where copies were looked for (R5-3)."""

KEEPER = "keeper"
"""A holder of the party itself: a post or a person; every other kind is one of Representatives (担当者)."""
HOLDER_NAMES: Mapping[str, str] = {
    KEEPER: N_("自分の側の保管者"),
    "staff": N_("担当者（職員・社員）"),
    "affiliate": N_("担当者（関連会社）"),
    "contractor": N_("担当者（委託業者）"),
    "advisor": N_("担当者（アドバイザー）"),
    "consultant": N_("担当者（コンサルタント）"),
}


# --------------------------------------------------------------------------------------- what is refused


class NoTitle(RuleBroken):
    """What was handed over has a name by which it is found."""

    sentence = N_("件名がありません。")
    next_step = N_("一覧で分かり、それ自体は秘密にならない件名を入力してください。")


class NoWay(RuleBroken):
    """A record says whether the own side gave or received it."""

    sentence = N_("渡したのか、受け取ったのかが選ばれていません。")
    next_step = N_("自分の側から渡したものか、受け取ったものかを選んでください。")


class NobodyElse(RuleBroken):
    """What was given was given to at least one other party (R5-1)."""

    sentence = N_("渡した相手が選ばれていません。")
    next_step = N_("渡した相手の当事者を選んでください。")


class NotOneDiscloser(RuleBroken):
    """What was received was received from one party; the own side writes down what itself received."""

    sentence = N_("受け取った相手は、1つの当事者を選んでください。")
    next_step = N_("それぞれから受け取ったときは、1件ずつ記録してください。")


class Unsaid(RuleBroken):
    """Each of the questions that matter later is answered."""

    sentence = N_("選ばれていません。")
    next_step = N_("どれに当たるかを選んでください。")


class NoCopies(RuleBroken):
    """How many there were: a whole number."""

    sentence = N_("部数は1から9999までの整数で入力してください。")
    next_step = N_("数えられないものは1としてください。")


class NoDay(RuleBroken):
    """On which day it happened."""

    sentence = N_("日付がありません。")
    next_step = N_("日付を入力してください。")


class DayToCome(RuleBroken):
    """What was done was done by today."""

    sentence = N_("まだ来ていない日（%(day)s）のことは記録できません。")
    next_step = N_("今日までの日付を入力してください。")


class ReceivedBeforeDisclosed(RuleBroken):
    """Nothing is received before it was handed over."""

    sentence = N_("受け取った日が、渡された日（%(day)s）より前です。")
    next_step = N_("どちらの日付が正しいかを確かめてください。")


class WhyMissing(RuleBroken):
    """What is secret without a mark says by what it is recognised."""

    clause = "confidentiality.definition"
    sentence = N_("秘密と認識し得る理由がありません。")
    next_step = N_("表示がなくても秘密と分かる理由を、秘密そのものは書かずに入力してください。")


class NoReason(RuleBroken):
    """A correction, and a record taken back, says why."""

    sentence = N_("理由がありません。")
    next_step = N_("前の記録のどこが違っていたのかを入力してください。")


class UnknownActivity(RuleBroken):
    """It belongs to an activity that there is, or to none."""

    sentence = N_("その番号の取組はありません。")
    next_step = N_("取組の一覧で番号を確かめるか、空けておいてください。")


class NoDateYet(RuleBroken):
    """Without a date of the agreement only drafts are possible (decision 30)."""

    clause = "term"
    sentence = N_(
        "協定の締結日がまだ記入されていないため、受渡しを台帳に載せられません。下書きは保存できます。"
    )
    next_step = N_("「期間」のページで締結日を記入し、各当事者の確認を受けてください。")


class DraftHasMoved(MovedUnderThePen):
    """The own-side draft was saved elsewhere since this page was opened (row 26)."""

    sentence = N_(
        "この下書きは、画面を開いたあとに保存し直されています。入力した内容はまだ保存されていません。"
    )
    next_step = N_("下の欄にはいま入力した内容が残っています。もう一度保存すると、この内容で置き換わります。")


class OthersHaveMoved(MovedUnderThePen):
    """What the act would have been about is no longer what the page showed."""

    sentence = N_(
        "対象が、画面を開いたあとに変わっています（画面では%(seen)s件、いまは%(count)s件）。何も記録されていません。"
    )
    next_step = N_("ページを読み込み直し、対象を確かめてからもう一度行ってください。")


class NothingChosen(RuleBroken):
    """An act is about something."""

    sentence = N_("対象が選ばれていません。")
    next_step = N_("一覧に戻り、対象を選んでください。")


class NotOfTheTwo(RuleBroken):
    """Whoever gave or received it records and corrects; a third party reads."""

    status = 403
    sentence = N_("この受渡しについて記録できるのは、渡した側と受け取った側だけです。")
    next_step = N_("気付いたことがあれば、渡した側か受け取った側に知らせてください。")


class ConfirmedByItsWriter(RuleBroken):
    """The side that did not write the record confirms it."""

    status = 403
    sentence = N_("%(reference)sを確認できるのは、記録していない側です。")
    next_step = N_("相手方の確認をお待ちください。")


class ConfirmedAlready(RuleBroken):
    """A receipt is confirmed once."""

    status = 409
    sentence = N_("%(reference)sは、すでに確認されています。")
    next_step = N_("そのあとで違いに気付いたときは、訂正を記録してください。")


class RemarkMissing(RuleBroken):
    """Seeing it otherwise says what otherwise."""

    sentence = N_("どこが異なるかがありません。")
    next_step = N_("異なる点を入力してください。")


class StruckByItsWriter(RuleBroken):
    """Who wrote the record may take it back, as long as the other side has not confirmed it; the line stays (R5-5)."""

    status = 409
    sentence = N_(
        "この記録は取り消せません。取り消せるのは、記録した側が、相手方の確認の前に行うときだけです。"
    )
    next_step = N_("内容に誤りがあるときは、訂正を記録してください。")


class CorrectedAlready(RuleBroken):
    """A corrected record stays as it is; everything goes on with its correction."""

    status = 409
    sentence = N_("%(reference)sは訂正されているか、取り消されています。")
    next_step = N_("訂正後の記録を開いて、そこで操作してください。前の記録はそのまま残ります。")


class TooLateToCorrect(RuleBroken):
    """What was carried out stands on the record as it was."""

    status = 409
    sentence = N_("返却・処分が記録されたもの（%(reference)s）は訂正できません。")
    next_step = N_("違いがあるときは、協議の記載として残してください。")


class AskedByTheReceiver(RuleBroken):
    """Who holds it may ask what is to be done with it."""

    status = 403
    sentence = N_("指示を求められるのは、受け取った側だけです。")
    next_step = N_("渡した側は、いつでも指示または依頼ができます。")


class InstructedByTheDiscloser(RuleBroken):
    """The discloser says what becomes of it, nobody else (art. 5; T13)."""

    status = 403
    clause = "after_end"
    sentence = N_("%(reference)sについて指示できるのは、渡した側（開示当事者）だけです。")
    next_step = N_("受け取った側は、指示を求めることができます。")


class CarriedOutByTheReceiver(RuleBroken):
    """Who received it returns it or disposes of it."""

    status = 403
    clause = "after_end"
    sentence = N_("%(reference)sの返却・処分を記録できるのは、受け取った側だけです。")
    next_step = N_("相手方の記録をお待ちください。")


class AcknowledgedByTheDiscloser(RuleBroken):
    """The discloser acknowledges what was carried out."""

    status = 403
    clause = "after_end"
    sentence = N_("%(reference)sの返却・処分を確認できるのは、渡した側（開示当事者）だけです。")
    next_step = N_("相手方の確認をお待ちください。")


class DisposedWithoutInstruction(RuleBroken):
    """The receiver never chooses disposal alone; silence means return (R5-5)."""

    clause = "after_end"
    sentence = N_(
        "%(reference)sには処分の指示がありません。受け取った側が自分だけで処分を選ぶことはできません。"
    )
    next_step = N_("返却として記録するか、渡した側に指示を求めてください。指示がなければ返却です。")


class OtherwiseThanInstructed(RuleBroken):
    """What was instructed is what is carried out (R5-3)."""

    clause = "after_end"
    sentence = N_("%(reference)sへの指示は処分です。返却としては記録できません。")
    next_step = N_("指示のとおり処分するか、渡した側に指示を改めてもらってください。")


class SettledAlready(RuleBroken):
    """What was returned, disposed of or left to the receiver is settled."""

    status = 409
    sentence = N_("%(reference)sは、すでに完了しています。")
    next_step = N_("ページを読み込み直し、いまの状態を確かめてください。")


class WaitsForAcknowledgement(RuleBroken):
    """First the discloser says whether what was carried out is so."""

    status = 409
    sentence = N_("%(reference)sの返却・処分は記録済みで、渡した側の確認を待っています。")
    next_step = N_("渡した側が確認するか、認識が異なると答えたあとに行ってください。")


class NothingCarriedOut(RuleBroken):
    """Only what was carried out can be acknowledged."""

    status = 409
    sentence = N_("%(reference)sには、確認を待っている返却・処分の記録がありません。")
    next_step = N_("ページを読み込み直し、いまの状態を確かめてください。")


class BeforeItWasReceived(RuleBroken):
    """Nothing is handed back before it was handed over."""

    sentence = N_("%(reference)sを受け取った日（%(day)s）より前の日付です。")
    next_step = N_("日付を確かめてください。")


class NoMeans(RuleBroken):
    """How it was returned or disposed of (R5-3)."""

    sentence = N_("方法がありません。")
    next_step = N_("返却・処分の方法を入力してください（例：手渡し、溶解処理、完全消去）。")


class NoExecutor(RuleBroken):
    """Who did it (R5-3)."""

    sentence = N_("行った人がありません。")
    next_step = N_("部署と氏名、または委託先の名称を入力してください。")


class NothingSearched(RuleBroken):
    """Copies lie in mail, backups and exports: where they were looked for is said (R5-3)."""

    sentence = N_("写しを探した場所が選ばれていません。")
    next_step = N_("探した場所をすべて選んでください。電子の資料と処分では必ず必要です。")


class BackupsUnsaid(RuleBroken):
    """When the last generation of backups that may hold a copy is gone, or that there is none (R5-3)."""

    sentence = N_("バックアップの扱いがありません。")
    next_step = N_(
        "最後の世代が消える日を入力するか、「バックアップに残る写しはない」に印を付けてください。両方は選べません。"
    )


class CopiesStillOut(RuleBroken):
    """Copies passed on to Representatives are part of what is handed back (excellent 10)."""

    sentence = N_("%(reference)sには、担当者に渡した写しが%(count)s件残っています。")
    next_step = N_("写しを回収・処分し、「担当者に渡した写しも含めて済ませた」に印を付けてください。")


class NoBasis(RuleBroken):
    """Keeping by law names the law (R5-3)."""

    sentence = N_("継続して保有する根拠がありません。")
    next_step = N_("保存を義務付ける法令・規則の名称と条項を入力してください。")


class NoPeriod(RuleBroken):
    """Keeping by law has an end."""

    sentence = N_("保有する期間がありません。")
    next_step = N_("いつまで保有するかを、日付か言葉で入力してください。")


class NoAccess(RuleBroken):
    """What is kept by law is kept from other uses."""

    sentence = N_("閲覧できる人の限定がありません。")
    next_step = N_("だれが、どのような場合に見られるようにするかを入力してください。")


class NoHolder(RuleBroken):
    """A copy is with somebody: a post, a person, a firm."""

    sentence = N_("保有する人・職・会社がありません。")
    next_step = N_("だれが持っているかを入力してください。")


class HolderEndedAlready(RuleBroken):
    """A holder gives a copy back once."""

    status = 409
    sentence = N_("この保有者の写しは、すでに回収・処分が記録されています。")
    next_step = N_("ページを読み込み直して確かめてください。")


class TakenInAlready(RuleBroken):
    """A file that was shared stands in the ledger once."""

    status = 409
    sentence = N_("選んだファイルのうち%(count)s件は、すでに台帳に載っています。何も記録されていません。")
    next_step = N_("ページを読み込み直し、残っているものを選んでください。")


# --------------------------------------------------------------------------------------- what a record says


@dataclass(frozen=True)
class Said:
    """What must_be_whole asks of the words of a record."""

    title: str
    way: str
    others: Sequence[str]
    kind: str
    form: str
    copies: int | None
    disclosed_on: dt.date | None
    received_on: dt.date | None
    marking: str
    why: str
    reason: str | None
    """The reason of a correction; None for a record that corrects none."""


def ends_of(way: str, others: Sequence[str], mine: str) -> tuple[str, tuple[str, ...]]:
    """Discloser and receivers of what `mine` gave to, or received from, the others; empty where they are not said."""
    if way == Way.GAVE:
        return mine, tuple(others)
    return (others[0], (mine,)) if way == Way.RECEIVED and others else ("", ())


def must_be_whole(said: Said, *, mine: str, parties: Sequence[str], today: dt.date) -> None:
    """A record that may stand in the ledger: everything R5-1 names, by one of the sides, of days that have come
    (Asia/Tokyo). All that is missing is refused at once."""
    strange = [one for one in said.others if one == mine or one not in parties]
    nobody = not said.others or bool(strange)
    refusals: list[tuple[RuleBroken, bool]] = [
        (NoTitle("title"), not said.title.strip()),
        (NoWay("way"), said.way not in WAY_NAMES),
        (NobodyElse("others"), said.way != Way.RECEIVED and nobody),
        (NotOneDiscloser("others"), said.way == Way.RECEIVED and (nobody or len(said.others) != 1)),
        (Unsaid("kind"), said.kind not in KIND_NAMES),
        (Unsaid("form"), said.form not in FORM_NAMES),
        (NoCopies("copies"), said.copies is None or not 1 <= said.copies <= 9999),
        (NoDay("disclosed_on"), said.disclosed_on is None),
        *_days(said, today),
        (Unsaid("marking"), said.marking not in MARKING_NAMES),
        (WhyMissing("why"), said.marking == Marking.RECOGNIZABLE and not said.why.strip()),
        (NoReason("reason"), said.reason is not None and not said.reason.strip()),
    ]
    refuse_together(refusal for refusal, is_broken in refusals if is_broken)


def _days(said: Said, today: dt.date) -> list[tuple[RuleBroken, bool]]:
    disclosed, received = said.disclosed_on, said.received_on
    return [
        (DayToCome("disclosed_on", day=disclosed), disclosed is not None and disclosed > today),
        (NoDay("received_on"), said.way == Way.RECEIVED and received is None),
        (DayToCome("received_on", day=received), received is not None and received > today),
        (
            ReceivedBeforeDisclosed("received_on", day=disclosed),
            disclosed is not None and received is not None and received < disclosed,
        ),
    ]


def is_secret(marking: str) -> bool:
    """Whether it is treated as confidential: also as long as the parties have not decided (art. 7; finding 7)."""
    return marking != Marking.OPEN


def search_text(*texts: str) -> str:
    """The form in which words are sought: 「生成ＡＩ」 finds 「生成AI」."""
    return normal_search("\n".join(text for text in texts if text))


# --------------------------------------------------------------------------------------- how it stands


@dataclass(frozen=True)
class Standing:
    """How it stands with what one party received: everything that its acts, taken in their order, have made of it."""

    step: Step = Step.HELD
    confirmed: str = ""
    """`same` or `otherwise`: what the side that did not record it said; empty before."""
    question: str = ""
    """What the receiver has asked to be allowed, as long as the discloser has not answered."""
    instruction: str = ""
    erases: bool = False
    """Whether the discloser wants it erased in the portal too."""
    done: str = ""
    """What the receiver did: `return` or `dispose`."""

    @property
    def is_open(self) -> bool:
        """Whether it is not settled."""
        return self.step in OPEN


def after(standing: Standing, act: str, choice: str = "", *, erases: bool = False) -> Standing:
    """How it stands after one act more."""
    match act:
        case Act.CONFIRM:
            return replace(standing, confirmed="same")
        case Act.DIFFER:
            return replace(standing, confirmed="otherwise")
        case Act.STRIKE:
            return replace(standing, step=Step.STRUCK)
        case Act.ASK:
            return replace(standing, question=choice)
        case Act.INSTRUCT:
            kept = Step.RETAINED if standing.step is Step.RETAINED else Step.ASKED
            step = Step.KEPT if choice == Choice.KEEP else kept
            return replace(standing, step=step, question="", instruction=choice, erases=erases, done="")
        case Act.RETAIN:
            return replace(standing, step=Step.RETAINED)
        case Act.CARRY_OUT:
            return replace(standing, step=Step.CARRIED_OUT, question="", done=choice)
        case Act.ACKNOWLEDGE:
            return replace(standing, step=Step.RETURNED if standing.done == Choice.RETURN else Step.DISPOSED)
        case Act.DISPUTE:
            return replace(standing, step=Step.DISPUTED, done="")
    return standing


@dataclass(frozen=True)
class Held:
    """What the rules ask of what one party received."""

    reference: str
    discloser: str
    receiver: str
    recorded_by: str
    form: str
    since: dt.date
    """The day it was received, or, as long as that is not confirmed, handed over."""
    standing: Standing

    @property
    def confirmer(self) -> str:
        """The side that did not write it down, and is asked to confirm it."""
        return self.discloser if self.recorded_by == self.receiver else self.receiver


def must_be_one_of_the_two(held: Held, party: str) -> None:
    """The party gave or received it. Raises NotOfTheTwo."""
    if party not in {held.discloser, held.receiver}:
        raise NotOfTheTwo()


def must_stand(held: Held) -> None:
    """The record was neither corrected nor taken back. Raises CorrectedAlready."""
    if held.standing.step not in LISTED:
        raise CorrectedAlready(reference=held.reference)


def must_be_confirmable(
    held: Held,
    party: str,
    *,
    is_same: bool,
    received_on: dt.date | None,
    remark: str,
    today: dt.date,
    disclosed_on: dt.date,
) -> None:
    """The side that did not record it says once that it is the same, or says what it sees otherwise; the receiver
    says on which day it was received, from which its duties run."""
    if party != held.confirmer:
        raise ConfirmedByItsWriter(reference=held.reference)
    must_stand(held)
    if held.standing.confirmed == "same":
        raise ConfirmedAlready(reference=held.reference)
    if not is_same and not remark.strip():
        raise RemarkMissing("remark")
    if is_same and party == held.receiver:
        refuse_together(
            refusal
            for refusal, is_broken in (
                (NoDay("received_on"), received_on is None),
                (DayToCome("received_on", day=received_on), received_on is not None and received_on > today),
                (
                    ReceivedBeforeDisclosed("received_on", day=disclosed_on),
                    received_on is not None and received_on < disclosed_on,
                ),
            )
            if is_broken
        )


def must_be_strikable(held: Held, party: str, *, reason: str) -> None:
    """Who recorded it takes it back before the other side has confirmed it, and says why. Raises StruckByItsWriter."""
    must_stand(held)
    if party != held.recorded_by or held.standing.confirmed == "same" or held.standing.step is not Step.HELD:
        raise StruckByItsWriter()
    if not reason.strip():
        raise NoReason("reason")


def must_be_correctable(all_held: Collection[Held], party: str) -> None:
    """One of its sides corrects a record of which nothing was carried out yet."""
    if party not in {key for held in all_held for key in (held.discloser, held.receiver)}:
        raise NotOfTheTwo()
    for held in all_held:
        if held.standing.step is Step.REPLACED:
            raise CorrectedAlready(reference=held.reference)
        if held.standing.step in {Step.CARRIED_OUT, Step.RETURNED, Step.DISPOSED, Step.KEPT}:
            raise TooLateToCorrect(reference=held.reference)
    if all(held.standing.step is Step.STRUCK for held in all_held):
        raise CorrectedAlready(reference=next(iter(all_held)).reference)


def must_be_askable(held: Held, party: str, *, choice: str) -> None:
    """The receiver asks the discloser what is to be done with it."""
    if party != held.receiver:
        raise AskedByTheReceiver()
    _must_not_be_settled(held)
    if choice not in {Choice.RETURN, Choice.DISPOSE, Choice.KEEP}:
        raise Unsaid("choice")


def must_be_instructible(held: Held, party: str, *, choice: str) -> None:
    """The discloser says what becomes of it; what the receiver may keep can still be asked back (T13)."""
    if party != held.discloser:
        raise InstructedByTheDiscloser(reference=held.reference)
    if held.standing.step is not Step.KEPT:
        _must_not_be_settled(held)
    if choice not in CHOICE_NAMES:
        raise Unsaid("choice")


@dataclass(frozen=True)
class Carried:
    """What the receiver says of a return or a disposal (R5-3)."""

    choice: str
    on_day: dt.date | None
    means: str
    by_whom: str
    searched: tuple[str, ...] = ()
    found: str = ""
    """What was found where, and what else is to be said."""
    backups_until: dt.date | None = None
    """The day on which the last generation of backups that may hold a copy is gone."""
    has_no_backups: bool = False
    is_gathered: bool = False
    """Whether copies that were passed on are part of it."""


def must_be_carried_out(held: Held, party: str, said: Carried, *, passed_on: int, today: dt.date) -> None:
    """The receiver returns it, or disposes of it as the discloser instructed, never by its own choice; it says how, who,
    when, and where copies were looked for (art. 5; R5-3, R5-5). `passed_on` counts the copies still with others."""
    if party != held.receiver:
        raise CarriedOutByTheReceiver(reference=held.reference)
    _must_not_be_settled(held)
    if said.choice not in {Choice.RETURN, Choice.DISPOSE}:
        raise Unsaid("choice")
    if said.choice == Choice.DISPOSE and held.standing.instruction != Choice.DISPOSE:
        raise DisposedWithoutInstruction("choice", reference=held.reference)
    if said.choice == Choice.RETURN and held.standing.instruction == Choice.DISPOSE:
        raise OtherwiseThanInstructed("choice", reference=held.reference)
    on_day, needs_search = said.on_day, said.choice == Choice.DISPOSE or held.form in ELECTRONIC
    says_backups = (said.backups_until is not None) != said.has_no_backups
    refuse_together(
        refusal
        for refusal, is_broken in (
            (NoDay("on_day"), on_day is None),
            (DayToCome("on_day", day=on_day), on_day is not None and on_day > today),
            (
                BeforeItWasReceived("on_day", reference=held.reference, day=held.since),
                on_day is not None and on_day < held.since,
            ),
            (NoMeans("means"), not said.means.strip()),
            (NoExecutor("by_whom"), not said.by_whom.strip()),
            (NothingSearched("searched"), needs_search and not set(said.searched) & set(SEARCHED_NAMES)),
            (
                BackupsUnsaid("backups_until"),
                not says_backups and (needs_search or said.backups_until is not None),
            ),
            (
                CopiesStillOut("is_gathered", reference=held.reference, count=passed_on),
                passed_on > 0 and not said.is_gathered,
            ),
        )
        if is_broken
    )


def must_be_acknowledgeable(held: Held, party: str, *, is_so: bool, remark: str) -> None:
    """The discloser says that it is so, or what it sees otherwise (R5-3)."""
    if party != held.discloser:
        raise AcknowledgedByTheDiscloser(reference=held.reference)
    if held.standing.step is not Step.CARRIED_OUT:
        raise NothingCarriedOut(reference=held.reference)
    if not is_so and not remark.strip():
        raise RemarkMissing("remark")


@dataclass(frozen=True)
class Retention:
    """What the receiver says of keeping something because the law makes it (R5-3)."""

    basis: str
    until: dt.date | None
    period: str
    access: str


def must_be_retainable(held: Held, party: str, said: Retention) -> None:
    """The receiver names the law, the time and who may see it; it stays an open point (finding on records; R5-3)."""
    if party != held.receiver:
        raise CarriedOutByTheReceiver(reference=held.reference)
    _must_not_be_settled(held)
    refuse_together(
        refusal
        for refusal, is_broken in (
            (NoBasis("basis"), not said.basis.strip()),
            (NoPeriod("period"), said.until is None and not said.period.strip()),
            (NoAccess("access"), not said.access.strip()),
        )
        if is_broken
    )


def must_be_a_holder(
    kind: str,
    holder: str,
    *,
    kinds: Collection[str],
    copies: int | None,
    on_day: dt.date | None,
    today: dt.date,
) -> None:
    """A holder is the own side's keeper, or one of the Representatives that the agreement names."""
    refuse_together(
        refusal
        for refusal, is_broken in (
            (Unsaid("kind"), kind != KEEPER and kind not in kinds),
            (NoHolder("holder"), not holder.strip()),
            (NoCopies("copies"), copies is None or not 1 <= copies <= 9999),
            (NoDay("on_day"), on_day is None),
            (DayToCome("on_day", day=on_day), on_day is not None and on_day > today),
        )
        if is_broken
    )


def _must_not_be_settled(held: Held) -> None:
    must_stand(held)
    if held.standing.step is Step.CARRIED_OUT:
        raise WaitsForAcknowledgement(reference=held.reference)
    if held.standing.step not in OPEN:
        raise SettledAlready(reference=held.reference)


# --------------------------------------------------------------------------------------- the days of it


@dataclass(frozen=True)
class Reach:
    """The days in Asia/Tokyo that matter when the agreement ends (R5-2)."""

    today: dt.date
    last_day: dt.date | None = None
    """The last day in force; None as long as no end is known."""
    target: dt.date | None = None
    """By when the parties mean to be done: a target, no number of the text (R5-4)."""
    survives_until: dt.date | None = None
    """The last day on which the duty itself survives; None where nothing does."""
    has_ended: bool = False
    is_over: bool = False
    """Whether what survived the end has run out too."""
    is_voluntary: bool = False
    """Whether the parties ended it and left the measures after the end out."""

    @property
    def days_since(self) -> int:
        """How many days ago the last day in force was."""
        return (self.today - self.last_day).days if self.last_day and self.has_ended else 0

    @property
    def is_late(self) -> bool:
        """Whether the target day has passed."""
        return self.has_ended and self.target is not None and self.today > self.target


class Falls(StrEnum):
    """What falls due after the end (R5-4)."""

    TARGET = "target"
    WEEKLY = "weekly"
    SURVIVAL = "survival"
    OVER = "over"


FALLS_NAMES: Mapping[str, str] = {
    Falls.TARGET: N_("当事者の目標とする日"),
    Falls.WEEKLY: N_("目標とする日の後、1週間ごと"),
    Falls.SURVIVAL: N_("存続期間の満了の前"),
    Falls.OVER: N_("存続期間の満了の翌日"),
}
BEFORE_SURVIVAL_ENDS = (90, 30, 7)
_WEEK = dt.timedelta(days=7)


def reminders(reach: Reach) -> list[tuple[Falls, dt.date]]:
    """Every day up to today on which those who still have something open are reminded, in order: the target day, then
    every week; 90, 30 and 7 days before what survives the end runs out, and the day after (R5-4)."""
    if not reach.has_ended or reach.is_voluntary or reach.target is None:
        return []
    found = [(Falls.TARGET, reach.target)]
    day = reach.target + _WEEK
    while day <= reach.today:
        found.append((Falls.WEEKLY, day))
        day += _WEEK
    if reach.survives_until is not None:
        until = reach.survives_until
        found += [(Falls.SURVIVAL, until - dt.timedelta(days=days)) for days in BEFORE_SURVIVAL_ENDS]
        found.append((Falls.OVER, until + dt.timedelta(days=1)))
    return sorted(
        (
            one
            for one in found
            if one[1] <= reach.today and (reach.last_day is None or one[1] > reach.last_day)
        ),
        key=lambda one: (one[1], list(Falls).index(one[0])),
    )
