"""The alert that always fires is waited for; its absence is a card, its return ends it."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.auto_halts import AutoHalts
from bot.exporter_api import ExporterApi
from bot.metrics import BotMetrics
from bot.outbox import Outbox
from bot.relay import Relay
from bot.watchdog import MISSING_SECONDS, Watchdog
from tests.bot.clock import START, Clock
from tests.bot.conftest import NOBODY_LISTENS
from tests.bot.payloads import alert, payload


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is set."""
    return Clock()


@pytest.fixture
async def stored(tmp_path: Path, clock: Clock) -> AsyncIterator[Outbox]:
    """An open outbox on that clock."""
    opened = Outbox(tmp_path / "stored.db", now=clock)
    await opened.open()
    yield opened
    await opened.close()


def begun(stored: Outbox, clock: Clock) -> tuple[Watchdog, float]:
    """A watchdog, and when it began to wait."""
    return Watchdog(stored, now=clock, clock=clock.seconds), clock.seconds()


async def titles(stored: Outbox) -> list[str]:
    """The cards that wait, delivered in turn."""
    shown = []
    while stored.backlog.waiting:
        item = await stored.next_waiting()
        await stored.mark_sent(item.key, version=item.version, message_id=1)
        shown.append(item.card.title)
    return shown


async def test_five_minutes_of_silence_are_one_card(stored: Outbox, clock: Clock) -> None:
    """Counted from the last time that it came; however long it stays away."""
    dog, since = begun(stored, clock)
    clock.now += timedelta(minutes=10)
    dog.hear()
    clock.now += timedelta(seconds=MISSING_SECONDS - 1)
    await dog.look(since=since)
    assert await titles(stored) == []

    for _ in range(3):
        clock.now += timedelta(seconds=1)
        await dog.look(since=since)

    assert await titles(stored) == ["🔴 The alert pipeline is silent"]
    assert dog.last_heard == START + timedelta(minutes=10)


async def test_its_return_ends_the_card_and_the_next_silence_is_another(
    stored: Outbox, clock: Clock
) -> None:
    """Two cards, of which the first is over."""
    dog, since = begun(stored, clock)
    for _ in range(2):
        clock.now += timedelta(minutes=5)
        await dog.look(since=since)
        dog.hear()
        await dog.look(since=since)

    incidents = await stored.incidents(open_only=False)
    assert [found.is_resolved for found in incidents] == [True, True]
    assert len({found.key for found in incidents}) == 2


async def test_a_bot_that_starts_gives_it_five_minutes(stored: Outbox, clock: Clock) -> None:
    """A restart neither cries at once, nor forgets what it said, nor says it twice."""
    dog, since = begun(stored, clock)
    clock.now += timedelta(minutes=6)
    await dog.look(since=since)
    first = await titles(stored)

    again, since = begun(stored, clock)
    await again.look(since=since)
    clock.now += timedelta(minutes=6)
    await again.look(since=since)
    still = await titles(stored)
    third, since = begun(stored, clock)
    third.hear()
    await third.look(since=since)

    assert (len(first), still) == (1, [])
    assert await titles(stored) == ["✅ Resolved: The alert pipeline is silent"]


async def test_it_is_heard_over_the_webhook_and_never_shown(
    stored: Outbox, clock: Clock, metrics: BotMetrics
) -> None:
    """Only while it fires: that it resolved means that Prometheus stopped telling."""
    heard: list[bool] = []
    halts = AutoHalts(stored, ExporterApi(NOBODY_LISTENS), metrics=metrics)
    relay = Relay(stored, halts, halting=(), metrics=metrics, hear=lambda: heard.append(True))
    labels = {"alertname": "ArbWatchdog", "severity": "none"}

    await relay.receive(payload(alert(labels=labels)))
    await relay.receive(payload(alert(labels=labels, lasted=timedelta(minutes=1))))
    taken = await relay.receive(payload(alert("x"), alert("y", labels=labels)))

    assert (heard, taken) == ([True, True], 1)
    assert [found.name for found in await stored.incidents()] == ["ArbVenueErrorRate"]
    assert "ArbWatchdog" not in json.dumps(await titles(stored))
