"""Sums by group: days made into weeks and months, fills beside edges, in the order of a report."""

from collections.abc import Sequence
from typing import TypeVar, cast, get_args

from arbwatch.answers import Grouping
from exporter.ledger.tallies import MAX_NAMED, EdgeTally, Group, Tally
from exporter.statistics.periods import Period, name_of

PERIODS = get_args(Period)

Key = str | int | None
Name = str | None
Row = tuple[Name, Tally, EdgeTally | None]
AnyTally = TypeVar("AnyTally", Tally, EdgeTally)


def stored_as(by: Grouping) -> Group:
    """The group that the ledger keeps sums of: weeks and months are made of days."""
    return "day" if by == "week" or by == "month" else by


def rows_of(
    by: Grouping,
    fills: Sequence[tuple[Key, Tally]],
    edges: Sequence[tuple[Key, EdgeTally]] | None,
) -> list[Row]:
    """A row for each group that has fills or edges; `edges` is `None` where none are told apart.

    Periods come in order of time, others by how much they won or lost, the `MAX_NAMED` first ones.
    """
    tallies = _named(by, fills)
    if edges is None:
        rows: list[Row] = [(name, tally, None) for name, tally in tallies.items()]
    else:
        ends = _named(by, edges)
        names = dict.fromkeys([*tallies, *ends])
        rows = [(n, tallies.get(n, Tally()), ends.get(n, EdgeTally())) for n in names]
    if by in PERIODS:
        return sorted(rows, key=lambda row: row[0] or "")
    if len(tallies) >= MAX_NAMED:  # what fills of others came to is not among what was read
        rows = [row for row in rows if row[0] in tallies]
    return sorted(rows, key=lambda row: (-abs(row[1].pnl), row[0] or ""))[:MAX_NAMED]


def _named(by: Grouping, rows: Sequence[tuple[Key, AnyTally]]) -> dict[Name, AnyTally]:
    sums: dict[Name, AnyTally] = {}
    for key, tally in rows:
        name = _name(by, key)
        before = sums.get(name)
        sums[name] = tally if before is None else before + tally
    return sums


def _name(by: Grouping, key: Key) -> Name:
    return name_of(cast(Period, by), key) if isinstance(key, int) else key
