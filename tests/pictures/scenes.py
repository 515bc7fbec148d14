"""What is photographed: cards as the snapshots have them, and answers of a bot that runs."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot import BotConfig
from tests.alertmanager.conftest import started
from tests.bot.asking import acknowledge, contact
from tests.bot.cards_scene import Scene
from tests.bot.conftest import ALERT_ROLE, RunningBot, discord_settings, until
from tests.bot.incidents import START
from tests.bot.metrics_server import MetricsServer
from tests.bot.snapshotted import SNAPSHOTS
from tests.client import Client, fill
from tests.conftest import RunningExporter, free_port
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.world import Injected, Json
from tests.pictures import market
from tests.pictures.page import Shown

# The states of cards, those that belong together in one picture.
CARDS = {
    "critical": ("alert_critical",),
    "taken": ("alert_taken",),
    "silenced": ("alert_silenced",),
    "group": ("alert_group",),
    "halted": ("alert_halted",),
    "warning": ("alert_warning", "alert_info"),
    "reminder": ("reminder_several",),
    "resolved": ("alert_resolved", "alert_closed_unseen"),
}
_READ_AFTER = timedelta(minutes=12)
CROWD = 60
KINDS = (
    ("ArbVenueErrorRateHigh", "Calls to the venue fail", "warning"),
    ("ArbFeedLatencyHigh", "Feed is late", "warning"),
    ("ArbFeedSilent", "Feed silent", "critical"),
    ("ArbFeedNeverSeen", "No feed was ever seen", "warning"),
)

Pictures = dict[str, Sequence[Shown]]


def cards() -> Pictures:
    """Cards of alerts."""
    return {name: [_card(card) for card in states] for name, states in CARDS.items()}


async def answers(folder: Path) -> Pictures:
    """Answers to commands, notices, and what a crowd of alerts makes."""
    async with _desk(folder) as desk:
        pictures: dict[str, Sequence[Shown]] = {
            "edges": [await desk.asked("edges", n=3)],
            "fills": [await desk.asked("fills", n=3)],
            "pnl": [await desk.asked("pnl", period="day")],
            "exposure": [await desk.asked("exposure")],
            "pair": [await desk.asked("pair", pair="btc-120k")],
            "alerts": [await desk.asked("alerts"), await desk.silenced()],
            "notices": await desk.noticed(),
            "counts": await desk.counted(),
            "halt": [await desk.halted(), await desk.resuming()],
            "watch": [await desk.watched()],
            "status": [await desk.asked("status"), await desk.asked("venues")],
            "help": [await desk.asked("help")],
            "crowd": await desk.crowded(),
            "notify": [
                await desk.asked("mute", kind="errors", time="2h"),
                await desk.asked("notify"),
            ],
        }
        pictures["away"] = [await desk.left_alone()]
        return pictures


class Desk:
    """A bot with everything around it, and a trader."""

    def __init__(
        self, server: FakeDiscord, exporter: RunningExporter, scene: Scene, bot: RunningBot
    ) -> None:
        self._server = server
        self._exporter = exporter
        self._scene = scene
        self._bot = bot

    async def asked(self, name: str, **options: Any) -> Shown:
        """A command and its answer."""
        asked = await self._server.type_command(name, user_name="alice", **options)
        async with asyncio.timeout(30):
            await asked.answered.wait()
        words = " ".join([f"/{name}", *(f"{key}:{value}" for key, value in options.items())])
        return self._shown(asked, f"↱ **alice** used {words}")

    async def silenced(self) -> Shown:
        """An alert is silenced by its card, and the list of silences."""
        card = await self._scene.card()
        await self._scene.press(card, "Silence 4h")
        return await self.asked("silences")

    async def halted(self) -> Shown:
        """A halt that an engine acknowledges."""
        contact(self._scene.api)
        asked = await self._server.type_command(
            "halt", user_name="alice", venue="kalshi", reason="odd prices"
        )
        await acknowledge(self._scene.api, "kalshi")
        await until(lambda: "Acknowledged" in (asked.text or ""))
        return self._shown(asked, "↱ **alice** used /halt venue:kalshi reason:odd prices")

    async def resuming(self) -> Shown:
        """The question that comes before a resume."""
        return await self.asked("resume", venue="kalshi")

    async def watched(self) -> Shown:
        """The message that keeps itself up to date."""
        before = len(self._server.messages)
        await self._server.type_command("watch", user_name="alice")
        await until(lambda: len(self._server.messages) > before)
        message = self._server.messages[-1]
        await until(lambda: "Arbwatch at" in str(message))
        return self._message(message)

    async def noticed(self) -> list[Shown]:
        """Notices of one fact each."""
        bot, before = self._bot.bot, len(self._server.messages)
        await bot.alert_fill("btc-120k", 3.2, 2.5, 150)
        one_legged = fill("leg", pair_id="fed-hold", status="one_legged", pnl_cents=-84.0)
        self._scene.api.post("/api/fills", one_legged)
        await until(lambda: len(self._server.messages) >= before + 2)
        await bot.alert_error("execution_timeout", "second leg not filled within 250 ms")
        await bot.alert_threshold_breach("daily_loss", -112.4)
        await until(lambda: len(self._server.messages) >= before + 4)
        return [self._message(message) for message in self._server.messages[before:]]

    async def counted(self) -> list[Shown]:
        """Fills in a row, told together."""
        market.fills_in_a_row(self._scene.api, first=100, count=42)
        await until(lambda: self._with("fills,"), 20)
        return [self._message(self._with("fills,")[-1])]

    async def crowded(self) -> list[Shown]:
        """Many alerts at once."""
        for number in range(CROWD):
            await self._fire(number)
        await until(lambda: self._with("at once"), 40)
        await asyncio.sleep(6)
        return [self._message(self._with("at once")[-1])]

    async def left_alone(self) -> Shown:
        """A command while the exporter is away."""
        await asyncio.to_thread(self._exporter.stop)
        return await self.asked("edges")

    async def _fire(self, number: int) -> None:
        """One of a crowd: of a few kinds, at many venues."""
        name, summary, severity = KINDS[number % len(KINDS)]
        alert = {
            "labels": {"alertname": name, "severity": severity, "venue": f"desk-{number}"},
            "annotations": {"summary": summary, "description": "The network is away."},
        }
        await asyncio.to_thread(self._scene.alertmanager.post, alert)

    def _with(self, words: str) -> list[Json]:
        return [m for m in self._server.messages if words in f"{m['content']}{m['embeds']}"]

    def _shown(self, asked: Injected, before: str) -> Shown:
        assert asked.message is not None
        files = tuple(self._server.pictures(asked))
        return Shown(message=asked.message, now=datetime.now(UTC), before=before, files=files)

    def _message(self, message: Json) -> Shown:
        return Shown(message=json.loads(json.dumps(message)), now=datetime.now(UTC))


@asynccontextmanager
async def _desk(folder: Path) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(FakeDiscord())
        prometheus = await stack.enter_async_context(MetricsServer())
        exporter = RunningExporter(folder / "ledger.db")
        exporter.start()
        stack.callback(exporter.stop)
        port = free_port()
        alertmanager = stack.enter_context(started(folder, posts_to=port))
        market.fill_exporter(exporter.client)
        market.fill_prometheus(prometheus)
        bot = RunningBot(
            _config(server, exporter.client, prometheus, alertmanager.url, port, folder)
        )
        stack.push_async_callback(bot.stop)
        await until(lambda: server.gateway.is_connected and server.world.commands)
        scene = Scene(server, alertmanager, exporter.client, bot_url=bot.url)
        await scene.fire()
        await scene.card()
        yield Desk(server, exporter, scene, bot)


def _config(
    server: FakeDiscord,
    api: Client,
    prometheus: MetricsServer,
    alertmanager_url: str,
    port: int,
    folder: Path,
) -> BotConfig:
    return BotConfig(
        **discord_settings(server),
        api_base_url=api.url,
        prometheus_url=prometheus.url,
        alertmanager_url=alertmanager_url,
        alert_role=ALERT_ROLE,
        port=port,
        outbox_path=folder / "bot.db",
    )


def _card(name: str) -> Shown:
    message = json.loads((SNAPSHOTS / f"{name}.json").read_text(encoding="utf-8"))
    return Shown(message=message, now=START + _READ_AFTER)
