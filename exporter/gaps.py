"""How long a feed was silent, also when it came back before anybody looked."""

from collections import deque

# A scrape comes every 5 s: six see a gap before it is forgotten.
WINDOW_SECONDS = 30.0
# Shorter ones are of no interest, and of longer ones the window holds so many at most.
SHORTEST_SECONDS = 0.1
MAX_GAPS = round(WINDOW_SECONDS / SHORTEST_SECONDS)


class FeedGaps:
    """The gaps between one feed's updates that ended lately. Times are of a monotonic clock.

    The first update ends no gap: what was before it, nobody measured.
    """

    def __init__(self, first: float) -> None:
        self.last = first
        self._counted_from = first
        self._ended: deque[tuple[float, float]] = deque(maxlen=MAX_GAPS)

    def update(self, at: float) -> float:
        """Take in an update: how long the gap was that it ended, in seconds.

        One that is older than the last changes nothing, and ends none.
        """
        gap = at - max(self.last, self._counted_from)
        if gap >= SHORTEST_SECONDS:
            self._ended.append((at, gap))
        self.last = max(self.last, at)
        return max(gap, 0.0)

    def begin_anew(self, at: float) -> None:
        """Forget what was before: nobody listened to the feed until now."""
        self._counted_from = at
        self._ended.clear()

    def longest(self, now: float) -> float:
        """The longest gap of the window, in seconds; the one going on now counts too."""
        while self._ended and self._ended[0][0] < now - WINDOW_SECONDS:
            self._ended.popleft()
        going_on = now - max(self.last, self._counted_from)
        return max([going_on, 0.0, *(gap for _, gap in self._ended)])
