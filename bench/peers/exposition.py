"""prometheus-client's own exposition of the samples that an exporter just showed."""

import math
import time
from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from bench.machine import service_core


class BucketsOnly(Histogram):
    """Shows what the exporter shows of values that can be negative."""

    def _child_samples(self) -> Iterable[Sample]:
        return [sample for sample in super()._child_samples() if sample.name == "_bucket"]


def rebuild(exposition: str) -> CollectorRegistry:
    """A registry of prometheus-client's own metrics that shows the same samples."""
    registry = CollectorRegistry()
    for family in _families(exposition):
        if family.samples:
            _rebuild(family, registry)
    return registry


def samples(exposition: str) -> set[tuple[str, frozenset[tuple[str, str]]]]:
    """Names and labels of all samples, but for creation times, which follow a setting."""
    return {
        (sample.name, frozenset(sample.labels.items()))
        for family in _families(exposition)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def changed_share(earlier: str, later: str) -> float:
    """The share of samples whose line is not the same any more."""
    before, after = set(earlier.splitlines()), later.splitlines()
    lines = [line for line in after if not line.startswith("#")]
    return sum(line not in before for line in lines) / len(lines)


def render(registry: CollectorRegistry) -> str:
    """The exposition in OpenMetrics, as Prometheus asks for it."""
    return _generate(registry).decode()


def milliseconds(registry: CollectorRegistry) -> float:
    """How long one exposition takes."""
    with service_core():
        started = time.perf_counter()
        _generate(registry)
        return (time.perf_counter() - started) * 1000


def _generate(registry: CollectorRegistry) -> bytes:
    return generate_latest(registry)  # type: ignore[no-untyped-call,no-any-return]


def _families(exposition: str) -> Iterator[Metric]:
    return text_string_to_metric_families(exposition)  # type: ignore[no-untyped-call,no-any-return]


def _rebuild(family: Metric, registry: CollectorRegistry) -> None:
    names = tuple(name for name in family.samples[0].labels if name != "le")
    common: dict[str, Any] = {"labelnames": names, "registry": registry}
    if family.type == "histogram":
        _rebuild_histogram(family, names, common)
        return
    kind = Counter if family.type == "counter" else Gauge
    metric = kind(family.name, family.documentation, **common)
    for sample in family.samples:
        if not sample.name.endswith("_created"):
            child = _child(metric, sample, names)
            if kind is Counter:
                child.inc(sample.value, _exemplar(sample))
            else:
                child.set(sample.value)


def _rebuild_histogram(family: Metric, names: tuple[str, ...], common: dict[str, Any]) -> None:
    bounds = sorted({float(s.labels["le"]) for s in family.samples if "le" in s.labels})
    has_sum = any(sample.name.endswith("_sum") for sample in family.samples)
    kind = Histogram if has_sum else BucketsOnly
    metric = kind(family.name, family.documentation, buckets=bounds, **common)
    for sample in family.samples:
        if "le" in sample.labels:
            bound = float(sample.labels["le"])
            value = bound if math.isfinite(bound) else bounds[-2] + 1
            _child(metric, sample, names).observe(value, _exemplar(sample))


def _child(metric: MetricWrapperBase, sample: Sample, names: tuple[str, ...]) -> Any:
    return metric.labels(*(sample.labels[name] for name in names)) if names else metric


def _exemplar(sample: Sample) -> dict[str, str] | None:
    return dict(sample.exemplar.labels) if sample.exemplar else None
