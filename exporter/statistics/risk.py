"""What was risked for the results: drawdowns as shares of equity, with their hours, and ratios."""

from datetime import datetime, timedelta

from arbwatch.answers import RiskStats
from exporter.ledger.drawdown import Drawdown
from exporter.ledger.units import EPOCH, MICROUSD_PER_USD, to_usd
from exporter.statistics.ratios import sharpe, sortino


def risk_stats(drawdown: Drawdown, returns: list[float], *, equity_usd: float) -> RiskStats:
    """Of a stretch of days: how deep its results fell, and its daily returns."""
    ratio = sharpe(returns)
    equity = equity_usd * MICROUSD_PER_USD
    is_down, was_down = drawdown.now < 0, drawdown.deepest < 0
    return RiskStats(
        drawdown_usd=to_usd(drawdown.now),
        drawdown_ratio=drawdown.now / equity,
        drawdown_since=_hour(drawdown.peak_hour) if is_down else None,
        max_drawdown_usd=to_usd(drawdown.deepest),
        max_drawdown_ratio=drawdown.deepest / equity,
        max_drawdown_from=_hour(drawdown.deepest_peak_hour) if was_down else None,
        max_drawdown_to=_hour(drawdown.deepest_low_hour) if was_down else None,
        sharpe_ratio=ratio.ratio if ratio else None,
        sharpe_low=ratio.low if ratio else None,
        sharpe_high=ratio.high if ratio else None,
        sharpe_samples=len(returns),
        sortino_ratio=sortino(returns),
    )


def _hour(hour: int | None) -> datetime | None:
    return None if hour is None else EPOCH + timedelta(hours=hour)
