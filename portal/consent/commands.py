"""What is done with documents: draft, table, answer, close; each reads: may I, load, rules, rows, tell."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM
from portal.access.policy import Permission, Role
from portal.agreement import queries as agreement
from portal.consent import events, rules
from portal.consent.body import Body
from portal.consent.kind import DocumentKind
from portal.consent.models import (
    Attachment,
    Closing,
    Comment,
    Consultation,
    ConsultationConfirmation,
    Document,
    Draft,
    Note,
    Reply,
    Revision,
)
from portal.consent.paper import (
    REPLIES,
    OnTheTable,
    body_of,
    listed,
    marked,
    paper_of,
    replied,
    replies_to,
    standing_columns,
)
from portal.consent.rules import AgreementHasEnded as AgreementHasEnded
from portal.consent.rules import AgreementNotInForce as AgreementNotInForce
from portal.consent.rules import Capacity, Says, Standing
from portal.consent.rules import NoDateYet as NoDateYet
from portal.history.erasing import is_erased
from portal.history.work import Work
from portal.kernel.db import Subject, held
from portal.kernel.digest import REVISION, canonical, digest
from portal.kernel.errors import MovedUnderThePen, NotAllowed, NotFound, RuleBroken, ask_all
from portal.kernel.files import Kept
from portal.kernel.ids import new_id
from portal.kernel.markdown import RENDERER
from portal.kernel.uploads import Inspection
from portal.kernel.words import N_


class DraftHasMoved(MovedUnderThePen):
    """The own-side draft was saved by somebody else, or in another tab, since this page was opened (row 26)."""

    sentence = N_(
        "この下書きは、画面を開いたあとに保存し直されています。入力した内容はまだ保存されていません。"
    )
    next_step = N_("下の違いを確かめ、必要な部分を取り込んでから、もう一度保存してください。")


class WrittenOnAnOlderRevision(MovedUnderThePen):
    """The draft rests on an older revision than the one now on the table (decision 25; S10)."""

    sentence = N_(
        "この下書きは版%(base)sを土台にしていますが、いまは版%(latest)sが提示されています。下書きはそのまま残っています。"
    )
    next_step = N_("版%(latest)sとの違いを確かめ、土台を版%(latest)sに移してから提示してください。")


class TablingIsReserved(RuleBroken):
    """This party reserves tabling to its consent officers (decision 25)."""

    status = 403
    sentence = N_("自分の側の決まりで、提示できるのは同意権者だけです。")
    next_step = N_("自分の側の同意権者に提示を依頼してください。下書きはそのまま残っています。")


class NothingDrafted(RuleBroken):
    """There is no own-side draft to table."""

    sentence = N_("提示する下書きがありません。")
    next_step = N_("編集して下書きを保存してから提示してください。")


class ReplacedBefore(RuleBroken):
    """What this document would replace is no longer in force."""

    status = 409
    sentence = N_("差し替える相手の文書は、もう有効ではありません。")
    next_step = N_("いま有効な文書から、あらためて変更を提案してください。")


class ConfirmedByItsWriter(RuleBroken):
    """The summary of a consultation is confirmed by the other parties (R2-2, R2-4)."""

    status = 403
    sentence = N_("協議の記録を確認できるのは、書いた側以外の当事者です。")
    next_step = N_("ほかの当事者の確認をお待ちください。")


class DayToCome(RuleBroken):
    """What has been held or decided was so by today (R2-2)."""

    sentence = N_("まだ来ていない日（%(day)s）のことは記録できません。")
    next_step = N_("今日までの日付を入力してください。")


@dataclass(frozen=True)
class Decision:
    """A party's own decision behind its consent, entered before the click (decision 11, 12; practice.md 3.1)."""

    reference: str
    capacity: Capacity
    decided_on: dt.date | None = None
    absent_post: str = ""


