"""Notices, counts, digests and late answers, exactly as Discord is sent them."""

import pytest

from bot.cards import Card, answer_card, late_card
from bot.cards.card import AMBER, GREEN, RED
from bot.cards.digest import Told, digest_card
from bot.cards.notices import fact_card
from bot.gateway.delivery import DiscordSender
from bot.outbox import Manner
from tests.bot.facts import breach_fact, error_fact, fill_fact, reversal_fact
from tests.bot.snapshotted import Snapshots
from tests.bot.test_counts import counted
from tests.fakes.discord import FakeDiscord

HOSTILE = "@everyone **[x](https://example.org)**"
CROWD = [
    Told(title=f"🔴 Feed silent · venue-{number}", colour=RED, is_alert=True)
    for number in range(30)
] + [
    Told(title="🟠 Feed too slow · kalshi", colour=AMBER, is_alert=True),
    Told(title="✅ Fill Executed: pm-1:k-2", colour=GREEN, is_alert=False),
]
CARDS: dict[str, Card] = {
    "fill": fact_card(fill_fact(0)),
    "fill_one_legged": fact_card(fill_fact(0, is_one_legged=True)),
    "fill_after_halt": fact_card(fill_fact(0, is_after_halt=True)),
    "fill_hostile": fact_card(fill_fact(0, pair_id=HOSTILE)),
    "reversal": fact_card(reversal_fact(0)),
    "error": fact_card(error_fact(0)),
    "breach": fact_card(breach_fact(0)),
    "fills_counted": counted("fills", *(fill_fact(number) for number in range(40))),
    "errors_counted": counted("errors", *(error_fact(number) for number in range(30))),
    "digest": digest_card(CROWD),
    "answer_not_shown": answer_card("🛑 Trading halted on KALSHI", "/halt kalshi by alice"),
    "late": late_card(["/halt kalshi by alice came 14 s late"]),
}


@pytest.mark.parametrize("name", CARDS)
async def test_a_notice_is_as_it_was_looked_at(
    sender: DiscordSender, discord_server: FakeDiscord, snapshots: Snapshots, name: str
) -> None:
    """Whoever changes a card sees in the difference what readers will see."""
    await sender.post(CARDS[name], "aw-1", Manner())

    snapshots.match(f"notice_{name}", discord_server.messages[0])
