"""Drawdown, Sharpe, Sortino and quantiles once more, over arrays with numpy."""

import math
from collections.abc import Sequence

import numpy as np

from bench.agreement.independent import Array, Figures

YEAR = math.sqrt(365)
LEAST_DAYS = 20
RATIOS = ("sharpe_ratio", "sharpe_low", "sharpe_high", "sortino_ratio")


def drawdowns(times: Array, amounts: Array, *, equity_usd: float) -> dict[str, float | str | None]:
    """Of results in order of time; the hours of peak and low as RFC 3339 texts."""
    curve = np.round(np.concatenate([[0.0], np.cumsum(amounts)]), 6)
    falls = curve - np.maximum.accumulate(curve)
    low = int(np.argmin(falls))
    peak, last_peak = int(np.argmax(curve[: low + 1])), int(np.argmax(curve))
    is_down = falls[-1] < 0
    return {
        "drawdown_usd": float(falls[-1]),
        "drawdown_ratio": float(falls[-1]) / equity_usd,
        "drawdown_since": _hour(times, last_peak) if is_down else None,
        "max_drawdown_usd": float(falls[low]),
        "max_drawdown_ratio": float(falls[low]) / equity_usd,
        "max_drawdown_from": _hour(times, peak) if low else None,
        "max_drawdown_to": _hour(times, low) if low else None,
    }


def ratios(times: Array, amounts: Array, *, equity_usd: float, last_day: str) -> Figures:
    """From the first day with a result to the last one asked for."""
    days = times.astype("datetime64[D]")
    number = int((np.datetime64(last_day, "D") - days.min()).astype(int)) + 1
    places = (days - days.min()).astype(int)
    returns = np.bincount(places, weights=amounts, minlength=number) / equity_usd
    if number < LEAST_DAYS:
        return {"sharpe_samples": number} | dict.fromkeys(RATIOS)
    daily = returns.mean() / returns.std(ddof=1)
    around = (returns - returns.mean()) / returns.std()
    skew, kurtosis = (around**3).mean(), (around**4).mean()
    error = np.sqrt((1 - skew * daily + (kurtosis - 1) / 4 * daily**2) / (number - 1))
    downside = np.sqrt((np.minimum(returns, 0) ** 2).mean())
    return {
        "sharpe_samples": number,
        "sharpe_ratio": float(daily) * YEAR,
        "sharpe_low": float(daily - 1.959964 * error) * YEAR,
        "sharpe_high": float(daily + 1.959964 * error) * YEAR,
        "sortino_ratio": float(returns.mean() / downside) * YEAR if downside else None,
    }


def spread(seconds: Array, bounds: Sequence[float]) -> dict[str, float | None]:
    """How many were in each bucket, and quantiles along the line through those counts."""
    measured = seconds[~np.isnan(seconds)]
    places = np.searchsorted(bounds, measured, side="left")
    counts = np.bincount(places, minlength=len(bounds) + 1)
    upto = np.concatenate([[0], np.cumsum(counts[:-1])])
    found: dict[str, float | None] = {f"counts {n}": int(count) for n, count in enumerate(counts)}
    found["samples"] = len(measured)
    for share in (50, 95, 99):
        at = np.interp(share / 100 * len(measured), upto, [0, *bounds])
        found[f"p{share}_seconds"] = float(at)
    return found


def _hour(times: Array, place: int) -> str | None:
    """The hour of the result that led to a place of the curve, which begins before the first."""
    if place == 0:
        return None
    return f"{np.datetime_as_string(times[place - 1].astype('datetime64[h]'), unit='s')}Z"
