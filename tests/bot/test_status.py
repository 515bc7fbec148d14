"""The status says of a halt what is known of it, and no more."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from arbwatch.control import HaltState
from bot.commands import Answer, Commands
from bot.exporter_api import ExporterApi
from tests.bot.asking import ask
from tests.client import Client
from tests.clocks import STILL
from tests.conftest import RunningExporter, wait_until

NOTHING_MEASURED = "   Latency: not measured\n   Error Rate: not measured"


@pytest.fixture
async def without_halts() -> AsyncIterator[str]:
    """An exporter that knows its venues' health and cannot tell their halts."""

    async def health(request: web.Request) -> web.Response:
        unmeasured = dict.fromkeys(("feed_latency_p50_ms", "feed_latency_p95_ms", "error_rate"))
        return web.json_response([{"venue": "kalshi", "status": "healthy"} | unmeasured])

    app = web.Application()
    app.add_routes([web.get("/api/health", health)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def ask_status(url: str) -> Answer:
    """What /status answers."""
    api = ExporterApi(url, timeout_seconds=30)
    try:
        return await ask(Commands(api), "status")
    finally:
        await api.close()


@pytest.mark.parametrize("exporter_clock", [STILL])
async def test_a_halt_is_requested_until_the_engine_has_said_so(api: Client) -> None:
    """From the order to the acknowledgement; the other venue is not touched."""
    api.post("/api/venues/kalshi/halt", {"reason": "test"})

    requested = await ask_status(api.url)
    api.post("/api/venues/kalshi/ack", {"engine": "test", "seq": 1})
    acknowledged = await ask_status(api.url)

    assert f"⏳ KALSHI (halt requested)\n{NOTHING_MEASURED}" in requested.text
    assert f"🟠 KALSHI (halted)\n{NOTHING_MEASURED}" in acknowledged.text
    assert f"⚪ POLYMARKET (unknown)\n{NOTHING_MEASURED}" in acknowledged.text


async def test_a_halt_that_nobody_confirmed_is_a_warning(ledger_path: Path) -> None:
    """As after a restart of the exporter with no engine there."""
    first = RunningExporter(ledger_path)
    first.start()
    first.client.post("/api/venues/kalshi/halt", {"reason": "test"})
    first.stop()
    again = RunningExporter(ledger_path)
    again.start()
    wait_until(lambda: again.parts.control.state("kalshi") is HaltState.UNCONFIRMED)

    answer = await ask_status(again.client.url)

    again.stop()
    assert f"⚠️ KALSHI (halt not confirmed)\n{NOTHING_MEASURED}" in answer.text


async def test_without_the_halts_it_says_that_they_are_not_known(without_halts: str) -> None:
    """The health is told all the same; nothing is guessed from it."""
    answer = await ask_status(without_halts)

    assert answer.result == "unavailable"
    assert answer.text == (
        f"🔧 System Status\n🟢 KALSHI\n{NOTHING_MEASURED}\n"
        "⚠️ Whether venues are halted is not known: the exporter did not say."
    )
