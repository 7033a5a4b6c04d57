"""The pages of people: the door (`account`), and the members of the parties (`parties`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlencode

from flask import Blueprint, flash, g, make_response, redirect, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from portal.access.policy import ROLE_NAMES, Permission, Role
from portal.history.begin import begin, works
from portal.history.work import Work
from portal.kernel.clock import day_in_japan
from portal.kernel.days import moment_in_words
from portal.kernel.errors import NotAllowed, NotFound, RuleBroken
from portal.kernel.ids import new_secret
from portal.kernel.words import N_
from portal.mail.rules import MailChoice
from portal.parties import archive, commands, queries, rules, signing_in
from portal.parties.forms import (
    ActForm,
    AddMemberForm,
    ArchiveForm,
    ChangePasswordForm,
    ConfirmForm,
    ForgottenForm,
    LanguageForm,
    MailChoiceForm,
    MemberForm,
    NewPasswordForm,
    PartyRulesForm,
    PostForm,
    SignInForm,
)
from portal.parties.models import AuditorAppointment, ConsentGrant
from portal.parties.passwords import Passwords
from portal.parties.queries import MemberSeen
from portal.parties.signing_in import Doorkeeper, Entered
from portal.web.app import Portal
from portal.web.forms import PortalForm
from portal.web.language import LANGUAGES, forget_language, language, say
from portal.web.pages import show
from portal.web.reading import actor, portal, reading
from portal.web.visitor import current_token, enter, leave

account = Blueprint("account", __name__)
parties = Blueprint("parties", __name__, url_prefix="/members")

_P = Permission


# --- The doorkeeper, and the way back -----------------------------------------------------------------


@account.record_once
def _set_up(state: BlueprintSetupState) -> None:
    app = cast(Portal, state.app)
    app.extensions["passwords"] = Passwords(
        memory_kib=app.settings.argon2_memory_kib, rounds=app.settings.argon2_rounds
    )


def doorkeeper() -> Doorkeeper:
    """The doorkeeper of this application."""
    app = portal()
    return Doorkeeper(works(), app.extensions["passwords"], app.settings.secret_key.encode())


def home() -> str:
    """Where everybody begins: it says what there is to do, also for the operator and for who has no role yet."""
    return url_for("home.index")


def way_back(given: str | None) -> str | None:
    """`given` as the address of one of this portal's own pages; None when it is anything else (row 56).

    What comes back is built from the page's endpoint, never from the text: a text that only looks like a path
    of ours cannot lead anywhere.
    """
    if not given or len(given) > 2_000 or not given.startswith("/"):
        return None
    path, _, query = given.partition("?")
    app = portal()
    adapter = app.url_map.bind("portal.invalid")
    try:
        endpoint, values = adapter.match(unquote(path), method="GET")
    except (HTTPException, RequestRedirect):
        return None
    if endpoint == "static" or app.door(endpoint, "GET") is None:
        return None
    found = url_for(endpoint, **values)
    if not found.startswith("/") or found.startswith(("//", "/\\")):
        return None
    pairs = urlencode(parse_qsl(query, keep_blank_values=True))
    return f"{found}?{pairs}" if pairs else found


def browser_label(agent: str) -> str:
    """What a person calls the browser that says `agent` of itself: 「Edge / Windows」."""
    browsers = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    found = [next((name for mark, name in marks if mark in agent), "") for marks in (browsers, systems)]
    return " / ".join(part for part in found if part)


def go_on(entered: Entered) -> None:
    """The browser holds the session's new token from this answer on; pages open elsewhere in it stay
    usable."""
    kept = session.get("csrf_token")
    enter(entered.token, entered.actor, language=session.get("language"))
    if kept:
        session["csrf_token"] = kept
    g.actor = entered.actor


def _beside(form: PortalForm, refused: RuleBroken) -> int:
    """The refusal stands beside its field, with what to do next; its status."""
    sentence = say(refused.sentence, **refused.facts)
    if refused.next_step != RuleBroken.next_step:
        sentence = f"{sentence} {say(refused.next_step, **refused.facts)}"
    form.refuse(refused.field or "", sentence)
    return refused.status


# --- In and out ---------------------------------------------------------------------------------------


@account.get("/sign-in", allow=_P.ENTER)
def sign_in() -> ResponseReturnValue:
    """The sign-in page; in the demonstration, with its accounts."""
    if actor().is_signed_in:
        return redirect(home(), 303)
    return _sign_in_page(SignInForm(formdata=None, data={"next": request.args.get("next", "")}))


def _sign_in_page(form: SignInForm, status: int = 200) -> ResponseReturnValue:
    app = portal()
    accounts = app.extensions.get("demo_accounts", []) if app.settings.is_demo else []
    return show("account/sign_in.html", status, form=form, accounts=accounts)


@account.post("/sign-in", allow=_P.ENTER)
def do_sign_in() -> ResponseReturnValue:
    """Whoever knows address and password is in, under a token never used before (row 52)."""
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form, 422)
    try:
        entered = signing_in.sign_in(
            doorkeeper(),
            email=form.email.data,
            password=form.password.data,
            network=request.remote_addr,
            browser=browser_label(request.user_agent.string),
            replaces=current_token(),
        )
    except RuleBroken as refused:
        return _sign_in_page(form, _beside(form, refused))
    enter(entered.token, entered.actor, language=entered.actor.language or session.get("language"))
    if entered.actor.must_change_password:
        return redirect(url_for(".change_password", next=way_back(form.next.data)), 303)
    return redirect(way_back(form.next.data) or home(), 303)


@account.post("/sign-out", allow=_P.ENTER)
def sign_out() -> ResponseReturnValue:
    """The session has ended, here and in the tables; the browser is asked to forget what it kept (row 12)."""
    if actor().is_signed_in:
        try:
            with begin() as work:
                commands.sign_out(work)
        except NotAllowed:
            pass  # it had ended already
    leave()
    response = make_response(redirect(url_for(".sign_in"), 303))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@account.post("/language", endpoint="language", allow=_P.ENTER)
def choose_language() -> ResponseReturnValue:
    """The pages speak the chosen language, in this browser and, for a member, wherever they sign in."""
    form = LanguageForm()
    chosen = form.language.data
    if form.validate() and chosen in LANGUAGES:
        session["language"] = chosen
        forget_language()
        if actor().is_signed_in:
            with begin() as work:
                commands.choose_language(work, chosen)
    return redirect(way_back(form.next.data) or home(), 303)


# --- The forgotten password -----------------------------------------------------------------------------


@account.get("/forgotten-password", allow=_P.ENTER)
def forgotten_password() -> ResponseReturnValue:
    """Ask for a link by mail."""
    return show("account/forgotten_password.html", form=ForgottenForm(formdata=None))


@account.post("/forgotten-password", allow=_P.ENTER)
def ask_password_link() -> ResponseReturnValue:
    """The same answer whether or not there is such an account (row 50)."""
    form = ForgottenForm()
    if not form.validate():
        return show("account/forgotten_password.html", 422, form=form)
    try:
        signing_in.ask_password_link(doorkeeper(), email=form.email.data, network=request.remote_addr)
    except RuleBroken as refused:
        return show("account/forgotten_password.html", _beside(form, refused), form=form)
    return redirect(url_for(".password_link_asked"), 303)


@account.get("/forgotten-password/asked", allow=_P.ENTER)
def password_link_asked() -> ResponseReturnValue:
    """What happens now, for every address alike."""
    return show("account/password_link_asked.html")


@account.get("/set-password/<token>", allow=_P.ENTER)
def set_password(token: str) -> ResponseReturnValue:
    """The page a mailed link leads to; to look at it uses nothing up (row 36)."""
    if not signing_in.link_is_alive(doorkeeper(), token):
        return show("account/link_is_dead.html", 404)
    return show("account/set_password.html", form=NewPasswordForm(formdata=None), least=rules.PASSWORD_LEAST)


@account.post("/set-password/<token>", allow=_P.ENTER)
def do_set_password(token: str) -> ResponseReturnValue:
    """The password is set and the link used up; the person signs in with it (row 59)."""
    form = NewPasswordForm()
    status = 422
    if form.validate():
        try:
            signing_in.set_password_by_link(doorkeeper(), token, new=form.new.data, again=form.again.data)
        except signing_in.LinkIsDead:
            return show("account/link_is_dead.html", 404)
        except RuleBroken as refused:
            status = _beside(form, refused)
        else:
            leave()
            flash(say(N_("パスワードを設定しました。新しいパスワードでサインインしてください。")))
            return redirect(url_for(".sign_in"), 303)
    return show("account/set_password.html", status, form=form, least=rules.PASSWORD_LEAST)


# --- One's own account -----------------------------------------------------------------------------------


@account.get("/account", allow=_P.USE_OWN_ACCOUNT)
def settings() -> ResponseReturnValue:
    """Who one is here, which mails one gets, the calendar, the visit before, and where one is signed in."""
    return _settings_page()


def _settings_page(status: int = 200, *, mail_form: MailChoiceForm | None = None) -> ResponseReturnValue:
    now = portal().clock.now()
    chosen = queries.mail_choice(reading(), actor())
    return show(
        "account/settings.html",
        status,
        me=queries.member(reading(), actor(), str(actor().member_id), now),
        mail_form=mail_form or MailChoiceForm(formdata=None, data={"choice": chosen}),
        calendar=queries.own_calendar(reading(), actor()),
        sessions=queries.own_sessions(reading(), actor(), now),
        labels=_labels(),
        role_names=_role_names,
        languages=LANGUAGES,
    )


@account.post("/account/mail", allow=_P.USE_OWN_ACCOUNT)
def choose_mail() -> ResponseReturnValue:
    """The mails about messages come as chosen from now on."""
    form = MailChoiceForm()
    if not form.validate():
        return _settings_page(422, mail_form=form)
    with begin() as work:
        commands.choose_mail(work, MailChoice(form.choice.data))
        where = work.answer(url_for(".settings"))
    flash(say(N_("メールの受け取り方を変更しました。")))
    return redirect(where, 303)


@account.post("/account/calendar", allow=_P.READ)
def make_calendar() -> ResponseReturnValue:
    """There is a new address for a calendar program, shown this once; one made before is dead (row 9)."""
    if not ActForm().validate():
        return _settings_page(422)
    token = new_secret()
    with begin() as work:
        commands.make_calendar(work, token_hash=queries.token_digest(token))
        work.answer(url_for(".settings"))
    return show("account/calendar_made.html", address=f"{portal().settings.address}/calendar/{token}")


@account.post("/account/calendar/revoke", allow=_P.USE_OWN_ACCOUNT)
def revoke_calendar() -> ResponseReturnValue:
    """The address is dead from now on."""
    if not ActForm().validate():
        return _settings_page(422)
    with begin() as work:
        commands.revoke_calendar(work)
        where = work.answer(url_for(".settings"))
    flash(say(N_("カレンダーのアドレスを無効にしました。")))
    return redirect(where, 303)


@account.get("/account/password", allow=_P.USE_OWN_ACCOUNT)
def change_password() -> ResponseReturnValue:
    """Change the password; one that was given by somebody else must be changed first of all."""
    return _password_page(_password_form(formdata=None))


def _password_form(**kwargs: Any) -> ChangePasswordForm:
    form = ChangePasswordForm(**kwargs)
    if signing_in.may_leave_current_out(actor(), portal().clock.now()):
        del form.current
    return form


def _password_page(form: ChangePasswordForm, status: int = 200) -> ResponseReturnValue:
    return show(
        "account/change_password.html",
        status,
        form=form,
        is_first=actor().must_change_password,
        least=rules.PASSWORD_LEAST,
        next_path=way_back(request.args.get("next")),
    )


@account.post("/account/password", allow=_P.USE_OWN_ACCOUNT)
def do_change_password() -> ResponseReturnValue:
    """The password is changed; every other session has ended, this one goes on under a new token (row 52)."""
    form = _password_form()
    if not form.validate():
        return _password_page(form, 422)
    try:
        entered = signing_in.change_password(
            doorkeeper(),
            actor(),
            current=form.current.data if "current" in form else None,
            new=form.new.data,
            again=form.again.data,
            network=request.remote_addr,
        )
    except RuleBroken as refused:
        return _password_page(form, _beside(form, refused))
    was_first = actor().must_change_password
    go_on(entered)
    flash(say(N_("パスワードを変更しました。ほかの画面でのサインインは終わりました。")))
    after = home() if was_first else url_for(".settings")
    return redirect(way_back(request.args.get("next")) or after, 303)


@account.post("/account/sessions/<id>/end", allow=_P.USE_OWN_ACCOUNT)
def end_session(id: str) -> ResponseReturnValue:
    """That session of one's own has ended (row 53)."""
    with begin() as work:
        commands.end_session(work, id)
    if id == actor().session_id:
        leave()
        return redirect(url_for(".sign_in"), 303)
    flash(say(N_("そのサインインを終わらせました。")))
    return redirect(url_for(".settings"), 303)


