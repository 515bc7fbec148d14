"""One run of the demo: its streams put together, and the loop that pushes what they yield."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from arbwatch.demo.account import Account
from arbwatch.demo.books import load_recording
from arbwatch.demo.clock import Clock
from arbwatch.demo.desk import Desk, MayTrade, Say, Style
from arbwatch.demo.drops import Drops
from arbwatch.demo.feeds import (
    LIVE,
    Rhythm,
    exposure_stream,
    latency_stream,
    rare_error_stream,
    request_stream,
)
from arbwatch.demo.market import KALSHI, VENUES, Moment, Tick, in_order
from arbwatch.demo.replay import DEFAULT_SPEED, replay
from arbwatch.demo.scenarios import HEALTHY, Scenario, calm_days
from arbwatch.demo.simulator import simulated_pairs, tick_stream
from arbwatch.events import Event

DEFAULT_PAIRS = 20
DEFAULT_THRESHOLD_CENTS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a run is made of. Same options, same clock, same permission: the same events."""

    run: str
    seed: str = "arbwatch"
    scenario: Scenario = HEALTHY
    speed: float = DEFAULT_SPEED
    pairs: int = DEFAULT_PAIRS
    rate: float = 1.0
    threshold_cents: float = DEFAULT_THRESHOLD_CENTS
    duration_seconds: float = float("inf")
    rhythm: Rhythm = LIVE


def open_desk(
    options: Options, *, clock: Clock, may_trade: MayTrade, say: Say, drops: Drops
) -> Desk:
    """The trader of a run."""
    style = Style(
        threshold_cents=options.threshold_cents,
        run=options.run,
        seed=options.seed,
        profile=options.scenario.profile,
    )

    def is_reachable(venue: str) -> bool:
        is_up = options.scenario.feed_at(venue, clock.elapsed()).is_up
        return is_up and (drops.is_up or venue != KALSHI)

    account = Account(limits=options.scenario.limits)
    return Desk(style, may_trade, say, reachable=is_reachable, account=account)


def moments(options: Options, desk: Desk) -> Iterator[Moment]:
    """Everything that happens in a run, in order of time."""
    scenario, seed = options.scenario, options.seed
    ticks = scenario.bend(in_order(_tick_streams(options)))
    feeds = [
        stream(venue, scenario.feed_at, seed=seed, rate=options.rate, rhythm=options.rhythm)
        for venue in VENUES
        for stream in (latency_stream, request_stream)
    ]
    rare = [] if scenario.is_quiet else [rare_error_stream(seed=seed)]
    held = exposure_stream(desk.exposure, rhythm=options.rhythm)
    return in_order([ticks, *feeds, *rare, held, *scenario.extra(seed=seed)])


def play(
    options: Options, desk: Desk, *, clock: Clock, push: Callable[[Event], None], drops: Drops
) -> None:
    """Push every event when it is due, until the clock says stop or the duration is over."""
    for moment in moments(options, desk):
        if moment.at > options.duration_seconds or not clock.wait_until(moment.at):
            return
        drops.advance(moment.at)
        for event in _events(moment, desk, clock) if drops.is_priced(moment) else ():
            if drops.comes_through(event):
                push(event)


def _events(moment: Moment, desk: Desk, clock: Clock) -> list[Event]:
    if isinstance(moment, Tick):
        return desk.on_tick(moment, now=clock.now())
    return [moment.draft(timestamp=clock.now())]


def _tick_streams(options: Options) -> list[Iterator[Moment]]:
    recording = load_recording()
    if options.scenario.is_quiet:
        calm = calm_days(recording, threshold_cents=options.threshold_cents)
        return [replay(calm, speed=options.speed)] if calm else []
    simulated = simulated_pairs(options.pairs, seed=options.seed, rate=options.rate)
    return [
        replay(recording, speed=options.speed),
        *(tick_stream(pair, seed=options.seed) for pair in simulated),
    ]
