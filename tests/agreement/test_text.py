"""The agreement's file is read strictly, its Japanese is the signed text, its clauses are cited by key."""

import hashlib
import shutil
import subprocess
from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.agreement.text import (
    FOUNDING_FILE,
    AgreementFileBroken,
    CitedClause,
    InScopeBy,
    Originals,
    Renewal,
    StatedDates,
    UnknownClause,
    edition_digest,
    months_of,
    portal_file_beside,
    read_edition,
    texts_of,
)
from portal.kernel.periods import Conventions, HolidayShift, TakesEffect

HERE = Path(__file__).parent
KYOGIKAI_FILE = HERE.parent / "agreements" / "kyogikai.yaml"
SIGNED_SHA256 = "a360e14fc37b779d7c245de1edd55c8b7892b4e6719b30e458aff252c6bc9ab0"
FILE_SHA256 = "eeb8413c13986b19626db7f8a601c7bbeb9503e71fbd1d65d728292e6e4eb741"
FOUNDING_TEXT, FOUNDING_SETTINGS = texts_of(FOUNDING_FILE)


@pytest.fixture
def founding():
    return read_edition(FOUNDING_TEXT, FOUNDING_SETTINGS)


@pytest.fixture
def kyogikai():
    return read_edition(*texts_of(KYOGIKAI_FILE))


# ------------------------------------------------------------------------------- the signed text


def signed_text():
    """The signed text as it was copied out by hand, one piece a line."""
    return (HERE / "signed_text.txt").read_text(encoding="utf-8").replace("\n", "")


def walked(data):
    """The Japanese in the order the file's own head describes, walked without the portal's reader."""
    pieces = [data["meta"]["title"]["ja"], data["preamble"]["ja"]]
    for article in data["articles"]:
        pieces += [article["caption"]["ja"], article["label"]["ja"]]
        for paragraph in article["paragraphs"]:
            pieces += [paragraph["label"]["ja"], paragraph["ja"]]
            for item in paragraph.get("items", []):
                pieces += [item["label"]["ja"], item["ja"], item.get("after", "")]
            pieces.append(paragraph.get("tail", {}).get("ja", ""))
    return "".join([*pieces, data["closing"]["ja"]])


def test_the_japanese_is_character_for_character_the_signed_text(founding):
    text = founding.japanese_text()
    assert text == signed_text()
    assert text == walked(yaml.safe_load(FOUNDING_TEXT))
    assert hashlib.sha256(text.encode()).hexdigest() == SIGNED_SHA256


def test_the_agreement_file_is_the_one_that_was_given():
    assert hashlib.sha256(FOUNDING_FILE.read_bytes()).hexdigest() == FILE_SHA256


@pytest.mark.parametrize(
    "sentence",
    [
        "甲乙協議の上、前条の目的を達成するため、次の事項について連携し協力する。"
        "（１）甲の推進するスマートシティ関連施策における生成AIの利活用に関すること"
        "（２）甲のAI利活用人材の育成に関すること（３）その他甲の推進する施策について、両者が合意したもの",
        "その内容、時期及び方法等について合意したうえで、これを行うものとする。（秘密保持）第７条本条において、",
        "秘密情報には、(1)本協定に違反することなく公知となった情報、(2)受領当事者が秘密保持義務を負うことなく、"
        "合法的に別の情報提供者から受領した情報、(3)受領当事者が独自に開発した情報、又は、(4)当事者の一方が"
        "他方当事者の業務、製品若しくはサービスに関して自発的に提供した意見・提案は、含まれないものとする。２甲及び乙は、",
        "解約予定日の１か月前までに書面によって相手方に通知することにより、本協定を解約できるものとする。",
    ],
)
def test_known_passages_stand_in_the_text_without_a_break(founding, sentence):
    assert sentence in founding.japanese_text()


def test_the_text_has_nine_articles_and_every_part_of_it_can_be_cited_once(founding):
    assert [article.number for article in founding.articles] == list(range(1, 10))
    assert len(founding.clauses) == len(set(founding.clauses)) == 45
    assert list(founding.clauses)[0] == "preamble" and list(founding.clauses)[-1] == "closing"
    assert all(clause.text.ja and clause.text.en for clause in founding.clauses.values())


# ------------------------------------------------------------------------------- citing


