"""A notice in a real browser, in both languages: one day late, what the parties may do, and the end that follows (S7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from portal.kernel.clock import JAPAN
from portal.kernel.days import day_in_words
from tests.chromium.person import Person
from tests.conftest import House
from tests.makers.activities import edition_of
from tests.makers.people import TestPerson

pytestmark = pytest.mark.browser


def at(house: House, month: int, day: int) -> None:
    """It is ten past nine in the morning of a day of 2026, in Japan."""
    house.clock.set(dt.datetime(2026, month, day, 9, 10, tzinfo=JAPAN))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_s7_a_declaration_one_day_late_becomes_nothing_else_and_a_new_notice_announces_the_end(
    served: House, sit_down: Callable[..., Person], language: str
) -> None:
    """S7 with the days of the tested agreement: the first term expires on Thursday 10 September 2026."""
    receiver, sender = served.people[0], served.people[1]

    def seat(who: TestPerson, width: int = 1280) -> Person:
        return sit_down(who, language=language, width=width)

    def words_of(month: int, day: int, year: int = 2026) -> str:
        return day_in_words(dt.date(year, month, day), language)

    def sent(start: str, number: str, *, means: str) -> str:
        """Drafted by one, decided on and dispatched by another; where it is registered."""
        drafting = seat(sender.manager).go(start)
        drafting.fill(document_number=number, sender="代表取締役　白石 遼").press("下書きを保存する")
        draft = drafting.path
        drafting.press("%(party)s宛ての書面を見る・印刷する", party=label(receiver.party or ""))
        with drafting.page.expect_download() as paper:
            drafting.press("PDFを出力する", look=False)
        assert paper.value.suggested_filename.endswith(".pdf")
        deciding = seat(sender.officer, 360).go(draft)
        assert deciding.reads("書面を確かめ、決裁を経て、決裁番号を記録してください。")
        deciding.fill(decision_reference="B-12", capacity="decision").press("この文面に対する決裁を記録する")
        assert deciding.reads("決裁を記録しました。")
        deciding.press("発信を記録する").fill(means=means).press("この文面を発信したと記録する")
        assert deciding.reads(
            "%(parties)sへの到達の記録を待っています。", parties=label(receiver.party or "")
        )
        return deciding.path.partition("?")[0].partition("#")[0]

    def label(party: str) -> str:
        return edition_of(served).party(party).defined_as[language]

    def recorded(path: str) -> Person:
        """The receiver's word on when it came."""
        home = seat(receiver.drafter, 360).go("/")
        assert path in [one.get_attribute("href") for one in home.page.locator("main a").all()]
        home.go(path).press("到達を記録する")
        home.fill(evidence="収受印").press("この到達を記録する")
        return home

    at(served, 9, 4)  # a Friday
    late = sent("/term/notices/new?kind=non_renewal", "B-7", means="certified")
    at(served, 9, 11)
    a1 = recorded(late)
    second = dict(number=2, start=words_of(9, 11), expiry=words_of(9, 10, 2027))
    assert a1.reads(
        "期限後（到達 %(arrived)s、満了日 %(expiry)s）", arrived=words_of(9, 11), expiry=words_of(9, 10)
    )
    assert a1.reads(
        "第%(number)s期（%(start)sから%(expiry)sまで）が始まっています。効力の判断は当事者が行います。",
        **second,
    )

    b1 = seat(sender.manager).go(late)
    safe = words_of(10, 12)
    assert b1.reads(
        "差し出した側が、解約の新しい通知をする（今日到達すれば、どの数え方でも期限内になる解約予定日は%(day)s以降）",
        day=safe,
    )
    for way in ("解約の通知を起案する", "合意による終了を提案する", "取下げを提案する"):
        assert b1.offers(way)
    assert b1.go("/term").reads("有効（第%(number)s期）", number=2), "nothing has been converted"

    at(served, 9, 14)
    timely = sent("/term/notices/new?kind=termination&planned=2026-10-31", "B-9", means="registered")
    at(served, 9, 16)
    a1 = recorded(timely)
    assert a1.reads("終了が予告されています。協定が有効な最後の日は%(day)sです。", day=words_of(10, 31))
    b1 = seat(sender.reader, 360).go("/activities")
    assert words_of(10, 31) in b1.page.locator(".banner").inner_text(), "on every page"
    b1.go("/term")
    assert b1.reads("終了後も効力のある条項は、%(day)sまで存続します。", day=words_of(10, 31, 2027))
    b1.press("期間の記録（印刷用）")
    assert "NTC-0001" in b1.words and "NTC-0002" in b1.words
