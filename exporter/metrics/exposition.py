"""`/metrics`: the hot path's own series, then everything that is in the registry."""

from collections.abc import Iterable, Iterator

from prometheus_client import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from exporter.metrics.families import Families

EOF = b"# EOF\n"


class Exposition:
    """What a scrape gets, a family at a time, so that ingest goes on between them.

    Text is made anew only of what changed since the last scrape.
    """

    def __init__(self, families: Families) -> None:
        self._families = families
        self._known: dict[tuple[str, str], tuple[list[Sample], bytes]] = {}

    def encode(self, accept: str) -> tuple[Iterator[bytes], str]:
        """The families' text and the Content-Type, in OpenMetrics where `accept` asks for it."""
        encode, content_type = choose_encoder(accept)
        is_openmetrics = "openmetrics" in content_type

        def chunks() -> Iterator[bytes]:
            for family in self._families.hot:
                yield "".join(family.lines(is_openmetrics=is_openmetrics)).encode()
            for metric in self._families.registry.collect():
                known = self._known.get((metric.name, content_type))
                if known is None or known[0] != metric.samples:
                    known = metric.samples, encode(_Only(metric)).removesuffix(EOF)
                    self._known[metric.name, content_type] = known
                yield known[1]
            if is_openmetrics:
                yield EOF

        return chunks(), content_type


class _Only(Collector):
    """One family, where prometheus-client wants a registry."""

    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def collect(self) -> Iterable[Metric]:
        return [self._metric]