@pytest.mark.parametrize(
    ("id", "ja", "en"),
    [
        ("art6.2", "第６条第２項", "Article 6, paragraph 2"),
        ("art2.1.iii", "第２条第１項（３）", "Article 2(1)(3)"),
        ("art3", "第３条", "Article 3"),
        ("art3.1", "第３条", "Article 3"),
        ("art4.1.s2", "第４条第１項後段", "Article 4, paragraph 1, second sentence"),
        ("art7.2.s2", "第７条第２項中段", "Article 7, paragraph 2, second sentence"),
        ("art9.1.s1", "第９条前段", "Article 9, first sentence"),
        ("preamble", "前文", "Preamble"),
        ("closing", "末文", "Closing"),
    ],
)
def test_a_clause_is_named_in_both_languages(founding, id, ja, en):
    clause = founding.clause(id)
    assert (clause.label.ja, clause.label.en) == (ja, en)
    assert clause.anchor == id and clause.href == f"/agreement#{id}"


def test_a_clause_is_cited_by_key_in_the_language_of_the_reader(founding):
    cited = founding.cite("publicity", "ja")
    assert cited == CitedClause("第６条第２項", "/agreement#art6.2", "art6.2", "（確認事項）")
    assert founding.cite("publicity", "en").label == "Article 6, paragraph 2"
    assert founding.cite_clause("art8.2", "en").label == "Article 8, paragraph 2"


KEYS = """
purpose consultation scope particulars amendment term renewal non_renewal termination after_end
survival no_commitment publicity confidentiality confidentiality.definition
confidentiality.exclusions confidentiality.representatives confidentiality.misuse_notice
confidentiality.compelled confidentiality.duration advice advice.liability disputes
disputes.consultation disputes.court disputes.governing_law
""".split()


@pytest.mark.parametrize("key", KEYS)
def test_every_key_cites_a_clause_of_the_founding_agreement(founding, key):
    assert founding.has_clause(key)
    assert founding.clause_of(key).id in founding.clauses
    assert founding.cite(key, "ja").label.startswith("第")
    assert founding.cite(key, "en").label.startswith("Article")


@pytest.mark.parametrize(
    ("key", "id"),
    [
        ("purpose", "art1"),
        ("consultation", "art2.1"),
        ("scope", "art2.1"),
        ("term", "art4.1.s1"),
        ("confidentiality", "art7"),
        ("confidentiality.exclusions", "art7.1"),
        ("advice", "art8.1"),
        ("advice.liability", "art8.2"),
        ("disputes", "art9.1"),
    ],
)
def test_a_key_without_a_clause_of_its_own_cites_what_holds_all_its_clauses(founding, key, id):
    assert founding.clause_of(key).id == id


def test_the_same_keys_cite_other_clauses_of_another_agreement(kyogikai):
    assert set(KEYS) - {"non_renewal"} <= set(kyogikai.clause_keys)
    assert kyogikai.cite("publicity", "ja").label == "第八条"
    assert kyogikai.cite("scope", "en").href == "/agreement#c3.1"
    assert kyogikai.cite("purpose", "ja").id == "c2.1"
    assert kyogikai.cite("consultation", "ja").label == "第四条第一項"
    assert kyogikai.clause("c3.1.d").label.ja == "第三条四"
    assert kyogikai.clause("c11.2").label.ja == "第十一条第二項"
    assert kyogikai.cite("confidentiality", "en").label == "Article 9"
    assert not kyogikai.has_clause("non_renewal")


def test_an_unknown_key_is_told_and_not_guessed(founding):
    for attempt in (
        lambda: founding.cite("purchase", "ja"),
        lambda: founding.clause("art10"),
        lambda: founding.scope_item("art2.2"),
        lambda: founding.article_of("art10"),
    ):
        with pytest.raises(UnknownClause):
            attempt()


def test_a_clause_knows_its_article_and_its_notes(founding):
    assert founding.article_of("art7.1.iv").number == 7
    assert founding.article_of("preamble") is None
    assert [note.clause for note in founding.notes_on("art5.1")] == ["art5.1"]
    assert founding.notes_on("art1") == ()


# ------------------------------------------------------------------------------- parties and terms


