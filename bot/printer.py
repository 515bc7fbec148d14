"""Console mode: prints the cards that would be sent, as a reader would see them."""

import itertools
import re
from collections.abc import Callable
from datetime import UTC, datetime

from bot.cards import Card
from bot.cards.alerts import moment
from bot.outbox import Manner
from bot.worker import SendDelayed

# Discord shows a character behind a backslash as it is, unless it is a letter, digit or space.
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
# What it shows in its own way: bold and small text, links behind words, times, how long ago.
_MARKS = re.compile(r"(?<!\\)\*\*|(?<=^   )-# ", re.MULTILINE)
_LINK = re.compile(r"(?<!\\)\[([^\]]*)\]\((\S+?)\)")
_AGO = re.compile(r" · <t:\d+:R>")
_TIME = re.compile(r"<t:(\d+):\w>")


def print_line(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


class Printer:
    """A Sender that prints. It cannot look back: after a crash a card may be printed again."""

    def __init__(self, write: Callable[[str], None] = print_line) -> None:
        self._write = write
        self._ids = itertools.count(1)

    async def wait_ready(self) -> None:
        """Always ready."""

    async def post(self, card: Card, reference: str, manner: Manner) -> int:
        """Print a new message."""
        self._print(card, "──")
        return next(self._ids)

    async def edit(self, message_id: int, card: Card, reference: str, manner: Manner) -> None:
        """Print what the message says now."""
        self._print(card, "── (edited)")

    async def delete(self, message_id: int) -> None:
        """What is printed stays."""

    async def find(self, reference: str, since: datetime) -> int | None:
        """Nothing printed can be found again."""
        return None

    def _print(self, card: Card, mark: str) -> None:
        try:
            self._write(f"{mark} {card_text(card)}")
        except OSError as closed:
            raise SendDelayed("unreachable") from closed


def card_text(card: Card) -> str:
    """A card as lines of text."""
    fields = "  ".join(f"{field.name}: {field.value}" for field in card.fields)
    lines = [line for part in (card.body, fields) for line in part.splitlines() if line]
    # What stands above a card for a phone to show first says the same as its title.
    head = (
        card.title
        if not card.content or card.content in card.title
        else (f"{card.content} {card.title}")
    )
    return _shown("\n".join([head, *(f"   {line}" for line in lines)]))


def _shown(text: str) -> str:
    """Discord's marks as a reader sees them."""
    text = _MARKS.sub("", _LINK.sub(r"\1: \2", _AGO.sub("", text)))
    text = _TIME.sub(lambda found: moment(datetime.fromtimestamp(int(found[1]), UTC)), text)
    return _ESCAPED.sub(r"\1", text)
