"""A crowd of cards is told of by one message, and none of them is lost in it."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cards import Card, make_card
from bot.cards.card import AMBER, GREEN, RED
from bot.incidents import Member
from bot.outbox import Entry, Notification, Outbox, Waiting, WantedHalt
from bot.outbox.digests import CRITICAL_SHOWN, CROWD
from tests.bot.clock import START, Clock


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is set."""
    return Clock()


@pytest.fixture
async def crowded(tmp_path: Path, clock: Clock) -> AsyncIterator[Outbox]:
    """An open outbox on that clock."""
    opened = Outbox(tmp_path / "crowded.db", now=clock)
    await opened.open()
    yield opened
    await opened.close()


def member(name: str, *, severity: str = "warning", is_over: bool = False) -> Member:
    """An alert."""
    return Member(
        fingerprint=name,
        labels={"alertname": name, "severity": severity},
        annotations={"summary": name},
        starts_at=START,
        ends_at=START + timedelta(minutes=1) if is_over else None,
    )


async def fire(outbox: Outbox, *members: Member) -> None:
    """Each alert in a group of its own."""
    groups = [Notification(group_key=one.fingerprint, members=(one,)) for one in members]
    await outbox.put([], notifications=groups)


async def show(outbox: Outbox, item: Waiting, message_id: int = 1) -> None:
    """Deliver it."""
    await outbox.mark_attempted(item.key)
    await outbox.mark_sent(item.key, version=item.version, message_id=message_id)


async def deliver_all(outbox: Outbox) -> list[Card]:
    """Everything that waits, as it is shown in turn."""
    shown = []
    while outbox.backlog.waiting:
        item = await outbox.next_waiting()
        await show(outbox, item)
        shown.append(item.card)
    return shown


async def test_as_many_as_may_wait_have_messages_of_their_own(crowded: Outbox) -> None:
    """Twenty are no crowd."""
    await fire(crowded, *(member(f"a{n}") for n in range(CROWD)))

    shown = await deliver_all(crowded)

    assert [card.title for card in shown] == [f"🟠 a{n}" for n in range(CROWD)]


async def test_one_more_makes_one_message(crowded: Outbox) -> None:
    """That counts them, and names the first dozen."""
    await fire(crowded, *(member(f"a{n}") for n in range(CROWD + 1)))

    [digest] = await deliver_all(crowded)

    assert digest.title == "📚 21 alerts at once"
    assert digest.body.startswith("🟠 21\n\n🟠 a0\n🟠 a1\n")
    assert "… and 9 more" in digest.body


async def test_the_worst_are_shown_first_and_a_few_by_themselves(crowded: Outbox) -> None:
    """Of hundreds of critical ones a handful; the others lead the digest."""
    warnings = [member(f"w{n}") for n in range(100)]
    critical = [member(f"c{n}", severity="critical") for n in range(100)]
    await fire(crowded, *warnings, *critical)

    *alone, digest = await deliver_all(crowded)

    assert [card.title for card in alone] == [f"🔴 c{n}" for n in range(CRITICAL_SHOWN)]
    assert digest.title == digest.content.join(["📚 ", ""]) == "📚 195 alerts at once"
    assert digest.body.startswith("🔴 95 · 🟠 100\n\n🔴 c5\n")
    assert digest.colour == RED


async def test_an_alert_that_halts_comes_before_the_other_critical_ones(crowded: Outbox) -> None:
    """That trading was stopped stands on a card of its own."""
    halting = member("halting", severity="critical")
    halt = WantedHalt(key=halting.key, scope="kalshi", actor="a", reason="r", began_at=START)
    await fire(crowded, *(member(f"c{n}", severity="critical") for n in range(50)))
    news = Notification(group_key="halting", members=(halting,))
    await crowded.put([], notifications=[news], halts=[halt])

    shown = await deliver_all(crowded)

    assert "🔴 halting" in [card.title for card in shown[:CRITICAL_SHOWN]]


async def test_what_comes_meanwhile_joins_the_digest(crowded: Outbox, clock: Clock) -> None:
    """One message grows; after a calm time the next alert has its own again."""
    await fire(crowded, *(member(f"a{n}") for n in range(CROWD + 1)))
    item = await crowded.next_waiting()
    await show(crowded, item, message_id=7)
    await fire(crowded, member("joins"))
    clock.now += timedelta(seconds=6)

    edited = await crowded.next_waiting()
    await show(crowded, edited, message_id=7)
    clock.now += timedelta(minutes=1)
    await fire(crowded, member("alone"))
    [alone] = await deliver_all(crowded)

    assert (edited.message_id, edited.card.title) == (7, "📚 22 alerts at once")
    assert alone.title == "🟠 alone"


