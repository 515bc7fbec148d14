"""`GET /api/stats` over 1,000,000 fills of a year: how long an answer takes, by each group.

At first the sums hold none of them, as after the update of an exporter that kept no sums: so it is
also measured how long that takes, and what a fill that comes meanwhile waits.
"""

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from bench import load, payloads, services
from bench.errors import BenchError
from bench.figures.restart import write_ledger
from bench.plan import Plan
from bench.results import Row, alone
from bench.rounds import interleaved, p99s
from bench.services import Service

FILLS = 1_000_000
YEAR = timedelta(days=365)
PAIRS = 300
REPORT = "/api/stats"
GROUPS = {
    "total": "",
    "by category": "?by=category",
    "by pair": "?by=pair",
    "by month": "?by=month",
}
MOST_MS = 200
MOST_WAIT_MS = 100


def measure(plan: Plan) -> list[Row]:
    """Milliseconds in which 99 of 100 answers came; each pair has fills on each day."""
    fills = plan.scaled(FILLS)
    with services.folder() as state:
        write_ledger(state / "ledger.db", fills, made=partial(past_fill, fills=fills))
        began = time.perf_counter()
        with services.exporter(state) as exporter:
            ready = time.perf_counter()
            waited = wait_of_fills(exporter, plan.seconds)
            exporter.get(REPORT)
            summed = time.perf_counter()
            check(exporter, fills)
            sides = [
                partial(ask, exporter, REPORT + group, plan.seconds) for group in GROUPS.values()
            ]
            answers = interleaved(plan.rounds, *sides)
    return [
        _row(f"start with {fills:,} fills of a year", "s", [ready - began], 2),
        _row("from then until they are summed up", "s", [summed - ready], None),
        _row("p99 of a fill meanwhile", "ms", [waited.percentile_ms(99)], MOST_WAIT_MS),
        *(
            _row(f"GET {REPORT} of them, {name}, p99", "ms", p99s(outcomes), MOST_MS)
            for name, outcomes in zip(GROUPS, answers, strict=True)
        ),
    ]


def past_fill(number: int, *, fills: int) -> dict[str, Any]:
    """Fill `number` of so many within the last year."""
    ago = YEAR * (1 - number / fills)
    moment = (datetime.now(UTC) - ago).isoformat()
    pair = payloads.pair_id(number % PAIRS)
    return payloads.fill(number) | {"timestamp": moment, "pair_id": pair}


def wait_of_fills(exporter: Service, seconds: float) -> load.Outcome:
    """Fifty fills a second, one by one, while somebody asks for the statistics."""
    asking = load.Traffic(requests=iter([payloads.request("GET", REPORT)]))
    pushing = load.Traffic(requests=payloads.single_fills(FILLS), interval_seconds=0.02)
    return load.run(exporter, asking, pushing, seconds=seconds)[1]


def ask(exporter: Service, path: str, seconds: float) -> load.Outcome:
    """One round of one client that asks again and again."""
    requests = (payloads.request("GET", path) for _ in iter(int, 1))
    return load.run(exporter, load.Traffic(requests=requests), seconds=seconds)[0]


def check(exporter: Service, fills: int) -> None:
    """What is measured has to have all fills in it."""
    counted = msgspec.json.decode(exporter.get(REPORT))["total"]["fills"]
    if counted < fills:
        raise BenchError(f"the report has {counted} of {fills} fills")


def _row(what: str, unit: str, ours: list[float], at_most: float | None) -> Row:
    return alone("stats", what, unit=unit, ours=ours, at_most=at_most)
