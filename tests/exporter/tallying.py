"""Tallies by plain loops over fills and reversals: what the ledger's SQL is compared with."""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from arbwatch.events import Fill, Reversal
from exporter.ledger.tallies import Tally
from exporter.metrics.buckets import HEDGE_SECONDS

Grouped = Callable[[Fill, int], Any]


def day_of(record: Fill | Reversal) -> int:
    """The UTC day since 1970."""
    return math.floor(record.timestamp.timestamp() / 86_400)


def contracts_of(fill: Fill) -> float:
    """P&L over realized edge; the size where that gives no number above 0."""
    pnl, edge = micro(fill.pnl_cents), micro(fill.realized_edge_cents)
    if abs(edge) < 100 or pnl / edge <= 0:
        return fill.size_usd
    return pnl / edge


def micro(cents: float) -> int:
    """Micro-dollars."""
    return round(cents * 10_000)


def whole(amount: float) -> int:
    """Half away from zero, and no more than one fill may count."""
    return int(max(min(math.copysign(int(abs(amount) + 0.5), amount), 1e13), -1e13))


def trade_of(fill: Fill) -> Tally:
    """What one fill is as a trade that stands."""
    pnl, contracts = micro(fill.pnl_cents), contracts_of(fill)
    return Tally(
        trades=1,
        one_legged=int(fill.status == "one_legged"),
        wins=int(pnl > 0),
        losses=int(pnl < 0),
        won=max(pnl, 0),
        lost=min(pnl, 0),
        size=min(round(fill.size_usd * 1_000_000), 10**13),
        entry=whole(micro(fill.entry_edge_cents) * contracts),
        realized=pnl,
        slippage=whole(micro(fill.slippage_cents) * contracts),
        fees=whole(micro(fill.fees_cents) * contracts),
        contracts_milli=whole(1000 * contracts),
    )


def tallied(fills: list[Fill], reversals: list[Reversal], key: Grouped) -> dict[Any, Tally]:
    """Tallies by the key of (fill, day); a reversal is booked with the key of its fill."""
    groups: defaultdict[Any, Tally] = defaultdict(Tally)
    reversed_ids = {reversal.reverses for reversal in reversals}
    by_id = {fill.fill_id: fill for fill in fills}
    for fill in fills:
        booked = Tally(pnl=micro(fill.pnl_cents), fills=1)
        stands = fill.fill_id not in reversed_ids
        groups[key(fill, day_of(fill))] += booked + trade_of(fill) if stands else booked
    for reversal in reversals:
        fill = by_id[reversal.reverses]
        groups[key(fill, day_of(reversal))] += Tally(pnl=-micro(fill.pnl_cents), reversals=1)
    return dict(groups)


def latencies(fills: list[Fill], reversals: list[Reversal]) -> list[int]:
    """Standing fills by the first bound that is not below their hedge latency."""
    reversed_ids = {reversal.reverses for reversal in reversals}
    return _counted(
        fill.hedge_latency_ms / 1000
        for fill in fills
        if fill.hedge_latency_ms is not None and fill.fill_id not in reversed_ids
    )


def _counted(seconds: Iterable[float]) -> list[int]:
    counts = [0] * (len(HEDGE_SECONDS) + 1)
    for each in seconds:
        counts[bisect_left(HEDGE_SECONDS, each)] += 1
    return counts