@account.post("/account/sessions/end-others", allow=_P.USE_OWN_ACCOUNT)
def end_other_sessions() -> ResponseReturnValue:
    """Every session but this one has ended."""
    with begin() as work:
        commands.end_other_sessions(work)
    flash(say(N_("この画面以外のサインインをすべて終わらせました。")))
    return redirect(url_for(".settings"), 303)


# --- The password once more (row 62) -----------------------------------------------------------------------

_NOT_KEPT = {"csrf_token", "step_up_password"}


def step_up_gate(app: Portal) -> None:
    """From now on a door marked `step_up` asks for the password when it was last entered over 10 minutes ago.

    Nothing typed is lost: the page that asks carries every field that was posted, and posts it to the same
    address. To be called after CSRF protection is set: a password is looked at only in a form of our own.
    """

    @app.before_request
    def ask_again() -> ResponseReturnValue | None:
        door = app.door(request.endpoint, request.method) if request.endpoint else None
        if door is None or not door.step_up or signing_in.entered_lately(actor(), app.clock.now()):
            return None
        if request.method in {"GET", "HEAD"}:
            form = ConfirmForm(formdata=None, data={"next": request.full_path.rstrip("?")})
            return _step_up_page(form, url_for("account.confirm"), 401)
        form = ConfirmForm()
        here = request.full_path.rstrip("?")
        if "step_up_password" not in request.form:
            form.process(formdata=None)
            return _step_up_page(form, here, 401, _posted())
        status = _confirmed(form)
        return None if status is None else _step_up_page(form, here, status, _posted())


