"""Health as it is asked for and shown."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from stack.errors import StackError
from stack.health import build_rows, explain_illness, format_table, wait_until_well
from stack.services import Service
from stack.settings import StackSettings
from tests.conftest import free_port


@contextmanager
def serve(status: int) -> Iterator[Service]:
    """A service that answers every health check with this status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Service("exporter", "127.0.0.1", server.server_port, "EXPORTER_PORT", "/readyz")
        server.shutdown()
        thread.join()


def make_absent_service() -> Service:
    """A service on a port where nobody listens."""
    return Service("bot", "127.0.0.1", free_port(), "BOT_PORT", "/healthz")


def test_a_service_that_answers_200_is_well() -> None:
    """Nothing is to be explained."""
    with serve(200) as service:
        assert explain_illness(service) is None


def test_a_service_that_answers_otherwise_says_what() -> None:
    """Running is not ready."""
    with serve(503) as service:
        assert explain_illness(service) == "answers 503"


def test_a_service_that_is_not_there_does_not_answer() -> None:
    """No address is invented for it."""
    assert explain_illness(make_absent_service()) == "does not answer"


def test_waiting_ends_with_the_names_of_those_that_are_not_well() -> None:
    """The one that is well is not in the message."""
    with serve(200) as well, pytest.raises(StackError) as failure:
        wait_until_well([well, make_absent_service()], timeout_seconds=0)

    assert str(failure.value) == "not healthy after 0 s: bot does not answer"


def test_the_table_says_where_the_bot_speaks() -> None:
    """Without a token nobody should wait for a message on Discord."""
    bot = Service("bot", "127.0.0.1", 8080, "BOT_PORT", "/healthz")

    rows = build_rows(StackSettings(demo=False), [bot], has_discord=False)

    assert format_table(rows).splitlines() == [
        "what  address                state",
        "bot   http://127.0.0.1:8080  healthy, prints here: no DISCORD_BOT_TOKEN",
    ]
