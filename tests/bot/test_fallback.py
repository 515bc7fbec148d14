"""The second way is told once while Discord is away, and once when it is back."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.cards import make_card
from bot.fallback import Fallback, FallbackFailed, Format, Webhook
from bot.metrics import BotMetrics
from bot.outbox import Entry, Outbox
from bot.text import discord
from tests.bot.clock import Clock
from tests.conftest import free_port

SECRET = "topic-that-nobody-guesses"


class Phone:
    """A server that takes posts, as ntfy and Slack do."""

    def __init__(self) -> None:
        self.port = free_port()
        self.posts: list[tuple[str, str, str | None]] = []
        self.status = 200
        self._runner: web.AppRunner | None = None

    def way(self, form: Format = "text") -> Webhook:
        """The way to it."""
        return Webhook(SecretStr(f"http://127.0.0.1:{self.port}/{SECRET}"), form=form)

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.add_routes([web.post(f"/{SECRET}", self._take)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        """Go away."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        title = request.headers.get("Title")
        self.posts.append((request.content_type, await request.text(), title))
        return web.Response(status=self.status)


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    """A second way that listens."""
    listening = Phone()
    await listening.start()
    yield listening
    await listening.stop()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is set."""
    return Clock()


@pytest.fixture
async def queue(tmp_path: Path, clock: Clock) -> AsyncIterator[Outbox]:
    """An open outbox on that clock."""
    opened = Outbox(tmp_path / "queue.db", now=clock)
    await opened.open()
    yield opened
    await opened.close()


def critical(key: str, title: str | None = None) -> Entry:
    """A card that rings."""
    return Entry(key=key, card=make_card(title or key), is_loud=True)


def guard(queue: Outbox, phone: Phone, clock: Clock, metrics: BotMetrics) -> Fallback:
    """A guard that has watched for a while."""
    found = Fallback(queue, phone.way(), metrics=metrics, now=clock)
    clock.now += timedelta(minutes=1)
    return found


async def deliver_all(queue: Outbox) -> None:
    """Discord is back."""
    while queue.backlog.waiting:
        item = await queue.next_waiting()
        await queue.mark_attempted(item.key)
        await queue.mark_sent(item.key, version=item.version, message_id=1)


async def test_a_critical_card_that_waits_is_told_once_and_so_is_the_return(
    queue: Outbox, phone: Phone, clock: Clock, metrics: BotMetrics
) -> None:
    """Plain text with a title, as ntfy takes it."""
    watching = guard(queue, phone, clock, metrics)
    await queue.put([critical("a", "🔴 Feed silent"), critical("b", discord("*daily* loss"))])
    clock.now += timedelta(seconds=119)
    await watching.look()
    assert phone.posts == []

    for _ in range(3):
        clock.now += timedelta(seconds=5)
        await watching.look()
    await deliver_all(queue)
    for _ in range(3):
        await watching.look()

    text = "2 messages wait for it. Use Grafana.\n🔴 Feed silent\n*daily* loss"
    assert phone.posts == [
        ("text/plain", text, "Arbwatch: Discord is not reached"),
        ("text/plain", "What waited is in the channel.", "Arbwatch: Discord is back"),
    ]
    sent = metrics.registry.get_sample_value("arb_bot_fallback_total", {"result": "sent"})
    assert sent == 2


async def test_what_is_critical_later_is_told_too(
    queue: Outbox, phone: Phone, clock: Clock, metrics: BotMetrics
) -> None:
    """Each card once, over a restart of the bot, and not again by a digest."""
    watching = guard(queue, phone, clock, metrics)
    await queue.put([critical("first")])
    clock.now += timedelta(minutes=3)
    await watching.look()
    await queue.put([critical(f"c{number}") for number in range(30)])
    await queue.next_waiting()
    clock.now += timedelta(minutes=3)

    again = guard(queue, phone, clock, metrics)
    await again.look()
    await again.look()

    [_, (_, text, _)] = phone.posts
    assert "first" not in text
    assert [f"c{number}" for number in range(30)] == text.splitlines()[1:]


async def test_an_outage_is_told_though_nothing_critical_waits(
    queue: Outbox, phone: Phone, clock: Clock, metrics: BotMetrics
) -> None:
    """A fill that waits says that commands do not work either."""
    watching = guard(queue, phone, clock, metrics)
    await queue.put([Entry(key="fill", card=make_card("fill"))])
    clock.now += timedelta(minutes=3)

    await watching.look()

    assert phone.posts[0][1] == "1 message waits for it. Use Grafana."


async def test_a_long_queue_that_moves_is_no_outage(
    queue: Outbox, phone: Phone, clock: Clock, metrics: BotMetrics
) -> None:
    """As long as something was delivered within two minutes."""
    watching = guard(queue, phone, clock, metrics)
    await queue.put([Entry(key=key, card=make_card(key)) for key in "abc"])
    clock.now += timedelta(minutes=3)
    item = await queue.next_waiting()
    await queue.mark_sent(item.key, version=item.version, message_id=1)

    await watching.look()

    assert phone.posts == []


async def test_what_waited_before_a_start_has_a_moment(
    queue: Outbox, phone: Phone, clock: Clock, metrics: BotMetrics
) -> None:
    """It is delivered in the next second."""
    await queue.put([critical("old")])
    clock.now += timedelta(hours=1)

    await Fallback(queue, phone.way(), metrics=metrics, now=clock).look()

    assert phone.posts == []


async def test_a_way_that_fails_is_tried_again_with_growing_pauses(
    queue: Outbox,
    phone: Phone,
    clock: Clock,
    metrics: BotMetrics,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its address is a secret, so no log names it."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        clock.now += timedelta(seconds=seconds)
        phone.status = 200 if len(pauses) > 6 else 500
        if len(pauses) == 8:
            raise StopAsyncIteration

    watching = Fallback(queue, phone.way(), metrics=metrics, now=clock, sleep=sleep)
    await queue.put([critical("a")])
    clock.now += timedelta(minutes=3)

    with caplog.at_level(logging.DEBUG), pytest.raises(StopAsyncIteration):
        await watching.run()

    assert pauses == [5, 10, 20, 40, 60, 60, 60, 5]
    failed = metrics.registry.get_sample_value("arb_bot_fallback_total", {"result": "failed"})
    assert (failed, len(phone.posts)) == (6, 7)
    assert SECRET not in caplog.text


async def test_slack_gets_json_without_its_marks(phone: Phone) -> None:
    """Nobody is called by what stands in an alert."""
    await phone.way("slack").tell("Arbwatch: Discord is back", "<!channel> & more")

    [(kind, body, _)] = phone.posts
    assert kind == "application/json"
    assert body == '{"text":"Arbwatch: Discord is back\\n&lt;!channel&gt; &amp; more"}'


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/secret", "http://nowhere.invalid/secret"])
async def test_a_way_that_is_not_there_says_no_address(url: str) -> None:
    """Neither in the error nor in what caused it."""
    with pytest.raises(FallbackFailed) as failed:
        await Webhook(SecretStr(url), form="text").tell("title", "text")

    assert "secret" not in f"{failed.value!r} {failed.value.__cause__!r}"
