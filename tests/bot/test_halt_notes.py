"""A halt that is ordered is noted in the outbox, and only then forgotten."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry

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


def wanted(key: str, venue: str) -> WantedHalt:
    """A halt that an alert asks for."""
    return WantedHalt(
        key=key, scope=venue, actor="ArbFeedSilent", reason="Feed silent", began_at=BEGAN
    )


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

    def ordered() -> float:
        sample = metrics.registry.get_sample_value
        return sample("arb_bot_auto_halts_total", {"result": "ordered"}) or 0.0

    await until(lambda: ordered() == 2)
    await asyncio.sleep(0.3)  # In which a second order would be on its way.
    assert ordered() == 2
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await exporter.close()
    await outbox.close()