def test_the_parties_are_data_in_the_order_of_the_text(founding, kyogikai):
    assert founding.party_keys == ("kou", "otsu")
    assert (
        founding.party("kou").defined_as["ja"] == "甲"
        and founding.party("otsu").defined_as["en"] == "Party B"
    )
    assert kyogikai.party_keys == ("shi", "daigaku", "kaisha")
    assert [party.key for party in kyogikai.other_parties("daigaku")] == ["shi", "kaisha"]
    with pytest.raises(KeyError):
        founding.party("hei")


def test_every_matter_of_the_founding_agreement_needs_a_measure_of_the_prefecture(founding):
    items = founding.scope_items
    assert [item.key for item in items] == ["art2.1.i", "art2.1.ii", "art2.1.iii"]
    assert [item.label["ja"] for item in items] == ["（１）", "（２）", "（３）"]
    assert all(item.needs_measure for item in items)
    assert founding.party(founding.measure_of).kind == "prefecture"
    assert [item.needs_agreement for item in items] == [False, False, True]
    assert founding.scope_item("art2.1.iii").in_scope_by is InScopeBy.AGREEMENT_OF_ALL_PARTIES
    assert items[0].ja == "甲の推進するスマートシティ関連施策における生成AIの利活用に関すること"
    assert items[0].en.startswith("matters concerning")
    assert items[2].citation["en"] == "Article 2(1)(3)"


def test_another_agreement_may_ask_for_a_measure_for_some_matters_only(kyogikai):
    assert [item.needs_measure for item in kyogikai.scope_items] == [True, True, False, False]
    assert [item.needs_agreement for item in kyogikai.scope_items] == [False, False, False, True]
    assert kyogikai.measure_of == "shi"


def test_without_settings_no_measure_is_asked_and_the_purpose_is_one():
    edition = read_edition(FOUNDING_TEXT)
    assert edition.measure_of is None and not any(item.needs_measure for item in edition.scope_items)
    assert [purpose.text["ja"] for purpose in edition.purposes] == [edition.clause("art1").text.ja]
    assert edition.closed_days == frozenset()
    assert edition.settings.handback_days == 30
    assert edition.representative_kinds == ("staff", "affiliate", "contractor", "advisor", "consultant")


@pytest.mark.parametrize("file", [FOUNDING_FILE, KYOGIKAI_FILE], ids=["founding", "kyogikai"])
def test_the_purposes_told_apart_are_quoted_from_the_purpose_clause(file):
    edition = read_edition(*texts_of(file))
    assert len(edition.purposes) >= 2
    for purpose in edition.purposes:
        assert purpose.text.ja in edition.clause_of("purpose").text.ja


def test_the_numbers_of_the_founding_agreement_are_data(founding):
    assert founding.dates == StatedDates(None, None, None)
    assert founding.originals == Originals(2, True)
    assert founding.term_length_months == 12
    assert founding.renewal == Renewal("art4.1.s2", automatic=True, months=12, repeats=True)
    assert founding.non_renewal.lead_months == 0 and founding.non_renewal.form == "writing"
    assert founding.termination.lead_months == 1
    assert founding.survival.months == 12
    assert founding.survival.provisions == ("art5", "art7", "art8.2", "art9")
    assert founding.confidentiality_months == 60
    assert (founding.advice.giver, founding.advice.receiver) == ("otsu", "kou")
    assert founding.advice.liability_clause == "art8.2" and not founding.advice.accuracy_warranted
    assert founding.meeting_months is None
    assert founding.conventions == Conventions()
    assert founding.terms["publicity"]["covers"] == ("content", "timing", "method", "other")


def test_the_numbers_of_another_agreement_are_other_data(kyogikai):
    assert kyogikai.dates == StatedDates(None, date(2025, 4, 1), date(2028, 3, 31))
    assert kyogikai.originals == Originals(3, True)
    assert kyogikai.term_length_months == 36
    assert kyogikai.renewal == Renewal("c5.2.x", automatic=False, months=36, repeats=False)
    assert kyogikai.non_renewal is None
    assert kyogikai.termination.lead_months == 3
    assert kyogikai.survival.months == 24 and kyogikai.confidentiality_months == 36
    assert (kyogikai.advice.giver, kyogikai.advice.receiver) == ("kaisha", "shi")
    assert kyogikai.meeting_months == 3
    assert kyogikai.closed_days == {date(2026, 11, 2), date(2027, 6, 1)}
    assert kyogikai.settings.handback_days == 45
    assert kyogikai.representative_kinds == ("staff", "contractor")
    assert kyogikai.settings.prefixes == {"activity_proposal": "HOSHI", "advice": "JOGEN"}
    assert kyogikai.volunteered is None
    assert kyogikai.conventions == Conventions(
        count_first_day=False,
        backward_count_first_day=True,
        takes_effect=TakesEffect.START_OF_PLANNED_DATE,
        holiday_shift=HolidayShift.NEXT,
    )


