"""Charts: facts in, PNG bytes out. Pure and slow (tens of milliseconds): call them in a thread."""

from bot.charts.edge import EdgePoint, edge_chart
from bot.charts.exposure import exposure_chart
from bot.charts.pnl import pnl_chart

__all__ = ["EdgePoint", "edge_chart", "exposure_chart", "pnl_chart"]
