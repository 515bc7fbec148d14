"""The console shows a card as Discord's reader sees it, without Discord's marks."""

from datetime import timedelta

from bot.cards import Look, incident_card
from bot.printer import card_text
from tests.bot.incidents import incident, member

LOOK = Look(grafana_url="http://127.0.0.1:3000")


def test_a_card_is_printed_without_marks() -> None:
    """Times in UTC, links as addresses, and foreign marks as they were written."""
    note = {"description": "2 * 3 [x](y) **z**"}
    labels = {"market": "a"}
    both = incident(member("a", labels=labels), member("b", annotations=note))

    text = card_text(incident_card(both, look=LOOK))
    other = card_text(incident_card(incident(member(annotations=note)), look=LOOK))

    assert text.splitlines() == [
        "🔴 Feed silent · kalshi",
        "   No book update from kalshi for 12.5s; the limit is 10s.",
        "   Do: Reconnect the feed; /resume the venue once updates flow again.",
        "   2 alerts",
        "   • a",
        "   • ArbFeedSilent",
        "   📈 Panel: http://127.0.0.1:3000/d/arbwatch-overview?viewPanel=27",
        "   📖 docs/runbooks/ArbFeedSilent.md",
        "   ArbFeedSilent · critical",
        "   Since: 2026-03-01 12:00:00 UTC",
    ]
    assert "   2 * 3 [x](y) **z**" in other


def test_what_is_over_is_printed_with_its_length() -> None:
    """On one line with its start."""
    text = card_text(incident_card(incident(member(lasted=timedelta(minutes=5))), look=LOOK))

    assert text.splitlines()[-1] == "   Lasted: 5 min  Since: 2026-03-01 12:00:00 UTC"
