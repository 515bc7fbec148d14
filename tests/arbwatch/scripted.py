"""A small HTTP server that takes batches and questions, and answers whatever the test wants."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import msgspec

from arbwatch.answers import Receipt


@dataclass(frozen=True)
class Request:
    """What was posted or asked for."""

    engine: str
    batch_id: str
    body: bytes
    path: str
    token: str | None

    @property
    def events(self) -> list[dict[str, Any]]:
        """Its events, without the sender's own report."""
        lines = msgspec.json.Decoder().decode_lines(self.body)
        return [event for event in lines if event["type"] != "sender"]


@dataclass(frozen=True)
class Reply:
    """What to answer; with `cut_after` only that many bytes of the body, then the line goes."""

    status: int
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None


Script = Callable[[Request], Reply]


def accepted(request: Request) -> Reply:
    """Everything in it was stored."""
    return Reply(200, msgspec.json.encode(Receipt(accepted=request.body.count(b"\n"))))


def fill_ids(requests: list[Request]) -> list[str]:
    """The fill ids of these requests, in order."""
    return [event["fill_id"] for request in requests for event in request.events]


class ScriptedServer:
    """Listens on loopback while its `with` block lasts; `requests` is all it was sent, in order."""

    def __init__(self, script: Script = accepted) -> None:
        self.script = script
        self.requests: list[Request] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def take(self, request: Request) -> Reply:
        """Note a request and say what to answer."""
        self.requests.append(request)
        return self.script(request)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(server: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            engine = self.headers["Arbwatch-Engine"]
            batch_id = self.headers.get("Arbwatch-Batch", "")
            token = self.headers.get("Authorization")
            reply = server.take(Request(engine, batch_id, body, self.path, token))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content[: reply.cut_after])
            self.close_connection = reply.cut_after is not None

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
