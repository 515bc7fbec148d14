"""The programmatic face of the users' guide, and the bot's own health."""

import subprocess
import sys

import aiohttp
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from bot import ArbitrageBot, BotConfig
from tests.bot.cards_scene import be_patient
from tests.bot.conftest import StartBot, until
from tests.bot.processes import ROOT
from tests.bot.running import Printed, started
from tests.client import Client, edge


async def test_alerts_may_be_given_before_the_bot_runs(
    start_bot: StartBot, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are on disk, and told when it does."""
    running = await start_bot()
    await running.stop()
    bot = running.bot

    await bot.alert_fill("pm-1:k-2", 3.2, 2.5, 150)
    await bot.alert_error("execution_timeout", "no answer")
    await bot.alert_threshold_breach("daily_loss", -50)
    await bot.close()

    await start_bot()
    printed = Printed(capsys)
    await until(lambda: "daily_loss" in printed.so_far())
    assert printed.so_far() == (
        "── ✅ Fill Executed: pm-1:k-2\n"
        "   Entry Edge: 3.20¢ → Realized: 2.50¢ → PnL: $1.50\n"
        "── 🚨 Error (execution_timeout): no answer\n"
        "── 🚨 Threshold Breach: daily_loss = $-50.00\n"
    )


async def test_a_program_can_give_commands(start_bot: StartBot, api: Client) -> None:
    """By name and arguments; the text is what Discord would show."""
    api.post("/api/edges", edge(pair_id="a", ttl_seconds=600))
    running = await start_bot(api_base_url=api.url)
    be_patient(running)

    text = await running.bot.handle_command("edges", ["5"])

    assert text.startswith("📊 Live Edges\n1. ")
    assert "no such command" in await running.bot.handle_command("sell", [])


async def test_metrics_pass_the_strict_parser(start_bot: StartBot) -> None:
    """Known series begin at 0; what has no value has no series."""
    running = await started(start_bot)
    await running.bot.handle_command("status")

    text = await scraped(running.url)

    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
        for sample in family.samples
    }
    assert samples["arb_bot_commands_total", "status", "unavailable"] == 1
    assert samples["arb_bot_deliveries_total", "post"] == 0
    assert samples["arb_bot_outbox_waiting",] == 0
    assert ("arb_bot_discord_up",) not in samples
    assert ("arb_bot_outbox_oldest_waiting_timestamp_seconds",) not in samples


async def scraped(url: str) -> str:
    """The exposition as Prometheus asks for it."""
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{url}/metrics", headers=accept) as response,
    ):
        return await response.text()


def test_importing_the_package_is_cheap() -> None:
    """discord.py and FastAPI are loaded when the bot is, not before."""
    code = "import sys, bot; print('discord' in sys.modules, 'fastapi' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout == "False False\n"
    assert ArbitrageBot.__name__ == "ArbitrageBot"
    assert BotConfig.__name__ == "BotConfig"
