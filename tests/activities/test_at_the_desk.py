"""What somebody who takes the work over reads at once: where things stand, whose turn it is, what changed, what to press."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from sqlalchemy import select

from portal.activities.commands import cancel
from portal.activities.models import Activity, ActivityAct
from portal.activities.particulars import PARTICULARS
from portal.activities.proposal import PROPOSAL
from portal.activities.rules import ActivityOver
from portal.consent import commands
from portal.parties.commands import set_party_rules
from portal.publicity.item import PUBLICITY
from tests.activities.test_views import browser_of
from tests.conftest import House
from tests.makers.activities import (
    activity_of,
    agreed,
    agreed_activity,
    agreed_particulars,
    agreed_proposal,
    consented,
    edition_of,
    particulars_body,
    proposal_body,
    ready_activity,
    replaced,
    revised,
    running_activity,
    tabled_particulars,
    tabled_proposal,
)
from tests.makers.people import TestPerson
from tests.makers.publicity import tabled_item

FOLDED = '<details class="compare-same">'


def sent_back(
    house: House, by: TestPerson, kind: Any, id: str, reason: str = "手順を書き加えてください。"
) -> None:
    """`by` has sent the revision on the table back."""
    with house.work(by.actor(house)) as work:
        document = commands.document_of(work, kind, id)
        commands.send_back(work, kind, document, seen=document.digest, reason=reason)


def saved(house: House, by: TestPerson, kind: Any, id: str, body: Any) -> None:
    """`by` has saved `body` as the own-side draft."""
    with house.work(by.actor(house)) as work:
        document = commands.document_of(work, kind, id)
        draft = commands.own_draft(work, document)
        commands.save(work, kind, document, body, saves=draft.saves if draft else 0)


# --- consents that a new revision took the effect of


@pytest.mark.parametrize("page", ["", "/consent"])
def test_a_consent_without_effect_is_shown_with_who_tabled_what_and_what_changed(
    sqlite_dated: House, page: str
):
    """Excellent 3.1: version number, editor and diff; 1, row 2: nobody is said to have taken a colleague's consent."""
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    proposal = tabled_proposal(sqlite_dated, people)
    consented(sqlite_dated, people[0].officer, PROPOSAL, proposal)
    body = proposal_body(edition, title="多言語窓口AIエージェント試験")
    revised(sqlite_dated, people[1].drafter, PROPOSAL, proposal, body)

    shown = browser_of(sqlite_dated, people[0].officer).get(
        f"/activities/proposals/{proposal}{page}", expect=200
    )
    own, other = (edition.party(key).defined_as.ja for key in edition.party_keys[:2])
    box = shown.text.split(edition.party(edition.party_keys[0]).name.ja, 2)[-1]
    assert "回答待ち 版1への同意は失効（新しい版が提示されたため）" in shown.text, box[:300]
    assert people[0].officer.name in box
    assert f"版2の提示：{other} {people[1].drafter.post} {people[1].drafter.name}" in shown.text
    assert f"/activities/proposals/{proposal}/compare?from=1&to=2" in shown.links
    assert f"版2の提示：{own}" not in shown.text


# --- what changed


def test_a_comparison_shows_what_changed_first_and_folds_the_rest_away(sqlite_dated: House):
    """Excellent 3.5: changed characters, not the whole sentence; the fields that are the same do not hide them."""
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    proposal = tabled_proposal(sqlite_dated, people)
    for title in ("多言語窓口AIエージェント試験", "多言語窓口AIエージェント実験"):
        body = proposal_body(edition, title=title)
        revised(sqlite_dated, people[1].drafter, PROPOSAL, proposal, body)
    browser = browser_of(sqlite_dated, people[0].reader)
    for older, newer, gone, came in (
        (1, 2, "行", "験"),
        (2, 3, "試", "実"),
        (1, 3, "試行", "実験"),
        (3, 1, "実験", "試行"),
    ):
        page = browser.get(f"/activities/proposals/{proposal}/compare?from={older}&to={newer}", expect=200)
        changed, same = page.source.split(FOLDED)
        assert f"［削除］</span>{gone}<" in changed and f"［追加］</span>{came}<" in changed, (older, newer)
        assert "項目のうち、1項目に違いがあります。" in page.text
        assert "<del>" not in same and "スマートシティ推進事業" in same
    page = browser.get(f"/activities/proposals/{proposal}/compare?from=2&to=2", expect=200)
    assert "違いはありません。" in page.text and "<ins><" not in page.source


