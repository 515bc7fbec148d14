"""Facts for notices, a clock that tests move, and what cards say of sums."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.cards import Card
from bot.facts import BreachFact, ErrorFact, FillFact, ReversalFact

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

_COUNTED = re.compile(r"([\d,]+) fills?, \$(-?[\d,]+\.\d\d)")
_SINGLE = re.compile(r"PnL: \$(-?[\d,]+\.\d\d)")


class Clock:
    """The time, which goes on when it is told to."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, seconds: float) -> None:
        """Later by so much; earlier where it is negative."""
        self.time += timedelta(seconds=seconds)


def fill_fact(number: int, *, pnl_cents: float = 10, **fields: Any) -> FillFact:
    """A fill of its own; 80 % of its edge is captured."""
    given: dict[str, Any] = {
        "key": f"fill:{number}",
        "at": NOON + timedelta(seconds=number),
        "pair_id": "pm-1:k-2",
        "entry_edge_cents": 3.0,
        "realized_edge_cents": 2.4,
        "pnl_cents": pnl_cents,
    }
    return FillFact(**given | fields)


def error_fact(number: int, error: str = "timeout", venue: str | None = "kalshi") -> ErrorFact:
    """An error of its own."""
    at = NOON + timedelta(seconds=number)
    return ErrorFact(
        key=f"error:{number}", at=at, error=error, message=f"no answer {number}", venue=venue
    )


def breach_fact(number: int, limit: str = "daily_loss") -> BreachFact:
    """A breach of its own; each is worse than the one before."""
    at = NOON + timedelta(seconds=number)
    return BreachFact(
        key=f"breach:{number}", at=at, limit=limit, value=-100 - number, threshold=-100
    )


def reversal_fact(number: int) -> ReversalFact:
    """A reversal of its own."""
    at = NOON + timedelta(seconds=number)
    return ReversalFact(key=f"reversal:{number}", at=at, reverses=f"f{number}")


def fills_told(cards: Iterable[Card]) -> tuple[int, int]:
    """How many fills these cards tell of, and their P&L in cents, as a reader adds them up."""
    count = cents = 0
    for card in cards:
        if counted := _COUNTED.search(card.title):
            count += int(counted[1].replace(",", ""))
            cents += _cents(counted[2])
        elif single := _SINGLE.search(card.body):
            count, cents = count + 1, cents + _cents(single[1])
    return count, cents


def _cents(dollars: str) -> int:
    return int(dollars.replace(",", "").replace(".", ""))
