"""The trader of the demo: watches every tick, fills what clears the threshold, obeys a halt."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from arbwatch.demo.account import Account
from arbwatch.demo.books import BookTimes
from arbwatch.demo.execution import Profile, healthy
from arbwatch.demo.market import KALSHI, POLYMARKET, VENUES, Tick
from arbwatch.demo.orders import OrderBook, Reachable, RestingOrder
from arbwatch.demo.pricing import Package, best_package
from arbwatch.demo.reports import edge_of, fill_of, filled_notionals, pnl_micros
from arbwatch.events import Breach, Event, Exposure, Fill

# Within this of the threshold the demo rests an order on the slower venue instead of crossing.
RESTING_BAND_CENTS = 0.3

MayTrade = Callable[[str], bool]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How the desk trades; `run` makes its fill ids unique, `seed` its executions repeatable."""

    threshold_cents: float
    run: str
    seed: str
    profile: Profile = healthy


@dataclass(slots=True)
class Desk:
    """Turns ticks into events. Ticks come from one thread, control from another."""

    style: Style
    may_trade: MayTrade
    say: Say
    reachable: Reachable = lambda venue: True
    account: Account = field(default_factory=Account)
    orders: OrderBook = field(default_factory=OrderBook)
    _times: BookTimes = field(default_factory=BookTimes)
    _fills: Counter[str] = field(default_factory=Counter)
    _halted: set[str] = field(default_factory=set)
    _breached: set[object] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def on_tick(self, tick: Tick, *, now: datetime) -> list[Event]:
        """The edge of this tick, if it can be priced, and the fill when it is taken."""
        changed = self._times.of(tick.pair.pair_id, tick.instant, now=now)
        package = best_package(tick.instant, tick.pair.order_contracts, fees=tick.pair.fees)
        if package is None:
            return []
        edge = edge_of(tick, package, timestamp=now, changed=changed)
        with self._lock:
            self.account.release(tick.at)
            self.orders.expire(tick.at)
            return [edge, *self._trade(tick, package, now=now)]

    def on_control(self, venue: str, halted: bool) -> int | None:
        """Halt: cancel, say so, and tell how many orders are still open there. Resume: say so."""
        with self._lock:
            if not halted:
                self._resume(venue)
                return None
            # Every order needs both venues, so a halt of either leaves none of them wanted.
            self.orders.cancel_all(self.reachable)
            still_open = self.orders.open_on(venue)
            if venue not in self._halted:
                self._halted.add(venue)
                self.say(f"halt: {venue}: no new fills, {still_open} orders still open")
            return still_open

    def exposure(self, *, timestamp: datetime) -> Exposure:
        """What is held now."""
        with self._lock:
            return self.account.exposure(timestamp=timestamp)

    def _resume(self, venue: str) -> None:
        if venue in self._halted:
            self._halted.discard(venue)
            self.say(f"resume: {venue}: trading again")

    def _trade(self, tick: Tick, package: Package, *, now: datetime) -> list[Event]:
        if not all(self.may_trade(venue) for venue in VENUES):
            self.orders.cancel_all(self.reachable)
            return []
        if not self.account.has_room(tick.pair, package):
            return []
        if package.clears(self.style.threshold_cents):
            self.orders.drop(tick.pair.pair_id)
            return self._fill(tick, package, now=now)
        self._rest_or_drop(tick, package)
        return []

    def _fill(self, tick: Tick, package: Package, *, now: datetime) -> list[Event]:
        pair = tick.pair
        self._fills[pair.pair_id] += 1
        name = f"{pair.pair_id}-{self._fills[pair.pair_id]:05}"
        rng = Random(f"{self.style.seed}/fill/{name}")
        execution = self.style.profile(package, rng, tick.hidden_loss_cents)
        fill = fill_of(pair, package, execution, fill_id=f"{self.style.run}-{name}", decided_at=now)
        self.account.book(
            pair,
            until=tick.at + pair.hold_seconds,
            notional_micros=filled_notionals(package, execution),
            day=now.date(),
            pnl=pnl_micros(package, execution),
        )
        return [fill, *self._own_breach(fill)]

    def _own_breach(self, fill: Fill) -> list[Event]:
        """The first time that this run's own loss of the day is over the limit."""
        day, limit = fill.timestamp.date(), self.account.limits.daily_loss_usd
        loss = self.account.day_pnl_usd(day)
        if loss > -limit or day in self._breached:
            return []
        self._breached.add(day)
        return [
            Breach(
                limit="daily_loss", value=round(loss, 2), threshold=-limit, timestamp=fill.timestamp
            )
        ]

    def _rest_or_drop(self, tick: Tick, package: Package) -> None:
        pair = tick.pair
        if not package.clears(self.style.threshold_cents - RESTING_BAND_CENTS):
            self.orders.drop(pair.pair_id)
            return
        follower = KALSHI if pair.leader == POLYMARKET else POLYMARKET
        self.orders.rest(RestingOrder(pair.pair_id, follower, tick.at + pair.ttl_seconds))
