"""One object for all series, made on the registry it is given."""

from prometheus_client import CollectorRegistry

from exporter.limits import OF_STRATEGY, OF_VENUE
from exporter.metrics.edges import EdgeMetrics
from exporter.metrics.families import Families
from exporter.metrics.fills import FillMetrics
from exporter.metrics.labels import ERROR_KINDS, ClosedSet
from exporter.metrics.service import ServiceMetrics
from exporter.metrics.venues import VenueMetrics


class Metrics:
    """The series by topic. Gauges of present state are in `snapshot`, not here."""

    def __init__(
        self, registry: CollectorRegistry, *, venues: tuple[str, ...], categories: tuple[str, ...]
    ) -> None:
        self.families = families = Families(registry)
        self.service = ServiceMetrics(families)
        self.venue = self._closed_set("venue", venues)
        self.category = self._closed_set("category", categories)
        self.edges = EdgeMetrics(families, venue=self.venue, category=self.category)
        self.fills = FillMetrics(families, category=self.category)
        self.venues = VenueMetrics(
            families,
            venue=self.venue,
            category=self.category,
            kind=self._closed_set("kind", ERROR_KINDS),
            limit=self._closed_set("limit", (*OF_STRATEGY, *OF_VENUE)),
        )

    def _closed_set(self, label: str, values: tuple[str, ...]) -> ClosedSet:
        return ClosedSet(values, lambda times: self.service.overflow(label, times))
