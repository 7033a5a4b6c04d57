"""A document in the reader's words: its fields labelled, its changes marked, its parties side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement.text import Edition
from portal.consent.body import Body, Form
from portal.consent.kind import DocumentKind
from portal.consent.queries import Dossier
from portal.consent.rules import CAPACITY_NAMES, Capacity, DraftedAlone, Says, Standing
from portal.kernel import compare, days
from portal.kernel.pdf import Cell
from portal.kernel.typed import invisible_characters
from portal.kernel.words import N_
from portal.kernel.writing import on_paper
from portal.web.filters import day, moment
from portal.web.language import language, say
from portal.web.pages import prose

_KINDS = {compare.Kind.SAME: "equal", compare.Kind.ADDED: "insert", compare.Kind.REMOVED: "delete"}
INVISIBLE = N_("見えない文字が%(count)s個含まれています。赤い印の位置を確かめてください。")


@dataclass(frozen=True)
class Shown:
    """One field of a document, ready for the page."""

    name: str
    label: str
    form: Form
    lines: Sequence[str]
    html: Any = None
    warning: str | None = None
    writings: Sequence[tuple[str, Any]] = ()
    """Of a field of several texts: the words of each key, and its text as HTML."""
    sources: Sequence[tuple[str, str]] = ()
    """Of a field of texts in Markdown: each as it was written, with the words of its key, if it has one."""

    @property
    def cell(self) -> Cell:
        """What it says on a paper, which shows no Markdown."""
        if not self.sources:
            return "\n".join(self.lines)
        pieces: list[Any] = []
        for label, source in self.sources:
            between = "\n\n" if pieces else ""
            pieces += [(between, "same")] if between else []
            pieces += [(f"{label}\n", "strong")] if label else []
            pieces += on_paper(source)
        return pieces


def shown(kind: DocumentKind, body: Body, edition: Edition) -> list[Shown]:
    """Every field of `body`, labelled and worded in the reader's language."""
    result = []
    silent = kind.leaves_out(body)
    for name, label, form in body.parts():
        value = getattr(body, name)
        if not value and name in silent:
            continue
        lines = _lines(kind, name, form, value, edition)
        html = prose(value) if form is Form.MARKDOWN and value else None
        writings = _writings(kind, name, value, edition) if form is Form.WRITINGS else ()
        text = value if isinstance(value, str) else "\n".join(lines)
        unseen = len(invisible_characters(text))
        result.append(
            Shown(
                name,
                kind.label_words(name, label, body),
                form,
                lines,
                html,
                say(INVISIBLE, count=unseen) if unseen else None,
                writings,
                _sources(kind, name, form, value, edition),
            )
        )
    return result


def _writings(kind: DocumentKind, name: str, rows: Any, edition: Edition) -> list[tuple[str, Any]]:
    code = language()
    return [(kind.choice_words(name, key, edition, code), prose(text)) for key, text in rows if text.strip()]


def _sources(
    kind: DocumentKind, name: str, form: Form, value: Any, edition: Edition
) -> list[tuple[str, str]]:
    if form is Form.MARKDOWN:
        return [("", value)] if value else []
    if form is not Form.WRITINGS:
        return []
    code = language()
    return [(kind.choice_words(name, key, edition, code), text) for key, text in value if text.strip()]


def _lines(kind: DocumentKind, name: str, form: Form, value: Any, edition: Edition) -> list[str]:
    code = language()
    if form is Form.CHOICES:
        return [kind.choice_words(name, one, edition, code) for one in value]
    if form is Form.CHOICE:
        return [kind.choice_words(name, value, edition, code)] if value else []
    if form is Form.WRITINGS:
        named = ((kind.choice_words(name, key, edition, code), text) for key, text in value if text.strip())
        return [
            line for label, text in named for line in (say("【%(name)s】", name=label), *text.splitlines())
        ]
    if form is Form.ROWS:
        return [kind.row_words(name, row, edition, code) for row in value if any(row)]
    if form is Form.DAY:
        return [_day(value)] if value else []
    return str(value).splitlines() if value else []


def _day(text: str) -> str:
    try:
        return days.day_in_words(dt.date.fromisoformat(text), language())
    except ValueError:
        return text


def differences(
    kind: DocumentKind,
    old: Body,
    new: Body,
    old_files: Sequence[Any],
    new_files: Sequence[Any],
    edition: Edition,
) -> list[dict[str, Any]]:
    """Every field old and new, with the changed characters marked; attachments by name and digest (R6.2-5)."""
    result = []
    silent = set(kind.leaves_out(old)) & set(kind.leaves_out(new))
    for name, label, form in new.parts():
        if name in silent and not getattr(old, name) and not getattr(new, name):
            continue
        before = "\n".join(_source(kind, name, form, getattr(old, name), edition))
        after = "\n".join(_source(kind, name, form, getattr(new, name), edition))
        result.append(_difference(kind.label_words(name, label, new), before, after))
    result.append(_difference(say("添付"), _files(old_files), _files(new_files)))
    return result


