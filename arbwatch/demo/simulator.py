"""Simulated pairs around the recorded one: books that cross for a while, drawn from the figures.

Two populations, as two public recordings show them: in-play markets (sports, crypto, mentions)
cross for seconds and update several times a second; slow ones cross for minutes and update every
few seconds. Prices, fees and therefore net edges follow from the books, as with the recorded pair.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from arbwatch.demo.books import Book, Instant
from arbwatch.demo.fees import CENT_MICROS, fees_2026
from arbwatch.demo.figures import Quantiles, load_figures, quantiles
from arbwatch.demo.market import KALSHI, POLYMARKET, Pair, Tick

FAST_CATEGORIES = ("sports", "sports", "crypto", "sports", "mentions")
SLOW_CATEGORIES = ("politics", "economics", "finance", "tech", "culture", "weather", "geopolitics")
# Polymarket leads as a rule (Granger F 112 against 0.4), not always.
POLYMARKET_LEADS_SHARE = 0.8
HOLD_SECONDS = 90.0
PRICE_CENTS = (8, 92)
# Between the quiet and the hot figure of `bbo_change_per_min`.
SLOW_UPDATES_PER_MINUTE = (15, 44)
# Chosen, not measured: so that a handful of edges is live and a few fills a minute happen.
FAST_GAP_SECONDS, SLOW_GAP_SECONDS = 70.0, 900.0
FIRST_SLOW_GAP_SECONDS = 120.0
MIN_TTL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Population:
    """How one kind of pair behaves: lifetime and gross size of its edges, updates, pauses."""

    name: str
    lifetime_seconds: Quantiles
    gross_cents: Quantiles
    updates_per_second: tuple[float, float]
    gap_seconds: float
    first_gap_seconds: float


@dataclass(frozen=True, slots=True)
class SimulatedPair:
    """A pair and the population it belongs to."""

    pair: Pair
    population: Population
    updates_per_second: float


@cache
def fast_population() -> Population:
    """In-play markets (an NBA night): half of the edges are gone within a second."""
    low, high = load_figures()["update_rate_per_s"]["edge_records_per_s_when_live"]
    return Population(
        name="fast",
        lifetime_seconds=quantiles("edge_lifetime_s", "sagnik_nba_2026_02_22_gap5s", floor=0.0),
        gross_cents=quantiles("net_edge_cents", "sagnik_logged_gross_2026_02_22", floor=1.0),
        updates_per_second=(low, high),
        gap_seconds=FAST_GAP_SECONDS,
        first_gap_seconds=FAST_GAP_SECONDS,
    )


@cache
def slow_population() -> Population:
    """Slow markets: half of the edges live beyond 210 seconds, one in ten beyond 71 minutes."""
    figure = load_figures()["edge_lifetime_s"]["adityanbhosale_10pairs_gross"]
    within = figure["buckets"]
    minute = within["lt1min"] / figure["n"]
    five = minute + within["1_5min"] / figure["n"]
    thirty = five + within["5_30min"] / figure["n"]
    path = ("edge_lifetime_s", "adityanbhosale_10pairs_gross")
    low, high = SLOW_UPDATES_PER_MINUTE
    return Population(
        name="slow",
        lifetime_seconds=quantiles(
            *path, floor=0.0, geometric=True, extra=((minute, 60), (five, 300), (thirty, 1800))
        ),
        gross_cents=quantiles("net_edge_cents", "amani_logged_gross_2026_04_08", floor=1.0),
        updates_per_second=(low / 60, high / 60),
        gap_seconds=SLOW_GAP_SECONDS,
        first_gap_seconds=FIRST_SLOW_GAP_SECONDS,
    )


def simulated_pairs(number: int, *, seed: str, rate: float) -> list[SimulatedPair]:
    """`number` pairs, half of each population; `rate` multiplies how often they update."""
    return [_simulated_pair(index, seed=seed, rate=rate) for index in range(number)]


def tick_stream(simulated: SimulatedPair, *, seed: str) -> Iterator[Tick]:
    """The pair's books whenever they cross, episode after episode, without end."""
    rng = Random(f"{seed}/ticks/{simulated.pair.pair_id}")
    population = simulated.population
    at = rng.expovariate(1 / population.first_gap_seconds)
    while True:
        ends = at + population.lifetime_seconds.draw(rng)
        yield from _episode(simulated, rng, start=at, end=ends)
        at = ends + rng.expovariate(1 / population.gap_seconds)


