"""Row 57: the alerts' own way is broken, and Discord is told of it."""

from bot.alertmanager import ALWAYS_FIRING
from bot.outbox import Outbox
from bot.watchdog import MISSING_SECONDS, Watchdog
from tests.bot.clock import Clock

FIVE_MINUTES = 300


async def test_an_alert_that_always_fires_is_missed_within_five_minutes(outbox: Outbox) -> None:
    """Row 57: one critical card, and its end once the alert comes again."""
    clock = Clock()
    watchdog = Watchdog(outbox, now=clock, clock=clock.seconds, sleep=clock.sleep)
    watchdog.hear()

    await clock.sleep(FIVE_MINUTES - 1)
    await watchdog.look(since=0)
    early = await outbox.incidents()
    await clock.sleep(1)
    await watchdog.look(since=0)
    [missed] = await outbox.incidents()
    watchdog.hear()
    await watchdog.look(since=0)

    assert early == []
    assert (missed.name, missed.severity) == (ALWAYS_FIRING, "critical")
    assert await outbox.incidents() == []
    assert MISSING_SECONDS <= FIVE_MINUTES
