"""Follows the exporter's event stream: a notice in the outbox of each fact that people wait for."""

import asyncio
import logging
from datetime import datetime
from http import HTTPStatus

import aiohttp
import msgspec

from arbwatch.answers import StoredFill
from arbwatch.bearer.credential import Credential
from arbwatch.events import Breach, EngineError, Reversal
from bot.errors import OutboxError
from bot.facts import BreachFact, ErrorFact, Fact, FillFact, ReversalFact
from bot.metrics import BotMetrics
from bot.outbox import Outbox
from bot.sse import ServerEvent, read_events
from bot.worker import Sleep

log = logging.getLogger(__name__)

STREAM = "exporter"
CONNECT_SECONDS = 5.0
# The exporter sends a heartbeat every 10 s; three missing ones mean that it is gone.
SILENCE_SECONDS = 30.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
LOOK_SECONDS = 1.0
# One event is a small JSON document; this is far above the largest.
LINE_LIMIT_BYTES = 1024 * 1024


class Notices:
    """Reads the stream from where it was left, over restarts, without gap or repeat."""

    def __init__(
        self,
        base_url: str,
        outbox: Outbox,
        *,
        metrics: BotMetrics,
        credential: Credential | None = None,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/api/stream"
        self._outbox = outbox
        self._metrics = metrics
        self._credential = credential or Credential(None)
        self._pause = FIRST_PAUSE_SECONDS
        self._is_up: bool | None = None

    async def run(self) -> None:
        """Follow the stream until cancelled, reconnecting with growing pauses."""
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, read_bufsize=LINE_LIMIT_BYTES) as session:
            while True:
                try:
                    await self._follow(session)
                    self._lose("ended")
                except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as lost:
                    self._lose(type(lost).__name__)
                except Exception as failed:
                    self._lose(type(failed).__name__)
                    log.exception("Event stream failed")
                await asyncio.sleep(self._pause)
                self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)

    async def _follow(self, session: aiohttp.ClientSession) -> None:
        position = await self._outbox.cursor(STREAM)
        headers = {"Accept": "text/event-stream", **self._credential.headers}
        if position is not None:
            headers["Last-Event-ID"] = str(position)
        async with session.get(self._url, headers=headers) as response:
            if response.status == HTTPStatus.UNAUTHORIZED:
                self._credential.renew()
            response.raise_for_status()
            async for event in read_events(response.content):
                await self._take(event, position)

    async def _take(self, event: ServerEvent, left_at: int | None) -> None:
        """Commit an event's fact together with its position in the stream."""
        if event.event_id is None or not event.event_id.isdecimal():
            return
        position = int(event.event_id)
        if event.kind == "ready":
            self._start(position, left_at)
        facts = self._facts(event)
        await self._outbox.tell(facts, stream=STREAM, position=position)
        if facts:
            self._metrics.notices.labels(kind=event.kind).inc()

    def _start(self, position: int, left_at: int | None) -> None:
        self._pause = FIRST_PAUSE_SECONDS
        self._is_up = True
        self._metrics.stream_up.set(1)
        log.info("Event stream connected: position=%d", position)
        if left_at is not None and position < left_at:
            log.warning("Event stream starts anew: the exporter has another ledger than before")

    def _lose(self, reason: str) -> None:
        """Say once, not at every attempt, that the stream is away; at a start it may be late."""
        if self._is_up:
            log.warning("Event stream lost: reason=%s", reason)
        elif self._is_up is None:
            log.info("Event stream not there yet: reason=%s", reason)
        self._is_up = False
        self._metrics.stream_up.set(0)

    def _facts(self, event: ServerEvent) -> list[Fact]:
        try:
            fact = read_fact(event)
        except msgspec.DecodeError:
            self._metrics.notices_skipped.inc()
            log.warning("Event skipped, unreadable: kind=%s id=%s", event.kind, event.event_id)
            return []
        return [] if fact is None else [fact]


async def show_due_notices(outbox: Outbox, *, sleep: Sleep = asyncio.sleep) -> None:
    """Show what is due though nothing new came, until cancelled; a failure is tried again."""
    while True:
        try:
            if outbox.has_due_notices:
                await outbox.tell()
        except OutboxError:
            log.exception("Notices not shown")
        await sleep(LOOK_SECONDS)


def read_fact(event: ServerEvent) -> Fact | None:
    """The fact of a stream event, if its kind is one; raises msgspec.DecodeError."""
    match event.kind:
        case "fill":
            fill = msgspec.json.decode(event.data, type=StoredFill)
            return _fill_fact(fill, key=_key(event, fill.timestamp, fill.fill_id))
        case "reversal":
            undone = msgspec.json.decode(event.data, type=Reversal)
            key = _key(event, undone.timestamp, undone.fill_id)
            return ReversalFact(
                key=key, at=undone.timestamp, reverses=undone.reverses, reason=undone.reason
            )
        case "error":
            error = msgspec.json.decode(event.data, type=EngineError)
            return ErrorFact(
                key=_key(event, error.timestamp),
                at=error.timestamp,
                error=error.kind,
                message=error.message,
                venue=error.venue,
            )
        case "breach":
            breach = msgspec.json.decode(event.data, type=Breach)
            return BreachFact(
                key=_key(event, breach.timestamp),
                at=breach.timestamp,
                limit=breach.limit,
                value=breach.value,
                threshold=breach.threshold,
            )
        case _:
            return None


def _fill_fact(fill: StoredFill, *, key: str) -> FillFact:
    """A fill of the stream as notices know it."""
    return FillFact(
        key=key,
        at=fill.timestamp,
        pair_id=fill.pair_id,
        entry_edge_cents=fill.entry_edge_cents,
        realized_edge_cents=fill.realized_edge_cents,
        pnl_cents=fill.pnl_cents,
        is_one_legged=fill.status == "one_legged",
        is_after_halt=fill.after_halt,
    )


def _key(event: ServerEvent, when: datetime, identity: str | None = None) -> str:
    """What has no identity of its own has its number, which a new ledger gives anew: hence the time
    beside it.
    """
    return f"{event.kind}:{identity or event.event_id}:{when.isoformat()}"
