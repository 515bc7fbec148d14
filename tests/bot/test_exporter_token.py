"""Bot and console show the exporter their token, and find a new one without a restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.bot.cards_scene import be_patient
from tests.bot.conftest import StartBot, until
from tests.bot.running import started
from tests.bot.test_console import console
from tests.client import Client, fill
from tests.conftest import RunningExporter


class Guarded:
    """An exporter whose tokens, and the file with the bot's own, can be changed."""

    def __init__(self, directory: Path) -> None:
        self._tokens, self.file = directory / "tokens", directory / "bot_token"
        self.give("first")
        self.exporter = RunningExporter(directory / "ledger.db", tokens_file=self._tokens)
        self.url = self.exporter.client.url

    def give(self, token: str) -> None:
        """Let in this token only, and put it into the bot's file."""
        self._tokens.write_text(f"bot read,control {token}\nengine ingest engines\n# end\n")
        self.file.write_text(token)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    """A running one."""
    made = Guarded(tmp_path)
    made.exporter.start()
    yield made
    made.exporter.stop()


async def test_a_new_token_is_found_without_a_restart(
    start_bot: StartBot, guarded: Guarded
) -> None:
    """By commands and by the stream, once the old one is refused."""
    running = await started(start_bot, api_base_url=guarded.url, exporter_token_file=guarded.file)
    be_patient(running)
    metric = running.bot.metrics.registry.get_sample_value
    await until(lambda: metric("arb_bot_stream_up") == 1)

    guarded.give("second")
    old = Client(guarded.url, token="first")
    await until(lambda: old.post("/api/venues/kalshi/resume", {}).status_code == 401)
    Client(guarded.url, token="engines").post("/api/fills", fill("f-1"))

    assert "No live edges" in await running.bot.handle_command("edges")
    await until(lambda: metric("arb_bot_notices_total", {"kind": "fill"}) == 1)


async def test_a_wrong_token_is_said_and_not_shown(start_bot: StartBot, guarded: Guarded) -> None:
    """Whoever asks reads what to do; the bot stays up."""
    running = await started(start_bot, api_base_url=guarded.url, exporter_token=SecretStr("s3cret"))
    be_patient(running)

    text = await running.bot.handle_command("edges")

    assert "a valid token is needed" in text
    assert "s3cret" not in text


def test_the_console_shows_its_token(guarded: Guarded) -> None:
    """From a file or as text; without one it says what is needed."""
    shown = console("/edges", exporter=guarded.url, EXPORTER_TOKEN_FILE=str(guarded.file))
    refused = console("/edges", exporter=guarded.url)

    assert (shown.returncode, refused.returncode) == (0, 1)
    assert "No live edges" in shown.stdout
    assert "a valid token is needed" in refused.stdout
