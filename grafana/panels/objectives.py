"""Objectives: how fast what may go wrong is being used up."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import timeseries
from grafana.kit.colours import (
    BAD,
    DEEP,
    GOOD,
    NEUTRAL,
    PALE,
    WARNING,
    dotted,
    fixed,
    override,
    steps,
    venue_colours,
)
from grafana.kit.queries import Query, of
from grafana.kit.tiles import stat
from grafana.kit.variables import OF_VENUE

NOTHING_YET = "nothing measured yet"


def feed_burn() -> Panel:
    """How fast the feeds use up what they may be stale."""
    return timeseries(
        "Feed objective",
        "How many times faster than allowed each feed uses up its stale time: over an hour solid, "
        "over a day dotted. 1 uses up all of it in 30 days; 14.4 over an hour is told at once, 3 "
        "over a day as a warning.",
        [
            Query(expr=_of_venues("burn_1h"), legend="{{venue}} 1h"),
            Query(expr=_of_venues("burn_1d"), legend="{{venue}} 1d"),
        ],
        unit=units.TIMES,
        overrides=[*venue_colours(), dotted("1d$")],
        decimals=1,
        minimum=0,
        soft_maximum=1,
        no_value=NOTHING_YET,
    )


def hedge_burn() -> Panel:
    """How fast late hedges use up what is allowed."""
    return timeseries(
        "Hedge objective",
        "How many times faster than allowed late hedges use up their share: over an hour and over "
        "a day. 1 uses up all of it in 30 days; 14.4 over an hour is told at once, 3 over a day as "
        "a warning.",
        [
            Query(expr=_of_strategy("burn_1h"), legend="1h"),
            Query(expr=_of_strategy("burn_1d"), legend="1d"),
        ],
        unit=units.TIMES,
        overrides=[
            override("^1h$", color=fixed(DEEP)),
            override("^1d$", color=fixed(PALE)),
            dotted("1d$"),
        ],
        decimals=1,
        minimum=0,
        soft_maximum=1,
        no_value="no hedges in this time",
    )


def budgets() -> Panel:
    """What is left of 30 days' budgets."""
    return stat(
        "Objectives, budget left",
        "What is left of what 30 days allow: stale time of each feed, and late hedges. Below 0 the "
        "objective of limits.yml is missed: change the cause, or the objective.",
        [
            Query(expr=_of_venues("budget_left_ratio"), legend="{{venue}} feed"),
            Query(expr=_of_strategy("budget_left_ratio"), legend="hedges in time"),
        ],
        unit=units.SHARE,
        thresholds=steps(NEUTRAL, (-1e12, BAD), (0, WARNING), (0.25, GOOD)),
        decimals=1,
        no_value=NOTHING_YET,
    )


def _of_venues(record: str) -> str:
    return f"max by (venue) ({of(f'venue:arb_feed_objective:{record}', OF_VENUE)})"


def _of_strategy(record: str) -> str:
    return f"max(strategy:arb_hedge_objective:{record})"
