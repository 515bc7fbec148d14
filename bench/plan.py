"""How long and how often to measure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`scale` shrinks what a figure needs beforehand: rows, pairs, seconds of a long watch."""

    rounds: int
    seconds: float
    scale: float

    def scaled(self, amount: int) -> int:
        """The amount, shrunk, but never to nothing."""
        return max(1, round(amount * self.scale))


FULL = Plan(rounds=5, seconds=2.0, scale=1.0)
QUICK = Plan(rounds=1, seconds=0.2, scale=0.02)
