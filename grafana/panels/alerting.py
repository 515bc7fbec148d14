"""Alerting: what judges and what tells, from rule to Discord."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import timeseries
from grafana.kit.colours import BAD, DEEP, PALE, WARNING, fixed, override, quantile_colours
from grafana.kit.mappings import states_by_name
from grafana.kit.queries import Query, per_minute, quantiles
from grafana.kit.tiles import table

ALERT_COLUMNS = {
    "alertname": "Alert",
    "severity": "Severity",
    "venue": "Venue",
    "topic": "Topic",
}
SEVERITIES = states_by_name(
    ("critical", "critical", BAD), ("warning", "warning", WARNING), ("none", "none", "text")
)


def alerts() -> Panel:
    """The alerts that are firing."""
    firing = 'ALERTS{alertstate="firing", severity!="none"}'
    shown = {
        "excludeByName": {"Time": True, "Value": True},
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
        unit=units.STATE,
        sort_by="Alert",
        transformations=[{"id": "organize", "options": shown}],
        overrides=[
            override("^Severity$", mappings=SEVERITIES, custom_cellOptions={"type": "color-text"})
        ],
        no_value="nothing is firing",
    )


def evaluation() -> Panel:
    """Whether rules are evaluated."""
    return timeseries(
        "Rule evaluation",
        "Rules that failed and groups that were skipped, a minute. Both are 0 in a healthy "
        "Prometheus: above it, some alerts are blind; its log names the rule.",
        [
            Query(expr=per_minute("prometheus_rule_evaluation_failures_total"), legend="failed"),
            Query(
                expr=per_minute("prometheus_rule_group_iterations_missed_total"), legend="skipped"
            ),
        ],
        unit=units.PER_MINUTE,
        overrides=[override("^failed", color=fixed(BAD)), override("^skipped", color=fixed(DEEP))],
        minimum=0,
        soft_maximum=1,
    )


def group_time() -> Panel:
    """How long the rules take."""
    took = "prometheus_rule_group_last_duration_seconds"
    group = f'label_replace({took}, "group", "$1", "rule_group", ".*;(.+)")'
    return timeseries(
        "Time of rule groups",
        "How long each group of rules took last. A group that nears its interval, 1 or 5 s, is "
        "skipped next: its queries have become too costly.",
        [Query(expr=f"max by (group) ({group})", legend="{{group}}")],
        unit=units.SECONDS,
        minimum=0,
    )


def notifications() -> Panel:
    """From Prometheus to Alertmanager, and from there to the bot."""
    return timeseries(
        "Notifications",
        "Alerts a minute that Prometheus told Alertmanager and posts of that one to the bot, and "
        "what failed of either. Failures: that neighbour is down or refuses the token; watch "
        "Grafana until they are 0.",
        [
            Query(expr=per_minute("prometheus_notifications_sent_total"), legend="told"),
            Query(expr=per_minute("alertmanager_notifications_total"), legend="posted"),
            Query(
                expr=per_minute("prometheus_notifications_errors_total"), legend="failed to tell"
            ),
            Query(
                expr=per_minute("alertmanager_notifications_failed_total"), legend="failed to post"
            ),
        ],
        unit=units.PER_MINUTE,
        overrides=[
            override("^told", color=fixed(PALE)),
            override("^posted", color=fixed(DEEP)),
            override("^failed to tell", color=fixed(BAD)),
            override("^failed to post", color=fixed(WARNING)),
        ],
        minimum=0,
    ) | {"interval": "1m"}


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


def delivery_time() -> Panel:
    """How long a message takes."""
    return timeseries(
        "Time to Discord",
        "From a message's change until Discord had it. Seconds are Discord's own limits on many "
        "messages; minutes an outage.",
        quantiles("arb_bot_delivery_seconds_bucket", 0.5, 0.95),
        unit=units.SECONDS,
        overrides=quantile_colours(),
        draw="dots",
        minimum=0,
        no_value="no message in this time",
    )


def heartbeat() -> Panel:
    """Whether the bot is awake."""
    return timeseries(
        "Bot's heartbeat",
        "Seconds since the bot's loop and its outbox answered each other, and since the alert came "
        "that always fires. The first over 15 s: the bot hangs. The second over minutes: alerts "
        "are no longer evaluated or routed.",
        [
            Query(expr="time() - max(arb_bot_heartbeat_timestamp_seconds)", legend="heartbeat"),
            Query(
                expr="time() - max(arb_bot_watchdog_last_seen_timestamp_seconds)",
                legend="watchdog",
            ),
        ],
        unit=units.SECONDS,
        overrides=[
            override("^heartbeat", color=fixed(DEEP)),
            override("^watchdog", color=fixed(PALE)),
        ],
        minimum=0,
    )


def commands() -> Panel:
    """What people do at the bot."""
    return timeseries(
        "Commands and automatic halts",
        "Commands answered a minute by result, and automatic halts. failed or unavailable: the "
        "exporter is away; refused: somebody lacks a role.",
        [
            Query(
                expr=f"{per_minute('arb_bot_commands_total', 'result')} > 0", legend="{{result}}"
            ),
            Query(expr=per_minute("arb_bot_auto_halts_total", "result"), legend="halt {{result}}"),
        ],
        unit=units.PER_MINUTE,
        minimum=0,
    )
