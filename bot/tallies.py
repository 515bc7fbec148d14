"""Tallies: many facts as one count, with sums that are exact."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bot.facts import BreachFact, ErrorFact, Fact, FillFact

# A cent is 10,000 micro-dollars, as the ledger counts.
_MICRO_USD = 10_000
# Kept by name; of what comes beyond only the count is known.
MOST_SUBJECTS = 40
MOST_NAMES = 5


class Named(Struct, frozen=True, kw_only=True):
    """A count, and the first of what was counted by name."""

    count: int = 0
    names: tuple[str, ...] = ()

    def plus(self, name: str) -> "Named":
        """One more."""
        is_new = name not in self.names and len(self.names) < MOST_NAMES
        return Named(count=self.count + 1, names=(*self.names, name) if is_new else self.names)


class Sums(Struct, frozen=True, kw_only=True):
    """What fills came to, in micro-dollars; `worst` is the pair of the lowest P&L."""

    pnl: int = 0
    entry: int = 0
    realized: int = 0
    worst: str = ""
    worst_pnl: int = 0
    one_legged: Named = Named()
    after_halt: Named = Named()

    @property
    def capture(self) -> float | None:
        """Realized by entry edge, over all of them; None where no edge was seen."""
        return self.realized / self.entry if self.entry > 0 else None

    def plus(self, fill: FillFact) -> "Sums":
        """One more fill."""
        pnl = _exact(fill.pnl_cents)
        is_worst = not self.worst or pnl < self.worst_pnl
        return Sums(
            pnl=self.pnl + pnl,
            entry=self.entry + _exact(fill.entry_edge_cents),
            realized=self.realized + _exact(fill.realized_edge_cents),
            worst=fill.pair_id if is_worst else self.worst,
            worst_pnl=pnl if is_worst else self.worst_pnl,
            one_legged=self.one_legged.plus(fill.pair_id)
            if fill.is_one_legged
            else self.one_legged,
            after_halt=self.after_halt.plus(fill.pair_id)
            if fill.is_after_halt
            else self.after_halt,
        )


class Tally(Struct, frozen=True, kw_only=True):
    """Facts of one kind, counted. `subjects` is how many there were of each, as far as kept.

    `last` is the newest message or value, with the `threshold` that it broke.
    """

    count: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    subjects: dict[str, int] = {}
    last: str | float | None = None
    threshold: float | None = None
    sums: Sums | None = None

    @property
    def most(self) -> list[tuple[str, int]]:
        """The subjects, those of the most facts first."""
        return sorted(self.subjects.items(), key=lambda found: -found[1])

    @property
    def unnamed(self) -> int:
        """Of how many facts the subject was not kept."""
        return self.count - sum(self.subjects.values())

    def plus(self, fact: Fact) -> "Tally":
        """One fact more."""
        subjects = dict(self.subjects)
        if fact.subject in subjects or len(subjects) < MOST_SUBJECTS:
            subjects[fact.subject] = subjects.get(fact.subject, 0) + 1
        return replace(
            self,
            count=self.count + 1,
            first_at=min(self.first_at or fact.at, fact.at),
            last_at=max(self.last_at or fact.at, fact.at),
            subjects=subjects,
            **self._own(fact),
        )

    def _own(self, fact: Fact) -> dict[str, Any]:
        """What only facts of its kind have."""
        match fact:
            case FillFact():
                return {"sums": (self.sums or Sums()).plus(fact)}
            case ErrorFact():
                return {"last": fact.message}
            case BreachFact():
                return {"last": float(fact.value), "threshold": fact.threshold}
            case _:
                return {}


def _exact(cents: float) -> int:
    return round(cents * _MICRO_USD)
