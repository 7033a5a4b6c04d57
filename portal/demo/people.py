"""The invented staff of the demonstration, and the accounts that the sign-in page offers. Nobody here exists."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.access.policy import ROLE_NAMES, Role
from portal.agreement.edition import Words
from portal.agreement.text import FOUNDING_FILE, read_edition, texts_of
from portal.web.language import language, say

PASSWORD = "naniwa-no-hashi-808"  # noqa: S105  # the demonstration's own, printed on its sign-in page
"""Everybody's password. It protects nothing: a demonstration holds public facts and invented work only."""
PREFECTURE, COMPANY = "kou", "otsu"


@dataclass(frozen=True)
class DemoPerson:
    """One invented person."""

    key: str
    """How the stories name the person."""
    party: str | None
    name: str
    post: str
    email: str
    roles: tuple[Role, ...] = (Role.READER,)
    consents: bool = False
    """Whether the person holds the consent power."""
    joins: dt.date | None = None
    """When the account was added; None: at the founding."""
    awaits: bool = False
    """Whether the other party has not yet consented to this auditor: there is nothing to sign in for."""
    leaves: dt.date | None = None
    """When the account was closed; the acts stay under the name and post they were done in."""


_R = Role
PEOPLE = (
    # --- 甲: its organisation's names are public, its staff are invented
    DemoPerson("izumi", PREFECTURE, "和泉 徹", "スマートシティ戦略部 スマートシティ戦略総務課 課長補佐",
               "izumi@pref.example.jp", (_R.PARTY_ADMINISTRATOR,)),
    DemoPerson("kishiwada", PREFECTURE, "岸和田 恵", "スマートシティ戦略部 スマートシティ戦略総務課 主査",
               "kishiwada@pref.example.jp", (_R.PARTY_ADMINISTRATOR, _R.READER)),
    DemoPerson("fumi", PREFECTURE, "府見 あおい", "スマートシティ戦略部 戦略推進室 戦略企画課 主査",
               "fumi@pref.example.jp", (_R.DRAFTER,)),
    DemoPerson("tenjin", PREFECTURE, "天神橋 みどり", "スマートシティ戦略部 戦略推進室 地域戦略推進課 主事",
               "tenjin@pref.example.jp", (_R.DRAFTER,)),
    DemoPerson("ibaraki", PREFECTURE, "茨木 浩", "スマートシティ戦略部 戦略推進室 戦略企画課長",
               "ibaraki@pref.example.jp", (_R.READER,), True, leaves=dt.date(2025, 4, 1)),
    DemoPerson("nakanoshima", PREFECTURE, "中之島 健一", "スマートシティ戦略部 戦略推進室 戦略企画課長",
               "nakanoshima@pref.example.jp", (_R.READER,), True, joins=dt.date(2025, 3, 27)),
    DemoPerson("hirakata", PREFECTURE, "枚方 誠", "スマートシティ戦略部 戦略推進室長",
               "hirakata@pref.example.jp", (_R.READER,), True),
    DemoPerson("sakai", PREFECTURE, "堺 美咲", "府政情報室 広報広聴課 主査",
               "sakai@pref.example.jp", (_R.PRESS_OFFICER,)),
    DemoPerson("suita", PREFECTURE, "吹田 隆", "スマートシティ戦略部 スマートシティ戦略総務課 主査",
               "suita@pref.example.jp", (_R.CUSTODIAN,)),
    DemoPerson("toyonaka", PREFECTURE, "豊中 直子", "スマートシティ戦略部 戦略推進室 戦略企画課 課長補佐",
               "toyonaka@pref.example.jp", (_R.AGREEMENT_MANAGER,)),
    DemoPerson("ikeda", PREFECTURE, "池田 文", "スマートシティ戦略部 特区推進課 主事",
               "ikeda@pref.example.jp"),
    DemoPerson("moriguchi", PREFECTURE, "守口 正", "監査担当 書記",
               "moriguchi@pref.example.jp", (_R.AUDITOR,)),
    # --- 乙: invented throughout
    DemoPerson("sakurabashi", COMPANY, "桜橋 陽", "業務管理部 マネージャー",
               "sakurabashi@company.example.jp", (_R.PARTY_ADMINISTRATOR,)),
    DemoPerson("umeda", COMPANY, "梅田 環", "業務管理部 担当",
               "umeda@company.example.jp", (_R.PARTY_ADMINISTRATOR, _R.READER)),
    DemoPerson("mido", COMPANY, "御堂 すすむ", "公共営業本部 担当部長",
               "mido@company.example.jp", (_R.DRAFTER,)),
    DemoPerson("namba", COMPANY, "難波 さくら", "公共営業本部 アカウントマネージャー",
               "namba@company.example.jp", (_R.DRAFTER,)),
    DemoPerson("awaza", COMPANY, "阿波座 仁", "公共営業本部 ソリューション担当",
               "awaza@company.example.jp", (_R.DRAFTER,), leaves=dt.date(2025, 6, 30)),
    DemoPerson("yodogawa", COMPANY, "淀川 修", "公共営業本部 本部長代理",
               "yodogawa@company.example.jp", (_R.READER,), True),
    DemoPerson("kitahama", COMPANY, "北浜 玲子", "公共営業本部 統括部長",
               "kitahama@company.example.jp", (_R.READER,), True),
    DemoPerson("hommachi", COMPANY, "本町 結衣", "広報部 シニアスペシャリスト",
               "hommachi@company.example.jp", (_R.PRESS_OFFICER,)),
    DemoPerson("temma", COMPANY, "天満 理", "情報セキュリティ部 スペシャリスト",
               "temma@company.example.jp", (_R.CUSTODIAN,)),
    DemoPerson("fukushima", COMPANY, "福島 大樹", "法務部 カウンセル",
               "fukushima@company.example.jp", (_R.AGREEMENT_MANAGER,)),
    DemoPerson("tamatsukuri", COMPANY, "玉造 航", "公共営業本部 部長",
               "tamatsukuri@company.example.jp"),
    DemoPerson("noe", COMPANY, "野江 律", "内部監査部 マネージャー",
               "noe@company.example.jp", (_R.AUDITOR,), awaits=True),
    # --- the operator: of no party
    DemoPerson("operator", None, "運用 まもる", "", "operator@operation.example.jp", (_R.OPERATOR,)),
)  # fmt: skip
BY_KEY = {person.key: person for person in PEOPLE}
FIRST_ADMINISTRATORS = ("izumi", "sakurabashi")


