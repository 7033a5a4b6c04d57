"""The scenarios of the cooperation, lived through in a real browser, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.kernel.days import moment_in_words
from portal.publicity.rules import TooEarly
from tests.chromium.person import Person
from tests.conftest import House
from tests.makers.publicity import OPENS, agreed_item, japan

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


def draft_release(who: Person, edition: Any, *, title: str, words: str) -> str:
    """A joint release for 14:00 of 10 October 2025, drafted as a person does on the page that is open; its path.

    The first party hands it to the press club, and after that the last one posts it.
    """
    first, last = edition.party_keys[0], edition.party_keys[-1]
    who.fill(
        title=title, about="cooperation", sort="press_release", summary="窓口で試行を始める。",
        timing_kind="exact", day="令和7年10月10日", time="午後2時", embargo="yes", in_order="yes",
    )  # fmt: skip
    who.fill(**{f"outputs-{first}.ja": f"## 試行を始めます\n\n{words}", f"outputs-{last}.ja": words})
    rows = (("press_club", first, "府政記者会"), ("website", last, "News Center"))
    for number, (medium, publisher, place) in enumerate(rows):
        values = {"medium": medium, "publisher": publisher, "place": place, "output": f"{publisher}.ja"}
        who.fill(**{f"channels-{name}-{number}": value for name, value in values.items()})
    who.press("下書きを保存する")
    return who.path


def edition_of(house: House) -> Any:
    """The edition in force."""
    from portal.agreement import queries

    with house.read() as session:
        return queries.edition(session)


@languages
def test_s1_a_joint_release_from_the_draft_to_its_publication(
    served: House, sit_down: Callable[..., Person], language: str
) -> None:
    """S1: proposed, consulted on, agreed, settled; its release sent back once, agreed as revision 2, refused before
    14:00 with the time left, then published by each side through its own channel, the address asked for."""
    edition, people = edition_of(served), served.people
    a1, b1 = (sit_down(people[side].drafter, language=language) for side in (0, 1))
    a2, b2 = (sit_down(people[side].officer, language=language) for side in (0, 1))

    b1.go("/activities/proposals/new")
    assert b1.reads("この協定は、取引の開始を確約するものではありません。")
    assert b1.reads(
        "提案に書いた内容には、秘密情報に含まれないものがあります（自発的な意見や提案など、秘密情報の例外）。秘密にしたい内容は書かないでください。"
    )
    title = "多言語窓口AIエージェント試行"
    proposal = draft_proposal(b1, edition, item=0, title=title)
    b1.press("下書きを提示する（相手方に見えます）")

    a1.go("/")
    assert title in a1.words
    a1.go(proposal).press("協議を記録する")
    a1.fill(held_on="R7.10.1", participants="企画課 鈴木、営業 高橋", summary="窓口3か所で試す。")
    a1.press("協議を記録し、相手方に確認を求める")
    b1.go(proposal).press("この協議の記録を確認する")
    b1.fill(is_confirmed="yes").press("回答を記録する")
    a1.go(proposal)
    label = edition.party(people[1].party).defined_as[language]
    assert a1.reads("%(party)sが確認", party=label) and people[1].drafter.name in a1.words

    consent(a2, proposal, "ス戦企第1号")
    consent(b2, proposal, "公営第1号")
    served.clock.move(minutes=1)
    a1.go(proposal)
    a1.press("取組のページを開く：%(reference)s %(title)s", reference="ACT-0001", title=title)
    activity = a1.path
    a1.press("具体的事項を起案する")
    a1.fill(title="試行の時期と方法", timing_kind="range", start="2025/10/15", end="2025/12/26", method="窓口で使う",
            place="総合案内", target_group="来庁者", personal_data="no", cost="own", exit="端末を回収する。")  # fmt: skip
    for key in edition.party_keys:
        a1.fill(**{f"roles-{key}": "役割を果たす。"})
    a1.press("下書きを保存する").press("下書きを提示する（相手方に見えます）")
    particulars = a1.path
    consent(a2, particulars, "ス戦企第2号")
    consent(b2, particulars, "公営第2号").press("合意確認書を開く")
    assert all(one in b2.words for one in ("ス戦企第2号", "公営第2号", people[0].officer.name))

    a3 = sit_down(people[0].press, language=language)
    a3.go(activity).press("この取組の公表を起案する")
    assert title in a3.page.locator("[name=title]").input_value(), "the activity's title stands there already"
    release = draft_release(a3, edition, title=f"{title}の開始", words="「窓口が近くなる」と部長は語った。")
    a3.press("下書きを提示する（相手方に見えます）")
    b2.go(release).press("差し戻す")
    b2.fill(reason="発言が違います。").press("版%(number)sを差し戻す", number=1)
    a3.go("/")
    assert f"{title}の開始" in a3.words
    a3.go(release)
    assert "発言が違います。" in a3.words
    a3.press("直した版を起案する")
    for key in edition.party_keys:
        a3.fill(**{f"outputs-{key}.ja": "「窓口がもっと身近になる」と部長は語った。"})
    a3.press("下書きを保存する").press("下書きを提示する（相手方に見えます）")
    consent(a2, release, "ス戦企第3号")
    consent(b2, release, "公営第3号")
    opens = moment_in_words(OPENS, language)
    assert b2.reads("合意済みです。%(moment)sから公表できます。", moment=opens) and b2.reads(
        "合意済・解禁待ち"
    )

    a3.go(release)
    assert not a3.offers("経路%(number)sの公表を記録する", number=1)
    typed = {"published_on": "2025/10/10", "published_at": "14:00", "text_was": "agreed"}
    a3.go(f"{release}/channels/1/publish").fill(**typed).press("公表を記録する")
    words = a3.say("合意した時期の前なので、公表できません。解禁は%(opens)sです（あと%(left)s）。")
    assert words.partition("%(opens)s")[0] + opens in a3.words
    assert a3.page.locator("[name=published_at]").input_value() == "14:00"

    served.clock.set(japan(10, 14, 2))
    a3, b3 = (sit_down(people[side].press, language=language) for side in (0, 1))
    assert a3.reads("あなたの側が公表できるもの")
    b3.go(f"{release}/channels/2/publish").fill(url="https://example.jp/news", text_was="agreed")
    b3.press("公表を記録する")
    assert b3.reads(
        "合意した順では、先に経路%(number)s（%(place)s）の公表が必要です。", number=1, place="府政記者会"
    )
    a3.go(release).press("経路%(number)sの公表を記録する", number=1)
    a3.fill(published_at="14:00", text_was="agreed").press("公表を記録する")
    assert a3.reads("記録し、相手方にもお知らせしました。") and a3.reads("一部公表")
    b3.fill(url="").press("公表を記録する")
    assert b3.reads("公表した場所のURLが入力されていません。")
    b3.fill(url="https://example.jp/news").press("公表を記録する")
    assert b3.page.locator("#channels .standing").first.inner_text() == b3.say("公表済")
    assert b3.page.locator("a[href='https://example.jp/news']").count() == 1
    b3.go("/publicity")
    assert f"{title}の開始" in b3.words and b3.reads("公表済")

    b3.go(activity)
    assert "PUB-0001" in b3.words
    b3.go("/history")
    assert b3.words.count(f"{title}の開始") >= 2 and title in b3.words
    assert b3.page.locator("main a[href^='/agreement#']").count() >= 2, "by the clauses they rest on"


@languages
def test_s4_a_time_that_moves_after_approval(
    served: House, sit_down: Callable[..., Person], language: str
) -> None:
    """S4 (a), (d): another hour is another agreement, with its own embargo; while a party holds it nothing goes out;
    what appeared before its time is recorded as what it is, told to both, settled by both. What an incident asks
    beyond that record is not the portal's yet."""
    edition, people = edition_of(served), served.people
    release = f"/publicity/{agreed_item(served, people, in_order='yes')}"
    first = edition.party_keys[0]
    a2, b2 = (sit_down(people[side].officer, language=language) for side in (0, 1))
    b3 = sit_down(people[1].press, language=language)

    def lifted(who: Person, path: str) -> bool:
        """Whether the printed form of `path` says 15:00, and not 14:00, at its top: in the language of its text,
        whoever looks."""
        who.go(f"{path}/outputs/{first}.ja")
        return "令和7年10月10日（金）15時00分" in who.page.locator(".embargo-top").inner_text()

    assert not lifted(b3, release)
    b3.go(release).press("変更を提案する")
    if "/draft" not in b3.path:
        b3.press("下書きの続きを書く")
    b3.fill(time="15:00").press("下書きを保存する").press("下書きを提示する（相手方に見えます）")
    later = b3.path
    consent(a2, later, "ス戦企第4号")
    assert a2.reads("一部同意") and not a2.reads("合意済・解禁待ち")
    a2.go(release)
    assert a2.reads("合意済・解禁待ち"), "until both agree, the first agreement stands"
    consent(b2, later, "公営第4号")
    assert lifted(b3, later)
    b3.go(release)
    assert b3.reads("差替え済") and not b3.offers("変更を提案する")

    b2.go(later).press("保留する").fill(reason="数字を確かめている。").press("すぐに保留する")
    served.clock.set(japan(10, 15, 1))
    a3 = sit_down(people[0].press, language=language)
    b2 = sit_down(people[1].officer, language=language)
    a3.go(later)
    holder = edition.party(people[1].party).defined_as[language]
    assert a3.reads("%(parties)sが保留しています。どの経路も公表できません。", parties=holder)
    assert not a3.offers("経路%(number)sの公表を記録する", number=1)
    b2.go(later).press("保留を解く").fill(reason="確かめた。").press("保留を解く", within="form.form")

    a3.go(later).press("経路%(number)sの公表を記録する", number=1)
    a3.fill(published_at="14:58", text_was="agreed").press("公表を記録する")
    assert a3.reads(TooEarly.next_step)
    a3.go(later).press("合意と異なる形で公表されたときは、ここから記録します")
    assert a3.page.locator("[name=nature][value=differs]").is_checked()
    a3.fill(channel="1", secrets="no", appeared_on="2025/10/10", appeared_at="14:58", place="府政記者会", words="合意した文面。",
            circumstances="掲示の時刻を誤った。")  # fmt: skip
    a3.press("記録し、相手方に知らせる")
    record = a3.path
    assert a3.reads("事前合意と異なる公表") and a3.reads("未終結")

    b2.go("/")
    assert b2.reads("合意によらない公表の記録（未終結）")
    b2.go(later)
    assert b2.reads("事前合意と異なる公表") and "REC-0001" in b2.words
    for who in (b2, a3):
        who.go(record).press("自分の側として終結とする")
        who.page.locator("form[action$='/settle'] textarea").fill("時刻を確かめ合った。")
        who.press("自分の側として終結とする", within="form[action$='/settle']")
    assert a3.reads("終結") and not a3.reads("未終結")


