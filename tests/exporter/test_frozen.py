"""Frozen books, found soon, and told from quiet markets, pauses and clocks that were set."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from arbwatch.events import Edge
from exporter.frozen import KEPT, KNOWN_FROM, MAX_PAIRS, FrozenBooks, VenueBooks, allowance
from exporter.metrics.books import BookGauges
from tests.client import Client

START = datetime(2026, 1, 1, tzinfo=UTC)
VENUES = ("polymarket", "kalshi")
TTL_SECONDS = 15.0
# A pair is refreshed at least so often, also while neither of its books moves.
BEAT_SECONDS = 5.0

Changes = dict[str, float]


class Watch:
    """Frozen books on clocks moved by hand: the engine's is off by `skew`."""

    def __init__(self, *, skew: float = 0.0) -> None:
        self.seconds = 0.0
        self.skew = skew
        self.books = FrozenBooks(
            VENUES,
            ttl_seconds=TTL_SECONDS,
            clock=lambda: self.seconds,
            now=lambda: START + timedelta(seconds=self.seconds),
        )

    def tell(self, at: float, changes: Changes, *, pair_id: str = "p") -> None:
        """An edge at this second; its books last changed at those."""
        self.seconds = at
        self.books.update([self._edge(at, changes, pair_id)])

    def of(self, venue: str) -> VenueBooks:
        """The venue's books now."""
        return self.books.venues()[venue]

    def frozen(self) -> dict[str, int]:
        """Frozen books by venue."""
        return {venue: books.frozen for venue, books in self.books.venues().items()}

    def _edge(self, at: float, changes: Changes, pair_id: str) -> Edge:
        return Edge(
            pair_id=pair_id,
            primary_market="A",
            hedge_market="B",
            net_edge_cents=1,
            confidence=0.9,
            expected_slippage_cents=0.1,
            leader="kalshi",
            timestamp=self._moment(at),
            books_changed_at={venue: self._moment(moved) for venue, moved in changes.items()},
        )

    def _moment(self, at: float) -> datetime:
        return START + timedelta(seconds=at + self.skew)


@dataclass
class Market:
    """Two books that change at random; `frozen_from` is when Kalshi's stops."""

    seed: int
    kalshi_rate: float
    polymarket_rate: float
    frozen_from: float = float("inf")

    def words(self, until: float) -> Iterator[tuple[float, Changes]]:
        """What an engine would tell, at each change and each beat."""
        chance = random.Random(self.seed)
        rates = {"kalshi": self.kalshi_rate, "polymarket": self.polymarket_rate}
        due = {venue: chance.expovariate(rate) for venue, rate in rates.items()}
        changes, beat = dict.fromkeys(rates, 0.0), BEAT_SECONDS
        while True:
            venue = min(due, key=lambda name: due[name])
            at = min(due[venue], beat)
            if at > until:
                return
            if beat <= due[venue]:
                beat += BEAT_SECONDS
            else:
                if venue == "polymarket" or at < self.frozen_from:
                    changes = changes | {venue: at}
                due[venue] += chance.expovariate(rates[venue])
            yield at, changes


def regular(watch: Watch, *, seconds: int, start: int = 0, pair_id: str = "p") -> float:
    """Both books move every second, in turn; answers when it ended."""
    for second in range(start, start + seconds):
        moved = {"polymarket": float(second), "kalshi": second - 0.5}
        watch.tell(second, moved, pair_id=pair_id)
    return start + seconds - 1.0


