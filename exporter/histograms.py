"""A histogram for values that can be negative."""

from collections.abc import Iterable

from prometheus_client import Histogram
from prometheus_client.samples import Sample


class SignedHistogram(Histogram):
    """Buckets only: OpenMetrics forbids the sum, which could fall, and the count without a sum."""

    def _child_samples(self) -> Iterable[Sample]:
        return [sample for sample in super()._child_samples() if sample.name == "_bucket"]
