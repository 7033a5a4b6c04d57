"""The consent engine, pure: what a document is after an act, or which rule refuses the act (security.md 4).

`after(paper, act)` is the whole machine. Commands ask it before they write; `replay` folds the record through it
and compares with the tables (I12); the property tests drive it on its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from portal.kernel.errors import MovedUnderThePen, RuleBroken
from portal.kernel.words import N_


class Says(StrEnum):
    """What a party's reply to a revision says."""

    CONSENT = "consent"
    WITHDRAW = "withdraw"
    SEND_BACK = "send_back"


class Standing(StrEnum):
    """Where a document stands."""

    DRAFT = "draft"
    OPEN = "open"
    PARTIAL = "partial"
    SENT_BACK = "sent_back"
    AGREED = "agreed"
    HELD = "held"
    REPLACED = "replaced"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


STANDING_NAMES = {
    Standing.DRAFT: N_("下書き"),
    Standing.OPEN: N_("協議中"),
    Standing.PARTIAL: N_("一部同意"),
    Standing.SENT_BACK: N_("差戻し"),
    Standing.AGREED: N_("合意済"),
    Standing.HELD: N_("合意済（保留中）"),
    Standing.REPLACED: N_("差替え済"),
    Standing.DECLINED: N_("見送り"),
    Standing.WITHDRAWN: N_("取下げ"),
}
ON_THE_TABLE = frozenset({Standing.OPEN, Standing.PARTIAL, Standing.SENT_BACK})
AGREED_STANDINGS = frozenset({Standing.AGREED, Standing.HELD})


class Capacity(StrEnum):
    """In what capacity the party's own decision was made (practice.md 3.1)."""

    DECISION = "decision"
    STANDING_DELEGATION = "standing_delegation"
    IN_ABSENCE = "in_absence"


CAPACITY_NAMES = {
    Capacity.DECISION: N_("決裁"),
    Capacity.STANDING_DELEGATION: N_("専決"),
    Capacity.IN_ABSENCE: N_("代決"),
}


class RevisionHasMoved(MovedUnderThePen):
    """The revision answered is not the one now on the table (I1; row 23)."""

    sentence = N_("ご覧になっていた版は、いまは旧版です。何も記録していません。")
    next_step = N_("最新の版と違いを確かめてから、あらためて回答してください。")


class NothingOnTheTable(RuleBroken):
    """Only a tabled revision can be answered."""

    sentence = N_("まだ提示されていないため、回答できません。")
    next_step = N_("提示されるまでお待ちください。")


class AgreedAlready(RuleBroken):
    """After agreement there is hold and joint replacement, never a silent change (I6; decision 13)."""

    status = 409
    sentence = N_("この文書はすでに合意が成立しています。合意した内容は変えられません。")
    next_step = N_("変えるときは「変更を提案する」を、急ぎ止めるときは「保留」を使ってください。")


class ClosedAlready(RuleBroken):
    """A declined, withdrawn or replaced document takes no further act."""

    status = 409
    sentence = N_("この文書は終わっています（見送り・取下げ・差替え）。")
    next_step = N_("続けるときは、この文書の写しから新しい文書を始めてください。")


class ConsentedAlready(RuleBroken):
    """A party consents once to a revision; two of its members are one voice (row 29)."""

    status = 409
    sentence = N_("自分の側はこの版にすでに同意しています。")
    next_step = N_("ほかの当事者の同意をお待ちください。")


class SentBackAlready(RuleBroken):
    """A revision sent back takes no consent until there is a new one (decision 25)."""

    status = 409
    sentence = N_("この版は差し戻されています。新しい版が提示されるまで同意できません。")
    next_step = N_("差戻しの理由を読み、直した版を提示してください。")


class DraftedAlone(RuleBroken):
    """Whoever alone drafted a revision for a party does not give that party's consent (decision 12, 26; I3)."""

    status = 403
    sentence = N_(
        "この版は自分の側ではあなただけが起案しました。起案者だけで同意することはできません（四つの目の原則）。"
    )
    next_step = N_("自分の側の別の同意権者に同意を依頼してください。")


class NoConsentToWithdraw(RuleBroken):
    """Only a party that consented to this revision can withdraw its consent (I9)."""

    status = 409
    sentence = N_("自分の側は、この版に同意していません。撤回する同意がありません。")
    next_step = N_("文書の状態を確かめてください。")


class OnlyTheProposerWithdraws(RuleBroken):
    """A document is withdrawn by the party that proposed it; the others decline (R2-10)."""

    status = 403
    sentence = N_("取り下げられるのは、提案した側だけです。")
    next_step = N_("この提案に応じないときは「見送り」を使ってください。")


class NothingChanged(RuleBroken):
    """An unchanged text makes no revision and touches no consent (decision 25)."""

    sentence = N_("提示済みの版と同じ内容です。新しい版は作らず、同意もそのまま残っています。")
    next_step = N_("内容を変えてから提示してください。")