def test_a_proposed_change_is_compared_with_what_is_in_force(sqlite_dated: House):
    """Excellent 3.5: any two versions of anything; 3.1: the agreed version stays in force meanwhile."""
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    activity = agreed_activity(sqlite_dated, people)
    first = agreed_particulars(sqlite_dated, people, activity)
    change = replaced(
        sqlite_dated, people[1].drafter, PARTICULARS, first, particulars_body(edition, end="2026-01-31")
    )
    browser = browser_of(sqlite_dated, people[0].officer)
    there = f"/activities/particulars/{change}/compare?from=replaced"
    for path in (change, first, f"{change}/consent"):
        assert there in browser.get(f"/activities/particulars/{path}", expect=200).links, path
    page = browser.get(there, expect=200)
    assert "差し替えるPAR-0001とPAR-0002の違い" in page.heading
    changed = page.source.split(FOLDED)[0]
    assert "終了日" in changed and "開始日" not in changed
    assert browser.get(f"/activities/particulars/{first}/compare?from=replaced").status == 404


def test_attachments_that_differ_are_no_field_without_change(sqlite_dated: House):
    """S10: who tables second sees every difference from what is on the table, the attachments among them."""
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    proposal = tabled_proposal(sqlite_dated, people)
    saved(sqlite_dated, people[0].drafter, PROPOSAL, proposal, proposal_body(edition, measure="別の施策"))
    browser = browser_of(sqlite_dated, people[0].drafter)
    page = browser.get(f"/activities/proposals/{proposal}/files", expect=200)
    page.submit("/attachments", file=(io.BytesIO("手順\n".encode()), "手順.txt"))
    revised(sqlite_dated, people[1].drafter, PROPOSAL, proposal, proposal_body(edition, title_en="Second"))
    page = browser.get(f"/activities/proposals/{proposal}", expect=200).submit("/table")
    assert page.status == 409
    assert "手順.txt" in page.source.split(FOLDED)[0]


# --- a draft left by a predecessor


def test_a_draft_left_by_somebody_is_read_before_it_is_tabled(sqlite_dated: House):
    """Whoever takes a draft over sees what it would change, and whose turn it is; the other side sees none of it."""
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    proposal = tabled_proposal(sqlite_dated, people)
    sent_back(sqlite_dated, people[1].officer, PROPOSAL, proposal)
    saved(
        sqlite_dated,
        people[0].drafter,
        PROPOSAL,
        proposal,
        proposal_body(edition, measure="前任者の直した施策"),
    )

    page = browser_of(sqlite_dated, people[0].officer).get(f"/activities/proposals/{proposal}", expect=200)
    draft = page.source.split('id="draft"')[1].split("</section>")[0]
    assert "前任者の直した" in draft.split(FOLDED)[0]
    assert "新しい版の提示待ち" in page.text
    offered = [button for form in page.forms for *_, button in form.buttons]
    assert "下書きを提示する（相手方に見えます）" in offered
    assert f"/activities/proposals/{proposal}/send-back" not in page.links, "what came back is written anew"
    theirs = browser_of(sqlite_dated, people[1].officer).get(f"/activities/proposals/{proposal}", expect=200)
    assert "前任者の直した" not in theirs.source


def test_a_draft_shows_its_attachments_before_it_is_tabled(sqlite_dated: House):
    """Whoever tables sees all that the others will have, and the way to its attachments."""
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    with sqlite_dated.work(people[0].drafter.actor(sqlite_dated)) as work:
        proposal = commands.start(work, PROPOSAL, proposal_body(edition)).id
    browser = browser_of(sqlite_dated, people[0].drafter)
    path = f"/activities/proposals/{proposal}"
    assert "添付はありません。" in browser.get(path, expect=200).text
    browser.get(f"{path}/files", expect=200).submit(
        "/attachments", file=(io.BytesIO("手順\n".encode()), "手順.txt")
    )
    page = browser.get(path, expect=200)
    assert "手順.txt" in page.text and "添付はありません。" not in page.text
    assert f"{path}/files" in page.links


def test_a_draft_is_thrown_away_only_after_reading_what_is_lost(sqlite_dated: House):
    """No text is lost by one slip of the hand; what is tabled stays."""
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    proposal = tabled_proposal(sqlite_dated, people)
    saved(sqlite_dated, people[0].drafter, PROPOSAL, proposal, proposal_body(edition, measure="別の施策"))
    page = browser_of(sqlite_dated, people[0].drafter).get(f"/activities/proposals/{proposal}", expect=200)
    folded = page.source.split('<details class="discard">')[1].split("</details>")[0]
    assert "この下書きに書いたことは元に戻せません。" in folded and "提示した版は残ります。" in folded
    assert f'action="/activities/proposals/{proposal}/discard"' in folded
    page = page.submit("/discard")
    assert "下書きを破棄しました。" in page.text and "別の施策" not in page.text


