"""The record of an agreement to take away, as a paper and as data (R2-8)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.kernel import pdf
from portal.kernel.digest import REVISION, digest
from tests.makers.papers import Office, StaffedTemplate, sign_in


@pytest.fixture
def office(two_on_sqlite: StaffedTemplate, tmp_path: Path) -> Iterator[Office]:
    """An office with its pages."""
    with two_on_sqlite.open(tmp_path, pages=True) as opened:
        yield opened


def test_whoever_reads_the_data_reckons_the_digest_again_and_sees_every_consent(office):
    id = office.agreed("合意した本文。\n二行目。")
    client = sign_in(office.app.test_client(), office.people[1].reader)
    answer = client.get(f"/memos/{id}/receipt/json")
    said = json.loads(answer.get_data(as_text=True))
    assert said["digest"] == digest(REVISION, said["sealed"])
    assert said["sealed"]["body"]["text"] == "合意した本文。\n二行目。"
    assert [(one["party"], one["digest"]) for one in said["consents"]] == [
        (key, said["digest"]) for key in office.people.parties
    ]
    assert said["record"]["number"] == len(office.entries())
    assert "attachment" in answer.headers["Content-Disposition"]


def test_the_paper_says_what_the_page_says(office):
    id = office.agreed("<script>合意した本文 #import</script>")
    client = sign_in(office.app.test_client(), office.people[0].reader)
    answer = client.get(f"/memos/{id}/receipt/pdf")
    assert answer.mimetype == "application/pdf" and answer.get_data().startswith(b"%PDF")
    assert ".pdf" in answer.headers["Content-Disposition"]
    assert answer.get_data() == client.get(f"/memos/{id}/receipt/pdf").get_data()


def test_no_mark_of_markdown_is_on_the_paper(office, monkeypatch):
    """R2-8: `**` and `#` stood there as they had been typed."""
    id = office.agreed("## 経緯\n\n- **太い**字\n- 次")
    client = sign_in(office.app.test_client(), office.people[0].reader)
    papers: list[pdf.Paper] = []
    made = pdf.made

    def making(paper: pdf.Paper, **more: Any) -> bytes:
        papers.append(paper)
        return made(paper, **more)

    monkeypatch.setattr(pdf, "made", making)
    assert client.get(f"/memos/{id}/receipt/pdf").status_code == 200
    [cell] = [said for one in papers[0].blocks if isinstance(one, pdf.Details) for label, said in one.rows if label == "本文"]
    assert cell == [("経緯", "strong"), ("\n\n・", "same"), ("太い", "strong"), ("字\n・次", "same")]


@pytest.mark.parametrize("form", ["pdf", "json", "exe"])
def test_there_is_none_before_agreement_nor_in_another_form(office, form):
    client = sign_in(office.app.test_client(), office.people[0].reader)
    assert client.get(f"/memos/{office.tabled(office.people[0].drafter)}/receipt/{form}").status_code == 404
    if form == "exe":
        assert client.get(f"/memos/{office.agreed()}/receipt/{form}").status_code == 404
