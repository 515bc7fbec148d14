"""Distributions known by their percentiles."""

import pytest

from arbwatch.demo.figures import Quantiles, quantiles


def test_values_lie_on_the_line_between_two_knots() -> None:
    """Half-way in share is half-way in value, or in its logarithm."""
    straight = Quantiles(knots=((0.0, 10.0), (1.0, 1000.0)))
    bent = Quantiles(knots=((0.0, 10.0), (1.0, 1000.0)), geometric=True)

    assert straight.at(0.5) == pytest.approx(505)
    assert bent.at(0.5) == pytest.approx(100)


def test_knots_are_the_published_percentiles() -> None:
    """From the published minimum to the published maximum."""
    latency = quantiles("latency_ms", "kalshi_ws_backlogged")

    assert [latency.at(share) for share in (0, 0.5, 0.95, 1)] == [7260, 8057, 9931, 10197]


def test_nothing_is_drawn_beyond_the_last_published_percentile() -> None:
    """No maximum was published for these sizes."""
    assert quantiles("sizes_contracts", "sagnik_detected", floor=20.0).at(1) == 1393
