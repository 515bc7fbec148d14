"""Which engines are in contact, by the name each sends along with every call."""

import time
from collections.abc import Callable

from arbwatch.control import LEASE_SECONDS
from arbwatch.events import SenderReport

# The engine counts its lease from before it asked, so it has lapsed there by then.
MARGIN_SECONDS = 5.0
# Who was silent for that long may not trade any more.
CONTACT_SECONDS = LEASE_SECONDS + MARGIN_SECONDS
# An engine that runs asks for halts every few seconds, and reports on its sender.
AWAY_SECONDS = 6.0
MAX_ENGINES = 16
MAX_NAME_CHARACTERS = 128
# Those beyond that, in one. It acknowledges nothing: while it is there no halt is confirmed.
OTHERS = "(others)"


class Engines:
    """When each engine was last heard, on the wall clock to show and the monotonic one to judge.

    `on_return` is called when an engine is heard after none was for `AWAY_SECONDS`.
    """

    def __init__(
        self,
        *,
        on_overflow: Callable[[], None],
        on_return: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._on_overflow = on_overflow
        self._on_return = on_return
        self._clock = clock
        self._now = now
        self._heard: dict[str, float] = {}
        self._others_heard = float("-inf")
        self.last_seen: dict[str, float] = {}
        self.reports: dict[str, SenderReport] = {}

    def heard(self, name: str) -> None:
        """An engine called. Names beyond 16 in contact, and endless ones, are one: the others."""
        if name not in self._heard and not self._has_room(name):
            self._others_heard = self._clock()
            self._on_overflow()
            return
        if self.away_since() is not None:
            self._on_return()
        self._heard[name] = self._clock()
        self.last_seen[name] = self._now()

    def report(self, report: SenderReport) -> None:
        """An engine told how its sender does."""
        if report.engine in self.reports or len(self.reports) < MAX_ENGINES:
            self.reports[report.engine] = report
        else:
            self._on_overflow()

    def away_since(self) -> float | None:
        """When the last of all engines fell silent; `None` while one is heard, or none ever was."""
        latest = max(self._heard.values(), default=None)
        if latest is None or self._clock() - latest < AWAY_SECONDS:
            return None
        return latest

    def _has_room(self, name: str) -> bool:
        """Whether one more fits; one that is silent for longer than its lease makes room."""
        if len(name) > MAX_NAME_CHARACTERS:
            return False
        if len(self._heard) < MAX_ENGINES:
            return True
        silent = min(self._heard, key=self._heard.__getitem__)
        if silent in self.connected():
            return False
        for known in (self._heard, self.last_seen, self.reports):
            known.pop(silent, None)
        return True

    def connected(self) -> frozenset[str]:
        """Engines whose lease may still be alive."""
        since = self._clock() - CONTACT_SECONDS
        names = [name for name, moment in self._heard.items() if moment >= since]
        return frozenset([*names, OTHERS] if self._others_heard >= since else names)
