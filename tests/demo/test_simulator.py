"""The simulated pairs: their distributions against the figures they are drawn from."""

from itertools import islice, pairwise
from random import Random

import pytest

from arbwatch.demo.figures import Quantiles, load_figures
from arbwatch.demo.market import Tick
from arbwatch.demo.pricing import best_package
from arbwatch.demo.simulator import (
    Population,
    SimulatedPair,
    crossed_books,
    fast_population,
    simulated_pairs,
    slow_population,
    tick_stream,
)

DRAWS = 4000
SEED = "test"


@pytest.mark.parametrize(
    ("population", "figure"),
    [
        (fast_population(), "sagnik_nba_2026_02_22_gap5s"),
        (slow_population(), "adityanbhosale_10pairs_gross"),
    ],
    ids=["fast", "slow"],
)
def test_lifetimes_have_the_measured_percentiles(population: Population, figure: str) -> None:
    """Seconds for the one population, minutes to hours for the other."""
    measured = load_figures()["edge_lifetime_s"][figure]

    drawn = _sorted_draws(population.lifetime_seconds)

    for key in ("p50", "p90"):
        assert _percentile(drawn, key) == pytest.approx(measured[key], rel=0.15)
    assert drawn[-1] <= measured["max"]


def test_slow_lifetimes_fall_into_the_measured_buckets() -> None:
    """Of 1,289 measured edges 455 lived less than a minute and 235 more than half an hour."""
    drawn = _sorted_draws(slow_population().lifetime_seconds)

    assert sum(seconds < 60 for seconds in drawn) / DRAWS == pytest.approx(455 / 1289, abs=0.03)
    assert sum(seconds > 1800 for seconds in drawn) / DRAWS == pytest.approx(235 / 1289, abs=0.03)


@pytest.mark.parametrize(
    ("population", "figure", "keys"),
    [
        (fast_population(), "sagnik_logged_gross_2026_02_22", ("p50", "p75", "p95")),
        (slow_population(), "amani_logged_gross_2026_04_08", ("p50", "p90")),
    ],
    ids=["fast", "slow"],
)
def test_gross_edges_have_the_measured_percentiles(
    population: Population, figure: str, keys: tuple[str, ...]
) -> None:
    """In cents, before fees."""
    drawn = _sorted_draws(population.gross_cents)

    for key in keys:
        measured = load_figures()["net_edge_cents"][figure][key]
        assert _percentile(drawn, key) == pytest.approx(measured, abs=0.15)


def test_fast_pairs_update_as_often_as_measured() -> None:
    """2 to 11 edge records a second while an edge lives."""
    low, high = load_figures()["update_rate_per_s"]["edge_records_per_s_when_live"]

    fast = simulated_pairs(40, seed=SEED, rate=1.0)[::2]

    assert all(low <= simulated.updates_per_second <= high for simulated in fast)
    for simulated in fast[:5]:
        assert _mean_gap(simulated) == pytest.approx(1 / simulated.updates_per_second, rel=0.2)


def test_rate_multiplies_updates() -> None:
    """Ten times the rate, a tenth of the gap."""
    plain, faster = (simulated_pairs(2, seed=SEED, rate=rate)[0] for rate in (1.0, 10.0))

    assert faster.updates_per_second == pytest.approx(10 * plain.updates_per_second)


def test_an_edge_outlives_the_gap_to_its_next_update() -> None:
    """Otherwise it would flicker in and out of the live edges."""
    for simulated in simulated_pairs(40, seed=SEED, rate=1.0):
        assert simulated.pair.ttl_seconds > 1.5 / simulated.updates_per_second


def test_simulated_pairs_are_marked_and_told_apart() -> None:
    """Both titles say it; no two pairs share an id; sizes are those of a paper-trading engine."""
    pairs = [simulated.pair for simulated in simulated_pairs(1000, seed=SEED, rate=1.0)]

    assert len({pair.pair_id for pair in pairs}) == 1000
    assert all(pair.primary_market.startswith("[simulated] ") for pair in pairs)
    assert all(pair.hedge_market.startswith("[simulated] ") for pair in pairs)
    assert {pair.order_contracts for pair in pairs} == set(range(34, 85))


@pytest.mark.parametrize("is_yes_primary", [True, False])
def test_crossed_books_earn_the_drawn_gross_edge(is_yes_primary: bool) -> None:
    """Two cents between both prices before fees, on the side asked for."""
    books = crossed_books(
        Random(1), price_micros=400_000, gross_micros=20_000, is_yes_primary=is_yes_primary
    )
    pair = simulated_pairs(1, seed=SEED, rate=1.0)[0].pair

    package = best_package(books, 100, fees=pair.fees)

    assert package is not None
    assert package.net_micros + package.fees_micros == 100 * 20_000
    assert (package.best_side == "yes_primary_no_hedge") is is_yes_primary


def test_a_seed_repeats_the_ticks_and_another_does_not() -> None:
    """Same seed, same books at the same seconds."""
    assert _first_ticks("a") == _first_ticks("a")
    assert _first_ticks("a") != _first_ticks("b")


def _first_ticks(seed: str) -> list[Tick]:
    simulated = simulated_pairs(1, seed=seed, rate=1.0)[0]
    return list(islice(tick_stream(simulated, seed=seed), 50))


def _mean_gap(simulated: SimulatedPair) -> float:
    ticks = list(islice(tick_stream(simulated, seed=SEED), 300))
    gaps = [after.at - before.at for before, after in pairwise(ticks)]
    # A longer gap than this is the pause between two episodes.
    within = [gap for gap in gaps if gap <= 1.6 / simulated.updates_per_second]
    return sum(within) / len(within)


def _sorted_draws(distribution: Quantiles) -> list[float]:
    rng = Random(SEED)
    return sorted(distribution.draw(rng) for _ in range(DRAWS))


def _percentile(drawn: list[float], key: str) -> float:
    return drawn[round((len(drawn) - 1) * int(key[1:]) / 100)]