def test_what_is_volunteered_is_excluded_by_the_clause_the_settings_name(founding):
    """R8-1; T9: the exclusion of opinions and proposals that were volunteered is data."""
    assert founding.volunteered.id in founding.terms["confidentiality"]["exclusions"]
    assert "自発的" in founding.volunteered.text.ja


def test_periods_are_months():
    assert [months_of(period) for period in ("P1Y", "P1M", "P5Y", "P0D", "P1Y6M")] == [12, 1, 60, 0, 18]
    for wrong in ("P", "1Y", "P1D", "P2W", "", "PT1H", "P-1M"):
        with pytest.raises(ValueError, match="no period"):
            months_of(wrong)


def test_an_edition_cannot_be_changed(founding):
    with pytest.raises(FrozenInstanceError):
        founding.title = "another"
    with pytest.raises(TypeError):
        founding.terms["publicity"] = {}
    with pytest.raises(TypeError):
        founding.terms["term"]["length"] = "P2Y"


# ------------------------------------------------------------------------------- digests


def test_the_digest_can_be_reckoned_with_sha256sum_alone(founding, tmp_path):
    tool = shutil.which("sha256sum")
    assert tool, "every Debian has sha256sum"
    folder = FOUNDING_FILE.parent
    lines = subprocess.run(
        [tool, "agreement.yaml", "portal.yaml"], cwd=folder, check=True, capture_output=True
    ).stdout
    assert founding.digest == hashlib.sha256(lines).hexdigest()
    assert founding.text_digest == FILE_SHA256


def test_another_character_anywhere_is_another_edition(founding):
    other = read_edition(FOUNDING_TEXT + "# \n", FOUNDING_SETTINGS)
    assert other.digest != founding.digest and other != founding
    assert read_edition(FOUNDING_TEXT, FOUNDING_SETTINGS + "# \n") != founding
    assert read_edition(FOUNDING_TEXT) != founding
    assert edition_digest(FOUNDING_TEXT, FOUNDING_SETTINGS) == founding.digest
    assert read_edition(FOUNDING_TEXT, FOUNDING_SETTINGS) == founding


def test_the_settings_lie_beside_the_agreement():
    assert portal_file_beside(Path("a/agreement.yaml")) == Path("a/portal.yaml")
    assert portal_file_beside(KYOGIKAI_FILE).name == "kyogikai.portal.yaml"


def test_a_file_that_cannot_be_read_says_so_in_one_line(tmp_path):
    with pytest.raises(AgreementFileBroken, match="nowhere.yaml"):
        texts_of(tmp_path / "nowhere.yaml")
    (tmp_path / "sjis.yaml").write_bytes("協定".encode("cp932"))
    with pytest.raises(AgreementFileBroken, match="sjis.yaml"):
        texts_of(tmp_path / "sjis.yaml")
    (tmp_path / "alone.yaml").write_text("a: 1", encoding="utf-8")
    assert texts_of(tmp_path / "alone.yaml") == ("a: 1", "")


# ------------------------------------------------------------------------------- files that do not hold


def changed(old, new):
    assert FOUNDING_TEXT.count(old) >= 1, old
    return FOUNDING_TEXT.replace(old, new, 1)


