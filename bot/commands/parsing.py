"""From the words of a command to the command, or to what it takes."""

from collections.abc import Awaitable, Sequence

from arbwatch.control import ALL_VENUES
from bot.commands import (
    alert_lists,
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
from bot.commands.answer import Answer, Context
from bot.commands.pnl import Period

_VENUE_LIMIT = _PAIR_LIMIT = 128


class BadArguments(ValueError):
    """Arguments that a command cannot take; the text says what it takes."""


def parse(name: str, arguments: Sequence[str], context: Context) -> Awaitable[Answer]:
    """Begin the command of this name, or raise BadArguments."""
    words = words_of(arguments)
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
            return halting.halt(context, venue_of(name, words), " ".join(words[1:]))
        case "resume":
            return resuming.resume(context, venue_of(name, words))
        case _:
            raise BadArguments("There is no such command. /help lists all of them.")


def words_of(arguments: Sequence[str]) -> list[str]:
    """Arguments as words, however the caller split them."""
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


def venue_of(name: str, words: Sequence[str]) -> str:
    """The venue that a command is about, or BadArguments."""
    if not words or len(words[0]) > _VENUE_LIMIT:
        raise BadArguments(f"/{name} needs a venue, as /status names them, or {ALL_VENUES}.")
    return words[0].lower()
