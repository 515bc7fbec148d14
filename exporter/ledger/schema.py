"""Tables of the ledger. All share one sequence, `seq`: the order in which things were committed."""

from typing import Any

from sqlalchemy import BigInteger, Column, Float, Integer, MetaData, String, Table

from arbwatch.events import Breach, EngineError, Fill, Reversal
from exporter.ledger.records import ControlRecord, Kind

SCHEMA_VERSION = 3

metadata = MetaData()

# SQLite makes an INTEGER PRIMARY KEY the row's own address, so `seq` costs no index.
_SEQ = BigInteger().with_variant(Integer, "sqlite")


def _table(name: str, *columns: Column[Any]) -> Table:
    return Table(
        name, metadata, Column("seq", _SEQ, primary_key=True, autoincrement=False), *columns
    )


meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

fills = _table(
    "fills",
    Column("fill_id", String, nullable=False, unique=True),
    Column("timestamp_us", BigInteger, nullable=False),
    Column("pair_id", String, nullable=False),
    Column("entry_edge_microusd", BigInteger, nullable=False),
    Column("realized_edge_microusd", BigInteger, nullable=False),
    Column("slippage_microusd", BigInteger, nullable=False),
    Column("fees_microusd", BigInteger, nullable=False),
    Column("size_microusd", BigInteger, nullable=False),
    Column("pnl_microusd", BigInteger, nullable=False),
    Column("category", String),
    Column("leader", String),
    Column("hedge_latency_ms", Float),
    Column("status", String, nullable=False),
    Column("ordered_at_us", BigInteger),
)

# The P&L is that of the fill with the other sign: looked up, so that no sender can get it wrong.
reversals = _table(
    "reversals",
    Column("fill_id", String, nullable=False, unique=True),
    Column("timestamp_us", BigInteger, nullable=False),
    Column("reverses", String, nullable=False, unique=True),
    Column("pnl_microusd", BigInteger, nullable=False),
    Column("reason", String),
)

# `origin` is the identity of facts that have none of their own: the batch and the place in it.
errors = _table(
    "errors",
    Column("origin", String, unique=True),
    Column("timestamp_us", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("message", String, nullable=False),
    Column("venue", String),
)

breaches = _table(
    "breaches",
    Column("origin", String, unique=True),
    Column("timestamp_us", BigInteger, nullable=False),
    Column("limit", String, nullable=False),
    Column("value", Float, nullable=False),
    Column("threshold", Float),
)

# Each row's hash covers the row and the hash of the one before it: see `audit`.
control = _table(
    "control",
    Column("timestamp_us", BigInteger, nullable=False),
    Column("action", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("via", String, nullable=False),
    Column("reason", String),
    Column("halt_ids", String, nullable=False),
    Column("acked_seq", BigInteger),
    Column("open_orders", Integer),
    Column("hash", String, nullable=False),
)

# Sums over the fills and reversals, written in the same transaction as those: a start reads these
# few rows, not a million.
summary = Table(
    "summary",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("realized", BigInteger, nullable=False),
    Column("peak", BigInteger, nullable=False),
    Column("max_drawdown", BigInteger, nullable=False),
)

hours = Table(
    "hours",
    metadata,
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("pnl_microusd", BigInteger, nullable=False),
    Column("fills", Integer, nullable=False),
)

# By the name that the stream gives a record.
JOURNAL: dict[Kind, Table] = {
    "fill": fills,
    "reversal": reversals,
    "error": errors,
    "breach": breaches,
    "control": control,
}

TABLES: dict[type, Table] = {
    Fill: fills,
    Reversal: reversals,
    EngineError: errors,
    Breach: breaches,
    ControlRecord: control,
}
