"""The background sender: two threads around what is on its way out, one sends and one keeps."""

import atexit
import time
from pathlib import Path

from arbwatch.bearer.access import Access
from arbwatch.sending.courier import Courier
from arbwatch.sending.delivery import Delivery
from arbwatch.sending.keeper import Keeper
from arbwatch.sending.options import Options
from arbwatch.sending.outgoing import Outgoing
from arbwatch.sending.stats import SenderStats

# For an engine that ends without closing: what cannot be sent in this time goes to disk.
ATEXIT_SECONDS = 1.0


class Sender:
    """Takes events from any thread and delivers them to the exporter at `url`.

    What must outlive the process is kept in `folder`. A push costs an append and checks nothing:
    before `start` events wait in memory without a bound, after `close` they are neither sent nor
    kept. Either way `stats` counts them as queued.
    """

    def __init__(self, url: str, *, access: Access, folder: Path | None, options: Options) -> None:
        self._outgoing = Outgoing(options)
        delivery = Delivery(url, access=access, options=options)
        self._courier = Courier(self._outgoing, delivery, options=options)
        self._keeper = Keeper(self._outgoing, engine=access.engine, folder=folder, options=options)
        self._is_running = False
        # The whole cost of a push: an append, which is atomic and never waits.
        self.push = self._outgoing.inbox.append

    def start(self) -> None:
        """Take up what the last run left unsent, then begin to send."""
        self._is_running = True
        atexit.register(self.close, ATEXIT_SECONDS)
        self._keeper.start()
        self._courier.start()

    def close(self, timeout_seconds: float) -> None:
        """Send what is queued, for at most `timeout_seconds`; put on disk what is then left."""
        if not self._is_running:
            return
        self._is_running = False
        atexit.unregister(self.close)
        deadline = time.monotonic() + timeout_seconds
        while self.stats().queued and time.monotonic() < deadline:
            time.sleep(0.01)
        self._courier.close(max(0.1, deadline - time.monotonic()))
        self._keeper.close()

    def stats(self) -> SenderStats:
        """What became of everything pushed so far."""
        return self._outgoing.stats()
