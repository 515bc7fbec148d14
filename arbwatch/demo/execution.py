"""What becomes of an order once decided: slippage, the hedge's delay, failed legs. Simulated.

A profile takes the priced package and says how it executed: `healthy` in the default run, the ugly
figures of real engines in the scenarios.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from arbwatch.demo.fees import CENT_MICROS
from arbwatch.demo.figures import Quantiles, load_figures, quantiles
from arbwatch.demo.market import KALSHI, POLYMARKET
from arbwatch.demo.pricing import Package, expected_slippage_cents
from arbwatch.events import FillStatus

# Beyond the best of the two measured markouts: an exponential tail, cut at the worst one.
MEAN_EXTRA_SLIPPAGE_CENTS = 0.12
# Chosen, not measured: over the limit of the median, and more of the edge than may be lost.
SLIPPED_CENTS, SLIPPED_SHARE = (0.45, 0.65), 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How one order went: slippage per contract, and which venue alone filled, if one did."""

    slippage_micros: int
    hedge_latency_ms: float
    status: FillStatus = "filled"
    filled_venue: str | None = None


Profile = Callable[[Package, Random, float], Execution]
"""(package, rng, hidden_loss_cents) -> how it executed."""


def healthy(package: Package, rng: Random, hidden_loss_cents: float) -> Execution:
    """Both legs fill within two REST round trips and slip a little."""
    return Execution(
        slippage_micros=_cents_to_micros(_slippage_cents(package, rng) + hidden_loss_cents),
        hedge_latency_ms=round(
            _round_trip_ms(KALSHI).draw(rng) + _round_trip_ms(POLYMARKET).draw(rng), 1
        ),
    )


def one_legged(package: Package, rng: Random, hidden_loss_cents: float) -> Execution:
    """Two orders in three fill on one venue only and are sold back at a loss, seconds later.

    Shares and delays are those of 2,108 orders a real engine submitted.
    """
    latency = round(leg_skew_ms().draw(rng), 1)
    counts = load_figures()["execution"]["pok_2108_submitted"]
    polymarket_only, kalshi_only = counts["polymarket_only"], counts["kalshi_only"]
    both = counts["exact_match"] + counts["near_mismatch_le1"] + counts["mismatch_gt1"]
    drawn = rng.uniform(0, polymarket_only + kalshi_only + both)
    if drawn >= polymarket_only + kalshi_only:
        filled = healthy(package, rng, hidden_loss_cents)
        return Execution(slippage_micros=filled.slippage_micros, hedge_latency_ms=latency)
    venue = POLYMARKET if drawn < polymarket_only else KALSHI
    return Execution(
        slippage_micros=round(_edge_micros(package) + _unwind_micros(package, venue, rng)),
        hedge_latency_ms=latency,
        status="one_legged",
        filled_venue=venue,
    )


def losing(package: Package, rng: Random, hidden_loss_cents: float) -> Execution:
    """Both legs fill far from their price: a real engine projected 2.42 cents and got -2.71."""
    executed = load_figures()["execution"]["pok_expected_executable_cents_recent"]
    wobble = rng.uniform(-0.3, 0.3)
    loss = _cents_to_micros(-executed + wobble + hidden_loss_cents)
    return Execution(
        slippage_micros=round(_edge_micros(package)) + loss,
        hedge_latency_ms=healthy(package, rng, 0.0).hedge_latency_ms,
    )


def slow(package: Package, rng: Random, hidden_loss_cents: float) -> Execution:
    """Both legs fill, the second as late as a real engine's orders were confirmed by Kalshi."""
    filled = healthy(package, rng, hidden_loss_cents)
    return replace(filled, hedge_latency_ms=round(_order_ms().draw(rng), 1))


def slipping(package: Package, rng: Random, hidden_loss_cents: float) -> Execution:
    """Both legs fill and keep a third of their edge: books are thinner than they look."""
    slipped = _cents_to_micros(rng.uniform(*SLIPPED_CENTS) + hidden_loss_cents)
    lost = round(SLIPPED_SHARE * _edge_micros(package))
    latency = healthy(package, rng, 0.0).hedge_latency_ms
    return Execution(slippage_micros=max(slipped, lost), hedge_latency_ms=latency)


@cache
def leg_skew_ms() -> Quantiles:
    """From first to second leg in a real engine: half beyond 0.6 s, 1 in 20 beyond 5.5 s."""
    return quantiles("latency_ms", "leg_to_leg_skew", floor=50.0, geometric=True)


@cache
def _order_ms() -> Quantiles:
    """Kalshi's order round trips: half beyond 0.6 s, 1 in 20 beyond 1.2 s."""
    return quantiles("latency_ms", "order_rtt_kalshi", floor=260.0)


@cache
def timeout_ms() -> Quantiles:
    """The slow end of Polymarket's order round trips: the slowest of a hundred and beyond."""
    figure = load_figures()["latency_ms"]["order_rtt_polymarket"]
    return Quantiles(knots=((0.0, figure["p99"]), (1.0, figure["max"])))


@cache
def _round_trip_ms(venue: str) -> Quantiles:
    """The venue's REST round trip; two recordings agree, and the slower is taken."""
    figure = load_figures()["latency_ms"][f"rest_rtt_{venue}"]
    median, ninetieth = figure["p50"][1], figure["p90"][1]
    return Quantiles(
        knots=((0.0, 0.8 * median), (0.5, median), (0.9, ninetieth), (1.0, 1.3 * ninetieth))
    )


def _markout_cents() -> tuple[float, float]:
    """What the price had moved against real fills five minutes later: best and worst group."""
    worst, best = load_figures()["execution"]["markout_5min_cents"]
    return -float(best), -float(worst)


def _slippage_cents(package: Package, rng: Random) -> float:
    best, worst = _markout_cents()
    drawn = best + rng.expovariate(1 / MEAN_EXTRA_SLIPPAGE_CENTS)
    return expected_slippage_cents(package) + min(drawn, worst)


def _unwind_micros(package: Package, venue: str, rng: Random) -> float:
    """Loss per contract of selling one leg back: its spread, both its fees, its markout."""
    leg = package.polymarket if venue == POLYMARKET else package.kalshi
    best, worst = _markout_cents()
    markout = rng.uniform(best, worst) * CENT_MICROS
    return leg.spread_micros + 2 * leg.fee_micros / package.contracts + markout


def _edge_micros(package: Package) -> float:
    return package.net_micros / package.contracts


def _cents_to_micros(cents: float) -> int:
    return round(cents * CENT_MICROS)