def start(
    work: Work,
    kind: DocumentKind,
    body: Body,
    *,
    activity_id: str | None = None,
    replaces: Document | None = None,
    copied_from: Document | None = None,
    attachments: Sequence[Attachment] = (),
) -> Document:
    """A document is begun as an own-side draft; the others know nothing of it (R2-1).

    `replaces` must be agreed and in force (decision 13). The attachments of a copied or replaced document come
    along as the drafter's own. After the end of the agreement nothing is begun that needs it (R5-5).
    """
    work.must(Permission.DRAFT)
    party = _own_party(work)
    _must_not_have_ended(work, kind)
    kind.check_draft(body, agreement.edition(work.session))
    if replaces is not None:
        if Standing(replaces.standing) not in rules.AGREED_STANDINGS:
            raise ReplacedBefore()
        kind.must_be_replaceable(work, replaces)
    document = work.add(
        Document(
            id=new_id(),
            kind=kind.key,
            party=party,
            edition=agreement.edition_number(work.session),
            activity_id=activity_id,
            replaces_id=replaces.id if replaces else None,
            copied_from_id=copied_from.id if copied_from else None,
            begun_by=work.actor.member_id or "",
            begun_at=work.at,
            standing=Standing.DRAFT,
            title="",
            revision=0,
            digest="",
            waits_for="",
            changed_at=work.at,
        )
    )
    work.session.flush()  # the draft's foreign key needs it
    own = [
        _copy_of(work, document, party, one) for one in attachments if not is_erased(work.session, one.id)
    ]
    draft = work.add(
        Draft(
            id=new_id(),
            document_id=document.id,
            party=party,
            base=0,
            body=_json(body),
            title=kind.title(body),
            attachments=",".join(one.id for one in own),
            savers=work.actor.member_id or "",
            saves=1,
            saved_by=work.actor.member_id or "",
            saved_by_name=work.actor.name,
            saved_at=work.at,
        )
    )
    work.record(
        events.DraftStarted(**_of(kind, document, draft), copied_from=copied_from.id if copied_from else None)
    )
    return document


def save(work: Work, kind: DocumentKind, document: Document, body: Body, *, saves: int) -> Draft:
    """The own-side draft holds `body`; a first save on a tabled document opens a draft upon its last revision.

    `saves` is the count the page was opened with: DraftHasMoved when another save came between. An unchanged
    save changes nothing and is not told (decision 25).
    """
    work.must(Permission.DRAFT)
    party = _own_party(work)
    _must_be_open_to_drafts(document)
    kind.check_draft(body, agreement.edition(work.session))
    draft = own_draft(work, document)
    if draft is None:
        if saves:
            raise DraftHasMoved()
        draft = _open_draft(work, kind, document, party)
        if draft.body == _json(body):
            return draft  # never added: nothing was changed, so nothing is kept
        work.add(draft)
    elif draft.saves != saves:
        raise DraftHasMoved()
    elif draft.body == _json(body):
        return draft
    draft.body, draft.title = _json(body), kind.title(body)
    _touch(work, draft)
    work.record(events.DraftSaved(**_of(kind, document, draft), saves=draft.saves))
    return draft


def attach(
    work: Work, kind: DocumentKind, document: Document, *, name: str, kept: Kept, inspection: Inspection
) -> Attachment:
    """The file stands among the attachments of the own-side draft; it is shared only by tabling (row 14, 17)."""
    work.must(Permission.DRAFT)
    party = _own_party(work)
    _must_be_open_to_drafts(document)
    draft = own_draft(work, document) or work.add(_open_draft(work, kind, document, party))
    attachment = _file(work, document, party, name, kept, inspection)
    draft.attachments = ",".join([*listed(draft.attachments), attachment.id])
    _touch(work, draft)
    work.record(
        events.AttachmentAdded(
            **_of(kind, document, draft), sha256=kept.sha256, size=kept.size, file_name=name
        )
    )
    return attachment


def detach(work: Work, kind: DocumentKind, document: Document, attachment_id: str) -> None:
    """The attachment no longer stands in the own-side draft; tabled revisions keep theirs."""
    work.must(Permission.DRAFT)
    party = _own_party(work)
    _must_be_open_to_drafts(document)
    draft = own_draft(work, document) or work.add(_open_draft(work, kind, document, party))
    if attachment_id not in listed(draft.attachments):
        raise NotFound()
    attachment = work.session.get_one(Attachment, attachment_id)
    draft.attachments = ",".join(one for one in listed(draft.attachments) if one != attachment_id)
    _touch(work, draft)
    work.record(
        events.AttachmentRemoved(
            **_of(kind, document, draft), sha256=attachment.sha256, file_name=attachment.name
        )
    )


