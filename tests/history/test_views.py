"""The pages of the history, in both languages, for each kind of reader."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update

from portal.access.actor import Actor
from portal.access.policy import Role
from portal.agreement import queries
from portal.history.erasing import erase_words
from portal.history.models import Entry
from portal.kernel.db import Subject
from portal.kernel.digest import check_code
from tests.conftest import House
from tests.history.acts import act, client_of, person

PAGES = ("/history", "/history?reading=trail", "/history/verify", "/history/seals", "/history/joint/1")


def body(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.text[:2_000]
    return re.sub(r'value="[^"]{60,}"', 'value="token"', response.text)


def sent(client: FlaskClient, address: str, **fields: str) -> str:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).text)
    assert token
    response = client.post(address, data={"csrf_token": token[1], **fields})
    return str(response.text)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_stands_in_both_languages_empty_and_full(sqlite_house: House, language: str) -> None:
    kou = person(sqlite_house, "kou")
    client = client_of(sqlite_house, kou, language)
    for address in PAGES:
        body(client, address)
    act(sqlite_house, kou)
    act(sqlite_house, kou, own_side=True)
    for address in PAGES:
        page = body(client, address)
        assert f'<html lang="{language}">' in page
    if language == "en":
        main = body(client, "/history/seals").partition("<main")[2].partition("</main>")[0]
        assert not re.search(r"[ぁ-んァ-ヶ一-龠]", re.sub(r"<[^>]+>", "", main))


def test_the_operator_has_no_history_and_a_stranger_signs_in_first(sqlite_house: House) -> None:
    operator = client_of(sqlite_house, person(sqlite_house, None))
    for address in PAGES:
        refused = operator.get(address)
        assert refused.status_code == 403
        assert "当事者の利用者に操作を依頼" in refused.text
        assert "自分の側" not in refused.text  # the operator has none
        assert sqlite_house.app.test_client().get(address).status_code == 303
    for address in ("/history/verify", "/history/seals"):
        assert sqlite_house.app.test_client().post(address).status_code in {400, 401, 303}


def test_an_entry_of_another_party_or_of_nobody_is_not_found_in_the_same_words(sqlite_house: House) -> None:
    """row 1; row 11: 404 with the same page, whether it exists or not."""
    kou, otsu = person(sqlite_house, "kou"), person(sqlite_house, "otsu")
    act(sqlite_house, otsu, own_side=True)
    client = client_of(sqlite_house, kou)
    there = body(client, "/history/otsu/1", 404)
    assert there.replace("/history/otsu/1", "") == body(client, "/history/otsu/999", 404).replace(
        "/history/otsu/999", ""
    )
    assert body(client, "/history/nobody/1", 404).replace("nobody", "otsu") == there
    body(client, "/history/joint/0", 404)
    body(client, f"/history/joint/{2**70}", 404)


def test_an_auditor_reads_what_is_shared_and_no_sides_own_record(sqlite_house: House) -> None:
    kou = person(sqlite_house, "kou")
    auditor = client_of(sqlite_house, person(sqlite_house, "kou", "監査 人", roles=[Role.AUDITOR]))
    act(sqlite_house, kou, "共有の題")
    act(sqlite_house, kou, "手元の題", own_side=True)
    page = body(auditor, "/history?reading=trail")
    assert "共有の題" in page
    assert "手元の題" not in page
    body(auditor, "/history/kou/1", 404)
    assert "甲だけの記録" not in sent(auditor, "/history/verify")


def test_an_administrator_reads_the_own_sides_record_without_a_way_to_its_drafts(sqlite_house: House) -> None:
    """security.md 3.2: the internal history of the own party, but no draft by virtue of the role"""
    kou, otsu = person(sqlite_house, "kou"), person(sqlite_house, "otsu")
    administrator = client_of(
        sqlite_house, person(sqlite_house, "kou", "管理 人", roles=[Role.PARTY_ADMINISTRATOR])
    )
    act(sqlite_house, kou, "手元の題", own_side=True, document="doc1")
    act(sqlite_house, otsu, "先方の題", own_side=True, document="doc2")
    page = body(administrator, "/history?reading=trail")
    assert "手元の題" in page and "先方の題" not in page
    assert "/documents/doc1" not in page
    assert "/documents/doc1" in body(client_of(sqlite_house, kou), "/history?reading=trail")
    entry = body(administrator, "/history/kou/3")
    assert "手元の題" in entry and "/documents/doc1" not in entry
    body(administrator, "/history/otsu/2", 404)
    assert "甲だけの記録" in sent(administrator, "/history/verify")


def test_own_side_acts_of_one_party_leave_the_pages_of_another_as_they_were(sqlite_house: House) -> None:
    """row 21; row 22: byte for byte."""
    kou, otsu = person(sqlite_house, "kou"), person(sqlite_house, "otsu")
    act(sqlite_house, kou)
    client = client_of(sqlite_house, kou)
    addresses = [*PAGES, "/history?reading=trail&words=秘", "/history?reading=trail&activity=act1"]
    before = (
        [client.get(address).status_code for address in addresses],
        [_plain(client, one) for one in addresses],
    )
    for number in range(3):
        act(sqlite_house, otsu, f"秘 {number}", own_side=True, document="doc1", activity="act1")
    after = (
        [client.get(address).status_code for address in addresses],
        [_plain(client, one) for one in addresses],
    )
    assert after == before


def _plain(client: FlaskClient, address: str) -> str:
    """A page without what differs from showing to showing: tokens, and the form's own key."""
    page = client.get(address).text
    return re.sub(r'name="(csrf_token|once)"[^>]*>', "", page)


