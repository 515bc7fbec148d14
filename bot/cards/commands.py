"""Cards about commands whose answer Discord did not take."""

from collections.abc import Sequence

from bot.cards.card import AMBER, GREY, Card, make_card

_CLOCK = "If this is so every time, the clock of the bot's machine is wrong."
_MOST_LINES = 10


def answer_card(text: str, asked: str) -> Card:
    """The answer to a command, for all to read, because who asked did not get it.

    `text` and `asked`, who typed what, are already escaped.
    """
    title, _, rest = text.partition("\n")
    return make_card(title, f"{rest}\n\nAnswer to {asked}".strip(), colour=AMBER)


def late_card(lines: Sequence[str]) -> Card:
    """Commands that came too late, each a line, already escaped."""
    shown = list(lines[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        shown.append(f"… and {len(lines) - _MOST_LINES:,} more")
    body = "\n".join([*shown, "Nothing was done. Do it again.", _CLOCK])
    return make_card("⌛ Came too late", body, colour=GREY)
