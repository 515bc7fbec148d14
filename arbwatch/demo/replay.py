"""The recorded pair, replayed faster than it happened."""

from collections.abc import Iterator, Sequence
from itertools import count

from arbwatch.demo.books import RecordedInstant
from arbwatch.demo.fees import FEES_NOVEMBER_2025
from arbwatch.demo.market import POLYMARKET, Pair, Tick

RECORDED_PAIR_ID = "fed-dec-2025-hold"
DEFAULT_SPEED = 1800.0
# Enough for Kalshi's rounding up to a cent to weigh at most 0.01 cents a contract.
ORDER_CONTRACTS = 100
# Less than two steps of the recording, so that one contract never holds more than two orders.
HOLD_RECORDED_SECONDS = 2700
# The longest step is 3,158 s: an edge outlives it, and is gone soon after the replay stops.
TTL_RECORDED_SECONDS = 7200
MIN_TTL_SECONDS, MAX_TTL_SECONDS = 2.0, 86_400.0
# Between the last instant and the first of the next round.
PAUSE_RECORDED_SECONDS = 1800.0


def recorded_pair(speed: float) -> Pair:
    """The pair as traded at `speed` recorded seconds a second. Polymarket led it (Granger test)."""
    ttl = min(max(TTL_RECORDED_SECONDS / speed, MIN_TTL_SECONDS), MAX_TTL_SECONDS)
    return Pair(
        pair_id=RECORDED_PAIR_ID,
        primary_market="[replay] No change in Fed interest rates after December 2025 meeting?",
        hedge_market="[replay] KXFEDDECISION-25DEC-H0",
        category="economics",
        leader=POLYMARKET,
        fees=FEES_NOVEMBER_2025,
        order_contracts=ORDER_CONTRACTS,
        ttl_seconds=ttl,
        hold_seconds=HOLD_RECORDED_SECONDS / speed,
        max_positions=2,
        is_recorded=True,
    )


def replay(recording: Sequence[RecordedInstant], *, speed: float) -> Iterator[Tick]:
    """Every instant in recorded order and spacing divided by `speed`, over and over."""
    pair = recorded_pair(speed)
    first = recording[0].timestamp
    span = (recording[-1].timestamp - first).total_seconds() + PAUSE_RECORDED_SECONDS
    for loop in count():
        for recorded in recording:
            offset = (recorded.timestamp - first).total_seconds()
            yield Tick((loop * span + offset) / speed, pair, recorded.instant)
