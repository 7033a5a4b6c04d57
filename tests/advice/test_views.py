"""The pages of advice, as people of both sides and in both languages use them."""

from __future__ import annotations

import io
import json

import pytest
from sqlalchemy import select

from portal.advice.models import AdviceNotice, AdviceTaking
from portal.kernel import pdf
from tests.browser import Browser
from tests.makers.activities import edition_of, tabled_proposal
from tests.makers.advice import (
    advice_body,
    clause_ids,
    confirmed,
    corrected,
    drafted,
    handled,
    recorded,
    term_of,
    with_file,
)


def browser_of(house, person, language="ja"):
    browser = Browser(house, language=language)
    browser.sign_in(person.email, person.password)
    return browser


def sides(house):
    term = term_of(house)
    return house.people[term.giver], house.people[term.receiver]


def typed(giver, receiver, **changes):
    return {
        "title": "利用の記録が置かれる場所", "direction": f"{giver}.{receiver}", "kind": "advice",
        "adviser": "公共営業本部 御堂", "recipient": "戦略企画課 府見", "basis": "requested", "given_on": "R7.9.30",
        "medium": "meeting", "activity": "", "marking": "open", "content": "既定では**日本**に置かれます。",
        **changes,
    }  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en"])
def test_it_is_typed_looked_at_recorded_and_confirmed(sqlite_dated, language):
    """S8, first half; excellent 3.4: form, draft with the clauses, record, the other side's word."""
    giver, receiver = sides(sqlite_dated)
    edition = edition_of(sqlite_dated)
    mine, theirs = (browser_of(sqlite_dated, side.drafter, language) for side in (receiver, giver))
    page = mine.get("/advice/new", expect=200)
    page = page.submit("/advice/new", **typed(giver.party, receiver.party))
    assert page.status == 200 and "/advice/drafts/" in page.path
    for id in clause_ids(sqlite_dated):
        assert edition.clause(id).text[language] in page.text
    assert "利用の記録" not in theirs.get("/advice").text
    page = page.submit("/record")
    assert page.path.startswith("/advice/") and "ADV-0001" in page.text
    for id in clause_ids(sqlite_dated):
        assert edition.clause(id).text[language] in page.text
    listed = theirs.get("/advice", expect=200)
    assert "利用の記録が置かれる場所" in listed.text
    assert edition.clause(clause_ids(sqlite_dated)[0]).label[language] in listed.text
    assert "利用の記録が置かれる場所" in theirs.get("/", expect=200).text
    page = theirs.get(page.path).submit("/confirm", is_same="no", remark="")
    assert page.status == 422
    page = page.submit("/confirm", is_same="yes", remark="")
    assert page.status == 200
    assert ("両者が同じ内容と確認" if language == "ja" else "Both sides say it is the same") in page.text


def test_in_the_other_direction_no_page_names_the_clauses(sqlite_dated):
    """Invariant 9; S8's first variation: on the entry, in the list, on the draft."""
    giver, receiver = sides(sqlite_dated)
    edition = edition_of(sqlite_dated)
    draft = drafted(sqlite_dated, receiver.drafter, advice_body(receiver.party, giver.party))
    made = recorded(sqlite_dated, receiver.drafter, receiver.party, giver.party)
    browser = browser_of(sqlite_dated, receiver.drafter)
    for path in (f"/advice/{made.id}", f"/advice/drafts/{draft}", "/advice"):
        page = browser.get(path, expect=200)
        for id in clause_ids(sqlite_dated):
            assert edition.clause(id).text.ja not in page.text, path
            assert edition.clause(id).label.ja not in page.text, path


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(sqlite_dated):
    giver, receiver = sides(sqlite_dated)
    browser = browser_of(sqlite_dated, giver.drafter)
    page = browser.get("/advice/new").submit("/advice/new", title="題だけ", content="途中まで")
    assert page.status == 200
    page = page.submit("/record")
    assert page.status == 422
    page.has_lost_nothing(title="題だけ", content="途中まで")
    for words in (
        "だれからだれへの助言・支援かが選ばれていません",
        "日付を入力してください",
        "部署と氏名を入力してください",
    ):
        assert words in page.text
    page = page.submit("/edit", **typed(giver.party, receiver.party))
    assert page.submit("/record").status == 200


