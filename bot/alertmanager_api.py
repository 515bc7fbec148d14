"""Client of Alertmanager's API: what fires now."""

from datetime import datetime

import aiohttp
import msgspec

from bot.errors import AlertmanagerDown

# Asked while somebody waits for an answer: without it the answer says that it is not known.
TIMEOUT_SECONDS = 1.5

_CRITICAL = {
    "active": "true",
    "silenced": "false",
    "inhibited": "false",
    "filter": 'severity="critical"',
}


class FiringAlert(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One alert that fires."""

    labels: dict[str, str]
    annotations: dict[str, str] = {}
    starts_at: datetime


class AlertmanagerApi:
    """Typed calls to one Alertmanager."""

    def __init__(self, base_url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._url = f"{base_url.rstrip('/')}/api/v2/alerts"
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def critical(self) -> list[FiringAlert]:
        """Critical alerts that fire and that nobody silenced, or AlertmanagerDown."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        try:
            async with self._session.get(self._url, params=_CRITICAL) as response:
                response.raise_for_status()
                return msgspec.json.decode(await response.read(), type=list[FiringAlert])
        except (TimeoutError, aiohttp.ClientError, OSError, msgspec.DecodeError) as failed:
            raise AlertmanagerDown("Alertmanager gave no usable answer") from failed
