"""Buttons as Discord wants them."""

from collections.abc import Sequence

from discord import ButtonStyle, ui

from bot.cards import Button


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
