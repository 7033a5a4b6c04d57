"""The pages of activities, as people of both sides and in both languages use them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import event

from portal.activities.forms import read_month
from portal.activities.particulars import PARTICULARS
from portal.activities.proposal import PROPOSAL
from tests.browser import Browser, Page
from tests.conftest import House
from tests.makers.activities import (
    activity_of,
    agreed,
    agreed_activity,
    agreed_particulars,
    agreed_proposal,
    consented,
    drafted,
    edition_of,
    particulars_body,
    proposal_body,
    ready_activity,
    replaced,
    revised,
    running_activity,
    tabled,
    tabled_particulars,
    tabled_proposal,
)
from tests.makers.people import TestPerson


def browser_of(house: House, person: TestPerson, language: str = "ja") -> Browser:
    browser = Browser(house, language=language)
    browser.sign_in(person.email, person.password)
    return browser


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    """Fields whose names are no names of Python's."""
    return values


WORDS = {
    "title": "教員の文書作成の負担を減らす",
    "measure": "学校における働き方改革",
    "purpose_reason": "教員が子どもと向き合う時間を増やすため。",
    "summary": "## 概要\n\n学年通信などの下書きを生成AIで作る。",
    "personal_data": "no",
}


def proposal_form(house: House, page: Page, **changes: Any) -> Page:
    """A proposal typed into the form of `page`, and sent."""
    edition = edition_of(house)
    values: dict[str, Any] = {
        **WORDS,
        "items": [edition.scope_items[-1].key],
        "purposes": [edition.purposes[0].key],
    }
    values |= {f"sections-{key}": f"{key}企画課" for key in edition.party_keys}
    values |= {f"roles-{key}": f"{key}が試す" for key in edition.party_keys}
    return page.submit("/activities/proposals/", **(values | changes))


# --- a proposal


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_proposal_is_drafted_kept_to_oneself_tabled_and_then_stands_in_the_register(
    sqlite_dated: House, language: str
):
    """Excellent 3.1: the others see nothing before tabling (row 1)."""
    people = sqlite_dated.people
    mine, theirs = (browser_of(sqlite_dated, side.drafter, language) for side in people.sides[:2])
    page = proposal_form(sqlite_dated, mine.get("/activities/proposals/new", expect=200))
    assert page.heading == WORDS["title"]
    address = page.path
    assert theirs.get(address).status == 404
    assert WORDS["title"] in mine.get("/activities", expect=200).text
    assert WORDS["title"] not in theirs.get("/activities", expect=200).text
    page = page.submit("/table")
    assert "ACT-0001" in page.text
    register = theirs.get("/activities", expect=200)
    assert WORDS["title"] in register.text
    assert WORDS["title"] in theirs.get(address, expect=200).text


def test_a_matter_of_measures_without_a_measure_is_refused_with_everything_typed_kept(sqlite_dated: House):
    """Excellent 3.1, first line: the clause text stands beside the choice, the refusal beside the measure."""
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    browser = browser_of(sqlite_dated, people[0].drafter)
    blank = browser.get("/activities/proposals/new", expect=200)
    for item in edition.scope_items:
        assert item.ja in blank.text
    page = proposal_form(sqlite_dated, blank, measure="")
    assert page.status == 422
    assert "施策名" in page.text and edition.scope_items[-1].citation.ja in page.text
    page.has_lost_nothing(
        title=WORDS["title"], summary=WORDS["summary"], role=f"{edition.party_keys[1]}が試す"
    )
    assert proposal_form(sqlite_dated, page, measure="働き方改革").status == 200


def test_what_is_missing_for_tabling_is_said_beside_its_field_and_nothing_is_lost(sqlite_dated: House):
    people = sqlite_dated.people
    browser = browser_of(sqlite_dated, people[0].drafter)
    page = proposal_form(
        sqlite_dated, browser.get("/activities/proposals/new"), purposes=[], purpose_reason=""
    )
    page = page.submit("/table")
    assert page.status == 422
    assert "協定の目的が選ばれていません" in page.text
    assert "その目的に当たる理由がありません" in page.text
    page.has_lost_nothing(title=WORDS["title"], measure=WORDS["measure"])


def test_what_the_form_and_the_rules_find_missing_in_a_draft_is_said_at_once(sqlite_dated: House):
    browser = browser_of(sqlite_dated, sqlite_dated.people[0].drafter)
    page = proposal_form(sqlite_dated, browser.get("/activities/proposals/new"), title="", measure="")
    assert page.status == 422
    assert "取組の名称を入力してください" in page.text and "施策名がないと" in page.text


