"""What every answer says to browsers and proxies (rows 12, 36, 37, 82)."""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from urllib.parse import quote

from flask import Response, request

from portal.web.app import Portal

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
"""What no view ever says for itself."""


def set_headers(app: Portal) -> None:
    """Every answer of `app` carries the headers; only the stylesheets, scripts and pictures may be kept."""
    answer = app.wsgi_app

    def answer_with_them(environ: Any, start: Any) -> Any:
        return answer(environ, lambda status, headers, *fault: start(status, [*headers, *ALWAYS], *fault))

    app.wsgi_app = answer_with_them  # type: ignore[assignment, method-assign]  # Flask's own way of wrapping an application

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        if app.settings.cookies_are_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
            response.headers.add("Vary", "Cookie")
            response.headers.pop("ETag", None)
        return response


_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


def name_the_file(response: Response, name: str, *, shown: bool = False) -> None:
    """A browser saves `response` under `name` and opens it nowhere, unless it is `shown` in its page (rows 74, 82).

    The name is given twice (RFC 6266): in plain ASCII, and whole in UTF-8. A header of other letters is one that
    servers cannot send.
    """
    plain = _NOT_PLAIN.sub("_", unicodedata.normalize("NFKD", name)).strip("_") or "file"
    encoded = quote(name.encode("utf-8", "replace"), safe="")
    how = "inline" if shown else "attachment"
    response.headers["Content-Disposition"] = f"{how}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