def hold(watch: Watch, *, since: float, seconds: int, pair_id: str = "p") -> None:
    """Kalshi's book stands still from `since` on, the other moves every second."""
    for second in range(1, seconds + 1):
        at = since + second
        watch.tell(at, {"polymarket": at, "kalshi": since - 0.5}, pair_id=pair_id)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    rate=st.floats(0.02, 5),
    ratio=st.floats(0.1, 10),
    skew=st.floats(-10, 250),
)
def test_a_market_that_moves_at_random_is_not_frozen(
    seed: int, rate: float, ratio: float, skew: float
) -> None:
    """Busy or quiet, alike or unlike, whatever the engine's clock: over 400 changes of a book."""
    watch = Watch(skew=skew)
    for at, changes in Market(seed, rate, rate * ratio).words(400 / rate):
        watch.tell(at, changes)
        assert watch.frozen() == {"polymarket": 0, "kalshi": 0}


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), rate=st.floats(0.05, 5), ratio=st.floats(0.5, 4))
def test_a_book_that_stops_is_found(seed: int, rate: float, ratio: float) -> None:
    """Within 60 of its own usual gaps, and not before 10 seconds."""
    stops = 150 / rate
    watch = Watch()
    market = Market(seed, rate, rate * ratio, frozen_from=stops)
    found = 0.0
    for at, changes in market.words(stops * 10):
        watch.tell(at, changes)
        if watch.frozen()["kalshi"]:
            found = at
            break

    still = watch.of("kalshi").longest_seconds
    assert still >= 10
    assert stops < found <= stops + 15 + 60 / rate
    assert watch.of("polymarket") == VenueBooks(1, 0, 0.0)


def test_a_standstill_is_told_with_its_length_and_ends_with_the_next_change() -> None:
    """Seconds on the engine's clock, as of the newest edge."""
    watch = Watch()
    end = regular(watch, seconds=200)
    hold(watch, since=end, seconds=30)
    stood = watch.of("kalshi")

    watch.tell(end + 31, {"polymarket": end + 31, "kalshi": end + 31})

    assert stood == VenueBooks(1, 1, 30.5)
    assert watch.of("kalshi") == VenueBooks(1, 0, 0.0)


def test_a_quiet_market_is_not_frozen() -> None:
    """Both books stand still for ten minutes while the engine goes on to tell their edge."""
    watch = Watch()
    end = regular(watch, seconds=200)
    for second in range(0, 600, 5):
        watch.tell(end + second, {"polymarket": end, "kalshi": end - 0.5})
        assert watch.frozen() == {"polymarket": 0, "kalshi": 0}


def test_few_moves_of_the_other_side_prove_nothing() -> None:
    """Four in a minute: it may be the other one that is nervous."""
    watch = Watch()
    end = regular(watch, seconds=200)
    for second in (15, 30, 45, 60):
        watch.tell(end + second, {"polymarket": end + second, "kalshi": end - 0.5})
        watch.tell(end + second + 5, {"polymarket": end + second, "kalshi": end - 0.5})

    assert watch.frozen()["kalshi"] == 0


def test_a_pair_whose_edges_stop_is_forgotten() -> None:
    """After its time to live it counts neither as frozen nor as watched."""
    watch = Watch()
    hold(watch, since=regular(watch, seconds=200), seconds=30)
    assert watch.frozen()["kalshi"] == 1

    watch.seconds += TTL_SECONDS

    assert watch.of("kalshi") == VenueBooks(0, 0, 0.0)


def test_a_pause_between_two_lives_is_no_gap() -> None:
    """The habit outlives the pause, and does not learn from it."""
    watch = Watch()
    end = regular(watch, seconds=200)
    again = regular(watch, start=int(end) + 3_600, seconds=5)
    assert watch.of("kalshi") == VenueBooks(1, 0, 0.0)

    hold(watch, since=again, seconds=30)

    assert watch.of("kalshi").frozen == 1


def test_nothing_is_said_before_the_habit_is_known() -> None:
    """The first change only begins the first gap."""
    watch = Watch()
    end = regular(watch, seconds=KNOWN_FROM + 1)
    hold(watch, since=end, seconds=600)

    assert watch.of("kalshi") == VenueBooks(0, 0, 0.0)


def test_two_freezes_do_not_hide_the_third() -> None:
    """A habit is not what happened once or twice."""
    watch, end = Watch(), 0.0
    for _ in range(3):
        end = regular(watch, start=int(end) + 1, seconds=150)
        hold(watch, since=end, seconds=40)
        assert watch.frozen()["kalshi"] == 1
        end += 40


