"""The limits of `limits.yml`: read, checked, and laid out as they are shown in `arb_limit`."""

from pathlib import Path
from typing import Annotated

import msgspec
import yaml

from exporter.errors import StartError

Positive = Annotated[float, msgspec.Meta(gt=0)]
Share = Annotated[float, msgspec.Meta(gt=0, le=1)]
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


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file as it is written; the units stand beside each limit there."""

    equity_usd: Positive
    min_net_edge: Positive
    hedge_timeout: Positive
    hedges_in_time: Share
    concurrent_pairs: Positive
    median_slippage: Positive
    min_capture: Share
    one_legged: Positive
    daily_loss: Share
    weekly_loss: Share
    monthly_loss: Share
    drawdown: Share
    venue_exposure: Positive | dict[str, Positive]
    contract_exposure: Positive | dict[str, Positive]
    error_rate: Share | dict[str, Share]
    feed_latency: Positive | dict[str, Positive]
    feed_silence: Positive | dict[str, Positive]
    feed_cuts: Positive | dict[str, Positive]
    availability: Share | dict[str, Share]

    def of_venue(self, name: str, venue: str) -> float:
        """One venue's value of a limit of venues."""
        value = getattr(self, name)
        return float(value[venue] if isinstance(value, dict) else value)

    def series(self, venues: tuple[str, ...]) -> dict[tuple[str, str], float]:
        """(limit, scope) to value; losses in USD, scope a venue or `all`."""
        rows = {(name, ALL): float(getattr(self, name)) for name in OF_STRATEGY}
        for name in OF_EQUITY:
            rows[name, ALL] *= self.equity_usd
        for name in OF_VENUE:
            for venue in venues:
                rows[name, venue] = self.of_venue(name, venue)
        return rows


def load(path: Path, *, venues: tuple[str, ...]) -> Limits:
    """Read and check the file.

    Raises:
        StartError: it is missing, no YAML, or a limit is missing, unknown or out of range.
    """
    try:
        limits = msgspec.convert(yaml.safe_load(path.read_text()), Limits)
    except UnicodeDecodeError as error:
        raise StartError(f"{path}: not UTF-8 text") from error
    except OSError as error:
        raise StartError(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        raise StartError(f"{path}: not valid YAML{place}") from error
    except msgspec.ValidationError as error:
        raise StartError(f"{path}: {error}") from error
    _check_venues(limits, path, venues)
    return limits


def _check_venues(limits: Limits, path: Path, venues: tuple[str, ...]) -> None:
    for name in OF_VENUE:
        value = getattr(limits, name)
        if isinstance(value, dict) and set(value) != set(venues):
            raise StartError(f"{path}: {name} must name exactly the venues {', '.join(venues)}")
