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
    """Cumulative realized P&L at the end of an hour in which something was filled, or by now.

    `drawdown_usd` is how far it then stood below its best, 0 or negative.
    """

    timestamp: datetime
    pnl_usd: float
    drawdown_usd: float


class DayResult(Struct, frozen=True, kw_only=True):
    """Realized P&L of one UTC day, `YYYY-MM-DD`."""

    day: str
    pnl_usd: float
    fills: int


class PeriodResult(Struct, frozen=True, kw_only=True):
    """Realized P&L of one ISO week, `YYYY-Www`, or one calendar month, `YYYY-MM`, in UTC."""

    period: str
    pnl_usd: float
    fills: int


class RiskStats(Struct, frozen=True, kw_only=True):
    """What was risked for the results; how each is worked out stands in `docs/statistics.md`.

    Drawdowns are 0 or negative, ratios shares of equity; the hours are those of the peak and of the
    low, absent without a drawdown. Sharpe is absent below 20 days of results, and stands between
    `sharpe_low` and `sharpe_high` at 95 %. Sortino is absent without a losing day as well.
    """

    drawdown_usd: float
    drawdown_ratio: float
    drawdown_since: datetime | None
    max_drawdown_usd: float
    max_drawdown_ratio: float
    max_drawdown_from: datetime | None
    max_drawdown_to: datetime | None
    sharpe_ratio: float | None
    sharpe_low: float | None
    sharpe_high: float | None
    sharpe_samples: int
    sortino_ratio: float | None


class PnlReport(RiskStats, frozen=True, kw_only=True):
    """`GET /api/pnl`: all that was realized, the present UTC day, ISO week and month, and the risk.

    The curve has a point for each hour in which something was filled.
    """

    equity_usd: float
    realized_usd: float
    day_usd: float
    week_usd: float
    month_usd: float
    curve: list[EquityPoint]
    days: list[DayResult]
    weeks: list[PeriodResult]
    months: list[PeriodResult]


class Distribution(Struct, frozen=True, kw_only=True):
    """How long something took, counted by bucket; quantiles are interpolated within a bucket.

    `counts` has one number more than `bounds_seconds`: those above the last bound. A quantile up
    there is told as the last bound.
    """

    samples: int
    p50_seconds: float | None
    p95_seconds: float | None
    p99_seconds: float | None
    bounds_seconds: list[float]
    counts: list[int]


class StatsRow(Struct, frozen=True, kw_only=True):
    """A row of `GET /api/stats`: one day, week, month, category, pair or leader, or the total.

    `name` is absent where the engine gave none. `pnl_usd`, `fills` and `reversals` are booked on
    their own day; all from `trades` to `leader_right` is of fills that stand, on the fill's day.
    In cents are means per contract, in USD sums; losses are negative. What is said of edges counts
    on the day they ended; expected and paid slippage are of those edges that were filled.
    `missed_best_cents` is a sum of edges. `leader_right` and `led_share` are of leaders only.
    """

    name: str | None
    pnl_usd: float
    fills: int
    reversals: int
    trades: int
    one_legged: int
    wins: int
    losses: int
    hit_rate: float | None
    average_win_usd: float | None
    average_loss_usd: float | None
    profit_factor: float | None
    size_usd: float
    contracts: float
    gross_usd: float
    fees_usd: float
    slippage_usd: float
    net_usd: float
    other_usd: float
    realized_usd: float
    entry_edge_cents: float | None
    realized_edge_cents: float | None
    capture_ratio: float | None
    slippage_cents: float | None
    leader_right: float | None
    edges_seen: int | None
    edges_filled: int | None
    edges_missed: int | None
    edges_small: int | None
    expected_slippage_cents: float | None
    paid_slippage_cents: float | None
    missed_best_cents: float | None
    missed_at_most_usd: float | None
    edge_lifetime_mean_seconds: float | None
    led_share: float | None


Grouping = Literal["day", "week", "month", "category", "pair", "leader"]


class StatsReport(Struct, frozen=True, kw_only=True):
    """`GET /api/stats`: the UTC days from `from_day` to `to_day`, both included.

    Where no day was asked for it is the first with a result, and today.
    """

    by: Grouping | None
    from_day: str | None
    to_day: str
    equity_usd: float
    total: StatsRow
    rows: list[StatsRow]
    risk: RiskStats
    hedge_latency: Distribution
    edge_lifetime: Distribution


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
