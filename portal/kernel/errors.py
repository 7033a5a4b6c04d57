"""The refusals of the portal: each knows the fact that was not so, the clause, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

from portal.kernel.words import N_


class Refused(Exception):
    """An act the portal does not carry out; nothing has changed."""

    status: ClassVar[int] = 422
    clause: ClassVar[str | None] = None
    """The key of the agreement's term the rule rests on, or None where it is the portal's own rule."""
    sentence: ClassVar[str] = N_("この操作はできません。")
    next_step: ClassVar[str] = N_("前の画面に戻って内容を確かめてください。")

    def __init__(self, field: str | None = None, /, **facts: object) -> None:
        self.field = field
        """The name of the form field beside which the sentence belongs, if there is one."""
        self.facts: Mapping[str, object] = facts
        super().__init__(type(self).__name__, facts)

    @property
    def each(self) -> Sequence[Refused]:
        """The refusals told at once: this one, unless it gathers several."""
        return (self,)


class RuleBroken(Refused):
    """A rule of the agreement or of the portal refused the act; subclasses are named for the broken rule."""


class SeveralRulesBroken(RuleBroken):
    """Several rules refused the same words; each refusal stands beside its own field."""

    sentence = N_("直すところが%(count)sか所あります。")
    next_step = N_("前の画面に戻り、それぞれの欄を直してください。")

    def __init__(self, refusals: Sequence[RuleBroken]) -> None:
        super().__init__(refusals[0].field, count=len(refusals))
        self._refusals = tuple(refusals)

    @property
    def each(self) -> Sequence[Refused]:
        """Every refusal, in the order of the rules."""
        return self._refusals


def refuse_together(refusals: Iterable[RuleBroken]) -> None:
    """There were no refusals; else raises the only one, or SeveralRulesBroken with the first for each field."""
    kept: list[RuleBroken] = []
    for refusal in refusals:
        if refusal.field is None or refusal.field not in {one.field for one in kept}:
            kept.append(refusal)
    if len(kept) == 1:
        raise kept[0]
    if kept:
        raise SeveralRulesBroken(kept)


def ask_all(*rules: Callable[[], None]) -> None:
    """Every rule holds; else raises what all of them refuse, together."""
    refusals: list[RuleBroken] = []
    for rule in rules:
        try:
            rule()
        except RuleBroken as refused:
            refusals += [one for one in refused.each if isinstance(one, RuleBroken)]
    refuse_together(refusals)


class MovedUnderThePen(RuleBroken):
    """What the person was looking at is no longer what stands (409)."""

    status = 409


class NotAllowed(Refused):
    """The actor may see this but may not do it (403)."""

    status = 403
    sentence = N_("この操作をする権限がありません。")
    next_step = N_("必要なときは、自分の側の利用者管理者に役割の追加を相談してください。")


class NotFound(Refused):
    """There is no such thing for this reader: never made, gone, or not theirs to know of (404)."""

    status = 404
    sentence = N_("お探しのページは見つかりません。")
    next_step = N_("アドレスを確かめるか、ホームから探してください。")


class Unavailable(Refused):
    """The database or the disk cannot serve just now; nothing was changed (503)."""

    status = 503
    sentence = N_("ただいま処理できません。内容は保存されていません。")
    next_step = N_("しばらく待ってから、もう一度操作してください。")


class OutcomeUnknown(Unavailable):
    """The database fell silent after it was asked to keep an act: whether it did is not known (503). The same submission sent
    again is answered with the first one's outcome, or carried out (I7)."""

    sentence = N_("データベースの応答が途絶えたため、内容が保存されたかどうかを確認できません。")
    next_step = N_(
        "しばらく待ってから、この画面の内容をもう一度送ってください。保存されていたときも、二重に記録されることはありません。"
    )