def test_saving_a_draft_without_a_change_says_that_nothing_was_saved(sqlite_dated: House):
    """Decision 25: an unchanged save makes nothing; the person reads so."""
    people = sqlite_dated.people
    proposal = tabled_proposal(sqlite_dated, people)
    browser = browser_of(sqlite_dated, people[1].drafter)
    said = "変わったところがないので、何も保存していません。"
    draft = f"/activities/proposals/{proposal}/draft"
    assert said in browser.get(draft, expect=200).submit("/draft").text
    page = browser.get(draft, expect=200).submit("/draft", measure="別の施策")
    assert "自分の側の下書きがあります" in page.text and said not in page.text
    assert said in browser.get(draft, expect=200).submit("/draft").text


# --- a refusal that no field can mend


def test_what_was_sent_back_is_not_offered_for_consent_and_says_why(sqlite_dated: House):
    """Decision 25: a revision sent back takes no consent until there is a new one."""
    people = sqlite_dated.people
    proposal = tabled_proposal(sqlite_dated, people)
    officer = browser_of(sqlite_dated, people[1].officer)
    page = officer.get(f"/activities/proposals/{proposal}/consent", expect=200)
    sent_back(sqlite_dated, people[1].officer, PROPOSAL, proposal)
    late = page.submit("この版に同意する", decision_reference="決第1号", capacity="decision")
    assert late.status == 409
    assert "この操作はできません" in late.text and "入力内容に直すところ" not in late.text
    late.has_lost_nothing(decision_reference="決第1号")
    page = officer.get(f"/activities/proposals/{proposal}/consent", expect=200)
    assert "この版は差し戻されています。" in page.text and "自分の側の意思決定" not in page.text


@pytest.mark.parametrize("form", ["/comments", "/notes", "/consultations", "/confirm"])
def test_what_a_form_far_down_the_page_lacks_is_said_at_its_top_with_the_way_to_the_field(
    sqlite_dated: House, form: str
):
    """WCAG 3.3.1: the page that comes back begins with what is wrong, not as if nothing had happened."""
    people = sqlite_dated.people
    proposal = tabled_proposal(sqlite_dated, people)
    path = f"/activities/proposals/{proposal}"
    writer = browser_of(sqlite_dated, people[0].drafter)
    writer.get(path, expect=200).submit(
        "/consultations", held_on="2025-10-01", medium="meeting", participants="甲と乙", summary="要旨"
    )
    page = browser_of(sqlite_dated, people[1].drafter).get(path, expect=200).submit(form)
    assert page.status == 422
    summary = page.source.split('class="error-summary"')[1].split("</div>")[0]
    places = [link.split('"')[0] for link in summary.split('href="#')[1:]]
    assert places and all(f'id="{place}"' in page.source for place in places), summary
    assert page.source.index('class="error-summary"') < page.source.index('class="turn')


def test_a_word_on_a_recorded_act_that_is_refused_says_so_at_the_top(sqlite_dated: House):
    people = sqlite_dated.people
    activity = ready_activity(sqlite_dated, people)
    browser_of(sqlite_dated, people[0].drafter).get(f"/activities/{activity}/start", expect=200).submit(
        "を記録する", on_day="2025-10-01", reason="先に始めた"
    )
    page = browser_of(sqlite_dated, people[1].drafter).get(f"/activities/{activity}", expect=200)
    page = page.submit("/acknowledge")
    assert page.status == 422
    assert 'class="error-summary"' in page.source and "どちらかを選んでください。" in page.text


def test_what_nobody_can_see_in_words_of_people_is_marked_wherever_they_are_read(sqlite_dated: House):
    """Row 75: nothing turns the line unseen, in a title, a comment, a note, a reason, a consultation or a record."""
    people = sqlite_dated.people
    hidden, marked = "試\u202e行", '試<span class="invisible">[U+202E]</span>行'
    proposal = tabled_proposal(sqlite_dated, people, title=hidden, measure=hidden)
    path = f"/activities/proposals/{proposal}"
    writer = browser_of(sqlite_dated, people[0].drafter)
    page = writer.get(path, expect=200)
    page = page.submit("/comments", text=hidden).submit("/notes", text=hidden)
    page = page.submit(
        "/consultations", held_on="2025-10-01", medium="meeting", participants=hidden, summary=hidden, decisions=hidden
    )
    sent_back(sqlite_dated, people[1].officer, PROPOSAL, proposal, hidden)
    seen = writer.get(path, expect=200).source.split("<main", 1)[1]
    assert f"<h1>{marked}</h1>" in seen
    for part in ("words-heading", "comments-heading", "notes-heading", "consultations-heading", "parties-heading"):
        assert marked in seen.split(f'id="{part}"')[1].split("</section>")[0], part
    register = writer.get("/activities", expect=200).source.split("<tbody", 1)[1]
    activity = writer.get(f"/activities/{activity_of(sqlite_dated, proposal)}", expect=200).source
    assert "<title>試[U+202E]行｜" in activity
    choices = writer.get("/activities", expect=200).source.split('id="measure"')[1].split("</select>")[0]
    assert ">試[U+202E]行</option>" in choices
    for source in (seen, register, activity.split("<main", 1)[1]):
        assert "U+202E" in source
        assert hidden not in source, source[source.index(hidden) - 200 :][:400]


