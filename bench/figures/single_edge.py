"""Single `POST /api/edges` over 16 connections, beside the literal build and Pushgateway."""

from functools import partial
from urllib.parse import quote

from bench import load, payloads, services
from bench.plan import Plan
from bench.results import Row, against
from bench.rounds import busy, interleaved, p99s, rates
from bench.services import Service

CONNECTIONS = 16
PAIRS = 1000


def measure(plan: Plan) -> list[Row]:
    """Requests a second, beside both; p99, beside the literal build."""
    posts, pushes = payloads.single_edges(PAIRS), gateway_pushes()
    with (
        services.folder() as state,
        services.exporter(state) as exporter,
        services.literal_build() as literal,
        services.pushgateway() as gateway,
    ):
        sides = [(exporter, posts), (literal, posts), (gateway, pushes)]
        for service, requests in sides:
            drive(service, requests, seconds=plan.seconds / 4)  # warm up
        ours, guide, pushed = interleaved(
            plan.rounds,
            *(
                partial(drive, service, requests, seconds=plan.seconds)
                for service, requests in sides
            ),
        )
    return [
        against(
            "single_edge",
            "single POST /api/edges, 16 connections",
            unit="requests/s",
            ours=rates(ours),
            peer="literal build",
            theirs=rates(guide),
            at_least=3,
            raw=busy(ours, "ours") | busy(guide, "theirs"),
        ),
        against(
            "single_edge",
            "its p99",
            unit="ms",
            ours=p99s(ours),
            peer="literal build",
            theirs=p99s(guide),
            at_most=1,
        ),
        against(
            "single_edge",
            "the same, beside Pushgateway",
            unit="requests/s",
            ours=rates(ours),
            peer="Pushgateway",
            theirs=rates(pushed),
            at_least=1.2,
            raw=busy(pushed, "theirs"),
        ),
    ]


def drive(service: Service, requests: list[bytes], *, seconds: float) -> load.Outcome:
    """One round: each connection waits for its answer, then sends the next."""
    traffic = load.Traffic(requests=payloads.stamped(requests), connections=CONNECTIONS)
    return load.run(service, traffic, seconds=seconds)[0]


def gateway_pushes() -> list[bytes]:
    """The same edges as a push of three gauges each, one group a pair."""
    return [
        payloads.request(
            "PUT",
            f"/metrics/job/arbwatch/pair_id/{quote(edge['pair_id'])}",
            "".join(
                f"# TYPE arb_live_edge_{name} gauge\n"
                f'arb_live_edge_{name}{{leader="{edge["leader"]}",category="{edge["category"]}"}} '
                f"{edge[name]}\n"
                for name in ("net_edge_cents", "confidence", "expected_slippage_cents")
            ).encode(),
            "text/plain; version=0.0.4",
        )
        for edge in payloads.edges(PAIRS, pairs=PAIRS)
    ]
