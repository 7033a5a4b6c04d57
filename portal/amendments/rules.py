"""The rules of amending the agreement: what a proposal must say, when it may be agreed, and when it takes effect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

from portal.kernel.errors import MovedUnderThePen, RuleBroken, refuse_together
from portal.kernel.words import N_


class How(StrEnum):
    """What happens to the words of a clause."""

    REPLACE = "replace"
    DELETE = "delete"


HOW_NAMES: Mapping[str, str] = {
    How.REPLACE: N_("文言を改める"),
    How.DELETE: N_("削る（番号は残す）"),
}


class Adds(StrEnum):
    """What is added at the end of what."""

    PARAGRAPH = "paragraph"
    ITEM = "item"
    ARTICLE = "article"


ADDS_NAMES: Mapping[str, str] = {
    Adds.PARAGRAPH: N_("条の終わりに項を加える"),
    Adds.ITEM: N_("号の終わりに号を加える"),
    Adds.ARTICLE: N_("協定の終わりに条を加える"),
}


class Takes(StrEnum):
    """What makes an agreed change an edition of the agreement."""

    DOCUMENT = "document"
    CONSENT = "consent"


TAKES_NAMES: Mapping[str, str] = {
    Takes.DOCUMENT: N_(
        "合意のあと、変更協定書・覚書などの文書を交わし、その登録をすべての当事者が確認したとき"
    ),
    Takes.CONSENT: N_("このポータルで、すべての当事者の同意がそろったとき（別の文書は交わさない）"),
}


class Sort(StrEnum):
    """What the document is called by which the parties carry the change out."""

    AMENDING_AGREEMENT = "amending_agreement"
    MEMORANDUM = "memorandum"
    OTHER = "other"


SORT_NAMES: Mapping[str, str] = {
    Sort.AMENDING_AGREEMENT: N_("変更協定書"),
    Sort.MEMORANDUM: N_("覚書"),
    Sort.OTHER: N_("その他の合意文書"),
}


class Signing(StrEnum):
    """How the document was signed."""

    SEAL = "seal"
    SIGNATURE = "signature"
    ELECTRONIC = "electronic"


SIGNING_NAMES: Mapping[str, str] = {
    Signing.SEAL: N_("記名押印"),
    Signing.SIGNATURE: N_("署名"),
    Signing.ELECTRONIC: N_("電子署名"),
}


class State(StrEnum):
    """Where a proposed change stands, from the proposal to its outcome (R3-2)."""

    OPEN = "open"
    OVERTAKEN = "overtaken"
    """On the table, but made to an edition that is no longer the one adopted last: nobody can consent to it as it is."""
    TO_EXECUTE = "to_execute"
    ADOPTED = "adopted"
    REPLACED = "replaced"
    NOT_AGREED = "not_agreed"
    WITHDRAWN = "withdrawn"


STATE_NAMES: Mapping[State, str] = {
    State.OPEN: N_("回答待ち"),
    State.OVERTAKEN: N_("このままでは同意できません"),
    State.TO_EXECUTE: N_("合意済（文書の登録待ち）"),
    State.ADOPTED: N_("新しい版になった"),
    State.REPLACED: N_("差替え済"),
    State.NOT_AGREED: N_("合意に至らず"),
    State.WITHDRAWN: N_("取下げ"),
}
STATE_LOOKS: Mapping[State, str] = {
    State.OPEN: "waiting",
    State.OVERTAKEN: "to_check",
    State.TO_EXECUTE: "ready",
    State.ADOPTED: "completed",
    State.REPLACED: "replaced",
    State.NOT_AGREED: "declined",
    State.WITHDRAWN: "withdrawn",
}


def state_of(standing: str, edition: int | None, *, base: int | None = None, latest: int | None = None) -> State:
    """Where a change stands, by the standing of its document, the edition that came of it, and, of one that is on the table,
    the edition it is made to, `base`, and the one adopted last, `latest`."""
    if edition is not None:
        return State.ADOPTED
    found = {
        "agreed": State.TO_EXECUTE,
        "held": State.TO_EXECUTE,
        "replaced": State.REPLACED,
        "declined": State.NOT_AGREED,
        "withdrawn": State.WITHDRAWN,
    }.get(standing, State.OPEN)
    return State.OVERTAKEN if found is State.OPEN and base != latest else found


# --------------------------------------------------------------------------------------- what is refused


class NoTitle(RuleBroken):
    """A proposal has a name by which it is found."""

    clause = "amendment"
    sentence = N_("件名がありません。")
    next_step = N_("どこをどう変える申出かが一覧で分かる件名を入力してください。")


class NoReason(RuleBroken):
    """A proposal says why (R3-1)."""

    clause = "amendment"
    sentence = N_("変更の理由がありません。")
    next_step = N_("なぜ変える必要があるかを入力してください。")


class NothingChanged(RuleBroken):
    """A proposal changes something."""

    clause = "amendment"
    sentence = N_("変更する条項も、加える条項も、算定に使う定めの変更もありません。")
    next_step = N_("変更する条項を選び、新しい文言を入力してください。")


class SameWords(RuleBroken):
    """A clause that is to be changed says something else afterwards."""

    clause = "amendment"
    sentence = N_("%(clause)sの文言が、いまと同じです。")
    next_step = N_("新しい文言を入力するか、この条項を変更の対象から外してください。")


class NoWords(RuleBroken):
    """A clause that is to be changed has its new Japanese words; they are the authentic text."""

    clause = "amendment"
    sentence = N_("%(clause)sの新しい文言（日本語）がありません。")
    next_step = N_("日本語の文言を入力してください。削るときは「削る」を選んでください。")


class NotSaidHow(RuleBroken):
    """Of a clause chosen for the proposal it is said what is to happen to it."""

    clause = "amendment"
    sentence = N_("%(clause)sをどうするかが選ばれていません。")
    next_step = N_("文言を改めるか、削るかを選んでください。")


class NoSuchClause(RuleBroken):
    """What is to be changed stands in the edition that the proposal rests on."""

    clause = "amendment"
    sentence = N_("協定の第%(number)s版に、その条項（%(id)s）はありません。")
    next_step = N_("変更する条項を選び直してください。")


class OnlyDeletable(RuleBroken):
    """The words of a whole article, or of a paragraph in sentences, are changed sentence by sentence."""

    clause = "amendment"
    sentence = N_("%(clause)sは、まとめて改めることはできません。")
    next_step = N_("改める文や号を一つずつ選んでください。まとめて削ることはできます。")


class NotDeletable(RuleBroken):
    """Preamble and closing may be worded otherwise, but an agreement has them."""

    clause = "amendment"
    sentence = N_("%(clause)sを削ることはできません。")
    next_step = N_("文言を改めてください。")


class ChangedTwice(RuleBroken):
    """What is deleted as a whole is not changed in part."""

    clause = "amendment"
    sentence = N_("%(clause)sは、それを含む%(whole)sの削除と重なっています。")
    next_step = N_("どちらか一方にしてください。")


class AdditionUnfinished(RuleBroken):
    """What is added says what it is, where it goes, and its Japanese words; an article its caption too."""

    clause = "amendment"
    sentence = N_("加える条項の記載がそろっていません。")
    next_step = N_("何を、どこに加えるか、日本語の文言（条のときは見出しも）を入力してください。")


class NoPlaceForIt(RuleBroken):
    """A paragraph goes to the end of an article, an item to the end of items."""

    clause = "amendment"
    sentence = N_("その条項の終わりには、これを加えられません。")
    next_step = N_(
        "項は条を、号は号のある項を選んで加えてください。条は協定の終わりに加わるので、場所を選びません。"
    )


class ScopeUnsaid(RuleBroken):
    """A matter of the cooperation that is added says what brings it into scope."""

    clause = "scope"
    sentence = N_("加える協力事項が、何によって範囲に入るかが選ばれていません。")
    next_step = N_("本文によるか、全当事者の合意によるかを選んでください。")


class NoMatterLeft(RuleBroken):
    """The parties cooperate on something."""

    clause = "scope"
    sentence = N_("この変更では、協力事項が一つも残りません。")
    next_step = N_("協力事項を残すか、新しい協力事項を加えてください。")


class StandsOnWhatIsDeleted(RuleBroken):
    """What the portal reckons with rests on a clause that stands."""

    clause = "amendment"
    sentence = N_("「%(figure)s」の根拠である%(clause)sを削ることになります。")
    next_step = N_("この定めをなくすか、別の根拠の条項を選んでください。")


class CannotBeDropped(RuleBroken):
    """An agreement has a term."""

    clause = "term"
    sentence = N_("有効期間の定めは、なくすことができません。")
    next_step = N_("根拠の条項を選び直してください。")


class PeriodUnreadable(RuleBroken):
    """A length is a period of years and months."""

    clause = "amendment"
    sentence = N_("「%(typed)s」は期間として読めません。")
    next_step = N_("「3年」「6か月」「1年6か月」のように入力してください。")


class DayUnreadable(RuleBroken):
    """A day is one that the calendar has."""

    clause = "amendment"
    sentence = N_("日付として読めません。")
    next_step = N_("「令和7年9月10日」や「2025/9/10」のように入力してください。")


class NothingSurvives(RuleBroken):
    """With a survival period something survives."""

    clause = "survival"
    sentence = N_("存続期間があるのに、存続する条項が選ばれていません。")
    next_step = N_("存続する条項を選ぶか、存続の定めをなくしてください。")


class NoClauseForFigure(RuleBroken):
    """What the portal is to reckon with anew names the clause that says so, and the length it says."""

    clause = "amendment"
    sentence = N_("「%(figure)s」の定めには、長さと根拠の条項の両方が要ります。")
    next_step = N_("どちらも入力してください。")


class NotAWholeEdition(RuleBroken):
    """What comes of the change is a whole agreement again."""

    clause = "amendment"
    sentence = N_("変更後の協定が、一つの協定として読み取れません（%(place)s）。")
    next_step = N_("その箇所の記載を直してください。")


class PartiesChanged(RuleBroken):
    """Who the parties are is not changed by an amendment here."""

    clause = "amendment"
    sentence = N_("この変更では、協定の当事者が変わってしまいます。")
    next_step = N_(
        "当事者の交替は、このポータルでは扱いません。新しい協定のためのポータルを用意してください。"
    )


class BaseHasMoved(MovedUnderThePen):
    """A change is made to the edition adopted last."""

    status = 422
    clause = "amendment"
    sentence = N_(
        "この申出は協定の第%(base)s版に対するものですが、その後、第%(latest)s版が登録されています。"
    )
    next_step = N_(
        "編集を開き、第%(latest)s版の文言を確かめて保存してから、提示してください。書いた内容は残っています。"
    )


class NoAmendmentAfterTheEnd(RuleBroken):
    """After the end of the agreement nothing of it can be changed, unless the clause on changes survives (R5-7)."""

    clause = "amendment"
    sentence = N_(
        "協定は有効期間の外にあり、協定の変更の条項は存続していません。協定を変更することはできません。"
    )
    next_step = N_("必要なことは、新しい協定や別の合意文書で定めてください。")


class NoDateYet(RuleBroken):
    """Without a date of the agreement only drafts are possible (decision 30)."""

    clause = "term"
    sentence = N_("協定の締結日がまだ記入されていないため、申出を提示できません。下書きは保存できます。")
    next_step = N_("「期間」のページで締結日を記入し、各当事者の確認を受けてください。")


class TakesUnsaid(RuleBroken):
    """A proposal says what makes it the agreement's text."""

    clause = "amendment"
    sentence = N_("いつ新しい版になるかが選ばれていません。")
    next_step = N_("文書を交わして成立するか、このポータルでの同意で成立するかを選んでください。")


