"""The kinds of joint document, listed once."""

from __future__ import annotations

from portal.activities.particulars import PARTICULARS
from portal.activities.proposal import PROPOSAL
from portal.amendments.amendment import AMENDMENT
from portal.amendments.execution import EXECUTION
from portal.consent.kind import DocumentKind
from portal.doubts.answer import ANSWER
from portal.publicity.item import PUBLICITY, VOLUNTARY
from portal.term.accord import ACCORD
from portal.term.dates import DATES

KINDS: tuple[DocumentKind, ...] = (
    PROPOSAL, PARTICULARS, PUBLICITY, VOLUNTARY, DATES, ACCORD, AMENDMENT, EXECUTION, ANSWER,
)  # fmt: skip
BY_KEY: dict[str, DocumentKind] = {kind.key: kind for kind in KINDS}
