"""The pages of handing over and back, through the browser, in both languages (art. 5)."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest
from sqlalchemy import event, select

from portal.handback import queries
from portal.handback.models import Handover, HandoverFile, Holder
from portal.history.models import Entry
from portal.kernel.days import day_in_words
from portal.publicity.commands import ArchivedCopy
from tests.browser import Browser, Page
from tests.conftest import House
from tests.makers.activities import agreed_activity, tabled_proposal
from tests.makers.doubts import raised
from tests.makers.handback import (
    DAY,
    acknowledged,
    carried_out,
    confirmed,
    corrected,
    drafted,
    ended,
    handover_body,
    holding,
    instructed,
    on_day,
    recorded,
    retained,
)
from tests.makers.people import TestPerson
from tests.makers.publicity import reported

LAST_DAY = dt.date(2026, 9, 9)
AFTER = dt.date(2026, 9, 20)
LANGUAGES = pytest.mark.parametrize("language", ["ja", "en"])


def browser_of(house: House, person: TestPerson, language: str = "ja") -> Browser:
    """A browser in which the person is signed in."""
    browser = Browser(house, language=language)
    page = browser.get("/sign-in")
    page.submit("/sign-in", email=person.email, password=person.password)
    return browser


def typed(*others: str, **more: str | list[str]) -> dict[str, Any]:
    """A record as it is typed."""
    return {
        "title": "窓口の業務の流れ図",
        "way": "gave",
        "others": list(others),
        "kind": "document",
        "form": "paper",
        "copies": "２",
        "disclosed_on": "R7.9.30",
        "marking": "open",
        **more,
    }


# --- Recording ----------------------------------------------------------------------------------------------------


@LANGUAGES
def test_a_handover_is_typed_looked_at_and_recorded(sqlite_dated: House, language: str) -> None:
    """R5-1: form, own-side draft with a file, the ledger; the other side sees nothing before."""
    kou, otsu = sqlite_dated.people.sides
    mine, other = (
        browser_of(sqlite_dated, kou.drafter, language),
        browser_of(sqlite_dated, otsu.drafter, language),
    )
    page = mine.get("/handback/new").submit("/handback/new", **typed(otsu.party))
    assert page.status == 200 and page.path.startswith("/handback/drafts/")
    assert "窓口の業務の流れ図" not in other.get("/handback").text
    assert other.get(page.path).status == 404
    page = page.submit("/files", file=(io.BytesIO("流れ".encode()), "流れ図.txt"))
    assert "流れ図.txt" in page.text
    page = page.submit("/record")
    assert page.status == 200 and "HBK-0001" in page.text
    seen = other.get("/handback")
    assert "窓口の業務の流れ図" in seen.text and "HBK-0001" in seen.text
    entry = other.get(page.path)
    assert ("同じ内容かどうかを答え" if language == "ja" else "whether it is the same") in entry.text
    told = entry.source.partition("entries-heading")[2]
    assert told.count('<li class="timeline-entry') == 1 and "href=" in told and "Told(" not in told
    file = next(link for link in entry.links if "/files/" in link)
    answer = other.client.get(file)
    assert answer.get_data().decode() == "流れ" and "attachment" in answer.headers["Content-Disposition"]


def test_a_draft_of_a_line_is_thrown_away_only_after_reading_what_is_lost(sqlite_dated: House) -> None:
    """No record is lost by one slip of the hand."""
    kou, otsu = sqlite_dated.people.sides
    draft = drafted(sqlite_dated, kou.drafter, handover_body(otsu.party or ""))
    page = browser_of(sqlite_dated, kou.drafter).get(f"/handback/drafts/{draft}", expect=200)
    folded = page.source.split('<details class="discard">')[1].split("</details>")[0]
    assert "この下書きに書いたことは元に戻せません。" in folded
    assert f'action="/handback/drafts/{draft}/discard"' in folded
    page = page.submit("/discard")
    assert "下書きを破棄しました。" in page.text and "窓口の業務の流れ図" not in page.text


@LANGUAGES
def test_what_is_missing_stands_beside_its_field_and_nothing_typed_is_lost(
    sqlite_dated: House, language: str
) -> None:
    kou, otsu = sqlite_dated.people.sides
    mine = browser_of(sqlite_dated, kou.drafter, language)
    page = mine.get("/handback/new").submit(
        "/handback/new",
        **typed(
            otsu.party,
            copies="たくさん",
            disclosed_on="2030-01-01",
            marking="recognizable",
            description="要点",
        ),
    )
    page = page.submit("/record")
    assert page.status == 422
    page.has_lost_nothing(copies="たくさん", description="要点")
    for words in (
        ("1から9999まで", "まだ来ていない日", "秘密と認識し得る理由がありません")
        if language == "ja"
        else ("from 1 to 9999", "still to come", "reason why it can be recognised")
    ):
        assert words in page.text, words
    with sqlite_dated.read() as session:
        assert session.scalars(select(Handover)).all() == []


def test_what_is_given_to_nobody_known_is_refused_beside_the_field(sqlite_dated: House) -> None:
    kou, _ = sqlite_dated.people.sides
    mine = browser_of(sqlite_dated, kou.drafter)
    page = mine.get("/handback/new").submit("/handback/new", **typed("nobody"))
    assert page.status == 422 and "選択肢から選んでください" in page.text


# --- The ledger -----------------------------------------------------------------------------------------------------


def test_the_filter_stands_in_the_address_and_the_pages_go_on_by_key(
    sqlite_dated: House, monkeypatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    monkeypatch.setattr(queries, "_LIST", queries._LIST.limit(3))
    kou, otsu = sqlite_dated.people.sides
    for number in range(4):
        recorded(
            sqlite_dated,
            kou.drafter,
            otsu.party,
            title=f"その{number}",
            kind="data" if number == 3 else "document",
        )
    recorded(
        sqlite_dated, kou.drafter, otsu.party, title="その4", way="received", received_on=DAY.isoformat(),
        holder="企画課長", place="書庫",
    )  # fmt: skip
    mine = browser_of(sqlite_dated, kou.reader)
    page, seen = mine.get("/handback"), []
    while True:
        seen += [number for number in range(5) if f"その{number}" in page.text]
        older = [link for link in page.links if "before=" in link]
        if not older:
            break
        page = mine.get(older[0])
    assert sorted(seen) == [0, 1, 2, 3, 4]
    for query, found in (
        ("words=その3", [3]),
        ("kind=data", [3]),
        (f"way={otsu.party}.{kou.party}", [4]),
        ("holder=企画課長", [4]),
        ("state=unconfirmed&way=" + f"{otsu.party}.{kou.party}", [4]),
        ("state=settled", []),
        ("from=R7.10.1", []),
    ):
        text = mine.get(f"/handback?{query}").text
        assert [number for number in range(5) if f"その{number}" in text] == found, query
    for odd in ("way=x", "state=best", "from=いつか", "activity=%00", "holder=%ff", "kind=?"):
        assert mine.get(f"/handback?{odd}").status == 200
    assert mine.get("/handback?before=x").status == 404
    other = browser_of(sqlite_dated, sqlite_dated.people.auditor)
    assert "この条件に合う受渡しはありません" in other.get("/handback?holder=企画課長").text, (
        "who has copies is no auditor's"
    )


@LANGUAGES
def test_the_ledger_is_taken_out_as_a_table(sqlite_dated: House, language: str) -> None:
    """R5-6; row 71."""
    kou, otsu = sqlite_dated.people.sides
    row = recorded(
        sqlite_dated, kou.drafter, otsu.party, title="=1+1", description="CANARY", marking="marked"
    )
    confirmed(sqlite_dated, otsu.drafter, row, holder="営業本部長", place="書庫")
    instructed(sqlite_dated, kou.officer, "dispose", row)
    carried_out(sqlite_dated, otsu.officer, "dispose", row)
    mine = browser_of(sqlite_dated, otsu.officer, language)
    page = mine.get("/handback/export?state=open")
    answer = mine.client.post(
        "/handback/export?state=open",
        data={"format": "csv", "csrf_token": dict(page.forms[-1].fields)["csrf_token"]},
    )
    table = answer.get_data().decode("utf-8-sig")
    assert '"\'=1+1"' in table and "CANARY" in table and "営業本部長" in table and "溶解処理" in table
    auditor = browser_of(sqlite_dated, sqlite_dated.people.auditor, language)
    page = auditor.get("/handback/export")
    answer = auditor.client.post(
        "/handback/export", data={"format": "json", "csrf_token": dict(page.forms[-1].fields)["csrf_token"]}
    )
    assert "CANARY" not in answer.get_data(as_text=True) and "営業本部長" not in answer.get_data(as_text=True)


# --- One line ---------------------------------------------------------------------------------------------------------


@LANGUAGES
def test_from_receipt_to_acknowledgement_on_the_pages(sqlite_dated: House, language: str) -> None:
    """R5-3: everything by what the pages offer; whose turn it is stands first."""
    kou, otsu = sqlite_dated.people.sides
    row = recorded(sqlite_dated, kou.drafter, otsu.party)
    giver, receiver = (
        browser_of(sqlite_dated, kou.officer, language),
        browser_of(sqlite_dated, otsu.officer, language),
    )
    path = f"/handback/{row.id}"

    def follow(browser: Browser, start: str) -> Page:
        return browser.get(next(link for link in browser.get(path).links if link.startswith(start)))

    page = follow(receiver, "/handback/confirm").submit(
        "/handback/confirm", is_same="yes", received_on="R7.10.1", holder="営業本部長"
    )
    assert page.path == path and page.status == 200
    page = follow(giver, "/handback/instruct").submit(
        "/handback/instruct", choice="dispose", remark="溶解でお願いします。"
    )
    assert page.path == path
    page = follow(receiver, "/handback/carry-out")
    assert ("処分" if language == "ja" else "Disposal") in page.text
    refused = page.submit("/handback/carry-out", means="", by_whom="")
    assert refused.status == 422 and refused.form("/handback/carry-out").values()["choice"] == ["dispose"]
    page = page.submit(
        "/handback/carry-out",
        means="溶解処理",
        by_whom="総務 鈴木",
        searched=["mail", "backups"],
        has_no_backups="y",
    )
    assert page.path == path
    page = follow(giver, "/handback/acknowledge").submit("/handback/acknowledge", is_so="yes")
    assert page.path == path and ("処分完了" if language == "ja" else "Disposal settled") in page.text
    certificate = next(link for link in page.links if "/papers/certificates" in link)
    assert "溶解処理" in giver.get(certificate).text


def test_a_disposal_without_instruction_is_refused_with_its_clause(sqlite_dated: House) -> None:
    """R5-5: which rule refused it, and what to do next; everything typed is kept."""
    kou, otsu = sqlite_dated.people.sides
    row = recorded(sqlite_dated, kou.drafter, otsu.party)
    mine = browser_of(sqlite_dated, otsu.officer)
    page = mine.get(f"/handback/carry-out?holding={holding(sqlite_dated, row.id).id}")
    page = page.submit(
        "/handback/carry-out",
        choice="dispose",
        means="裁断",
        by_whom="総務",
        searched=["paper"],
        has_no_backups="y",
    )
    assert page.status == 422
    assert "処分の指示がありません" in page.text and "渡した側に指示を求めて" in page.text
    page.has_lost_nothing(means="裁断", by_whom="総務")
    assert "/agreement#" in " ".join(page.links)
    assert holding(sqlite_dated, row.id).step == "held"


def test_holders_questions_and_words_stand_on_the_page_of_the_line(sqlite_dated: House) -> None:
    kou, otsu = sqlite_dated.people.sides
    row = recorded(sqlite_dated, kou.drafter, otsu.party)
    held = holding(sqlite_dated, row.id).id
    mine, other = browser_of(sqlite_dated, otsu.drafter), browser_of(sqlite_dated, kou.drafter)
    path = f"/handback/{row.id}"
    page = mine.get(path).submit(
        "/holders", kind="contractor", holder="委託先", place="保守室", copies="1", on_day="R7.10.1"
    )
    assert "委託先" in page.text and "委託業者" in page.text
    assert "委託先" in other.get(path).text, "the discloser sees who has copies"
    auditor = browser_of(sqlite_dated, sqlite_dated.people.auditor)
    assert "委託先" not in auditor.get(path).source
    page = page.submit("/ask", choice="dispose", remark="使い終わりました。")
    assert "指示を求めている" in page.text
    page = other.get(path).submit("/words", text="次の会議で決めます。")
    assert "次の会議で決めます。" in mine.get(path).text
    assert "次の会議で決めます。" not in auditor.get(path).source or sqlite_dated.people.auditor.party in {
        kou.party
    }
    with sqlite_dated.read() as session:
        holder = session.scalars(select(Holder.id)).one()
    page = mine.get(path).submit(f"/holders/{holder}/end", ended_on="R7.10.1", ended_how="")
    assert page.status == 422 and "どのように回収・処分したか" in page.text
    page = page.submit(f"/holders/{holder}/end", ended_on="R7.10.1", ended_how="溶解した")
    assert page.status == 200 and "溶解した" in page.text
    assert held


def test_a_record_is_corrected_and_taken_back_on_the_page(sqlite_dated: House) -> None:
    kou, otsu = sqlite_dated.people.sides
    row, wrong = (
        recorded(sqlite_dated, kou.drafter, otsu.party, title=title) for title in ("流れ図", "間違い")
    )
    mine = browser_of(sqlite_dated, kou.drafter)
    page = mine.get(f"/handback/{row.id}").submit("/correct")
    page = page.submit("/edit", reason="部数の誤り", copies="3").submit("/record")
    assert "HBK-0001の訂正です" in page.text and "部数の誤り" in page.text
    assert "HBK-0003で訂正あり" in mine.get(f"/handback/{row.id}").text
    page = mine.get(f"/handback/{wrong.id}").submit("/strike", reason="")
    assert page.status == 422
    page = page.submit("/strike", reason="渡していなかったため")
    assert "記録の取消し" in page.text and "渡していなかったため" in page.text
    rules = {rule.rule for rule in sqlite_dated.app.url_map.iter_rules() if rule.rule.startswith("/handback")}
    assert not [rule for rule in rules if "delete" in rule], "R5-5: no door deletes a line"


def test_of_a_secret_an_auditor_sees_that_it_is_there_and_no_more(sqlite_dated: House) -> None:
    """R7-4; decision 29; what is undecided is treated alike."""
    kou, otsu = sqlite_dated.people.sides
    auditor = browser_of(sqlite_dated, sqlite_dated.people.auditor)
    for marking, sees in (("marked", False), ("undecided", False), ("open", True)):
        row = recorded(
            sqlite_dated,
            kou.drafter,
            otsu.party,
            title=f"題{marking}",
            marking=marking,
            description="CANARY-説明",
            file="本文\n",
        )
        page = auditor.get(f"/handback/{row.id}", expect=200)
        assert (f"題{marking}" in page.text, "CANARY" in page.source) == (True, sees)
        with sqlite_dated.read() as session:
            file = session.scalars(select(HandoverFile.id).where(HandoverFile.handover_id == row.id)).one()
        assert auditor.client.get(f"/handback/{row.id}/files/{file}").status_code == (200 if sees else 404)


# --- Many at once ------------------------------------------------------------------------------------------------------


def test_a_rule_chooses_what_is_instructed_and_says_how_many(sqlite_dated: House) -> None:
    """R5-3: by rule; what has changed meanwhile is told, and nothing is recorded."""
    kou, otsu = sqlite_dated.people.sides
    for kind in ("document", "document", "data"):
        recorded(sqlite_dated, kou.drafter, otsu.party, kind=kind)
    mine = browser_of(sqlite_dated, kou.officer)
    page = mine.get("/handback/instruct?kind=document")
    assert "対象（2件）" in page.text and "種類：文書・報告書" in page.text
    late = recorded(sqlite_dated, kou.drafter, otsu.party)
    refused = page.submit("/handback/instruct", choice="return", remark="窓口まで")
    assert refused.status == 409 and "画面では2件、いまは3件" in refused.text
    refused.has_lost_nothing(remark="窓口まで")
    assert holding(sqlite_dated, late.id).instruction == ""
    done = refused.submit("/handback/instruct", choice="return")
    assert done.path == "/handback/checklist"
    with sqlite_dated.read() as session:
        found = session.scalars(select(Entry.verb).where(Entry.verb.startswith("handback."))).all()
    assert found.count("handback.instructed_together") == 3 and found.count("handback.rule_given") == 1
    assert mine.get("/handback/instruct?kind=nothing").status == 404
    assert mine.get("/handback/instruct?holding=nobody").status == 404


@LANGUAGES
def test_the_checklist_says_what_each_side_must_do(sqlite_dated: House, language: str) -> None:
    """R5-2, R5-7: chosen by boxes, done together; the days of the time after the end above it."""
    kou, otsu = sqlite_dated.people.sides
    rows = [recorded(sqlite_dated, kou.drafter, otsu.party, title=f"渡した{number}") for number in range(3)]
    confirmed(sqlite_dated, otsu.drafter, *rows)
    ended(sqlite_dated, LAST_DAY)
    on_day(sqlite_dated, AFTER)
    giver = browser_of(sqlite_dated, kou.officer, language)
    page = giver.get("/handback/checklist")
    for words in (
        ("令和8年（2026年）10月9日", "令和9年（2027年）9月9日")
        if language == "ja"
        else ("9 October 2026", "9 September 2027")
    ):
        assert words in page.text, words
    assert [f"渡した{n}" in page.text for n in range(3)] == [True] * 3
    form = next(one for one in page.forms if one.action == "/handback/instruct")
    chosen = [value for name, value in form.fields if name == "holding"]
    page = giver.get("/handback/instruct", query={"holding": chosen[:2]})
    page.submit("/handback/instruct", choice="dispose")
    receiver = browser_of(sqlite_dated, otsu.officer, language)
    page = receiver.get("/handback/checklist")
    form = next(one for one in page.forms if one.action == "/handback/carry-out")
    assert len([value for name, value in form.fields if name == "holding"]) == 3, (
        "what has no instruction goes back"
    )
    page = receiver.get("/handback/carry-out?choice=dispose")
    page = page.submit(
        "/handback/carry-out", means="溶解処理", by_whom="総務", searched=["paper"], backups_until="R8.10.25"
    )
    assert page.path == "/handback/checklist"
    retained(sqlite_dated, otsu.officer, rows[2])
    page = giver.get("/handback/acknowledge?choice=dispose").submit("/handback/acknowledge", is_so="yes")
    assert page.path == "/handback/checklist"
    assert ("未完了" if language == "ja" else "(open)") in page.text


def test_after_the_survival_end_what_is_open_is_the_loudest_thing(sqlite_dated: House) -> None:
    """R5-4; S11."""
    kou, otsu = sqlite_dated.people.sides
    row = recorded(sqlite_dated, kou.drafter, otsu.party)
    ended(sqlite_dated, LAST_DAY)
    on_day(sqlite_dated, dt.date(2027, 9, 10))
    mine = browser_of(sqlite_dated, otsu.officer)
    home = mine.get("/")
    assert home.source.index("note-error") < home.source.index("turn-sentence")
    assert "窓口の業務の流れ図" in home.text
    assert "行うことはありません" not in home.text and "存続期間が終わっても未完了" in home.text
    for path in ("/handback", "/handback/checklist"):
        page = mine.get(path)
        assert "存続期間が終わっても、完了していない資料が1件あります" in page.text
        assert "note-error" in page.source
    carried_out(sqlite_dated, otsu.officer, "return", row)
    acknowledged(sqlite_dated, kou.officer, row)
    assert "note-error" not in mine.get("/").source
    assert "返却・処分はすべて完了しています" in mine.get("/handback").text


@LANGUAGES
def test_without_the_measures_it_says_that_all_is_voluntary(sqlite_dated: House, language: str) -> None:
    from portal.agreement.life import Cause

    kou, otsu = sqlite_dated.people.sides
    recorded(sqlite_dated, kou.drafter, otsu.party)
    ended(sqlite_dated, LAST_DAY, cause=Cause.MUTUAL, measures_apply=False)
    on_day(sqlite_dated, AFTER)
    page = browser_of(sqlite_dated, otsu.officer, language).get("/handback/checklist")
    assert ("返却・処分の記録は任意です" if language == "ja" else "voluntary") in page.text


# --- Home -------------------------------------------------------------------------------------------------------------


def test_home_says_what_my_side_must_confirm_instruct_carry_out_and_acknowledge(sqlite_dated: House) -> None:
    kou, otsu = sqlite_dated.people.sides
    row = recorded(sqlite_dated, kou.drafter, otsu.party)
    giver, receiver = browser_of(sqlite_dated, kou.officer), browser_of(sqlite_dated, otsu.officer)
    assert "相手方の受渡しの記録を確かめる" in receiver.get("/").text
    confirmed(sqlite_dated, otsu.drafter, row)
    assert "窓口の業務の流れ図" not in giver.get("/").text.partition("お知らせ")[0]
    ended(sqlite_dated, LAST_DAY)
    on_day(sqlite_dated, AFTER)
    giver, receiver = browser_of(sqlite_dated, kou.officer), browser_of(sqlite_dated, otsu.officer)
    assert "渡した資料をどうするかを指示する" in giver.get("/").text
    assert "受け取った資料を返却・処分する" in receiver.get("/").text
    instructed(sqlite_dated, kou.officer, "return", row)
    assert "渡した資料をどうするかを指示する" not in giver.get("/").text
    carried_out(sqlite_dated, otsu.officer, "return", row)
    assert "相手方の返却・処分を確認する" in giver.get("/").text
    reader = browser_of(sqlite_dated, kou.reader)
    assert "相手方の返却・処分を確認する" not in reader.get("/").text, "who cannot do it is not told to"


# --- Papers -----------------------------------------------------------------------------------------------------------


@LANGUAGES
def test_the_papers_say_what_was_received_returned_and_disposed_of(
    sqlite_dated: House, language: str
) -> None:
    """R5-6: the list, receipts, receipts of what came back, certificates; of one line and in bulk, to print and as PDF."""
    kou, otsu = sqlite_dated.people.sides
    rows = [
        recorded(sqlite_dated, kou.drafter, otsu.party, title=f"資料{number}", file=f"本文{number}\n")
        for number in range(3)
    ]
    confirmed(sqlite_dated, otsu.drafter, *rows)
    instructed(sqlite_dated, kou.officer, "dispose", *rows[:2], erases=True)
    carried_out(sqlite_dated, otsu.officer, "dispose", *rows[:2])
    carried_out(sqlite_dated, otsu.officer, "return", rows[2])
    acknowledged(sqlite_dated, kou.officer, *rows)
    mine = browser_of(sqlite_dated, kou.reader, language)
    way = f"discloser={kou.party}&receiver={otsu.party}"
    for name, shown in (
        ("list", rows),
        ("receipts", rows),
        ("returns", rows[2:]),
        ("certificates", rows[:2]),
    ):
        page = mine.get(f"/handback/papers/{name}?{way}", expect=200)
        _, _, foot = page.source.partition('<div class="paper-together">')
        assert "paper-head" in foot and ('class="paper-seal"' in foot) == (name != "list"), "the foot is one piece"
        assert [f"資料{n}" in page.text for n in range(3)] == [one in shown for one in rows], name
        assert re.search(r"[0-9a-f]{4} [0-9a-f]{4}", page.text)
        answer = mine.client.get(f"/handback/papers/{name}/pdf?{way}")
        assert answer.status_code == 200 and answer.get_data()[:5] == b"%PDF-"
        assert answer.headers["Cache-Control"] == "no-store"
        one = shown[0]
        if name != "list":
            single = mine.get(
                f"/handback/papers/{name}?holding={holding(sqlite_dated, one.id).id}", expect=200
            )
            assert one.reference in single.title
    page = mine.get(f"/handback/papers/certificates?{way}")
    assert ("バックアップ" if language == "ja" else "backup") in page.text
    day = "令和7年（2025年）11月5日" if language == "ja" else "5 November 2025"
    assert day in page.text, "35 days after it was erased the last backup is gone"
    for path in (
        f"/handback/papers/other?{way}",
        f"/handback/papers/list/odt?{way}",
        "/handback/papers/list",
    ):
        assert mine.get(path).status == 404
    empty = mine.get(f"/handback/papers/list?discloser={otsu.party}&receiver={kou.party}", expect=200)
    assert ("まだありません" if language == "ja" else "nothing") in empty.text.lower()


def test_the_papers_are_for_the_two_sides(agreement_of_three: House) -> None:
    house = agreement_of_three
    a, b, c = house.people.sides
    row = recorded(house, a.drafter, b.party)
    held = holding(house, row.id).id
    third = browser_of(house, c.officer)
    for path in (
        f"/handback/papers/list?discloser={a.party}&receiver={b.party}", f"/handback/papers/receipts?holding={held}",
        f"/handback/papers/list/pdf?discloser={a.party}&receiver={b.party}",
    ):  # fmt: skip
        assert third.get(path).status == 404
    assert "窓口の業務の流れ図" in third.get("/handback").text


# --- Shared in the portal -----------------------------------------------------------------------------------------------


def test_files_shared_in_the_portal_are_taken_into_the_ledger_from_where_they_stand(
    sqlite_dated: House,
) -> None:
    """R5-1: documents' attachments, advice materials; by one press."""
    from portal.activities.proposal import PROPOSAL
    from portal.consent import commands as consent
    from portal.kernel.uploads import Inspection
    from tests.makers.activities import drafted, edition_of, proposal_body, tabled
    from tests.makers.advice import advice_body, recorded_draft, with_file
    from tests.makers.advice import drafted as advice_drafted

    kou, otsu = sqlite_dated.people.sides
    proposal = drafted(sqlite_dated, kou.drafter, PROPOSAL, proposal_body(edition_of(sqlite_dated)))
    kept = sqlite_dated.app.files.keep(io.BytesIO("計画\n".encode()), limit=1_000)
    with sqlite_dated.work(kou.drafter.actor(sqlite_dated)) as work:
        document = consent.document_of(work, PROPOSAL, proposal)
        consent.attach(
            work,
            PROPOSAL,
            document,
            name="計画.txt",
            kept=kept,
            inspection=Inspection("text/plain", "txt", "計画.txt", ()),
        )
    tabled(sqlite_dated, kou.drafter, PROPOSAL, proposal)
    draft = advice_drafted(sqlite_dated, otsu.drafter, advice_body(otsu.party, kou.party, marking="secret"))
    with_file(sqlite_dated, otsu.drafter, draft, name="秘密の名.txt")
    advice = recorded_draft(sqlite_dated, otsu.drafter, draft)
    mine = browser_of(sqlite_dated, kou.drafter)
    page = mine.get("/handback/shared")
    assert "計画.txt" in page.text and "秘密の名.txt" in page.text
    page = mine.get(f"/activities/proposals/{proposal}")
    page = page.submit("/handback/shared")
    assert page.status == 200 and "計画.txt" in page.heading
    assert "計画.txt" not in mine.get("/handback/shared").text
    page = mine.get("/handback/shared").submit("/handback/shared")
    assert page.status == 200 and page.heading == advice.reference, "a secret's own name is no title"
    assert "台帳に載っていない共有済みのファイルはありません" in mine.get("/handback/shared").text
    assert "HBK-0001" in mine.get(f"/activities/proposals/{proposal}").text
    assert "HBK-0002" in mine.get(f"/advice/{advice.id}").text
    again = mine.post(
        "/handback/shared", {"files": ["nobody"], "csrf_token": dict(page.forms[-1].fields)["csrf_token"]}
    )
    assert again.status == 422

    with sqlite_dated.read() as session:
        first = session.scalars(select(Handover).where(Handover.reference == "HBK-0001")).one()
    instructed(sqlite_dated, kou.officer, "dispose", first, erases=True)
    receiver = browser_of(sqlite_dated, otsu.officer)
    page = receiver.get(f"/handback/carry-out?holding={holding(sqlite_dated, first.id).id}").submit(
        "/handback/carry-out",
        choice="dispose",
        means="完全消去",
        by_whom="情報管理",
        searched=["mail", "folders"],
        has_no_backups="y",
    )
    assert page.status == 200
    attachment = next(
        link for link in mine.get(f"/activities/proposals/{proposal}").links if "/attachments/" in link
    )
    gone = mine.get(attachment)
    assert gone.status == 410 and "HBK-0001" in gone.text
    doubt = raised(sqlite_dated, sqlite_dated.people, kou.drafter, records=(("document", proposal),))
    papers = mine.get(f"/doubts/{doubt}/export", expect=200).form("一式").values()
    bundle = mine.client.post(f"/doubts/{doubt}/export", data={**papers, "own": ""}, buffered=True)
    assert bundle.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(bundle.data)) as archive:
        assert not [name for name in archive.namelist() if "計画" in name], "what was erased is in no bundle"
    from portal.tasks.sweep import sweep_files

    sqlite_dated.clock.move(hours=25)
    import os

    old = sqlite_dated.clock.now().timestamp() - 26 * 3600
    for path in (sqlite_dated.app.settings.instance / "files" / "kept").rglob("*"):
        if path.is_file():
            os.utime(path, (old, old))
    assert sweep_files(sqlite_dated.works, sqlite_dated.app.files) == 1
    assert not sqlite_dated.app.files.matches(kept.sha256), "the bytes are gone"
    from portal.tasks.verification import verify_everything

    with sqlite_dated.read() as session:
        findings = list(verify_everything(session, sqlite_dated.app.files))
    assert all(one.holds for one in findings), [one.words for one in findings if not one.holds]


