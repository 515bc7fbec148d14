"""The ledger's file: one connection, one writer, full sync. All SQL of the exporter is here.

Exactly one connection is open: SQLite before 3.51.3 can lose committed rows when several
connections write and checkpoint the same write-ahead log.
"""

import heapq
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Literal

from sqlalchemy import Table, func, select
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from arbwatch.answers import AuditRow, StoredFill
from exporter.errors import LedgerUnavailable, StartError
from exporter.ledger import opening, rollup, schema, tallied
from exporter.ledger.audit import GENESIS, first_break
from exporter.ledger.records import ControlRecord, Entry, Kind
from exporter.ledger.room import has_room
from exporter.ledger.rows import audit_row, control_record, from_row, stored_fill
from exporter.ledger.segments import Segment
from exporter.ledger.tallied import EdgeRow, Key, Measure, SpreadRow
from exporter.ledger.tallies import EdgeTally, Group, Tally
from exporter.ledger.units import moment
from exporter.ledger.writer import Identified, Writer, Written

# A commit that comes meanwhile waits for as many: some 15 ms.
ROWS_AT_ONCE = 2_000

FillTimes = tuple[datetime, datetime | None]


class Store:
    """The open ledger. Not safe across threads: `Ledger` gives it one of its own.

    Raises:
        StartError: the file is in use, damaged or from a newer version.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StartError(f"{path}: {error.strerror}") from error
        self._path = path
        self._lock = opening.lock(path)
        self._engine = opening.engine_of(path)
        try:
            self._connection = opening.connect(self._engine, path)
            self._writer = self._take_up()
        except BaseException as error:
            self._engine.dispose()
            self._lock.close()
            if isinstance(error, DatabaseError):
                raise opening.unreadable(path, error) from error
            raise

    def close(self) -> None:
        """Close the file and let others open it."""
        self._connection.close()
        self._engine.dispose()
        self._lock.close()

    def head(self) -> int:
        """The largest `seq` in use, 0 for an empty ledger."""
        newest = (
            self._connection.scalar(select(func.max(t.c.seq))) for t in schema.JOURNAL.values()
        )
        return max(seq or 0 for seq in newest)

    def has_room(self) -> bool:
        """Whether the disk takes facts; orders and acknowledgements go on below that."""
        return has_room(self._path.parent)

    def write(self, records: list[Identified]) -> Written:
        """Store what is new, in one synced transaction.

        Raises:
            LedgerUnavailable: nothing was stored.
        """
        if all(isinstance(record, ControlRecord) for record, _ in records):
            with _storing():
                return self._writer.write(records)
        with self._storing_facts():
            return self._writer.write(records)

    def fills(
        self, *, limit: int, before: int | None = None, fill_id: str | None = None
    ) -> list[StoredFill]:
        """The newest fills first, or only one; `before` is the `seq` to go on below."""
        reversed_us = schema.reversals.c.timestamp_us.label("reversed_us")
        is_its = schema.reversals.c.reverses == schema.fills.c.fill_id
        joined = schema.fills.outerjoin(schema.reversals, is_its)
        query = select(schema.fills, reversed_us).select_from(joined)
        query = query.order_by(schema.fills.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(schema.fills.c.seq < before)
        if fill_id is not None:
            query = query.where(schema.fills.c.fill_id == fill_id)
        rows = self._connection.execute(query).mappings()
        return [stored_fill(dict(row)) for row in rows]

    def after(self, seq: int, *, limit: int, kinds: Collection[Kind]) -> list[Entry]:
        """Up to `limit` entries of these kinds that follow `seq`, in order."""
        pages = [self._page(schema.JOURNAL[kind], seq, limit) for kind in kinds]
        return list(islice(heapq.merge(*pages, key=lambda entry: entry.seq), limit))

    def control_log(self) -> list[tuple[int, ControlRecord]]:
        """Every change of control state, in order.

        Raises:
            StartError: it is damaged or was tampered with; a state that cannot be trusted is none.
        """
        in_order = select(schema.control).order_by(schema.control.c.seq)
        try:
            rows = self._connection.execute(in_order).all()
        except DatabaseError as error:
            raise opening.unreadable(self._path, error) from error
        broken = first_break(tuple(row) for row in rows)
        if broken is not None:
            raise StartError(
                f"{self._path}: the audit trail does not hold at entry {broken}; restore a backup"
            )
        return [(row.seq, control_record(row._asdict())) for row in rows]

    def audit(self, *, limit: int, before: int | None = None) -> list[AuditRow]:
        """Control records, the newest first; `before` is the `seq` to go on below."""
        query = select(schema.control).order_by(schema.control.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(schema.control.c.seq < before)
        return [audit_row(row._asdict()) for row in self._connection.execute(query)]

    def _last_hash(self) -> str:
        query = select(schema.control.c.hash).order_by(schema.control.c.seq.desc()).limit(1)
        return self._connection.scalar(query) or GENESIS

    def hours(self) -> dict[int, Segment]:
        """The results of each hour since 1970 that has one, in order of time."""
        rows = self._connection.execute(select(schema.hours).order_by(schema.hours.c.hour))
        return {hour: Segment(*segment) for hour, *segment in rows}

    def waiting(self) -> int:
        """How many fills and reversals the sums do not hold yet."""
        return rollup.waiting(self._connection)

    def roll_up(self, limit: int = ROWS_AT_ONCE) -> int:
        """Take the next fills and reversals into the sums; how many, 0 when all are in.

        Raises:
            LedgerUnavailable: there are some, and none of them was taken in.
        """
        stretch = rollup.due(self._connection, limit=limit)
        if stretch is None:
            return 0
        with self._storing_facts():
            rollup.take_in(self._connection, stretch)
        return stretch.rows

    def tallies(
        self, by: Group | None, first_day: int | None = None, last_day: int | None = None
    ) -> list[tuple[Key, Tally]]:
        """Sums of what is taken in, by group and over these days, both included.

        Days since 1970; without a group it is one row, the total.
        """
        return tallied.tallies(self._connection, by, first_day, last_day)

    def trades(
        self, *, categories: Collection[str], leaders: Collection[str]
    ) -> list[tuple[str | None, str | None, Tally]]:
        """Category, leader and sums of all that is taken in; names beside these are `other`."""
        return tallied.trades(self._connection, categories=categories, leaders=leaders)

    def edge_tallies(
        self,
        by: Literal["day", "category", "leader"] | None,
        first_day: int | None = None,
        last_day: int | None = None,
    ) -> list[tuple[Key, EdgeTally]]:
        """The same of edges that ended."""
        return tallied.edge_tallies(self._connection, by, first_day, last_day)

    def spread(
        self, measure: Measure, first_day: int | None = None, last_day: int | None = None
    ) -> list[int]:
        """How many were in each bucket on these days, and at last how many were beyond all."""
        return tallied.spread(self._connection, measure, first_day, last_day)

    def add_edges(self, rows: Sequence[EdgeRow], lifetimes: Sequence[SpreadRow] = ()) -> None:
        """Add edges that ended: by (day, category, leader), lifetimes by (day, bucket).

        Raises:
            LedgerUnavailable: nothing was added.
        """
        with self._storing_facts():
            tallied.add_edges(self._connection, rows, lifetimes)

    def fills_after(self, seq: int) -> int:
        """How many fills were stored after `seq`."""
        query = select(func.count()).where(schema.fills.c.seq > seq)
        return int(self._connection.scalar(query) or 0)

    def fill_times_after(self, seq: int) -> list[FillTimes]:
        """When each fill stored after `seq` was made, and ordered if that is known."""
        fills = schema.fills.c
        query = select(fills.timestamp_us, fills.ordered_at_us).where(fills.seq > seq)
        return [
            (moment(made_us), None if ordered_us is None else moment(ordered_us))
            for made_us, ordered_us in self._connection.execute(query)
        ]

    @contextmanager
    def _storing_facts(self) -> Iterator[None]:
        """Only while there is room for more than orders."""
        if not self.has_room():
            raise LedgerUnavailable(
                "the ledger's disk is nearly full, the last of it is kept for halts; send it again"
            )
        with _storing():
            yield

    def _take_up(self) -> Writer:
        """A writer that goes on where the file ends."""
        try:
            return Writer(
                self._connection,
                last_seq=self.head(),
                last_hash=self._last_hash(),
                hours=self.hours(),
            )
        except BaseException:
            self._connection.close()
            raise

    def _page(self, table: Table, seq: int, limit: int) -> list[Entry]:
        query = select(table).where(table.c.seq > seq).order_by(table.c.seq).limit(limit)
        rows = [dict(row) for row in self._connection.execute(query).mappings()]
        return [Entry(row["seq"], from_row(table, row)) for row in rows]


@contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise LedgerUnavailable("the ledger cannot store now; send it again") from error
