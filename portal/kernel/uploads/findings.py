"""The answers of the look at a file: refused and why, or taken and what lies hidden in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.kernel.typed import shown
from portal.kernel.words import N_

REFUSALS: dict[str, str] = {
    "empty": N_("ファイルの中身が空です。"),
    "too_large": N_("ファイルが大きすぎます（%(detail)sまで）。"),
    "type_not_allowed": N_(
        "この種類のファイルは添付できません。PDF、Word（docx）、Excel（xlsx）、PowerPoint（pptx）、"
        "テキスト（txt・md・csv）、画像（png・jpg・gif・webp）を添付できます。"
    ),
    "content_mismatch": N_(
        "ファイルの中身が、名前の示す種類と合いません。元のソフトで保存し直してください。"
    ),
    "nested_archive": N_("中に別の圧縮ファイルがあります。取り出して、一つずつ添付してください。"),
    "archive_too_big": N_("展開すると大きくなりすぎるファイルです。分けて添付してください。"),
    "encrypted": N_("パスワードの付いたファイルは添付できません。パスワードを外してください。"),
    "name_invalid": N_("ファイルの名前を付け直してください。"),
    "corrupt": N_("ファイルが壊れています。元のソフトで開き、保存し直してください。"),
}
"""What to tell the person, by the codes of UploadRefused."""

FINDINGS: dict[str, str] = {
    "author": N_("作成者や更新者の名前"),
    "organisation": N_("会社や管理者の名前"),
    "custom_properties": N_("文書に付けられた独自の情報"),
    "tracked_changes": N_("変更履歴（直す前の文）"),
    "comments": N_("コメント"),
    "hidden_text": N_("隠し文字"),
    "hidden_sheets": N_("非表示のシート"),
    "hidden_rows": N_("非表示の行や列"),
    "hidden_slides": N_("非表示のスライド"),
    "speaker_notes": N_("発表者のノート"),
    "embedded_file": N_("埋め込まれた別のファイル"),
    "external_content": N_("外部から読み込まれる部分"),
    "thumbnail": N_("縮小画像（古い内容が残ることがあります）"),
    "formulas": N_("式として働く欄"),
    "invisible_characters": N_("見えない文字"),
    "photo_metadata": N_("撮影の情報（機種・日時など）"),
    "photo_location": N_("撮影した場所"),
    "image_text": N_("画像に付けられた文字の情報"),
    "trailing_data": N_("画像の後ろに続くデータ"),
    "pdf_earlier_versions": N_("上書き保存される前の内容"),
    "pdf_javascript": N_("PDFの中のプログラム（JavaScript）"),
    "pdf_action": N_("開いたときなどに自動で行われる動作"),
}
"""What lies in a file that a reader of it may not see, by the codes of Finding; its detail stands beside it."""


class UploadRefused(Exception):
    """The file is not taken; `code` is a key of REFUSALS, `detail` the particular for sentence or log."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code}: {detail}" if detail else code)

    @property
    def sentence(self) -> str:
        """The sentence of REFUSALS, to be translated with the facts."""
        return REFUSALS[self.code]

    @property
    def facts(self) -> dict[str, object]:
        """What the sentence names."""
        return {"detail": self.detail}


@dataclass(frozen=True)
class Finding:
    """Something in a file that a reader may overlook; `code` is a key of FINDINGS."""

    code: str
    detail: str = ""

    @property
    def sentence(self) -> str:
        """The words of FINDINGS, to be translated; the detail is as it stands in the file, and shown beside."""
        return FINDINGS[self.code]


@dataclass(frozen=True)
class Limits:
    """How much is looked at; sizes in bytes."""

    bytes: int = 20_000_000
    unpacked: int = 200_000_000
    members: int = 4_000
    pixels: int = 50_000_000


@dataclass
class Found:
    """Collects findings: each code once, with what was seen beside it."""

    _details: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, code: str, *details: str) -> None:
        """The code is among the findings, with the details not yet seen beside it."""
        seen = self._details.setdefault(code, {})
        for detail in details:
            words = shown(" ".join(detail.split()))[:100]
            if words and len(seen) < 20:
                seen[words] = None

    def all(self) -> tuple[Finding, ...]:
        """Every finding once, in the order of FINDINGS."""
        return tuple(
            Finding(code, "、".join(self._details[code])) for code in FINDINGS if code in self._details
        )
