"""Checks the terms of an agreement file against its clauses and parties, and finds what each key cites."""

from collections.abc import Iterable, Mapping
from typing import Any

from portal.agreement.edition import InScopeBy
from portal.agreement.strict import At

_ONE_CLAUSE = ("clause", "court", "governing_law")
_MANY_CLAUSES = ("provisions", "exclusions")


class Terms:
    """The terms of the file, checked against clauses and parties, with the clause each key stands for."""

    def __init__(self, parents: Mapping[str, str | None], party_keys: Iterable[str]) -> None:
        self.parents = parents
        self.party_keys = tuple(party_keys)
        self.cited: dict[str, str] = {}

    def known_clause(self, at: At) -> str:
        """Give the id of a clause that exists."""
        id = at.string()
        if id not in self.parents:
            at.fail(f"points at {id}, which is no clause of the text")
        return id

    def known_party(self, at: At) -> str:
        """Give the key of a party that exists."""
        key = at.string()
        if key not in self.party_keys:
            at.fail(f"{key!r} is no party; the parties are {', '.join(self.party_keys)}")
        return key

    def common(self, ids: list[str]) -> str | None:
        """Give the smallest part of the text that holds all the clauses."""
        lines = [self.line(id) for id in ids]
        return next((id for id in lines[0] if all(id in line for line in lines[1:])), None)

    def line(self, id: str) -> list[str]:
        """Give the clause and all it stands in, from the inside out."""
        found = [id]
        while (above := self.parents[found[-1]]) is not None:
            found.append(above)
        return found

    def read(self, key: str, at: At) -> list[str]:
        """Check one term, note the clause its key stands for, and give all clauses in it."""
        own: list[str] = []
        inside: list[str] = []
        last = key.rsplit(".", 1)[-1]
        if isinstance(at.value, dict):
            # Keys of a term may be any words, so they are not compared with a list here.
            for name, value in at.value.items():
                entry = At(value, f"{at.place}.{name}")
                if name == "clause":
                    own.append(self.known_clause(entry))
                elif isinstance(value, dict | list) or name in _ONE_CLAUSE or key == "disputes":
                    inside += self.read(f"{key}.{name}", entry)
        elif isinstance(at.value, list):
            for entry in at.listing():
                if isinstance(entry.value, dict):
                    inside += (
                        [self.known_clause(At(entry.value["clause"], f"{entry.place}.clause"))]
                        if "clause" in entry.value
                        else []
                    )
                elif last in _MANY_CLAUSES:
                    inside.append(self.known_clause(entry))
        else:
            own.append(self.known_clause(at))
        stands_for = own[0] if own else self.common(inside) if inside else None
        if stands_for is not None:
            self.cited[key] = stands_for
        return own or inside


_TERMS_WITH_A_CLAUSE = (
    "particulars amendment term renewal non_renewal termination after_end survival no_commitment publicity "
    "advice purpose consultation meetings"
).split()

_TERMS_THAT_ONLY_CITE = ("purpose", "consultation")
"""Terms that may be written as the id of a clause and nothing else."""


def check_terms(terms: dict[str, Any], place: str, checker: Terms) -> None:
    """Make sure that what the portal will ask of the terms can be answered."""
    root = At(terms, place)
    for key in ("scope", "particulars", "term"):
        if key not in terms:
            root.fail(f"{key} is missing")
    for key, value in terms.items():
        if key == "time_conventions":
            continue
        at = At(value, f"{place}.{key}")
        if key in _TERMS_WITH_A_CLAUSE and not (isinstance(value, str) and key in _TERMS_THAT_ONLY_CITE):
            at.having("clause")
        checker.read(key, at)
    items = At(terms["scope"], f"{place}.scope").listing(1)
    for entry in items:
        given = entry.mapping("clause in_scope_by")
        given["in_scope_by"].one_of(InScopeBy)
    if len({entry.value["clause"] for entry in items}) != len(items):
        root.fail("scope names one clause twice")
    _check_periods(terms, place)
    if "advice" in terms:
        advice = At(terms["advice"], f"{place}.advice").having("from", "to")
        checker.known_party(advice["from"])
        checker.known_party(advice["to"])
        if "liability" in advice:
            liability = advice["liability"].having("clause", "excluded_for")
            checker.known_party(liability["excluded_for"])
    for key in ("non_renewal", "termination"):
        for name, entry in At(terms.get(key, {}), f"{place}.{key}").having().items():
            if name in ("by", "form"):
                entry.string()


def _check_periods(terms: dict[str, Any], place: str) -> None:
    """Make sure that every length, lead and rhythm the portal reckons with is a period of whole months."""
    for key, name, required, least in (
        ("term", "length", True, 1),
        ("renewal", "length", False, 1),
        ("non_renewal", "lead", False, 0),
        ("termination", "lead", False, 0),
        ("survival", "length", True, 1),
        ("meetings", "every", True, 1),
    ):
        if key in terms:
            _check_period(terms[key], f"{place}.{key}", name, required=required, least=least)
    if "survival" in terms:
        At(terms["survival"], f"{place}.survival").having("provisions")["provisions"].listing(1)
    if isinstance(terms["term"], dict) and "earlier" in terms["term"]:
        _check_earlier(At(terms["term"]["earlier"], f"{place}.term.earlier").listing(1))
    secrets = At(terms.get("confidentiality", {}), f"{place}.confidentiality").having()
    if "duration" in secrets:
        duration = secrets["duration"]
        _check_period(duration.value, duration.place, "length", required=True, least=1)


def _check_earlier(entries: list[At]) -> None:
    """Make sure that what held before is whole, and that only the last of it may leave its end to this edition's
    own first day."""
    days = []
    for number, entry in enumerate(entries, 1):
        given = entry.mapping("length renewal automatic", "until running_until")
        given["length"].period(1)
        given["renewal"].period(1)
        given["automatic"].truth()
        if "running_until" in given:
            given["running_until"].day()
        if "until" in given:
            days.append(given["until"].day())
        elif number < len(entries):
            entry.fail("until is missing")
    if days != sorted(days):
        entries[0].fail("days must rise")


def _check_period(given: Any, place: str, name: str, *, required: bool, least: int) -> None:
    entries = At(given, place).having(*[name] if required else [])
    if name in entries:
        entries[name].period(least)
