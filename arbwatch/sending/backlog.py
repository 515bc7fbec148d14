"""What waits to be sent, and what goes when there is too much of it. Pure: no clock, no thread.

Guarantees:
- Facts (fills, reversals, errors, breaches) never go, not even when they alone exceed the bound.
- When full, the oldest of what a newer event has made worthless goes first: edges with a newer one
  of the same pair, exposure snapshots with a newer one, feed latency and request counts by age.
- Only when nothing of that kind is left does the newest edge of a pair go, the oldest first.
- Everything that went is counted in `dropped`, and the rest leaves in the order it came.
"""

from collections import deque

from arbwatch.events import FACTS, Edge, Event, Exposure

# No pair has this id: an id holds no control characters.
_EXPOSURE = "\0exposure"


class Backlog:
    """A queue of at most `max_events`, facts excepted. Every call costs the same at any length."""

    def __init__(self, max_events: int) -> None:
        self._max_events = max_events
        self._count = 0
        self._facts: deque[tuple[int, float, Event]] = deque()
        self._others: deque[tuple[int, str | None, Event]] = deque()
        # The newest of their pair, set aside while making room; all older than `_others`.
        self._spared: dict[str, tuple[int, Event]] = {}
        self._newest: dict[str, int] = {}
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._facts) + len(self._others) + len(self._spared)

    def add(self, event: Event, now: float) -> None:
        """Append; what has to make room for it is dropped and counted."""
        self._count += 1
        if isinstance(event, FACTS):
            self._facts.append((self._count, now, event))
        else:
            self._add_other(event)
        if len(self) > self._max_events:
            self._make_room()

    def take(self, limit: int) -> list[Event]:
        """Up to `limit` of the oldest events, in order."""
        return [self._pop_oldest() for _ in range(min(limit, len(self)))]

    def take_facts(self, limit: int) -> list[Event]:
        """Up to `limit` of the oldest facts, past whatever else waits."""
        return [self._facts.popleft()[2] for _ in range(min(limit, len(self._facts)))]

    def oldest_fact(self) -> float | None:
        """The time at which the oldest waiting fact was added."""
        return self._facts[0][1] if self._facts else None

    def _add_other(self, event: Event) -> None:
        key = _key(event)
        if key is not None:
            self._newest[key] = self._count
            if self._spared.pop(key, None) is not None:
                self.dropped += 1
        self._others.append((self._count, key, event))

    def _make_room(self) -> None:
        while self._others:
            number, key, event = self._others.popleft()
            if key is None or self._newest[key] != number:
                self.dropped += 1
                return
            self._spared[key] = (number, event)
        if self._spared:
            self._pop_spared()
            self.dropped += 1

    def _pop_oldest(self) -> Event:
        if not self._facts:
            return self._pop_other()
        if self._spared:
            oldest_other = next(iter(self._spared.values()))[0]
        elif self._others:
            oldest_other = self._others[0][0]
        else:
            return self._facts.popleft()[2]
        return self._facts.popleft()[2] if self._facts[0][0] < oldest_other else self._pop_other()

    def _pop_other(self) -> Event:
        if self._spared:
            return self._pop_spared()
        number, key, event = self._others.popleft()
        if key is not None and self._newest[key] == number:
            del self._newest[key]
        return event

    def _pop_spared(self) -> Event:
        key = next(iter(self._spared))
        del self._newest[key]
        return self._spared.pop(key)[1]


def _key(event: Event) -> str | None:
    """What a newer event of the same key makes worthless; `None` for what only ages."""
    if isinstance(event, Edge):
        return str(event.pair_id)
    return _EXPOSURE if isinstance(event, Exposure) else None
