"""The pages of people, read by a strict browser: what they say, what they keep, and whom they let in."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from portal.access.policy import Permission, Role
from portal.history.models import Entry
from portal.parties import commands, queries, rules
from portal.parties.models import Member, Party, UserSession
from portal.parties.views import browser_label, way_back
from portal.schema import gather
from tests.browser import Browser
from tests.makers.people import PASSWORD

NEW = "たぬきと狐と 2025年の秋"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36"


def at_door(house, person, language="ja"):
    """A browser in which `person` has signed in; the page they land on is not looked at."""
    browser = Browser(house, language=language)
    answer = browser.get("/sign-in").submit("/sign-in", email=person.email, password=PASSWORD, follow=False)
    assert answer.status == 303, answer.text[:500]
    return browser


def state(house):
    """Everything in the database but what a visit itself moves."""
    with house.app.engines.reader.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in gather().sorted_tables
            if table.name not in {"sign_in_attempts", "user_sessions", "once_keys"}
        }


def cookie(browser):
    found = browser.client.get_cookie("portal")
    return found.value if found else None


# --- The door -----------------------------------------------------------------------------------------


def test_the_way_in_and_out(sqlite_staffed):
    browser = at_door(sqlite_staffed, sqlite_staffed.people[0].reader)
    page = browser.get("/account")
    assert "佐藤 花子" in page.text and "総務課 主事" in page.text and "はじめての利用です" in page.text
    out = page.submit("/sign-out", follow=False)
    assert out.status == 303 and out.response.headers["Clear-Site-Data"] == '"cache"'
    assert browser.get("/account").path.startswith("/sign-in")


def test_the_old_cookie_opens_nothing_after_signing_out(sqlite_staffed):
    """rows 12, 53"""
    browser = at_door(sqlite_staffed, sqlite_staffed.people[0].reader)
    old = cookie(browser)
    browser.get("/account").submit("/sign-out")
    browser.client.set_cookie("portal", old)
    assert browser.get("/account").path.startswith("/sign-in")


def test_a_wrong_password_keeps_the_address_and_never_the_password(sqlite_staffed):
    browser = Browser(sqlite_staffed)
    page = browser.get("/sign-in").submit("/sign-in", email="suzuki@example.jp", password="hunter2hunter2")
    assert page.status == 422
    page.has_lost_nothing(email="suzuki@example.jp")
    assert "hunter2" not in page.source
    assert "メールアドレスかパスワードが違います" in page.text


def test_the_answer_to_a_wrong_sign_in_is_the_same_to_the_byte(sqlite_staffed):
    """row 50"""
    answers = set()
    for _ in range(2):
        for email in ("kou.officer@example.jp", "xxx.officer@example.jp"):
            page = Browser(sqlite_staffed).get("/sign-in").submit("/sign-in", email=email, password="x" * 14)
            plain = page.source.replace(email, "")
            answers.add(re.sub(r'value="[^"]{20,}"', "", plain))
    assert len(answers) == 1


def test_after_many_failures_the_page_says_how_long_to_wait(sqlite_staffed):
    """row 49"""
    browser, person = Browser(sqlite_staffed), sqlite_staffed.people[0].reader
    for _ in range(6):
        page = browser.get("/sign-in").submit("/sign-in", email=person.email, password="x" * 14)
    assert page.status == 429 and "1秒ほど待ってから" in page.text
    page.has_lost_nothing(email=person.email)


def test_the_cookie_is_kept_from_scripts_and_other_sites(sqlite_staffed):
    """row 53"""
    browser = Browser(sqlite_staffed)
    answer = browser.get("/sign-in").submit(
        "/sign-in", email=sqlite_staffed.people[0].reader.email, password=PASSWORD, follow=False
    )
    [said] = [one for one in answer.response.headers.getlist("Set-Cookie") if one.startswith("portal=")]
    assert "HttpOnly" in said and "SameSite=Lax" in said and "Path=/" in said and "Expires" not in said


def test_signing_in_gives_a_new_cookie_and_forgets_the_session_before(sqlite_staffed):
    """row 52: a token planted before signing in is worth nothing after it."""
    browser = Browser(sqlite_staffed)
    page = browser.get("/sign-in")
    planted = cookie(browser)
    page.submit("/sign-in", email=sqlite_staffed.people[0].reader.email, password=PASSWORD, follow=False)
    assert cookie(browser) != planted
    other = Browser(sqlite_staffed)
    other.client.set_cookie("portal", planted)
    assert other.get("/account").path.startswith("/sign-in")


def test_forwarded_addresses_are_ignored_without_a_proxy(sqlite_staffed):
    """row 58: the network of an attempt is the one that asked."""
    browser, person = Browser(sqlite_staffed), sqlite_staffed.people[0].reader
    data = browser.get("/sign-in").form("/sign-in").values() | {"email": person.email, "password": "x" * 14}
    for number in range(6):
        answer = browser.post("/sign-in", data, headers={"X-Forwarded-For": f"203.0.{number}.1"})
    assert answer.status == 429


def test_the_demonstration_lists_its_accounts_and_lets_one_in_by_a_click(tmp_path, staffed_sqlite_template):
    import shutil
    from types import SimpleNamespace

    from tests.conftest import open_house

    template, people = staffed_sqlite_template
    shutil.copy(template, tmp_path / "portal.db")
    house = open_house(f"sqlite:///{tmp_path / 'portal.db'}", tmp_path, mode="demo")
    person = people[0].drafter
    account = SimpleNamespace(
        party="甲", name=person.name, post=person.post, roles="起案者", email=person.email, password=PASSWORD
    )
    house.app.extensions["demo_accounts"] = [account]
    page = Browser(house).get("/sign-in")
    assert person.email in page.text and PASSWORD in page.text
    answer = page.submit(f"{person.name}としてサインインする", follow=False)
    assert answer.status == 303
    house.app.engines.dispose()


def test_no_account_is_listed_outside_the_demonstration(sqlite_staffed):
    sqlite_staffed.app.extensions["demo_accounts"] = [object()]
    assert "デモの利用者" not in Browser(sqlite_staffed).get("/sign-in").text


# --- Forgery (row 55) -----------------------------------------------------------------------------------


def test_no_door_that_changes_anything_opens_without_its_token(sqlite_staffed):
    """row 55: without, with a wrong, with another session's token; signing in and out too."""
    house = sqlite_staffed
    admin, other = at_door(house, house.people[0].admin), at_door(house, house.people[0].officer)
    foreign = other.get("/account").form("/sign-out").values()["csrf_token"][0]
    id = house.people[0].reader.member_id
    paths = [
        "/sign-in", "/sign-out", "/language", "/forgotten-password", "/set-password/x", "/account/password",
        "/account/confirm", "/account/sessions/end-others", "/account/sessions/x/end", "/members/add",
        "/members/rules", f"/members/{id}/change", f"/members/{id}/post", f"/members/{id}/close",
        f"/members/{id}/consent-power/ask", f"/members/{id}/consent-power/second",
        f"/members/{id}/consent-power/end", f"/members/{id}/auditor/propose", f"/members/{id}/auditor/consent",
        f"/members/{id}/auditor/refuse", f"/members/{id}/auditor/end", "/account/calendar",
        "/account/calendar/revoke", "/account/mail", "/archive-address/x", "/members/archive-addresses",
        "/members/archive-addresses/x/ask", "/members/archive-addresses/x/end",
    ]  # fmt: skip
    declared = {
        str(rule) for rule in house.app.url_map.iter_rules()
        if rule.endpoint.startswith(("account.", "parties.")) and "POST" in (rule.methods or ())
    }  # fmt: skip
    assert len(declared) == len(paths)
    before = state(house)
    for path in paths:
        for given in ({}, {"csrf_token": "x"}, {"csrf_token": foreign}):
            assert admin.post(path, given, follow=False).status == 400, path
    assert state(house) == before
    assert admin.get("/account").status == 200


