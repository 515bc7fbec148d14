"""The audit trail: control records bound to each other, so that none can be changed unnoticed.

A row's hash is SHA-256 over the hash before it and the row's own columns as JSON. Whoever kept the
last hash elsewhere notices any change of what came before it.
"""

import hashlib
from collections.abc import Iterable

import msgspec

from exporter.ledger.rows import Row

GENESIS = "0" * 64


def chained(rows: Iterable[Row], previous: str) -> list[Row]:
    """The rows, each with its hash as the last column."""
    bound = []
    for row in rows:
        previous = digest(row, previous)
        bound.append((*row, previous))
    return bound


def first_break(rows: Iterable[Row]) -> int | None:
    """The `seq` of the first row, hash included, that does not follow; `None` when all do."""
    previous = GENESIS
    for row in rows:
        if digest(row[:-1], previous) != row[-1]:
            return int(row[0])
        previous = row[-1]
    return None


def digest(row: Row, previous: str) -> str:
    """The hash of a row that follows `previous`."""
    return hashlib.sha256(previous.encode() + msgspec.json.encode(row)).hexdigest()
