"""Wires the bot: webhook, delivery, notices and gateway in one event loop."""

import asyncio
import logging
import socket
import uuid
from collections.abc import Sequence
from datetime import timedelta

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from arbwatch.events import utc_now
from bot.alertmanager_api import AlertmanagerApi
from bot.auto_halts import AutoHalts
from bot.cards import Look
from bot.commands import Caller, Commands
from bot.commands.confirmations import Confirmations
from bot.commands.drawing import Drawing
from bot.commands.live_pairs import LivePairs
from bot.commands.rights import Rights
from bot.exporter_api import ExporterApi
from bot.facts import BreachFact, ErrorFact, Fact, FillFact
from bot.gateway.card_buttons import CardButtons
from bot.gateway.client import Gateway
from bot.gateway.delivery import DiscordSender
from bot.gateway.door import Door
from bot.gateway.home import Home
from bot.gateway.notes import Notes
from bot.gateway.noticing import Noticing
from bot.gateway.reading import Reading
from bot.gateway.resume_dialogue import ResumeDialogue
from bot.gateway.slash import Slash
from bot.gateway.watches import Watches
from bot.guards import Guards
from bot.identifies import Identifies
from bot.instance import only_instance
from bot.metrics import BotMetrics
from bot.notices import Notices, show_due_notices
from bot.outbox import Outbox
from bot.outbox.identifies import IdentifyLog
from bot.outbox.watches import WatchNotes
from bot.printer import Printer
from bot.prometheus_api import PrometheusApi
from bot.reminders import Reminders
from bot.server import VERSION, Server, create_app, listen
from bot.settings import BotConfig
from bot.stopping import cancel, stop_on_signal
from bot.worker import DeliveryWorker

log = logging.getLogger(__name__)

_PROGRAM = Caller(actor="program", via="rest")


