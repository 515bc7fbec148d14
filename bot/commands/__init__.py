"""The commands, free of Discord: a name and arguments in, a text out."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from arbwatch.control import ALL_VENUES, Denial
from bot import text
from bot.alertmanager_api import AlertmanagerApi
from bot.commands import (
    alert_lists,
    alerts,
    exposure,
    halting,
    notify,
    pair,
    pnl,
    reading,
    resuming,
    venues,
    watching,
)
from bot.commands.alerts import Press
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
from bot.commands.pnl import Period
from bot.errors import ExporterDown, ExporterError, ExporterRefused, OutboxError
from bot.exporter_api import ExporterApi
from bot.metrics import BotMetrics
from bot.outbox import Outbox
from bot.prometheus_api import PrometheusApi

__all__ = ["Answer", "Caller", "Chart", "Commands", "Context", "Result", "Resumption", "Tell"]

log = logging.getLogger(__name__)

_VENUE_LIMIT = _PAIR_LIMIT = 128


# The overview is nobody's in particular: who asked is not known to it.
_NOBODY = Caller(actor="watch", via="discord")


class BadArguments(ValueError):
    """Arguments that a command cannot take; the text says what it takes."""


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
        self._now_seconds = now_seconds
        self._sleep = sleep

    async def answer(
        self, name: str, arguments: Sequence[str], *, caller: Caller, tell: Tell = tell_nobody
    ) -> Answer:
        """Run one command. Arguments are words, as typed; a resume is carried out at once."""
        name = name.strip().removeprefix("/").lower()
        context = self._context(caller, tell)
        return await self._try(name, lambda: _parse(name, arguments, context))

    async def ask_to_resume(self, arguments: Sequence[str], *, caller: Caller) -> Answer:
        """Do nothing yet: show what a resume would end, and what speaks against it."""
        context = self._context(caller, tell_nobody)
        scope = _words(arguments)
        return await self._try(
            "resume", lambda: resuming.question(context, _venue("resume", scope))
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


def _parse(name: str, arguments: Sequence[str], context: Context) -> Awaitable[Answer]:
    words = _words(arguments)
    match name:
        case "edges":
            return reading.edges(context, _count(name, words, reading.DEFAULT_EDGES))
        case "fills":
            return reading.fills(context, _count(name, words, reading.DEFAULT_FILLS))
        case "pair":
            return pair.pair(context, _pair(arguments))
        case "pnl":
            return pnl.pnl(context, _period(words))
        case "exposure":
            return exposure.exposure(context)
        case "watch":
            return watching.watch(context)
        case "status":
            return reading.status(context)
        case "venues":
            return venues.venues(context)
        case "audit":
            return venues.audit(context, _count(name, words, venues.DEFAULT_AUDIT))
        case "alerts":
            return alert_lists.alerts(context)
        case "silences" if words[:1] == ["end"] and len(words) == 2:
            return alert_lists.end(context, words[1])
        case "silences":
            return alert_lists.silences(context)
        case "mute":
            return notify.mute(context, words)
        case "notify":
            return notify.notify(context, words)
        case "help":
            return reading.show_help(context)
        case "halt":
            return halting.halt(context, _venue(name, words), " ".join(words[1:]))
        case "resume":
            return resuming.resume(context, _venue(name, words))
        case _:
            raise BadArguments("There is no such command. /help lists all of them.")


def _words(arguments: Sequence[str]) -> list[str]:
    return [word for argument in arguments for word in argument.split()]


def _count(name: str, words: Sequence[str], default: int) -> int:
    if not words:
        return default
    # ASCII digits only, and few: int() takes much more than a person would call a number.
    is_number = len(words) == 1 and len(words[0]) <= 4 and words[0].isascii() and words[0].isdigit()
    if not is_number or not 1 <= int(words[0]) <= reading.MOST_ROWS:
        raise BadArguments(f"/{name} takes a number from 1 to {reading.MOST_ROWS}.")
    return int(words[0])


def _pair(arguments: Sequence[str]) -> str:
    pair_id = " ".join(arguments).strip()
    if not 1 <= len(pair_id) <= _PAIR_LIMIT:
        raise BadArguments("/pair needs a pair, as /fills names them.")
    return pair_id


def _period(words: Sequence[str]) -> Period:
    if not words:
        return pnl.DEFAULT_PERIOD
    for period in pnl.PERIODS:
        if [word.lower() for word in words] == [period]:
            return period
    raise BadArguments(f"/pnl takes one of: {', '.join(pnl.PERIODS)}.")


def _venue(name: str, words: Sequence[str]) -> str:
    if not words or len(words[0]) > _VENUE_LIMIT:
        raise BadArguments(f"/{name} needs a venue, as /status names them, or {ALL_VENUES}.")
    return words[0].lower()
