"""What fills and ended edges come to in a group: sums that can be added, and split by day.

Whole numbers only: micro-dollars unless a name says otherwise.
"""

from typing import Literal

import msgspec

# What a tally can be grouped by; weeks and months are made of days.
Group = Literal["day", "category", "pair", "leader"]
# Of pairs, and of names that engines choose, there may be very many: so many are told at the most.
MAX_NAMED = 200


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over fills and reversals.

    The first three are booked: a fill on its day, a reversal on its own. All others are of trades
    that stand, on the day of the fill: a reversal takes out there what its fill had put in.
    `entry`, `slippage` and `fees` are cents per contract times contracts; `realized` is the P&L of
    the trades that stand; `contracts_milli` counts thousandths of a contract.
    """

    pnl: int = 0
    fills: int = 0
    reversals: int = 0
    trades: int = 0
    one_legged: int = 0
    wins: int = 0
    losses: int = 0
    won: int = 0
    lost: int = 0
    size: int = 0
    entry: int = 0
    realized: int = 0
    slippage: int = 0
    fees: int = 0
    contracts_milli: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in TALLY})


class EdgeTally(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over edges that ended, on the day they ended.

    `missed_best` adds the best net edges of the missed, `expected_slippage` what `expected` edges
    that were filled had foretold, `paid_slippage` what their fills paid: each per contract.
    """

    seen: int = 0
    filled: int = 0
    missed: int = 0
    small: int = 0
    missed_best: int = 0
    lifetime_us: int = 0
    expected_slippage: int = 0
    expected: int = 0
    paid_slippage: int = 0

    def __add__(self, other: "EdgeTally") -> "EdgeTally":
        sums = {name: getattr(self, name) + getattr(other, name) for name in EDGE_TALLY}
        return EdgeTally(**sums)


TALLY = Tally.__struct_fields__
EDGE_TALLY = EdgeTally.__struct_fields__
