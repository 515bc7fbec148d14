"""Control state: which halts are open, and what the engines have said of them.

The state is a fold over the ledger's control records, so it is the same after every restart.
"""

import time
from collections.abc import Callable, Iterable
from datetime import datetime

from arbwatch.control import (
    ALL_VENUES,
    Acknowledgement,
    EngineAck,
    Halt,
    HaltOrder,
    HaltState,
    ResumeOrder,
    VenueControl,
)
from arbwatch.events import Fill, utc_now
from exporter.errors import Rejected, UnknownVenue
from exporter.ledger.ledger import Ledger
from exporter.ledger.records import ControlRecord, Entry
from exporter.ledger.store import Store

CONFIRM_SECONDS = 5.0


class ControlState:
    """The fold: open halts, each venue's last change, each engine's last acknowledgement."""

    def __init__(self, venues: tuple[str, ...]) -> None:
        self._venues = venues
        self._halts: dict[int, Halt] = {}
        self._changed: dict[str, tuple[int, datetime]] = {}
        self._acks: dict[tuple[str, str], EngineAck] = {}

    def apply(self, seq: int, record: ControlRecord) -> None:
        """Take in the next record of the log."""
        if record.action == "ack":
            self._acks[record.scope, record.actor] = EngineAck(
                engine=record.actor,
                seq=record.acked_seq or 0,
                open_orders=record.open_orders,
                timestamp=record.timestamp,
            )
            return
        if record.action == "halt":
            self._halts[seq] = _opened(seq, record)
        for halt_id in record.halt_ids:
            self._halts.pop(halt_id, None)
        for venue in self._venues if record.scope == ALL_VENUES else (record.scope,):
            self._changed[venue] = (seq, record.timestamp)

    def open_halts(self, venue: str) -> list[Halt]:
        """The halts that keep this venue from trading, the oldest first."""
        return [halt for halt in self._halts.values() if halt.scope in (venue, ALL_VENUES)]

    def halts_of_scope(self, scope: str) -> list[Halt]:
        """The halts that were ordered for exactly this scope."""
        return [halt for halt in self._halts.values() if halt.scope == scope]

    def acks(self, venue: str) -> list[EngineAck]:
        """What each engine last acknowledged for this venue."""
        return [ack for (scope, _), ack in self._acks.items() if scope == venue]

    def has_ack(self, venue: str, ack: Acknowledgement) -> bool:
        """Whether this engine has told exactly this already."""
        known = self._acks.get((venue, ack.engine))
        return known is not None and (known.seq, known.open_orders) == (ack.seq, ack.open_orders)

    def last_change(self, venue: str) -> tuple[int, datetime | None]:
        """Sequence number and time of the last order for this venue."""
        return self._changed.get(venue, (0, None))

    def is_acknowledged(self, venue: str, engines: Iterable[str]) -> bool:
        """Whether the newest open halt was acknowledged, by every engine now in contact."""
        newest = max((halt.halt_id for halt in self.open_halts(venue)), default=0)
        acked = {ack.engine for ack in self.acks(venue) if ack.seq >= newest}
        return bool(acked) and acked.issuperset(engines)


