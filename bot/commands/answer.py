"""What a command gets and gives."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from arbwatch.control import Via
from bot.cards.card import CONTENT_LIMIT
from bot.exporter_api import ExporterApi
from bot.text import Escape

Result = Literal["ok", "refused", "unconfirmed", "unavailable", "failed"]

ANSWER_LIMIT = CONTENT_LIMIT  # an answer is one message, in the console too


class Answer(Struct, frozen=True):
    """The text of an answer, ready to show, and how the command went."""

    text: str
    result: Result = "ok"


class Caller(Struct, frozen=True, kw_only=True):
    """Who gave the command and by which way, as the exporter records it."""

    actor: str
    via: Via


class Context(Struct, frozen=True, kw_only=True):
    """What commands work with. `escape` makes data safe to show where the answer goes."""

    api: ExporterApi
    caller: Caller
    escape: Escape
    now_seconds: Callable[[], float]
