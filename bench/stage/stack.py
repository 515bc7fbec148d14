"""The running stack as a play sees it: over REST, by its pid files, through Prometheus."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import requests

from arbwatch.answers import AuditRow, LiveEdge, StoredFill
from arbwatch.control import VenueControl
from bench.stage.errors import CannotPlay
from stack.services import list_services
from stack.settings import StackSettings

TIMEOUT_SECONDS = 5.0
T = TypeVar("T")


class Stack:
    """What `make up` started. Calls raise `requests.RequestException` while a service is away."""

    def __init__(self, settings: StackSettings) -> None:
        services = list_services(settings, with_grafana=False)
        self._services = {service.name: service for service in services}
        self._run = settings.state_dir / "run"
        self.secrets = settings.state_dir / "secrets"
        self._session = requests.Session()
        self._session.trust_env = False  # No proxy of the environment between two local services.

    def url(self, name: str) -> str:
        """Where a service answers."""
        return self._services[name].url

    def venue(self, name: str) -> VenueControl:
        """Where a venue stands."""
        return next(row for row in self.venues() if row.venue == name)

    def venues(self) -> list[VenueControl]:
        """Where each venue stands."""
        return self._read("/api/venues", list[VenueControl])

    def engines(self) -> set[str]:
        """Every engine in contact."""
        return {engine for venue in self.venues() for engine in venue.engines}

    def audit(self, *, after: int) -> list[AuditRow]:
        """The audit trail from there on, the oldest first."""
        rows = self._read("/api/audit?limit=100", list[AuditRow])
        return [row for row in reversed(rows) if row.seq > after]

    def fills(self, limit: int = 100) -> list[StoredFill]:
        """The latest fills, the newest first."""
        return self._read(f"/api/fills?limit={limit}", list[StoredFill])

    def edges(self) -> list[LiveEdge]:
        """Live edges."""
        return self._read("/api/edges?limit=100", list[LiveEdge])

    def is_ready(self) -> bool:
        """Whether the exporter answers and is well."""
        try:
            return self._session.get(f"{self.url('exporter')}/readyz", timeout=TIMEOUT_SECONDS).ok
        except requests.RequestException:
            return False

    def resume(self, scope: str, halt_ids: list[int], *, by: str) -> None:
        """End these halts."""
        order = {"reason": f"the {by} cleans up", "actor": by, "halt_ids": halt_ids}
        self.post(f"/api/venues/{scope}/resume", order).raise_for_status()

    def post(self, path: str, body: Any, *, client: str = "operator") -> requests.Response:
        """Post JSON to the exporter with a client's token; what it answered, errors too."""
        return self._session.post(
            self.url("exporter") + path,
            json=body,
            headers=self._headers(client),
            timeout=TIMEOUT_SECONDS,
        )

    def orders(self) -> Iterator[str]:
        """Each control entry's action from now on, as it is stored; the first one is `ready`."""
        with self._session.get(
            f"{self.url('exporter')}/api/stream?kinds=control",
            headers=self._headers(),
            stream=True,
            timeout=TIMEOUT_SECONDS * 4,
        ) as answer:
            answer.raise_for_status()
            for line in answer.iter_lines(chunk_size=1):
                if line == b"event: ready":
                    yield "ready"
                elif line.startswith(b"data: ") and (entry := msgspec.json.decode(line[6:])):
                    yield entry["action"]

    def query(self, expression: str) -> float | None:
        """Prometheus' value for a query that gives one, or nothing."""
        answer = self._prometheus("/api/v1/query", query=expression)
        result = answer["result"]
        return float(result[0]["value"][1]) if result else None

    def post_alert(self, alert: dict[str, Any]) -> None:
        """Post an alert to Alertmanager, as Prometheus does."""
        url = f"{self.url('alertmanager')}/api/v2/alerts"
        self._session.post(url, json=[alert], timeout=TIMEOUT_SECONDS).raise_for_status()

    def alerts(self) -> list[dict[str, Any]]:
        """Prometheus' alerts, pending ones too."""
        alerts: list[dict[str, Any]] = self._prometheus("/api/v1/alerts")["alerts"]
        return alerts

    def feed_updated_at(self, venue: str) -> float:
        """When the venue's last book update was made, seconds since 1970, as the exporter knows."""
        name = f'arb_feed_last_update_timestamp_seconds{{venue="{venue}"}} '
        text = self._get("exporter", "/metrics").text
        return next(float(x.split()[-1]) for x in text.splitlines() if x.startswith(name))

    def send_signal(self, name: str, number: signal.Signals) -> None:
        """Signal one process of the stack."""
        os.kill(self.pid(name), number)

    def pid(self, name: str) -> int:
        """From its pid file, which may have outlived it: the process must look like it.

        Raises:
            CannotPlay: it does not run under `make up`.
        """
        path = self._run / f"{name}.pid"
        try:
            pid = int(path.read_text(encoding="ascii"))
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            command = b""
        if name.encode() not in command:
            raise CannotPlay(f"{path} names no {name} that runs: start the stack, make up")
        return pid

    def _read(self, path: str, kind: type[T]) -> T:
        return msgspec.json.decode(self._get("exporter", path).content, type=kind)

    def _prometheus(self, path: str, **query: str) -> Any:
        return self._get("prometheus", path, **query).json()["data"]

    def _get(self, service: str, path: str, **query: str) -> requests.Response:
        headers = self._headers() if service == "exporter" else {}
        answer = self._session.get(
            self.url(service) + path, params=query, headers=headers, timeout=TIMEOUT_SECONDS
        )
        answer.raise_for_status()
        return answer

    def _headers(self, client: str = "operator") -> dict[str, str]:
        """A client's token; the operator's is for reads, control and metrics."""
        path = self.secrets / f"{client}_token"
        try:
            token = path.read_text(encoding="utf-8").strip()
        except OSError:
            raise CannotPlay(f"{path} cannot be read: start the stack, make up") from None
        return {"Authorization": f"Bearer {token}"}
