"""Halt and resume against a real exporter: only what an engine confirmed is called halted."""

import asyncio

import pytest

from bot.commands import Answer, Commands
from bot.exporter_api import ExporterApi
from tests.bot.asking import ask
from tests.client import Client


async def acknowledge(client: Client, venue: str, *, open_orders: int | None = 0) -> None:
    """Play an engine: acknowledge the first halt of a venue."""

    def once_halted() -> None:
        while True:
            [control] = [row for row in client.get("/api/venues") if row["venue"] == venue]
            if control["halts"]:
                body = {"engine": "test", "seq": control["seq"], "open_orders": open_orders}
                client.post(f"/api/venues/{venue}/ack", body)
                return

    await asyncio.to_thread(once_halted)


async def test_a_halt_is_true_once_the_engine_says_so(api: Client) -> None:
    """Acknowledged means halted, with who and why on record."""
    calls = ExporterApi(api.url)

    answer, _ = await asyncio.gather(
        ask(Commands(calls), "/halt polymarket feed looks wrong"), acknowledge(api, "polymarket")
    )
    await calls.close()

    assert answer == Answer("🛑 Trading halted on POLYMARKET")
    [halt] = next(row for row in api.get("/api/venues") if row["venue"] == "polymarket")["halts"]
    assert (halt["reason"], halt["actor"], halt["via"]) == ("feed looks wrong", "alice", "console")


@pytest.mark.parametrize(
    ("orders", "shown"),
    [(3, ", 3 orders still open"), (1, ", 1 order still open"), (0, ""), (None, "")],
)
async def test_a_halt_tells_the_orders_that_are_still_open(
    api: Client, orders: int | None, shown: str
) -> None:
    """Those of this halt, not of an earlier one; without an engine's word nothing is invented."""
    calls = ExporterApi(api.url)
    api.post("/api/venues/kalshi/ack", {"engine": "old", "seq": 0, "open_orders": 50})

    answer, _ = await asyncio.gather(
        ask(Commands(calls), "/halt kalshi"), acknowledge(api, "kalshi", open_orders=orders)
    )
    await calls.close()

    assert answer == Answer(f"🛑 Trading halted on KALSHI{shown}")


async def test_the_open_orders_of_all_venues_are_added_up(api: Client) -> None:
    """What an engine did not tell makes of the sum a least."""
    calls = ExporterApi(api.url)

    answer, *_ = await asyncio.gather(
        ask(Commands(calls), "/halt all"),
        acknowledge(api, "polymarket", open_orders=2),
        acknowledge(api, "kalshi", open_orders=None),
    )
    await calls.close()

    assert answer == Answer("🛑 Trading halted on ALL VENUES, at least 2 orders still open")


async def test_a_halt_that_no_engine_confirms_is_not_called_one(commands: Commands) -> None:
    """It says so, and what to do by hand."""
    answer = await ask(commands, "/halt kalshi")

    assert answer.result == "unconfirmed"
    assert answer.text.startswith("⚠️ Halt requested on KALSHI, but not confirmed by the engine.")
    assert "by hand" in answer.text


async def test_a_resume_names_the_halts_it_ends(commands: Commands, api: Client) -> None:
    """All that were open when it looked."""
    api.post("/api/venues/kalshi/halt", {"reason": "first", "actor": "bob"})
    api.post("/api/venues/kalshi/halt", {"reason": "second", "actor": "eve"})

    answer = await ask(commands, "/resume kalshi")

    assert answer.text.startswith("▶️ Trading resumed on KALSHI\nEnded halt #1: first (by bob,")
    assert "halt #2: second (by eve," in answer.text
    assert (await ask(commands, "/resume kalshi")).text == "▶️ KALSHI is already running."


async def test_a_venue_stays_halted_by_a_halt_of_all(commands: Commands, api: Client) -> None:
    """Resuming one venue does not end what halts all of them."""
    api.post("/api/venues/all/halt", {"reason": "maintenance", "actor": "bob"})

    answer = await ask(commands, "/resume kalshi")

    assert answer.result == "unconfirmed"
    assert answer.text.startswith("⚠️ KALSHI stays halted\nOpen: halt #1 of all venues: maintenan")
    assert answer.text.endswith("\nTo end that: /resume all")


async def test_a_halt_of_all_is_true_once_every_venue_is_confirmed(api: Client) -> None:
    """One order, acknowledged venue by venue."""
    calls = ExporterApi(api.url)

    answer, *_ = await asyncio.gather(
        ask(Commands(calls), "/halt all"),
        acknowledge(api, "polymarket"),
        acknowledge(api, "kalshi"),
    )
    await calls.close()

    assert answer == Answer("🛑 Trading halted on ALL VENUES")


async def test_a_halt_of_all_names_the_venues_that_are_not_confirmed(
    commands: Commands, api: Client
) -> None:
    """Half a halt is not called one."""
    answer, _ = await asyncio.gather(ask(commands, "/halt all"), acknowledge(api, "kalshi"))

    assert answer.result == "unconfirmed"
    assert answer.text.startswith("⚠️ Halt requested on ALL VENUES, but not confirmed")
    assert "\nPOLYMARKET: ⚠️ not confirmed\n" in answer.text
    assert "\nKALSHI: 🛑 halted\n" in answer.text
    assert "by hand" in answer.text


async def test_a_resume_of_all_ends_the_halt_of_all(commands: Commands, api: Client) -> None:
    """And leaves the halts of single venues, which it names."""
    api.post("/api/venues/all/halt", {"reason": "maintenance", "actor": "bob"})
    api.post("/api/venues/kalshi/halt", {"reason": "own", "actor": "eve"})

    first = await ask(commands, "/resume all")
    await ask(commands, "/resume kalshi")

    assert first.text.startswith("⚠️ KALSHI stays halted\nOpen: halt #2: own (by eve,")
    assert "\nEnded halt #1 of all venues: maintenance (by bob," in first.text
    assert first.text.endswith("\nTo end that: /resume kalshi")
    assert (await ask(commands, "/resume all")).text == "▶️ ALL VENUES are already running."


@pytest.mark.parametrize("line", ["/halt moon", "/resume moon"])
async def test_an_unknown_venue_is_answered_with_the_known_ones(
    commands: Commands, line: str
) -> None:
    """The exporter's own words."""
    answer = await ask(commands, line)

    assert answer.result == "refused"
    assert all(venue in answer.text for venue in ("polymarket", "kalshi", "all"))
