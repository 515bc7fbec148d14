"""Client of the bot's own calls, for a console beside it."""

from http import HTTPStatus

import msgspec

from arbwatch.bearer.credential import Credential
from bot.connection import Connection, Reply
from bot.errors import BotDown, BotRefused, Unreachable
from bot.preferences import Preferences, Wish

TIMEOUT_SECONDS = 2.0
_PATH = "/api/notices"


class BotApi:
    """Typed calls to one bot. Each raises BotDown, or BotRefused."""

    def __init__(
        self,
        base_url: str,
        *,
        credential: Credential | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._credential = credential or Credential(None)
        self._connection = Connection(base_url, timeout_seconds=timeout_seconds)

    async def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        await self._connection.close()

    async def preferences(self) -> Preferences:
        """What people want of notices."""
        return await self._call("GET")

    async def prefer(self, wish: Wish) -> Preferences:
        """Grant a wish; what is wanted then. When this fails it may have been granted."""
        return await self._call("POST", msgspec.json.encode(wish))

    async def _call(self, method: str, body: bytes | None = None) -> Preferences:
        reply = await self._exchange(method, body)
        if reply.status == HTTPStatus.UNAUTHORIZED and self._credential.renew():
            reply = await self._exchange(method, body)
        if reply.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise BotRefused("the token that this console shows does not allow it")
        try:
            return msgspec.json.decode(reply.body, type=Preferences)
        except msgspec.DecodeError as wrong:
            raise BotDown("the bot gave no usable answer") from wrong

    async def _exchange(self, method: str, body: bytes | None) -> Reply:
        try:
            return await self._connection.call(
                method, _PATH, json=body, headers=self._credential.headers
            )
        except Unreachable as failed:
            raise BotDown("the bot does not answer") from failed
