"""Quantiles of buckets: worked by hand, and against an interpolation by numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.statistics.distributions import distribution, quantile

BOUNDS = (0.1, 0.25, 0.5, 1)


def test_a_quantile_lies_within_its_bucket() -> None:
    """Of 4 + 6 + 10 samples the median is the last of the first ten, and 0.9 is 8/10 further."""
    counts = [4, 6, 10, 0, 0]

    assert quantile(0.5, BOUNDS, counts) == pytest.approx(0.25)
    assert quantile(0.9, BOUNDS, counts) == pytest.approx(0.25 + 0.8 * 0.25)
    assert quantile(0.1, BOUNDS, counts) == pytest.approx(0.05)


def test_what_is_above_all_bounds_is_told_as_the_last() -> None:
    """How far above nobody counted."""
    found = distribution(BOUNDS, [1, 0, 0, 0, 9])

    assert (found.p50_seconds, found.p95_seconds, found.samples) == (1, 1, 10)
    assert found.counts == [1, 0, 0, 0, 9]


def test_without_samples_there_is_no_quantile() -> None:
    """Not even 0."""
    found = distribution(BOUNDS, [0] * 5)

    assert (found.samples, found.p50_seconds, found.p99_seconds) == (0, None, None)


@given(st.lists(st.integers(1, 1000), min_size=4, max_size=4), st.floats(0.01, 1))
def test_quantiles_agree_with_numpy(counts: list[int], share: float) -> None:
    """The same line through the cumulative counts."""
    upto = np.concatenate([[0], np.cumsum(counts)])

    found = quantile(share, BOUNDS, [*counts, 0])

    assert found == pytest.approx(np.interp(share * upto[-1], upto, [0, *BOUNDS]))
