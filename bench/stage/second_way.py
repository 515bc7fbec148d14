"""The second way as its reader has it: takes what is posted, and remembers it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class SecondWay:
    """What came, oldest first; `url` is where to post it."""

    def __init__(self) -> None:
        received = self.received = list[str]()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                received.append(self.rfile.read(length).decode("utf-8", "replace"))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                """What came is kept, so that nothing need be logged."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def serve(self) -> None:
        """Until `close`."""
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        """Take nothing more."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def running_second_way() -> Iterator[SecondWay]:
    """One that takes whatever comes."""
    way = SecondWay()
    thread = threading.Thread(target=way.serve, name="second way", daemon=True)
    thread.start()
    try:
        yield way
    finally:
        way.close()
        thread.join()
