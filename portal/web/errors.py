"""Every refusal and every fault becomes a page in the reader's language; none shows another's matter."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

from portal.access.policy import Role
from portal.kernel.errors import NotAllowed, NotFound, Refused, Unavailable
from portal.kernel.words import N_
from portal.web.app import Portal
from portal.web.labels import labels_of
from portal.web.language import say
from portal.web.pages import render
from portal.web.reading import actor, only_looks, stop_reading

log = logging.getLogger("portal")


@dataclass(frozen=True)
class Told:
    """What an error page says: the sentence, what to do next, and the clause behind the rule."""

    sentence: str
    next_step: str
    citation: Any = None


_PAGES = {
    400: (
        "bad_request",
        N_("送られた内容を受け付けられませんでした。"),
        N_(
            "画面を開いたまま時間がたったときに起こります。入力した内容が下にあるときは、そのまま「もう一度送る」を"
            "押してください。ないときは、ホームから画面を開き直してください。"
        ),
    ),
    401: ("not_allowed", N_("サインインが必要です。"), N_("サインインしてから、もう一度操作してください。")),
    403: ("not_allowed", NotAllowed.sentence, NotAllowed.next_step),
    404: ("not_found", NotFound.sentence, NotFound.next_step),
    405: ("not_found", NotFound.sentence, NotFound.next_step),
    413: (
        "too_large",
        N_("送られた内容が大きすぎます。"),
        N_("添付はファイルを分けるか小さくし、文章は短くしてください。"),
    ),
    500: (
        "fault",
        N_("ポータルの内部で問題が起きました。操作は行われていません。"),
        N_("もう一度操作しても直らないときは、時刻を添えて運用管理者に連絡してください。"),
    ),
    503: ("unavailable", Unavailable.sentence, Unavailable.next_step),
}


def tell(refused: Refused) -> Told:
    """The refusal in the reader's words, with the clause it rests on as the edition in force cites it."""
    cite = g.get("cite")
    return Told(
        say(refused.sentence, **refused.facts),
        say(refused.next_step, **refused.facts),
        cite(refused.clause) if cite and refused.clause else None,
    )


def set_errors(app: Portal) -> None:
    """`app` answers every refusal and fault with a page."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> ResponseReturnValue:
        if error.status == 503:
            log.error("unavailable: %s", type(error).__name__)
            return page(503, sentence=error.sentence, next_step=error.next_step)
        if error.status in {403, 404}:
            return page(error.status)
        stop_reading()
        name = "conflict" if error.status == 409 else "rule_broken"
        words = render(f"errors/{name}.html", error=tell(error), back_url=back(), **_typed(error.status))
        return words, error.status

    @app.errorhandler(CSRFError)
    def stale(_error: CSRFError) -> ResponseReturnValue:
        return page(400)

    @app.errorhandler(RequestEntityTooLarge)
    def large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
        return page(413)

    @app.errorhandler(SecurityError)
    def under_a_name_not_ours(_error: SecurityError) -> ResponseReturnValue:
        # Asked under a host name that is not the portal's (row 57): no page, since a page has addresses.
        return make_response("400 Bad Request\n", 400, {"Content-Type": "text/plain; charset=utf-8"})

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.code in {301, 302, 303, 307, 308} or error.code is None:
            return error  # a redirect of the routing itself
        return page(error.code if error.code in _PAGES else 400, status=error.code)

    @app.errorhandler(exc.DataError)
    def nothing_of_that_name(_error: exc.DataError) -> ResponseReturnValue:
        # PostgreSQL takes no NUL in a text: no row can be named by it.
        return page(404 if request.method in {"GET", "HEAD"} else 400)

    @app.errorhandler(exc.OperationalError)
    @app.errorhandler(exc.TimeoutError)
    @app.errorhandler(exc.InterfaceError)
    @app.errorhandler(exc.InternalError)
    @app.errorhandler(OSError)
    def unavailable(error: Exception) -> ResponseReturnValue:
        log.error("unavailable: %s", type(error).__name__)
        return page(503)

    @app.errorhandler(Exception)
    def fault(error: Exception) -> ResponseReturnValue:
        log.exception("fault: %s", type(error).__name__)
        return page(500)


def page(
    number: int, *, status: int | None = None, sentence: str | None = None, next_step: str | None = None
) -> ResponseReturnValue:
    """The plain page for the status `number`: the same bytes whatever the reason (row 11), unless the reason, given
    by its `sentence` and `next_step`, is the portal's own."""
    stop_reading()
    template, usual, usual_step = _PAGES[number]
    if number == 403 and Role.OPERATOR in actor().roles:
        usual_step = _OPERATOR_ASKS  # who has no side has no administrator of it to ask
    typed = _typed(number)
    if number == 401 and (typed["kept"] or typed["kept_files"]):
        usual_step = _SIGN_IN_BESIDE
    told = Told(say(sentence or usual), say(next_step or usual_step))
    words = render(f"errors/{template}.html", error=told, back_url=back(), **typed)
    response = make_response(words, status or number)
    if number == 503:
        response.headers["Retry-After"] = "5"
    return response


_OPERATOR_ASKS = N_("運用管理者の権限ではできません。必要なときは、当事者の利用者に操作を依頼してください。")

_SIGN_IN_BESIDE = N_(
    "入力した内容はこの画面に残っています。別の画面でサインインし、この画面に戻って「もう一度送る」を押してください。"
)

_SECRET = re.compile("csrf_token|password|token", re.IGNORECASE)
_HIDDEN = frozenset({"once", "seen", "saves", "then", "language", "next"})


def _typed(status: int) -> dict[str, Any]:
    """What was typed into a form that was not taken, to be read and sent again: nothing is ever lost.

    Passwords and tokens are left out. Files cannot be kept, and are to be chosen again, by name: without them the form
    would not say the same. A form of nothing but hidden fields is not worth showing.
    """
    nothing: dict[str, Any] = {
        "kept": [], "kept_files": [], "kept_path": "", "kept_hidden": _HIDDEN, "kept_labels": {},
    }  # fmt: skip
    if request.method != "POST" or status in {403, 404, 405, 413}:
        return nothing
    kept = [(name, value) for name, value in request.form.items(multi=True) if not _SECRET.search(name)]
    files = [
        (field, names)
        for field, sent in request.files.lists()
        if (names := [name for one in sent if (name := (one.filename or "").strip())])
    ]
    if not files and not any(value.strip() for name, value in kept if name not in _HIDDEN):
        return nothing
    blueprint = current_app.blueprints.get(request.blueprint or "")
    package = ".".join(blueprint.import_name.split(".")[:2]) if blueprint else ""
    posted = {name for name, value in kept if name not in _HIDDEN and value} | {field for field, _ in files}
    return nothing | {
        "kept": kept,
        "kept_files": files,
        "kept_path": request.full_path.rstrip("?"),
        "kept_labels": labels_of(package, request.endpoint or "", posted),
    }


def back() -> str:
    """Where the link back leads: the page itself for a refused act, else home."""
    if request.endpoint and only_looks():
        return url_for("home.index")
    return (
        request.headers.get("Referer", "").startswith(request.host_url)
        and request.referrer
        or url_for("home.index")
    )