def rebase(work: Work, kind: DocumentKind, document: Document) -> Draft:
    """The own-side draft rests on the latest revision, its words untouched: what is now tabled replaces it (S10)."""
    work.must(Permission.DRAFT)
    draft = own_draft(work, document)
    if draft is None:
        raise NothingDrafted()
    if draft.base != document.revision:
        draft.base = document.revision
        _touch(work, draft)
        work.record(events.DraftRebased(**_of(kind, document, draft), base=draft.base))
    return draft


def discard(work: Work, kind: DocumentKind, document: Document) -> None:
    """The own-side draft is gone; a document never tabled is closed with it."""
    work.must(Permission.DRAFT)
    draft = own_draft(work, document)
    if draft is None:
        raise NothingDrafted()
    told = _of(kind, document, draft)
    work.session.delete(draft)
    if document.tabled_at is None:
        document.standing = Standing.WITHDRAWN
        document.changed_at = work.at
    work.record(events.DraftDiscarded(**told))


def table(work: Work, kind: DocumentKind, document: Document, *, saves: int) -> Revision:
    """The own-side draft is the next revision on the table; every earlier consent has lost its effect (I5, I10).

    Refused: without a date of the agreement, on an older base, with unchanged words, with words that the kind's
    `check` does not pass, or where the party reserves tabling. The draft is kept in every such case.
    """
    work.must(Permission.TABLE)
    party = _own_party(work)
    draft = own_draft(work, document)
    if draft is None:
        raise NothingDrafted()
    if draft.saves != saves:
        raise DraftHasMoved()
    if work.party_rules[party].officers_table and Role.CONSENT_OFFICER not in work.actor.roles:
        raise TablingIsReserved()
    current = agreement.edition(work.session)
    if kind.needs_dates:
        must_be_in_force(work.session, work.today, kind)
    body = kind.Words.from_plain(json.loads(draft.body))
    ask_all(lambda: kind.check(body, current), lambda: kind.check_on(body, work.today))
    if draft.base != document.revision:
        raise WrittenOnAnOlderRevision(base=draft.base, latest=document.revision)
    paper = paper_of(work.session, document, work.parties)
    attachments = _attachments(work, listed(draft.attachments))
    revision = _revision(work, kind, document, draft, body, attachments, current.digest)
    settled = rules.after(
        paper,
        rules.Table(
            party,
            work.actor.member_id or "",
            number=revision.number,
            digest=revision.digest,
            content=revision.content,
            parent=revision.parent,
            drafters=frozenset(listed(revision.drafters)),
        ),
    )
    work.add(revision)
    if document.tabled_at is None:
        last = work.session.scalar(select(func.max(Document.number)).where(Document.kind == kind.key))
        document.tabled_at, document.number = work.at, (last or 0) + 1
        prefix = current.settings.prefixes.get(kind.key, kind.prefix)
        document.reference = f"{prefix}-{document.number:04}"
    for one in attachments:
        one.shared_at = one.shared_at or work.at
    document.title = revision.title
    work.session.delete(draft)
    for name, value in standing_columns(settled, work.at, OnTheTable(revision, ())).items():
        setattr(document, name, value)
    work.session.flush()  # what follows from tabling refers to the revision
    kind.on_tabled(work, document, revision, body)
    if paper.consents:
        lapsed = [key for key in work.parties if key in paper.consents]
        work.record(
            events.ConsentsLapsed(
                **_of(kind, document), number=paper.revision, newer=revision.number, lapsed=lapsed
            ),
            by=SYSTEM,
        )
    work.record(
        events.RevisionTabled(
            **_of(kind, document),
            number=revision.number,
            digest=revision.digest,
            parent=revision.parent,
            content=revision.content,
            drafters=listed(revision.drafters),
            attachments=[one.sha256 for one in attachments],
        ),
        *kind.also_about(document),
    )
    return revision


