"""Automatic halts of a bot that is killed at any step, or whose disk is full."""

import asyncio
import random
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bot.conftest import until
from tests.bot.payloads import alert, halting, payload
from tests.bot.processes import BotProcess
from tests.bot.running import call
from tests.client import Client
from tests.conftest import RunningExporter, free_port

NAMES = [f"ArbKilled{number}" for number in range(4)]


@pytest.fixture
def later(tmp_path: Path) -> Iterator[RunningExporter]:
    """An exporter that the test starts when it likes."""
    running = RunningExporter(tmp_path / "late.db")
    yield running
    running.stop()


@pytest.fixture
def bot(later: RunningExporter, tmp_path: Path) -> Iterator[BotProcess]:
    """A bot process that asks this exporter."""
    process = BotProcess(
        {
            "BOT_PORT": free_port(),
            "OUTBOX_PATH": tmp_path / "outbox.db",
            "EXPORTER_URL": later.client.url,
            "AUTO_HALT": ",".join(["ArbFeedSilent", *NAMES]),
        }
    )
    yield process
    process.kill()


def ordered(api: Client) -> list[dict[str, Any]]:
    """Every halt that was ever ordered."""
    return [row for row in api.get("/api/audit?limit=1000") if row["action"] == "halt"]


async def test_a_kill_before_the_order_costs_no_halt(
    bot: BotProcess, later: RunningExporter
) -> None:
    """Alertmanager was told 200: the halt is on disk, and ordered once by the next run."""
    await bot.ready()
    assert (await call("POST", f"{bot.url}/alerts", payload(halting())))[0] == 200
    bot.kill()
    later.start()

    await bot.restart()

    await until(lambda: ordered(later.client))
    await call("POST", f"{bot.url}/alerts", payload(halting(), halting("b", venue="polymarket")))
    await until(lambda: len(ordered(later.client)) == 2)
    assert {row["scope"] for row in ordered(later.client)} == {"kalshi", "polymarket"}


async def test_kills_at_any_moment_cost_no_halt_and_order_none_twice(
    bot: BotProcess, later: RunningExporter
) -> None:
    """What was answered with 200 is one halt, whichever step the kill came at."""
    later.start()
    await bot.ready()
    chance = random.Random(4)
    for name in NAMES:
        labels = {"alertname": name, "action": "halt", "venue": "kalshi"}
        body = payload(halting(name, labels=labels))
        assert (await call("POST", f"{bot.url}/alerts", body))[0] == 200
        await asyncio.sleep(chance.random() / 50)
        await bot.restart()

    await until(lambda: len(ordered(later.client)) >= len(NAMES))
    assert sorted(row["actor"] for row in ordered(later.client)) == NAMES


async def test_a_full_disk_keeps_nobody_trading(bot: BotProcess, later: RunningExporter) -> None:
    """The halt is ordered, although the post is refused; told again it is not ordered twice."""
    later.start()
    await bot.ready()
    pid = bot.process.pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (64 * 1024, hard))
    alerts = payload(halting(), *[alert(f"{n}") for n in range(400)])

    full, _ = await call("POST", f"{bot.url}/alerts", alerts)
    await until(lambda: ordered(later.client))
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    taken, _ = await call("POST", f"{bot.url}/alerts", alerts)
    await call("POST", f"{bot.url}/alerts", payload(halting("b", venue="polymarket")))

    await until(lambda: len(ordered(later.client)) == 2)
    assert (full, taken) == (503, 200)
    assert {row["scope"] for row in ordered(later.client)} == {"kalshi", "polymarket"}
