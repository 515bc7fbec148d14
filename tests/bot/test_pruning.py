"""The outbox forgets what is over and done with, and nothing else."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.alertmanager import decode
from bot.cards import make_card
from bot.outbox import Entry, Notification, Outbox
from bot.pruning import PAUSE_SECONDS, prune_hourly
from bot.relay import notifications
from tests.bot.conftest import until
from tests.bot.old_outboxes import card_row, make_outbox
from tests.bot.payloads import alert, payload

MINUTE = timedelta(minutes=1)
START = datetime(2026, 3, 1, tzinfo=UTC)
A_WEEK_LATER = START + timedelta(days=7, seconds=1)


class Clock:
    """The time, as the test sets it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Now."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is set."""
    return Clock()


@pytest.fixture
async def aging(tmp_path: Path, clock: Clock) -> AsyncIterator[Outbox]:
    """An open outbox on that clock."""
    opened = Outbox(tmp_path / "aging.db", now=clock)
    await opened.open()
    yield opened
    await opened.close()


async def deliver_all(outbox: Outbox) -> None:
    """Show everything that waits."""
    while outbox.backlog.waiting:
        item = await outbox.next_waiting()
        await outbox.mark_sent(item.key, version=item.version, message_id=1)


def notice(key: str) -> Entry:
    """A fill, say."""
    return Entry(key=key, card=make_card(key))


def news(fingerprint: str, **changes: Any) -> Notification:
    """An alert in a group of its own."""
    body = payload(alert(fingerprint, **changes), groupKey=fingerprint)
    [found] = notifications(decode(body))
    return found


async def test_a_delivered_notice_is_forgotten_after_a_week(aging: Outbox, clock: Clock) -> None:
    """Not a second earlier, and never one that still waits."""
    await aging.put([notice("sent")])
    await deliver_all(aging)
    await aging.put([notice("waits")])

    clock.now = START + timedelta(days=7)
    assert await aging.prune() == 0
    clock.now = A_WEEK_LATER
    assert await aging.prune() == 1

    assert (await aging.next_waiting()).key == "waits"


async def test_an_alert_is_kept_until_it_is_resolved_and_told(aging: Outbox, clock: Clock) -> None:
    """A firing one is repeated by Alertmanager, and must still find its message."""
    cut = notifications(decode(payload(alert("cut", lasted=MINUTE), truncatedAlerts=3)))
    await aging.put([], notifications=[news("on"), news("off"), *cut])
    await deliver_all(aging)
    await aging.put([], notifications=[news("off", lasted=MINUTE)])
    clock.now = A_WEEK_LATER

    before_it_is_told = await aging.prune()
    await deliver_all(aging)
    afterwards = await aging.prune()

    await aging.put([], notifications=[news("on"), *cut])
    assert (before_it_is_told, afterwards) == (0, 1)
    assert aging.backlog.waiting == 0


async def test_pruning_begins_at_once_and_goes_on_every_hour(aging: Outbox, clock: Clock) -> None:
    """As long as the bot runs."""
    pauses: list[float] = []
    hours = asyncio.Semaphore(0)

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await hours.acquire()

    await aging.put([notice("first")])
    await deliver_all(aging)
    clock.now = A_WEEK_LATER
    task = asyncio.create_task(prune_hourly(aging, sleep=sleep))
    await until(lambda: len(pauses) == 1)
    left_at_once = await aging.prune()
    await aging.put([notice("second")])
    await deliver_all(aging)
    clock.now += timedelta(days=8)
    hours.release()
    await until(lambda: len(pauses) == 2)

    assert (left_at_once, await aging.prune()) == (0, 0)
    assert pauses == [PAUSE_SECONDS] * 2
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_outbox_of_the_first_version_is_taken_over(tmp_path: Path, clock: Clock) -> None:
    """Its notices are forgotten in time; of its alerts nobody knows whether they are over."""
    path, then = tmp_path / "old.db", START.timestamp()
    notice_row = card_row("fill", lane=1, updated_at=then)
    make_outbox(path, 1, notice_row, card_row("alert", updated_at=then))
    outbox = Outbox(path, now=clock)
    await outbox.open()
    clock.now = A_WEEK_LATER

    assert await outbox.prune() == 1
    await outbox.close()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT key FROM card").fetchall() == [("alert",)]
    connection.close()