def test_a_second_officer_finds_that_the_own_side_has_consented_already(sqlite_dated: House):
    """Excellent.md 3.1; row 29."""
    people = sqlite_dated.people
    proposal = tabled_proposal(sqlite_dated, people)
    browser = browser_of(sqlite_dated, people[1].officer)
    assert "自分の側の意思決定" in browser.get(f"/activities/proposals/{proposal}/consent").text
    consented(sqlite_dated, people[1].officer, PROPOSAL, proposal)
    page = browser.get(f"/activities/proposals/{proposal}/consent")
    assert "自分の側はこの版にすでに同意しています。" in page.text and "自分の側の意思決定" not in page.text


def test_what_was_chosen_in_an_outdated_consent_is_shown_in_words(sqlite_dated: House):
    """S3: the stale answer comes back whole, and no key of the code shows."""
    people = sqlite_dated.people
    proposal = tabled_proposal(sqlite_dated, people)
    page = browser_of(sqlite_dated, people[1].officer).get(f"/activities/proposals/{proposal}/consent")
    revised(
        sqlite_dated,
        people[0].drafter,
        PROPOSAL,
        proposal,
        proposal_body(edition_of(sqlite_dated), title="改"),
    )
    page = page.submit("この版に同意する", decision_reference="決第1号", capacity="standing_delegation")
    assert page.status == 409
    assert "決第1号" in page.text and "専決" in page.text and "standing_delegation" not in page.text


def test_who_cannot_consent_reads_who_does(sqlite_dated: House):
    """Excellent.md 3.1: whose turn it is stands first on the page."""
    people = sqlite_dated.people
    proposal = tabled_proposal(sqlite_dated, people)
    told = "同意や差戻しは、あなたの側の同意権者が行います。"
    assert told in browser_of(sqlite_dated, people[1].drafter).get(f"/activities/proposals/{proposal}").text
    assert (
        told not in browser_of(sqlite_dated, people[1].officer).get(f"/activities/proposals/{proposal}").text
    )


def test_words_that_read_as_a_purchase_are_pointed_out_and_never_refused(sqlite_dated: House):
    """R6.1-1, R6.1-3."""
    people = sqlite_dated.people
    browser = browser_of(sqlite_dated, people[0].drafter)
    page = proposal_form(
        sqlite_dated, browser.get("/activities/proposals/new"), summary="端末１０台を購入し、優先的に配る。"
    )
    assert page.status == 200
    assert "購入" in page.text and "取引の約束と読まれるおそれ" in page.text
    assert "この協定は、取引の開始を確約するものではありません。" in page.text


def test_the_forms_ask_for_no_price(sqlite_dated: House):
    """R6.1-2: no field for an amount of money anywhere."""
    browser = browser_of(sqlite_dated, sqlite_dated.people[0].drafter)
    activity = agreed_activity(sqlite_dated, sqlite_dated.people)
    for path in ("/activities/proposals/new", f"/activities/particulars/new?activity={activity}"):
        names = {name for form in browser.get(path, expect=200).forms for name, _ in form.fields}
        assert not {
            name for name in names if any(word in name for word in ("price", "amount", "cost_of", "quote"))
        }


# --- particulars


def particulars_form(page: Page, **changes: Any) -> Page:
    values: dict[str, Any] = {
        "timing_kind": "range",
        "start": "令和7年10月15日",
        "end": "R7.12.31",
        "method": "- 端末を置く",
        "cost": "own",
        "personal_data": "no",
    }
    return page.submit("/activities/particulars/", **(values | changes))


def test_particulars_are_written_from_the_page_of_the_activity_with_what_is_known_filled_in(
    sqlite_dated: House,
):
    people = sqlite_dated.people
    activity = agreed_activity(sqlite_dated, people)
    browser = browser_of(sqlite_dated, people[1].drafter)
    page = browser.get(f"/activities/{activity}", expect=200)
    link = next(link for link in page.links if "particulars/new" in link)
    blank = browser.get(link, expect=200)
    blank.has_lost_nothing(title="多言語窓口AIエージェント試行の具体的事項", role="otsuの役割を担う")
    page = particulars_form(blank)
    assert page.status == 200
    assert "令和7年（2025年）10月15日（水）" in page.text
    page = page.submit("/table")
    assert "PAR-0001" in page.text
    assert "多言語窓口AIエージェント試行" in browser.get(f"/activities/{activity}").text


