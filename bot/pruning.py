"""Keeps the outbox small: what was delivered long ago is forgotten, at the start and every hour."""

import asyncio
import logging

from bot.errors import OutboxError
from bot.outbox import Outbox
from bot.worker import Sleep

log = logging.getLogger(__name__)

PAUSE_SECONDS = 3600.0


async def prune_hourly(outbox: Outbox, *, sleep: Sleep = asyncio.sleep) -> None:
    """Prune until cancelled; a failure waits for the next hour, and `/readyz` tells of it."""
    while True:
        try:
            if count := await outbox.prune():
                log.info("Outbox pruned: cards=%d", count)
        except OutboxError:
            log.exception("Outbox not pruned")
        await sleep(PAUSE_SECONDS)
