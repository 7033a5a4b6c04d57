"""Both languages are complete: every sentence of the house has English, and no English is left over."""

import ast
import re
import shutil

import pytest
from jinja2 import Environment, nodes

from portal.settings import ROOT
from portal.web import catalogues

HEADER = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def small(tmp_path):
    """A house of one module and one page, with a catalogue to be written."""
    (tmp_path / "portal" / "translations" / "en").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    (tmp_path / "portal" / "views.py").write_text(
        'TITLE = N_("取組")\nsaid = say("%(days)s日後です。", days=3)\nmany = ngettext("%(n)s件", "%(n)s件", n)\n',
        "utf-8",
    )
    (tmp_path / "templates" / "page.html").write_text('<p>{{ _("この版に同意する") }}</p>', "utf-8")

    def write(name, entries):
        (tmp_path / "portal" / "translations" / "en" / name).write_text(HEADER + entries, "utf-8")
        return [str(fault) for fault in catalogues.compare(tmp_path).faults]

    return write


WHOLE = (
    'msgid "取組"\nmsgstr "Activities"\n\n'
    '#, python-format\nmsgid "%(days)s日後です。"\nmsgstr "In %(days)s days."\n\n'
    'msgid "%(n)s件"\nmsgid_plural "%(n)s件"\nmsgstr[0] "One"\nmsgstr[1] "%(n)s of them"\n\n'
    'msgid "この版に同意する"\nmsgstr "Consent to this revision"\n'
)


# --- The house ------------------------------------------------------------------------------------


def test_every_sentence_of_the_house_has_its_english_and_none_is_left_over():
    compared = catalogues.compare()
    assert compared.sentences > 500
    assert [str(fault) for fault in compared.faults] == []


# --- The comparison itself ------------------------------------------------------------------------


def test_complete_catalogues_have_no_fault(small):
    assert small("a.po", WHOLE) == []


def test_a_sentence_without_english_is_named_where_it_is_said(small):
    assert small("a.po", WHOLE.replace('msgstr "Activities"', 'msgstr ""')) == [
        'portal/views.py:1: "取組" has no English'
    ]
    assert 'templates/page.html:1: "この版に同意する" has no English' in small("a.po", "")


def test_a_missing_sentence_is_printed_as_an_entry_to_be_filled_in(small, tmp_path):
    small("a.po", "")
    printed = catalogues.as_entries(catalogues.compare(tmp_path).missing)
    assert '#: portal/views.py:2\n#, python-format\nmsgid "%(days)s日後です。"\nmsgstr ""\n' in printed
    assert 'msgid "%(n)s件"\nmsgid_plural "%(n)s件"\nmsgstr[0] ""\nmsgstr[1] ""\n' in printed


def test_fuzzy_english_is_no_english(small):
    fuzzy = WHOLE.replace('msgid "取組"', '#, fuzzy\nmsgid "取組"')
    assert small("a.po", fuzzy) == ['portal/translations/en/a.po:7: "取組" is marked fuzzy']


def test_english_that_nothing_says_is_left_over(small):
    left = WHOLE + '\nmsgid "昔の文"\nmsgstr "Formerly"\n'
    assert small("a.po", left) == ['portal/translations/en/a.po:21: "昔の文" is said nowhere']


def test_two_catalogues_must_agree(small):
    small("a.po", WHOLE)
    told = small("b.po", 'msgid "取組"\nmsgstr "Undertakings"\n')
    assert told == [
        'portal/translations/en/b.po:6: "取組" has other English in another catalogue, '
        "portal/translations/en/a.po:6"
    ]


def test_a_message_stands_once_in_a_catalogue(small):
    assert small("a.po", WHOLE + '\nmsgid "取組"\nmsgstr "Activities"\n') == [
        'portal/translations/en/a.po:21: "取組" stands here again'
    ]


