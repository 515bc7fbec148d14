"""Incidents on demand, each taken from what real engines went through, with where it shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Protocol

from arbwatch.demo.account import IGNORED, OwnLimits
from arbwatch.demo.books import RecordedInstant
from arbwatch.demo.execution import Profile, healthy, losing, one_legged, slipping, slow
from arbwatch.demo.feeds import Feed, FeedAt, healthy_feed
from arbwatch.demo.figures import load_figures, quantiles
from arbwatch.demo.incidents import (
    STARTS_AT_SECONDS,
    frozen_books,
    is_in_burst,
    is_socket_up,
    large_baits,
    lost_socket,
    many_baits,
    quick_baits,
    steady_baits,
    timeouts,
)
from arbwatch.demo.market import KALSHI, POLYMARKET, Moment, Tick
from arbwatch.demo.pricing import best_package
from arbwatch.demo.replay import recorded_pair

BURST_ERROR_SHARE = 0.25
DROPPED_AT_SECONDS = 20.0
BACKLOG_HIDDEN_CENTS = 1.0
# A venue has several quiet markets, so its updates are not as rare as those of a single one (0.1).
SLOWEST_QUIET_RATE = 0.3


class Extra(Protocol):
    """Further streams of a scenario."""

    def __call__(self, *, seed: str) -> list[Iterator[Moment]]: ...


class Bend(Protocol):
    """What a scenario does to the ticks of every pair."""

    def __call__(self, ticks: Iterator[Moment]) -> Iterator[Moment]: ...


def _nothing_more(*, seed: str) -> list[Iterator[Moment]]:
    return []


def _unbent(ticks: Iterator[Moment]) -> Iterator[Moment]:
    return ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How a run differs from a healthy one. `story` is the incident, `look` where it shows.

    `drops_at` is the second at which Kalshi's feed is dropped for a while; `limits` are the
    engine's own.
    """

    name: str
    story: str
    look: str
    profile: Profile = healthy
    feed_at: FeedAt = healthy_feed
    extra: Extra = _nothing_more
    bend: Bend = _unbent
    is_quiet: bool = False
    drops_at: float = float("inf")
    limits: OwnLimits = field(default_factory=OwnLimits)


def calm_days(
    recording: Sequence[RecordedInstant], *, threshold_cents: float
) -> Sequence[RecordedInstant]:
    """The recording up to the first instant that would be filled."""
    pair = recorded_pair(1.0)
    for index, recorded in enumerate(recording):
        package = best_package(recorded.instant, pair.order_contracts, fees=pair.fees)
        if package is not None and package.clears(threshold_cents):
            return recording[:index]
    return recording


def _backlogged_feed(venue: str, at: float) -> Feed:
    feed = healthy_feed(venue, at)
    if venue == KALSHI and at >= STARTS_AT_SECONDS:
        return replace(feed, latency_ms=quantiles("latency_ms", "kalshi_ws_backlogged"))
    return feed


def _backlogged_ticks(ticks: Iterator[Moment]) -> Iterator[Moment]:
    """Kalshi's books are as old as the backlog, and what is filled on them is worth less."""
    age = load_figures()["latency_ms"]["kalshi_ws_backlogged"]["p50"] / 1000
    for moment in ticks:
        if isinstance(moment, Tick) and moment.at >= STARTS_AT_SECONDS:
            stale = replace(moment.instant, age_seconds=age)
            yield replace(moment, instant=stale, hidden_loss_cents=BACKLOG_HIDDEN_CENTS)
        else:
            yield moment


def _flapping_feed(venue: str, at: float) -> Feed:
    feed = healthy_feed(venue, at)
    return replace(feed, is_up=is_socket_up(at)) if venue == KALSHI else feed


def _ticks_while_up(ticks: Iterator[Moment]) -> Iterator[Moment]:
    """Without Kalshi's book no pair can be priced."""
    return (moment for moment in ticks if is_socket_up(moment.at))


def _failing_calls(venue: str, at: float) -> Feed:
    feed = healthy_feed(venue, at)
    if venue == POLYMARKET and is_in_burst(at):
        return replace(feed, error_share=BURST_ERROR_SHARE)
    return feed