@account.post("/account/confirm", allow=_P.USE_OWN_ACCOUNT)
def confirm() -> ResponseReturnValue:
    """The password was entered once more; on to the page that asked for it."""
    form = ConfirmForm()
    status = _confirmed(form)
    if status is not None:
        return _step_up_page(form, url_for("account.confirm"), status)
    return redirect(way_back(form.next.data) or home(), 303)


def _confirmed(form: ConfirmForm) -> int | None:
    """None when the password was right, and the session goes on under a new token; else the answer's
    status."""
    if not form.step_up_password.validate(form):
        return 422
    try:
        entered = signing_in.confirm_password(
            doorkeeper(),
            actor(),
            form.step_up_password.data,
            network=request.remote_addr,
            field="step_up_password",
        )
    except RuleBroken as refused:
        return _beside(form, refused)
    go_on(entered)
    return None


def _posted() -> list[tuple[str, str]]:
    return [
        (name, value) for name, values in request.form.lists() if name not in _NOT_KEPT for value in values
    ]


def _step_up_page(
    form: ConfirmForm, action: str, status: int, kept: Iterable[tuple[str, str]] | None = None
) -> ResponseReturnValue:
    fields = [("next", form.next.data or "")] if kept is None else list(kept)
    return show("account/step_up.html", status, form=form, action=action, kept=fields)


