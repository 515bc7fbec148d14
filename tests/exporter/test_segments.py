"""Stretches of results: joined they say what one pass over all of them says."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.ledger.segments import Segment

results = st.lists(st.integers(-10_000, 10_000))


def one_pass(results: list[int]) -> Segment:
    """The same by a plain loop."""
    pnl = high = low = drawdown = 0
    for result in results:
        pnl += result
        high, low = max(high, pnl), min(low, pnl)
        drawdown = min(drawdown, pnl - high)
    return Segment(pnl, len(results), high, low, drawdown)


def test_a_segment_is_seen_from_its_beginning() -> None:
    """+5, -7, +1: 5 at most, -2 at least, 7 from the best to the lowest after it."""
    segment = Segment().after([5, -7, 1], fills=2)

    assert segment == Segment(pnl=-1, fills=2, high=5, low=-2, drawdown=-7)


@given(results, st.integers(0, 100), st.integers(0, 100))
def test_segments_joined_equal_one_pass(results: list[int], cut: int, other: int) -> None:
    """However the results are cut, and in whatever order the pieces are joined."""
    first, last = sorted((cut, other))
    parts = (results[:first], results[first:last], results[last:])
    a, b, c = (one_pass(part) for part in parts)

    assert (a + b) + c == a + (b + c) == one_pass(results)
    assert a.after(parts[1], fills=len(parts[1])) == a + b


@given(results)
def test_a_drawdown_is_never_positive(results: list[int]) -> None:
    """Nor is it smaller than the fall from the highest to where the results stand."""
    segment = Segment().after(results, fills=len(results))

    assert segment.drawdown <= segment.pnl - segment.high <= 0
    assert Segment() + segment == segment == segment + Segment()
