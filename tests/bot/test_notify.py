"""Choosing which notices are told: /notify and /mute, in Discord, at the console, over HTTP."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from arbwatch.events import utc_now
from bot.commands import Commands
from bot.exporter_api import ExporterApi
from bot.facts import KINDS
from bot.outbox import Outbox
from bot.preferences import LONGEST_MUTE, Wish, parse_kinds, parse_time
from tests.bot.asking import ask
from tests.bot.conftest import NOBODY_LISTENS, hurried

STAYS = "Alerts are always told: /mute hides none."


@pytest.fixture
async def commands(outbox: Outbox) -> AsyncIterator[Commands]:
    """Commands beside an outbox."""
    api = ExporterApi(NOBODY_LISTENS)
    yield hurried(api, outbox=outbox)
    await api.close()


def timeless(text: str) -> str:
    """A text without its times."""
    return re.sub(r"(\d{4}-\d\d-\d\d )?\d\d:\d\d UTC|<t:\d+:\w>", "TIME", text)


async def test_at_first_everything_is_on(commands: Commands) -> None:
    """Shown without arguments."""
    answer = await ask(commands, "/notify")

    lines = [f"{kind}: 🔔 on" for kind in KINDS]
    assert answer.text == "\n".join(["📣 Notices", *lines, STAYS])


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("/notify fills silent", "fills: 🔉 silent, by alice"),
        ("/notify ERRORS off", "errors: 🔕 off, by alice"),
        ("/notify breach on", "breaches: 🔔 on, by alice"),
        ("/mute reversals", "reversals: 🔕 muted until TIME, by alice"),
        ("/mute fill 30m", "fills: 🔕 muted until TIME, by alice"),
    ],
)
async def test_each_kind_is_chosen_by_itself(commands: Commands, line: str, shown: str) -> None:
    """The answer says what is so now, and who wanted it; it is kept."""
    answer = await ask(commands, line)

    assert timeless(answer.text) == f"📣 Notices\n{shown}\n{STAYS}"
    assert shown in timeless((await ask(commands, "/notify")).text).splitlines()


async def test_a_mute_of_days_says_on_which_it_ends(commands: Commands) -> None:
    """An hour alone would be read as today's."""
    earliest = utc_now().replace(second=0, microsecond=0) + timedelta(days=7)
    answer = await ask(commands, "/mute fills 7d")
    latest = utc_now() + timedelta(days=7)

    [ends] = re.findall(r"muted until (.+) UTC", answer.text)
    assert earliest <= datetime.fromisoformat(f"{ends}Z") <= latest


async def test_all_kinds_at_once(commands: Commands) -> None:
    """With one word."""
    answer = await ask(commands, "/mute all 2h")

    assert answer.text.count("🔕 muted until") == len(KINDS)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("/notify fills off", "fills: 🔕 off, also after TIME, by alice"),
        ("/notify fills silent", "fills: 🔕 muted until TIME, then silent, by alice"),
    ],
)
async def test_a_mute_says_what_comes_after_it(commands: Commands, line: str, shown: str) -> None:
    """It changes nothing but the time until then."""
    await ask(commands, line)

    answer = await ask(commands, "/mute fills")

    assert shown in timeless(answer.text).splitlines()


async def test_a_choice_ends_a_mute(commands: Commands) -> None:
    """As who says `on` means now."""
    await ask(commands, "/mute fills 7d")

    answer = await ask(commands, "/notify fills on")

    assert "fills: 🔔 on, by alice" in answer.text


@pytest.mark.parametrize("line", ["/mute alerts", "/mute alert 1h", "/notify alerts off"])
async def test_alerts_cannot_be_switched_off(commands: Commands, line: str) -> None:
    """The answer says so, and what can be done."""
    answer = await ask(commands, line)

    assert answer.result == "refused"
    assert "/mute never hides critical alerts" in answer.text


@pytest.mark.parametrize(
    "line",
    [
        *("/mute", "/mute nothing", "/mute fills soon", "/mute fills 0m", "/mute fills 8d"),
        *("/mute fills 1h more", "/notify fills maybe", "/notify x on", "/notify fills on now"),
    ],
)
async def test_what_cannot_be_meant_changes_nothing(
    commands: Commands, outbox: Outbox, line: str
) -> None:
    """The answer says what is taken."""
    answer = await ask(commands, line)

    assert answer.result == "refused"
    assert "fills, reversals, errors, breaches or all" in answer.text
    assert await outbox.preferences() == {}


async def test_choices_outlive_a_restart(outbox: Outbox) -> None:
    """They are in the outbox's file."""
    chosen = await outbox.prefer(Wish(kinds=("fills",), mode="silent", by="alice"))
    await outbox.close()

    await outbox.open()

    assert await outbox.preferences() == chosen
    assert chosen["fills"].mode == "silent"


@pytest.mark.parametrize(
    ("word", "time"),
    [
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("7d", LONGEST_MUTE),
        *((word, None) for word in ("", "h", "1", "-1h", "1.5h", "1w", "٣h", "99999d", "1h ")),
    ],
)
def test_a_time_is_a_number_and_a_unit(word: str, time: timedelta | None) -> None:
    """Minutes, hours or days."""
    assert parse_time(word) == time


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_known_in_singular_and_plural(kind: str) -> None:
    """As people type."""
    singular = {"breaches": "breach"}.get(kind, kind.removesuffix("s"))

    assert parse_kinds(kind) == parse_kinds(singular) == (kind,)
