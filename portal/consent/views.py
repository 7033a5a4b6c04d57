"""The pages every kind of document has; a kind mounts them under its own address."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.datastructures import FileStorage

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.consent import commands, queries, receipt, rules, showing
from portal.consent.body import Body
from portal.consent.commands import Decision, DraftHasMoved, WrittenOnAnOlderRevision
from portal.consent.forms import (
    MEDIA,
    BodyForm,
    CommentForm,
    ConfirmationForm,
    ConsentForm,
    ConsultationForm,
    NoteForm,
    ReasonForm,
    TableForm,
    UploadForm,
)
from portal.consent.kind import DocumentKind
from portal.consent.models import Attachment, Document, Draft
from portal.consent.paper import body_of, listed, paper_of
from portal.consent.rules import AGREED_STANDINGS, ON_THE_TABLE, Capacity, RevisionHasMoved, Standing
from portal.history import queries as history
from portal.history.begin import begin
from portal.history.chain import last_head
from portal.history.erasing import must_not_be_erased
from portal.history.event import JOINT
from portal.history.queries import Reading
from portal.history.views import surroundings, told
from portal.history.work import Work
from portal.kernel.db import today_of
from portal.kernel.errors import NotFound, Refused, RuleBroken
from portal.kernel.ids import new_id
from portal.kernel.uploads import FINDINGS, UploadRefused, draw_image
from portal.kernel.words import N_
from portal.web import paper
from portal.web.forms import PortalForm
from portal.web.headers import name_the_file
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.pages import part, prose, render, show
from portal.web.reading import actor, only_looks, portal, reading
from portal.web.uploads import receive

Context = Callable[[Any, Actor, Document | None, Body], dict[str, Any]]


REPLACED = "replaced"
"""In the address of a comparison: the agreed revision of the document that this one replaces."""
_PARTS: Kept[Markup] = Kept(3_000)
_LISTS: Kept[Markup] = Kept(100)
_BODIES: Kept[Any] = Kept(500)


def kept_part(macro: str, *facts: Hashable) -> Markup:
    """A part of the page that is made of `facts` alone, in the reader's language; kept by all of them."""

    def make() -> Markup:
        return part("consent/_parts.html", macro, *facts)

    return _PARTS.get((macro, language(), *facts), make)


def kept_parts(macro: str, each: tuple[tuple[Hashable, ...], ...]) -> Markup:
    """The parts of the page that the macro makes of each of several facts, one after the other; kept together, and
    each by itself, so that one more makes one part anew."""

    def make() -> Markup:
        return Markup("\n").join(kept_part(macro, *facts) for facts in each)

    return _LISTS.get((macro, language(), each), make)


def fields_of(macro: str, blank: type[PortalForm], mark: str, typed: PortalForm | None) -> Markup:
    """The fields of a form as the macro lays them out, without the hidden ones, which are each page's own. Of a
    blank form, in which nobody has typed, they are kept."""

    def make(form: PortalForm) -> Markup:
        return part("consent/_parts.html", macro, form.apart(mark) if mark else form)

    if typed is not None:
        return make(typed)
    return _PARTS.get((macro, language()), lambda: make(blank(formdata=None)))


_REASONED: dict[str, Callable[[str, str, str], rules.Act]] = {
    "send_back": lambda party, member, seen: rules.SendBack(party, member, seen=seen),
    "withdraw_consent": lambda party, member, seen: rules.WithdrawConsent(party, member, seen=seen),
    "decline": lambda party, member, _: rules.Decline(party, member),
    "withdraw": lambda party, member, _: rules.Withdraw(party, member),
    "hold": lambda party, member, _: rules.Hold(party, member),
    "lift_hold": lambda party, member, _: rules.LiftHold(party, member),
}
"""The acts that need a reason, each upon the revision that its page shows."""


