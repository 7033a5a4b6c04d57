"""What a mail is for, what people choose of them, and how one is tried again; pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

from portal.kernel.errors import RuleBroken
from portal.kernel.words import N_


class Purpose(StrEnum):
    """What a mail is for."""

    LINK = "set_password"
    WAS_SET = "password_was_set"
    WAS_MOVED = "address_was_changed"
    MESSAGES = "messages"
    DIGEST = "digest"
    RECEIPT = "receipt"
    CONFIRM_ARCHIVE = "confirm_archive"


PURPOSE_NAMES: Mapping[Purpose, str] = {
    Purpose.LINK: N_("パスワードの設定"),
    Purpose.WAS_SET: N_("パスワードの変更のお知らせ"),
    Purpose.WAS_MOVED: N_("メールアドレスの変更のお知らせ"),
    Purpose.MESSAGES: N_("お知らせ（すぐに）"),
    Purpose.DIGEST: N_("お知らせ（1日1通）"),
    Purpose.RECEIPT: N_("控えのメール"),
    Purpose.CONFIRM_ARCHIVE: N_("保存用アドレスの確認"),
}
WITH_LINK = frozenset({Purpose.LINK, Purpose.CONFIRM_ARCHIVE})
"""Mails that carry a single-use link."""


class MailChoice(StrEnum):
    """Which mails about messages a person gets."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    MANDATORY = "mandatory"


CHOICE_NAMES: Mapping[MailChoice, str] = {
    MailChoice.AT_ONCE: N_("すぐに受け取る"),
    MailChoice.DAILY: N_("1日1通にまとめて受け取る"),
    MailChoice.MANDATORY: N_("必ず届くものだけ受け取る"),
}
CHOICE_HINTS: Mapping[MailChoice, str] = {
    MailChoice.AT_ONCE: N_("お知らせがあるたびに届きます。夜間（20時から翌朝7時まで）と休業日の分は、次の営業日の朝7時に届きます。"),
    MailChoice.DAILY: N_("営業日の朝8時30分に、それまでのお知らせがまとめて1通届きます。お知らせがない日は届きません。"),
    MailChoice.MANDATORY: N_("お知らせのページで読む方に向いています。"),
}  # fmt: skip
DEFAULT_CHOICE = MailChoice.DAILY

MOST_TRIES = 30
"""With the pauses between them, four days."""
LONGEST_PAUSE = dt.timedelta(hours=4)
SERVER_PAUSE, LONGEST_SERVER_PAUSE = dt.timedelta(seconds=30), dt.timedelta(minutes=5)


class NothingToRetry(RuleBroken):
    """The mail is not, or no longer, among those that could not be delivered."""

    status = 409
    sentence = N_("このメールは、届けられなかったメールではありません。")
    next_step = N_("ページを読み込み直して、いまの状態を確かめてください。")


def pause_after(tries: int) -> dt.timedelta:
    """How long a mail rests that the server did not take at its `tries`-th try: two minutes, then twice as long each
    time, at most four hours."""
    doubled: int = 2 ** min(tries, 10)
    return min(dt.timedelta(minutes=doubled), LONGEST_PAUSE)


def server_pause_after(tries: int) -> dt.timedelta:
    """How long the whole queue rests when no mail server could be reached `tries` times in a row: never so long that
    people wait for it when it is back."""
    doubled: int = 2 ** min(max(tries - 1, 0), 10)
    return min(SERVER_PAUSE * doubled, LONGEST_SERVER_PAUSE)