def consent(work: Work, kind: DocumentKind, document: Document, *, seen: str, decision: Decision) -> Reply:
    """The actor's party has consented to the revision whose digest the actor saw; with the last party's consent
    the document is agreed, and what follows from that is done in the same transaction (I1-I4; art. 2, 6(2)).

    Refused: another digest than the latest (409), a party that consented already, one who alone drafted, a
    revision sent back, an agreement not in force, or whatever the kind still misses.
    """
    work.must(Permission.CONSENT)
    party = _own_party(work)
    found = on_the_table(work, document)
    paper = paper_of(work.session, document, work.parties, found)
    four_eyes = bool(work.party_rules[party].four_eyes)
    act = rules.Consent(party, work.actor.member_id or "", seen=seen, four_eyes=four_eyes)
    settled = rules.after(paper, act)
    _must_have_come(work, decision.decided_on, "decided_on")
    if kind.needs_dates:
        must_be_in_force(work.session, work.today, kind)
    assert found is not None  # else the rules have refused
    revision: Revision = found.revision
    body = body_of(kind, revision)
    replaced = _replaced(work, kind, document)
    kind.must_be_agreeable(work, document, body)
    agreed = settled.standing is Standing.AGREED
    reply = _reply(work, document, found, Says.CONSENT, decision=decision)
    columns = standing_columns(settled, work.at, found.followed_by(reply))
    if agreed:
        columns |= {"agreed_revision_id": revision.id, "agreed_at": work.at}
    work.change(document, columns)
    work.record(
        events.ConsentGiven(
            **_of(kind, document),
            number=revision.number,
            digest=revision.digest,
            reply=reply.number,
            capacity=decision.capacity.value,
            four_eyes=four_eyes,
            agreed=agreed,
            decision=decision.reference,
            decided_on=decision.decided_on.isoformat() if decision.decided_on else "",
            absent_post=decision.absent_post,
        ),
        *kind.also_about(document),
    )
    if agreed:
        work.record(
            events.Agreed(**_of(kind, document), number=revision.number, digest=revision.digest),
            *kind.also_about(document),
        )
        if replaced is not None:
            _replace(work, kind, replaced, document)
        kind.on_agreed(work, document, revision, body)
    return reply


def withdraw_consent(work: Work, kind: DocumentKind, document: Document, *, seen: str, reason: str) -> Reply:
    """The party's consent to this revision is withdrawn; the record of it stays (I9; decision 26)."""
    work.must(Permission.CONSENT)
    act = rules.WithdrawConsent(_own_party(work), work.actor.member_id or "", seen=seen)
    found = on_the_table(work, document)
    settled = rules.after(paper_of(work.session, document, work.parties, found), act)
    assert found is not None  # else the rules have refused
    revision = found.revision
    reply = _reply(work, document, found, Says.WITHDRAW, reason=reason)
    work.change(document, standing_columns(settled, work.at, found.followed_by(reply)))
    work.record(
        events.ConsentWithdrawn(
            **_of(kind, document),
            number=revision.number,
            digest=revision.digest,
            reply=reply.number,
            reason=reason,
        )
    )
    return reply


def send_back(work: Work, kind: DocumentKind, document: Document, *, seen: str, reason: str) -> Reply:
    """The revision is sent back with the reason; no consent to it until there is a new one (decision 25)."""
    work.must(Permission.SEND_BACK)
    act = rules.SendBack(_own_party(work), work.actor.member_id or "", seen=seen)
    found = on_the_table(work, document)
    settled = rules.after(paper_of(work.session, document, work.parties, found), act)
    assert found is not None  # else the rules have refused
    revision = found.revision
    reply = _reply(work, document, found, Says.SEND_BACK, reason=reason)
    work.change(document, standing_columns(settled, work.at, found.followed_by(reply)))
    work.record(
        events.SentBack(
            **_of(kind, document),
            number=revision.number,
            digest=revision.digest,
            reply=reply.number,
            reason=reason,
        )
    )
    return reply


def decline(work: Work, kind: DocumentKind, document: Document, *, reason: str) -> None:
    """The document is closed: one party does not go along (見送り; R2-10)."""
    work.must(Permission.DECLINE)
    kind.must_be_declinable(work, document)
    _close(
        work, kind, document, "decline", rules.Decline(_own_party(work), work.actor.member_id or ""), reason
    )
    work.record(events.Declined(**_of(kind, document), reason=reason), *kind.also_about(document))