class DocumentPages:
    """The pages of one kind of document."""

    def __init__(
        self,
        kind: DocumentKind,
        *,
        name: str,
        form: type[BodyForm],
        fields: str,
        context: Context | None,
        aside: str | None,
        beforehand: str | None,
        shows_images: bool,
    ) -> None:
        self.kind, self.name, self.form, self.fields = kind, name, form, fields
        self.context, self.aside = context, aside
        self.beforehand, self.shows_images = beforehand, shows_images

    # -- addresses ---------------------------------------------------------------------------------------------

    def to(self, page: str = "", **values: Any) -> str:
        """The address of a page of this kind."""
        return url_for(f"{self.kind.place}{page}", **values)

    def page(self, template: str, status: int = 200, **context: Any) -> ResponseReturnValue:
        """A page of the mechanism, with what every one of them needs."""
        edition = context.get("edition") or self.edition()
        return show(
            f"consent/{template}.html",
            status,
            kind=self.kind,
            to=self.to,
            fields=self.fields,
            shows_images=self.shows_images,
            Standing=Standing,
            say=say,
            finding_words=finding_words,
            standing_name=lambda standing: say(rules.STANDING_NAMES[Standing(standing)]),
            reply_name=lambda says: say(_REPLIES[says]),
            party_label=lambda key: edition.party(key).defined_as[language()],
            **({"edition": edition} | context),
        )

    def edition(self, number: int | None = None) -> Edition:
        """The edition in force (or edition `number`)."""
        return agreement.edition(reading(), number) if number else cast(Edition, g.edition_in_force())

    def _edition_of(self, revision: Any) -> tuple[Edition, int]:
        """The edition under which a revision was tabled, with its number: its words and clauses are shown as they
        stood there (R3-3). Without a revision, the one in force."""
        in_force, session = self.edition(), reading()
        if revision is None or (digest := queries.edition_digest_of(revision)) == in_force.digest:
            return in_force, agreement.edition_number(session)
        number = agreement.number_of(session, digest)
        return (
            (in_force, agreement.edition_number(session))
            if number is None
            else (self.edition(number), number)
        )

    def _under(self, revision: Any) -> dict[str, Any]:
        """What a page says of the edition that a revision was tabled under: its number, whether it still is in
        force, and the clause that the consent is given under, as it stood there."""
        edition, number = self._edition_of(revision)
        is_in_force = edition == self.edition()
        clause = edition.cite(self.kind.clause, language()) if edition.has_clause(self.kind.clause) else None
        if clause is not None and not is_in_force:
            clause = replace(clause, href=f"{url_for('agreement.edition', number=number)}#{clause.id}")
        return {"number": number, "is_in_force": is_in_force, "clause": clause}

    # -- reading -----------------------------------------------------------------------------------------------

    def show(self, id: str, status: int = 200, **forms: PortalForm) -> ResponseReturnValue:
        """The document: whose turn it is first, then what stands, what was said, and what the reader may do."""
        edition, code = self.edition(), language()
        dossier = queries.dossier(reading(), actor(), self.kind, id)
        if dossier.latest is None and dossier.draft is None:
            raise NotFound()

        def party_label(key: str) -> str:
            return edition.party(key).defined_as[code]

        body = self._body(dossier)
        if dossier.latest is not None:
            files = [one["id"] for one in queries.attachments_of(dossier.latest)]
        else:  # a draft shows what tabling it would share
            files = listed(dossier.draft.attachments) if dossier.draft else []
        extra = self.context(reading(), actor(), dossier.document, body) if self.context else {}
        stopped = self._stopped()
        withheld = {*extra.get("withheld", ()), *(_STOPPED if stopped else ())}
        acts = {one: may and one not in withheld for one, may in self._acts(dossier).items()}
        confirming = request.view_args.get("consultation") if "confirmation_form" in forms else None  # type: ignore[union-attr]  # we are behind a rule
        if confirming:
            forms["confirmation_form"].apart(confirming)
        return self.page(
            "show",
            status,
            edition=edition,
            dossier=dossier,
            stopped=stopped,
            document=dossier.document,
            title=self.kind.title_in(body, language()),
            original=self.kind.title(body),
            words=self._words(body, dossier, self._edition_of(dossier.latest)[0]),
            under=self._under(dossier.latest),
            files=self._files(id, [dossier.attachments[one] for one in files]),
            turn=extra.get("turn") or showing.turn_of(dossier, actor(), edition),
            turn_acts=extra.get("turn_acts", ()),
            parties=self._parties(dossier, edition),
            holds=dossier.holds if dossier.standing is Standing.HELD else (),
            acts=acts,
            draft_differences=self._draft_differences(dossier),
            entries=self._entries(id) if dossier.latest else "",
            comments=kept_parts("comment", tuple((one, party_label(one.party)) for one in dossier.comments)),
            revisions=kept_part(
                "revisions",
                tuple(
                    (one, party_label(one.party), self.to("_revision", id=id, number=one.number))
                    for one in dossier.revisions
                ),
                self.to("_compare", id=id),
            ),
            media=MEDIA,
            listed=listed,
            lapses=dossier.latest is not None,
            extra=extra,
            aside=self.aside,
            comment_fields=fields_of("comment_fields", CommentForm, "comment", forms.get("comment_form")),
            note_fields=fields_of("note_fields", NoteForm, "note", forms.get("note_form")),
            consultation_fields=fields_of(
                "consultation_fields", ConsultationForm, "", forms.get("consultation_form")
            ),
            is_consulting="consultation_form" in forms,
            refused_forms=list(forms.values()),
            materials_of=lambda row: self._files(
                id, [dossier.attachments[one] for one in listed(row.attachments) if one in dossier.attachments]
            ),
            new_id=new_id,
            confirmation_form=lambda of: (
                forms["confirmation_form"] if of == confirming else ConfirmationForm(formdata=None).apart(of)
            ),
            confirming=confirming,
            table_form=TableForm(formdata=None) if acts["table"] else None,
        )

    def _body(self, dossier: queries.Dossier) -> Any:
        """The words of the revision on the table, or of the draft before there is one; they never change."""
        if dossier.latest is None:
            return self._draft_body(dossier.draft)
        return _BODIES.get((self.kind.key, dossier.latest.sealed), lambda: body_of(self.kind, dossier.latest))

    def _words(self, body: Any, dossier: queries.Dossier, edition: Edition) -> Markup:
        """The same words as the page shows them; kept by all of them."""

        def make() -> Markup:
            return render("consent/_fields.html", fields_shown=showing.shown(self.kind, body, edition))

        return _PARTS.get(("words", language(), self.kind.key, edition.digest, body), make)

    def _files(self, id: str, files: Sequence[Any]) -> Markup:
        """Attachments of the document as the page shows them; kept by all that is known of them."""

        def make() -> Markup:
            return render(
                "consent/_files.html",
                files=files,
                to=self.to,
                document={"id": id},
                finding_words=finding_words,
                shows_images=self.shows_images,
            )

        key = ("files", language(), self.to(id=id), self.shows_images, tuple(map(tuple, files)))
        return _PARTS.get(key, make)

    def _parties(self, dossier: queries.Dossier, edition: Edition) -> Markup:
        """Each party's reply to the revision on the table, and the reasons given; kept by all that was replied."""
        document = dossier.document

        def make() -> Markup:
            said_now = [one for one in dossier.replies if one.revision == document.revision]
            reasons = [
                (
                    one,
                    edition.party(one.party).defined_as[language()],
                    any(later.party == one.party and later.says is rules.Says.CONSENT for later in said_now[at + 1 :]),
                )
                for at, one in enumerate(said_now)
                if one.reason
            ]
            rows = showing.party_rows(dossier, edition, self._differences_at(document.id))
            return part("consent/_parts.html", "parties", rows, reasons)

        said = tuple(dossier.replies), tuple(dossier.closings), tuple(dossier.revisions)
        return _PARTS.get(("parties", language(), self.to(id=document.id), edition.digest, document, said), make)
    def _stopped(self) -> tuple[str, str] | None:
        """Why no document of this kind is begun, tabled or consented to any more, and what to do instead, in words; None
        while the agreement has not ended (R5-5)."""
        session, edition = reading(), self.edition()
        refused = self.kind.refused_by_the_end(edition, agreement.in_force(session, edition, today_of(session)))
        if refused is None:
            return None
        return say(refused.sentence, **refused.facts), say(refused.next_step, **refused.facts)

    def _draft_differences(self, dossier: queries.Dossier) -> list[dict[str, Any]] | None:
        """What the own-side draft would change: against the revision on the table, or, in a document not yet
        tabled, against the agreed one that it is to replace; whoever takes a draft over must see it before it is
        tabled. None: there is no draft, or nothing to compare it with."""
        draft, base = dossier.draft, dossier.latest
        if draft is None:
            return None
        if base is None:
            base = self._replaced(dossier.document)
        if base is None:
            return None
        return showing.differences(
            self.kind,
            body_of(self.kind, base),
            self._draft_body(draft),
            queries.attachments_of(base),
            self._draft_files(draft),
            self.edition(),
        )

    def _draft_files(self, draft: Any) -> list[dict[str, Any]]:
        """The attachments of an own-side draft, as those of a revision are given."""
        found = queries.attachments_named(reading(), actor(), draft.document_id, listed(draft.attachments))
        return [{"name": one.name, "sha256": one.sha256} for one in found]

    def _replaced(self, document: Any) -> Any:
        """The agreed revision that `document` is to replace, or has replaced; None where it replaces nothing."""
        if document.replaces_id is None:
            return None
        source = queries.document(reading(), actor(), self.kind, document.replaces_id)
        return self._latest(source)

    def _differences_at(self, id: str) -> Callable[[int, int], str]:
        """The address of the differences between two revisions of the document."""
        return lambda older, newer: self.to("_compare", id=id, **{"from": older, "to": newer})

    def _entries(self, id: str) -> Markup:
        """What the history tells of the document to this reader, the latest first."""
        lines = history.of_document(reading(), actor(), id)
        return kept_parts("entry", tuple((one,) for one in told(lines, surroundings(), Reading.TRAIL)))

    def _acts(self, dossier: queries.Dossier) -> dict[str, bool]:
        """Which acts this reader is offered; the rules decide again when they are done."""
        who, standing = actor(), dossier.standing
        mine = who.party or ""
        on_table = standing in ON_THE_TABLE
        agreed = standing in AGREED_STANDINGS
        consented = dossier.live_consent_of(mine) is not None
        holding = any(one.party == mine for one in dossier.holds)
        waits = mine in dossier.waits_for
        open_to_drafts = on_table or standing is Standing.DRAFT
        return {
            "edit": who.may(Permission.DRAFT) and open_to_drafts,
            "table": who.may(Permission.TABLE) and open_to_drafts and dossier.draft is not None,
            "consent": who.may(Permission.CONSENT)
            and on_table
            and not consented
            and not dossier.is_drafted_alone_by(who)
            and standing is not Standing.SENT_BACK,
            "send_back": who.may(Permission.SEND_BACK)
            and on_table
            and not consented
            and waits
            and standing
            is not Standing.SENT_BACK,  # what was sent back is to be written anew, not sent back again
            "withdraw_consent": who.may(Permission.CONSENT) and on_table and consented,
            "decline": who.may(Permission.DECLINE) and on_table and mine != dossier.document.party,
            "withdraw": who.may(Permission.WITHDRAW) and on_table and mine == dossier.document.party,
            "hold": who.may(Permission.HOLD) and agreed and not holding,
            "lift_hold": who.may(Permission.LIFT_HOLD) and agreed and holding,
            "replace": who.may(Permission.DRAFT) and agreed,
            "copy": who.may(Permission.DRAFT),
            "comment": who.may(Permission.COMMENT) and dossier.latest is not None,
            "note": who.may(Permission.NOTE),
            "consult": who.may(Permission.CONSULT) and dossier.latest is not None,
        }

    def revision(self, id: str, number: int) -> ResponseReturnValue:
        """One tabled revision as it stood, readable for ever at its own address (R2-9; excellent 3.2)."""
        dossier = queries.dossier(reading(), actor(), self.kind, id)
        revision = queries.revision(reading(), dossier.document, number)
        edition = self.edition()
        return self.page(
            "revision",
            edition=edition,
            dossier=dossier,
            document=dossier.document,
            revision=revision,
            fields_shown=showing.shown(
                self.kind, body_of(self.kind, revision), self._edition_of(revision)[0]
            ),
            under=self._under(revision),
            files=[dossier.attachments[one["id"]] for one in queries.attachments_of(revision)],
            replies=[one for one in dossier.replies if one.revision == number],
            words=showing,
        )

    def compare(self, id: str) -> ResponseReturnValue:
        """Any two tabled revisions side by side, the changed characters marked (row 3; R6.2-5); from `replaced`,
        the agreed revision of the document that this one is to replace."""
        document = queries.document(reading(), actor(), self.kind, id)
        newer = _number(request.args.get("to"), document.revision)
        new = queries.revision(reading(), document, newer)
        source = document
        if request.args.get("from") == REPLACED:
            if document.replaces_id is None:
                raise NotFound()
            source = queries.document(reading(), actor(), self.kind, document.replaces_id)
            old = self._latest(source)
        else:
            older = _number(request.args.get("from"), max(1, newer - 1))
            old = queries.revision(reading(), document, older)
        return self.page(
            "compare",
            document=document,
            source=source,
            old=old,
            new=new,
            differences=showing.differences(
                self.kind,
                body_of(self.kind, old),
                body_of(self.kind, new),
                queries.attachments_of(old),
                queries.attachments_of(new),
                self.edition(),
            ),
        )

    def receipt(self, id: str) -> ResponseReturnValue:
        """The record of the agreement on one page to print: words, digest, who consented for each party (R2-8)."""
        dossier = queries.dossier(reading(), actor(), self.kind, id)
        if dossier.latest is None or dossier.document.agreed_at is None:
            raise NotFound()
        edition = self.edition()
        return self.page(
            "receipt",
            edition=edition,
            dossier=dossier,
            document=dossier.document,
            fields_shown=showing.shown(
                self.kind, body_of(self.kind, dossier.latest), self._edition_of(dossier.latest)[0]
            ),
            under=self._under(dossier.latest),
            files=queries.attachments_of(dossier.latest),
            parties=showing.agreed_rows(dossier, edition),
        )

    def receipt_file(self, id: str, form: str) -> ResponseReturnValue:
        """The same record to take away and file: as a PDF, or as data (R2-8)."""
        dossier = queries.dossier(reading(), actor(), self.kind, id)
        if form not in {"pdf", "json"} or dossier.latest is None or dossier.document.agreed_at is None:
            raise NotFound()
        under, head = self._edition_of(dossier.latest), last_head(reading(), JOINT)
        assert head is not None
        if form == "pdf":
            return paper.answer(
                receipt.paper(self.kind, dossier, under, head), f"{dossier.document.reference}"
            )
        answer = Response(receipt.record(self.kind, dossier, under, head), mimetype="application/json")
        name_the_file(answer, f"{dossier.document.reference}.json")
        return answer

    def attachment(self, id: str, attachment: str) -> ResponseReturnValue:
        """The file, always as a download that no browser runs (rows 14, 82, 84)."""
        document = queries.document(reading(), actor(), self.kind, id)
        found = queries.attachment(reading(), actor(), document, attachment)
        must_not_be_erased(reading(), found.id)
        answer = Response(portal().files.open(found.sha256), mimetype="application/octet-stream")
        name_the_file(answer, found.name)
        answer.headers["Content-Length"] = str(found.size)
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return answer

    def image(self, id: str, attachment: str) -> ResponseReturnValue:
        """An attached picture to look at, drawn anew from the kept file, so that nothing but a picture can reach
        the browser (rows 17, 82); 404 for what is no picture."""
        document = queries.document(reading(), actor(), self.kind, id)
        found = queries.attachment(reading(), actor(), document, attachment)
        must_not_be_erased(reading(), found.id)
        try:
            drawn = draw_image(portal().files.read(found.sha256))
        except UploadRefused:
            raise NotFound() from None
        answer = Response(drawn, mimetype=found.media_type)
        name_the_file(answer, found.name, shown=True)
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return answer

    # -- drafting ----------------------------------------------------------------------------------------------

    def new(self) -> ResponseReturnValue:
        """A blank form; posted, the document is begun as an own-side draft."""
        form = self._form()
        known = self.context(reading(), actor(), None, self.kind.Words()) if self.context else {}
        if only_looks():
            if "body" in known:  # words the package offers to start from
                form.fill(known["body"])
            return self._edit_page(form, None, None, extra=known)
        if self._holds(form):
            try:
                with begin() as work:
                    document = commands.start(
                        work, self.kind, form.body(), activity_id=known.get("activity_id"), attachments=[]
                    )
                    return redirect(work.answer(self._after_save(document.id)), 303)
            except RuleBroken as refused:
                return self._refused(form, refused, None, None, extra=known)
        return self._edit_page(form, None, None, 422, extra=known)

    def draft(self, id: str) -> ResponseReturnValue:
        """The own-side draft to edit; a first save on a tabled document opens one upon its last revision."""
        document = queries.document(reading(), actor(), self.kind, id)
        if Standing(document.standing) not in ON_THE_TABLE | {Standing.DRAFT}:
            raise (
                rules.AgreedAlready()
                if Standing(document.standing) in AGREED_STANDINGS
                else rules.ClosedAlready()
            )
        draft = queries.own_draft(reading(), actor(), id)
        if draft is None and document.tabled_at is None:
            raise NotFound()
        form = self._form()
        if only_looks():
            form.fill(self._draft_body(draft) if draft else body_of(self.kind, self._latest(document)))
            form.saves.data = str(draft.saves if draft else 0)
            return self._edit_page(form, document, draft)
        if not self._holds(form):
            return self._edit_page(form, document, draft, 422)
        try:
            with begin() as work:
                held = commands.document_of(work, self.kind, id)
                saved = commands.save(work, self.kind, held, form.body(), saves=form.count)
                unchanged = saved.saves == form.count
                location = work.answer(self._after_save(id))
        except RuleBroken as refused:
            return self._refused(form, refused, document, queries.own_draft(reading(), actor(), id))
        if unchanged and request.form.get("then") != "files":
            flash(say("変わったところがないので、何も保存していません。"), "info")
        return redirect(location, 303)

    def preview(self) -> ResponseReturnValue:
        """The Markdown that was sent, rendered; nothing is read from anywhere else (row 18)."""
        text = request.form.get(request.form.get("preview", "text"), "")
        return self.page("preview", html=prose(text) if text.strip() else None)

    def attach(self, id: str) -> ResponseReturnValue:
        """The file is inspected, kept, and put to the own-side draft (rows 17, 80-85)."""
        document = queries.document(reading(), actor(), self.kind, id)
        form = UploadForm()
        upload = request.files.get("file")
        if not form.validate() or upload is None or not upload.filename:
            if not form.file.errors:
                form.refuse("file", say("ファイルを選んでください。"))
            return self._files_page(document, form, 422)
        received = file_received(upload, form, "file")
        if received is None:
            return self._files_page(document, form, 422)
        with begin() as work:
            held = commands.document_of(work, self.kind, id)
            commands.attach(work, self.kind, held, **received)
            return redirect(work.answer(self.to("_files", id=id)), 303)

    def files(self, id: str) -> ResponseReturnValue:
        """The attachments of the own-side draft: add, take out, and what the inspection found in each."""
        document = queries.document(reading(), actor(), self.kind, id)
        return self._files_page(document, UploadForm(formdata=None))

    def detach(self, id: str, attachment: str) -> ResponseReturnValue:
        """The attachment is taken out of the own-side draft."""
        with begin() as work:
            document = commands.document_of(work, self.kind, id)
            commands.detach(work, self.kind, document, attachment)
            return redirect(work.answer(self.to("_files", id=id)), 303)

    def table(self, id: str) -> ResponseReturnValue:
        """The own-side draft is put on the table; what is missing is said beside its field, nothing is lost."""
        saves = _number(request.form.get("saves"), -1)
        try:
            with begin() as work:
                document = commands.document_of(work, self.kind, id)
                commands.table(work, self.kind, document, saves=saves)
                location = work.answer(self.to(id=id))
            flash(say("提示しました。相手方にもお知らせしました。"), "success")
            return redirect(location, 303)
        except WrittenOnAnOlderRevision as refused:
            return self._conflict(id, refused)
        except RuleBroken as refused:
            document = queries.document(reading(), actor(), self.kind, id)
            draft = queries.own_draft(reading(), actor(), id)
            if draft is None or refused.status != 422:
                raise
            form = self._form()
            form.process(formdata=None)
            self._prepare(form)
            form.fill(self._draft_body(draft))
            form.saves.data = str(draft.saves)
            return self._refused(form, refused, document, draft, is_tabling=True)

    def _conflict(self, id: str, refused: RuleBroken) -> ResponseReturnValue:
        """Base, theirs, mine: nothing is lost (S10)."""
        document = queries.document(reading(), actor(), self.kind, id)
        draft = queries.own_draft(reading(), actor(), id)
        latest = self._latest(document)
        assert draft is not None
        mine = self._draft_body(draft)
        return self.page(
            "conflict",
            409,
            document=document,
            draft=draft,
            sentence=say(refused.sentence, **refused.facts),
            next_step=say(refused.next_step, **refused.facts),
            against_theirs=showing.differences(
                self.kind,
                body_of(self.kind, latest),
                mine,
                queries.attachments_of(latest),
                self._draft_files(draft),
                self.edition(),
            ),
            table_form=TableForm(formdata=None),
        )

    def rebase(self, id: str) -> ResponseReturnValue:
        """The draft is laid on the latest revision, its words untouched, and opened for editing."""
        with begin() as work:
            document = commands.document_of(work, self.kind, id)
            commands.rebase(work, self.kind, document)
            return redirect(work.answer(self.to("_draft", id=id)), 303)

    def discard(self, id: str) -> ResponseReturnValue:
        """The own-side draft is thrown away."""
        with begin() as work:
            document = commands.document_of(work, self.kind, id)
            commands.discard(work, self.kind, document)
            gone = document.tabled_at is None
            location = work.answer(
                url_for(f"{self.kind.place.split('.')[0]}.index") if gone else self.to(id=id)
            )
        flash(say("下書きを破棄しました。"), "success")
        return redirect(location, 303)

    def copy(self, id: str) -> ResponseReturnValue:
        """A new own-side draft with the words of this document (row 4: only what the reader may read)."""
        return self._begin_from(id, replaces=False)

    def replace(self, id: str) -> ResponseReturnValue:
        """A new own-side draft that, once agreed, takes this document's place (decision 13)."""
        return self._begin_from(id, replaces=True)

    def _begin_from(self, id: str, *, replaces: bool) -> ResponseReturnValue:
        with begin() as work:
            source = commands.document_of(work, self.kind, id)
            draft = commands.own_draft(work, source)
            if source.tabled_at is not None:
                revision = commands.latest(work, source)
                body = body_of(self.kind, revision)
                ids = [one["id"] for one in queries.attachments_of(revision)]
            elif draft is not None:
                body, ids = self._draft_body(draft), listed(draft.attachments)
            else:
                raise NotFound()
            document = commands.start(
                work,
                self.kind,
                body,
                activity_id=self.kind.activity_of_copy(source, replaces=replaces),
                replaces=source if replaces else None,
                copied_from=source,
                attachments=[work.session.get_one(Attachment, one) for one in ids],
            )
            return redirect(work.answer(self.to("_draft", id=document.id)), 303)

    # -- answering ---------------------------------------------------------------------------------------------

    def consent(self, id: str) -> ResponseReturnValue:
        """The page on which a party consents to exactly what it shows (art. 6(2), 2; WCAG 3.3.4)."""
        form = ConsentForm()
        if only_looks():
            return self._consent_page(id, form)
        if not form.validate():
            return self._consent_page(id, form, 422)
        decision = Decision(
            form.decision_reference.data,
            Capacity(form.capacity.data),
            form.decided_on.data,
            form.absent_post.data if form.capacity.data == Capacity.IN_ABSENCE else "",
        )
        try:
            with begin() as work:
                document = commands.document_of(work, self.kind, id)
                commands.consent(work, self.kind, document, seen=form.seen.data or "", decision=decision)
                agreed = document.standing == Standing.AGREED
                location = work.answer(self.to(id=id))
        except RevisionHasMoved as refused:
            return self._moved(id, form, refused)
        except RuleBroken as refused:
            form.refuse(refused.field or "", _sentence(refused))
            return self._consent_page(id, form, refused.status)
        flash(
            say("%(reference)s：全当事者の合意が成立しました。", reference=document.reference)
            if agreed
            else say(
                "%(reference)s：同意しました。ほかの当事者の同意を待っています。",
                reference=document.reference,
            ),
            "success",
        )
        return redirect(location, 303)

    def _consent_page(self, id: str, form: ConsentForm, status: int = 200) -> ResponseReturnValue:
        dossier = queries.dossier(reading(), actor(), self.kind, id)
        if dossier.latest is None:
            raise NotFound()
        edition, body = self.edition(), body_of(self.kind, dossier.latest)
        if only_looks():
            form.seen.data = dossier.document.digest
        extra = self.context(reading(), actor(), dossier.document, body) if self.context else {}
        stands = _no_consent_to_give(dossier)
        if stands is None and "consent" in extra.get("withheld", ()):
            stands = str(extra["turn"].sentence)
        return self.page(
            "consent",
            status,
            edition=edition,
            dossier=dossier,
            document=dossier.document,
            form=form,
            fields_shown=showing.shown(self.kind, body, edition),
            act=self.kind.act_words(body),
            title=self.kind.title_in(body, language()),
            files=[dossier.attachments[one["id"]] for one in queries.attachments_of(dossier.latest)],
            parties=showing.party_rows(dossier, edition, self._differences_at(id)),
            stands=stands if only_looks() else None,
            own_label=edition.party(actor().party or "").defined_as[language()],
            extra=extra,
            beforehand=self.beforehand,
        )

    def _moved(self, id: str, form: Any, refused: RuleBroken) -> ResponseReturnValue:
        """The revision moved under the pen: what was seen against what stands now (S3; row 23)."""
        dossier = queries.dossier(reading(), actor(), self.kind, id)
        seen = next((one for one in dossier.revisions if one.digest == form.seen.data), None)
        differences = None
        if seen is not None and dossier.latest is not None and seen.number != dossier.latest.number:
            old = queries.revision(reading(), dossier.document, seen.number)
            differences = showing.differences(
                self.kind,
                body_of(self.kind, old),
                body_of(self.kind, dossier.latest),
                queries.attachments_of(old),
                queries.attachments_of(dossier.latest),
                self.edition(),
            )
        return self.page(
            "moved",
            409,
            dossier=dossier,
            document=dossier.document,
            seen=seen,
            form=form,
            differences=differences,
            sentence=say(refused.sentence, **refused.facts),
            next_step=say(refused.next_step, **refused.facts),
        )

    def withdraw_consent(self, id: str) -> ResponseReturnValue:
        """The own consent is withdrawn, with a reason."""
        return self._reasoned(
            id,
            "withdraw_consent",
            lambda work, document, form: commands.withdraw_consent(
                work, self.kind, document, seen=form.seen.data or "", reason=form.reason.data
            ),
        )

    def send_back(self, id: str) -> ResponseReturnValue:
        """The revision is sent back, with a reason."""
        return self._reasoned(
            id,
            "send_back",
            lambda work, document, form: commands.send_back(
                work, self.kind, document, seen=form.seen.data or "", reason=form.reason.data
            ),
        )

    def decline(self, id: str) -> ResponseReturnValue:
        """The document is declined, with a reason."""
        return self._closing(id, "decline", commands.decline)

    def withdraw(self, id: str) -> ResponseReturnValue:
        """The document is withdrawn by its proposer, with a reason."""
        return self._closing(id, "withdraw", commands.withdraw)

    def hold(self, id: str) -> ResponseReturnValue:
        """What was agreed is held, with a reason."""
        return self._closing(id, "hold", commands.hold)

    def lift_hold(self, id: str) -> ResponseReturnValue:
        """The own hold is lifted, with a reason."""
        return self._closing(id, "lift_hold", commands.lift_hold)

    def _closing(self, id: str, act: str, command: Callable[..., None]) -> ResponseReturnValue:
        return self._reasoned(
            id, act, lambda work, document, form: command(work, self.kind, document, reason=form.reason.data)
        )

    def _reasoned(
        self, id: str, act: str, do: Callable[[Work, Document, ReasonForm], object]
    ) -> ResponseReturnValue:
        """A page of its own for each act that needs a reason: what it does, the reason, the button."""
        form = ReasonForm()
        if request.method == "POST" and form.validate():
            try:
                with begin() as work:
                    do(work, commands.document_of(work, self.kind, id), form)
                    location = work.answer(self.to(id=id))
                flash(say("記録し、相手方にもお知らせしました。"), "success")
                return redirect(location, 303)
            except RevisionHasMoved as refused:
                return self._moved(id, form, refused)
            except RuleBroken as refused:
                form.refuse(refused.field or "", _sentence(refused))
                return self._reason_page(id, act, form, refused.status)
        return self._reason_page(id, act, form, 200 if only_looks() else 422)

    def _reason_page(self, id: str, act: str, form: ReasonForm, status: int) -> ResponseReturnValue:
        dossier = queries.dossier(reading(), actor(), self.kind, id)
        if dossier.latest is None:
            raise NotFound()
        if only_looks():
            form.seen.data = dossier.document.digest
        return self.page(
            "reason",
            status,
            dossier=dossier,
            document=dossier.document,
            act=act,
            form=form,
            refused=self._why_not(dossier.document, act) if only_looks() else None,
        )

    def _why_not(self, document: Document, act: str) -> str | None:
        """Why the act would be refused as things stand, so that nobody gives a reason in vain."""
        party, member = actor().party or "", actor().member_id or ""
        paper = paper_of(reading(), document, self.edition().party_keys)
        try:
            rules.after(paper, _REASONED[act](party, member, paper.digest))
        except RuleBroken as refused:
            return _sentence(refused)
        return None

    # -- consulting --------------------------------------------------------------------------------------------

    def comment(self, id: str) -> ResponseReturnValue:
        """A comment is shared with every party."""
        form = CommentForm()
        if not form.validate():
            return self.show(id, 422, comment_form=form)
        with begin() as work:
            document = commands.document_of(work, self.kind, id)
            commands.comment(work, self.kind, document, text=form.text.data)
            return redirect(work.answer(self.to(id=id, _anchor="comments")), 303)

    def note(self, id: str) -> ResponseReturnValue:
        """A note is written that only the own side reads."""
        form = NoteForm()
        if not form.validate():
            return self.show(id, 422, note_form=form)
        with begin() as work:
            document = commands.document_of(work, self.kind, id)
            commands.note(work, self.kind, document, text=form.text.data)
            return redirect(work.answer(self.to(id=id, _anchor="notes")), 303)

    def consult(self, id: str) -> ResponseReturnValue:
        """A consultation is written down, with its materials (R2-2). What the inspection found in a file is shown
        once before the others have it (row 17), and a file sent with something amiss need not be sent again."""
        form = ConsultationForm()
        ids = request.form.getlist("materials")[: commands.MOST_MATERIALS]
        document = queries.document(reading(), actor(), self.kind, id)
        mine = [
            one
            for one in queries.attachments_named(reading(), actor(), document.id, ids)
            if one.party == actor().party
        ]
        form.offer(files_offered(mine))
        holds = form.validate()
        if len(form.uploads) + len(mine) > commands.MOST_MATERIALS:
            form.refuse("files", say("資料は%(most)s件までです。", most=commands.MOST_MATERIALS))
            return self.show(id, 422, consultation_form=form)
        received = [found for one in form.uploads if (found := file_received(one, form, "files"))]
        holds = holds and not form.files.errors
        is_new = any(one["inspection"].findings for one in received)
        status = 422
        if holds and not is_new:
            try:
                with begin() as work:
                    held = commands.document_of(work, self.kind, id)
                    new = [commands.keep_material(work, self.kind, held, **one) for one in received]
                    commands.consult(
                        work,
                        self.kind,
                        held,
                        held_on=_day(form),
                        medium=form.medium.data,
                        participants=form.participants.data,
                        summary=form.summary.data,
                        decisions=form.decisions.data,
                        materials=[*(form.materials.data or ()), *(one.id for one in new)],
                    )
                    return redirect(work.answer(self.to(id=id, _anchor="consultations")), 303)
            except commands.DayToCome as refused:
                form.refuse(refused.field or "", _sentence(refused))
                status = refused.status
        if received:
            with begin() as work:
                held = commands.document_of(work, self.kind, id)
                new = [commands.keep_material(work, self.kind, held, **one) for one in received]
            form.offer(files_offered([*mine, *new]))
            form.materials.data = [*(form.materials.data or ()), *(one.id for one in new)]
        if holds and is_new:
            form.refuse(
                "materials",
                say(
                    "資料の検査で見つかったことがあります。相手方に渡してよいかを確かめ、もう一度記録してください。"
                ),
            )
        return self.show(id, status, consultation_form=form)

    def confirm_consultation(self, id: str, consultation: str) -> ResponseReturnValue:
        """Another party's word on the summary of a consultation."""
        form = ConfirmationForm()
        if not form.validate():
            return self.show(id, 422, confirmation_form=form)
        with begin() as work:
            document = commands.document_of(work, self.kind, id)
            commands.confirm_consultation(
                work,
                self.kind,
                document,
                consultation,
                is_confirmed=form.is_confirmed.data == "yes",
                remark=form.remark.data,
            )
            return redirect(work.answer(self.to(id=id, _anchor="consultations")), 303)

    # -- inside ------------------------------------------------------------------------------------------------

    def _after_save(self, id: str) -> str:
        """Where a saved draft leads: on to its files, on with writing, or back to its page."""
        further = {"files": "_files", "edit": "_draft"}.get(request.form.get("then", ""), "")
        return self.to(further, id=id)

    def _form(self) -> BodyForm:
        form = self.form()
        self._prepare(form)
        return form

    def _prepare(self, form: BodyForm) -> None:
        form.prepare(self.edition(), language())

    def _holds(self, form: BodyForm) -> bool:
        """Whether the form may be saved; if not, what the kind's own rules refuse is said along with the rest."""
        if form.validate():
            return True
        try:
            self.kind.check_draft(form.body(), self.edition())
        except RuleBroken as refused:
            for one in refused.each:
                if one.field and one.field in form and not form[one.field].errors:
                    form.refuse(one.field, _sentence(one))
        return False

    def _draft_body(self, draft: Draft | None) -> Any:
        if draft is None:
            raise NotFound()
        return self.kind.Words.from_plain(json.loads(draft.body))

    def _latest(self, document: Document) -> Any:
        return queries.revision(reading(), document, document.revision)

    def _edit_page(
        self,
        form: BodyForm,
        document: Document | None,
        draft: Draft | None,
        status: int = 200,
        *,
        extra: dict[str, Any] | None = None,
        theirs: Any = None,
        is_tabling: bool = False,
    ) -> ResponseReturnValue:
        if extra is None:
            extra = self.context(reading(), actor(), document, self.kind.Words()) if self.context else {}
        return self.page(
            "edit",
            status,
            form=form,
            document=document,
            draft=draft,
            extra=extra,
            theirs=theirs,
            is_tabling=is_tabling,
            stopped=self._stopped(),
        )

    def _refused(
        self,
        form: BodyForm,
        refused: RuleBroken,
        document: Document | None,
        draft: Draft | None,
        *,
        extra: dict[str, Any] | None = None,
        is_tabling: bool = False,
    ) -> ResponseReturnValue:
        """The form again, everything typed kept, every sentence beside its field."""
        for one in refused.each:
            form.refuse(one.field or "", _sentence(one))
        theirs = None
        if isinstance(refused, DraftHasMoved) and draft is not None:
            files = self._draft_files(draft)
            theirs = showing.differences(
                self.kind, self._draft_body(draft), form.body(), files, files, self.edition()
            )
            form.saves.data = str(draft.saves)
        return self._edit_page(
            form, document, draft, refused.status, extra=extra, theirs=theirs, is_tabling=is_tabling
        )

    def _files_page(self, document: Document, form: UploadForm, status: int = 200) -> ResponseReturnValue:
        draft = queries.own_draft(reading(), actor(), document.id)
        if draft is not None:
            ids = listed(draft.attachments)
        elif document.tabled_at is not None:
            ids = [one["id"] for one in queries.attachments_of(self._latest(document))]
        else:
            raise NotFound()
        files = [queries.attachment(reading(), actor(), document, one) for one in ids]
        return self.page(
            "files", status, document=document, draft=draft, form=form, files=files,
            limit=portal().settings.upload_limit,
        )  # fmt: skip


