"""One figure a file: each has a function that takes the plan and gives rows of the table."""

from collections.abc import Callable

from bench.figures import (
    batched_edges,
    batched_fills,
    discord,
    halt,
    may_trade,
    memory,
    metrics,
    push,
    restart,
    single_edge,
    single_fill,
    stats,
    top_edges,
)
from bench.plan import Plan
from bench.results import Row

FIGURES: dict[str, Callable[[Plan], list[Row]]] = {
    "single_edge": single_edge.measure,
    "batched_edges": batched_edges.measure,
    "batched_fills": batched_fills.measure,
    "single_fill": single_fill.measure,
    "metrics": metrics.measure,
    "top_edges": top_edges.measure,
    "memory": memory.measure,
    "push": push.measure,
    "may_trade": may_trade.measure,
    "restart": restart.measure,
    "stats": stats.measure,
    "halt": halt.measure,
    "discord": discord.measure,
}