@pytest.mark.parametrize(("shift", "watched"), [(-5.0, 1), (250.0, 1), (-3600.0, 0)])
def test_an_engine_that_sets_its_clock_makes_no_freeze(shift: float, watched: int) -> None:
    """The watch begins anew; behind by more than an edge's time to live nothing of it is live."""
    watch = Watch()
    end = regular(watch, seconds=200)
    watch.skew = shift
    for second in range(1, 61):
        at = end + second
        watch.tell(at, {"polymarket": at, "kalshi": at - 0.5})
        assert watch.frozen() == {"polymarket": 0, "kalshi": 0}
    assert watch.of("kalshi").watched == watched


def test_a_whole_venue_may_stand_still_behind_its_heartbeats() -> None:
    """All its books count, though its socket is fine; none of the other's does."""
    watch = Watch()
    pairs = [f"p{number}" for number in range(5)]
    for pair_id in pairs:
        regular(watch, seconds=200, pair_id=pair_id)
    for second in range(200, 241):
        for pair_id in pairs:
            changes = {"polymarket": float(second), "kalshi": 198.5}
            watch.tell(second, changes, pair_id=pair_id)

    assert watch.of("kalshi") == VenueBooks(5, 5, 41.5)
    assert watch.of("polymarket") == VenueBooks(5, 0, 0.0)


def test_memory_is_bounded() -> None:
    """The pairs heard of last are kept, and the last gaps of each; unknown venues never are."""
    watch = Watch()
    for number in range(MAX_PAIRS + 100):
        watch.tell(0, {"kalshi": 0, f"odd-{number}": 0}, pair_id=f"p{number}")
    regular(watch, seconds=3 * KEPT)

    kept = watch.books._pairs
    assert len(kept) == MAX_PAIRS
    assert "p100" not in kept and "p101" in kept
    assert {len(book.gaps) for book in kept["p"].books.values()} == {KEPT}
    assert {venue for pair in kept.values() for venue in pair.books} == set(VENUES)


def test_the_allowance_is_what_chance_allows() -> None:
    """Of random gaps a share of `CHANCE`, here taken larger so that it can be counted."""
    chance = random.Random(1)
    beyond = 0
    for _ in range(20_000):
        gaps = sorted(chance.expovariate(1.0) for _ in range(20))
        beyond += chance.expovariate(1.0) > 2 * gaps[-3]
    # n! G(x+r) / (G(r) G(n+x+1)) for n = 20, x = 2, r = 3.
    assert beyond / 20_000 == pytest.approx(12 / (21 * 22), rel=0.1)
    assert [round(allowance(gaps), 1) for gaps in (16, 32, 64, 128)] == [22.5, 11.3, 7.5, 5.7]


def test_what_an_engine_pushes_often_is_looked_at_twice_a_second() -> None:
    """A hundred words a second teach as much as two; the newest look counts."""
    watch = Watch()
    end = regular(watch, seconds=200)
    for step in range(3_000):
        at = end + step / 100
        watch.tell(at, {"polymarket": at, "kalshi": end - 0.5})

    assert watch.of("kalshi").frozen == 1
    assert watch.books._pairs["p"].moves <= 2 * 200 + 2 * 30


def test_frozen_books_are_gauges(api: Client) -> None:
    """0 for each known venue from the start on."""
    watch = Watch()
    hold(watch, since=regular(watch, seconds=200), seconds=30)
    registry = CollectorRegistry()
    registry.register(BookGauges(watch.books))

    assert [api.sample(name, venue="kalshi") for name in GAUGES] == [0, 0, 0]
    shown = [registry.get_sample_value(name, {"venue": "kalshi"}) for name in GAUGES]
    assert shown == [1, 1, 30.5]


GAUGES = ("arb_books_watched", "arb_frozen_books", "arb_book_frozen_seconds")