def withdraw(work: Work, kind: DocumentKind, document: Document, *, reason: str) -> None:
    """The document is closed: its proposer took it back (取下げ; R2-10)."""
    work.must(Permission.WITHDRAW)
    _close(
        work, kind, document, "withdraw", rules.Withdraw(_own_party(work), work.actor.member_id or ""), reason
    )
    work.record(events.Withdrawn(**_of(kind, document), reason=reason), *kind.also_about(document))


def hold(work: Work, kind: DocumentKind, document: Document, *, reason: str) -> None:
    """What was agreed is stopped for the time being, at once (保留; decision 13, 26)."""
    work.must(Permission.HOLD)
    kind.must_be_holdable(work, document)
    _close(work, kind, document, "hold", rules.Hold(_own_party(work), work.actor.member_id or ""), reason)
    work.record(events.Held(**_of(kind, document), reason=reason), *kind.also_about(document))


def lift_hold(work: Work, kind: DocumentKind, document: Document, *, reason: str) -> None:
    """The actor's party no longer holds what was agreed (decision 26)."""
    work.must(Permission.LIFT_HOLD)
    _close(
        work,
        kind,
        document,
        "lift_hold",
        rules.LiftHold(_own_party(work), work.actor.member_id or ""),
        reason,
    )
    work.record(events.HoldLifted(**_of(kind, document), reason=reason), *kind.also_about(document))


MOST_MATERIALS = 10
"""How many files the record of one consultation may have."""


def consult(
    work: Work,
    kind: DocumentKind,
    document: Document,
    *,
    held_on: dt.date,
    medium: str,
    participants: str,
    summary: str,
    decisions: str,
    materials: Sequence[str] = (),
) -> Consultation:
    """A consultation stands in the log, for the other parties to confirm (協議; R2-2), with the files `materials`
    that were kept for it by `keep_material`: every party may have them from now on.

    Raises NotFound for a file that is not the own party's, or of another document.
    """
    work.must(Permission.CONSULT)
    party = _own_party(work)
    if document.tabled_at is None:
        raise rules.NothingOnTheTable()
    _must_have_come(work, held_on, "held_on")
    attachments = _materials(work, document, party, materials)
    consultation = work.add(
        Consultation(
            id=new_id(),
            document_id=document.id,
            held_on=held_on,
            medium=medium,
            participants=participants,
            summary=summary,
            decisions=decisions,
            attachments=",".join(one.id for one in attachments),
            **_signed(work, party),
        )
    )
    for one in attachments:
        one.shared_at = one.shared_at or work.at
    document.changed_at = work.at
    document.to_confirm = marked(
        [*listed(document.to_confirm), *(one for one in work.parties if one != party)]
    )
    work.record(
        events.Consulted(
            **_of(kind, document),
            consultation=consultation.id,
            held_on=held_on.isoformat(),
            medium=medium,
            materials=[one.sha256 for one in attachments],
            material_names="\n".join(one.name for one in attachments),
            participants=participants,
            summary=summary,
            decisions=decisions,
        )
    )
    return consultation


def keep_material(
    work: Work, kind: DocumentKind, document: Document, *, name: str, kept: Kept, inspection: Inspection
) -> Attachment:
    """The file is kept for the record of a consultation; the others have it once the record names it (R2-2; rows
    14, 17)."""
    work.must(Permission.CONSULT)
    party = _own_party(work)
    if document.tabled_at is None:
        raise rules.NothingOnTheTable()
    attachment = _file(work, document, party, name, kept, inspection)
    told = _of(kind, document) | {"private_to": party}
    work.record(events.MaterialKept(**told, sha256=kept.sha256, size=kept.size, file_name=name))
    return attachment


