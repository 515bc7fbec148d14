"""What the exporter answers to reads, typed once for the service and for its clients.

A value that was not measured is `None`, never a guess.
"""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from arbwatch.control import Via
from arbwatch.events import Edge, Fill

HealthStatus = Literal["healthy", "degraded", "down", "halted", "unknown"]


class LiveEdge(Edge, frozen=True, kw_only=True, tag=False, omit_defaults=False):
    """A row of `GET /api/edges`: the edge as posted, and how long ago it was received."""

    age_seconds: float


class StoredFill(Fill, frozen=True, kw_only=True, tag=False, omit_defaults=False):
    """A row of `GET /api/fills`: the fill as posted, and its place in the ledger for `before=`.

    `after_halt`: it was made while a halt was open.
    """

    seq: int
    reversed_at: datetime | None = None
    after_halt: bool = False


class ExposureTotal(Struct, frozen=True, kw_only=True):
    """A row of `GET /api/exposure?by=…`: open notional summed over one venue or category."""

    name: str
    total_notional_usd: float
    num_positions: int


class VenueHealth(Struct, frozen=True, kw_only=True):
    """A row of `GET /api/health`, over the last minutes."""

    venue: str
    feed_latency_p50_ms: float | None
    feed_latency_p95_ms: float | None
    error_rate: float | None
    status: HealthStatus


class EquityPoint(Struct, frozen=True, kw_only=True):
    """Cumulative realized P&L at the end of an hour in which something was filled, or by now."""

    timestamp: datetime
    pnl_usd: float


class DayResult(Struct, frozen=True, kw_only=True):
    """Realized P&L of one UTC day, `YYYY-MM-DD`."""

    day: str
    pnl_usd: float
    fills: int


class PnlReport(Struct, frozen=True, kw_only=True):
    """`GET /api/pnl`. Drawdown is 0 or negative; Sharpe is absent below 20 days of results."""

    realized_usd: float
    day_usd: float
    drawdown_usd: float
    max_drawdown_usd: float
    sharpe_ratio: float | None
    sharpe_samples: int
    curve: list[EquityPoint]
    days: list[DayResult]


class Rejection(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why one event of a batch was not stored; `index` counts from 0."""

    index: int
    code: str
    message: str
    field: str | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """Answer to every push: what became of it.

    `unknown_fields` names fields that were ignored, as far as the first events of a batch show;
    it is absent where there were none, and for single events.
    """

    accepted: int
    duplicate: int = 0
    rejected: list[Rejection] = []
    unknown_fields: list[str] | UnsetType = UNSET


class AuditRow(Struct, frozen=True, kw_only=True):
    """A row of `GET /api/audit`: order, acknowledgement or denial, bound by `hash` to the last one.

    `acked_seq` is up to which order an engine acknowledged, `open_orders` what it still had open.
    `halt_ids` are the halts that a resume ended, or those that by this acknowledgement every engine
    in contact has acknowledged.
    """

    seq: int
    action: Literal["halt", "resume", "ack", "denial"]
    scope: str
    actor: str
    via: Via
    timestamp: datetime
    reason: str | None
    halt_ids: tuple[int, ...]
    acked_seq: int | None
    open_orders: int | None
    hash: str
