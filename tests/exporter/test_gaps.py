"""How long a feed was silent: seen also when the feed came back before anybody looked."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.clock import Clock
from exporter.engines import Engines
from exporter.gaps import MAX_GAPS, WINDOW_SECONDS, FeedGaps
from exporter.health import VenueWatch
from tests.client import Client
from tests.clocks import Clocks
from tests.faults.test_clocks import AHEAD, BACK, VENUES


@pytest.fixture
def exporter_clock(clocks: Clocks) -> Clock:
    """They are the exporter's."""
    return Clock(now=clocks.now, monotonic=clocks.monotonic)


def gap_of(watch: VenueWatch) -> float:
    """The longest gap of Kalshi's feed, to the millisecond."""
    gap = watch.longest_gap("kalshi")
    assert gap is not None
    return round(gap, 3)


def test_a_feed_without_an_update_has_no_gap(api: Client) -> None:
    """There is nothing to measure from, also after a restart."""
    assert api.sample("arb_feed_longest_gap_seconds", venue="kalshi") is None


def test_a_gap_is_still_shown_after_the_feed_is_back(api: Client, clocks: Clocks) -> None:
    """Ten seconds without an update, which ended just now; the late sample came in one post."""
    now = clocks.now()
    for seconds_ago in (11, 1, 0):
        stamp = (now - timedelta(seconds=seconds_ago)).isoformat()
        api.post("/api/latency", {"venue": "kalshi", "latency_ms": 5, "timestamp": stamp})

    gap = api.sample("arb_feed_longest_gap_seconds", venue="kalshi")

    assert gap == 10.0
    assert api.sample("arb_feed_longest_gap_seconds", venue="polymarket") is None


def test_a_silence_beyond_the_limit_is_counted_when_it_ends(api: Client, clocks: Clocks) -> None:
    """Ten seconds of Kalshi are a cut, nine of Polymarket are none; the one going on is not yet."""
    now = clocks.now()
    for venue, seconds_ago in (("kalshi", (31, 21, 12)), ("polymarket", (30, 21, 12))):
        for seconds in seconds_ago:
            stamp = (now - timedelta(seconds=seconds)).isoformat()
            api.post("/api/latency", {"venue": venue, "latency_ms": 5, "timestamp": stamp})

    assert api.sample("arb_feed_cuts_total", venue="kalshi") == 1
    assert api.sample("arb_feed_cuts_total", venue="polymarket") == 0


def test_a_gap_is_forgotten_when_it_ended_long_ago() -> None:
    """The window begins where the gap ended, not where it began."""
    gaps = FeedGaps(0.0)
    for at in (1.0, 13.0, *(13.0 + second for second in range(1, 31))):
        gaps.update(at)

    assert gaps.longest(13.0 + WINDOW_SECONDS) == 12.0
    assert gaps.longest(13.1 + WINDOW_SECONDS) == 1.0


def test_the_gap_that_goes_on_counts() -> None:
    """A feed that does not come back is silent for longer at every look."""
    gaps = FeedGaps(0.0)
    gaps.update(4.0)

    assert [gaps.longest(now) for now in (4.0, 9.0, 100.0)] == [4.0, 5.0, 96.0]


def test_a_late_sample_neither_makes_nor_hides_a_gap() -> None:
    """What waited on the engine's disk counts where it was taken; what is older changes nothing."""
    clocks = Clocks()
    watch = VenueWatch(VENUES, clock=clocks.monotonic, now=clocks.now)
    start = clocks.now()
    watch.latency("kalshi", [5.0], start)
    clocks.seconds += 20
    for second in (*range(1, 21), 3):
        watch.latency("kalshi", [5.0], start + timedelta(seconds=second))

    assert gap_of(watch) == 1.0


def test_the_wall_clock_makes_no_gap() -> None:
    """An hour back, a day ahead: the gap is what the monotonic clock saw."""
    clocks = Clocks()
    watch = VenueWatch(VENUES, clock=clocks.monotonic, now=clocks.now)
    shown = []
    for shift in (0.0, BACK, AHEAD, BACK):
        clocks.shift += shift
        clocks.seconds += 3
        watch.latency("kalshi", [5.0], clocks.now())
        shown.append(gap_of(watch))

    assert shown == [0.0, 3.0, 3.0, 3.0]


@given(st.lists(st.floats(0, 40), max_size=400))
def test_the_longest_gap_is_that_of_a_full_record(steps: list[float]) -> None:
    """Whatever comes, few gaps are kept, and the longest is never a shorter one."""
    gaps, now, times = FeedGaps(0.0), 0.0, [0.0]
    for step in steps:
        now += step
        gaps.update(now)
        times.append(now)

    ended = [(b, b - a) for a, b in pairwise(times)]
    expected = max([0.0, *(gap for end, gap in ended if end >= now - WINDOW_SECONDS)])
    assert gaps.longest(now) == (expected if expected >= 0.1 else 0.0)
    assert len(gaps._ended) <= MAX_GAPS


def test_the_absence_of_the_engine_is_no_gap() -> None:
    """A restart of 40 seconds: the feed is measured up to it, and anew from the return."""
    clocks = Clocks()
    watch = VenueWatch(VENUES, clock=clocks.monotonic, now=clocks.now)
    engines = Engines(
        on_overflow=lambda: None,
        on_return=watch.engine_returned,
        clock=clocks.monotonic,
        now=lambda: clocks.now().timestamp(),
    )
    shown: list[float | None] = []
    for seconds, is_heard in ((0, True), (3, True), (40, False), (0, True), (5, True), (5, True)):
        clocks.seconds += seconds
        if is_heard:
            engines.heard("mine")
        if not shown:
            watch.latency("kalshi", [5.0], clocks.now())
        shown.append(watch.longest_gap("kalshi", until=engines.away_since()))

    assert shown == [0.0, 3.0, 3.0, 0.0, 5.0, 10.0]


def test_without_a_named_engine_every_silence_counts(api: Client, clocks: Clocks) -> None:
    """Who pushes by plain HTTP is not known to come or go."""
    stamp = (clocks.now() - timedelta(seconds=60)).isoformat()
    api.post("/api/latency", {"venue": "kalshi", "latency_ms": 5, "timestamp": stamp})

    gap = api.sample("arb_feed_longest_gap_seconds", venue="kalshi")

    assert gap == 60
