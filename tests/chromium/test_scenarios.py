"""The scenarios of the cooperation, lived through in a real browser, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.chromium.person import Person
from tests.conftest import House

pytestmark = pytest.mark.browser
languages = pytest.mark.parametrize("language", ["ja", "en"])
TITLE = "教員の事務作業を生成AIで支援する試行（校務のたたき台づくり）"


def draft_proposal(who: Person, edition: Any, *, item: int, title: str = TITLE) -> str:
    """A proposal under the matter number `item`, drafted as a person does; its path."""
    who.go("/activities/proposals/new")
    who.choose("items", edition.scope_items[item].key).choose("purposes", edition.purposes[0].key)
    who.fill(
        title=title,
        summary="## 概要\n\n- 対象は府立学校の**教員**\n- 半年の試行",
        items_reason="協力事項に当たる理由を書く。",
        measure="スマートシティ戦略の推進",
        purpose_reason="相談の待ち時間が短くなり、府民の生活の質が上がるため。",
        personal_data="no",
    )
    for key in edition.party_keys:
        who.fill(**{f"sections-{key}": "戦略企画課", f"roles-{key}": "試行の場を設け、結果を確かめる。"})
    who.press("下書きを保存する")
    return who.path


def consent(who: Person, path: str, reference: str = "デ戦第123号") -> Person:
    """The person's party consents to the latest revision, as a person does."""
    who.go(path).press("この版に同意する")
    who.fill(decision_reference=reference, capacity="decision")
    return who.press("この版に同意する")


def edition_of(house: House) -> Any:
    """The edition in force."""
    from portal.agreement import queries

    with house.read() as session:
        return queries.edition(session)


@languages
def test_s2_an_item_that_needs_agreement_is_out_of_scope_until_all_agree(
    served: House, sit_down: Callable[..., Person], language: str
) -> None:
    """S2: particulars of an item (3) cannot be agreed before the proposal is; no word of them is lost."""
    edition, people = edition_of(served), served.people
    a1 = sit_down(people[0].drafter, language=language)
    a2 = sit_down(people[0].officer, language=language)
    b2 = sit_down(people[1].officer, language=language)

    proposal = draft_proposal(a1, edition, item=2)
    assert a1.reads("下書きです。提示するまで、相手方には一切見えません。")
    b2.go("/activities")
    assert TITLE not in b2.words
    a1.press("下書きを提示する（相手方に見えます）")
    b2.go("/")
    assert TITLE in b2.words

    a1.press("取組のページを開く：%(reference)s %(title)s", reference="ACT-0001", title=TITLE)
    activity = a1.path
    a1.press("具体的事項を起案する")
    a1.fill(title="実施時期と実施方法", timing_kind="range", start="令和7年11月1日", end="2026/3/31", method="週1回の打合せ", place="府庁別館",
            target_group="府立学校の教員", personal_data="no", cost="own", exit="成果を報告書にまとめて終える。")  # fmt: skip
    for key in edition.party_keys:
        a1.fill(**{f"roles-{key}": "役割を果たす。"})
    a1.press("下書きを保存する").press("下書きを提示する（相手方に見えます）")
    particulars = a1.path
    assert a1.reads("提示しました。相手方にもお知らせしました。"), a1.words[:800]

    for officer in (a2, b2):
        officer.go(particulars).press("この版に同意する")
        officer.fill(decision_reference="デ戦第124号", capacity="decision").press("この版に同意する")
        assert edition.scope_items[2].citation[language] in officer.words
        assert officer.page.locator("[name=decision_reference]").input_value() == "デ戦第124号"

    consent(a2, proposal)
    assert a2.reads("%(parties)sの同意を待っています。", parties=edition.party(edition.party_keys[1]).defined_as[language])
    a2.go(activity)
    assert not a2.offers("開始を記録する")
    consent(b2, proposal)
    assert b2.reads("全当事者が版%(number)sに合意しました。", number=1)
    consent(a2, particulars)
    consent(b2, particulars)
    assert b2.reads("全当事者が版%(number)sに合意しました。", number=1)
    a1.go(activity)
    assert a1.offers("開始を記録する")


@languages
def test_s3_a_revision_changed_after_one_side_consented(
    served: House, sit_down: Callable[..., Person], language: str
) -> None:
    """S3: any change voids the consent; an old tab is refused with the difference; the history keeps it all."""
    edition, people = edition_of(served), served.people
    a1 = sit_down(people[0].drafter, language=language)
    a2 = sit_down(people[0].officer, language=language)
    old_tab = sit_down(people[0].officer2, language=language)
    b3 = sit_down(people[1].drafter, language=language)
    b2 = sit_down(people[1].officer, language=language)

    path = draft_proposal(a1, edition, item=0)
    a1.press("下書きを提示する（相手方に見えます）")
    old_tab.go(path).press("この版に同意する")
    consent(a2, path)

    b3.go(path).press("直した版を起案する")
    b3.fill(title=TITLE.replace("試行", "本格試行")).press("下書きを保存する")
    a2.go(path)
    assert a2.reads("版%(number)sに同意", number=1), "a draft of the other side changes nothing"
    b3.press("下書きを提示する（相手方に見えます）")

    a2.go("/")
    assert TITLE.replace("試行", "本格試行") in a2.words
    a2.go(path)
    assert a2.reads("版%(number)sへの同意は失効（新しい版が提示されたため）", number=1)
    consent(b2, path)
    assert not b2.reads("全当事者が版%(number)sに合意しました。", number=2)

    old_tab.fill(decision_reference="古い画面", capacity="decision").press("この版に同意する")
    assert old_tab.reads("ご覧の版は旧版です")
    assert "古い画面" in old_tab.words
    assert old_tab.page.locator("ins", has_text="本格").count() == 1

    consent(a2, path)
    assert a2.reads("全当事者が版%(number)sに合意しました。", number=2)
    a2.go("/history?reading=trail")
    assert a2.words.count(TITLE) == 3
    assert a2.words.count(TITLE.replace("試行", "本格試行")) == 5
    a2.go(f"{path}/revisions/1")
    assert a2.reads("これは旧版です。最新は版%(number)sです。旧版には同意できません。", number=2)


@languages
def test_s10_both_edit_at_once_and_nothing_is_lost(
    served: House, sit_down: Callable[..., Person], language: str
) -> None:
    """S10: the second to table sees base, theirs and mine; the draft stays; merged, it is the next revision."""
    edition, people = edition_of(served), served.people
    a3 = sit_down(people[0].drafter, language=language)
    b3 = sit_down(people[1].drafter, language=language)
    path = draft_proposal(a3, edition, item=0)
    a3.press("下書きを提示する（相手方に見えます）")

    for person, words in ((a3, "甲の直し"), (b3, "乙の直し")):
        person.go(path).press("直した版を起案する")
        person.fill(measure=f"スマートシティ戦略の推進（{words}）").press("下書きを保存する")
    a3.press("下書きを提示する（相手方に見えます）")
    b3.press("下書きを提示する（相手方に見えます）")
    assert b3.reads("先に別の版が提示されています")
    assert b3.page.locator("del", has_text="甲").count() and b3.page.locator("ins", has_text="乙").count()
    b3.press("土台を版%(latest)sに移して編集を続ける", latest=2)
    assert b3.page.locator("[name=measure]").input_value() == "スマートシティ戦略の推進（乙の直し）"
    b3.fill(measure="スマートシティ戦略の推進（甲の直し、乙の直し）").press("下書きを保存する")
    b3.press("下書きを提示する（相手方に見えます）")
    assert b3.reads("版%(number)sの内容", number=3)
    assert "甲の直し、乙の直し" in b3.words
