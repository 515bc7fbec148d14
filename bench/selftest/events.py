"""Events as an engine posts them, valid now."""

from datetime import UTC, datetime
from typing import Any


def now() -> str:
    """The present, as an event's timestamp."""
    return datetime.now(UTC).isoformat()


def fill(name: str, **changes: Any) -> dict[str, Any]:
    """A fill of its own that earned what it promised."""
    usual = {
        "fill_id": f"selftest-{name}-{now()}",
        "timestamp": now(),
        "pair_id": "selftest",
        "entry_edge_cents": 2.5,
        "realized_edge_cents": 2.5,
        "slippage_cents": 0.0,
        "fees_cents": 0.0,
        "size_usd": 9.75,
        "pnl_cents": 25.0,
    }
    return usual | changes


def error(kind: str) -> dict[str, Any]:
    """Something that went wrong in an engine."""
    return {"kind": kind, "message": "self-test", "timestamp": now(), "venue": "kalshi"}
