"""Quantiles of what was counted by bucket."""

from collections.abc import Sequence
from itertools import accumulate

from arbwatch.answers import Distribution


def distribution(bounds: Sequence[float], counts: Sequence[int]) -> Distribution:
    """Of counts up to each bound, not cumulative; the last one is of what is above all bounds."""
    return Distribution(
        samples=sum(counts),
        p50_seconds=quantile(0.5, bounds, counts),
        p95_seconds=quantile(0.95, bounds, counts),
        p99_seconds=quantile(0.99, bounds, counts),
        bounds_seconds=list(bounds),
        counts=list(counts),
    )


def quantile(share: float, bounds: Sequence[float], counts: Sequence[int]) -> float | None:
    """As Prometheus' `histogram_quantile` tells it, `None` without a sample.

    Samples lie evenly between the bounds of their bucket, the first of which begins at 0. Above the
    last bound it is that bound: it can only be more.
    """
    total = sum(counts)
    if not total:
        return None
    rank = share * total
    upto = list(accumulate(counts))
    place = next(place for place, count in enumerate(upto) if count >= rank)
    if place == len(bounds):
        return float(bounds[-1])
    low = bounds[place - 1] if place else 0.0
    before = upto[place] - counts[place]
    return low + (bounds[place] - low) * (rank - before) / counts[place]
