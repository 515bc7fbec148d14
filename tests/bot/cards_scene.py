"""A bot between a real Alertmanager, a real exporter and a fake Discord, with alerts that fire."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from tests.alertmanager.conftest import Alertmanager, started
from tests.bot.conftest import RunningBot, StartBot, until
from tests.bot.running import connected
from tests.client import Client
from tests.conftest import free_port
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.interactions import Person
from tests.fakes.discord.world import Injected, Json, buttons

PATIENCE_SECONDS = 30.0
LABELS = {"alertname": "ArbVenueErrorRate", "severity": "critical", "venue": "kalshi"}


class Scene:
    """What a trader sees and does."""

    def __init__(
        self, server: FakeDiscord, alertmanager: Alertmanager, api: Client, *, bot_url: str
    ) -> None:
        self.bot_url = bot_url
        self.server = server
        self.alertmanager = alertmanager
        self.api = api
        self._began = datetime.now(UTC)

    async def fire(self, *, is_over: bool = False, **labels: str) -> None:
        """Let an alert fire, or end."""
        alert = {
            "labels": LABELS | labels,
            "annotations": {"summary": "Venue error rate is high", "description": "3% failed."},
            "startsAt": self._began.isoformat(),
        }
        if is_over:
            alert["endsAt"] = datetime.now(UTC).isoformat()
        await asyncio.to_thread(self.alertmanager.post, alert)

    async def card(self, word: str = "Venue error rate") -> Json:
        """The message of an alert, once it is there."""
        await until(lambda: self._found(word))
        return self._found(word)[0]

    def _found(self, word: str) -> list[Json]:
        return [message for message in self.server.messages if word in str(message["embeds"])]

    async def press(self, message: Json, label: str, **given: Any) -> Injected:
        """Press a button of a message, and read the answer."""
        by = Person(
            **{"name": "alice"} | {k: given.pop(k) for k in ("name", "roles") if k in given}
        )
        pressed = await self.server.press_on(message, label, by=by, **given)
        await until(pressed.answered.is_set)
        return pressed

    async def silences(self) -> list[Json]:
        """What Alertmanager holds."""
        return await asyncio.to_thread(self.alertmanager.silences)

    def audit(self, action: str) -> list[Json]:
        """Entries of the audit trail, the latest first."""
        return [row for row in self.api.get("/api/audit") if row["action"] == action]


def done(message: Json) -> str:
    """What the card says was done."""
    fields = message["embeds"][0].get("fields", [])
    return "\n".join(field["value"] for field in fields if field["name"] == "Done")


def labels(message: Json) -> list[str]:
    """What can be pressed."""
    return [str(button["label"]) for button in buttons(message)]


def be_patient(running: RunningBot) -> None:
    """Let its commands wait for the exporter and Alertmanager as long as tests wait for it."""
    for api in (running.bot._api, running.bot._alerts):
        api._connection._timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)


@contextlib.asynccontextmanager
async def staged(
    start_bot: StartBot,
    server: FakeDiscord,
    api: Client,
    tmp_path: Path,
    *,
    is_patient: bool = True,
    **settings: Any,
) -> AsyncIterator[Scene]:
    """Everything running, and one alert that fires.

    A patient bot does not give up what a busy machine is slow to do.
    """
    port = free_port()
    with started(tmp_path, posts_to=port) as alertmanager:
        running = await connected(
            start_bot,
            server,
            **{"api_base_url": api.url, "alertmanager_url": alertmanager.url, "port": port}
            | settings,
        )
        if is_patient:
            be_patient(running)
        scene = Scene(server, alertmanager, api, bot_url=running.url)
        await scene.fire()
        yield scene