# --- The members of the parties ------------------------------------------------------------------------------


def _labels() -> dict[str, str]:
    return {one.key: one.defined_as[language()] for one in g.edition_in_force().parties}


def _role_names(roles: Iterable[Role]) -> str:
    """The names of `roles` in the order of the policy, as one line."""
    held = set(roles)
    return say(N_("、")).join(say(name) for role, name in ROLE_NAMES.items() if role in held)


@dataclass(frozen=True)
class Power:
    """The consent power of one member, as a page tells it."""

    grant: ConsentGrant
    state: str
    """`asked`, `in_force` or `ended`."""
    asked_by: str
    seconded_by: str
    ended_by: str


def _powers(ids: list[str]) -> dict[str, list[Power]]:
    """The consent powers of the members `ids`, latest first."""
    grants = queries.grants_of(reading(), ids)
    people = {one for grant in grants for one in (grant.asked_by, grant.seconded_by, grant.ended_by) if one}
    names = queries.names(reading(), people) if people else {}
    now = portal().clock.now()
    found: dict[str, list[Power]] = {}
    for grant in grants:
        is_held = rules.grant_in_force(grant.effective_at, grant.ended_at, now)
        state = "in_force" if is_held else "ended" if grant.ended_at else "asked"
        found.setdefault(grant.member_id, []).append(
            Power(
                grant,
                state,
                names.get(grant.asked_by or "", ""),
                names.get(grant.seconded_by or "", ""),
                names.get(grant.ended_by or "", ""),
            )
        )
    return found


@dataclass(frozen=True)
class Consented:
    """One party's consent to an auditor, as a page tells it."""

    label: str
    name: str
    at: dt.datetime


@dataclass(frozen=True)
class Auditing:
    """The appointment of one member as an auditor, as a page tells it."""

    appointment: AuditorAppointment
    state: str
    """`proposed`, `in_force` or `ended`."""
    proposed_by: str
    consents: list[Consented]
    awaited: list[str]
    """The labels of the parties whose consent is awaited."""
    has_answered: bool
    """Whether the reader's party has consented."""
    ended_by: str


def _auditings(found: MemberSeen) -> list[Auditing]:
    """The appointments of a member as an auditor, latest first; another party learns of the living one."""
    appointed = queries.appointments_of(reading(), found.id)
    if not queries.sees_people_of(actor(), found.party):
        appointed = [one for one in appointed if one.appointment.ended_at is None]
    rows = [one.appointment for one in appointed]
    people = {one for row in rows for one in (row.proposed_by, row.ended_by) if one}
    people |= {consent.member_id for one in appointed for consent in one.consents.values()}
    names = queries.names(reading(), people) if people else {}
    labels = _labels()
    told = []
    for one in appointed:
        row = one.appointment
        awaited = rules.awaited(labels, of=found.party, consented=one.consents)
        told.append(
            Auditing(
                appointment=row,
                state="ended" if row.ended_at else "in_force" if row.effective_at else "proposed",
                proposed_by=names.get(row.proposed_by, ""),
                consents=[
                    Consented(labels[key], names.get(consent.member_id, ""), consent.consented_at)
                    for key, consent in one.consents.items()
                ],
                awaited=[label for key, label in labels.items() if key in awaited],
                has_answered=actor().party in one.consents,
                ended_by=names.get(row.ended_by or "", ""),
            )
        )
    return told


def _living(auditings: list[Auditing]) -> Auditing | None:
    return next((one for one in auditings if one.state != "ended"), None)


@parties.get("", allow=_P.SEE_MEMBERS)
def members() -> ResponseReturnValue:
    """The members of one's own party, and of the others the consent officers (row 7)."""
    now, me = portal().clock.now(), actor()
    seen = queries.members(reading(), me, now)
    own = [one for one in seen if one.party == me.party and queries.sees_people_of(me, one.party)]
    others = [
        (
            label,
            [one for one in seen if one.party == key and one.is_officer],
            [one for one in seen if one.party == key and (one.is_auditor or one.is_proposed)],
        )
        for key, label in _labels().items()
        if not queries.sees_people_of(me, key)
    ]
    return show(
        "parties/members.html",
        own=[one for one in own if not one.is_closed],
        closed=[one for one in own if one.is_closed],
        others=others,
        own_label=_labels().get(me.party or "", ""),
        powers=_powers([one.id for one in own]),
        officers=sum(one.is_officer for one in own),
        wise=rules.OFFICERS_WISE,
        party=queries.party(reading(), str(me.party)) if own else None,
        role_names=_role_names,
        unused_since=now - rules.UNUSED,
    )


