"""What came of it, as text: cost by board, the dearest queries, and what stayed empty."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.panels.answers import Answer, missing

DEAREST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One query: its first answer after Prometheus' start, and the best of those after it."""

    cold: Answer
    warm: Answer


def costs(measured: Sequence[Measured]) -> str:
    """A line a board: its queries, one after the other, of what is open and of all rows."""
    rows: list[tuple[str, ...]] = [
        ("board", "queries", "samples", "s: cold", "warm", "all rows: cold", "warm")
    ]
    for board in dict.fromkeys(each.cold.ask.board for each in measured):
        own = [each for each in measured if each.cold.ask.board == board]
        opened = [each for each in own if each.cold.ask.is_open]
        rows.append(
            (
                board,
                f"{len(opened)} of {len(own)}",
                f"{sum(each.warm.samples for each in opened):,}",
                *(f"{total:.2f}" for part in (opened, own) for total in _totals(part)),
            )
        )
    return table(rows)


def sum_of(measured: Sequence[Measured], board: str) -> float:
    """Seconds of what is asked when the board opens, once Prometheus has read it before."""
    own = [each.warm for each in measured if each.warm.ask.board == board]
    return sum(answer.seconds for answer in own if answer.ask.is_open)


def dearest(measured: Sequence[Measured]) -> str:
    """The slowest queries, warm."""
    rows = [("query", "series", "samples", "cold s", "warm s")]
    for each in sorted(measured, key=lambda each: -each.warm.seconds)[:DEAREST]:
        warm = each.warm
        counts = (f"{warm.series:,}", f"{warm.samples:,}")
        times = (f"{each.cold.seconds:.3f}", f"{warm.seconds:.3f}")
        rows.append((warm.ask.place, *counts, *times))
    return table(rows)


def empty(measured: Sequence[Measured], names: set[str]) -> str:
    """Which queries of panels had nothing, and why where that follows from what there is."""
    own = [each.warm for each in measured if each.warm.ask.panel != "annotation"]
    silent = [each for each in own if not each.series]
    rows = [("without data", "since this past holds nothing of")]
    rows += [(a.ask.place, ", ".join(missing(a.ask, names)) or "(it does)") for a in silent]
    return f"{len(own) - len(silent)} of {len(own)} queries of panels have data.\n\n{table(rows)}"


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _totals(part: Sequence[Measured]) -> tuple[float, float]:
    cold = sum(each.cold.seconds for each in part)
    return cold, sum(each.warm.seconds for each in part)