def test_the_trail_tells_person_party_post_capacity_moment_and_version(sqlite_house: House) -> None:
    """excellent.md 3.5"""
    kou = person(sqlite_house, "kou", "髙橋 実")
    act(sqlite_house, kou, "題", number=4)
    page = body(client_of(sqlite_house, kou), "/history?reading=trail")
    row = page[page.index("<tbody") :].partition("</tr>")[0]
    for words in (
        "髙橋 実",
        "甲",
        "版4",
        "令和7年（2025年）10月1日（水）",
        "12:01",
        "第６条第２項",
        "/agreement#art6.2",
    ):
        assert words in row, words
    for column in ("行為者", "当事者", "職", "資格", "日時（日本時間）", "版"):
        assert column in page


def test_the_chronicle_goes_month_by_month_under_its_fiscal_year(sqlite_house: House) -> None:
    kou = person(sqlite_house, "kou")
    sqlite_house.clock.set(dt.datetime(2026, 3, 31, 14, 58, tzinfo=dt.UTC))
    for title in ("三月の題", "四月の題"):
        act(sqlite_house, kou, title)
        sqlite_house.clock.move(minutes=1)
    page = body(client_of(sqlite_house, kou), "/history")
    places = [
        page.index(words) for words in ("令和8年度", "4月<", "四月の題", "令和7年度", "3月<", "三月の題")
    ]
    assert places == sorted(places)


def test_the_address_keeps_the_filter_through_pages_and_readings(sqlite_house: House) -> None:
    """row 72; excellent.md 3.5: the address bar keeps the filter; counts match the list."""
    kou, otsu = person(sqlite_house, "kou"), person(sqlite_house, "otsu")
    for number in range(72):
        act(sqlite_house, kou if number % 6 else otsu, f"題{number}")
    client = client_of(sqlite_house, kou)
    whole = body(client, "/history?reading=trail&party=kou&words=題&from=R7.10.1&person=")
    assert ">60件</p>" in whole
    assert len(re.findall(r'<th role="rowheader"', whole)) == 50
    assert 'href="/history?party=kou&amp;from=R7.10.1&amp;words=' in whole, "the other reading keeps it too"
    older = re.search(r'href="([^"]+)"[^>]*>古いものを見る', whole)
    assert older
    assert "party=kou" in older[1]
    second = body(client, older[1].replace("&amp;", "&"))
    newer = re.search(r'href="([^"]+)"[^>]*>新しいものを見る', second)
    assert newer
    back = client.get(newer[1].replace("&amp;", "&"))
    assert back.status_code == 303
    assert back.headers["Location"] == "/history?reading=trail&party=kou&from=R7.10.1&words=%E9%A1%8C"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("party=zz", "選択肢から選んでください。"),
        ("person=zz", "選択肢から選んでください。"),
        ("kind=zz", "選択肢から選んでください。"),
        ("clause=zz", "選択肢から選んでください。"),
        ("activity=zz", "選択肢から選んでください。"),
        ("reference=ACT-9999", "この番号の取組は見つかりません。"),
        ("reference=%00", "使えない文字"),
        ("from=あした", "日付として読めません"),
        ("from=2025-02-30", "2月"),
        ("from=R7.10.2&to=R7.10.1", "終わりの日が、始まりの日より前になっています。"),
        ("words=" + "あ" * 300, "200文字以内"),
        ("words=%00", "使えない文字"),
        ("subject=%00x", "使えない文字"),
    ],
)
def test_a_filter_that_cannot_be_read_says_so_beside_its_field_and_keeps_what_was_typed(
    sqlite_house: House, query: str, words: str
) -> None:
    client = client_of(sqlite_house, person(sqlite_house, "kou"))
    for reading in ("", "reading=trail&"):
        page = body(client, f"/history?{reading}{query}", 422)
        assert words in page or query.startswith("subject")
        assert "絞り込みの条件に読み取れないものがあります" in page
    if query == "from=あした":
        assert 'value="あした"' in page


