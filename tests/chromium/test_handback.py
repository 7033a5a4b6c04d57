"""Handing back in a real browser, in both languages: the ledger after the end of the agreement, and what stays open (S11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from tests.chromium.person import Person
from tests.conftest import House
from tests.makers.handback import (
    carried_out,
    confirmed,
    ended,
    holding,
    instructed,
    on_day,
    recorded,
    retained,
)

pytestmark = pytest.mark.browser
LAST_DAY, AFTER, OVER = dt.date(2026, 9, 9), dt.date(2026, 10, 20), dt.date(2027, 9, 10)


@pytest.mark.parametrize(("language", "width"), [("ja", 320), ("en", 1280)])
def test_s11_what_was_received_goes_back_and_what_is_left_is_the_loudest(
    served: House, sit_down: Callable[..., Person], language: str, width: int
) -> None:
    """S11: every page of the ledger passes axe and fits; a disposal instructed for all, carried out, acknowledged; what
    the law keeps is still open when survival has ended, and stands first."""
    giver, receiver = served.people.sides
    back, kept, gone = (
        recorded(served, giver.drafter, receiver.party, title=title, file="本文", form="file", marking="marked")
        for title in ("返すもの", "法令により残るもの", "処分するもの")
    )
    confirmed(served, receiver.drafter, back, kept, gone)
    ended(served, LAST_DAY)
    on_day(served, AFTER)
    instructed(served, giver.officer, "dispose", gone, erases=True)
    carried_out(served, receiver.officer, "dispose", gone)
    retained(served, receiver.officer, kept)

    one = sit_down(receiver.officer, language=language, width=width)
    both = f"discloser={giver.party}&receiver={receiver.party}"
    for path in (
        "/handback", "/handback/checklist", "/handback/shared", "/handback/new", f"/handback/{gone.id}",
        f"/handback/{kept.id}", f"/handback/retain?holding={holding(served, back.id).id}",
        f"/handback/papers/list?{both}", f"/handback/papers/certificates?{both}", "/manual/handback",
    ):  # fmt: skip
        one.go(path)
    one.go("/handback/carry-out").fill(choice="dispose", means="手渡し", by_whom="総務係")
    one.press("返却・処分を記録し、確認を求める")
    assert one.reads("まだ記録されていません。入力した内容は残っています。")
    one.fill(choice="return").choose("searched", "mail").choose("has_no_backups", "y")
    one.press("返却・処分を記録し、確認を求める")
    assert holding(served, back.id).step == "carried_out"

    other = sit_down(giver.officer, language=language, width=width)
    other.go("/handback/acknowledge").fill(is_so="yes").press("回答を記録する")
    assert [holding(served, row.id).step for row in (back, gone)] == ["returned", "disposed"]

    on_day(served, OVER)
    late = sit_down(giver.officer, language=language, width=width)
    late.go("/handback/checklist")
    first = late.page.locator("main .note").first
    assert late.say("完了していないものをすべて見る") in first.inner_text()
    assert "note-error" in (first.get_attribute("class") or "")