class Control:
    """Orders, acknowledgements, and where each venue stands."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        venues: tuple[str, ...],
        connected: Callable[[], frozenset[str]],
        on_confirmed: Callable[[float], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._venues = venues
        self._connected = connected
        self._on_confirmed = on_confirmed
        self._clock = clock
        self._state = ControlState(venues)
        self._ordered: dict[str, float] = {}
        self._fills_since: dict[str, int] = {}

    def load(self, store: Store) -> None:
        """Rebuild the state from the ledger, before it is handed to its thread."""
        for seq, record in store.control_log():
            self._state.apply(seq, record)
        for venue in self._venues:
            seq, _ = self._state.last_change(venue)
            if seq:
                self._fills_since[venue] = store.fills_after(seq)

    async def halt(self, scope: str, order: HaltOrder) -> list[VenueControl]:
        """Order a halt; when this returns it is on disk."""
        self._check(scope)
        await self._append(
            ControlRecord(
                action="halt",
                scope=scope,
                actor=order.actor,
                via=order.via,
                reason=order.reason,
                timestamp=utc_now(),
            )
        )
        return self.venues(scope)

    async def resume(self, scope: str, order: ResumeOrder) -> list[VenueControl]:
        """End the halts the order names, or all of this scope that are open now."""
        self._check(scope)
        open_ids = {halt.halt_id for halt in self._state.halts_of_scope(scope)}
        named = open_ids if order.halt_ids is None else open_ids.intersection(order.halt_ids)
        if named:
            await self._append(
                ControlRecord(
                    action="resume",
                    scope=scope,
                    actor=order.actor,
                    via=order.via,
                    reason=order.reason,
                    halt_ids=tuple(sorted(named)),
                    timestamp=utc_now(),
                )
            )
        return self.venues(scope)

    async def acknowledge(self, venue: str, ack: Acknowledgement) -> list[VenueControl]:
        """An engine has carried out every order for the venue up to `ack.seq`.

        Raises:
            Rejected: there is no such order yet, so nothing can have been carried out.
        """
        self._check(venue, is_all_allowed=False)
        if ack.seq > self._state.last_change(venue)[0]:
            raise Rejected("out_of_range", "no order of this number was given", field="seq")
        if self._state.has_ack(venue, ack):
            return self.venues(venue)
        await self._append(
            ControlRecord(
                action="ack",
                scope=venue,
                actor=ack.engine,
                via="engine",
                acked_seq=ack.seq,
                open_orders=ack.open_orders,
                timestamp=utc_now(),
            )
        )
        return self.venues(venue)

    def stored(self, entries: list[Entry]) -> None:
        """Take in what one commit of the ledger stored, in its order."""
        fills = 0
        for entry in entries:
            if isinstance(entry.record, Fill):
                fills += 1
            elif isinstance(entry.record, ControlRecord):
                self.filled(fills)
                fills = 0
                self._take_in(entry.seq, entry.record)
        self.filled(fills)

    def venues(self, scope: str = ALL_VENUES) -> list[VenueControl]:
        """Where each venue of the scope stands."""
        return [self._show(v) for v in self._venues if scope in (v, ALL_VENUES)]

    def state(self, venue: str) -> HaltState:
        """Where one venue stands."""
        if not self._state.open_halts(venue):
            return HaltState.RUNNING
        if self._state.is_acknowledged(venue, self._connected()):
            return HaltState.ACKNOWLEDGED
        waited = self._clock() - self._ordered.get(venue, float("-inf"))
        return HaltState.REQUESTED if waited < CONFIRM_SECONDS else HaltState.UNCONFIRMED

    def filled(self, fills: int) -> None:
        """So many fills were stored, and nothing else."""
        for venue in self._fills_since:
            self._fills_since[venue] += fills

    def _take_in(self, seq: int, record: ControlRecord) -> None:
        affected = self._venues if record.scope == ALL_VENUES else (record.scope,)
        before = {venue: self.state(venue) for venue in affected}
        self._state.apply(seq, record)
        for venue in affected:
            if record.action == "halt":
                self._ordered[venue] = self._clock()
            if record.action != "ack":
                self._fills_since[venue] = 0
            elif before[venue] is not self.state(venue) is HaltState.ACKNOWLEDGED:
                self._confirmed(venue)

    def _confirmed(self, venue: str) -> None:
        if venue in self._ordered:
            self._on_confirmed(self._clock() - self._ordered[venue])

    def _show(self, venue: str) -> VenueControl:
        seq, since = self._state.last_change(venue)
        return VenueControl(
            venue=venue,
            state=self.state(venue),
            seq=seq,
            since=since,
            halts=self._state.open_halts(venue),
            acks=self._state.acks(venue),
            fills_since=self._fills_since.get(venue, 0),
        )

    async def _append(self, record: ControlRecord) -> None:
        await self._ledger.append([(record, None)])

    def _check(self, scope: str, *, is_all_allowed: bool = True) -> None:
        known = (*self._venues, ALL_VENUES) if is_all_allowed else self._venues
        if scope not in known:
            raise UnknownVenue(f"unknown venue; one of: {', '.join(known)}", field="venue")


def _opened(seq: int, record: ControlRecord) -> Halt:
    return Halt(
        halt_id=seq,
        scope=record.scope,
        reason=record.reason or "",
        actor=record.actor,
        via=record.via,
        since=record.timestamp,
    )
