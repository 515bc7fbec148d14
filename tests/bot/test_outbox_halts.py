"""The outbox holds the halts that alerts ask for: one an alert, over repeats and restarts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.cards import make_card
from bot.outbox import ALERT_LANE, Entry, Outbox, WantedHalt
from tests.bot.old_outboxes import card_row, make_outbox

WANTED = WantedHalt(
    key="a",
    scope="kalshi",
    actor="ArbFeedSilent",
    reason="Feed silent",
    began_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
)


def card(title: str = "firing", *, is_final: bool = False) -> Entry:
    """The card of the alert that asks for the halt."""
    return Entry(key="a", card=make_card(title), lane=ALERT_LANE, is_final=is_final)


async def shown(outbox: Outbox) -> str:
    """What the next card says of its halt, as delivered with it."""
    item = await outbox.next_waiting()
    await outbox.mark_sent(item.key, version=item.version, message_id=7)
    return item.card.fields[0].value if item.card.fields else ""


async def test_a_halt_is_wanted_until_it_is_ordered(outbox: Outbox) -> None:
    """Told again it is still one, and ordered it is no more."""
    await outbox.put([card()], halts=[WANTED])
    await outbox.put([card()], halts=[WANTED])
    wanted = await outbox.wanted_halts()

    assert await outbox.mark_ordered("a", scope="kalshi", halt_id=3)
    await outbox.put([card()], halts=[WANTED])

    assert wanted == [WANTED]
    assert await outbox.wanted_halts() == []


async def test_an_order_edits_the_card_once(outbox: Outbox) -> None:
    """The message says what is to happen, then what did, and keeps that when the alert ends."""
    await outbox.put([card()], halts=[WANTED])
    before = await shown(outbox)
    await outbox.mark_ordered("a", scope="kalshi", halt_id=3)
    after = await shown(outbox)
    await outbox.put([card()], halts=[WANTED])
    waiting = outbox.backlog.waiting
    await outbox.put([card("resolved", is_final=True)])

    assert before == "⏳ Halts KALSHI automatically"
    assert after == "🛑 Halt ordered by this alert (halt #3). It ends by /resume kalshi only"
    assert waiting == 0
    assert await shown(outbox) == after


async def test_an_order_of_every_venue_says_so(outbox: Outbox) -> None:
    """Also when the alert named a venue that the exporter does not know."""
    await outbox.put([card()], halts=[WANTED])

    await outbox.mark_ordered("a", scope="all", halt_id=3)

    assert (await shown(outbox)).endswith("/resume all only")


async def test_a_halt_that_was_never_taken_in_is_not_noted(outbox: Outbox) -> None:
    """Whoever ordered it has to remember it."""
    assert not await outbox.mark_ordered("a", scope="kalshi", halt_id=3)


async def test_a_halt_outlives_a_restart_and_its_card(tmp_path: Path) -> None:
    """Wanted it is kept for ever; ordered, as long as Alertmanager may tell of its alert."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    first = Outbox(tmp_path / "outbox.db", now=lambda: now)
    await first.open()
    await first.put([card()], halts=[WANTED])
    await first.close()

    later = Outbox(tmp_path / "outbox.db", now=lambda: now + timedelta(days=8))
    await later.open()
    await later.prune()
    assert await later.wanted_halts() == [WANTED]
    await later.mark_ordered("a", scope="kalshi", halt_id=3)
    await shown(later)
    await later.prune()
    await later.put([card()], halts=[WANTED])
    assert await later.wanted_halts() == []
    await later.close()


async def test_an_ordered_halt_is_forgotten_with_its_card(tmp_path: Path) -> None:
    """A week after the alert ended and the channel knew."""
    times = [datetime(2026, 3, 1, tzinfo=UTC)]
    outbox = Outbox(tmp_path / "outbox.db", now=lambda: times[-1])
    await outbox.open()
    await outbox.put([card(is_final=True)], halts=[WANTED])
    await outbox.mark_ordered("a", scope="kalshi", halt_id=3)
    await shown(outbox)
    times.append(times[0] + timedelta(days=8))

    await outbox.prune()

    assert not await outbox.mark_ordered("a", scope="kalshi", halt_id=3)
    await outbox.close()


async def test_an_outbox_of_the_second_version_is_taken_over(tmp_path: Path) -> None:
    """Its cards stay, and halts can be wanted."""
    make_outbox(tmp_path / "old.db", 2, card_row("a", is_final=0, sent_version=0))
    outbox = Outbox(tmp_path / "old.db")
    await outbox.open()

    await outbox.put([], halts=[WANTED])

    assert outbox.backlog.waiting == 1
    assert await outbox.wanted_halts() == [WANTED]
    await outbox.close()
