"""The load generator against a server that answers what the test wants."""

import os
import socket
from collections.abc import Iterator
from itertools import repeat
from threading import Thread

import pytest

from bench import load, payloads
from bench.errors import BenchError
from bench.services import Service

GET = payloads.request("GET", "/")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A listening socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.mark.parametrize("answer", [OK, CHUNKED])
def test_every_request_is_answered_and_counted(listener: socket.socket, answer: bytes) -> None:
    """One latency a request, whatever way the answer's length is told."""
    service = serve(listener, answer)

    (outcome,) = load.run(service, load.Traffic(requests=iter([GET] * 7)), seconds=10)

    assert len(outcome.latencies_ns) == 7
    assert outcome.last_answer == answer


def test_an_answer_in_pieces_counts_once(listener: socket.socket) -> None:
    """It is whole with its last byte, not before."""
    service = serve(listener, *(bytes([byte]) for byte in OK))

    (outcome,) = load.run(service, load.Traffic(requests=iter([GET] * 2)), seconds=10)

    assert len(outcome.latencies_ns) == 2


def test_requests_at_fixed_times_are_no_more_than_the_time_holds(listener: socket.socket) -> None:
    """An interval paces, however fast the answers are."""
    service = serve(listener, OK)
    traffic = load.Traffic(requests=repeat(GET), interval_seconds=0.05)

    (outcome,) = load.run(service, traffic, seconds=0.26)

    assert len(outcome.latencies_ns) <= 5


@pytest.mark.parametrize("answer", [REFUSAL, b""])
def test_a_refusal_or_a_hang_up_ends_the_run(listener: socket.socket, answer: bytes) -> None:
    """What was not accepted is never counted as fast."""
    service = serve(listener, answer)

    with pytest.raises(BenchError):
        load.run(service, load.Traffic(requests=repeat(GET)), seconds=10)


def test_a_percentile_of_nothing_is_an_error() -> None:
    """Nothing was measured, so there is no figure."""
    assert load.percentile([3, 1, 2], 50) == 2
    with pytest.raises(BenchError):
        load.percentile([], 99)


def serve(listener: socket.socket, *pieces: bytes) -> Service:
    """Answer each request on the next connection with these pieces; without any, hang up."""

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            while connection.recv(65536):
                if pieces == (b"",):
                    return
                for piece in pieces:
                    connection.sendall(piece)

    Thread(target=answer, daemon=True).start()
    return Service(listener.getsockname()[1], os.getpid())
