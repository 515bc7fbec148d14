"""Messages, as Discord was sent them, as a page that a browser shows."""

import base64
import html
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.fakes.discord.world import EPHEMERAL
from tests.pictures.markup import as_html

Json = dict[str, Any]

STYLE = Path(__file__).with_name("style.css")


class Shown(Struct, frozen=True, kw_only=True):
    """One message: `before` is what led to it, `files` its pictures. `now` is when it is read."""

    message: Json
    now: datetime
    before: str = ""
    files: tuple[bytes, ...] = ()


def page(shown: Sequence[Shown]) -> str:
    """A whole document."""
    style = STYLE.read_text(encoding="utf-8")
    body = "".join(map(_message, shown))
    return f'<!doctype html><meta charset="utf-8"><style>{style}</style>{body}'


def _message(shown: Shown) -> str:
    message, now = shown.message, shown.now
    parts = [
        f'<div><span class="who">Arbwatch</span><span class="app">APP</span>'
        f'<span class="when">{now.astimezone(UTC):%H:%M}</span></div>',
        as_html(message.get("content") or "", now=now) if message.get("content") else "",
        *(_picture(file) for file in shown.files),
        *(_embed(embed, now) for embed in message.get("embeds") or []),
        *(_row(row) for row in message.get("components") or []),
        '<div class="only">👁 Only you can see this</div>'
        if message.get("flags", 0) & EPHEMERAL
        else "",
    ]
    before = shown.before or ("↩ an older message" if message.get("message_reference") else "")
    head = f'<div class="before">{as_html(before, now=now)}</div>' if before else ""
    rings = " rings" if (message.get("allowed_mentions") or {}).get("roles") else ""
    words = f'<div class="words">{"".join(parts)}</div>'
    return f'{head}<div class="message{rings}"><div class="avatar">A</div>{words}</div>'


def _embed(embed: Json, now: datetime) -> str:
    fields = "".join(
        f'<div class="field"><div class="name">{as_html(field["name"], now=now)}</div>'
        f"{as_html(field['value'], now=now)}</div>"
        for field in embed.get("fields") or []
    )
    parts = [
        f'<div class="title">{as_html(embed["title"], now=now)}</div>' if "title" in embed else "",
        as_html(embed["description"], now=now) if embed.get("description") else "",
        fields,
        f'<div class="footer">{html.escape(embed.get("footer", {}).get("text", ""))}</div>',
    ]
    return f'<div class="embed" style="--bar:#{embed.get("color", 0):06x}">{"".join(parts)}</div>'


def _row(row: Json) -> str:
    buttons = "".join(
        f'<span class="button s{button["style"]}{" off" * bool(button.get("disabled"))}">'
        f"{html.escape(button['label'])}</span>"
        for button in row["components"]
    )
    return f'<div class="row">{buttons}</div>'


def _picture(file: bytes) -> str:
    return f'<img src="data:image/png;base64,{base64.b64encode(file).decode()}">'