def crossed_books(
    rng: Random, *, price_micros: int, gross_micros: int, is_yes_primary: bool
) -> Instant:
    """Books around `price_micros` that would earn `gross_micros` before fees on one package."""
    primary_spread, hedge_spread = _spread_micros(rng), _spread_micros(rng)
    if is_yes_primary:
        ask = price_micros
        primary = _book(rng, bid_micros=ask - primary_spread, ask_micros=ask)
        bid = ask + gross_micros
        hedge = _book(rng, bid_micros=bid, ask_micros=bid + hedge_spread)
    else:
        ask = price_micros
        hedge = _book(rng, bid_micros=ask - hedge_spread, ask_micros=ask)
        bid = ask + gross_micros
        primary = _book(rng, bid_micros=bid, ask_micros=bid + primary_spread)
    return Instant(polymarket=primary, kalshi=hedge)


def _episode(simulated: SimulatedPair, rng: Random, *, start: float, end: float) -> Iterator[Tick]:
    price = rng.randint(*PRICE_CENTS) * CENT_MICROS
    gross = round(simulated.population.gross_cents.draw(rng), 1)
    is_yes_primary = rng.random() < 0.5
    at = start
    while at <= end:
        instant = crossed_books(
            rng,
            price_micros=price,
            gross_micros=round(gross * CENT_MICROS),
            is_yes_primary=is_yes_primary,
        )
        yield Tick(at, simulated.pair, instant)
        at += rng.uniform(0.5, 1.5) / simulated.updates_per_second


def _simulated_pair(index: int, *, seed: str, rate: float) -> SimulatedPair:
    rng = Random(f"{seed}/pair/{index}")
    is_fast = index % 2 == 0
    population = fast_population() if is_fast else slow_population()
    categories = FAST_CATEGORIES if is_fast else SLOW_CATEGORIES
    updates = rng.uniform(*population.updates_per_second) * rate
    pair = simulated_pair(
        number=index + 1,
        category=categories[index // 2 % len(categories)],
        leader=POLYMARKET if rng.random() < POLYMARKET_LEADS_SHARE else KALSHI,
        order_contracts=rng.randint(*load_figures()["sizes_contracts"]["amani_paper_orders"]),
        ttl_seconds=max(2 / updates, MIN_TTL_SECONDS),
    )
    return SimulatedPair(pair, population, updates)


def simulated_pair(
    *,
    number: int,
    category: str,
    leader: str,
    order_contracts: int,
    ttl_seconds: float,
    hold_seconds: float = HOLD_SECONDS,
) -> Pair:
    """A pair whose titles say that it is simulated."""
    name = f"{category.capitalize()} question {number}"
    return Pair(
        pair_id=f"sim-{category}-{number:03}",
        primary_market=f"[simulated] {name} (Polymarket)",
        hedge_market=f"[simulated] {name} (Kalshi)",
        category=category,
        leader=leader,
        fees=fees_2026(category),
        order_contracts=order_contracts,
        ttl_seconds=ttl_seconds,
        hold_seconds=hold_seconds,
    )


@cache
def _touch_contracts() -> Quantiles:
    return quantiles("sizes_contracts", "sagnik_detected", floor=20.0, geometric=True)


@cache
def _spreads_cents() -> Quantiles:
    """Kalshi's live NBA books; the middle of the published ranges."""
    spread = load_figures()["kalshi_spread_cents_live_nba"]
    middle = {key: sum(spread[key]) / 2 for key in ("p50", "p95", "p99")}
    knots = ((0.0, 1.0), (0.5, middle["p50"]), (0.95, middle["p95"]), (0.99, middle["p99"]))
    return Quantiles(knots=(*knots, (1.0, middle["p99"])))


def _spread_micros(rng: Random) -> int:
    return round(_spreads_cents().draw(rng)) * CENT_MICROS


def _book(rng: Random, *, bid_micros: int, ask_micros: int) -> Book:
    """A book with drawn sizes; a side that would leave the range of prices is empty."""
    bid_size, ask_size = _touch_contracts().draw(rng), _touch_contracts().draw(rng)
    return Book(
        bid_micros=bid_micros if bid_micros > 0 else None,
        ask_micros=ask_micros if ask_micros < 100 * CENT_MICROS else None,
        bid_size=round(bid_size),
        ask_size=round(ask_size),
    )
