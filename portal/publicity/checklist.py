"""What a publication usually has before consent to it is asked: gaps are shown, nothing is blocked (practice.md 3.4)."""

from __future__ import annotations

from dataclasses import dataclass

from portal.agreement.text import Edition
from portal.kernel.words import N_, Phrase
from portal.publicity.item import LANGUAGE_NAMES, PublicityBody, channels_of, output_of, plan_of
from portal.publicity.sorts import About, Medium, Sort
from portal.publicity.tabling import WITHOUT_WORDS
from portal.publicity.timing import HOME_ZONE, TimingKind

COMPANY = "company"
"""The kind of body whose releases carry a profile and trade marks."""
_PICTURES = ("png", "jpg", "jpeg", "gif", "webp")


@dataclass(frozen=True)
class Check:
    """One thing of the list: what it is, whether it is there, and the field it stands in."""

    sentence: Phrase
    is_met: bool
    field: str


def checks(body: PublicityBody, edition: Edition, attachments: list[str]) -> list[Check]:
    """Everything both sides supply for a joint release, and whether `body` has it; `attachments` are the names of
    the attached files. What does not apply is not on the list."""
    found: list[Check] = []

    def check(sentence: str, is_met: bool, field: str, **facts: object) -> None:
        found.append(Check(Phrase(sentence, facts), is_met, field))

    if body.relation in WITHOUT_WORDS:
        return []
    channels = channels_of(body)
    publishing = [party for party in edition.parties if any(one.publisher == party.key for one in channels)]
    for party in publishing:
        written = any(output_of(body, f"{party.key}.{code}").strip() for code in LANGUAGE_NAMES)
        check(N_("公表する%(party)sの文面がある"), written, "outputs", party=party.defined_as)
    english = any(text.strip() for key, text in body.outputs if key.endswith(".en"))
    check(N_("英語の文面または要約がある"), english, "outputs")
    if any(one.medium == Medium.SOCIAL for one in channels):
        social = any(text.strip() for key, text in body.outputs if key.startswith("social."))
        check(N_("SNSの文案がある"), social, "outputs")
    check(N_("経路ごとに、使う文面を定めている"), all(one.output for one in channels), "channels")
    check(N_("趣旨・概要がある"), bool(body.summary.strip()), "summary")
    if body.about == About.COOPERATION:
        check(N_("施策名がある"), bool(body.measure.strip()), "measure")
    if body.timing_kind == TimingKind.EXACT and body.zone != HOME_ZONE:
        check(
            N_("日本時間以外の時間帯で定めたときは、言葉でも定めている"),
            bool(body.timing_words),
            "timing_words",
        )
    if len(channels) > 1:
        check(N_("経路の順について定めている"), body.in_order in {"yes", "no"}, "in_order")
    check(N_("事前に提供するか（解禁日時を付けるか）を定めている"), body.embargo in {"yes", "no"}, "embargo")
    if body.embargo == "yes":
        check(N_("事前に提供する日時がある"), bool(body.provided_day), "provided_day")
    if any(one.medium == Medium.PRESS_CLUB for one in channels):
        check(
            N_("同時提供先（ほかの記者クラブなど）を記している"),
            bool(body.simultaneous.strip()),
            "simultaneous",
        )
    if body.sort == Sort.CONFERENCE or any(
        one.medium in {Medium.CONFERENCE, Medium.STAGE} for one in channels
    ):
        check(N_("取材の案内（受付、撮影の可否など）がある"), bool(body.coverage.strip()), "coverage")
    check(N_("経緯（協定の名称など）がある"), bool(body.background.strip()), "background")
    if body.sort in {Sort.PRESS_RELEASE, Sort.CONFERENCE}:
        check(N_("各当事者のコメント（引用）がある"), bool(body.quotes), "quotes")
    if body.quotes:
        cleared = all(len(row) == 3 and row[2].strip() for row in body.quotes)
        check(N_("引用・コメントのすべてに、確認した人が記されている"), cleared, "quotes")
    check(N_("氏名・肩書を記している"), bool(body.titles.strip()), "titles")
    check(N_("氏名・肩書は公表日時点のもの"), _as_of_the_day(body), "titles_as_of")
    if any(name.rpartition(".")[2].lower() in _PICTURES for name in attachments):
        check(N_("画像の権利表示を記している"), bool(body.images.strip()), "images")
        check(N_("写る人・声の出る人の同意を記している"), bool(body.portraits.strip()), "portraits")
    contacts = {row[0] for row in body.contacts if len(row) == 2 and row[1].strip()}
    for party in edition.parties:
        check(N_("%(party)sの問合せ先がある"), party.key in contacts, "contacts", party=party.defined_as)
    profiles = {row[0] for row in body.profiles if len(row) == 2 and row[1].strip()}
    companies = [party for party in publishing if party.kind == COMPANY]
    for party in companies:
        check(N_("%(party)sの概要がある"), party.key in profiles, "profiles", party=party.defined_as)
    if companies:
        check(N_("商標・製品名の表記がある"), bool(body.trademarks.strip()), "trademarks")
    check(N_("想定問答と、答える側を記している"), bool(body.questions.strip()), "questions")
    check(N_("公表後の再利用について定めている"), bool(body.reuse.strip()), "reuse")
    check(N_("誤りがあったときの連絡先を記している"), bool(body.correction.strip()), "correction")
    check(N_("公表後の確認について定めている"), bool(body.monitoring.strip()), "monitoring")
    return found


def _as_of_the_day(body: PublicityBody) -> bool:
    """Whether names and titles were checked as of the (first) day of publication, or for one that has no fixed
    day, as of some day."""
    if not body.titles_as_of:
        return False
    if body.timing_kind == TimingKind.EXACT:
        return body.titles_as_of == body.day
    plan = plan_of(body)
    return plan.last is not None
