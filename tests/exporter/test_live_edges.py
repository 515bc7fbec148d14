"""Live edges: the newest word per pair, for as long as it is fresh."""

from datetime import UTC, datetime, timedelta

import msgspec

from arbwatch.events import Edge
from exporter.live_edges import LiveEdges

START = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    """One time for both clocks, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        """Seconds since the start."""
        return self.seconds

    def now(self) -> datetime:
        """The same moment, as a date."""
        return START + timedelta(seconds=self.seconds)


def edge(clock: Clock, pair_id: str, cents: float, *, delay: float = 0.0) -> Edge:
    """An edge of this pair, pushed `delay` seconds after it was seen."""
    return Edge(
        pair_id=pair_id,
        primary_market="A",
        hedge_market="B",
        net_edge_cents=cents,
        confidence=0.9,
        expected_slippage_cents=0.1,
        leader="kalshi",
        timestamp=clock.now() - timedelta(seconds=delay),
    )


def live_edges(clock: Clock, ended: list[tuple[str, float]]) -> LiveEdges:
    """Edges that live 10 seconds; `ended` collects (pair, lifetime)."""
    return LiveEdges(
        ttl_seconds=10,
        min_net_edge=lambda: 2.5,
        on_end=lambda end: ended.append((end.edge.pair_id, end.lifetime_seconds)),
        clock=clock.monotonic,
        now=clock.now,
    )


def test_the_largest_edges_come_first() -> None:
    """Top N by net edge, with the age of each."""
    clock = Clock()
    edges = live_edges(clock, [])
    for pair_id, cents in (("a", 1.0), ("b", 3.0), ("c", -2.0)):
        edges.update([edge(clock, pair_id, cents)])
    clock.seconds = 2

    assert [(e.pair_id, e.age_seconds) for e in edges.top(2)] == [("b", 2), ("a", 2)]


def test_an_edge_that_is_not_refreshed_ends() -> None:
    """It leaves when its time to live is over, and its lifetime is told once."""
    clock, ended = Clock(), list[tuple[str, float]]()
    edges = live_edges(clock, ended)
    edges.update([edge(clock, "a", 1)])
    clock.seconds = 8
    edges.update([edge(clock, "a", 2)])

    clock.seconds = 17
    edges.expire()
    assert [e.net_edge_cents for e in edges.top(9)] == [2]

    clock.seconds = 18
    assert edges.top(9) == []
    edges.expire()
    edges.expire()
    assert ended == [("a", 8)]


def test_an_edge_that_arrives_late_is_not_live() -> None:
    """What was seen longer ago than it may live is history, not an opportunity."""
    clock = Clock()
    edges = live_edges(clock, [])
    clock.seconds = 100

    edges.update([edge(clock, "old", 5, delay=11)])
    edges.update([edge(clock, "late", 5, delay=6)])
    clock.seconds = 105

    assert edges.top(9) == []


def test_an_older_edge_does_not_replace_a_newer_one() -> None:
    """Out of order arrivals leave the newest word standing."""
    clock = Clock()
    edges = live_edges(clock, [])
    clock.seconds = 5

    edges.update([edge(clock, "a", 1)])
    edges.update([edge(clock, "a", 9, delay=3)])

    assert [e.net_edge_cents for e in edges.top(9)] == [1]


def test_a_pair_that_comes_back_starts_a_new_life() -> None:
    """The old life is told when the new one begins, even before the next sweep."""
    clock, ended = Clock(), list[tuple[str, float]]()
    edges = live_edges(clock, ended)
    edges.update([edge(clock, "a", 1)])
    clock.seconds = 60

    edges.update([edge(clock, "a", 1)])

    assert ended == [("a", 0)]
    assert len(edges.top(9)) == 1


def test_a_time_to_live_that_is_cut_short_counts_from_then() -> None:
    """The sweep finds such an edge at its new time, not at the old one."""
    clock, ended = Clock(), list[tuple[str, float]]()
    edges = live_edges(clock, ended)
    edges.update([msgspec.structs.replace(edge(clock, "a", 1), ttl_seconds=3600)])
    edges.update([msgspec.structs.replace(edge(clock, "a", 1), ttl_seconds=1)])
    clock.seconds = 3

    edges.expire()

    assert ended == [("a", 0)]
    assert edges.categories == {}


def test_edges_that_were_too_old_are_told() -> None:
    """An engine whose clock is behind sees why its board is empty."""
    clock, set_aside = Clock(), list[int]()
    edges = LiveEdges(
        ttl_seconds=10,
        min_net_edge=lambda: 2.5,
        on_end=lambda _: None,
        on_set_aside=set_aside.append,
        clock=clock.monotonic,
        now=clock.now,
    )

    edges.update([edge(clock, "a", 1, delay=20), edge(clock, "b", 1, delay=20)])
    edges.update([edge(clock, "c", 1)])

    assert set_aside == [2]


def test_the_edge_of_one_pair_is_told_while_it_lives() -> None:
    """Whatever its rank; not before it was seen, not after its time is over."""
    clock = Clock()
    edges = live_edges(clock, [])
    edges.update([edge(clock, "small", -1), edge(clock, "large", 9)])

    found = edges.of("small")
    clock.seconds = 10

    assert [(row.pair_id, row.net_edge_cents) for row in found] == [("small", -1)]
    assert edges.of("small") == edges.of("unknown") == []
