"""The pairs that are live now, to choose from while somebody types."""

import asyncio
import time
from collections.abc import Callable

from arbwatch.answers import LiveEdge
from bot.errors import ExporterError
from bot.exporter_api import ExporterApi

# Somebody types several letters a second: they are asked about together.
KEPT_SECONDS = 5.0
# Discord gives up after 3 s; a list that comes late helps nobody.
PATIENCE_SECONDS = 1.0
_MOST_EDGES = 500


class LivePairs:
    """Finds live pairs by a part of their id or of a title; while the exporter is away none."""

    def __init__(
        self, api: ExporterApi, *, now_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._api = api
        self._now_seconds = now_seconds
        self._edges: list[LiveEdge] = []
        self._known_until = float("-inf")
        self._asking = asyncio.Lock()

    async def find(self, typed: str) -> list[LiveEdge]:
        """Those with the largest edge first."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                edges = await self._recent()
        except TimeoutError:
            return []
        wanted = typed.casefold()
        return [edge for edge in edges if wanted in _words(edge)]

    async def _recent(self) -> list[LiveEdge]:
        async with self._asking:
            if self._now_seconds() >= self._known_until:
                self._edges = await self._ask()
                self._known_until = self._now_seconds() + KEPT_SECONDS
            return self._edges

    async def _ask(self) -> list[LiveEdge]:
        try:
            return await self._api.edges(_MOST_EDGES)
        except ExporterError:
            return []


def _words(edge: LiveEdge) -> str:
    return f"{edge.pair_id} {edge.primary_market} {edge.hedge_market}".casefold()
