"""Stretches of time in which something held, as when a halt was open."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta

NONE = timedelta()
_STILL = datetime.max.replace(tzinfo=UTC)


class Spans:
    """Stretches in order, none touching another; the last one may still go on.

    A wall clock that ran ahead may be set back: one that opens earlier than the last one ended goes
    on from where they meet, and what was told of later is forgotten.
    """

    def __init__(self) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []

    @property
    def since(self) -> datetime | None:
        """The start of the one that goes on."""
        return self._starts[-1] if self.newest_end == _STILL else None

    @property
    def newest_end(self) -> datetime | None:
        """The end of the last one, far ahead while that goes on; `None` if there never was one."""
        return self._ends[-1] if self._ends else None

    def open(self, moment: datetime) -> None:
        """One goes on from here, or from earlier when one does already."""
        while self._ends and moment <= self._ends[-1]:
            moment = min(moment, self._starts.pop())
            self._ends.pop()
        self._starts.append(moment)
        self._ends.append(_STILL)

    def close(self, moment: datetime) -> None:
        """The one that goes on ends; it was none if it would have begun later."""
        if self.since is None:
            return
        if self._starts[-1] < moment:
            self._ends[-1] = moment
        else:
            self._starts.pop()
            self._ends.pop()

    def holds(self, moment: datetime, *, after: timedelta = NONE, before: timedelta = NONE) -> bool:
        """Whether it held then, and had for longer than `after`, and would for `before` more."""
        place = bisect_left(self._starts, moment) - 1
        return place >= 0 and self._starts[place] + after < moment <= self._ends[place] - before
