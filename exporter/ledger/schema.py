"""Tables of the ledger, and how a row and a record become each other.

Money is kept in whole micro-dollars, times in whole microseconds since 1970 UTC, so that sums are
exact. All tables share one sequence, `seq`: the order in which the exporter committed things.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
)

from arbwatch.answers import StoredFill
from arbwatch.control import Via
from arbwatch.events import Breach, EngineError, Fill, Reversal

SCHEMA_VERSION = 1
MICROUSD_PER_CENT = 10_000
MICROUSD_PER_USD = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ControlRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change of control state: an order, or an engine's acknowledgement of it."""

    action: Literal["halt", "resume", "ack"]
    scope: str
    actor: str
    timestamp: datetime
    via: Via
    reason: str | None = None
    halt_ids: tuple[int, ...] = ()
    acked_seq: int | None = None
    open_orders: int | None = None


Record = Fill | Reversal | EngineError | Breach | ControlRecord
Row = tuple[Any, ...]


class Entry(msgspec.Struct, frozen=True):
    """A record and its place in the ledger."""

    seq: int
    record: Record


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

JOURNAL = (fills, reversals, errors, breaches, control)


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970 UTC; a float of this size is off by less than half of one."""
    return round(moment.timestamp() * 1_000_000)


def moment(timestamp_us: int) -> datetime:
    """The inverse of `microseconds`."""
    return EPOCH + timedelta(microseconds=timestamp_us)


def from_cents(cents: float) -> int:
    """Cents to whole micro-dollars, rounded half to even: exact for up to 4 decimals."""
    return round(cents * MICROUSD_PER_CENT)


def to_cents(microusd: int) -> float:
    """Micro-dollars to cents, for showing."""
    return microusd / MICROUSD_PER_CENT


def to_usd(microusd: int) -> float:
    """Micro-dollars to dollars, for showing."""
    return microusd / MICROUSD_PER_USD


TABLES: dict[type, Table] = {
    Fill: fills,
    Reversal: reversals,
    EngineError: errors,
    Breach: breaches,
    ControlRecord: control,
}


def to_row(record: Record, seq: int, origin: str | None) -> Row:
    """A record as its table's columns, in their order; a reversal without its P&L yet."""
    match record:
        case Fill():
            return _fill_row(record, seq)
        case Reversal():
            at = microseconds(record.timestamp)
            return (seq, record.fill_id, at, record.reverses, None, record.reason)
        case EngineError():
            at = microseconds(record.timestamp)
            return (seq, origin, at, record.kind, record.message, record.venue)
        case Breach():
            at = microseconds(record.timestamp)
            return (seq, origin, at, record.limit, record.value, record.threshold)
        case ControlRecord():
            return _control_row(record, seq)


def from_row(table: Table, row: dict[str, Any]) -> Record:
    """The inverse of `to_row`; a fill comes back with its `seq`."""
    if table is fills:
        return stored_fill(row)
    without = ("seq", "timestamp_us", "origin", "pnl_microusd")
    fields = {key: value for key, value in row.items() if key not in without}
    fields["timestamp"] = moment(row["timestamp_us"])
    if table is control:
        fields["halt_ids"] = tuple(map(int, filter(None, row["halt_ids"].split(","))))
        return ControlRecord(**fields)
    kinds: dict[Table, Any] = {reversals: Reversal, errors: EngineError, breaches: Breach}
    record: Record = kinds[table](**fields)
    return record


def _fill_row(fill: Fill, seq: int) -> Row:
    # `from_cents` written out: this runs for every fill, and the calls were a third of its time.
    return (
        seq,
        fill.fill_id,
        microseconds(fill.timestamp),
        fill.pair_id,
        round(fill.entry_edge_cents * MICROUSD_PER_CENT),
        round(fill.realized_edge_cents * MICROUSD_PER_CENT),
        round(fill.slippage_cents * MICROUSD_PER_CENT),
        round(fill.fees_cents * MICROUSD_PER_CENT),
        round(fill.size_usd * MICROUSD_PER_USD),
        round(fill.pnl_cents * MICROUSD_PER_CENT),
        fill.category,
        fill.leader,
        fill.hedge_latency_ms,
        fill.status,
    )


def _control_row(record: ControlRecord, seq: int) -> Row:
    return (
        seq,
        microseconds(record.timestamp),
        record.action,
        record.scope,
        record.actor,
        record.via,
        record.reason,
        ",".join(map(str, record.halt_ids)),
        record.acked_seq,
        record.open_orders,
    )


def stored_fill(row: dict[str, Any]) -> StoredFill:
    """A row of `fills` as it is shown, with `reversed_us` where that was looked up."""
    reversed_us = row.get("reversed_us")
    return StoredFill(
        seq=row["seq"],
        fill_id=row["fill_id"],
        timestamp=moment(row["timestamp_us"]),
        pair_id=row["pair_id"],
        entry_edge_cents=to_cents(row["entry_edge_microusd"]),
        realized_edge_cents=to_cents(row["realized_edge_microusd"]),
        slippage_cents=to_cents(row["slippage_microusd"]),
        fees_cents=to_cents(row["fees_microusd"]),
        size_usd=to_usd(row["size_microusd"]),
        pnl_cents=to_cents(row["pnl_microusd"]),
        category=row["category"],
        leader=row["leader"],
        hedge_latency_ms=row["hedge_latency_ms"],
        status=row["status"],
        reversed_at=None if reversed_us is None else moment(reversed_us),
    )
