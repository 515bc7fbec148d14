"""The venues as the engine feels them: feed latency, requests, errors, second by second."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from random import Random

from arbwatch.demo.figures import Quantiles, load_figures, quantiles
from arbwatch.demo.market import KALSHI, VENUES, Draft, Notice
from arbwatch.events import EngineError, Latency, Requests

SAMPLES_PER_SECOND = 5.0
MAX_SAMPLES = 500
REQUESTS_PER_SECOND = 8.0
# A healthy venue: one call in two thousand fails, well inside the limit of 1 %.
HEALTHY_ERROR_SHARE = 0.0005
RARE_ERROR_MEAN_SECONDS = 600.0
RARE_ERRORS = (
    ("stale_quote", "quote older than 2 s skipped"),
    ("order_rejected", "order refused: price moved by a tick"),
    ("rate_limited", "asked to slow down, order sent 1 s later"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One venue at one moment."""

    latency_ms: Quantiles
    samples_per_second: float = SAMPLES_PER_SECOND
    error_share: float = HEALTHY_ERROR_SHARE
    is_up: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Seconds between an engine's posts of feed latencies, of calls made, and of what it holds."""

    latency_seconds: float = 1.0
    requests_seconds: float = 5.0
    exposure_seconds: float = 3.0


LIVE = Rhythm()

FeedAt = Callable[[str, float], Feed]
"""(venue, at) -> how the venue is then."""


def healthy_feed(venue: str, at: float) -> Feed:
    """The venue on a good day, at any moment."""
    return Feed(latency_ms=_kalshi_ms() if venue == KALSHI else _polymarket_ms())


def latency_stream(
    venue: str, feed_at: FeedAt, *, seed: str, rate: float, rhythm: Rhythm = LIVE
) -> Iterator[Notice]:
    """Posts with the latencies of one second's updates each; fewer when the feed is slow."""
    rng = Random(f"{seed}/latency/{venue}")
    at = rng.random()
    while True:
        feed = feed_at(venue, at)
        per_second = feed.samples_per_second * rate
        if feed.is_up:
            number = min(max(1, round(per_second)), MAX_SAMPLES)
            drawn = [round(feed.latency_ms.draw(rng), 1) for _ in range(number)]
            yield Notice(at, partial(Latency, venue=venue, latency_ms=drawn))
        at += max(rhythm.latency_seconds, rng.uniform(0.5, 1.5) / per_second)


def request_stream(
    venue: str, feed_at: FeedAt, *, seed: str, rate: float, rhythm: Rhythm = LIVE
) -> Iterator[Notice]:
    """Every few seconds the calls made since, and how many of them failed."""
    rng = Random(f"{seed}/requests/{venue}")
    at = rhythm.requests_seconds
    while True:
        share = feed_at(venue, at).error_share
        calls = max(1, round(REQUESTS_PER_SECOND * rhythm.requests_seconds * rate))
        errors = sum(rng.random() < share for _ in range(calls))
        yield Notice(at, partial(Requests, venue=venue, ok=calls - errors, error=errors))
        at += rhythm.requests_seconds


def exposure_stream(draft: Draft, *, rhythm: Rhythm = LIVE) -> Iterator[Notice]:
    """A snapshot of what is held, every few seconds."""
    at = rhythm.exposure_seconds
    while True:
        yield Notice(at, draft)
        at += rhythm.exposure_seconds


def rare_error_stream(*, seed: str) -> Iterator[Notice]:
    """What goes wrong on a good day too."""
    rng = Random(f"{seed}/errors")
    at = 0.0
    while True:
        at += rng.expovariate(1 / RARE_ERROR_MEAN_SECONDS)
        kind, message = rng.choice(RARE_ERRORS)
        yield Notice(at, error_draft(kind, f"[simulated] {message}", venue=rng.choice(VENUES)))


def error_draft(kind: str, message: str, *, venue: str) -> Draft:
    """An error of the engine, still without its time."""
    return partial(EngineError, kind=kind, message=message, venue=venue)


@cache
def _kalshi_ms() -> Quantiles:
    return quantiles("latency_ms", "kalshi_ws_event_to_local_healthy")


@cache
def _polymarket_ms() -> Quantiles:
    """No feed latency of Polymarket was published; its REST round trip stands in for it."""
    figure = load_figures()["latency_ms"]["rest_rtt_polymarket"]
    median, ninetieth = figure["p50"][0], figure["p90"][1]
    return Quantiles(
        knots=((0.0, 0.7 * median), (0.5, median), (0.9, ninetieth), (1.0, 2 * ninetieth))
    )
