"""Halts against a real exporter: only what an engine confirmed is called halted."""

import asyncio
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.commands import Commands
from bot.exporter_api import ExporterApi
from tests.arbwatch.exporters import KillableExporter
from tests.bot.asking import acknowledge, ask, timeless
from tests.bot.conftest import NOBODY_LISTENS, hurried
from tests.client import Client
from tests.conftest import RunningExporter, free_port

NOBODY = "\nNo engine is in contact: nobody is there to confirm it."


@contextmanager
def held_up(ledger: Path) -> Iterator[None]:
    """Nothing can be written to the ledger's file."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def test_a_halt_is_true_once_the_engine_says_so(api: Client) -> None:
    """First requested, then acknowledged; with who and why on record."""
    calls = ExporterApi(api.url)
    told: list[str] = []

    answer, _ = await asyncio.gather(
        ask(Commands(calls), "/halt polymarket feed looks wrong", told),
        acknowledge(api, "polymarket"),
    )
    await calls.close()

    assert told[0] == f"⏳ Halt requested on POLYMARKET{NOBODY}"
    assert timeless(answer.text) == (
        "🛑 Trading halted on POLYMARKET\nAcknowledged in TIME, 0 orders open"
    )
    assert answer.result == "ok"
    [halt] = next(row for row in api.get("/api/venues") if row["venue"] == "polymarket")["halts"]
    assert (halt["reason"], halt["actor"], halt["via"]) == ("feed looks wrong", "alice", "console")


@pytest.mark.parametrize(
    ("orders", "shown"),
    [
        (3, "3 orders still open\nThese may still fill"),
        (1, "1 order still open\nThese may still fill"),
        (0, "0 orders open"),
        (None, "open orders not told"),
    ],
)
async def test_a_halt_tells_the_orders_that_are_still_open(
    api: Client, orders: int | None, shown: str
) -> None:
    """Those of this halt, not of an earlier one; without an engine's word nothing is invented."""
    calls = ExporterApi(api.url)
    api.post("/api/venues/kalshi/ack", {"engine": "old", "seq": 0, "open_orders": 50})

    answer, _ = await asyncio.gather(
        ask(hurried(calls), "/halt kalshi"), acknowledge(api, "kalshi", orders)
    )
    await calls.close()

    assert f"🛑 Trading halted on KALSHI\nAcknowledged in TIME, {shown}" in timeless(answer.text)


async def test_the_newest_count_of_open_orders_is_kept(api: Client) -> None:
    """It falls while the answer is still looked after."""
    calls = ExporterApi(api.url)

    answer, _ = await asyncio.gather(
        ask(Commands(calls), "/halt kalshi"), acknowledge(api, "kalshi", 3, 2, 0)
    )
    await calls.close()

    assert timeless(answer.text).endswith("\nAcknowledged in TIME, 0 orders open")


async def test_a_halt_that_no_engine_confirms_is_not_called_one(commands: Commands) -> None:
    """It says so, and what to do by hand at that venue."""
    told: list[str] = []

    answer = await ask(commands, "/halt kalshi", told)

    assert told == [f"⏳ Halt requested on KALSHI{NOBODY}"]
    assert answer.result == "unconfirmed"
    assert answer.text == (
        f"⚠️ Halt requested on KALSHI, but not confirmed by the engine.{NOBODY}\n"
        "Do it by hand now:\n"
        "1. Stop the engine.\n"
        "2. kalshi.com, Portfolio: cancel every resting order.\n"
        "3. Check the positions there.\n"
        "/venues shows whether it is confirmed later."
    )


async def test_a_halt_of_all_is_true_once_every_venue_is_confirmed(api: Client) -> None:
    """One order, acknowledged venue by venue; what an engine did not tell is no number."""
    calls = ExporterApi(api.url)

    answer, *_ = await asyncio.gather(
        ask(hurried(calls), "/halt all"),
        acknowledge(api, "polymarket", 2),
        acknowledge(api, "kalshi", None),
    )
    await calls.close()

    assert timeless(answer.text).startswith(
        "🛑 Trading halted on ALL VENUES\n"
        "POLYMARKET: 🛑 halted, acknowledged in TIME, 2 orders still open\n"
        "KALSHI: 🛑 halted, acknowledged in TIME, open orders not told\n"
    )


async def test_a_halt_of_all_names_the_venues_that_are_not_confirmed(
    commands: Commands, api: Client
) -> None:
    """Half a halt is not called one; by hand is left only what is not halted."""
    answer, _ = await asyncio.gather(ask(commands, "/halt all"), acknowledge(api, "kalshi"))

    assert answer.result == "unconfirmed"
    assert answer.text.startswith("⚠️ Halt requested on ALL VENUES, but not confirmed")
    assert "\nPOLYMARKET: ⏳ requested\n" in answer.text
    assert "\nKALSHI: 🛑 halted, acknowledged in " in answer.text
    assert "\n2. polymarket.com, Portfolio, Open orders: cancel all.\n3. Check" in answer.text


async def test_a_halt_that_somebody_ends_meanwhile_is_not_called_one(api: Client) -> None:
    """The venue runs again, and the answer says so."""
    calls = ExporterApi(api.url)

    async def resume() -> None:
        while not api.get("/api/venues")[1]["halts"]:
            await asyncio.sleep(0)
        await asyncio.to_thread(api.post, "/api/venues/kalshi/resume", {"actor": "bob"})

    answer, _ = await asyncio.gather(ask(Commands(calls), "/halt kalshi"), resume())
    await calls.close()

    assert answer.text == "⚠️ KALSHI runs again: somebody resumed it meanwhile. /audit shows who."


async def test_a_halt_is_ordered_again_until_the_exporter_is_back(ledger_path: Path) -> None:
    """Within the wait; it says at once that nothing is halted yet."""
    port = free_port()
    calls = ExporterApi(f"http://127.0.0.1:{port}")
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

    assert told[0] == "⏳ KALSHI is not halted yet: the exporter does not answer. Trying again."
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


async def test_a_halt_that_the_disk_does_not_take_is_told_truthfully(
    commands: Commands, exporter: RunningExporter, ledger_path: Path
) -> None:
    """In force, and not on disk."""
    told: list[str] = []

    with held_up(ledger_path):
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
    calls = ExporterApi(exporter.client.url)
    told: list[str] = []
    with held_up(ledger_path):
        asking = asyncio.create_task(ask(Commands(calls), "/halt kalshi", told))
        while not any("in force but not on disk" in text for text in told):
            await asyncio.sleep(0.01)
        exporter.kill()
    await asyncio.to_thread(exporter.start)

    answer = await asking
    await calls.close()
    exporter.kill()

    assert answer.text.startswith("⚠️ KALSHI runs again: the halt was not on disk yet")
    assert answer.text.endswith("Type /halt again.")


async def test_an_unknown_venue_is_answered_with_the_known_ones(commands: Commands) -> None:
    """The exporter's own words."""
    answer = await ask(commands, "/halt moon")

    assert answer.result == "refused"
    assert all(venue in answer.text for venue in ("polymarket", "kalshi", "all"))


async def test_an_exporter_that_only_hangs_is_told_in_good_time() -> None:
    """Discord waits for 3 s; the order goes on being tried."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        calls = ExporterApi(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_seconds=0.1)
        told: list[str] = []

        answer = await ask(hurried(calls), "/halt kalshi", told)

        await calls.close()
    assert told[0].startswith("⏳ KALSHI is not halted yet")
    assert answer.result == "unavailable"
