"""Advice in a real browser, in both languages: wrong advice corrected (S8), a proposal stamped secret (S13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.advice.models import AdviceTaking
from tests.chromium.person import Person
from tests.conftest import House
from tests.makers.activities import edition_of, tabled_proposal
from tests.makers.advice import term_of

pytestmark = pytest.mark.browser
languages = pytest.mark.parametrize("language", ["ja", "en"])


def sides(house: House) -> tuple[Any, Any, Any]:
    """The edition, who gives advice under its term, and who receives it."""
    term = term_of(house)
    return edition_of(house), house.people[term.giver], house.people[term.receiver]


def typed(who: Person, giver: str, receiver: str, **more: str) -> Person:
    """An entry typed as a person does, and saved as a draft."""
    words = {
        "title": "利用の記録が置かれる場所", "direction": f"{giver}.{receiver}", "kind": "advice",
        "adviser": "公共営業本部 御堂", "recipient": "戦略企画課 府見", "given_on": "R7.9.30", "medium": "meeting",
        "content": "## 助言\n\n既定では**国内**に置かれます。", "basis": "requested", "marking": "open",
    }  # fmt: skip
    return who.fill(**(words | more)).press("保存して確かめる")


@languages
def test_s8_wrong_advice_is_corrected_and_whoever_relied_on_it_is_told(
    served: House, sit_down: Callable[..., Person], language: str
) -> None:
    """S8: recorded as received, confirmed, adopted, cited, found wrong, corrected; nothing is deleted or rated."""
    edition, giver, receiver = sides(served)
    tabled_proposal(served, served.people)
    a1 = sit_down(receiver.drafter, language=language)
    b1 = sit_down(giver.drafter, language=language, width=360)
    clauses = [
        edition.clause(one).text[language] for one in (edition.advice.clause, edition.advice.liability_clause)
    ]

    a1.go("/advice").press("助言・支援を記録する")
    typed(a1, giver.party, receiver.party, activity="ACT-0001")
    assert all(clause in a1.words for clause in clauses)
    a1.page.locator("input[type=file]").set_input_files(
        {"name": "打合せの控え.txt", "mimeType": "text/plain", "buffer": "控え".encode()}
    )
    a1.press("資料に加える").press("この内容で記録し、相手方に確認を求める")
    path = a1.path
    assert all(clause in a1.words for clause in clauses)

    b1.go("/")
    assert "利用の記録が置かれる場所" in b1.words
    b1.go(path)
    with b1.page.expect_download() as taken:
        b1.page.locator("form[action*='/files/'] button").click()
    assert taken.value.suggested_filename == "打合せの控え.txt"
    with served.read() as session:
        assert session.scalars(select(AdviceTaking.party)).all() == [giver.party]
    b1.fill(is_same="yes").press("回答を記録する")
    assert b1.reads("両者が同じ内容と確認")

    a1.go(path).press("取扱いを記録する", within="details")
    a1.fill(result="adopted", checked_by="府見", decision="生成AI利用ガイドライン（見本）", procurement="no")
    a1.press("取扱いを記録し、相手方に知らせる")
    a1.press("引用している文書を結び付ける", within="details:has(form[action$='/links'])")
    a1.fill(document="ACT-0001").press("結び付ける", within="form[action$='/links']")
    assert "生成AI利用ガイドライン（見本）" in a1.words
    b1.go(path)
    assert "ガイドライン" not in b1.words and b1.reads("採用")

    b1.press("訂正を起案する")
    b1.fill(reason="説明に誤りがあったため。", content="置き場所を選んだときだけ国内です。").press(
        "保存して確かめる"
    )
    b1.press("この内容で記録し、相手方に確認を求める")
    later = b1.path
    assert all(clause in b1.words for clause in clauses)

    a1.go("/")
    assert a1.reads("訂正された助言・支援で、あなたが確認・取扱い・ダウンロード・引用したもの")
    for place in (path, "/advice", "/activities"):
        a1.go(place)
        if place == "/activities":
            a1.page.locator("main table a").first.click()
            a1.page.wait_for_load_state("load")
            a1.look()
        assert a1.reads("%(reference)sで訂正あり", reference="ADV-0002"), place
    a1.go(path)
    assert a1.reads("この助言・支援は訂正されています。根拠にした決定・文書を見直してください。")
    a1.go(later).press("訂正を読みました")
    a1.fill(is_same="yes").press("回答を記録する")
    a1.go("/")
    assert not a1.reads("訂正された助言・支援で、あなたが確認・取扱い・ダウンロード・引用したもの")

    a1.go("/advice/new")
    typed(a1, receiver.party, giver.party, title="手続の説明").press("この内容で記録し、相手方に確認を求める")
    assert not any(clause in a1.words for clause in clauses), "never in the other direction"


@languages
def test_s13_a_volunteered_proposal_stamped_secret(
    served: House, sit_down: Callable[..., Person], language: str
) -> None:
    """S13: the exclusion is quoted with what may be done; without the mark it is a plain entry; insisted on, it is to
    be discussed, and no auditor reads it."""
    edition, giver, receiver = sides(served)
    clause = edition.volunteered.text[language]
    b1 = sit_down(giver.drafter, language=language, width=360)
    b1.go("/advice/new")
    typed(
        b1, giver.party, receiver.party, title="電話の窓口の改善の提案", basis="volunteered", marking="secret"
    )
    assert clause in b1.words
    b1.press("秘密の表示なしに改めて記録する").fill(marking="open").press("保存して確かめる")
    assert clause not in b1.words
    b1.press("この内容で記録し、相手方に確認を求める")
    assert not b1.reads("秘密の表示あり（要協議）")

    b1.go("/advice/new")
    typed(b1, giver.party, receiver.party, title="別の改善の提案", basis="volunteered", marking="secret")
    assert b1.offers("秘密にしたい資料を外し、相手方が求めてから渡す（求めがあったことを先に記録する）")
    b1.press("この内容で記録し、相手方に確認を求める")
    assert b1.reads("秘密の表示あり（要協議）") and clause in b1.words
    path = b1.path
    a1 = sit_down(receiver.drafter, language=language)
    a1.go(path)
    assert a1.reads("秘密の表示あり（要協議）") and "別の改善の提案" in a1.words
    assert "別の改善の提案" not in a1.page.title()
    auditor = sit_down(served.people.auditor, language=language)
    auditor.go(path)
    assert "別の改善の提案" not in auditor.words
    assert auditor.reads(
        "秘密の表示があるため、内容と資料は、行った側と受けた側の職員・社員だけが見られます。"
    )
