"""A small client of the exporter's REST API, and events that are valid now."""

from datetime import UTC, datetime
from typing import Any

import requests
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from exporter.routes import examples

OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}


class Client:
    """Calls by path; answers decoded. `token` is shown with every call."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        self.url = url
        self._token = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str) -> Any:
        """The JSON of a successful read."""
        answer = requests.get(self.url + path, headers=self._token, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        """Post JSON, or bytes as they are."""
        data = body if isinstance(body, bytes) else None
        given = {"Content-Type": "application/json"} | self._token | headers
        return requests.post(
            self.url + path,
            data=data,
            json=None if data is not None else body,
            headers=given,
            timeout=30,
        )

    def scrape(self) -> list[Metric]:
        """The exposition, through the strict OpenMetrics parser."""
        answer = requests.get(self.url + "/metrics", headers=OPENMETRICS | self._token, timeout=30)
        families = text_string_to_metric_families(answer.text)  # type: ignore[no-untyped-call]
        return list(families)

    def sample(self, name: str, **labels: str) -> float | None:
        """One sample's value, `None` where there is no such series."""
        for family in self.scrape():
            for sample in family.samples:
                if sample.name == name and sample.labels == labels:
                    return float(sample.value)
        return None


def now() -> str:
    """The present, as an event's timestamp."""
    return datetime.now(UTC).isoformat()


def edge(**fields: Any) -> dict[str, Any]:
    """A valid edge with these fields changed."""
    return examples.EDGE | {"timestamp": now()} | fields


def fill(fill_id: str, **fields: Any) -> dict[str, Any]:
    """A valid fill with this id and these fields changed."""
    return examples.FILL | {"fill_id": fill_id, "timestamp": now()} | fields
