"""The fold over the ledger's control records: the same state after every restart."""

from collections.abc import Collection
from datetime import datetime, timedelta

from arbwatch.control import ALL_VENUES, Acknowledgement, EngineAck, Halt
from exporter.control.spans import Spans
from exporter.engines import CONTACT_SECONDS
from exporter.ledger.records import ControlRecord

CONTACT = timedelta(seconds=CONTACT_SECONDS)


class VenueState:
    """One venue: its last change, each engine's acknowledgement, and when a halt was in effect.

    `acked`: an acknowledged halt was open. `quiet`: and no engine had an open order left.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.since: datetime | None = None
        self.acks: dict[str, EngineAck] = {}
        self.confirmed: set[int] = set()
        self.acked = Spans()
        self.quiet = Spans()

    def has_ack(self, ack: Acknowledgement) -> bool:
        """Whether this engine has told this already, or more."""
        known = self.acks.get(ack.engine)
        return known is not None and (
            known.seq > ack.seq or (known.seq, known.open_orders) == (ack.seq, ack.open_orders)
        )

    def acked_by(self, halt_id: int) -> set[str]:
        """The engines that have carried out this halt."""
        return {ack.engine for ack in self.acks.values() if ack.seq >= halt_id}

    def change(self, seq: int, moment: datetime, *, open_ids: Collection[int]) -> None:
        """The venue was halted or resumed; these halts are open now."""
        self.seq, self.since = seq, moment
        self.confirmed.intersection_update(open_ids)
        if not any(map(self.acked_by, open_ids)):
            self.acked.close(moment)
            self.quiet.close(moment)

    def acknowledge(self, ack: EngineAck, record: ControlRecord, open_ids: Collection[int]) -> None:
        """Take in an acknowledgement; one that comes behind a newer one of its engine says nothing.

        A halt that not all have acknowledged is in effect once the others' leases have lapsed.
        """
        self.confirmed.update(record.halt_ids)
        if ack.engine in self.acks and self.acks[ack.engine].seq > ack.seq:
            return
        self.acks[ack.engine] = ack
        acked = [halt_id for halt_id in open_ids if self.acked_by(halt_id)]
        if not acked:
            return
        is_whole = not self.confirmed.isdisjoint(acked)
        start = ack.timestamp if is_whole else ack.timestamp + CONTACT
        self.acked.open(start)
        if all(each.open_orders == 0 for each in self.acks.values() if each.seq >= min(acked)):
            self.quiet.open(start)
        else:
            self.quiet.close(ack.timestamp)


class ControlState:
    """Open halts, where each venue stands, and when any halt was open."""

    def __init__(self, venues: tuple[str, ...]) -> None:
        self.venues = {venue: VenueState() for venue in venues}
        self.halted = Spans()
        self._halts: dict[int, Halt] = {}

    def apply(self, seq: int, record: ControlRecord) -> None:
        """Take in the next record of the log; nothing of a venue that is no longer known."""
        venues = self.in_scope(record.scope)
        if not venues:
            return
        match record.action:
            case "halt":
                self._halts[seq] = as_halt(seq, record)
                self.halted.open(record.timestamp)
            case "resume":
                for halt_id in record.halt_ids:
                    self._halts.pop(halt_id, None)
                if not self._halts:
                    self.halted.close(record.timestamp)
            case "ack":
                self._acknowledge(record)
                return
            case "denial":
                return
        for venue in venues:
            open_ids = {halt.halt_id for halt in self.open_halts(venue)}
            self.venues[venue].change(seq, record.timestamp, open_ids=open_ids)

    def in_scope(self, scope: str) -> tuple[str, ...]:
        """The venues that an order for this scope concerns."""
        return tuple(venue for venue in self.venues if scope in (venue, ALL_VENUES))

    def open_halts(self, venue: str) -> list[Halt]:
        """The halts that keep this venue from trading, the oldest first."""
        return [halt for halt in self._halts.values() if halt.scope in (venue, ALL_VENUES)]

    def halts_of_scope(self, scope: str) -> list[Halt]:
        """The halts that were ordered for exactly this scope."""
        return [halt for halt in self._halts.values() if halt.scope == scope]

    def completed_by(
        self, venue: str, ack: Acknowledgement, *, engines: Collection[str]
    ) -> tuple[int, ...]:
        """The open halts that this acknowledgement makes known to every one of these engines."""
        state = self.venues[venue]
        return tuple(
            halt.halt_id
            for halt in self.open_halts(venue)
            if halt.halt_id <= ack.seq
            and halt.halt_id not in state.confirmed
            and {*state.acked_by(halt.halt_id), ack.engine}.issuperset(engines)
        )

    def _acknowledge(self, record: ControlRecord) -> None:
        ack = EngineAck(
            engine=record.actor,
            seq=record.acked_seq or 0,
            open_orders=record.open_orders,
            timestamp=record.timestamp,
        )
        open_ids = {halt.halt_id for halt in self.open_halts(record.scope)}
        self.venues[record.scope].acknowledge(ack, record, open_ids)


def as_halt(halt_id: int, record: ControlRecord) -> Halt:
    """An order to halt as it is shown while it is open."""
    return Halt(
        halt_id=halt_id,
        scope=record.scope,
        reason=record.reason or "",
        actor=record.actor,
        via=record.via,
        since=record.timestamp,
    )
