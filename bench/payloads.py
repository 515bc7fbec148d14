"""Requests made beforehand: edges and fills as an engine posts them, as bytes on the wire."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import msgspec

JSON = "application/json"
NDJSON = "application/x-ndjson"
MSGPACK = "application/msgpack"

LEADERS = ("polymarket", "kalshi")
CATEGORIES = (
    "crypto",
    "sports",
    "finance",
    "politics",
    "mentions",
    "tech",
    "economics",
    "culture",
    "weather",
    "geopolitics",
)
EDGES_A_PAIR = 8
# Nothing expires while it is measured.
TTL_SECONDS = 3600

# Stands in an edge until it is sent: one older than what is known of its pair would be set aside,
# and the work of taking it in would not be measured.
_UNSENT = "2000-01-01T00:00:00.000000+00:00"

_FILL_ID_DIGITS = 9


def request(
    method: str, path: str, body: bytes = b"", content_type: str = JSON, *, accept: str = "*/*"
) -> bytes:
    """One HTTP/1.1 request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n"
    if body:
        head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def edge(
    number: int,
    *,
    chance: random.Random,
    categories: tuple[str, ...],
    ttl: int,
) -> dict[str, Any]:
    """An edge of pair `number`, to be stamped when it is sent."""
    return {
        "pair_id": pair_id(number),
        "primary_market": f"Will the thing number {number} happen by the end of the year?",
        "hedge_market": f"KXTHING{number}-26DEC31",
        "net_edge_cents": round(chance.gauss(1.5, 2.0), 3),
        "confidence": round(chance.random(), 3),
        "expected_slippage_cents": round(chance.expovariate(2.5), 3),
        "leader": LEADERS[number % len(LEADERS)],
        "timestamp": _UNSENT,
        "category": categories[number // len(LEADERS) % len(categories)],
        "ttl_seconds": ttl,
    }


def pair_id(number: int) -> str:
    """The pair's name."""
    return f"pm-0x{number:06x}:kalshi-KXTHING{number}-26DEC31"


def edges(
    count: int,
    *,
    pairs: int,
    first: int = 0,
    seed: int = 1,
    ttl: int = TTL_SECONDS,
    categories: tuple[str, ...] = CATEGORIES,
) -> list[dict[str, Any]]:
    """Edges, going round the pairs from `first` on."""
    chance = random.Random(seed)
    return [
        edge(first + number % pairs, chance=chance, ttl=ttl, categories=categories)
        for number in range(count)
    ]


def stamped(requests: Sequence[bytes]) -> Iterator[bytes]:
    """The requests over and over, their edges as of the moment each is sent."""
    for request in cycle(requests):
        yield stamp(request)


def stamp(request: bytes) -> bytes:
    """The request, its edges as of now."""
    return request.replace(_UNSENT.encode(), now().encode())


def now() -> str:
    """The present, always in the same number of characters."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def single_edges(pairs: int, *, categories: tuple[str, ...] = CATEGORIES) -> list[bytes]:
    """Single posts as in the users' guide: some edges a pair, each with other values."""
    given = edges(EDGES_A_PAIR * pairs, pairs=pairs, categories=categories)
    return [request("POST", "/api/edges", msgspec.json.encode(edge)) for edge in given]


def batch(events: list[dict[str, Any]], *, kind: str, content_type: str = NDJSON) -> bytes:
    """One post of many events of one kind."""
    typed = [{"type": kind, **event} for event in events]
    if content_type == MSGPACK:
        body = msgspec.msgpack.encode(typed)
    else:
        body = msgspec.json.Encoder().encode_lines(typed)
    return request("POST", "/api/events", body, content_type)


def edge_batches(batches: int, *, size: int, pairs: int, content_type: str = NDJSON) -> list[bytes]:
    """Batches of edges; every one has other values."""
    return [
        batch(edges(size, pairs=pairs, seed=seed), kind="edge", content_type=content_type)
        for seed in range(batches)
    ]


def fill(number: int, *, categories: tuple[str, ...] = CATEGORIES) -> dict[str, Any]:
    """Fill `number`; other numbers are other fills."""
    slippage = (number * 7 % 100) / 100
    return {
        "fill_id": f"bench-{number:0{_FILL_ID_DIGITS}d}",
        "timestamp": now(),
        "pair_id": pair_id(number % 1000),
        "entry_edge_cents": 3.25,
        "realized_edge_cents": round(3.0 - slippage, 2),
        "slippage_cents": slippage,
        "fees_cents": 0.25,
        "size_usd": 60.0,
        "pnl_cents": round(180.0 - 60 * slippage, 2),
        "category": categories[number % len(categories)],
        "leader": LEADERS[number % len(LEADERS)],
        "hedge_latency_ms": 80.0 + number % 200,
    }


def single_fills(first: int) -> Iterator[bytes]:
    """Single posts of ever new fills."""
    whole = request("POST", "/api/fills", msgspec.json.encode(fill(0)))
    before, after = whole.split(b"0" * _FILL_ID_DIGITS)
    number = first
    while True:
        yield b"%b%0*d%b" % (before, _FILL_ID_DIGITS, number, after)
        number += 1


def fill_batches(batches: int, *, size: int, first: int, content_type: str = NDJSON) -> list[bytes]:
    """Batches of new fills, numbered from `first` on."""
    return [
        batch(
            [fill(number) for number in range(start, start + size)],
            kind="fill",
            content_type=content_type,
        )
        for start in range(first, first + batches * size, size)
    ]