FLAWS = {
    "empty": ("", "must be a mapping"),
    "a list": ("- 1\n", "must be a mapping"),
    "no YAML": ("meta: [", "agreement.yaml line"),
    "a tag that would run code": ("meta: !!python/object/apply:os.system [id]\n", "agreement.yaml line 1"),
    "an alias": ("meta: &a {}\nparties: *a\n", "aliases"),
    "a key said twice": ("meta: {}\nmeta: {}\n", "line 2: the key 'meta' stands here twice"),
    "too long": ("#" * 1_000_001, "longer than"),
    "no parties": (changed("\nparties:\n", "\nteams:\n"), "parties is missing"),
    "a wrong party key": (
        changed("- id: otsu\n", "- id: Otsu\n"),
        "parties[1].id: 'Otsu' is no key of a party",
    ),
    "a party key the portal uses": (
        changed("- id: otsu\n", "- id: joint\n"),
        "parties[1].id: 'joint' is a word",
    ),
    "a party twice": (changed("- id: otsu\n", "- id: kou\n"), "the key kou is used twice"),
    "two parties defined alike": (
        changed("ja: 乙, en: Party B", "ja: 甲, en: Party B"),
        "the same word (ja)",
    ),
    "an id twice": (
        changed("- id: art8.2\n", "- id: art8.1\n"),
        "art8.1 is used already at agreement.yaml.articles[7]",
    ),
    "an id that is none": (changed("- id: art8.2\n", "- id: 8.2\n"), "paragraphs[1].id: must be text"),
    "an id with a blank": (changed("- id: art8.2\n", "- id: art 8\n"), "is no id"),
    "an unknown clause": (
        changed("{ clause: art6.1 }", "{ clause: art6.9 }"),
        "no_commitment.clause: points at art6.9",
    ),
    "an unknown provision": (
        changed("art8.2, art9]", "art8.2, art10]"),
        "survival.provisions[3]: points at art10",
    ),
    "an unknown exclusion": (changed("art7.1.iv]", "art7.1.v]"), "points at art7.1.v"),
    "an unknown court": (changed("court: art9.1.s2", "court: art9.2"), "disputes.court: points at art9.2"),
    "a clause missing": (
        changed("{ clause: art6.1 }", "{ closed: art6.1 }"),
        "no_commitment: clause is missing",
    ),
    "an unknown adviser": (
        changed("from: otsu, to: kou", "from: hei, to: kou"),
        "advice.from: 'hei' is no party",
    ),
    "an unknown shield": (changed("excluded_for: otsu", "excluded_for: hei"), "'hei' is no party"),
    "a broken sentence": (
        changed("ja: 本協定は、日本法に準拠する。\n", "ja: 本協定は、日本法による。\n"),
        "sentences: joined they are not the Japanese of art9.1",
    ),
    "a broken translation": (
        changed(
            "            en: This Agreement shall be governed by the laws of Japan.",
            "            en: Governed.",
        ),
        "sentences: joined they are not the English of art9.1",
    ),
    "no scope": (changed("  scope:\n", "  matters:\n"), "terms: scope is missing"),
    "an unknown way into scope": (
        changed("in_scope_by: text", "in_scope_by: luck"),
        "in_scope_by: must be one of text",
    ),
    "a matter twice": (changed("clause: art2.1.ii,", "clause: art2.1.i,"), "scope names one clause twice"),
    "a length that is none": (
        changed("art4.1.s1, length: P1Y", "art4.1.s1, length: a year"),
        "term.length: 'a year'",
    ),
    "a term of no length": (
        changed("art4.1.s1, length: P1Y", "art4.1.s1, length: P0D"),
        "term.length: must be at least",
    ),
    "no length": (changed("art4.1.s1, length: P1Y,", "art4.1.s1,"), "term: length is missing"),
    "a lead in days": (changed("lead: P1M", "lead: P30D"), "termination.lead"),
    "a duty without length": (changed("length: P5Y, ", ""), "duration: length is missing"),
    "another zone": (
        changed("zone: Asia/Tokyo", "zone: Asia/Seoul"),
        "time_conventions.zone: only Asia/Tokyo",
    ),
    "an unknown shift": (
        changed("holiday_shift: none", "holiday_shift: previous"),
        "holiday_shift: must be one of",
    ),
    "a convention that is neither": (
        changed("\n    count_first_day: false", "\n    count_first_day: maybe"),
        "true or false",
    ),
    "an unknown key": (changed("  text_version: 1", "  text_versoin: 1"), "meta: text_version is missing"),
    "one key too many": (
        changed("  text_version: 1", "  colour: red\n  text_version: 1"),
        "meta: colour is not known",
    ),
    "an impossible day": (
        changed("signed_on: null", "signed_on: 2023-02-30"),
        "agreement.yaml line 20: day is out of range",
    ),
    "no day": (changed("signed_on: null", "signed_on: spring"), "dates.signed_on: must be a day"),
    "an end before the start": (
        changed("signed_on: null", "signed_on: 2023-09-07").replace(
            "end_on_fixed: null", "end_on_fixed: 2023-09-06"
        ),
        "end_on_fixed lies before the start",
    ),
    "version nought": (changed("text_version: 1", "text_version: 0"), "must be a whole number from 1"),
    "another authentic language": (
        changed("authentic_language: ja", "authentic_language: en"),
        "only ja is known",
    ),
    "an empty text": (
        changed("ja: 甲のAI利活用人材の育成に関すること", "ja: ''"),
        "items[1].ja: must not be empty",
    ),
    "a text that is a number": (
        changed("ja: 甲のAI利活用人材の育成に関すること", "ja: 2"),
        "items[1].ja: must be text",
    ),
    "articles out of order": (changed("    number: 9\n", "    number: 2\n"), "articles: numbers must rise"),
    "a note on nothing": (changed("  - clause: art5.1\n", "  - clause: art55\n"), "points at art55"),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_file_that_does_not_hold_together_is_refused_with_its_place_in_one_line(flaw):
    text, part_of_the_message = FLAWS[flaw]
    with pytest.raises(AgreementFileBroken) as refused:
        read_edition(text, FOUNDING_SETTINGS)
    message = str(refused.value)
    assert part_of_the_message in message
    assert "\n" not in message and len(message) <= 300


def test_one_party_is_no_agreement():
    data = yaml.safe_load(FOUNDING_TEXT)
    data["parties"] = data["parties"][:1]
    with pytest.raises(AgreementFileBroken, match="parties: needs at least 2, has 1"):
        read_edition(yaml.safe_dump(data, allow_unicode=True))


@pytest.mark.parametrize(
    ("settings_text", "part_of_the_message"),
    [
        ("measure: { of: hei }", "portal.yaml.measure.of: 'hei' is no party"),
        ("measure: { of: kou, items: [art2.2] }", "art2.2 is none of the matters"),
        ("measure: { of: kou, items: [art2.9] }", "points at art2.9"),
        ("purposes: []", "purposes: needs at least 1"),
        ("purposes: [{ key: a, ja: あ, en: a }, { key: a, ja: い, en: b }]", "'a' is no key of its own"),
        ("prefixes: { publicity: pub }", "prefixes.publicity: must be two to six capital letters"),
        ("prefixes: { publicity: PUB, press: PUB }", "PUB is used for two kinds"),
        ("prefixes: []", "must be a mapping"),
        ("handback_days: -1", "handback_days: must be a whole number from 0"),
        ("handback_days: 5000", "handback_days: must be a number of days, 0 to 3650"),
        ("closed_days: [10-01]", "closed_days[0]: must be a day"),
        ("colours: red", "colours is not known here"),
    ],
)
def test_settings_that_do_not_fit_the_agreement_are_refused(settings_text, part_of_the_message):
    with pytest.raises(AgreementFileBroken) as refused:
        read_edition(FOUNDING_TEXT, settings_text)
    assert part_of_the_message in str(refused.value)


def paths_in(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from paths_in(entry, (*path, key))
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield from paths_in(entry, (*path, number))


PATHS = [path for path in paths_in(yaml.safe_load(FOUNDING_TEXT)) if path]


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(PATHS),
    st.sampled_from(
        [None, "", 0, -1, True, [], {}, "x", "art9", ["x"], {"clause": "art1"}, {"clause": 1}, 1.5]
    ),
)
def test_whatever_stands_in_any_place_is_read_or_refused_in_one_line(path, value):
    data = yaml.safe_load(FOUNDING_TEXT)
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    try:
        edition = read_edition(yaml.safe_dump(data, allow_unicode=True), FOUNDING_SETTINGS)
    except AgreementFileBroken as refused:
        assert "\n" not in str(refused)
        return
    for key in edition.clause_keys:
        assert edition.cite(key, "ja").label
    assert edition.scope_items and edition.purposes and edition.term_length_months
    assert edition.renewal.months and edition.conventions.takes_effect
    for notice in (edition.non_renewal, edition.termination):
        assert notice is None or (notice.lead_months >= 0 and notice.form)
    assert edition.survival is None or edition.survival.provisions
    assert edition.advice is None or edition.advice.giver in edition.party_keys
    assert edition.confidentiality_months is None or edition.confidentiality_months > 0
    assert edition.japanese_text()