@pytest.fixture
def long_lived(sqlite_house: House) -> tuple[House, Actor]:
    """A cooperation of 75 activities, and one who reads of them."""
    kou = person(sqlite_house, "kou")
    for number in range(1, 76):
        act(sqlite_house, kou, f"題{number}", reference=f"ACT-{number:04}", activity=f"activity-{number}")
    return sqlite_house, kou


def test_the_filter_writes_out_the_latest_activities_and_the_chosen_one(long_lived: tuple[House, Actor]) -> None:
    """However many there are, the page does not grow; and none is out of reach."""
    house, kou = long_lived
    client = client_of(house, kou)
    for address, last in (("/history", 46), ("/history?activity=activity-3", 3)):
        page = body(client, address)
        select = page[page.index('<select id="filter-activity"') :].partition("</select>")[0]
        offered = [int(one) for one in re.findall(r'value="activity-(\d+)"', select)]
        assert offered == [*range(75, 45, -1), *([3] if last == 3 else [])]
        assert ('value="activity-3" selected' in select) == (last == 3)
        assert 'name="reference"' in page and "ACT-0001" in page


@pytest.mark.parametrize("typed", ["ACT-0003", "act-0003", " ＡＣＴ－０００３ ", "ACTー0003"])
def test_every_activity_can_be_named_by_its_reference_however_it_is_typed(
    long_lived: tuple[House, Actor], typed: str
) -> None:
    """Without scripts; the activity is then chosen, and stays so in the ways on from the page."""
    house, kou = long_lived
    page = body(client_of(house, kou), f"/history?reading=trail&activity=activity-70&reference={quote(typed)}")
    assert ">1件</p>" in page and "題3" in page
    assert '<option value="activity-3" selected>ACT-0003 題3</option>' in page
    assert 'id="filter-reference" name="reference" value=""' in page
    assert "/history?activity=activity-3" in page


def test_a_reference_that_names_nothing_stands_in_its_field_with_the_reason(long_lived: tuple[House, Actor]) -> None:
    house, kou = long_lived
    page = body(client_of(house, kou), "/history?reference=ACT-0999", 422)
    assert 'name="reference" value="ACT-0999"' in page
    assert 'id="filter-reference-error"' in page and "この番号の取組は見つかりません。" in page


def test_with_few_activities_all_can_be_chosen_and_no_reference_is_asked_for(sqlite_house: House) -> None:
    kou = person(sqlite_house, "kou")
    act(sqlite_house, kou, reference="ACT-0001", activity="activity-1")
    page = body(client_of(sqlite_house, kou), "/history")
    assert 'value="activity-1"' in page and 'name="reference"' not in page


@pytest.mark.parametrize(
    "query",
    [
        "before=x",
        "after=1.joint.1",
        "before=99999999999999999999.joint.1",
        "before=1.otsu.5",
        "reading=zz",
        "new=1",
    ],
)
def test_a_place_that_cannot_be_read_is_the_first_page(sqlite_house: House, query: str) -> None:
    kou = person(sqlite_house, "kou")
    act(sqlite_house, kou)
    response = client_of(sqlite_house, kou).get(f"/history?{query}", follow_redirects=True)
    assert response.status_code == 200


def test_hostile_words_are_shown_and_do_nothing(sqlite_house: House) -> None:
    """row 66; row 69"""
    kou = person(sqlite_house, "kou", '<img src=x onerror="alert(1)">')
    act(sqlite_house, kou, "<script>alert(1)</script>%(x)s", activity='"><b>', reference="<i>")
    client = client_of(sqlite_house, kou)
    for address in ("/history", "/history?reading=trail", "/history/joint/2", "/history?words=<script>"):
        page = body(client, address)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page or "/joint/" not in address


def test_new_since_my_last_visit_shows_what_came_after_it(sqlite_house: House) -> None:
    kou = person(sqlite_house, "kou")
    act(sqlite_house, kou, "古い題")
    visit = sqlite_house.clock.now()
    act(sqlite_house, kou, "新しい題")
    client = client_of(sqlite_house, kou, previous_visit_at=visit)
    assert "前回の訪問以降の新しい記録" in body(client, "/history?reading=trail")
    page = body(client, "/history?reading=trail&new=1")
    assert "新しい題" in page
    assert "古い題" not in page
    assert "前回の訪問（令和7年（2025年）10月1日（水）12:01）より後の記録です。" in page


