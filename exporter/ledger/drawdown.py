"""How far results fell below their best, and when."""

import msgspec

from exporter.ledger.segments import Segment


class Drawdown(msgspec.Struct, frozen=True):
    """How far results stand below their best, and the deepest they ever did; never positive.

    Micro-dollars, and hours since 1970; a peak without an hour is the beginning, before any result.
    """

    now: int = 0
    peak_hour: int | None = None
    deepest: int = 0
    deepest_peak_hour: int | None = None
    deepest_low_hour: int | None = None


class Walk(msgspec.Struct, frozen=True):
    """Hours walked through in order of time, and what was seen on the way."""

    level: int = 0
    peak: int = 0
    peak_hour: int | None = None
    deepest: int = 0
    deepest_peak_hour: int | None = None
    deepest_low_hour: int | None = None

    def over(self, hour: int, segment: Segment) -> "Walk":
        """One hour on."""
        deepest = (self.deepest, self.deepest_peak_hour, self.deepest_low_hour)
        if (fall := self.level + segment.low - self.peak) < deepest[0]:
            deepest = (fall, self.peak_hour, hour)
        if segment.drawdown < deepest[0]:  # from a peak inside the hour itself
            deepest = (segment.drawdown, hour, hour)
        top, peak_hour = self.level + segment.high, self.peak_hour
        if top > self.peak:
            peak_hour = hour
        return Walk(self.level + segment.pnl, max(top, self.peak), peak_hour, *deepest)

    def drawdown(self) -> Drawdown:
        """What was seen so far."""
        return Drawdown(
            self.level - self.peak,
            self.peak_hour,
            self.deepest,
            self.deepest_peak_hour,
            self.deepest_low_hour,
        )
