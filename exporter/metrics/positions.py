"""Gauges of what is held, as the engine last told it: absent until it has."""

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from exporter.exposure import OpenExposure
from exporter.metrics.labels import ClosedSet

LABELS = ["venue", "category"]


class ExposureGauges(Collector):
    """Collects the last snapshot; rows that share their labels become one."""

    def __init__(self, exposure: OpenExposure, *, venue: ClosedSet, category: ClosedSet) -> None:
        self._exposure = exposure
        self._venue = venue
        self._category = category

    def describe(self) -> list[Metric]:
        """Nothing: what is not known yet has no series."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every gauge, as of now."""
        usd: dict[tuple[str, str], float] = {}
        positions: dict[tuple[str, str], float] = {}
        largest: dict[tuple[str, str], float] = {}
        for row in self._exposure.rows():
            key = (self._venue.shown(row.venue), self._category.shown(row.category))
            usd[key] = usd.get(key, 0.0) + row.total_notional_usd
            positions[key] = positions.get(key, 0) + row.num_positions
            if row.largest_contract_usd is not None:
                largest[key] = max(largest.get(key, 0.0), row.largest_contract_usd)
        yield _family("arb_exposure_usd", "Open notional", usd)
        yield _family("arb_exposure_positions", "Open positions", positions)
        yield _family("arb_exposure_contract_usd", "Most notional open in one contract", largest)
        if self._exposure.num_pairs is not None:
            yield GaugeMetricFamily(
                "arb_exposure_pairs", "Pairs held at once", value=self._exposure.num_pairs
            )


def _family(name: str, text: str, values: dict[tuple[str, str], float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=LABELS)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
