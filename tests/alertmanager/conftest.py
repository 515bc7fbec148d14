"""A real Alertmanager with the repository's configuration, and a real receiver of its posts."""

import contextlib
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from stack.fallback import SecondWay, fill_in
from stack.render import replace_each
from tests.alertmanager.test_config import CONFIG
from tests.conftest import free_port
from tests.stack.processes import Tree, wait_for

TOKEN = "a-token-for-tests"


def alert(name: str, **labels: str) -> dict[str, Any]:
    """An alert as Prometheus posts it."""
    begun = datetime.now(UTC) - timedelta(minutes=1)
    return {"labels": {"alertname": name, **labels}, "startsAt": begun.isoformat()}


class Sink:
    """Listens where the bot would, and keeps what was posted."""

    def __init__(self) -> None:
        self.notifications: list[dict[str, Any]] = []
        self.authorizations: set[str | None] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def alerts(self, name: str, status: str) -> list[dict[str, Any]]:
        """Alerts of that name that were posted in that status."""
        posted = (alert for notice in self.notifications for alert in notice["alerts"])
        return [a for a in posted if (a["labels"]["alertname"], a["status"]) == (name, status)]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.authorizations.add(self.headers["Authorization"])
                sink.notifications.append(json.loads(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        return Handler


class Alertmanager:
    """Its API, as Prometheus uses it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            return requests.get(f"{self.url}/-/ready", timeout=5).ok
        except requests.RequestException:
            return False

    def post(self, *alerts: dict[str, Any]) -> None:
        """Tell it of alerts."""
        requests.post(f"{self.url}/api/v2/alerts", json=alerts, timeout=30).raise_for_status()

    def silences(self) -> list[dict[str, Any]]:
        """The silences that hold now."""
        listed = requests.get(f"{self.url}/api/v2/silences", timeout=30).json()
        return [silence for silence in listed if silence["status"]["state"] == "active"]

    def alerts(self) -> list[dict[str, Any]]:
        """All that fire, with what holds them back."""
        answer = requests.get(f"{self.url}/api/v2/alerts", timeout=30)
        listed: list[dict[str, Any]] = answer.json()
        return listed


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Where the notifications go."""
    listening = Sink()
    yield listening
    listening.close()


@pytest.fixture
def second_way() -> Iterator[Sink]:
    """Where notifications go that the bot cannot tell of."""
    listening = Sink()
    yield listening
    listening.close()


@pytest.fixture
def alertmanager(sink: Sink, second_way: Sink, tmp_path: Path) -> Iterator[Alertmanager]:
    """Running before the sinks."""
    way = SecondWay(f"http://127.0.0.1:{second_way.port}/topic", "text")
    with started(tmp_path, posts_to=sink.port, way=way) as running:
        yield running


@contextlib.contextmanager
def started(
    tmp_path: Path, *, posts_to: int, way: SecondWay | None = None, text: str | None = None
) -> Iterator[Alertmanager]:
    """Running with the repository's configuration or `text`; addresses and token path differ."""
    token, config, port = tmp_path / "token", tmp_path / "alertmanager.yml", free_port()
    token.write_text(TOKEN, encoding="utf-8")
    moved = {"bot:8080": f"127.0.0.1:{posts_to}", "/run/secrets/alertmanager_token": str(token)}
    text = text or CONFIG.read_text(encoding="utf-8")
    config.write_text(fill_in(replace_each(text, moved), way), encoding="utf-8")
    command = [
        "prometheus-alertmanager",
        f"--config.file={config}",
        f"--storage.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        "--log.level=error",
    ]
    with Tree(command):
        running = Alertmanager(port)
        wait_for(running.is_ready)
        yield running
