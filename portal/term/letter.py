"""The letter of a notice on A4, always in Japanese: what stands on the paper that is sealed and sent (R4-1, R4-2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.kernel.days import day_in_words
from portal.kernel.pdf import Block, Details, Heading, Paper, Paragraph, Quotation, SealBox, Space
from portal.kernel.periods import TakesEffect, last_day_in_force
from portal.kernel.words import N_
from portal.term.notice import NoticeBody
from portal.term.rules import NoticeKind

_SUBJECTS = {
    NoticeKind.NON_RENEWAL: N_("協定を更新しない旨の意思表示について（通知）"),
    NoticeKind.TERMINATION: N_("協定の解約について（通知）"),
}
_SIGNED = N_("%(day)sに締結した「%(title)s」（以下「本協定」といいます。）について、次のとおり通知します。")
_NOT_DATED = N_("「%(title)s」（以下「本協定」といいます。）について、次のとおり通知します。")
_NON_RENEWAL = N_(
    "本協定の%(clause)sに基づき、第%(number)s期の期間満了日である%(expiry)sをもって本協定を終了し、その翌日以後は継続しない旨の意思を、"
    "この書面により表示します。"
)
_TERMINATION = N_(
    "本協定の%(clause)sに基づき、%(planned)sを解約予定日として本協定を解約することを、この書面により通知します。"
)
_ENDS_WITH_THE_DAY = N_("本協定は、%(last)sの終わりまで効力を有するものとして取り扱います。")
_ENDS_BEFORE_THE_DAY = N_(
    "本協定は、解約予定日の前日である%(last)sの終わりまで効力を有するものとして取り扱います。"
)
WRITING = N_(
    "本システムへの登録や送信は、%(articles)sの書面に代わるものではありません。書面の効力の判断は当事者が行います。"
)
ELECTRONIC_WRITING = N_(
    "当事者は%(reference)sにより、電磁的方法を%(articles)sの書面とみなすことに合意しています。本システムへの登録や送信がこれに当たるか、"
    "また書面の効力は、当事者が判断します。"
)
"""The fixed sentences on writing; which applies is the parties' to settle (R4-2, R4-3)."""


@dataclass(frozen=True)
class Letter:
    """Everything that the letter to one receiver is made of, in Japanese."""

    body: NoticeBody
    title: str
    """Of the agreement."""
    signed_on: dt.date | None
    clause: str
    clause_text: str
    sender: str
    """The name of the party that gives it."""
    addressee: str
    expiry: dt.date | None
    takes_effect: TakesEffect
    writing: str
    """The fixed sentence on writing that applies."""
    reference: str = ""
    """Of the register; none before it was sent."""


def letter_of(
    body: NoticeBody,
    receiver: str,
    *,
    party: str,
    parties: Mapping[str, Mapping[str, Any]],
    clause: Mapping[str, Any],
    signed_on: dt.date | None,
    expiry: dt.date | None,
    takes_effect: TakesEffect,
    writing: str,
    reference: str = "",
) -> Letter:
    """The letter of the words to `receiver`, with the names and the clause as the edition has them."""
    return Letter(
        body=body,
        title=clause["title"]["ja"],
        signed_on=signed_on,
        clause=clause["label"]["ja"],
        clause_text=clause["text"]["ja"],
        sender=parties[party]["name"]["ja"],
        addressee=next((words for key, words in body.addressees if key == receiver), ""),
        expiry=expiry,
        takes_effect=takes_effect,
        writing=writing,
        reference=reference,
    )


def blocks(letter: Letter) -> list[Block]:
    """The letter from top to bottom."""
    body = letter.body
    return [
        *([Paragraph(body.document_number, "right")] if body.document_number else []),
        Paragraph(_day(body.dated), "right"),
        Space(1),
        Paragraph(letter.addressee),
        Space(1),
        Paragraph(f"{letter.sender}\n{body.sender}", "right"),
        SealBox(in_japanese(N_("印"))),
        Space(1),
        Heading(in_japanese(_SUBJECTS[NoticeKind(body.kind)]), 1, "center"),
        Paragraph(
            in_japanese(_SIGNED, day=_day(letter.signed_on), title=letter.title)
            if letter.signed_on
            else in_japanese(_NOT_DATED, title=letter.title)
        ),
        *(Paragraph(one) for one in _statement(letter)),
        *([Paragraph(body.statement)] if body.statement.strip() else []),
        Paragraph(in_japanese(N_("記")), "center"),
        Details(_rows(letter)),
        Quotation(letter.clause_text),
        Paragraph(in_japanese(N_("以上")), "right"),
        *([Details([(in_japanese(N_("問合せ先")), body.contact)])] if body.contact.strip() else []),
    ]


def _statement(letter: Letter) -> list[str]:
    body = letter.body
    if body.kind == NoticeKind.NON_RENEWAL:
        expiry, number = _day(letter.expiry), body.term
        return [in_japanese(_NON_RENEWAL, clause=letter.clause, number=number, expiry=expiry)]
    planned = body.planned
    assert planned is not None  # it is whole
    last = last_day_in_force(planned, letter.takes_effect)
    return [
        in_japanese(_TERMINATION, clause=letter.clause, planned=_day(planned)),
        in_japanese(_ENDS_WITH_THE_DAY if last == planned else _ENDS_BEFORE_THE_DAY, last=_day(last)),
    ]


def _rows(letter: Letter) -> list[tuple[str, str]]:
    body = letter.body
    return [
        (in_japanese(N_("協定の名称")), letter.title),
        *([(in_japanese(N_("締結日")), _day(letter.signed_on))] if letter.signed_on else []),
        (
            (in_japanese(N_("期間満了日")), _day(letter.expiry))
            if body.kind == NoticeKind.NON_RENEWAL
            else (in_japanese(N_("解約予定日")), _day(body.planned))
        ),
        (in_japanese(N_("根拠となる条項")), letter.clause),
    ]


def paper(letter: Letter, *, made_at: dt.datetime) -> Paper:
    """The letter to print, seal and send; at its foot the fixed sentence on writing (R4-2)."""
    return Paper(
        title=in_japanese(_SUBJECTS[NoticeKind(letter.body.kind)]),
        blocks=blocks(letter),
        made_at=made_at,
        footer=f"{letter.reference}　{letter.writing}".strip(),
        language="ja",
        author=letter.sender,
    )


def writing_sentence(
    articles: Sequence[str], *, electronic: bool, reference: str
) -> tuple[str, dict[str, str]]:
    """The fixed sentence on writing that applies, as a message and what fills its places (R4-2, R4-3)."""
    facts = {"articles": "・".join(articles)}
    return (ELECTRONIC_WRITING, facts | {"reference": reference}) if electronic else (WRITING, facts)


def in_japanese(message: str, **facts: object) -> str:
    """The message in Japanese, whatever the reader's language is: the letter has one language, as the agreement has."""
    return message % facts if facts else message


def _day(day: dt.date | None) -> str:
    return day_in_words(day, "ja") if day else ""
