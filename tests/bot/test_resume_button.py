"""/resume through the real discord.py: a question, and a button for one person, once, in time."""

from bot.commands.confirmations import Confirmations
from tests.bot.asking import timeless
from tests.bot.conftest import StartBot, until
from tests.bot.dialogue import Seated
from tests.bot.pressing import LABEL, asked_to_resume, audit, halts, pressed
from tests.bot.running import connected, counted
from tests.client import Client
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.world import TRADER_ROLE


async def test_a_question_a_press_and_an_answer_are_one_message(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """The resume names what was shown, and who pressed."""
    await connected(start_bot, discord_server, api_base_url=api.url)
    asked = await asked_to_resume(discord_server, api)
    [button] = asked.buttons

    await discord_server.press(asked, LABEL, user_name="alice")
    await until(lambda: "▶️" in (asked.text or ""))

    question, working, done = map(timeless, discord_server.texts(asked))
    assert question.startswith(
        "Resume KALSHI? This ends:\n#1 feed wrong\n   bob over REST, TIME\n⚠️ "
    )
    assert question.endswith("\nOnly alice can press, within 30 s.")
    assert (button["label"], button["style"]) == (LABEL, 3)
    assert working == "⏳ Resuming KALSHI"
    assert done == (
        "▶️ Trading resumed on KALSHI\nEnded by alice:\n#1 feed wrong\n   bob over REST, TIME"
    )
    assert not asked.buttons
    [resume] = audit(api, "resume")
    assert resume["halt_ids"] == [1]
    assert resume["actor"].startswith("alice (8")


async def test_only_who_asked_can_press(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """Another member is told so, alone; the question stays open for the asker."""
    await connected(start_bot, discord_server, api_base_url=api.url)
    asked = await asked_to_resume(discord_server, api)

    other = await pressed(discord_server, asked, user_name="bob")

    assert other.text == "⛔ Only alice can press this. Nothing was done."
    assert other.is_ephemeral
    assert halts(api) == [1]
    await discord_server.press(asked, LABEL, user_name="alice")
    await until(lambda: not halts(api))


async def test_two_presses_at_once_resume_once(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """The second one, on a screen that still shows the button, is told so."""
    await connected(start_bot, discord_server, api_base_url=api.url)
    asked = await asked_to_resume(discord_server, api)
    seen = dict(asked.message or {})

    presses = [
        await discord_server.press(asked, LABEL, user_name=name, seen=seen)
        for name in ("alice", "alice", "bob")
    ]
    await until(lambda: all(press.answered.is_set() for press in presses))

    await until(lambda: "▶️" in (asked.text or ""))
    told = sorted(press.text or "" for press in presses if press.is_ephemeral)
    assert told == [
        "⛔ Only alice can press this. Nothing was done.",
        "⛔ This button was pressed already; it works once.",
    ]
    assert len(audit(api, "resume")) == 1


async def test_a_role_taken_away_meanwhile_counts(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """It is asked again at the press, and the denial is audited."""
    running = await connected(start_bot, discord_server, api_base_url=api.url)
    asked = await asked_to_resume(discord_server, api)

    press = await pressed(discord_server, asked, user_name="alice", roles=(TRADER_ROLE,))

    assert (press.text or "").startswith("⛔ Not done: /resume needs the role <@&")
    assert press.is_ephemeral
    await until(lambda: audit(api, "denial"))
    assert halts(api) == [1]
    assert counted(running, "arb_bot_denials_total", command="resume") == 1


async def test_a_question_that_nobody_confirms_is_closed(seated: Seated, api: Client) -> None:
    """It says so, and shows no button any more."""
    await seated.take_place(confirmations=Confirmations(confirm_seconds=0.3))
    asked = await asked_to_resume(seated.server, api)

    await until(lambda: "⌛" in (asked.text or ""))

    assert (asked.text or "").startswith("⌛ KALSHI was not resumed: nobody confirmed it within ")
    assert not asked.buttons
    assert halts(api) == [1]


async def test_a_press_after_the_time_does_nothing(seated: Seated, api: Client) -> None:
    """Also where the question could not be closed."""
    seconds = [0.0]
    await seated.take_place(confirmations=Confirmations(now_seconds=lambda: seconds[0]))
    asked = await asked_to_resume(seated.server, api)
    seconds[0] = 30.1

    await pressed(seated.server, asked, user_name="alice")

    assert asked.text == "⌛ KALSHI was not resumed: nobody confirmed it within 30 s."
    assert not asked.buttons
    assert halts(api) == [1]


async def test_a_button_from_before_a_restart_does_nothing(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """And says why."""
    running = await connected(start_bot, discord_server, api_base_url=api.url)
    asked = await asked_to_resume(discord_server, api)
    await running.stop()
    await connected(start_bot, discord_server, api_base_url=api.url)

    await pressed(discord_server, asked, user_name="alice")

    assert asked.text == (
        "⌛ This button is from before a restart of the bot."
        " Nothing was resumed. To be asked anew type /resume."
    )
    assert not asked.buttons
    assert halts(api) == [1]


async def test_halts_that_came_after_the_question_stay(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """They were not shown, so they are not ended."""
    await connected(start_bot, discord_server, api_base_url=api.url)
    asked = await asked_to_resume(discord_server, api)
    api.post("/api/venues/kalshi/halt", {"reason": "new", "actor": "eve"})

    await discord_server.press(asked, LABEL, user_name="alice")

    await until(lambda: "stays halted" in (asked.text or ""))
    assert "#2 new" in (asked.text or "")
    assert halts(api) == [2]


async def test_a_running_venue_is_not_asked_about(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """Without halts there is no button."""
    await connected(start_bot, discord_server, api_base_url=api.url)

    asked = await discord_server.type_command("resume", venue="kalshi")
    await until(asked.answered.is_set)

    assert asked.text == "▶️ KALSHI is already running."
    assert not asked.buttons
