"""Each scenario shows what it promises, as events, within two minutes."""

from itertools import pairwise
from statistics import median

import pytest

from arbwatch.demo.incidents import STARTS_AT_SECONDS
from arbwatch.demo.scenarios import SCENARIOS
from arbwatch.events import Breach, Edge, EngineError, Event, Exposure, Fill, Latency, Requests
from tests.demo.runs import of, run_scenario, second

LARGEST_HEALTHY_EDGE_CENTS = 5.0


def test_every_scenario_tells_its_story_and_where_to_look() -> None:
    """Shown at the start of a run."""
    assert set(SCENARIOS) == {
        "frozen-leg",
        "one-legged",
        "slow-hedges",
        "slippage",
        "over-exposed",
        "backlogged-feed",
        "flapping-socket",
        "dropped-feed",
        "runaway-errors",
        "daily-loss",
        "quiet",
    }
    assert all(scenario.story and scenario.look for scenario in SCENARIOS.values())


@pytest.mark.parametrize("name", sorted(set(SCENARIOS) - {"quiet"}))
def test_an_incident_leaves_the_first_seconds_healthy(name: str) -> None:
    """So that the change can be seen: no error, no loss, latency as ever."""
    early = [e for e in run_scenario(name, seconds=15) if second(e) < STARTS_AT_SECONDS]

    assert len(early) > 30
    assert not of(EngineError, early)
    assert max(_latencies(early, "kalshi")) < 400
    assert all(fill.status == "filled" for fill in of(Fill, early))


def test_frozen_leg_shows_huge_edges_that_fills_do_not_realize() -> None:
    """Edges beyond any healthy one with sinking confidence; losses; a stale_quote error."""
    events = run_scenario("frozen-leg")

    huge = [e for e in of(Edge, events) if e.net_edge_cents > LARGEST_HEALTHY_EDGE_CENTS]
    losses = [f for f in of(Fill, events) if f.pair_id in {edge.pair_id for edge in huge}]
    assert max(edge.net_edge_cents for edge in huge) > 10
    assert min(edge.confidence for edge in huge) < 0.2
    assert len(losses) >= 5
    assert all(fill.realized_edge_cents < 0 < fill.entry_edge_cents for fill in losses)
    assert "stale_quote" in {error.kind for error in of(EngineError, events)}


def test_frozen_leg_hides_from_the_feed_panels() -> None:
    """Other markets of the venue update: neither latency nor silence gives it away."""
    events = run_scenario("frozen-leg")

    assert max(_latencies(events, "kalshi")) < 400
    assert _longest_silence(events, "kalshi") < 2


def test_one_legged_shows_legs_losses_and_slow_hedges() -> None:
    """Two fills in three, hedge latency in seconds, venues apart in exposure."""
    events = run_scenario("one-legged")

    fills = of(Fill, events)
    legged = [fill for fill in fills if fill.status == "one_legged"]
    assert len(legged) / len(fills) > 0.4
    assert all(fill.pnl_cents < 0 for fill in legged)
    assert max(fill.hedge_latency_ms or 0 for fill in fills) > 2000
    assert any(_is_lopsided(snapshot) for snapshot in of(Exposure, events))


def test_backlogged_feed_shows_eight_seconds_of_latency() -> None:
    """On Kalshi only, without silence; confidence falls to a fifth."""
    healthy, late = _halves(run_scenario("backlogged-feed"))

    assert median(_latencies(late, "kalshi")) == pytest.approx(8057, rel=0.03)
    assert max(_latencies(late, "polymarket")) < 400
    assert _longest_silence(late, "kalshi") < 2
    assert _confidence(late) < 0.3 * _confidence(healthy)