class ArbitrageBot:
    """The bot. `run` serves until it is told to stop; the rest may be used before and beside it."""

    def __init__(self, config: BotConfig) -> None:
        self._config = config
        self.metrics = BotMetrics(CollectorRegistry(), version=VERSION)
        self._outbox = Outbox(config.outbox_path, look=_look(config))
        self.metrics.watch_outbox(lambda: self._outbox.backlog)
        self._api = ExporterApi(config.api_base_url, credential=config.credential())
        self._alerts = AlertmanagerApi(config.alertmanager_url)
        self._prometheus = PrometheusApi(config.prometheus_url)
        self._drawing = Drawing()
        self._commands = Commands(
            self._api,
            alerts=self._alerts,
            prometheus=self._prometheus,
            drawing=self._drawing,
            outbox=self._outbox,
            metrics=self.metrics,
        )
        self._notes = Notes(self._outbox)
        self._door = self._make_door()
        self._watches = Watches(self._commands, WatchNotes(self._outbox), door=self._door)
        self._auto_halts = AutoHalts(self._outbox, self._api, metrics=self.metrics)
        self._guards = Guards(config, self._outbox, self._auto_halts, metrics=self.metrics)
        self._gateway = self._make_gateway()
        sender = self._make_sender()
        self._worker = DeliveryWorker(self._outbox, sender, metrics=self.metrics)
        self._reminders = Reminders(
            self._outbox,
            sender,
            period=timedelta(minutes=config.remind_minutes),
            metrics=self.metrics,
        )
        self._notices = Notices(
            config.api_base_url,
            self._outbox,
            metrics=self.metrics,
            credential=config.credential(),
        )

    async def run(self) -> None:
        """Serve until SIGTERM, SIGINT or cancellation; raises StartError where that cannot be."""
        with listen(self._config) as listener, only_instance(self._config):
            server = Server(self._make_app())
            try:
                await self._outbox.open()
                await self._serve(server, listener)
            finally:
                await self.close()

    async def close(self) -> None:
        """Leave Discord, then close connections and the outbox; closing twice is harmless."""
        await self._watches.close()
        if self._gateway is not None:
            await self._gateway.close()
        await self._api.close()
        await self._alerts.close()
        await self._prometheus.close()
        await self._guards.close()
        self._drawing.close()
        await self._outbox.close()

    async def alert_fill(
        self,
        pair_id: str,
        entry_edge_cents: float,
        realized_edge_cents: float,
        pnl_cents: float,
    ) -> None:
        """Announce a fill; on disk when this returns."""
        fact = FillFact(
            key=_new_key(),
            at=utc_now(),
            pair_id=pair_id,
            entry_edge_cents=entry_edge_cents,
            realized_edge_cents=realized_edge_cents,
            pnl_cents=pnl_cents,
        )
        await self._tell("fill", fact)

    async def alert_error(self, kind: str, message: str) -> None:
        """Announce an error; on disk when this returns."""
        fact = ErrorFact(key=_new_key(), at=utc_now(), error=kind, message=message)
        await self._tell("error", fact)

    async def alert_threshold_breach(self, name: str, value: float) -> None:
        """Announce a breach, its value in the limit's own unit; on disk when this returns."""
        fact = BreachFact(key=_new_key(), at=utc_now(), limit=name, value=value)
        await self._tell("breach", fact)

    async def handle_command(self, name: str, args: Sequence[str] = ()) -> str:
        """Answer a command as Discord would be answered: `handle_command("edges", ["5"])`."""
        answer = await self._commands.answer(name, args, caller=_PROGRAM)
        return answer.text

    async def _tell(self, kind: str, fact: Fact) -> None:
        await self._outbox.open()
        await self._outbox.tell([fact])
        self.metrics.notices.labels(kind=kind).inc()

    async def _serve(self, server: Server, listener: socket.socket) -> None:
        """Run every part; the first that ends, ends all: HTTP first, then what feeds on it."""
        stop = asyncio.Event()
        http = asyncio.create_task(server.serve(sockets=[listener]))
        parts = (
            self._worker.run(),
            self._auto_halts.run(),
            self._notices.run(),
            self._reminders.run(),
            show_due_notices(self._outbox),
            *self._guards.parts(),
        )
        others = [asyncio.create_task(part) for part in parts]
        if self._gateway is not None:
            self._drawing.warm_up()
            others.append(asyncio.create_task(self._gateway.run()))
            others.append(asyncio.create_task(self._watches.run(self._gateway.logged_in)))
        asked = asyncio.create_task(_until(stop))
        try:
            with stop_on_signal(stop):
                log.info("Bot started: console_mode=%s", self._gateway is None)
                ended, _ = await asyncio.wait(
                    {http, asked, *others}, return_when=asyncio.FIRST_COMPLETED
                )
                for task in ended:
                    task.result()
        finally:
            server.should_exit = True
            await asyncio.wait({http})
            await cancel([*others, asked])
            log.info("Bot stopped")

    def _make_gateway(self) -> Gateway | None:
        if self._config.token is None:
            return None
        identifies = Identifies(IdentifyLog(self._outbox), metrics=self.metrics)
        gateway = Gateway(self._config, self._make_slash().add_to, identifies=identifies)
        self.metrics.watch_discord(lambda: gateway.is_ready)
        self.metrics.watch_gateway(lambda: gateway.last_open)
        return gateway

    def _make_door(self) -> Door:
        config = self._config
        rights = Rights(
            trader_roles=frozenset(config.trader_roles),
            resume_roles=frozenset(config.resume_roles),
        )
        home = Home(guild_id=config.guild_id, channel_id=config.channel_id)
        return Door(self._commands, home=home, rights=rights, notes=self._notes)

    def _make_slash(self) -> Slash:
        commands, door, notes = self._commands, self._door, self._notes
        resuming = ResumeDialogue(commands, door=door, notes=notes, confirmations=Confirmations())
        more = (
            Reading(commands, pairs=LivePairs(self._api), door=door),
            Noticing(commands, notes=notes),
            CardButtons(commands, door=door, notes=notes),
            self._watches,
        )
        return Slash(
            commands,
            venues=self._config.venues,
            door=door,
            notes=notes,
            resuming=resuming,
            more=more,
        )

    def _make_sender(self) -> DiscordSender | Printer:
        config = self._config
        if self._gateway is None or config.channel_id is None:
            return Printer()
        return DiscordSender(self._gateway, config.channel_id, alert_role=config.alert_role)

    def _make_app(self) -> FastAPI:
        relay = self._guards.relay
        return create_app(self._outbox, relay, config=self._config, metrics=self.metrics)


def _new_key() -> str:
    """The key of a fact that is told by a call: each call is another fact."""
    return f"call:{uuid.uuid4()}"


def _look(config: BotConfig) -> Look:
    """What cards of alerts know of the house."""
    return Look(
        grafana_url=config.grafana_url,
        runbook_base_url=config.runbook_base_url,
        halting=config.auto_halt,
    )


async def _until(stop: asyncio.Event) -> None:
    await stop.wait()
