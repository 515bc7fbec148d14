"""One row of the statistics: what the sums of a group of fills and edges say."""

from typing import Any

import msgspec

from arbwatch.answers import StatsRow
from exporter.ledger.tallies import EdgeTally, Tally
from exporter.ledger.units import to_cents, to_usd

CENTS_A_DOLLAR = 100
# Both legs together pay one dollar, so the dearer one costs about half of that at least.
LEAST_USD_A_CONTRACT = 0.5


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """What a row is measured by beside its own sums.

    `most_contracts` is how many contracts of one pair the limits allow; `seen` the edges of all
    rows, where a row's share of them means something; `is_of_leader` whether rows are leaders.
    """

    most_contracts: float
    seen: int = 0
    is_of_leader: bool = False


def most_contracts(contract_exposures_usd: list[float]) -> float:
    """How many contracts of one pair fit, at the most, into the smallest venue's limit."""
    return min(contract_exposures_usd) / LEAST_USD_A_CONTRACT


def stats_row(name: str | None, tally: Tally, edges: EdgeTally | None, scale: Scale) -> StatsRow:
    """The row of a group; `edges` is `None` where edges are not told apart by it."""
    is_leader = scale.is_of_leader and name is not None
    return StatsRow(
        name=name,
        pnl_usd=to_usd(tally.pnl),
        fills=tally.fills,
        reversals=tally.reversals,
        leader_right=_share(tally.wins, tally.wins + tally.losses) if is_leader else None,
        led_share=_share(edges.seen, scale.seen) if is_leader and edges else None,
        **_trades(tally),
        **waterfall(tally),
        **_per_contract(tally),
        **_edges(edges, scale),
    )


def waterfall(tally: Tally) -> dict[str, Any]:
    """From what the edges promised before costs to what was realized, USD.

    `gross` less fees less slippage is `net`; what `realized` is more or less than that is `other`.
    """
    gross, net = tally.entry + tally.fees, tally.entry - tally.slippage
    parts = {
        "gross": gross,
        "fees": tally.fees,
        "slippage": tally.slippage,
        "net": net,
        "other": tally.realized - net,
        "realized": tally.realized,
    }
    return {f"{part}_usd": to_usd(microusd) for part, microusd in parts.items()}


def capture_ratio(tally: Tally) -> float | None:
    """The share of the entry edges that was realized; `None` where they promised no gain."""
    return tally.realized / tally.entry if tally.entry > 0 else None


def hit_rate(tally: Tally) -> float | None:
    """The share of trades that won."""
    return _share(tally.wins, tally.trades)


def profit_factor(tally: Tally) -> float | None:
    """What was won for each dollar lost; `None` where nothing was lost."""
    return tally.won / -tally.lost if tally.lost else None


def _trades(tally: Tally) -> dict[str, Any]:
    return {
        "trades": tally.trades,
        "one_legged": tally.one_legged,
        "wins": tally.wins,
        "losses": tally.losses,
        "hit_rate": hit_rate(tally),
        "average_win_usd": to_usd(tally.won) / tally.wins if tally.wins else None,
        "average_loss_usd": to_usd(tally.lost) / tally.losses if tally.losses else None,
        "profit_factor": profit_factor(tally),
        "size_usd": to_usd(tally.size),
        "capture_ratio": capture_ratio(tally),
    }


def _per_contract(tally: Tally) -> dict[str, Any]:
    contracts = tally.contracts_milli / 1000

    def mean_cents(microusd: int) -> float | None:
        return to_cents(microusd) / contracts if contracts else None

    return {
        "contracts": contracts,
        "entry_edge_cents": mean_cents(tally.entry),
        "realized_edge_cents": mean_cents(tally.realized),
        "slippage_cents": mean_cents(tally.slippage),
    }


def _edges(edges: EdgeTally | None, scale: Scale) -> dict[str, Any]:
    if edges is None:
        return dict.fromkeys(_EDGE_FIELDS)
    missed_cents = to_cents(edges.missed_best)
    lifetime = edges.lifetime_us / 1_000_000
    return {
        "edges_seen": edges.seen,
        "edges_filled": edges.filled,
        "edges_missed": edges.missed,
        "edges_small": edges.small,
        "missed_best_cents": missed_cents,
        "missed_at_most_usd": missed_cents / CENTS_A_DOLLAR * scale.most_contracts,
        "edge_lifetime_mean_seconds": lifetime / edges.seen if edges.seen else None,
        "expected_slippage_cents": _mean_cents(edges.expected_slippage, edges.expected),
        "paid_slippage_cents": _mean_cents(edges.paid_slippage, edges.expected),
    }


def _mean_cents(microusd: int, number: int) -> float | None:
    return to_cents(microusd) / number if number else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


_EDGE_FIELDS = tuple(_edges(EdgeTally(), Scale(most_contracts=0)))
