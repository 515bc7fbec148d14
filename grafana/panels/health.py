"""Health: whether the venues' feeds and interfaces can be trusted."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import state_timeline, timeseries
from grafana.kit.colours import dotted, limit_line, venue_colours
from grafana.kit.queries import Query, feed_age, per_minute, quantile, rate, venue_limit
from grafana.panels.glance import HALT_STATES


def feed_latency() -> Panel:
    """Age of book updates."""
    name = "arb_feed_latency_seconds"
    return timeseries(
        "Feed latency",
        "Age of book updates when the engine saw them: median dotted, 95th percentile solid, "
        "against each venue's limit. One venue late: its feed. Both late: the engine's own "
        "machine.",
        [
            Query(expr=quantile(0.95, name, "venue"), legend="{{venue}} p95"),
            Query(expr=quantile(0.5, name, "venue"), legend="{{venue}} p50"),
            Query(expr=venue_limit("feed_latency"), legend="limit of {{venue}} p95"),
        ],
        unit=units.SECONDS,
        overrides=[*venue_colours(), dotted("p50$"), limit_line()],
        minimum=0,
    )


def feed_silence() -> Panel:
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


def error_rate() -> Panel:
    """Share of venue calls that failed."""
    all_calls = rate("arb_venue_requests_total", "venue")
    failed = rate('arb_venue_requests_total{result="error"}', "venue")
    return timeseries(
        "Venue error rate",
        "Share of the engine's calls to each venue that failed, against its limit. Above it, "
        "hedges may fail too: halt the venue and look at the errors by kind.",
        [
            Query(expr=f"{failed} / ({all_calls} > 0)", legend="{{venue}}"),
            Query(expr=venue_limit("error_rate"), legend="limit of {{venue}}"),
        ],
        unit=units.SHARE,
        overrides=[*venue_colours(), limit_line()],
        minimum=0,
        no_value="no calls in this time",
    )


def errors_by_kind() -> Panel:
    """Errors the engine reported."""
    return timeseries(
        "Errors by kind",
        "Errors the engine reported, a minute. one_legged leaves an open bet: act on it first. "
        "rate_limited and connection point at the venue, stale_quote at the feed.",
        [Query(expr=f"{per_minute('arb_errors_total', 'kind')} > 0", legend="{{kind}}")],
        unit=units.PER_MINUTE,
        draw="bars",
        minimum=0,
        no_value="no errors",
    )


def halt_states() -> Panel:
    """When each venue could be traded."""
    return state_timeline(
        "Trading over time",
        "When each venue was running or halted. Halted: acknowledged by an engine. Unconfirmed: "
        "no engine answered, so stop it by hand.",
        [Query(expr="max by (venue) (arb_venue_halt_state)", legend="{{venue}}")],
        unit=units.STATE,
        mappings=HALT_STATES,
    )
