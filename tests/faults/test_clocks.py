"""Row 35: the wall clock steps back an hour or ahead a day; what is measured stays true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch import Edge
from arbwatch.control import LEASE_SECONDS, HaltState
from arbwatch.events import Requests
from arbwatch.halting.lease import Lease
from exporter import limits_file
from exporter.engines import MARGIN_SECONDS, OTHERS, Engines
from exporter.health import VenueWatch
from exporter.live_edges import LiveEdges
from tests.clocks import Clocks
from tests.conftest import LIMITS

BACK = -3_600.0
AHEAD = 86_400.0
VENUES = ("polymarket", "kalshi")


def edge(clocks: Clocks, pair_id: str) -> Edge:
    """An edge seen now, as the wall clock has it."""
    return Edge(
        pair_id=pair_id,
        primary_market="A",
        hedge_market="B",
        net_edge_cents=1,
        confidence=0.9,
        expected_slippage_cents=0.1,
        leader="kalshi",
        timestamp=clocks.now(),
    )


@given(
    st.lists(
        st.tuples(
            st.floats(0, 30),
            st.sampled_from([0.0, 0.0, BACK, AHEAD, -AHEAD, -1.0]),
            st.sampled_from("ab"),
        ),
        max_size=40,
    )
)
def test_no_edge_lives_a_negative_time(steps: list[tuple[float, float, str]]) -> None:
    """However the wall clock is set: ages and lifetimes are 0 or more, never too long."""
    clocks, lifetimes = Clocks(), list[float]()
    edges = LiveEdges(
        ttl_seconds=10,
        min_net_edge=lambda: 2.5,
        on_end=lambda ended: lifetimes.append(ended.lifetime_seconds),
        clock=clocks.monotonic,
        now=clocks.now,
    )

    for elapsed, shift, pair_id in steps:
        clocks.seconds += elapsed
        clocks.shift += shift
        edges.update([edge(clocks, pair_id)])
        edges.expire()
        assert all(0 <= row.age_seconds <= 10 for row in edges.top(9))
    clocks.seconds += 11
    edges.expire()

    assert edges.top(9) == []
    assert all(0 <= seconds <= clocks.seconds for seconds in lifetimes)


@pytest.mark.parametrize("shift", [BACK, AHEAD])
def test_edges_are_live_again_right_after_a_step(shift: float) -> None:
    """What stood before the step leaves with its time; the present is shown."""
    clocks = Clocks()
    edges = LiveEdges(
        ttl_seconds=10,
        min_net_edge=lambda: 2.5,
        on_end=lambda _: None,
        clock=clocks.monotonic,
        now=clocks.now,
    )
    edges.update([edge(clocks, "a")])

    clocks.shift += shift
    clocks.seconds += 11
    edges.expire()
    edges.update([edge(clocks, "a"), edge(clocks, "b")])

    assert {row.pair_id for row in edges.top(9)} == {"a", "b"}


@pytest.mark.parametrize("shift", [0.0, BACK, AHEAD])
def test_a_silent_feed_is_noticed_whatever_the_wall_clock_does(shift: float) -> None:
    """Healthy while updates come, down 11 seconds after the last one."""
    clocks = Clocks()
    watch = VenueWatch(VENUES, clock=clocks.monotonic, now=clocks.now)
    book = limits_file.load(LIMITS, venues=VENUES)

    def status() -> str:
        health = watch.health("kalshi", state=HaltState.RUNNING, limits=book)
        assert health.error_rate is None or health.error_rate >= 0
        return health.status

    watch.latency("kalshi", [5.0], clocks.now())
    clocks.shift += shift
    clocks.seconds += 5
    after_step = status()
    watch.latency("kalshi", [5.0], clocks.now())
    watch.requests("kalshi", Requests(venue="kalshi", ok=1, error=0, timestamp=clocks.now()))
    assert watch.last_update["kalshi"] <= clocks.now()
    clocks.seconds += 11

    assert (after_step, status()) == ("healthy", "down")


@pytest.mark.parametrize("shift", [BACK, AHEAD])
def test_contact_and_lease_do_not_see_the_wall_clock(shift: float) -> None:
    """Neither ends early nor lasts longer; only the date that is shown follows the clock."""
    clocks = Clocks()
    engines = Engines(
        on_overflow=lambda: None, clock=clocks.monotonic, now=lambda: clocks.now().timestamp()
    )
    lease = Lease(clock=clocks.monotonic)
    engines.heard("e")
    lease.renew(frozenset({"kalshi"}))

    clocks.shift += shift
    clocks.seconds += LEASE_SECONDS - 1
    before = (engines.connected(), lease.may_trade("kalshi"))
    clocks.seconds += 1 + MARGIN_SECONDS + 1

    assert before == (frozenset({"e"}), True)
    assert (engines.connected(), lease.may_trade("kalshi")) == (frozenset(), False)


def test_the_seventeenth_engine_takes_the_place_of_a_silent_one() -> None:
    """Only engines in contact hold a place; one too many is still one that has to confirm."""
    clocks, overflows = Clocks(), list[None]()
    engines = Engines(
        on_overflow=lambda: overflows.append(None), clock=clocks.monotonic, now=lambda: 0.0
    )
    for number in range(17):
        engines.heard(f"e-{number}")
    full = engines.connected()
    clocks.seconds += LEASE_SECONDS + MARGIN_SECONDS + 1

    engines.heard("late")

    assert len(overflows) == 1
    assert full == {*(f"e-{number}" for number in range(16)), OTHERS}
    assert engines.connected() == {"late"}
    assert len(engines.last_seen) == 16
