"""The real control over a real ledger, with clocks and engines in contact as a test sets them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from arbwatch.control import Acknowledgement, HaltOrder, HaltState, ResumeOrder, VenueControl
from arbwatch.events import Fill
from exporter.clock import Clock
from exporter.control import Control, Patience
from exporter.control.late import Late
from exporter.ledger.ledger import Ledger
from exporter.ledger.store import Store
from exporter.ledger.writer import Written
from tests.conftest import LONG

START = datetime(2026, 1, 15, 12, tzinfo=UTC)
VENUES = ("polymarket", "kalshi")
# An exporter for which it stays noon: no test runs into the next day.
AT_NOON = Clock(now=lambda: START)


class Controlled:
    """One life of an exporter's control; `passed` seconds have gone by since `START`."""

    def __init__(self, path: Path, *, passed: float = 0.0, patience: Patience = LONG) -> None:
        self.passed = passed
        self.engines: set[str] = set()
        self.confirmed: list[float] = []
        self.late: list[Late] = []
        store = Store(path)
        self.ledger = Ledger(store)
        self.control = Control(
            self.ledger,
            venues=VENUES,
            connected=lambda: frozenset(self.engines),
            on_confirmed=self.confirmed.append,
            clock=lambda: self.passed,
            now=lambda: at(self.passed),
            patience=patience,
        )
        self.control.load(store)
        self.ledger.on_stored = self._stored
        self.ledger.start()

    async def close(self) -> None:
        """Stop cleanly."""
        await self.control.close()
        await self.ledger.close()

    async def halt(self, scope: str = "kalshi") -> int:
        """Order a halt; its number."""
        return (await self.control.halt(scope, HaltOrder()))[0].halts[-1].halt_id

    async def resume(self, scope: str = "kalshi", halt_ids: list[int] | None = None) -> None:
        """Resume the scope."""
        await self.control.resume(scope, ResumeOrder(halt_ids=halt_ids))

    async def ack(
        self, seq: int, engine: str = "e", *, venue: str = "kalshi", open_orders: int | None = 0
    ) -> None:
        """An engine acknowledges."""
        ack = Acknowledgement(engine=engine, seq=seq, open_orders=open_orders)
        await self.control.acknowledge(venue, ack)

    async def fill(self, fill_id: str, made: float, ordered: float | None = None) -> Late:
        """Store a fill that was made, and ordered, so long after `START`."""
        fill = Fill(
            fill_id=fill_id,
            timestamp=at(made),
            ordered_at=None if ordered is None else at(ordered),
            pair_id="p",
            entry_edge_cents=1,
            realized_edge_cents=1,
            slippage_cents=0,
            fees_cents=0,
            size_usd=1,
            pnl_cents=1,
        )
        await self.ledger.append([(fill, None)])
        return self.late[-1]

    def state(self, venue: str = "kalshi") -> HaltState:
        """Where a venue stands."""
        return self.control.state(venue)

    def row(self, venue: str = "kalshi") -> VenueControl:
        """What is shown of a venue."""
        return self.control.venues(venue)[0]

    def _stored(self, written: Written) -> None:
        fills = [entry.record for entry in written.entries if isinstance(entry.record, Fill)]
        self.late.append(self.control.stored(written.entries, fills))


def at(seconds: float) -> datetime:
    """A moment of the test's own time."""
    return START + timedelta(seconds=seconds)
