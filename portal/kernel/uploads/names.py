"""Makes the name of a file fit to be shown and offered for saving; a name is never a path here."""

from __future__ import annotations

import re
import unicodedata

from portal.kernel.uploads.findings import UploadRefused

_NOT_IN_A_NAME = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
_MEANS_SOMETHING_ELSEWHERE = re.compile('[<>:"|?*]')
_RESERVED = re.compile("(?:con|prn|aux|nul|conin\\$|conout\\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
# NFC would also change compatibility ideographs, with which names are written.
_NOT_COMPATIBILITY = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
_BELONGS_TO_THE_LAST = re.compile("[\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_NAME_BYTES = 255


def safe_file_name(name: str) -> str:
    """The name to show and to offer for saving, at most 255 bytes; never used as a path (rows 74, 75, 83).

    Folders, control characters, invisible characters and what Windows reserves are gone; Japanese, variation
    selectors and the ending stay. Raises UploadRefused("name_invalid") if nothing is left.
    """
    last = name[:10_000].replace("\\", "/").rsplit("/", 1)[-1]
    plain = _NOT_IN_A_NAME.sub("", last)
    composed = _NOT_COMPATIBILITY.sub(lambda found: unicodedata.normalize("NFC", found[0]), plain)
    kept = " ".join(_MEANS_SOMETHING_ELSEWHERE.sub("_", composed).split(" ")).strip(" .\u3000\u00a0")
    if not kept:
        raise UploadRefused("name_invalid")
    if _RESERVED.fullmatch(kept.split(".", 1)[0].rstrip(" ")):
        kept = "_" + kept
    stem, dot, ending = kept.rpartition(".")
    if not stem or len(ending.encode()) > 20:
        stem, dot, ending = kept, "", ""
    return _cut(stem, _NAME_BYTES - len((dot + ending).encode())) + dot + ending


def _cut(text: str, size: int) -> str:
    """The longest beginning of at most `size` bytes that does not part a character from its marks."""
    if len(text.encode()) <= size:
        return text
    cut = text.encode()[:size].decode("utf-8", "ignore")
    if _BELONGS_TO_THE_LAST.match(text[len(cut)]):
        while cut and _BELONGS_TO_THE_LAST.match(cut[-1]):
            cut = cut[:-1]
        cut = cut[:-1]
    return cut.rstrip(" .\u3000")


def extension_of(name: str) -> str:
    stem, _, ending = name.rpartition(".")
    return ending.lower() if stem and ending.isascii() else ""
