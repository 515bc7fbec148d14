"""What every call to the REST side passes: faults to inject, the token, errors, rate limits."""

import asyncio
import math
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from tests.fakes.discord.errors import DiscordError
from tests.fakes.discord.world import Fault, Json, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_HANG_SECONDS = 30.0
# Discord's own answers have it; without it discord.py takes a 429 for a ban.
_VIA = {"Via": "1.1 fake"}


def answer(
    body: object, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """A JSON answer whose Content-Type carries no charset: discord.py compares it literally."""
    response = web.json_response(body, status=status, headers=headers)
    response.headers["Content-Type"] = "application/json"
    return response


def guard(world: World) -> Middleware:
    """The middleware: faults to inject, the token, and errors as Discord words them."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/api/"):
            return await handler(request)
        world.requests.append((request.method, request.path))
        response = await _answered(request, handler, world)
        if response.status >= 400:
            world.refusals.append(response.status)
        if "charset" in world.broken:
            response.headers["Content-Type"] = "application/json; charset=utf-8"
        if "no_via" in world.broken:
            response.headers.pop("Via", None)
        return response

    return middleware


async def _answered(request: web.Request, handler: Handler, world: World) -> web.StreamResponse:
    fault = world.take_fault(request.method, request.path)
    if fault and fault.kind not in ("drop_after", "hang_after"):
        return _fail(request, fault)
    try:
        response = await _authorized(request, handler, world)
    except DiscordError as error:
        return _refuse(error)
    if fault and fault.kind == "hang_after":
        await asyncio.sleep(_HANG_SECONDS)
    return _drop(request) if fault else response


async def _authorized(request: web.Request, handler: Handler, world: World) -> web.StreamResponse:
    needs_token = "/interactions/" not in request.path and "/webhooks/" not in request.path
    if needs_token and request.headers.get("Authorization") != f"Bot {world.token}":
        raise DiscordError(401, 0, "401: Unauthorized")
    return await handler(request)


def _fail(request: web.Request, fault: Fault) -> web.Response:
    if fault.kind == "drop_before":
        return _drop(request)
    if fault.kind == "rate_limit":
        return _refuse(DiscordError(429, 0, "limited", retry_after=fault.retry_after))
    return answer({"message": "fault", "code": fault.code}, status=fault.status)


def _refuse(error: DiscordError) -> web.Response:
    body: Json = {"message": error.message, "code": error.code}
    if error.retry_after is None:
        return answer(body, status=error.status)
    body |= {"retry_after": error.retry_after, "global": False}
    headers = {"Retry-After": str(math.ceil(error.retry_after)), "X-RateLimit-Scope": "user"}
    return answer(body, status=error.status, headers=_VIA | headers)


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
