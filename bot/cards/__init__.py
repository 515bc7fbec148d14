"""Cards: what a message shows, as pure functions of facts."""

from bot.cards.alerts import alert_card, truncated_card, with_halt
from bot.cards.card import Card, Field, make_card
from bot.cards.commands import answer_card, late_card
from bot.cards.notices import breach_card, error_card, fill_card, reversal_card

__all__ = [
    "Card",
    "Field",
    "alert_card",
    "answer_card",
    "breach_card",
    "error_card",
    "fill_card",
    "late_card",
    "make_card",
    "reversal_card",
    "truncated_card",
    "with_halt",
]