def confirm_consultation(
    work: Work,
    kind: DocumentKind,
    document: Document,
    consultation_id: str,
    *,
    is_confirmed: bool,
    remark: str,
) -> ConsultationConfirmation:
    """Another party has confirmed the summary, or said what it sees otherwise (R2-2)."""
    work.must(Permission.CONSULT)
    party = _own_party(work)
    consultation = work.session.scalars(
        select(Consultation).where(
            Consultation.id == consultation_id, Consultation.document_id == document.id
        )
    ).first()
    if consultation is None:
        raise NotFound()
    if consultation.party == party:
        raise ConfirmedByItsWriter()
    confirmation = work.add(
        ConsultationConfirmation(
            id=new_id(),
            document_id=document.id,
            consultation_id=consultation.id,
            is_confirmed=is_confirmed,
            remark=remark,
            **_signed(work, party),
        )
    )
    work.session.flush()
    if not _has_to_confirm(work, document, party):
        document.to_confirm = marked(one for one in listed(document.to_confirm) if one != party)
    event = events.ConsultationConfirmed if is_confirmed else events.ConsultationDisputed
    work.record(
        event(
            **_of(kind, document),
            consultation=consultation.id,
            held_on=consultation.held_on.isoformat(),
            remark=remark,
        )
    )
    return confirmation


def _has_to_confirm(work: Work, document: Document, party: str) -> bool:
    """Whether there is a consultation on the document that another party wrote down and `party` has not
    answered."""
    answered = exists().where(
        ConsultationConfirmation.consultation_id == Consultation.id, ConsultationConfirmation.party == party
    )
    left = select(Consultation.id).where(
        Consultation.document_id == document.id, Consultation.party != party, ~answered
    )
    return work.session.scalars(left.limit(1)).first() is not None


def comment(work: Work, kind: DocumentKind, document: Document, *, text: str) -> Comment:
    """A comment stands, shared by all parties."""
    work.must(Permission.COMMENT)
    party = _own_party(work)
    if document.tabled_at is None:
        raise rules.NothingOnTheTable()
    made = work.add(
        Comment(
            id=new_id(),
            document_id=document.id,
            revision=document.revision,
            text=text,
            **_signed(work, party),
        )
    )
    work.record(events.Commented(**_of(kind, document), comment=made.id, revision=made.revision, text=text))
    return made


def note(work: Work, kind: DocumentKind, document: Document, *, text: str) -> Note:
    """An own-side note stands; no other party will ever know of it (row 5, 21)."""
    work.must(Permission.NOTE)
    party = _own_party(work)
    made = work.add(Note(id=new_id(), document_id=document.id, text=text, **_signed(work, party)))
    told = _of(kind, document) | {"private_to": party}
    work.record(events.Noted(**told, note=made.id, text=text))
    return made


_DOCUMENT = (
    select(Document, Revision, REPLIES)
    .outerjoin(Revision, and_(Revision.document_id == Document.id, Revision.number == Document.revision))
    .where(Document.id == bindparam("id"), Document.kind == bindparam("kind"))
)


def document_of(work: Work, kind: DocumentKind, document_id: str) -> Document:
    """The document under the lock, if the actor may know of it; raises NotFound otherwise (row 1). What stands on the table
    of it is read with it, and held."""
    row = work.session.execute(_DOCUMENT, {"id": document_id, "kind": kind.key}).first()
    if row is None:
        raise NotFound()
    document, revision, replies = row
    if document.tabled_at is None and document.party != work.actor.party:
        raise NotFound()
    if revision is not None:
        held(work.session)[_ON_THE_TABLE, document.id] = OnTheTable(revision, replied(replies))
    return cast(Document, document)


_ON_THE_TABLE = "on the table"


def own_draft(work: Work, document: Document) -> Draft | None:
    """The own-side draft of the actor's party, if there is one."""
    return work.session.scalars(
        select(Draft).where(Draft.document_id == document.id, Draft.party == work.actor.party)
    ).first()


_LATEST = select(Revision).where(
    Revision.document_id == bindparam("document"), Revision.number == bindparam("number")
)


def latest(work: Work, document: Document) -> Revision:
    """The revision now on the table."""
    found: OnTheTable | None = held(work.session).get((_ON_THE_TABLE, document.id))
    if found is not None and found.revision.number == document.revision:
        return cast(Revision, found.revision)
    return work.session.scalars(_LATEST, {"document": document.id, "number": document.revision}).one()


