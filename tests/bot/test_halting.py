"""Halts against a real exporter: only what an engine confirmed is called halted."""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands import Answer, Commands
from bot.exporter_api import ExporterApi
from tests.bot.asking import acknowledge, ask, timeless
from tests.client import Client
from tests.clocks import STILL
from tests.conftest import RunningExporter

NOBODY = "\nNo engine is in contact: nobody is there to confirm it."


@pytest.fixture
def exporter(ledger_path: Path) -> Iterator[RunningExporter]:
    """A running exporter that never has waited too long for an engine."""
    running = RunningExporter(ledger_path, clock=STILL)
    running.start()
    yield running
    running.stop()


async def acknowledged(api: Client, line: str, *told: tuple[str, tuple[int | None, ...]]) -> Answer:
    """Answer a halt. Its time passes once each of these venues' counts of open orders is told."""
    is_told = asyncio.Event()
    ticks = itertools.count(0, 10)

    async def tell() -> None:
        for venue, open_orders in told:
            await acknowledge(api, venue, *open_orders)
        is_told.set()

    calls = ExporterApi(api.url, timeout_seconds=30)
    commands = Commands(
        calls,
        now_seconds=lambda: float(next(ticks)) if is_told.is_set() else 0.0,
        sleep=lambda _: asyncio.sleep(0.02),
    )
    answer, _ = await asyncio.gather(ask(commands, line), tell())
    await calls.close()
    return answer


async def test_a_halt_is_true_once_the_engine_says_so(api: Client) -> None:
    """First requested, then acknowledged; with who and why on record."""
    calls = ExporterApi(api.url, timeout_seconds=30)
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
    api.post("/api/venues/kalshi/ack", {"engine": "old", "seq": 0, "open_orders": 50})

    answer = await acknowledged(api, "/halt kalshi", ("kalshi", (orders,)))

    assert f"🛑 Trading halted on KALSHI\nAcknowledged in TIME, {shown}" in timeless(answer.text)


async def test_the_newest_count_of_open_orders_is_kept(api: Client) -> None:
    """It falls while the answer is still looked after."""
    answer = await acknowledged(api, "/halt kalshi", ("kalshi", (3, 2, 0)))

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
    answer = await acknowledged(api, "/halt all", ("polymarket", (2,)), ("kalshi", (None,)))

    assert timeless(answer.text).startswith(
        "🛑 Trading halted on ALL VENUES\n"
        "POLYMARKET: 🛑 halted, acknowledged in TIME, 2 orders still open\n"
        "KALSHI: 🛑 halted, acknowledged in TIME, open orders not told\n"
    )


async def test_a_halt_of_all_names_the_venues_that_are_not_confirmed(api: Client) -> None:
    """Half a halt is not called one; by hand is left only what is not halted."""
    answer = await acknowledged(api, "/halt all", ("kalshi", (0,)))

    assert answer.result == "unconfirmed"
    assert answer.text.startswith("⚠️ Halt requested on ALL VENUES, but not confirmed")
    assert "\nPOLYMARKET: ⏳ requested\n" in answer.text
    assert "\nKALSHI: 🛑 halted, acknowledged in " in answer.text
    assert "\n2. polymarket.com, Portfolio, Open orders: cancel all.\n3. Check" in answer.text


async def test_a_halt_that_somebody_ends_meanwhile_is_not_called_one(api: Client) -> None:
    """The venue runs again, and the answer says so."""
    calls = ExporterApi(api.url, timeout_seconds=30)

    async def resume() -> None:
        while not api.get("/api/venues")[1]["halts"]:
            await asyncio.sleep(0)
        await asyncio.to_thread(api.post, "/api/venues/kalshi/resume", {"actor": "bob"})

    answer, _ = await asyncio.gather(ask(Commands(calls), "/halt kalshi"), resume())
    await calls.close()

    assert answer.text == "⚠️ KALSHI runs again: somebody resumed it meanwhile. /audit shows who."


async def test_an_unknown_venue_is_answered_with_the_known_ones(commands: Commands) -> None:
    """The exporter's own words."""
    answer = await ask(commands, "/halt moon")

    assert answer.result == "refused"
    assert all(venue in answer.text for venue in ("polymarket", "kalshi", "all"))