def test_a_stale_save_keeps_what_was_typed(sqlite_dated):
    """Row 26"""
    giver, receiver = sides(sqlite_dated)
    id = drafted(sqlite_dated, giver.drafter, advice_body(giver.party, receiver.party))
    one, two = (browser_of(sqlite_dated, person) for person in (giver.drafter, giver.drafter2))
    first, second = (browser.get(f"/advice/drafts/{id}/edit") for browser in (one, two))
    assert first.submit("/edit", title="先に直した題").status == 200
    page = second.submit("/edit", title="後から直した題")
    assert page.status == 409
    page.has_lost_nothing(title="後から直した題")
    assert page.submit("/edit").status == 200


def test_a_preview_shows_the_words_that_were_sent(sqlite_dated):
    """Row 18"""
    giver, _ = sides(sqlite_dated)
    browser = browser_of(sqlite_dated, giver.drafter)
    page = browser.get("/advice/new")
    token = page.form("/advice/new").values()["csrf_token"]
    shown = browser.post(
        "/advice/preview", {"csrf_token": token, "content": "**太い**", "preview": "content"}
    )
    assert "<strong>太い</strong>" in shown.source


def test_materials_are_looked_at_before_anybody_else_has_them_and_taken_by_an_act(sqlite_dated):
    """Rows 14, 17, 74; decision 34"""
    giver, receiver = sides(sqlite_dated)
    id = drafted(sqlite_dated, giver.drafter, advice_body(giver.party, receiver.party))
    mine, theirs = browser_of(sqlite_dated, giver.drafter), browser_of(sqlite_dated, receiver.reader)
    page = mine.get(f"/advice/drafts/{id}")
    page = page.submit("/files", file=(io.BytesIO(b"MZ\x90\x00"), "setup.exe"))
    assert page.status == 422
    page = page.submit("資料に加える", file=(io.BytesIO("設定の手引".encode()), "設定の手引.txt"))
    assert page.status == 200 and "手引.txt" in page.text
    form = next(
        one for one in page.forms if one.action.count("/files/") and not one.action.endswith("/remove")
    )
    assert mine.post(form.action, form.values()).response.get_data() == "設定の手引".encode()
    assert theirs.post(form.action, {"csrf_token": _token(theirs)}).status == 404
    entry = page.submit("/record")
    page = theirs.get(entry.path, expect=200)
    form = next(one for one in page.forms if "/files/" in one.action)
    answer = theirs.post(form.action, form.values())
    assert answer.status == 200 and answer.response.get_data() == "設定の手引".encode()
    assert answer.response.headers["Content-Disposition"].startswith("attachment")
    assert theirs.get(form.action).status == 405
    with sqlite_dated.read() as session:
        assert [one.member_id for one in session.scalars(select(AdviceTaking))] == [receiver.reader.member_id]


def _token(browser):
    return browser.get("/accessibility").form("/language").values()["csrf_token"]


