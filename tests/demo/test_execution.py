"""How orders execute: healthy, on one leg, at a loss."""

from random import Random
from statistics import mean, median

import pytest

from arbwatch.demo.execution import Execution, Profile, healthy, losing, one_legged
from arbwatch.demo.fees import CENT_MICROS, FEES_NOVEMBER_2025
from arbwatch.demo.pricing import Package, best_package
from tests.demo.runs import book, instant

ORDERS = 2000


def test_a_healthy_engine_stays_inside_its_limits() -> None:
    """Median slippage under 0.4 cents, the hedge within 250 ms for 95 orders in 100."""
    executions = _executions(healthy)

    latencies = sorted(execution.hedge_latency_ms for execution in executions)
    assert median(execution.slippage_micros for execution in executions) < 0.4 * CENT_MICROS
    assert latencies[int(ORDERS * 0.95)] < 250
    assert {execution.status for execution in executions} == {"filled"}


def test_legs_fail_as_often_as_they_did_in_a_real_engine() -> None:
    """465 of 704 orders that filled at all filled on one venue, 339 of them on Polymarket."""
    executions = _executions(one_legged)

    legged = [execution for execution in executions if execution.status == "one_legged"]
    polymarket = [execution for execution in legged if execution.filled_venue == "polymarket"]
    assert len(legged) / ORDERS == pytest.approx(465 / 704, abs=0.03)
    assert len(polymarket) / len(legged) == pytest.approx(339 / 465, abs=0.03)


def test_a_failed_leg_takes_seconds_and_loses() -> None:
    """Median 0.6 s, one in twenty 5.5 s; what is realized is below zero."""
    executions = _executions(one_legged)

    latencies = sorted(execution.hedge_latency_ms for execution in executions)
    assert latencies[ORDERS // 2] == pytest.approx(601, rel=0.1)
    assert latencies[int(ORDERS * 0.95)] == pytest.approx(5501, rel=0.1)
    assert all(
        execution.slippage_micros > _edge_micros()
        for execution in executions
        if execution.status == "one_legged"
    )


def test_losing_orders_realize_what_a_real_engine_realized() -> None:
    """-2.71 cents a contract, give or take 0.3."""
    realized = [(_edge_micros() - e.slippage_micros) / CENT_MICROS for e in _executions(losing)]

    assert mean(realized) == pytest.approx(-2.71, abs=0.02)
    assert -3.02 < min(realized) < max(realized) < -2.4


@pytest.mark.parametrize("profile", [healthy, losing])
def test_what_the_quote_hid_is_lost_on_top(profile: Profile) -> None:
    """Five hidden cents are five cents more of slippage."""
    plain = profile(_package(), Random(1), 0.0)
    hidden = profile(_package(), Random(1), 5.0)

    assert hidden.slippage_micros - plain.slippage_micros == pytest.approx(5 * CENT_MICROS, abs=1)


def _executions(profile: Profile) -> list[Execution]:
    rng = Random("test")
    return [profile(_package(), rng, 0.0) for _ in range(ORDERS)]


def _package() -> Package:
    books = instant(book(26, 28), book(30, 32))
    package = best_package(books, 100, fees=FEES_NOVEMBER_2025)
    assert package is not None
    return package


def _edge_micros() -> float:
    return _package().net_micros / 100
