"""A card: what a message shows, without a word about how Discord wants it."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from bot.text import clip, length

# Discord's limits: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
CONTENT_LIMIT = 2000
TITLE_LIMIT = 256
BODY_LIMIT = 4096
FIELD_NAME_LIMIT = 256
FIELD_VALUE_LIMIT = 1024
FIELDS_LIMIT = 25
FOOTER_LIMIT = 2048
EMBED_LIMIT = 6000  # title, body, fields and footer together
FOOTER_RESERVE = 64  # what the sender's own footer takes of it
# https://discord.com/developers/docs/components/reference#button
BUTTONS_LIMIT = 25  # five rows of five
CUSTOM_ID_LIMIT = 100
LABEL_LIMIT = 80

RED = 0xD83933
AMBER = 0xE5A000
BLUE = 0x2E78D2
GREEN = 0x2E8540
GREY = 0x71767A


class Field(Struct, frozen=True, kw_only=True):
    """One labelled value of a card."""

    name: str
    value: str


class Button(Struct, frozen=True, kw_only=True):
    """A button below a card. `custom_id` says, also after a restart, what it does to what."""

    custom_id: str
    label: str
    style: Literal["primary", "secondary", "success", "danger"] = "secondary"
    is_disabled: bool = False


class Card(Struct, frozen=True, kw_only=True):
    """One message. Its texts are already escaped, and cut to Discord's limits: use `make_card`.

    `content` stands above the card, where a mention would ring and where a phone looks first.
    """

    title: str
    body: str = ""
    colour: int = GREY
    fields: tuple[Field, ...] = ()
    content: str = ""
    buttons: tuple[Button, ...] = ()


def make_card(
    title: str,
    body: str = "",
    *,
    colour: int = GREY,
    fields: Sequence[Field] = (),
    content: str = "",
    buttons: Sequence[Button] = (),
) -> Card:
    """Build a card that Discord cannot refuse for its size; what is cut is said to be cut."""
    title = clip(title, TITLE_LIMIT)
    budget = EMBED_LIMIT - FOOTER_RESERVE - length(title)
    body = clip(body, min(BODY_LIMIT, budget))
    return Card(
        title=title,
        body=body,
        colour=colour,
        fields=_fit(fields, budget=budget - length(body)),
        content=clip(content, CONTENT_LIMIT),
        buttons=tuple(_fit_buttons(buttons)),
    )


def _fit_buttons(buttons: Sequence[Button]) -> list[Button]:
    """A button whose id is too long to come back whole is left out: it would do something else."""
    usable = [button for button in buttons if length(button.custom_id) <= CUSTOM_ID_LIMIT]
    return [replace(b, label=clip(b.label, LABEL_LIMIT)) for b in usable[:BUTTONS_LIMIT]]


def _fit(fields: Sequence[Field], *, budget: int) -> tuple[Field, ...]:
    kept: list[Field] = []
    for index, field in enumerate(fields):
        short = Field(
            name=clip(field.name, FIELD_NAME_LIMIT) or "–",
            value=clip(field.value, FIELD_VALUE_LIMIT) or "–",
        )
        rest = Field(name="…", value=f"and {len(fields) - index:,} more")
        size = length(short.name) + length(short.value)
        is_last = index == len(fields) - 1
        reserve = 0 if is_last else length(rest.name) + length(rest.value)
        full = len(kept) >= FIELDS_LIMIT - (0 if is_last else 1)
        if full or size + reserve > budget:
            return (
                (*kept, rest) if length(rest.name) + length(rest.value) <= budget else tuple(kept)
            )
        kept.append(short)
        budget -= size
    return tuple(kept)
