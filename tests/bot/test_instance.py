"""One bot for each token and each outbox on a machine."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import BotConfig
from bot.errors import StartError
from bot.instance import only_instance, token_lock
from tests.bot.processes import BotProcess, finish, start_bot_process
from tests.conftest import free_port
from tests.fakes.discord import FakeDiscord


def config(directory: Path, token: str = "of-this-test") -> BotConfig:
    """A bot with its state in there."""
    return BotConfig(
        token=SecretStr(f"{token}-{directory.parent}"),
        channel_id=1,
        outbox_path=directory / "outbox.db",
    )


def test_a_token_is_used_once(tmp_path: Path) -> None:
    """From whichever directory; another token beside it is no matter."""
    with only_instance(config(tmp_path / "a")):
        with (
            pytest.raises(StartError, match=r"^DISCORD_BOT_TOKEN: it is in use by another bot; "),
            only_instance(config(tmp_path / "b")),
        ):
            pass
        with only_instance(config(tmp_path / "b", token="another")):
            pass

    with only_instance(config(tmp_path / "b")):
        pass


def test_an_outbox_is_used_once(tmp_path: Path) -> None:
    """Its path is named, and the process that has it."""
    with (
        only_instance(config(tmp_path / "a")),
        pytest.raises(StartError, match=r"OUTBOX_PATH: \S+ is in use by .*stop it first: process"),
        only_instance(config(tmp_path / "a", token="another")),
    ):
        pass


def test_the_lock_does_not_tell_the_token() -> None:
    """It is of the same name for the same token only."""
    lock = token_lock("s3cret", None)

    assert "s3cret" not in str(lock)
    assert lock == token_lock("s3cret", None)
    assert lock != token_lock("s3cret", "http://127.0.0.1:1/api")


async def test_a_second_process_is_refused_in_one_line(
    tmp_path: Path, discord_server: FakeDiscord
) -> None:
    """It names what to stop; a kill of the first one frees the token."""
    settings = {
        "BOT_PORT": free_port(),
        "OUTBOX_PATH": tmp_path / "one" / "outbox.db",
        "DISCORD_BOT_TOKEN": discord_server.token,
        "DISCORD_CHANNEL_ID": discord_server.channel_id,
        "DISCORD_API_BASE": discord_server.api_base,
        "DISCORD_GATEWAY_URL": discord_server.gateway_url,
    }
    first = BotProcess(settings)
    await first.ready()
    second = settings | {"BOT_PORT": free_port(), "OUTBOX_PATH": tmp_path / "two" / "outbox.db"}

    code, _, logged = finish(start_bot_process(**second))

    pid = first.process.pid
    first.kill()
    freed = BotProcess(second)
    await freed.ready()
    freed.kill()
    assert code == 1
    assert logged == (
        "arbwatch bot: DISCORD_BOT_TOKEN: it is in use by another bot; "
        f"stop it first: process {pid}\n"
    )


def test_a_lock_that_cannot_be_had_is_no_traceback(tmp_path: Path) -> None:
    """The setting and the file are named."""
    (tmp_path / "outbox.db.lock").symlink_to(tmp_path / "elsewhere")

    with (
        pytest.raises(StartError, match=r"^OUTBOX_PATH: .*outbox\.db\.lock cannot be opened"),
        only_instance(config(tmp_path)),
    ):
        pass
