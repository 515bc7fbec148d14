"""Gauges of what was earned and at what risk: the same values after a restart."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import product

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from arbwatch.answers import RiskStats
from exporter.ledger.tallies import Tally
from exporter.ledger.totals import Totals
from exporter.ledger.units import to_usd
from exporter.limits_in_force import LimitsInForce
from exporter.metrics.labels import ClosedSet
from exporter.statistics.periods import day_of, first_day
from exporter.statistics.ratios import daily_returns
from exporter.statistics.risk import risk_stats
from exporter.statistics.rows import hit_rate, profit_factor, waterfall

# Of the waterfall, without the steps that are sums of others.
PARTS = ("gross", "fees", "slippage", "other", "realized")

# Category, leader, and the sums of their trades.
Group = tuple[str | None, str | None, Tally]


class Results(Collector):
    """Collects results; nothing here waits or touches a file.

    What needs the ledger's sums by group has no series before these were first shown.
    """

    def __init__(
        self,
        totals: Totals,
        *,
        limits: LimitsInForce,
        venue: ClosedSet,
        category: ClosedSet,
        now: Callable[[], datetime],
    ) -> None:
        self._totals = totals
        self._limits = limits
        self._venue = venue
        self._category = category
        self._now = now
        self._groups: Sequence[Group] | None = None

    def show(self, groups: Sequence[Group]) -> None:
        """The sums of all trades by category and leader, as the ledger has them now."""
        self._groups = groups

    def describe(self) -> list[Metric]:
        """Nothing: what is not known yet has no series."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every gauge, as of now."""
        today = day_of(self._now())
        yield from self._sums(today)
        yield from _risk(self._risk(today))
        if self._groups is not None:
            yield from _trades(self._groups)
            yield self._waterfalls(self._groups)
            yield self._leaders(self._groups)

    def _sums(self, today: int) -> Iterator[Metric]:
        totals = self._totals
        week = totals.between(first_day("week", today), today)
        month = totals.between(first_day("month", today), today)
        yield from _gauges(
            ("arb_pnl_realized_usd", "Realized P&L", to_usd(totals.realized)),
            ("arb_pnl_day_usd", "Realized P&L of this UTC day", to_usd(totals.day(today))),
            ("arb_pnl_week_usd", "Realized P&L since Monday, UTC", to_usd(week)),
            ("arb_pnl_month_usd", "Realized P&L of this calendar month, UTC", to_usd(month)),
            (
                "arb_equity_usd",
                "Equity that losses are a share of",
                self._limits.now.equity_usd,
            ),
        )

    def _risk(self, today: int) -> RiskStats:
        equity_usd = self._limits.now.equity_usd
        returns = daily_returns(self._totals.days, equity_usd=equity_usd, last=today - 1)
        return risk_stats(self._totals.drawdown(), returns, equity_usd=equity_usd)

    def _waterfalls(self, groups: Sequence[Group]) -> Metric:
        family = GaugeMetricFamily(
            "arb_results_usd",
            "Trades from gross edge to P&L: gross - fees - slippage + other = realized",
            labels=["part", "category", "leader"],
        )
        # The difference over a time misses the first trade of a series that only begins with it.
        sums = dict.fromkeys(product(self._category.values, self._venue.values), Tally())
        for category, leader, tally in groups:
            sums[self._category.shown(category), self._venue.shown(leader)] += tally
        for key, tally in sums.items():
            steps = waterfall(tally)
            for part in PARTS:
                family.add_metric([part, *key], steps[f"{part}_usd"])
        return family

    def _leaders(self, groups: Sequence[Group]) -> Metric:
        family = GaugeMetricFamily(
            "arb_leader_trades",
            "Trades that won (right) or lost (wrong), by the venue that had moved first",
            labels=["leader", "result"],
        )
        sums = dict.fromkeys(self._venue.values, Tally())
        for _, leader, tally in groups:
            if leader is not None:
                sums[self._venue.shown(leader)] += tally
        for leader, tally in sums.items():
            family.add_metric([leader, "right"], tally.wins)
            family.add_metric([leader, "wrong"], tally.losses)
        return family


def _trades(groups: Sequence[Group]) -> Iterator[Metric]:
    total = sum((tally for _, _, tally in groups), start=Tally())
    return _gauges(
        ("arb_trades", "Fills that were not reversed", total.trades),
        ("arb_hit_ratio", "Share of trades that won", hit_rate(total)),
        ("arb_profit_factor", "Won by trades for each dollar lost", profit_factor(total)),
    )


def _risk(risk: RiskStats) -> Iterator[Metric]:
    return _gauges(
        (
            "arb_drawdown_usd",
            "How far realized P&L stands below its best, 0 or negative",
            risk.drawdown_usd,
        ),
        ("arb_drawdown_ratio", "The same as a share of equity", risk.drawdown_ratio),
        ("arb_max_drawdown_usd", "The deepest drawdown so far", risk.max_drawdown_usd),
        ("arb_max_drawdown_ratio", "The same as a share of equity", risk.max_drawdown_ratio),
        ("arb_sharpe_samples", "Complete days behind the Sharpe ratio", risk.sharpe_samples),
        ("arb_sharpe_ratio", "Annualised Sharpe ratio", risk.sharpe_ratio),
        ("arb_sharpe_low", "Lower end of its 95 % interval", risk.sharpe_low),
        ("arb_sharpe_high", "Upper end of its 95 % interval", risk.sharpe_high),
        ("arb_sortino_ratio", "Annualised Sortino ratio", risk.sortino_ratio),
    )


def _gauges(*gauges: tuple[str, str, float | None]) -> Iterator[Metric]:
    """Name, text and value; what is not defined has no series."""
    for name, text, value in gauges:
        if value is not None:
            yield GaugeMetricFamily(name, text, value=value)
