"""What a proposal makes of the text: a whole agreement again, or a refusal beside the very row it concerns (R3-1, R3-5)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from portal.agreement.difference import differences, marked, side
from portal.agreement.figures import Figure, figures
from portal.agreement.text import FOUNDING_FILE, texts_of
from portal.amendments import rules
from portal.amendments.wording import Base, Wanted, choosable, deletable, replaceable, with_items, written
from portal.kernel.errors import RuleBroken
from tests.makers.agreements import THREE

BASES = {
    "founding": Base(1, *texts_of(FOUNDING_FILE), dt.date(2023, 9, 7)),
    "three": Base(
        1, THREE.read_text("utf-8"), THREE.with_name("kyogikai.portal.yaml").read_text("utf-8"), None
    ),
}


@pytest.fixture(params=list(BASES))
def base(request) -> Base:
    """Each of two agreements that have nothing in common."""
    return BASES[request.param]


def replace(id: str, ja: str, en: str = "") -> tuple[str, ...]:
    return ("replace", id, ja, en)


def refused(base: Base, wanted: Wanted) -> dict[str | None, type]:
    """What stands against it, by the field it stands beside."""
    with pytest.raises(RuleBroken) as broken:
        written(base, wanted)
    return {one.field: type(one) for one in broken.value.each}


def test_a_clause_can_be_worded_otherwise_and_nothing_else_changes(base):
    """One clause at a time, from all over the text: only the passage it stands in differs, and the edition counts on."""
    for id in replaceable(base.edition)[::6]:
        clause = base.edition.clause(id)
        made = written(base, Wanted((replace(id, f"{clause.text.ja}なお、これを改める。"),)))
        assert made.edition.clause(id).text.ja == f"{clause.text.ja}なお、これを改める。"
        found = differences(base.edition, made.edition)
        assert [one.id for one in found] == [next(one for one in passages_of(base.edition, id))], id
        assert made.edition.version == base.edition.version + 1
        assert figures(made.edition) == figures(base.edition)
        assert list(made.edition.clauses) == list(base.edition.clauses)
        assert re.search("to follow", made.edition.clause(id).text.en), (
            "old English is never shown for new words"
        )


def passages_of(edition, id: str):
    """The id of the passage in which a clause stands."""
    for article in edition.articles:
        for paragraph in article.paragraphs:
            if id in {paragraph.id, *edition.parts_of(paragraph.id)}:
                yield paragraph.id
    yield id


def test_a_clause_taken_out_keeps_its_number_so_that_no_other_is_called_otherwise(base):
    """R3-5: records cite clauses; a number is never given to another clause."""
    for id in deletable(base.edition)[::5]:
        try:
            made = written(base, Wanted((("delete", id, "", ""),)))
        except RuleBroken as broken:
            kinds = {type(one) for one in broken.each}
            assert kinds <= {
                rules.StandsOnWhatIsDeleted,
                rules.NoMatterLeft,
                rules.NothingSurvives,
                rules.NotAWholeEdition,
            }
            continue
        before = {one.id: one.label for one in base.edition.articles}
        assert {one.id: one.label for one in made.edition.articles} == before, id
        assert differences(base.edition, made.edition), id


def test_what_the_portal_reckons_with_does_not_lose_its_clause(base):
    """The clause of the term cannot go; a figure whose clause goes is moved or dropped with it."""
    term = base.edition.clause_of("term").id
    article = base.edition.clause(term).article_id
    found = refused(base, Wanted((("delete", article, "", ""),)))
    assert rules.StandsOnWhatIsDeleted in found.values()


def test_only_what_can_be_chosen_is_offered_and_each_only_once(base):
    """No two boxes on the form have the same words."""
    code, ids = "ja", choosable(base.edition)
    words = [(base.edition.clause(id).label[code], id in set(replaceable(base.edition))) for id in ids]
    assert len(set(words)) == len(words)
    assert set(replaceable(base.edition)) <= set(ids)


def test_additions_go_on_as_the_text_does_and_take_no_number_that_is_taken(base):
    """A paragraph, an item, an article: label, number and id follow the last one's."""
    edition = base.edition
    article, items = edition.articles[0], with_items(edition)[0]
    last = edition.articles[-1]
    scope = "agreement_of_all_parties"
    made = written(
        base,
        Wanted(
            additions=(
                ("paragraph", article.id, "", "", "項を加える。", "A paragraph is added.", ""),
                ("item", items, "", "", "加えた事項", "an added matter", scope),
                ("article", "", "雑則", "Miscellaneous", "一つ目の項。\n二つ目の項。", "First.\nSecond.", ""),
            )
        ),
    ).edition
    added = made.articles[0].paragraphs[-1]
    assert (added.number, added.text.ja) == (len(article.paragraphs) + 1, "項を加える。")
    item = next(one for a in made.articles for p in a.paragraphs if p.id == items for one in p.items[-1:])
    assert item.text.ja == "加えた事項" and item.label.ja not in {
        one.label.ja for a in edition.articles for p in a.paragraphs if p.id == items for one in p.items
    }
    new = made.articles[-1]
    assert new.number == last.number + 1 and new.caption.ja == "（雑則）"
    assert new.label.ja != last.label.ja and [one.text.ja for one in new.paragraphs] == [
        "一つ目の項。",
        "二つ目の項。",
    ]
    assert [one.text.en for one in new.paragraphs] == ["First.", "Second."]
    if items in {edition.clause(one.key).id.rpartition(".")[0] for one in edition.scope_items}:
        assert made.scope_items[-1].key == item.id