def test_what_nobody_can_see_in_the_figures_of_an_outcome_is_marked(sqlite_dated: House):
    """Row 75."""
    people = sqlite_dated.people
    activity = running_activity(sqlite_dated, people)
    writer = browser_of(sqlite_dated, people[0].drafter)
    figure: Any = {"figures-label-1": "参加\u202e者", "figures-value-1": "3\u200b0"}
    page = writer.get(f"/activities/{activity}/complete", expect=200)
    page.submit("を記録する", on_day="2025-10-01", outcome="試行した", **figure)
    acts = writer.get(f"/activities/{activity}", expect=200).source.split('id="acts"')[1]
    assert '参加<span class="invisible">[U+202E]</span>者' in acts
    assert '<span class="invisible">[U+200B]</span>' in acts


def test_who_alone_drafted_reads_before_pressing_that_another_officer_consents(sqlite_dated: House):
    """Decision 12: not after the decision was typed in; where a party waives four eyes, it is offered."""
    people = sqlite_dated.people
    officer = people[0].officer
    proposal = tabled_proposal(sqlite_dated, people, by=officer)
    path, browser = f"/activities/proposals/{proposal}", browser_of(sqlite_dated, officer)
    page = browser.get(path, expect=200)
    assert f"{path}/consent" not in page.links
    assert "自分の側の別の同意権者に同意を依頼してください。" in page.text
    page = browser.get(f"{path}/consent", expect=200)
    assert "起案者だけで同意することはできません" in page.text and "自分の側の意思決定" not in page.text
    other = browser_of(sqlite_dated, people[1].officer).get(path, expect=200)
    assert f"{path}/consent" in other.links and "別の同意権者に" not in other.text
    with sqlite_dated.work(people[0].admin.actor(sqlite_dated)) as work:
        set_party_rules(work, four_eyes=False, officers_table=False)
    assert f"{path}/consent" in browser.get(path, expect=200).links
    assert "自分の側の意思決定" in browser.get(f"{path}/consent", expect=200).text


# --- the page of an activity says what to press


def test_what_is_next_stands_before_what_ends_the_activity(sqlite_dated: House):
    """Decision 22: the act that carries the activity on is the first to press."""
    people = sqlite_dated.people
    activity = agreed_activity(sqlite_dated, people)
    page = browser_of(sqlite_dated, people[0].drafter).get(f"/activities/{activity}", expect=200).source
    assert page.index(">具体的事項を起案する<") < page.index(">中止を記録する<")


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        ("start", "別途定める具体的事項の合意がまだ成立していません"),
        ("suspend", "いまの状態（具体的事項の確認待ち）では「中断」を記録できません"),
        ("resume", "いまの状態（具体的事項の確認待ち）では「再開」を記録できません"),
        ("complete", "いまの状態（具体的事項の確認待ち）では「完了」を記録できません"),
    ],
)
def test_a_record_that_would_be_refused_is_refused_before_anything_is_typed(
    sqlite_dated: House, act: str, sentence: str
):
    """The page of an act asked for by its address, or left open while others went on."""
    people = sqlite_dated.people
    activity = agreed_activity(sqlite_dated, people)
    browser = browser_of(sqlite_dated, people[0].drafter)
    page = browser.get(f"/activities/{activity}/{act}", expect=200)
    assert sentence in page.text
    assert 'name="on_day"' not in page.source
    assert f"/activities/{activity}" in page.links
    cancel = browser.get(f"/activities/{activity}/cancel", expect=200)
    assert 'name="on_day"' in cancel.source


