"""A trading day as the pictures show it: simulated, and the same at every run."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.bot.metrics_server import MetricsServer
from tests.client import Client, edge, fill, now

MARKETS = (
    ("btc-120k", "Bitcoin above $120k on Friday", "KXBTC-26MAR06-T120", "crypto"),
    ("fed-hold", "Fed holds rates in March", "KXFED-26MAR-H0", "economics"),
    ("nba-bos", "Celtics win on Sunday", "KXNBA-26MAR08-BOS", "sports"),
    ("rain-nyc", "Rain in New York on Saturday", "KXRAIN-26MAR07-NYC", "weather"),
    ("oscar", "Best Picture goes to the favourite", "KXOSCAR-26-BP", "culture"),
)
EDGES = (3.2, 2.6, 1.9, 1.4, 0.8)
FILLS = 60
# Some of them in a row went wrong.
BAD_FILLS = range(30, 38)
HISTORY, STEP = timedelta(hours=6), timedelta(seconds=15)
FRESH = 8
QUIET = (timedelta(hours=3), timedelta(hours=4))
# Dollars open by venue and category, and what limits.yml would allow.
OPEN = (
    ("polymarket", "crypto", 4200.0, 6),
    ("polymarket", "economics", 1800.0, 3),
    ("kalshi", "crypto", 3900.0, 6),
    ("kalshi", "sports", 900.0, 2),
)
LIMITS = {"venue_exposure": {"polymarket": 10_000.0, "kalshi": 5_000.0}}


def fill_exporter(api: Client) -> None:
    """Edges, fills of the last day, exposure and health of two venues."""
    for (pair, primary, hedge, category), cents in zip(MARKETS, EDGES, strict=True):
        _post(
            api,
            "edges",
            edge(
                pair_id=pair,
                primary_market=primary,
                hedge_market=hedge,
                category=category,
                net_edge_cents=cents,
            ),
        )
    _post(api, "fills", list(_fills(random.Random(3))))
    _post(
        api,
        "exposure",
        [
            {
                "venue": venue,
                "category": category,
                "total_notional_usd": usd,
                "num_positions": count,
            }
            for venue, category, usd, count in OPEN
        ],
    )
    for venue, milliseconds in (("polymarket", 85), ("kalshi", 130)):
        _post(api, "latency", {"venue": venue, "latency_ms": milliseconds, "timestamp": now()})
        _post(api, "requests", {"venue": venue, "ok": 1_180, "error": 2, "timestamp": now()})


def fill_prometheus(prometheus: MetricsServer) -> None:
    """Limits, and an edge that wandered for hours, with an hour in which it was not live."""
    chance, value = random.Random(5), EDGES[0]
    prometheus.limits |= LIMITS
    moment = datetime.now(UTC) + timedelta(minutes=1)
    for number in range(int(HISTORY / STEP)):
        if not QUIET[0] < number * STEP < QUIET[1]:
            prometheus.history.insert(0, (moment.timestamp(), round(value, 2)))
        # From the present backwards, so that it ends at what the edge is now.
        value = max(0.3, value + (chance.gauss(-0.001, 0.05) if number > FRESH else 0))
        moment -= STEP


def fills_in_a_row(api: Client, *, first: int, count: int) -> None:
    """Many at once, some of them bad."""
    rows = list(_fills(random.Random(first)))[:count]
    for number, row in enumerate(rows, first):
        _post(api, "fills", row | {"fill_id": f"row-{number}", "timestamp": now()})


def _fills(chance: random.Random) -> Any:
    start = datetime.now(UTC) - timedelta(hours=20)
    for number in range(FILLS):
        pair, _, _, category = chance.choice(MARKETS)
        entry = round(chance.uniform(1.2, 3.4), 2)
        loss = chance.uniform(3, 9) if number in BAD_FILLS else abs(chance.gauss(0.6, 0.5))
        realized = round(entry - loss, 2)
        yield fill(
            f"day-{number}",
            timestamp=(start + timedelta(minutes=20 * number)).isoformat(),
            pair_id=pair,
            category=category,
            entry_edge_cents=entry,
            realized_edge_cents=realized,
            pnl_cents=round(realized * 60, 1),
        )


def _post(api: Client, path: str, body: Any) -> None:
    answer = api.post(f"/api/{path}", body)
    assert answer.ok, answer.text
