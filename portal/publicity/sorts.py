"""What publications there are: about what, of which kind, how each stands to earlier ones, by which media; pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.kernel.words import N_


class About(StrEnum):
    """What is made public (art. 6(2) names both)."""

    AGREEMENT = "agreement"
    COOPERATION = "cooperation"


ABOUT_NAMES: Mapping[str, str] = {
    About.AGREEMENT: N_("協定そのもの"),
    About.COOPERATION: N_("協定に基づく取組"),
}


class Sort(StrEnum):
    """Of which kind a publication is; not only press releases need the agreement of all (excellent 3.3)."""

    PRESS_RELEASE = "press_release"
    CONFERENCE = "conference"
    WEB = "web"
    SOCIAL = "social"
    TALK = "talk"
    CASE_STUDY = "case_study"
    PRESS_ANSWER = "press_answer"
    SLIDE = "slide"
    MAGAZINE = "magazine"
    VIDEO = "video"
    ASSEMBLY_ANSWER = "assembly_answer"
    OTHER = "other"


SORT_NAMES: Mapping[str, str] = {
    Sort.PRESS_RELEASE: N_("報道発表・資料提供"),
    Sort.CONFERENCE: N_("記者会見"),
    Sort.WEB: N_("ウェブページ"),
    Sort.SOCIAL: N_("SNSの投稿"),
    Sort.TALK: N_("講演・登壇"),
    Sort.CASE_STUDY: N_("事例紹介"),
    Sort.PRESS_ANSWER: N_("取材への回答"),
    Sort.SLIDE: N_("スライド・説明資料"),
    Sort.MAGAZINE: N_("広報誌・印刷物"),
    Sort.VIDEO: N_("動画・放送"),
    Sort.ASSEMBLY_ANSWER: N_("議会答弁"),
    Sort.OTHER: N_("その他"),
}

LEAD_DAYS: Mapping[str, int] = {Sort.CONFERENCE: 10, Sort.PRESS_RELEASE: 3, Sort.MAGAZINE: 10}
"""Business days that a publication of this kind usually needs; the agreement's settings may say otherwise
(practice.md 3.2: about two weeks for a conference, about three days for material)."""


class Relation(StrEnum):
    """How a publication stands to an earlier one."""

    NEW = "new"
    CORRECTION = "correction"
    SUPPLEMENT = "supplement"
    TAKE_DOWN = "take_down"
    CALL_OFF = "call_off"
    """What was agreed, and has not appeared, is not made public after all (decision 13)."""


RELATION_NAMES: Mapping[str, str] = {
    Relation.NEW: N_("新しい公表"),
    Relation.CORRECTION: N_("訂正"),
    Relation.SUPPLEMENT: N_("補足"),
    Relation.TAKE_DOWN: N_("掲載の取下げ"),
    Relation.CALL_OFF: N_("公表の中止（公表しないことの合意）"),
}
FOLLOW_UPS = (Relation.CORRECTION, Relation.SUPPLEMENT, Relation.TAKE_DOWN)
"""What is left once something has appeared (row 48; R6.2-7)."""


class Medium(StrEnum):
    """By what a channel reaches the public."""

    PRESS_CLUB = "press_club"
    CONFERENCE = "conference"
    PRESS_WIRE = "press_wire"
    WEBSITE = "website"
    SOCIAL = "social"
    STAGE = "stage"
    MAGAZINE = "magazine"
    INTERVIEW = "interview"
    VIDEO = "video"
    OTHER = "other"


MEDIUM_NAMES: Mapping[str, str] = {
    Medium.PRESS_CLUB: N_("記者クラブへの資料提供"),
    Medium.CONFERENCE: N_("会見"),
    Medium.PRESS_WIRE: N_("報道機関への配信"),
    Medium.WEBSITE: N_("ウェブサイト"),
    Medium.SOCIAL: N_("SNSへの投稿"),
    Medium.STAGE: N_("講演・行事"),
    Medium.MAGAZINE: N_("広報誌・印刷物"),
    Medium.INTERVIEW: N_("取材対応"),
    Medium.VIDEO: N_("動画・放送"),
    Medium.OTHER: N_("その他"),
}
ONLINE = frozenset({Medium.WEBSITE, Medium.SOCIAL})
"""What stands at an address."""

YES_NO_NAMES: Mapping[str, str] = {"yes": N_("はい"), "no": N_("いいえ")}