def test_an_act_upon_a_paper_that_would_be_refused_is_refused_before_a_reason_is_typed(sqlite_dated: House):
    """The page of an act asked for by its address, or left open while others went on."""
    people = sqlite_dated.people
    path = f"/activities/proposals/{agreed_proposal(sqlite_dated, people)}"
    officer = browser_of(sqlite_dated, people[0].officer)
    for act in ("send-back", "withdraw-consent", "decline", "withdraw", "lift-hold"):
        page = officer.get(f"{path}/{act}", expect=200)
        assert "いまはできません" in page.text and 'name="reason"' not in page.source, act
        assert path in page.links
    assert 'name="reason"' in officer.get(f"{path}/hold", expect=200).source


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_reason_says_what_it_was_given_for_and_whether_its_party_has_consented_since(
    sqlite_dated: House, language: str
):
    """Decision 26: beside a consent given anew, the reason of the withdrawal is not taken for the party's last word."""
    house, people = sqlite_dated, sqlite_dated.people
    made = tabled_proposal(house, people)
    officer, address = people[0].officer, f"/activities/proposals/{made}"
    consented(house, officer, PROPOSAL, made)
    with house.work(officer.actor(house)) as work:
        document = commands.document_of(work, PROPOSAL, made)
        commands.withdraw_consent(work, PROPOSAL, document, seen=document.digest, reason="数字を確かめる")
    why = {"ja": "甲が同意を撤回した理由（版1）", "en": "Why Party A withdrew its consent (revision 1)"}[language]
    since = {
        "ja": "その後、甲は同じ版に同意しました。",
        "en": "Since then Party A has consented to the same revision.",
    }[language]
    reader = browser_of(house, people[1].officer, language)
    page = reader.get(address, expect=200)
    assert why in page.text and since not in page.text
    consented(house, officer, PROPOSAL, made)
    page = reader.get(address, expect=200)
    assert page.text.index(why) < page.text.index(since) < page.text.index("数字を確かめる")


def test_the_form_of_a_proposal_says_whose_section_is_needed_for_tabling(sqlite_dated: House):
    """R1-1: it is not found out only when tabling is refused."""
    people = sqlite_dated.people
    page = browser_of(sqlite_dated, people[0].drafter).get("/activities/proposals/new", expect=200)
    assert "施策に関する協力事項では、提示までに甲の部局・室課が必要です。" in page.text


def test_the_page_of_an_activity_leads_to_the_paper_whose_turn_it_is(sqlite_dated: House):
    """Decision 22: whose turn it is, and what to press, on one page; R2-7."""
    people = sqlite_dated.people
    proposal = tabled_proposal(sqlite_dated, people)
    activity = activity_of(sqlite_dated, proposal)
    path = f"/activities/proposals/{proposal}"
    officer, drafter = (browser_of(sqlite_dated, one) for one in (people[1].officer, people[0].drafter))

    def first_button(browser: Any) -> str:
        turn = browser.get(f"/activities/{activity}", expect=200).source.split('class="turn-more"')[1]
        return str(turn.split("</section>")[0])

    assert f'button-primary" href="{path}">ACT-0001を開いて回答する<' in first_button(officer)
    assert f'button-secondary" href="{path}">ACT-0001を開く<' in first_button(drafter)
    sent_back(sqlite_dated, people[1].officer, PROPOSAL, proposal)
    assert f'button-primary" href="{path}">ACT-0001を開いて直す<' in first_button(drafter)
    assert f'button-secondary" href="{path}">ACT-0001を開く<' in first_button(officer)
    page = drafter.get(f"/activities/{activity}", expect=200)
    assert "新しい版の提示待ち" in page.text and "版1を差戻し" in page.text


def test_the_page_of_an_activity_tells_of_a_change_that_waits(sqlite_dated: House):
    """A change on the table is not hidden behind what is in force (excellent 3.2)."""
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    activity = ready_activity(sqlite_dated, people)
    with sqlite_dated.read() as session:
        first = session.get_one(Activity, activity).particulars_id
    assert first is not None
    change = replaced(
        sqlite_dated, people[1].drafter, PARTICULARS, first, particulars_body(edition, end="2026-01-31")
    )
    browser = browser_of(sqlite_dated, people[0].officer)
    page = browser.get(f"/activities/{activity}", expect=200)
    assert "変更の提案（PAR-0002）について、あなたの側の回答を待っています。" in page.text
    assert f"/activities/particulars/{change}" in page.links and "PAR-0002を開いて回答する" in page.text
    agreed(sqlite_dated, people, PARTICULARS, change)
    assert "変更の提案（PAR-0002）" not in browser.get(f"/activities/{activity}", expect=200).text


def test_an_open_timing_with_a_change_on_the_table_waits_for_that_change(sqlite_dated: House):
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    activity = agreed_activity(sqlite_dated, people)
    undecided = dict(timing_kind="undecided", start="", end="", settle_by="2025-12")
    first = agreed_particulars(sqlite_dated, people, activity, **undecided)
    browser = browser_of(sqlite_dated, people[0].officer)
    assert "実施時期がまだ「未定」です" in browser.get(f"/activities/{activity}", expect=200).text
    replaced(sqlite_dated, people[1].drafter, PARTICULARS, first, particulars_body(edition))
    page = browser.get(f"/activities/{activity}", expect=200)
    assert "実施時期がまだ「未定」です" not in page.text
    assert "変更の提案（PAR-0002）について、あなたの側の回答を待っています。" in page.text