@parties.get("/<id>", allow=_P.SEE_MEMBERS)
def member(id: str) -> ResponseReturnValue:
    """One member, as far as the reader may know."""
    found = queries.member(reading(), actor(), id, portal().clock.now())
    is_own = queries.sees_people_of(actor(), found.party)
    powers = _powers([id]).get(id, []) if is_own else []
    auditings = _auditings(found) if is_own or found.is_auditor or found.is_proposed else []
    return show(
        "parties/member.html",
        member=found,
        is_own=is_own,
        label=_labels().get(found.party or "", ""),
        powers=powers,
        power=next((one for one in powers if one.state != "ended"), None),
        auditings=auditings,
        auditing=_living(auditings),
        posts=queries.posts_of(reading(), id) if is_own else [],
        role_names=_role_names,
    )


def _own_open(id: str) -> MemberSeen:
    """The open member of the reader's own party. Raises NotFound."""
    found = queries.member(reading(), actor(), id, portal().clock.now())
    if found.is_closed or not queries.sees_people_of(actor(), found.party):
        raise NotFound()
    return found


@parties.get("/add", allow=_P.MANAGE_MEMBERS, step_up=True)
def add() -> ResponseReturnValue:
    """Add a member of one's own party."""
    return show("parties/add.html", form=AddMemberForm(formdata=None, data={"roles": [Role.READER.value]}))


@parties.post("/add", allow=_P.MANAGE_MEMBERS, step_up=True)
def do_add() -> ResponseReturnValue:
    """The member is added, and the initial password is shown this once."""
    form = AddMemberForm()
    if not form.validate():
        return show("parties/add.html", 422, form=form)
    initial = portal().extensions["passwords"].initial()
    try:
        with begin() as work:
            made = commands.add_member(
                work,
                email=form.email.data,
                name=form.name.data,
                post=form.post.data,
                roles=form.chosen,
                initial=initial,
            )
            work.answer(url_for(".member", id=made.id))
    except RuleBroken as refused:
        return show("parties/add.html", _beside(form, refused), form=form)
    return show("parties/added.html", member=made, initial=initial.plain)


@parties.get("/<id>/change", allow=_P.MANAGE_MEMBERS, step_up=True)
def change(id: str) -> ResponseReturnValue:
    """Change who a member is and what they are there for."""
    found = _own_open(id)
    roles = [role.value for role in found.roles if role in rules.GIVEN_ROLES]
    data = {"name": found.name, "email": found.email, "roles": roles}
    form = MemberForm(formdata=None, data=data, may_have_none=found.is_auditor or found.is_proposed)
    return show("parties/change.html", form=form, member=found)


@parties.post("/<id>/change", allow=_P.MANAGE_MEMBERS, step_up=True)
def do_change(id: str) -> ResponseReturnValue:
    """The member is changed, with effect at once."""
    found = _own_open(id)
    form = MemberForm(may_have_none=found.is_auditor or found.is_proposed)
    if not form.validate():
        return show("parties/change.html", 422, form=form, member=found)

    def carry_out(work: Work) -> None:
        commands.change_member(work, id, email=form.email.data, name=form.name.data, roles=form.chosen)

    return _carried_out(
        id, form, carry_out, "parties/change.html", say(N_("登録内容を変更しました。")), member=found
    )


@parties.get("/<id>/post", allow=_P.MANAGE_MEMBERS, step_up=True)
def post(id: str) -> ResponseReturnValue:
    """Record a post the member takes or lays down."""
    today = day_in_japan(portal().clock.now())
    found = _own_open(id)
    form = PostForm(formdata=None, data={"title": found.post, "held_from": today})
    return show("parties/post.html", form=form, member=found, posts=queries.posts_of(reading(), id))


@parties.post("/<id>/post", allow=_P.MANAGE_MEMBERS, step_up=True)
def do_post(id: str) -> ResponseReturnValue:
    """The member holds the post from that day."""
    found, form = _own_open(id), PostForm()
    posts = queries.posts_of(reading(), id)
    if not form.validate():
        return show("parties/post.html", 422, form=form, member=found, posts=posts)

    def carry_out(work: Work) -> None:
        assert form.held_from.data  # Filled, and read as a day
        commands.change_post(work, id, title=form.title.data, held_from=form.held_from.data)

    said = say(N_("職を記録しました。"))
    return _carried_out(id, form, carry_out, "parties/post.html", said, member=found, posts=posts)


def _carried_out(
    id: str,
    form: PortalForm,
    carry_out: Callable[[Work], object],
    template: str,
    said: str,
    **context: Any,
) -> ResponseReturnValue:
    """The act on the member is carried out and the member's page told of it; a refusal stands in the form."""
    try:
        with begin() as work:
            carry_out(work)
            where = work.answer(url_for(".member", id=id))
    except RuleBroken as refused:
        return show(template, _beside(form, refused), form=form, **context)
    flash(said)
    return redirect(where, 303)


# --- Acts that are looked at once more before they are done ------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """An act on a member: the words of its page, and what carries it out."""

    title: str
    says: tuple[str, ...]
    button: str
    done: str
    kind: str
    carry_out: Callable[[Work, str, str], object]
    """Given the Work, the member's id, and the id of the consent power or appointment that was on the page."""
    is_on_auditor: bool = False
    is_on_others: bool = False
    """Whether it answers another party about a member of theirs."""


