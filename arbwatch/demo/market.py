"""What moves through the demo: pairs, their ticks, and notices, each at a simulated second."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Protocol

from arbwatch.demo.books import Instant
from arbwatch.demo.fees import FeeSchedule
from arbwatch.events import Event

POLYMARKET = "polymarket"
KALSHI = "kalshi"
VENUES = (POLYMARKET, KALSHI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two equivalent markets and how the demo trades them. `order_contracts` is every order's size.

    A position is let go after `hold_seconds`, at no further gain or loss: that is how the demo
    keeps its exposure moving. `max_positions` may be open in the pair at once.
    """

    pair_id: str
    primary_market: str
    hedge_market: str
    category: str
    leader: str
    fees: FeeSchedule
    order_contracts: int
    ttl_seconds: float
    hold_seconds: float
    max_positions: int = 1
    is_recorded: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """Both books of a pair, `at` seconds after the start.

    `hidden_loss_cents` is what the quote hides from the engine, because a book is not what it
    seems; it shows only in what a fill realizes.
    """

    at: float
    pair: Pair
    instant: Instant
    hidden_loss_cents: float = 0.0


class Draft(Protocol):
    """An event still to be stamped with its time."""

    def __call__(self, *, timestamp: datetime) -> Event: ...


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell the exporter `at` seconds after the start."""

    at: float
    draft: Draft


Moment = Tick | Notice


def in_order(streams: Iterable[Iterator[Moment]]) -> Iterator[Moment]:
    """All streams as one, by time; each is read only one moment ahead."""
    return merge(*streams, key=lambda moment: moment.at)
