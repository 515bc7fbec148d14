"""Where each venue stands: running, or halted, and how far that is proven."""

from collections.abc import Callable
from datetime import datetime

from arbwatch.control import HaltState, VenueControl
from exporter.control.late import FillTally
from exporter.control.state import ControlState, as_halt
from exporter.control.unstored import UnstoredHalts
from exporter.engines import CONTACT_SECONDS

CONFIRM_SECONDS = 5.0
NOT_STORED = 0


class Standing:
    """What the control state means now, to the engines that are in contact now.

    `ordered` tells when each open halt was ordered, on the clock.
    """

    def __init__(
        self,
        state: ControlState,
        tally: FillTally,
        unstored: UnstoredHalts,
        *,
        connected: Callable[[], frozenset[str]],
        clock: Callable[[], float],
    ) -> None:
        self._state = state
        self._tally = tally
        self._unstored = unstored
        self._connected = connected
        self._clock = clock
        self._started = clock()
        self.ordered: dict[int, float] = {}

    def load(self, now: datetime) -> None:
        """Take up the halts of before the start. A clock set back makes none older than it is."""
        for venue in self._state.venues:
            for halt in self._state.open_halts(venue):
                age = max(0.0, (now - halt.since).total_seconds())
                self.ordered[halt.halt_id] = self._clock() - age

    def state(self, venue: str) -> HaltState:
        """Acknowledged only if every open halt is; else the oldest that is not decides."""
        open_ids = {halt.halt_id for halt in self._state.open_halts(venue)}
        unstored = self._unstored.on_venue(venue)
        if not open_ids and not unstored:
            return HaltState.RUNNING
        waiting = [order.ordered for order in unstored]
        for halt_id in open_ids - self.acknowledged(venue):
            waiting.append(self.ordered[halt_id])
        if not waiting:
            return HaltState.ACKNOWLEDGED
        waited = self._clock() - min(waiting)
        return HaltState.REQUESTED if waited < CONFIRM_SECONDS else HaltState.UNCONFIRMED

    def acknowledged(self, venue: str) -> set[int]:
        """The open halts that every engine in contact has acknowledged.

        After a start it takes a lease until it is known who is in contact: till then only those
        count that all had acknowledged at one time.
        """
        state, engines = self._state.venues[venue], self._connected()
        is_settled = self._clock() - self._started >= CONTACT_SECONDS
        return {
            halt.halt_id
            for halt in self._state.open_halts(venue)
            if (is_settled or halt.halt_id in state.confirmed)
            and (acked := state.acked_by(halt.halt_id))
            and acked.issuperset(engines)
        }

    def show(self, venue: str) -> VenueControl:
        """The venue's row of `GET /api/venues`."""
        state = self._state.venues[venue]
        unstored = [as_halt(NOT_STORED, each.record) for each in self._unstored.on_venue(venue)]
        return VenueControl(
            venue=venue,
            state=self.state(venue),
            seq=state.seq,
            since=unstored[-1].since if unstored else state.since,
            halts=[*self._state.open_halts(venue), *unstored],
            acks=list(state.acks.values()),
            fills_since=self._tally.fills[venue],
            entries_after_ack=self._tally.entries[venue],
            engines=sorted(self._connected()),
        )