ACTS = {
    "close": Act(
        N_("登録を終了する"),
        (
            N_("この利用者は、いまからサインインできなくなります。開いている画面も使えなくなります。"),
            N_("同意権限、監査人の選任、パスワード設定のリンク、就いている職も、同時に終わります。"),
            N_("保存した下書きは自分の側に残り、ほかの起案者が続きを書けます。"),
            N_("これまでの行為は、そのときの氏名と職のまま記録に残ります。登録を元に戻すことはできません。"),
        ),
        N_("この利用者の登録を終了する"),
        N_("登録を終了しました。"),
        "danger",
        lambda work, id, _seen: commands.close_member(work, id),
    ),
    "ask": Act(
        N_("同意権限を申請する"),
        (
            N_("申請したことは、すべての当事者に知らされます。"),
            N_("別の利用者管理者が認めたとき、または24時間後に有効になります。"),
            N_("有効になると、この利用者は自分の側を代表して同意できます。"),
        ),
        N_("同意権限を申請する"),
        N_("同意権限を申請しました。すべての当事者に知らせました。"),
        "primary",
        lambda work, id, _seen: commands.ask_consent_power(work, id),
    ),
    "second": Act(
        N_("同意権限を認める"),
        (
            N_("二人目の利用者管理者として認めると、同意権限はいまから有効になります。"),
            N_("認めたことは、すべての当事者に知らされます。"),
        ),
        N_("二人目として同意権限を認める"),
        N_("同意権限を認めました。いまから有効です。"),
        "primary",
        lambda work, id, seen: commands.second_consent_power(work, seen, of=id),
    ),
    "end": Act(
        N_("同意権限を終わらせる"),
        (
            N_("この利用者は、いまから同意できなくなります。申請中のときは、申請が取り消されます。"),
            N_("終わらせたことは、すべての当事者に知らされます。すでに行った同意は、そのまま残ります。"),
        ),
        N_("同意権限を終わらせる"),
        N_("同意権限を終わらせました。すべての当事者に知らせました。"),
        "danger",
        lambda work, id, _seen: commands.end_consent_power(work, id),
    ),
    "propose": Act(
        N_("監査人の選任を提案する"),
        (
            N_("監査人は、当事者が共有しているものを読みます。書くこと、同意することはできません。"),
            N_(
                "提案したことは、すべての当事者に知らされます。ほかのすべての当事者が同意したときに就任します。"
            ),
            N_("提案している間と就任している間、この利用者の氏名とメールアドレスは変更できません。"),
        ),
        N_("この利用者の監査人への選任を提案する"),
        N_("監査人の選任を提案しました。ほかの当事者の同意を待っています。"),
        "primary",
        lambda work, id, _seen: commands.propose_auditor(work, id),
        is_on_auditor=True,
    ),
    "consent_to_auditor": Act(
        N_("監査人の選任に同意する"),
        (
            N_("監査人は、当事者が共有しているものをすべて読めます。どの側の下書きも読めません。"),
            N_("ほかのすべての当事者の同意がそろうと、その時から監査人になります。"),
            N_("同意したことは、すべての当事者に知らされます。同意は、あとから取り消せます。"),
        ),
        N_("この人を監査人に選任することに同意する"),
        N_("監査人の選任に同意しました。すべての当事者に知らせました。"),
        "primary",
        lambda work, id, seen: commands.consent_to_auditor(work, seen, of=id),
        is_on_auditor=True,
        is_on_others=True,
    ),
    "refuse_auditor": Act(
        N_("監査人の選任に同意しない"),
        (
            N_("選任の提案は終わります。すでに就任しているときは、いまから監査人ではなくなります。"),
            N_("同意しなかったこと、または同意を取り消したことは、すべての当事者に知らされます。"),
        ),
        N_("この人の監査人への選任に同意しない"),
        N_("監査人の選任を終わらせました。すべての当事者に知らせました。"),
        "danger",
        lambda work, id, seen: commands.refuse_auditor(work, seen, of=id),
        is_on_auditor=True,
        is_on_others=True,
    ),
    "end_auditor": Act(
        N_("監査人の選任を終わらせる"),
        (
            N_("この利用者は、いまから監査人ではなくなります。提案中のときは、提案が取り下げられます。"),
            N_("終わらせたことは、すべての当事者に知らされます。"),
        ),
        N_("監査人の選任を終わらせる"),
        N_("監査人の選任を終わらせました。すべての当事者に知らせました。"),
        "danger",
        lambda work, id, _seen: commands.end_auditor(work, id),
        is_on_auditor=True,
    ),
}


def _others_proposed(id: str) -> MemberSeen:
    """The auditor, or the one proposed, of another party than the reader's. Raises NotFound."""
    found = queries.member(reading(), actor(), id, portal().clock.now())
    if found.party == actor().party or not (found.is_auditor or found.is_proposed):
        raise NotFound()
    return found


def _look_once_more(name: str, id: str, form: ActForm, status: int = 200) -> ResponseReturnValue:
    act = ACTS[name]
    found = _others_proposed(id) if act.is_on_others else _own_open(id)
    auditing = _living(_auditings(found)) if act.is_on_auditor else None
    powers = [] if act.is_on_auditor else _powers([id]).get(id, [])
    power = next((one for one in powers if one.state != "ended"), None)
    if form.seen.data is None and (power or auditing):
        form.seen.data = power.grant.id if power else auditing.appointment.id if auditing else ""
    return show(
        "parties/act.html",
        status,
        act=act,
        form=form,
        member=found,
        label=_labels().get(found.party or "", ""),
        power=power,
        not_yours=_not_yours(power) if name == "second" and power else None,
        auditing=auditing,
        role_names=_role_names,
    )


