"""Edges in numbers: what there was in the time that the board shows."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.colours import GOOD, NEUTRAL, override, steps, venue_colours
from grafana.kit.queries import (
    Query,
    by_leader,
    ended_edges,
    in_range,
    live_net_edges,
    of,
    strategy_limit,
)
from grafana.kit.tiles import NUMBER_PIXELS, stat
from grafana.kit.variables import OF_CATEGORY, OF_LEADER

CHOSEN = (OF_LEADER, OF_CATEGORY)
ENDED = ended_edges(*CHOSEN)
FILLED = ended_edges('outcome="filled"', *CHOSEN)
WORTH = ended_edges('outcome=~"filled|missed"', *CHOSEN)


def largest() -> Panel:
    """The best edge of now."""
    best = f"max({live_net_edges(*CHOSEN)})"
    return stat(
        "Largest edge",
        "The largest net edge that is live now, in cents per contract after fees, and how far it "
        "is from the entry limit. Below 0 everywhere is a quiet market.",
        [
            Query(expr=best, legend="net"),
            Query(expr=f"{best} - {strategy_limit('min_net_edge')}", legend="to limit"),
        ],
        unit=units.CENTS,
        decimals=2,
        overrides=[override("^to limit$", thresholds=steps(NEUTRAL, (0, GOOD)))],
        value_size=NUMBER_PIXELS,
        no_value="no live edge",
    )


def seen() -> Panel:
    """How many edges there were."""
    return stat(
        "Edges seen",
        "Edges that ended in the time this board shows, and how many were worth entering. Few seen "
        "while markets move: look at the feeds.",
        [
            Query(expr=in_range(ENDED), legend="ended"),
            Query(expr=in_range(WORTH), legend="enterable"),
        ],
        unit=units.COUNT,
        value_size=NUMBER_PIXELS,
    )


def filled_share() -> Panel:
    """How many of those worth it were filled."""
    return stat(
        "Filled of enterable",
        "Of the edges that ended and had reached the entry limit or were filled, the share that "
        "was filled, in the time this board shows. Low: too slow, halted, or at a limit.",
        [Query(expr=f"{in_range(FILLED)} / ({in_range(WORTH)} > 0)")],
        unit=units.SHARE,
        value_size=NUMBER_PIXELS,
        no_value="none yet",
    )


def missed() -> Panel:
    """What was missed, at best."""
    cents = in_range(by_leader("arb_edges_missed_best_cents_total", *CHOSEN))
    count = in_range(ended_edges('outcome="missed"', *CHOSEN))
    return stat(
        "Missed",
        "Edges that reached the entry limit and were not filled, in the time this board shows, and "
        "the mean of the best each offered, per contract. It is an upper bound: nobody gets the "
        "best moment of every edge.",
        [
            Query(expr=count, legend="missed"),
            Query(expr=f"{cents} / clamp_min({count}, 1)", legend="best, mean"),
        ],
        unit=units.COUNT,
        value_size=NUMBER_PIXELS,
        overrides=[override("^best", unit=units.CENTS, decimals=2)],
    )


def leader_right() -> Panel:
    """Whether it paid to follow the leader."""
    right = f"sum by (leader) ({of('arb_leader_trades', OF_LEADER, _result('right'))})"
    total = f"sum by (leader) ({of('arb_leader_trades', OF_LEADER)}) > 0"
    return stat(
        "Leader right",
        "Of all trades led by a venue, the share that won: the venue that moved first was rightly "
        "followed. Near 50 % following it is a coin's throw.",
        [Query(expr=f"{right} / ({total})", legend="{{leader}}")],
        unit=units.SHARE,
        value_size=NUMBER_PIXELS,
        no_value="no trades",
        overrides=venue_colours(),
    )


def _result(result: str) -> str:
    return f'result="{result}"'
