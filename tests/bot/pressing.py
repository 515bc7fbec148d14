"""A question about one halt in Discord, and a press of its button."""

from typing import Any

from tests.bot.conftest import until
from tests.client import Client
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.world import Injected

LABEL = "Resume KALSHI"


def halts(api: Client) -> list[int]:
    """The open halts of the venue."""
    venues = api.get("/api/venues")
    return [halt["halt_id"] for row in venues if row["venue"] == "kalshi" for halt in row["halts"]]


def audit(api: Client, action: str) -> list[dict[str, Any]]:
    """Entries of the audit trail, the latest first."""
    return [row for row in api.get("/api/audit") if row["action"] == action]


async def asked_to_resume(server: FakeDiscord, api: Client) -> Injected:
    """Alice's question about one halt, with its button."""
    api.post("/api/venues/kalshi/halt", {"reason": "feed wrong", "actor": "bob"})
    asked = await server.type_command("resume", user_name="alice", venue="kalshi")
    await until(lambda: asked.buttons)
    return asked


async def pressed(server: FakeDiscord, asked: Injected, **given: Any) -> Injected:
    """A press, once it is answered."""
    press = await server.press(asked, LABEL, **given)
    await until(press.answered.is_set)
    return press
