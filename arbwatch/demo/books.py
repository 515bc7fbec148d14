"""Order books at the touch, and the recording turned into instants."""

import csv
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from arbwatch.demo.fees import CENT_MICROS


@dataclass(frozen=True, slots=True)
class Book:
    """One venue's YES book at the touch: prices in micro-dollars, `None` where a side is empty."""

    bid_micros: int | None
    ask_micros: int | None
    bid_size: float
    ask_size: float


@dataclass(frozen=True, slots=True)
class Instant:
    """Both venues' books of one pair at one moment; `age_seconds` is how old the older one is."""

    polymarket: Book
    kalshi: Book
    age_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordedInstant:
    """An instant of the recording and when it was taken."""

    timestamp: datetime
    instant: Instant


class BookTimes:
    """When each venue's book of each pair last changed, as far as this engine saw."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[Book, datetime]] = {}

    def of(self, pair_id: str, instant: Instant, *, now: datetime) -> dict[str, datetime]:
        """By venue; a book that differs from the last one seen has changed now."""
        books = {"polymarket": instant.polymarket, "kalshi": instant.kalshi}
        return {venue: self._changed(pair_id, venue, book, now) for venue, book in books.items()}

    def _changed(self, pair_id: str, venue: str, book: Book, now: datetime) -> datetime:
        known = self._seen.get((pair_id, venue))
        if known is None or known[0] != book:
            known = self._seen[pair_id, venue] = (book, now)
        return known[1]


def load_recording() -> list[RecordedInstant]:
    """The 1,006 instants of `quotes.csv.gz`, oldest first."""
    packed = files("arbwatch.demo").joinpath("data/quotes.csv.gz").read_bytes()
    rows = csv.DictReader(gzip.decompress(packed).decode().splitlines())
    books: dict[str, dict[str, Book]] = {}
    for row in rows:
        books.setdefault(row["ts_utc"], {})[row["venue"]] = _book(row)
    return list(_instants(books))


def _instants(books: Mapping[str, Mapping[str, Book]]) -> Iterator[RecordedInstant]:
    for taken, by_venue in sorted(books.items()):
        yield RecordedInstant(
            timestamp=datetime.fromisoformat(taken),
            instant=Instant(polymarket=by_venue["polymarket"], kalshi=by_venue["kalshi"]),
        )


def _book(row: Mapping[str, str]) -> Book:
    return Book(
        bid_micros=_micros(row["bid_cents"]),
        ask_micros=_micros(row["ask_cents"]),
        bid_size=float(row["bid_size"] or 0),
        ask_size=float(row["ask_size"] or 0),
    )


def _micros(cents: str) -> int | None:
    return round(float(cents) * CENT_MICROS) if cents else None
