"""Reads YAML strictly: every value knows its place in the file, and every fault is one line that names it."""

from collections.abc import Hashable
from datetime import date
from enum import StrEnum
from typing import Any, Never

import yaml

from portal.agreement.edition import Words, months_of

LARGEST_FILE = 1_000_000
"""Characters; no agreement is longer, and a longer file would only be a burden to read."""


class AgreementFileBroken(Exception):
    """The agreement's file cannot be taken; the message names the place and the fault in one line."""


def broken(place: str, fault: str) -> Never:
    line = " ".join(f"{place}: {fault}".split())
    raise AgreementFileBroken(line if len(line) <= 300 else line[:299] + "…")


class _StrictLoader(yaml.SafeLoader):
    """PyYAML's safe loader, which besides refuses aliases and keys said twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(
                None, None, "aliases are not taken; write the text out", mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable) or key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands here twice or is no word", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _timestamp(loader: _StrictLoader, node: yaml.ScalarNode) -> date:
    """Give the day written, or say on which line it is none."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from error


_StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", _timestamp)


def loaded(text: str, name: str) -> dict[str, Any]:
    """Give the mapping a YAML text holds, or say where it cannot be read."""
    if len(text) > LARGEST_FILE:
        broken(name, f"longer than {LARGEST_FILE} characters")
    try:
        found = yaml.load(text, _StrictLoader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name} line {mark.line + 1}" if mark else name
        broken(place, error.problem or "not YAML")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        broken(name, f"not YAML: {error}")
    if not isinstance(found, dict):
        broken(name, "the file must be a mapping")
    return found


class At:
    """A value of the file together with its place, so that every fault can be named."""

    def __init__(self, value: Any, place: str) -> None:
        self.value = value
        self.place = place

    def fail(self, fault: str) -> Never:
        broken(self.place, fault)

    def having(self, *required: str) -> dict[str, "At"]:
        """Give the entries of a mapping that has all required keys; it may have others."""
        if not isinstance(self.value, dict):
            self.fail("must be a mapping")
        for key in required:
            if key not in self.value:
                self.fail(f"{key} is missing")
        return {key: At(value, f"{self.place}.{key}") for key, value in self.value.items()}

    def mapping(self, required: str, optional: str = "") -> dict[str, "At"]:
        """Give the entries of a mapping that has all required keys and no others but the optional."""
        entries = self.having(*required.split())
        for key in entries:
            if key not in required.split() and key not in optional.split():
                self.fail(f"{key} is not known here")
        return entries

    def listing(self, least: int = 0) -> list["At"]:
        """Give the entries of a list of at least so many."""
        if not isinstance(self.value, list):
            self.fail("must be a list")
        if len(self.value) < least:
            self.fail(f"needs at least {least}, has {len(self.value)}")
        return [At(value, f"{self.place}[{number}]") for number, value in enumerate(self.value)]

    def string(self, *, may_be_empty: bool = False) -> str:
        """Give a text on one line without white space around it."""
        if not isinstance(self.value, str):
            self.fail("must be text")
        if self.value != self.value.strip() or "\n" in self.value:
            self.fail("must be one line without spaces around it")
        if not self.value and not may_be_empty:
            self.fail("must not be empty")
        return self.value

    def words(self, *, may_be_empty: bool = False) -> Words:
        """Give a text in both languages."""
        both = self.mapping("ja en")
        return Words(
            both["ja"].string(may_be_empty=may_be_empty), both["en"].string(may_be_empty=may_be_empty)
        )

    def number(self, least: int) -> int:
        """Give a whole number of at least so much."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < least:
            self.fail(f"must be a whole number from {least}")
        return self.value

    def truth(self) -> bool:
        """Give true or false."""
        if not isinstance(self.value, bool):
            self.fail("must be true or false")
        return self.value

    def day(self) -> date:
        """Give a day, written as YAML or ISO 8601 writes it."""
        if type(self.value) is date:
            return self.value
        try:
            return date.fromisoformat(self.string())
        except ValueError:
            self.fail("must be a day such as 2025-09-10")

    def one_of(self, kind: type[StrEnum]) -> Any:
        """Give the member of an enumeration whose value stands here."""
        try:
            return kind(self.value)
        except ValueError:
            self.fail(f"must be one of {', '.join(kind)}, not {self.value!r}")

    def period(self, least: int = 0) -> int:
        """Give the months of a period."""
        try:
            months = months_of(self.string())
        except ValueError as error:
            self.fail(str(error))
        if months < least:
            self.fail(f"must be at least {least} months")
        return months
