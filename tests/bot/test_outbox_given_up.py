"""A change to the outbox whose asker gives up while a slow disk takes it."""

import asyncio
import threading

from bot.incidents import Incident
from bot.outbox import Notification, Outbox
from tests.bot.conftest import until
from tests.bot.incidents import member


async def test_what_nobody_waits_for_any_more_is_delivered_all_the_same(outbox: Outbox) -> None:
    """It is on disk a moment later: then it is next, without another change."""
    one = member()
    await outbox.put([], notifications=[Notification(group_key="g", members=(one,))])
    shown = await outbox.next_waiting()
    await outbox.mark_attempted(shown.key)
    await outbox.mark_sent(shown.key, version=shown.version, message_id=1)
    waiting = asyncio.create_task(outbox.next_waiting())
    await outbox.incidents()  # After the look of the one who waits.
    is_begun, goes_on = threading.Event(), threading.Event()

    def slowly(found: Incident) -> Incident:
        is_begun.set()
        goes_on.wait(30)
        return found.with_deed("halted by alice")

    asked = asyncio.create_task(outbox.amend(one.key, slowly))
    await until(is_begun.is_set)
    asked.cancel()
    await asyncio.wait({asked})
    goes_on.set()

    async with asyncio.timeout(30):
        item = await waiting
    assert item.message_id == 1
    assert "halted by alice" in str(item.card)
