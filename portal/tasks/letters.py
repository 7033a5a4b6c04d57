"""The words of every mail: plain, whole without its links, in the reader's language, and nothing that must stay here.

Subjects name no title; sentences say of people's words only what their event lets out (R7-4; rows 10, 57, 73).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy.orm import Session

from portal.agreement import queries as agreement
from portal.history import queries as history
from portal.history.event import JOINT
from portal.history.models import Entry
from portal.history.queries import Line
from portal.history.seal import head_text, skeleton_of
from portal.history.sentences import Teller
from portal.kernel.clock import day_in_japan
from portal.kernel.days import day_in_words, moment_in_words
from portal.kernel.digest import check_code
from portal.kernel.words import N_
from portal.mail.models import Mail
from portal.mail.rules import Purpose
from portal.parties.rules import ARCHIVE_LINK_LIFE, LINK_LIFE
from portal.settings import Settings
from portal.web.app import Portal
from portal.web.language import LANGUAGES, catalogue

SHOWN = 50
"""At most so many messages stand in one mail; of more it says how many."""
BETWEEN = "\n\n----\n\n"

ACCOUNT: Mapping[Purpose, tuple[str, str]] = {
    Purpose.LINK: (
        N_("協定ポータル：パスワードの設定"),
        N_(
            "協定ポータルのパスワードを設定するためのご案内です。\n\n"
            "次のリンクを開き、新しいパスワードを入力してください。\n\n%(link)s\n\n"
            "このリンクは一度だけ、%(until)sまで使えます。\n"
            "心当たりがないときは、このメールを破棄してください。パスワードは変わりません。"
        ),
    ),
    Purpose.WAS_SET: (
        N_("協定ポータル：パスワードが変更されました"),
        N_(
            "%(when)sに、協定ポータルのあなたのパスワードが変更されました。\n"
            "ほかの画面でのサインインは、すべて終わりました。\n\n"
            "心当たりがないときは、すぐに自分の側の利用者管理者に連絡してください。"
        ),
    ),
    Purpose.WAS_MOVED: (
        N_("協定ポータル：メールアドレスが変更されました"),
        N_(
            "%(when)sに、協定ポータルのあなたのメールアドレスが変更されました。\n"
            "このお知らせは、変更前と変更後の両方のアドレスに送っています。\n\n"
            "心当たりがないときは、すぐに自分の側の利用者管理者に連絡してください。"
        ),
    ),
}
CONFIRM_SUBJECT = N_("協定ポータル：控えの送り先の確認")
CONFIRM = N_(
    "このメールアドレスが、協定ポータルの控えの送り先（保存用アドレス）として登録されました（%(party)s）。\n"
    "控えは、同意・合意・保留・公表・通知が記録されるたびに、この宛先に届きます。\n\n"
    "正しければ、次のリンクを開き、「この宛先に控えを送る」を押してください。押すまで、控えは届きません。\n\n%(link)s\n\n"
    "このリンクは%(until)sまで使えます。\n"
    "心当たりがないときは、このメールを破棄してください。控えは届きません。"
)
AT_ONCE_SUBJECT = N_("協定ポータル：お知らせ（%(count)s件）")
DIGEST_SUBJECT = N_("協定ポータル：%(day)sまでのお知らせ（%(count)s件）")
OPENING = N_("協定ポータルからのお知らせです。")
DIGEST_OPENING = N_("協定ポータルの、%(day)sまでのお知らせをまとめてお送りします。")
MORE = N_("ほかに%(count)s件のお知らせがあります。ポータルの「お知らせ」で確かめてください。")
ENDING = N_(
    "くわしい内容は、ポータルにサインインし、「お知らせ」で確かめてください。リンクを開けないときも、そこからたどれます。\n"
    "メールの受け取り方は、ポータルの「自分の設定」で選べます。このメールに返信しても、ポータルには届きません。"
)
RECEIPT_SUBJECT = N_("協定ポータル：控え（記録番号 %(number)s）")
RECEIPT = N_(
    "協定ポータルの記録の控えです。すべての当事者の保存用アドレスに、同じ控えを送っています。このメールを保存してください。\n"
    "後で記録が書き換えられていないかは、ポータルの「履歴」の「封緘の控え」で、下の記録番号と封緘値を入力して確かめられます。\n\n"
    "記録番号：%(number)s\n"
    "日時：%(when)s\n"
    "行為：%(what)s\n"
    "この記録の封緘値：%(leaf)s\n\n"
    "封緘された記録そのもの（この1行のSHA-256が、先頭にバイト0を付けて計算したとき、上の封緘値になります）：\n"
    "%(skeleton)s\n\n"
    "このメールを作ったときの、共有の記録の末尾：\n"
    "%(head)s"
    "末尾の記録番号：%(head_number)s\n"
    "末尾の封緘値：%(head_leaf)s"
)  # fmt: skip
FOOT = N_("記録番号 %(number)s・指紋 %(code)s")


@dataclass(frozen=True)
class Letters:
    """What mails are made from: the portal's own address and sender, and where things are seen."""

    settings: Settings
    path_of: Callable[[str, str], str | None]
    """The path of the page of a thing that the history names."""
    kinds: Mapping[str, Any]
    """Every kind of document by its key."""

    @classmethod
    def of(cls, app: Portal, settings: Settings | None = None) -> Letters:
        """For the portal `app`. No request is needed: an address begins with the one of the settings (row 57)."""
        places = app.extensions["places"]
        addresses = app.url_map.bind("portal.invalid")

        def path_of(kind: str, id: str) -> str | None:
            endpoint = places.get(kind)
            if endpoint is None:
                return None
            takes_id = app.url_map.is_endpoint_expecting(endpoint, "id")
            return addresses.build(endpoint, {"id": id} if takes_id else {})

        return cls(settings or app.settings, path_of, app.extensions["kinds"])

    # --- each kind of mail

    def account(
        self, mail: Mail, address: str, language: str | None, *, at: dt.datetime, token: str | None
    ) -> EmailMessage:
        """About the member's own account, in their language, or in every one where none was chosen."""
        subject, body = ACCOUNT[Purpose(mail.purpose)]
        languages = _languages(language)
        texts = []
        for code in languages:
            facts = {
                "link": f"{self.settings.address}/set-password/{token}",
                "until": moment_in_words(at + LINK_LIFE, code),
                "when": moment_in_words(mail.asked_at, code),
            }
            texts.append(catalogue(code).gettext(body) % facts)
        return self._made(mail, address, catalogue(languages[0]).gettext(subject), texts)

    def confirm(
        self, session: Session, mail: Mail, address: str, party: str, *, at: dt.datetime, token: str
    ) -> EmailMessage:
        """The question to an address at which a party wants to file receipts, in every language."""
        edition = agreement.edition(session)
        texts = [
            catalogue(code).gettext(CONFIRM)
            % {
                "party": edition.party(party).name[code],
                "link": f"{self.settings.address}/archive-address/{token}",
                "until": moment_in_words(at + ARCHIVE_LINK_LIFE, code),
            }
            for code in LANGUAGES
        ]
        return self._made(mail, address, _both(CONFIRM_SUBJECT), texts)

    def messages(
        self, session: Session, mail: Mail, address: str, language: str | None, message_ids: Sequence[str]
    ) -> EmailMessage:
        """What the portal has to tell somebody, at once or as the day's one mail."""
        lines = history.told_in(session, message_ids)
        languages = _languages(language)
        is_digest = mail.purpose == Purpose.DIGEST
        day = day_in_japan(mail.asked_at)
        subject = catalogue(languages[0]).gettext(DIGEST_SUBJECT if is_digest else AT_ONCE_SUBJECT) % {
            "count": len(lines), "day": day_in_words(day, languages[0]),
        }  # fmt: skip
        texts = []
        for code in languages:
            teller, words = _teller(session, code), catalogue(code).gettext
            opening = words(DIGEST_OPENING) % {"day": day_in_words(day, code)}
            parts = [opening if is_digest else words(OPENING)]
            parts += [self._told(teller, told) for told in _by_thing(lines[:SHOWN])]
            if len(lines) > SHOWN:
                parts.append(words(MORE) % {"count": len(lines) - SHOWN})
            texts.append("\n\n".join([*parts, words(ENDING)]))
        return self._made(mail, address, subject, texts, foot=_foot(session, mail, languages))

    def receipt(self, session: Session, mail: Mail, address: str) -> EmailMessage:
        """The receipt of an entry for a party's archive: the entry as it was sealed, and the head of the joint chain, in
        every language (security.md 5.3)."""
        assert mail.entry is not None and mail.head is not None
        entry = session.get_one(Entry, (JOINT, mail.entry))
        head = session.get_one(Entry, (JOINT, mail.head))
        line = history.entry_line(session, JOINT, mail.entry)
        origin = str(skeleton_of(head)["origin"])
        texts = [
            catalogue(code).gettext(RECEIPT)
            % {
                "number": entry.number,
                "when": moment_in_words(entry.at, code),
                "what": self._sentence(_teller(session, code), line),
                "leaf": entry.leaf,
                "skeleton": entry.skeleton,
                "head": head_text(origin, JOINT, head.number, head.leaf),
                "head_number": head.number,
                "head_leaf": head.leaf,
            }
            for code in LANGUAGES
        ]
        return self._made(mail, address, _both(RECEIPT_SUBJECT, number=entry.number), texts)

    # --- how they are made

    def _told(self, teller: Teller, lines: Sequence[Line]) -> str:
        """What happened about one thing, each under the moment it happened at, and once where it is seen."""
        rows = []
        for line, following in zip_longest(lines, lines[1:]):
            rows.append(self._sentence(teller, line))
            if following is None or following.at != line.at:
                rows.append(f"  {moment_in_words(line.at, teller.language)}")
        if path := self.path_of(lines[0].subject_kind, lines[0].subject_id):
            rows.append(f"  {self.settings.address}{path}")
        return "\n".join(rows)

    def _sentence(self, teller: Teller, line: Line) -> str:
        """The sentence that may leave the portal; of a kind whose titles are quiet, the kind stands for the title."""
        kind = self.kinds.get(str(line.facts.get("kind")))
        title = str(kind.quiet_title) if kind is not None and kind.is_quiet else None
        return teller.mail(line, instead_of_title=title)

    def _made(
        self, mail: Mail, address: str, subject: str, texts: Sequence[str], *, foot: str = ""
    ) -> EmailMessage:
        sender = self.settings.mail_sender
        message = EmailMessage()
        message["From"] = sender
        message["To"] = address
        message["Subject"] = subject
        message["Date"] = format_datetime(mail.asked_at)
        message["Message-ID"] = f"<{mail.id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        ends = "\n".join(filter(None, [foot, self.settings.address]))
        message.set_content(f"{BETWEEN.join(texts)}\n\n-- \n{ends}\n", cte="base64")
        return message


def _by_thing(lines: Sequence[Line]) -> Sequence[Sequence[Line]]:
    """The lines of each thing together, in the order in which each was first told of."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        found.setdefault((line.subject_kind, line.subject_id), []).append(line)
    return list(found.values())


def _languages(chosen: str | None) -> list[str]:
    return [chosen] if chosen in LANGUAGES else list(LANGUAGES)


def _both(message: str, **facts: object) -> str:
    """A subject in every language."""
    return " / ".join(catalogue(code).gettext(message) % facts for code in LANGUAGES)


def _teller(session: Session, code: str) -> Teller:
    edition = agreement.edition(session)
    return Teller.of(code, {party.key: party.defined_as[code] for party in edition.parties})


def _foot(session: Session, mail: Mail, languages: Sequence[str]) -> str:
    """The head of the joint chain as page footers show it, when the mail was made."""
    head = session.get(Entry, (JOINT, mail.head)) if mail.head else None
    if head is None:
        return ""
    facts = {"number": head.number, "code": check_code(head.leaf)}
    return "\n".join(catalogue(code).gettext(FOOT) % facts for code in languages)


__all__ = ["ACCOUNT", "Letters"]
