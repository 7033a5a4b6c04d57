"""The rules on what appeared without agreement, or otherwise than agreed: recorded as what it is, settled by all; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from portal.kernel.errors import RuleBroken
from portal.kernel.words import N_


class Nature(StrEnum):
    """A publication outside what was agreed, recorded as what it is (R6.2-7; S4, S12)."""

    WITHOUT_AGREEMENT = "without_agreement"
    DIFFERS = "differs"
    FOR_INFORMATION = "for_information"


NATURE_NAMES: Mapping[str, str] = {
    Nature.WITHOUT_AGREEMENT: N_("事前合意のない公表"),
    Nature.DIFFERS: N_("事前合意と異なる公表"),
    Nature.FOR_INFORMATION: N_("合意によらない公表（議会答弁・情報公開など、共有のため）"),
}


class Secrets(StrEnum):
    """Whether confidential information was in what appeared, by the word of who recorded it (S12)."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


SECRETS_NAMES: Mapping[str, str] = {
    Secrets.NO: N_("含まれていない"),
    Secrets.YES: N_("含まれている、またはそのおそれがある"),
    Secrets.UNKNOWN: N_("まだ分からない"),
}


class NatureMissing(RuleBroken):
    """It is said as what the publication is recorded."""

    clause = "publicity"
    sentence = N_("どのような公表かが選ばれていません。")
    next_step = N_(
        "当てはまるものを一つ選んでください。分からないときは「事前合意のない公表」を選び、事情に書いてください。"
    )


class AgreedItemMissing(RuleBroken):
    """What differs, differs from something agreed."""

    clause = "publicity"
    sentence = N_("どの合意と異なるのかが分かりません。")
    next_step = N_("合意した公表のページから記録するか、「事前合意のない公表」を選んでください。")


class ChannelMissing(RuleBroken):
    """What differs from an agreed channel names it; one that no agreed channel covers says so."""

    clause = "publicity"
    sentence = N_("どの経路での公表かが選ばれていません。")
    next_step = N_("合意した経路のどれかを選び、どれでもないときは「合意した経路ではない」を選んでください。")


class SecretsUnsaid(RuleBroken):
    """It is said whether confidential information was in it, if only that nobody knows yet."""

    clause = "publicity"
    sentence = N_("秘密情報が含まれていたかどうかが選ばれていません。")
    next_step = N_("分からないときは「まだ分からない」を選んでください。")


class SettledAlready(RuleBroken):
    """A party says once that the matter is settled for it."""

    status = 409
    clause = "publicity"
    sentence = N_("自分の側は、この件をすでに終結としています。")
    next_step = N_("ほかの当事者の回答をお待ちください。")


class NothingToSettle(RuleBroken):
    """What is shared for information asks nobody for anything."""

    status = 409
    clause = "publicity"
    sentence = N_("共有のための記録には、終結はありません。")
    next_step = N_(
        "事前の合意が要るものだったときは、あらためて「事前合意のない公表」として記録してください。"
    )


def must_be_recordable(
    nature: str, secrets: str, *, is_agreed: bool, channel: int | None, channels: Collection[int]
) -> None:
    """A publication beside the agreement is of a known nature, and it is said whether secrets were in it; one that
    differs differs from what was agreed (`is_agreed`), through one of its `channels`, or none (`channel` 0)."""
    if nature not in set(Nature):
        raise NatureMissing("nature")
    if nature == Nature.DIFFERS and not is_agreed:
        raise AgreedItemMissing("nature")
    if nature == Nature.DIFFERS and channel not in {0, *channels}:
        raise ChannelMissing("channel")
    if secrets not in set(Secrets):
        raise SecretsUnsaid("secrets")


def must_be_open_for(party: str, settled_by: Collection[str], *, nature: str) -> None:
    """There is something to settle, and `party` has not settled it before."""
    if nature == Nature.FOR_INFORMATION:
        raise NothingToSettle()
    if party in settled_by:
        raise SettledAlready()


def attributed(words: Mapping[str, str], parties: Collection[str]) -> str:
    """The party whose publication it was, by the same word of every party; empty as long as they do not say the
    same (S12: only if the parties say so)."""
    said = {words.get(party, "") for party in parties}
    return said.pop() if len(said) == 1 else ""