def test_the_receiver_records_its_handling_and_the_other_side_sees_what_is_shared(sqlite_dated):
    """R8-3; excellent 3.4"""
    giver, receiver = sides(sqlite_dated)
    made = recorded(sqlite_dated, giver.drafter, giver.party, receiver.party)
    mine, theirs = browser_of(sqlite_dated, receiver.drafter), browser_of(sqlite_dated, giver.drafter)
    page = mine.get(f"/advice/{made.id}").submit(
        "/handle", result="adopted", checked_by="", checked_on="", decision="ガイドライン第3版", procurement="yes",
        inside="仕様書を見直す",
    )  # fmt: skip
    assert page.status == 200
    for words in ("採用", "ガイドライン第3版", "仕様書を見直す", "特定の者に有利にならないか"):
        assert words in page.text
    assert "採用した助言・支援で、確かめることが残っているもの" in mine.get("/").text
    page = theirs.get(f"/advice/{made.id}")
    assert "採用" in page.text
    for words in ("ガイドライン第3版", "仕様書を見直す", "特定の者に有利"):
        assert words not in page.text
    for address in ("/history?reading=trail", "/", "/messages", "/advice?words=ガイドライン第3版"):
        assert (
            "ガイドライン第3版" not in theirs.get(address).text.replace("/advice?words=", "")
            or "words" in address
        )
    assert all("/handle" not in form.action for form in page.forms)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_correction_shows_everywhere_and_is_read_by_whom_it_concerns(sqlite_dated, language):
    """S8, second half; R8-4: the entry, the list, the citing paper, the activity, home, the own-side decision."""
    proposal = tabled_proposal(sqlite_dated, sqlite_dated.people)
    giver, receiver = sides(sqlite_dated)
    first = recorded(sqlite_dated, receiver.drafter, giver.party, receiver.party, activity="ACT-0001")
    handled(sqlite_dated, receiver.drafter, first.id, decision="生成AI利用ガイドライン")
    mine, theirs = (browser_of(sqlite_dated, side.drafter, language) for side in (receiver, giver))
    page = mine.get(f"/advice/{first.id}").submit("/links", document="act-0001", place="4 方法")
    assert page.status == 200
    page = theirs.get(f"/advice/{first.id}").submit("/correct")
    said = "ADV-0001の訂正になります" if language == "ja" else "This will correct ADV-0001"
    assert said in page.text and f"/advice/{first.id}" in page.links, "the form says what it corrects"
    page = page.submit("/edit", reason="説明に誤りがあったため", content="海外のこともあります。")
    page = page.submit("/record")
    assert page.status == 200
    marked = "ADV-0002で訂正あり" if language == "ja" else "Corrected by ADV-0002"
    activity = next(
        href
        for href in mine.get(f"/activities/proposals/{proposal}").links
        if href.startswith("/activities/") and len(href) == 34
    )
    for path in (f"/advice/{first.id}", "/advice", f"/activities/proposals/{proposal}", activity):
        assert marked in mine.get(path, expect=200).text, path
    old = mine.get(f"/advice/{first.id}")
    warned = (
        "根拠にした決定・文書を見直して" if language == "ja" else "Look again at the decision or document"
    )
    assert warned in old.text and "日本" in old.text, "both stay readable"
    home = mine.get("/")
    told = "訂正された助言・支援で、あなたが" if language == "ja" else "Corrected advice that you"
    assert told in home.text
    page = mine.get(page.path).submit("/read")
    assert page.status == 200 and told not in mine.get("/").text
    with sqlite_dated.read() as session:
        assert all(one.is_read for one in session.scalars(select(AdviceNotice)))


def test_who_may_not_answer_is_not_asked_to(sqlite_dated):
    """Decision 22: to a reader or auditor of the side that is asked, it is that side that is waited for."""
    giver, receiver = sides(sqlite_dated)
    made = recorded(sqlite_dated, giver.drafter, giver.party, receiver.party)
    asked = "同じ内容かどうかを確かめて答えてください。"
    assert asked in browser_of(sqlite_dated, receiver.drafter).get(f"/advice/{made.id}", expect=200).text
    page = browser_of(sqlite_dated, receiver.reader).get(f"/advice/{made.id}", expect=200)
    assert asked not in page.text and "が同じ内容かどうかを確かめるのを待っています。" in page.text


def test_what_was_adopted_unchecked_asks_for_who_checked_it_with_its_form_open(sqlite_dated):
    """R8-5: the sentence says that nobody has checked it, and the form below stands open until somebody has."""
    giver, receiver = sides(sqlite_dated)
    made = recorded(sqlite_dated, giver.drafter, giver.party, receiver.party)
    browser, fold = browser_of(sqlite_dated, receiver.drafter), "<details open><summary>取扱いを記録する"
    confirmed(sqlite_dated, receiver.drafter, made.id)
    assert fold not in browser.get(f"/advice/{made.id}", expect=200).source
    handled(sqlite_dated, receiver.drafter, made.id, checked_by="")
    page = browser.get(f"/advice/{made.id}", expect=200)
    assert "採用していますが、内容を確かめた人が記録されていません。" in page.text and fold in page.source
    handled(sqlite_dated, receiver.drafter, made.id, checked_by="府見 あおい")
    assert fold not in browser.get(f"/advice/{made.id}", expect=200).source


def test_what_nobody_can_see_in_the_reason_of_a_correction_is_marked(sqlite_dated):
    """Row 75: in the draft as in the record."""
    giver, receiver = sides(sqlite_dated)
    first = recorded(sqlite_dated, receiver.drafter, giver.party, receiver.party)
    page = browser_of(sqlite_dated, giver.drafter).get(f"/advice/{first.id}").submit("/correct")
    draft = page.submit("/edit", reason="説\u202e明", content="海外のこともあります。")
    for page in (draft, draft.submit("/record")):
        assert '説<span class="invisible">[U+202E]</span>明' in page.source
        assert "\u202e" not in page.source.split("<main")[1]


