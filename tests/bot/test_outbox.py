"""The outbox keeps the state of every card, in order, over restarts."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cards import make_card
from bot.errors import OutboxError, StartError
from bot.facts import ErrorFact
from bot.outbox import ALERT_LANE, Entry, Outbox

FACT = ErrorFact(
    key="e", at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC), error="other", message="message"
)


def entry(key: str, title: str = "title", *, lane: int = 1) -> Entry:
    """A card under a key."""
    return Entry(key=key, card=make_card(title), lane=lane)


async def deliver(outbox: Outbox, message_id: int = 7) -> str:
    """Mark the next card as shown and return its key."""
    item = await outbox.next_waiting()
    await outbox.mark_sent(item.key, version=item.version, message_id=message_id)
    return item.key


async def give_up(outbox: Outbox) -> None:
    """Have the next card refused, and its title as well."""
    for _ in range(2):
        await outbox.mark_refused(await outbox.next_waiting(), reason="refused")


async def test_a_delivered_card_waits_no_more(outbox: Outbox) -> None:
    """Once Discord shows it, nothing is left to do."""
    await outbox.put([entry("a")])

    await deliver(outbox)

    assert outbox.backlog.waiting == 0
    assert outbox.backlog.oldest is None


async def test_the_same_card_again_changes_nothing(outbox: Outbox) -> None:
    """Alertmanager repeats itself; the message is not edited for that."""
    await outbox.put([entry("a")])
    await deliver(outbox)

    await outbox.put([entry("a")])

    assert outbox.backlog.waiting == 0


async def test_a_changed_card_edits_its_message(outbox: Outbox) -> None:
    """The message is known, so it is changed and not posted again."""
    await outbox.put([entry("a", "firing")])
    await deliver(outbox, message_id=42)

    await outbox.put([entry("a", "resolved")])

    item = await outbox.next_waiting()
    assert (item.message_id, item.version, item.card.title) == (42, 2, "resolved")


async def test_a_change_during_the_send_is_not_lost(outbox: Outbox) -> None:
    """What was sent is the older version, so the card waits on."""
    await outbox.put([entry("a", "firing")])
    item = await outbox.next_waiting()
    await outbox.put([entry("a", "resolved")])

    await outbox.mark_sent(item.key, version=item.version, message_id=1)

    assert (await outbox.next_waiting()).card.title == "resolved"


async def test_cards_come_out_in_order(outbox: Outbox) -> None:
    """In the order in which they were put, over several commits."""
    await outbox.put([entry("a"), entry("b")])
    await outbox.put([entry("c")])

    assert [await deliver(outbox) for _ in range(3)] == ["a", "b", "c"]


async def test_alerts_do_not_wait_behind_notices(outbox: Outbox) -> None:
    """A crowd of fills does not hide an alert."""
    await outbox.put([entry("fill"), entry("alert", lane=ALERT_LANE)])

    assert await deliver(outbox) == "alert"


async def test_a_refused_card_lets_the_others_pass(outbox: Outbox) -> None:
    """It is out of the queue until it changes."""
    await outbox.put([entry("bad"), entry("good")])

    await give_up(outbox)

    assert await deliver(outbox) == "good"
    await outbox.put([entry("bad", "changed")])
    assert await deliver(outbox) == "bad"


async def test_everything_outlives_a_restart(outbox: Outbox, tmp_path: Path) -> None:
    """Cards, attempts and the cursor are on disk."""
    await outbox.put([entry("a")])
    await outbox.tell(stream="exporter", position=9)
    await outbox.mark_attempted("a")
    await outbox.close()

    again = Outbox(tmp_path / "outbox.db")
    await again.open()

    assert again.backlog.waiting == 1
    assert (await again.next_waiting()).first_attempt is not None
    assert await again.cursor("exporter") == 9
    await again.close()


async def test_a_failed_commit_stores_nothing(outbox: Outbox) -> None:
    """Neither the card nor the cursor, and the outbox goes on afterwards."""
    with pytest.raises(OutboxError):
        await outbox.tell([FACT], stream="exporter", position=1 << 70)

    assert outbox.backlog.waiting == 0
    assert await outbox.cursor("exporter") is None
    await outbox.put([entry("b")])
    assert outbox.is_usable


async def test_a_second_bot_on_the_same_outbox_refuses(outbox: Outbox, tmp_path: Path) -> None:
    """It would send everything twice."""
    with pytest.raises(StartError, match=r"OUTBOX_PATH: .*outbox\.db is in use"):
        await Outbox(tmp_path / "outbox.db").open()


async def test_a_newer_outbox_is_refused(tmp_path: Path) -> None:
    """An older bot does not touch what it cannot understand."""
    connection = sqlite3.connect(tmp_path / "new.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(StartError, match=r"new\.db was written by a newer"):
        await Outbox(tmp_path / "new.db").open()


async def test_a_corrupt_outbox_is_refused(tmp_path: Path) -> None:
    """The line names the file and what to do."""
    (tmp_path / "bad.db").write_bytes(b"not a database" * 100)

    with pytest.raises(StartError, match=r"bad\.db is not a usable outbox; move it away"):
        await Outbox(tmp_path / "bad.db").open()


async def test_closing_twice_is_harmless(outbox: Outbox) -> None:
    """And so is opening twice."""
    await outbox.open()
    await outbox.close()

    await outbox.close()

    assert not outbox.is_usable
