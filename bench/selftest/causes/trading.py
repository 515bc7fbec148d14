"""What goes wrong while an engine trades: the demo's scenarios, and one loss beyond all limits."""

from collections.abc import Iterator
from contextlib import contextmanager

from bench.selftest.cause import Cause, by_demo
from bench.selftest.events import fill
from bench.selftest.scene import Scene

# Beyond the monthly loss and the drawdown of limits.yml, 500 USD each, whatever the demo has earned
# on the same stack before.
LOSS_CENTS = -240_000.0


@contextmanager
def great_loss(scene: Scene) -> Iterator[None]:
    """One fill that loses more in a moment than a month may."""
    loss = {"realized_edge_cents": -60.0, "slippage_cents": 62.5, "pnl_cents": LOSS_CENTS}
    scene.push("/api/fills", fill("loss", size_usd=3_900.0, **loss))
    yield


CAUSES = (
    by_demo("frozen-leg", "ArbBookFrozen"),
    by_demo(
        "slow-hedges",
        "ArbHedgeSlow",
        "ArbHedgeObjectiveFast",
        seconds=300.0,
    ),
    by_demo("slippage", "ArbSlippageHigh", "ArbCaptureLow", seconds=600.0),
    by_demo("one-legged", "ArbOneLegged"),
    by_demo(
        "over-exposed",
        "ArbVenueExposureExceeded",
        "ArbContractExposureExceeded",
        "ArbTooManyPairs",
        seconds=180.0,
    ),
    by_demo("runaway-errors", "ArbVenueErrorRateHigh"),
    by_demo("daily-loss", "ArbDailyLossExceeded", seconds=180.0),
    Cause(
        "a fill that loses 2,400 USD",
        great_loss,
        ("ArbWeeklyLossExceeded", "ArbMonthlyLossExceeded", "ArbDrawdownExceeded"),
    ),
)
