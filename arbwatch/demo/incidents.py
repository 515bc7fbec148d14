"""The streams that incidents add: frozen books, baits that clear, lost sockets, error bursts."""

from collections.abc import Iterator
from dataclasses import replace
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
TOUCH_CONTRACTS, DEEP_CONTRACTS = 690, 10_000

# Before a book freezes it moves for long enough that its habit is known.
LIVELY_SECONDS, FROZEN_SECONDS = 20.0, 60.0
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


def steady_baits(*, seed: str) -> list[Iterator[Moment]]:
    """The eight contracts that the engine with failing legs sent, so that its losses stay small."""
    _, contracts = load_figures()["sizes_contracts"]["pok_live_order"]
    pair = incident_pair(0, contracts=contracts, ttl_seconds=6.0, hold_seconds=4.5)
    return [bait_stream(pair, first=STARTS_AT_SECONDS, every=5.0)]


def quick_baits(*, seed: str) -> list[Iterator[Moment]]:
    """Two pairs and a fill every 2.5 s: enough of them within a minute or two to judge by."""
    return _two_baits(contracts=20)


def large_baits(*, seed: str) -> list[Iterator[Moment]]:
    """Two pairs and 250 contracts: 7 USD lost every 2.5 s, 100 USD in under 40 s."""
    return _two_baits(contracts=250)


def many_baits(*, seed: str) -> list[Iterator[Moment]]:
    """Ten pairs, a fill a second of about 90 USD at each venue, held for two minutes."""
    pairs = [
        incident_pair(index, contracts=180, ttl_seconds=11.0, hold_seconds=120.0)
        for index in range(10)
    ]
    return [
        bait_stream(
            replace(pair, max_positions=100),
            first=STARTS_AT_SECONDS + index,
            every=10.0,
            price_cents=50,
            is_deep=True,
        )
        for index, pair in enumerate(pairs)
    ]


def _two_baits(*, contracts: int) -> list[Iterator[Moment]]:
    return [
        bait_stream(
            incident_pair(index, contracts=contracts, ttl_seconds=6.0, hold_seconds=4.5),
            first=STARTS_AT_SECONDS + 2.5 * index,
            every=5.0,
        )
        for index in range(2)
    ]


def bait_stream(
    pair: Pair, *, first: float, every: float, price_cents: int = 20, is_deep: bool = False
) -> Iterator[Tick]:
    """Books that offer about what a real engine projected, 2.4 cents, again and again.

    Deep ones offer far more than any order takes.
    """
    net_cents = load_figures()["execution"]["pok_projected_edge_cents"]
    rng = Random(pair.pair_id)
    price = price_cents * CENT_MICROS
    at = first
    while True:
        fees = pair.fees.polymarket_micros(100, price) + pair.fees.kalshi_micros(100, price)
        instant = crossed_books(
            rng,
            price_micros=price,
            gross_micros=round(net_cents * CENT_MICROS) + fees // 100,
            is_yes_primary=True,
        )
        yield Tick(at, pair, _deepened(instant) if is_deep else instant)
        at += every


def frozen_books(*, seed: str) -> list[Iterator[Moment]]:
    """Two markets whose books at Kalshi freeze in turn."""
    pairs = [
        incident_pair(index, contracts=34, ttl_seconds=2.0, hold_seconds=20.0) for index in range(2)
    ]
    return [
        frozen_stream(pair, lively_seconds=LIVELY_SECONDS * (index + 1), seed=seed)
        for index, pair in enumerate(pairs)
    ]


def frozen_stream(pair: Pair, *, lively_seconds: float, seed: str) -> Iterator[Moment]:
    """Kalshi's book of one market stands still while Polymarket's walks away; then it catches up.

    The edge looks larger every second. None of it is there: what a fill realizes lacks the whole
    distance between the book shown and where the market is.
    """
    rng = Random(f"{seed}/frozen/{pair.pair_id}")
    start, frozen_from = 0.0, lively_seconds
    while True:
        yield from _lively(pair, rng, start=start, end=frozen_from)
        cents = rng.randint(*FROZEN_PRICE_CENTS)
        kalshi = _book_around(cents, rng)
        for step in range(round(FROZEN_SECONDS / FROZEN_TICK_SECONDS)):
            after = step * FROZEN_TICK_SECONDS
            apart = int(after * DRIFT_CENTS_PER_SECOND)
            instant = Instant(_book_around(cents + apart, rng), kalshi)
            yield Tick(frozen_from + after, pair, instant, hidden_loss_cents=apart)
        start = frozen_from + FROZEN_SECONDS
        yield Notice(start, _frozen_error(pair, apart_cents=apart))
        frozen_from = start + LIVELY_SECONDS


def _lively(pair: Pair, rng: Random, *, start: float, end: float) -> Iterator[Tick]:
    """Both books quote the same price in ever new sizes: nothing to earn, and nothing frozen."""
    cents = rng.randint(*FROZEN_PRICE_CENTS)
    for step in range(round((end - start) / FROZEN_TICK_SECONDS)):
        instant = Instant(_book_around(cents, rng), _book_around(cents, rng))
        yield Tick(start + step * FROZEN_TICK_SECONDS, pair, instant)


def lost_socket(*, seed: str) -> list[Iterator[Moment]]:
    """Kalshi's socket, lost again and again."""
    return [reconnect_stream()]


def timeouts(*, seed: str) -> list[Iterator[Moment]]:
    """Orders that Polymarket does not confirm."""
    return [timeout_stream(seed=seed)]


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


def _deepened(instant: Instant) -> Instant:
    polymarket, kalshi = (
        replace(book, bid_size=DEEP_CONTRACTS, ask_size=DEEP_CONTRACTS)
        for book in (instant.polymarket, instant.kalshi)
    )
    return replace(instant, polymarket=polymarket, kalshi=kalshi)


def _book_around(mid_cents: int, rng: Random) -> Book:
    return Book(
        bid_micros=round((mid_cents - 0.5) * CENT_MICROS),
        ask_micros=round((mid_cents + 0.5) * CENT_MICROS),
        bid_size=TOUCH_CONTRACTS + rng.randint(-50, 50),
        ask_size=TOUCH_CONTRACTS + rng.randint(-50, 50),
    )
