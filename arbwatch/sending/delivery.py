"""One batch over HTTP: what is posted, and what the answer means. No thread, no memory.

Guarantees: a batch counts as stored only if the answer is a whole receipt. Only the statuses that
blame the bytes themselves refuse it for good. All else is `Failed` and to be tried again: what may
pass by itself (no connection, a cut one, 408, 425, 429, 5xx, an answer that is no receipt), and
what says that the way is wrong (3xx, 401, 404 and the like), which a person has to mend.
"""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec
import requests

from arbwatch import wire
from arbwatch.answers import Receipt
from arbwatch.bearer.access import Access
from arbwatch.control import BATCH_HEADER
from arbwatch.sending.batch import Batch
from arbwatch.sending.options import Options

REFUSING_STATUSES = frozenset({400, 409, 413, 415, 422})
PASSING_STATUSES = frozenset({408, 425, 429})
# A server that asks for more is asked again after this: facts are waiting.
LONGEST_RETRY_AFTER_SECONDS = 60.0

_RECEIPT = msgspec.json.Decoder(Receipt)


class Stored(msgspec.Struct, frozen=True):
    """The exporter has it; single events may be refused in the receipt."""

    receipt: Receipt


class Refused(msgspec.Struct, frozen=True):
    """The batch as a whole is refused for good."""

    reason: str


class Failed(msgspec.Struct, frozen=True):
    """Not known to be stored; to be sent again, no sooner than asked for."""

    reason: str
    retry_after_seconds: float = 0.0


Outcome = Stored | Refused | Failed


class Delivery:
    """A kept-alive connection to `POST /api/events`."""

    def __init__(self, url: str, *, access: Access, options: Options) -> None:
        self._url = url.rstrip("/") + "/api/events"
        self._timeouts = (options.connect_timeout_seconds, options.timeout_seconds)
        self._session = access.session()
        self._session.headers["Content-Type"] = wire.NDJSON

    def post(self, batch: Batch) -> Outcome:
        """Send once."""
        try:
            answer = self._session.post(
                self._url,
                data=batch.body,
                headers={BATCH_HEADER: batch.batch_id},
                timeout=self._timeouts,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return Failed(f"exporter not reached: {type(error).__name__}")
        return _judge(answer)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()


class Backoff:
    """Pauses between attempts: doubled each time, shortened at random so that engines spread."""

    def __init__(self, options: Options) -> None:
        self._first = options.first_pause_seconds
        self._longest = options.longest_pause_seconds
        self._next = self._first

    def pause(self, at_least: float = 0.0) -> float:
        """Seconds to wait now."""
        chosen = self._next * random.uniform(0.5, 1.0)
        self._next = min(self._next * 2, self._longest)
        return max(chosen, at_least)

    def reset(self) -> None:
        """Something was answered: begin again with the shortest pause."""
        self._next = self._first


def retry_after_seconds(header: str | None, *, now: datetime) -> float:
    """What a Retry-After header asks for, as seconds or as a date; 0 where it says nothing."""
    if header is None:
        return 0.0
    try:
        seconds: float = int(header)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(header) - now).total_seconds()
        except (ValueError, TypeError):
            return 0.0
    return float(min(max(seconds, 0), LONGEST_RETRY_AFTER_SECONDS))


def _judge(answer: requests.Response) -> Outcome:
    status = answer.status_code
    if status in REFUSING_STATUSES:
        return Refused(f"status {status}")
    if not answer.ok or status >= 300:
        wait = retry_after_seconds(answer.headers.get("Retry-After"), now=datetime.now(UTC))
        return Failed(_describe(status), wait)
    try:
        return Stored(_RECEIPT.decode(answer.content))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Failed("the answer is no receipt")


def _describe(status: int) -> str:
    if 300 <= status < 500 and status not in PASSING_STATUSES:
        return f"wrong URL, or no access: status {status}"
    return f"exporter answered {status}"
