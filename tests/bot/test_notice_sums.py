"""Whatever happens, the cards tell of every fill once: their sums are the sums of the fills."""

import asyncio
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbwatch.events import utc_now
from bot.cards import Card
from bot.coalescing import WINDOW
from bot.facts import KINDS, FillFact
from bot.metrics import BotMetrics
from bot.notices import STREAM
from bot.outbox import Outbox
from bot.preferences import MODES, Wish
from tests.bot.conftest import until
from tests.bot.facts import Clock, fill_fact, fills_told
from tests.bot.processes import BotProcess
from tests.bot.running import call
from tests.bot.test_notices import Follower
from tests.client import Client, fill, now
from tests.conftest import free_port

CENTS = st.integers(-5_000, 5_000)
STEPS = st.one_of(
    st.tuples(st.just("fills"), st.lists(st.tuples(CENTS, st.booleans()), min_size=1, max_size=6)),
    st.tuples(st.just("wait"), st.sampled_from([0.5, 4, 30, 61, 700, 4_000, -3_600])),
    st.tuples(st.just("wish"), st.sampled_from(MODES)),
    st.tuples(st.just("mute"), st.sampled_from([timedelta(minutes=1), timedelta(hours=2)])),
    st.tuples(st.sampled_from(["kill", "replay", "look", "deliver"]), st.none()),
)


class Scene:
    """An outbox that goes through it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._clock = Clock()
        self._told: list[FillFact] = []

    async def play(self, steps: list[tuple[str, Any]]) -> None:
        """Do all of it, then wait until all is told."""
        self._outbox = Outbox(self._path, now=self._clock)
        await self._outbox.open()
        for step, value in [*steps, ("wish", "on"), ("wait", 660.0), ("look", None)]:
            await self._do(step, value)
        assert not self._outbox.has_due_notices
        await self._outbox.close()

    @property
    def expected(self) -> tuple[int, int]:
        """How many fills there were, and their P&L in cents."""
        return len(self._told), sum(round(fact.pnl_cents) for fact in self._told)

    @property
    def told(self) -> tuple[int, int]:
        """The same, as its cards tell it."""
        return fills_told(all_cards(self._path))

    async def _do(self, step: str, value: Any) -> None:
        match step:
            case "fills":
                for cents, is_one_legged in value:
                    fact = fill_fact(len(self._told), pnl_cents=cents, is_one_legged=is_one_legged)
                    self._told.append(fact)
                    await self._outbox.tell([fact], stream=STREAM, position=len(self._told))
            case "wait":
                self._clock.pass_by(value)
            case "wish":
                await self._outbox.prefer(Wish(kinds=KINDS, mode=value))
            case "mute":
                await self._outbox.prefer(Wish(kinds=("fills",), mute=value))
            case "kill":
                await self._outbox.close()
                self._outbox = Outbox(self._path, now=self._clock)
                await self._outbox.open()
            case "replay":
                await self._outbox.tell(self._told, stream=STREAM, position=0)
            case "look":
                await self._outbox.tell()
            case "deliver":
                await self._deliver()

    async def _deliver(self) -> None:
        while self._outbox.backlog.waiting:
            item = await self._outbox.next_waiting()
            await self._outbox.mark_sent(item.key, version=item.version, message_id=1)


@given(st.lists(STEPS, max_size=30))
@settings(max_examples=60, deadline=None)
def test_the_cards_add_up_whatever_happens(steps: list[tuple[str, Any]]) -> None:
    """Rushes, pauses, clocks set back, restarts, repeats, mutes, and a reader who looks on."""
    with tempfile.TemporaryDirectory() as directory:
        scene = Scene(Path(directory) / "outbox.db")

        asyncio.run(scene.play(steps))

        assert scene.told == scene.expected


async def test_a_stream_that_is_read_again_tells_nothing_twice(
    api: Client, outbox: Outbox, metrics: BotMetrics, tmp_path: Path
) -> None:
    """As when the position was lost."""
    follower = Follower(api.url, outbox, metrics)
    await follower.connected()
    for number in range(10):
        api.post("/api/fills", fill(f"f{number}", pnl_cents=number))
    await until(lambda: metrics.registry.get_sample_value(*FILLS) == 10)
    await follower.stop()

    await outbox.tell(stream=STREAM, position=0)
    follower = Follower(api.url, outbox, metrics)
    await until(lambda: metrics.registry.get_sample_value(*FILLS) == 20)

    await follower.stop()
    await outbox.close()
    await _end_windows(tmp_path / "outbox.db")
    assert fills_told(all_cards(tmp_path / "outbox.db")) == (10, sum(range(10)))


FILLS = ("arb_bot_notices_total", {"kind": "fill"})


@pytest.fixture
def killable(api: Client, tmp_path: Path) -> Iterator[BotProcess]:
    """A bot process in console mode that follows a real exporter."""
    bot = BotProcess(
        {
            "BOT_PORT": free_port(),
            "OUTBOX_PATH": tmp_path / "killed.db",
            "EXPORTER_URL": api.url,
        }
    )
    yield bot
    bot.kill()


@pytest.mark.timeout(300)  # It starts a process nine times.
async def test_kills_lose_no_fill_and_count_none_twice(
    killable: BotProcess, api: Client, tmp_path: Path
) -> None:
    """kill -9 at any moment, while fills rush in."""
    chance = random.Random(5)
    await killable.ready()
    await _sampled(killable, "arb_bot_stream_up 1.0")

    for batch in range(8):
        fills = [
            fill(f"f{batch}-{number}", pnl_cents=number - 10, timestamp=now())
            for number in range(30)
        ]
        pushing = asyncio.create_task(asyncio.to_thread(_push, api, fills))
        await asyncio.sleep(chance.uniform(0, 0.2))
        await killable.restart()
        await pushing
    api.post("/api/errors", {"kind": "end", "message": "m", "timestamp": now()})
    await _sampled(killable, 'arb_bot_notices_total{kind="error"} 1.0')
    killable.kill()

    await _end_windows(tmp_path / "killed.db")
    cards = all_cards(tmp_path / "killed.db")
    assert fills_told(cards) == (240, 8 * sum(range(-10, 20)))
    assert len(cards) < 20


def _push(api: Client, fills: list[dict[str, Any]]) -> None:
    for each in fills:
        api.post("/api/fills", each)


async def _sampled(bot: BotProcess, line: str) -> None:
    """Wait until the metrics have this line."""
    async with asyncio.timeout(30):
        while line not in (await call("GET", f"{bot.url}/metrics"))[1]:
            await asyncio.sleep(0.02)


def all_cards(path: Path) -> list[Card]:
    """Every card that there ever was, as it is now; also those that one message tells of."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT card FROM card").fetchall()
    return [msgspec.json.decode(card, type=Card) for [card] in rows if card]


async def _end_windows(path: Path) -> None:
    outbox = Outbox(path, now=lambda: utc_now() + WINDOW)
    await outbox.open()
    await outbox.tell()
    await outbox.close()
