"""Cards of alerts in every state, exactly as Discord is sent them."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.cards import HaltNote, Look, again_card, incident_card, with_halts
from bot.gateway.delivery import DiscordSender
from bot.incidents import Incident, Member, SilenceMark, merge
from bot.outbox import Manner
from tests.bot.incidents import START, incident, member
from tests.bot.snapshotted import Snapshots
from tests.fakes.discord import FakeDiscord

LOUD = Manner(is_loud=True)
LOOK = Look(
    grafana_url="http://127.0.0.1:3000",
    runbook_base_url="https://example.org/arbwatch/blob/main",
    halting=("ArbFeedSilent",),
)
MINUTE = timedelta(minutes=1)


def plain(name: str, summary: str, description: str, *, severity: str) -> Member:
    """An alert that is about no venue."""
    notes = {"summary": summary, "description": description, "action": "", "panel": ""}
    labels = {"alertname": name, "severity": severity, "venue": ""}
    return member(labels=labels, annotations=notes | {"runbook_url": f"docs/runbooks/{name}.md"})


WARNING = plain(
    "ArbFillConflict",
    "Fills contradict each other",
    "Within the last 5 minutes a fill came that contradicts a stored one.",
    severity="warning",
)
INFO = plain("ArbNote", "Something to know", "Nothing has to be done.", severity="info")
SILENCE = SilenceMark(silence_id="s", until=START + timedelta(hours=4), by="bob")
GROUP = incident(
    *(member(f"f{n}", labels={"market": f"KXFED-{n}"}) for n in range(11)),
    member("over", labels={"market": "KXOLD"}, lasted=MINUTE),
)
HOSTILE = member(
    labels={"alertname": "@everyone", "venue": "[x](https://evil.example)"},
    annotations={
        "summary": "@here <@123> **now** [click](https://evil.example)",
        "description": "# big\n<@&4> `code` ||hidden|| \u202eexe.txt",
        "action": "@everyone look",
        "panel": "https://x/[a](https://evil.example)",
        "runbook_url": "javascript:alert(1)",
    },
)
ACKED = incident().acked(by="alice", at=START + MINUTE)

STATES: dict[str, Incident] = {
    "critical": incident(),
    "warning": incident(WARNING),
    "info": incident(INFO),
    "taken": ACKED,
    "silenced": ACKED.silenced(SILENCE),
    "silenced_elsewhere": incident(member(is_silenced=True)),
    "halted_by_button": ACKED.with_deed("🛑 Halt of kalshi ordered by alice (halt #5)"),
    "group": GROUP,
    "resolved": merge(ACKED, [member(lasted=5 * MINUTE)]),
    "resolved_group": merge(GROUP, [replace(m, ends_at=START + MINUTE) for m in GROUP.members]),
    "closed_unseen": incident().close_unseen(START + 90 * MINUTE),
    "hostile": incident(HOSTILE),
    "no_venue": incident(member(labels={"venue": ""})),
}


@pytest.mark.parametrize("state", STATES)
async def test_a_card_is_as_it_was_looked_at(
    sender: DiscordSender, discord_server: FakeDiscord, snapshots: Snapshots, state: str
) -> None:
    """In each state of an incident."""
    found = STATES[state]
    manner = Manner(is_loud=found.is_urgent)

    await sender.post(incident_card(found, look=LOOK), found.reference, manner)

    snapshots.match(f"alert_{state}", discord_server.messages[0])


@pytest.mark.parametrize(
    ("name", "notes"),
    [
        ("halting", [HaltNote(scope="kalshi", halt_id=None)]),
        ("halted", [HaltNote(scope="kalshi", halt_id=n) for n in range(3, 5)]),
        ("halted_all", [HaltNote(scope="all", halt_id=3), HaltNote(scope="kalshi", halt_id=None)]),
    ],
)
async def test_a_card_says_what_it_halts(
    sender: DiscordSender,
    discord_server: FakeDiscord,
    snapshots: Snapshots,
    name: str,
    notes: list[HaltNote],
) -> None:
    """Before the order, and with its numbers after it."""
    card = with_halts(incident_card(incident(), look=LOOK), notes)

    await sender.post(card, "aw-1", LOUD)

    snapshots.match(f"alert_{name}", discord_server.messages[0])


@pytest.mark.parametrize("is_gone", [True, False])
async def test_a_card_in_place_of_an_earlier_one_says_why(
    sender: DiscordSender, discord_server: FakeDiscord, snapshots: Snapshots, is_gone: bool
) -> None:
    """In reply to it where it is still there; what rang once rings no more."""
    manner = Manner(is_loud=True, is_first=False, reply_to=None if is_gone else 1)
    card = again_card(incident_card(incident(), look=LOOK), is_gone=is_gone)

    await sender.post(card, "aw-1-2", manner)

    snapshots.match(f"alert_again_{'gone' if is_gone else 'old'}", discord_server.messages[0])


async def test_without_addresses_a_card_has_the_path_of_its_runbook(
    sender: DiscordSender, discord_server: FakeDiscord, snapshots: Snapshots
) -> None:
    """And no link that leads nowhere; an alert that is not obeyed says so."""
    card = incident_card(incident(member(labels={"action": "halt"})), look=Look(halting=()))

    await sender.post(card, "aw-1", LOUD)

    snapshots.match("alert_bare", discord_server.messages[0])
