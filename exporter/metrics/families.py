"""Makes families of series: prometheus-client's on a registry, and those of the hot path."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from exporter.metrics import series


class Families:
    """Every family that was made: in `registry`, or in `hot`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.hot: list[series.Counter | series.Histogram] = []

    def counter(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
        """A counter, named without `_total`."""
        return Counter(name, text, labels, registry=self.registry)

    def gauge(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Gauge:
        """A gauge."""
        return Gauge(name, text, labels, registry=self.registry)

    def histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        """A histogram without labels."""
        return Histogram(name, text, buckets=buckets, registry=self.registry)

    def hot_counter(self, name: str, text: str, labels: tuple[str, ...]) -> series.Counter:
        """A counter of the hot path, named without `_total`."""
        family = series.Counter(name, text, labels)
        self.hot.append(family)
        return family

    def hot_histogram(
        self, name: str, text: str, buckets: tuple[float, ...], labels: tuple[str, ...]
    ) -> series.Histogram:
        """A histogram of the hot path."""
        family = series.Histogram(name, text, buckets, labels)
        self.hot.append(family)
        return family
