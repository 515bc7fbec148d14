"""The limits of `limits.yml` as they are written there, and as they are shown in `arb_limit`."""

from typing import Annotated

import msgspec
from msgspec import Meta

# What a value may be; the description is what is said of one that is something else.
Positive = Annotated[float, Meta(gt=0, le=1e12, description="a number above 0")]
Share = Annotated[float, Meta(gt=0, le=1, description="a share above 0 and at most 1")]
# Its alert wants up to 14.4 times the share that may fail: of more than 7 % there is no such share.
Objective = Annotated[float, Meta(ge=0.95, lt=1, description="a share from 0.95 and below 1")]
Count = Annotated[int, Meta(ge=1, le=1_000_000, description="a whole number from 1")]
ALL = "all"

OF_EQUITY = ("daily_loss", "weekly_loss", "monthly_loss", "drawdown")
OF_STRATEGY = (
    "min_net_edge",
    "hedge_timeout",
    "hedges_in_time",
    "concurrent_pairs",
    "median_slippage",
    "min_capture",
    "one_legged",
    *OF_EQUITY,
)
OF_VENUE = (
    "venue_exposure",
    "contract_exposure",
    "error_rate",
    "feed_latency",
    "feed_silence",
    "feed_cuts",
    "availability",
)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The file as it is written; meanings and units stand beside each limit there."""

    equity_usd: Positive
    min_net_edge: Positive
    hedge_timeout: Positive
    hedges_in_time: Objective
    concurrent_pairs: Count
    median_slippage: Positive
    min_capture: Share
    one_legged: Count
    daily_loss: Share
    weekly_loss: Share
    monthly_loss: Share
    drawdown: Share
    venue_exposure: Positive | dict[str, Positive]
    contract_exposure: Positive | dict[str, Positive]
    error_rate: Share | dict[str, Share]
    feed_latency: Positive | dict[str, Positive]
    feed_silence: Positive | dict[str, Positive]
    feed_cuts: Count | dict[str, Count]
    availability: Objective | dict[str, Objective]

    def of_venue(self, name: str, venue: str) -> float:
        """One venue's value of a limit of venues."""
        value = getattr(self, name)
        return float(value[venue] if isinstance(value, dict) else value)

    def series(self, venues: tuple[str, ...]) -> dict[tuple[str, str], float]:
        """(limit, scope) to value; shares of equity in USD, scope a venue or `all`."""
        rows = {(name, ALL): float(getattr(self, name)) for name in OF_STRATEGY}
        for name in OF_EQUITY:
            rows[name, ALL] *= self.equity_usd
        for name in OF_VENUE:
            for venue in venues:
                rows[name, venue] = self.of_venue(name, venue)
        return rows
