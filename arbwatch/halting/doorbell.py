"""The doorbell: the exporter's stream of control changes, kept open to ask at once.

It carries no news. Whoever hears it asks, so a stream that is cut, late or wrong costs time only.
"""

import contextlib
import logging
import threading
from collections.abc import Callable

import requests

from arbwatch.bearer.access import Access

log = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
# The exporter says something every 10 s: beyond this the line is dead.
SILENCE_SECONDS = 25.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 5.0
PATIENCE_SECONDS = 1.0


class Doorbell:
    """A thread that calls `ring` for whatever comes, and when the stream begins or ends."""

    def __init__(
        self,
        url: str,
        *,
        access: Access,
        ring: Callable[[], None],
        silence_seconds: float = SILENCE_SECONDS,
        first_pause_seconds: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        self._first_pause_seconds = first_pause_seconds
        self._url = url + "/api/stream?kinds=control"
        self._timeouts = (CONNECT_SECONDS, silence_seconds)
        self._session = access.session()
        self._ring = ring
        self._answer: requests.Response | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="arbwatch-doorbell", daemon=True)
        self.is_connected = False

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening: also while nothing comes."""
        self._closing.set()
        answer = self._answer
        if answer is not None:
            with contextlib.suppress(ValueError, RuntimeError, OSError):
                answer.raw.shutdown()
        if self._thread.is_alive():
            self._thread.join(PATIENCE_SECONDS)

    def _run(self) -> None:
        pause = self._first_pause_seconds
        while not self._closing.is_set():
            if self._listen():
                pause = self._first_pause_seconds
            self._closing.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        self._session.close()

    def _listen(self) -> bool:
        """Until the stream ends; whether anything had come."""
        try:
            with self._session.get(
                self._url, stream=True, timeout=self._timeouts, allow_redirects=False
            ) as answer:
                self._hear_out(answer)
        except (requests.RequestException, OSError) as error:
            log.debug("control: no stream (%s)", type(error).__name__)
        except Exception:
            log.exception("control: unexpected error in the stream; opening it again")
        was_connected, self.is_connected = self.is_connected, False
        self._answer = None
        if was_connected:
            log.info("control: the stream ended; asking every second until it is back")
            self._ring()
        return was_connected

    def _hear_out(self, answer: requests.Response) -> None:
        kind = answer.headers.get("Content-Type", "")
        if answer.status_code != 200 or not kind.startswith("text/event-stream"):
            return
        self._answer = answer
        if self._closing.is_set():  # and whoever closes may have found no answer to end
            return
        for _ in answer.iter_content(chunk_size=None):
            if self._closing.is_set():
                return
            self.is_connected = True
            self._ring()