def test_an_end_before_the_start_is_refused_with_both_values_kept(sqlite_dated: House):
    """Excellent 3.2."""
    people = sqlite_dated.people
    activity = agreed_activity(sqlite_dated, people)
    browser = browser_of(sqlite_dated, people[0].drafter)
    page = particulars_form(
        browser.get(f"/activities/particulars/new?activity={activity}"), start="2025-12-31", end="2025/10/1"
    )
    assert page.status == 422
    assert (
        "終了日（令和7年（2025年）10月1日（水））が開始日（令和7年（2025年）12月31日（水））より前です。"
        in page.text
    )
    page.has_lost_nothing(start="2025-12-31", end="2025/10/1")


@pytest.mark.parametrize("typed", ["2025-02-30", "十月ごろ", "2025/13/1", "あした"])
def test_an_impossible_day_is_refused_and_kept_as_typed(sqlite_dated: House, typed: str):
    people = sqlite_dated.people
    activity = agreed_activity(sqlite_dated, people)
    browser = browser_of(sqlite_dated, people[0].drafter)
    page = particulars_form(browser.get(f"/activities/particulars/new?activity={activity}"), start=typed)
    assert page.status == 422
    page.has_lost_nothing(start=typed, method="- 端末を置く")


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("ja", "令和7年（2025年）10月15日", "令和7年（2025年）12月"),
        ("en", "15 October 2025", "December 2025"),
    ],
)
def test_days_stand_as_typed_while_refused_and_in_the_pages_own_form_once_stored(
    sqlite_dated: House, language: str, day: str, month: str
):
    """Decision 39: nothing typed is rewritten under the pen; stored days and months come back in one form, which
    is read again as what it says."""
    people = sqlite_dated.people
    activity = agreed_activity(sqlite_dated, people)
    browser = browser_of(sqlite_dated, people[0].drafter, language)
    typed = {"start": "R7.10.15", "end": "２０２５／１２／３１", "settle_by": "R7.12"}
    milestone = {"milestones-day-0": "7/10/15", "milestones-what-0": "開始"}
    new = browser.get(f"/activities/particulars/new?activity={activity}")
    page = particulars_form(new, **typed, **milestone, title="題" * 201)
    assert page.status == 422
    page.has_lost_nothing(**typed, **milestone)
    milestone["milestones-day-0"] = "R7/10/15"
    page = particulars_form(page, **typed, **milestone, title="題")
    assert page.status == 200
    edit = (
        next(link for link in page.links if link.endswith("/draft"))
        if not page.path.endswith("/draft")
        else page.path
    )
    page = browser.get(edit, expect=200)
    stored = {"start": day, "settle_by": month, "milestones-day-0": day}
    page.has_lost_nothing(**stored)
    page = page.submit("下書きを保存する" if language == "ja" else "Save the draft")
    assert page.status == 200
    browser.get(edit, expect=200).has_lost_nothing(**stored)


def test_milestones_and_the_open_timing_are_read_as_people_type_them(sqlite_dated: House):
    people = sqlite_dated.people
    activity = agreed_activity(sqlite_dated, people)
    browser = browser_of(sqlite_dated, people[0].drafter)
    new = f"/activities/particulars/new?activity={activity}"
    page = particulars_form(
        browser.get(new),
        timing_kind="milestones",
        start="",
        end="",
        **{
            "milestones-day-0": "R7.11.1",
            "milestones-what-0": "試行の開始",
            "milestones-day-2": "2026-03-01",
        },
    )
    assert page.status == 422 and "その日に何をするかを入力するか、この行を空にしてください。" in page.text
    assert page.source.count("この行を空にしてください。") == 2, "above the form, and beside the field"
    assert "#milestones-what-2" in page.links
    page.has_lost_nothing(day="R7.11.1", what="試行の開始")
    page = page.submit("/activities/particulars/", **_typed({"milestones-what-2": "結果の共有"}))
    assert "令和7年（2025年）11月1日（土）：試行の開始" in page.text
    assert "令和8年（2026年）3月1日（日）：結果の共有" in page.text
    page = particulars_form(
        browser.get(new), timing_kind="undecided", start="", end="", settle_by="令和7年12月"
    )
    assert "令和7年（2025年）12月" in page.text
    page = particulars_form(browser.get(new), timing_kind="undecided", settle_by="そのうち")
    assert page.status == 422
    page.has_lost_nothing(settle_by="そのうち")


