"""What a ledger holds in order of time, read from a copy, so that an exporter may go on writing."""

import heapq
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from exporter.errors import StartError
from exporter.ledger import schema
from exporter.ledger.aside import connect_aside
from exporter.ledger.records import Entry
from exporter.ledger.rows import from_row
from exporter.ledger.store import Store

Placed = tuple[int, int, Entry]

# A reversal undoes what has to be there, so it is never told before its fill.
_TIMES = {
    schema.reversals: (
        "max(timestamp_us, (SELECT timestamp_us FROM fills WHERE fills.fill_id = reverses))"
    )
}


def copy_ledger(path: Path, copy: Path) -> None:
    """Copy a ledger as it is in this moment, brought to the tables of this version.

    Raises:
        StartError: the file is no ledger that can be read.
    """
    try:
        with closing(connect_aside(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        Store(copy).close()
    except sqlite3.DatabaseError as error:
        raise StartError(f"{path}: not a readable ledger ({error})") from error
    except StartError as error:
        raise StartError(error.message.replace(str(copy), str(path))) from error


def read_in_time(copy: Path) -> Iterator[tuple[int, Entry]]:
    """Every entry with its microseconds since 1970, the oldest first."""
    with closing(sqlite3.connect(copy)) as connection:
        connection.row_factory = sqlite3.Row
        tables = [_in_time(connection, table) for table in schema.JOURNAL.values()]
        for at, _, entry in heapq.merge(*tables):
            yield at, entry


def _in_time(connection: sqlite3.Connection, table: Table) -> Iterator[Placed]:
    at = _TIMES.get(table, "timestamp_us")
    rows = connection.execute(f"SELECT *, {at} AS at FROM {table.name} ORDER BY at, seq")
    for row in rows:
        fields: dict[str, Any] = dict(row)
        moment = fields.pop("at")
        yield moment, fields["seq"], Entry(fields["seq"], from_row(table, fields))