@languages
def test_s4_a_window_is_kept_when_the_talk_ends_late_and_missed_when_it_slips_a_day(
    served: House, sit_down: Callable[..., Person], language: str
) -> None:
    """S4 (b), (c): after the talk and on the same day needs no new consent at 15:42; on the next day the consents are
    no longer usable."""
    people = served.people
    window = {"timing_kind": "after_event", "event": "基調講演", "day": "", "until_day": "2025-10-10"}
    words = "10月10日の基調講演終了後、同日中"
    kept, missed = (
        f"/publicity/{agreed_item(served, people, timing_words=words, title=title, time='', **window)}"
        for title in ("講演の発表", "別の講演の発表")
    )
    served.clock.set(japan(10, 15, 45))
    a3 = sit_down(people[0].press, language=language)
    assert a3.reads("行事の終了の記録を待っている公表")
    a3.go(kept)
    assert words in a3.words and a3.reads(
        "「%(event)s」が終わったら、行事の終了を記録してください。", event="基調講演"
    )
    assert not a3.offers("経路%(number)sの公表を記録する", number=1)
    a3.press("行事の終了を記録する").fill(ended_on="2025/10/10", ended_at="15:40")
    a3.press("行事の終了を記録する", within="form.form")
    a3.press("経路%(number)sの公表を記録する", number=1)
    a3.fill(published_at="15:42", text_was="agreed").press("公表を記録する")
    assert a3.reads("合意のとおり") and "15:42" in a3.words and a3.reads("一部公表")

    served.clock.set(japan(11, 0, 30))
    b3 = sit_down(people[1].press, language=language)
    assert b3.reads("合意した時期を過ぎた公表")
    b3.go(missed)
    assert b3.reads("合意した時期を過ぎました。この合意では公表できません。") and b3.offers("変更を提案する")
    assert not b3.offers("行事の終了を記録する")
    b3.go(f"{missed}/channels/2/publish")
    b3.fill(published_on="2025/10/11", published_at="0:20", url="https://example.jp/news", text_was="agreed")
    b3.press("公表を記録する")
    assert b3.reads("合意した時期を過ぎました。この合意では公表できません。")


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
    assert a2.reads(
        "%(parties)sの同意を待っています。", parties=edition.party(edition.party_keys[1]).defined_as[language]
    )
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