def test_nobody_can_rate_approve_or_delete_an_entry(sqlite_dated):
    """R8-6: there is no door for it, and no page offers it."""
    giver, receiver = sides(sqlite_dated)
    rules = {rule.rule for rule in sqlite_dated.app.url_map.iter_rules() if rule.rule.startswith("/advice")}
    assert rules == {line.split()[-1] for line in ADDRESSES.splitlines() if line}
    made = recorded(sqlite_dated, giver.drafter, giver.party, receiver.party)
    confirmed(sqlite_dated, receiver.drafter, made.id)
    for person in (giver.officer, receiver.officer, receiver.manager):
        page = browser_of(sqlite_dated, person).get(f"/advice/{made.id}")
        for words in ("削除", "承認", "星", "点数"):
            assert words not in page.text


ADDRESSES = """
/advice
/advice/export
/advice/<id>
/advice/<id>/confirm
/advice/<id>/correct
/advice/<id>/files/<file>
/advice/<id>/handle
/advice/<id>/links
/advice/<id>/notes
/advice/<id>/pdf
/advice/<id>/read
/advice/drafts/<id>
/advice/drafts/<id>/discard
/advice/drafts/<id>/edit
/advice/drafts/<id>/files
/advice/drafts/<id>/files/<file>
/advice/drafts/<id>/files/<file>/remove
/advice/drafts/<id>/record
/advice/new
/advice/preview
"""


@pytest.mark.parametrize("language", ["ja", "en"])
def test_volunteered_and_marked_secret_raises_the_exclusion_and_refuses_nothing(sqlite_dated, language):
    """S13; T9: a note that quotes the clause, with what may be done; recorded as it is, it is to be discussed."""
    giver, receiver = sides(sqlite_dated)
    clause = edition_of(sqlite_dated).volunteered
    assert clause is not None
    mine = browser_of(sqlite_dated, giver.drafter, language)
    page = mine.get("/advice/new").submit(
        "/advice/new",
        **typed(giver.party, receiver.party, basis="volunteered", marking="secret", title="改善の提案"),
    )
    assert clause.text[language] in page.text and clause.label[language] in page.text
    page = page.submit("/record")
    assert page.status == 200 and clause.text[language] in page.text
    assert ("要協議" if language == "ja" else "to be discussed") in page.text
    assert page.title.startswith("ADV-0001"), "no title of a secret in the browser's title (R7-4)"
    auditor = browser_of(sqlite_dated, sqlite_dated.people.auditor, language)
    seen = auditor.get(page.path, expect=200)
    assert "改善の提案" not in seen.source and "置かれます" not in seen.text
    assert "改善の提案" not in auditor.get("/advice").source
    other = mine.get("/advice/new").submit(
        "/advice/new", **typed(giver.party, receiver.party, basis="requested", marking="secret")
    )
    assert clause.text[language] not in other.text


def test_a_note_is_seen_by_the_own_side_and_by_no_other(sqlite_dated):
    giver, receiver = sides(sqlite_dated)
    made = recorded(sqlite_dated, giver.drafter, giver.party, receiver.party)
    mine = browser_of(sqlite_dated, receiver.reader)
    page = mine.get(f"/advice/{made.id}").submit("/notes", text="予算の要求に使う")
    assert "予算の要求に使う" in page.text
    assert "予算の要求に使う" not in browser_of(sqlite_dated, giver.reader).get(f"/advice/{made.id}").source


