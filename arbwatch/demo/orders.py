"""Orders that rest near the threshold: what a halt has to cancel before it may be acknowledged."""

from collections.abc import Callable
from dataclasses import dataclass

MAX_RESTING = 3

Reachable = Callable[[str], bool]
"""Whether a venue can be told to cancel an order now."""


@dataclass(frozen=True, slots=True)
class RestingOrder:
    """One order on one venue, gone by itself at the simulated second `until`."""

    pair_id: str
    venue: str
    until: float


class OrderBook:
    """The demo's own resting orders, at most one a pair and `MAX_RESTING` in all."""

    def __init__(self) -> None:
        self._orders: dict[str, RestingOrder] = {}

    def rest(self, order: RestingOrder) -> None:
        """Place or renew an order, where there is a place for it."""
        if order.pair_id in self._orders or len(self._orders) < MAX_RESTING:
            self._orders[order.pair_id] = order

    def drop(self, pair_id: str) -> None:
        """The order of this pair is no longer wanted, if there is one."""
        self._orders.pop(pair_id, None)

    def expire(self, at: float) -> None:
        """Forget what has run out."""
        self._keep(lambda order: order.until > at)

    def cancel_all(self, reachable: Reachable) -> None:
        """Cancel every order on a venue that can be told so; the others stay open."""
        self._keep(lambda order: not reachable(order.venue))

    def open_on(self, venue: str) -> int:
        """How many orders are open on a venue."""
        return sum(order.venue == venue for order in self._orders.values())

    def _keep(self, wanted: Callable[[RestingOrder], bool]) -> None:
        self._orders = {key: order for key, order in self._orders.items() if wanted(order)}
