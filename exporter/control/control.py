"""Halts, resumes and acknowledgements: taken as orders, kept in the ledger, shown by venue."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from arbwatch.control import (
    ALL_VENUES,
    Acknowledgement,
    Denial,
    HaltOrder,
    HaltState,
    ResumeOrder,
    VenueControl,
)
from arbwatch.events import Fill, utc_now
from exporter.control.late import FillTally, Late
from exporter.control.standing import Standing
from exporter.control.state import ControlState
from exporter.control.unstored import UnstoredHalts
from exporter.errors import HaltNotStored, LedgerUnavailable, Rejected, UnknownVenue
from exporter.ledger.ledger import Ledger
from exporter.ledger.records import ControlRecord, Entry
from exporter.ledger.store import Store


class Patience(Struct, frozen=True, kw_only=True):
    """How long orders wait for the disk.

    A halt is in force anyway and is answered within a second; a resume is given up before the bot
    gives up, after 2 s.
    """

    halt_seconds: float = 0.8
    resume_seconds: float = 1.5


IN_SERVICE = Patience()


class Control:
    """Orders, acknowledgements, and where each venue stands.

    `connected` names the engines in contact. `on_confirmed` is told the seconds from a halt's order
    to its acknowledgement, `on_unstored` of a halt that is in force and not on disk.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        venues: tuple[str, ...],
        connected: Callable[[], frozenset[str]],
        on_confirmed: Callable[[float], None],
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
        patience: Patience = IN_SERVICE,
    ) -> None:
        self._ledger = ledger
        self._venues = venues
        self._connected = connected
        self._on_confirmed = on_confirmed
        self._clock = clock
        self._now = now
        self._patience = patience
        self._acknowledging = asyncio.Lock()
        self._state = ControlState(venues)
        self._unstored = UnstoredHalts(
            self._append,
            answer_seconds=patience.halt_seconds,
            on_halt=self._in_force,
            clock=clock,
        )
        self._tally = FillTally(self._state, self._unstored)
        self._standing = Standing(
            self._state, self._tally, self._unstored, connected=connected, clock=clock
        )
        self.on_unstored: Callable[[ControlRecord], None] = lambda record: None

    def load(self, store: Store) -> None:
        """Rebuild the state from the ledger, before it is handed to its thread."""
        for seq, record in store.control_log():
            self._state.apply(seq, record)
        self._standing.load(self._now())
        self._tally.load(store)

    async def close(self) -> None:
        """Give up storing what could not be stored."""
        await self._unstored.close()

    async def halt(self, scope: str, order: HaltOrder) -> list[VenueControl]:
        """Order a halt; when this returns it is on disk.

        Raises:
            HaltNotStored: it is in force, and is stored as soon as that is possible.
        """
        self._check(scope)
        if not await self._unstored.store(self._record("halt", scope, order)):
            raise HaltNotStored(
                "the halt is in force but not on disk: a restart of the exporter would lose it; "
                "it is being stored again every second"
            )
        return self.venues(scope)

    async def resume(self, scope: str, order: ResumeOrder) -> list[VenueControl]:
        """End those of this scope's open halts that the order names, or all that are open now.

        Raises:
            LedgerUnavailable: nothing was resumed.
        """
        self._check(scope)
        if self._unstored.of_scope(scope):
            raise LedgerUnavailable("a halt of this scope is not on disk yet; resume it after that")
        open_ids = {halt.halt_id for halt in self._state.halts_of_scope(scope)}
        named = open_ids if order.halt_ids is None else open_ids.intersection(order.halt_ids)
        if named:
            record = self._record("resume", scope, order)
            await self._append_soon(replace(record, halt_ids=tuple(sorted(named))))
        return self.venues(scope)

    async def acknowledge(self, venue: str, ack: Acknowledgement) -> list[VenueControl]:
        """An engine has carried out every order for the venue up to `ack.seq`.

        Raises:
            Rejected: there is no such order yet, so nothing can have been carried out.
        """
        self._check(venue, is_all_allowed=False)
        state = self._state.venues[venue]
        if ack.seq > state.seq:
            raise Rejected("out_of_range", "no order of this number was given", field="seq")
        async with self._acknowledging:  # of two at once, the later one knows that it is the last
            record = self._ack_record(venue, ack)
            if record.halt_ids or not state.has_ack(ack):
                await self._append(record)
        return self.venues(venue)

    async def deny(self, denial: Denial) -> None:
        """Keep in the audit trail that somebody tried and was not allowed."""
        self._check(denial.scope, field="scope")
        record = self._record("denial", denial.scope, denial)
        await self._append(replace(record, reason=f"{denial.command}: {denial.reason}"))

    def stored(self, entries: list[Entry], fills: list[Fill]) -> Late:
        """Take in what one commit of the ledger stored, in its order; `fills` are those in it."""
        if len(fills) == len(entries):
            self._tally.filled(len(fills))
        else:
            self._take_in_all(entries)
        return self._tally.judge(fills)

    def venues(self, scope: str = ALL_VENUES) -> list[VenueControl]:
        """Where each venue of the scope stands."""
        return [self._standing.show(venue) for venue in self._state.in_scope(scope)]

    def state(self, venue: str) -> HaltState:
        """Where one venue stands."""
        return self._standing.state(venue)

    def was_halted(self, moment: datetime) -> bool:
        """Whether a halt was open then."""
        return self._tally.was_halted(moment)

    def unstored(self) -> int:
        """How many halts are in force and not on disk."""
        return len(self._unstored.orders)

    def _take_in_all(self, entries: list[Entry]) -> None:
        fills = 0
        for entry in entries:
            if isinstance(entry.record, Fill):
                fills += 1
            elif isinstance(entry.record, ControlRecord):
                self._tally.filled(fills)
                fills = 0
                self._take_in(entry.seq, entry.record)
        self._tally.filled(fills)

    def _take_in(self, seq: int, record: ControlRecord) -> None:
        if record.action == "ack":
            self._take_in_ack(seq, record)
            return
        self._state.apply(seq, record)
        if record.action == "halt":
            order = self._unstored.take(record)
            self._standing.ordered[seq] = order.ordered if order else self._clock()
        for halt_id in record.halt_ids:
            self._standing.ordered.pop(halt_id, None)
        if record.action != "denial":
            for venue in self._state.in_scope(record.scope):
                self._tally.changed(venue)

    def _take_in_ack(self, seq: int, record: ControlRecord) -> None:
        before = self._standing.acknowledged(record.scope)
        self._state.apply(seq, record)
        for halt_id in self._standing.acknowledged(record.scope) - before:
            self._on_confirmed(self._clock() - self._standing.ordered[halt_id])

    def _in_force(self, record: ControlRecord) -> None:
        for venue in self._state.in_scope(record.scope):
            self._tally.changed(venue)
        self.on_unstored(record)

    def _record(
        self,
        action: Literal["halt", "resume", "denial"],
        scope: str,
        order: HaltOrder | ResumeOrder | Denial,
    ) -> ControlRecord:
        return ControlRecord(
            action=action,
            scope=scope,
            actor=order.actor,
            via=order.via,
            reason=order.reason,
            timestamp=self._now(),
        )

    def _ack_record(self, venue: str, ack: Acknowledgement) -> ControlRecord:
        completed = self._state.completed_by(venue, ack, engines=self._connected())
        return ControlRecord(
            action="ack",
            scope=venue,
            actor=ack.engine,
            via="engine",
            halt_ids=completed,
            acked_seq=ack.seq,
            open_orders=ack.open_orders,
            timestamp=self._now(),
        )

    async def _append_soon(self, record: ControlRecord) -> None:
        """Nobody expects a resume any more that was not answered: one that waits is taken back."""
        try:
            await asyncio.wait_for(self._append(record), self._patience.resume_seconds)
        except TimeoutError:
            raise LedgerUnavailable(
                "the ledger does not answer; look where the venue stands before you try again"
            ) from None

    async def _append(self, record: ControlRecord) -> None:
        await self._ledger.append([(record, None)])

    def _check(self, scope: str, *, is_all_allowed: bool = True, field: str = "venue") -> None:
        known = (*self._venues, ALL_VENUES) if is_all_allowed else self._venues
        if scope not in known:
            raise UnknownVenue(f"unknown venue; one of: {', '.join(known)}", field=field)