def test_a_copy_of_what_appeared_that_was_disposed_of_is_in_no_bundle(sqlite_dated: House) -> None:
    """R5-4, R9-3: the archived copy of a publication without agreement, erased as its discloser instructed."""
    house, (kou, otsu) = sqlite_dated, sqlite_dated.people.sides
    kept = house.app.files.keep(io.BytesIO("掲載の写し\n".encode()), limit=1_000)
    copy = ArchivedCopy("写し.txt", kept)
    record = reported(house, kou.press, copy=copy)
    doubt = raised(house, house.people, kou.drafter, records=(("publicity_record", record),))
    mine = browser_of(house, kou.drafter)

    def in_the_bundle() -> list[str]:
        papers = mine.get(f"/doubts/{doubt}/export", expect=200).form("一式").values()
        bundle = mine.client.post(f"/doubts/{doubt}/export", data={**papers, "own": ""}, buffered=True)
        with zipfile.ZipFile(io.BytesIO(bundle.data)) as archive:
            return [name for name in archive.namelist() if "写し" in name]

    assert len(in_the_bundle()) == 1
    assert mine.get("/handback/shared").submit("/handback/shared").status == 200
    with house.read() as session:
        line = session.scalars(select(Handover)).one()
    instructed(house, kou.officer, "dispose", line, erases=True)
    page = browser_of(house, otsu.officer).get(f"/handback/carry-out?holding={holding(house, line.id).id}")
    done = page.submit(
        "/handback/carry-out", choice="dispose", means="完全消去", by_whom="情報管理", searched=["mail"],
        has_no_backups="y",
    )  # fmt: skip
    assert done.status == 200
    assert in_the_bundle() == []