def _source(kind: DocumentKind, name: str, form: Form, value: Any, edition: Edition) -> list[str]:
    if form in {Form.MARKDOWN, Form.TEXT, Form.LINE}:
        return [str(value)]
    return _lines(kind, name, form, value, edition)


def _files(files: Sequence[Any]) -> str:
    return "\n".join(f"{one['name']}（{one['sha256'][:16]}）" for one in files)


def _difference(label: str, before: str, after: str) -> dict[str, Any]:
    if before == after:
        return {"label": label, "old": before, "new": after or None, "changed": False}
    segments: list[tuple[str, str]] = []
    for number, line in enumerate(compare.compare_texts(before, after)):
        if number:
            segments.append(("equal", "\n"))
        segments += [(_KINDS[one.kind], one.shown) for one in line.segments]
    return {"label": label, "old": segments, "new": segments, "changed": True}


def party_rows(
    dossier: Dossier, edition: Edition, compare: Callable[[int, int], str] | None = None
) -> list[dict[str, Any]]:
    """Each party's reply to the revision on the table, for side-by-side status (R2-7; I3). A consent that a later
    revision took the effect of stays in sight, with who tabled that revision and, by `compare`, the address of
    what changed since (excellent 3.1)."""
    code = language()
    rows = []
    for key in edition.party_keys:
        party = edition.party(key)
        reply = dossier.reply_of(key)
        row: dict[str, Any] = {
            "label": party.defined_as[code],
            "name": party.name[code],
            "state": "waiting",
            "sentence": say("回答待ち"),
        }
        if dossier.standing is Standing.SENT_BACK:
            is_to_revise = key in dossier.waits_for
            row |= (
                {"sentence": say("新しい版の提示待ち")}
                if is_to_revise
                else {"state": "none", "sentence": say("未回答")}
            )
        if dossier.standing in {Standing.DRAFT, Standing.DECLINED, Standing.WITHDRAWN}:
            row |= {"state": "none", "sentence": say("同意なし")}
        if reply is not None:
            row |= _reply_words(reply, dossier, edition, compare)
        closing = next((one for one in dossier.closings if one.party == key and one.act in _CLOSED), None)
        if closing is not None:
            row |= {
                "state": "declined",
                "sentence": say(_CLOSED[closing.act]),
                "person": closing.name,
                "post": closing.post,
                "when": moment(closing.at),
                "iso": closing.at.isoformat(),
            }
        rows.append(row)
    return rows


_CLOSED = {"decline": N_("見送り"), "withdraw": N_("取下げ")}


def _reply_words(
    reply: Any, dossier: Dossier, edition: Edition, compare: Callable[[int, int], str] | None
) -> dict[str, Any]:
    facts = {
        "person": reply.name,
        "post": reply.post,
        "when": moment(reply.at),
        "iso": reply.at.isoformat(),
    }
    current = reply.revision == dossier.document.revision
    match reply.says:
        case Says.CONSENT if current:
            return facts | {
                "state": "consented",
                "sentence": say("版%(number)sに同意", number=reply.revision),
                "capacity": capacity_words(reply),
                "decision": decision_words(reply),
                "digest": reply.digest,
            }
        case Says.CONSENT:
            return {
                "lapsed": _lapsed(reply, dossier, edition) | facts,
                "compare": _since(reply, dossier, compare),
            }
        case Says.WITHDRAW:
            return facts | {
                "state": "withdrawn",
                "sentence": say("版%(number)sへの同意を撤回", number=reply.revision),
            }
        case _ if current:
            return facts | {
                "state": "sent_back",
                "sentence": say("版%(number)sを差戻し", number=reply.revision),
            }
        case _:
            return facts | {
                "state": "waiting",
                "sentence": say("回答待ち（版%(number)sを差し戻した）", number=reply.revision),
            }


def _lapsed(reply: Any, dossier: Dossier, edition: Edition) -> dict[str, Any]:
    """A consent without effect: it lapsed by the next revision, whoever gave it; who tabled that one is another
    thing and said apart (excellent 1, row 2)."""
    by = next(one for one in dossier.revisions if one.number == reply.revision + 1)
    return {
        "sentence": say("版%(number)sへの同意は失効（新しい版が提示されたため）", number=reply.revision),
        "by": say(
            "版%(number)sの提示：%(party)s　%(post)s %(name)s　%(moment)s",
            number=by.number,
            party=edition.party(by.party).defined_as[language()],
            post=by.post,
            name=by.name,
            moment=moment(by.tabled_at),
        ),
    }


def _since(reply: Any, dossier: Dossier, compare: Callable[[int, int], str] | None) -> tuple[str, str] | None:
    """The address of what changed since the revision a party consented to, and its words."""
    if compare is None:
        return None
    older, newer = reply.revision, dossier.document.revision
    return compare(older, newer), say("版%(older)sと版%(newer)sの違いを見る", older=older, newer=newer)