class TakesEffectInThePast(RuleBroken):
    """What takes effect by consent alone takes effect on that day or later: nothing changes backwards (R3-5)."""

    clause = "amendment"
    sentence = N_("効力が生じる日（%(day)s）が、合意の日より前になります。")
    next_step = N_("今日以後の日にするか、空けて、同意がそろった日から効力が生じるようにしてください。")


class RunningTermEndsTooEarly(RuleBroken):
    """A last day given to the running term lies ahead."""

    clause = "term"
    sentence = N_("期間の新しい最終日（%(day)s）が、今日（%(today)s）より前です。")
    next_step = N_("今日以後の日を入力するか、空けておいてください。")


class NoConsultationYet(RuleBroken):
    """Whenever a change is proposed the parties consult; a request is not turned down without (art. 3)."""

    clause = "amendment"
    sentence = N_(
        "変更の申出には、その都度協議することになっています。協議の記録がないまま見送ることはできません。"
    )
    next_step = N_("協議の日付と要旨を記録してから、理由を添えて見送ってください。")


class AdoptedAlready(RuleBroken):
    """What has become the agreement's text is neither held nor replaced; it is changed by another change."""

    status = 409
    clause = "amendment"
    sentence = N_("この変更は、すでに協定の第%(edition)s版になっています。")
    next_step = N_("さらに変えるときは、新しい変更を申し出てください。")


