"""The worker delivers in order, waits out what passes, and never posts twice."""

import asyncio
from datetime import datetime

from bot.cards import Card, make_card
from bot.metrics import BotMetrics
from bot.outbox import Entry, Manner, Outbox
from bot.worker import LONGEST_PAUSE_SECONDS, DeliveryWorker, SendDelayed, SendRefused
from tests.bot.conftest import until


class Channel:
    """A Sender that keeps messages; `failures` are raised by the next calls, `lost` after them."""

    def __init__(self) -> None:
        self.messages: dict[str, str] = {}
        self.log: list[str] = []
        self.failures: list[Exception] = []
        self.lost: list[Exception] = []

    async def wait_ready(self) -> None:
        """Always ready."""

    async def post(self, card: Card, reference: str, manner: Manner) -> int:
        """Keep a message; the first one of a reference stays."""
        if self.failures:
            raise self.failures.pop(0)
        self.messages.setdefault(reference, card.title)
        self.log.append(f"post {card.title}")
        if self.lost:
            raise self.lost.pop(0)
        return len(self.messages)

    async def edit(self, message_id: int, card: Card, reference: str, manner: Manner) -> None:
        """Change a message."""
        if self.failures:
            raise self.failures.pop(0)
        self.messages[reference] = card.title
        self.log.append(f"edit {card.title}")

    async def find(self, reference: str, since: datetime) -> int | None:
        """Look a message up."""
        return 1 if reference in self.messages else None


def entry(key: str, title: str) -> Entry:
    """A card under a key."""
    return Entry(key=key, card=make_card(title))


async def run_until_idle(worker: DeliveryWorker, outbox: Outbox) -> None:
    """Let the worker empty the outbox."""
    task = asyncio.create_task(worker.run())
    await until(lambda: outbox.backlog.waiting == 0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_cards_are_posted_in_order_and_then_edited(
    outbox: Outbox, metrics: BotMetrics
) -> None:
    """One message a key, changed in place."""
    channel = Channel()
    worker = DeliveryWorker(outbox, channel, metrics=metrics)
    await outbox.put([entry("a", "a fires"), entry("b", "b fires")])
    await run_until_idle(worker, outbox)

    await outbox.put([entry("a", "a resolved")])
    await run_until_idle(worker, outbox)

    assert channel.log == ["post a fires", "post b fires", "edit a resolved"]


async def test_an_outage_is_waited_out_in_order(outbox: Outbox, metrics: BotMetrics) -> None:
    """Pauses grow to their cap, nothing is skipped, each failure is counted."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    channel = Channel()
    channel.failures = [SendDelayed("unreachable") for _ in range(8)]
    worker = DeliveryWorker(outbox, channel, metrics=metrics, sleep=sleep)
    await outbox.put([entry("a", "a"), entry("b", "b")])

    await run_until_idle(worker, outbox)

    assert channel.log == ["post a", "post b"]
    assert pauses == [1, 2, 4, 8, 16, 30, 30, LONGEST_PAUSE_SECONDS]
    failed = metrics.registry.get_sample_value(
        "arb_bot_delivery_failures_total", {"reason": "unreachable"}
    )
    assert failed == 8


async def test_a_rate_limit_is_waited_for_as_long_as_asked(
    outbox: Outbox, metrics: BotMetrics
) -> None:
    """What Discord asks for counts more than our own pause."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    channel = Channel()
    channel.failures = [SendDelayed("rate_limited", retry_after_seconds=45)]
    worker = DeliveryWorker(outbox, channel, metrics=metrics, sleep=sleep)
    await outbox.put([entry("a", "a")])

    await run_until_idle(worker, outbox)

    assert pauses == [45]


async def test_a_refused_card_is_given_up_alone(outbox: Outbox, metrics: BotMetrics) -> None:
    """Its title was refused, too; the next one is delivered at once."""
    channel = Channel()
    channel.failures = [SendRefused("refused"), SendRefused("refused")]
    worker = DeliveryWorker(outbox, channel, metrics=metrics)
    await outbox.put([entry("bad", "bad"), entry("good", "good")])

    await run_until_idle(worker, outbox)

    assert channel.log == ["post good"]
    assert metrics.registry.get_sample_value("arb_bot_dead_letters_total") == 2


async def test_a_message_without_an_answer_is_adopted(outbox: Outbox, metrics: BotMetrics) -> None:
    """It is in the channel, so it is not posted again."""
    channel = Channel()
    channel.lost = [SendDelayed("unreachable")]
    worker = DeliveryWorker(outbox, channel, metrics=metrics, sleep=lambda _: asyncio.sleep(0))
    await outbox.put([entry("a", "a fires")])

    await run_until_idle(worker, outbox)

    assert channel.log == ["post a fires"]


async def test_an_adopted_message_is_brought_up_to_date(
    outbox: Outbox, metrics: BotMetrics
) -> None:
    """The alert resolved while nobody knew whether its message exists."""
    channel = Channel()
    channel.lost = [SendDelayed("unreachable")]

    async def resolve_meanwhile(_: float) -> None:
        await outbox.put([entry("a", "a resolved")])

    worker = DeliveryWorker(outbox, channel, metrics=metrics, sleep=resolve_meanwhile)
    await outbox.put([entry("a", "a fires")])

    await run_until_idle(worker, outbox)

    assert channel.log == ["post a fires", "edit a resolved"]