class NotHeld(RuleBroken):
    """Only the holding party lifts its own hold (decision 26)."""

    status = 409
    sentence = N_("自分の側の保留はありません。保留は、保留した側だけが解けます。")
    next_step = N_("保留した側に、解くよう相談してください。")


class HeldAlready(RuleBroken):
    """One hold a party."""

    status = 409
    sentence = N_("自分の側はすでに保留しています。")
    next_step = N_("保留の理由と経過は文書のページで確かめられます。")


class NotAgreedYet(RuleBroken):
    """Hold and replacement need an agreement."""

    sentence = N_("まだ合意が成立していません。")
    next_step = N_("合意の前は、差戻し・見送り・同意の撤回を使ってください。")


class NoDateYet(RuleBroken):
    """Without a date of the agreement only drafts are possible (decision 30)."""

    clause = "term"
    sentence = N_("協定の締結日がまだ記入されていないため、提示できません。下書きは保存できます。")
    next_step = N_("「期間」のページで締結日を記入し、各当事者の確認を受けてください。")


class AgreementNotInForce(RuleBroken):
    """There is no consent under an agreement that is not in force (R5-5)."""

    clause = "term"
    sentence = N_("協定の有効期間の外にあるため、この操作はできません。")
    next_step = N_("「期間」のページで、いまの状態を確かめてください。")


class AgreementHasEnded(AgreementNotInForce):
    """After the last day in force there is no new activity, and no consent to activities, particulars or publicity;
    what the surviving clauses are about goes on (R5-5; invariant 10)."""

    status = 409
    clause = "survival"
    sentence = N_(
        "協定は%(day)sに終了しています。終了後も効力のある条項に、取組や期間についての新しい合意の定めは含まれません。"
    )
    next_step = N_(
        "終了前から続く取組は、完了か中止を記録してください。返却・処分、秘密の保持、助言の記録、疑義の協議は続けられます。"
    )


class StrangerToTheDocument(RuleBroken):
    """Only a party of the edition in force acts on a document (I3)."""

    status = 403
    sentence = N_("この文書の当事者ではありません。")
    next_step = N_("自分の側の利用者管理者に確かめてください。")


@dataclass(frozen=True)
class Paper:
    """A document as its acts have made it; what `after` reads and returns."""

    parties: frozenset[str]
    proposer: str
    standing: Standing = Standing.DRAFT
    revision: int = 0
    digest: str = ""
    content: str = ""
    """Digest of the words alone, by which an unchanged text is known."""
    tabled_by: str = ""
    drafters: frozenset[str] = frozenset()
    """Every member who saved for the tabling party since the revision before."""
    consents: frozenset[str] = frozenset()
    sent_back_by: frozenset[str] = frozenset()
    held_by: frozenset[str] = frozenset()

    @property
    def waits_for(self) -> frozenset[str]:
        """The parties whose act is awaited: a new revision after a sending back, else the missing consents."""
        if self.standing is Standing.SENT_BACK:
            return frozenset({self.tabled_by})
        if self.standing in ON_THE_TABLE:
            return self.parties - self.consents
        return frozenset()


class Said(NamedTuple):
    """One reply to the revision on the table."""

    party: str
    says: str
    at: dt.datetime


def awaited_since(
    standing: Standing, waits_for: Iterable[str], tabled_at: dt.datetime, said: Iterable[Said]
) -> dict[str, dt.datetime]:
    """Since when each party in `waits_for` is waited for: the tabling of the revision, the withdrawal of its own consent to it,
    or the first sending back (R2-7). What the others say makes no wait young. `said` are the replies to that very
    revision in their order."""
    since: dict[str, dt.datetime] = {}
    sent_back_at: dt.datetime | None = None
    for one in said:
        if one.says == Says.WITHDRAW:
            since[one.party] = one.at
        elif one.says == Says.SEND_BACK and sent_back_at is None:
            sent_back_at = one.at
    if standing is Standing.SENT_BACK and sent_back_at is not None:
        return dict.fromkeys(waits_for, sent_back_at)
    return {party: since.get(party, tabled_at) for party in waits_for}


@dataclass(frozen=True)
class Act:
    """Something a party does to a document, through one of its members."""

    party: str
    member: str


@dataclass(frozen=True)
class Table(Act):
    """A revision is put on the table: `parent` is the digest it was written upon."""

    number: int
    digest: str
    content: str
    parent: str
    drafters: frozenset[str]


@dataclass(frozen=True)
class Consent(Act):
    """The party consents to the revision with the digest `seen`."""

    seen: str
    four_eyes: bool = True


@dataclass(frozen=True)
class WithdrawConsent(Act):
    """The party takes back its consent to the revision with the digest `seen`."""

    seen: str


@dataclass(frozen=True)
class SendBack(Act):
    """The party sends the revision with the digest `seen` back, with a reason."""

    seen: str


@dataclass(frozen=True)
class Decline(Act):
    """The party does not go along (見送り)."""


