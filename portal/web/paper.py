"""Answers with a paper as PDF."""

from __future__ import annotations

from flask import Response

from portal.kernel import pdf
from portal.kernel.pdf import Paper
from portal.web.headers import name_the_file
from portal.web.reading import portal


def answer(paper: Paper, name: str) -> Response:
    """The paper as a file `name` (without ending) to take away. Raises what `pdf.made` raises."""
    folder = portal().settings.fonts
    made = pdf.made(paper, fonts=pdf.find_fonts(*([folder] if folder else [])))
    response = Response(made, mimetype="application/pdf")
    name_the_file(response, f"{name}.pdf")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
