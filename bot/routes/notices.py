"""`/api/notices`: which notices people want, for the console."""

import logging

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from bot.errors import OutboxError
from bot.outbox import Outbox
from bot.preferences import Preferences, Wish
from bot.routes.body import TooLarge, read_body

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 4096
_TAKES = 'takes {"kinds": [...], "mode": "on", "silent" or "off"}, or "mute": "PT1H" for a mode'


def preferences_router(outbox: Outbox) -> APIRouter:
    """Tells what is wanted."""
    router = APIRouter()

    @router.get("/api/notices")
    async def show() -> Response:
        """What is wanted of each kind; a kind that nobody ever spoke of is on."""
        return _answer(await outbox.preferences())

    return router


def wishes_router(outbox: Outbox) -> APIRouter:
    """Takes what somebody wants from now on."""
    router = APIRouter()

    @router.post("/api/notices")
    async def grant(request: Request) -> Response:
        """Switch kinds on, silent or off, or mute them for a while; answers what is wanted then."""
        try:
            wish = msgspec.json.decode(await read_body(request, MAX_BODY_BYTES), type=Wish)
            return _answer(await outbox.prefer(wish))
        except (TooLarge, msgspec.DecodeError):
            return _refusal(422, "invalid", _TAKES)
        except OutboxError:
            log.exception("Wish could not be stored")
            return _refusal(503, "commit_failed", "could not be stored, try again")

    return router


def _answer(preferences: Preferences) -> Response:
    return Response(msgspec.json.encode(preferences), media_type="application/json")


def _refusal(status: int, code: str, message: str) -> Response:
    error = {"code": code, "message": message, "field": None}
    return JSONResponse({"error": error}, status_code=status)
