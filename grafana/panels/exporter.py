"""The exporter: what comes in, what is refused, and how fast it is on disk."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import timeseries
from grafana.kit.colours import BAD, DEEP, PALE, fixed, override, quantile_colours
from grafana.kit.queries import Query, per_minute, quantiles, rate


def events() -> Panel:
    """Events taken in."""
    return timeseries(
        "Events accepted",
        "Events the exporter takes in a second, by type. All at 0: the engine stopped or cannot "
        "reach the exporter.",
        [Query(expr=rate("arb_exporter_events_total", "type"), legend="{{type}}")],
        unit=units.PER_SECOND,
        minimum=0,
    )


def refused() -> Panel:
    """Events not taken in."""
    return timeseries(
        "Events refused",
        "Events a minute that were refused for what they say, and fills that contradict a stored "
        "one: both are in the engine's dead letters, with the reason. Duplicates are resends, and "
        "harmless.",
        [
            Query(
                expr=f"{per_minute('arb_exporter_rejected_total', 'reason')} > 0",
                legend="{{reason}}",
            ),
            Query(expr=per_minute("arb_exporter_fill_conflicts_total"), legend="contradictions"),
            Query(expr=per_minute("arb_exporter_fill_duplicates_total"), legend="duplicates"),
        ],
        unit=units.PER_MINUTE,
        overrides=[
            override("^contradictions", color=fixed(BAD)),
            override("^duplicates", color=fixed(PALE)),
        ],
        minimum=0,
        soft_maximum=1,
    )


def overflow() -> Panel:
    """Values that no label has."""
    return timeseries(
        "Values outside their labels",
        "Values a minute that are in no closed set and so count as 'other', by label. Add the "
        "venue or category to the settings, or have the engine send the word that is meant.",
        [Query(expr=per_minute("arb_exporter_label_overflow_total", "label"), legend="{{label}}")],
        unit=units.PER_MINUTE,
        minimum=0,
        soft_maximum=1,
    )


def commits() -> Panel:
    """How long the ledger takes."""
    return timeseries(
        "Ledger commits",
        "How long a commit of the ledger takes until it is on disk, and how many failed. When it "
        "grows, the disk is busy, and every fill is acknowledged that much later; failures: make "
        "room.",
        [
            *quantiles("arb_exporter_commit_seconds_bucket", 0.5, 0.99),
            Query(
                expr=per_minute("arb_exporter_commit_failures_total"), legend="failures a minute"
            ),
        ],
        unit=units.SECONDS,
        overrides=[
            *quantile_colours(),
            override(
                "^failures",
                color=fixed(BAD),
                unit=units.PER_MINUTE,
                custom_axisPlacement="right",
                custom_axisSoftMax=1,
            ),
        ],
        draw="dots",
        minimum=0,
        no_value="no commit",
    )


def engines() -> Panel:
    """Which engines are in contact."""
    return timeseries(
        "Engines",
        "Seconds since each engine was heard, and events that wait on its side. After 15 s without "
        "contact its lease has lapsed and it may not enter; a queue that grows means that the "
        "exporter is away or slow.",
        [
            Query(
                expr="time() - max by (engine) (arb_engine_last_seen_timestamp_seconds)",
                legend="{{engine}} last heard",
            ),
            Query(
                expr="max by (engine) (arb_engine_queued_events + arb_engine_spooled_events)",
                legend="{{engine}} waiting",
            ),
        ],
        unit=units.SECONDS,
        overrides=[
            override("heard$", color=fixed(DEEP)),
            override("waiting$", color=fixed(PALE), unit=units.COUNT, custom_axisPlacement="right"),
        ],
        minimum=0,
        no_value="no engine yet",
    )


def stream() -> Panel:
    """Who follows the stream of facts."""
    return timeseries(
        "Stream of facts",
        "Readers of the event stream, the bot among them, and how many a minute were cut off for "
        "being too slow. None while the bot runs: it gets no fills; it connects again by itself.",
        [
            Query(expr="sum(arb_exporter_stream_clients)", legend="readers"),
            Query(expr=per_minute("arb_exporter_stream_dropped_total"), legend="cut off a minute"),
        ],
        unit=units.COUNT,
        overrides=[
            override("^readers", color=fixed(DEEP)),
            override("^cut off", color=fixed(BAD)),
        ],
        minimum=0,
    )