def test_the_way_back_from_a_paper_leads_over_its_activity(sqlite_dated: House):
    people = sqlite_dated.people
    activity = agreed_activity(sqlite_dated, people)
    paper = tabled_particulars(sqlite_dated, people, activity)
    browser = browser_of(sqlite_dated, people[0].drafter)
    for page, trail in (("", ["/activities", f"/activities/{activity}"]),
                        ("/revisions/1", ["/activities", f"/activities/{activity}", f"/activities/particulars/{paper}"])):  # fmt: skip
        source = browser.get(f"/activities/particulars/{paper}{page}", expect=200).source
        nav = source.split('<nav class="trail"')[1].split("</nav>")[0]
        assert [part.split('"')[0] for part in nav.split('href="')[1:]] == trail


# --- the register says whose turn it is


def test_the_register_says_whose_turn_it_is(sqlite_dated: House):
    """Decision 22: a newcomer sees in the list which activities wait for whom, and which wait for nobody."""
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    first, second = (edition.party(key).defined_as.ja for key in edition.party_keys[:2])
    proposal = tabled_proposal(sqlite_dated, people, title="相談の的")
    ready_activity(sqlite_dated, people, title="進んでいる取組")
    browser = browser_of(sqlite_dated, people[0].reader)

    def row(title: str) -> str:
        found = browser.get("/activities", expect=200).source.split(f">{title}</a>")[1]
        return found.split("</tr>")[0]

    assert f"{first}・{second}の番" in row("相談の的")
    consented(sqlite_dated, people[0].officer, PROPOSAL, proposal)
    assert f">{second}の番" in row("相談の的")
    sent_back(sqlite_dated, people[1].officer, PROPOSAL, proposal)
    assert f">{first}の番" in row("相談の的")
    assert "の番" not in row("進んでいる取組")


@pytest.mark.parametrize(("language", "zone", "system"), [
    ("ja", "（日本時間）", "システム"), ("en", " JST", "System"),
])  # fmt: skip
def test_every_moment_has_its_zone_and_the_system_one_name(
    sqlite_dated: House, language: str, zone: str, system: str
):
    """Excellent 3.1, 3.5: moments with their zone in both languages; acts of the portal itself by one name."""
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    proposal = tabled_proposal(sqlite_dated, people)
    consented(sqlite_dated, people[0].officer, PROPOSAL, proposal)
    revised(sqlite_dated, people[1].drafter, PROPOSAL, proposal, proposal_body(edition, measure="別の施策"))
    consented(sqlite_dated, people[1].officer, PROPOSAL, proposal)
    page = browser_of(sqlite_dated, people[0].drafter, language).get(
        f"/activities/proposals/{proposal}", expect=200
    )
    replies = page.source.split('<ul class="parties">')[1].split("</ul>")[0]
    assert replies.count(f"{zone}</time>") == 2
    assert "JST" in page.source.split('<footer class="site-footer">')[1]
    assert f"<span>{system}</span>" in page.source and f"{system} {system}" not in page.text


# --- what a party holds (保留; decision 13, 26)


def held(house: House, by: TestPerson, kind: Any, id: str, reason: str) -> None:
    """`by` has held what was agreed, for its own party."""
    with house.work(by.actor(house)) as work:
        commands.hold(work, kind, commands.document_of(work, kind, id), reason=reason)


def lifted(house: House, by: TestPerson, kind: Any, id: str, reason: str) -> None:
    """`by` has lifted the hold of its own party."""
    with house.work(by.actor(house)) as work:
        commands.lift_hold(work, kind, commands.document_of(work, kind, id), reason=reason)


def particulars_of(house: House, activity: str) -> str:
    """The particulars in force of the activity."""
    with house.read() as session:
        return session.get_one(Activity, activity).particulars_id or ""


