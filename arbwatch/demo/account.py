"""The demo's books: what it holds, what it earned, and the limits it keeps by itself."""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from arbwatch.demo.fees import DOLLAR_MICROS
from arbwatch.demo.market import VENUES, Pair
from arbwatch.demo.pricing import Package, expected_slippage_cents
from arbwatch.events import Exposure, ExposureRow


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLimits:
    """The limits an engine keeps before anyone has to alert: the values of `limits.yml`.

    But `slippage_cents`, which is what an order is expected to slip at most: half of the limit that
    its median has, since orders slip by more than books foretell. Only the recorded pair is filled
    whatever its depth was.
    """

    venue_usd: float = 5000.0
    contract_usd: float = 250.0
    pairs: int = 8
    slippage_cents: float = 0.2
    daily_loss_usd: float = 100.0


# Of an engine whose own limits do not work; its loss of the day it still tells.
IGNORED = OwnLimits(
    venue_usd=math.inf, contract_usd=math.inf, pairs=1_000_000, slippage_cents=math.inf
)


@dataclass(frozen=True, slots=True)
class Position:
    """Contracts held until `until`; a leg that never filled holds 0."""

    pair: Pair
    until: float
    notional_micros: dict[str, int]


@dataclass(slots=True)
class Account:
    """Open positions by simulated second, and realized P&L by UTC day."""

    limits: OwnLimits = field(default_factory=OwnLimits)
    positions: list[Position] = field(default_factory=list)
    pnl_micros: dict[date, int] = field(default_factory=dict)

    def release(self, at: float) -> None:
        """Let go of what has been held long enough."""
        self.positions = [position for position in self.positions if position.until > at]

    def has_room(self, pair: Pair, package: Package) -> bool:
        """Whether one more order of this package stays inside every limit."""
        mine = [position for position in self.positions if position.pair is pair]
        if len(mine) >= pair.max_positions or not self._has_place_for(pair):
            return False
        if not pair.is_recorded and expected_slippage_cents(package) > self.limits.slippage_cents:
            return False
        added = leg_notionals(package)
        return all(
            _usd(mine, venue) + added[venue] / DOLLAR_MICROS <= self.limits.contract_usd
            and _usd(self.positions, venue) + added[venue] / DOLLAR_MICROS <= self.limits.venue_usd
            for venue in VENUES
        )

    def book(
        self, pair: Pair, *, until: float, notional_micros: dict[str, int], day: date, pnl: int
    ) -> None:
        """Enter a fill: its position, and its P&L in micro-dollars."""
        self.positions.append(Position(pair, until, notional_micros))
        self.pnl_micros[day] = self.pnl_micros.get(day, 0) + pnl

    def day_pnl_usd(self, day: date) -> float:
        """Realized P&L of one UTC day of this run."""
        return self.pnl_micros.get(day, 0) / DOLLAR_MICROS

    def exposure(self, *, timestamp: datetime) -> Exposure:
        """A whole snapshot by venue and category; what it does not name is closed."""
        rows: dict[tuple[str, str], list[int]] = {}
        contracts: dict[tuple[str, str], defaultdict[str, int]] = {}
        for position in self.positions:
            for venue, micros in position.notional_micros.items():
                if micros:
                    key = (venue, position.pair.category)
                    rows.setdefault(key, []).append(micros)
                    held = contracts.setdefault(key, defaultdict(int))
                    held[position.pair.pair_id] += micros
        return Exposure(
            rows=[
                ExposureRow(
                    venue=venue,
                    category=category,
                    total_notional_usd=sum(held) / DOLLAR_MICROS,
                    num_positions=len(held),
                    largest_contract_usd=max(contracts[venue, category].values()) / DOLLAR_MICROS,
                )
                for (venue, category), held in sorted(rows.items())
            ],
            timestamp=timestamp,
            num_pairs=len({position.pair.pair_id for position in self.positions}),
        )

    def _has_place_for(self, pair: Pair) -> bool:
        """One of the places for pairs is kept for the recorded pair."""
        others = {p.pair.pair_id for p in self.positions if not p.pair.is_recorded}
        return pair.is_recorded or len(others - {pair.pair_id}) < self.limits.pairs - 1


def leg_notionals(package: Package) -> dict[str, int]:
    """Micro-dollars that each leg of the order costs before fees."""
    legs = (package.polymarket, package.kalshi)
    return {
        venue: package.contracts * leg.price_micros for venue, leg in zip(VENUES, legs, strict=True)
    }


def _usd(positions: list[Position], venue: str) -> float:
    return sum(position.notional_micros[venue] for position in positions) / DOLLAR_MICROS
