"""What the parties handed to each other, confirmed by the other side; all of it invented (仮)."""

from __future__ import annotations

import dataclasses
import datetime as dt

from sqlalchemy import select

from portal.demo.stage import Stage, Story, at
from portal.handback import commands
from portal.handback.acting import Target
from portal.handback.body import HandoverBody
from portal.handback.commands import Receipt
from portal.handback.models import Holding
from portal.kernel.clock import day_in_japan


def flow_of_work(stage: Stage) -> Story:
    """A marked document of the prefecture: the five years run from its receipt."""
    yield at(2025, 9, 16, 10, 0)
    given = _handed(
        stage,
        "fumi",
        "mido",
        HandoverBody(
            title="窓口の業務の流れ図（仮）",
            kind="document",
            form="file",
            copies="1",
            marking="marked",
            description="多言語の窓口の業務を、受付から回答までの順に図にしたもの。（仮）",
        ),
    )
    yield at(2025, 9, 17, 11, 0)
    _received(stage, "mido", given, holder="公共営業本部 御堂 すすむ", place="社内の共有フォルダー（関係者だけ）")


def teaching_material(stage: Stage) -> Story:
    """Material of the company on paper, no secret: it goes back all the same (finding 7)."""
    yield at(2025, 10, 21, 14, 0)
    given = _handed(
        stage,
        "namba",
        "tenjin",
        HandoverBody(
            title="研修の教材の案（仮）",
            kind="material",
            form="paper",
            copies="10",
            marking="open",
            description="研修の当日に使う教材の案。（仮）",
        ),
    )
    yield at(2025, 10, 22, 9, 30)
    _received(stage, "tenjin", given, holder="地域戦略推進課", place="執務室の書庫")


def settings_to_check(stage: Stage) -> Story:
    """Not marked, but to be recognized as confidential, with the reason."""
    yield stage.before(9, 15)
    given = _handed(
        stage,
        "mido",
        "fumi",
        HandoverBody(
            title="設定の確認表（仮）",
            kind="program",
            form="file",
            copies="1",
            marking="recognizable",
            why="公開していない設定の値が含まれているため。（仮）",
            description="試行の環境の設定を確かめるための表。（仮）",
        ),
    )
    yield stage.before(8, 10)
    _received(stage, "fumi", given, holder="戦略企画課 府見 あおい", place="課の共有フォルダー（関係者だけ）")


HANDING_OVER = (flow_of_work, teaching_material, settings_to_check)


def _handed(stage: Stage, by: str, to: str, body: HandoverBody) -> str:
    """The line is recorded today by who gave it; its identifier."""
    receiver = stage.actor(to).party or ""
    today = day_in_japan(stage.clock.now()).isoformat()
    with stage.work(by) as work:
        words = dataclasses.replace(body, way="gave", others=(receiver,), disclosed_on=today)
        draft = commands.start(work, words)
        return commands.record(work, draft.id, saves=draft.saves).id


def _received(stage: Stage, by: str, id: str, *, holder: str, place: str) -> None:
    today: dt.date = day_in_japan(stage.clock.now())
    with stage.work(by) as work:
        holding = work.session.scalars(select(Holding.id).where(Holding.handover_id == id)).one()
        said = Receipt(True, received_on=today, holder=holder, place=place)
        commands.confirm(work, Target(ids=(holding,)), said)