@dataclass(frozen=True)
class Withdraw(Act):
    """The proposing party takes its document off the table (取下げ)."""


@dataclass(frozen=True)
class Hold(Act):
    """The party stops what was agreed, for the time being (保留)."""


@dataclass(frozen=True)
class LiftHold(Act):
    """The holding party lets it go on."""


@dataclass(frozen=True)
class Replace(Act):
    """Another document that replaces this one has been agreed."""

    by: str = field(default="")


def after(paper: Paper, act: Act) -> Paper:
    """The document after `act`; raises the RuleBroken that refuses it, and then nothing has changed.

    Both means all: agreement (合意) is set equality of the consenting parties with the parties of the edition
    (art. 6(2), 2(1)(3), 2(2); I2; decision 28).
    """
    if act.party not in paper.parties:
        raise StrangerToTheDocument()
    match act:
        case Table():
            return _tabled(paper, act)
        case Consent():
            return _consented(paper, act)
        case WithdrawConsent():
            return _consent_withdrawn(paper, act)
        case SendBack():
            return _sent_back(paper, act)
        case Decline():
            _must_be_on_the_table(paper)
            return replace(paper, standing=Standing.DECLINED, consents=frozenset())
        case Withdraw():
            _must_be_on_the_table(paper)
            if act.party != paper.proposer:
                raise OnlyTheProposerWithdraws()
            return replace(paper, standing=Standing.WITHDRAWN, consents=frozenset())
        case Hold():
            _must_be_agreed(paper)
            if act.party in paper.held_by:
                raise HeldAlready()
            return replace(paper, standing=Standing.HELD, held_by=paper.held_by | {act.party})
        case LiftHold():
            _must_be_agreed(paper)
            if act.party not in paper.held_by:
                raise NotHeld()
            still = paper.held_by - {act.party}
            return replace(paper, standing=Standing.HELD if still else Standing.AGREED, held_by=still)
        case Replace():
            _must_be_agreed(paper)
            return replace(paper, standing=Standing.REPLACED, held_by=frozenset())
        case _:
            raise AssertionError(f"no such act: {act!r}")


def _tabled(paper: Paper, act: Table) -> Paper:
    if paper.standing is not Standing.DRAFT:
        _must_be_on_the_table(paper)
        if act.content == paper.content:
            raise NothingChanged()
    if act.number != paper.revision + 1 or act.parent != paper.digest:
        raise RevisionHasMoved()
    return replace(
        paper,
        standing=Standing.OPEN,
        revision=act.number,
        digest=act.digest,
        content=act.content,
        tabled_by=act.party,
        drafters=act.drafters,
        consents=frozenset(),
        sent_back_by=frozenset(),
    )


def _consented(paper: Paper, act: Consent) -> Paper:
    _must_be_on_the_table(paper)
    _must_be_the_one_seen(paper, act.seen)
    if paper.standing is Standing.SENT_BACK:
        raise SentBackAlready()
    if act.party in paper.consents:
        raise ConsentedAlready()
    if act.four_eyes and act.party == paper.tabled_by and paper.drafters == {act.member}:
        raise DraftedAlone()
    consents = paper.consents | {act.party}
    standing = Standing.AGREED if consents == paper.parties else Standing.PARTIAL
    return replace(paper, standing=standing, consents=consents)


def _consent_withdrawn(paper: Paper, act: WithdrawConsent) -> Paper:
    _must_be_on_the_table(paper)
    _must_be_the_one_seen(paper, act.seen)
    if act.party not in paper.consents:
        raise NoConsentToWithdraw()
    consents = paper.consents - {act.party}
    if paper.standing is Standing.SENT_BACK:
        return replace(paper, consents=consents)
    return replace(paper, standing=Standing.PARTIAL if consents else Standing.OPEN, consents=consents)


def _sent_back(paper: Paper, act: SendBack) -> Paper:
    _must_be_on_the_table(paper)
    _must_be_the_one_seen(paper, act.seen)
    if act.party in paper.consents:
        raise ConsentedAlready()
    if act.party in paper.sent_back_by:
        raise SentBackAlready()
    return replace(paper, standing=Standing.SENT_BACK, sent_back_by=paper.sent_back_by | {act.party})


def _must_be_on_the_table(paper: Paper) -> None:
    if paper.standing is Standing.DRAFT:
        raise NothingOnTheTable()
    if paper.standing in AGREED_STANDINGS:
        raise AgreedAlready()
    if paper.standing not in ON_THE_TABLE:
        raise ClosedAlready()


def _must_be_agreed(paper: Paper) -> None:
    if paper.standing in AGREED_STANDINGS:
        return
    if paper.standing in {Standing.REPLACED, Standing.DECLINED, Standing.WITHDRAWN}:
        raise ClosedAlready()
    raise NotAgreedYet()


def _must_be_the_one_seen(paper: Paper, seen: str) -> None:
    if seen != paper.digest:
        raise RevisionHasMoved()
