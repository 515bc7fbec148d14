"""Cards: what a message shows, as pure functions of facts."""

from bot.cards.alerts import HaltNote, again_card, incident_card, with_halts
from bot.cards.card import Button, Card, Field, make_card
from bot.cards.commands import answer_card, late_card
from bot.cards.counts import count_card, summary_card
from bot.cards.digest import Told, digest_card
from bot.cards.links import Look
from bot.cards.notices import breach_card, error_card, fact_card, fill_card, reversal_card

__all__ = [
    "Button",
    "Card",
    "Field",
    "HaltNote",
    "Look",
    "Told",
    "again_card",
    "answer_card",
    "breach_card",
    "count_card",
    "digest_card",
    "error_card",
    "fact_card",
    "fill_card",
    "incident_card",
    "late_card",
    "make_card",
    "reversal_card",
    "summary_card",
    "with_halts",
]
