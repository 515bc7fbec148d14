"""What the engine does about one venue's orders, and what it says that it did.

Guarantees: only what was carried out is acknowledged, once it is on disk if the disk takes it.
Carried out means that the callback has returned or, where none is set, the lease itself in an
engine that asks `may_trade`.
"""

import logging
from collections.abc import Callable

from arbwatch.control import Acknowledgement, HaltState, VenueControl
from arbwatch.halting.lease import clock

log = logging.getLogger(__name__)

# Orders still open for longer than this after a halt are told as such, and asked for no more.
OPEN_ORDERS_SECONDS = 60.0
# Of `Count`.
MOST_ORDERS = 1_000_000_000

OnControl = Callable[[str, bool], int | None]


class Obedience:
    """One venue's. `acknowledge` and `save` say whether it worked; they log why it did not."""

    def __init__(
        self,
        engine: str,
        *,
        on_control: OnControl | None,
        was_asked: Callable[[], bool],
        save: Callable[[], bool],
        acknowledge: Callable[[str, Acknowledgement], bool],
        clock: Callable[[], float] = clock,
    ) -> None:
        self._engine = engine
        self._on_control = on_control
        self._was_asked = was_asked
        self._save = save
        self._acknowledge = acknowledge
        self._clock = clock
        self._done: tuple[int, bool] | None = None
        self._done_at = 0.0
        self._open_orders: int | None = None
        self._acknowledged: Acknowledgement | None = None
        self._is_failure_told = False

    def carry_out(self, row: VenueControl) -> bool:
        """Do what the newest order says; whether nothing is left to do or to wait for."""
        is_halted = row.state is not HaltState.RUNNING
        if not row.seq and not is_halted:  # Nothing was ever ordered.
            return self._save()
        is_obeyed = self._obey(row, is_halted=is_halted)
        is_kept = self._save()
        if not is_obeyed or not self._tell(row):
            return False
        return is_kept and not self._is_awaiting_orders()

    def _obey(self, row: VenueControl, *, is_halted: bool) -> bool:
        order = (row.seq, is_halted)
        if order == self._done and not self._is_awaiting_orders():
            return True
        if self._on_control is None:
            if not self._is_heeded(row.venue, is_halted=is_halted):
                return False
            self._open_orders = None
        elif not self._call(self._on_control, row.venue, is_halted=is_halted):
            return False
        if order != self._done:
            self._done, self._done_at = order, self._clock()
        return True

    def _call(self, on_control: OnControl, venue: str, *, is_halted: bool) -> bool:
        try:
            self._open_orders = _counted(on_control(venue, is_halted), venue)
        except BaseException:  # also what would end a thread: this one has to hear the next order
            if not self._is_failure_told:
                log.exception(
                    "control: the callback failed for %s; it is called every second until it "
                    "returns, and nothing is acknowledged before",
                    venue,
                )
            self._is_failure_told = True
            return False
        self._is_failure_told = False
        return True

    def _is_heeded(self, venue: str, *, is_halted: bool) -> bool:
        """An engine that neither listens nor asks may well go on trading: say so, once."""
        if self._was_asked():
            return True
        if is_halted and not self._is_failure_told:
            self._is_failure_told = True
            log.warning(
                "control: a halt of %s is not acknowledged, nothing shows that this engine obeys: "
                "set on_control(), or ask may_trade() before every entry",
                venue,
            )
        return False

    def _is_awaiting_orders(self) -> bool:
        if self._done is None or not self._done[1] or not self._open_orders:
            return False
        return self._clock() - self._done_at < OPEN_ORDERS_SECONDS

    def _tell(self, row: VenueControl) -> bool:
        receipt = Acknowledgement(engine=self._engine, seq=row.seq, open_orders=self._open_orders)
        if receipt != self._acknowledged and self._acknowledge(row.venue, receipt):
            self._acknowledged = receipt
        return receipt == self._acknowledged


def _counted(told: object, venue: str) -> int | None:
    """How many orders are open; `None`, not known, where the callback did not say a number."""
    if told is None:
        return None
    if isinstance(told, bool) or not isinstance(told, int) or told < 0:
        log.warning("control: the callback for %s returned no count of open orders", venue)
        return None
    return min(told, MOST_ORDERS)
