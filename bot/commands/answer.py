"""What a command gets and gives."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from arbwatch.control import Halt, Via
from bot.alertmanager_api import AlertmanagerApi
from bot.cards.card import CONTENT_LIMIT, Button
from bot.commands.drawing import Drawing
from bot.exporter_api import ExporterApi
from bot.outbox import Outbox
from bot.preferences import Preferences, Wish
from bot.prometheus_api import PrometheusApi
from bot.text import Escape

Result = Literal["ok", "asked", "refused", "unconfirmed", "unavailable", "failed"]
Tell = Callable[[str], None]

ANSWER_LIMIT = CONTENT_LIMIT  # an answer is one message, in the console too


class Resumption(Struct, frozen=True, kw_only=True):
    """The halts that somebody was shown and may end: these, and none that came later."""

    scope: str
    halts: tuple[Halt, ...]


class Chart(Struct, frozen=True, kw_only=True):
    """A picture beside an answer. `name` is that of its file, without an ending."""

    name: str
    png: bytes
    description: str


class Answer(Struct, frozen=True):
    """The text of an answer, ready to show, and how the command went.

    With a `resumption` it is a question, and nothing was done yet; `button` is what says yes to it.
    `rows` are buttons below it, as on cards: five rows of five at most.
    """

    text: str
    result: Result = "ok"
    resumption: Resumption | None = None
    button: str = ""
    rows: tuple[tuple[Button, ...], ...] = ()
    chart: Chart | None = None


class Caller(Struct, frozen=True, kw_only=True):
    """Who gave the command and by which way, as the exporter records it."""

    actor: str
    via: Via


class NoticeControl(Protocol):
    """Where it is kept what people want of notices."""

    async def preferences(self) -> Preferences:
        """What is wanted."""

    async def prefer(self, wish: Wish, /) -> Preferences:
        """Grant a wish; what is wanted then."""


class Context(Struct, frozen=True, kw_only=True):
    """What commands work with.

    `escape` makes data safe to show where the answer goes; `tell` shows there what the answer would
    be now, while the command goes on. Only the bot has an `outbox`; what silences takes turns.
    """

    api: ExporterApi
    alerts: AlertmanagerApi | None
    prometheus: PrometheusApi | None
    drawing: Drawing
    caller: Caller
    escape: Escape
    tell: Tell
    now: Callable[[], datetime]
    now_seconds: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    outbox: Outbox | None
    notices: NoticeControl | None
    silencing: asyncio.Lock
