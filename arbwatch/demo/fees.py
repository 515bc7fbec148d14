"""What both venues charge a taker, exactly, in micro-dollars.

`price_micros` is the price of one contract of the side bought, between 0 and 1,000,000.
"""

from dataclasses import dataclass

from arbwatch.demo.figures import load_figures

CENT_MICROS = 10_000
DOLLAR_MICROS = 1_000_000
KALSHI_RATE_PERCENT = 7
BASIS_POINTS = 10_000


def kalshi_taker_micros(contracts: int, price_micros: int) -> int:
    """0.07 x C x P x (1-P), rounded up to a whole cent on the whole order."""
    cents_scaled = KALSHI_RATE_PERCENT * contracts * price_micros * (DOLLAR_MICROS - price_micros)
    return -(-cents_scaled // DOLLAR_MICROS**2) * CENT_MICROS


def polymarket_taker_micros(contracts: int, price_micros: int, *, rate_basis_points: int) -> int:
    """rate x C x P x (1-P), rounded to the nearest micro-dollar."""
    scaled = rate_basis_points * contracts * price_micros * (DOLLAR_MICROS - price_micros)
    divisor = BASIS_POINTS * DOLLAR_MICROS
    return (scaled + divisor // 2) // divisor


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """The fees of one market: Kalshi's are alike for all, Polymarket's go by the category."""

    polymarket_basis_points: int

    def polymarket_micros(self, contracts: int, price_micros: int) -> int:
        """Taker fee of one Polymarket order."""
        return polymarket_taker_micros(
            contracts, price_micros, rate_basis_points=self.polymarket_basis_points
        )

    def kalshi_micros(self, contracts: int, price_micros: int) -> int:
        """Taker fee of one Kalshi order."""
        return kalshi_taker_micros(contracts, price_micros)


# Polymarket charged no taker fee when the pair was recorded.
FEES_NOVEMBER_2025 = FeeSchedule(polymarket_basis_points=0)


def fees_2026(category: str) -> FeeSchedule:
    """The fees of 2026 for a category; 0 where Polymarket names no rate."""
    for names, rate in load_figures()["fees"]["polymarket_rates_2026"].items():
        if category in names.split("_"):
            return FeeSchedule(polymarket_basis_points=round(rate * BASIS_POINTS))
    return FeeSchedule(polymarket_basis_points=0)
