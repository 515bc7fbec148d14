"""The limits in force: the only place where others ask for them, each time they need one."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from arbwatch.events import utc_now
from exporter import limits_file
from exporter.errors import StartError
from exporter.limits import Limits

log = logging.getLogger(__name__)


class LimitsInForce:
    """Holds the limits as they were read last; whoever needs one asks `now` each time.

    `on_read` is called with the time at which those in force were read, in seconds since 1970.

    Raises:
        StartError: at the start, when the file cannot be used.
    """

    def __init__(
        self,
        path: Path,
        *,
        venues: tuple[str, ...],
        on_read: Callable[[float], None],
        on_failure: Callable[[], None],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._path = path
        self._venues = venues
        self._on_read = on_read
        self._on_failure = on_failure
        self._clock = clock
        self.now = self._load()
        on_read(clock().timestamp())

    async def read_again(self) -> None:
        """Read the file again, off the event loop. A wrong one changes nothing and says why."""
        before = self.now
        try:
            self.now = await asyncio.to_thread(self._load)
        except StartError as error:
            log.warning("Limits not read again, those from before stay in force: %s", error)
            self._on_failure()
        else:
            self._on_read(self._clock().timestamp())
            log.info("Limits read again: file=%s %s", self._path, changes(before, self.now))

    def _load(self) -> Limits:
        return limits_file.load(self._path, venues=self._venues)


def changes(before: Limits, after: Limits) -> str:
    """What differs, limit by limit; a file that an editor put elsewhere shows as no change."""
    old, new = msgspec.structs.asdict(before), msgspec.structs.asdict(after)
    found = (f"{name}={old[name]}->{new[name]}" for name in new if new[name] != old[name])
    return " ".join(found) or "nothing changed"
