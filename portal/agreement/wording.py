"""Words of drafts that the agreement makes worth a second look; pure."""

from __future__ import annotations

from portal.kernel.typed import normal_search

PURCHASE_WORDS = (
    "発注", "受注", "購入", "買い取", "導入決定", "導入が決定", "契約金額", "見積", "独占", "採用決定",
    "採用が決定", "優先的に", "随意契約", "purchase", "procure", "quotation", "price", "exclusive",
    "preferential",
)  # fmt: skip
"""Words that may be read as an order or a promise to buy (R6.1-3); they are pointed out, never refused."""


def purchase_words(*texts: str) -> list[str]:
    """Those of the PURCHASE_WORDS that stand in `texts`; a hint for the writer, never a block (R6.1-3)."""
    sought = normal_search("\n".join(texts))
    return [word for word in PURCHASE_WORDS if word in sought]
