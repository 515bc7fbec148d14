"""What fills expected, realized, cost and earned."""

import time
from collections import defaultdict

from arbwatch.events import Edge, Fill
from exporter.metrics.buckets import (
    COST_CENTS,
    EDGE_CENTS,
    HEDGE_SECONDS,
    PNL_USD,
    SIZE_USD,
    SLIPPAGE_CENTS,
)
from exporter.metrics.families import Families
from exporter.metrics.labels import ClosedSet
from exporter.metrics.series import Exemplar

# OpenMetrics allows 128 characters over all names and values of an exemplar.
EXEMPLAR_CHARACTERS = 128
FORETOLD = "Slippage that the live edge foretold at the fill, cents per contract"


class FillMetrics:
    """Series of fills, by category; exemplars name the fill."""

    def __init__(self, families: Families, *, category: ClosedSet) -> None:
        self._category = category
        labels = ("category",)
        self._fills = families.hot_counter("arb_fills", "Fills stored", labels)
        self._one_legged = families.hot_counter(
            "arb_fills_one_legged", "Fills of which one leg only was filled", labels
        )
        histograms = [
            families.hot_histogram(f"arb_{name}", text, buckets, labels)
            for name, text, buckets in (
                ("fill_entry_edge_cents", "Edge at entry, cents per contract", EDGE_CENTS),
                ("fill_realized_edge_cents", "Edge realized, cents per contract", EDGE_CENTS),
                ("fill_slippage_cents", "Slippage paid, cents per contract", SLIPPAGE_CENTS),
                ("fill_fees_cents", "Fees paid, cents per contract", COST_CENTS),
                ("fill_size_usd", "Size of fills", SIZE_USD),
                ("fill_pnl_usd", "P&L of fills", PNL_USD),
                ("hedge_latency_seconds", "From first to second leg of fills", HEDGE_SECONDS),
                ("fill_expected_slippage_cents", FORETOLD, COST_CENTS),
            )
        ]
        (
            self._fill_entry,
            self._fill_realized,
            self._fill_slippage,
            self._fill_fees,
            self._fill_size,
            self._fill_pnl,
            self._hedge_latency,
            self._fill_expected,
        ) = histograms
        # A rate misses the first fill of a category whose series only begin with it.
        for value in category.values:
            self._fills.cell(value)
            self._one_legged.cell(value)
            for family in histograms:
                family.cell(value)
        self.after_halt = families.counter(
            "arb_fills_after_halt", "Fills made while a halt was open"
        )
        self.reversals = families.counter("arb_fills_reversed", "Fills that were undone later")

    def observe(self, fills: list[Fill]) -> None:
        """Count fills; call it with stored ones, never with a duplicate."""
        groups: defaultdict[str | None, list[Fill]] = defaultdict(list)
        for fill in fills:
            groups[fill.category].append(fill)
        for category, group in groups.items():
            self._observe(self._category.counted(category, len(group)), group)

    def observe_expected(self, edge: Edge, fill: Fill) -> None:
        """A fill met this edge, which foretold its slippage."""
        category = self._category.shown(fill.category)
        self._fill_expected.cell(category).observe(edge.expected_slippage_cents)

    def _observe(self, category: str, fills: list[Fill]) -> None:
        self._fills.cell(category).inc(len(fills))
        one_legged = sum(fill.status == "one_legged" for fill in fills)
        self._one_legged.cell(category).inc(one_legged)
        # The last fill of a commit stands for it as the exemplar.
        exemplar = Exemplar(_exemplar(fills[-1]), time.time())
        hedged = [fill.hedge_latency_ms for fill in fills]
        for family, values in (
            (self._fill_entry, [fill.entry_edge_cents for fill in fills]),
            (self._fill_realized, [fill.realized_edge_cents for fill in fills]),
            (self._fill_slippage, [fill.slippage_cents for fill in fills]),
            (self._fill_fees, [fill.fees_cents for fill in fills]),
            (self._fill_size, [fill.size_usd for fill in fills]),
            (self._fill_pnl, [fill.pnl_cents / 100 for fill in fills]),
            (self._hedge_latency, [ms / 1000 for ms in hedged if ms is not None]),
        ):
            family.cell(category).observe_all(values, exemplar)


def _exemplar(fill: Fill) -> dict[str, str]:
    """Names the fill; leaves out what would not fit, since a long exemplar fails the scrape."""
    labels = {"fill_id": fill.fill_id, "pair_id": fill.pair_id}
    while labels and sum(map(len, (*labels, *labels.values()))) > EXEMPLAR_CHARACTERS:
        labels.popitem()
    return labels
