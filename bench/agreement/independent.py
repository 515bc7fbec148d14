"""The statistics once more, over arrays of fills with numpy, and nothing of the exporter's.

Money is dollars in floating point here; in the ledger it is whole micro-dollars. Names are those of
`GET /api/stats`.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from arbwatch.events import Fill, Reversal

Array = npt.NDArray[Any]
Figures = dict[str, float | None]

# What the ledger keeps of an amount in cents, as of the demo's computed ones.
DECIMALS = 4
# The least realized edge that tells how many contracts were filled.
LEAST_CENTS = 0.01


class Ledger:
    """Fills and reversals as columns."""

    def __init__(self, fills: list[Fill], reversals: list[Reversal]) -> None:
        def column(name: str) -> Array:
            given = np.array([getattr(fill, name) for fill in fills], dtype=float)
            return np.round(given, DECIMALS)

        self.pnl = column("pnl_cents") / 100
        realized = column("realized_edge_cents")
        self.size = column("size_usd")
        tells = (np.abs(realized) >= LEAST_CENTS) & (realized * self.pnl > 0)
        by_edge = column("pnl_cents") / np.where(tells, realized, 1)
        self.contracts = np.where(tells, by_edge, self.size)
        self.entry = column("entry_edge_cents") / 100 * self.contracts
        self.slippage = column("slippage_cents") / 100 * self.contracts
        self.fees = column("fees_cents") / 100 * self.contracts
        self.one_legged = np.array([fill.status == "one_legged" for fill in fills])
        self.times = _times(fills)
        self.groups = {
            "category": np.array([fill.category or "" for fill in fills]),
            "leader": np.array([fill.leader or "" for fill in fills]),
            "pair": np.array([fill.pair_id for fill in fills]),
        }
        place = {fill.fill_id: number for number, fill in enumerate(fills)}
        self.undone = np.array([place[each.reverses] for each in reversals], dtype=int)
        self.undone_times = _times(reversals)
        self.stands = np.ones(len(fills), dtype=bool)
        self.stands[self.undone] = False
        self.hedge_seconds = column("hedge_latency_ms")[self.stands] / 1000

    def total(self) -> Figures:
        """Of everything."""
        every = np.ones(len(self.pnl), dtype=bool)
        return self._figures(every, every[self.undone])

    def by(self, group: str) -> Iterator[tuple[str, Figures]]:
        """Name and figures of each group in turn: day, week, month, category, pair, leader."""
        if group in self.groups:
            names = self.groups[group]
            booked = names[self.undone]
        else:
            names, booked = _period(group, self.times), _period(group, self.undone_times)
        for name in np.union1d(names, booked):
            yield str(name), self._figures(names == name, booked == name)

    def _figures(self, here: Array, undone_here: Array) -> Figures:
        """Of the fills that are here, and of the reversals that are booked here."""
        stands = here & self.stands
        pnl = self.pnl[stands]
        won, lost = pnl[pnl > 0], pnl[pnl < 0]
        sums = {
            name: float(getattr(self, name)[stands].sum())
            for name in ("size", "contracts", "entry", "slippage", "fees")
        }
        net = sums["entry"] - sums["slippage"]
        realized = float(pnl.sum())
        return {
            "pnl_usd": float(self.pnl[here].sum() - self.pnl[self.undone][undone_here].sum()),
            "fills": int(here.sum()),
            "reversals": int(undone_here.sum()),
            "trades": len(pnl),
            "one_legged": int(self.one_legged[stands].sum()),
            "wins": len(won),
            "losses": len(lost),
            "hit_rate": len(won) / len(pnl) if len(pnl) else None,
            "average_win_usd": float(won.mean()) if len(won) else None,
            "average_loss_usd": float(lost.mean()) if len(lost) else None,
            "profit_factor": float(won.sum() / -lost.sum()) if len(lost) else None,
            "size_usd": sums["size"],
            "contracts": sums["contracts"],
            "gross_usd": sums["entry"] + sums["fees"],
            "fees_usd": sums["fees"],
            "slippage_usd": sums["slippage"],
            "net_usd": net,
            "other_usd": realized - net,
            "realized_usd": realized,
            "capture_ratio": realized / sums["entry"] if sums["entry"] > 0 else None,
            "entry_edge_cents": _mean_cents(sums["entry"], sums["contracts"]),
            "realized_edge_cents": _mean_cents(realized, sums["contracts"]),
            "slippage_cents": _mean_cents(sums["slippage"], sums["contracts"]),
        }

    def results(self) -> tuple[Array, Array]:
        """Times and dollars of all that was booked, in order of time."""
        times = np.concatenate([self.times, self.undone_times])
        amounts = np.concatenate([self.pnl, -self.pnl[self.undone]])
        order = np.argsort(times, kind="stable")
        return times[order], amounts[order]


def _mean_cents(usd: float, contracts: float) -> float | None:
    return usd * 100 / contracts if contracts else None


def _times(events: list[Any]) -> Array:
    naive = [event.timestamp.replace(tzinfo=None) for event in events]  # all of them are UTC
    return np.array(naive, dtype="datetime64[us]")


def _period(period: str, times: Array) -> Array:
    days = times.astype("datetime64[D]")
    if period != "week":
        return np.datetime_as_string(days, unit="M" if period == "month" else "D")
    # 1970-01-01 was a Thursday; a week belongs to the year of its own.
    thursdays = (days.astype(int) + 3) // 7 * 7
    years = thursdays.astype("datetime64[D]").astype("datetime64[Y]")
    weeks = (thursdays - years.astype("datetime64[D]").astype(int)) // 7 + 1
    names = zip(np.datetime_as_string(years), weeks, strict=True)
    return np.array([f"{year}-W{week:02}" for year, week in names], dtype=str)
