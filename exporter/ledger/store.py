"""The ledger's file: one connection, one writer, full sync. All SQL of the exporter is here.

Exactly one connection is open: SQLite before 3.51.3 can lose committed rows when several
connections write and checkpoint the same write-ahead log.
"""

import heapq
from collections.abc import Collection
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Table, func, select
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from arbwatch.answers import AuditRow, StoredFill
from exporter.errors import LedgerUnavailable, StartError
from exporter.ledger import opening, schema
from exporter.ledger.audit import GENESIS, first_break
from exporter.ledger.records import ControlRecord, Entry, Kind
from exporter.ledger.room import has_room
from exporter.ledger.rows import audit_row, control_record, from_row, stored_fill
from exporter.ledger.segments import Segment
from exporter.ledger.units import moment
from exporter.ledger.writer import Identified, Writer, Written

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
        has_facts = any(not isinstance(record, ControlRecord) for record, _ in records)
        if has_facts and not self.has_room():
            raise LedgerUnavailable(
                "the ledger's disk is nearly full, the last of it is kept for halts; send it again"
            )
        try:
            return self._writer.write(records)
        except SQLAlchemyError as error:
            raise LedgerUnavailable("the ledger cannot store now; send it again") from error

    def fills(self, *, limit: int, before: int | None = None) -> list[StoredFill]:
        """The newest fills first; `before` is the `seq` to go on below."""
        reversed_us = schema.reversals.c.timestamp_us.label("reversed_us")
        is_its = schema.reversals.c.reverses == schema.fills.c.fill_id
        joined = schema.fills.outerjoin(schema.reversals, is_its)
        query = select(schema.fills, reversed_us).select_from(joined)
        query = query.order_by(schema.fills.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(schema.fills.c.seq < before)
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
