"""Results: what a figure gave, whether it reaches what it must, the table and the file."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table. Values are medians; `raw` has what each round gave, in its order."""

    figure: str
    what: str
    unit: str
    ours: float
    peer: str | None
    theirs: float | None
    ratio: float | None
    reach: str
    is_met: bool | None
    raw: dict[str, list[float]]


def against(
    figure: str,
    what: str,
    *,
    unit: str,
    ours: list[float],
    peer: str,
    theirs: list[float],
    at_least: float | None = None,
    at_most: float | None = None,
    raw: dict[str, list[float]] | None = None,
) -> Row:
    """A row whose ratio to a peer must reach something."""
    ratio = median(ours) / median(theirs)
    return Row(
        figure=figure,
        what=what,
        unit=unit,
        ours=median(ours),
        peer=peer,
        theirs=median(theirs),
        ratio=ratio,
        reach=_reach(at_least, at_most, " x"),
        is_met=_is_met(ratio, at_least, at_most),
        raw={"ours": ours, "theirs": theirs} | (raw or {}),
    )


def alone(
    figure: str,
    what: str,
    *,
    unit: str,
    ours: list[float],
    at_least: float | None = None,
    at_most: float | None = None,
    raw: dict[str, list[float]] | None = None,
) -> Row:
    """A row whose value itself must reach something."""
    return Row(
        figure=figure,
        what=what,
        unit=unit,
        ours=median(ours),
        peer=None,
        theirs=None,
        ratio=None,
        reach=_reach(at_least, at_most, f" {unit}"),
        is_met=_is_met(median(ours), at_least, at_most),
        raw={"ours": ours} | (raw or {}),
    )


def table(rows: Sequence[Row]) -> str:
    """The rows as text, columns aligned."""
    head = ("figure", "measured", "ours", "compared with", "ratio", "reach", "met")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    texts = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join([texts[0], "  ".join("-" * width for width in widths), *texts[1:]])


def write(
    path: Path, *, facts: dict[str, Any], rows: Sequence[Row], failures: dict[str, str]
) -> None:
    """Keep everything that was measured, and what could not be."""
    report = {"machine": facts, "rows": rows, "not_measured": failures}
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


def _cells(row: Row) -> tuple[str, ...]:
    theirs = "-" if row.theirs is None else f"{_number(row.theirs)} {row.unit}: {row.peer}"
    return (
        row.figure,
        row.what,
        f"{_number(row.ours)} {row.unit}",
        theirs,
        "-" if row.ratio is None else f"{row.ratio:.2f}",
        row.reach,
        {True: "yes", False: "NO", None: "-"}[row.is_met],
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _reach(at_least: float | None, at_most: float | None, unit: str) -> str:
    if at_least is not None:
        return f">= {at_least:,g}{unit}"
    return "-" if at_most is None else f"<= {at_most:,.4g}{unit}"


def _is_met(value: float, at_least: float | None, at_most: float | None) -> bool | None:
    if at_least is not None:
        return value >= at_least
    return None if at_most is None else value <= at_most
