"""Feeds and venues: whether what the engine sees can be trusted."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import timeseries
from grafana.kit.colours import dotted, limit_line, venue_colours
from grafana.kit.grids import heatmap
from grafana.kit.queries import Query, feed_age, of, per_minute, venue_limit
from grafana.kit.variables import OF_VENUE


def latency() -> Panel:
    """Age of book updates."""
    name = "venue:arb_feed_latency_seconds"
    return timeseries(
        "Feed latency",
        "Age of book updates of the last minute when the engine saw them: median dotted, 95th "
        "percentile solid, against each venue's limit. One venue late: its feed. Both late: the "
        "engine's own machine.",
        [
            Query(expr=_recorded(f"{name}:p95_rate1m"), legend="{{venue}} p95"),
            Query(expr=_recorded(f"{name}:p50_rate1m"), legend="{{venue}} p50"),
            Query(expr=venue_limit("feed_latency"), legend="limit of {{venue}} p95"),
        ],
        unit=units.SECONDS,
        overrides=[*venue_colours(), dotted("p50$"), limit_line()],
        minimum=0,
    )


def latency_spread() -> Panel:
    """Age of book updates, band by band."""
    return heatmap(
        "Feed latencies",
        "How many book updates were how old when the engine saw them. A second band above the "
        "first is one slow market or a backlog that begins: it shows here before it moves a "
        "percentile.",
        of("arb_feed_latency_seconds_bucket", OF_VENUE),
        unit=units.SECONDS,
    )


def silence() -> Panel:
    """Time since the last book update."""
    return timeseries(
        "Feed silence",
        "Time since the last book update of each venue, against its limit. Lines that climb "
        "together mean that the engine stopped reporting.",
        [
            Query(expr=feed_age(), legend="{{venue}}"),
            Query(expr=venue_limit("feed_silence"), legend="limit of {{venue}}"),
        ],
        unit=units.SECONDS,
        overrides=[*venue_colours(), limit_line()],
        minimum=0,
    )


def frozen() -> Panel:
    """Books that stand still while the other venue's move."""
    return timeseries(
        "Frozen books",
        "Pairs whose book on that venue stands still beyond its own habit while the other venue's "
        "moves. Their edges look better than they are: let the engine subscribe to them anew.",
        [
            Query(
                expr=f"max by (venue) ({of('arb_frozen_books', OF_VENUE)})",
                legend="{{venue}}",
            )
        ],
        unit=units.COUNT,
        overrides=venue_colours(),
        minimum=0,
        soft_maximum=1,
        no_value="not told by the engine",
    )


def frozen_for() -> Panel:
    """For how long."""
    return timeseries(
        "Longest frozen book",
        "For how long the longest frozen book of each venue has stood still; 0 while none does. "
        "Minutes mean a lost subscription, seconds a slow one.",
        [
            Query(
                expr=f"max by (venue) ({of('arb_book_frozen_seconds', OF_VENUE)})",
                legend="{{venue}}",
            )
        ],
        unit=units.SECONDS,
        overrides=venue_colours(),
        minimum=0,
        soft_maximum=1,
        no_value="not told by the engine",
    )


def cuts() -> Panel:
    """How often a feed was cut."""
    return timeseries(
        "Feed cuts",
        "Times within 10 minutes that each feed was cut and came back, against the number from "
        "which it is told. A feed that flaps is worse than one that is away: reconnect it slowly.",
        [
            Query(expr=_recorded("venue:arb_feed:cuts_10m"), legend="{{venue}}"),
            Query(expr=venue_limit("feed_cuts"), legend="limit of {{venue}}"),
        ],
        unit=units.COUNT,
        overrides=[*venue_colours(), limit_line()],
        minimum=0,
    )


def error_rate() -> Panel:
    """Share of venue calls that failed."""
    return timeseries(
        "Venue error rate",
        "Share of the engine's calls to each venue that failed over a minute, against its limit. "
        "Above it, hedges may fail too: halt the venue and look at the errors by kind.",
        [
            Query(
                expr=_recorded("venue:arb_venue_requests:error_ratio_rate1m"), legend="{{venue}}"
            ),
            Query(expr=venue_limit("error_rate"), legend="limit of {{venue}}"),
        ],
        unit=units.SHARE,
        overrides=[*venue_colours(), limit_line()],
        minimum=0,
        no_value="no calls in this time",
    )


def errors_by_kind() -> Panel:
    """Errors the engine reported."""
    errors = per_minute(of("arb_errors_total", OF_VENUE), "kind")
    return timeseries(
        "Errors by kind",
        "Errors the engine reported, a minute. one_legged leaves an open bet: act on it first. "
        "rate_limited and connection point at the venue, stale_quote at the feed.",
        [Query(expr=f"{errors} > 0", legend="{{kind}}")],
        unit=units.PER_MINUTE,
        draw="bars",
        minimum=0,
        no_value="no errors",
    )


def _recorded(record: str) -> str:
    """A recorded series of each chosen venue."""
    return f"max by (venue) ({of(record, OF_VENUE)})"
