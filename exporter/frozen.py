"""Frozen books, told from quiet markets: a book that stands still while its other side goes on.

A socket that still delivers other markets, or heartbeats, hides a book that no longer moves. What
gives it away is its own habit, and the other venue's book of the same pair.
"""

import math
import time
from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import msgspec

from arbwatch.events import Edge, utc_now

MAX_PAIRS = 5_000
# A habit is known from so many gaps between changes on, and is that of the last `KEPT` of them.
KNOWN_FROM, KEPT = 16, 128
# The third largest gap, so that one or two freezes do not make the next ones look usual.
RANK = 3
# How often a gap of a book that changes at random goes beyond what its habit allows.
CHANCE = 1e-8
# Sooner than that nobody would act on it, whatever the habit.
SHORTEST_SECONDS = 10.0
# A pair is looked at so often at most, whatever its engine pushes: an edge costs next to nothing.
LOOK_SECONDS = 0.5
# The other side must have moved this often, and more often by so much than is usual.
FEWEST_MOVES, TIMES_USUAL_MOVES = 8, 4
MOST_MOVES = 65_535


class VenueBooks(msgspec.Struct, frozen=True):
    """One venue's books: those whose habit is known, the frozen ones, the longest standstill."""

    watched: int
    frozen: int
    longest_seconds: float


@dataclass(slots=True)
class _Book:
    """When it changed last; `is_whole` once it was watched from one change on."""

    changed_at: datetime
    moves_before: int
    is_whole: bool
    gaps: "array[float]"
    moves: "array[int]"
    next: int = 0


@dataclass(slots=True)
class _Pair:
    """`moves` counts all changes of its books; `expires` and `due` are of the monotonic clock."""

    heard_at: datetime
    ttl_seconds: float
    expires: float
    due: float
    books: dict[str, _Book]
    moves: int = 0


