"""The second way: a webhook is told while Discord cannot be, and once more when it is back."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

import aiohttp
import msgspec
from pydantic import SecretStr

from arbwatch.events import utc_now
from bot.errors import BotError, OutboxError
from bot.metrics import BotMetrics
from bot.outbox import Outbox
from bot.outbox.reports import OUTAGE, LateCard, Reports
from bot.text import join, one_line, unescaped
from bot.worker import Sleep

log = logging.getLogger(__name__)

LATE = timedelta(minutes=2)
# What waits at a start may be older than that, and be delivered in a moment.
START_GRACE = timedelta(seconds=30)
LOOK_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 60.0
TIMEOUT_SECONDS = 10.0
# ntfy makes a file of a longer message: https://docs.ntfy.sh/config/#message-limits
TEXT_LIMIT = 2000

Format = Literal["text", "slack"]


class FallbackFailed(BotError):
    """The webhook did not take it."""


class SecondWay(Protocol):
    """Where it is told."""

    async def tell(self, title: str, text: str) -> None:
        """Tell it, or raise FallbackFailed."""


class Webhook:
    """Anything that takes a POST: `text` as ntfy takes it, or `slack`."""

    def __init__(self, url: SecretStr, *, form: Format) -> None:
        self._url = url
        self._form = form

    async def tell(self, title: str, text: str) -> None:
        """Post it. The error does not say where to: the address is a secret."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        headers, body = self._request(title, text)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(
                    self._url.get_secret_value(), data=body, headers=headers, allow_redirects=False
                ) as response,
            ):
                if response.status >= 300:
                    raise FallbackFailed(f"status {response.status}")
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as failed:
            raise FallbackFailed(type(failed).__name__) from None

    def _request(self, title: str, text: str) -> tuple[dict[str, str], bytes]:
        if self._form == "slack":
            # https://docs.slack.dev/messaging/formatting-message-text#escaping
            whole = f"{title}\n{text}".replace("&", "&amp;")
            whole = whole.replace("<", "&lt;").replace(">", "&gt;")
            return {"Content-Type": "application/json"}, msgspec.json.encode({"text": whole})
        return {"Content-Type": "text/plain; charset=utf-8", "Title": title}, text.encode()


class Fallback:
    """Tells the second way, once for each card that waits too long, and when that is over."""

    def __init__(
        self,
        outbox: Outbox,
        way: SecondWay,
        *,
        metrics: BotMetrics,
        now: Callable[[], datetime] = utc_now,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._outbox = outbox
        self._reports = Reports(outbox)
        self._way = way
        self._metrics = metrics
        self._now = now
        self._sleep = sleep
        self._started_at = now()

    async def run(self) -> None:
        """Watch until cancelled; what fails is tried again with growing pauses."""
        pause = LOOK_SECONDS
        while True:
            await self._sleep(pause)
            try:
                await self.look()
                pause = LOOK_SECONDS
            except FallbackFailed as failed:
                self._metrics.fallback.labels(result="failed").inc()
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                log.warning("Second way failed: error=%s next_attempt_seconds=%.0f", failed, pause)
            except OutboxError:
                log.exception("Second way stopped by the outbox")
            except Exception:
                log.exception("Second way failed")

    async def look(self) -> None:
        """Tell what is to be told now, if anything; raises FallbackFailed."""
        now = self._now()
        if now - self._started_at < START_GRACE:
            return
        late = await self._reports.late(before=now - LATE)
        was_told = await self._reports.has_any()
        if late or (self._is_away(now) and not was_told):
            await self._tell("Arbwatch: Discord is not reached", self._alarm(late))
            await self._reports.note([OUTAGE, *(card.key for card in late)], at=now)
        elif was_told and not self._is_away(now) and not await self._reports.is_open():
            await self._tell("Arbwatch: Discord is back", "What waited is in the channel.")
            await self._reports.clear()

    async def _tell(self, title: str, text: str) -> None:
        await self._way.tell(title, text)
        self._metrics.fallback.labels(result="sent").inc()
        log.warning("Told by the second way: %s", title)

    def _is_away(self, now: datetime) -> bool:
        """Whether something waits for that long, in which nothing was delivered."""
        oldest, last = self._outbox.backlog.oldest, self._outbox.last_sent
        return oldest is not None and now - max(oldest, last or oldest) > LATE

    def _alarm(self, late: Sequence[LateCard]) -> str:
        waiting = self._outbox.backlog.waiting
        head = f"{waiting:,} message{'s wait' if waiting != 1 else ' waits'} for it. Use Grafana."
        return join(head, [one_line(unescaped(card.title)) for card in late], limit=TEXT_LIMIT)
