"""The pictures of docs/discord.md are named, there and small; their maker reads like Discord."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.text import discord
from tests.pictures.markup import as_html
from tests.pictures.page import Shown, page

DOCS = Path(__file__).parents[2] / "docs"
NOW = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
MOST_BYTES = 60 * 1024


def test_every_picture_is_named_and_there() -> None:
    """No link of the document leads nowhere, and nothing lies about."""
    text = (DOCS / "discord.md").read_text(encoding="utf-8")

    named = set(re.findall(r'src="discord/(\w+\.png)"', text))

    assert named == {path.name for path in (DOCS / "discord").iterdir()}


def test_pictures_are_small() -> None:
    """They are kept for ever in every clone."""
    sizes = {path.name: path.stat().st_size for path in (DOCS / "discord").iterdir()}

    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**a** `b`", "<div><b>a</b> <code>b</code></div>"),
        (discord("**a** <b> [c](https://d.example)"), "**a** &lt;b&gt; [c](https://d.example)"),
        ("[a](https://b.example)", "<div><a>a</a></div>"),
        ("<t:1772366400:t>", '<span class="stamp">12:00</span>'),
        ("<t:1772366400:R>", '<span class="stamp">5 minutes ago</span>'),
        ("<t:1772369700:R>", '<span class="stamp">in 50 minutes</span>'),
        ("-# a", '<div class="small">a</div>'),
    ],
)
def test_markup_is_read_as_discord_reads_it(text: str, shown: str) -> None:
    """What is escaped is text; what is not has its form."""
    assert shown in re.sub(r"<a>(https[^<]*)</a>", r"\1", as_html(text, now=NOW))


def test_a_page_holds_all_of_a_message() -> None:
    """Text, embed, fields, buttons, and who sees it."""
    button = {"type": 2, "style": 4, "label": "Halt", "disabled": True}
    message = {
        "content": "words",
        "embeds": [{"title": "t", "fields": [{"name": "n", "value": "v"}], "color": 255}],
        "components": [{"type": 1, "components": [button]}],
        "flags": 64,
    }

    text = page([Shown(message=message, now=NOW)])

    assert all(part in text for part in ("words", ">t<", ">n<", ">v", "#0000ff", "Only you"))
    assert '<span class="button s4 off">Halt</span>' in text
