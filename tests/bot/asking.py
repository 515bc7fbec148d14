"""How a test asks, and how it plays the engine that answers."""

import asyncio
import re

import requests

from arbwatch.control import ENGINE_HEADER
from bot.commands import Answer, Caller, Commands
from tests.client import Client

CALLER = Caller(actor="alice", via="console")


async def ask(commands: Commands, line: str, told: list[str] | None = None) -> Answer:
    """Answer a line as typed; what is told on the way goes to `told`."""
    name, *arguments = line.split()
    told = [] if told is None else told
    return await commands.answer(name, arguments, caller=CALLER, tell=told.append)


async def acknowledge(client: Client, venue: str, *open_orders: int | None) -> None:
    """Play an engine: acknowledge the first halt of a venue, once for each count of open orders."""
    await asyncio.to_thread(_acknowledge, client, venue, open_orders or (0,))


def contact(client: Client) -> None:
    """Play an engine: ask how the venues stand, and be in contact from then on."""
    requests.get(f"{client.url}/api/venues", headers={ENGINE_HEADER: "test"}, timeout=30)


def timeless(text: str) -> str:
    """A text without times and durations, which no test asserts."""
    text = re.sub(r"\d\d:\d\d:\d\d UTC \(.*? ago\)", "TIME", text)
    return re.sub(r"in \d+\.\d+ s", "in TIME", text)


def _acknowledge(client: Client, venue: str, open_orders: tuple[int | None, ...]) -> None:
    while True:
        [control] = [row for row in client.get("/api/venues") if row["venue"] == venue]
        if control["halts"]:
            break
    for count in open_orders:
        body = {"engine": "test", "seq": control["seq"], "open_orders": count}
        assert client.post(f"/api/venues/{venue}/ack", body).status_code == 200