def test_one_thing_can_be_followed_and_let_go(sqlite_house: House) -> None:
    kou = person(sqlite_house, "kou")
    act(sqlite_house, kou, "この文書", document="d1")
    act(sqlite_house, kou, "別の文書", document="d2")
    page = body(client_of(sqlite_house, kou), "/history?reading=trail&subject=d1")
    assert "この文書" in page
    assert "別の文書" not in page
    assert 'href="/history?reading=trail">この絞り込みを外す' in page


def test_entries_lead_to_what_they_are_about_where_the_assembler_knows_the_way(sqlite_house: House) -> None:
    kou = person(sqlite_house, "kou")
    act(sqlite_house, kou, document="d1")
    client = client_of(sqlite_house, kou)

    def ways(kind: str, id: str, *, shared: bool) -> str | None:
        return f"/there/{id}" if kind == "document" and shared else None

    sqlite_house.app.extensions["link_to_subject"] = ways
    for address in ("/history", "/history?reading=trail", "/history/joint/2"):
        assert 'href="/there/d1"' in body(client, address)
    sqlite_house.app.extensions.pop("link_to_subject")
    assert "/there/" not in body(client, "/history")


def test_what_was_rendered_before_is_never_shown_in_place_of_what_is_there_now(sqlite_house: House) -> None:
    """Rows and choices are kept by all that they show: other words, another reader, another language are other."""
    kou, otsu = person(sqlite_house, "kou", "甲の人"), person(sqlite_house, "otsu", "乙の人")
    act(sqlite_house, kou, "消される題", document="d1")
    act(sqlite_house, otsu, "乙の手元", own_side=True)
    ours, theirs = client_of(sqlite_house, kou), client_of(sqlite_house, otsu)
    for _round in range(2):
        assert "消される題" in body(ours, "/history?reading=trail")
        assert "乙の手元" in body(theirs, "/history?reading=trail")
        assert "乙の" not in body(ours, "/history?reading=trail")
        assert "Audit trail" in body(client_of(sqlite_house, kou, "en"), "/history?reading=trail")
    act(sqlite_house, otsu, "新しい題")
    assert re.search(r"<option[^>]*>乙 乙の人</option>", body(ours, "/history?reading=trail"))
    with sqlite_house.work() as work:
        erase_words(work, Subject("document", "d1"), fields={"title"}, reference="TST-0001", title="")
    page = body(ours, "/history?reading=trail")
    assert "消される題" not in page
    assert "（処分済み）" in page


def test_an_entry_shows_its_proof_and_opens_its_words(sqlite_house: House) -> None:
    kou = person(sqlite_house, "kou")
    act(sqlite_house, kou, "題")
    act(sqlite_house, kou, "次")
    page = body(client_of(sqlite_house, kou), "/history/joint/2")
    with sqlite_house.read() as session:
        leaf = session.get_one(Entry, ("joint", 2)).leaf
    assert " ".join(leaf[i : i + 4] for i in range(0, 64, 4)) in page
    assert page.count("この言葉は封緘値と一致します") == 2  # the title and the name
    assert 'href="/history/joint/1"' in page
    assert 'href="/history/joint/3"' in page


@pytest.mark.parametrize(("language", "title"), [("ja", "件名"), ("en", "Subject")])
def test_the_words_kept_with_an_entry_are_called_by_their_names(
    sqlite_house: House, language: str, title: str
) -> None:
    kou = person(sqlite_house, "kou")
    act(sqlite_house, kou, "題")
    page = body(client_of(sqlite_house, kou, language), "/history/joint/2")
    assert f"<dt>{title}</dt>" in page
    assert "<code>title</code>" not in page


def test_the_clauses_of_the_filter_stand_in_the_order_of_the_agreement(sqlite_house: House) -> None:
    """Not in the order in which the edition's table of terms happens to name them."""
    kou = person(sqlite_house, "kou")
    page = body(client_of(sqlite_house, kou), "/history?reading=trail")
    offered = re.findall(r'value="([^"]+)"', page.partition('name="clause"')[2].partition("</select>")[0])
    with sqlite_house.read() as session:
        edition = queries.edition(session)
    places = [list(edition.clauses).index(edition.clause_of(key).id) for key in offered]
    assert len(places) > 5
    assert places == sorted(places)


# --- The check, and the heads ---------------------------------------------------------------------


