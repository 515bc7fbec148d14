"""What operation needs: alive, ready, metrics."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder


def health_router(is_ready: Callable[[], bool]) -> APIRouter:
    """`/healthz` says the process answers, `/readyz` that it can take alerts."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Alive."""
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz(response: Response) -> dict[str, str]:
        """Ready to take alerts; Discord being away does not change that, they are queued."""
        if is_ready():
            return {"status": "ready"}
        response.status_code = 503
        return {"status": "not ready"}

    return router


def metrics_router(registry: CollectorRegistry) -> APIRouter:
    """The route that Prometheus scrapes."""
    router = APIRouter()

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        """Metrics for Prometheus."""
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(registry), media_type=content_type)

    return router
