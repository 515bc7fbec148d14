"""The one class an engine author sees: push what happened, ask whether you may trade."""

from pathlib import Path
from types import TracebackType
from typing import Self

from arbwatch.control_link import ControlLink, OnControl
from arbwatch.events import Event
from arbwatch.lease import Lease
from arbwatch.sending.options import DEFAULTS, Options
from arbwatch.sending.sender import Sender
from arbwatch.sending.stats import SenderStats


class Engine:
    """An engine's connection to the exporter at `url`.

    `name` tells engines apart in acknowledgements and metrics. `state_dir` keeps what could not be
    sent: facts (fills, reversals, errors, breaches) once unsent for a second, everything when the
    engine closes, and events that the exporter refused. Without it they end with the process.
    """

    def __init__(
        self, url: str, *, name: str, state_dir: Path | None = None, options: Options = DEFAULTS
    ) -> None:
        self._lease = Lease()
        self._sender = Sender(url, engine=name, state_dir=state_dir, options=options)
        self._push = self._sender.push
        self._control = ControlLink(url, engine=name, lease=self._lease)

    def push(self, event: Event) -> None:
        """Enqueue an event and return; never waits, safe from any thread.

        `stats().queued` tells how much waits; nothing is sent before `start` or after `close`.
        """
        self._push(event)

    def may_trade(self, venue: str) -> bool:
        """True only while the exporter is heard and the venue runs: ask before every entry."""
        return self._lease.may_trade(venue)

    def on_control(self, callback: OnControl) -> None:
        """Have `callback(venue, halted)` called when a venue is halted or resumed.

        On a halt it cancels the venue's open orders and returns how many are still open; that is
        what the acknowledgement tells. It runs in the control thread. Set it before `start`.
        Without a callback a halt is acknowledged only for an engine that asks `may_trade`.
        """
        self._control.on_control = callback

    def start(self) -> None:
        """Begin sending and listening, each in a thread of its own."""
        self._sender.start()
        self._control.start()

    def stats(self) -> SenderStats:
        """What became of everything pushed so far."""
        return self._sender.stats()

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Send what is queued, for at most `timeout_seconds`, keep the rest on disk, and stop."""
        self._control.close()
        self._sender.close(timeout_seconds)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