def file_received(upload: FileStorage, form: PortalForm, field: str) -> dict[str, Any] | None:
    """The file inspected and kept, as the commands take it; None where it was refused, and why stands beside
    `field` (rows 17, 80-85)."""
    found = receive(upload, form, field)
    if found is None:
        return None
    return {"name": found.name, "kept": found.kept, "inspection": found.inspection}


def files_offered(materials: Sequence[Any]) -> list[tuple[str, str, list[str]]]:
    """These kept files, attachments or another package's own, as a form offers them: id, name, findings."""
    return [(one.id, one.name, finding_words(one)) for one in materials]


def _no_consent_to_give(dossier: queries.Dossier) -> str | None:
    """Why there is nothing here for the reader's party to consent to, in words; None while there is (row 29)."""
    if dossier.live_consent_of(actor().party or ""):
        return say(rules.ConsentedAlready.sentence)
    standing = dossier.standing
    if standing is Standing.SENT_BACK:
        return say(rules.SentBackAlready.sentence)
    if standing in ON_THE_TABLE:
        return _sentence(rules.DraftedAlone()) if dossier.is_drafted_alone_by(actor()) else None
    return say(rules.AgreedAlready.sentence if standing in AGREED_STANDINGS else rules.ClosedAlready.sentence)


_STOPPED = ("edit", "table", "consent", "replace", "copy")
"""What is not offered for a kind of document that the end of the agreement has stopped."""
_REPLIES = {
    rules.Says.CONSENT: N_("同意"),
    rules.Says.WITHDRAW: N_("同意の撤回"),
    rules.Says.SEND_BACK: N_("差戻し"),
}


