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


def quantile(share: float, histogram: str, by: str = "", *, where: tuple[str, ...] = ()) -> str:
    """A quantile of the summed buckets: quantiles themselves must never be averaged."""
    labels = f"{by}, le" if by else "le"
    return f"histogram_quantile({share}, {rate(of(f'{histogram}_bucket', *where), labels)})"


def bucket_counts(histogram: str, *where: str) -> str:
    """How many observations fell into each bucket, for a heatmap."""
    return f"sum by (le) (increase({of(f'{histogram}_bucket', *where)}[$__rate_interval]))"


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
