"""Stretches of results that can be joined: where each ended, how high and how low it went."""

from collections.abc import Sequence
from itertools import accumulate
from operator import sub

import msgspec


class Segment(msgspec.Struct, frozen=True):
    """Results in order, seen from where they begin, in micro-dollars.

    `high` and `low` are the highest and lowest sum on the way, the beginning's 0 included;
    `drawdown` is the deepest fall below the best so far, 0 or negative. `Segment()` is no result.
    """

    pnl: int = 0
    fills: int = 0
    high: int = 0
    low: int = 0
    drawdown: int = 0

    def __add__(self, later: "Segment") -> "Segment":
        """Both, one after the other."""
        return Segment(
            self.pnl + later.pnl,
            self.fills + later.fills,
            max(self.high, self.pnl + later.high),
            min(self.low, self.pnl + later.low),
            min(self.drawdown, later.drawdown, self.pnl + later.low - self.high),
        )

    def after(self, results: Sequence[int], *, fills: int) -> "Segment":
        """With these results behind it, of which so many are fills."""
        sums = list(accumulate(results, initial=0))
        falls = map(sub, sums, accumulate(sums, max))
        return self + Segment(sums[-1], fills, max(sums), min(sums), min(falls))
