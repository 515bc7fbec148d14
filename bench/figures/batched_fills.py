"""Fills in batches over HTTP, on disk before the answer, beside SQLite that only stores rows."""

from functools import partial
from itertools import count
from pathlib import Path

from bench import load, payloads, services
from bench.errors import BenchError
from bench.peers.sqlite_alone import SqliteAlone, Template, template
from bench.plan import Plan
from bench.results import Row, against
from bench.rounds import interleaved
from bench.services import Service

CONNECTIONS = 4
BATCH = 500
BATCHES = 200
LONGEST_SECONDS = 60.0


def measure(plan: Plan) -> list[Row]:
    """Rows a second; each side has its input ready-made and syncs before it goes on."""
    batches = plan.scaled(BATCHES)
    firsts = count(0, batches * BATCH)
    with services.folder() as state:
        alone = SqliteAlone(state / "alone.db", shape(state / "shape"))
        with services.exporter(state) as exporter:
            ours, theirs = interleaved(
                plan.rounds,
                lambda: drive(exporter, batches, first=next(firsts)),
                partial(alone.write, batches, size=BATCH),
            )
        alone.close()
    return [
        against(
            "batched_fills",
            f"fills in batches of {BATCH}, durable",
            unit="rows/s",
            ours=ours,
            peer="SQLite alone, same table",
            theirs=theirs,
            at_least=0.5,
        )
    ]


def drive(service: Service, batches: int, *, first: int) -> float:
    """One round; rows a second. Afterwards exactly these fills must have been counted."""
    requests = payloads.fill_batches(batches, size=BATCH, first=first)
    before = service.total("arb_fills_total")
    traffic = load.Traffic(requests=iter(requests), connections=CONNECTIONS)
    outcome = load.run(service, traffic, seconds=LONGEST_SECONDS)[0]
    counted = service.total("arb_fills_total") - before
    if counted != batches * BATCH:
        raise BenchError(f"sent {batches * BATCH} fills, /metrics counted {counted:.0f}")
    return counted / outcome.seconds


def shape(state: Path) -> Template:
    """The ledger's own table, from an exporter that stored one batch."""
    with services.exporter(state) as exporter:
        drive(exporter, 1, first=0)
    return template(state / "ledger.db")
