"""What every page has: the frame around it, the words of the clauses, and the way a page is rendered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from jinja2 import StrictUndefined, Template
from markupsafe import Markup

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.kernel import markdown
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from portal.kernel.words import N_
from portal.web.app import Portal
from portal.web.forms import csrf_token
from portal.web.kept import Kept
from portal.web.language import catalogue, language, say
from portal.web.reading import actor, portal
from portal.web.templates import Templates


@dataclass(frozen=True)
class Person:
    """The signed-in person, as the frame shows them."""

    name: str
    post: str
    party_label: str


class Banner(NamedTuple):
    """What stands at the top of every page: how loud (info, warning, error), the words, and a page that says more."""

    tone: str
    sentence: str
    href: str
    link: str


@dataclass(frozen=True)
class Frame:
    """What stands around every page."""

    signed_in: bool
    person: Person | None
    agreement_title: str
    navigation: Sequence[tuple[str, str, bool]]
    language: str
    path: str
    head: tuple[int, str] | None
    is_demo: bool
    banner: Banner | None
    waiting: int | None
    explained: tuple[str, str] | None = None
    """Address and title of the manual's page about the page shown."""


NAVIGATION: tuple[tuple[str, str, Permission], ...] = (
    ("home.index", N_("ホーム"), Permission.READ),
    ("activities.index", N_("取組"), Permission.READ),
    ("publicity.index", N_("公表"), Permission.READ),
    ("advice.index", N_("助言・支援"), Permission.READ),
    ("handback.index", N_("受渡し・返却"), Permission.READ),
    ("agreement.index", N_("協定"), Permission.READ),
    ("term.index", N_("期間"), Permission.READ),
    ("reports.timeline", N_("年表"), Permission.READ),
    ("history.index", N_("履歴"), Permission.READ),
    ("parties.members", N_("利用者"), Permission.SEE_MEMBERS),
)


_NAVIGATIONS: Kept[list[tuple[str, str, bool]]] = Kept(500)


def navigation(app: Portal, who: Actor) -> list[tuple[str, str, bool]]:
    """The doors at the top of the page that `who` may pass: address, label, and whether we stand behind it. Packages
    without a door of their own stand behind the one that `app.extensions["stands_behind"]` names."""
    behind: Mapping[str, str] = app.extensions.get("stands_behind", {})
    blueprint = behind.get(request.blueprint or "", request.blueprint)

    def make() -> list[tuple[str, str, bool]]:
        return [
            (url_for(endpoint), say(label), blueprint == endpoint.split(".")[0])
            for endpoint, label, permission in NAVIGATION
            if who.may(permission) and endpoint in app.view_functions
        ]

    return _NAVIGATIONS.get((who.permissions, blueprint, language(), request.root_path), make)


def set_pages(app: Portal, frame_of: Callable[[], Frame]) -> None:
    """Templates of `app` fail on an undefined name, and know the frame, the actor and the clauses."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        cite=cite, prose=prose, new_id=new_id, Permission=Permission, csrf_token=csrf_token
    )

    @app.context_processor
    def context() -> dict[str, Any]:
        if "frame" not in g:
            g.frame = frame_of()
        return {"frame": g.frame, "actor": actor(), "csrf_token": csrf_token}


def cite(key: str) -> Any:
    """The clause that the agreement's term `key` rests on, as the edition in force cites it: label and href."""
    return g.cite(key)


@lru_cache(maxsize=1_000)
def prose(source: str) -> Markup:
    """`source` (Markdown) as safe HTML (rows 66, 67); what was rendered lately is kept in memory."""
    return Markup(markdown.render(source).html)  # noqa: S704  # nh3's allow-list has passed it


def template(name: str) -> Template:
    """The template `name` in the reader's language."""
    held: dict[str, Templates] = portal().extensions.setdefault("templates", {})
    code = language()
    if code not in held:
        held[code] = portal().jinja_env.in_language(code, catalogue(code).gettext)
    return held[code].get_template(name)


def render(name: str, /, **context: Any) -> Markup:
    """The template `name` with `context`, in the reader's language."""
    return Markup(render_template(template(name), **context))  # noqa: S704  # a template escapes


def part(name: str, macro: str, *facts: Any) -> Markup:
    """What a macro of the template `name` makes of these facts alone, in the reader's language."""
    return Markup(getattr(template(name).module, macro)(*facts))  # noqa: S704  # a template escapes


def show(name: str, status: int = 200, /, **context: Any) -> ResponseReturnValue:
    """The page `name` with `context`, answered with `status`."""
    return render_template(template(name), **context), status


def counted(total: int, shown: int) -> str:
    """How many there are, exact up to 1,000, and how many of them stand here (decision 33)."""
    if total > 1_000:
        return say("1,000件超のうち%(shown)s件を表示しています。", shown=shown)
    return say("%(total)s件のうち%(shown)s件を表示しています。", total=total, shown=shown)


def whole(text: str | None) -> int | None:
    """The whole number that an address names; None where it names none; 404 for what is no number (row 64)."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound()
    return int(text)


def path_of(number: str) -> str:
    """The address of this page with `number` as its keyset cursor, every other filter kept."""
    values = {**(request.view_args or {}), **{k: v for k, v in request.args.items() if k != "before"}}
    return url_for(str(request.endpoint), **values, before=number)


__all__ = [
    "Frame",
    "NAVIGATION",
    "Person",
    "cite",
    "counted",
    "language",
    "navigation",
    "part",
    "path_of",
    "prose",
    "render",
    "set_pages",
    "show",
    "template",
    "whole",
]