@dataclass(frozen=True)
class DemoAccount:
    """An account to sign in with, as the sign-in page and the command line show it."""

    name: str
    post: str
    email: str
    password: str
    party_words: Words | None
    role_keys: tuple[Role, ...]

    @property
    def party(self) -> str:
        """How the agreement calls the party, with its name, in the reader's language; empty for the operator."""
        return self.party_words[language()] if self.party_words else ""

    @property
    def roles(self) -> str:
        """The roles in the reader's language."""
        between = "・" if language() == "ja" else ", "
        return between.join(say(ROLE_NAMES[role]) for role in self.role_keys)


def accounts() -> list[DemoAccount]:
    """The accounts that are open once the demonstration is loaded, those who act most first; nothing is read
    from the database."""
    edition = read_edition(*texts_of(FOUNDING_FILE))
    names = {
        party.key: Words(f"{party.defined_as.ja}　{party.name.ja}", f"{party.defined_as.en}, {party.name.en}")
        for party in edition.parties
    }
    found = []
    for person in sorted(
        (one for one in PEOPLE if one.leaves is None and not one.awaits), key=_how_much_to_do
    ):
        powers = (Role.CONSENT_OFFICER,) if person.consents else ()
        roles = tuple(role for role in person.roles if not (powers and role is Role.READER)) + powers
        words = names[person.party] if person.party else None
        found.append(DemoAccount(person.name, person.post, person.email, PASSWORD, words, roles))
    return found


_ORDER = (
    Role.DRAFTER, Role.READER, Role.AGREEMENT_MANAGER, Role.PRESS_OFFICER, Role.CUSTODIAN,
    Role.PARTY_ADMINISTRATOR, Role.AUDITOR, Role.OPERATOR,
)  # fmt: skip


def _how_much_to_do(person: DemoPerson) -> tuple[int, int, str]:
    first = 0 if person.consents or person.roles[0] is Role.DRAFTER else 1
    return first, _ORDER.index(person.roles[0]), person.party or "~"