def on_the_table(work: Work, document: Document) -> OnTheTable | None:
    """The revision now on the table and the replies to it; None where nothing was ever tabled."""
    if not document.revision:
        return None
    work.session.flush()  # what this Work has changed is let go of
    revision = latest(work, document)
    found: OnTheTable | None = held(work.session).get((_ON_THE_TABLE, document.id))
    return found or replies_to(work.session, document, revision)


def _own_party(work: Work) -> str:
    if work.actor.party is None:
        raise NotAllowed()
    return work.actor.party


def _must_be_open_to_drafts(document: Document) -> None:
    standing = Standing(document.standing)
    if standing in rules.AGREED_STANDINGS:
        raise rules.AgreedAlready()
    if standing is not Standing.DRAFT and standing not in rules.ON_THE_TABLE:
        raise rules.ClosedAlready()


def _must_have_come(work: Work, day: dt.date | None, field: str) -> None:
    if day is not None and day > work.today:
        raise DayToCome(field, day=day)


def must_be_in_force(session: Session, today: dt.date, kind: DocumentKind | None = None) -> None:
    """The agreement is in force `today`; raises NoDateYet, AgreementNotInForce before its first term, and after the end
    what the kind of document says of it (R5-5)."""
    _, now = agreement.life_now(session, today)
    if now.term is None:
        raise NoDateYet()
    if now.end is not None and now.end.last_day < today:
        raise (kind.refused_after_the_end if kind else AgreementHasEnded)(day=now.end.last_day)
    if not now.is_in_force:
        raise AgreementNotInForce()


def _must_not_have_ended(work: Work, kind: DocumentKind) -> None:
    """Nothing is begun under an agreement that has ended; before its dates are entered, drafts are (decision 30)."""
    _, now = agreement.life_now(work.session, work.today)
    if kind.needs_dates and now.end is not None and now.end.last_day < work.today:
        raise kind.refused_after_the_end(day=now.end.last_day)


def _open_draft(work: Work, kind: DocumentKind, document: Document, party: str) -> Draft:
    if document.tabled_at is None:
        raise NotFound()
    revision = latest(work, document)
    sealed = json.loads(revision.sealed)
    return Draft(
        id=new_id(),
        document_id=document.id,
        party=party,
        base=revision.number,
        body=_json(body_of(kind, revision)),
        title=revision.title,
        attachments=",".join(one["id"] for one in sealed["attachments"]),
        savers="",
        saves=0,
        saved_by="",
        saved_by_name="",
        saved_at=work.at,
    )


def _touch(work: Work, draft: Draft) -> None:
    member = work.actor.member_id or ""
    draft.savers = ",".join(dict.fromkeys([*listed(draft.savers), member]))
    draft.saves += 1
    draft.saved_by, draft.saved_by_name, draft.saved_at = member, work.actor.name, work.at


def _copy_of(work: Work, document: Document, party: str, one: Attachment) -> Attachment:
    return work.add(
        Attachment(
            id=new_id(),
            document_id=document.id,
            party=party,
            name=one.name,
            media_type=one.media_type,
            size=one.size,
            sha256=one.sha256,
            findings=one.findings,
            member_id=work.actor.member_id or "",
            added_at=work.at,
        )
    )


def _file(
    work: Work, document: Document, party: str, name: str, kept: Kept, inspection: Inspection
) -> Attachment:
    return work.add(
        Attachment(
            id=new_id(),
            document_id=document.id,
            party=party,
            name=name,
            media_type=inspection.media_type,
            size=kept.size,
            sha256=kept.sha256,
            findings=json.dumps([[one.code, one.detail] for one in inspection.findings], ensure_ascii=False),
            member_id=work.actor.member_id or "",
            added_at=work.at,
        )
    )


def _materials(work: Work, document: Document, party: str, ids: Sequence[str]) -> list[Attachment]:
    work.session.flush()  # files kept in this very Work are among them
    found = _attachments(work, ids)
    if any((one.document_id, one.party) != (document.id, party) for one in found):
        raise NotFound()
    return found


def _attachments(work: Work, ids: Sequence[str]) -> list[Attachment]:
    found = {one.id: one for one in work.session.scalars(select(Attachment).where(Attachment.id.in_(ids)))}
    return [found[one] for one in ids]


