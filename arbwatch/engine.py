"""The one class an engine author sees: push what happened, ask whether you may trade."""

from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from arbwatch.bearer.access import Access
from arbwatch.events import EngineError, Event, utc_now
from arbwatch.halting.control_link import ControlLink
from arbwatch.halting.last_known import LastKnown
from arbwatch.halting.lease import Lease
from arbwatch.halting.obedience import OnControl
from arbwatch.sending.options import DEFAULTS, Options
from arbwatch.sending.sender import Sender
from arbwatch.sending.stats import SenderStats


class Engine:
    """An engine's connection to the exporter at `url`.

    `name` tells engines apart in acknowledgements and metrics: no two that run have the same one,
    and it stays over restarts. `state_dir` keeps what must outlive the process: facts (fills,
    reversals, errors, breaches) once unsent for a second, everything unsent when the engine closes,
    events that the exporter refused, and which venues are halted.
    `token` is what the exporter asks for, scopes `ingest`, `ack` and `read`: the token itself, or
    the path of its file, which is read again once the token is refused.

    Venues in `trade_before_contact` may trade for the first 15 seconds although the exporter was
    not heard yet, unless they were halted when it was last heard.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str,
        state_dir: Path | None = None,
        token: str | Path | None = None,
        trade_before_contact: Collection[str] = (),
        options: Options = DEFAULTS,
    ) -> None:
        folder = None if state_dir is None else state_dir / quote(name, safe="")
        access = Access(name, token=token)
        self._trade_before_contact = trade_before_contact
        self._last_known = LastKnown(folder, report=self._report)
        self._lease = Lease()
        self._may_trade = self._lease.may_trade
        self._sender = Sender(url, access=access, folder=folder, options=options)
        self._push = self._sender.push
        self._control = ControlLink(
            url, access=access, lease=self._lease, last_known=self._last_known
        )

    def push(self, event: Event) -> None:
        """Enqueue an event and return; never waits, safe from any thread.

        `stats().queued` tells how much waits; nothing is sent before `start` or after `close`.
        """
        self._push(event)

    def may_trade(self, venue: str) -> bool:
        """True only while the exporter is heard and the venue runs: ask before every entry.

        Costs a fifth of a microsecond at most, takes no lock, safe from any thread. Hedges and
        cancels are yours to decide: they need no permission.
        """
        return self._may_trade(venue)

    def on_control(self, callback: OnControl) -> None:
        """Have `callback(venue, halted)` called when a venue is halted or resumed.

        On a halt it cancels the venue's open orders and returns how many are still open; that is
        what the acknowledgement tells. While some are open it is called again every second, for a
        minute, until it returns 0; when it raises, every second until it returns. It runs in a
        thread of the venue's own, so calls for two venues may overlap, and holds up nothing else.
        Set it before `start`. Without a callback a halt is acknowledged only for an engine that
        asks `may_trade`.
        """
        self._control.on_control = callback

    def start(self) -> None:
        """Begin sending and listening, each in threads of its own."""
        self._lease.renew(self._last_known.not_halted(self._trade_before_contact))
        self._sender.start()
        self._control.start()

    def stats(self) -> SenderStats:
        """What became of everything pushed so far."""
        return self._sender.stats()

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Send what is queued, for at most `timeout_seconds`, keep the rest on disk, and stop.

        The permission to trade ends here.
        """
        self._control.close()
        self._lease.renew(())
        self._sender.close(timeout_seconds)

    def _report(self, venue: str, problem: str) -> None:
        now = utc_now()
        self.push(EngineError(kind="halt_kept", message=problem, timestamp=now, venue=venue))

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
