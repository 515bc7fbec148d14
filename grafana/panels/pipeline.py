"""The pipeline itself: what measures, judges and tells."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import timeseries
from grafana.kit.colours import BAD, DEEP, GOOD, PALE, fixed, override, quantile_colours
from grafana.kit.mappings import states
from grafana.kit.queries import Query, per_minute, quantile
from grafana.kit.tiles import stat, table

ALERT_COLUMNS = {
    "alertname": "Alert",
    "severity": "Severity",
    "venue": "Venue",
    "topic": "Topic",
    "Value": "Firing",
}


def services() -> Panel:
    """Which services answer."""
    return stat(
        "Services",
        "Whether Prometheus reaches each service at its last scrape. Down: read that service's "
        "log; its last line says why it ended.",
        [Query(expr="min by (job) (up)", legend="{{job}}")],
        unit=units.STATE,
        mappings=states((0, "Down", BAD), (1, "Up", GOOD)),
    )


def alerts() -> Panel:
    """The alerts that are firing."""
    firing = 'ALERTS{alertstate="firing", alertname!="ArbWatchdog"}'
    shown = {
        "excludeByName": {"Time": True},
        "indexByName": {column: index for index, column in enumerate(ALERT_COLUMNS)},
        "renameByName": ALERT_COLUMNS,
    }
    return table(
        "Alerts firing",
        "What is firing now. Each alert has a page docs/runbooks/<Alert>.md that says what it "
        "means and what to do.",
        [
            Query(
                expr=f"sum by (alertname, severity, venue, topic) ({firing})",
                instant=True,
                format="table",
            )
        ],
        unit=units.COUNT,
        sort_by="Severity",
        transformations=[{"id": "organize", "options": shown}],
        no_value="nothing is firing",
    )


def events() -> Panel:
    """Events taken in."""
    return timeseries(
        "Events accepted",
        "Events the exporter takes in a second, by type. All at 0: the engine stopped or cannot "
        "reach the exporter.",
        [
            Query(
                expr="sum by (type) (rate(arb_exporter_events_total[$__rate_interval]))",
                legend="{{type}}",
            )
        ],
        unit=units.PER_SECOND,
        minimum=0,
    )


def commit_time() -> Panel:
    """How long the ledger takes."""
    return timeseries(
        "Ledger commits",
        "How long a commit of the ledger takes until it is on disk. When it grows, the disk is "
        "busy, and every fill is acknowledged that much later.",
        [
            Query(expr=quantile(0.5, "arb_exporter_commit_seconds"), legend="p50"),
            Query(expr=quantile(0.99, "arb_exporter_commit_seconds"), legend="p99"),
        ],
        unit=units.SECONDS,
        overrides=quantile_colours(),
        draw="dots",
        minimum=0,
        no_value="no commit",
    )


def messages() -> Panel:
    """Messages that wait and that were tried."""
    return timeseries(
        "Messages to Discord",
        "Messages waiting in the outbox, and attempts and failures a minute. Waiting that does "
        "not return to 0: Discord refuses or is away; nothing is lost meanwhile.",
        [
            Query(expr="sum(arb_bot_outbox_waiting)", legend="waiting"),
            Query(expr=per_minute("arb_bot_deliveries_total"), legend="attempts a minute"),
            Query(expr=per_minute("arb_bot_delivery_failures_total"), legend="failures a minute"),
        ],
        unit=units.COUNT,
        overrides=[
            override("^waiting", color=fixed(DEEP)),
            override("^attempts", color=fixed(PALE)),
            override("^failures", color=fixed(BAD)),
        ],
        minimum=0,
    )