def test_the_filter_stands_in_the_address_and_the_pages_go_on_by_key(sqlite_dated, monkeypatch):
    """R8-7; excellent 3.4"""
    from portal.advice import queries

    monkeypatch.setattr(queries, "PAGE", 2)
    monkeypatch.setattr(queries, "_LIST", queries._LIST.limit(3))
    giver, receiver = sides(sqlite_dated)
    for number in range(5):
        recorded(sqlite_dated, giver.drafter, giver.party, receiver.party, title=f"その{number}")
    browser = browser_of(sqlite_dated, receiver.reader)
    page = browser.get("/advice")
    seen = []
    while True:
        seen += [number for number in range(5) if f"その{number}" in page.text]
        older = [link for link in page.links if "before=" in link]
        if not older:
            break
        page = browser.get(older[0])
    assert sorted(seen) == [0, 1, 2, 3, 4]
    found = browser.get("/advice?words=その3&state=unconfirmed&from=R7.9.1&to=2025/9/30")
    assert "その3" in found.text and "その2" not in found.text
    assert "この条件に合う助言・支援はありません" in browser.get("/advice?state=corrected").text
    for odd in ("giver=nobody", "state=best", "from=いつか", "activity=%00", "words=%ff"):
        assert browser.get(f"/advice?{odd}").status == 200
    assert browser.get("/advice?before=x").status == 404


def test_a_page_takes_few_statements_whatever_the_data(sqlite_dated):
    """performance.md 7: at most twelve a page; the list as many with one entry as with twenty."""
    from sqlalchemy import event

    tabled_proposal(sqlite_dated, sqlite_dated.people)
    giver, receiver = sides(sqlite_dated)
    browser = browser_of(sqlite_dated, receiver.drafter)

    def counted(path):
        said = []

        def note(_connection, _cursor, statement, *_rest):
            if not statement.startswith(("BEGIN", "PRAGMA")):
                said.append(statement)

        event.listen(sqlite_dated.app.engines.reader, "before_cursor_execute", note)
        try:
            browser.get(path, expect=200)
        finally:
            event.remove(sqlite_dated.app.engines.reader, "before_cursor_execute", note)
        return len(said)

    made = recorded(sqlite_dated, giver.drafter, giver.party, receiver.party, activity="ACT-0001")
    one = counted("/advice")
    second = corrected(sqlite_dated, giver.drafter, made.id)
    for _ in range(18):
        recorded(sqlite_dated, giver.drafter, giver.party, receiver.party, activity="ACT-0001")
    counts = counted("/advice"), counted(f"/advice/{second.id}"), counted("/")
    print(f"\nstatements: list {one} and {counts[0]}, entry {counts[1]}, home {counts[2]}")
    assert counts[0] == one <= 12 and counts[1] <= 12 and counts[2] <= 12


def test_the_address_of_a_draft_leads_its_own_side_to_it_and_no_other(sqlite_dated):
    giver, receiver = sides(sqlite_dated)
    id = drafted(sqlite_dated, giver.drafter, advice_body(giver.party, receiver.party))
    with_file(sqlite_dated, giver.drafter, id)
    assert browser_of(sqlite_dated, giver.reader).get(f"/advice/{id}").path == f"/advice/drafts/{id}"
    assert browser_of(sqlite_dated, receiver.reader).get(f"/advice/{id}").status == 404


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_is_exported_is_what_the_filter_shows_each_row_with_its_clauses(sqlite_dated, language):
    """R8-7; issue 3 line 5; row 71: the clauses word for word on every row of that direction and on no other; content of
    a secret and own-side words never leave with a stranger."""
    giver, receiver = sides(sqlite_dated)
    edition = edition_of(sqlite_dated)
    first = recorded(sqlite_dated, giver.drafter, giver.party, receiver.party, title="=1+1")
    recorded(sqlite_dated, receiver.drafter, receiver.party, giver.party, title="手続の案内")
    recorded(sqlite_dated, giver.drafter, giver.party, receiver.party, title="内密の案", marking="secret")
    handled(sqlite_dated, receiver.drafter, first.id, decision="内部の指針")

    def taken(person, query=""):
        browser = browser_of(sqlite_dated, person, language)
        page = browser.get(f"/advice/export{query}", expect=200)
        form = next(one for one in page.forms if any(name == "format" for name, *_ in one.buttons))
        sent = form.values() | {"format": ["json"]}
        answer = browser.post(form.action or page.path, sent)
        assert answer.status == 200
        return json.loads(answer.response.get_data())["rows"]

    rows = {row["reference"]: row for row in taken(receiver.reader)}
    words = [edition.clause(id).text.ja for id in clause_ids(sqlite_dated)]
    assert rows["ADV-0001"]["clause_words"] == "\n".join(words) == rows["ADV-0003"]["clause_words"]
    assert rows["ADV-0001"]["clause_words_en"] == "\n".join(
        edition.clause(id).text.en for id in clause_ids(sqlite_dated)
    )
    assert (
        rows["ADV-0002"]["clauses"]
        == rows["ADV-0002"]["clause_words"]
        == rows["ADV-0002"]["clause_words_en"]
        == ""
    )
    assert rows["ADV-0003"]["title"] == "内密の案" and "内部の指針" not in json.dumps(
        rows, ensure_ascii=False
    )
    strange = json.dumps(taken(sqlite_dated.people.auditor), ensure_ascii=False)
    assert "内密の案" not in strange and words[0] in strange
    assert [row["reference"] for row in taken(receiver.reader, f"?giver={receiver.party}")] == ["ADV-0002"]


