"""Edges and fills as the exporter wants them, from priced packages.

The money of a fill holds together, per contract and in cents:

    realized_edge_cents = entry_edge_cents - slippage_cents          both after fees
    pnl_cents           = realized_edge_cents x contracts
    size_usd            = contracts x (100 - entry_edge_cents - fees_cents) / 100

The last line is the price of both legs; for a one-legged fill `size_usd` is the price of the leg
that filled, and `fees_cents` what buying it and selling it back cost.
"""

from datetime import datetime

from arbwatch.demo.account import leg_notionals
from arbwatch.demo.execution import Execution
from arbwatch.demo.fees import CENT_MICROS, DOLLAR_MICROS
from arbwatch.demo.market import POLYMARKET, VENUES, Pair, Tick
from arbwatch.demo.pricing import Package, confidence, expected_slippage_cents
from arbwatch.events import Edge, Fill


def edge_of(
    tick: Tick, package: Package, *, timestamp: datetime, changed: dict[str, datetime]
) -> Edge:
    """What the pair would earn now; `changed` is when its books did."""
    pair = tick.pair
    return Edge(
        pair_id=pair.pair_id,
        primary_market=pair.primary_market,
        hedge_market=pair.hedge_market,
        net_edge_cents=package.net_edge_cents,
        confidence=confidence(tick.instant, package),
        expected_slippage_cents=expected_slippage_cents(package),
        leader=pair.leader,
        timestamp=timestamp,
        best_side=package.best_side,
        category=pair.category,
        ttl_seconds=pair.ttl_seconds,
        books_changed_at=changed,
    )


def fill_of(
    pair: Pair, package: Package, execution: Execution, *, fill_id: str, decided_at: datetime
) -> Fill:
    """How the order executed: at once, as far as the clock goes; its delays are simulated."""
    contracts = package.contracts
    return Fill(
        fill_id=fill_id,
        timestamp=decided_at,
        pair_id=pair.pair_id,
        entry_edge_cents=package.net_edge_cents,
        realized_edge_cents=pnl_micros(package, execution) / (contracts * CENT_MICROS),
        slippage_cents=execution.slippage_micros / CENT_MICROS,
        fees_cents=_fees_micros(package, execution) / (contracts * CENT_MICROS),
        size_usd=sum(filled_notionals(package, execution).values()) / DOLLAR_MICROS,
        pnl_cents=pnl_micros(package, execution) / CENT_MICROS,
        category=pair.category,
        leader=pair.leader,
        hedge_latency_ms=execution.hedge_latency_ms,
        status=execution.status,
        ordered_at=decided_at,
    )


def pnl_micros(package: Package, execution: Execution) -> int:
    """What the whole order earned, exact."""
    return package.net_micros - package.contracts * execution.slippage_micros


def filled_notionals(package: Package, execution: Execution) -> dict[str, int]:
    """Micro-dollars bought on each venue; 0 where a leg did not fill."""
    wanted = leg_notionals(package)
    if execution.filled_venue is None:
        return wanted
    return {venue: wanted[venue] if venue == execution.filled_venue else 0 for venue in VENUES}


def _fees_micros(package: Package, execution: Execution) -> int:
    if execution.filled_venue is None:
        return package.fees_micros
    leg = package.polymarket if execution.filled_venue == POLYMARKET else package.kalshi
    return 2 * leg.fee_micros
