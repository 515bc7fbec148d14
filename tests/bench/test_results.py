"""What counts as reached, and what a table shows."""

from bench import results


def test_a_higher_rate_reaches_its_factor() -> None:
    """Medians decide, not means."""
    row = results.against(
        "f", "w", unit="rows/s", ours=[30.0, 31.0, 900.0], peer="p", theirs=[10.0], at_least=3
    )

    assert (row.ours, row.ratio, row.is_met) == (31.0, 3.1, True)


def test_a_time_over_its_bound_is_not_reached() -> None:
    """Lower is better where a bound is given from above."""
    row = results.alone("f", "w", unit="ms", ours=[5.1], at_most=5)

    assert row.is_met is False
    assert results.table([row]).splitlines()[-1].split() == [
        "f",
        "w",
        "5.1",
        "ms",
        "-",
        "-",
        "<=",
        "5",
        "ms",
        "NO",
    ]


def test_a_row_without_a_goal_is_neither() -> None:
    """It is shown for the record."""
    row = results.alone("f", "w", unit="ms", ours=[1.0])

    assert row.is_met is None
