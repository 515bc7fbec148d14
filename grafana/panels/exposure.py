"""Exposure: what is open, where, and how much of each limit it uses."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import timeseries
from grafana.kit.colours import (
    BAD,
    GOOD,
    WARNING,
    category_colours,
    limit_line,
    steps,
    venue_colours,
)
from grafana.kit.queries import Query, strategy_limit, venue_limit
from grafana.kit.tiles import bar_gauge, stat

OPEN_BY_VENUE = "sum by (venue) (arb_exposure_usd)"
NOTHING_OPEN = "nothing open"


def by_venue_over_time() -> Panel:
    """Open notional of each venue."""
    return timeseries(
        "Exposure by venue",
        "Open notional on each venue in USD, against its limit: what stands at risk if that venue "
        "fails. Over the line, halt the venue until positions close.",
        [
            Query(expr=OPEN_BY_VENUE, legend="{{venue}}"),
            Query(expr=venue_limit("venue_exposure"), legend="limit of {{venue}}"),
        ],
        unit=units.USD,
        overrides=[*venue_colours(), limit_line()],
        minimum=0,
        no_value=NOTHING_OPEN,
    )


def by_category() -> Panel:
    """Open notional of each category."""
    return timeseries(
        "Exposure by category",
        "Open notional in USD over both venues, stacked by category. One colour that takes most "
        "of the height means one kind of news can move everything.",
        [Query(expr="sum by (category) (arb_exposure_usd)", legend="{{category}}")],
        unit=units.USD,
        overrides=category_colours(),
        draw="stack",
        minimum=0,
        no_value=NOTHING_OPEN,
    )


def limits_used() -> Panel:
    """How much of each limit is used."""
    loss = "clamp_min(-1 * sum(arb_pnl_day_usd), 0)"
    return bar_gauge(
        "Limits used",
        "Share of each limit that is used now: the loss allowed for the day, and open notional of "
        "each venue. Orange from 80 %; a full bar is over the limit, and an alert is firing.",
        [
            Query(expr=f"{loss} / {strategy_limit('daily_loss')}", legend="daily loss"),
            Query(
                expr=f"{OPEN_BY_VENUE} / on (venue) {venue_limit('venue_exposure')}",
                legend="{{venue}} exposure",
            ),
        ],
        unit=units.SHARE,
        thresholds=steps(GOOD, (0.8, WARNING), (1, BAD)),
        maximum=1,
    )


def positions() -> Panel:
    """How many positions are open."""
    return stat(
        "Open positions",
        "Positions open on each venue. A pair is one on each: unequal numbers over some minutes "
        "mean that a leg is missing.",
        [Query(expr="sum by (venue) (arb_exposure_positions)", legend="{{venue}}")],
        unit=units.COUNT,
        no_value=NOTHING_OPEN,
    )