def test_a_held_paper_says_who_holds_it_why_and_who_lifts_it(sqlite_dated: House):
    """Every party's own reason, also after another of them has lifted its own hold."""
    people = sqlite_dated.people
    particulars = particulars_of(sqlite_dated, ready_activity(sqlite_dated, people))
    held(sqlite_dated, people[0].officer, PARTICULARS, particulars, "会場の許可を待つため。")
    held(sqlite_dated, people[1].officer, PARTICULARS, particulars, "機材の到着を待つため。")
    mine, theirs = (browser_of(sqlite_dated, side.officer) for side in people.sides)
    for browser in (mine, theirs):
        page = browser.get(f"/activities/particulars/{particulars}", expect=200)
        assert "甲・乙が保留しています。" in page.text and "機材の到着を待つため。" in page.text
    lifted(sqlite_dated, people[1].officer, PARTICULARS, particulars, "機材が届いたため。")
    for browser, words in (
        (mine, "続けられるようになったら、保留を解いてください。"),
        (theirs, "解けるのは、保留した側の同意権者だけです。"),
        (
            browser_of(sqlite_dated, people[0].drafter),
            "保留を解くのは、あなたの側の同意権者です。",
        ),
    ):
        turn = browser.get(f"/activities/particulars/{particulars}", expect=200).source
        turn = turn.split('class="turn-body"')[1].split("</section>")[0]
        assert "甲が保留しています。" in turn and "会場の許可を待つため。" in turn and words in turn
        assert "機材" not in turn


def test_a_held_activity_says_who_holds_what_and_offers_no_start(sqlite_dated: House):
    """Decision 22: no button that is only refused; what to press leads to the paper held."""
    people = sqlite_dated.people
    activity = ready_activity(sqlite_dated, people)
    particulars = particulars_of(sqlite_dated, activity)
    held(sqlite_dated, people[0].officer, PARTICULARS, particulars, "会場の許可を待つため。")
    for person, words in (
        (people[0].officer, "PAR-0001を開いて保留を解く"),
        (people[0].drafter, "PAR-0001を開く"),
        (people[1].officer, "PAR-0001を開く"),
    ):
        page = browser_of(sqlite_dated, person).get(f"/activities/{activity}", expect=200)
        assert "保留されています（PAR-0001：甲）。" in page.text
        turn = page.source.split('class="turn-more"')[1].split("</section>")[0]
        assert f'href="/activities/particulars/{particulars}">{words}<' in turn
        assert f"/activities/{activity}/start" not in page.links
        assert f"/activities/{activity}/cancel" in page.links


def test_home_says_of_a_planned_activity_that_it_is_held(sqlite_dated: House):
    """R2-6: nobody prepares for a day that a party has stopped."""
    people = sqlite_dated.people
    activity = ready_activity(sqlite_dated, people)
    with sqlite_dated.read() as session:
        start = session.get_one(Activity, activity).planned_start
    assert start is not None
    sqlite_dated.clock.set(dt.datetime.combine(start, dt.time(3), dt.UTC) - dt.timedelta(days=3))
    browser = browser_of(sqlite_dated, people[1].officer)
    assert "保留中" not in browser.get("/", expect=200).text
    particulars = particulars_of(sqlite_dated, activity)
    held(sqlite_dated, people[0].officer, PARTICULARS, particulars, "会場の許可を待つため。")
    planned = browser.get("/", expect=200).source.split("これから30日以内に始まる予定")[1]
    assert "保留中" in planned.split("</section>")[0]


def test_home_says_of_a_running_activity_that_it_is_held(sqlite_dated: House):
    """Decision 13, 26: what a party has stopped stands on both sides' home until it is lifted, and not among what only has
    to be recorded."""
    people = sqlite_dated.people
    activity = running_activity(sqlite_dated, people)
    particulars = particulars_of(sqlite_dated, activity)
    held(sqlite_dated, people[0].officer, PARTICULARS, particulars, "会場の許可を待つため。")
    sqlite_dated.clock.move(days=400)  # beyond the planned end
    for person in (people[0].officer, people[1].drafter):
        home = browser_of(sqlite_dated, person).get("/", expect=200)
        part = home.source.split("保留されている取組")[1].split("</section>")[0]
        assert f'href="/activities/{activity}"' in part and "保留中" in part
        assert "終了予定日を過ぎて実施中の取組" not in home.text
    with sqlite_dated.work(people[0].officer.actor(sqlite_dated)) as work:
        document = commands.document_of(work, PARTICULARS, particulars)
        commands.lift_hold(work, PARTICULARS, document, reason="許可が出た。")
    home = browser_of(sqlite_dated, people[1].drafter).get("/", expect=200)
    assert "保留されている取組" not in home.text and "終了予定日を過ぎて実施中の取組" in home.text


def test_who_stops_an_activity_is_told_what_was_agreed_to_be_made_public_about_it(sqlite_dated: House):
    """R6.2-10: a release agreed on does not stop with its activity; it is held, or called off, by itself."""
    people = sqlite_dated.people
    activity = running_activity(sqlite_dated, people)
    browser = browser_of(sqlite_dated, people[0].drafter)
    words = "要確認：この取組について合意した公表などは、止まりません"
    assert words not in browser.get(f"/activities/{activity}/cancel", expect=200).text
    item = tabled_item(sqlite_dated, people, activity_id=activity)
    assert words not in browser.get(f"/activities/{activity}/cancel", expect=200).text
    agreed(sqlite_dated, people, PUBLICITY, item)
    for act in ("cancel", "suspend"):
        page = browser.get(f"/activities/{activity}/{act}", expect=200)
        assert words in page.text and f"/publicity/{item}" in page.links
    assert words not in browser.get(f"/activities/{activity}/complete", expect=200).text


