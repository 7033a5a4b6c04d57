"""What a publicity item must say before it is tabled: content, timing and method, whole (art. 6(2); R6.2-1); pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from portal.kernel.errors import RuleBroken, refuse_together
from portal.kernel.words import N_
from portal.publicity.sorts import About, Medium, Relation, Sort
from portal.publicity.states import Out
from portal.publicity.timing import Channel

MOST_CHANNELS = 12
MOST_QUOTES = 6
WITHOUT_WORDS = (Relation.TAKE_DOWN, Relation.CALL_OFF)
"""What may be agreed without a text of its own: nothing new is said."""


class TitleMissing(RuleBroken):
    """A publication is called something in lists."""

    clause = "publicity"
    sentence = N_("件名が入力されていません。")
    next_step = N_("何の公表かが一覧で分かる件名にしてください。")


class SubjectMissing(RuleBroken):
    """It is said what is made public, and by what kind of publication (R6.2-1)."""

    clause = "publicity"
    sentence = N_("選ばれていません。")
    next_step = N_("当てはまるものを一つ選んでください。")


class ContentMissing(RuleBroken):
    """There is content to consent to (art. 6(2): content)."""

    clause = "publicity"
    sentence = N_("公表する文面がありません。")
    next_step = N_(
        "少なくとも一つの文面（当事者の版、英語、SNSなど）を書いてください。内容も同意の対象です。"
    )


class MethodMissing(RuleBroken):
    """There is a method to consent to: at least one channel with its publisher and place (art. 6(2): method)."""

    clause = "publicity"
    sentence = N_("公表の方法（経路）が定まっていません。")
    next_step = N_(
        "少なくとも一つの経路について、媒体・公表する側・場所を入力してください。方法も同意の対象です。"
    )


class NothingToTakeDown(MethodMissing):
    """A take-down says what is taken down where, and by whom."""

    sentence = N_("取り下げる掲載（経路）が定まっていません。")
    next_step = N_(
        "少なくとも一つの経路について、媒体・取り下げる側・場所を入力してください。どこから取り下げるかも同意の対象です。"
    )


class ChannelIncomplete(RuleBroken):
    """Each channel says by what, by whom and where."""

    clause = "publicity"
    sentence = N_("経路%(number)sに、媒体・公表する側・場所のいずれかがありません。")
    next_step = N_("三つとも入力するか、その行を空にしてください。")


class TakeDownIncomplete(ChannelIncomplete):
    """The same of what is taken down."""

    sentence = N_("経路%(number)sに、媒体・取り下げる側・場所のいずれかがありません。")


class ChannelWithoutWords(RuleBroken):
    """The text that a channel is to carry has been written."""

    clause = "publicity"
    sentence = N_("経路%(number)sで使うことにした文面が、まだ書かれていません。")
    next_step = N_("その文面を書くか、経路で使う文面を選び直してください。")


class QuoteIncomplete(RuleBroken):
    """A quotation has a speaker and words."""

    clause = "publicity"
    sentence = N_("引用%(number)sに、発言者か言葉がありません。")
    next_step = N_("両方を入力するか、その行を空にしてください。")


class NothingToRelateTo(RuleBroken):
    """A correction, a supplement, a take-down and a calling-off name the publication they concern (R6.2-7)."""

    clause = "publicity"
    sentence = N_("どの公表についての訂正・補足・取下げ・中止かが分かりません。")
    next_step = N_("元の公表（または合意によらない公表の記録）のページから始めてください。")


class NotPublishedYet(RuleBroken):
    """Only what has appeared is corrected, supplemented or taken down."""

    status = 409
    clause = "publicity"
    sentence = N_("%(reference)sはまだ公表されていません。")
    next_step = N_("公表の前は、変更を提案するか、保留してください。")


class NoReason(RuleBroken):
    """A correction, a supplement, a take-down and a calling-off say why."""

    clause = "publicity"
    sentence = N_("訂正・補足・取下げ・中止の理由が入力されていません。")
    next_step = N_("何がどう違っていたか、なぜ必要かを書いてください。")


def must_be_whole(
    *, title: str, about: str, sort: str, relation: str, concerns: str, reason: str, outputs: Iterable[str]
) -> None:
    """What is tabled has a title, its subject and kind, content, and, if it concerns another publication, says which
    and why (R6.2-1). Raises beside each field what is missing."""
    refusals: list[RuleBroken] = []
    if not title.strip():
        refusals.append(TitleMissing("title"))
    if about not in set(About):
        refusals.append(SubjectMissing("about"))
    if sort not in set(Sort):
        refusals.append(SubjectMissing("sort"))
    if relation not in set(Relation):
        refusals.append(SubjectMissing("relation"))
    elif relation != Relation.NEW:
        if not concerns:
            refusals.append(NothingToRelateTo("relation"))
        if not reason.strip():
            refusals.append(NoReason("relation_reason"))
    if relation not in WITHOUT_WORDS and not any(text.strip() for text in outputs):
        refusals.append(ContentMissing("outputs"))
    refuse_together(refusals)


def must_have_a_method(
    channels: Sequence[Channel],
    parties: Collection[str],
    outputs: Collection[str],
    *,
    is_taking_down: bool = False,
) -> None:
    """There is at least one channel, and each says its medium, its publishing party and its place, and carries only
    what was written: one of `outputs`, or none (R6.2-1)."""
    if not channels:
        raise (NothingToTakeDown if is_taking_down else MethodMissing)("channels")
    for one in channels:
        if one.medium not in set(Medium) or one.publisher not in parties or not one.place.strip():
            raise (TakeDownIncomplete if is_taking_down else ChannelIncomplete)("channels", number=one.number)
        if one.output and one.output not in outputs:
            raise ChannelWithoutWords("channels", number=one.number)


def must_quote_in_full(quotes: Sequence[tuple[str, ...]]) -> None:
    """Each quotation (speaker, words, who cleared it) has a speaker and words."""
    for number, row in enumerate(quotes, 1):
        if len(row) != 3 or not row[0].strip() or not row[1].strip():
            raise QuoteIncomplete("quotes", number=number)


def must_have_appeared(out: Out, *, reference: str) -> None:
    """What a correction, a supplement or a take-down concerns has appeared, if only in part (R6.2-7)."""
    if not out.is_begun:
        raise NotPublishedYet("relation", reference=reference)


class AgreementStillRuns(RuleBroken):
    """While the agreement is in force publicity is agreed under it, never beside it."""

    clause = "publicity"
    sentence = N_("協定は有効期間の中にあります。公表は、協定に基づく事前の合意によります。")
    next_step = N_("「公表」のページから、協定に基づく公表として起案してください。内容は写せます。")


def must_have_ended(*, has_begun: bool, is_in_force: bool) -> None:
    """A voluntary agreement (任意の合意) is made only when the agreement is over (R5-5)."""
    if is_in_force or not has_begun:
        raise AgreementStillRuns()
