"""Notices follow the exporter's stream: none missing, none twice, over restarts of either side."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
from aiohttp import web

from bot.metrics import BotMetrics
from bot.notices import STREAM, Notices, read_fact
from bot.outbox import Outbox
from bot.sse import ServerEvent
from tests.bot.conftest import until
from tests.client import Client, fill, now

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Follower:
    """A running follower of the stream."""

    def __init__(self, url: str, outbox: Outbox, metrics: BotMetrics) -> None:
        self._metrics = metrics
        self._task = asyncio.create_task(Notices(url, outbox, metrics=metrics).run())

    async def connected(self) -> None:
        """Wait until the stream is open."""
        await until(lambda: self._metrics.registry.get_sample_value("arb_bot_stream_up") == 1)

    async def stop(self) -> None:
        """Stop it as a shutdown does."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._metrics.stream_up.set(0)


async def titles(outbox: Outbox) -> list[str]:
    """Take everything out of the outbox and return the titles."""
    found = []
    while outbox.backlog.waiting:
        item = await outbox.next_waiting()
        found.append(item.card.title)
        await outbox.mark_sent(item.key, version=item.version, message_id=1)
    return found


def post_facts(api: Client) -> None:
    """One of each kind."""
    api.post("/api/fills", fill("f1", pair_id="pm-1:k-2"))
    api.post("/api/errors", {"kind": "one_legged", "message": "hedge", "timestamp": now()})
    api.post("/api/breaches", {"limit": "daily_loss", "value": -50, "timestamp": now()})


async def test_every_fact_becomes_one_notice(
    api: Client, outbox: Outbox, metrics: BotMetrics
) -> None:
    """Fill, error and breach in order; a halt moves the position without a notice."""
    follower = Follower(api.url, outbox, metrics)
    await follower.connected()

    post_facts(api)
    api.post("/api/venues/kalshi/halt", {"reason": "test"})

    await until(lambda: outbox.backlog.waiting == 3)
    await follower.stop()
    assert await titles(outbox) == [
        "✅ Fill Executed: pm-1:k-2",
        "🚨 Error (one_legged): hedge",
        "🚨 Threshold Breach: daily_loss = $-50.00",
    ]


async def test_a_first_start_announces_nothing_old(
    api: Client, outbox: Outbox, metrics: BotMetrics
) -> None:
    """A channel is not flooded with the history of the ledger."""
    post_facts(api)
    follower = Follower(api.url, outbox, metrics)
    await follower.connected()

    api.post("/api/fills", fill("new", pair_id="new"))

    await until(lambda: outbox.backlog.waiting)
    await follower.stop()
    assert await titles(outbox) == ["✅ Fill Executed: new"]


async def test_what_happened_while_the_bot_was_away_is_told_once(
    api: Client, outbox: Outbox, metrics: BotMetrics
) -> None:
    """The position is on disk with the notices."""
    follower = Follower(api.url, outbox, metrics)
    await follower.connected()
    api.post("/api/fills", fill("f1", pair_id="one"))
    await until(lambda: outbox.backlog.waiting == 1)
    await follower.stop()
    for pair in ("two", "three"):
        api.post("/api/fills", fill(pair, pair_id=pair))

    follower = Follower(api.url, outbox, metrics)
    await until(lambda: outbox.backlog.waiting == 3)

    await follower.stop()
    assert await titles(outbox) == [f"✅ Fill Executed: {p}" for p in ("one", "two", "three")]


async def test_a_cut_stream_is_taken_up_where_it_was_left(
    outbox: Outbox, metrics: BotMetrics
) -> None:
    """A server that ends the stream after every event is asked for the next one."""
    asked: list[str | None] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        last = request.headers.get("Last-Event-ID")
        asked.append(last)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(f"id: {last or 0}\nevent: ready\ndata: {{}}\n\n".encode())
        error = {"kind": "other", "message": "m", "timestamp": now()}
        text = f"id: {int(last or 0) + 1}\nevent: error\ndata: {json.dumps(error)}\n\n"
        await response.write(text.encode() + b"id: 99\nevent: err")
        return response

    async with served(serve) as url:
        follower = Follower(url, outbox, metrics)
        await until(lambda: outbox.backlog.waiting >= 2)
        await follower.stop()

    assert asked[:2] == [None, "1"]
    assert len(await titles(outbox)) == await outbox.cursor(STREAM)


@contextlib.asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[str]:
    """A stream of a test's own over a real socket."""
    app = web.Application()
    app.add_routes([web.get("/api/stream", handler)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_new_ledger_is_followed_from_its_own_position(
    api: Client, outbox: Outbox, metrics: BotMetrics
) -> None:
    """A position beyond the ledger's end would never see an event again."""
    await outbox.tell(stream=STREAM, position=1_000)
    follower = Follower(api.url, outbox, metrics)
    await follower.connected()

    api.post("/api/fills", fill("f1", pair_id="one"))

    await until(lambda: outbox.backlog.waiting == 1)
    await follower.stop()
    assert await outbox.cursor(STREAM) == 1


@pytest.mark.parametrize(
    ("reason", "shown"),
    [({"reason": "settlement failed"}, "Reason: settlement failed"), ({}, "No reason was given.")],
)
async def test_a_reversal_is_announced(
    api: Client, outbox: Outbox, metrics: BotMetrics, reason: dict[str, str], shown: str
) -> None:
    """With the fill that it undoes, and why."""
    follower = Follower(api.url, outbox, metrics)
    await follower.connected()

    api.post("/api/fills", fill("f1"))
    undone = {"type": "reversal", "fill_id": "r1", "reverses": "f1", "timestamp": now()}
    api.post("/api/events", [undone | reason])

    await until(lambda: outbox.backlog.waiting == 2)
    await follower.stop()
    await outbox.mark_sent((await outbox.next_waiting()).key, version=1, message_id=1)
    card = (await outbox.next_waiting()).card
    assert (card.title, card.body) == ("↩️ Fill Reversed: f1", shown)


@pytest.mark.parametrize("data", [b"{}", b"not json", b'{"kind": 1}'])
def test_an_event_that_cannot_be_read_is_an_error_of_its_own(data: bytes) -> None:
    """So that the follower can count it and go on behind it."""
    event = ServerEvent(kind="error", data=data, event_id="1")

    with pytest.raises(msgspec.DecodeError):
        read_fact(event)