@LANGUAGES
def test_a_secret_is_kept_until_the_later_reading_and_what_lies_between_is_to_be_talked_over(
    sqlite_dated: House, language: str
) -> None:
    """R7-2; S11: five years from receipt, and the year after the end, as long as nobody has settled which counts."""
    kou, otsu = sqlite_dated.people.sides
    secret = recorded(sqlite_dated, kou.drafter, otsu.party, marking="marked")
    plain = recorded(sqlite_dated, kou.drafter, otsu.party, marking="open")
    confirmed(sqlite_dated, otsu.drafter, secret, plain, on=dt.date(2025, 10, 1))
    mine = browser_of(sqlite_dated, otsu.reader, language)
    label = {"ja": "秘密保持の期間の末日", "en": "Last day of confidentiality"}[language]
    review = {"ja": "秘密保持の期間：要協議", "en": "Confidentiality: to be talked over"}[language]
    past = {"ja": "秘密保持の期間は経過", "en": "Confidentiality has run out"}[language]
    page = mine.get(f"/handback/{secret.id}")
    five, one = (day_in_words(day, language) for day in (dt.date(2030, 10, 1), dt.date(2027, 9, 9)))
    assert label in page.text and five in page.text and review not in page.text
    assert label not in mine.get(f"/handback/{plain.id}").text
    ended(sqlite_dated, dt.date(2026, 9, 9))
    for day, shown in (
        (dt.date(2027, 9, 9), None), (dt.date(2027, 9, 10), review), (dt.date(2030, 10, 1), review),
        (dt.date(2030, 10, 2), past),
    ):  # fmt: skip
        on_day(sqlite_dated, day)
        page = browser_of(sqlite_dated, otsu.reader, language).get(f"/handback/{secret.id}")
        assert five in page.text and one in page.text
        assert [words in page.text for words in (review, past)] == [shown == review, shown == past], day


