"""Days made into weeks and months, fills beside edges, and their order."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.ledger.tallies import MAX_NAMED, EdgeTally, Tally
from exporter.statistics.groups import rows_of
from exporter.statistics.periods import Period

SUNDAY = 20_408  # 2025-11-16
DAYS = st.dictionaries(st.integers(SUNDAY - 400, SUNDAY + 400), st.integers(-(10**9), 10**9))


def test_a_week_ends_on_sunday() -> None:
    """The sums of its days are added, those of its edges beside them."""
    fills = [
        (SUNDAY - 1, Tally(pnl=5, wins=1)),
        (SUNDAY, Tally(pnl=-2)),
        (SUNDAY + 1, Tally(pnl=7)),
    ]
    edges = [(SUNDAY - 6, EdgeTally(seen=3)), (SUNDAY + 1, EdgeTally(seen=4))]

    assert rows_of("week", fills, edges) == [
        ("2025-W46", Tally(pnl=3, wins=1), EdgeTally(seen=3)),
        ("2025-W47", Tally(pnl=7), EdgeTally(seen=4)),
    ]


def test_a_group_without_fills_or_without_edges_has_the_other() -> None:
    """Nothing is left out; the largest result comes first, be it a gain or a loss."""
    fills = [("crypto", Tally(pnl=3)), (None, Tally(pnl=-9))]
    edges = [("sports", EdgeTally(seen=1)), ("crypto", EdgeTally(seen=2))]

    assert rows_of("category", fills, edges) == [
        (None, Tally(pnl=-9), EdgeTally()),
        ("crypto", Tally(pnl=3), EdgeTally(seen=2)),
        ("sports", Tally(), EdgeTally(seen=1)),
    ]


def test_where_edges_are_not_told_apart_a_row_has_none() -> None:
    """Not 0 of them."""
    assert rows_of("pair", [("p-1", Tally(pnl=3))], None) == [("p-1", Tally(pnl=3), None)]


def test_of_very_many_groups_only_those_with_known_results_are_told() -> None:
    """An edge's group may have had fills that were not among the largest: 0 would be a guess."""
    fills = [(f"odd-{number}", Tally(pnl=5)) for number in range(MAX_NAMED)]

    rows = rows_of("category", fills, [("sports", EdgeTally(seen=1)), ("odd-1", EdgeTally(seen=2))])

    assert len(rows) == MAX_NAMED
    assert ("odd-1", Tally(pnl=5), EdgeTally(seen=2)) in rows
    assert "sports" not in [name for name, _, _ in rows]


@given(DAYS, st.sampled_from(["day", "week", "month"]))
def test_periods_add_up_to_their_days(days: dict[int, int], by: Period) -> None:
    """In order of time, each once, and nothing is lost."""
    rows = rows_of(by, [(day, Tally(pnl=pnl)) for day, pnl in days.items()], [])

    names = [name for name, _, _ in rows]
    assert names == sorted(set(names), key=str)
    assert sum(tally.pnl for _, tally, _ in rows) == sum(days.values())
