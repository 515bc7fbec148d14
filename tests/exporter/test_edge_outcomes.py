"""What becomes of a live edge: filled, missed or too small; its best, and what a fill met."""

from typing import Any

import msgspec
import pytest

from arbwatch.events import Edge, Fill
from exporter.clock import Clock as Faces
from exporter.live_edges import EndedEdge, LiveEdges
from tests import client
from tests.client import Client
from tests.clocks import Clocks
from tests.conftest import wait_until
from tests.exporter.test_live_edges import Clock, edge


@pytest.fixture
def exporter_clock(clocks: Clocks) -> Faces:
    """They are the exporter's."""
    return Faces(monotonic=clocks.monotonic)


class Board:
    """Live edges that last 10 seconds, and what they told."""

    def __init__(self, clock: Clock, *, min_net_edge: float = 2.5) -> None:
        self.min_net_edge = min_net_edge
        self.ended: list[EndedEdge] = []
        self.met: list[tuple[float, str]] = []
        self.edges = LiveEdges(
            ttl_seconds=10,
            min_net_edge=lambda: self.min_net_edge,
            on_end=self.ended.append,
            on_fill=lambda edge, fill: self.met.append(
                (edge.expected_slippage_cents, fill.fill_id)
            ),
            clock=clock.monotonic,
            now=clock.now,
        )


def fill_of(clock: Clock, pair_id: str) -> Fill:
    """A fill of this pair, now."""
    sent = client.fill("f-1", pair_id=pair_id, timestamp=clock.now())
    return msgspec.convert(sent, Fill)


def expecting(edge: Edge, cents: float) -> Edge:
    """The edge with this expected slippage."""
    return msgspec.structs.replace(edge, expected_slippage_cents=cents)


@pytest.mark.parametrize(
    ("words", "is_filled", "outcome"),
    [
        ([1.0], False, "small"),
        ([2.49], False, "small"),
        ([2.5], False, "missed"),
        ([1.0, 3.0, 1.0], False, "missed"),
        ([1.0], True, "filled"),
        ([4.0], True, "filled"),
    ],
)
def test_an_edge_ends_filled_missed_or_small(
    words: list[float], is_filled: bool, outcome: str
) -> None:
    """Whether it ever reached the limit counts, not where it stood at the end."""
    clock = Clock()
    board = Board(clock)
    for cents in words:
        board.edges.update([edge(clock, "a", cents)])
        clock.seconds += 1
    if is_filled:
        board.edges.filled(fill_of(clock, "a"))
    clock.seconds += 20
    board.edges.expire()

    (ended,) = board.ended
    assert (ended.outcome, ended.best_cents) == (outcome, max(words))
    assert ended.edge.net_edge_cents == words[-1]


@pytest.mark.parametrize(("seconds_before", "outcome"), [(9, "filled"), (11, "missed")])
def test_a_fill_that_comes_late_meets_no_edge_of_later(seconds_before: int, outcome: str) -> None:
    """As after an outage, when an engine sends again what its pair had been filled before."""
    clock = Clock()
    board = Board(clock)
    made = fill_of(clock, "a")
    clock.seconds += seconds_before

    board.edges.update([edge(clock, "a", 3.0)])
    board.edges.filled(made)
    clock.seconds += 20
    board.edges.expire()

    assert board.ended[0].outcome == outcome
    assert len(board.met) == (outcome == "filled")


def test_the_limit_in_force_at_the_end_decides() -> None:
    """It may have been read again since the edge began."""
    clock = Clock()
    board = Board(clock, min_net_edge=9.0)
    board.edges.update([edge(clock, "a", 3.0)])

    board.min_net_edge = 3.0
    clock.seconds = 20
    board.edges.expire()

    assert board.ended[0].outcome == "missed"


def test_the_best_word_may_stand_in_the_middle_of_a_batch() -> None:
    """Only the last word of a batch is shown, but the largest one counts; one too old does not."""
    clock = Clock()
    board = Board(clock)
    clock.seconds = 100
    words = [edge(clock, "a", 9.0, delay=11), edge(clock, "a", 4.0, delay=2)]

    board.edges.update([*words, edge(clock, "a", 5.0, delay=1), edge(clock, "a", 1.0)])
    shown = [row.net_edge_cents for row in board.edges.top(9)]
    clock.seconds = 120
    board.edges.expire()

    assert shown == [1.0]
    assert board.ended[0].best_cents == 5.0


def test_a_new_life_has_a_best_of_its_own() -> None:
    """What the pair was worth before it ended is told of that life only."""
    clock = Clock()
    board = Board(clock)
    for cents in (5.0, 1.0):
        board.edges.update([edge(clock, "a", cents)])
        clock.seconds += 60
    board.edges.expire()

    assert [(end.outcome, end.best_cents) for end in board.ended] == [
        ("missed", 5.0),
        ("small", 1.0),
    ]


def test_a_fill_meets_the_word_of_its_time() -> None:
    """The newest one; a pair without a live edge is met by none."""
    clock = Clock()
    board = Board(clock)
    board.edges.update([expecting(edge(clock, "a", 3.0), 0.1)])
    clock.seconds = 1
    board.edges.update([expecting(edge(clock, "a", 3.0), 0.2)])

    board.edges.filled(fill_of(clock, "a"))
    board.edges.filled(fill_of(clock, "b"))

    assert board.met == [(0.2, "f-1")]


def test_a_fill_meets_the_edge_pushed_right_before_it(api: Client) -> None:
    """In one batch too, where a later word of the pair follows it; a resend meets nothing."""
    words = [
        {"type": "edge"} | client.edge(pair_id="p", expected_slippage_cents=0.05),
        {"type": "fill"} | client.fill("f-1", pair_id="p"),
        {"type": "edge"} | client.edge(pair_id="p", expected_slippage_cents=7.0),
    ]
    for _ in range(2):
        api.post("/api/events", words)

    assert foretold(api, "count") == 1
    assert foretold(api, "sum") == 0.05


def test_an_end_is_counted_by_its_outcome(api: Client, clocks: Clocks) -> None:
    """Each of three pairs in its series, and the best of the missed one in cents."""
    hour: dict[str, Any] = {"leader": "kalshi", "category": "tech", "ttl_seconds": 3600}
    for pair_id, cents in (("filled", 1.0), ("missed", 3.5), ("small", 1.0)):
        api.post("/api/edges", client.edge(pair_id=pair_id, net_edge_cents=cents, **hour))
        if pair_id == "filled":
            api.post("/api/fills", client.fill("f-1", pair_id=pair_id))
    labels = {"leader": "kalshi", "category": "tech"}

    def ended(outcome: str) -> float | None:
        return api.sample("arb_edges_ended_total", outcome=outcome, **labels)

    assert ended("small") == 0
    clocks.seconds += 3600
    wait_until(lambda: ended("filled") == ended("missed") == ended("small") == 1)
    assert api.sample("arb_edges_missed_best_cents_total", **labels) == 3.5


def test_fills_on_one_leg_are_counted(api: Client) -> None:
    """By category, from 0 on."""
    before = api.sample("arb_fills_one_legged_total", category="tech")
    api.post("/api/fills", client.fill("f-1", category="tech", status="one_legged"))
    api.post("/api/fills", client.fill("f-2", category="tech"))

    assert before == 0
    assert api.sample("arb_fills_one_legged_total", category="tech") == 1


def foretold(api: Client, part: str) -> float | None:
    """A sample of the slippage that was foretold at fills."""
    return api.sample(f"arb_fill_expected_slippage_cents_{part}", category="economics")