@pytest.mark.parametrize(
    ("rows", "field", "refusal"),
    [
        ({"changes": (("replace", "{publicity}", "", ""),)}, "changes:{publicity}", rules.NoWords),
        ({"changes": (("replace", "{publicity}", "{words}", "{english}"),)}, "changes:{publicity}", rules.SameWords),
        ({"changes": (("", "{publicity}", "x", ""),)}, "changes:{publicity}", rules.NotSaidHow),
        ({"changes": (("replace", "nowhere", "x", ""),)}, "changes:nowhere", rules.NoSuchClause),
        ({"changes": (("delete", "{preamble}", "", ""),)}, "changes:{preamble}", rules.NotDeletable),
        ({"changes": (("replace", "{article}", "x", ""),)}, "changes:{article}", rules.OnlyDeletable),
        (
            {"changes": (("delete", "{article}", "", ""), ("replace", "{publicity}", "x", ""))},
            "changes:{publicity}",
            rules.ChangedTwice,
        ),
        ({"additions": (("article", "", "", "", "見出しのない条", "", ""),)}, "additions:1", rules.AdditionUnfinished),
        ({"additions": (("item", "{publicity}", "", "", "号", "", ""),)}, "additions:1", rules.NoPlaceForIt),
        ({"additions": (("paragraph", "nowhere", "", "", "項", "", ""),)}, "additions:1", rules.NoPlaceForIt),
        ({"figures": ((Figure.TERM, "P0D"),)}, f"figures:{Figure.TERM}", rules.PeriodUnreadable),
        ({"figures": ((Figure.TERM, "ながく"),)}, f"figures:{Figure.TERM}", rules.PeriodUnreadable),
        ({"figures": (("term", "none"),)}, "figures:term", rules.CannotBeDropped),
        ({"figures": ((Figure.FIXED_END, "来年"),)}, f"figures:{Figure.FIXED_END}", rules.DayUnreadable),
        ({}, "clauses", rules.NothingChanged),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_refused_beside_its_row(base, rows, field, refusal):
    """R3-1: each refusal knows where it belongs."""
    edition = base.edition
    clause = edition.clause_of("publicity")
    known = {
        "publicity": clause.id, "words": clause.text.ja, "english": clause.text.en, "article": clause.article_id,
        "preamble": edition.preamble.id,
    }  # fmt: skip
    filled: Any = {
        name: tuple(tuple(str(part).format(**known) for part in row) for row in given)
        for name, given in rows.items()
    }
    assert refused(base, Wanted(**filled)).get(field.format(**known)) is refusal


def test_many_refusals_are_told_together():
    """Whoever mends a proposal sees everything at once."""
    base = BASES["founding"]
    first, second = replaceable(base.edition)[1:3]
    found = refused(
        base, Wanted((replace(first, ""), replace(second, "")), (("item", "x", "", "", "y", "", ""),))
    )
    assert set(found) == {f"changes:{first}", f"changes:{second}", "additions:1"}


def test_a_last_day_given_to_the_running_term_and_another_length_keep_what_has_begun(base):
    """Art3, art4: lengths change from the next term on."""
    made = written(base, Wanted(figures=((Figure.TERM, "P5Y"),)))
    assert made.edition.term_length_months == 60
    assert made.edition.lengths[-2].months == base.edition.term_length_months


def test_words_that_would_break_the_file_are_words(base):
    """Row 70: YAML, template and line noise inside a clause are kept as they are, on one line."""
    id = base.edition.clause_of("publicity").id
    for words in (
        "- {a: [b]}: 'x' # y",
        "{{ 7*7 }}{% raw %}",
        '"\\n" & *ref !!python/object',
        "本文：第１条\n\n　第２条",
    ):
        made = written(base, Wanted((replace(id, words),)))
        assert made.edition.clause(id).text.ja == "".join(
            one.strip(" \t\u3000") for one in words.splitlines()
        )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("２　乙は責任を負わない。", "２　削除"),
        ("第一の行\n第二の行\n第三の行", "第一の行\n\nまったく別のもの"),
        ("一\n\n三", "一\n\n四"),
        ("", "加わる。"),
        ("なくなる。", ""),
    ],
)
def test_each_side_of_the_table_is_that_text_and_leaves_no_empty_line_of_the_other(old, new):
    segments = marked(old, new)
    assert "".join(words for _, words in side(segments, "delete")) == old
    assert "".join(words for _, words in side(segments, "insert")) == new
