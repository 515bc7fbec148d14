"""The push protocol on the wire: what HTTP allows a client to do, and what it must not be told."""

import socket
from contextlib import closing

import pytest

from tests.client import Client, edge, fill
from tests.exporter.raw import answers, connect, push


def test_a_push_behind_an_unanswered_one_closes_the_connection(api: Client) -> None:
    """The first is answered, with notice that it is the last; the second was not taken in."""
    with closing(connect(api)) as client:
        client.sendall(push("/api/fills", fill("f-1")) + push("/api/fills", fill("f-2")))
        received = answers(client)

    assert [status for status, _ in received] == [200]
    assert b"connection: close" in received[0][1]
    assert [row["fill_id"] for row in api.get("/api/fills")] == ["f-1"]


def test_pushes_that_need_no_disk_may_be_pipelined(api: Client) -> None:
    """Edges are answered at once, each in its turn."""
    with closing(connect(api)) as client:
        client.sendall(b"".join(push("/api/edges", edge(pair_id=f"p-{i}")) for i in range(3)))
        client.shutdown(socket.SHUT_WR)

        assert [status for status, _ in answers(client)] == [200, 200, 200]


@pytest.mark.parametrize("path", ["/api/fills", "/api/edges"])
def test_a_client_that_wants_to_close_is_let_go(api: Client, path: str) -> None:
    """`Connection: close` and HTTP/1.0 end with the answer, stored or not."""
    body = fill("f-1") if path == "/api/fills" else edge()
    for head in ("HTTP/1.1\r\nConnection: close", "HTTP/1.0"):
        with closing(connect(api)) as client:
            client.sendall(push(path, body, version=head))

            (status, content), *others = answers(client)
            assert (status, others) == (200, [])
            assert b"connection: close" in content


def test_garbage_behind_a_fill_does_not_hide_that_it_is_stored(api: Client) -> None:
    """Its 200 goes out before the connection ends."""
    with closing(connect(api)) as client:
        client.sendall(push("/api/fills", fill("f-1")) + b"\0\0\0 no http\r\n\r\n")

        assert [status for status, _ in answers(client)] == [200]


def test_a_client_that_waits_for_the_go_ahead_gets_it(api: Client) -> None:
    """curl sends larger bodies only after 100 Continue."""
    whole = push("/api/fills", fill("f-1"), headers="Expect: 100-continue\r\n")
    head, _, body = whole.partition(b"\r\n\r\n")
    with closing(connect(api)) as client:
        client.sendall(head + b"\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.sendall(body)
        client.shutdown(socket.SHUT_WR)

        assert [status for status, _ in answers(client)] == [200]


def test_web_pages_of_other_origins_are_refused(api: Client) -> None:
    """A browser says where a call comes from: no page elsewhere may push, halt or resume."""
    foreign = {"Origin": "https://evil.example"}

    refused = [
        api.post("/api/fills", fill("f-1"), **foreign),
        api.post("/api/venues/kalshi/resume", b"", **foreign),
    ]
    own = api.post("/api/venues/kalshi/halt", {}, Origin=api.url)

    assert [answer.status_code for answer in refused] == [403, 403]
    assert own.status_code == 200
    assert api.get("/api/fills") == []


def test_a_batch_name_used_again_for_other_content_is_another_batch(api: Client) -> None:
    """A client that starts counting anew must not lose what it sends."""
    named = {"Arbwatch-Batch": "1"}
    first = api.post("/api/events", [{"type": "fill"} | fill("f-1")], **named).json()
    second = api.post("/api/events", [{"type": "fill"} | fill("f-2")], **named).json()

    assert (first["accepted"], second["accepted"]) == (1, 1)
    assert len(api.get("/api/fills")) == 2
