"""Whose turn it is once a publicity item is agreed, and what to press first (decision 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, url_for

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.consent.models import Document
from portal.consent.showing import Turn, who_lifts
from portal.kernel.words import N_
from portal.publicity import queries
from portal.publicity.sorts import Relation
from portal.publicity.states import Out, State
from portal.publicity.views.doors import party_label
from portal.web.language import say


@dataclass(frozen=True)
class Stand:
    """Where a tabled item stands as its page is made."""

    row: Any
    state: State
    found: queries.Appeared
    channels: Sequence[Mapping[str, Any]]
    holders: Sequence[str]

    @property
    def left(self) -> list[Mapping[str, Any]]:
        """The channels that may still go out, now or later."""
        return [
            one for one in self.channels if not one["done"] and not one["otherwise"] and not one["is_over"]
        ]

    @property
    def out(self) -> Out:
        """How much of it is out."""
        return queries.out_of(self.row)


def open_channels(reader: Actor, stand: Stand) -> list[Mapping[str, Any]]:
    """The channels that the reader's side can publish now: the time reached, the ones before them out where an
    order was agreed."""
    if stand.state not in {State.READY, State.PARTLY_PUBLISHED}:
        return []
    return [
        one
        for one in stand.channels
        if one["publisher"] == reader.party and one["is_open"] and not one["done"] and not one["waits_for"]
    ]


def turn_of(reader: Actor, stand: Stand) -> Turn | None:
    """Whose turn it is once an item is agreed (decision 22); None while the mechanism itself says it."""
    row, at = stand.row, {"moment": stand.row.opens_at, "event": stand.row.event}
    may, mine = reader.may(Permission.PUBLISH), f",{reader.party}," in row.publishers
    taking_down = row.relation == Relation.TAKE_DOWN
    by_press = (
        None
        if may
        else say("取下げの記録は、あなたの側の広報担当か同意権者が行います。")
        if taking_down
        else say("公表の記録は、あなたの側の広報担当か同意権者が行います。")
    )
    match stand.state:
        case State.READY | State.PARTLY_PUBLISHED if open_channels(reader, stand):
            words = (
                say("掲載を取り下げられます。取り下げたら、経路ごとに記録してください。")
                if taking_down
                else say("公表できます。公表したら、経路ごとに記録してください。")
            )
            return Turn("yours", words, None, by_press)
        case State.READY | State.PARTLY_PUBLISHED:
            left = stand.left
            if not left and taking_down:
                return Turn("stopped", say("残りの経路は、合意した時期を過ぎました。"), None,
                            say("残りを取り下げるときは、新しい「掲載の取下げ」として、新しい時期で全当事者の合意を得てください。"))  # fmt: skip
            if not left:
                return Turn("stopped", say("残りの経路は、合意した時期を過ぎました。"), None,
                            say("残りを公表するときは「補足」として、新しい時期で全当事者の合意を得てください。"))  # fmt: skip
            if waited := [one["publisher"] for one in left if one["is_open"]]:
                keys = [key for key in g.edition_in_force().party_keys if key in waited]
                labels = say("・").join(map(party_label, keys))
                return Turn(
                    "others",
                    say("%(parties)sによる掲載の取下げと記録を待っています。", parties=labels)
                    if taking_down
                    else say("%(parties)sの公表と記録を待っています。", parties=labels),
                )
            first = min(one["opens_at"] for one in left)
            return Turn(
                "others",
                say("残りの経路は、%(moment)sから取り下げられます。", moment=first)
                if taking_down
                else say("残りの経路は、%(moment)sから公表できます。", moment=first),
            )
        case State.WAITING:
            words = (
                say("合意済みです。%(moment)sから取り下げられます。", **at)
                if taking_down
                else say("合意済みです。%(moment)sから公表できます。", **at)
            )
            until_then = (
                say("それまでは、どの経路も取り下げられません。")
                if taking_down
                else say("それまでは、どの経路も公表できません。")
            )
            return Turn("others", words, None, until_then)
        case State.WAITING_FOR_EVENT if mine:
            return Turn("yours", say("「%(event)s」が終わったら、行事の終了を記録してください。", **at), None,
                        by_press or say("記録すると、公表できるようになります。"))  # fmt: skip
        case State.WAITING_FOR_EVENT:
            return Turn("others", say("「%(event)s」の終了の記録を待っています。", **at))
        case State.PUBLISHED if not taking_down and any(one["differences"] for one in stand.channels):
            return _as_otherwise()
        case State.PUBLISHED:
            words = (
                say("合意したすべての経路で、掲載を取り下げました。")
                if taking_down
                else say("合意したすべての経路で公表されました。")
            )
            return Turn("done", words)
        case State.OTHERWISE:
            return _as_otherwise()
        case State.HELD:
            holders = say("・").join(map(party_label, stand.holders))
            words = (
                say("%(parties)sが保留しています。どの経路も取り下げられません。", parties=holders)
                if taking_down
                else say("%(parties)sが保留しています。どの経路も公表できません。", parties=holders)
            )
            return Turn("stopped", words, None, who_lifts(reader, stand.holders))
        case State.LAPSED if taking_down:
            return Turn("stopped", say("合意した時期を過ぎました。この合意では取り下げられません。"), None,
                        say("取り下げるなら、「変更を提案する」から新しい時期で合意を得てください。"))  # fmt: skip
        case State.LAPSED:
            return Turn("stopped", say("合意した時期を過ぎました。この合意では公表できません。"), None,
                        say("公表するなら「変更を提案する」から新しい時期で、しないなら「公表の中止を提案する」から、合意を得てください。"))  # fmt: skip
        case State.ENDED:
            return Turn("stopped", say("協定が終了したため、この合意に基づく公表はできません。"), None,
                        say("公表するときは、任意の合意としてあらためて合意を得てください。しないときは、保留にするとホームの一覧から外れます。"))  # fmt: skip
        case State.CALLED_OFF:
            return Turn("done", say("公表しないことに、全当事者が合意しました。"))
    return None


def _as_otherwise() -> Turn:
    """All of it is out, and not all of it as agreed."""
    return Turn("stopped", say("すべての経路で公表されましたが、合意と異なるものがあります。"), None,
                say("下の記録を確かめ、必要なら訂正・補足・掲載の取下げを起案してください。"))  # fmt: skip


def acts_of(reader: Actor, document: Document, stand: Stand | None) -> list[tuple[str, str]]:
    """What to press first: label and address."""
    if stand is None or not reader.may(Permission.PUBLISH):
        return []
    if stand.state is State.WAITING_FOR_EVENT and f",{reader.party}," in stand.row.publishers:
        return [(say("行事の終了を記録する"), url_for("publicity.event_ended", id=document.id))]
    label = (
        N_("経路%(number)sの取下げを記録する")
        if stand.row.relation == Relation.TAKE_DOWN
        else N_("経路%(number)sの公表を記録する")
    )
    return [
        (say(label, number=one["number"]), url_for("publicity.publish", id=document.id, number=one["number"]))
        for one in open_channels(reader, stand)
    ]