@pytest.mark.parametrize(
    ("typed", "month"),
    [("令和7年12月", "2025-12"), ("R7.12", "2025-12"), ("2025/12", "2025-12"), ("2025-12", "2025-12"),
     ("２０２５年１２月", "2025-12"), ("2025/12/24", "2025-12"), ("December 2025", "2025-12"), ("13月", None)],
)  # fmt: skip
def test_a_month_is_read_as_people_type_it(typed: str, month: str | None):
    assert read_month(typed) == month


def test_particulars_of_an_activity_that_the_reader_may_not_know_of_are_not_begun(sqlite_dated: House):
    browser = browser_of(sqlite_dated, sqlite_dated.people[0].drafter)
    assert browser.get("/activities/particulars/new").status == 404
    assert browser.get("/activities/particulars/new?activity=nothing-of-the-kind").status == 404


def test_consent_to_particulars_before_the_proposal_is_agreed_is_refused_in_words(sqlite_dated: House):
    """S2 through the page, in both languages."""
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    item = next(item for item in edition.scope_items if item.needs_agreement)
    proposal = tabled_proposal(sqlite_dated, people, items=(item.key,))
    particulars = tabled_particulars(sqlite_dated, people, activity_of(sqlite_dated, proposal))
    browser = browser_of(sqlite_dated, people[0].officer)
    page = browser.get(f"/activities/particulars/{particulars}/consent", expect=200)
    page = page.submit("この版に同意する", decision_reference="企戦第9号", capacity="decision")
    assert f"{item.citation.ja}は全当事者の合意が必要です。範囲の合意：甲 未 / 乙 未" in page.text
    page.has_lost_nothing(decision="企戦第9号")


# --- the page of an activity


def test_the_page_shows_two_headings_with_separate_states_and_offers_the_start_only_at_the_end(
    sqlite_dated: House,
):
    """Excellent 3.2; R2-7."""
    people = sqlite_dated.people
    browser = browser_of(sqlite_dated, people[0].drafter)
    proposal = tabled_proposal(sqlite_dated, people)
    activity = activity_of(sqlite_dated, proposal)
    address = f"/activities/{activity}"
    page = browser.get(address, expect=200)
    assert "実施の合意" in page.text and "別途定め（具体的事項）" in page.text
    assert not [link for link in page.links if link.endswith("/start")]
    agreed(sqlite_dated, people, PROPOSAL, proposal)
    page = browser.get(address)
    assert "具体的事項の確認待ち" in page.text
    assert not [link for link in page.links if link.endswith("/start")]
    agreed_particulars(sqlite_dated, people, activity)
    page = browser.get(address)
    assert "実施可" in page.text
    assert [link for link in page.links if link.endswith("/start")]


def test_recording_starts_suspends_completes_and_the_other_side_acknowledges(sqlite_dated: House):
    people = sqlite_dated.people
    activity = ready_activity(sqlite_dated, people)
    mine, theirs = (browser_of(sqlite_dated, side.drafter) for side in people.sides[:2])
    address = f"/activities/{activity}"
    page = mine.get(f"{address}/start", expect=200).submit("を記録する", on_day="2025-10-09")
    assert page.status == 422 and "まだ来ていない日" in page.text
    page = page.submit("を記録する", on_day="令和7年10月1日")
    assert page.status == 200 and "実施中" in page.text
    page = theirs.get(address)
    assert "あなたの側の確認が済んでいない" in page.text
    page = page.submit("/acknowledge", is_acknowledged="no", remark="")
    assert page.status == 422 and "どこが異なるかを入力してください" in page.text
    page = page.submit("/acknowledge", is_acknowledged="yes")
    assert page.status == 200 and "乙が確認" in page.text
    page = mine.get(f"{address}/suspend").submit("を記録する", on_day="2025-10-01", reason="")
    assert page.status == 422 and "理由がありません" in page.text
    page = page.submit("を記録する", reason="端末の不具合")
    assert "中断" in page.text and "端末の不具合" in page.text
    blank = mine.get(f"{address}/complete", expect=200)
    page = blank.submit(
        "を記録する",
        on_day="2025-10-01",
        outcome="案内1,200件",
        **_typed({"figures-label-1": "案内", "figures-unit-1": "件"}),
    )
    assert page.status == 422 and "数値を入力してください" in page.text
    page.has_lost_nothing(outcome="案内1,200件", label="案内", unit="件")
    page = page.submit("を記録する", **_typed({"figures-value-1": "1,200"}))
    assert "案内：1,200件" in page.text
    assert "案内1,200件" in theirs.get("/activities").text


