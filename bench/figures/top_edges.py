"""`GET /api/edges?limit=10` with 10,000 live pairs, while 2,000 edges a second come in."""

from functools import partial
from itertools import repeat

from bench import load, payloads, services
from bench.plan import Plan
from bench.results import Row, alone
from bench.rounds import interleaved, p99s
from bench.services import Service

PAIRS = 10_000
EVENTS_A_SECOND = 2000
# The engine's sender posts what has gathered ten times a second.
PUSH_INTERVAL_SECONDS = 0.1
READ_INTERVAL_SECONDS = 0.005
BATCH = round(EVENTS_A_SECOND * PUSH_INTERVAL_SECONDS)


def measure(plan: Plan) -> list[Row]:
    """p99 of the reads."""
    pairs = max(BATCH, plan.scaled(PAIRS))
    filling = [
        payloads.batch(payloads.edges(BATCH, pairs=BATCH, first=first, seed=seed), kind="edge")
        for seed, first in enumerate(list(range(0, pairs, BATCH)) * payloads.EDGES_A_PAIR)
    ]
    with services.folder() as state, services.exporter(state) as exporter:
        load.run(exporter, load.Traffic(requests=map(payloads.stamp, filling)), seconds=60)
        (reads,) = interleaved(plan.rounds, partial(drive, exporter, filling, seconds=plan.seconds))
    return [
        alone(
            "top_edges",
            f"GET /api/edges?limit=10 of {pairs:,} live pairs at {EVENTS_A_SECOND:,} events/s, p99",
            unit="ms",
            ours=p99s(reads),
            at_most=5,
            raw={"p50": [outcome.percentile_ms(50) for outcome in reads]},
        )
    ]


def drive(service: Service, batches: list[bytes], *, seconds: float) -> load.Outcome:
    """One round: pushes and reads at fixed times, whatever the exporter makes of them."""
    pushes = load.Traffic(
        requests=payloads.stamped(batches), interval_seconds=PUSH_INTERVAL_SECONDS
    )
    read = payloads.request("GET", "/api/edges?limit=10")
    reads = load.Traffic(requests=repeat(read), interval_seconds=READ_INTERVAL_SECONDS)
    return load.run(service, reads, pushes, seconds=seconds)[0]
