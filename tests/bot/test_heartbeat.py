"""The heartbeat stands still when the outbox's disk hangs, though the loop goes on."""

import asyncio
import sqlite3
import threading

from bot.heartbeat import beat
from bot.metrics import BotMetrics
from bot.outbox import Outbox
from tests.bot.clock import START, Clock
from tests.bot.conftest import until


async def test_it_beats_by_the_second(outbox: Outbox, metrics: BotMetrics) -> None:
    """The time of the last one is a metric."""
    clock = Clock()

    async def sleep(seconds: float) -> None:
        await clock.sleep(seconds)
        await asyncio.sleep(0)

    task = asyncio.create_task(beat(outbox, metrics=metrics, now=clock, sleep=sleep))
    await until(lambda: at(metrics) > START.timestamp() + 5)

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_it_stands_still_while_the_file_hangs(outbox: Outbox, metrics: BotMetrics) -> None:
    """And goes on afterwards."""
    clock, goes_on = Clock(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        await goes_on.wait()
        await asyncio.sleep(0)

    task = asyncio.create_task(beat(outbox, metrics=metrics, now=clock, sleep=sleep))
    await until(lambda: at(metrics) == START.timestamp())
    hangs, free = threading.Event(), threading.Event()

    def hang(run: sqlite3.Connection) -> None:
        hangs.set()
        free.wait(30)

    hanging = asyncio.create_task(outbox.read(hang))
    await until(hangs.is_set)
    clock.now = clock.now.replace(hour=1)
    goes_on.set()

    await asyncio.sleep(0.2)  # In which many beats would come.
    stood = at(metrics)
    free.set()
    await hanging

    await until(lambda: at(metrics) == clock.now.timestamp())
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert stood == START.timestamp()


def at(metrics: BotMetrics) -> float:
    """When it beat last."""
    return metrics.registry.get_sample_value("arb_bot_heartbeat_timestamp_seconds") or 0.0