def test_an_act_out_of_turn_is_refused_on_its_own_page(sqlite_dated: House):
    """The page stood open while the other side recorded the same."""
    people = sqlite_dated.people
    activity = ready_activity(sqlite_dated, people)
    page = browser_of(sqlite_dated, people[0].drafter).get(f"/activities/{activity}/start", expect=200)
    theirs = browser_of(sqlite_dated, people[1].drafter).get(f"/activities/{activity}/start", expect=200)
    theirs.submit("を記録する", on_day="2025-10-01")
    page = page.submit("を記録する", on_day="2025-10-01", reason="覚書による")
    assert page.status == 409 and "いまの状態（実施中）では「開始」を記録できません" in page.text
    page.has_lost_nothing(reason="覚書による")


def test_the_page_tells_which_particulars_were_in_force_on_a_day(sqlite_dated: House):
    """Excellent 3.2; the earlier ones stay readable at their own address."""
    house, people = sqlite_dated, sqlite_dated.people
    activity = agreed_activity(house, people)
    first = agreed_particulars(house, people, activity)
    house.clock.move(days=10)
    body = particulars_body(edition_of(house), end="2026-03-31")
    agreed(house, people, PARTICULARS, replaced(house, people[0].drafter, PARTICULARS, first, body))
    browser = browser_of(house, people[1].reader)
    page = browser.get(f"/activities/{activity}", query={"on": "令和7年10月5日"}, expect=200)
    assert "PAR-0001" in page.text.split("次の具体的事項です。")[1][:40]
    page = browser.get(f"/activities/{activity}", query={"on": "2025-10-11"})
    assert "PAR-0002" in page.text.split("次の具体的事項です。")[1][:40]
    assert "まだありませんでした" in browser.get(f"/activities/{activity}", query={"on": "2025-09-01"}).text
    assert "日付として読めません" in browser.get(f"/activities/{activity}", query={"on": "いつか"}).text
    assert browser.get(f"/activities/particulars/{first}", expect=200).status == 200


def test_a_changed_agreement_to_carry_out_marks_the_particulars_as_to_be_checked(sqlite_dated: House):
    """R2-5."""
    house, people = sqlite_dated, sqlite_dated.people
    proposal = agreed_proposal(house, people)
    activity = activity_of(house, proposal)
    agreed_particulars(house, people, activity)
    browser = browser_of(house, people[0].reader)
    assert "要確認" not in browser.get(f"/activities/{activity}").text
    body = proposal_body(edition_of(house), summary="範囲を広げる")
    agreed(house, people, PROPOSAL, replaced(house, people[0].drafter, PROPOSAL, proposal, body))
    assert (
        "要確認：具体的事項は、前の実施の合意に対するものです" in browser.get(f"/activities/{activity}").text
    )


def test_a_timing_beyond_the_term_is_a_warning_and_no_block(sqlite_dated: House):
    """R2-5."""
    house, people = sqlite_dated, sqlite_dated.people
    activity = agreed_activity(house, people)
    particulars = agreed_particulars(house, people, activity, end="2027-03-31")
    browser = browser_of(house, people[0].reader)
    for path in (f"/activities/{activity}", f"/activities/particulars/{particulars}"):
        assert "実施時期が満了日後に及びます" in browser.get(path, expect=200).text


def test_a_copy_of_a_proposal_begins_another_activity(sqlite_dated: House):
    house, people = sqlite_dated, sqlite_dated.people
    activity = agreed_activity(house, people)
    browser = browser_of(house, people[1].drafter)
    page = browser.get(f"/activities/{activity}").submit("/copy")
    page = page.submit("/activities/proposals/", title="多言語窓口の二年目").submit("/table")
    assert "ACT-0002" in page.text
    assert (
        len(
            [
                1
                for name in ("多言語窓口の二年目", "多言語窓口AIエージェント試行")
                if name in browser.get("/activities").text
            ]
        )
        == 2
    )


# --- the register


