"""How a line of the ledger and what was done about it read on pages and papers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from portal.agreement.settled import Settled
from portal.agreement.text import Edition
from portal.consent.paper import listed
from portal.handback import queries, rules
from portal.handback.queries import Rule
from portal.handback.rules import (
    ACT_NAMES,
    CHOICE_NAMES,
    FORM_NAMES,
    HOLDER_NAMES,
    KIND_NAMES,
    LISTED,
    MARKING_NAMES,
    OPEN,
    SEARCHED_NAMES,
    Act,
    Choice,
    Reach,
    Step,
)
from portal.handback.secrecy import secrecy
from portal.kernel import days
from portal.kernel.periods import DutyStanding
from portal.web.filters import moment
from portal.web.language import language, say

Mark = tuple[str, str]


def day(value: dt.date | None) -> str:
    """A day in words; empty for none."""
    return days.day_in_words(value, language()) if value else ""


def label(edition: Edition, key: str) -> str:
    """How the agreement calls a party (甲)."""
    return edition.party(key).defined_as[language()]


def labels(edition: Edition, keys: Sequence[str]) -> str:
    """Parties by how the agreement calls them, in its order."""
    between = "・" if language() == "ja" else ", "
    return between.join(label(edition, key) for key in edition.party_keys if key in keys)


def direction(edition: Edition, discloser: str, receiver: str) -> str:
    """From whom to whom."""
    return say(
        "%(giver)sから%(receiver)sへ", giver=label(edition, discloser), receiver=label(edition, receiver)
    )


def marks(row: Any, edition: Edition, reach: Reach) -> list[Mark]:
    """How a line stands: keys of chips and their words, the most pressing first."""
    found = [_step(row, reach)]
    if row.step in LISTED:
        if row.waits_for:
            found.append(("waiting", say("%(party)sの確認待ち", party=label(edition, row.waits_for))))
        elif row.confirmed == "otherwise":
            found.append(("to_check", say("受渡しの認識が異なる")))
        if row.question:
            asked = say("指示を求めている（%(choice)s）", choice=say(CHOICE_NAMES[row.question]))
            found.append(("yours", asked))
        if row.received_on is None and not row.waits_for:
            found.append(("unconfirmed", say("受領日未確認")))
    if row.erased_at is not None:
        found.append(("ended", say("ポータルから消去済み")))
    if rules.is_secret(row.marking):
        found.append(
            (
                "secret",
                say(MARKING_NAMES[row.marking]) if row.marking != "undecided" else say("秘密かどうか未定"),
            )
        )
    return found


def _step(row: Any, reach: Reach) -> Mark:
    pressing = (
        "broken" if reach.is_over and not reach.is_voluntary else "late" if reach.is_late else "planned"
    )
    is_return = row.instruction != Choice.DISPOSE
    match Step(row.step):
        case Step.HELD:
            if not reach.has_ended:
                return "running", say("利用中")
            return pressing, say("指示待ち（指示がなければ返却）")
        case Step.ASKED:
            if not reach.has_ended:
                return "planned", say("返却の依頼あり") if is_return else say("処分の依頼あり")
            return pressing, say("返却待ち") if is_return else say("処分待ち")
        case Step.DISPUTED:
            return "sent_back", say("返却・処分の認識が異なる（やり直し）")
        case Step.RETAINED:
            return "held", say("法令による継続保有（未完了）")
        case Step.CARRIED_OUT:
            return "partial", say("返却済・確認待ち") if row.done == Choice.RETURN else say(
                "処分済・確認待ち"
            )
        case Step.RETURNED:
            return "completed", say("返却完了")
        case Step.DISPOSED:
            return "completed", say("処分完了")
        case Step.KEPT:
            return "confirmed", say("保有を認められた（完了）")
        case Step.STRUCK:
            return "withdrawn", say("記録の取消し")
    return "replaced", say("%(reference)sで訂正あり", reference=row.correction or "")


def what(row: Any) -> str:
    """Kind, form and number of copies."""
    return say(
        "%(kind)s／%(form)s／%(copies)s部",
        kind=say(KIND_NAMES[row.kind]),
        form=say(FORM_NAMES[row.form]),
        copies=row.copies,
    )


def kept_until(row: Any, edition: Edition, settled: Settled, reach: Reach) -> str:
    """Up to which day a secret is kept so, and whether that has passed or is to be talked over; empty for what is no
    secret, or has no day of receipt (R7-2)."""
    found = secrecy(edition, settled, reach, marking=row.marking, received_on=row.received_on)
    if found is None:
        return ""
    until = say("秘密保持は%(day)sまで", day=day(found.until))
    match found.standing:
        case DutyStanding.REVIEW:
            return say("%(until)s（要協議）", until=until)
        case DutyStanding.EXPIRED:
            return say("%(until)s（経過）", until=until)
        case DutyStanding.PROTECTED:
            return until


def line(
    row: Any,
    edition: Edition,
    reach: Reach,
    activity: tuple[str, str] | None = None,
    *,
    settled: Settled | None = None,
) -> dict[str, Any]:
    """One line as lists show it; with the day up to which a secret is kept, where what was settled is given."""
    return {
        "kept_until": kept_until(row, edition, settled, reach) if settled else "",
        "row": row,
        "direction": direction(edition, row.discloser, row.receiver),
        "what": what(row),
        "disclosed": day(row.disclosed_on),
        "received": day(row.received_on),
        "marks": marks(row, edition, reach),
        "activity": activity,
        "is_open": row.step in OPEN,
    }


def said_of(act: Any, edition: Edition) -> list[tuple[str, str]]:
    """What an act says, as label and words; what was not said is left out."""
    words: Mapping[str, Any] = queries.words_of(act)
    found: list[tuple[str, str]] = []
    if act.choice and act.act != Act.ACKNOWLEDGE:
        found.append((say("扱い"), say(CHOICE_NAMES[act.choice])))
    if act.on_day:
        is_receipt = act.act == Act.CONFIRM
        found.append((say("受け取った日（受領日）") if is_receipt else say("行った日"), day(act.on_day)))
    if act.act == Act.INSTRUCT and act.erases:
        found.append((say("ポータルからの消去"), say("済んだら、ファイルと内容の説明を消去する")))
    for name, title in (("means", say("返却・処分の方法")), ("by_whom", say("行った人"))):
        found.append((title, words.get(name) or ""))
    found.append(
        (
            say("写しを探した場所"),
            say("、").join(say(SEARCHED_NAMES[one]) for one in words.get("searched") or ()),
        )
    )
    found.append((say("探した結果・補足"), words.get("found") or ""))
    if act.act == Act.CARRY_OUT:
        found.append((say("バックアップ"), backups(words)))
        if words.get("gathered"):
            gathered = say("担当者に渡した写し%(count)s件を含めて済ませた", count=words["gathered"])
            found.append((say("担当者に渡した写し"), gathered))
    found += [
        (say("根拠"), words.get("basis") or ""),
        (say("保有する期間"), " ".join(filter(None, (_iso(words.get("until")), words.get("period") or "")))),
        (say("閲覧できる人の限定"), words.get("access") or ""),
        (say("記載"), words.get("remark") or ""),
    ]
    return [(title, text) for title, text in found if text]


def backups(words: Mapping[str, Any]) -> str:
    """What is said of the backups."""
    if words.get("backups_until"):
        return say("最後の世代は%(day)sに消える", day=_iso(words["backups_until"]))
    return say("残る写しはない") if words.get("has_no_backups") else ""


def _iso(text: str | None) -> str:
    return day(dt.date.fromisoformat(text)) if text else ""


def act_line(act: Any, edition: Edition, *, is_open: bool) -> dict[str, Any]:
    """One act as the page of a line shows it; its words for those of the two sides alone."""
    return {
        "act": act,
        "title": say(ACT_NAMES[act.act]),
        "who": " ".join(filter(None, (label(edition, act.party), act.post, act.name if is_open else ""))),
        "when": moment(act.at),
        "said": said_of(act, edition) if is_open else [],
        "digest": act.digest,
    }


def holder_kind(kind: str) -> str:
    """What kind of holder it is; a kind that only the agreement knows, by its own name."""
    return say(HOLDER_NAMES[kind]) if kind in HOLDER_NAMES else kind


def rule_words(rule: Rule, edition: Edition, activities: Mapping[str, tuple[str, str]]) -> str:
    """What a rule chooses by, in words."""
    chosen = [
        (say("相手"), label(edition, rule.other) if rule.other else ""),
        (say("種類"), say(KIND_NAMES[rule.kind]) if rule.kind else ""),
        (say("取組"), activities[rule.activity][0] if rule.activity in activities else rule.activity),
        (say("秘密の区分"), say(MARKING_NAMES[rule.marking]) if rule.marking else ""),
        (say("扱い"), say(CHOICE_NAMES[rule.choice]) if rule.choice else ""),
    ]
    return say("、").join(f"{title}：{words}" for title, words in chosen if words) or say("すべて")


def receivers(row: Any, edition: Edition) -> str:
    """Every party that received it."""
    return labels(edition, listed(row.receivers))
