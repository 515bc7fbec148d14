"""Rows 50 and 51: whatever happens to Discord and to the bot, each alert is told once, in order.

`make torture` has the long form.
"""

from pathlib import Path

import pytest

from tests.fakes.discord import FakeDiscord
from tests.faults.alerting import GROUPS_A_ROUND, Told, kill_while_alerting

ROUNDS = 4


@pytest.mark.timeout(600)
async def test_kills_lost_answers_and_an_outage_lose_and_double_nothing(
    discord_server: FakeDiscord, tmp_path: Path
) -> None:
    """Cards of groups that grow while the bot is killed; in the end each says that it is over."""
    told = await kill_while_alerting(discord_server, tmp_path, rounds=ROUNDS)

    assert told == Told(
        groups=ROUNDS * GROUPS_A_ROUND,
        lost=0,
        doubled=0,
        is_in_order=True,
        unfinished=0,
        kills=ROUNDS,
    )
