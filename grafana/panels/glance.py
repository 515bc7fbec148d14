"""One look: is it working, is it earning, is it safe?"""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.colours import BAD, GOOD, HALTED, NEUTRAL, WARNING, above_zero, override, steps
from grafana.kit.mappings import states
from grafana.kit.queries import (
    Query,
    feed_age,
    live_net_edges,
    of,
    strategy_limit,
    venue_limit,
)
from grafana.kit.tiles import NUMBER_PIXELS, stat
from grafana.kit.variables import OF_CATEGORY, OF_LEADER, OF_VENUE

HALT_STATES = states(
    (0, "Running", GOOD),
    (1, "Halt requested", WARNING),
    (2, "Halted", HALTED),
    (3, "Unconfirmed", BAD),
)
FEED_STATES = states(
    (-1, "Never seen", NEUTRAL),
    (0, "Fresh", GOOD),
    (1, "Late", BAD),
    (2, "Silent", BAD),
    (3, "Silent", BAD),
)
HALT_STATE = f"max by (venue) ({of('arb_venue_halt_state', OF_VENUE)})"


def day_result() -> Panel:
    """P&L since midnight."""
    return stat(
        "Day P&L",
        "Realized profit or loss since midnight UTC of everything, from the ledger. Red is a loss: "
        "compare it with what is left to lose on the board Exposure & risk.",
        [Query(expr="sum(arb_pnl_day_usd)")],
        unit=units.USD,
        thresholds=above_zero(),
        sparkline=True,
        decimals=2,
        value_size=NUMBER_PIXELS,
    )


def capture() -> Panel:
    """Share of the entry edge that was realized."""
    limit = strategy_limit("min_capture")
    share = "strategy:arb_capture:ratio_1h"
    return stat(
        "Capture, 1 h",
        "Share of the edge at entry that fills of the last hour realized, and by how much it "
        "clears the least that limits.yml asks for. Low: execution loses what the engine sees; "
        "look at slippage and hedge latency.",
        [
            Query(expr=f"max({share})", legend="realized"),
            Query(expr=f"max({share}) - {limit}", legend="over limit"),
        ],
        unit=units.SHARE,
        value_size=NUMBER_PIXELS,
        overrides=[override("^over limit$", thresholds=above_zero())],
        no_value="no fills yet",
    )


def live_edges() -> Panel:
    """How many edges are live, and how many are worth entering."""
    listed = live_net_edges(OF_LEADER, OF_CATEGORY)
    enterable = f"{listed} >= on () group_left () {strategy_limit('min_net_edge')}"
    return stat(
        "Live edges",
        "Pairs with an edge that was refreshed within its time to live, and how many of the "
        "listed ones clear the entry limit. None live while the engine runs: look at the feeds.",
        [
            Query(expr=f"sum({of('arb_live_edges', OF_CATEGORY)})", legend="live"),
            Query(expr=f"count({enterable}) or vector(0)", legend="enterable"),
        ],
        unit=units.COUNT,
        value_size=NUMBER_PIXELS,
    )


def feeds() -> Panel:
    """Whether each venue's books are fresh."""
    silent = f"2 * ({feed_age()} > bool on (venue) {venue_limit('feed_silence')})"
    judged = f"max by (venue) ({of('venue:arb_feed_latency_seconds:judged_rate1m', OF_VENUE)})"
    late = f"({judged} > bool on (venue) {venue_limit('feed_latency')})"
    never_seen = f"0 * {venue_limit('feed_silence')} - 1"
    return stat(
        "Feeds",
        "Fresh: book updates are younger than the venue's limits. Late: they are older than its "
        "feed latency when they come. Silent: none came for longer than its feed silence, and "
        "prices may be gone. Halt the venue, then reconnect its feed.",
        [
            Query(
                expr=f"{silent} + on (venue) {late} or {silent} or {never_seen}",
                legend="{{venue}}",
            )
        ],
        unit=units.STATE,
        mappings=FEED_STATES,
    )


def halts() -> Panel:
    """Whether each venue may be traded."""
    return stat(
        "Trading",
        "Halted means that every engine in contact has acknowledged the halt. Unconfirmed: none "
        "answered in time, so stop it by hand.",
        [Query(expr=HALT_STATE, legend="{{venue}}")],
        unit=units.STATE,
        mappings=HALT_STATES,
    )


def firing_alerts() -> Panel:
    """How many alerts are firing; nothing without the watchdog."""
    return stat(
        "Firing alerts",
        "Alerts firing now, by severity. Shows 'rules not running' when even the watchdog alert "
        "is missing. The list is on the board System.",
        [_firing("critical"), _firing("warning")],
        unit=units.COUNT,
        thresholds=steps(GOOD, (1, BAD)),
        value_size=NUMBER_PIXELS,
        overrides=[override("^warning$", thresholds=steps(GOOD, (1, WARNING)))],
        no_value="rules not running",
    )


def _firing(severity: str) -> Query:
    alerts = f'ALERTS{{alertstate="firing", severity="{severity}"}}'
    watchdog = 'ALERTS{alertname="ArbWatchdog"}'
    return Query(expr=f"(count({alerts}) or vector(0)) and on () {watchdog}", legend=severity)