# --- The way back (row 56) ---------------------------------------------------------------------------------

ELSEWHERE = [
    "", "x", "members", "http://evil.example", "https://evil.example/members", "https:evil.example", "https:/evil.example",
    "https:///evil.example", "//evil.example", "//evil.example/members", "///evil.example", "////evil.example",
    "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\\/evil.example", "/\t/evil.example", "/%09/evil.example",
    "/%0a/evil.example", "/\n/evil.example", "\n//evil.example", "\t//evil.example", " //evil.example",
    "%2f%2fevil.example", "/%2fevil.example", "/%2f%2fevil.example", "/%5cevil.example", "%5c%5cevil.example",
    "／／evil.example", "/／evil.example", "／members", "．．/members", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "mailto:a@b.example", "ftp://evil.example", "file:///etc/passwd",
    "//user@evil.example", "https://localhost@evil.example/", "https://localhost:80@evil.example/", "//localhost@evil.example",
    "http:\\\\evil.example", "/..//evil.example", "/members/../..//evil.example", "/./evil", "/members//evil.example",
    "//[::1]/", "//127.0.0.1", "http://localhost/members", "//localhost/members", "/static/css/portal.css", "/nowhere",
    "/sign-out", "/language", "/account/confirm", "/\x00", "/members\x00", "/" + "a" * 3000, "?next=//evil.example",
    "#//evil.example", ";/evil.example", "/;@evil.example", "\u2028//evil.example", "/\u202emembers",
]  # fmt: skip


