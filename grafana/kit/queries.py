"""PromQL in the few shapes that the panels need."""

from dataclasses import dataclass
from typing import Literal

from grafana.kit.variables import OF_VENUE

Format = Literal["time_series", "table", "heatmap"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One expression and how its answer is read."""

    expr: str
    legend: str = ""
    instant: bool = False
    format: Format = "time_series"
    exemplars: bool = False


def of(series: str, *matchers: str) -> str:
    """A series with its matchers."""
    return f"{series}{{{', '.join(matchers)}}}" if matchers else series


def rate(counter: str, by: str = "") -> str:
    """Increase a second, summed by the labels."""
    return f"sum{_by(by)}(rate({counter}[$__rate_interval]))"


def per_minute(counter: str, by: str = "") -> str:
    """Increase a minute, summed by the labels."""
    return f"60 * {rate(counter, by)}"


def in_range(counter: str, by: str = "") -> str:
    """Increase over the time that the board shows, summed by the labels."""
    return f"sum{_by(by)}(increase({counter}[$__range]))"


def quantile(share: float, buckets: str) -> str:
    """A quantile of the summed buckets: quantiles themselves must never be averaged."""
    return f"histogram_quantile({share}, {rate(buckets, 'le')})"


def quantiles(buckets: str, *shares: float) -> list[Query]:
    """Some of them, each named by its share: `p50`."""
    return [
        Query(expr=quantile(share, buckets), legend=f"p{round(100 * share)}") for share in shares
    ]


def bucket_counts(buckets: str) -> str:
    """How many observations fell into each bucket, for a heatmap."""
    return f"sum by (le) (increase({buckets}[$__rate_interval]))"


def by_category(metric: str, *matchers: str) -> str:
    """A metric as rules sum it twice a minute by category: for panels of a value a minute."""
    return of(f"category:{metric}:sum", *matchers)


def by_leader(metric: str, *matchers: str) -> str:
    """The same by leader and category."""
    return of(f"leader_category:{metric}:sum", *matchers)


def ended_edges(*matchers: str) -> str:
    """Edges that ended, as rules sum them twice a minute."""
    return of("leader_category_outcome:arb_edges_ended_total:sum", *matchers)


def with_exemplars(expr: str, buckets: str) -> str:
    """The expression, and the exemplars of the series behind it, which alone have some.

    Of those nothing is read: they are asked for as of a time before there was any.
    """
    return f"{expr} or {buckets} offset 20y"


def venue_limit(limit: str) -> str:
    """A limit of each venue that was chosen, with the venue as a label."""
    series = f'arb_limit{{limit="{limit}", scope!="all", scope=~"$venue"}}'
    return f'max by (venue) (label_replace({series}, "venue", "$1", "scope", "(.+)"))'


def strategy_limit(limit: str) -> str:
    """A limit of the whole strategy, without labels."""
    return f'max(arb_limit{{limit="{limit}", scope="all"}})'


def live_net_edges(*where: str) -> str:
    """Net edge of the largest live edges of now.

    After a restart of Prometheus, series that ended meanwhile would be answered for 5 more minutes.
    Not for a time that is long: for each point of it Prometheus would begin to read anew.
    """
    name = of("arb_live_edge_net_cents", *where)
    return f"({name} and time() - timestamp({name}) < 20)"


def feed_age() -> str:
    """Seconds since the last book update of each venue, as of the scrape that told it."""
    return f"max by (venue) ({of('venue:arb_feed:age_seconds', OF_VENUE)})"


def _by(labels: str) -> str:
    return f" by ({labels}) " if labels else " "
