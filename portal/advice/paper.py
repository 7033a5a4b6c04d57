"""One entry of the log on A4: what was recorded, the clauses it stands on word for word, and what both sides said of it
(R8-2, R8-7; S8). Nothing of one side alone stands on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.advice.queries import Entry
from portal.advice.rules import RESULT_NAMES
from portal.agreement.text import Edition
from portal.kernel.days import day_in_words
from portal.kernel.pdf import Block, Details, Heading, Paper, Paragraph, Quotation, Table
from portal.kernel.writing import on_paper
from portal.web.filters import moment
from portal.web.language import language, say


@dataclass(frozen=True)
class Sheet:
    """What the paper is made from."""

    found: Entry
    edition: Edition
    """In force when the paper is made."""
    facts: Mapping[str, str]
    marks: Sequence[tuple[str, str]]
    clauses: Sequence[Mapping[str, Any]]
    survival: Mapping[str, Any] | None
    activity: str | None
    head: tuple[int, str]
    """Number and leaf of the last entry of the joint chain."""
    now: dt.datetime


def paper(sheet: Sheet) -> Paper:
    """The entry, from top to bottom; what its reader may not open is not on it, and its secret title in no name."""
    row, (number, leaf) = sheet.found.row, sheet.head
    title = say("助言・支援の記録 %(reference)s", reference=row.reference)
    return Paper(
        title=title,
        blocks=[
            Paragraph(sheet.edition.title[language()]),
            Heading(title, 1),
            *_warning(row),
            Details(list(_facts(sheet))),
            *_clauses(sheet),
            *_content(sheet),
            *_confirmations(sheet),
            *_handlings(sheet),
            *_links(sheet),
            *_foot(sheet),
        ],
        made_at=sheet.now,
        footer=f"{title}　{sheet.facts['marking']}　{say('記録番号 %(number)s', number=number)}・{say('指紋')} {_in_groups(leaf[:16])}",
        language=language(),
        author=sheet.edition.title[language()],
    )


def _warning(row: Any) -> list[Block]:
    if row.correction is None:
        return []
    return [
        Paragraph(
            say(
                "この記録は%(reference)sで訂正されています。前の記録として残しています。",
                reference=row.correction,
            )
        )
    ]


def _facts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    found, facts = sheet.found, sheet.facts
    row, said = found.row, found.said
    yield say("件名"), said.body.title if said else say("内容を表示しない記録")
    yield (
        say("だれからだれへ"),
        say("%(giver)sから%(receiver)sへ", giver=facts["giver"], receiver=facts["receiver"]),
    )
    yield say("種類"), facts["kind"]
    yield say("日付"), facts["day"]
    yield say("方法"), facts["medium"]
    yield say("求めの有無"), facts["basis"]
    yield say("行った人（部署・氏名）"), f"{facts['giver']}　{row.adviser}"
    yield say("受けた人（部署・氏名）"), f"{facts['receiver']}　{row.recipient}"
    yield say("秘密の表示"), facts["marking"]
    if sheet.activity:
        yield say("取組"), sheet.activity
    if row.corrects:
        yield say("訂正する記録"), row.corrects
        if said:
            yield say("訂正の理由"), said.body.reason
    yield say("状態"), say("、").join(words for _, words in sheet.marks) or "―"
    yield say("記録した人"), f"{facts['recorder']}　{facts['recorded_at']}\n{facts['as']}"
    yield say("協定の版"), say("第%(number)s版", number=row.edition)
    yield say("照合コード（全部）"), _in_groups(row.digest)


def _clauses(sheet: Sheet) -> list[Block]:
    """The clauses word for word as the entry holds them; none in a direction to which none applies (invariant 9)."""
    if not sheet.clauses:
        return []
    blocks: list[Block] = [Heading(say("この助言・支援に適用される条項"))]
    for one in sheet.clauses:
        blocks += [Paragraph(one["label"]), Quotation(one["text"][language()])]
        if language() != "ja":  # the words that count
            blocks.append(Quotation(one["text"]["ja"]))
    blocks.append(
        Paragraph(
            say("記録した時に有効だった協定（第%(number)s版）の文言です。", number=sheet.found.row.edition)
        )
    )
    if survival := sheet.survival:
        ended = say("協定は%(day)sに終了しています。", day=day_in_words(survival["ended_on"], language()))
        lasts = (
            say(
                "このうち%(clauses)sは、%(until)sまで存続します。",
                clauses=say("、").join(survival["labels"]),
                until=day_in_words(survival["until"], language()),
            )
            if survival["labels"]
            else say("これらの条項に、終了後も存続する定めはありません。")
        )
        blocks.append(Paragraph(f"{ended} {lasts}" if language() != "ja" else ended + lasts))
    return blocks


def _content(sheet: Sheet) -> list[Block]:
    said = sheet.found.said
    if said is None:
        hidden = say("秘密の表示があるため、内容と資料は、行った側と受けた側の職員・社員だけが見られます。")
        return [Heading(say("内容")), Paragraph(hidden)]
    files: Block = (
        Table(
            [say("名称"), "SHA-256"],
            [[one["name"], _in_groups(one["sha256"])] for one in said.files],
            [2, 3],
        )
        if said.files
        else Paragraph(say("資料はありません。"))
    )
    return [Heading(say("内容")), Paragraph(on_paper(said.body.content)), Heading(say("資料")), files]


def _confirmations(sheet: Sheet) -> list[Block]:
    rows = [
        [
            f"{one.post} {one.name}\n{moment(one.at)}",
            "\n".join(
                part
                for part in (
                    say("%(party)sが同じ内容と確認", party=_party(sheet, one.party))
                    if one.is_same
                    else say("%(party)sは認識が異なる", party=_party(sheet, one.party)),
                    one.remark if sheet.found.said else "",
                )
                if part
            ),
        ]
        for one in sheet.found.confirmations
    ]
    return [
        Heading(say("もう一方の側の確認")),
        Table([say("だれが・いつ"), say("回答")], rows, [2, 3])
        if rows
        else Paragraph(say("まだ確認されていません。")),
    ]


def _handlings(sheet: Sheet) -> list[Block]:
    """What the receiver decided, as both sides see it; the grounds of it are its own."""
    rows = [
        [
            say(RESULT_NAMES[one.result]),
            f"{one.post} {one.name}\n{moment(one.at)}",
            "\n".join(
                part
                for part in (
                    one.checked_by,
                    day_in_words(one.checked_on, language()) if one.checked_on else "",
                )
                if part
            )
            or "―",
        ]
        for one in sheet.found.handlings
    ]
    return [
        Heading(say("%(party)sの取扱い", party=sheet.facts["receiver"])),
        Paragraph(
            say("受けた側が、自ら決めたことの記録です。助言・支援の良し悪しを評価するものではありません。")
        ),
        Table([say("取扱い"), say("だれが・いつ"), say("内容を確かめた人")], rows, [1.5, 3, 3])
        if rows
        else Paragraph(say("取扱いの記録はまだありません。")),
    ]


def _links(sheet: Sheet) -> list[Block]:
    if not sheet.found.links:
        return []
    rows = [[f"{one.reference} {one.title}", one.place or "―"] for one in sheet.found.links]
    return [Heading(say("引用している文書")), Table([say("文書"), say("引用している箇所")], rows, [3, 2])]


def _foot(sheet: Sheet) -> list[Block]:
    blocks: list[Block] = []
    if sheet.edition.has_clause("no_commitment"):
        label = sheet.edition.cite("no_commitment", language()).label
        words = say("この協定は、取引の開始を確約するものではありません。")
        blocks.append(Paragraph(f"{words}（{label}）" if language() == "ja" else f"{words} ({label})"))
    blocks.append(
        Paragraph(
            say(
                "この書面は記録の表示であり、法的な効力を判断するものではありません。下部の記録番号と指紋を控えておくと、"
                "記録が後から変えられていないことを確かめられます。"
            )
        )
    )
    return blocks


def _party(sheet: Sheet, key: str) -> str:
    return sheet.edition.party(key).defined_as[language()]


def _in_groups(code: str) -> str:
    return " ".join(code[place : place + 4] for place in range(0, len(code), 4))