@pytest.mark.parametrize("english", ["In a few days.", "In %(weeks)s days.", "100% in %(days)s days."])
def test_the_places_to_fill_are_the_same_in_both_languages(small, english):
    told = small("a.po", WHOLE.replace("In %(days)s days.", english))
    assert told == [
        'portal/translations/en/a.po:10: "%(days)s日後です。" has other places to fill than its English'
    ]


def test_a_percent_sign_may_stand_in_a_sentence_without_places(small, tmp_path):
    (tmp_path / "portal" / "views.py").write_text('N_("進捗は100%です。")\n', "utf-8")
    told = small(
        "a.po",
        'msgid "進捗は100%です。"\nmsgstr "100% done."\n\nmsgid "この版に同意する"\nmsgstr "Consent"\n',
    )
    assert told == []


def test_english_in_place_of_the_japanese_is_suspicious(small, tmp_path):
    (tmp_path / "portal" / "more.py").write_text('_("Sign in")\n', "utf-8")
    told = small("a.po", WHOLE + '\nmsgid "Sign in"\nmsgstr "Sign in"\n')
    assert told == ['portal/more.py:1: "Sign in" has not one Japanese character']


def test_a_broken_catalogue_is_named(small):
    told = small("a.po", WHOLE + '\nmsgid "開いたまま\nmsgstr ""\n')
    assert (
        'portal/translations/en/a.po:21: "msgid \\"開いたまま" cannot be read: a quote is not closed' in told
    )


def test_a_page_that_cannot_be_read_is_no_page_without_sentences(small, tmp_path):
    (tmp_path / "templates" / "broken.html").write_text('{% if %}{{ _("取組") }}', "utf-8")
    with pytest.raises(Exception, match="Expected an expression"):
        small("a.po", WHOLE)


def test_the_comparison_reads_every_folder_of_the_house(tmp_path):
    for folder in ("portal", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    said = catalogues.sentences(catalogues.sources(tmp_path), tmp_path)
    told = {place.split("/")[0] for one in said.values() for place in one.places}
    assert told == {"portal", "templates"}


# --- What escapes the catalogues ------------------------------------------------------------------

_LETTERS = re.compile("[\u3041-\u309f\u30a1-\u30fa\u3400-\u9fff]")


def test_no_sentence_of_the_code_escapes_the_catalogues():
    """A whole sentence that no call marks would be read in Japanese by everybody. The demo's stories are data."""
    said = catalogues.sentences(catalogues.sources())
    marked = set(said) | {one.plural for one in said.values()}
    escaped = []
    for path in sorted((ROOT / "portal").rglob("*.py")):
        if (ROOT / "portal" / "demo") in path.parents:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        escaped += [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documented
            and re.search("[。？！]$", node.value)
            and _LETTERS.search(node.value)
            and node.value not in marked
        ]
    assert escaped == []


def test_no_word_of_a_page_escapes_the_catalogues():
    """Text between the tags of a template is the same in both languages; only a language's own name may be."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    escaped = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for text in environment.parse(path.read_text("utf-8")).find_all(nodes.TemplateData):
            escaped += [
                f"{path.relative_to(ROOT)}:{text.lineno}: {line.strip()}"
                for line in text.data.replace("日本語", "").splitlines()
                if _LETTERS.search(line)
            ]
    assert escaped == []


LABEL = re.compile(r'_\("([^"]+：)"\)[^{}<>]*?(?:_\("([^"]+：)"\) )?\}\}(?:<a |\{\{)')


def test_an_english_label_that_something_follows_ends_in_a_space():
    """A Japanese colon is as wide as a character; after an English one the next word would begin at once."""
    labels = {
        one for page in (ROOT / "templates").rglob("*.html") for found in LABEL.findall(page.read_text("utf-8")) for one in found
    }
    english = {one.words: one.strings[0] for path in catalogues.catalogues() for one in catalogues.english(path)}
    assert {"疑義：", "取組：", "合意した公表："} <= labels
    assert [one for one in sorted(labels - {""}) if not english[one].endswith(" ")] == []
