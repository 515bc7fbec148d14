"""One call over HTTP and its answer, for the clients of this house; what fails has one name."""

from collections.abc import Mapping
from typing import Any

import aiohttp
from msgspec import Struct

from bot.errors import Unreachable


class Reply(Struct, frozen=True):
    """What came back, whatever its status."""

    status: int
    body: bytes


class Connection:
    """Calls to one server, each within `timeout_seconds`."""

    def __init__(self, base_url: str, *, timeout_seconds: float) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Reply:
        """Make a call; `json` is a body as it is sent. Raises Unreachable."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        sent = dict(headers or {})
        if json is not None:
            sent["Content-Type"] = "application/json"
            more["data"] = json
        try:
            async with self._session.request(
                method, self._base_url + path, headers=sent, **more
            ) as response:
                return Reply(response.status, await response.read())
        except (TimeoutError, aiohttp.ClientError, OSError) as failed:
            raise Unreachable("no answer") from failed
