"""Two revisions are compared to the character, and what is shown adds up to both of them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.compare import (
    CHARACTERS,
    FieldChange,
    Item,
    Kind,
    Line,
    Segment,
    Value,
    compare_fields,
    compare_texts,
    is_beyond_comparing,
)

SAME, ADDED, REMOVED, CHANGED = Kind.SAME, Kind.ADDED, Kind.REMOVED, Kind.CHANGED

JAPANESE = st.text(
    "甲乙は、研修の実施時期を10月11日ＡＩAiクラウド辻\U000e0100\u3099\u200b\u202e \n", max_size=80
)
ANY_TEXT = st.one_of(JAPANESE, st.text(max_size=60))


def old_of(lines: list[Line]) -> str:
    return "\n".join(line.old for line in lines if line.old_number is not None)


def new_of(lines: list[Line]) -> str:
    return "\n".join(line.new for line in lines if line.new_number is not None)


def marked(old: str, new: str) -> str:
    """The comparison as a reader would write it: [-gone-] and {+come+}."""
    signs = {SAME: "{}", REMOVED: "[-{}-]", ADDED: "{{+{}+}}"}
    lines = compare_texts(old, new)
    return "\n".join("".join(signs[each.kind].format(each.shown) for each in line.segments) for line in lines)


@given(ANY_TEXT, ANY_TEXT)
def test_what_stayed_and_went_is_the_old_text_and_what_stayed_and_came_the_new(old: str, new: str) -> None:
    lines = compare_texts(old, new)
    assert old_of(lines) == old
    assert new_of(lines) == new


@given(ANY_TEXT, ANY_TEXT)
def test_lines_are_numbered_without_a_gap_and_say_what_became_of_them(old: str, new: str) -> None:
    lines = compare_texts(old, new)
    old_numbers = [line.old_number for line in lines if line.old_number is not None]
    new_numbers = [line.new_number for line in lines if line.new_number is not None]
    assert old_numbers == list(range(1, len(old_numbers) + 1))
    assert new_numbers == list(range(1, len(new_numbers) + 1))
    for line in lines:
        kinds = {segment.kind for segment in line.segments}
        if line.kind is CHANGED:
            assert kinds & {ADDED, REMOVED}
        else:
            assert kinds == {line.kind}
        assert (line.old_number is None) == (line.kind is ADDED)
        assert (line.new_number is None) == (line.kind is REMOVED)


@given(ANY_TEXT)
def test_a_text_compared_with_itself_has_nothing_to_show(text: str) -> None:
    assert {line.kind for line in compare_texts(text, text)} <= {SAME}


@given(ANY_TEXT, ANY_TEXT)
def test_every_difference_is_shown(old: str, new: str) -> None:
    assert any(line.kind is not SAME for line in compare_texts(old, new)) == (old != new)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("実施時期は10月とする。", "実施時期は11月とする。", "実施時期は[-10-]{+11+}月とする。"),
        (
            "クラウドの研修を行う。",
            "セキュリティの研修を行う。",
            "[-クラウド-]{+セキュリティ+}の研修を行う。",
        ),
        ("職員向けAI研修を行う。", "職員向けICT研修を行う。", "職員向け[-AI-]{+ICT+}研修を行う。"),
        ("甲は実施する。", "甲及び乙は実施する。", "甲{+及び乙+}は実施する。"),
        ("甲及び乙は実施する。", "甲は実施する。", "甲[-及び乙-]は実施する。"),
        ("辻さんが説明する。", "辻\U000e0100さんが説明する。", "[-辻-]{+辻\U000e0100+}さんが説明する。"),
        ("かき", "か\u3099き", "[-か-]{+か\u3099+}き"),
        ("", "新しい", "{+新しい+}"),
        ("古い", "", "[-古い-]"),
        ("", "", ""),
        ("一\n二\n三", "一\n三", "一\n[-二-]\n三"),
        ("一\n三", "一\n二\n三", "一\n{+二+}\n三"),
        ("一\n", "一", "一\n[--]"),
    ],
)
def test_a_change_is_marked_as_a_reader_of_japanese_would(old: str, new: str, shown: str) -> None:
    assert marked(old, new) == shown


def test_lines_that_are_still_the_same_line_stand_together_whatever_came_between() -> None:
    old = "実施時期は令和7年10月とする。\n場所は府庁とする。"
    new = "目的は次による。\n実施時期は令和7年11月とする。\n費用は各自が負担する。\n場所は府庁本館とする。"
    kinds = [line.kind for line in compare_texts(old, new)]
    assert kinds == [ADDED, CHANGED, ADDED, CHANGED]


def test_characters_alike_by_chance_do_not_split_a_change() -> None:
    lines = compare_texts("甲は府民の意見を聴く。", "甲は職員の研修を行う。")
    assert sum(segment.kind is REMOVED for line in lines for segment in line.segments) <= 2


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\u2066", "\ue000", "\U000e0041"])
def test_an_invisible_change_can_be_seen(character: str) -> None:
    """row 75"""
    assert f"{{+[U+{ord(character):04X}]" in marked("甲乙", f"甲{character}乙")


def test_beyond_the_cap_everything_is_replaced_and_it_says_so() -> None:
    """row 67"""
    old, new = "あ\n" * (CHARACTERS // 2), "い" + "あ\n" * 3
    assert is_beyond_comparing(old, new)
    lines = compare_texts(old, new)
    assert {line.kind for line in lines} == {REMOVED, ADDED}
    assert (old_of(lines), new_of(lines)) == (old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("あ" * 400_000, "い" * 400_000),
        ("あい" * 200_000, "いあ" * 200_000),
        (
            "".join(chr(0x4E00 + i % 7) for i in range(300_000)),
            "".join(chr(0x4E00 + i % 5) for i in range(300_000)),
        ),
        ("あ\n" * 200_000, "い\n" * 200_000),
        ("あ\nい\n" * 60_000, "い\nう\n" * 60_000),
        ("\n" * 400_000, "\n" * 300_000),
        ("\n".join(str(i) for i in range(40_000)), "\n".join(str(i * 3) for i in range(40_000))),
        ("あ" * 20_000, "あい" * 10_000),
        ("0" * 400_000, "1" * 400_000),
    ],
    ids=range(9),
)
def test_large_and_awkward_texts_are_compared_in_bounded_work(old: str, new: str) -> None:
    """row 67: a passage that is too much is replaced as a whole; nothing is lost."""
    assert not is_beyond_comparing(old, new)
    lines = compare_texts(old, new)
    assert (old_of(lines), new_of(lines)) == (old, new)


def test_fields_are_compared_each_after_its_kind() -> None:
    old: dict[str, Value] = {
        "title": "研修10回",
        "items": ["1", "2"],
        "starts_on": dt.date(2025, 10, 1),
        "place": None,
        "cost": "各自",
        "count": 1,
        "gone": "x",
    }
    new: dict[str, Value] = {
        "title": "研修12回",
        "items": ["2", "3"],
        "starts_on": dt.date(2025, 11, 1),
        "place": "府庁",
        "cost": "各自",
        "count": True,
    }
    changes = {change.key: change for change in compare_fields(old, new)}
    assert list(changes) == ["title", "items", "starts_on", "place", "cost", "count", "gone"]
    assert changes["title"].kind is CHANGED
    assert changes["title"].lines[0].segments == (
        Segment(SAME, "研修"), Segment(REMOVED, "10"), Segment(ADDED, "12"), Segment(SAME, "回"),
    )  # fmt: skip
    assert changes["items"].items == (Item(REMOVED, "1"), Item(SAME, "2"), Item(ADDED, "3"))
    assert changes["starts_on"] == FieldChange(
        "starts_on", CHANGED, dt.date(2025, 10, 1), dt.date(2025, 11, 1)
    )
    assert changes["place"].kind is ADDED
    assert changes["cost"].kind is SAME
    assert changes["count"].kind is CHANGED
    assert changes["gone"].kind is REMOVED


@pytest.mark.parametrize("empty", [None, "", [], ()])
@pytest.mark.parametrize("other", [None, "", [], ()])
def test_nothing_is_nothing_however_it_is_written(empty: Value, other: Value) -> None:
    assert [change.kind for change in compare_fields({"place": empty}, {"place": other})] == [SAME]
    assert [change.kind for change in compare_fields({}, {"place": other})] == [SAME]


VALUES = st.one_of(
    st.none(), st.integers(-3, 3), st.booleans(), st.text("あいう\n", max_size=5), st.dates(),
    st.lists(st.sampled_from(["1", "2", "3"]), max_size=4),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from("abc"), VALUES), st.dictionaries(st.sampled_from("abc"), VALUES))
def test_fields_add_up_to_both_sides(old: dict[str, Value], new: dict[str, Value]) -> None:
    changes = compare_fields(old, new)
    assert {change.key for change in changes} == {*old, *new}
    for change in changes:
        assert change.old == old.get(change.key)
        assert change.new == new.get(change.key)
        if change.lines:
            assert old_of(list(change.lines)) == (change.old or "")
            assert new_of(list(change.lines)) == (change.new or "")
        if isinstance(change.old, list) and isinstance(change.new, list):
            assert [item.value for item in change.items if item.kind is not ADDED] == change.old
            assert [item.value for item in change.items if item.kind is not REMOVED] == change.new
