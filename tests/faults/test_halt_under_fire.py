"""A halt among everything else that wants the exporter's attention: answered, and carried out."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import msgspec
import pytest
import requests

from arbwatch import Engine
from tests.client import Client, edge, now
from tests.conftest import wait_until
from tests.faults.processes import ExporterProcess
from tests.faults.test_network import HALF_BODY, HALF_HEAD, connect, many_files

__all__ = ["many_files"]

# What the product promises; a test machine that stutters gets another try, a queue would fail all.
ANSWER_SECONDS = 1.0
TRIES = 3
CLIENTS = 4
SLOW_CONNECTIONS = 200
STALLED_STREAMS = 50
STREAM = b"GET /api/stream HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def engine(process: ExporterProcess) -> Iterator[Engine]:
    """An engine that trades on both venues."""
    with Engine(process.client.url, name="e") as engine:
        wait_until(lambda: engine.may_trade("kalshi") and engine.may_trade("polymarket"))
        yield engine


def assert_halt_is_real(process: ExporterProcess, engine: Engine) -> None:
    """Order a halt of Kalshi: answered in time, obeyed by the engine, acknowledged."""
    assert order_halt(process.client.url)["state"] in ("requested", "acknowledged")
    wait_until(lambda: not engine.may_trade("kalshi"))
    wait_until(lambda: kalshi(process.client)["state"] == "acknowledged")
    # Where its word is late, an engine that was not halted stands still for a moment.
    wait_until(lambda: engine.may_trade("polymarket"))


def order_halt(url: str) -> dict[str, object]:
    """Halt Kalshi, with a client that waits no longer than was promised."""
    for tries_left in reversed(range(TRIES)):
        try:
            answer = requests.post(f"{url}/api/venues/kalshi/halt", json={}, timeout=ANSWER_SECONDS)
        except requests.Timeout:
            assert tries_left, f"no answer within {ANSWER_SECONDS} s, {TRIES} times"
        else:
            if answer.ok:
                return dict(answer.json())
            assert tries_left, answer.text  # in force; the disk took longer than that
    raise AssertionError("not reached")


def kalshi(api: Client) -> dict[str, object]:
    """Where Kalshi stands."""
    return next(dict(row) for row in api.get("/api/venues") if row["venue"] == "kalshi")


def batch(errors: int, *, message: str, edges: int = 0) -> bytes:
    """Errors, which are written to disk and streamed, after edges, which are not."""
    error = {"type": "error", "kind": "odd", "message": message, "timestamp": now()}
    events = [{"type": "edge", **edge(pair_id=f"p-{number}")} for number in range(edges)]
    return bytes(msgspec.json.encode([*events, *[error] * errors]))


@contextmanager
def pushing(api: Client, clients: int) -> Iterator[list[int]]:
    """So many clients, each sending the next batch as soon as the last is answered."""
    body = batch(1_000, message="x" * 200, edges=1_000)
    answered, stop = [0] * clients, threading.Event()

    def push(number: int) -> None:
        while not stop.is_set():
            assert api.post("/api/events", body).status_code == 200
            answered[number] += 1

    threads = [threading.Thread(target=push, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield answered
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_halt_does_not_wait_behind_pushes(process: ExporterProcess, engine: Engine) -> None:
    """Clients push at full speed, before it and after it."""
    with pushing(process.client, CLIENTS) as answered:
        wait_until(lambda: min(answered) >= 2, 60)

        assert_halt_is_real(process, engine)

        before = list(answered)
        wait_until(lambda: all(a > b for a, b in zip(answered, before, strict=True)), 60)


@pytest.mark.usefixtures("many_files")
def test_a_halt_does_not_wait_for_slow_connections(
    process: ExporterProcess, engine: Engine
) -> None:
    """Two hundred hold half a request, half of them of a halt, and hold it still afterwards."""
    with ExitStack() as stack:
        halves = [
            HALF_HEAD,
            HALF_BODY,
            HALF_BODY.replace(b"/api/fills", b"/api/venues/kalshi/halt"),
        ]
        for number in range(SLOW_CONNECTIONS):
            stack.enter_context(connect(process.port, halves[number % len(halves)]))

        assert_halt_is_real(process, engine)


@pytest.mark.usefixtures("many_files")
def test_a_halt_does_not_wait_for_readers(process: ExporterProcess, engine: Engine) -> None:
    """Event streams of which nobody reads a byte, with more to send than fits on the way."""
    api = process.client
    with ExitStack() as stack:
        for _ in range(STALLED_STREAMS):
            lazy = stack.enter_context(socket.socket())
            lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            lazy.connect(("127.0.0.1", process.port))
            lazy.sendall(STREAM)
        # The engine has one, too.
        wait_until(lambda: (api.sample("arb_exporter_stream_clients") or 0) > STALLED_STREAMS)
        # More bytes than sockets hold; a queue holds more entries, so that nobody is cut off.
        api.post("/api/events", batch(900, message="x" * 1_900))

        assert_halt_is_real(process, engine)

        assert (api.sample("arb_exporter_stream_clients") or 0) >= STALLED_STREAMS
