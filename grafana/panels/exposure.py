"""Exposure: what is open, where, and how much of each limit it uses."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import timeseries
from grafana.kit.colours import (
    BAD,
    DEEP,
    GOOD,
    WARNING,
    category_colours,
    fixed,
    limit_line,
    override,
    steps,
    venue_colours,
)
from grafana.kit.queries import Query, of, strategy_limit, venue_limit
from grafana.kit.tiles import bar_gauge, stat
from grafana.kit.variables import OF_CATEGORY, OF_VENUE
from grafana.panels.losses import PERIODS, budget_left

NOTHING_OPEN = "nothing open"
LARGEST = f"max by (venue) ({of('arb_exposure_contract_usd', OF_VENUE, OF_CATEGORY)})"


def by_venue_over_time() -> Panel:
    """Open notional of each venue."""
    return timeseries(
        "Exposure by venue",
        "Open notional on each venue in USD, against its limit: what stands at risk if that venue "
        "fails. Over the line, halt the venue until positions close.",
        [
            Query(
                expr=f"max by (venue) ({of('venue:arb_exposure_usd:sum', OF_VENUE)})",
                legend="{{venue}}",
            ),
            Query(expr=venue_limit("venue_exposure"), legend="limit of {{venue}}"),
        ],
        unit=units.USD,
        overrides=[*venue_colours(), limit_line()],
        minimum=0,
        no_value=NOTHING_OPEN,
    )


def by_category() -> Panel:
    """Open notional of each category."""
    series = of("arb_exposure_usd", OF_VENUE, OF_CATEGORY)
    return timeseries(
        "Exposure by category",
        "Open notional in USD over both venues, stacked by category. One colour that takes most "
        "of the height means one kind of news can move everything.",
        [Query(expr=f"sum by (category) ({series})", legend="{{category}}")],
        unit=units.USD,
        overrides=category_colours(),
        draw="stack",
        minimum=0,
        no_value=NOTHING_OPEN,
    )


def limits_used() -> Panel:
    """How much of each limit is used."""
    return bar_gauge(
        "Limits used",
        "Share of each limit that is used now: what may be lost in a day, a week and a month, open "
        "notional of each venue, the largest position, pairs held. Orange from 80 %; a full bar is "
        "at or over the limit, and an alert is firing.",
        [
            *(_loss_used(period) for period in PERIODS),
            Query(
                expr=f"max by (venue) ({of('venue:arb_exposure:limit_used_ratio', OF_VENUE)})",
                legend="{{venue}} exposure",
            ),
            Query(
                expr=f"max({LARGEST} / on (venue) {venue_limit('contract_exposure')})",
                legend="largest position",
            ),
            Query(
                expr=f"max(arb_exposure_pairs) / {strategy_limit('concurrent_pairs')}",
                legend="pairs held",
            ),
        ],
        unit=units.SHARE,
        thresholds=steps(GOOD, (0.8, WARNING), (1, BAD)),
        maximum=1,
    )


def largest_position() -> Panel:
    """The most that is open in one contract."""
    return timeseries(
        "Largest position",
        "The largest notional open in one contract on each venue in USD, against its limit: what "
        "one wrong resolution costs. Over the line, let the engine add nothing to that pair.",
        [
            Query(expr=LARGEST, legend="{{venue}}"),
            Query(expr=venue_limit("contract_exposure"), legend="limit of {{venue}}"),
        ],
        unit=units.USD,
        overrides=[*venue_colours(), limit_line()],
        minimum=0,
        no_value="not told by the engine",
    )


def pairs_held() -> Panel:
    """How many pairs are held at once."""
    return timeseries(
        "Pairs held",
        "Pairs held open at once, against the limit. At the line the engine should enter nothing "
        "new; over it, it does not keep the limit.",
        [
            Query(expr="max(arb_exposure_pairs)", legend="pairs"),
            Query(expr=strategy_limit("concurrent_pairs"), legend="limit"),
        ],
        unit=units.COUNT,
        overrides=[override("^pairs", color=fixed(DEEP)), limit_line()],
        minimum=0,
        no_value="not told by the engine",
    )


def positions() -> Panel:
    """How many positions are open."""
    series = of("arb_exposure_positions", OF_VENUE, OF_CATEGORY)
    return stat(
        "Open positions",
        "Positions open on each venue. A pair is one on each: unequal numbers over some minutes "
        "mean that a leg is missing.",
        [Query(expr=f"sum by (venue) ({series})", legend="{{venue}}")],
        unit=units.COUNT,
        no_value=NOTHING_OPEN,
    )


def open_notional() -> Panel:
    """How much is open in all."""
    series = of("arb_exposure_usd", OF_VENUE, OF_CATEGORY)
    return stat(
        "Open notional",
        "USD open on each venue now. Far apart over some minutes means that a leg is missing: look "
        "at fills on one leg.",
        [Query(expr=f"sum by (venue) ({series})", legend="{{venue}}")],
        unit=units.USD,
        no_value=NOTHING_OPEN,
    )


def _loss_used(period: str) -> Query:
    return Query(expr=f"clamp_min(1 - {budget_left(period)}, 0)", legend=f"loss of the {period}")