def finding_words(attachment: Any) -> list[str]:
    """What the inspection found in the file, in the reader's language (row 17)."""
    return [say(FINDINGS[code], detail=detail) for code, detail in json.loads(attachment.findings)]


def _sentence(refused: Refused) -> str:
    return f"{say(refused.sentence, **refused.facts)} {say(refused.next_step, **refused.facts)}"


def _day(form: ConsultationForm) -> dt.date:
    held_on = form.held_on.data
    assert held_on is not None  # the form was valid
    return held_on


def _number(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        abort(404)
    return int(text)


def mount(
    blueprint: Blueprint,
    kind: DocumentKind,
    *,
    name: str,
    path: str,
    form: type[BodyForm],
    fields: str,
    context: Context | None = None,
    aside: str | None = None,
    beforehand: str | None = None,
    shows_images: bool = False,
) -> DocumentPages:
    """Every page of the kind stands under `path` of the blueprint, each with its permission.

    `aside` is a partial of the document's page, `beforehand` of the page on which a party consents;
    `shows_images`: attached pictures can be looked at in place.
    """
    pages = DocumentPages(
        kind,
        name=name,
        form=form,
        fields=fields,
        context=context,
        aside=aside,
        beforehand=beforehand,
        shows_images=shows_images,
    )
    may = Permission
    one = f"{path}/<id>"

    def add(
        rule: str,
        page: str,
        view: Callable[..., Any],
        allow: Permission,
        *,
        methods: str = "GET",
        step_up: bool = False,
    ) -> None:
        blueprint.add_url_rule(
            rule, f"{name}{page}", view, allow=allow, methods=methods.split(), step_up=step_up
        )

    add(f"{path}/new", "_new", pages.new, may.DRAFT, methods="GET POST")
    add(f"{path}/preview", "_preview", pages.preview, may.DRAFT, methods="POST")
    add(one, "", pages.show, may.READ)
    add(f"{one}/draft", "_draft", pages.draft, may.DRAFT, methods="GET POST")
    add(f"{one}/files", "_files", pages.files, may.DRAFT)
    add(f"{one}/attachments", "_attach", pages.attach, may.DRAFT, methods="POST")
    add(f"{one}/attachments/<attachment>", "_attachment", pages.attachment, may.READ)
    if shows_images:
        add(f"{one}/images/<attachment>", "_image", pages.image, may.READ)
    add(f"{one}/attachments/<attachment>/remove", "_detach", pages.detach, may.DRAFT, methods="POST")
    add(f"{one}/table", "_table", pages.table, may.TABLE, methods="POST")
    add(f"{one}/rebase", "_rebase", pages.rebase, may.DRAFT, methods="POST")
    add(f"{one}/discard", "_discard", pages.discard, may.DRAFT, methods="POST")
    add(f"{one}/copy", "_copy", pages.copy, may.DRAFT, methods="POST")
    add(f"{one}/replace", "_replace", pages.replace, may.DRAFT, methods="POST")
    add(f"{one}/revisions/<int:number>", "_revision", pages.revision, may.READ)
    add(f"{one}/compare", "_compare", pages.compare, may.READ)
    add(f"{one}/receipt", "_receipt", pages.receipt, may.READ)
    add(f"{one}/receipt/<form>", "_receipt_file", pages.receipt_file, may.READ)
    add(f"{one}/consent", "_consent", pages.consent, may.CONSENT, methods="GET POST", step_up=True)
    add(
        f"{one}/withdraw-consent",
        "_withdraw_consent",
        pages.withdraw_consent,
        may.CONSENT,
        methods="GET POST",
        step_up=True,
    )
    add(f"{one}/send-back", "_send_back", pages.send_back, may.SEND_BACK, methods="GET POST")
    add(f"{one}/decline", "_decline", pages.decline, may.DECLINE, methods="GET POST")
    add(f"{one}/withdraw", "_withdraw", pages.withdraw, may.WITHDRAW, methods="GET POST")
    add(f"{one}/hold", "_hold", pages.hold, may.HOLD, methods="GET POST")
    add(f"{one}/lift-hold", "_lift_hold", pages.lift_hold, may.LIFT_HOLD, methods="GET POST")
    add(f"{one}/comments", "_comment", pages.comment, may.COMMENT, methods="POST")
    add(f"{one}/notes", "_note", pages.note, may.NOTE, methods="POST")
    add(f"{one}/consultations", "_consult", pages.consult, may.CONSULT, methods="POST")
    add(
        f"{one}/consultations/<consultation>/confirm",
        "_confirm_consultation",
        pages.confirm_consultation,
        may.CONSULT,
        methods="POST",
    )
    return pages
