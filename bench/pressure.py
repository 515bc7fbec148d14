"""What else the exporter may have to do while something is measured: pushes, slow ones, readers."""

import multiprocessing
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import requests

from bench import load, payloads
from bench.errors import BenchError
from bench.load import Traffic
from bench.services import Service

SLOW_CONNECTIONS = 200
STALLED_STREAMS = 100
# Ten times what the demo pushes at its own rate.
EVENTS_A_SECOND = 2_600
INTERVAL_SECONDS = 0.1
PATIENCE_SECONDS = 30.0
HALF = (
    b"POST /api/venues/kalshi/halt HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: 500\r\n\r\n{"
)
STREAMS = (
    b"GET /api/stream HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /api/stream?kinds=control HTTP/1.1\r\nHost: x\r\n\r\n",
)
# Fewer than a stream's queue holds, so that nobody is cut off; more bytes than sockets hold.
UNREAD_ERRORS = 600
SATURATED = "pushes at full speed"

Pressure = Callable[[Service], AbstractContextManager[None]]


@contextmanager
def nothing_else(_exporter: Service) -> Iterator[None]:
    """Idle."""
    yield


@contextmanager
def demo_times_ten(exporter: Service) -> Iterator[None]:
    """Edges and some fills at a fixed rate, from a process of their own."""
    size = round(EVENTS_A_SECOND * INTERVAL_SECONDS)
    edges = payloads.edge_batches(20, size=size, pairs=1_000)
    traffics = [
        Traffic(requests=payloads.stamped(edges), interval_seconds=INTERVAL_SECONDS),
        Traffic(requests=new_fills(), interval_seconds=INTERVAL_SECONDS),
    ]
    with pushing(exporter, traffics):
        yield


@contextmanager
def full_speed(exporter: Service) -> Iterator[None]:
    """Clients that send as soon as they are answered: batches of edges, and single fills."""
    edges = payloads.edge_batches(20, size=1_000, pairs=1_000)
    traffics = [
        Traffic(requests=payloads.stamped(edges), connections=4),
        Traffic(requests=new_fills(), connections=8),
    ]
    with pushing(exporter, traffics):
        yield


@contextmanager
def pushing(exporter: Service, traffics: list[Traffic]) -> Iterator[None]:
    """Load from a process of its own, since this one waits for the engine."""
    # Forked, so that it has the requests and the core.
    process = multiprocessing.get_context("fork").Process(
        target=load.run, args=(exporter, *traffics), kwargs={"seconds": 3600.0}
    )
    process.start()
    try:
        yield
        if not process.is_alive():
            raise BenchError("the load ended before the halts")
    finally:
        process.kill()
        process.join()


@contextmanager
def slow_connections(exporter: Service) -> Iterator[None]:
    """Half a halt each, and nothing after it."""
    with ExitStack() as stack:
        for _ in range(SLOW_CONNECTIONS):
            stack.enter_context(socket.create_connection(("127.0.0.1", exporter.port))).sendall(
                HALF
            )
        yield


@contextmanager
def stalled_streams(exporter: Service) -> Iterator[None]:
    """Event streams that nobody reads, with more to send than fits on the way."""
    with ExitStack() as stack:
        for number in range(STALLED_STREAMS):
            reader = stack.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            reader.connect(("127.0.0.1", exporter.port))
            reader.sendall(STREAMS[number % len(STREAMS)])
        _wait(lambda: exporter.total("arb_exporter_stream_clients") >= STALLED_STREAMS)
        requests.post(
            f"http://127.0.0.1:{exporter.port}/api/errors", json=long_errors(), timeout=30
        ).raise_for_status()
        yield


PRESSURES: dict[str, Pressure] = {
    "idle": nothing_else,
    f"{EVENTS_A_SECOND:,} events/s": demo_times_ten,
    SATURATED: full_speed,
    f"{SLOW_CONNECTIONS} slow connections": slow_connections,
    f"{STALLED_STREAMS} stalled streams": stalled_streams,
}


def new_fills() -> Iterator[bytes]:
    """Fills that no round before had."""
    return payloads.single_fills(time.monotonic_ns() // 1000 % 900_000_000)


def long_errors() -> list[dict[str, str]]:
    """Facts that streams carry, as long as they may be."""
    return [{"kind": "odd", "message": "x" * 1_900, "timestamp": payloads.now()}] * UNREAD_ERRORS


def _wait(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        if time.monotonic() > deadline:
            raise BenchError("the exporter did not take the connections")
        time.sleep(0.01)