def _revision(
    work: Work,
    kind: DocumentKind,
    document: Document,
    draft: Draft,
    body: Body,
    attachments: Sequence[Attachment],
    edition_digest: str,
) -> Revision:
    """The next revision with its digest over everything it says and where it stands (I1, I10; rows 24, 32, 33)."""
    content: dict[str, Any] = {
        "body": body.as_plain(),
        "attachments": [
            {"id": one.id, "name": one.name, "size": one.size, "sha256": one.sha256} for one in attachments
        ],
    }
    sealed = content | {
        "origin": work.origin,
        "document": document.id,
        "kind": kind.key,
        "number": document.revision + 1,
        "parent": document.digest,
        "edition": edition_digest,
        "renderer": RENDERER,
        "replaces": document.replaces_id,
    }
    return Revision(
        id=new_id(),
        document_id=document.id,
        number=document.revision + 1,
        digest=digest(REVISION, sealed),
        parent=document.digest,
        content=digest(
            REVISION, {"body": content["body"], "files": [one.sha256 + one.name for one in attachments]}
        ),
        sealed=canonical(sealed).decode("utf-8"),
        title=kind.title(body),
        drafters=draft.savers,
        tabled_at=work.at,
        party=work.actor.party,
        member_id=work.actor.member_id,
        name=work.actor.name,
        post=work.actor.post,
    )


def _reply(
    work: Work,
    document: Document,
    found: OnTheTable,
    says: Says,
    *,
    decision: Decision | None = None,
    reason: str | None = None,
) -> Reply:
    party, revision = _own_party(work), found.revision
    return work.put(
        Reply(
            id=new_id(),
            document_id=document.id,
            revision_id=revision.id,
            digest=revision.digest,
            number=found.replies_of(party) + 1,
            says=says.value,
            capacity=decision.capacity.value if decision else None,
            decision_reference=decision.reference if decision else None,
            decided_on=decision.decided_on if decision else None,
            absent_post=(decision.absent_post or None) if decision else None,
            reason=reason,
            **_signed(work, party),
        )
    )


def _replaced(work: Work, kind: DocumentKind, document: Document) -> Document | None:
    if document.replaces_id is None:
        return None
    replaced = work.session.get_one(Document, document.replaces_id)
    if Standing(replaced.standing) not in rules.AGREED_STANDINGS:
        raise ReplacedBefore()
    kind.must_be_replaceable(work, replaced)
    return replaced


def _replace(work: Work, kind: DocumentKind, replaced: Document, by: Document) -> None:
    paper = paper_of(work.session, replaced, work.parties)
    settled = rules.after(paper, rules.Replace(_own_party(work), work.actor.member_id or "", by=by.id))
    work.change(replaced, standing_columns(settled, work.at))
    work.record(events.Replaced(**_of(kind, replaced), by=by.reference or "", by_id=by.id))


def _close(
    work: Work, kind: DocumentKind, document: Document, name: str, act: rules.Act, reason: str
) -> None:
    settled = rules.after(paper_of(work.session, document, work.parties), act)
    work.add(
        Closing(
            id=new_id(), document_id=document.id, act=name, reason=reason, **_signed(work, _own_party(work))
        )
    )
    work.change(document, standing_columns(settled, work.at))
    if name in {"decline", "withdraw"}:
        kind.on_closed(work, document)


def _signed(work: Work, party: str) -> dict[str, Any]:
    """Who does it, as of now: names and posts stand on each act as they were."""
    return {
        "party": party,
        "member_id": work.actor.member_id,
        "name": work.actor.name,
        "post": work.actor.post,
        "at": work.at,
    }


def _of(kind: DocumentKind, document: Document, draft: Draft | None = None) -> dict[str, Any]:
    """What every event on a document says of it; on the own side only, as long as only a draft is meant."""
    return {
        "about": Subject("document", document.id),
        "activity_id": document.activity_id,
        "kind": kind.key,
        "reference": document.reference or "",
        "title": draft.title if draft else document.title,
        "private_to": draft.party if draft else None,
        "under": kind.clause,
    }


def _json(body: Body) -> str:
    return json.dumps(body.as_plain(), ensure_ascii=False, sort_keys=True)
