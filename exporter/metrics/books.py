"""Gauges of frozen books, judged at each scrape."""

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from exporter.frozen import FrozenBooks


class BookGauges(Collector):
    """Collects how the books of each known venue stand; 0 where nothing is watched."""

    def __init__(self, books: FrozenBooks) -> None:
        self._books = books

    def describe(self) -> list[Metric]:
        """Nothing: the registry need not collect to know the names."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every gauge, as of now."""
        watched, frozen, longest = (
            GaugeMetricFamily(name, text, labels=["venue"])
            for name, text in (
                ("arb_books_watched", "Books of live pairs whose habit is known"),
                ("arb_frozen_books", "Books that stand still too long while the other side moves"),
                ("arb_book_frozen_seconds", "How long the longest frozen one has stood still"),
            )
        )
        for venue, books in self._books.venues().items():
            watched.add_metric([venue], books.watched)
            frozen.add_metric([venue], books.frozen)
            longest.add_metric([venue], books.longest_seconds)
        yield from (watched, frozen, longest)
