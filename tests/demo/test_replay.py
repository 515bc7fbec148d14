"""The recorded pair: its facts, and how it is replayed."""

from itertools import islice

import pytest

from arbwatch.demo.books import load_recording
from arbwatch.demo.fees import FEES_NOVEMBER_2025, FeeSchedule, fees_2026
from arbwatch.demo.pricing import Package, best_package
from arbwatch.demo.replay import ORDER_CONTRACTS, RECORDED_PAIR_ID, replay
from arbwatch.demo.run import Options
from arbwatch.events import Edge, Fill
from tests.demo.runs import of, run_demo

ROUND_SECONDS = 1005.0


def test_49_instants_clear_half_a_cent_and_none_the_strategys_limit() -> None:
    """With the fees of November 2025, both packages, 100 contracts, the threshold included."""
    packages = _packages(FEES_NOVEMBER_2025)

    assert sum(package.clears(0.5) for package in packages) == 49
    assert sum(package.clears(2.5) for package in packages) == 0


@pytest.mark.parametrize("contracts", [100, 250, 500, 1000, 1_000_000])
def test_the_49_do_not_hang_on_the_size_of_the_order(contracts: int) -> None:
    """Only small orders, where Kalshi's rounding up weighs, would see another number."""
    packages = _packages(FEES_NOVEMBER_2025, contracts=contracts)

    assert sum(package.clears(0.5) for package in packages) == 49


@pytest.mark.parametrize(
    ("fees", "percentiles"),
    [
        (
            FEES_NOVEMBER_2025,
            {5: -2.75, 25: -1.59, 50: -0.79, 75: -0.4, 90: 0.21, 95: 0.48, 99: 1.21, 100: 2.11},
        ),
        (
            fees_2026("economics"),
            {5: -4.0, 25: -2.61, 50: -1.68, 75: -0.78, 90: -0.32, 95: -0.15, 99: 0.72, 100: 1.58},
        ),
    ],
    ids=["2025", "2026"],
)
def test_net_edges_have_the_published_percentiles(
    fees: FeeSchedule, percentiles: dict[int, float]
) -> None:
    """Within 0.02 cents of what was published for both fee regimes."""
    edges = sorted(package.net_edge_cents for package in _packages(fees))

    for percentile, cents in percentiles.items():
        assert edges[round((len(edges) - 1) * percentile / 100)] == pytest.approx(cents, abs=0.02)


def test_the_instant_without_an_ask_is_still_priced_the_other_way() -> None:
    """All 1,006 instants give an edge."""
    assert len(_packages(FEES_NOVEMBER_2025)) == 1006


def test_replay_keeps_the_recorded_spacing_divided_by_the_speed() -> None:
    """The first step took 1,871 s: 1.04 s at 1,800 times."""
    first, second = islice(replay(load_recording(), speed=1800), 2)

    assert first.at == 0
    assert second.at == pytest.approx(1871.429 / 1800, abs=1e-3)


def test_replay_begins_again_after_the_last_instant() -> None:
    """The same books, later."""
    ticks = list(islice(replay(load_recording(), speed=1800), 1007))

    assert ticks[1006].instant == ticks[0].instant
    assert ticks[1006].at > ticks[1005].at


def test_one_round_pushes_every_instant_and_fills_the_49() -> None:
    """Through the desk, with its limits, at the default speed."""
    events = run_demo(Options(run="test", duration_seconds=ROUND_SECONDS))

    edges = [e for e in of(Edge, events) if e.pair_id == RECORDED_PAIR_ID]
    fills = [f for f in of(Fill, events) if f.pair_id == RECORDED_PAIR_ID]
    assert len(edges) == 1006
    assert len(fills) == 49


def test_at_the_strategys_limit_the_recording_never_fills() -> None:
    """2.5 cents is more than this pair ever offered."""
    options = Options(run="test", pairs=0, threshold_cents=2.5, duration_seconds=ROUND_SECONDS)

    assert not of(Fill, run_demo(options))


def _packages(fees: FeeSchedule, *, contracts: int = ORDER_CONTRACTS) -> list[Package]:
    priced = (best_package(r.instant, contracts, fees=fees) for r in load_recording())
    return [package for package in priced if package is not None]