def said_on(monkeypatch, browser, path):
    """Every word of the paper that is answered under `path`, as it was set."""
    papers = []
    made = pdf.made

    def making(paper, **more):
        papers.append(paper)
        return made(paper, **more)

    monkeypatch.setattr(pdf, "made", making)
    answer = browser.post(path, {"csrf_token": _token(browser)}, expect=200).response
    assert answer.get_data()[:5] == b"%PDF-", path
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    monkeypatch.undo()
    return papers[0].title + "\n" + "\n".join(pdf._texts(papers[0]))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_entry_is_a_pdf_with_its_clauses_word_for_word_and_nothing_of_one_side(
    sqlite_dated, language, monkeypatch
):
    """R8-2, R8-7, invariant 9; S8: 「art8 note on entry and PDF」."""
    giver, receiver = sides(sqlite_dated)
    edition = edition_of(sqlite_dated)
    made = recorded(sqlite_dated, giver.drafter, giver.party, receiver.party)
    confirmed(sqlite_dated, receiver.drafter, made.id)
    handled(sqlite_dated, receiver.drafter, made.id, decision="内部の指針", remark="内部の備考")
    theirs = browser_of(sqlite_dated, receiver.drafter, language)
    page = theirs.get(f"/advice/{made.id}", expect=200)
    assert [one.method for one in page.forms if one.action == f"/advice/{made.id}/pdf"] == ["post"]
    page.submit("/notes", text="自分の側だけのメモの言葉")
    said = said_on(monkeypatch, theirs, f"/advice/{made.id}/pdf")
    for id in clause_ids(sqlite_dated):
        assert edition.clause(id).text["ja"] in said and edition.clause(id).text[language] in said
    for words in ("利用の記録が置かれる場所", "既定の設定では", made.reference, receiver.drafter.name):
        assert words in said, words
    assert "内部" not in said and "メモの言葉" not in said
    told = recorded(sqlite_dated, receiver.drafter, receiver.party, giver.party, title="手続の進め方")
    said = said_on(monkeypatch, theirs, f"/advice/{told.id}/pdf")
    assert "手続の進め方" in said
    for id in clause_ids(sqlite_dated):
        assert edition.clause(id).text["ja"] not in said and edition.clause(id).text[language] not in said


def test_the_pdf_of_a_corrected_entry_says_so_and_of_a_secret_one_no_stranger_reads_more_than_the_page(
    sqlite_dated, monkeypatch
):
    """R8-4; R7-4, R7-5: what is marked as secret is called so at every page's foot."""
    giver, receiver = sides(sqlite_dated)
    made = recorded(sqlite_dated, giver.drafter, giver.party, receiver.party, title="内密の案", marking="secret")
    after = corrected(sqlite_dated, giver.drafter, made.id, reason="場所が違っていた")
    mine, strange = (
        browser_of(sqlite_dated, who) for who in (giver.drafter, sqlite_dated.people.auditor)
    )
    said = said_on(monkeypatch, mine, f"/advice/{made.id}/pdf")
    assert f"この記録は{after.reference}で訂正されています" in said and "内密の案" in said
    assert said.count("秘密の表示あり") >= 2, "among the facts and at the foot"
    assert "場所が違っていた" in said_on(monkeypatch, mine, f"/advice/{after.id}/pdf")
    for id in (made.id, after.id):
        said = said_on(monkeypatch, strange, f"/advice/{id}/pdf")
        assert "内密の案" not in said and "既定の設定では" not in said and "場所が違っていた" not in said
        assert "内容を表示しない記録" in said
        assert edition_of(sqlite_dated).clause(clause_ids(sqlite_dated)[0]).text["ja"] in said
