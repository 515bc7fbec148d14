"""Tables of the ledger. All share one sequence, `seq`: the order in which things were committed."""

from typing import Any

from sqlalchemy import BigInteger, Column, Float, Integer, MetaData, String, Table

from arbwatch.events import Breach, EngineError, Fill, Reversal
from exporter.ledger.records import ControlRecord, Kind
from exporter.ledger.segments import Segment
from exporter.ledger.tallies import EDGE_TALLY, TALLY

SCHEMA_VERSION = 4

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

# The results of each hour, written in the same transaction as their fills and reversals: a start
# reads these few rows, not a million. The columns are those of `Segment`.
hours = Table(
    "hours",
    metadata,
    Column("hour", Integer, primary_key=True, autoincrement=False),
    *(Column(name, BigInteger, nullable=False) for name in Segment.__struct_fields__),
)


def _sums(name: str, keys: dict[str, type[Integer | String]], sums: tuple[str, ...]) -> Table:
    """Sums by group, kept up by `rollup`; what has no category or leader has the empty one."""
    return Table(
        name,
        metadata,
        *(Column(key, kind, primary_key=True, autoincrement=False) for key, kind in keys.items()),
        *(Column(column, BigInteger, nullable=False) for column in sums),
        sqlite_with_rowid=False,
    )


_GROUP = {"day": Integer, "category": String, "leader": String}
results = _sums("results", _GROUP, TALLY)
# Pairs are many: in this order their sums are read without sorting them.
pair_results = _sums("pair_results", {"pair_id": String, "day": Integer}, TALLY)
edge_days = _sums("edge_days", _GROUP, EDGE_TALLY)

# `bucket` is a place in the bounds of `metrics.buckets`: other bounds there need a new schema here.
spreads = _sums(
    "spreads", {"measure": String, "day": Integer, "bucket": Integer}, ("observations",)
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
