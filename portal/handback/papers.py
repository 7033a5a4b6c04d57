"""The papers of handing over and back: the list, receipts, receipts of what came back, certificates of disposal (R5-6).

Each is made of data once, and shown as a page to print and as a PDF alike.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from portal.agreement.settled import Settled
from portal.agreement.text import Edition
from portal.handback import queries, rules, showing
from portal.handback.models import Holding
from portal.handback.queries import Tally, Whole
from portal.handback.rules import OPEN, Act, Choice, Reach, Step
from portal.handback.showing import day
from portal.kernel.clock import day_in_japan
from portal.kernel.pdf import Block, Details, Heading, Paper, Paragraph, SealBox, Table, Together
from portal.kernel.words import N_
from portal.web.filters import moment
from portal.web.language import language, say

LIST, RECEIPTS, RETURNS, CERTIFICATES = "list", "receipts", "returns", "certificates"
NAMES: Mapping[str, str] = {
    LIST: N_("返却・処分一覧"),
    RECEIPTS: N_("受領書"),
    RETURNS: N_("返却受領書"),
    CERTIFICATES: N_("廃棄証明書"),
}
"""Every paper, by its key."""
WANTED: Mapping[str, Sequence[ColumnElement[bool]]] = {
    LIST: (),
    RECEIPTS: (Holding.confirmed == "same",),
    RETURNS: (Holding.step == Step.RETURNED,),
    CERTIFICATES: (Holding.done == Choice.DISPOSE, Holding.step.in_([Step.CARRIED_OUT, Step.DISPOSED])),
}
"""Which lines a paper is about."""
_ROOM = 16
"""So many figures of a check code stand in a table."""


@dataclass(frozen=True)
class Sheet:
    """What a paper is made from."""

    name: str
    edition: Edition
    discloser: str
    receiver: str
    found: Sequence[Whole]
    settled: Settled
    reach: Reach
    head: tuple[int, str]
    """Number and leaf of the last entry of the joint chain."""
    now: dt.datetime
    backup_days: int

    @property
    def code(self) -> str:
        """The check code of the paper: of the one act it attests, or over the codes of all its lines."""
        codes = [_attested(self.name, one) for one in self.found]
        return codes[0] if len(codes) == 1 else hashlib.sha256(" ".join(codes).encode()).hexdigest()

    @property
    def title(self) -> str:
        """What it is called; of one line with its reference."""
        name = say(NAMES[self.name])
        return f"{name} {self.found[0].row.reference}" if len(self.found) == 1 and self.name != LIST else name


def _attested(name: str, one: Whole) -> str:
    act = queries.last(one.acts, *_ATTESTS[name])
    code: str = act.digest if act is not None else one.row.digest
    return code


_ATTESTS: Mapping[str, tuple[str, ...]] = {
    LIST: tuple(Act),
    RECEIPTS: (Act.CONFIRM,),
    RETURNS: (Act.ACKNOWLEDGE,),
    CERTIFICATES: (Act.CARRY_OUT,),
}


def made(sheet: Sheet) -> Paper:
    """The paper, from top to bottom."""
    contents: Mapping[str, Callable[[Sheet], list[Block]]] = {
        LIST: _list,
        RECEIPTS: _receipts,
        RETURNS: _returns,
        CERTIFICATES: _certificates,
    }
    number, leaf = sheet.head
    blocks: list[Block] = [
        Paragraph(sheet.edition.title[language()]),
        Heading(sheet.title, 1),
        *contents[sheet.name](sheet),
        Together([*_signed(sheet), Details([(say("照合コード（全部）"), _in_groups(sheet.code))]), _proof()]),
    ]
    return Paper(
        title=sheet.title,
        blocks=blocks,
        made_at=sheet.now,
        footer=f"{sheet.title}　{say('記録番号 %(number)s', number=number)}・{say('指紋')} {_in_groups(leaf[:16])}",
        language=language(),
        author=sheet.edition.title[language()],
    )


def _party(sheet: Sheet, key: str) -> str:
    found = sheet.edition.party(key)
    return f"{found.defined_as[language()]}　{found.name[language()]}"


# --------------------------------------------------------------------------------------- the list


def _list(sheet: Sheet) -> list[Block]:
    reach = sheet.reach
    rows = [
        [
            one.row.reference,
            f"{one.row.title}\n{showing.what(one.row)}",
            f"{day(one.row.disclosed_on)}\n{_received(one)}",
            _instructed(one),
            _carried(one),
            "\n".join(
                filter(
                    None,
                    (
                        say("、").join(words for _, words in showing.marks(one.row, sheet.edition, reach)),
                        showing.kept_until(one.row, sheet.edition, sheet.settled, reach),
                    ),
                )
            ),
        ]
        for one in sheet.found
    ]
    tally = Tally({})
    for one in sheet.found:
        key = (one.row.discloser, one.row.receiver, one.row.step, one.row.instruction)
        tally = Tally({**tally.counts, key: tally.counts.get(key, 0) + 1})
    days = [(say("協定の有効な最後の日"), day(reach.last_day) or say("終了の予告なし"))]
    if reach.target:
        days.append((say("返却・処分の目標日（協定の定める期限ではない）"), day(reach.target)))
    if reach.survives_until:
        days.append((say("存続期間の末日"), day(reach.survives_until)))
    counts = say(
        "全%(all)s件（完了%(settled)s件、未完了%(open)s件、うち法令による継続保有%(retained)s件）",
        all=len(sheet.found),
        settled=len(sheet.found) - tally.of(*OPEN),
        open=tally.of(*OPEN),
        retained=tally.of(Step.RETAINED),
    )
    voluntary = [Paragraph(voluntary_words())] if reach.is_voluntary else []
    return [
        Details(
            [
                (say("渡した側"), _party(sheet, sheet.discloser)),
                (say("受け取った側"), _party(sheet, sheet.receiver)),
                *days,
                (say("件数"), counts),
                (say("作成日"), day(day_in_japan(sheet.now))),
            ]
        ),
        *voluntary,
        Table(
            [
                say("番号"),
                say("件名"),
                say("渡された日・受領日"),
                say("指示・依頼"),
                say("実施"),
                say("状態"),
            ],
            rows,
            [1.9, 2.9, 2.8, 2.1, 2.9, 3],
        ),
    ]


def _received(one: Whole) -> str:
    on = one.row.received_on
    return say("受領 %(day)s", day=day(on)) if on else say("受領日未確認")


def voluntary_words() -> str:
    """What is said where the parties have left the measures after the end out."""
    return say(
        "当事者は、終了後の措置を適用しないことに合意して協定を終了しています。返却・処分の記録は任意です。"
    )


def _instructed(one: Whole) -> str:
    act = queries.last(one.acts, Act.INSTRUCT)
    if act is None:
        return say("指示なし")
    return f"{say(rules.CHOICE_NAMES[act.choice])}\n{day(day_in_japan(act.at))}"


def _carried(one: Whole) -> str:
    act = queries.last(one.acts, Act.CARRY_OUT, Act.RETAIN, Act.DISPUTE)
    if act is None or act.act == Act.DISPUTE:
        return "―"
    words = queries.words_of(act)
    if act.act == Act.RETAIN:
        return f"{say('法令による継続保有')}\n{words['basis']}"
    return f"{say(rules.CHOICE_NAMES[act.choice])}　{words['means']}\n{day(act.on_day)}　{words['by_whom']}"


# --------------------------------------------------------------------------------------- receipts


def _receipts(sheet: Sheet) -> list[Block]:
    rows = [
        [
            one.row.reference,
            f"{one.row.title}\n{showing.what(one.row)}",
            day(one.row.disclosed_on),
            day(one.row.received_on),
            say(rules.MARKING_NAMES[one.row.marking]),
            _short(one.row.digest),
        ]
        for one in sheet.found
    ]
    return [
        Paragraph(_party(sheet, sheet.discloser)),
        Paragraph(say("次の資料を受領しました。")),
        Table(
            [
                say("番号"),
                say("件名"),
                say("渡された日"),
                say("受領日"),
                say("秘密の区分"),
                say("照合コード"),
            ],
            rows,
            [2, 3.2, 2, 2, 2.5, 2.2],
        ),
    ]


def _returns(sheet: Sheet) -> list[Block]:
    rows = []
    for one in sheet.found:
        act, back = queries.last(one.acts, Act.CARRY_OUT), queries.last(one.acts, Act.ACKNOWLEDGE)
        words = queries.words_of(act) if act is not None else {}
        rows.append(
            [
                one.row.reference,
                f"{one.row.title}\n{showing.what(one.row)}",
                f"{day(one.row.done_on)}\n{words.get('means', '')}",
                day(day_in_japan(back.at)) if back is not None else "",
                _short(back.digest if back is not None else one.row.digest),
            ]
        )
    return [
        Paragraph(_party(sheet, sheet.receiver)),
        Paragraph(say("次の資料の返却を受けました。")),
        Table(
            [say("番号"), say("件名"), say("返却した日・方法"), say("確認した日"), say("照合コード")],
            rows,
            [1.9, 3.5, 2.7, 2.3, 2.4],
        ),
    ]


def _signed(sheet: Sheet) -> list[Details | SealBox]:
    """Who of the party that states it said so in the portal, and where its seal may be set; of a list nobody."""
    if sheet.name == LIST:
        return []
    party, act = {
        RECEIPTS: (sheet.receiver, Act.CONFIRM),
        RETURNS: (sheet.discloser, Act.ACKNOWLEDGE),
        CERTIFICATES: (sheet.receiver, Act.CARRY_OUT),
    }[sheet.name]
    said = [
        found
        for one in sheet.found
        if (found := queries.last(one.acts, act)) is not None and found.party == party
    ]
    people = list(dict.fromkeys(f"{one.post} {one.name}　{moment(one.at)}" for one in said))
    return [
        Details([(_party(sheet, party), "\n".join(people[:20]) or say("このポータルでの確認の記録なし"))]),
        SealBox(say("印")),
    ]


def _proof() -> Paragraph:
    return Paragraph(
        say(
            "この書面は記録の表示であり、法的な効力を判断するものではありません。下部の記録番号と指紋を控えておくと、"
            "記録が後から変えられていないことを確かめられます。"
        )
    )


# --------------------------------------------------------------------------------------- certificates


def _certificates(sheet: Sheet) -> list[Block]:
    rows, groups = [], dict[str, list[Whole]]()
    for one in sheet.found:
        act = queries.last(one.acts, Act.CARRY_OUT)
        assert act is not None  # only what was disposed of is attested
        groups.setdefault(act.said + str(act.on_day), []).append(one)
        rows.append(
            [
                one.row.reference,
                f"{one.row.title}\n{showing.what(one.row)}",
                _instructed(one),
                day(act.on_day),
                _short(act.digest),
            ]
        )
    blocks: list[Block] = [
        Paragraph(_party(sheet, sheet.discloser)),
        Paragraph(say("渡した側の指示に従い、次の資料を処分したことを証明します。")),
        Table(
            [say("番号"), say("件名"), say("指示"), say("処分した日"), say("照合コード")],
            rows,
            [1.9, 3.8, 2.3, 2.3, 2.4],
        ),
    ]
    for members in groups.values():
        blocks += _how(sheet, members, alone=len(groups) == 1)
    return [
        *blocks,
        Heading(say("このポータルから消去したもの")),
        *_erased(sheet),
    ]


def _how(sheet: Sheet, members: Sequence[Whole], *, alone: bool) -> list[Block]:
    act = queries.last(members[0].acts, Act.CARRY_OUT)
    assert act is not None
    words = queries.words_of(act)
    said = [
        (say("処分した日"), day(act.on_day)),
        (say("返却・処分の方法"), words["means"]),
        (say("行った人"), words["by_whom"]),
        (
            say("写しを探した場所"),
            say("、").join(say(rules.SEARCHED_NAMES[one]) for one in words["searched"]),
        ),
        (say("探した結果・補足"), words["found"]),
        (say("バックアップ"), showing.backups(words)),
        (
            say("担当者に渡した写し"),
            say("%(count)s件を含めて済ませた", count=words["gathered"])
            if words["gathered"]
            else say("残っていない"),
        ),
    ]
    title = (
        say("処分の方法") if alone else say("処分の方法（%(references)s）", references=_references(members))
    )
    return [Heading(title), Details([(label, text or "―") for label, text in said])]


def _references(members: Sequence[Whole]) -> str:
    return say("、").join(one.row.reference for one in members)


def _erased(sheet: Sheet) -> list[Block]:
    """What the portal itself has erased, and until when its backups may hold it (row 121)."""
    erased = [one for one in sheet.found if one.row.erased_at is not None]
    left = [one for one in sheet.found if one.row.erased_at is None]
    blocks: list[Block] = []
    if erased:
        until = max(day_in_japan(one.row.erased_at) for one in erased) + dt.timedelta(days=sheet.backup_days)
        blocks += [
            Table(
                [say("番号"), say("消去した日時"), say("消去したもの")],
                [
                    [
                        one.row.reference,
                        moment(one.row.erased_at),
                        say(
                            "ファイル%(files)s件（名称と照合コードを含む）、内容の説明、履歴の言葉%(words)s件",
                            files=one.row.erased_files,
                            words=one.row.erased_words,
                        ),
                    ]
                    for one in erased
                ],
                [1.9, 3.4, 6],
            ),
            Paragraph(
                say(
                    "番号・件名・日付・照合コードは台帳に残ります。このポータルのバックアップに残る写しは、遅くとも%(day)sまでに消えます"
                    "（保存期間%(days)s日）。",
                    day=day(until),
                    days=sheet.backup_days,
                )
            ),
        ]
    if left:
        blocks.append(
            Paragraph(
                say(
                    "%(references)sについては、このポータルから消去したものはありません。",
                    references=_references(left),
                )
            )
        )
    return blocks


def _short(code: str) -> str:
    return _in_groups(code[:_ROOM])


def _in_groups(code: str) -> str:
    return " ".join(code[place : place + 4] for place in range(0, len(code), 4))
