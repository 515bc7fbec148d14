"""The card that tells of a crowd of others."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from bot.cards.card import AMBER, BLUE, GREEN, GREY, RED, Card, make_card
from bot.text import clip

# The worst first.
_ICONS = {RED: "🔴", AMBER: "🟠", BLUE: "🔵", GREY: "🔕", GREEN: "✅"}
_RANK = {colour: rank for rank, colour in enumerate(_ICONS)}
_SHOWN = 12
_LINE_LIMIT = 76


class Told(Struct, frozen=True, kw_only=True):
    """What a digest says of one card: title and colour as that card would have them."""

    title: str
    colour: int
    is_alert: bool


def digest_card(told: Sequence[Told]) -> Card:
    """Many cards as one message: how many of each kind, the titles of the worst, each once."""
    ranked = sorted(told, key=lambda one: _rank(one.colour))
    lines = Counter(one.title for one in ranked)
    shown = [_line(title, times) for title, times in list(lines.items())[:_SHOWN]]
    hidden = len(told) - sum(list(lines.values())[:_SHOWN])
    if hidden:
        shown.append(f"… and {hidden:,} more")
    if any(one.is_alert for one in told):
        shown.append("-# `/alerts` lists what fires now")
    name = _name(told)
    is_urgent = any(one.colour == RED for one in told)
    return make_card(
        f"📚 {name}",
        f"{_counts(ranked)}\n\n" + "\n".join(shown),
        colour=ranked[0].colour if ranked else GREY,
        content=name if is_urgent else "",
    )


def _name(told: Sequence[Told]) -> str:
    alerts = sum(one.is_alert for one in told)
    counts = [(alerts, "alert"), (len(told) - alerts, "notice")]
    parts = [f"{count:,} {word}{'s' * (count > 1)}" for count, word in counts if count]
    return f"{' and '.join(parts)} at once"


def _counts(ranked: Sequence[Told]) -> str:
    """How many there are of each colour, in the order of their gravity."""
    counts = Counter(_ICONS.get(one.colour, "▫️") for one in ranked)
    return " · ".join(f"{icon} {count:,}" for icon, count in counts.items())


def _line(title: str, times: int) -> str:
    more = f" ×{times:,}" if times > 1 else ""
    return f"{clip(title, _LINE_LIMIT)}{more}"


def _rank(colour: int) -> int:
    return _RANK.get(colour, len(_RANK))
