"""A thread for one venue: whatever takes long there holds up nothing else."""

import logging
import threading
from collections.abc import Callable

from arbwatch.control import HaltState, VenueControl

log = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0


class VenueThread:
    """Does the newest of what it is given, again every second until `do` says that it is done."""

    def __init__(
        self,
        venue: str,
        do: Callable[[VenueControl], bool],
        *,
        again_seconds: float = AGAIN_SECONDS,
    ) -> None:
        self._do = do
        self._again_seconds = again_seconds
        self._newest: VenueControl | None = None
        self._is_closing = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"arbwatch-{venue}", daemon=True)
        self._thread.start()

    def give(self, row: VenueControl) -> None:
        """Have it done once what is under way has ended, unless it is nothing new."""
        if _order(row) != _order(self._newest):
            self._newest = row
            self._wake.set()

    def close(self, timeout_seconds: float) -> None:
        """Begin nothing more; wait this long for what is under way."""
        self._is_closing = True
        self._wake.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        is_done = True
        while True:
            self._wake.wait(None if is_done else self._again_seconds)
            self._wake.clear()
            if self._is_closing:
                return
            is_done = self._newest is None or self._do_safely(self._newest)

    def _do_safely(self, row: VenueControl) -> bool:
        try:
            return self._do(row)
        except Exception:
            log.exception("control: unexpected error about %s; trying again", row.venue)
            return False


def _order(row: VenueControl | None) -> tuple[int, bool] | None:
    return None if row is None else (row.seq, row.state is HaltState.RUNNING)
