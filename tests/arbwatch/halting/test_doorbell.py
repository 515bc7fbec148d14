"""The doorbell: rings for whatever comes, comes back after a cut, ends when told to."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from arbwatch.bearer.access import Access
from arbwatch.halting.doorbell import Doorbell
from tests.arbwatch.cutting import CuttingRelay
from tests.arbwatch.scripted import Reply, ScriptedServer
from tests.client import Client
from tests.conftest import free_port, wait_until

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
FIRST_WORD = b"4\r\n: hi\r\n"
HOUR = 3600.0


@contextmanager
def listening(
    url: str, *, silence_seconds: float = 25.0, first_pause_seconds: float = 0.5
) -> Iterator[tuple[Doorbell, list[int]]]:
    """A doorbell at work, and a list that grows with each ring."""
    rings: list[int] = []
    bell = Doorbell(
        url,
        access=Access("e"),
        ring=lambda: rings.append(len(rings)),
        silence_seconds=silence_seconds,
        first_pause_seconds=first_pause_seconds,
    )
    bell.start()
    yield bell, rings
    bell.close()


def is_called(server: socket.socket) -> bool:
    """Whether somebody waits to be accepted."""
    return bool(select.select([server], [], [], 0)[0])


def is_listening() -> bool:
    """Whether a doorbell's thread runs in this process."""
    return "arbwatch-doorbell" in {thread.name for thread in threading.enumerate()}


def test_it_rings_for_a_halt_and_when_the_stream_begins(api: Client) -> None:
    """A halt between two connections would else be heard late."""
    with listening(api.url) as (bell, rings):
        wait_until(lambda: bell.is_connected and rings)
        before = len(rings)

        api.post("/api/venues/kalshi/halt", {})

        wait_until(lambda: len(rings) > before)


def test_a_cut_stream_is_opened_again(api: Client) -> None:
    """It rings for the end, and for the new beginning."""
    with (
        CuttingRelay(int(api.url.rpartition(":")[2]), [600]) as relay,
        listening(relay.url) as (bell, rings),
    ):
        wait_until(lambda: rings)
        for _ in range(3):  # Each is some 200 bytes in the stream.
            api.post("/api/venues/kalshi/halt", {})

        wait_until(lambda: relay.cuts_left == 0)
        wait_until(lambda: relay.connections > 1 and bell.is_connected)


def test_a_silent_stream_is_dead() -> None:
    """No heartbeat: the other end is gone, though nobody said so."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        connections: list[socket.socket] = []
        with listening(url, silence_seconds=0.3) as (bell, rings):
            while not rings:  # one that was given up before it was answered is none yet
                connections.append(server.accept()[0])
                with suppress(OSError):
                    connections[-1].sendall(HEAD + FIRST_WORD)
                wait_until(lambda: rings or is_called(server))

            connections.append(server.accept()[0])

            assert len(rings) == 2 and not bell.is_connected
        for connection in connections:
            connection.close()


@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_what_is_no_stream_is_no_connection(status: int) -> None:
    """A server that has none, or a proxy's page: the engine asks every second then."""
    with (
        ScriptedServer(lambda request: Reply(status, b"no stream")) as server,
        listening(server.url) as (bell, rings),
    ):
        wait_until(lambda: len(server.requests) >= 2)

        assert not bell.is_connected and not rings


def test_closing_ends_it_while_nothing_comes() -> None:
    """It does not wait for the next heartbeat, which never comes here."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with listening(url, silence_seconds=HOUR) as (bell, _):
            connection = server.accept()[0]
            connection.sendall(HEAD + FIRST_WORD)
            wait_until(lambda: bell.is_connected)

        wait_until(lambda: not is_listening())
        connection.close()


def test_closing_ends_it_while_the_stream_begins() -> None:
    """One that is answered only then is not listened to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with listening(url, silence_seconds=HOUR):
            connection = server.accept()[0]
        connection.sendall(HEAD)

        wait_until(lambda: not is_listening())
        connection.close()


def test_closing_ends_it_while_nobody_is_there() -> None:
    """Nor does it wait for the next attempt."""
    with listening(f"http://127.0.0.1:{free_port()}", first_pause_seconds=HOUR):
        assert is_listening()

    wait_until(lambda: not is_listening())
