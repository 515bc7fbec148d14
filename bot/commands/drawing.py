"""Charts for answers: drawn in one thread, so that the event loop goes on."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from arbwatch.answers import ExposureTotal, PnlReport

log = logging.getLogger(__name__)

NOT_DRAWN = "⚠️ The chart could not be drawn. The bot's log says why."

# The imports stand in the functions: the charts' library takes up to 3 s to load, which the thread
# does, and a console that draws nothing does not wait for.


class Drawing:
    """Draws one chart after another."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="charts")

    def warm_up(self) -> None:
        """Load the library before somebody waits for it."""
        self._thread.submit(draw_exposure, [], {})

    async def draw(self, work: Callable[[], bytes]) -> bytes | None:
        """A PNG, or None if it failed, which the log tells."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except Exception:
            log.exception("Chart not drawn")
            return None

    def close(self) -> None:
        """Draw nothing more; closing twice is harmless."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def draw_pnl(report: PnlReport, since: datetime, until: datetime) -> bytes:
    """What was earned in a time."""
    from bot.charts import pnl_chart

    return pnl_chart(report, since=since, until=until)


def draw_exposure(totals: Sequence[ExposureTotal], limits_usd: Mapping[str, float | None]) -> bytes:
    """What is open at each venue."""
    from bot.charts import exposure_chart

    return exposure_chart(totals, limits_usd=limits_usd)


def draw_edge(
    pair_id: str,
    history: Sequence[tuple[datetime, float]],
    *,
    since: datetime,
    until: datetime,
    step: timedelta,
    min_net_edge_cents: float | None,
) -> bytes:
    """How a pair's edge moved; what lies further apart than a step is not joined."""
    from bot.charts import EdgePoint, edge_chart

    points = [EdgePoint(timestamp=when, net_edge_cents=value) for when, value in history]
    return edge_chart(
        pair_id,
        points,
        since=since,
        until=until,
        longest_gap=step * 1.5,
        min_net_edge_cents=min_net_edge_cents,
    )
