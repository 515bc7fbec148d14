"""What a pair would earn now: both packages priced after fees, and how far to trust the figure.

A package buys YES on one venue at its ask and NO on the other at 100 cents minus its bid; one of
the two pays a dollar whatever happens. The net edge is that dollar minus both prices and both taker
fees, per contract, at the size of the order that would be sent.
"""

from dataclasses import dataclass

from arbwatch.demo.books import Book, Instant
from arbwatch.demo.fees import CENT_MICROS, DOLLAR_MICROS, FeeSchedule
from arbwatch.events import BestSide

TICK_CENTS = 1.0
# Books of the same event that disagree by this much are rather stale than generous.
WHOLE_DISAGREEMENT_MICROS = 20 * CENT_MICROS
# A quote this old is worth half: about the time a backlogged feed needs to be halted.
HALF_TRUST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a package: price and contracts at the touch, and the taker fee of the order."""

    price_micros: int
    touch: float
    fee_micros: int
    spread_micros: int


@dataclass(frozen=True, slots=True)
class Package:
    """A package priced for an order of `contracts`. Polymarket is the primary, Kalshi the hedge."""

    best_side: BestSide
    contracts: int
    polymarket: Leg
    kalshi: Leg

    @property
    def cost_micros(self) -> int:
        """What the whole order costs before fees."""
        return self.contracts * (self.polymarket.price_micros + self.kalshi.price_micros)

    @property
    def fees_micros(self) -> int:
        """Both taker fees of the whole order."""
        return self.polymarket.fee_micros + self.kalshi.fee_micros

    @property
    def net_micros(self) -> int:
        """What the whole order earns, exact."""
        return self.contracts * DOLLAR_MICROS - self.cost_micros - self.fees_micros

    @property
    def net_edge_cents(self) -> float:
        """What one contract earns."""
        return self.net_micros / (self.contracts * CENT_MICROS)

    def clears(self, threshold_cents: float) -> bool:
        """Whether the net edge reaches the threshold; an edge of exactly the threshold does."""
        return self.net_micros >= round(threshold_cents * CENT_MICROS) * self.contracts


def best_package(instant: Instant, contracts: int, *, fees: FeeSchedule) -> Package | None:
    """The package that earns more; none when neither can be priced for want of a quote."""
    yes = _package("yes_primary_no_hedge", instant, contracts, fees=fees)
    no = _package("no_primary_yes_hedge", instant, contracts, fees=fees)
    priced = [package for package in (yes, no) if package is not None]
    return max(priced, key=lambda package: package.net_micros, default=None)


def confidence(instant: Instant, package: Package) -> float:
    """How far to trust the edge, 0 to 1: depth x agreement x freshness.

    Depth is touch / (touch + order) of the thinner leg. Agreement falls from 1, for venues that
    quote the same price, to 0 at 20 cents apart. Freshness halves when the older book is 2 s old.
    """
    touch = min(package.polymarket.touch, package.kalshi.touch)
    depth = touch / (touch + package.contracts)
    apart = abs(_level(instant.polymarket) - _level(instant.kalshi))
    agreement = max(0.0, 1 - apart / WHOLE_DISAGREEMENT_MICROS)
    freshness = HALF_TRUST_SECONDS / (HALF_TRUST_SECONDS + instant.age_seconds)
    return round(depth * agreement * freshness, 4)


def expected_slippage_cents(package: Package) -> float:
    """Cents per contract that the order should lose on its way, over both legs.

    What the touch cannot fill pays one tick more; what it can fill is at risk of the same tick in
    proportion to how much of the touch the order takes.
    """
    legs = (package.polymarket, package.kalshi)
    return round(sum(_leg_slippage_cents(leg, package.contracts) for leg in legs), 4)


def _leg_slippage_cents(leg: Leg, contracts: int) -> float:
    beyond = max(0.0, 1 - leg.touch / contracts)
    crowding = contracts / (contracts + leg.touch)
    return TICK_CENTS * (beyond + (1 - beyond) * crowding / 2)


def _package(
    side: BestSide, instant: Instant, contracts: int, *, fees: FeeSchedule
) -> Package | None:
    is_yes_primary = side == "yes_primary_no_hedge"
    primary = _quote(instant.polymarket, is_yes=is_yes_primary)
    hedge = _quote(instant.kalshi, is_yes=not is_yes_primary)
    if primary is None or hedge is None:
        return None
    return Package(
        best_side=side,
        contracts=contracts,
        polymarket=Leg(
            *primary, fees.polymarket_micros(contracts, primary[0]), _spread(instant.polymarket)
        ),
        kalshi=Leg(*hedge, fees.kalshi_micros(contracts, hedge[0]), _spread(instant.kalshi)),
    )


def _quote(book: Book, *, is_yes: bool) -> tuple[int, float] | None:
    """Price and contracts of buying one side now, if it is for sale."""
    if is_yes:
        return None if book.ask_micros is None else (book.ask_micros, book.ask_size)
    return None if book.bid_micros is None else (DOLLAR_MICROS - book.bid_micros, book.bid_size)


def _spread(book: Book) -> int:
    if book.bid_micros is None or book.ask_micros is None:
        return CENT_MICROS
    return book.ask_micros - book.bid_micros


def _level(book: Book) -> float:
    """Where the venue sees the event: the mid, or the one side there is."""
    sides = [price for price in (book.bid_micros, book.ask_micros) if price is not None]
    return sum(sides) / len(sides)
