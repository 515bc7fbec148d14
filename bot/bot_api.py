"""Client of the bot's own calls, for a console beside it."""

from http import HTTPStatus

import aiohttp
import msgspec

from arbwatch.bearer.credential import Credential
from bot.errors import BotDown, BotRefused
from bot.preferences import Preferences, Wish

TIMEOUT_SECONDS = 2.0


class BotApi:
    """Typed calls to one bot. Each raises BotDown, or BotRefused."""

    def __init__(
        self,
        base_url: str,
        *,
        credential: Credential | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/api/notices"
        self._credential = credential or Credential(None)
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def preferences(self) -> Preferences:
        """What people want of notices."""
        return await self._call("GET")

    async def prefer(self, wish: Wish) -> Preferences:
        """Grant a wish; what is wanted then. When this fails it may have been granted."""
        return await self._call("POST", msgspec.json.encode(wish))

    async def _call(self, method: str, body: bytes | None = None) -> Preferences:
        status, content = await self._exchange(method, body)
        if status == HTTPStatus.UNAUTHORIZED and self._credential.renew():
            status, content = await self._exchange(method, body)
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise BotRefused("the token that this console shows does not allow it")
        try:
            return msgspec.json.decode(content, type=Preferences)
        except msgspec.DecodeError as wrong:
            raise BotDown("the bot gave no usable answer") from wrong

    async def _exchange(self, method: str, body: bytes | None) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        headers = {"Content-Type": "application/json", **self._credential.headers}
        try:
            async with self._session.request(
                method, self._url, data=body, headers=headers
            ) as response:
                return response.status, await response.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as failed:
            raise BotDown("the bot does not answer") from failed
