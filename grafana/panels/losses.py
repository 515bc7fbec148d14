"""Losses: what may still be lost."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import timeseries
from grafana.kit.colours import DEEP, PALE, above_zero, fixed, limit_line, override
from grafana.kit.queries import Query, strategy_limit
from grafana.kit.tiles import stat

# Each period, its limit and its colour.
PERIODS = {
    "day": ("daily_loss", PALE),
    "week": ("weekly_loss", DEEP),
    "month": ("monthly_loss", "#8E8E8E"),
}


def budget_left(period: str) -> str:
    """Share of a period's loss limit that is left; over 1 after a gain, below 0 over the limit."""
    return f"{_left_usd(period)} / {strategy_limit(PERIODS[period][0])}"


def left_to_lose() -> Panel:
    """In USD."""
    return stat(
        "Left to lose",
        "What may still be lost in this UTC day, week and month before the limit is reached. At 0 "
        "for the day trading is halted; for the week or the month a person decides.",
        [Query(expr=_left_usd(period), legend=period) for period in PERIODS],
        unit=units.USD,
        thresholds=above_zero(),
        decimals=0,
    )


def budgets() -> Panel:
    """As shares of the limits, over time."""
    return timeseries(
        "Loss budgets",
        "Share of each loss limit that is left: 100 % with nothing lost, more after a gain, 0 at "
        "the limit, where the day's halts trading. A steep fall: halt first, then find the fills.",
        [
            *(Query(expr=budget_left(period), legend=period) for period in PERIODS),
            Query(expr=f"0 * {strategy_limit('daily_loss')}", legend="limit"),
        ],
        unit=units.SHARE,
        overrides=[
            *(override(f"^{name}$", color=fixed(colour)) for name, (_, colour) in PERIODS.items()),
            limit_line(),
        ],
    )


def _left_usd(period: str) -> str:
    return f'max(strategy:arb_loss:budget_left_usd{{period="{period}"}})'
