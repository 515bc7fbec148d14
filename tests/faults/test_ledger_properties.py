"""Any order of sends, resends, reversals, conflicts and crashes gives what a plain model gives."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from arbwatch import Fill
from arbwatch.events import EngineError, Reversal
from exporter.ledger.store import Store
from exporter.ledger.totals import Totals
from exporter.ledger.writer import Identified

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
MICROUSD_PER_CENT = 10_000

fills = st.builds(
    lambda number, cents, hours: Fill(
        fill_id=f"f-{number}",
        timestamp=START + timedelta(hours=hours),
        pair_id="p",
        entry_edge_cents=1,
        realized_edge_cents=1,
        slippage_cents=0,
        fees_cents=0,
        size_usd=1,
        pnl_cents=cents,
    ),
    st.integers(0, 12),
    st.sampled_from([-250.25, -0.0001, 0.1, 0.3, 1000.0]),
    st.sampled_from([0, 1, 30]),
)
reversals = st.builds(
    lambda number, fill: Reversal(
        fill_id=f"r-{number}", reverses=f"f-{fill}", timestamp=START + timedelta(hours=2)
    ),
    st.integers(0, 3),
    st.integers(0, 12),
)
errors = st.builds(
    lambda number: EngineError(kind="other", message=f"{number}", timestamp=START),
    st.integers(0, 2),
)
records = st.tuples(
    st.one_of(fills, fills, fills, reversals, errors), st.sampled_from([None, "b/0", "b/1"])
)


class Model:
    """The ledger as a list and some dictionaries."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], object] = {}
        self.fills: dict[str, Fill] = {}
        self.reversed: set[str] = set()
        self.booked: list[tuple[int, int]] = []

    def write(self, batch: list[Identified]) -> dict[int, str]:
        """Take in what is new; say by place what is not."""
        outcomes = {place: self._take(*item) for place, item in enumerate(batch)}
        return {place: outcome for place, outcome in outcomes.items() if outcome}

    def _take(self, record: object, origin: str | None) -> str | None:
        match record:
            case Fill():
                identity = ("fill", record.fill_id)
            case Reversal():
                identity = ("reversal", record.fill_id)
            case _:
                if origin is None:
                    return None
                identity = ("error", origin)
        if identity in self.known:
            return "duplicate" if self.known[identity] == record else "conflict"
        if isinstance(record, Reversal):
            if record.reverses not in self.fills:
                return "unknown_fill"
            if record.reverses in self.reversed:
                return "conflict"
            self.reversed.add(record.reverses)
            self.booked.append((hour(record), -microusd(self.fills[record.reverses])))
        if isinstance(record, Fill):
            self.fills[record.fill_id] = record
            self.booked.append((hour(record), microusd(record)))
        self.known[identity] = record
        return None

    def standing(self) -> tuple[int, int, int]:
        """Realized, how far below its best, and the deepest fall: hours in order of time."""
        level = peak = deepest = 0
        for _, result in sorted(self.booked, key=lambda each: each[0]):
            level += result
            peak = max(peak, level)
            deepest = min(deepest, level - peak)
        return level, level - peak, deepest


def hour(record: Fill | Reversal) -> int:
    """In which hour since 1970 it happened."""
    return int(record.timestamp.timestamp()) // 3600


def microusd(fill: Fill) -> int:
    """A fill's result in whole micro-dollars."""
    return round(fill.pnl_cents * MICROUSD_PER_CENT)


class LedgerMachine(RuleBasedStateMachine):
    """Sends to a real file and to the model, and compares them after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.lives = 0
        self.path = self.folder / "ledger-0.db"
        self.store = Store(self.path)
        self.model = Model()
        self.sent: list[list[Identified]] = []

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.store.close()
        shutil.rmtree(self.folder)

    @rule(batch=st.lists(records, min_size=1, max_size=8))
    def send(self, batch: list[Identified]) -> None:
        """A batch, with whatever identities it has in it."""
        self.sent.append(batch)
        assert self.store.write(batch).refused == self.model.write(batch)

    @rule(number=st.integers(0, 99))
    def resend(self, number: int) -> None:
        """One of the batches of before, as an engine without an answer does."""
        if self.sent:
            batch = self.sent[number % len(self.sent)]
            assert self.store.write(batch).refused == self.model.write(batch)

    @rule(limit=st.integers(1, 9))
    def roll_up(self, limit: int) -> None:
        """Take some of what waits into the sums."""
        assert self.store.roll_up(limit) <= limit

    @rule(is_clean=st.booleans())
    def reopen(self, is_clean: bool) -> None:
        """After a stop on the same file; after a crash on what it left on disk."""
        if is_clean:
            self.store.close()
        else:
            self.lives += 1
            left = self.folder / f"ledger-{self.lives}.db"
            for suffix in ("", "-wal"):
                shutil.copy(f"{self.path}{suffix}", f"{left}{suffix}")
            self.store.close()
            self.path = left
        self.store = Store(self.path)

    @invariant()
    def totals_are_those_of_the_model(self) -> None:
        """The sums kept by hour, and the rows."""
        totals = Totals(self.store.hours())
        drawdown = totals.drawdown()
        assert (totals.realized, drawdown.now, drawdown.deepest) == self.model.standing()
        assert sum(totals.days.values()) == totals.realized
        counted = sum(segment.fills for segment in totals.hours.values())
        assert counted == len(self.model.fills)
        rows = self.store.fills(limit=1_000)
        assert {row.fill_id: row.pnl_cents for row in rows} == {
            fill.fill_id: fill.pnl_cents for fill in self.model.fills.values()
        }
        assert len(rows) == len(self.model.fills)

    @invariant()
    def sums_hold_each_row_once(self) -> None:
        """Those taken in, wherever a crash came between, and those that wait."""
        tally = self.store.tallies(None)[0][1]
        assert tally.fills + tally.reversals + self.store.waiting() == len(self.model.booked)
        if not self.store.waiting():
            assert tally.pnl == tally.realized == self.model.standing()[0]
            assert tally.trades == len(self.model.fills) - len(self.model.reversed)


TestLedgerMachine = pytest.mark.timeout(600)(LedgerMachine.TestCase)
TestLedgerMachine.settings = settings(
    max_examples=40,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
