"""Facts that people wait for: what a notice is about."""

from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

# Of each kind people choose whether it is told; alerts are no notices, and are always told.
Kind = Literal["fills", "reversals", "errors", "breaches"]
KINDS: tuple[Kind, ...] = ("fills", "reversals", "errors", "breaches")


class Fact(Struct, frozen=True, kw_only=True):
    """Something that happened, once; `key` is its identity for ever, `at` when it happened.

    Texts are as they came: cards escape them.
    """

    kind: ClassVar[Kind]
    key: str
    at: datetime

    @property
    def subject(self) -> str:
        """What it is about; the series of facts about the same are told together."""
        raise NotImplementedError

    @property
    def is_grave(self) -> bool:
        """Whether somebody should look at this very one."""
        return False


class FillFact(Fact, frozen=True, kw_only=True):
    """A fill, and what became of its edge."""

    kind: ClassVar[Kind] = "fills"
    pair_id: str
    entry_edge_cents: float
    realized_edge_cents: float
    pnl_cents: float
    is_one_legged: bool = False
    is_after_halt: bool = False

    @property
    def subject(self) -> str:
        return self.pair_id

    @property
    def is_grave(self) -> bool:
        return self.is_one_legged or self.is_after_halt


class ReversalFact(Fact, frozen=True, kw_only=True):
    """A fill that was undone later; `reverses` is its identity."""

    kind: ClassVar[Kind] = "reversals"
    reverses: str
    reason: str | None = None

    @property
    def subject(self) -> str:
        return self.reverses

    @property
    def is_grave(self) -> bool:
        return True


class ErrorFact(Fact, frozen=True, kw_only=True):
    """An error of the engine; `error` is its kind, a short fixed word."""

    kind: ClassVar[Kind] = "errors"
    error: str
    message: str
    venue: str | None = None

    @property
    def subject(self) -> str:
        return f"{self.error} at {self.venue.upper()}" if self.venue else self.error


class BreachFact(Fact, frozen=True, kw_only=True):
    """A limit that the engine saw exceeded; the value is in the limit's own unit."""

    kind: ClassVar[Kind] = "breaches"
    limit: str
    value: float
    threshold: float | None = None

    @property
    def subject(self) -> str:
        return self.limit