class FrozenBooks:
    """Watches the books of the pairs whose edges say when they changed.

    A book is frozen when both hold, as of the newest edge of its pair:

    - It stands still for longer than its habit allows: `allowance` times the third largest of its
      last 128 gaps between changes, and at least 10 s. The factor is such that a book that changes
      at random at a steady rate, whatever the rate, exceeds it once in 100 million gaps.
    - Meanwhile the pair's other books moved at least 8 times, and more than four times as often
      as the third largest of the counts of their moves between two moves of this one. So a market
      in which both slow down is quiet, not frozen.

    Measured over simulated markets, looked at every 5 s: no false alarm in 1,320 pair-hours of
    books that change at random, from 5 a second to 3 a minute, also ten times as often as the
    other side or both slowing down twentyfold and more; a book that stops is found after 25 of its
    usual gaps (at 1 a second 30 s, at worst 35 s; at 1 in 4 s 100 s, at worst 110 s). Gaps with a
    heavy tail, on one side alone, do look like freezes: with lognormal ones (sigma 1.5, mean 2 s)
    1.4 an hour for each pair, in which a book really stands still for minutes. A pair is looked at
    twice a second at most.

    Nothing is said of a book with fewer than 16 gaps. Times are the engine's own, so its clock may
    be off by less than an edge lives; that a pair is still watched runs on the monotonic clock: one
    whose edges stop coming is forgotten after its time to live, and only its habit is kept. Of
    5,000 pairs, 12 MB in all; the one unheard for longest goes.
    """

    def __init__(
        self,
        venues: Collection[str],
        *,
        ttl_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._venues = tuple(venues)
        self._ttl_seconds = ttl_seconds
        self._clock = clock
        self._now = now
        self._pairs: OrderedDict[str, _Pair] = OrderedDict()

    def update(self, edges: list[Edge]) -> None:
        """Take in edges in the order they were pushed; of each pair the last to tell of books."""
        telling = {edge.pair_id: edge for edge in edges if edge.books_changed_at is not None}
        if not telling:
            return
        moment, now = self._clock(), self._now()
        for pair_id, edge in telling.items():
            pair = self._pairs.get(pair_id)
            if pair is None or pair.due <= moment:
                self._take_in(edge, pair, edge.books_changed_at or {}, moment=moment, now=now)
        while len(self._pairs) > MAX_PAIRS:
            self._pairs.popitem(last=False)

    def venues(self) -> dict[str, VenueBooks]:
        """How each known venue's books stand now."""
        moment = self._clock()
        watched = dict.fromkeys(self._venues, 0)
        frozen: dict[str, list[float]] = {venue: [] for venue in self._venues}
        for pair in self._pairs.values():
            if pair.expires <= moment:
                continue
            for venue, book in pair.books.items():
                if len(book.gaps) >= KNOWN_FROM:
                    watched[venue] += 1
                    still = (pair.heard_at - book.changed_at).total_seconds()
                    if still >= SHORTEST_SECONDS and _is_frozen(pair, book, still):
                        frozen[venue].append(still)
        return {
            venue: VenueBooks(watched[venue], len(frozen[venue]), max(frozen[venue], default=0.0))
            for venue in self._venues
        }

    def _take_in(
        self,
        edge: Edge,
        pair: _Pair | None,
        changes: dict[str, datetime],
        *,
        moment: float,
        now: datetime,
    ) -> None:
        if pair is None:
            pair = self._pairs[edge.pair_id] = _Pair(edge.timestamp, 0.0, 0.0, 0.0, {})
        since_heard = (edge.timestamp - pair.heard_at).total_seconds()
        if pair.expires <= moment or since_heard > pair.ttl_seconds:
            self._begin(pair, changes)
        elif since_heard < 0:
            return
        else:
            self._compare(pair, changes)
        delay = max(0.0, (now - edge.timestamp).total_seconds())
        pair.heard_at, pair.ttl_seconds = edge.timestamp, edge.ttl_seconds or self._ttl_seconds
        pair.expires, pair.due = moment + pair.ttl_seconds - delay, moment + LOOK_SECONDS
        self._pairs.move_to_end(edge.pair_id)

    def _begin(self, pair: _Pair, changes: dict[str, datetime]) -> None:
        """Nobody watched until now: what moved meanwhile, and how often, is not known."""
        for venue, changed_at in changes.items():
            if venue in self._venues:
                self._begin_book(pair, venue, changed_at)

    def _begin_book(self, pair: _Pair, venue: str, changed_at: datetime) -> None:
        book = pair.books.get(venue)
        if book is None:
            pair.books[venue] = _Book(changed_at, pair.moves, False, array("f"), array("H"))
        else:
            book.changed_at, book.moves_before, book.is_whole = changed_at, pair.moves, False

    def _compare(self, pair: _Pair, changes: dict[str, datetime]) -> None:
        """Which books moved since the last edge; what came before a clock was set back is void."""
        moved = []
        for venue, changed_at in changes.items():
            book = pair.books.get(venue)
            if book is None or changed_at < book.changed_at:
                if venue in self._venues:
                    self._begin_book(pair, venue, changed_at)
            elif changed_at != book.changed_at:
                moved.append((book, changed_at))
        pair.moves += len(moved)
        for book, changed_at in moved:
            if book.is_whole:
                gap = (changed_at - book.changed_at).total_seconds()
                _learn(book, gap, pair.moves - 1 - book.moves_before)
            book.changed_at, book.moves_before, book.is_whole = changed_at, pair.moves, True


@cache
def allowance(gaps: int) -> float:
    """How many times the third largest of so many gaps a book may stand still.

    With exponential gaps the chance that the next one is beyond `x` times the r-th largest of n is
    n! Γ(x+r) / (Γ(r) Γ(n+x+1)), whatever their mean; solved here for `CHANCE`.
    """

    def log_chance(times: float) -> float:
        return (
            math.lgamma(gaps + 1)
            + math.lgamma(times + RANK)
            - math.lgamma(RANK)
            - math.lgamma(gaps + times + 1)
        )

    low, high = 1.0, 1_000.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if log_chance(middle) > math.log(CHANCE) else (low, middle)
    return high


def _learn(book: _Book, gap: float, moves: int) -> None:
    moves = min(moves, MOST_MOVES)
    if len(book.gaps) < KEPT:
        book.gaps.append(gap)
        book.moves.append(moves)
        return
    book.gaps[book.next], book.moves[book.next] = gap, moves
    book.next = (book.next + 1) % KEPT


def _is_frozen(pair: _Pair, book: _Book, still: float) -> bool:
    moves = pair.moves - book.moves_before
    if moves < FEWEST_MOVES:  # as of all books in a quiet market, where nothing has to be sorted
        return False
    usual = sorted(book.moves)[-RANK]
    allowed = allowance(len(book.gaps)) * sorted(book.gaps)[-RANK]
    return still > allowed and moves > TIMES_USUAL_MOVES * usual
