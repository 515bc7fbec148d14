"""The ledger's file: one connection, one writer, full sync. All SQL of the exporter is here.

Exactly one connection is open: SQLite before 3.51.3 can lose committed rows when several
connections write and checkpoint the same write-ahead log.
"""

import fcntl
import heapq
import logging
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, event, func, insert, inspect, select
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from arbwatch.answers import AuditRow, StoredFill
from exporter.errors import LedgerUnavailable, StartError
from exporter.ledger import schema
from exporter.ledger.audit import GENESIS, first_break
from exporter.ledger.records import ControlRecord, Entry
from exporter.ledger.rows import audit_row, control_record, from_row, stored_fill
from exporter.ledger.statistics import Summary, Totals
from exporter.ledger.writer import Identified, Writer, Written

log = logging.getLogger(__name__)


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
        self._lock = _lock(path)
        self._engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})
        event.listen(self._engine, "connect", _configure)
        try:
            self._connection = self._open(path)
            self._writer = self._take_up()
        except BaseException as error:
            self._engine.dispose()
            self._lock.close()
            if isinstance(error, DatabaseError):
                raise _unreadable(path, error) from error
            raise

    def close(self) -> None:
        """Close the file and let others open it."""
        self._connection.close()
        self._engine.dispose()
        self._lock.close()

    def head(self) -> int:
        """The largest `seq` in use, 0 for an empty ledger."""
        newest = (self._connection.scalar(select(func.max(t.c.seq))) for t in schema.JOURNAL)
        return max(seq or 0 for seq in newest)

    def write(self, records: list[Identified]) -> Written:
        """Store what is new, in one synced transaction.

        Raises:
            LedgerUnavailable: nothing was stored.
        """
        try:
            return self._writer.write(records)
        except SQLAlchemyError as error:
            log.error("ledger: commit failed: %s", type(error).__name__)
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

    def after(self, seq: int, *, limit: int) -> list[Entry]:
        """Up to `limit` entries of every kind that follow `seq`, in order."""
        pages = [self._page(table, seq, limit) for table in schema.JOURNAL]
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
            raise _unreadable(self._path, error) from error
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

    def totals(self) -> Totals:
        """Where the results of all fills and reversals stand."""
        row = self._connection.execute(select(schema.summary)).first()
        totals = Totals(Summary(row.realized, row.peak, row.max_drawdown) if row else Summary())
        for hour, pnl, _ in self.hourly_results():
            totals.days[hour // 24] = totals.days.get(hour // 24, 0) + pnl
        return totals

    def hourly_results(self) -> list[tuple[int, int, int]]:
        """(hour since 1970, micro-dollars, fills) of each hour with a result, in order."""
        rows = self._connection.execute(select(schema.hours).order_by(schema.hours.c.hour))
        return [(hour, pnl, fills) for hour, pnl, fills in rows]

    def fills_after(self, seq: int) -> int:
        """How many fills were stored after `seq`."""
        query = select(func.count()).where(schema.fills.c.seq > seq)
        return int(self._connection.scalar(query) or 0)

    def _open(self, path: Path) -> Connection:
        connection = self._engine.connect()
        try:
            if inspect(connection).has_table(schema.meta.name):
                self._check_version(connection, path)
            else:
                schema.metadata.create_all(connection)
                row = {"key": "schema", "value": str(schema.SCHEMA_VERSION)}
                connection.execute(insert(schema.meta), row)
            connection.commit()
        except BaseException:
            connection.close()
            raise
        return connection

    def _take_up(self) -> Writer:
        """A writer that goes on where the file ends."""
        try:
            return Writer(
                self._connection,
                last_seq=self.head(),
                last_hash=self._last_hash(),
                summary=self.totals().summary,
            )
        except BaseException:
            self._connection.close()
            raise

    def _check_version(self, connection: Connection, path: Path) -> None:
        known = select(schema.meta.c.value).where(schema.meta.c.key == "schema")
        version = connection.scalar(known)
        if version != str(schema.SCHEMA_VERSION):
            raise StartError(
                f"{path}: made by another version (schema {version}, this one reads "
                f"{schema.SCHEMA_VERSION}); start that version or move the file away"
            )

    def _page(self, table: Table, seq: int, limit: int) -> list[Entry]:
        query = select(table).where(table.c.seq > seq).order_by(table.c.seq).limit(limit)
        rows = [dict(row) for row in self._connection.execute(query).mappings()]
        return [Entry(row["seq"], from_row(table, row)) for row in rows]


def _unreadable(path: Path, error: DatabaseError) -> StartError:
    return StartError(
        f"{path}: not a readable ledger ({error.orig}); move it away or restore a backup"
    )


def _lock(path: Path) -> Any:
    """Hold the file for this process, so that no second exporter writes to it."""
    lock = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise StartError(f"{path}: another exporter is using this ledger; stop it first") from None
    return lock


def _configure(connection: Any, _record: Any) -> None:
    # A checkpoint every 16 MiB of log, not every 4: the same pages are then copied less often.
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000")
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
