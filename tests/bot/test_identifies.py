"""Sessions at Discord's gateway are counted over restarts, and slow down long before the limit."""

from datetime import timedelta
from pathlib import Path

from bot.identifies import FLOOR_SECONDS, Identifies, pause_seconds
from bot.metrics import BotMetrics
from bot.outbox import Outbox
from bot.outbox.identifies import IdentifyLog
from tests.bot.clock import START, Clock

DISCORDS_LIMIT = 1000


async def test_a_day_of_failing_connections_stays_far_below_the_limit(
    tmp_path: Path, metrics: BotMetrics
) -> None:
    """Whether the bot tries again and again, or dies and is started each time."""
    clock = Clock()
    outbox = Outbox(tmp_path / "outbox.db", now=clock)
    await outbox.open()
    count = 0

    while clock.now < START + timedelta(days=1):
        again = Identifies(IdentifyLog(outbox), metrics=metrics, now=clock, sleep=clock.sleep)
        await again.begin()
        await again.begin()
        clock.now += timedelta(seconds=1)
        count += 2
    await outbox.close()

    assert 100 < count < DISCORDS_LIMIT / 2
    assert metrics.registry.get_sample_value("arb_bot_identifies_total") == count


async def test_a_restart_begins_at_once(tmp_path: Path, metrics: BotMetrics) -> None:
    """Within one process there is a floor between two."""
    clock = Clock()
    outbox = Outbox(tmp_path / "outbox.db", now=clock)
    await outbox.open()
    first = Identifies(IdentifyLog(outbox), metrics=metrics, now=clock, sleep=clock.sleep)
    await first.begin()
    restarted = Identifies(IdentifyLog(outbox), metrics=metrics, now=clock, sleep=clock.sleep)

    await restarted.begin()
    at_once = clock.now
    await restarted.begin()
    await outbox.close()

    assert at_once == START
    assert clock.now - START == timedelta(seconds=FLOOR_SECONDS)


def test_a_clock_that_was_set_back_keeps_nobody_away() -> None:
    """The longest pause is that of its pace."""
    assert pause_seconds([1_000_000.0], now=0.0) == FLOOR_SECONDS
