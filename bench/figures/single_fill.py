"""Single `POST /api/fills` over 16 connections, on disk before the answer, beside the literal
build, which keeps nothing."""

from collections.abc import Iterator
from functools import partial

from bench import load, payloads, services
from bench.plan import Plan
from bench.results import Row, against
from bench.rounds import busy, interleaved, p99s, rates
from bench.services import Service

CONNECTIONS = 16


def measure(plan: Plan) -> list[Row]:
    """Requests a second, and p99 for the record."""
    with (
        services.folder() as state,
        services.exporter(state) as exporter,
        services.literal_build() as literal,
    ):
        sides = [
            partial(drive, service, payloads.single_fills(0)) for service in (exporter, literal)
        ]
        ours, guide = interleaved(
            plan.rounds, *(partial(side, seconds=plan.seconds) for side in sides)
        )
    return [
        against(
            "single_fill",
            "single POST /api/fills, durable, 16 connections",
            unit="requests/s",
            ours=rates(ours),
            peer="literal build, keeps nothing",
            theirs=rates(guide),
            at_least=1,
            raw=busy(ours, "ours") | busy(guide, "theirs"),
        ),
        against(
            "single_fill",
            "its p99",
            unit="ms",
            ours=p99s(ours),
            peer="literal build, keeps nothing",
            theirs=p99s(guide),
        ),
    ]


def drive(service: Service, requests: Iterator[bytes], *, seconds: float) -> load.Outcome:
    """One round of fills never sent before."""
    traffic = load.Traffic(requests=requests, connections=CONNECTIONS)
    return load.run(service, traffic, seconds=seconds)[0]
