"""The home page: what waits for me and my side, for the others, what was told, planned, late, and the term."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.consent.rules import STANDING_NAMES, Standing
from portal.history import queries as history
from portal.history.told import Shown
from portal.history.told import shown as shown_messages
from portal.home import queries
from portal.home.parts import COUNTED, SHOWN, Item, Part
from portal.home.queries import DRAFTS, OTHERS, PAGE, TO_CONFIRM, TURN, UNCONFIRMED, Board, Waiting
from portal.home.reckoning import days_since, waits_long
from portal.kernel.clock import day_in_japan
from portal.kernel.days import day_in_words, moment_in_words
from portal.kernel.errors import NotFound
from portal.kernel.typed import shown
from portal.kernel.words import N_
from portal.web.kept import Kept
from portal.web.language import catalogue, language
from portal.web.pages import part, show
from portal.web.reading import actor, portal, reading

blueprint = Blueprint("home", __name__)
home = blueprint

MESSAGES = 20

DECIDE = N_("「%(title)s」を確かめて、同意するか差し戻す")
REVISE = N_("差し戻された「%(title)s」を直して、新しい版を提示する")
CONFIRM = N_("「%(title)s」の%(held_on)sの協議の記録を確認する")
CONTINUE = N_("下書き「%(title)s」の続きを書く")
SIDE_DRAFT = N_("下書き「%(title)s」を開く")
READ = N_("「%(title)s」を読む")
CLOSE = N_("協定の終了で止まった「%(title)s」を、見送りか取下げで閉じる")
READ_RECORD = N_("「%(title)s」の%(held_on)sの協議の記録を読む")
SECOND = N_("「%(name)s」の同意権限の申請を確かめる")
ANSWER = N_("「%(name)s」の監査人への選任に、同意するかどうかを答える")

FIT = N_("「%(title)s」を、いまの協定の版に合わせて直す")
OVERTAKEN = N_("新しい版の協定が先に登録されたため、このままではどの当事者も同意できません。")
CANNOT_BE_CONSENTED_TO = N_("このままでは同意できません")
STOPPED_BY_THE_END = N_("協定が終了したため、同意も新しい版の提示もできません。")
WAITS_FOR_OFFICER = N_("自分の側の同意権者の同意を待っています。")
WAITS_FOR_ANOTHER = N_("あなただけが起案したため、自分の側の別の同意権者の同意を待っています。")
WAITS_FOR_DRAFTER = N_("差し戻されました。自分の側の起案者が新しい版を提示するのを待っています。")
WAITS_FOR_READER = N_("自分の側の起案者が協議の記録を確認するのを待っています。")
WAITS_FOR_CONSENT = N_("%(parties)sの同意を待っています。")
WAITS_FOR_REVISION = N_("差し戻しました。%(parties)sの新しい版を待っています。")
WAITS_FOR_CONFIRMATION = N_("ほかの当事者が協議の記録を確認するのを待っています。")
TABLED_BY = N_("%(party)sが版%(number)sを提示")
RECORDED_BY = N_("%(party)sが記録")
SENT_BACK_BY = N_("版%(number)sが差し戻されました。")
SAVED_BY = N_("%(name)sが保存")
PROPOSED_BY = N_("%(party)sが提案")
IN_FORCE_AT = N_("%(moment)sに有効になります。")
UNTITLED = N_("（題名なし）")


_ACTS = (
    Permission.CONSENT, Permission.CONSULT, Permission.DECLINE, Permission.DRAFT, Permission.WITHDRAW,
)  # fmt: skip
"""What a line is told by, of all that its reader may do."""


@dataclass(frozen=True)
class Tellings:
    """What the lines of a page are told with; sentences are looked up once, not line by line."""

    language: str
    today: dt.date
    edition: Any
    reader: Any

    @classmethod
    def of_this_request(cls) -> Tellings:
        """With the reader's language, the edition in force, and today in Asia/Tokyo."""
        today = day_in_japan(portal().clock.now())
        return cls(language(), today, g.edition_in_force(), actor())

    @cached_property
    def made_from(self) -> tuple[Hashable, ...]:
        """Everything but its row that a line is made from: the language, the day, the edition, and the reader."""
        who = self.reader
        acts = tuple(who.may(one) for one in _ACTS)
        return self.language, self.today, self.edition.digest, who.party, who.member_id, acts, self.stopped

    @cached_property
    def stopped(self) -> frozenset[str]:
        """The kinds of document of which nothing is agreed any more, since the agreement has ended (R5-5)."""
        life = agreement.in_force(reading(), self.edition, self.today)
        kinds = portal().extensions["kinds"]
        return frozenset(key for key, kind in kinds.items() if kind.refused_by_the_end(self.edition, life))

    @cached_property
    def _overtaken(self) -> dict[str, frozenset[str]]:
        return {}

    def is_overtaken(self, row: Waiting) -> bool:
        """Whether nobody can consent to the document as it is, because something else was adopted first (R3-5)."""
        ask = portal().extensions.get("overtaken", {}).get(row.kind)
        if ask is None or row.kind in self.stopped:
            return False
        if row.kind not in self._overtaken:
            self._overtaken[row.kind] = frozenset(ask(reading(), self.reader))
        return row.id in self._overtaken[row.kind]

    @cached_property
    def _catalogue(self) -> Any:
        return catalogue(self.language)

    @cached_property
    def _held(self) -> dict[str, str]:
        return {}

    @cached_property
    def _ages(self) -> dict[int, str]:
        return {}

    def say(self, message: str, **facts: object) -> str:
        """The sentence in the reader's language."""
        if message not in self._held:
            self._held[message] = self._catalogue.gettext(message)
        return self._held[message] % facts if facts else self._held[message]

    @cached_property
    def labels(self) -> dict[str, str]:
        """甲, 乙: how the agreement calls each party."""
        return {party.key: party.defined_as[self.language] for party in self.edition.parties}

    def parties(self, keys: Iterable[str]) -> str:
        """These parties by their labels, in the order of the agreement."""
        named = set(keys)
        between = "・" if self.language == "ja" else ", "
        return between.join(label for key, label in self.labels.items() if key in named)

    def title(self, text: str) -> str:
        """A title as part of a sentence, with what cannot be seen made visible."""
        return shown(text) or self.say(UNTITLED)

    def age(self, since: dt.datetime) -> str:
        """今日から, 3日前から: how long something has waited, by the calendar of Japan."""
        days = days_since(since, self.today)
        if days not in self._ages:
            self._ages[days] = str(
                ngettext("%(num)s日前から", "%(num)s日前から", days) if days else _("今日から")
            )
        return self._ages[days]

    def saved(self, at: dt.datetime) -> str:
        """When a draft was last saved."""
        days = days_since(at, self.today)
        return str(ngettext("%(num)s日前に保存", "%(num)s日前に保存", days) if days else _("今日保存"))

    def is_long(self, since: dt.datetime) -> bool:
        """Whether it has waited ten business days."""
        return waits_long(since, self.today, closed=self.edition.closed_days)


