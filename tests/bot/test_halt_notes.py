"""A halt is ordered once and noted in the outbox, however the two fall together."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from arbwatch.control import Halt, HaltOrder, HaltState, VenueControl
from bot.auto_halts import AutoHalts
from bot.exporter_api import ExporterApi
from bot.metrics import BotMetrics
from bot.outbox import Outbox, WantedHalt
from tests.bot.conftest import until
from tests.client import Client

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)


class SlowOutbox(Outbox):
    """Takes its time to note an order."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.is_noting = asyncio.Event()
        self.goes_on = asyncio.Event()

    async def mark_ordered(self, key: str, *, scope: str, halt_id: int) -> bool:
        """Note it once it is let go on."""
        self.is_noting.set()
        await self.goes_on.wait()
        return await super().mark_ordered(key, scope=scope, halt_id=halt_id)


class TellingOutbox(Outbox):
    """Has a halt told in the very moment in which it is read here, once."""

    on_read: Callable[[], None] | None = None

    async def wanted_halts(self) -> list[WantedHalt]:
        """What is wanted, and told now."""
        found = await super().wanted_halts()
        on_read, self.on_read = self.on_read, None
        if on_read:
            on_read()
        return found


class InstantApi(ExporterApi):
    """Answers an order before anything else runs."""

    async def halt(self, scope: str, order: HaltOrder) -> list[VenueControl]:
        """Stored at once."""
        halt = Halt(
            halt_id=1, scope=scope, reason=order.reason, actor=order.actor, via="rule", since=BEGAN
        )
        state = HaltState.REQUESTED
        row = VenueControl(
            venue=scope, state=state, seq=1, since=BEGAN, halts=[halt], acks=[], fills_since=0
        )
        return [row]


def wanted(key: str, venue: str) -> WantedHalt:
    """A halt that an alert asks for."""
    return WantedHalt(
        key=key, scope=venue, actor="ArbFeedSilent", reason="Feed silent", began_at=BEGAN
    )


def ordered(metrics: BotMetrics) -> float:
    """How many halts were ordered."""
    sample = metrics.registry.get_sample_value
    return sample("arb_bot_auto_halts_total", {"result": "ordered"}) or 0.0


async def test_an_alert_repeated_while_its_halt_is_noted_halts_once(
    api: Client, tmp_path: Path
) -> None:
    """Else it would halt again what a person has resumed."""
    outbox = SlowOutbox(tmp_path / "outbox.db")
    await outbox.open()
    halt, fence = wanted("a", "kalshi"), wanted("b", "polymarket")
    await outbox.put([], halts=[halt, fence])
    metrics = BotMetrics(CollectorRegistry(), version="0")
    exporter = ExporterApi(api.url)
    halts = AutoHalts(outbox, exporter, metrics=metrics, retry_seconds=10)
    halts.order([halt])
    running = asyncio.create_task(halts.run())
    await outbox.is_noting.wait()

    halts.order([halt])
    outbox.goes_on.set()
    halts.order([fence])

    await until(lambda: ordered(metrics) == 2)
    await asyncio.sleep(0.3)  # In which a second order would be on its way.
    assert ordered(metrics) == 2
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await exporter.close()
    await outbox.close()


async def test_an_order_that_is_answered_before_it_is_waited_for_is_noted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whenever an order ends, who comes for its answer finds it."""
    outbox = TellingOutbox(tmp_path / "outbox.db")
    await outbox.open()
    exporter = InstantApi("http://nowhere.test")
    metrics = BotMetrics(CollectorRegistry(), version="0")
    halts = AutoHalts(outbox, exporter, metrics=metrics, retry_seconds=10)
    running = asyncio.create_task(halts.run())
    halts.order([wanted("first", "polymarket")])
    await until(lambda: ordered(metrics) == 1)

    halt = wanted("a", "kalshi")
    await outbox.put([], halts=[halt])
    outbox.on_read = lambda: halts.order([halt])
    halts.order([wanted("wakes", "polymarket")])

    async with asyncio.timeout(30):
        while await Outbox.wanted_halts(outbox):
            await asyncio.sleep(0.01)
    assert ordered(metrics) == 3
    assert "failed" not in caplog.text
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await exporter.close()
    await outbox.close()
