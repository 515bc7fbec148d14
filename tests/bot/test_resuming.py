"""Resumes against a real exporter: they end what was shown, and nothing that came later."""

from bot.commands import Answer, Commands
from bot.exporter_api import ExporterApi
from tests.bot.asking import CALLER, ask, timeless
from tests.bot.conftest import NOBODY_LISTENS
from tests.client import Client


def halt(api: Client, scope: str, reason: str, actor: str = "bob") -> None:
    """Halt, as somebody over REST."""
    api.post(f"/api/venues/{scope}/halt", {"reason": reason, "actor": actor})


async def asked(commands: Commands, scope: str) -> Answer:
    """Ask, without an answer yet."""
    return await commands.ask_to_resume((scope,), caller=CALLER)


async def test_a_resume_names_the_halts_it_ends(commands: Commands, api: Client) -> None:
    """All that were open when it looked, with who ended them."""
    halt(api, "kalshi", "first")
    halt(api, "kalshi", "second", "eve")

    answer = await ask(commands, "/resume kalshi")

    assert timeless(answer.text) == (
        "▶️ Trading resumed on KALSHI\n"
        "Ended by alice:\n"
        "#1 first\n   bob over REST, TIME\n"
        "#2 second\n   eve over REST, TIME"
    )
    assert (await ask(commands, "/resume kalshi")).text == "▶️ KALSHI is already running."


async def test_a_venue_stays_halted_by_a_halt_of_all(commands: Commands, api: Client) -> None:
    """Resuming one venue does not end what halts all of them, and asks nothing."""
    halt(api, "all", "maintenance")

    answer = await ask(commands, "/resume kalshi")
    question = await asked(commands, "kalshi")

    assert answer.result == "unconfirmed"
    assert timeless(answer.text) == (
        "⚠️ KALSHI stays halted by:\n"
        "#1 (all venues) maintenance\n   bob over REST, TIME\n"
        "To end that: /resume all"
    )
    assert question.result == answer.result
    assert timeless(question.text) == timeless(answer.text)
    assert question.resumption is None


async def test_a_resume_of_all_ends_the_halt_of_all(commands: Commands, api: Client) -> None:
    """And leaves the halts of single venues, which it names."""
    halt(api, "all", "maintenance")
    halt(api, "kalshi", "own", "eve")

    first = await ask(commands, "/resume all")
    await ask(commands, "/resume kalshi")

    assert timeless(first.text) == (
        "⚠️ KALSHI stays halted by:\n"
        "#2 own\n   eve over REST, TIME\n"
        "Ended by alice:\n"
        "#1 (all venues) maintenance\n   bob over REST, TIME\n"
        "To end that: /resume kalshi"
    )
    assert (await ask(commands, "/resume all")).text == "▶️ ALL VENUES are already running."


async def test_a_question_does_nothing(commands: Commands, api: Client) -> None:
    """It shows what a yes would end, and what speaks against it."""
    halt(api, "kalshi", "feed looks wrong")

    question = await asked(commands, "kalshi")

    assert question.result == "asked"
    assert question.button == "Resume KALSHI"
    assert timeless(question.text) == (
        "Resume KALSHI? This ends:\n"
        "#1 feed looks wrong\n   bob over REST, TIME\n"
        "⚠️ Against it now:\n"
        "• no engine is in contact\n"
        "• KALSHI: no engine confirmed the halt\n"
        "• KALSHI: nothing was ever heard of the feed\n"
        "• whether alerts fire is not known: Alertmanager does not answer"
    )
    assert api.get("/api/venues")[1]["halts"]


async def test_a_yes_ends_only_what_was_shown(commands: Commands, api: Client) -> None:
    """A halt that came after the question stays, and is shown."""
    halt(api, "kalshi", "old")
    question = await asked(commands, "kalshi")
    halt(api, "kalshi", "new", "eve")

    assert question.resumption is not None
    answer = await commands.resume(question.resumption, caller=CALLER)

    assert answer.result == "unconfirmed"
    assert timeless(answer.text) == (
        "⚠️ KALSHI stays halted by:\n"
        "#2 new\n   eve over REST, TIME\n"
        "Ended by alice:\n"
        "#1 old\n   bob over REST, TIME\n"
        "To end that: /resume kalshi"
    )


async def test_a_yes_after_somebody_elses_claims_nothing(commands: Commands, api: Client) -> None:
    """The halts were ended before."""
    halt(api, "kalshi", "old")
    question = await asked(commands, "kalshi")
    api.post("/api/venues/kalshi/resume", {"actor": "eve"})

    assert question.resumption is not None
    answer = await commands.resume(question.resumption, caller=CALLER)

    assert answer.text == "▶️ KALSHI runs: somebody resumed it before. /audit shows who."


async def test_without_an_exporter_a_yes_says_that_nothing_was_resumed(
    commands: Commands, api: Client
) -> None:
    """It cannot be seen whether the halts still stand, so they are not touched."""
    halt(api, "kalshi", "old")
    question = await asked(commands, "kalshi")
    away = ExporterApi(NOBODY_LISTENS)

    assert question.resumption is not None
    answer = await Commands(away).resume(question.resumption, caller=CALLER)
    await away.close()

    assert answer.result == "unavailable"
    assert answer.text == (
        "⚠️ KALSHI was not resumed: the exporter does not answer.\nType /resume again once it does."
    )


async def test_an_unknown_venue_is_answered_with_the_known_ones(commands: Commands) -> None:
    """Also at the question."""
    answers = [await ask(commands, "/resume moon"), await asked(commands, "moon")]

    assert [answer.result for answer in answers] == ["refused", "refused"]
    assert answers[0].text == "⚠️ There is no venue MOON, but: polymarket, kalshi, all."
