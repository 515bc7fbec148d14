"""The engine's ear: asks the exporter for halts, tells the engine, acknowledges what was done.

Guarantees: only what was carried out is acknowledged. That is a callback which has returned or,
where none is set, the lease itself in an engine that asks `may_trade`. What fails for one venue is
tried again with the next answer, and holds up neither the lease nor another venue's halt.
"""

import logging
import threading
from collections.abc import Callable

import msgspec
import requests

from arbwatch.control import ENGINE_HEADER, Acknowledgement, HaltState, VenueControl
from arbwatch.lease import Lease

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
TIMEOUT_SECONDS = 3.0

OnControl = Callable[[str, bool], int | None]
_VENUES = msgspec.json.Decoder(list[VenueControl])


class ControlLink:
    """One thread that keeps the lease true to the exporter's control state."""

    def __init__(self, url: str, *, engine: str, lease: Lease) -> None:
        self._url = url.rstrip("/") + "/api/venues"
        self._engine = engine
        self._lease = lease
        self._handled: dict[str, int] = {}
        self._is_connected: bool | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="arbwatch-control", daemon=True)
        self._session = requests.Session()
        self._session.trust_env = False  # As in sending: no proxy between an engine and its halts.
        self._session.headers[ENGINE_HEADER] = engine
        self._is_deafness_told = False
        self.on_control: OnControl | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening; the lease then lapses by itself."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(TIMEOUT_SECONDS + POLL_SECONDS)
        self._session.close()

    def poll(self) -> None:
        """Ask once and do what the answer says: the lease at once, the callbacks after it.

        A callback may take long, and nothing is permitted by an answer from before it.
        """
        asked_at = self._lease.now()
        answer = self._session.get(self._url, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        venues = _VENUES.decode(answer.content)
        running = frozenset(v.venue for v in venues if v.state is HaltState.RUNNING)
        self._lease.renew(running, asked_at=asked_at)
        for venue in venues:
            if venue.seq != self._handled.get(venue.venue, 0):
                self._carry_out(venue)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self.poll()
                self._heard(True)
            except (requests.RequestException, msgspec.DecodeError) as error:
                self._heard(False, type(error).__name__)
            except Exception:
                log.exception("control: unexpected error; asking again")
            self._closing.wait(POLL_SECONDS)

    def _heard(self, is_connected: bool, reason: str = "") -> None:
        if is_connected != self._is_connected:
            if is_connected:
                log.info("control: the exporter is heard")
            elif self._is_connected is None:
                log.info("control: the exporter is not there yet (%s)", reason)
            else:
                log.warning("control: the exporter is not heard (%s); the lease will lapse", reason)
        self._is_connected = is_connected

    def _carry_out(self, venue: VenueControl) -> None:
        halted = venue.state is not HaltState.RUNNING
        if self.on_control is None and not self._lease.was_asked:
            self._tell_deafness(venue.venue, halted)
            return
        try:
            open_orders = self.on_control(venue.venue, halted) if self.on_control else None
        except Exception:
            log.exception("control: the engine's callback failed; it will be called again")
            return
        try:
            self._acknowledge(venue, open_orders)
        except requests.RequestException as error:
            log.warning("control: %s is not acknowledged (%s)", venue.venue, type(error).__name__)

    def _acknowledge(self, venue: VenueControl, open_orders: int | None) -> None:
        receipt = Acknowledgement(engine=self._engine, seq=venue.seq, open_orders=open_orders)
        answer = self._session.post(
            f"{self._url}/{venue.venue}/ack",
            data=msgspec.json.encode(receipt),
            headers={"Content-Type": "application/json"},
            timeout=TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        self._handled[venue.venue] = venue.seq

    def _tell_deafness(self, venue: str, halted: bool) -> None:
        """Once: an engine that neither listens nor asks may well go on trading."""
        if halted and not self._is_deafness_told:
            log.warning(
                "control: a halt of %s is not acknowledged, nothing shows that this engine obeys: "
                "set on_control(), or ask may_trade() before every entry",
                venue,
            )
            self._is_deafness_told = True
