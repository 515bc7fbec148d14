"""Events that are valid now, and a sender that does not make tests wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arbwatch import Edge, EngineError, Exposure, Fill, Latency, Reversal
from arbwatch.bearer.access import Access
from arbwatch.events import utc_now
from arbwatch.sending.options import Options
from arbwatch.sending.sender import Sender

# Only pauses are short: no answer is given up, and no report comes between, on a slow machine.
QUICK = Options(
    flush_seconds=0.005,
    keep_after_seconds=0.05,
    first_pause_seconds=0.005,
    longest_pause_seconds=0.02,
    connect_timeout_seconds=60,
    timeout_seconds=60,
    report_seconds=3600,
)


def fill(fill_id: str) -> Fill:
    """A valid fill with this id."""
    return Fill(
        fill_id=fill_id,
        timestamp=utc_now(),
        pair_id="p",
        entry_edge_cents=3.2,
        realized_edge_cents=2.5,
        slippage_cents=0.4,
        fees_cents=0.3,
        size_usd=60,
        pnl_cents=150,
        category="economics",
    )


def reversal(fill_id: str) -> Reversal:
    """A valid reversal of this fill."""
    return Reversal(fill_id=f"undo-{fill_id}", reverses=fill_id, timestamp=utc_now())


def edge(pair_id: str) -> Edge:
    """A valid edge of this pair."""
    return Edge(
        pair_id=pair_id,
        primary_market="A",
        hedge_market="B",
        net_edge_cents=3,
        confidence=0.9,
        expected_slippage_cents=0.1,
        leader="kalshi",
        timestamp=utc_now(),
    )


def error(message: str) -> EngineError:
    """A valid error."""
    return EngineError(kind="connection", message=message, timestamp=utc_now(), venue="kalshi")


def latency(milliseconds: float) -> Latency:
    """A valid latency sample."""
    return Latency(venue="kalshi", latency_ms=milliseconds, timestamp=utc_now())


def exposure() -> Exposure:
    """A snapshot without open positions."""
    return Exposure(rows=[], timestamp=utc_now())


@contextmanager
def sending(url: str, folder: Path | None = None, options: Options = QUICK) -> Iterator[Sender]:
    """A sender at work; it is closed without patience."""
    kept = None if folder is None else folder / "e"
    sender = Sender(url, access=Access("e"), folder=kept, options=options)
    sender.start()
    yield sender
    sender.close(timeout_seconds=0.05)
