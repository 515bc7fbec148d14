"""Runs of the demo on a clock that does not wait, and small parts to build them from."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar

from arbwatch.demo.books import Book, Instant
from arbwatch.demo.clock import VirtualClock
from arbwatch.demo.drops import Drops
from arbwatch.demo.fees import CENT_MICROS, FEES_NOVEMBER_2025
from arbwatch.demo.market import POLYMARKET, Pair
from arbwatch.demo.run import Options, open_desk, play
from arbwatch.demo.scenarios import SCENARIOS
from arbwatch.events import Event

START = datetime(2026, 1, 1, tzinfo=UTC)

AnyEvent = TypeVar("AnyEvent", bound=Event)


def run_demo(options: Options, *, permitted: bool = True) -> list[Event]:
    """Every event of a run that starts on New Year 2026."""
    pushed: list[Event] = []
    clock = VirtualClock(START)
    drops = Drops(lambda text: None, planned_at=options.scenario.drops_at)
    desk = open_desk(
        options,
        clock=clock,
        may_trade=lambda venue: permitted,
        say=lambda text: None,
        drops=drops,
    )
    play(options, desk, clock=clock, push=pushed.append, drops=drops)
    return pushed


def run_scenario(name: str, *, seconds: float = 120) -> list[Event]:
    """Every event of a scenario's first seconds."""
    return run_demo(Options(run="test", scenario=SCENARIOS[name], duration_seconds=seconds))


def of(kind: type[AnyEvent], events: Iterable[Event]) -> list[AnyEvent]:
    """Only the events of one type."""
    return [event for event in events if isinstance(event, kind)]


def second(event: Event) -> float:
    """Seconds since the run began."""
    return (event.timestamp - START).total_seconds()


def book(
    bid_cents: float | None,
    ask_cents: float | None,
    *,
    bid_size: float = 900,
    ask_size: float = 900,
) -> Book:
    """A book from prices in cents."""
    return Book(_micros(bid_cents), _micros(ask_cents), bid_size, ask_size)


def instant(polymarket: Book, kalshi: Book) -> Instant:
    """Both books, fresh."""
    return Instant(polymarket=polymarket, kalshi=kalshi)


def pair(pair_id: str = "p", *, max_positions: int = 1, hold_seconds: float = 60.0) -> Pair:
    """A pair without Polymarket fees that trades 100 contracts."""
    return Pair(
        pair_id=pair_id,
        primary_market="A",
        hedge_market="B",
        category="economics",
        leader=POLYMARKET,
        fees=FEES_NOVEMBER_2025,
        order_contracts=100,
        ttl_seconds=5.0,
        hold_seconds=hold_seconds,
        max_positions=max_positions,
    )


def _micros(cents: float | None) -> int | None:
    return None if cents is None else round(cents * CENT_MICROS)
