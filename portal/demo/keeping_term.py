"""Article 4 in the demonstration: a notice given for practice and withdrawn, intentions, and where receipts are filed; all
of it invented (仮), and nothing that ends the agreement."""

from __future__ import annotations

from sqlalchemy import select

from portal.consent.commands import Decision
from portal.consent.rules import Capacity
from portal.demo.people import COMPANY, PREFECTURE
from portal.demo.stage import Stage, Story, at
from portal.kernel.clock import day_in_japan
from portal.mail.commands import drop
from portal.mail.models import Mail
from portal.parties import archive
from portal.term import commands
from portal.term.accord import ACCORD, AccordBody
from portal.term.commands import Arrival, Dispatch
from portal.term.models import Notice, NoticeDraft
from portal.term.notice import NoticeBody
from portal.term.rules import Intends, Means, NoticeKind, What


def practice(stage: Stage) -> Story:
    """The managers practise the procedure just after an expiry day, when it can end nothing, and withdraw it together."""
    yield at(2024, 9, 9, 10, 0)
    words = NoticeBody(
        kind=NoticeKind.NON_RENEWAL,
        term="1",
        document_number="練習-24-01（仮）",
        dated_on=day_in_japan(stage.clock.now()).isoformat(),
        sender="法務部　福島 大樹（仮）",
        addressees=((PREFECTURE, f"{stage.edition.party(PREFECTURE).name.ja}　御中"),),
        statement="手続を確かめるための練習の書面で、協定を終わらせる意思を示すものではありません。（仮）",
    )
    with stage.work("fukushima") as work:
        draft = commands.start_notice(work, words).id
    yield at(2024, 9, 9, 15, 0)
    with stage.work("kitahama") as work:
        decided = Decision("練習-24-01（仮）", Capacity.DECISION, work.today, "")
        commands.decide_notice(work, draft, decided, saves=work.session.get_one(NoticeDraft, draft).saves)
    with stage.work("kitahama") as work:
        sent = Dispatch(Means.REGISTERED, work.today)
        commands.dispatch(work, draft, sent, saves=work.session.get_one(NoticeDraft, draft).saves)
    yield at(2024, 9, 11, 9, 30)
    with stage.work("toyonaka") as work:
        said = Arrival(PREFECTURE, work.today, evidence="収受印（仮）", evidence_on=work.today)
        reference = work.session.get_one(Notice, draft).reference
        commands.record_arrival(work, draft, said)
    yield at(2024, 9, 12, 14, 0)
    withdrawal = stage.begin(
        "toyonaka",
        ACCORD,
        AccordBody(
            title="練習の通知の取下げ（仮）",
            what=What.WITHDRAWAL,
            notice=reference,
            reason="通知の手続を練習したもので、協定を終わらせる意思はないため。（仮）",
        ),
    )
    withdrawal.table("toyonaka")
    yield at(2024, 9, 13, 11, 0)
    withdrawal.agree("hirakata", "ス戦企第1310号（仮）")
    withdrawal.agree("kitahama", "公営-24-0188（仮）", capacity=Capacity.DECISION)


def intentions(stage: Stage) -> Story:
    """Before the second and the third expiry day both parties say that they wish to go on: no notice."""
    for year in (2025, 2026):
        for day, who in ((22, "toyonaka"), (28, "fukushima")):
            yield at(year, 7, day, 10, 0)
            with stage.work(who) as work:
                commands.say_intention(work, says=Intends.CONTINUE, remark="取組を続けたい。（仮）")


def archives(stage: Stage) -> Story:
    """Each party has entered where its receipts are to be filed; nobody lives there to confirm it."""
    yield at(2025, 10, 1, 9, 0)
    for party, who, address in (
        (PREFECTURE, "izumi", "agreement-archive@pref.example.jp"),
        (COMPANY, "sakurabashi", "agreement-archive@company.example.jp"),
    ):
        with stage.work(who) as work:
            entered = archive.enter(work, address)
            assert entered.party == party
            work.session.flush()
            for mail in work.session.scalars(select(Mail).where(Mail.archive_id == entered.id)):
                drop(work, mail)


KEEPING_TERM = (practice, intentions, archives)
