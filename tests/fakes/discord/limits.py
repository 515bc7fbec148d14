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
COMMANDS = 100
COMMAND_TOTAL = 8000
OPTIONS = 25
CHOICES = 25
CHOICE = 100
# https://discord.com/developers/docs/components/reference
ROWS = 5
ROW_BUTTONS = 5
CUSTOM_ID = 100
LABEL = 80
# https://discord.com/developers/docs/resources/message#create-message
FILES = 10
FILE_BYTES = 10 * 1024 * 1024

_COMMAND_NAME = re.compile(r"^[-_a-z0-9]{1,32}$")


def size(text: object) -> int:
    """Length in UTF-16 units."""
    return len(str(text or "").encode("utf-16-le", "surrogatepass")) // 2


def message_faults(payload: Json) -> list[str]:
    """What is wrong with a message, as paths into the payload."""
    return list(_message(payload))


def command_faults(commands: Any) -> list[str]:
    """What is wrong with a list of application commands."""
    names = [command.get("name", "") for command in commands]
    faults = ["name"] if len(set(names)) != len(names) else []
    if len(commands) > COMMANDS:
        faults.append("commands")
    for command in commands:
        faults += _command(command)
    return faults


def choice_faults(choices: list[Json]) -> list[str]:
    """What is wrong with the choices that an autocompletion offers."""
    faults = ["choices"] if len(choices) > CHOICES else []
    for choice in choices:
        faults += [part for part in ("name", "value") if not 1 <= size(choice[part]) <= CHOICE]
    return faults


def _command(command: Json) -> Iterator[str]:
    options = command.get("options", [])
    if len(options) > OPTIONS:
        yield "options"
    needed = [bool(option.get("required")) for option in options]
    if needed != sorted(needed, reverse=True):
        yield "options.required"
    for entry in (command, *options):
        if not _COMMAND_NAME.match(entry.get("name", "")):
            yield "name"
        if not 1 <= size(entry.get("description")) <= 100:
            yield "description"
    for option in options:
        yield from choice_faults(option.get("choices", []))
    if sum(size(e.get("name")) + size(e.get("description")) for e in (command, *options)) > (
        COMMAND_TOTAL
    ):
        yield "commands"


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
    files = payload.get("attachments") or []
    if len(files) > FILES or any(file["size"] > FILE_BYTES for file in files):
        yield "attachments"
    yield from _mentions(payload.get("allowed_mentions") or {})
    yield from _components(payload.get("components") or [])


def _mentions(allowed: Json) -> Iterator[str]:
    """Either all of a kind, or those that are named."""
    for kind in ("roles", "users"):
        if len(allowed.get(kind, [])) > 100 or (
            allowed.get(kind) and kind in allowed.get("parse", [])
        ):
            yield f"allowed_mentions.{kind}"


def _components(rows: list[Json]) -> Iterator[str]:
    buttons = [button for row in rows for button in row.get("components", [])]
    if len(rows) > ROWS or any(
        not 1 <= len(row.get("components", [])) <= ROW_BUTTONS for row in rows
    ):
        yield "components"
    for button in buttons:
        if not 1 <= size(button.get("custom_id")) <= CUSTOM_ID:
            yield "components.custom_id"
        if not (1 <= size(button.get("label")) <= LABEL or button.get("emoji")):
            yield "components.label"
    if len({button.get("custom_id") for button in buttons}) != len(buttons):
        yield "components.custom_id"


def _embed(embed: Json) -> Iterator[str]:
    if not any(embed.get(part) for part in ("title", "description", "fields", "image", "footer")):
        yield "embeds.description"
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
