"""The users' guide built literally: FastAPI, pydantic models, a dict, prometheus-client.

What someone has after an afternoon. It keeps nothing over a restart. Its endpoints are `async`,
the faster of the two ways to write them.
"""

from datetime import datetime
from typing import Any

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from pydantic import BaseModel, Field


class Edge(BaseModel):
    """What a pair would earn."""

    pair_id: str
    primary_market: str
    hedge_market: str
    net_edge_cents: float
    confidence: float = Field(ge=0, le=1)
    expected_slippage_cents: float
    leader: str
    timestamp: datetime
    best_side: str | None = None
    category: str | None = None
    ttl_seconds: float | None = None


class Fill(BaseModel):
    """One executed pair."""

    fill_id: str
    timestamp: datetime
    pair_id: str
    entry_edge_cents: float
    realized_edge_cents: float
    slippage_cents: float
    fees_cents: float
    size_usd: float
    pnl_cents: float
    category: str | None = None
    leader: str | None = None
    hedge_latency_ms: float | None = None


app = FastAPI(title="Arbitrage exporter")

EDGES: dict[str, Edge] = {}
FILLS: list[Fill] = []

CENTS = (-5, -2, -1, 0, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 10)
LABELS = ("leader", "category")

EDGES_TOTAL = Counter("arb_edges", "Edges pushed", LABELS)
EDGE_NET = Histogram("arb_edge_net_cents", "Net edge", LABELS, buckets=CENTS)
EDGE_SLIPPAGE = Histogram("arb_edge_slippage_cents", "Slippage expected", LABELS, buckets=CENTS)
EDGE_CONFIDENCE = Histogram("arb_edge_confidence_ratio", "Confidence", LABELS)
FILLS_TOTAL = Counter("arb_fills", "Fills", ("category",))
FILL_EDGE = Histogram("arb_fill_realized_edge_cents", "Edge", ("category",), buckets=CENTS)
FILL_SLIPPAGE = Histogram("arb_fill_slippage_cents", "Slippage", ("category",), buckets=CENTS)
HEDGE_LATENCY = Histogram("arb_hedge_latency_seconds", "Hedge latency", ("category",))
PNL = Gauge("arb_pnl_realized_usd", "Realized P&L")


@app.post("/api/edges")
async def post_edge(edge: Edge) -> dict[str, Any]:
    """Take in an edge."""
    EDGES[edge.pair_id] = edge
    category = edge.category or "other"
    EDGES_TOTAL.labels(edge.leader, category).inc()
    EDGE_NET.labels(edge.leader, category).observe(edge.net_edge_cents)
    EDGE_SLIPPAGE.labels(edge.leader, category).observe(edge.expected_slippage_cents)
    EDGE_CONFIDENCE.labels(edge.leader, category).observe(edge.confidence)
    return {"status": "ok"}


@app.get("/api/edges")
async def get_edges(limit: int = 10) -> list[Edge]:
    """The largest edges."""
    return sorted(EDGES.values(), key=lambda edge: edge.net_edge_cents, reverse=True)[:limit]


@app.post("/api/fills")
async def post_fill(fill: Fill) -> dict[str, Any]:
    """Take in a fill."""
    FILLS.append(fill)
    category = fill.category or "other"
    FILLS_TOTAL.labels(category).inc()
    FILL_EDGE.labels(category).observe(fill.realized_edge_cents)
    FILL_SLIPPAGE.labels(category).observe(fill.slippage_cents)
    if fill.hedge_latency_ms is not None:
        HEDGE_LATENCY.labels(category).observe(fill.hedge_latency_ms / 1000)
    PNL.inc(fill.pnl_cents / 100)
    return {"status": "ok"}


@app.get("/api/fills")
async def get_fills(limit: int = 20) -> list[Fill]:
    """The newest fills."""
    return FILLS[: -limit - 1 : -1]


@app.get("/metrics")
async def metrics() -> Response:
    """For Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
