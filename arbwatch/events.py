"""Event types: everything an engine can tell the exporter, with the bounds each field must keep.

A field's unit is the last word of its name. Numbers must be finite; times are RFC 3339 with a zone.
In a batch each event carries `type`, which is the struct's tag.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

MAX_BATCH_EVENTS = 10_000
MAX_BODY_BYTES = 4 * 1024 * 1024
MAX_SAMPLES = 10_000
MAX_EXPOSURE_ROWS = 10_000
MAX_BOOKS = 8

# No control characters in it: `wire` checks that, because a pattern here would cost a decoded edge
# more time than all of its other fields.
Identifier = Annotated[str, Meta(min_length=1, max_length=128)]
Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Title = Annotated[str, Meta(min_length=1, max_length=300)]
Timestamp = Annotated[datetime, Meta(tz=True)]

# The magnitudes keep the sums of millions of fills exact 64-bit integers of micro-dollars.
Cents = Annotated[float, Meta(ge=-1e8, le=1e8)]
PositiveCents = Annotated[float, Meta(ge=0, le=1e8)]
Usd = Annotated[float, Meta(ge=0, le=1e9)]
Ratio = Annotated[float, Meta(ge=0, le=1)]
Milliseconds = Annotated[float, Meta(ge=0, le=86_400_000)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]

BookTimes = Annotated[dict[Identifier, Timestamp], Meta(max_length=MAX_BOOKS)]

BestSide = Literal["yes_primary_no_hedge", "no_primary_yes_hedge"]
FillStatus = Literal["filled", "one_legged"]


def utc_now() -> datetime:
    """The current time, in UTC."""
    return datetime.now(UTC)


class Edge(Struct, frozen=True, kw_only=True, tag="edge", omit_defaults=True, gc=False):
    """What a pair would earn now, in cents per contract, after fees.

    `books_changed_at` tells by venue when its book of this pair last changed, on the engine's
    clock; only with it can a frozen book be told from a quiet market.
    """

    pair_id: Identifier
    primary_market: Title
    hedge_market: Title
    net_edge_cents: Cents
    confidence: Ratio
    expected_slippage_cents: PositiveCents
    leader: Identifier
    timestamp: Timestamp
    best_side: BestSide | None = None
    category: Identifier | None = None
    ttl_seconds: Seconds | None = None
    books_changed_at: BookTimes | None = None


class Fill(Struct, frozen=True, kw_only=True, tag="fill", omit_defaults=True, gc=False):
    """One executed pair. `fill_id` is its identity for ever: a resend is recognised by it.

    `ordered_at` is when its first order was sent: it tells an entry after a halt from a fill of an
    order that was open before.
    """

    fill_id: Identifier
    timestamp: Timestamp
    pair_id: Identifier
    entry_edge_cents: Cents
    realized_edge_cents: Cents
    slippage_cents: Cents
    fees_cents: PositiveCents
    size_usd: Usd
    pnl_cents: Cents
    category: Identifier | None = None
    leader: Identifier | None = None
    hedge_latency_ms: Milliseconds | None = None
    status: FillStatus = "filled"
    ordered_at: Timestamp | None = None


class Reversal(Struct, frozen=True, kw_only=True, tag="reversal", omit_defaults=True):
    """A fill that was undone later, as when its settlement failed: the fill stays, its P&L goes.

    `fill_id` is the reversal's own identity; `reverses` is that of the fill. Positions follow with
    the next exposure snapshot.
    """

    fill_id: Identifier
    reverses: Identifier
    timestamp: Timestamp
    reason: Text | None = None


class ExposureRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Open notional of one venue and category, and the most of it in a single contract."""

    venue: Identifier
    category: Identifier
    total_notional_usd: Usd
    num_positions: Count
    largest_contract_usd: Usd | None = None


ExposureRows = Annotated[list[ExposureRow], Meta(max_length=MAX_EXPOSURE_ROWS)]


class Exposure(Struct, frozen=True, kw_only=True, tag="exposure", omit_defaults=True):
    """A whole snapshot: what it does not name is closed. `num_pairs` are the pairs held at once."""

    rows: ExposureRows
    timestamp: Timestamp
    num_pairs: Count | None = None


class Latency(Struct, frozen=True, kw_only=True, tag="latency"):
    """Feed latency: age of each book update when the engine saw it."""

    venue: Identifier
    latency_ms: Milliseconds | Annotated[list[Milliseconds], Meta(max_length=MAX_SAMPLES)]
    timestamp: Timestamp


class Requests(Struct, frozen=True, kw_only=True, tag="requests"):
    """Calls the engine made to a venue since its last such event."""

    venue: Identifier
    ok: Count
    error: Count
    timestamp: Timestamp


class EngineError(Struct, frozen=True, kw_only=True, tag="error", omit_defaults=True):
    """Something that went wrong in the engine; `kind` is a short fixed word."""

    kind: Identifier
    message: Text
    timestamp: Timestamp
    venue: Identifier | None = None


class Breach(Struct, frozen=True, kw_only=True, tag="breach", omit_defaults=True):
    """A limit that the engine itself saw exceeded; `limit` is a name of `limits.yml`."""

    limit: Identifier
    value: Annotated[float, Meta(ge=-1e12, le=1e12)]
    timestamp: Timestamp
    threshold: Annotated[float, Meta(ge=-1e12, le=1e12)] | None = None


class SenderReport(Struct, frozen=True, kw_only=True, tag="sender", omit_defaults=True):
    """How the engine's own sender does; counts since the engine started, at `started_at`."""

    engine: Identifier
    queued: Count
    spooled: Count
    dropped: Count
    rejected: Count
    timestamp: Timestamp
    last_success: Timestamp | None = None
    started_at: Timestamp | None = None


Event = Edge | Fill | Reversal | Exposure | Latency | Requests | EngineError | Breach | SenderReport
# What must never be lost: everything else is soon measured again.
Fact = Fill | Reversal | EngineError | Breach
FACTS = (Fill, Reversal, EngineError, Breach)
EVENT_TYPES = (
    Edge,
    Fill,
    Reversal,
    Exposure,
    Latency,
    Requests,
    EngineError,
    Breach,
    SenderReport,
)