def _quiet_feed(venue: str, at: float) -> Feed:
    """One update in seconds, as in a quiet market: slow, but inside the silence limit."""
    _, high = load_figures()["update_rate_per_s"]["kalshi_per_quiet_market"]
    drawn = Random(f"{venue}/{at}").uniform(SLOWEST_QUIET_RATE, high)
    return replace(healthy_feed(venue, at), samples_per_second=drawn)


HEALTHY = Scenario(
    name="healthy",
    story="a healthy engine on an ordinary day",
    look="edges, fills and exposure move; nothing should fire",
)

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            name="frozen-leg",
            story="Kalshi's books of two markets stand still while Polymarket's move away",
            look="frozen books of kalshi after half a minute; their edges grow beyond 10 cents "
            "while confidence sinks and their fills lose; stale_quote errors; feed latency and "
            "silence stay good, since other markets update",
            extra=frozen_books,
        ),
        Scenario(
            name="one-legged",
            story="two orders in three fill on one venue only and are sold back seconds later",
            look="fills with status one_legged and a negative realized edge, hedge latency in "
            "seconds, exposure of the venues apart",
            profile=one_legged,
            extra=steady_baits,
        ),
        Scenario(
            name="slow-hedges",
            story="both legs of every order fill, but the second as late as real orders were "
            "confirmed: half of them after 0.6 s",
            look="hedge latency p95 beyond a second, its limit is 250 ms; status and edges as ever",
            profile=slow,
            extra=quick_baits,
        ),
        Scenario(
            name="slippage",
            story="books are thinner than they look: orders slip by half a cent and more",
            look="slippage paid, median over its 0.4 cents and far from what the edges foretold; "
            "capture below a half",
            profile=slipping,
            extra=quick_baits,
        ),
        Scenario(
            name="over-exposed",
            story="the engine ignores its own limits and piles up positions in ten contracts",
            look="exposure over 5,000 USD at both venues within two minutes, over 250 USD in one "
            "contract, and more than 8 pairs held at once",
            limits=IGNORED,
            extra=many_baits,
        ),
        Scenario(
            name="backlogged-feed",
            story="Kalshi's feed is read too slowly: every update is 8 seconds old when seen",
            look="feed latency of kalshi at 8 s, confidence down to a fifth, realized edge below "
            "entry, until a rule halts kalshi; updates keep coming, so silence stays good",
            feed_at=_backlogged_feed,
            bend=_backlogged_ticks,
        ),
        Scenario(
            name="flapping-socket",
            story="Kalshi's socket is lost for 20 seconds, back for 15, and lost again",
            look="connection errors, feed silence of kalshi beyond 10 s: a rule halts it; live "
            "edges gone meanwhile",
            feed_at=_flapping_feed,
            extra=lost_socket,
            bend=_ticks_while_up,
        ),
        Scenario(
            name="dropped-feed",
            story="Kalshi's feed is dropped for 10 seconds, once, 20 seconds after the start",
            look="feed silence of kalshi beyond 10 s: a rule halts it, and fills stop until "
            "somebody resumes it; edges come back with the feed, polymarket goes on all the while",
            drops_at=DROPPED_AT_SECONDS,
        ),
        Scenario(
            name="runaway-errors",
            story="Polymarket stops confirming orders: 30 timeouts in 10 seconds, again and again",
            look="execution_timeout errors in bursts, error rate of polymarket about 12 %",
            feed_at=_failing_calls,
            extra=timeouts,
        ),
        Scenario(
            name="daily-loss",
            story="orders that should earn 2.42 cents lose 2.71, as a real engine's did",
            look="P&L of the day through -100 USD within a minute, the engine's own daily_loss "
            "breach, capture below 0; then a rule halts it, and nothing is lost any more",
            profile=losing,
            extra=large_baits,
            limits=OwnLimits(slippage_cents=float("inf")),
        ),
        Scenario(
            name="quiet",
            story="a quiet market: few updates, small edges, nothing worth a fill",
            look="no fills and few edges, while both feeds and the engine stay alive; nothing "
            "should fire",
            feed_at=_quiet_feed,
            is_quiet=True,
        ),
    )
}
