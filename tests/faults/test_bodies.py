"""Rows 6 to 9: bodies as a whole, and their sizes."""

import socket
from contextlib import suppress

import pytest

from exporter.routes import examples
from tests.client import TIMEOUT_SECONDS, Client
from tests.faults.formats import ARRAY, FORMATS, NDJSON, PACKED, post
from tests.faults.processes import ExporterProcess

PUSHES = (
    "/api/edges",
    "/api/fills",
    "/api/exposure",
    "/api/latency",
    "/api/requests",
    "/api/errors",
    "/api/breaches",
    "/api/events",
)
ORDERS = ("/api/venues/kalshi/halt", "/api/venues/kalshi/resume", "/api/venues/kalshi/ack")
MIB = 1024 * 1024
GARBAGE = (b"\xff\xfe{\x00}\x00", b"1" * 5_000, b"-", b"\xef\xbb\xbf{}")
# Where one object is due and where a list may be, these are refused for different reasons.
GARBAGE_OF_SHAPE = (b"{", b"[", b"[" * 100_000, b'{"a":' * 100_000, b"[1", b"}")
# Garbage where it is looked at; in a field that the call does not know it is passed over.
HIDDEN_GARBAGE = (b'{"kind": "\xff"}', b'{"value":' + b"9" * 5_000 + b"}")
# Small to send, and large for whoever makes objects of it.
HEAVY = [
    (ARRAY, b"[" * (4 * MIB)),
    (ARRAY, b"[" + b"0," * (2 * MIB - 2) + b"0]"),
    (ARRAY, b"[" + b"{}," * (MIB - 2) + b"{}]"),
    (NDJSON, b"0\n" * (2 * MIB)),
    (NDJSON, b"\n" * (4 * MIB - 1) + b"x"),
    (PACKED, b"\xdd\x00\x3f\xff\xfb" + bytes(4 * MIB - 5)),
    (PACKED, b"\xdd\xff\xff\xff\xff"),
]


@pytest.mark.parametrize("path", PUSHES + ORDERS)
def test_garbage_is_answered_400(api: Client, path: str) -> None:
    """Whatever the call, bytes that are no JSON are said to be none."""
    for body in GARBAGE:
        answer = api.post(path, body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed")
    for body in GARBAGE_OF_SHAPE:
        answer = api.post(path, body)
        assert answer.json()["error"]["code"] in ("malformed", "wrong_type"), body[:9]
    for body in HIDDEN_GARBAGE:
        assert api.post(path, body).status_code in (200, 400, 422)


def test_heavy_bodies_leave_memory_flat(process: ExporterProcess) -> None:
    """Each is refused, and what it took while it was read is given back."""
    api = process.client
    for content_type, body in HEAVY:
        api.post("/api/events", body, **{"Content-Type": content_type})
    before = process.resident_mib()

    for content_type, body in HEAVY * 3:
        answer = api.post("/api/events", body, **{"Content-Type": content_type})
        assert answer.status_code in (400, 413, 200), answer.text

    assert process.resident_mib() < before + 32
    assert process.resident_mib() < 250


@pytest.mark.parametrize("path", PUSHES)
def test_nothing_is_said_to_be_empty(api: Client, path: str) -> None:
    """422 `empty`, whatever the call."""
    for body in (b"", b" ", b"null"):
        answer = api.post(path, body)

        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "empty")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (NDJSON, b""),
        (NDJSON, b"\n\n"),
        (ARRAY, b"[]"),
        (PACKED, b""),
        (PACKED, b"\x90"),
        (PACKED, b"\xc0"),
    ],
)
def test_an_empty_batch_is_said_to_be_empty(api: Client, content_type: str, body: bytes) -> None:
    """In each format, and MessagePack's nil."""
    answer = api.post("/api/events", body, **{"Content-Type": content_type})

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "empty")


@pytest.mark.parametrize("path", PUSHES + ORDERS)
def test_other_media_and_compressed_bodies_are_refused(api: Client, path: str) -> None:
    """415 for types and encodings that are not read, before the body is looked at."""
    for headers in (
        {"Content-Type": "text/plain"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "br"},
    ):
        answer = api.post(path, b"{}", **headers)

        assert (answer.status_code, answer.json()["error"]["code"]) == (
            415,
            "unsupported_media_type",
        )


@pytest.mark.parametrize("length", [b"Transfer-Encoding: chunked", b"Content-Length: 99000000"])
@pytest.mark.parametrize("path", ["/api/events", "/api/venues/kalshi/halt"])
def test_a_body_that_grows_too_large_is_refused_while_it_comes(
    api: Client, path: str, length: bytes
) -> None:
    """413 as soon as 4 MiB are over, whether or not the end is in sight; nothing is stored."""
    port = int(api.url.rpartition(":")[2])
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\n\r\n"
    part = b" " * MIB
    chunk = b"%x\r\n%s\r\n" % (MIB, part) if length.startswith(b"Transfer") else part

    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as connection:
        connection.sendall(head % (path.encode(), length))
        for _ in range(4):
            connection.sendall(chunk)
        with suppress(ConnectionError):  # who has answered need not read on
            connection.sendall(chunk[: MIB // 2])
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert all(row["state"] == "running" for row in api.get("/api/venues"))


@pytest.mark.parametrize("content_type", FORMATS)
def test_a_batch_of_too_many_events_is_refused_as_a_whole(api: Client, content_type: str) -> None:
    """10,000 are taken; one more, good or bad, and nothing is stored."""
    small = {"type": "breach", "limit": "x", "value": 1, "timestamp": "2026-01-01T00:00:00Z"}

    over = post(api, content_type, [small] * 10_001)
    over_and_bad = post(api, content_type, [small] * 10_000 + [{}])

    assert [over.status_code, over_and_bad.status_code] == [413, 413]
    assert api.sample("arb_breaches_total", limit="other") == 0
    assert post(api, content_type, [small] * 10_000).json()["accepted"] == 10_000


def test_long_lists_inside_an_event_are_refused(api: Client) -> None:
    """The bounds of a batch cannot be got round by putting much into one event."""
    latency = examples.LATENCY | {"latency_ms": [1] * 10_001}
    rows = [examples.EXPOSURE[0] | {"category": f"c-{n}"} for n in range(10_001)]

    answers = [api.post("/api/latency", latency), api.post("/api/exposure", rows)]

    assert [answer.json()["error"]["code"] for answer in answers] == ["out_of_range"] * 2
    assert api.get("/api/exposure") == []
