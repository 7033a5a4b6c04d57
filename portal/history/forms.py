"""What a reader asks of the history: the filter, read from the address, and the kept head to compare."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from portal.access.actor import Actor
from portal.history.event import EVENTS
from portal.history.queries import Filters, Reading, chains_of
from portal.kernel.days import ImpossibleDay, read_day
from portal.kernel.typed import NotText, TooLong, clean_line
from portal.kernel.words import N_
from portal.web.forms import ChoiceField, Filled, LineField, PortalForm
from portal.web.language import catalogue, language, say

KINDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "drafting",
        N_("下書き・添付・自分の側のメモ"),
        (
            "draft.",
            "attachment.",
            "note.",
            "doubt.noted",
            "doubt.file_kept",
            "advice.draft_",
            "advice.file_",
            "advice.noted",
            "advice.decision_noted",
            "advice.correction_read",
            "notice.draft_",
            "notice.decided",
            "notice.printed",
            "handover.draft_",
            "handover.file_",
            "handover.holder_",
        ),
    ),  # fmt: skip
    ("tabling", N_("提示"), ("revision.",)),
    ("consultation", N_("協議・コメント"), ("consultation.", "comment.", "meeting.")),
    ("consent", N_("同意・合意"), ("consent.", "document.agreed")),
    (
        "refusal",
        N_("差戻し・見送り・取下げ"),
        ("revision.sent_back", "document.declined", "document.withdrawn"),
    ),
    ("hold", N_("保留・差替え"), ("document.held", "document.replaced", "hold.")),
    ("activity", N_("取組の実施と成果"), ("activity.",)),
    ("publicity", N_("公表"), ("publicity.",)),
    ("advice", N_("助言・支援"), ("advice.",)),
    ("doubts", N_("疑義・協議"), ("doubt.",)),
    ("handback", N_("受渡し・返却・処分"), ("handover.", "handback.", "words.")),
    ("agreement", N_("協定・期間・通知"), ("agreement.", "amendment.", "edition.", "notice.", "term.")),
    ("reminder", N_("期日のお知らせ"), ("reminder.", "activity.start_not_", "activity.end_not_")),
    (
        "people",
        N_("利用者・役割・サインイン"),
        ("member.", "party.", "operator.", "auditor.", "consent_power."),
    ),
    ("portal", N_("ポータルの運用"), ("portal.", "clock.", "seal.", "demo.", "export.", "mail.")),
)
"""The kinds of act a filter offers: key, label, and how the verbs begin; the longest beginning wins."""
OTHER_KIND = ("other", N_("そのほか"))


@cache
def kind_of(verb: str) -> str:
    """The kind of act that `verb` belongs to."""
    fits = [(len(start), key) for key, _, starts in KINDS for start in starts if verb.startswith(start)]
    return max(fits)[1] if fits else OTHER_KIND[0]


def verbs_of(kind: str) -> tuple[str, ...]:
    """Every verb of a kind of act, by name."""
    return tuple(sorted(verb for verb in EVENTS if kind_of(verb) == kind))


def options(choices: Iterable[tuple[str, str]], chosen: str, anything: str) -> Markup:
    """The options of a select, the first one for any; quick, for lists of hundreds."""
    lines = [f'<option value="">{escape(anything)}</option>']
    for value, label in choices:
        mark = " selected" if value == chosen else ""
        lines.append(f'<option value="{escape(value)}"{mark}>{escape(label)}</option>')
    return Markup("\n".join(lines))  # noqa: S704  # every part is escaped


_NOT_OFFERED = N_("選択肢から選んでください。")
_ENDS_BEFORE_IT_BEGINS = N_("終わりの日が、始まりの日より前になっています。")
_NO_SUCH_REFERENCE = N_("この番号の取組は見つかりません。取組の一覧で番号を確かめてください。")
_WORDS = 5
OFFERED = 30
"""So many activities, the latest, stand in the filter to be chosen; all the others are named by their references."""
_DASHES = re.compile("[‐‑‒–—―−ー-]")


def plain_reference(text: str) -> str:
    """A reference however it was typed: in any width and case, with any dash."""
    return re.sub(r"\s", "", _DASHES.sub("-", unicodedata.normalize("NFKC", text))).casefold()


@lru_cache(maxsize=8)
def _kinds(code: str, reads_own_side: bool) -> list[tuple[str, str]]:
    """The kinds of act to choose from; who reads no own side has nothing to choose there."""
    words = catalogue(code)
    kinds = [(key, words.gettext(label)) for key, label, _ in (*KINDS, (*OTHER_KIND, ()))]
    return kinds if reads_own_side else kinds[1:]


class HistoryFilter:
    """The filter as the address gives it; what cannot be read stands in `errors`, beside what was typed."""

    NAMES = ("party", "person", "kind", "activity", "reference", "clause", "from", "to", "words", "subject", "new")

    def __init__(
        self,
        args: Mapping[str, str],
        reader: Actor,
        *,
        parties: Sequence[tuple[str, str]],
        people: Sequence[tuple[str, str]],
        activities: Sequence[tuple[str, str]],
        references: Sequence[tuple[str, str]],
        clauses: Sequence[tuple[str, str]],
    ) -> None:
        self.errors: dict[str, str] = {}
        self.typed = {name: self._line(name, args[name]) if args.get(name) else "" for name in self.NAMES}
        self.reading = Reading.TRAIL if args.get("reading") == Reading.TRAIL else Reading.CHRONICLE
        reads_own_side = chains_of(reader, Reading.TRAIL) != chains_of(reader, Reading.CHRONICLE)
        self.choices = {
            "party": parties,
            "person": people,
            "kind": _kinds(language(), reads_own_side),
            "activity": activities,
            "clause": clauses,
        }
        self._read_reference(references)
        first, last = self._day("from"), self._day("to")
        if first and last and last < first:
            self.errors["to"] = say(_ENDS_BEFORE_IT_BEGINS)
        kind = self._choice("kind")
        self.filters = Filters(
            reading=self.reading,
            party=self._choice("party"),
            person=self._choice("person"),
            verbs=(verbs_of(kind) or ("",)) if kind else (),
            activity=self._choice("activity"),
            clause=self._choice("clause"),
            subject=self.typed["subject"] or None,
            first_day=first,
            last_day=last,
            since=reader.previous_visit_at if self.typed["new"] else None,
            words=tuple(self.typed["words"].split()[:_WORDS]),
        )

    @property
    def is_active(self) -> bool:
        """Whether anything is asked for but the reading."""
        return any(self.typed.values())

    def address(self, **changes: str | None) -> dict[str, str]:
        """The filter as the arguments of an address, with `changes`; empty ones are left out."""
        held: dict[str, str | None] = {"reading": self.reading.value, **self.typed, **changes}
        if held["reading"] == Reading.CHRONICLE:
            held["reading"] = None
        return {name: value for name, value in held.items() if value}

    def options(self, name: str, anything: str) -> Markup:
        """The options of the select `name`, with what was chosen; of activities, of which there may be thousands, the
        latest first, and the chosen one."""
        choices, chosen = self.choices[name], self.typed[name]
        if name == "activity":
            choices = [*reversed(choices[-OFFERED:]), *(one for one in choices[:-OFFERED] if one[0] == chosen)]
        return options(choices, chosen, anything)

    @property
    def offers_all(self) -> bool:
        """Whether every activity can be chosen, so that none needs to be named by its reference."""
        return len(self.choices["activity"]) <= OFFERED and "reference" not in self.errors

    @property
    def example(self) -> str:
        """A reference, to show what one looks like."""
        return next((label.partition(" ")[0] for _, label in self.choices["activity"]), "")

    def _read_reference(self, references: Sequence[tuple[str, str]]) -> None:
        """An activity named by its reference is chosen, as if it had been chosen from the list."""
        if not self.typed["reference"] or "reference" in self.errors:
            return
        typed = plain_reference(self.typed["reference"])
        found = next((id for id, reference in references if plain_reference(reference) == typed), None)
        if found is None:
            self.errors["reference"] = say(_NO_SUCH_REFERENCE)
        else:
            self.typed |= {"activity": found, "reference": ""}

    def _line(self, name: str, text: str) -> str:
        try:
            return clean_line(text, 200)
        except (NotText, TooLong) as fault:
            self.errors[name] = say(fault.sentence, **fault.facts)
            return text.replace("\0", "")[:200]

    def _choice(self, name: str) -> str | None:
        value = self.typed[name]
        if value and value not in {key for key, _ in self.choices[name]}:
            self.errors[name] = say(_NOT_OFFERED)
            return None
        return value or None

    def _day(self, name: str) -> dt.date | None:
        if not self.typed[name] or name in self.errors:
            return None
        try:
            return read_day(self.typed[name])
        except ImpossibleDay as fault:
            self.errors[name] = say(fault.sentence, **fault.facts)
            return None


_NOT_HEX = re.compile(r"[^0-9a-f]")


class KeptHeadForm(PortalForm):
    """A head that somebody wrote down: the chain, the number, and the check code or the whole seal."""

    chain = ChoiceField(_l("連鎖"))
    number = LineField(_l("記録番号"), [Filled()])
    code = LineField(_l("指紋（控えた16桁、または全桁）"), [Filled()])

    def kept_number(self) -> int | None:
        """The number in any width and grouping; None where there is none to read."""
        text = re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", self.number.data or ""))
        return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 15 and int(text) else None

    def kept_code(self) -> str | None:
        """The code as hexadecimal figures, in any width, case and grouping; None unless 16 to 64 of them."""
        text = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", self.code.data or "").casefold())
        return text if 16 <= len(text) <= 64 and not _NOT_HEX.search(text) else None

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether both can be read; the errors stand beside the fields."""
        if not super().validate(extra_validators):
            return False
        if self.kept_number() is None:
            self.refuse("number", say(N_("記録番号は1以上の整数で入力してください。")))
        if self.kept_code() is None:
            self.refuse("code", say(N_("指紋は、控えた16桁以上の英数字（0〜9、a〜f）で入力してください。")))
        return not (self.number.errors or self.code.errors)
