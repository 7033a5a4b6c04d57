"""Flask with one law added: a route without a declared permission cannot be registered (decision 9)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Flask, abort, g, has_request_context, redirect, request, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from sqlalchemy import exc
from werkzeug import routing

from portal.access.actor import ANONYMOUS, Actor
from portal.access.policy import Permission
from portal.kernel.clock import Clock
from portal.kernel.db import Engines
from portal.kernel.errors import NotAllowed
from portal.kernel.files import FileStore
from portal.settings import ROOT, Settings
from portal.web.incoming import Request
from portal.web.kept import Kept
from portal.web.templates import Templates

_BROKEN_OFF = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_TRIES = 3
_PLAIN = frozenset({str, int})
"""The types of values of which two that are equal stand in an address alike."""


def let_go_of_reading() -> None:
    """What this request read so far is let go; the next read sees what has been committed since.

    A database that has gone away meanwhile takes nothing from an answer that is made (row 112).
    """
    session = g.pop("reading", None)
    if session is not None:
        try:
            session.close()
        except exc.DBAPIError:
            session.invalidate()  # there is nobody left to end the reading for


class Door(NamedTuple):
    """Who may pass: the permission, and whether the password must have been entered lately (row 62)."""

    permission: Permission
    step_up: bool = False


class DoorWithoutPermission(TypeError):
    """A route was offered without saying who may pass; the portal does not start."""


class Rule(routing.Rule):
    """werkzeug's rule, whose functions that build its address are made when it is first asked for: a start would make nine
    hundred of them, and a process uses few."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        make = cache(partial(super()._compile_builder, append_unknown))
        return lambda rule, /, **values: make()(rule, **values)


class Portal(Flask):
    """The portal's Flask application: it knows its doors, and asks at each."""

    settings: Settings
    clock: Clock
    engines: Engines
    files: FileStore
    request_class = Request
    url_rule_class = Rule
    jinja_environment = Templates
    jinja_options: dict[str, Any] = {"cache_size": -1}  # every template: to count which was used last takes long
    jinja_env: Templates

    def __init__(self, settings: Settings, *, clock: Clock, engines: Engines, files: FileStore) -> None:
        self.doors: dict[tuple[str, str], Door] = {}
        self.settings, self.clock, self.engines, self.files = settings, clock, engines, files
        self._addresses: Kept[str] = Kept(5_000)
        super().__init__(
            "portal",
            static_folder=None,
            template_folder=str(ROOT / "templates"),
            instance_path=str(settings.instance),
            instance_relative_config=False,
        )

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        *,
        allow: Permission | None = None,
        step_up: bool = False,
        **options: Any,
    ) -> None:
        """The rule is added and its door noted; raises DoorWithoutPermission when `allow` is missing.

        Every way Flask has of adding a route (blueprint, `app.get`, `add_url_rule`) passes through here.
        """
        if not isinstance(allow, Permission):
            raise DoorWithoutPermission(f"{rule} does not say who may pass: allow=Permission.…")
        name = endpoint or (view_func.__name__ if view_func else rule)
        for method in options.get("methods") or ["GET"]:
            self.doors[name, method.upper()] = Door(allow, step_up)
        super().add_url_rule(rule, name, view_func, provide_automatic_options, **options)

    def dispatch_request(self) -> ResponseReturnValue:
        """The view's answer; a transaction the database broke off for another's sake is tried again, at most
        twice (row 113). With one writer at a time none is expected, and what was sent once counts once (I7)."""
        for _ in range(_TRIES - 1):
            try:
                return super().dispatch_request()
            except exc.OperationalError as fault:
                if getattr(fault.orig, "sqlstate", None) not in _BROKEN_OFF:
                    raise
            let_go_of_reading()
            for file in request.files.values():
                file.stream.seek(0)
        return super().dispatch_request()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: no view of the portal is a coroutine, and Flask would look at each that runs."""
        return func

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """The address, as Flask makes it; kept, where it is made of plain values alone."""
        for name, value in values.items():
            if value is not None and (type(value) not in _PLAIN or name[0] == "_"):
                return super().url_for(endpoint, **values)
        if not has_request_context():
            return super().url_for(endpoint, **values)
        beside = request.blueprint if endpoint[0] == "." else None
        key = (request.root_path, beside, endpoint, *values.items())
        return self._addresses.get(key, lambda: super(Portal, self).url_for(endpoint, **values))

    def door(self, endpoint: str, method: str) -> Door | None:
        """The door at `endpoint` for `method` (HEAD and OPTIONS are as GET or as whatever is there)."""
        found = self.doors.get((endpoint, "GET" if method == "HEAD" else method))
        if found is None and method == "OPTIONS":
            found = next((door for (name, _), door in self.doors.items() if name == endpoint), None)
        return found


def ask_at_the_door(app: Portal, identify: Callable[[], Actor]) -> None:
    """From now on every request is asked who it is and whether it may pass, before anything else runs.

    Anonymous visitors go to the sign-in page (GET) or get 401; a member whose password was set by somebody
    else goes to the page where it is changed; anyone without the permission gets 403.
    """

    @app.before_request
    def ask() -> ResponseReturnValue | None:
        asked = request_ctx.request  # each look through the proxy `request` finds it anew
        endpoint = asked.endpoint
        if asked.mimetype != "multipart/form-data":  # only files may be larger than a form's words (row 80)
            asked.max_content_length = app.config["MAX_FORM_MEMORY_SIZE"]
        if asked.method not in {"GET", "HEAD", "OPTIONS"} and comes_from_elsewhere():
            g.actor = ANONYMOUS
            abort(400)
        if endpoint is None:  # 404 and 405 are Flask's own to say
            g.actor = identify()
            return None
        door = app.door(endpoint, asked.method)
        actor = g.actor = identify()
        if door is None:
            abort(405)
        if door.permission is Permission.ENTER:
            return None
        if not actor.is_signed_in:
            if asked.method in {"GET", "HEAD"}:
                return redirect(url_for("account.sign_in", next=next_name()), 303)
            abort(401)
        if actor.must_change_password and door.permission is not Permission.USE_OWN_ACCOUNT:
            return redirect(url_for("account.change_password"), 303)
        if not actor.may(door.permission):
            raise NotAllowed(permission=door.permission)
        return None


def comes_from_elsewhere() -> bool:
    """Whether the browser says that another site's page sent this (row 55): a second fence behind the token."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def next_name() -> str | None:
    """Where the visitor wanted to go, as a path of this portal, for after signing in (row 56)."""
    return request.full_path.rstrip("?") if request.path != "/" else None