def test_there_are_sixty_ways_to_write_another_place():
    assert len(ELSEWHERE) >= 60 and len(set(ELSEWHERE)) == len(ELSEWHERE)


@pytest.fixture(scope="module")
def any_house(tmp_path_factory, staffed_sqlite_template):
    import shutil

    from tests.conftest import open_house

    folder = tmp_path_factory.mktemp("any")
    shutil.copy(staffed_sqlite_template[0], folder / "portal.db")
    house = open_house(f"sqlite:///{folder / 'portal.db'}", folder)
    house.people = staffed_sqlite_template[1]
    yield house
    house.app.engines.dispose()


@pytest.mark.parametrize("given", ELSEWHERE)
def test_no_text_leads_anywhere_but_to_a_page_of_ours(any_house, given):
    """row 56"""
    with any_house.app.test_request_context("/"):
        assert way_back(given) is None


@pytest.mark.parametrize(
    ("given", "leads_to"),
    [
        ("/members", "/members"),
        ("/members?", "/members"),
        ("/members?a=1&b=%E7%94%B2", "/members?a=1&b=%E7%94%B2"),
        ("/members?next=//evil.example", "/members?next=%2F%2Fevil.example"),
        ("/members/abc", "/members/abc"),
        ("/members/%E7%94%B2", "/members/%E7%94%B2"),
        ("/members/abc/change", "/members/abc/change"),
        ("/sign-in", "/sign-in"),
        ("/account", "/account"),
    ],
)
def test_a_page_of_ours_is_found_again(any_house, given, leads_to):
    with any_house.app.test_request_context("/"):
        assert way_back(given) == leads_to


def test_signing_in_leads_to_the_page_that_was_wanted(sqlite_staffed):
    """row 56"""
    browser = Browser(sqlite_staffed)
    page = browser.get("/members?x=1")
    answer = page.submit(
        "/sign-in", email=sqlite_staffed.people[0].reader.email, password=PASSWORD, follow=False
    )
    assert answer.response.headers["Location"] == "/members?x=1"


