"""Clauses and parties are data: code cites by key, every key exists, and no number or name stands in code."""

import ast
import re
from pathlib import Path

import pytest

from portal.agreement.text import FOUNDING_FILE, read_edition, texts_of

PROJECT = Path(__file__).resolve().parents[2]
KYOGIKAI_FILE = PROJECT / "tests" / "agreements" / "kyogikai.yaml"
FILES = {"founding": FOUNDING_FILE, "kyogikai": KYOGIKAI_FILE}
CODE = sorted(
    path
    for path in (PROJECT / "portal").rglob("*.py")
    # The demo tells this agreement's own public history; nothing else may know it.
    if (PROJECT / "portal" / "demo") not in path.parents
)
PAGES = sorted((PROJECT / "templates").rglob("*.*"))
SCRIPTS = sorted((PROJECT / "static").rglob("*.js"))
CATALOGUES = sorted((PROJECT / "portal" / "translations").rglob("*.po"))

# A statute may be cited by number: 民法140条, 同143条, Civil Code, Article 140.
STATUTE = re.compile(
    r"(?:民法|同法?|条例)(?:第?[0-9０-９]+条(?:ただし書)?[・、]?)+"
    r"|Civil Code,? (?:Articles?|art\.) [0-9]+(?: and [0-9]+)?(?:\([0-9]\))?|\(Article [0-9]+\)"
)
NUMBERED = re.compile(r"第[0-9０-９一二三四五六七八九十]+[条項]|\b[Aa]rt(?:icle)?s?\.? ?[0-9]+|\bart[0-9]+\b")
NAMES = re.compile(r"大阪|マイクロソフト|Osaka|Microsoft|みずほ野|架空大学|ほしぞら|[甲乙丙]|Party [ABC]\b")


def edition_of(name):
    return read_edition(*texts_of(FILES[name]))


def docstrings_of(tree):
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def strings_of(path):
    """The strings of a module that can be seen or compared, with their lines: no docstrings, no comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = docstrings_of(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def lines_of(path):
    """The lines of a page or script without its comments."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(
        r"\{#.*?#\}|/\*.*?\*/", lambda found: "\n" * found.group().count("\n"), text, flags=re.DOTALL
    )
    yield from enumerate((re.sub(r"(?<!:)//.*", "", line) for line in text.splitlines()), 1)


def english_of(path):
    """The translated lines of a catalogue."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith(("#", "msgid")):
            yield number, line


def all_words():
    for paths, read in ((CODE, strings_of), (PAGES, lines_of), (SCRIPTS, lines_of), (CATALOGUES, english_of)):
        for path in paths:
            for line, words in read(path):
                yield f"{path.relative_to(PROJECT)}:{line}", words


def test_no_number_of_a_clause_stands_in_code_pages_or_catalogues():
    found = [
        f"{place}: {words[:80]}" for place, words in all_words() if NUMBERED.search(STATUTE.sub("", words))
    ]
    assert not found, "cite the clause by its key instead:\n" + "\n".join(found)


def test_no_name_of_a_party_stands_in_code_pages_or_catalogues():
    found = [f"{place}: {words[:80]}" for place, words in all_words() if NAMES.search(words)]
    assert not found, "take the name from the edition instead:\n" + "\n".join(found)


@pytest.mark.parametrize("name", FILES)
def test_no_key_of_a_party_and_no_id_of_a_clause_stands_in_code(name):
    edition = edition_of(name)
    known = (set(edition.party_keys) | set(edition.clauses)) - {"preamble", "closing", "opening", "witness"}
    found = [
        f"{path.relative_to(PROJECT)}:{line}: {words}"
        for path in CODE
        for line, words in strings_of(path)
        if words in known
    ]
    assert not found, "take the key from the edition instead:\n" + "\n".join(found)


def clause_assignments(tree):
    """What is assigned to the name `clause` in a class: the key a rule or a kind of document rests on."""
    for owner in ast.walk(tree):
        if not isinstance(owner, ast.ClassDef):
            continue
        for node in owner.body:
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            value = node.value
            named = any(isinstance(target, ast.Name) and target.id == "clause" for target in targets)
            if named and isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield node.lineno, value.value


def cited_keys():
    """Every key that code or a page cites, with its place."""
    for path in CODE:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        place = path.relative_to(PROJECT)
        for line, key in clause_assignments(tree):
            yield f"{place}:{line}", key
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in ("cite", "clause_of") and isinstance(node.args[0].value, str):
                    yield f"{place}:{node.lineno}", node.args[0].value
    for path in PAGES:
        for line, words in lines_of(path):
            for key in re.findall(r"""\bcite\(\s*["']([^"']+)["']""", words):
                yield f"{path.relative_to(PROJECT)}:{line}", key


@pytest.mark.parametrize("name", FILES)
def test_every_key_that_is_cited_stands_for_a_clause_of_the_edition(name):
    edition = edition_of(name)
    found = [f"{place}: {key}" for place, key in cited_keys() if not edition.has_clause(key)]
    assert not found, f"the {name} agreement has no clause under these keys:\n" + "\n".join(found)


@pytest.mark.parametrize("name", FILES)
def test_every_key_leads_to_a_clause_shown_under_its_own_anchor(name):
    edition = edition_of(name)
    for key in edition.clause_keys:
        for language in ("ja", "en"):
            cited = edition.cite(key, language)
            assert cited.href == f"/agreement#{cited.id}"
            assert cited.id in edition.clauses and cited.label


def test_the_two_agreements_share_no_clause_and_no_party():
    """Otherwise a test on the second agreement could pass by accident."""
    founding, kyogikai = edition_of("founding"), edition_of("kyogikai")
    assert not set(founding.clauses) & set(kyogikai.clauses)
    assert not set(founding.party_keys) & set(kyogikai.party_keys)
    assert len(founding.parties) != len(kyogikai.parties)
    assert len(founding.scope_items) != len(kyogikai.scope_items)


@pytest.mark.parametrize(
    ("words", "is_numbered"),
    [
        ("第６条第２項により", True),
        ("第六条により", True),
        ("art6.2", True),
        ("Under Article 6, paragraph 2", True),
        ("民法140条・暦による計算（同143条）", False),
        ("First day not counted (Civil Code, Article 140); reckoned by the calendar (Article 143)", False),
        ("デ戦第123号", False),
        ("partly", False),
    ],
)
def test_a_clause_number_is_told_from_a_statute_and_a_document_number(words, is_numbered):
    assert bool(NUMBERED.search(STATUTE.sub("", words))) is is_numbered