def _not_yours(power: Power) -> list[str] | None:
    """Why the reader cannot agree to the consent power asked for, and who can; None where the reader can, or where
    nobody need any more."""
    if power.state != "asked":
        return None
    able = queries.who_seconds(reading(), actor(), power.grant, portal().clock.now())
    if actor().member_id in able:
        return None
    is_own = actor().member_id in {power.grant.asked_by, power.grant.member_id}
    why = rules.NotAnotherAdministrator if is_own else rules.AdministratorTooNew
    if able:
        who = say("認めることができる人：%(names)s", names=say("・").join(able.values()))
    else:
        who = say("二人目として認めることができる人は、いまいません。")
    at = moment_in_words(power.grant.effective_at, language())
    then = say("だれも認めなくても、%(moment)sに有効になります。", moment=at)
    return [say(why.sentence), who, then]


def _do(act: str, id: str) -> ResponseReturnValue:
    form = ActForm()
    if not form.validate():
        return _look_once_more(act, id, form, 422)
    try:
        with begin() as work:
            ACTS[act].carry_out(work, id, form.seen.data or "")
            # a party that refused may no longer know of the other party's member
            where = work.answer(url_for(".members") if act == "refuse_auditor" else url_for(".member", id=id))
    except RuleBroken as refused:
        try:
            return _look_once_more(act, id, form, _beside(form, refused))
        except NotFound:  # what was to be answered has ended, and its page with it
            raise refused from None
    flash(say(ACTS[act].done))
    return redirect(where, 303)


@parties.get("/<id>/close", allow=_P.MANAGE_MEMBERS, step_up=True)
def close(id: str) -> ResponseReturnValue:
    """Look once more before closing an account."""
    return _look_once_more("close", id, ActForm(formdata=None))


@parties.post("/<id>/close", allow=_P.MANAGE_MEMBERS, step_up=True)
def do_close(id: str) -> ResponseReturnValue:
    """The account is closed (row 61)."""
    return _do("close", id)


@parties.get("/<id>/consent-power/ask", allow=_P.GRANT_CONSENT_POWER, step_up=True)
def ask_power(id: str) -> ResponseReturnValue:
    """Look once more before asking for the consent power."""
    return _look_once_more("ask", id, ActForm(formdata=None))


@parties.post("/<id>/consent-power/ask", allow=_P.GRANT_CONSENT_POWER, step_up=True)
def do_ask_power(id: str) -> ResponseReturnValue:
    """The consent power is asked for (row 35)."""
    return _do("ask", id)


@parties.get("/<id>/consent-power/second", allow=_P.GRANT_CONSENT_POWER, step_up=True)
def second_power(id: str) -> ResponseReturnValue:
    """Look once more before agreeing to a consent power another administrator asked for."""
    return _look_once_more("second", id, ActForm(formdata=None))


@parties.post("/<id>/consent-power/second", allow=_P.GRANT_CONSENT_POWER, step_up=True)
def do_second_power(id: str) -> ResponseReturnValue:
    """The consent power is in force (row 35)."""
    return _do("second", id)


@parties.get("/<id>/consent-power/end", allow=_P.GRANT_CONSENT_POWER, step_up=True)
def end_power(id: str) -> ResponseReturnValue:
    """Look once more before ending the consent power."""
    return _look_once_more("end", id, ActForm(formdata=None))


@parties.post("/<id>/consent-power/end", allow=_P.GRANT_CONSENT_POWER, step_up=True)
def do_end_power(id: str) -> ResponseReturnValue:
    """The consent power has ended."""
    return _do("end", id)


@parties.get("/<id>/auditor/propose", allow=_P.APPOINT_AUDITOR, step_up=True)
def propose_auditor(id: str) -> ResponseReturnValue:
    """Look once more before proposing an auditor."""
    return _look_once_more("propose", id, ActForm(formdata=None))


@parties.post("/<id>/auditor/propose", allow=_P.APPOINT_AUDITOR, step_up=True)
def do_propose_auditor(id: str) -> ResponseReturnValue:
    """The auditor is proposed to the other parties (decision 29)."""
    return _do("propose", id)


@parties.get("/<id>/auditor/consent", allow=_P.APPOINT_AUDITOR, step_up=True)
def consent_to_auditor(id: str) -> ResponseReturnValue:
    """Look once more before consenting to another party's auditor."""
    return _look_once_more("consent_to_auditor", id, ActForm(formdata=None))


@parties.post("/<id>/auditor/consent", allow=_P.APPOINT_AUDITOR, step_up=True)
def do_consent_to_auditor(id: str) -> ResponseReturnValue:
    """One's own party has consented; with the last consent the auditor is in the post."""
    return _do("consent_to_auditor", id)


