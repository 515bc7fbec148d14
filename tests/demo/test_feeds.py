"""Feed latency, requests and errors of a healthy run."""

from itertools import pairwise

import pytest

from arbwatch.demo.figures import load_figures
from arbwatch.demo.run import Options
from arbwatch.events import EngineError, Event, Exposure, Latency, Requests
from tests.demo.runs import of, run_demo, second

SECONDS = 600


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """Ten minutes of the default run."""
    return run_demo(Options(run="test", duration_seconds=SECONDS))


def test_kalshis_latency_is_as_measured(events: list[Event]) -> None:
    """Half of the updates within 253 ms, nearly all within 264."""
    measured = load_figures()["latency_ms"]["kalshi_ws_event_to_local_healthy"]

    drawn = sorted(samples(events, "kalshi"))

    assert drawn[len(drawn) // 2] == pytest.approx(measured["p50"], rel=0.02)
    assert drawn[int(len(drawn) * 0.95)] == pytest.approx(measured["p95"], rel=0.02)


def test_polymarkets_latency_is_about_a_round_trip(events: list[Event]) -> None:
    """About 95 ms, and never near the limit of 2 s."""
    drawn = sorted(samples(events, "polymarket"))

    assert drawn[len(drawn) // 2] == pytest.approx(95, rel=0.05)
    assert drawn[-1] < 1000


@pytest.mark.parametrize("venue", ["kalshi", "polymarket"])
def test_several_samples_a_second_without_a_gap(events: list[Event], venue: str) -> None:
    """A healthy feed is never silent for long."""
    times = [second(event) for event in of(Latency, events) if event.venue == venue]

    gaps = [after - before for before, after in pairwise(times)]
    assert max(gaps) < 2
    assert len(samples(events, venue)) / SECONDS == pytest.approx(5, rel=0.05)


@pytest.mark.parametrize("venue", ["kalshi", "polymarket"])
def test_few_calls_fail(events: list[Event], venue: str) -> None:
    """Far below the limit of 1 %."""
    posts = [event for event in of(Requests, events) if event.venue == venue]

    calls = sum(post.ok + post.error for post in posts)
    assert calls == pytest.approx(8 * SECONDS, rel=0.05)
    assert sum(post.error for post in posts) / calls < 0.002


def test_errors_are_rare_and_exposure_is_told_every_few_seconds(events: list[Event]) -> None:
    """A good day has errors too, but not many."""
    assert len(of(EngineError, events)) < 10
    assert len(of(Exposure, events)) == SECONDS / 3


def test_rate_multiplies_samples_and_calls() -> None:
    """Ten times as much to tell."""
    busy = run_demo(Options(run="test", pairs=0, rate=10, duration_seconds=60))

    calls = sum(post.ok + post.error for post in of(Requests, busy) if post.venue == "kalshi")
    assert len(samples(busy, "kalshi")) / 60 == pytest.approx(50, rel=0.05)
    assert calls == pytest.approx(80 * 60, rel=0.1)


def samples(events: list[Event], venue: str) -> list[float]:
    """All latency samples of one venue, in milliseconds."""
    found: list[float] = []
    for event in of(Latency, events):
        assert isinstance(event.latency_ms, list)
        if event.venue == venue:
            found.extend(event.latency_ms)
    return found
