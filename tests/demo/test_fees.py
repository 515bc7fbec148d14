"""Fees of both venues, worked by hand."""

import pytest

from arbwatch.demo.fees import FEES_NOVEMBER_2025, fees_2026, kalshi_taker_micros


@pytest.mark.parametrize(
    ("contracts", "price_cents", "fee_cents"),
    [
        (100, 50, 175),  # 0.07 x 100 x 0.5 x 0.5 = 1.75 USD, a whole number of cents
        (1, 50, 2),  # 1.75 cents, rounded up
        (100, 31, 150),  # 149.73 cents, rounded up
        (85, 31, 128),  # 127.2705 cents, rounded up
        (100, 99, 7),  # 6.93 cents, rounded up
        (100, 100, 0),  # certain: nothing to charge
    ],
)
def test_kalshi_rounds_the_whole_order_up_to_a_cent(
    contracts: int, price_cents: int, fee_cents: int
) -> None:
    """0.07 x C x P x (1-P), and the exact cent stays what it is."""
    assert kalshi_taker_micros(contracts, price_cents * 10_000) == fee_cents * 10_000


def test_polymarket_charged_nothing_when_the_pair_was_recorded() -> None:
    """November 2025 had no taker fee."""
    assert FEES_NOVEMBER_2025.polymarket_micros(100, 500_000) == 0


@pytest.mark.parametrize(
    ("category", "fee_micros"),
    [
        ("crypto", 1_750_000),
        ("sports", 750_000),
        ("politics", 1_000_000),
        ("mentions", 1_000_000),
        ("weather", 1_250_000),
        ("geopolitics", 0),
        ("unheard of", 0),
    ],
)
def test_polymarket_charges_by_category_in_2026(category: str, fee_micros: int) -> None:
    """rate x 100 x 0.5 x 0.5 dollars."""
    assert fees_2026(category).polymarket_micros(100, 500_000) == fee_micros


def test_polymarket_fees_are_not_rounded_to_cents() -> None:
    """0.04 x 3 x 0.111 x 0.889 = 0.011841... dollars, to the micro-dollar."""
    assert fees_2026("tech").polymarket_micros(3, 111_000) == 11_841
