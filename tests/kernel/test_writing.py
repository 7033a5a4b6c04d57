"""Markdown as text on a paper: what it says, without the marks it was typed with."""

from __future__ import annotations

import pytest

from portal.kernel.writing import on_paper


def text(source: str) -> str:
    return "".join(words for words, _ in on_paper(source))


def strong(source: str) -> list[str]:
    return [words for words, mark in on_paper(source) if mark == "strong"]


def test_headings_and_emphasis_are_bold_and_no_mark_is_left():
    source = "# 見出し\n\n段落の**太い**字。\n二行目。\n\n## 次\n終わり"
    assert text(source) == "見出し\n\n段落の太い字。\n二行目。\n\n次\n\n終わり"
    assert strong(source) == ["見出し", "太い", "次"]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("- 一つ目\n- 二つ目", "・一つ目\n・二つ目"),
        ("3. 三つ目\n4. 四つ目", "3. 三つ目\n4. 四つ目"),
        ("- 外\n    1. 内の一\n    2. 内の二\n- 外の次", "・外\n　1. 内の一\n　2. 内の二\n・外の次"),
        ("- 一段目\n\n    続きの段落\n\n- 次", "・一段目\n　続きの段落\n・次"),
        ("> 引用。\n> 続き。", "　引用。\n　続き。"),
        ("|甲|乙|\n|---|---|\n|1|2|", "甲｜乙\n1｜2"),
        ("[府](https://example.jp/a)と<https://example.jp/>", "府（https://example.jp/a）とhttps://example.jp/"),
        ("```\n**そのまま**\n  字下げ\n```", "**そのまま**\n  字下げ"),
        ("上\n\n---\n\n下", "上\n\n―――――――――\n\n下"),
        ("用語\n:   説明", "用語\n説明"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("", ""),
    ],
)
def test_each_thing_reads_as_on_the_page(source, shown):
    assert text(source) == shown


def test_what_the_page_shows_as_it_was_typed_is_so_here_too():
    """Row 67: beyond the caps nothing is formatted; nothing is lost."""
    source = "[" * 300
    assert on_paper(source) == [(source, "same")]