class NoSuchAmendment(RuleBroken):
    """A document executes a change that every party agreed to and that still stands."""

    clause = "amendment"
    sentence = N_("その番号（%(reference)s）の、合意済みの変更はありません。")
    next_step = N_("協定の変更の一覧で、合意済みの申出の番号を確かめてください。")


class IsHeld(RuleBroken):
    """A change that a party holds is not carried out."""

    status = 409
    clause = "amendment"
    sentence = N_("変更%(reference)sは保留されています。")
    next_step = N_("保留した側が解くまで、登録の確認をお待ちください。")


class NoCopy(RuleBroken):
    """The document that was signed is kept as a copy (R0-2)."""

    clause = "amendment"
    sentence = N_("交わした文書の写しが添付されていません。")
    next_step = N_("署名・押印された文書を読み取ったファイルを「添付」に加えてください。")


class Unsaid(RuleBroken):
    """Each thing to be known of the executed document is said (R3-3)."""

    clause = "amendment"
    sentence = N_("選ばれていません。")
    next_step = N_("どれに当たるかを選んでください。")


class NoSigningDay(RuleBroken):
    """A signed document has its day."""

    clause = "amendment"
    sentence = N_("文書の締結日がありません。")
    next_step = N_("文書に記載された締結日を入力してください。")