@pytest.mark.parametrize("evil", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_no_form_leads_out(sqlite_staffed, evil):
    """row 56"""
    browser = Browser(sqlite_staffed)
    page = browser.get("/sign-in", query={"next": evil})
    for containing, values in (
        ("/language", {"next": evil}),
        ("/sign-in", {"next": evil, "email": sqlite_staffed.people[0].reader.email, "password": PASSWORD}),
    ):
        answer = page.submit(containing, follow=False, **values)
        assert answer.response.headers["Location"].startswith("/")
        assert "evil" not in answer.response.headers["Location"]


# --- Languages ---------------------------------------------------------------------------------------------------


def test_every_page_of_people_speaks_both_languages(sqlite_staffed):
    house, side = sqlite_staffed, sqlite_staffed.people[0]
    with house.work(side.admin.actor(house)) as work:
        commands.ask_consent_power(work, side.drafter.member_id)
        commands.end_consent_power(work, side.officer.member_id)
        commands.close_member(work, side.custodian.member_id)
    paths = ["/account", "/account/password", "/members", "/members/add", "/members/rules"]
    for person in (side.officer, side.drafter, side.custodian, side.reader):
        paths.append(f"/members/{person.member_id}")
    for act in ("change", "post", "close", "consent-power/ask", "consent-power/end", "consent-power/second"):
        paths.append(f"/members/{side.drafter.member_id}/{act}")
    outside = ["/sign-in", "/forgotten-password", "/forgotten-password/asked", "/set-password/x"]
    read = {}
    for language in ("ja", "en"):
        browser, visitor = at_door(house, side.admin2, language), Browser(house, language=language)
        for path in paths:
            read[language, path] = browser.get(path, expect=200)
        for path in outside:
            read[language, path] = visitor.get(path)
    kana = re.compile(r"[ぁ-ん]")
    for path in paths + outside:
        assert read["ja", path].heading != read["en", path].heading or path.count("/") == 2, path
        words = read["en", path].text
        for person in house.people:
            words = words.replace(person.name, "").replace(person.post or "\0", "")
        assert not kana.search(words), (path, kana.findall(words), words)


def test_the_language_chosen_stays_with_the_member(sqlite_staffed):
    person = sqlite_staffed.people[0].reader
    browser = at_door(sqlite_staffed, person)
    page = browser.get("/account").submit("/language")
    assert page.path == "/account" and page.heading == "My settings"
    assert at_door(sqlite_staffed, person).get("/account").heading == "My settings"


# --- The password once more (row 62) -------------------------------------------------------------------------------


def test_a_weighty_act_asks_for_the_password_after_ten_minutes_and_loses_nothing(sqlite_staffed):
    """rows 52, 62"""
    house = sqlite_staffed
    browser = at_door(house, house.people[0].admin)
    page = browser.get("/members/add", expect=200)
    house.clock.move(minutes=10)
    typed = {"name": "新人 ひとり", "email": "new@example.jp", "post": "企画課 主事"}
    asked = page.submit("この利用者を登録する", roles=["reader", "drafter"], **typed)
    assert asked.status == 401 and asked.heading == "パスワードの確認"
    asked.has_lost_nothing(**typed)
    wrong = asked.submit("確認して続ける", step_up_password="wrong horse battery")
    assert wrong.status == 422 and "パスワードが違います" in wrong.text and "wrong horse" not in wrong.source
    wrong.has_lost_nothing(**typed)
    old = cookie(browser)
    done = wrong.submit("確認して続ける", step_up_password=PASSWORD)
    assert done.status == 200 and done.heading == "利用者を登録しました"
    assert cookie(browser) != old
    stolen = Browser(house)
    stolen.client.set_cookie("portal", old)
    assert stolen.get("/account").path.startswith("/sign-in")
    with house.read() as session:
        row = session.scalars(select(Member).where(Member.email == "new@example.jp")).one()
    assert rules.roles_in(row.roles) == {Role.READER, Role.DRAFTER}


def test_a_page_that_asks_for_the_password_leads_on_to_itself(sqlite_staffed):
    """row 62"""
    house = sqlite_staffed
    browser = at_door(house, house.people[0].admin)
    house.clock.move(minutes=10)
    asked = browser.get("/members/add?x=1")
    assert asked.status == 401
    empty = asked.submit("確認して続ける", step_up_password="")
    assert empty.status == 422
    answer = empty.submit("確認して続ける", step_up_password=PASSWORD, follow=False)
    assert (answer.status, answer.response.headers["Location"]) == (303, "/members/add?x=1")
    assert browser.get("/members/add").status == 200


def test_confirming_is_throttled_too(sqlite_staffed):
    """rows 49, 62"""
    house = sqlite_staffed
    browser = at_door(house, house.people[0].admin)
    house.clock.move(minutes=10)
    page = browser.get("/members/add")
    for _ in range(6):
        page = page.submit("確認して続ける", step_up_password="wrong horse battery")
    assert page.status == 429


def test_every_door_to_members_and_powers_asks_for_the_password(sqlite_staffed):
    """row 62; security.md 3.2"""
    app = sqlite_staffed.app
    weighty = {Permission.MANAGE_MEMBERS, Permission.GRANT_CONSENT_POWER, Permission.SET_PARTY_RULES}
    found = [door for door in app.doors.values() if door.permission in weighty]
    assert len(found) == 20 and all(door.step_up for door in found)


# --- The first sign-in ----------------------------------------------------------------------------------------------


def test_a_new_member_changes_the_initial_password_before_anything_else(sqlite_staffed):
    house = sqlite_staffed
    admin = at_door(house, house.people[0].admin)
    added = admin.get("/members/add").submit(
        "この利用者を登録する", name="新人 ひとり", email="New@Example.jp", post="", roles=["reader"]
    )
    [initial] = re.findall(r"[a-z2-9]{5}(?:-[a-z2-9]{5}){3}", added.text)
    again = admin.get("/members")
    assert initial not in again.source
    new = Browser(house)
    page = new.get("/sign-in").submit("/sign-in", email="new@example.jp", password=initial)
    assert page.path == "/account/password" and "自分だけが知っている" in page.text
    assert new.get("/members").path == "/account/password"
    refused = page.submit("このパスワードに変更する", new="短い", again="短い")
    assert refused.status == 422 and "12文字以上" in refused.text
    same = refused.submit("このパスワードに変更する", new=initial, again=initial)
    assert same.status == 422 and "いまのパスワードと同じ" in same.text
    done = same.submit("このパスワードに変更する", new=NEW, again=NEW, follow=False)
    assert done.status == 303
    assert new.get("/members").status == 200


def test_a_form_sent_twice_adds_one_member(sqlite_staffed):
    """row 25"""
    house = sqlite_staffed
    admin = at_door(house, house.people[0].admin)
    data = admin.get("/members/add").form("この利用者を登録する").values()
    data |= {"name": "新人 ひとり", "email": "new@example.jp", "roles": ["reader"]}
    first, second = admin.post("/members/add", data), admin.post("/members/add", data)
    assert first.heading == "利用者を登録しました" and second.heading == "新人 ひとり"
    with house.read() as session:
        assert len(session.scalars(select(Member).where(Member.name == "新人 ひとり")).all()) == 1


# --- Bad input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "氏名を入力してください"),
        ("name", "　 ", "氏名を入力してください"),
        ("name", "あ" * 61, "60文字以内"),
        ("name", "鈴木\u202e一郎", "見えない文字"),
        ("name", "鈴\u200b木", "見えない文字"),
        ("name", "a\x00b", "使えない文字"),
        ("email", "", "メールアドレスを入力してください"),
        ("email", "suzuki", "name@example.jp のような形"),
        ("email", "a@b.example\r\nBcc: c@d.example", "1行で"),
        ("email", "x" * 300 + "@example.jp", "254文字以内"),
        ("email", "kou.reader@example.jp", "登録できません"),
        ("email", "ＫＯＵ．ｒｅａｄｅｒ＠ｅｘａｍｐｌｅ．ｊｐ", "登録できません"),
        ("roles", "consent_officer", "選択肢から"),
        ("roles", "operator", "選択肢から"),
        ("roles", "", "役割を一つ以上"),
        ("post", "あ" * 61, "60文字以内"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_is_lost(sqlite_staffed, field, typed, said):
    house = sqlite_staffed
    admin = at_door(house, house.people[0].admin)
    before = state(house)
    fields = {
        "name": "辻󠄀 正樹",
        "email": "tsuji@example.jp",
        "post": "主査",
        "roles": ["reader"],
        field: typed,
    }
    if field == "roles" and not typed:
        fields["roles"] = None
    page = admin.get("/members/add").submit("この利用者を登録する", **fields)
    assert page.status == 422 and said in page.text
    kept = {
        name: value
        for name, value in fields.items()
        if isinstance(value, str) and value.strip(" \u3000").isprintable() and name != "roles"
    }
    kept = {name: value.strip(" \u3000") for name, value in kept.items()}
    page.has_lost_nothing(**kept)
    assert state(house) == before


def test_a_name_with_a_variation_selector_comes_back_as_it_was(sqlite_staffed):
    """row 75"""
    page = at_door(sqlite_staffed, sqlite_staffed.people[0].admin).get("/members")
    assert "辻󠄀 正樹" in page.text


def test_no_field_of_a_table_is_filled_through_a_form_that_does_not_ask_for_it(sqlite_staffed):
    """row 63: every column name of every table, sent to every form of people, changes nothing of itself."""
    house = sqlite_staffed
    side, id = house.people[0], house.people[0].drafter.member_id
    other = house.people[1]
    columns = {column.name for table in gather().sorted_tables for column in table.columns}
    extra = dict.fromkeys(columns, "1") | {
        "party": other.party, "party_key": other.party, "roles_text": "consent_officer", "is_operator": "true",
        "must_change_password": "", "closed_at": "2025-01-01", "epoch": "77", "effective_at": "2020-01-01T00:00:00Z",
        "password_hash": "x", "member_id": side.officer.member_id, "id": side.officer.member_id,
    }  # fmt: skip
    admin = at_door(house, side.admin)
    forms = {
        f"/members/{id}/change": ("この内容に変更する", {"name", "email", "roles"}),
        f"/members/{id}/post": ("この職を記録する", {"title", "held_from"}),
        f"/members/{id}/consent-power/ask": ("同意権限を申請する", set()),
        "/members/rules": ("この決まりにする", {"four_eyes", "officers_table"}),
        "/account": ("/language", {"language", "next"}),
    }
    for path, (button, own) in forms.items():
        sent = {
            name: value for name, value in extra.items() if name not in own | {"csrf_token", "once", "seen"}
        }
        answer = admin.get(path).submit(button, follow=False, **sent)
        assert answer.status == 303, (path, answer.status, answer.text[:300])
    with house.read() as session:
        row = session.get_one(Member, id)
        assert (row.party, row.is_operator, row.epoch, row.closed_at) == (side.party, False, 2, None)
        assert rules.roles_in(row.roles) == {Role.DRAFTER} and row.password_hash != "x"
        assert queries.officer_ids(session, side.party, house.clock.now()) == {
            side.officer.member_id,
            side.officer2.member_id,
        }
        assert {one.key for one in session.scalars(select(Party)) if not one.four_eyes} == set()
        [last] = session.scalars(select(Entry).order_by(Entry.at.desc(), Entry.number.desc()).limit(1)).all()
        assert last.actor_id == side.admin.member_id


@pytest.mark.parametrize(
    "fields", [{"email[]": "x"}, {"email": ["a@example.jp", "b@example.jp"]}, {"roles": "1e3"}]
)
def test_confused_fields_are_never_a_fault(sqlite_staffed, fields):
    """row 64"""
    admin = at_door(sqlite_staffed, sqlite_staffed.people[0].admin)
    data = admin.get("/members/add").form("この利用者を登録する").values() | fields
    assert admin.post("/members/add", data).status == 422


# --- Members ---------------------------------------------------------------------------------------------------------


def test_the_list_shows_ones_own_people_and_of_others_only_consent_officers(sqlite_staffed):
    """row 7"""
    mine, theirs = sqlite_staffed.people[0], sqlite_staffed.people[1]
    for person in mine:
        page = at_door(sqlite_staffed, person).get("/members", expect=200)
        assert (
            "利用者を登録する" in page.text
            if person.key.startswith("admin")
            else "利用者を登録する" not in page.text
        )
        shown = [one.member_id for one in theirs if one.member_id in page.source]
        assert (
            shown == []
            and theirs.reader.email not in page.source
            and theirs.officer.post not in page.source.replace(mine.officer.post, "")
        )


def test_a_member_of_another_party_is_not_there(sqlite_staffed):
    """rows 7, 11: the same page as for nobody."""
    mine, theirs = sqlite_staffed.people[0], sqlite_staffed.people[1]
    browser = at_door(sqlite_staffed, mine.admin)
    pages = {
        browser.get(f"/members/{id}").source.replace(id, "")
        for id in (theirs.drafter.member_id, "a" * 22, sqlite_staffed.people.operator.member_id)
    }
    pages = {re.sub(r'value="[^"]{20,}"', "", page) for page in pages}
    assert len(pages) == 1
    assert browser.get(f"/members/{theirs.officer.member_id}").status == 200
    for act in ("change", "post", "close", "consent-power/ask", "consent-power/end"):
        assert browser.get(f"/members/{theirs.officer.member_id}/{act}").status == 404


@pytest.mark.parametrize("key", ["reader", "drafter", "officer", "press", "manager", "custodian", "auditor"])
def test_who_manages_no_members_finds_no_such_button_and_no_such_door(sqlite_staffed, key):
    side = sqlite_staffed.people[0]
    browser, id = at_door(sqlite_staffed, getattr(side, key)), side.reader.member_id
    for path in ("/members/add", "/members/rules", f"/members/{id}/change", f"/members/{id}/close"):
        assert browser.get(path).status == 403, path


def test_the_consent_power_from_request_to_end(sqlite_staffed):
    """row 35, through the pages"""
    house, side = sqlite_staffed, sqlite_staffed.people[0]
    one, two, id = at_door(house, side.admin), at_door(house, side.admin2), side.drafter.member_id
    page = one.get(f"/members/{id}/consent-power/ask").submit("同意権限を申請する")
    assert page.path == f"/members/{id}" and "申請中です" in page.text and "10月2日（木）12:00" in page.text
    assert "二人目として認める" not in page.text
    stale = two.get(f"/members/{id}/consent-power/second")
    done = two.get(f"/members/{id}").browser.get(f"/members/{id}/consent-power/second").submit("二人目として")
    assert "いまから有効です" in done.text
    late = stale.submit("二人目として")
    assert late.status == 409 and "すでに有効になったか" in late.text
    ended = one.get(f"/members/{id}/consent-power/end").submit("同意権限を終わらせる")
    assert "この利用者には同意権限がありません" in ended.text


def test_who_cannot_second_a_consent_power_reads_why_and_who_can(sqlite_staffed):
    """row 35: who asked, who receives, and who is an administrator since yesterday find no button that is refused."""
    house, side = sqlite_staffed, sqlite_staffed.people[0]
    with house.work(side.admin.actor(house)) as work:
        commands.ask_consent_power(work, side.drafter.member_id)
    where = f"/members/{side.drafter.member_id}/consent-power/second"
    asker, other = at_door(house, side.admin), at_door(house, side.admin2)
    assert "二人目として同意権限を認める" in other.get(where).text
    page = asker.get(where)
    assert page.status == 200 and "二人目として同意権限を認める" not in page.text
    assert "申請した本人と、権限を受ける本人は、二人目として認めることができません。" in page.text
    assert f"認めることができる人：{side.admin2.name}" in page.text
    form = other.get(where).form("二人目として").values()
    own = asker.get(f"/members/{side.drafter.member_id}/consent-power/end").form("同意権限を終わらせる").values()
    refused = asker.post(where, {**own, "seen": form["seen"]})
    assert refused.status == 422 and "申請した本人" in refused.text
    with house.work(side.admin.actor(house)) as work:
        commands.change_member(
            work, side.admin2.member_id, email=side.admin2.email, name=side.admin2.name, roles=[Role.READER]
        )
    assert "二人目として認めることができる人は、いまいません。" in asker.get(where).text


def test_a_request_seen_and_replaced_meanwhile_is_not_seconded_unseen(sqlite_staffed):
    house, side = sqlite_staffed, sqlite_staffed.people[0]
    two, id = at_door(house, side.admin2), side.drafter.member_id
    with house.work(side.admin.actor(house)) as work:
        commands.ask_consent_power(work, id)
    seen = two.get(f"/members/{id}/consent-power/second")
    with house.work(side.admin.actor(house)) as work:
        commands.end_consent_power(work, id)
        commands.ask_consent_power(work, id)
    assert seen.submit("二人目として").status == 409
    assert not side.drafter.actor(house).may(Permission.CONSENT)


def test_a_party_with_too_few_consent_officers_is_warned(sqlite_staffed):
    house, side = sqlite_staffed, sqlite_staffed.people[0]
    browser = at_door(house, side.reader)
    assert "同意権者が" not in browser.get("/members").text
    for officer, said in ((side.officer, "同意権者が一人だけです"), (side.officer2, "同意権者がいません")):
        with house.work(side.admin.actor(house)) as work:
            commands.end_consent_power(work, officer.member_id)
        assert said in browser.get("/members").text


def test_an_account_long_unused_is_pointed_out(sqlite_staffed):
    house, side = sqlite_staffed, sqlite_staffed.people[0]
    at_door(house, side.reader)
    house.clock.move(days=45, seconds=1)
    assert "45日以上利用なし" in at_door(house, side.admin).get("/members").text


def test_a_closed_member_stands_among_the_closed_and_cannot_be_changed(sqlite_staffed):
    house, side = sqlite_staffed, sqlite_staffed.people[0]
    browser, id = at_door(house, side.admin), side.reader.member_id
    before = browser.get(f"/members/{id}/close")
    assert "保存した下書きは自分の側に残り、ほかの起案者が続きを書けます。" in before.text
    page = before.submit("この利用者の登録を終了する")
    assert "登録終了" in page.text and "登録を終了する" not in page.text
    assert "<h2 id=\"power-heading\"" not in page.source, "who never held the consent power, and cannot be given it"
    assert "登録を終了した利用者（1人）" in browser.get("/members").text
    assert browser.get(f"/members/{id}/change").status == 404


def test_a_post_to_come_is_recorded_as_people_write_days(sqlite_staffed):
    house, side = sqlite_staffed, sqlite_staffed.people[0]
    browser, id = at_door(house, side.admin), side.reader.member_id
    page = browser.get(f"/members/{id}/post")
    wrong = page.submit("この職を記録する", title="総務課 主任", held_from="令和8年4月31日")
    assert wrong.status == 422
    wrong.has_lost_nothing(title="総務課 主任", held_from="令和8年4月31日")
    done = wrong.submit("この職を記録する", held_from="R8.4.1")
    assert "総務課 主任" in done.text and "令和8年（2026年）4月1日（水）から" in done.text
    before = page.submit("この職を記録する", title="x", held_from="2020/1/1")
    assert before.status in {409, 422}


# --- One's own account ---------------------------------------------------------------------------------------------------


def test_ones_sessions_are_listed_and_ended_one_by_one_and_all(sqlite_staffed):
    """row 53"""
    house, person = sqlite_staffed, sqlite_staffed.people[0].reader
    other = Browser(house)
    data = other.get("/sign-in").form("/sign-in").values() | {"email": person.email, "password": PASSWORD}
    assert other.post("/sign-in", data, headers={"User-Agent": CHROME}, follow=False).status == 303
    third, here = at_door(house, person), at_door(house, person)
    page = here.get("/account")
    assert "Chrome / Windows" in page.text and "（いまの画面）" in page.text
    assert page.text.count("このサインインを終わらせる") == 2
    page = page.submit("このサインインを終わらせる")
    assert page.text.count("このサインインを終わらせる") == 1
    alive = [one.get("/account").path == "/account" for one in (other, third)]
    assert alive.count(True) == 1
    page = here.get("/account").submit("いまの画面以外をすべて") if "いまの画面以外" in page.text else page
    assert [one.get("/account").path == "/account" for one in (other, third, here)] == [False, False, True]


def test_the_visit_before_is_shown(sqlite_staffed):
    house, person = sqlite_staffed, sqlite_staffed.people[0].reader
    at_door(house, person)
    house.clock.move(days=1)
    assert "令和7年（2025年）10月1日（水）12:00" in at_door(house, person).get("/account").text


def test_the_operator_has_a_home_and_an_account_and_nothing_else(sqlite_staffed):
    """decision 11"""
    house = sqlite_staffed
    browser = Browser(house)
    page = browser.get("/sign-in").submit("/sign-in", email=house.people.operator.email, password=PASSWORD)
    assert page.path == "/" and "メールの状態を見る" in page.text, "home says what an operator can do"
    assert browser.get("/account").status == 200 and browser.get("/members").status == 403


def test_a_page_read_writes_nothing_but_that_the_session_was_used(sqlite_staffed):
    """row 98"""
    house = sqlite_staffed
    browser = at_door(house, house.people[0].admin)
    before = state(house)
    house.clock.move(minutes=5)
    for path in ("/account", "/members", "/members/add", "/members/rules", "/account/password"):
        browser.get(path)
    assert state(house) == before
    with house.read() as session:
        used = [row.last_used_at for row in session.scalars(select(UserSession))]
    assert used == [house.clock.now()]
    assert house.clock.now().tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (CHROME, "Chrome / Windows"),
        (CHROME + " Edg/139.0", "Edge / Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari / iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox / Linux"),
        ("", ""),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_called_what_people_call_it(agent, label):
    assert browser_label(agent) == label
