"""HTTP by hand: what no client library would send."""

import json
import socket
from typing import Any

from tests.client import Client


def connect(api: Client) -> socket.socket:
    """A bare connection to the exporter."""
    host, _, port = api.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=30)


def push(path: str, event: Any, *, version: str = "HTTP/1.1", headers: str = "") -> bytes:
    """A POST as bytes; `version` may carry a header line of its own."""
    body = json.dumps(event)
    head = f"POST {path} {version}\r\nHost: x\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def answers(client: socket.socket) -> list[tuple[int, bytes]]:
    """(status, whole answer) of everything that comes until the connection ends."""
    received = b""
    while chunk := client.recv(65536):
        received += chunk
    parts = [part for part in received.split(b"HTTP/1.1 ") if part]
    return [(int(part[:3]), part) for part in parts if not part.startswith(b"100 ")]
