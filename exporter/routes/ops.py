"""For those who run it: metrics, liveness, readiness, and a page of links."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse

from arbwatch import __version__
from exporter.ledger.ledger import Ledger
from exporter.metrics.exposition import Exposition

LINKS = {
    "/docs": "the REST API, with examples",
    "/api/edges": "live edges",
    "/api/fills": "recent fills",
    "/api/exposure": "exposure",
    "/api/health": "health of each venue",
    "/api/pnl": "P&L",
    "/api/venues": "halts",
    "/metrics": "metrics for Prometheus",
}


def metrics_router(exposition: Exposition) -> APIRouter:
    """The route that Prometheus scrapes."""
    routes = APIRouter(tags=["operations"])

    async def yielding(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk
            await asyncio.sleep(0)

    @routes.get("/metrics", response_class=StreamingResponse)
    async def metrics(request: Request) -> StreamingResponse:
        """The exposition, in OpenMetrics where it is asked for."""
        chunks, content_type = exposition.encode(request.headers.get("accept", ""))
        headers = {"Content-Type": content_type}
        return StreamingResponse(yielding(chunks), headers=headers)

    return routes


def open_router(ledger: Ledger) -> APIRouter:
    """Routes that tell nothing of trading."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/healthz")
    async def healthz() -> JSONResponse:
        """The process answers."""
        return JSONResponse({"status": "ok", "version": __version__})

    @routes.get("/readyz")
    async def readyz() -> JSONResponse:
        """The ledger takes fills: its last commit, if there was one, succeeded."""
        status = "ready" if ledger.is_ready else "ledger unavailable"
        return JSONResponse({"status": status}, status_code=200 if ledger.is_ready else 503)

    @routes.get("/", response_class=HTMLResponse)
    async def index() -> str:
        """Links to everything else."""
        items = "".join(
            f'<li><a href="{path}">{path}</a> {escape(text)}</li>' for path, text in LINKS.items()
        )
        return f"<!doctype html><title>Arbwatch</title><h1>Arbwatch exporter</h1><ul>{items}</ul>"

    return routes
