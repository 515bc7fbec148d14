"""One replay: wires source, exporter and promtool together, and leaves blocks or nothing."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Literal

import msgspec

from exporter.app import Exporter, create_app
from exporter.errors import StartError
from exporter.ledger.past import copy_ledger
from exporter.metrics.exposition import Exposition
from exporter.replay.blocks import Blocks
from exporter.replay.past import Past, from_file, from_ledger
from exporter.replay.play import PastClock, Player, Span
from exporter.replay.samples import MEASURED, OF_ITSELF, Samples
from exporter.settings import Settings

REPORT = "replay.json"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be replayed; without a start or an end, all that there is."""

    source: Path
    kind: Literal["ledger", "events"]
    start: float | None
    end: float | None
    step: int
    instance: str


class Done(msgspec.Struct, kw_only=True):
    """What was done; times are those of the first and the last scrape. Stored beside the blocks."""

    source: str
    kind: Literal["ledger", "events"]
    instance: str
    step: int
    first: datetime
    last: datetime
    events: dict[str, int]
    refused: dict[str, int]
    scrapes: int
    samples: int
    bytes: int
    blocks: int
    seconds: float


async def make_blocks(wish: Wish, out: Path, settings: Settings) -> Done:
    """Write the blocks of a replay into `out`, which must be new or empty.

    Raises:
        StartError: it could not be done; nothing is left behind.
    """
    started = time.monotonic()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise StartError(f"{out}: is there already; name a new directory or remove it")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise StartError(f"{error.filename}: {error.strerror}") from error
    try:
        done = await _make(wish, work, settings)
        done.seconds = round(time.monotonic() - started, 1)
        made = work / "blocks"
        (made / REPORT).write_bytes(msgspec.json.format(msgspec.json.encode(done)))
        made.replace(out)
        return done
    finally:
        shutil.rmtree(work)


async def _make(wish: Wish, work: Path, settings: Settings) -> Done:
    past = _past(wish, work)
    first = next(past, None)
    if first is None:
        raise StartError(f"{wish.source}: holds no event")
    start = first.at if wish.start is None else wish.start
    if wish.kind == "events":
        start = max(start, first.at)
    span = Span(start=start, end=wish.end, step=wish.step)
    clock = PastClock(min(first.at, start))
    own = settings.model_copy(update={"database_url": f"sqlite:///{work / 'ledger.db'}"})
    exporter = Exporter(own, clock=clock.faces())
    player = Player(exporter, clock, is_ledger=wish.kind == "ledger")
    (work / "blocks").mkdir()
    with closing(_Scribe(wish, exporter, work)) as scribe:
        async with exporter.run(create_app(exporter)):
            await player.play(chain([first], past), span, scribe.scrape)
        return scribe.done(player)


def _past(wish: Wish, work: Path) -> Iterator[Past]:
    if wish.kind == "events":
        return from_file(wish.source)
    copy = work / "source.db"
    copy_ledger(wish.source, copy)
    return from_ledger(copy)


class _Scribe:
    """Scrapes, hands on what it got, and keeps count."""

    def __init__(self, wish: Wish, exporter: Exporter, work: Path) -> None:
        self._wish = wish
        without = OF_ITSELF + (MEASURED if wish.kind == "ledger" else ())
        exposition = Exposition(exporter.metrics.families)
        self._samples = Samples(exposition, instance=wish.instance, without=without)
        self._out = work / "blocks"
        self._blocks = Blocks(work, self._out)
        self._times: tuple[int, int] | None = None
        self._scrapes = self._count = 0

    def scrape(self, at: int) -> None:
        """Scrape now."""
        text = self._samples.scrape(at)
        self._blocks.write(at, text)
        self._times = (self._times[0] if self._times else at, at)
        self._scrapes += 1
        self._count += text.count(b"\n")

    def done(self, player: Player) -> Done:
        """All blocks are there.

        Raises:
            StartError: there is none.
        """
        if self._times is None:
            raise StartError(f"{self._wish.source}: nothing in it is of this time")
        self._blocks.finish()
        files = [path for path in self._out.rglob("*") if path.is_file()]
        return Done(
            source=str(self._wish.source.resolve()),
            kind=self._wish.kind,
            instance=self._wish.instance,
            step=self._wish.step,
            first=datetime.fromtimestamp(self._times[0], UTC),
            last=datetime.fromtimestamp(self._times[1], UTC),
            events=dict(player.played.events),
            refused={code: count for code, count in player.played.refused.items() if count},
            scrapes=self._scrapes,
            samples=self._count,
            bytes=sum(path.stat().st_size for path in files),
            blocks=len(list(self._out.iterdir())),
            seconds=0.0,
        )

    def close(self) -> None:
        """Leave no promtool behind."""
        self._blocks.stop()
