"""The record of an agreement to file elsewhere: as a paper, and as data (R2-8; 合意確認書)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from portal.agreement.text import Edition
from portal.consent import showing
from portal.consent.kind import DocumentKind
from portal.consent.paper import body_of
from portal.consent.queries import Dossier, attachments_of
from portal.consent.rules import Standing
from portal.kernel.pdf import Block, Details, Heading, Paper, Paragraph, Table
from portal.web.filters import moment
from portal.web.language import language, say

Head = tuple[int, str]
"""Number and leaf of the joint chain's last entry when the receipt is made."""
Under = tuple[Edition, int]
"""The edition of the agreement under which the words were tabled, and its number (R3-3)."""


def paper(kind: DocumentKind, dossier: Dossier, under: Under, head: Head) -> Paper:
    """What the page of the receipt says, on A4: the words agreed, their digest, and who consented for each party."""
    document, revision = dossier.document, dossier.latest
    assert revision is not None and document.agreed_at is not None
    edition, number = under
    clause = edition.cite(kind.clause, language()).label if edition.has_clause(kind.clause) else "―"
    blocks: list[Block] = [
        Paragraph(edition.title[language()]),
        Heading(say("合意確認書 %(reference)s", reference=document.reference), 1),
        *_warning(dossier.standing),
        Details(
            [
                (say("件名"), document.title),
                (say("種別"), say(kind.noun)),
                (say("根拠"), clause),
                (say("協定の版"), say("第%(number)s版", number=number)),
                (say("合意した版"), say("版%(number)s", number=document.revision)),
                (say("合意が成立した日時"), say("%(moment)s（日本時間）", moment=moment(document.agreed_at))),
                (say("照合コード（全部）"), _in_groups(document.digest)),
            ]
        ),
        Heading(say("各当事者の同意")),
        *_consents(showing.agreed_rows(dossier, edition)),
        Heading(say("合意した内容")),
        Details(
            [
                (one.label, one.cell or "―")
                for one in showing.shown(kind, body_of(kind, revision), edition)
            ]
        ),
        Heading(say("添付")),
        *_files(attachments_of(revision)),
        Paragraph(
            say(
                "この書面は記録の表示であり、法的な効力を判断するものではありません。下部の記録番号と指紋を控えておくと、"
                "記録が後から変えられていないことを確かめられます。"
            )
        ),
    ]
    return Paper(
        title=say("合意確認書 %(reference)s", reference=document.reference),
        blocks=blocks,
        made_at=document.agreed_at,
        footer=f"{document.reference}　{say('記録番号 %(number)s', number=head[0])}・{say('指紋')} {_in_groups(head[1][:16])}",
        language=language(),
        author=edition.title[language()],
    )


def record(kind: DocumentKind, dossier: Dossier, under: Under, head: Head) -> str:
    """The same as JSON: the canonical text that the digest was taken over, the consents, and the head of the record.

    SHA-256 over the domain byte and `sealed`, as the record's description says, gives `digest` again.
    """
    document, revision = dossier.document, dossier.latest
    assert revision is not None and document.agreed_at is not None
    edition, number = under
    live = {
        one.party: one for one in dossier.replies if one.digest == document.digest and one.says == "consent"
    }
    said: Mapping[str, Any] = {
        "reference": document.reference,
        "kind": kind.key,
        "edition": number,
        "clause": edition.clause_of(kind.clause).id if edition.has_clause(kind.clause) else None,
        "title": document.title,
        "revision": document.revision,
        "standing": str(dossier.standing),
        "agreed_at": document.agreed_at.isoformat(),
        "digest": document.digest,
        "sealed": json.loads(revision.sealed),
        "consents": [
            {
                "party": party.key,
                "party_name": party.name.ja,
                "name": reply.name,
                "post": reply.post,
                "capacity": reply.capacity,
                "decision_reference": reply.decision_reference,
                "decided_on": reply.decided_on.isoformat() if reply.decided_on else None,
                "at": reply.at.isoformat(),
                "digest": reply.digest,
            }
            for party in edition.parties
            if (reply := live.get(party.key)) is not None
        ],
        "record": {"number": head[0], "fingerprint": head[1]},
    }
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _warning(standing: Standing) -> list[Block]:
    if standing is Standing.REPLACED:
        return [
            Paragraph(say("この合意は、後の合意により差し替えられています。当時の内容として表示しています。"))
        ]
    return [Paragraph(say("合意済みですが、保留されています。"))] if standing is Standing.HELD else []


def _consents(rows: Sequence[Mapping[str, Any]]) -> list[Block]:
    return [
        Table(
            [say("当事者"), say("氏名"), say("職"), say("資格"), say("決裁番号"), say("日時")],
            [
                [
                    f"{row['label']}\n{row['name']}",
                    str(row.get("person") or ""),
                    str(row.get("post") or ""),
                    str(row.get("capacity") or ""),
                    str(row.get("decision") or ""),
                    str(row.get("when") or ""),
                ]
                for row in rows
            ],
            [3, 2, 3, 1.4, 2.2, 3],
        )
    ]


def _files(files: Sequence[Mapping[str, Any]]) -> list[Block]:
    if not files:
        return [Paragraph(say("添付はありません。"))]
    return [
        Table(
            [say("名称"), "SHA-256"],
            [[str(one["name"]), _in_groups(str(one["sha256"]))] for one in files],
            [2, 3],
        )
    ]


def _in_groups(code: str) -> str:
    return " ".join(code[place : place + 4] for place in range(0, len(code), 4))
