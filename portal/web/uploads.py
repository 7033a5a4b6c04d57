"""Files that come in with a form and go out as downloads: inspected, kept under their digest, never run by a browser."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response
from werkzeug.datastructures import FileStorage

from portal.kernel.errors import NotFound
from portal.kernel.files import FileTooLarge, Kept
from portal.kernel.uploads import Inspection, UploadRefused, inspect, safe_file_name
from portal.web.forms import PortalForm
from portal.web.headers import name_the_file
from portal.web.language import say
from portal.web.reading import portal


@dataclass(frozen=True)
class Received:
    """A file as it came in: its name only as data."""

    name: str
    kept: Kept
    inspection: Inspection


def receive(upload: FileStorage | None, form: PortalForm, field: str) -> Received | None:
    """The uploaded file, inspected and kept; None for none. What is wrong with it stands beside `field`, and of which
    file it is said: several may come at once (rows 17, 80-85)."""
    files, limit, name = portal().files, portal().settings.upload_limit, ""
    if upload is None or not upload.filename:
        return None
    try:
        name = safe_file_name(upload.filename)
        with files.receive(upload.stream, limit=limit) as (path, kept):
            found = inspect(path, name)
            files.keep_received(path, kept)
        return Received(name, kept, found)
    except UploadRefused as refused:
        wrong = say(refused.sentence, detail=refused.detail)
    except FileTooLarge:
        wrong = say("大きすぎます。%(limit)s MB以内のファイルにしてください。", limit=limit // 1_000_000)
    form.refuse(field, say("「%(file)s」：%(wrong)s", file=name, wrong=wrong) if name else wrong)
    return None


def download(name: str, sha256: str, size: int) -> Response:
    """The kept file as a download that no browser runs (rows 14, 74, 82, 84); raises NotFound for an empty digest."""
    if not sha256:
        raise NotFound()
    answer = Response(portal().files.open(sha256), mimetype="application/octet-stream")
    name_the_file(answer, name)
    answer.headers["Content-Length"] = str(size)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
