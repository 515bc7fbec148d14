"""The outbox holds incidents with their cards, and changes both at once."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot.incidents import Incident, Member
from bot.outbox import Notification, Outbox, Waiting, WantedHalt
from tests.bot.incidents import START, member
from tests.bot.old_outboxes import card_row, halt_row, make_outbox

MINUTE = timedelta(minutes=1)


def news(*members: Member, group: str = "group") -> Notification:
    """What Alertmanager tells of a group."""
    return Notification(group_key=group, members=members)


async def shown(outbox: Outbox, message_id: int = 7) -> Waiting:
    """Deliver the next card."""
    item = await outbox.next_waiting()
    await outbox.mark_sent(item.key, version=item.version, message_id=message_id)
    return item


async def test_a_group_has_one_card_from_first_to_last(outbox: Outbox) -> None:
    """More alerts and their ends change it; a repeat does not."""
    await outbox.put([], notifications=[news(member("a"))])
    first = await shown(outbox)
    await outbox.put([], notifications=[news(member("a"), member("b"))])
    second = await shown(outbox)
    await outbox.put([], notifications=[news(member("a"), member("b"))])
    repeated = outbox.backlog.waiting
    ends = news(member("a", lasted=MINUTE), member("b", lasted=MINUTE))
    await outbox.put([], notifications=[ends])
    last = await shown(outbox)

    assert first.key == second.key == last.key
    assert (first.message_id, second.message_id, last.message_id) == (None, 7, 7)
    assert repeated == 0
    assert last.card.title == "✅ Resolved: Feed silent · kalshi"
    assert await outbox.incidents() == []
    assert len(await outbox.incidents(open_only=False)) == 1


async def test_only_the_first_post_of_an_urgent_one_rings(outbox: Outbox) -> None:
    """A warning does not, nor what ended before it could be told."""
    warning = member("w", labels={"severity": "warning"})
    over = member("o", lasted=MINUTE)
    notifications = [news(member(), group="c"), news(warning, group="w"), news(over, group="o")]
    await outbox.put([], notifications=notifications)

    rings = [(await shown(outbox)).manner.is_loud for _ in range(3)]

    assert rings == [True, False, False]


async def test_what_fires_again_is_a_new_card(outbox: Outbox) -> None:
    """The one before tells of what is over."""
    await outbox.put([], notifications=[news(member())])
    await outbox.put([], notifications=[news(member(lasted=MINUTE))])
    before = await shown(outbox)

    await outbox.put([], notifications=[news(member(starts_at=START + MINUTE))])

    after = await shown(outbox)
    assert (after.key == before.key, after.message_id) == (False, None)


async def test_an_alert_finds_the_card_that_it_opened(outbox: Outbox) -> None:
    """Taken for over, and another came in between: it is the same alert with the same message."""
    await outbox.put([], notifications=[news(member(lasted=MINUTE))])
    opened = await shown(outbox)
    await outbox.put([], notifications=[news(member("b", starts_at=START + MINUTE))])
    await shown(outbox, message_id=8)
    await outbox.put([], notifications=[news(member("b", starts_at=START + MINUTE, lasted=MINUTE))])
    await shown(outbox, message_id=8)

    await outbox.put([], notifications=[news(member())])

    assert (await shown(outbox)).key == opened.key


async def test_an_incident_is_changed_by_key_or_reference(outbox: Outbox) -> None:
    """The change is stored, returned and shown; the others have none."""
    await outbox.put([], notifications=[news(member()), news(member("b"), group="other")])
    await shown(outbox)
    await shown(outbox, message_id=8)
    found, _ = await outbox.incidents()

    by_key = await outbox.amend(found.key, lambda i: i.acked(by="alice", at=START))
    by_reference = await outbox.amend(found.reference, lambda i: i.with_deed("done *it*"))

    assert by_key and by_key.ack
    assert by_reference and (await outbox.incidents())[0] == by_reference
    item = await shown(outbox)
    done = next(field.value for field in item.card.fields if field.name == "Done")
    assert "Taken by alice" in done and "done \\*it\\*" in done
    assert outbox.backlog.waiting == 0


async def test_a_change_that_shows_nothing_edits_nothing(outbox: Outbox) -> None:
    """When it was told again is a note for ourselves."""
    await outbox.put([], notifications=[news(member())])
    item = await shown(outbox)

    await outbox.amend(item.key, lambda i: i.reminded(START))

    assert outbox.backlog.waiting == 0
    assert (await outbox.incidents())[0].reminded_at == START


async def test_a_change_that_fails_changes_nothing(outbox: Outbox) -> None:
    """And the outbox goes on."""
    await outbox.put([], notifications=[news(member())])
    item = await shown(outbox)

    def fail(incident: Incident) -> Incident:
        raise LookupError

    with pytest.raises(LookupError):
        await outbox.amend(item.key, fail)

    assert await outbox.amend("aw-unknown", lambda i: i) is None
    assert (await outbox.incidents())[0].ack is None
    assert outbox.backlog.waiting == 0


async def test_incidents_outlive_a_restart_and_are_forgotten_with_their_cards(
    tmp_path: Path,
) -> None:
    """A week after the end; what goes on stays."""
    first = Outbox(tmp_path / "outbox.db", now=lambda: START)
    await first.open()
    notifications = [news(member(lasted=MINUTE)), news(member("on"), group="on")]
    await first.put([], notifications=notifications)
    await shown(first)
    await shown(first)
    await first.close()

    later = Outbox(tmp_path / "outbox.db", now=lambda: START + timedelta(days=8))
    await later.open()
    await later.prune()

    assert [i.group_key for i in await later.incidents(open_only=False)] == ["on"]
    await later.close()


async def test_the_halts_of_every_alert_of_a_group_are_on_its_card(outbox: Outbox) -> None:
    """Each halts once under its own key; the card has the numbers of all."""
    both = member("a"), member("b")
    halts = [
        WantedHalt(key=m.key, scope="kalshi", actor=m.name, reason="r", began_at=START)
        for m in both
    ]
    await outbox.put([], notifications=[news(*both)], halts=halts)
    before = (await shown(outbox)).card.fields[0].value
    for number, halt in enumerate(halts, start=3):
        await outbox.mark_ordered(halt.key, scope="kalshi", halt_id=number)

    after = (await shown(outbox)).card.fields[0].value

    assert before == "⏳ Halts KALSHI automatically"
    assert after.startswith("🛑 Halt ordered by this alert (halt #3, #4). It ends by")


async def test_a_message_that_cannot_be_changed_is_followed_by_another(outbox: Outbox) -> None:
    """With a mark of its own, in reply to it, and without a second ring; it is the one edited."""
    await outbox.put([], notifications=[news(member())])
    first = await shown(outbox, message_id=7)
    await outbox.amend(first.key, lambda i: i.acked(by="alice", at=START))

    await outbox.post_anew(first.key, reply_to=7)

    again = await shown(outbox, message_id=8)
    assert (again.message_id, again.manner.reply_to, again.manner.is_first) == (None, 7, False)
    assert again.reference == f"{first.reference}-2"
    assert again.first_attempt is None
    await outbox.put([], notifications=[news(member(lasted=MINUTE))])
    assert (await outbox.next_waiting()).message_id == 8


async def test_a_card_of_the_third_version_is_found_by_its_alert(tmp_path: Path) -> None:
    """It had a card for each alert: that one becomes the incident's, with the halt it shows."""
    key = member().key
    make_outbox(tmp_path / "old.db", 3, card_row(key, is_final=0), halt_row(key))
    outbox = Outbox(tmp_path / "old.db")
    await outbox.open()

    await outbox.put([], notifications=[news(member(lasted=MINUTE))])

    item = await outbox.next_waiting()
    assert (item.message_id, item.card.title[0]) == (42, "✅")
    assert item.card.fields[0].name == "Halt"
    assert [halt.key for halt in await outbox.wanted_halts()] == [key]
    await outbox.close()


async def test_five_thousand_groups_are_stored_at_once(outbox: Outbox) -> None:
    """In one commit, and changed in one."""
    crowd = [news(member(f"{n}"), group=f"g{n}") for n in range(5_000)]
    started = time.perf_counter()

    await outbox.put([], notifications=crowd)

    print(f"5,000 groups: {time.perf_counter() - started:.2f} s")
    assert outbox.backlog.waiting == 5_000
    assert len(await outbox.incidents()) == 5_000


async def test_five_thousand_alerts_of_a_group_are_one_card(outbox: Outbox) -> None:
    """However long the list."""
    crowd = tuple(member(f"{n}", labels={"market": f"M{n}"}) for n in range(5_000))
    started = time.perf_counter()

    await outbox.put([], notifications=[news(*crowd)])

    print(f"5,000 alerts of a group: {time.perf_counter() - started:.2f} s")
    assert outbox.backlog.waiting == 1