def _touch(house: House, number: int, **values: Any) -> None:
    with house.app.engines.writer.begin() as connection:
        if house.app.engines.is_sqlite:
            for (name,) in connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE history_entries DISABLE TRIGGER USER"))
        connection.execute(
            update(Entry).where(Entry.chain == "joint", Entry.number == number).values(**values)
        )


def test_the_check_says_that_both_chains_hold_and_that_nothing_kept_was_compared(house: House) -> None:
    """row 88: without a kept head the page says 「控えなし」."""
    kou = person(house, "kou")
    act(house, kou)
    act(house, kou, own_side=True)
    page = sent(client_of(house, kou), "/history/verify")
    assert "共有の記録：すべて一致しました" in page
    assert "甲だけの記録：すべて一致しました" in page
    assert "控えなし" in page
    assert "乙だけの記録" not in page


def test_the_check_names_the_first_entry_that_does_not_hold(house: House) -> None:
    """row 87"""
    kou = person(house, "kou")
    for _ in range(3):
        act(house, kou)
    _touch(house, 2, party="otsu")
    client = client_of(house, kou)
    page = sent(client, "/history/verify")
    assert "共有の記録：記録番号 2 で一致しません" in page
    assert "一覧用の欄が封緘された内容と一致しません。" in page
    assert 'href="/history/joint/2"' in page
    assert "この記録は、封緘されたときの内容と一致しません" in body(client, "/history/joint/2")
    assert "this entry" in body(client_of(house, kou, "en"), "/history/joint/2").lower()


def test_the_check_tells_what_the_replay_found(sqlite_house: House) -> None:
    """I12; row 92"""
    kou = person(sqlite_house, "kou")
    client = client_of(sqlite_house, kou)
    found: Iterable[str] = []
    sqlite_house.app.extensions["replay"] = lambda session: found
    assert "記録の再現：一致しました" in sent(client, "/history/verify")
    found = ["文書 ACT-0001 の状態が、記録から再現した状態と一致しません。"]
    assert "文書 ACT-0001 の状態が" in sent(client, "/history/verify")


def test_a_kept_head_is_compared_in_any_way_of_writing_it(house: House) -> None:
    """row 88; row 91"""
    kou: Actor = person(house, "kou")
    act(house, kou)
    client = client_of(house, kou)
    with house.read() as session:
        leaf = session.get_one(Entry, ("joint", 2)).leaf
    act(house, kou)
    wide = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
    for number, code in [
        ("2", check_code(leaf)),
        ("２", check_code(leaf).translate(wide)),
        (" 2 ", leaf.upper()),
    ]:
        assert "控えと一致します" in sent(client, "/history/seals", chain="joint", number=number, code=code)
    wrong = sent(client, "/history/seals", chain="joint", number="2", code="0" * 16)
    assert "控えと一致しません" in wrong
    assert "控えた記録がありません" in sent(client, "/history/seals", chain="joint", number="9", code=leaf)
    _touch(house, 1, clause="x")
    broken = sent(client, "/history/seals", chain="joint", number="2", code=leaf)
    assert "控えの番号は一致しますが、連鎖が一致しません" in broken


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"number": "", "code": "0" * 16}, "入力してください。"),
        ({"number": "x", "code": "0" * 16}, "記録番号は1以上の整数"),
        ({"number": "-1", "code": "0" * 16}, "記録番号は1以上の整数"),
        ({"number": "0", "code": "0" * 16}, "記録番号は1以上の整数"),
        ({"number": "9" * 40, "code": "0" * 16}, "記録番号は1以上の整数"),
        ({"number": "1", "code": "0123"}, "指紋は、控えた16桁以上"),
        ({"number": "1", "code": "z" * 16}, "指紋は、控えた16桁以上"),
        ({"number": "1", "code": "0" * 65}, "指紋は、控えた16桁以上"),
        ({"number": "1", "code": "0" * 16, "chain": "otsu"}, "選択肢から選んでください。"),
    ],
)
def test_a_kept_head_that_cannot_be_read_says_so_and_stays_in_the_form(
    sqlite_house: House, fields: dict[str, str], words: str
) -> None:
    client = client_of(sqlite_house, person(sqlite_house, "kou"))
    page = sent(client, "/history/seals", **({"chain": "joint"} | fields))
    assert words in page
    assert f'value="{fields["code"]}"' in page


def test_a_choice_that_always_has_a_value_is_not_called_optional(sqlite_house: House) -> None:
    page = body(client_of(sqlite_house, person(sqlite_house, "kou")), "/history/seals")
    assert "控えと比べる" in page and "任意" not in page
