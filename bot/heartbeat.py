"""The bot's own heartbeat: it stands still when the loop or the outbox's disk hangs."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime

from arbwatch.events import utc_now
from bot.errors import OutboxError
from bot.metrics import BotMetrics
from bot.outbox import Outbox
from bot.worker import Sleep

PAUSE_SECONDS = 1.0


async def beat(
    outbox: Outbox,
    *,
    metrics: BotMetrics,
    now: Callable[[], datetime] = utc_now,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Beat until cancelled. An outbox that answers with an error answers: `/readyz` tells of it."""
    while True:
        with contextlib.suppress(OutboxError):
            await outbox.read(lambda run: run.execute("SELECT 1").fetchone())
        metrics.heartbeat.set(now().timestamp())
        await sleep(PAUSE_SECONDS)
