"""The main job, small: founded, dated, proposed, consulted, agreed and carried out over midnights; all that came of it.

`test_zones.py` runs it in a process of each zone, `python -m tests.house.job_in_a_zone DATABASE FOLDER`, and compares
what stands in `FOLDER/told.json` afterwards. Whatever is drawn by lot is drawn from one seed, so that two runs differ
in nothing but the zone.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal.history.chain import chains, verify
from portal.kernel.clock import JAPAN
from portal.schema import gather
from portal.tasks.schedule import run_once
from tests.browser import Browser, Page
from tests.conftest import House, make_house, make_schema
from tests.house.crawling import crawl
from tests.makers.activities import edition_of, ready_activity
from tests.makers.people import People, TestPerson, staff

TOKEN = re.compile(rb'(name="csrf_token"[^>]*value=")[^"]*')
"""It says when the page was made by the machine's own clock, which stands still for no test."""


def japan(text: str) -> dt.datetime:
    """The moment at which a clock in Osaka shows this."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=JAPAN)


def draw_from_one_seed() -> None:
    """From here on this process draws the same identifiers, salts and secrets in every run."""
    lot = random.Random(99)
    os.urandom = lot.randbytes
    random._urandom = lot.randbytes  # type: ignore[attr-defined]  # what `secrets` draws from


class Job:
    """The job, and everything that was seen on the way."""

    def __init__(self, house: House, people: People) -> None:
        self.house, self.people, self.told = house, people, dict[str, str]()

    def at(self, text: str) -> None:
        """It is this time in Japan."""
        self.house.clock.set(japan(text))

    def browser(self, person: TestPerson, language: str = "ja") -> Browser:
        """The person's browser, signed in by the form just now."""
        browser = Browser(self.house, language=language)
        self.saw("sign-in", browser.sign_in(person.email, person.password))
        return browser

    def sent(self, page: Page, containing: str, **values: Any) -> Page:
        """The form was carried out."""
        answer = page.submit(containing, **values)
        assert answer.status == 200, (answer.path, answer.status, answer.text[-1500:])
        self.saw(containing, answer)
        return answer

    def saw(self, what: str, page: Page) -> None:
        """The page, or the file, is among what is compared."""
        said = TOKEN.sub(rb"\1", page.response.get_data())
        self.told[f"{len(self.told):03} {what}"] = said.decode("utf-8", "backslashreplace")

    def consent(self, person: TestPerson, place: str, **decided: str) -> None:
        """The person's party has consented to what stands at `place`."""
        page = self.browser(person).get(f"{place}/consent", expect=200)
        self.sent(page, "この版に同意する", decision_reference="デ戦第1号", capacity="decision", **decided)

    # -- the acts ----------------------------------------------------------------------------------------------

    def do(self) -> None:
        """The whole of it. In Japan it is the next day already when it is not in Greenwich, nor in New York; and in
        Kiritimati it is the day after when it is not in Japan."""
        kou, otsu = self.people.sides
        edition = edition_of(self.house)
        item, purpose = edition.scope_items[0], edition.purposes[0]
        self.at("2025-09-10T00:30")
        page = self.browser(kou.manager).get("/term/dates/new")
        page = self.sent(page, "下書きを保存する", signed_on="令和7年9月10日", first_day="not_counted")
        dates = page.path.partition("?")[0]
        self.sent(page, f"{dates}/table")
        self.consent(kou.officer, dates, decided_on="R7.9.10")
        self.consent(otsu.officer, dates)

        self.at("2025-09-30T23:59:59.999999")
        page = self.browser(kou.drafter).get("/activities/proposals/new")
        page = self.sent(
            page, "下書きを保存する", title="多言語窓口の試行", items=[item.key], purposes=[purpose.key],
            purpose_reason="手続を終えられるように", measure="施策", summary="窓口に**案内**を置く。", personal_data="no",
            **{"sections-kou": "企画課", "roles-kou": "置く", "roles-otsu": "助ける"},
        )  # fmt: skip
        proposal = page.path.partition("?")[0]
        page = self.sent(page, f"{proposal}/table")
        self.sent(
            page, f"{proposal}/consultations", held_on="2025/9/30", medium="meeting",
            participants="両者の担当", summary="日を話した。", decisions="十月から行う。",
        )  # fmt: skip
        self.consent(kou.officer, proposal, decided_on="2025-09-30")
        self.at("2025-10-01T00:00")
        self.consent(otsu.officer, proposal, decided_on="2025-10-01")

        page = self.browser(otsu.drafter).get(proposal)
        activity = next(href for href in page.links if re.fullmatch(r"/activities/[0-9a-z]{22}", href))
        page = page.browser.get(activity)
        page = page.browser.get(next(href for href in page.links if "/particulars/new" in href))
        page = self.sent(
            page, "下書きを保存する", timing_kind="range", start="R7.10.2", end="2025年10月31日", method="端末を置く",
            cost="own", personal_data="no", place="本館", exit="戻す",
        )  # fmt: skip
        particulars = page.path.partition("?")[0]
        self.sent(page, f"{particulars}/table")
        for side in (kou, otsu):
            self.consent(side.officer, particulars)

        ready_activity(self.house, self.people)  # another, to begin on 15 October, which nobody does
        self.at("2025-10-02T00:10")
        page = self.browser(kou.drafter).get(f"{activity}/start")
        self.sent(page, page.heading, on_day="令和7年10月2日", reason="")
        self.jobs()
        self.at("2025-10-16T00:05")
        self.jobs()
        page = self.browser(otsu.drafter).get(f"{activity}/complete")
        self.sent(page, page.heading, on_day="2025-10-15", outcome="四十人が使った。", beneficiaries="来庁者")
        self.at("2026-09-10T23:59")
        for path in ("/", "/term"):
            self.saw(f"on the last day {path}", self.browser(kou.reader).get(path))
        self.at("2026-09-11T00:00")
        self.jobs()
        self.look()

    def jobs(self) -> None:
        """What is due was done."""
        for job, done in run_once(self.house.app):
            assert not isinstance(done, Exception), (job, done)
            self.told[f"{len(self.told):03} job {job.name}"] = str(done)

    def look(self) -> None:
        """Everything that somebody of each party comes to from home, in both languages."""
        for side, language in zip(self.people.sides, ("ja", "en"), strict=True):
            browser = self.browser(side.officer, language)
            starts = ["/", "/history?reading=trail", "/history?from=2025-10-01&to=2025-10-01"]
            for path, page in crawl(browser, starts, each=3).items():
                self.saw(f"{language} {path}", page)

    # -- what is kept --------------------------------------------------------------------------------------------

    def keep_all(self) -> None:
        """Every row of every table is among what is compared, and every file that was laid down; the chains hold."""
        with self.house.read() as session:
            for chain in chains(session):
                assert verify(session, chain).holds, chain
        with self.house.app.engines.reader.connect() as connection:
            for table in gather().sorted_tables:
                rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
                self.told[f"table {table.name}"] = "\n".join(rows)
        for path in sorted(self.house.app.settings.instance.rglob("*")):
            if path.suffix in {".txt", ".eml"}:
                self.told[f"file {path.relative_to(self.house.app.settings.instance)}"] = path.read_text(
                    "utf-8"
                )


def main(url: str, folder: Path) -> None:
    """The job is done in the empty database at `url`, and told."""
    draw_from_one_seed()
    make_schema(url)
    house = make_house(url, folder, at=japan("2025-09-08T23:00"))
    job = Job(house, staff(house))
    job.do()
    job.keep_all()
    house.app.engines.dispose()
    noon = time.mktime((2025, 7, 1, 12, 0, 0, 0, 0, -1))
    (folder / "told.json").write_text(
        json.dumps({"noon": noon, "told": job.told}, ensure_ascii=False), "utf-8"
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
