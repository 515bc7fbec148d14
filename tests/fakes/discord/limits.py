"""Discord's limits, enforced: a payload over one of them is answered with error 50035."""

import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.discord.world import Json

# https://discord.com/developers/docs/resources/message#embed-object-embed-limits
CONTENT = 2000
EMBEDS = 10
EMBED_TOTAL = 6000
EMBED_PARTS = {"title": 256, "description": 4096}
FOOTER = 2048
FIELDS = 25
FIELD_NAME = 256
FIELD_VALUE = 1024
NONCE = 25
# https://discord.com/developers/docs/interactions/application-commands
CHOICES = 25
CHOICE = 100
# https://discord.com/developers/docs/components/reference
ROWS = 5
ROW_BUTTONS = 5
CUSTOM_ID = 100
LABEL = 80

_COMMAND_NAME = re.compile(r"^[-_a-z0-9]{1,32}$")


def size(text: object) -> int:
    """Length in UTF-16 units."""
    return len(str(text or "").encode("utf-16-le", "surrogatepass")) // 2


def message_faults(payload: Json) -> list[str]:
    """What is wrong with a message, as paths into the payload."""
    return list(_message(payload))


def command_faults(commands: Any) -> list[str]:
    """What is wrong with a list of application commands."""
    faults = []
    names = [command.get("name", "") for command in commands]
    if len(set(names)) != len(names):
        faults.append("name")
    for command in commands:
        for entry in (command, *command.get("options", [])):
            if not _COMMAND_NAME.match(entry.get("name", "")):
                faults.append("name")
            if not 1 <= size(entry.get("description")) <= 100:
                faults.append("description")
    return faults


def choice_faults(choices: list[Json]) -> list[str]:
    """What is wrong with the choices that an autocompletion offers."""
    faults = ["choices"] if len(choices) > CHOICES else []
    for choice in choices:
        faults += [part for part in ("name", "value") if not 1 <= size(choice[part]) <= CHOICE]
    return faults


def _message(payload: Json) -> Iterator[str]:
    embeds = payload.get("embeds") or []
    if size(payload.get("content")) > CONTENT:
        yield "content"
    is_empty = not (payload.get("content") or embeds or payload.get("attachments"))
    if is_empty and not payload.get("flags"):
        yield "content"
    if size(payload.get("nonce")) > NONCE:
        yield "nonce"
    if len(embeds) > EMBEDS or sum(map(_embed_size, embeds)) > EMBED_TOTAL:
        yield "embeds"
    for embed in embeds:
        yield from _embed(embed)
    yield from _components(payload.get("components") or [])


def _components(rows: list[Json]) -> Iterator[str]:
    buttons = [button for row in rows for button in row.get("components", [])]
    if len(rows) > ROWS or any(
        not 1 <= len(row.get("components", [])) <= ROW_BUTTONS for row in rows
    ):
        yield "components"
    for button in buttons:
        if not 1 <= size(button.get("custom_id")) <= CUSTOM_ID:
            yield "components.custom_id"
        if not 1 <= size(button.get("label")) <= LABEL:
            yield "components.label"
    if len({button.get("custom_id") for button in buttons}) != len(buttons):
        yield "components.custom_id"


def _embed(embed: Json) -> Iterator[str]:
    for part, limit in EMBED_PARTS.items():
        if size(embed.get(part)) > limit:
            yield f"embeds.{part}"
    if size(embed.get("footer", {}).get("text")) > FOOTER:
        yield "embeds.footer"
    fields = embed.get("fields", [])
    if len(fields) > FIELDS:
        yield "embeds.fields"
    for field in fields:
        if not 1 <= size(field.get("name")) <= FIELD_NAME:
            yield "embeds.fields.name"
        if not 1 <= size(field.get("value")) <= FIELD_VALUE:
            yield "embeds.fields.value"


def _embed_size(embed: Json) -> int:
    fields = embed.get("fields", [])
    texts = [embed.get("title"), embed.get("description"), embed.get("footer", {}).get("text")]
    texts += [text for field in fields for text in (field.get("name"), field.get("value"))]
    return sum(map(size, texts))
