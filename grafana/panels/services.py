"""Services: whether each part of the stack runs, with what it was given."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import timeseries
from grafana.kit.colours import BAD, GOOD, WARNING
from grafana.kit.mappings import states
from grafana.kit.queries import Query
from grafana.kit.tiles import stat

STATES = states(
    (0, "Down", BAD), (1, "Up", GOOD), (2, "Old one in force", WARNING), (3, "Loaded", GOOD)
)


def services() -> Panel:
    """Which services answer, and which configuration is in force."""
    return stat(
        "Services",
        "Whether Prometheus reaches each service, and whether each configuration was taken when it "
        "was last read. Down: read that service's log. Old one in force: the file is wrong, and "
        "the log says where.",
        [
            Query(expr="min by (job) (up)", legend="{{job}}"),
            _loaded("prometheus_config_last_reload_successful", "prometheus.yml"),
            _loaded("alertmanager_config_last_reload_successful", "alertmanager.yml"),
            _unharmed("limits.yml", "arb_exporter_limits_reload_failures_total"),
            _unharmed(
                "tokens",
                "arb_exporter_token_reload_failures_total",
                "arb_bot_token_reload_failures_total",
            ),
        ],
        unit=units.STATE,
        mappings=STATES,
    )


def memory() -> Panel:
    """Memory of each service."""
    return timeseries(
        "Memory",
        "Resident memory of each service. A line that climbs for hours without more load is a "
        "leak: note when it began, then restart that service.",
        [Query(expr="max by (job) (process_resident_memory_bytes)", legend="{{job}}")],
        unit=units.BYTES,
        minimum=0,
    )


def processor() -> Panel:
    """Processor time of each service."""
    return timeseries(
        "Processor",
        "Share of one processor that each service uses. Exporter and bot have one loop each: near "
        "100 % they answer late; push fewer edges or in larger batches.",
        [
            Query(
                expr="sum by (job) (rate(process_cpu_seconds_total[$__rate_interval]))",
                legend="{{job}}",
            )
        ],
        unit=units.SHARE,
        minimum=0,
    )


def scrape_time() -> Panel:
    """How long a scrape takes."""
    return timeseries(
        "Scrapes",
        "How long Prometheus waits for each service's metrics; it gives up after 4 s. When it "
        "grows, that service is busy, or it has too many series.",
        [Query(expr="max by (job) (scrape_duration_seconds)", legend="{{job}}")],
        unit=units.SECONDS,
        minimum=0,
    )


def series() -> Panel:
    """How many series there are."""
    return timeseries(
        "Series",
        "Series that each service exposes. They are bounded by closed sets of labels: a steep rise "
        "means that one is not, and Prometheus refuses a scrape above its limit.",
        [Query(expr="max by (job) (scrape_samples_scraped)", legend="{{job}}")],
        unit=units.COUNT,
        minimum=0,
    )


def _loaded(metric: str, file: str) -> Query:
    return Query(expr=f"2 + min({metric})", legend=file)


def _unharmed(file: str, *failures: str) -> Query:
    """Loaded, unless reading it again failed within the last minutes."""
    failed = " + ".join(f"sum(increase({counter}[$__rate_interval]))" for counter in failures)
    return Query(expr=f"3 - ({failed} > bool 0)", legend=file)
