"""Halts: when trading stood still, and whether the engine obeyed."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import timeseries
from grafana.kit.colours import (
    BAD,
    DEEP,
    GOOD,
    fixed,
    override,
    quantile_colours,
    steps,
    venue_colours,
)
from grafana.kit.columns import count, moment, text
from grafana.kit.grids import state_timeline
from grafana.kit.queries import Query, in_range, of, per_minute, quantiles
from grafana.kit.rest import rest_table
from grafana.kit.tiles import stat
from grafana.kit.variables import OF_VENUE
from grafana.panels.glance import HALT_STATE, HALT_STATES


def over_time() -> Panel:
    """When each venue could be traded."""
    return state_timeline(
        "Trading over time",
        "When each venue was running or halted. Halted: acknowledged by every engine in contact. "
        "Unconfirmed: no engine answered, so stop it by hand.",
        [Query(expr=HALT_STATE, legend="{{venue}}")],
        unit=units.STATE,
        mappings=HALT_STATES,
    )


def acknowledged() -> Panel:
    """How many halts there were, and how long the slowest took."""
    name = "arb_halt_ack_seconds"
    slowest = f"histogram_quantile(1, sum by (le) (increase({name}_bucket[$__range])))"
    return stat(
        "Halts acknowledged",
        "Halts that engines acknowledged in the time this board shows, and what the slowest took "
        "at most. A halt is true only from then on; over 5 s it is called unconfirmed.",
        [
            Query(expr=in_range(f"{name}_count"), legend="halts"),
            Query(expr=slowest, legend="slowest"),
        ],
        unit=units.COUNT,
        overrides=[override("^slowest$", unit=units.SECONDS, decimals=2)],
        no_value="no halt",
    )


def ack_time() -> Panel:
    """How long acknowledgements take."""
    name = "arb_halt_ack_seconds"
    return timeseries(
        "Time to acknowledge",
        "From a halt's order to the acknowledgement of every engine in contact. Seconds instead of "
        "milliseconds: the engine's own loop is busy, or its control function is slow.",
        quantiles(f"{name}_bucket", 0.5, 0.95),
        unit=units.SECONDS,
        overrides=quantile_colours(),
        draw="dots",
        minimum=0,
        no_value="no halt",
    )


def disobeyed() -> Panel:
    """What was filled in spite of a halt."""
    entries = per_minute(of("arb_entries_after_halt_total", OF_VENUE), "venue")
    return timeseries(
        "Fills against a halt",
        "Entries a minute that were ordered after a halt was acknowledged: one is too many, so "
        "stop the engine. Fills of orders that were open before are counted apart and are normal.",
        [
            Query(expr=entries, legend="{{venue}} entries"),
            Query(expr=per_minute("arb_fills_after_halt_total"), legend="fills of open orders"),
        ],
        unit=units.PER_MINUTE,
        overrides=[*venue_colours(), override("^fills", color=fixed(DEEP))],
        minimum=0,
        soft_maximum=1,
    )


def refused() -> Panel:
    """Who was turned away."""
    return timeseries(
        "Orders refused",
        "Halts and resumes a minute that somebody was not allowed to order, and calls refused for "
        "their token. Repeated ones: a trader lacks a role, or somebody tries who should not; "
        "/audit names them.",
        [
            Query(expr=per_minute("arb_control_denials_total", "via"), legend="order via {{via}}"),
            Query(
                expr=f"{per_minute('arb_exporter_denied_total', 'scope')} > 0",
                legend="call for {{scope}}",
            ),
        ],
        unit=units.PER_MINUTE,
        minimum=0,
        soft_maximum=1,
    )


def unstored() -> Panel:
    """Halts that a restart would lose."""
    return stat(
        "Not yet safe",
        "Halts in force that the exporter's disk did not take, and automatic halts that the "
        "exporter did not take. Both are 0 in a healthy stack: do not restart anything until they "
        "are.",
        [
            Query(expr="max(arb_exporter_unstored_halts)", legend="not on disk"),
            Query(expr="max(arb_bot_auto_halts_waiting)", legend="not ordered"),
        ],
        unit=units.COUNT,
        thresholds=steps(GOOD, (1, BAD)),
    )


def trail() -> Panel:
    """The audit trail."""
    return rest_table(
        "Audit trail",
        "Orders, acknowledgements and denials, the newest first: who did what, where and why. The "
        "time between a halt and its acknowledgement is how long it was not yet true.",
        "/api/audit?limit=100",
        [
            moment("timestamp", "Time"),
            count("seq", "No.", 70),
            text("action", "Action", 90),
            text("scope", "Scope", 120),
            text("actor", "Who", 180),
            text("via", "Via", 100),
            text("reason", "Reason"),
            count("open_orders", "Open orders", 110),
        ],
    )
