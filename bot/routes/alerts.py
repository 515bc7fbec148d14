"""`POST /alerts`: where Alertmanager posts."""

import logging

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from bot.errors import NotAlertmanager, OutboxError
from bot.metrics import BotMetrics
from bot.relay import Relay
from bot.routes.body import TooLarge, read_body

log = logging.getLogger(__name__)

# 5,000 alerts with long annotations are about 8 MiB.
MAX_BODY_BYTES = 16 * 1024 * 1024


def alerts_router(relay: Relay, *, metrics: BotMetrics) -> APIRouter:
    """The webhook. Alertmanager retries only what was answered with 5xx, so 503 is for the disk."""
    router = APIRouter()

    def reject(status: int, reason: str, message: str) -> JSONResponse:
        metrics.webhook_rejected.labels(reason=reason).inc()
        log.warning("Webhook post rejected: reason=%s", reason)
        error = {"code": reason, "message": message, "field": None}
        return JSONResponse({"error": error}, status_code=status)

    @router.post("/alerts")
    async def receive_alerts(request: Request) -> JSONResponse:
        """Take an Alertmanager notification (payload version 4); 200 means it is on disk."""
        try:
            accepted = await relay.receive(await read_body(request, MAX_BODY_BYTES))
        except TooLarge:
            return reject(413, "too_large", f"the limit is {MAX_BODY_BYTES} bytes")
        except NotAlertmanager as wrong:
            return reject(400, "not_alertmanager", str(wrong))
        except OutboxError:
            log.exception("Webhook post could not be stored")
            return reject(503, "commit_failed", "could not be stored, try again")
        return JSONResponse({"accepted": accepted})

    return router