def test_flapping_socket_shows_errors_and_silence() -> None:
    """20 seconds without an update from Kalshi, and no edge meanwhile; Polymarket goes on."""
    events = run_scenario("flapping-socket")

    errors = of(EngineError, events)
    assert {(error.kind, error.venue) for error in errors} == {("connection", "kalshi")}
    assert 19 < _longest_silence(events, "kalshi") < 22
    assert _longest_silence(events, "polymarket") < 2
    assert not [e for e in of(Edge, events) if 10 <= second(e) < 30]
    assert [e for e in of(Edge, events) if 30 <= second(e) < 45]


def test_dropped_feed_is_silent_once_for_ten_seconds() -> None:
    """Kalshi's updates, calls and every edge stop and come back; Polymarket goes on."""
    events = run_scenario("dropped-feed")

    assert 10 < _longest_silence(events, "kalshi") < 12
    assert _longest_silence(events, "polymarket") < 2
    assert not [e for e in of(Requests, events) if e.venue == "kalshi" and 20 <= second(e) < 30]
    edges = [second(edge) for edge in of(Edge, events)]
    assert not [at for at in edges if 20.5 <= at < 30]
    assert [at for at in edges if 10 < at < 20] and [at for at in edges if 30 <= at < 45]


def test_runaway_errors_show_bursts_and_a_high_error_rate() -> None:
    """30 timeouts in 10 seconds; an eighth of Polymarket's calls fail, Kalshi's do not."""
    _, late = _halves(run_scenario("runaway-errors"))

    timeouts = [e for e in of(EngineError, late) if e.kind == "execution_timeout"]
    assert len([e for e in timeouts if 10 <= second(e) < 20]) == 30
    assert len([e for e in timeouts if 20 <= second(e) < 30]) == 0
    assert _error_rate(late, "polymarket") == pytest.approx(0.125, abs=0.04)
    assert _error_rate(late, "kalshi") < 0.01


def test_daily_loss_passes_100_usd_within_a_minute() -> None:
    """And the engine reports the breach, once."""
    events = run_scenario("daily-loss")

    lost = -sum(f.pnl_cents for f in of(Fill, events) if second(f) <= 60) / 100
    breaches = of(Breach, events)
    assert lost > 100
    assert [(b.limit, b.threshold) for b in breaches] == [("daily_loss", -100.0)]
    assert breaches[0].value < -100
    assert second(breaches[0]) <= 60


def test_quiet_fills_nothing_and_stays_alive() -> None:
    """Small edges, updates seconds apart, no errors: nothing to alert on."""
    events = run_scenario("quiet", seconds=600)

    assert not of(Fill, events) and not of(EngineError, events)
    assert max(edge.net_edge_cents for edge in of(Edge, events)) < 0.5
    for venue in ("kalshi", "polymarket"):
        assert _longest_silence(events, venue) < 10


def _halves(events: list[Event]) -> tuple[list[Event], list[Event]]:
    """Before the incident, and from then on."""
    healthy = [event for event in events if second(event) < STARTS_AT_SECONDS]
    return healthy, events[len(healthy) :]


def _latencies(events: list[Event], venue: str) -> list[float]:
    found: list[float] = []
    for event in of(Latency, events):
        assert isinstance(event.latency_ms, list)
        found += event.latency_ms if event.venue == venue else []
    return found


def _longest_silence(events: list[Event], venue: str) -> float:
    times = [second(event) for event in of(Latency, events) if event.venue == venue]
    return max(after - before for before, after in pairwise(times))


def _confidence(events: list[Event]) -> float:
    return median(e.confidence for e in of(Edge, events) if e.pair_id == "fed-dec-2025-hold")


def _error_rate(events: list[Event], venue: str) -> float:
    posts = [event for event in of(Requests, events) if event.venue == venue]
    return sum(p.error for p in posts) / sum(p.ok + p.error for p in posts)


def _is_lopsided(snapshot: Exposure) -> bool:
    """Whether one venue holds more positions than the other."""
    by_venue = {"kalshi": 0, "polymarket": 0}
    for row in snapshot.rows:
        by_venue[row.venue] += row.num_positions
    return by_venue["kalshi"] != by_venue["polymarket"]
