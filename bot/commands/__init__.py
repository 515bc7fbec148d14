"""The commands, free of Discord: a name and arguments in, a text out."""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from arbwatch.control import ALL_VENUES
from bot import text
from bot.commands import control, reading
from bot.commands.answer import Answer, Caller, Context, Result
from bot.errors import ExporterDown, ExporterError, ExporterRefused
from bot.exporter_api import ExporterApi
from bot.metrics import BotMetrics

__all__ = ["Answer", "Caller", "Commands", "Context", "Result"]

log = logging.getLogger(__name__)

_VENUE_LIMIT = 128


class BadArguments(ValueError):
    """Arguments that a command cannot take; the text says what it takes."""


class Commands:
    """Answers every command, whatever happens: a failure is an answer too, and is counted."""

    def __init__(
        self,
        api: ExporterApi,
        *,
        metrics: BotMetrics | None = None,
        escape: text.Escape = text.discord,
        now_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._metrics = metrics
        self._escape = escape
        self._now_seconds = now_seconds

    async def answer(self, name: str, arguments: Sequence[str], *, caller: Caller) -> Answer:
        """Run one command. Arguments are words, as typed."""
        name = name.strip().removeprefix("/").lower()
        answer = await self._try(name, arguments, caller)
        self.count(name, answer.result)
        return answer

    def count(self, name: str, result: Result | Literal["lost"]) -> None:
        """Count a command; `lost` is an answer that did not reach who asked."""
        if self._metrics is not None:
            self._metrics.count_command(name, result)

    async def _try(self, name: str, arguments: Sequence[str], caller: Caller) -> Answer:
        context = Context(
            api=self._api, caller=caller, escape=self._escape, now_seconds=self._now_seconds
        )
        try:
            return await _parse(name, arguments, context)
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
        except ExporterError:
            log.warning("Answer of the exporter could not be used: command=%s", name)
            return Answer("⚠️ The exporter's answer could not be used.", "unavailable")
        except Exception:
            log.exception("Command failed: command=%s", name)
            return Answer("⚠️ The command failed. The bot's log says why.", "failed")


def _parse(name: str, arguments: Sequence[str], context: Context) -> Awaitable[Answer]:
    words = [word for argument in arguments for word in argument.split()]
    match name:
        case "edges":
            return reading.edges(context, _count(name, words, reading.DEFAULT_EDGES))
        case "fills":
            return reading.fills(context, _count(name, words, reading.DEFAULT_FILLS))
        case "status":
            return reading.status(context)
        case "help":
            return reading.show_help(context)
        case "halt":
            return control.halt(context, _venue(name, words), " ".join(words[1:]))
        case "resume":
            return control.resume(context, _venue(name, words))
        case _:
            raise BadArguments("There is no such command. /help lists all of them.")


def _count(name: str, words: Sequence[str], default: int) -> int:
    if not words:
        return default
    # ASCII digits only, and few: int() takes much more than a person would call a number.
    is_number = len(words) == 1 and len(words[0]) <= 4 and words[0].isascii() and words[0].isdigit()
    if not is_number or not 1 <= int(words[0]) <= reading.MOST_ROWS:
        raise BadArguments(f"/{name} takes a number from 1 to {reading.MOST_ROWS}.")
    return int(words[0])


def _venue(name: str, words: Sequence[str]) -> str:
    if not words or len(words[0]) > _VENUE_LIMIT:
        raise BadArguments(f"/{name} needs a venue, as /status names them, or {ALL_VENUES}.")
    return words[0].lower()
