"""The examples shown in the API description; a test posts each of them."""

from typing import Any

TIMESTAMP = "2026-01-15T12:00:00Z"

EDGE: dict[str, Any] = {
    "pair_id": "pm-0x1234:kalshi-ABC",
    "primary_market": "Fed holds rates in December",
    "hedge_market": "KXFEDDECISION-25DEC-H0",
    "net_edge_cents": 3.2,
    "confidence": 0.9,
    "expected_slippage_cents": 0.4,
    "leader": "polymarket",
    "best_side": "yes_primary_no_hedge",
    "category": "economics",
    "timestamp": TIMESTAMP,
    "books_changed_at": {"polymarket": TIMESTAMP, "kalshi": "2026-01-15T11:59:58Z"},
}

FILL: dict[str, Any] = {
    "fill_id": "f-000001",
    "timestamp": TIMESTAMP,
    "pair_id": "pm-0x1234:kalshi-ABC",
    "entry_edge_cents": 3.2,
    "realized_edge_cents": 2.5,
    "slippage_cents": 0.4,
    "fees_cents": 0.3,
    "size_usd": 60,
    "pnl_cents": 150,
    "category": "economics",
    "leader": "polymarket",
    "hedge_latency_ms": 120,
}

REVERSAL: dict[str, Any] = {
    "fill_id": "r-000001",
    "reverses": "f-000001",
    "reason": "settlement failed on chain",
    "timestamp": TIMESTAMP,
}

EXPOSURE: list[dict[str, Any]] = [
    {
        "venue": "polymarket",
        "category": "economics",
        "total_notional_usd": 250.0,
        "num_positions": 3,
        "largest_contract_usd": 120.0,
    }
]

LATENCY: dict[str, Any] = {"venue": "kalshi", "latency_ms": [120, 135.5], "timestamp": TIMESTAMP}

REQUESTS: dict[str, Any] = {"venue": "kalshi", "ok": 120, "error": 1, "timestamp": TIMESTAMP}

ERROR: dict[str, Any] = {
    "kind": "execution_timeout",
    "message": "second leg not filled within 250 ms",
    "venue": "kalshi",
    "timestamp": TIMESTAMP,
}

BREACH: dict[str, Any] = {
    "limit": "daily_loss",
    "value": -50.0,
    "threshold": -100.0,
    "timestamp": TIMESTAMP,
}

EVENTS: list[dict[str, Any]] = [{"type": "edge"} | EDGE, {"type": "fill"} | FILL]

HALT: dict[str, Any] = {"reason": "feed is late", "actor": "alice"}

RESUME: dict[str, Any] = {"reason": "feed is back", "actor": "alice", "halt_ids": [12]}

ACK: dict[str, Any] = {"engine": "mine", "seq": 12, "open_orders": 0}

DENIAL: dict[str, Any] = {
    "command": "resume",
    "scope": "kalshi",
    "reason": "needs a role of DISCORD_RESUME_ROLES",
    "actor": "mallory",
    "via": "discord",
}