def capacity_words(reply: Any) -> str:
    """決裁 / 専決 / 代決（○○不在）."""
    if not reply.capacity:
        return ""
    name = say(CAPACITY_NAMES[Capacity(reply.capacity)])
    if reply.absent_post:
        return say("%(capacity)s（%(post)s不在のため）", capacity=name, post=reply.absent_post)
    return name


def decision_words(reply: Any) -> str:
    """The decision's number, and its day if given."""
    if reply.decided_on:
        return say("%(reference)s（%(day)s）", reference=reply.decision_reference, day=day(reply.decided_on))
    return reply.decision_reference or ""


@dataclass(frozen=True)
class Turn:
    """Whose turn it is: the first thing on every document page (decision 22)."""

    kind: str
    sentence: str
    since: str | None = None
    detail: str | None = None


def turn_of(dossier: Dossier, reader: Actor, edition: Edition) -> Turn:
    """Whose turn it is and what is waited for, in one sentence to this reader."""
    code, document = language(), dossier.document
    awaited = dossier.awaited_since
    began = awaited.get(reader.party or "") or min(awaited.values(), default=None)
    since = say("%(moment)sから", moment=moment(began)) if began else None
    labels = say("・").join(edition.party(key).defined_as[code] for key in dossier.waits_for)
    mine = reader.party in dossier.waits_for
    match dossier.standing:
        case Standing.DRAFT:
            return Turn("yours", say("下書きです。提示するまで、相手方には一切見えません。"))
        case Standing.SENT_BACK if mine:
            return Turn("yours", say("差し戻されました。理由を読み、直した版を提示してください。"), since)
        case Standing.SENT_BACK:
            return Turn(
                "others", say("差し戻しました。%(parties)sの新しい版を待っています。", parties=labels), since
            )
        case Standing.OPEN | Standing.PARTIAL if mine:
            return Turn(
                "yours",
                say("版%(number)sについて、あなたの側（%(parties)s）の回答を待っています。", number=document.revision,
                    parties=edition.party(reader.party or "").defined_as[code]),
                since,
                _who_consents(dossier, reader),
            )  # fmt: skip
        case Standing.OPEN | Standing.PARTIAL:
            return Turn("others", say("%(parties)sの同意を待っています。", parties=labels), since,
                        say("まだ合意していません。"))  # fmt: skip
        case Standing.AGREED:
            return Turn("done", say("全当事者が版%(number)sに合意しました。", number=document.revision),
                        moment(document.agreed_at))  # fmt: skip
        case Standing.HELD:
            holders = [one.party for one in dossier.holds]
            return Turn("stopped", say("%(parties)sが保留しています。合意は消えていません。", parties=_labels(holders, edition)),
                        None, who_lifts(reader, holders))  # fmt: skip
        case Standing.REPLACED:
            return Turn("stopped", say("この文書は、合意により新しい文書に差し替わりました。"))
        case Standing.DECLINED:
            return Turn("stopped", say("見送りになりました。"), None, _last_reason(dossier))
        case Standing.WITHDRAWN:
            return Turn("stopped", say("取り下げられました。"), None, _last_reason(dossier))
    raise AssertionError(dossier.standing)


def _who_consents(dossier: Dossier, reader: Actor) -> str | None:
    """Who of the reader's side consents, where the reader does not."""
    if not reader.may(Permission.CONSENT):
        return say("同意や差戻しは、あなたの側の同意権者が行います。")
    if dossier.is_drafted_alone_by(reader):
        return f"{say(DraftedAlone.sentence)} {say(DraftedAlone.next_step)}"
    return None


def who_lifts(reader: Actor, holders: Collection[str]) -> str:
    """Who lets go on what `holders` hold, said to this reader (decision 26)."""
    if reader.party not in holders:
        return say("解けるのは、保留した側の同意権者だけです。協議して、記録を下に残してください。")
    if reader.may(Permission.LIFT_HOLD):
        return say("続けられるようになったら、保留を解いてください。")
    return say("保留を解くのは、あなたの側の同意権者です。")


def _labels(keys: Collection[str], edition: Edition) -> str:
    """The parties as the edition calls them, in its order."""
    return say("・").join(one.defined_as[language()] for one in edition.parties if one.key in keys)


def _last_reason(dossier: Dossier) -> str | None:
    if not dossier.closings:
        return None
    last = dossier.closings[-1]
    return say("理由：%(reason)s（%(post)s %(name)s、%(moment)s）", reason=last.reason, post=last.post, name=last.name,
               moment=moment(last.at))  # fmt: skip


def agreed_rows(dossier: Dossier, edition: Edition) -> list[dict[str, Any]]:
    """Who consented for each party to the agreed revision, in what capacity, when (for the receipt)."""
    return [row for row in party_rows(dossier, edition) if row["state"] == "consented"]
