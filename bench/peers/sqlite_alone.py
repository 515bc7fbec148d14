"""SQLite alone: ready-made rows into a table like the ledger's, synced, and nothing else."""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.machine import service_core

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The ledger's table of fills: the SQL that makes it and its indexes, its columns, a row."""

    statements: tuple[str, ...]
    columns: tuple[str, ...]
    row: tuple[Any, ...]


def template(ledger: Path) -> Template:
    """The table as an exporter made it, with one of its rows."""
    with closing(sqlite3.connect(ledger)) as connection:
        found = connection.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'fills' AND sql IS NOT NULL"
        )
        statements = tuple(sql for (sql,) in found)
        cursor = connection.execute("SELECT * FROM fills LIMIT 1")
        columns = tuple(column[0] for column in cursor.description)
        return Template(statements=statements, columns=columns, row=cursor.fetchone())


class SqliteAlone:
    """A database of its own with that table."""

    def __init__(self, path: Path, shape: Template) -> None:
        self._shape = shape
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        for statement in shape.statements:
            self._connection.execute(statement)
        places = ", ".join("?" * len(shape.columns))
        self._insert = f"INSERT INTO fills ({', '.join(shape.columns)}) VALUES ({places})"
        self._next = 1

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def write(self, batches: int, *, size: int) -> float:
        """Store so many batches of new rows, one transaction each; rows a second."""
        work = [[self._row() for _ in range(size)] for _ in range(batches)]
        with service_core():
            started = time.perf_counter()
            for rows in work:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany(self._insert, rows)
                self._connection.execute("COMMIT")
            return batches * size / (time.perf_counter() - started)

    def _row(self) -> tuple[Any, ...]:
        number, self._next = self._next, self._next + 1
        changed = {"seq": number, "fill_id": f"bench-{number:09d}"}
        return tuple(
            changed.get(column, value)
            for column, value in zip(self._shape.columns, self._shape.row, strict=True)
        )
