"""All results as they stand now, hour by hour: in memory, so that a scrape reads no file."""

from bisect import bisect_left, insort
from collections.abc import Mapping

from exporter.ledger.drawdown import Drawdown, Walk
from exporter.ledger.segments import Segment

HOURS_A_DAY = 24


class Totals:
    """The results of every hour, in micro-dollars; hours and days are counted since 1970.

    Hours follow each other in time, what is inside one in the order of the ledger.
    """

    def __init__(self, hours: Mapping[int, Segment] | None = None) -> None:
        self.hours: dict[int, Segment] = {}
        self.days: dict[int, int] = {}
        self.realized = 0
        self._order: list[int] = []
        # Where all hours but the newest led, so that a scrape need not walk them again.
        self._walk, self._walked = Walk(), 0
        self.take_in(hours or {})

    def take_in(self, hours: Mapping[int, Segment]) -> None:
        """What some hours have become."""
        for hour, segment in hours.items():
            before = self.hours.get(hour)
            if before is None:
                before = Segment()
                insort(self._order, hour)
            if bisect_left(self._order, hour) < self._walked:
                self._walk, self._walked = Walk(), 0
            self.hours[hour] = segment
            added = segment.pnl - before.pnl
            self.days[hour // HOURS_A_DAY] = self.day(hour // HOURS_A_DAY) + added
            self.realized += added

    def day(self, day: int) -> int:
        """The result of a UTC day."""
        return self.days.get(day, 0)

    def between(self, first_day: int, last_day: int) -> int:
        """The result of two days and all between them."""
        return sum(self.day(day) for day in range(first_day, last_day + 1))

    def drawdown(self, first_day: int | None = None, last_day: int | None = None) -> Drawdown:
        """Of all results, or of those of some days alone, which then begin at 0."""
        if first_day is None and last_day is None:
            return self._drawdown_of_all()
        order = self._order
        first = 0 if first_day is None else bisect_left(order, first_day * HOURS_A_DAY)
        end = len(order) if last_day is None else bisect_left(order, (last_day + 1) * HOURS_A_DAY)
        return self._over(Walk(), first, end).drawdown()

    def _drawdown_of_all(self) -> Drawdown:
        newest = max(len(self._order) - 1, 0)
        self._walk, self._walked = self._over(self._walk, self._walked, newest), newest
        return self._over(self._walk, newest, len(self._order)).drawdown()

    def _over(self, walk: Walk, first: int, end: int) -> Walk:
        for hour in self._order[first:end]:
            walk = walk.over(hour, self.hours[hour])
        return walk
