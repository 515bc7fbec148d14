"""Drawdowns as shares of equity, with their hours."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from exporter.ledger.segments import Segment
from exporter.ledger.totals import Totals
from exporter.statistics.risk import risk_stats

NINE = 24 * 20_000 + 9  # the hour from nine on the day 20,000 since 1970
DOLLAR = 1_000_000


def hour(number: int) -> datetime:
    """The hour from then on that day."""
    return datetime(2024, 10, 4, number, tzinfo=UTC)


def test_drawdowns_worked_by_hand() -> None:
    """+500 at nine, -300 at eleven, +100 at noon: 3 % was the deepest, 2 % is left of it."""
    results = {9: 500, 11: -300, 12: 100}
    hours = {NINE - 9 + at: Segment().after([usd * DOLLAR], fills=1) for at, usd in results.items()}

    found = risk_stats(Totals(hours).drawdown(), [], equity_usd=10_000)

    assert (found.drawdown_usd, found.drawdown_ratio) == (-200, -0.02)
    assert (found.max_drawdown_usd, found.max_drawdown_ratio) == (-300, -0.03)
    assert found.drawdown_since == found.max_drawdown_from == hour(9)
    assert found.max_drawdown_to == hour(11)


def test_without_a_loss_there_is_no_hour_of_one() -> None:
    """Nothing fell, so it fell at no time."""
    hours = {NINE: Segment().after([5, 0, 7], fills=3)}

    found = risk_stats(Totals(hours).drawdown(), [], equity_usd=10_000)

    assert found.drawdown_usd == found.max_drawdown_ratio == 0
    assert found.drawdown_since is found.max_drawdown_from is found.max_drawdown_to is None


@given(st.lists(st.lists(st.integers(-(10**12), 10**12), min_size=1), max_size=40))
def test_drawdowns_are_never_positive(results: list[list[int]]) -> None:
    """The deepest is at least as deep as the present one."""
    hours = {at: Segment().after(within, fills=len(within)) for at, within in enumerate(results)}

    found = risk_stats(Totals(hours).drawdown(), [], equity_usd=10_000)

    assert found.max_drawdown_usd <= found.drawdown_usd <= 0
    assert found.max_drawdown_ratio <= found.drawdown_ratio <= 0
