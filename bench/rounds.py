"""Rounds: A B A B, so that whatever else the machine does meets all sides alike."""

from collections.abc import Callable
from typing import TypeVar

from bench.load import Outcome

T = TypeVar("T")


def interleaved(rounds: int, *sides: Callable[[], T]) -> list[list[T]]:
    """What each side gave in each round."""
    results: list[list[T]] = [[] for _ in sides]
    for _ in range(rounds):
        for side, given in zip(sides, results, strict=True):
            given.append(side())
    return results


def rates(outcomes: list[Outcome], *, each: int = 1) -> list[float]:
    """Answers a second of each round, or what `each` answer stands for."""
    return [outcome.rate * each for outcome in outcomes]


def p99s(outcomes: list[Outcome]) -> list[float]:
    """The 99th percentile of each round, milliseconds."""
    return [outcome.percentile_ms(99) for outcome in outcomes]


def busy(outcomes: list[Outcome], side: str) -> dict[str, list[float]]:
    """How much of its core each process used: the service's should be near 1, the load's not."""
    return {
        f"{side}_service_busy": [round(outcome.service_busy, 3) for outcome in outcomes],
        f"{side}_load_busy": [round(outcome.load_busy, 3) for outcome in outcomes],
    }
