"""Buttons as Discord wants them."""

from collections.abc import Sequence

from discord import ButtonStyle, ui

from bot.cards import Button

# https://discord.com/developers/docs/components/reference#action-row
_BUTTONS_A_ROW = 5


def view(buttons: Sequence[Button]) -> ui.View | None:
    """Buttons one after the other, as many a row as fit; None without any."""
    starts = range(0, len(buttons), _BUTTONS_A_ROW)
    return rows_view([buttons[n : n + _BUTTONS_A_ROW] for n in starts]) if buttons else None


def rows_view(rows: Sequence[Sequence[Button]]) -> ui.View:
    """Rows of buttons, five at most of five at most.

    Presses are told apart by their ids, so nobody keeps the view.
    """
    shown: ui.View = ui.View(timeout=None)
    for number, row in enumerate(rows):
        for button in row:
            shown.add_item(_button(button, number))
    # One that is not stopped the library would remember for ever, one a message.
    shown.stop()
    return shown


def _button(button: Button, row: int) -> "ui.Button[ui.View]":
    return ui.Button(
        custom_id=button.custom_id,
        label=button.label,
        style=ButtonStyle[button.style],
        disabled=button.is_disabled,
        row=row,
    )
