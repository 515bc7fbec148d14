"""The commands, free of Discord: a name and arguments in, a text out."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Literal

from arbwatch.control import Denial
from arbwatch.events import utc_now
from bot import text
from bot.alertmanager_api import AlertmanagerApi
from bot.commands import alerts, resuming, watching
from bot.commands.answer import (
    Answer,
    Caller,
    Chart,
    Context,
    NoticeControl,
    Result,
    Resumption,
    Tell,
)
from bot.commands.drawing import Drawing
from bot.commands.parsing import BadArguments, parse, venue_of, words_of
from bot.commands.presses import Press
from bot.errors import ExporterDown, ExporterError, ExporterRefused, OutboxError
from bot.exporter_api import ExporterApi
from bot.metrics import BotMetrics
from bot.outbox import Outbox
from bot.prometheus_api import PrometheusApi

__all__ = ["Answer", "Caller", "Chart", "Commands", "Context", "Result", "Resumption", "Tell"]

log = logging.getLogger(__name__)

# The overview is nobody's in particular: who asked is not known to it.
_NOBODY = Caller(actor="watch", via="discord")


def tell_nobody(text: str) -> None:
    """For a caller who waits for the answer only."""


class Commands:
    """Answers every command, whatever happens: a failure is an answer too, and is counted."""

    def __init__(
        self,
        api: ExporterApi,
        *,
        alerts: AlertmanagerApi | None = None,
        prometheus: PrometheusApi | None = None,
        drawing: Drawing | None = None,
        outbox: Outbox | None = None,
        notices: NoticeControl | None = None,
        metrics: BotMetrics | None = None,
        escape: text.Escape = text.discord,
        now: Callable[[], datetime] = utc_now,
        now_seconds: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._alerts = alerts
        self._prometheus = prometheus
        self._drawing = drawing or Drawing()
        self._outbox = outbox
        self._notices = notices or outbox
        self._silencing = asyncio.Lock()
        self._metrics = metrics
        self._escape = escape
        self._now = now
        self._now_seconds = now_seconds
        self._sleep = sleep

    async def answer(
        self, name: str, arguments: Sequence[str], *, caller: Caller, tell: Tell = tell_nobody
    ) -> Answer:
        """Run one command. Arguments are words, as typed; a resume is carried out at once."""
        name = name.strip().removeprefix("/").lower()
        context = self._context(caller, tell)
        return await self._try(name, lambda: parse(name, arguments, context))

    async def ask_to_resume(self, arguments: Sequence[str], *, caller: Caller) -> Answer:
        """Do nothing yet: show what a resume would end, and what speaks against it."""
        context = self._context(caller, tell_nobody)
        scope = words_of(arguments)
        return await self._try(
            "resume", lambda: resuming.question(context, venue_of("resume", scope))
        )

    async def resume(self, resumption: Resumption, *, caller: Caller) -> Answer:
        """End the halts that somebody was shown."""
        context = self._context(caller, tell_nobody)
        return await self._try("resume", lambda: resuming.carry_out(context, resumption))

    async def press(self, press: Press, *, caller: Caller, tell: Tell = tell_nobody) -> Answer:
        """Do what a button of an alert wishes."""
        context = self._context(caller, tell)
        return await self._try(press.name, lambda: alerts.carry_out(context, press))

    async def overview(self) -> str:
        """What /watch shows now; looked at again and again, it is not counted."""
        context = self._context(_NOBODY, tell_nobody)
        return (await self._guard("watch", lambda: watching.watch(context))).text

    async def deny(self, denial: Denial) -> None:
        """Count that somebody was not allowed to act, and have it audited if that is possible."""
        if self._metrics is not None:
            self._metrics.denials.labels(command=denial.command).inc()
        log.info("Denied: command=%s reason=%s", denial.command, denial.reason)
        try:
            await self._api.denied(denial)
        except ExporterError as failed:
            if self._metrics is not None:
                self._metrics.denials_lost.labels(command=denial.command).inc()
            kind = type(failed).__name__
            log.warning("Denial not audited: command=%s error=%s", denial.command, kind)

    def count(self, name: str, result: Result | Literal["late", "repeated", "lost"]) -> None:
        """Count a command; `lost` is an answer that did not reach who asked."""
        if self._metrics is not None:
            self._metrics.count_command(name, result)

    def _context(self, caller: Caller, tell: Tell) -> Context:
        return Context(
            api=self._api,
            alerts=self._alerts,
            prometheus=self._prometheus,
            drawing=self._drawing,
            caller=caller,
            escape=self._escape,
            tell=tell,
            now=self._now,
            now_seconds=self._now_seconds,
            sleep=self._sleep,
            outbox=self._outbox,
            notices=self._notices,
            silencing=self._silencing,
        )

    async def _try(self, name: str, work: Callable[[], Awaitable[Answer]]) -> Answer:
        answer = await self._guard(name, work)
        self.count(name, answer.result)
        return answer

    async def _guard(self, name: str, work: Callable[[], Awaitable[Answer]]) -> Answer:
        try:
            return await work()
        except BadArguments as wrong:
            return Answer(str(wrong), "refused")
        except ExporterRefused as refused:
            message = text.clip(self._escape(text.one_line(str(refused))), 1000)
            return Answer(f"⚠️ Not done: {message}", "refused")
        except ExporterDown:
            return Answer(
                "⚠️ The exporter does not answer: the present state is not known. Try again soon.",
                "unavailable",
            )
        except OutboxError:
            log.exception("Command stopped by the outbox: command=%s", name)
            return Answer("⚠️ Not done: the bot's own disk does not work.", "failed")
        except ExporterError:
            log.warning("Answer of the exporter could not be used: command=%s", name)
            return Answer("⚠️ The exporter's answer could not be used.", "unavailable")
        except Exception:
            log.exception("Command failed: command=%s", name)
            return Answer("⚠️ The command failed. The bot's log says why.", "failed")
