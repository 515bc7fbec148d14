"""Client of Prometheus' API: limits as they are compared against, and how an edge moved."""

import json
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

import msgspec

from bot.connection import Connection
from bot.errors import PrometheusDown, Unreachable

# Asked while somebody waits for an answer: without it the answer says that it is not known.
TIMEOUT_SECONDS = 1.5

Sample = tuple[float, str]
Row = TypeVar("Row")


class _Instant(msgspec.Struct, frozen=True):
    metric: dict[str, str]
    value: Sample


class _Series(msgspec.Struct, frozen=True):
    values: list[Sample]


class _Data(msgspec.Struct, Generic[Row], frozen=True):
    result: list[Row]


class _Found(msgspec.Struct, Generic[Row], frozen=True):
    data: _Data[Row]


class PrometheusApi:
    """Typed calls to one Prometheus. Each raises PrometheusDown."""

    def __init__(self, base_url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._connection = Connection(base_url, timeout_seconds=timeout_seconds)

    async def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        await self._connection.close()

    async def limits(self, name: str) -> dict[str, float]:
        """A limit of `limits.yml` in its own unit, by its scope: a venue, or `all`."""
        query = f"arb_limit{{limit={_quoted(name)}}}"
        found = await self._ask("query", _Found[_Instant], query=query)
        return {row.metric.get("scope", ""): float(row.value[1]) for row in found.data.result}

    async def edge_history(
        self, pair_id: str, *, since: datetime, until: datetime, step: timedelta
    ) -> list[tuple[datetime, float]]:
        """Net edge of a pair in cents, at each step at which it was live and in the top N."""
        found = await self._ask(
            "query_range",
            _Found[_Series],
            query=f"max(arb_live_edge_net_cents{{pair_id={_quoted(pair_id)}}})",
            start=f"{since.timestamp():.3f}",
            end=f"{until.timestamp():.3f}",
            step=f"{step.total_seconds():.0f}",
        )
        return [
            (datetime.fromtimestamp(seconds, UTC), float(value))
            for series in found.data.result
            for seconds, value in series.values
        ]

    async def _ask(self, call: str, kind: type[_Found[Row]], **asked: str) -> _Found[Row]:
        try:
            reply = await self._connection.call("POST", f"/api/v1/{call}", data=asked)
            if reply.status >= 400:
                raise PrometheusDown(f"Prometheus answered {reply.status}")
            return msgspec.json.decode(reply.body, type=kind)
        except (Unreachable, msgspec.DecodeError) as failed:
            raise PrometheusDown("Prometheus gave no usable answer") from failed


def _quoted(text: str) -> str:
    """A string of PromQL, whose escapes are those of JSON as far as JSON needs any."""
    return json.dumps(text, ensure_ascii=False)
