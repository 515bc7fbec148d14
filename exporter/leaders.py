"""The largest values of many that keep changing, without sorting them all."""

import heapq
from operator import itemgetter

KEPT = 1_000
_VALUE = itemgetter(1)


class Leaders:
    """Values by key. Setting one is O(1); the largest come from a small set of candidates.

    Invariant: every key whose value is above `_floor` is a candidate, and none below it is. So the
    largest candidates are the largest of all, as long as there are enough of them.
    """

    def __init__(self) -> None:
        self._values: dict[str, float] = {}
        self._candidates: dict[str, float] = {}
        self._floor = float("-inf")

    def __len__(self) -> int:
        return len(self._values)

    def set(self, key: str, value: float) -> None:
        """Give a key its value."""
        self._values[key] = value
        if value > self._floor:
            self._candidates[key] = value
            if len(self._candidates) > 2 * KEPT:
                self._choose(self._candidates, KEPT)
        else:
            self._candidates.pop(key, None)

    def drop(self, key: str) -> None:
        """Forget a key."""
        self._values.pop(key, None)
        self._candidates.pop(key, None)

    def largest(self, count: int) -> list[str]:
        """Up to `count` keys, the largest value first."""
        if len(self._candidates) < min(count, len(self._values)):
            self._choose(self._values, max(KEPT, count))
        return [key for key, _ in heapq.nlargest(count, self._candidates.items(), key=_VALUE)]

    def _choose(self, values: dict[str, float], count: int) -> None:
        chosen = heapq.nlargest(count, values.items(), key=_VALUE)
        is_all = len(chosen) == len(self._values)
        self._candidates = dict(chosen)
        self._floor = float("-inf") if is_all else chosen[-1][1]