def test_the_register_finds_by_words_whatever_their_form(sqlite_dated: House):
    """Excellent 3.5: 「生成ＡＩ」 finds 「生成AI」."""
    house, people = sqlite_dated, sqlite_dated.people
    tabled_proposal(house, people, title="生成AIによる相談窓口")
    tabled_proposal(house, people, title="職員研修", summary="AIを使わない研修")
    browser = browser_of(house, people[1].reader)
    page = browser.get("/activities", query={"words": "生成ＡＩ　相談"}, expect=200)
    assert "生成AIによる相談窓口" in page.text and "職員研修" not in page.text
    page.has_lost_nothing(words="生成ＡＩ　相談")
    assert "この条件に合う取組はありません。" in browser.get("/activities", query={"words": "100%_"}).text


def test_the_register_is_narrowed_by_matter_measure_year_state_and_party_in_the_address(sqlite_dated: House):
    house, people, edition = sqlite_dated, sqlite_dated.people, edition_of(sqlite_dated)
    running_activity(house, people, title="ア", measure="施策ア")
    tabled_proposal(
        house, people, people[1].drafter, title="イ", measure="施策イ", items=(edition.scope_items[1].key,)
    )
    browser = browser_of(house, people[0].reader)

    def found(**query: str) -> str:
        page = browser.get("/activities", query=query, expect=200)
        return "".join(
            name
            for name in ("ア", "イ")
            if any(text.endswith(f">{name}</a>") for text in page.source.split("<br>"))
        )

    assert found() == "アイ"
    assert found(item=edition.scope_items[1].key) == "イ"
    assert found(measure="施策ア") == "ア"
    assert found(state="running") == "ア"
    assert found(state="proposed") == "イ"
    assert found(party=people.parties[1]) == "イ"
    assert found(year="2025") == "アイ"
    assert found(year="2024") == ""
    assert found(state="nothing", item="x", party="y", _external="1") == "アイ"


def test_a_consultation_makes_the_activity_one_in_consultation(sqlite_dated: House):
    """S1 step 2."""
    house, people = sqlite_dated, sqlite_dated.people
    proposal = tabled_proposal(house, people)
    browser = browser_of(house, people[1].drafter)
    page = browser.get(f"/activities/proposals/{proposal}")
    page.submit(
        "/consultations",
        held_on="2025-10-01",
        medium="meeting",
        participants="甲 鈴木、乙 鈴木",
        summary="進め方を協議した。",
    )
    page = browser.get(f"/activities/{activity_of(house, proposal)}")
    assert "協議中" in page.text and "進め方を協議した。" in page.text
    assert "多言語窓口" in browser.get("/activities", query={"state": "consulting"}).text
    assert "この条件に合う取組はありません。" in browser.get("/activities", query={"state": "proposed"}).text


def test_the_register_goes_on_by_key_and_asks_few_statements(sqlite_dated: House):
    house, people = sqlite_dated, sqlite_dated.people
    for number in range(52):
        tabled_proposal(house, people, title=f"取組その{number:02}")
    browser = browser_of(house, people[0].reader)
    page = browser.get("/activities", expect=200)
    assert "52件のうち50件を表示しています。" in page.text
    older = next(link for link in page.links if "before=" in link)
    assert "取組その00" in browser.get(older, expect=200).text
    assert browser.get("/activities", query={"before": "x"}).status == 404


def test_who_has_no_part_in_the_agreement_reads_nothing_of_it(sqlite_dated: House):
    house, people = sqlite_dated, sqlite_dated.people
    activity = agreed_activity(house, people)
    operator = browser_of(house, people.operator)
    assert operator.get("/activities").status == 403
    assert operator.get(f"/activities/{activity}").status == 403
    auditor = browser_of(house, people.auditor)
    assert auditor.get(f"/activities/{activity}").status == 200
    assert auditor.get(f"/activities/{activity}/start").status == 403
    reader = browser_of(house, people[1].reader)
    assert reader.get(f"/activities/{activity}/start").status == 403
    assert reader.get("/activities/nothing-of-the-kind").status == 404


