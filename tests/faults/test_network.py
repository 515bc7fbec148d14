"""Rows 40 and 41: connections that send nothing, half a request, or do not read."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from exporter.push_protocol import MAX_HEAD_BYTES, RECEIVE_SECONDS, PushProtocol
from exporter.server import Server
from tests.client import TIMEOUT_SECONDS, Client, edge, fill
from tests.conftest import RunningExporter, wait_until
from tests.faults.formats import ARRAY, post
from tests.faults.processes import PATIENT, ExporterProcess

HALF_HEAD = b"POST /api/fills HTTP/1.1\r\nHost: x\r\nContent-Ty"
HALF_BODY = (
    b"POST /api/fills HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: 500\r\n\r\n{"
)
FEW_FILES = ("sh", "-c", 'ulimit -Sn 256; exec "$@"', "sh")


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process open as many sockets as the test needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4_096)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def port_of(api: Client) -> int:
    """Where it listens."""
    return int(api.url.rpartition(":")[2])


def connect(port: int, first: bytes = b"") -> socket.socket:
    """A connection over which so much was sent."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
    connection.sendall(first)
    return connection


def is_cut(connection: socket.socket) -> bool:
    """Whether the other side has ended it."""
    connection.settimeout(0.01)
    try:
        return connection.recv(65536) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def connections(server: Server) -> list[PushProtocol]:
    """Those that are open, as the server knows them."""
    known = list(server.server_state.connections)
    return [each for each in known if isinstance(each, PushProtocol)]


def has_begun(connection: PushProtocol) -> bool:
    """Whether a part of a request has come."""
    return connection._is_in_head or connection._call is not None


@pytest.mark.usefixtures("many_files")
def test_idle_and_half_open_connections_shut_nobody_out(ledger_path: Path) -> None:
    """Also where the system allows a process few files at first; and it still stops by itself."""
    with ExitStack() as stack:
        process = ExporterProcess(ledger_path, wrapper=FEW_FILES, module=PATIENT)
        stack.enter_context(process)
        process.start()
        for _ in range(1_000):
            stack.enter_context(connect(process.port))
        for _ in range(200):
            stack.enter_context(connect(process.port, HALF_HEAD))
            stack.enter_context(connect(process.port, HALF_BODY))
        api = process.client

        assert api.post("/api/venues/kalshi/halt", {}).json()["state"] == "requested"
        assert api.get("/healthz")["status"] == "ok"
        assert len(api.get("/api/health")) == 2
        assert api.post("/api/fills", fill("f-1")).json()["accepted"] == 1
        assert api.scrape()
        process.terminate()
        assert process.wait(30) == 0


def test_who_sends_no_whole_request_is_cut_off(exporter: RunningExporter, api: Client) -> None:
    """After its time; others keep their connections."""
    stuck = [connect(port_of(api), first) for first in (b"", HALF_HEAD, HALF_BODY)]
    fresh = connect(port_of(api), HALF_HEAD)
    server = exporter._server
    wait_until(lambda: [has_begun(each) for each in connections(server)].count(True) == 3)
    wait_until(lambda: len(connections(server)) == 4)

    ports = [each.getsockname()[1] for each in stuck]
    for connection in connections(server):
        if connection.client is not None and connection.client[1] in ports:
            assert connection._waiting_since is not None
            connection._waiting_since -= RECEIVE_SECONDS + 1

    wait_until(lambda: all(map(is_cut, stuck)))
    assert not is_cut(fresh)
    for each in (*stuck, fresh):
        each.close()


def test_a_head_without_end_is_cut_off(api: Client) -> None:
    """What stands before a body is bounded as the body is."""
    connection = connect(port_of(api), HALF_HEAD)

    with pytest.raises(OSError):
        for _ in range(200 * MAX_HEAD_BYTES // 65536):
            connection.sendall(b"a" * 65536)

    connection.close()


def test_requests_cut_off_at_any_byte_store_nothing(api: Client) -> None:
    """A body that never came whole is no fill."""
    body = b'{"fill_id": "f-1"}'
    request = HALF_BODY.replace(b"500", b"%d" % (len(body) + 1))[:-1] + body
    for end in range(1, len(request), 7):
        connect(port_of(api), request[:end]).close()

    assert api.get("/api/fills") == []
    assert api.post("/api/edges", edge()).status_code == 200


def test_a_request_in_single_bytes_is_understood(api: Client) -> None:
    """However the network cuts it, a request is one."""
    request = (
        b"POST /api/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
        b"Content-Length: 2\r\n\r\n\n\n"
    )
    with connect(port_of(api)) as connection:
        for byte in request:
            connection.sendall(bytes([byte]))

        assert connection.recv(65536).startswith(b"HTTP/1.1 422 ")


def test_a_reader_that_does_not_read_is_dropped_and_counted(process: ExporterProcess) -> None:
    """Its queue is bounded, so memory stays flat; others read on; a stop does not wait for it."""
    api = process.client
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        lazy.connect(("127.0.0.1", process.port))
        lazy.sendall(b"GET /api/stream HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: api.sample("arb_exporter_stream_clients") == 1)
        message = {"type": "error", "kind": "odd", "message": "x" * 1_900}
        now = "2026-01-01T00:00:00Z"
        sizes = []
        for _ in range(30):
            post(api, ARRAY, [message | {"timestamp": now}] * 1_000)
            sizes.append(process.resident_mib())

        assert api.sample("arb_exporter_stream_dropped_total") == 1
        assert api.sample("arb_exporter_stream_clients") == 0
        assert max(sizes[15:]) < sizes[10] + 32
        process.terminate()
        assert process.wait(30) == 0