def test_what_is_over_is_neither_held_nor_replaced(sqlite_dated: House):
    """R2-10: there is nothing left to stop, and the register's memory is not written anew."""
    people, edition = sqlite_dated.people, edition_of(sqlite_dated)
    activity = ready_activity(sqlite_dated, people)
    particulars = particulars_of(sqlite_dated, activity)
    with sqlite_dated.read() as session:
        proposal = session.get_one(Activity, activity).proposal_id
    change = replaced(
        sqlite_dated, people[1].drafter, PROPOSAL, proposal, proposal_body(edition, title="別の題名")
    )
    held(sqlite_dated, people[0].officer, PARTICULARS, particulars, "会場の許可を待つため。")
    with sqlite_dated.work(people[0].drafter.actor(sqlite_dated)) as work:
        cancel(work, activity, on_day=work.today, reason="会場が使えなくなったため。")
    for kind, id, path in (
        (PROPOSAL, proposal, f"/activities/proposals/{proposal}"),
        (PARTICULARS, particulars, f"/activities/particulars/{particulars}"),
    ):
        page = browser_of(sqlite_dated, people[1].officer).get(path, expect=200)
        assert f"{path}/hold" not in page.links
        assert not any(form.action.endswith("/replace") for form in page.forms)
        with pytest.raises(ActivityOver):
            held(sqlite_dated, people[1].officer, kind, id, "止めたい。")
    with pytest.raises(ActivityOver):
        agreed(sqlite_dated, people, PROPOSAL, change)
    lifted(sqlite_dated, people[0].officer, PARTICULARS, particulars, "中止したため。")
    page = browser_of(sqlite_dated, people[0].officer).get(f"/activities/{activity}", expect=200)
    assert "この取組は終わっています（中止）。" in page.text


# --- what another party recorded


def test_what_waits_for_the_own_sides_word_is_one_press_away(sqlite_dated: House):
    """Decision 22: the sentence says that a record waits, and the first button leads to it, its form open."""
    people = sqlite_dated.people
    activity = running_activity(sqlite_dated, people)
    with sqlite_dated.read() as session:
        first = session.scalars(select(ActivityAct).where(ActivityAct.activity_id == activity)).one()
    theirs = next(side for side in people.sides if side.drafter.party != first.party)
    page = browser_of(sqlite_dated, theirs.drafter).get(f"/activities/{activity}", expect=200)
    assert "あなたの側の確認が済んでいないものがあります。" in page.text
    buttons = page.source.split('class="turn-more"')[1].split("</section>")[0]
    assert f'button-primary" href="#act-{first.id}">「開始」の記録を確かめる<' in buttons
    assert buttons.count("button-primary") == 1
    assert f'id="act-{first.id}"' in page.source and "<details open><summary>この記録を確認する" in page.source
    home = browser_of(sqlite_dated, theirs.drafter).get("/", expect=200)
    assert f"/activities/{activity}#act-{first.id}" in home.links
    mine = next(side for side in people.sides if side.drafter.party == first.party)
    page = browser_of(sqlite_dated, mine.drafter).get(f"/activities/{activity}", expect=200)
    assert "の記録を確かめる" not in page.text


def test_of_a_completion_the_outcome_stands_first_and_the_remark_last(sqlite_dated: House):
    people = sqlite_dated.people
    activity = running_activity(sqlite_dated, people)
    browser = browser_of(sqlite_dated, people[0].drafter)
    page = browser.get(f"/activities/{activity}/complete", expect=200)
    typed: dict[str, Any] = {
        "outcome": "下書きの時間が半分になった。",
        "figures-label-1": "学校",
        "figures-value-1": "10",
        "figures-unit-1": "校",
        "purpose": "教員が子どもと向き合う時間が増えた。",
        "reason": "一校は来年度に回した。",
    }
    with sqlite_dated.read() as session:
        started = session.get_one(Activity, activity).started_on
    assert started is not None
    page = page.submit("を記録する", **(typed | {"on_day": started.isoformat()}))
    told = page.source.split("完了</h3>")[1]
    places = [told.index(typed[name]) for name in ("outcome", "purpose", "reason")]
    assert places == sorted(places) and told.index("学校：10校") < places[2]
