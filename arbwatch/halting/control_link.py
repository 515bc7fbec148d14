"""The engine's ear: asks the exporter for halts, and has what it hears carried out.

Guarantees: permission comes from an answer only, and counts from before it was asked for. It asks
whenever the doorbell rings, every 3 s while that is connected, and every second while it is not.
Neither a callback nor the disk nor an acknowledgement holds it up.
"""

import logging
import threading
import time
from urllib.parse import quote

import msgspec
import requests

from arbwatch.bearer.access import Access
from arbwatch.control import Acknowledgement, HaltState, VenueControl
from arbwatch.halting.doorbell import Doorbell
from arbwatch.halting.last_known import LastKnown
from arbwatch.halting.lease import Lease
from arbwatch.halting.obedience import Obedience, OnControl
from arbwatch.halting.venue_thread import VenueThread

log = logging.getLogger(__name__)

RENEW_SECONDS = 3.0
POLL_SECONDS = 1.0
TIMEOUT_SECONDS = 3.0
# For what is under way when the engine closes; its threads end with the process.
PATIENCE_SECONDS = 1.0

_VENUES = msgspec.json.Decoder(list[VenueControl])


class ControlLink:
    """Keeps the lease true to the exporter's control state, each venue's orders in their thread."""

    def __init__(
        self,
        url: str,
        *,
        access: Access,
        lease: Lease,
        last_known: LastKnown,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._url = url.rstrip("/")
        self._access = access
        self._lease = lease
        self._last_known = last_known
        self._session = access.session()
        self._venues: dict[str, VenueThread] = {}
        self._unacknowledged: set[str] = set()
        self._is_heard: bool | None = None
        self._is_closing = False
        self._rung = threading.Event()
        self._doorbell = Doorbell(self._url, access=access, ring=self._rung.set)
        self._thread = threading.Thread(target=self._run, name="arbwatch-control", daemon=True)
        self.on_control: OnControl | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self._doorbell.start()

    def close(self) -> None:
        """Stop listening; what is under way is waited for no longer than a second."""
        self._is_closing = True
        self._rung.set()
        deadline = time.monotonic() + PATIENCE_SECONDS
        self._doorbell.close()
        if self._thread.is_alive():
            self._thread.join(max(0.0, deadline - time.monotonic()))
        for venue in list(self._venues.values()):
            venue.close(max(0.0, deadline - time.monotonic()))

    def ask(self) -> None:
        """Ask once: the lease by the answer, and what it orders to the venues' threads."""
        asked_at = self._lease.now()
        answer = self._session.get(
            f"{self._url}/api/venues", timeout=self._timeout_seconds, allow_redirects=False
        )
        rows = self._last_known.take_in(_VENUES.decode(_content(answer)))
        if self._is_closing:
            return
        running = [row.venue for row in rows if row.state is HaltState.RUNNING]
        self._lease.renew(running, asked_at=asked_at)
        for row in rows:
            self._thread_of(row.venue).give(row)

    def ask_safely(self) -> None:
        """Ask once; what goes wrong is logged when it begins, and gives no permission."""
        try:
            self.ask()
            self._note(True)
        except requests.RequestException as error:
            self._note(False, _reason(error))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self._note(False, "the answer is no list of venues")
        except Exception:
            log.exception("control: unexpected error; asking again")
            self._is_heard = False

    def _run(self) -> None:
        while True:
            self._rung.clear()  # First: what rings while it asks makes it ask again.
            if self._is_closing:
                break
            self.ask_safely()
            is_calm = self._is_heard and self._doorbell.is_connected
            self._rung.wait(RENEW_SECONDS if is_calm else POLL_SECONDS)
        self._session.close()

    def _note(self, is_heard: bool, reason: str = "") -> None:
        if is_heard != self._is_heard:
            if is_heard:
                log.info("control: the exporter is heard")
            elif self._is_heard is None:
                log.info("control: the exporter is not there yet (%s)", reason)
            else:
                log.warning("control: the exporter is not heard (%s); the lease will lapse", reason)
        self._is_heard = is_heard

    def _thread_of(self, venue: str) -> VenueThread:
        if venue not in self._venues:
            obedience = Obedience(
                self._access.engine,
                on_control=self.on_control,
                was_asked=lambda: self._lease.was_asked,
                save=self._last_known.save,
                acknowledge=self._acknowledge,
            )
            self._venues[venue] = VenueThread(venue, obedience.carry_out)
        return self._venues[venue]

    def _acknowledge(self, venue: str, receipt: Acknowledgement) -> bool:
        try:
            with self._access.session() as session:  # Seldom, and from any venue's thread.
                answer = session.post(
                    f"{self._url}/api/venues/{quote(venue, safe='')}/ack",
                    data=msgspec.json.encode(receipt),
                    headers={"Content-Type": "application/json"},
                    timeout=self._timeout_seconds,
                    allow_redirects=False,
                )
            _content(answer)
        except requests.RequestException as error:
            if venue not in self._unacknowledged:
                log.warning("control: %s is not acknowledged (%s)", venue, _reason(error))
            self._unacknowledged.add(venue)
            return False
        self._unacknowledged.discard(venue)
        return True


def _content(answer: requests.Response) -> bytes:
    if answer.status_code != 200:
        raise requests.HTTPError(f"status {answer.status_code}")
    return answer.content


def _reason(error: requests.RequestException) -> str:
    return str(error) if isinstance(error, requests.HTTPError) else type(error).__name__
