"""Follows the exporter's event stream: a notice in the outbox of each fact that people wait for."""

import asyncio
import logging
from http import HTTPStatus

import aiohttp
import msgspec

from arbwatch.answers import StoredFill
from arbwatch.credential import Credential
from arbwatch.events import Breach, EngineError, Reversal
from bot.cards import breach_card, error_card, fill_card, reversal_card
from bot.metrics import BotMetrics
from bot.outbox import Entry, Outbox
from bot.sse import ServerEvent, read_events

log = logging.getLogger(__name__)

STREAM = "exporter"
CONNECT_SECONDS = 5.0
# The exporter sends a heartbeat every 10 s; three missing ones mean that it is gone.
SILENCE_SECONDS = 30.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
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
        """Commit an event's notice together with its position in the stream."""
        if event.event_id is None or not event.event_id.isdecimal():
            return
        position = int(event.event_id)
        if event.kind == "ready":
            self._start(position, left_at)
        entries = self._entries(event)
        await self._outbox.put(entries, stream=STREAM, position=position)
        if entries:
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

    def _entries(self, event: ServerEvent) -> list[Entry]:
        try:
            return notice_entries(event)
        except msgspec.DecodeError:
            self._metrics.notices_skipped.inc()
            log.warning("Event skipped, unreadable: kind=%s id=%s", event.kind, event.event_id)
            return []


def notice_entries(event: ServerEvent) -> list[Entry]:
    """The notice of a stream event, if its kind has one; raises msgspec.DecodeError."""
    match event.kind:
        case "fill":
            fill = msgspec.json.decode(event.data, type=StoredFill)
            card = fill_card(
                fill.pair_id,
                entry_edge_cents=fill.entry_edge_cents,
                realized_edge_cents=fill.realized_edge_cents,
                pnl_cents=fill.pnl_cents,
                is_one_legged=fill.status == "one_legged",
            )
            when = fill.timestamp
        case "reversal":
            reversal = msgspec.json.decode(event.data, type=Reversal)
            card = reversal_card(reversal.reverses, reason=reversal.reason)
            when = reversal.timestamp
        case "error":
            error = msgspec.json.decode(event.data, type=EngineError)
            card = error_card(error.kind, error.message, venue=error.venue)
            when = error.timestamp
        case "breach":
            breach = msgspec.json.decode(event.data, type=Breach)
            card = breach_card(breach.limit, breach.value, threshold=breach.threshold)
            when = breach.timestamp
        case _:
            return []
    # The time keeps apart what a new ledger numbers anew.
    return [Entry(key=f"{event.kind}:{event.event_id}:{when.isoformat()}", card=card)]