def test_the_list_its_paper_and_its_export_say_until_when_a_secret_is_kept(sqlite_dated: House) -> None:
    """R7-2: nobody has to open line by line; and where today lies."""
    kou, otsu = sqlite_dated.people.sides
    secret = recorded(sqlite_dated, kou.drafter, otsu.party, marking="marked")
    plain = recorded(sqlite_dated, kou.drafter, otsu.party, marking="open", title="公開の資料")
    confirmed(sqlite_dated, otsu.drafter, secret, plain, on=dt.date(2025, 10, 1))
    until = "秘密保持は令和12年（2030年）10月1日（火）まで"
    ledger, paper = "/handback", f"/handback/papers/list?discloser={kou.party}&receiver={otsu.party}"
    mine = browser_of(sqlite_dated, kou.custodian)
    for path in (ledger, paper, "/handback/checklist"):
        assert mine.get(path, expect=200).text.count(until) == 1, path
    token = dict(mine.get("/handback/export", expect=200).forms[-1].fields)["csrf_token"]
    answer = mine.client.post("/handback/export", data={"format": "csv", "csrf_token": token})
    taken = answer.get_data().decode("utf-8-sig")
    head, *rows = list(csv.reader(io.StringIO(taken)))
    at = head.index("秘密保持の末日")
    assert [row[at] for row in rows if row[at]] == ["2030-10-01"]
    ended(sqlite_dated, dt.date(2026, 9, 9))
    on_day(sqlite_dated, dt.date(2027, 9, 10))
    assert f"{until}（要協議）" in browser_of(sqlite_dated, kou.reader).get(ledger).text
    on_day(sqlite_dated, dt.date(2030, 10, 2))
    assert f"{until}（経過）" in browser_of(sqlite_dated, kou.reader).get(paper).text


