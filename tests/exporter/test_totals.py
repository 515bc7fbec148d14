"""All results as they stand: sums by day, and drawdowns with their dates."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.ledger.drawdown import Drawdown
from exporter.ledger.segments import Segment
from exporter.ledger.totals import Totals

# Of three days and a bit: (hour, result) in the order of the ledger.
booked = st.lists(st.tuples(st.integers(47, 100), st.integers(-500, 500)), max_size=60)


def hours_of(booked: list[tuple[int, int]]) -> dict[int, Segment]:
    """Each hour's results, in the order in which they were booked."""
    hours: dict[int, Segment] = {}
    for hour, result in booked:
        hours[hour] = hours.get(hour, Segment()).after([result], fills=1)
    return hours


def drawdown_of(booked: list[tuple[int, int]]) -> Drawdown:
    """The same by one loop over every result, hours in order of time."""
    level = peak = deepest = 0
    peak_hour = deepest_peak = deepest_low = None
    for hour, result in sorted(booked, key=lambda each: each[0]):
        level += result
        if level > peak:
            peak, peak_hour = level, hour
        if level - peak < deepest:
            deepest, deepest_peak, deepest_low = level - peak, peak_hour, hour
    return Drawdown(level - peak, peak_hour, deepest, deepest_peak, deepest_low)


def test_a_drawdown_has_its_dates() -> None:
    """Up in hour 50, down over the next two, a new best in hour 60 and a little below that."""
    totals = Totals(hours_of([(50, 100), (51, -70), (52, -20), (60, 200), (60, -30)]))

    assert totals.drawdown() == Drawdown(-30, 60, -90, 50, 52)


def test_a_loss_from_the_beginning_has_no_peak() -> None:
    """It is measured from 0, which no hour reached."""
    assert Totals(hours_of([(50, -5)])).drawdown() == Drawdown(-5, None, -5, None, 50)
    assert Totals().drawdown() == Drawdown()


@given(booked)
def test_drawdowns_equal_one_pass_however_results_come(booked: list[tuple[int, int]]) -> None:
    """Asked after each commit, also when a late one changes an hour long past."""
    totals = Totals()

    for place, (hour, _) in enumerate(booked, 1):
        totals.take_in({hour: hours_of(booked[:place])[hour]})

        assert totals.drawdown() == drawdown_of(booked[:place])


@given(booked, st.integers(1, 4), st.integers(1, 4))
def test_some_days_stand_alone(booked: list[tuple[int, int]], first: int, last: int) -> None:
    """Their sum and their drawdown are those of their own results, from 0."""
    totals = Totals(hours_of(booked))

    within = [each for each in booked if first <= each[0] // 24 <= last]

    assert totals.between(first, last) == sum(result for _, result in within)
    assert totals.drawdown(first, last) == drawdown_of(within)
    assert totals.drawdown(None, last) == totals.drawdown(0, last)
    assert totals.realized == sum(result for _, result in booked) == sum(totals.days.values())
