"""Halts that the exporter does not take, or cannot keep: said as it is, with what to do by hand."""

import asyncio
import socket
from pathlib import Path

import pytest

from arbwatch.bearer.credential import Credential
from bot.commands import Commands
from bot.exporter_api import ExporterApi
from exporter.control import IN_SERVICE
from tests.arbwatch.exporters import KillableExporter
from tests.bot.asking import acknowledge, ask
from tests.bot.conftest import NOBODY_LISTENS, hurried
from tests.bot.test_halting import NOBODY
from tests.conftest import RunningExporter, free_port
from tests.exporter.test_control_unstored import stalled


async def test_a_halt_is_ordered_again_until_the_exporter_is_back(ledger_path: Path) -> None:
    """Within the wait; it says at once that nothing is halted yet."""
    port = free_port()
    calls = ExporterApi(f"http://127.0.0.1:{port}", timeout_seconds=30)
    told: list[str] = []
    asking = asyncio.create_task(ask(Commands(calls), "/halt kalshi", told))
    while not told:
        await asyncio.sleep(0.01)

    exporter = RunningExporter(ledger_path, port=port)
    exporter.start()
    await acknowledge(exporter.client, "kalshi")
    answer = await asking
    await calls.close()
    await asyncio.to_thread(exporter.stop)

    assert (
        told[0]
        == "⏳ Halt of KALSHI not confirmed yet: the exporter does not answer. Trying again."
    )
    assert answer.text.startswith("🛑 Trading halted on KALSHI\n")


async def test_a_halt_that_nobody_takes_says_what_to_do() -> None:
    """By hand at the venue; of all venues it knows no names."""
    calls = ExporterApi(NOBODY_LISTENS)

    one = await ask(hurried(calls), "/halt polymarket")
    every = await ask(hurried(calls), "/halt all")
    await calls.close()

    assert one.text.startswith("⚠️ Halt of POLYMARKET not confirmed: the exporter does not answer.")
    assert "\n2. polymarket.com, Portfolio, Open orders: cancel all.\n" in one.text
    assert "\n2. At each venue cancel every open order.\n" in every.text
    assert "stops opening positions after 15 s." in every.text


async def test_a_halt_that_the_token_does_not_allow_says_what_to_do(tmp_path: Path) -> None:
    """As when the bot's token was taken out a moment ago: nobody halts then but by hand."""
    tokens = tmp_path / "tokens"
    tokens.write_text("bot read known\n# end\n")
    exporter = RunningExporter(tmp_path / "ledger.db", tokens_file=tokens)
    exporter.start()
    answers = []
    for token in ("known", "unknown"):
        calls = ExporterApi(exporter.client.url, credential=Credential(token), timeout_seconds=30)
        answers.append(await ask(Commands(calls), "/halt kalshi"))
        await calls.close()
    await asyncio.to_thread(exporter.stop)

    assert answers[0].text.startswith("⚠️ Halt of KALSHI not confirmed: the token lacks the scope")
    assert answers[1].text.startswith("⚠️ Halt of KALSHI not confirmed: a valid token is needed")
    assert all("Do it by hand now:" in answer.text for answer in answers)


@pytest.mark.parametrize("patience", [IN_SERVICE])
async def test_a_halt_that_the_disk_does_not_take_is_told_truthfully(
    commands: Commands, exporter: RunningExporter, ledger_path: Path
) -> None:
    """In force, and not on disk."""
    told: list[str] = []

    with stalled(ledger_path):
        answer = await ask(commands, "/halt kalshi", told)

    assert told[0].startswith(
        f"⏳ Halt requested on KALSHI{NOBODY}\n⚠️ the halt is in force but not"
    )
    assert answer.text.startswith("⚠️ Halt requested on KALSHI, but not confirmed by the engine.")
    assert answer.text.endswith("it is being stored again every second")


async def test_a_halt_that_the_exporter_loses_is_not_said_to_be_resumed(ledger_path: Path) -> None:
    """It ended before its disk took the halt: it has to be ordered again."""
    exporter = KillableExporter(ledger_path)
    await asyncio.to_thread(exporter.start)
    calls = ExporterApi(exporter.client.url, timeout_seconds=30)
    # However long the exporter takes to start, the bot looks on.
    commands = Commands(calls, now_seconds=lambda: 0.0)
    told: list[str] = []
    with stalled(ledger_path):
        asking = asyncio.create_task(ask(commands, "/halt kalshi", told))
        while not any("in force but not on disk" in text for text in told):
            await asyncio.sleep(0.01)
        exporter.kill()
    await asyncio.to_thread(exporter.start)

    answer = await asking
    await calls.close()
    exporter.kill()

    assert answer.text.startswith("⚠️ KALSHI runs again: the halt was not on disk yet")
    assert answer.text.endswith("Type /halt again.")


async def test_an_exporter_that_only_hangs_is_told_in_good_time() -> None:
    """Discord waits for 3 s; the order goes on being tried."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        calls = ExporterApi(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_seconds=0.1)
        told: list[str] = []

        answer = await ask(hurried(calls), "/halt kalshi", told)

        await calls.close()
    assert told[0].startswith("⏳ Halt of KALSHI not confirmed yet")
    assert answer.result == "unavailable"
