"""Edges in batches over HTTP, as the engine's sender posts them, beside single posts.

While they come in, `/metrics` and the top 10 are read twice a second: whatever is put off until
somebody looks is paid for here.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import repeat
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import msgspec

from arbwatch.events import Edge
from bench import load, payloads, services
from bench.errors import BenchError
from bench.figures import single_edge
from bench.plan import Plan
from bench.results import Row, against, alone
from bench.rounds import busy, interleaved, rates
from bench.services import Service

CONNECTIONS = 4
BATCH = 2000
PAIRS = 1000
READ_INTERVAL_SECONDS = 0.5
EVENTS_A_SECOND = 200_000

WORDS = {payloads.NDJSON: "NDJSON", payloads.MSGPACK: "MessagePack"}


def measure(plan: Plan) -> list[Row]:
    """Events a second, for each encoding the exporter takes."""
    posts = payloads.single_edges(PAIRS)
    with (
        services.folder() as state,
        services.exporter(state) as exporter,
        services.literal_build() as literal,
    ):
        encodings = [kind for kind in WORDS if takes(exporter, kind)]
        sides: list[Callable[[], load.Outcome]] = [
            partial(drive, exporter, batches(kind), seconds=plan.seconds) for kind in encodings
        ]
        single = partial(single_edge.drive, literal, posts, seconds=plan.seconds)
        guide, *ours = interleaved(plan.rounds, single, *sides)
    return [
        row
        for kind, outcomes in zip(encodings, ours, strict=True)
        for row in rows(WORDS[kind], outcomes, guide)
    ]


def batches(content_type: str) -> list[bytes]:
    """A few batches, to be sent over and over."""
    return payloads.edge_batches(8, size=BATCH, pairs=PAIRS, content_type=content_type)


def drive(service: Service, requests: list[bytes], *, seconds: float) -> load.Outcome:
    """One round; afterwards exactly what was sent is counted, and every live pair is of it."""
    started = payloads.now()
    before = service.total("arb_edges_total")
    outcome, *_ = load.run(
        service,
        load.Traffic(requests=payloads.stamped(requests), connections=CONNECTIONS),
        reader("/metrics"),
        reader("/api/edges?limit=10"),
        seconds=seconds,
    )
    counted, sent = service.total("arb_edges_total") - before, len(outcome.latencies_ns) * BATCH
    if counted != sent:
        raise BenchError(f"sent {sent} edges, /metrics counted {counted:.0f}")
    check_live(service, since=started)
    return outcome


def check_live(service: Service, *, since: str) -> None:
    """Every live pair must have been refreshed: an edge set aside as old would be cheap."""
    live = msgspec.json.decode(service.get(f"/api/edges?limit={PAIRS}"), type=list[Edge])
    refreshed = sum(edge.timestamp >= datetime.fromisoformat(since) for edge in live)
    if refreshed != PAIRS:
        raise BenchError(f"of {PAIRS} pairs only {refreshed} were refreshed")


def reader(path: str) -> load.Traffic:
    """Somebody who looks from time to time."""
    requests = repeat(payloads.request("GET", path))
    return load.Traffic(requests=requests, interval_seconds=READ_INTERVAL_SECONDS)


def rows(word: str, ours: list[load.Outcome], guide: list[load.Outcome]) -> list[Row]:
    """The ratio to single posts, and the rate itself."""
    events = rates(ours, each=BATCH)
    return [
        against(
            "batched_edges",
            f"edges in batches of {BATCH}, {word}",
            unit="events/s",
            ours=events,
            peer="literal build, single posts",
            theirs=rates(guide),
            at_least=40,
            raw=busy(ours, "ours") | busy(guide, "theirs"),
        ),
        alone(
            "batched_edges",
            f"the same, {word}, as such",
            unit="events/s",
            ours=events,
            at_least=EVENTS_A_SECOND,
        ),
    ]


def takes(service: Service, content_type: str) -> bool:
    """Whether the exporter takes this encoding."""
    message = payloads.stamp(
        payloads.edge_batches(1, size=1, pairs=1, content_type=content_type)[0]
    )
    body = message.partition(b"\r\n\r\n")[2]
    url = f"http://127.0.0.1:{service.port}/api/events"
    try:
        urlopen(Request(url, data=body, headers={"Content-Type": content_type}), timeout=10).close()
    except HTTPError as error:
        error.close()
        return False
    return True