def test_drafts_of_particulars_are_seen_by_the_own_side_only(sqlite_dated: House):
    """Rows 1, 3."""
    house, people = sqlite_dated, sqlite_dated.people
    activity = agreed_activity(house, people)
    body = particulars_body(edition_of(house), title="内々の案")
    document = drafted(house, people[0].drafter, PARTICULARS, body, activity_id=activity)
    mine, theirs = (browser_of(house, side.drafter) for side in people.sides[:2])
    assert "自分の側の下書き" in mine.get(f"/activities/{activity}").text
    page = theirs.get(f"/activities/{activity}")
    assert "自分の側の下書き" not in page.text and document not in page.source
    tabled(house, people[0].drafter, PARTICULARS, document)
    assert "内々の案" in theirs.get(f"/activities/{activity}").text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_speaks_the_readers_language_under_another_agreement_too(
    agreement_of_three: House, language: str
):
    """Three parties, no measure needed for some matters."""
    house, people = agreement_of_three, agreement_of_three.people
    activity = ready_activity(house, people)
    browser = browser_of(house, people[2].drafter, language)
    for path in (
        "/activities",
        f"/activities/{activity}",
        f"/activities/{activity}/start",
        f"/activities/{activity}/complete",
        "/activities/proposals/new",
        f"/activities/particulars/new?activity={activity}",
    ):
        browser.get(path, expect=200)


def test_planned_late_and_overrunning_activities_are_found(sqlite_dated: House):
    """R2-6; excellent 3.2."""
    from portal.activities import queries

    house, people = sqlite_dated, sqlite_dated.people
    soon = ready_activity(house, people, title="まもなく")
    running = running_activity(house, people, title="実施中のもの")
    reader = people[1].reader.actor(house)
    with house.read() as session:
        today = dt.date(2025, 10, 1)
        assert [row.id for row in queries.planned_within(session, reader, today)] == [soon]
        assert not queries.late_starts(session, reader, today)
        later = dt.date(2026, 1, 5)
        assert [row.id for row in queries.late_starts(session, reader, later)] == [soon]
        assert [row.id for row in queries.overrunning(session, reader, later)] == [running]
        assert len(queries.unacknowledged(session, reader)) == 1
        assert not queries.due(session, people.operator.actor(house), later).late


@pytest.mark.parametrize("pages", [1, 30])
def test_no_page_asks_more_than_twelve_statements_whatever_the_data(sqlite_dated: House, pages: int):
    """Issue: at most 12 SQL statements a page."""
    house, people = sqlite_dated, sqlite_dated.people
    activity = running_activity(house, people)
    for number in range(pages):
        tabled_particulars(house, people, activity, title=f"案{number}")
        tabled_proposal(house, people, title=f"取組{number}")
    browser = browser_of(house, people[1].drafter)
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            asked.append(statement)

    event.listen(house.app.engines.reader, "before_cursor_execute", note)
    for path in ("/activities", f"/activities/{activity}", f"/activities/{activity}?on=2025-10-01", "/term"):
        asked.clear()
        browser.get(path, expect=200)
        assert len(asked) <= 12, (path, len(asked), asked)


# --- the title in the reader's language


def test_a_page_in_english_heads_a_document_with_its_english_title_and_marks_the_japanese_one(
    sqlite_dated: House,
):
    """The reader in English saw Japanese at the head of every page; where nobody gave an English title, it is read aloud as
    Japanese (WCAG 3.1.2)."""
    people = sqlite_dated.people
    id = tabled_proposal(sqlite_dated, people)
    activity = activity_of(sqlite_dated, id)
    english, japanese = "Trial of AI agents at multilingual counters", "多言語窓口AIエージェント試行"
    reads = browser_of(sqlite_dated, people[0].reader, "en")
    for path in (f"/activities/proposals/{id}", f"/activities/{activity}"):
        page = reads.get(path, expect=200)
        assert page.heading == english and f'<span lang="ja">{japanese}</span>' in page.source
        page = browser_of(sqlite_dated, people[0].reader).get(path, expect=200)
        assert page.heading == japanese and 'lang="ja">多言語' not in page.source
    consents = browser_of(sqlite_dated, people[0].officer, "en").get(f"/activities/proposals/{id}/consent", expect=200)
    assert english in consents.text
    other = tabled(
        sqlite_dated, people[0].drafter, PROPOSAL,
        drafted(sqlite_dated, people[0].drafter, PROPOSAL, proposal_body(edition_of(sqlite_dated), title_en="")),
    )  # fmt: skip
    page = reads.get(f"/activities/proposals/{other}", expect=200)
    assert page.heading == japanese and f'<h1><span lang="ja">{japanese}</span></h1>' in page.source
    assert f'<span lang="ja">{japanese}</span>' in reads.get(f"/activities/proposals/{other}/revisions/1").source
