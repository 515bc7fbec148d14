"""The report of `GET /api/stats`: what the ledger's sums say of some days, by group."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from arbwatch.answers import Grouping, RiskStats, StatsReport
from exporter.errors import LedgerUnavailable
from exporter.ledger.ledger import Ledger
from exporter.ledger.store import Store
from exporter.ledger.totals import Totals
from exporter.limits_in_force import LimitsInForce
from exporter.metrics.buckets import HEDGE_SECONDS, LIFETIME_SECONDS
from exporter.statistics.distributions import distribution
from exporter.statistics.groups import Row, rows_of, stored_as
from exporter.statistics.periods import date_of, day_of
from exporter.statistics.ratios import daily_returns
from exporter.statistics.risk import risk_stats
from exporter.statistics.rows import Scale, most_contracts, stats_row

TOTAL = "total"

Day = int | None


class _Sums(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger has of some days, all of it at one moment."""

    total: Row
    rows: list[Row]
    hedge_latency: list[int]
    edge_lifetime: list[int]


class Stats:
    """Builds the report; days are UTC days since 1970, `None` for as far as there are any.

    `hand_over` stores what is known of edges and was not stored yet.
    """

    def __init__(
        self,
        ledger: Ledger,
        totals: Totals,
        *,
        limits: LimitsInForce,
        venues: tuple[str, ...],
        hand_over: Callable[[], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._totals = totals
        self._limits = limits
        self._venues = venues
        self._hand_over = hand_over
        self._now = now

    async def report(self, by: Grouping | None, *, first: Day, last: Day) -> StatsReport:
        """Of everything stored so far.

        Raises:
            LedgerUnavailable: it could not be read, or not be summed up to the present.
        """
        await self._hand_over()
        if not await self._ledger.roll_up():
            raise LedgerUnavailable("the exporter is stopping; ask it again")
        sums = await self._ledger.read(_read, by, first, last)
        today = day_of(self._now())
        begin = min(self._totals.days, default=None) if first is None else first
        scale = self._scale(by, sums)
        return StatsReport(
            by=by,
            from_day=None if begin is None else date_of(begin).isoformat(),
            to_day=date_of(today if last is None else last).isoformat(),
            equity_usd=self._limits.now.equity_usd,
            total=stats_row(*sums.total, scale),
            rows=[stats_row(*row, scale) for row in sums.rows],
            risk=self._risk(first, last, today=today),
            hedge_latency=distribution(HEDGE_SECONDS, sums.hedge_latency),
            edge_lifetime=distribution(LIFETIME_SECONDS, sums.edge_lifetime),
        )

    def _risk(self, first: Day, last: Day, *, today: int) -> RiskStats:
        equity_usd, yesterday = self._limits.now.equity_usd, today - 1
        end = yesterday if last is None else min(last, yesterday)
        days = self._totals.days
        returns = daily_returns(days, equity_usd=equity_usd, first=first, last=end)
        return risk_stats(self._totals.drawdown(first, last), returns, equity_usd=equity_usd)

    def _scale(self, by: Grouping | None, sums: _Sums) -> Scale:
        limits = self._limits.now
        exposures = [limits.of_venue("contract_exposure", venue) for venue in self._venues]
        _, _, edges = sums.total
        return Scale(
            most_contracts=most_contracts(exposures),
            seen=edges.seen if edges else 0,
            is_of_leader=by == "leader",
        )


def _read(store: Store, by: Grouping | None, first: Day, last: Day) -> _Sums:
    [(_, tally)] = store.tallies(None, first, last)
    [(_, edges)] = store.edge_tallies(None, first, last)
    return _Sums(
        total=(TOTAL, tally, edges),
        rows=_rows(store, by, first, last),
        hedge_latency=store.spread("hedge_latency", first, last),
        edge_lifetime=store.spread("edge_lifetime", first, last),
    )


def _rows(store: Store, by: Grouping | None, first: Day, last: Day) -> list[Row]:
    if by is None:
        return []
    group = stored_as(by)
    fills = store.tallies(group, first, last)
    if group == "pair":
        return rows_of(by, fills, None)
    return rows_of(by, fills, store.edge_tallies(group, first, last))
