"""`/metrics`: the hot path's own series, then everything that is in the registry."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from exporter.series import Counter, Histogram


class Exposition:
    """What a scrape gets."""

    def __init__(
        self, families: Iterable[Counter | Histogram], registry: CollectorRegistry
    ) -> None:
        self._families = tuple(families)
        self._registry = registry

    def encode(self, accept: str) -> tuple[bytes, str]:
        """The exposition and its Content-Type, in OpenMetrics where `accept` asks for it."""
        encode, content_type = choose_encoder(accept)
        is_openmetrics = "openmetrics" in content_type
        own = "".join(
            line
            for family in self._families
            for line in family.lines(is_openmetrics=is_openmetrics)
        )
        return own.encode() + encode(self._registry), content_type
