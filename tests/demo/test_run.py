"""Whole runs: repeatable, inside their own limits, obedient."""

import pytest

from arbwatch.demo.run import Options
from arbwatch.events import Edge, Event, Exposure, Fill
from tests.demo.runs import of, run_demo, second


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """A quarter of an hour of the default run."""
    return run_demo(Options(run="test", duration_seconds=900))


def test_the_same_seed_and_label_give_the_same_events(events: list[Event]) -> None:
    """All of them, to the last digit."""
    assert run_demo(Options(run="test", duration_seconds=900)) == events


def test_another_seed_gives_other_events(events: list[Event]) -> None:
    """The recorded pair stays what it is; its surroundings differ."""
    other = run_demo(Options(run="test", seed="other", duration_seconds=900))

    assert _edges(other, recorded=True) == _edges(events, recorded=True)
    assert _edges(other, recorded=False) != _edges(events, recorded=False)


def test_another_label_changes_the_fill_ids_and_nothing_else(events: list[Event]) -> None:
    """So a second run is not taken for a resend of the first."""
    other = of(Fill, run_demo(Options(run="other", duration_seconds=900)))

    fills = of(Fill, events)
    assert {fill.fill_id for fill in fills}.isdisjoint(fill.fill_id for fill in other)
    assert [fill.pnl_cents for fill in fills] == [fill.pnl_cents for fill in other]


def test_fill_ids_are_unique(events: list[Event]) -> None:
    """Also when the replay has begun again."""
    fast = run_demo(Options(run="test", pairs=0, speed=180_000, duration_seconds=40))

    for fills in (of(Fill, events), of(Fill, fast)):
        assert len({fill.fill_id for fill in fills}) == len(fills)
    assert len(of(Fill, fast)) > 3 * 49


def test_a_newcomer_sees_edges_at_once_and_fills_within_two_minutes(events: list[Event]) -> None:
    """The recorded pair is among the ten largest edges; fills come, and stay readable."""
    for seconds in range(10, 120, 10):
        assert "fed-dec-2025-hold" in _ten_largest(events, at=seconds)

    fills = of(Fill, events)
    assert len([fill for fill in fills if second(fill) < 120]) >= 2
    assert 2 <= len(fills) / 15 <= 8


def test_the_default_run_stays_inside_its_limits(events: list[Event]) -> None:
    """5,000 USD over all, 250 USD a fill, slippage under 0.4 cents; it earns rather than loses."""
    for snapshot in of(Exposure, events):
        assert sum(row.total_notional_usd for row in snapshot.rows) < 5000
    fills = of(Fill, events)
    assert max(fill.size_usd for fill in fills) < 250
    assert sum(fill.pnl_cents for fill in fills) > 0
    assert sorted(fill.slippage_cents for fill in fills)[len(fills) // 2] < 0.4


def test_without_permission_there_are_edges_and_no_fills() -> None:
    """As when the exporter was never heard."""
    events = run_demo(Options(run="test", duration_seconds=300), permitted=False)

    assert of(Edge, events) and not of(Fill, events)


def test_pairs_can_be_thousands() -> None:
    """For load: two thousand pairs, all edges of known pairs."""
    events = run_demo(Options(run="test", pairs=2000, duration_seconds=30))

    assert len({edge.pair_id for edge in of(Edge, events)}) > 300


def _edges(events: list[Event], *, recorded: bool) -> list[Edge]:
    return [e for e in of(Edge, events) if (e.pair_id == "fed-dec-2025-hold") is recorded]


def _ten_largest(events: list[Event], *, at: float) -> set[str]:
    """The pairs that `/api/edges?limit=10` would show at this second."""
    seen = {edge.pair_id: edge for edge in of(Edge, events) if second(edge) <= at}
    live = [edge for edge in seen.values() if second(edge) + (edge.ttl_seconds or 0) > at]
    largest = sorted(live, key=lambda edge: edge.net_edge_cents, reverse=True)
    return {edge.pair_id for edge in largest[:10]}
