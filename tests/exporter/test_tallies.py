"""Tallies: sums that can be added."""

from exporter.ledger.tallies import EdgeTally, Tally


def test_tallies_add_field_by_field() -> None:
    """Nothing is left out, and an empty one changes nothing."""
    one = Tally(pnl=5, fills=1, trades=1, wins=1, won=5, realized=5, contracts_milli=1_500)
    edges = EdgeTally(seen=2, missed=1, missed_best=7, lifetime_us=3)

    assert one + one == Tally(
        pnl=10, fills=2, trades=2, wins=2, won=10, realized=10, contracts_milli=3_000
    )
    assert edges + edges == EdgeTally(seen=4, missed=2, missed_best=14, lifetime_us=6)
    assert (one + Tally(), edges + EdgeTally()) == (one, edges)