@parties.get("/<id>/auditor/refuse", allow=_P.APPOINT_AUDITOR, step_up=True)
def refuse_auditor(id: str) -> ResponseReturnValue:
    """Look once more before refusing another party's auditor, or taking one's consent back."""
    return _look_once_more("refuse_auditor", id, ActForm(formdata=None))


@parties.post("/<id>/auditor/refuse", allow=_P.APPOINT_AUDITOR, step_up=True)
def do_refuse_auditor(id: str) -> ResponseReturnValue:
    """The proposal, or the post, has ended."""
    return _do("refuse_auditor", id)


@parties.get("/<id>/auditor/end", allow=_P.APPOINT_AUDITOR, step_up=True)
def end_auditor(id: str) -> ResponseReturnValue:
    """Look once more before ending the post of one's own party's auditor, or the proposal of it."""
    return _look_once_more("end_auditor", id, ActForm(formdata=None))


@parties.post("/<id>/auditor/end", allow=_P.APPOINT_AUDITOR, step_up=True)
def do_end_auditor(id: str) -> ResponseReturnValue:
    """The post, or the proposal of it, has ended."""
    return _do("end_auditor", id)


# --- The party's rules --------------------------------------------------------------------------------------------


@parties.get("/rules", allow=_P.SET_PARTY_RULES, step_up=True)
def party_rules() -> ResponseReturnValue:
    """The rules one's own party has given itself."""
    party = queries.party(reading(), str(actor().party))
    form = PartyRulesForm(
        formdata=None, data={"four_eyes": party.four_eyes, "officers_table": party.officers_table}
    )
    return show("parties/rules.html", form=form)


@parties.post("/rules", allow=_P.SET_PARTY_RULES, step_up=True)
def set_party_rules() -> ResponseReturnValue:
    """The rules are as chosen, and every party is told of what changed."""
    form = PartyRulesForm()
    if not form.validate():
        return show("parties/rules.html", 422, form=form)
    with begin() as work:
        commands.set_party_rules(work, four_eyes=form.four_eyes.data, officers_table=form.officers_table.data)
        where = work.answer(url_for(".members"))
    flash(say(N_("自分の側の決まりを変更しました。変わったことは、すべての当事者に知らせました。")))
    return redirect(where, 303)


# --- Where a party files receipts ----------------------------------------------------------------------------------


@parties.get("/archive-addresses", allow=_P.SET_PARTY_RULES, step_up=True)
def archive_addresses() -> ResponseReturnValue:
    """The addresses at which one's own party files receipts (控え)."""
    return _archive_page(ArchiveForm(formdata=None))


def _archive_page(form: ArchiveForm, status: int = 200) -> ResponseReturnValue:
    addresses = archive.addresses_of(reading(), actor())
    return show("parties/archive.html", status, form=form, addresses=addresses, most=rules.ARCHIVES_MOST)


@parties.post("/archive-addresses", allow=_P.SET_PARTY_RULES, step_up=True)
def enter_archive_address() -> ResponseReturnValue:
    """The address is entered, and a mail with the question whether it is right is on its way there."""
    form = ArchiveForm()
    if not form.validate():
        return _archive_page(form, 422)
    try:
        with begin() as work:
            archive.enter(work, form.address.data)
            where = work.answer(url_for(".archive_addresses"))
    except RuleBroken as refused:
        return _archive_page(form, _beside(form, refused))
    flash(
        say(
            N_(
                "登録しました。確認のメールが届いたら、その中のリンクを開いてください。確認されるまで、控えは届きません。"
            )
        )
    )
    return redirect(where, 303)


@parties.post("/archive-addresses/<id>/ask", allow=_P.SET_PARTY_RULES, step_up=True)
def ask_archive_address(id: str) -> ResponseReturnValue:
    """The question is on its way once more; the link sent before is dead."""
    return _of_archive(lambda work: archive.ask_again(work, id), say(N_("確認のメールをもう一度送ります。")))


@parties.post("/archive-addresses/<id>/end", allow=_P.SET_PARTY_RULES, step_up=True)
def end_archive_address(id: str) -> ResponseReturnValue:
    """No receipt goes there any more."""
    return _of_archive(lambda work: archive.end(work, id), say(N_("この宛先への控えの送付をやめました。")))


def _of_archive(carry_out: Callable[[Work], object], said: str) -> ResponseReturnValue:
    form = ActForm()
    if not form.validate():
        return _archive_page(ArchiveForm(formdata=None), 422)
    with begin() as work:
        carry_out(work)
        where = work.answer(url_for(".archive_addresses"))
    flash(said)
    return redirect(where, 303)


@account.get("/archive-address/<token>", allow=_P.ENTER)
def confirm_archive(token: str) -> ResponseReturnValue:
    """The page that a mailed link leads to; to look at it confirms nothing (row 36)."""
    found = archive.asked_by(works(), token)
    if found is None:
        raise rules.ArchiveLinkIsDead()
    party = g.edition_in_force().party(found.party).name[language()]
    return show("account/archive_confirm.html", form=ActForm(formdata=None), party=party)


@account.post("/archive-address/<token>", allow=_P.ENTER)
def do_confirm_archive(token: str) -> ResponseReturnValue:
    """Receipts go to the address from now on."""
    if not ActForm().validate():
        return confirm_archive(token)
    archive.confirm(works(), token)
    return show("account/archive_confirmed.html")
