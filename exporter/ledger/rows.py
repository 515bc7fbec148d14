"""How a row of the ledger and a record become each other."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from arbwatch.answers import AuditRow, StoredFill
from arbwatch.events import Breach, EngineError, Fill, Reversal
from exporter.ledger.records import ControlRecord, Record
from exporter.ledger.schema import breaches, control, errors, fills, reversals
from exporter.ledger.units import (
    MICROUSD_PER_CENT,
    MICROUSD_PER_USD,
    microseconds,
    moment,
    to_cents,
    to_usd,
)

Row = tuple[Any, ...]


def to_row(record: Record, seq: int, origin: str | None) -> Row:
    """A record as its table's columns, in their order.

    A reversal is still without its P&L, a control record without its hash.
    """
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
    if table is control:
        return control_record(row)
    without = ("seq", "timestamp_us", "origin", "pnl_microusd")
    fields = {key: value for key, value in row.items() if key not in without}
    fields["timestamp"] = moment(row["timestamp_us"])
    kinds: dict[Table, Any] = {reversals: Reversal, errors: EngineError, breaches: Breach}
    record: Record = kinds[table](**fields)
    return record


def control_record(row: Mapping[str, Any]) -> ControlRecord:
    """A row of `control` as a record."""
    return ControlRecord(**_control_fields(row))


def audit_row(row: Mapping[str, Any]) -> AuditRow:
    """A row of `control` as it is shown."""
    return AuditRow(seq=row["seq"], hash=row["hash"], **_control_fields(row))


def _control_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    same = ("action", "scope", "actor", "via", "reason", "acked_seq", "open_orders")
    fields = {name: row[name] for name in same}
    halt_ids = tuple(map(int, filter(None, row["halt_ids"].split(","))))
    return {**fields, "timestamp": moment(row["timestamp_us"]), "halt_ids": halt_ids}


def _fill_row(fill: Fill, seq: int) -> Row:
    ordered_at = fill.ordered_at
    # `microseconds` and `from_cents` written out: this runs for every fill, and the calls were a
    # third of its time.
    return (
        seq,
        fill.fill_id,
        round(fill.timestamp.timestamp() * 1_000_000),
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
        None if ordered_at is None else round(ordered_at.timestamp() * 1_000_000),
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
    reversed_us, ordered_at_us = row.get("reversed_us"), row["ordered_at_us"]
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
        ordered_at=None if ordered_at_us is None else moment(ordered_at_us),
        reversed_at=None if reversed_us is None else moment(reversed_us),
    )
