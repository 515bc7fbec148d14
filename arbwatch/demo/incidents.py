"""The streams that incidents add: frozen books, baits that clear, lost sockets, error bursts."""

from collections.abc import Iterator
from random import Random

from arbwatch.demo.books import Book, Instant
from arbwatch.demo.execution import timeout_ms
from arbwatch.demo.feeds import error_draft
from arbwatch.demo.fees import CENT_MICROS
from arbwatch.demo.figures import load_figures
from arbwatch.demo.market import KALSHI, POLYMARKET, Draft, Moment, Notice, Pair, Tick
from arbwatch.demo.simulator import crossed_books, simulated_pair

# A healthy start, so that the change can be seen.
STARTS_AT_SECONDS = 10.0
# Incidents have pair numbers of their own, beyond any `--pairs`.
FIRST_PAIR_NUMBER = 900_001
TOUCH_CONTRACTS = 690

FROZEN_SECONDS, THAWED_SECONDS = 60.0, 10.0
FROZEN_TICK_SECONDS = 0.5
# 17 cents in the minute that the other venue stands still.
DRIFT_CENTS_PER_SECOND = 0.3
FROZEN_PRICE_CENTS = (10, 30)

# The socket is up long enough to look mended, and away for twice the feed silence limit.
UP_SECONDS, DOWN_SECONDS = 15.0, 20.0
RECONNECT_AFTER_SECONDS = (0.0, 1.0, 3.0, 7.0, 15.0)

BURST_SECONDS, BURST_EVERY_SECONDS = 10.0, 20.0
BURST_ERRORS_PER_SECOND = 3.0


def incident_pair(index: int, *, contracts: int, ttl_seconds: float, hold_seconds: float) -> Pair:
    """A simulated pair that only an incident trades."""
    return simulated_pair(
        number=FIRST_PAIR_NUMBER + index,
        category="crypto",
        leader=POLYMARKET,
        order_contracts=contracts,
        ttl_seconds=ttl_seconds,
        hold_seconds=hold_seconds,
    )


def bait_stream(pair: Pair, *, first: float, every: float) -> Iterator[Tick]:
    """Books that offer about what a real engine projected, 2.4 cents, again and again."""
    net_cents = load_figures()["execution"]["pok_projected_edge_cents"]
    rng = Random(pair.pair_id)
    price = 20 * CENT_MICROS
    at = first
    while True:
        fees = pair.fees.polymarket_micros(100, price) + pair.fees.kalshi_micros(100, price)
        instant = crossed_books(
            rng,
            price_micros=price,
            gross_micros=round(net_cents * CENT_MICROS) + fees // 100,
            is_yes_primary=True,
        )
        yield Tick(at, pair, instant)
        at += every


def frozen_stream(pair: Pair, *, first: float, seed: str) -> Iterator[Moment]:
    """Kalshi's book of one market stands still while Polymarket's walks away; then it catches up.

    The edge looks larger every second. None of it is there: what a fill realizes lacks the whole
    distance between the book shown and where the market is.
    """
    rng = Random(f"{seed}/frozen/{pair.pair_id}")
    start = first
    while True:
        frozen_at_cents = rng.randint(*FROZEN_PRICE_CENTS)
        for step in range(round(FROZEN_SECONDS / FROZEN_TICK_SECONDS)):
            after = step * FROZEN_TICK_SECONDS
            apart = int(after * DRIFT_CENTS_PER_SECOND)
            instant = Instant(_book_around(frozen_at_cents + apart), _book_around(frozen_at_cents))
            yield Tick(start + after, pair, instant, hidden_loss_cents=apart)
        yield Notice(start + FROZEN_SECONDS, _frozen_error(pair, apart_cents=apart))
        start += FROZEN_SECONDS + THAWED_SECONDS


def reconnect_stream() -> Iterator[Notice]:
    """An error for every attempt, with growing pauses, to get Kalshi's socket back."""
    outage = STARTS_AT_SECONDS
    while True:
        for attempt, after in enumerate(RECONNECT_AFTER_SECONDS, start=1):
            message = f"[simulated] websocket closed (1006), attempt {attempt} to reconnect failed"
            yield Notice(outage + after, error_draft("connection", message, venue=KALSHI))
        outage += DOWN_SECONDS + UP_SECONDS


def is_socket_up(at: float) -> bool:
    """Whether Kalshi's flapping socket delivers at this second."""
    since = at - STARTS_AT_SECONDS
    return since < 0 or since % (DOWN_SECONDS + UP_SECONDS) >= DOWN_SECONDS


def timeout_stream(*, seed: str) -> Iterator[Notice]:
    """Bursts of orders that Polymarket does not confirm in time."""
    rng = Random(f"{seed}/timeouts")
    burst = STARTS_AT_SECONDS
    while True:
        for number in range(round(BURST_SECONDS * BURST_ERRORS_PER_SECOND)):
            waited = timeout_ms().draw(rng)
            message = f"[simulated] order not confirmed after {waited:.0f} ms"
            at = burst + number / BURST_ERRORS_PER_SECOND
            yield Notice(at, error_draft("execution_timeout", message, venue=POLYMARKET))
        burst += BURST_EVERY_SECONDS


def is_in_burst(at: float) -> bool:
    """Whether Polymarket's calls fail in droves at this second."""
    since = at - STARTS_AT_SECONDS
    return since >= 0 and since % BURST_EVERY_SECONDS < BURST_SECONDS


def _frozen_error(pair: Pair, *, apart_cents: int) -> Draft:
    message = (
        f"[simulated] Kalshi's book of {pair.pair_id} stood still for {FROZEN_SECONDS:.0f} s "
        f"while Polymarket's moved {apart_cents} cents"
    )
    return error_draft("stale_quote", message, venue=KALSHI)


def _book_around(mid_cents: int) -> Book:
    return Book(
        bid_micros=round((mid_cents - 0.5) * CENT_MICROS),
        ask_micros=round((mid_cents + 0.5) * CENT_MICROS),
        bid_size=TOUCH_CONTRACTS,
        ask_size=TOUCH_CONTRACTS,
    )