class SignedInTheFuture(RuleBroken):
    """Only what has been signed is registered."""

    clause = "amendment"
    sentence = N_("文書の締結日（%(day)s）がまだ来ていない日です。")
    next_step = N_("締結した日を入力してください。")


class NoEffectiveDay(RuleBroken):
    """A new edition is in force from a day."""

    clause = "amendment"
    sentence = N_("効力が生じる日がありません。")
    next_step = N_("文書に定められた日を入力してください。定めがなければ、締結日と同じ日を入力してください。")


class BeforeTheEditionBefore(RuleBroken):
    """Editions follow one another: none takes effect before the one it changes, nor before the agreement (R3-5)."""

    clause = "amendment"
    sentence = N_("効力が生じる日（%(day)s）が、いまの版の効力が生じた日（%(first)s）より前です。")
    next_step = N_("%(first)s以後の日を入力してください。")


class NoOriginals(RuleBroken):
    """How many originals there are (R0-2)."""

    clause = "amendment"
    sentence = N_("原本の数がありません。")
    next_step = N_("作成した原本の数を、1以上の数で入力してください。")


# --------------------------------------------------------------------------------------- what must be so


def must_be_said(*, title: str, reason: str, takes: str) -> None:
    """A proposal has a title, a reason, and says what makes it the agreement's text (R3-1)."""
    refusals: list[tuple[RuleBroken, bool]] = [
        (NoTitle("title"), not title.strip()),
        (NoReason("reason"), not reason.strip()),
        (TakesUnsaid("takes"), takes not in set(Takes)),
    ]
    refuse_together(refusal for refusal, is_broken in refusals if is_broken)


def must_rest_on_the_latest(base: int, latest: int) -> None:
    """A change is made to the edition adopted last."""
    if base != latest:
        raise BaseHasMoved("base", base=base, latest=latest)


def must_be_amendable(*, is_dated: bool, is_in_force: bool, survives: bool) -> None:
    """The agreement is in force, or its clause on changes survives its end."""
    if not is_dated:
        raise NoDateYet()
    if not (is_in_force or survives):
        raise NoAmendmentAfterTheEnd()


def must_take_effect_from(takes: str, effective_on: dt.date | None, today: dt.date) -> None:
    """What takes effect by consent alone does so on the day `today` (Asia/Tokyo) at the earliest."""
    if takes == Takes.CONSENT and effective_on is not None and effective_on < today:
        raise TakesEffectInThePast("effective_on", day=effective_on)


def must_lie_ahead(running_until: dt.date | None, today: dt.date) -> None:
    """A last day given to the running term is today or later."""
    if running_until is not None and running_until < today:
        raise RunningTermEndsTooEarly("running_until", day=running_until, today=today)


def must_not_be_adopted(edition: int | None) -> None:
    """The change has not become an edition yet."""
    if edition is not None:
        raise AdoptedAlready(edition=edition)


def must_follow(effective_on: dt.date, first: dt.date | None) -> None:
    """The new edition takes effect on or after `first`, the first day of the edition before it."""
    if first is not None and effective_on < first:
        raise BeforeTheEditionBefore("effective_on", day=effective_on, first=first)


def must_be_executed(
    *,
    title: str,
    sort: str,
    signing: str,
    signed_on: dt.date | None,
    effective_on: dt.date | None,
    originals: int | None,
) -> None:
    """Everything to be known of the executed document is said (R3-3)."""
    refusals: list[tuple[RuleBroken, bool]] = [
        (NoTitle("title"), not title.strip()),
        (Unsaid("sort"), sort not in set(Sort)),
        (Unsaid("signing"), signing not in set(Signing)),
        (NoSigningDay("signed_on"), signed_on is None),
        (NoEffectiveDay("effective_on"), effective_on is None),
        (NoOriginals("originals"), originals is None or originals < 1),
    ]
    refuse_together(refusal for refusal, is_broken in refusals if is_broken)


def must_be_signed(signed_on: dt.date | None, today: dt.date) -> None:
    """The document was signed by the day `today` (Asia/Tokyo)."""
    if signed_on is not None and signed_on > today:
        raise SignedInTheFuture("signed_on", day=signed_on)
