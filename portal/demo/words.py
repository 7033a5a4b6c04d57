"""How the stories write proposals and particulars: every field of the agreement's forms, most of them by name."""

from __future__ import annotations

from typing import Any

from portal.activities.particulars import ParticularsBody
from portal.activities.proposal import ProposalBody
from portal.agreement.text import Edition
from portal.demo.people import COMPANY, PREFECTURE

FACTS = "（公表された事実に基づく見本です。「仮」とあるものは、見本のために仮に置いた値です。）"
INVENTED = "（この取組は見本のための仮のもので、実際の計画ではありません。）"
PLANNING = "スマートシティ戦略部 戦略推進室 戦略企画課（仮）"
REGIONAL = "スマートシティ戦略部 戦略推進室 地域戦略推進課（仮）"
PUBLIC_SECTOR = "公共営業本部（仮）"


def proposal(
    edition: Edition,
    title: str,
    title_en: str,
    *,
    items: tuple[int, ...],
    why_items: str,
    measure: str,
    purposes: tuple[str, ...],
    why_purposes: str,
    summary: str,
    prefecture: str,
    company: str,
    section: str = PLANNING,
    third_parties: str = "",
    personal_data: str = "no",
    data_kinds: str = "",
    data_reason: str = "",
    since: str = "",
    facts: bool = False,
) -> ProposalBody:
    """A proposal; `items` are the places of its matters in the agreement's list, from 1; `since` is an ISO day."""
    return ProposalBody(
        title=title,
        title_en=title_en,
        items=tuple(edition.scope_items[place - 1].key for place in items),
        items_reason=why_items,
        measure=measure,
        sections=((PREFECTURE, section), (COMPANY, PUBLIC_SECTOR)),
        purposes=purposes,
        purpose_reason=why_purposes,
        summary=f"{summary.strip()}\n\n{FACTS if facts else INVENTED}",
        roles=((PREFECTURE, prefecture), (COMPANY, company)),
        third_parties=third_parties,
        personal_data=personal_data,
        data_kinds=data_kinds,
        data_reason=data_reason,
        consultation_from=since,
    )


def particulars(
    title: str,
    *,
    method: str,
    prefecture: str,
    company: str,
    place: str = "",
    target_group: str = "",
    cost: str = "own",
    personal_data: str = "no",
    data_kinds: str = "",
    third_parties: str = "",
    exit: str = "",
    other: str = "",
    **timing: Any,
) -> ParticularsBody:
    """Particulars; `timing` is one of: day=; start= and end=; milestones=; settle_by=. Days are ISO texts."""
    if "day" in timing:
        kind = "day"
    elif "start" in timing:
        kind = "range"
    else:
        kind = "milestones" if "milestones" in timing else "undecided"
    return ParticularsBody(
        title=title,
        timing_kind=kind,
        method=method.strip(),
        place=place,
        roles=((PREFECTURE, prefecture), (COMPANY, company)),
        target_group=target_group,
        cost=cost,
        personal_data=personal_data,
        data_kinds=data_kinds,
        third_parties=third_parties,
        exit=exit,
        other=other,
        **timing,
    )
