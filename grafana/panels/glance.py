"""One look: is it working, is it earning, is it safe?"""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.colours import BAD, GOOD, NEUTRAL, WARNING, override, steps
from grafana.kit.mappings import ranges, states
from grafana.kit.queries import Query, feed_age, live_net_edges, strategy_limit, venue_limit
from grafana.kit.tiles import stat

# One size for all numbers of the row; words fit themselves.
NUMBER_PIXELS = 38
HALT_STATES = states(
    (0, "Running", GOOD),
    (1, "Halt requested", WARNING),
    (2, "Halted", "blue"),
    (3, "Unconfirmed", BAD),
)


def day_result() -> Panel:
    """P&L since midnight."""
    return stat(
        "Day P&L",
        "Realized profit or loss since midnight UTC, from the ledger. Red is a loss: compare it "
        "with the loss limit in Exposure.",
        [Query(expr="sum(arb_pnl_day_usd)")],
        unit=units.USD,
        thresholds=steps(BAD, (0, GOOD)),
        sparkline=True,
        decimals=2,
        value_size=NUMBER_PIXELS,
    )


def drawdown() -> Panel:
    """How far below its best the P&L stands."""
    return stat(
        "Drawdown",
        "How far realized P&L stands below the best it has been; 0 is a new best. When it grows "
        "for days, look at entry against realized edge.",
        [Query(expr="sum(arb_drawdown_usd)")],
        unit=units.USD,
        decimals=2,
        value_size=NUMBER_PIXELS,
    )


def live_edges() -> Panel:
    """How many edges are live, and how many are worth entering."""
    enterable = f"{live_net_edges()} >= on () group_left () {strategy_limit('min_net_edge')}"
    return stat(
        "Live edges",
        "Pairs with an edge that was refreshed within its time to live, and how many of the "
        "listed ones clear the entry limit. None live while the engine runs: look at the feeds.",
        [
            Query(expr="sum(arb_live_edges)", legend="live"),
            Query(expr=f"count({enterable}) or vector(0)", legend="enterable"),
        ],
        unit=units.COUNT,
        value_size=NUMBER_PIXELS,
    )


def feeds() -> Panel:
    """Whether each venue's books are fresh."""
    share = f"{feed_age()} / on (venue) {venue_limit('feed_silence')}"
    never_seen = f"0 * {venue_limit('feed_silence')} - 1"
    return stat(
        "Feeds",
        "Fresh: the last book update is younger than the venue's silence limit. Silent: older, "
        "and prices may be gone. Halt the venue, then reconnect its feed.",
        [Query(expr=f"{share} or {never_seen}", legend="{{venue}}")],
        unit=units.STATE,
        mappings=ranges(
            (-1, -1, "Never seen", NEUTRAL), (-0.99, 1, "Fresh", GOOD), (1, 1e9, "Silent", BAD)
        ),
    )


def halts() -> Panel:
    """Whether each venue may be traded."""
    return stat(
        "Trading",
        "Halted means that an engine has acknowledged the halt. Unconfirmed: no engine answered "
        "in time, so stop it by hand.",
        [Query(expr="max by (venue) (arb_venue_halt_state)", legend="{{venue}}")],
        unit=units.STATE,
        mappings=HALT_STATES,
    )


def firing_alerts() -> Panel:
    """How many alerts are firing; nothing without the watchdog."""
    return stat(
        "Firing alerts",
        "Alerts firing now, by severity. Shows 'rules not running' when even the watchdog alert "
        "is missing. The list is in the row Pipeline.",
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
