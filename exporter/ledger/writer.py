"""Writing to the ledger: one synced transaction for all that waits, every fact exactly once."""

from itertools import chain
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import IntegrityError

from arbwatch.events import Reversal
from exporter.ledger import schema
from exporter.ledger.audit import chained
from exporter.ledger.booking import booked
from exporter.ledger.records import Entry, Record
from exporter.ledger.rows import Row, to_row
from exporter.ledger.segments import Segment

MAX_VARIABLES = 10_000
ROWS_A_STATEMENT = 250

Identified = tuple[Record, str | None]
Refusal = Literal["duplicate", "conflict", "unknown_fill"]

# Tables whose second column is an identity, by which a record that comes again is known.
IDENTIFIED = (schema.fills, schema.reversals, schema.errors, schema.breaches)
_PNL = schema.fills.c.keys().index("pnl_microusd")
_REVERSES, _REVERSAL_PNL = 3, 4

_SET_HOUR = f"INSERT OR REPLACE INTO hours VALUES ({', '.join('?' * len(schema.hours.columns))})"


class Written(msgspec.Struct, frozen=True):
    """What became of records: new entries in order, and by place what was refused.

    `hours` are those that these entries changed, as they are now.
    """

    entries: list[Entry]
    refused: dict[int, Refusal]
    hours: dict[int, Segment]


class Writer:
    """Writes over one connection, going on from where the ledger stands.

    `last_seq` is the largest number in use, `last_hash` that of the newest control record, `hours`
    the results so far.
    """

    def __init__(
        self, connection: Connection, *, last_seq: int, last_hash: str, hours: dict[int, Segment]
    ) -> None:
        self._connection = connection
        self._last_seq = last_seq
        self._last_hash = last_hash
        self._hours = hours
        self._inserts: dict[tuple[Table, int], str] = {}

    def write(self, records: list[Identified]) -> Written:
        """Store what is new.

        Nearly all that comes is new, so it is inserted first; only when the database finds a known
        identity, or a reversal needs its fill, is the batch compared with what is stored.

        Raises:
            SQLAlchemyError: nothing was stored.
        """
        # A number is never used twice: a failed commit leaves a gap, which does no harm.
        rows = [
            to_row(record, seq, origin)
            for seq, (record, origin) in enumerate(records, self._last_seq + 1)
        ]
        self._last_seq += len(rows)
        if Reversal not in {type(record) for record, _ in records}:
            try:
                return self._insert(records, rows, {})
            except IntegrityError:
                pass
        self._connection.rollback()
        return self._insert_new(records, rows)

    def _insert(
        self, records: list[Identified], rows: list[Row], refused: dict[int, Refusal]
    ) -> Written:
        new = [(record, row) for (record, _), row in zip(records, rows, strict=True)]
        if refused:
            new = [pair for place, pair in enumerate(new) if place not in refused]
        entries = [Entry(row[0], record) for record, row in new]
        tables: dict[Table, list[Row]] = {}
        for kind in {type(record) for record, _ in new}:
            tables[schema.TABLES[kind]] = [row for record, row in new if type(record) is kind]
        controls = chained(tables.get(schema.control, []), self._last_hash)
        if controls:
            tables[schema.control] = controls
        self._connection.rollback()  # ends the read that an earlier select left open
        with self._connection.begin():
            for table, values in tables.items():
                for start in range(0, len(values), ROWS_A_STATEMENT):
                    self._insert_rows(table, values[start : start + ROWS_A_STATEMENT])
            fills, reversals = tables.get(schema.fills, []), tables.get(schema.reversals, [])
            hours = booked(fills, reversals, self._hours)
            self._set_hours(hours)
        self._hours.update(hours)
        if controls:
            self._last_hash = controls[-1][-1]
        return Written(entries, refused, hours)

    def _set_hours(self, hours: dict[int, Segment]) -> None:
        """Keep the results of hours beside the rows, in the rows' own transaction."""
        if hours:
            rows = [(hour, *msgspec.structs.astuple(segment)) for hour, segment in hours.items()]
            self._connection.exec_driver_sql(_SET_HOUR, rows)

    def _insert_rows(self, table: Table, rows: list[Row]) -> None:
        """Many rows in one statement: it is quicker, and the driver lets the event loop run once
        a statement, not once a row.
        """
        sql = self._inserts.get((table, len(rows)))
        if sql is None:
            places = f"({', '.join('?' * len(table.columns))})"
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            values = ", ".join([places] * len(rows))
            sql = f"INSERT INTO {table.name} ({names}) VALUES {values}"
            self._inserts[table, len(rows)] = sql
        self._connection.exec_driver_sql(sql, tuple(chain.from_iterable(rows)))

    def _insert_new(self, records: list[Identified], rows: list[Row]) -> Written:
        known = _Known(self._connection, records, rows)
        kept, refused = list(rows), dict[int, Refusal]()
        for place, ((record, _), row) in enumerate(zip(records, rows, strict=True)):
            table = schema.TABLES[type(record)]
            if table is schema.reversals:
                row = kept[place] = known.with_pnl(row)
            if refusal := known.refusal(table, row):
                refused[place] = refusal
        return self._insert(records, kept, refused)


class _Known:
    """What the ledger, and the batch so far, know of the identities in a batch."""

    def __init__(self, connection: Connection, records: list[Identified], rows: list[Row]) -> None:
        self._connection = connection
        identities: dict[Table, list[Any]] = {table: [] for table in IDENTIFIED}
        reversed_ids = []
        for (record, _), row in zip(records, rows, strict=True):
            table = schema.TABLES[type(record)]
            if table in identities and row[1] is not None:
                identities[table].append(row[1])
            if isinstance(record, Reversal):
                reversed_ids.append(record.reverses)
        self._rows: dict[tuple[Table, Any], Row] = {}
        for table, wanted in identities.items():
            self._find(table, 1, wanted)
        self._find(schema.fills, 1, reversed_ids)
        self._reversed = {
            row[_REVERSES] for row in self._select(schema.reversals, _REVERSES, reversed_ids)
        }

    def with_pnl(self, row: Row) -> Row:
        """A reversal's row with the P&L that undoes its fill, `None` when there is no such fill."""
        fill = self._rows.get((schema.fills, row[_REVERSES]))
        pnl = None if fill is None else -fill[_PNL]
        return (*row[:_REVERSAL_PNL], pnl, *row[_REVERSAL_PNL + 1 :])

    def refusal(self, table: Table, row: Row) -> Refusal | None:
        """Why this row cannot be stored; one that can is known from now on."""
        if table not in IDENTIFIED or row[1] is None:
            return None
        if (earlier := self._rows.get((table, row[1]))) is not None:
            return "duplicate" if earlier[1:] == row[1:] else "conflict"
        if table is schema.reversals:
            if row[_REVERSAL_PNL] is None:
                return "unknown_fill"
            if row[_REVERSES] in self._reversed:
                return "conflict"
            self._reversed.add(row[_REVERSES])
        self._rows[table, row[1]] = row
        return None

    def _find(self, table: Table, column: int, wanted: list[Any]) -> None:
        for row in self._select(table, column, wanted):
            self._rows[table, row[1]] = row

    def _select(self, table: Table, column: int, wanted: list[Any]) -> list[Row]:
        found: list[Row] = []
        for start in range(0, len(wanted), MAX_VARIABLES):
            condition = table.columns[column].in_(wanted[start : start + MAX_VARIABLES])
            query = select(table).where(condition)
            found += [tuple(row) for row in self._connection.execute(query)]
        return found