# --- Speed ------------------------------------------------------------------------------------------------------------


def test_no_page_takes_more_than_twelve_statements_whatever_the_data(sqlite_dated: House) -> None:
    """performance.md 7."""
    kou, otsu = sqlite_dated.people.sides
    activity = agreed_activity(sqlite_dated, sqlite_dated.people)
    first = recorded(sqlite_dated, kou.drafter, otsu.party, activity="ACT-0001", file="本文\n")
    confirmed(sqlite_dated, otsu.drafter, first, holder="営業本部長")
    mine = browser_of(sqlite_dated, kou.officer)

    def counted(path: str) -> int:
        said: list[str] = []

        def note(connection, cursor, statement, *rest):
            if not statement.startswith(("BEGIN", "PRAGMA")):
                said.append(statement)

        engine = sqlite_dated.app.engines.reader
        event.listen(engine, "before_cursor_execute", note)
        mine.get(path, expect=200)
        event.remove(engine, "before_cursor_execute", note)
        return len(said)

    way = f"discloser={kou.party}&receiver={otsu.party}"
    held = holding(sqlite_dated, first.id).id
    paths = [
        "/handback", "/handback?state=open", f"/handback/{first.id}", "/handback/checklist", "/handback/instruct",
        f"/handback/instruct?holding={held}", "/handback/shared", f"/handback/papers/list?{way}", "/handback/new", "/",
        f"/activities/{activity}",
    ]  # fmt: skip
    for path in paths:
        mine.get(path)
    before = {path: counted(path) for path in paths}
    for _ in range(20):
        row = recorded(sqlite_dated, kou.drafter, otsu.party, activity="ACT-0001")
        confirmed(sqlite_dated, otsu.drafter, row)
        instructed(sqlite_dated, kou.officer, "return", row)
        carried_out(sqlite_dated, otsu.officer, "return", row)
    for path in paths:
        mine.get(path)
    after = {path: counted(path) for path in paths}
    print(f"\nstatements: {after}")
    assert after == before
    assert max(after.values()) <= 12, after


def test_a_correction_carries_on_who_has_copies(sqlite_dated: House) -> None:
    kou, otsu = sqlite_dated.people.sides
    row = recorded(sqlite_dated, kou.drafter, otsu.party)
    confirmed(sqlite_dated, otsu.drafter, row, holder="営業本部長")
    later = corrected(sqlite_dated, kou.drafter, row.id)
    assert "営業本部長" in browser_of(sqlite_dated, otsu.reader).get(f"/handback/{later.id}").text


def test_the_activity_shows_what_was_handed_over_for_it(sqlite_dated: House) -> None:
    kou, otsu = sqlite_dated.people.sides
    tabled_proposal(sqlite_dated, sqlite_dated.people)
    recorded(sqlite_dated, kou.drafter, otsu.party, activity="ACT-0001")
    mine = browser_of(sqlite_dated, otsu.reader)
    link = next(
        one for one in mine.get("/handback").links if one.startswith("/activities/") and len(one) == 34
    )
    assert "窓口の業務の流れ図" in mine.get(link).text