async def test_what_resolves_is_told_by_the_same_digest(crowded: Outbox, clock: Clock) -> None:
    """No second crowd of messages for the ends of the first."""
    await fire(crowded, *(member(f"a{n}") for n in range(30)))
    await deliver_all(crowded)
    clock.now += timedelta(minutes=10)

    await fire(crowded, *(member(f"a{n}", is_over=True) for n in range(30)))
    item = await crowded.next_waiting()

    assert item.message_id == 1
    assert item.card.body.startswith("✅ 30\n\n✅ Resolved: a0\n")
    assert item.card.colour == GREEN


async def test_what_becomes_critical_gets_its_own_card(crowded: Outbox, clock: Clock) -> None:
    """It would not ring in a digest that is there."""
    await fire(crowded, *(member(f"a{n}") for n in range(30)))
    await deliver_all(crowded)
    clock.now += timedelta(minutes=1)

    worse = Notification(group_key="a3", members=(member("a3b", severity="critical"),))
    await crowded.put([], notifications=[worse])
    [card] = await deliver_all(crowded)

    assert card.title == "🔴 a3"
    assert crowded.backlog.waiting == 0


async def test_a_message_that_may_exist_is_in_no_digest(crowded: Outbox) -> None:
    """It was sent and the answer never came: it is looked for, as ever."""
    await fire(crowded, member("sent"))
    await crowded.mark_attempted((await crowded.next_waiting()).key)
    await fire(crowded, *(member(f"a{n}") for n in range(30)))

    first = await crowded.next_waiting()
    await show(crowded, first)
    second = await crowded.next_waiting()

    assert first.card.title == "🟠 sent"
    assert second.card.title == "📚 30 alerts at once"


async def test_a_digest_outlives_a_restart(crowded: Outbox, tmp_path: Path, clock: Clock) -> None:
    """What is told of is on disk together with who tells it."""
    await fire(crowded, *(member(f"a{n}") for n in range(30)))
    before = await crowded.next_waiting()
    await crowded.mark_attempted(before.key)
    await crowded.close()

    again = Outbox(tmp_path / "crowded.db", now=clock)
    await again.open()
    item = await again.next_waiting()

    assert (item.reference, item.card) == (before.reference, before.card)
    assert item.first_attempt == START
    assert again.backlog.waiting == 1
    await again.close()


async def test_alike_titles_are_one_line(crowded: Outbox) -> None:
    """A hundred of a kind do not push the others out."""
    entries = [Entry(key=f"n{n}", card=make_card("same", colour=AMBER)) for n in range(40)]
    await crowded.put([*entries, Entry(key="x", card=make_card("other", colour=AMBER))])

    [digest] = await deliver_all(crowded)

    assert digest.title == "📚 41 notices at once"
    assert re.search(r"^same ×40\nother$", digest.body, re.MULTILINE)


async def test_pruning_keeps_a_digest_as_long_as_what_it_tells_of(
    crowded: Outbox, clock: Clock
) -> None:
    """An alert that ends after a month still has where to say so."""
    await fire(crowded, *(member(f"a{n}") for n in range(30)))
    await deliver_all(crowded)
    clock.now += timedelta(days=30)
    await crowded.prune()

    await fire(crowded, *(member(f"a{n}", is_over=True) for n in range(30)))
    await deliver_all(crowded)
    clock.now += timedelta(days=8)
    await crowded.prune()
    await crowded.prune()

    left = await crowded.read(lambda run: run.execute("SELECT count(*) FROM card").fetchone()[0])
    assert left == 0


async def test_a_clock_that_is_set_back_keeps_nothing_waiting(
    crowded: Outbox, clock: Clock
) -> None:
    """The digest is at rest, and open, for a moment only."""
    await fire(crowded, *(member(f"a{n}") for n in range(30)))
    await show(crowded, await crowded.next_waiting())
    clock.now -= timedelta(hours=1)

    await fire(crowded, *(member(f"a{n}", is_over=True) for n in range(30)))
    edited = await crowded.next_waiting()
    await show(crowded, edited)
    clock.now += timedelta(seconds=6)
    await fire(crowded, member("alone"))

    assert edited.card.body.startswith("✅ 30")
    assert (await crowded.next_waiting()).card.title == "🟠 alone"
