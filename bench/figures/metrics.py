"""`/metrics` with 10,000 samples: its time beside prometheus-client's, and what ingest feels.

Before each scrape edges and fills of every label set come in, so that text
kept from the scrape before is of less use; `changed_share` tells how many lines differ.
"""

from functools import partial
from itertools import count, repeat

from prometheus_client import CollectorRegistry

from bench import load, payloads, services
from bench.errors import BenchError
from bench.figures.single_edge import CONNECTIONS, PAIRS
from bench.peers import exposition
from bench.plan import Plan
from bench.results import Row, against
from bench.rounds import interleaved, p99s, rates
from bench.services import OPENMETRICS, Service

SAMPLES = 10_000
# The closed sets bound the number of samples: it takes this many categories to get there.
CATEGORIES = tuple(f"category-{number}" for number in range(40))
SCRAPES = 10
FILL_NUMBERS = count()


def measure(plan: Plan) -> list[Row]:
    """Milliseconds a scrape, and the p99 of single edges with and without scrapes."""
    with (
        services.folder() as state,
        services.exporter(state, CATEGORIES=",".join(CATEGORIES)) as exporter,
    ):
        earlier, shown = (scrape_changed(exporter) for _ in range(2))
        registry = same_samples(shown)
        ours, theirs = interleaved(
            plan.rounds,
            partial(scrapes, exporter),
            partial(expositions, registry),
        )
        calm, scraped = interleaved(
            plan.rounds,
            partial(ingest, exporter, seconds=plan.seconds, is_scraped=False),
            partial(ingest, exporter, seconds=plan.seconds, is_scraped=True),
        )
    return [
        against(
            "metrics",
            f"GET /metrics, {len(exposition.samples(shown)):,} samples",
            unit="ms",
            ours=ours,
            peer="prometheus-client's exposition, without HTTP",
            theirs=theirs,
            at_most=1 / 3,
            raw={"changed_share": [exposition.changed_share(earlier, shown)]},
        ),
        against(
            "metrics",
            "p99 of single edges while scraped without a pause",
            unit="ms",
            ours=p99s([edges for edges, _ in scraped]),
            peer="not scraped",
            theirs=p99s([edges for edges, _ in calm]),
            at_most=2,
            raw={"scrapes_a_second": rates([scrape for _, scrape in scraped if scrape])},
        ),
    ]


def same_samples(shown: str) -> CollectorRegistry:
    """The peer's registry; it must show the very same samples, and enough of them."""
    registry = exposition.rebuild(shown)
    ours, theirs = exposition.samples(shown), exposition.samples(exposition.render(registry))
    if ours != theirs or len(ours) < SAMPLES:
        raise BenchError(f"{len(ours)} samples, of which the peer shows {len(ours & theirs)}")
    return registry


def touch(service: Service) -> None:
    """Push an edge and a fill of every label set."""
    pairs = len(payloads.LEADERS) * len(CATEGORIES)
    edges = payloads.edges(pairs, pairs=pairs, categories=CATEGORIES)
    fills = [payloads.fill(next(FILL_NUMBERS), categories=CATEGORIES) for _ in CATEGORIES]
    requests = (
        payloads.stamp(payloads.batch(edges, kind="edge")),
        payloads.batch(fills, kind="fill"),
    )
    load.run(service, load.Traffic(requests=iter(requests)), seconds=10)


def scrape_changed(service: Service) -> str:
    """A scrape after edges and fills of every label set."""
    touch(service)
    return service.get("/metrics", accept=OPENMETRICS).decode()


def scrapes(service: Service) -> float:
    """Milliseconds a scrape: the median of some, over HTTP."""
    times = []
    for _ in range(SCRAPES):
        touch(service)
        scrape = load.Traffic(requests=iter([scrape_request()]))
        times += load.run(service, scrape, seconds=10)[0].latencies_ns
    return load.percentile(times, 50) / 1e6


def expositions(registry: CollectorRegistry) -> float:
    """Milliseconds an exposition of the peer: the median of some."""
    return load.percentile([exposition.milliseconds(registry) for _ in range(SCRAPES)], 50)


def ingest(
    service: Service, *, seconds: float, is_scraped: bool
) -> tuple[load.Outcome, load.Outcome | None]:
    """One round of single edges, and beside them one scrape after the other."""
    posts = payloads.single_edges(PAIRS, categories=CATEGORIES)
    edges = load.Traffic(requests=payloads.stamped(posts), connections=CONNECTIONS)
    if not is_scraped:
        return load.run(service, edges, seconds=seconds)[0], None
    scrape = load.Traffic(requests=repeat(scrape_request()))
    with_edges, scraped = load.run(service, edges, scrape, seconds=seconds)
    return with_edges, scraped


def scrape_request() -> bytes:
    """A scrape as Prometheus does it."""
    return payloads.request("GET", "/metrics", accept=OPENMETRICS)