class Places:
    """Where documents have their pages; each kind's addresses are made once."""

    def __init__(self) -> None:
        self._kinds = portal().extensions["kinds"]
        self._made: dict[str, str] = {}

    def noun(self, kind: str) -> str:
        """What a page calls a document of this kind (a message)."""
        return str(self._kinds[kind].noun)

    def knows(self, kind: object) -> bool:
        """Whether there is such a kind."""
        return kind in self._kinds

    def of(self, kind: str, id: str, page: str = "") -> str:
        """The address of a page of a document."""
        endpoint = f"{self._kinds[kind].place}{page}"
        if endpoint not in self._made:
            self._made[endpoint] = url_for(endpoint, id="-id-")
        return self._made[endpoint].replace("-id-", id)


# --- The home page --------------------------------------------------------------------------------


@blueprint.get("/", allow=Permission.USE_OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    """What waits for me first; then what is late, what waits for the others, what was told, and what comes."""
    who, session = actor(), reading()
    if who.party is None:
        return show("home/operator.html", mode=portal().settings.mode)
    if not who.may(Permission.READ):
        return show("home/no_role.html")
    tell, places = Tellings.of_this_request(), Places()
    found = queries.board(session, who)
    mine, side = _turn(tell, places, found)
    grants = [*_grants(tell), *_auditors(tell)]
    parts = [
        part for make in portal().extensions.get("home_parts", ()) for part in make(session, who, tell.today)
    ]
    lines = history.messages(session, who, MESSAGES + 1)
    drafts = found.of(DRAFTS)
    own = [row for row in drafts if row.drafters == who.member_id and who.may(Permission.DRAFT)]
    return show(
        "home/index.html",
        today=tell.today,
        mine=[*grants, *mine],
        side=side,
        turn_total=found.total(TURN, TO_CONFIRM) + len(grants),
        turn_left=found.total(TURN, TO_CONFIRM) - len(mine) - len(side),
        own_drafts=_drafts(tell, places, own, CONTINUE),
        others=_others(tell, places, found),
        others_total=found.total(OTHERS, UNCONFIRMED),
        drafts=_drafts(tell, places, [row for row in drafts if row not in own], SIDE_DRAFT),
        drafts_total=found.total(DRAFTS) - len(own),
        messages=shown_messages(
            lines[:MESSAGES],
            language=tell.language,
            labels=tell.labels,
            edition_digest=tell.edition.digest,
        ),
        has_more_messages=len(lines) > MESSAGES,
        alarms=[_capped(part) for part in parts if part.is_alarm],
        urgent=[_capped(part) for part in parts if part.is_urgent and not part.is_alarm],
        coming=[_capped(part) for part in parts if not part.is_urgent],
        term=_term(tell),
        COUNTED=COUNTED,
        lines_of=lines_of,
    )


_AWAITED: Kept[tuple[Item, bool]] = Kept(3_000)
_TURNS: Kept[tuple[Sequence[Item], Sequence[Item]]] = Kept(100)
_FOR_OTHERS: Kept[Item] = Kept(3_000)
_SHOWN: Kept[Markup] = Kept(3_000)


def lines_of(rows: Sequence[Item | Shown]) -> Markup:
    """Lines as the page shows them, in a list; kept together and each by itself, by all that they say."""
    code = language()

    def made(row: Item | Shown) -> Markup:
        return part("home/_lines.html", "line" if isinstance(row, Item) else "message", row)

    def all_of_them() -> Markup:
        lines = Markup("\n").join(_SHOWN.get((row, code), partial(made, row)) for row in rows)
        return part("home/_lines.html", "lines", lines)

    return _SHOWN.get((tuple(rows), code), all_of_them)


def _turn(tell: Tellings, places: Places, found: Board) -> tuple[Sequence[Item], Sequence[Item]]:
    """What waits for the reader's side: what the reader may do, and what somebody else of the side must."""

    def make() -> tuple[Sequence[Item], Sequence[Item]]:
        mine: list[Item] = []
        side: list[Item] = []
        for row in rows:
            key = (row, tell.is_overtaken(row), *tell.made_from)
            line, is_mine = _AWAITED.get(key, partial(_awaited, tell, places, row))
            (mine if is_mine else side).append(line)
        return tuple(mine), tuple(side)

    rows = sorted([*found.of(TURN), *found.of(TO_CONFIRM)], key=lambda row: row.since)
    overtaken = tuple(row.id for row in rows if tell.is_overtaken(row))
    return _TURNS.get((tuple(rows), overtaken, *tell.made_from), make)


def _awaited(tell: Tellings, places: Places, row: Waiting) -> tuple[Item, bool]:
    who = tell.reader
    if row.part == TO_CONFIRM:
        is_mine = who.may(Permission.CONSULT)
        message = CONFIRM if is_mine else READ_RECORD
        note = tell.say(RECORDED_BY, party=tell.labels[row.party]) if is_mine else tell.say(WAITS_FOR_READER)
        return _record(tell, places, row, message, note), is_mine
    if row.kind in tell.stopped:
        is_mine = who.may(Permission.DECLINE) or who.may(Permission.WITHDRAW)
        return _document(tell, places, row, CLOSE if is_mine else READ, tell.say(STOPPED_BY_THE_END)), is_mine
    if tell.is_overtaken(row):
        is_mine = who.may(Permission.DRAFT)
        return _overtaken(tell, places, row, FIT if is_mine else READ), is_mine
    if row.standing == Standing.SENT_BACK:
        is_mine = who.may(Permission.DRAFT)
        note = tell.say(SENT_BACK_BY, number=row.revision) if is_mine else tell.say(WAITS_FOR_DRAFTER)
        return _document(tell, places, row, REVISE if is_mine else READ, note), is_mine
    drafted_alone = row.party == who.party and row.drafters == who.member_id
    if who.may(Permission.CONSENT) and not drafted_alone:
        note = tell.say(TABLED_BY, party=tell.labels[row.party], number=row.revision)
        return _document(tell, places, row, DECIDE, note), True
    waits = WAITS_FOR_ANOTHER if who.may(Permission.CONSENT) else WAITS_FOR_OFFICER
    return _document(tell, places, row, READ, tell.say(waits)), False


def _others(tell: Tellings, places: Places, found: Board) -> list[Item]:
    lines = []
    for row in sorted([*found.of(OTHERS), *found.of(UNCONFIRMED)], key=lambda row: row.since):
        if row.part == UNCONFIRMED:
            lines.append(_record(tell, places, row, READ_RECORD, tell.say(WAITS_FOR_CONFIRMATION)))
        else:
            key = (row, tell.is_overtaken(row), *tell.made_from)
            lines.append(_FOR_OTHERS.get(key, partial(_waiting_for_others, tell, places, row)))
    return lines


def _waiting_for_others(tell: Tellings, places: Places, row: Waiting) -> Item:
    if row.kind in tell.stopped:
        return _document(tell, places, row, READ, tell.say(STOPPED_BY_THE_END))
    if tell.is_overtaken(row):
        return _overtaken(tell, places, row, READ)
    waits = WAITS_FOR_REVISION if row.standing == Standing.SENT_BACK else WAITS_FOR_CONSENT
    note = tell.say(waits, parties=tell.parties(row.waits_for.split(",")))
    return _document(tell, places, row, READ, note)


def _overtaken(tell: Tellings, places: Places, row: Waiting, message: str) -> Item:
    """As its own page calls it, and not as something that waits to be consented to."""
    line = _document(tell, places, row, message, tell.say(OVERTAKEN))
    return line._replace(standing=("to_check", tell.say(CANNOT_BE_CONSENTED_TO)))


def _document(tell: Tellings, places: Places, row: Waiting, message: str, note: str) -> Item:
    standing = Standing(row.standing)
    return Item(
        sentence=tell.say(message, title=tell.title(row.title)),
        href=places.of(row.kind, row.id),
        reference=row.reference or "",
        note=note,
        since=tell.age(row.since),
        since_iso=row.since.isoformat(),
        standing=(standing.value, tell.say(STANDING_NAMES[standing])),
        is_long=tell.is_long(row.since),
    )


def _record(tell: Tellings, places: Places, row: Waiting, message: str, note: str) -> Item:
    held_on = day_in_words(row.held_on, tell.language) if row.held_on else ""
    return Item(
        sentence=tell.say(message, title=tell.title(row.title), held_on=held_on),
        href=f"{places.of(row.kind, row.id)}#consultation-{row.consultation}",
        reference=row.reference or "",
        note=note,
        since=tell.age(row.since),
        since_iso=row.since.isoformat(),
        is_long=tell.is_long(row.since),
    )


def _drafts(tell: Tellings, places: Places, rows: Sequence[Waiting], message: str) -> list[Item]:
    page = "_draft" if tell.reader.may(Permission.DRAFT) else ""
    return [
        Item(
            sentence=tell.say(message, title=tell.title(row.title)),
            href=places.of(row.kind, row.id, page),
            reference=row.reference or "",
            note="" if message == CONTINUE else tell.say(SAVED_BY, name=shown(row.name)),
            since=tell.saved(row.since),
            since_iso=row.since.isoformat(),
        )
        for row in rows
    ]


def _grants(tell: Tellings) -> list[Item]:
    return [
        Item(
            sentence=tell.say(SECOND, name=shown(row.name)),
            href=url_for("parties.member", id=row.member_id),
            note=tell.say(IN_FORCE_AT, moment=moment_in_words(row.effective_at, tell.language)),
            since=tell.age(row.asked_at),
            since_iso=row.asked_at.isoformat(),
        )
        for row in queries.pending_grants(reading(), tell.reader, portal().clock.now())
    ]


def _auditors(tell: Tellings) -> list[Item]:
    return [
        Item(
            sentence=tell.say(ANSWER, name=shown(row.name)),
            href=url_for("parties.member", id=row.member_id),
            note=tell.say(PROPOSED_BY, party=tell.labels[row.party]),
            since=tell.age(row.proposed_at),
            since_iso=row.proposed_at.isoformat(),
            is_long=tell.is_long(row.proposed_at),
        )
        for row in queries.awaited_auditors(reading(), tell.reader)
    ]


def _capped(part: Part) -> Part:
    if len(part.items) <= SHOWN:
        return part
    return replace(part, items=part.items[:SHOWN], total=part.count)


@dataclass(frozen=True)
class TermNow:
    """Where the agreement stands today."""

    key: str
    """Of the chip: in_force, unconfirmed, planned, ended, none."""
    number: int
    start: dt.date | None
    expiry: dt.date | None
    days_left: int
    is_assumed: bool
    is_unconfirmed: bool
    """Whether a party entered the dates and not every party has confirmed them."""
    renews: bool
    ends: bool
    """Whether an end on the last day shown has been announced."""


def _term(tell: Tellings) -> TermNow:
    dates = agreement.dates_now(reading(), tell.edition)
    terms = agreement.terms(tell.edition, dates, tell.today)
    if not terms:
        return TermNow("none", 0, None, None, 0, dates.is_assumed, False, False, False)
    last = terms[-1]
    if tell.today < terms[0].start:
        key = "planned"
    elif last.covers(tell.today):
        key = "in_force"
    else:
        key = "ended"
    return TermNow(
        key,
        len(terms),
        last.start,
        last.expiry,
        last.days_left(tell.today),
        dates.is_assumed,
        not dates.is_confirmed and not dates.are_stated,
        tell.edition.renewal.automatic and not dates.end_on_fixed and dates.end is None,
        dates.end is not None and dates.end.last_day == last.expiry,
    )


# --- The lists behind it --------------------------------------------------------------------------


@blueprint.get("/waiting/<whose>", allow=Permission.READ)
def waiting(whose: str) -> ResponseReturnValue:
    """Every document that waits for the reader's side (`ours`) or for the others (`theirs`), by key."""
    if whose not in {"ours", "theirs"}:
        raise NotFound()
    tell, places = Tellings.of_this_request(), Places()
    after = queries.read_cursor(request.args.get("after"))
    part = TURN if whose == "ours" else OTHERS
    rows = queries.documents(reading(), tell.reader, part, after=after, limit=PAGE + 1)
    if part == TURN:
        lines = [_awaited(tell, places, row)[0] for row in rows[:PAGE]]
    else:
        lines = [_waiting_for_others(tell, places, row) for row in rows[:PAGE]]
    following = None
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        following = url_for(".waiting", whose=whose, after=queries.Cursor(last.since, last.id).text())
    return show(
        "home/waiting.html",
        whose=whose,
        lines=lines,
        lines_of=lines_of,
        first=url_for(".waiting", whose=whose) if after else None,
        following=following,
    )


@blueprint.get("/accessibility", allow=Permission.ENTER)
def accessibility() -> ResponseReturnValue:
    """What everybody can rely on when using the portal, what is known not to work, and whom to tell."""
    return show("home/accessibility.html")


@blueprint.get("/privacy", allow=Permission.ENTER)
def privacy() -> ResponseReturnValue:
    """What the portal keeps of people, why, for how long, and who sees it."""
    return show("home/privacy.html")
