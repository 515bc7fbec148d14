"""250 alerts while the bot is killed 25 times, answers are lost and Discord is away."""

import os
from pathlib import Path

import pytest

from tests.fakes.discord import FakeDiscord
from tests.faults.alerting import ALERTS_A_GROUP, kill_while_alerting
from tests.torture.conftest import Book

ROUNDS = int(os.environ.get("TORTURE_ALERT_ROUNDS", "25"))

pytestmark = [pytest.mark.torture, pytest.mark.timeout(7_200)]


async def test_the_bot_is_killed_while_alerts_come(
    discord_server: FakeDiscord, tmp_path: Path, book: Book
) -> None:
    """Each is told once, by its card or by a digest, in order; and each card says that it ended."""
    told = await kill_while_alerting(discord_server, tmp_path, rounds=ROUNDS)

    what = f"bot killed while {told.groups * ALERTS_A_GROUP} alerts came, one outage"
    book(what, rounds=told.kills, lost=told.lost, doubled=told.doubled)
    assert (told.lost, told.doubled, told.unfinished) == (0, 0, 0)
    assert told.is_in_order
