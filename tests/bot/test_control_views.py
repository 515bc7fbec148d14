"""/venues and /audit against a real exporter."""

import re
from pathlib import Path

import pytest

from bot.commands import Commands
from exporter.control import IN_SERVICE
from tests.bot.asking import acknowledge, ask, contact, timeless
from tests.client import Client, fill
from tests.clocks import STILL
from tests.exporter.test_control_unstored import stalled


async def test_venues_tell_where_each_stands(commands: Commands, api: Client) -> None:
    """Why, by whom, what the engines said, and what was filled since."""
    contact(api)
    api.post("/api/venues/kalshi/halt", {"reason": "feed *wrong*", "actor": "bob"})
    await acknowledge(api, "kalshi", 3)
    api.post("/api/fills", fill("f1"))

    answer = await ask(commands, "/venues")

    text = re.sub(r"confirmed \d+ \w+ ago", "confirmed TIME", timeless(answer.text))
    assert text == (
        "🎛️ Venues\n"
        "▶️ POLYMARKET running\n"
        "   Engines in contact: test\n"
        "🛑 KALSHI halted (seq 1)\n"
        "   Since TIME\n"
        "   #1 feed \\*wrong\\*\n"
        "      bob over REST, TIME\n"
        "   test: confirmed TIME, 3 orders still open\n"
        "   Engines in contact: test\n"
        "   Fills since: 1"
    )


@pytest.mark.parametrize("exporter_clock", [STILL])
async def test_a_halt_that_an_engine_has_not_confirmed_is_shown_so(
    commands: Commands, api: Client
) -> None:
    """Its word on an earlier halt is no word on this one."""
    api.post("/api/venues/kalshi/halt", {"reason": "one", "actor": "bob"})
    await acknowledge(api, "kalshi")
    api.post("/api/venues/kalshi/halt", {"reason": "two", "actor": "bob"})

    answer = await ask(commands, "/venues")

    assert "⏳ KALSHI halt requested (seq 3)\n   Since " in answer.text
    assert "   test: has not confirmed #3\n   Engines in contact: none" in answer.text


@pytest.mark.parametrize("patience", [IN_SERVICE])
async def test_nobody_has_confirmed_a_halt_that_is_not_on_disk(
    commands: Commands, api: Client, ledger_path: Path
) -> None:
    """It has no number yet, so an older word is none on it."""
    api.post("/api/venues/kalshi/halt", {})
    await acknowledge(api, "kalshi")
    with stalled(ledger_path):
        api.post("/api/venues/all/halt", {})
        answer = await ask(commands, "/venues")

    assert "   test: has not confirmed #–\n" in answer.text


async def test_audit_tells_who_did_what(commands: Commands, api: Client) -> None:
    """The latest first; as many as asked for."""
    api.post("/api/venues/all/halt", {"reason": "maintenance", "actor": "bob (80000000000000012)"})
    await acknowledge(api, "kalshi", 1)
    api.post("/api/venues/all/resume", {"reason": "done", "actor": "eve", "halt_ids": [1]})

    answer = await ask(commands, "/audit")
    last = await ask(commands, "/audit 1")

    assert re.sub(r"\d\d:\d\d:\d\d UTC", "TIME", answer.text) == (
        "📜 Audit\n"
        "#3 TIME ▶️ resume ALL VENUES #1\n   eve over REST: done\n"
        "#2 TIME ✔️ confirmed KALSHI #1\n   test (engine): 1 order still open\n"
        "#1 TIME 🛑 halt ALL VENUES\n   bob over REST: maintenance"
    )
    assert last.text.startswith("📜 Audit\n#3 ")
    assert last.text.count("#2") == 0


async def test_an_empty_trail_is_said_to_be_empty(commands: Commands) -> None:
    """Instead of a heading above nothing."""
    assert (await ask(commands, "/audit")).text == "📜 Audit\nNothing was ever ordered."
