"""Checks a ledger's audit trail from outside, also while an exporter writes to the file."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec

from exporter.errors import StartError
from exporter.ledger import schema
from exporter.ledger.aside import connect_aside
from exporter.ledger.audit import GENESIS, first_break
from exporter.ledger.rows import Row
from exporter.ledger.units import moment

_COLUMNS = ", ".join(column.name for column in schema.control.columns)
_QUERY = f"SELECT {_COLUMNS} FROM control ORDER BY seq"


class Trail(msgspec.Struct):
    """What was found. `broken` is the first entry that does not follow the one before it."""

    entries: int = 0
    first: datetime | None = None
    last: datetime | None = None
    last_hash: str = GENESIS
    broken: int | None = None


def check_trail(path: Path) -> Trail:
    """Read the whole trail, entry by entry; nothing is written.

    Raises:
        StartError: the file cannot be read.
    """
    trail = Trail()
    try:
        with closing(connect_aside(path)) as connection:
            trail.broken = first_break(_noted(connection.execute(_QUERY), trail))
    except sqlite3.DatabaseError as error:
        raise StartError(f"{path}: not a readable ledger ({error})") from error
    return trail


def _noted(rows: Iterable[Row], trail: Trail) -> Iterator[Row]:
    for row in rows:
        yield row
        time = moment(row[1])
        trail.entries, trail.last, trail.last_hash = trail.entries + 1, time, row[-1]
        trail.first = trail.first or time
