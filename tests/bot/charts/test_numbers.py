"""Numbers on a chart are short, round, and never say more or less than they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts.numbers import cents, round_ticks, share, usd

AMOUNTS = st.floats(min_value=-1e14, max_value=1e14)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "$0"),
        (0.004, "$0"),
        (0.35, "$0.35"),
        (18.2, "$18.20"),
        (420.4, "$420"),
        (999.7, "$1k"),
        (1234, "$1.23k"),
        (-12_340, "−$12.3k"),
        (1_000_000, "$1M"),
        (2.5e9, "$2.5B"),
    ],
)
def test_dollars_are_compact(amount: float, shown: str) -> None:
    """Three digits, or to the cent where cents matter."""
    assert usd(amount) == shown


def test_a_gain_shows_its_sign() -> None:
    """Nothing is neither a gain nor a loss."""
    assert [usd(amount, signed=True) for amount in (5, -5, -0.001)] == ["+$5", "−$5", "$0"]


@pytest.mark.parametrize(
    ("amount", "shown"), [(2.5, "2.5¢"), (-0.44, "−0.44¢"), (-0.001, "0¢"), (319, "319¢")]
)
def test_cents_keep_what_counts(amount: float, shown: str) -> None:
    """To the hundredth of a cent, without empty digits."""
    assert cents(amount) == shown


@pytest.mark.parametrize(
    ("part", "shown"), [(4210, "84%"), (4999, "100.0%"), (4990, "99.8%"), (5000, "100%"), (0, "0%")]
)
def test_a_share_close_to_the_whole_has_a_decimal(part: float, shown: str) -> None:
    """A plain 100% stands for the whole only."""
    assert share(part, 5000) == shown


@given(AMOUNTS)
def test_any_amount_fits_beside_the_line(amount: float) -> None:
    """The margin of the picture has room for eight signs."""
    assert len(usd(amount, signed=True)) <= 8


@given(st.floats(min_value=-1e14, max_value=0), st.floats(min_value=0.06, max_value=1e14))
def test_ticks_are_few_and_inside(low: float, high: float) -> None:
    """Whatever the scale, no tick is beside the plot, and 0 has one."""
    ticks = round_ticks(low, high)

    rounding = (high - low) / 1000
    assert len(ticks) <= 4
    assert 0 in ticks
    assert all(low - rounding <= tick <= high + rounding for tick in ticks)


def test_ticks_are_round() -> None:
    """Steps of 1, 2 or 5."""
    assert round_ticks(-12.4, 17.6) == [-10, 0, 10]
    assert round_ticks(0, 1900) == [0, 500, 1000, 1500]
