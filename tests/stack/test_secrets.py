"""Secrets are made once, and only their directory's owner reaches them."""

import subprocess
import sys
from pathlib import Path

import pytest

from stack.errors import StackError
from stack.secrets import make_discord_token, make_fallback, make_secrets
from stack.settings import ROOT


def contents(directory: Path) -> dict[str, str]:
    """Each file of a directory with its text."""
    return {path.name: path.read_text() for path in directory.iterdir()}


def test_secrets_are_made_once(tmp_path: Path) -> None:
    """A second start must not lock out what runs already."""
    first = contents(make_secrets(tmp_path).directory)

    second = contents(make_secrets(tmp_path).directory)

    assert first == second
    assert set(first) == {
        "tokens",
        "engine_token",
        "bot_token",
        "prometheus_token",
        "alertmanager_token",
        "operator_token",
        "grafana_token",
        "grafana_admin_password",
    }


def test_nobody_else_reaches_the_files_but_a_container_can_read_them(tmp_path: Path) -> None:
    """The directory is closed; a file mounted on its own is readable for any user in there."""
    files = make_secrets(tmp_path)

    assert files.directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in files.directory.iterdir()} == {0o644}


def test_a_discord_token_fills_an_empty_file_and_is_never_written_over(tmp_path: Path) -> None:
    """Console mode first, Discord later; and a file kept by hand stays as it is."""
    make_discord_token(tmp_path, "")
    filled = make_discord_token(tmp_path, "first").read_text()

    kept = make_discord_token(tmp_path, "second").read_text()

    assert (filled, kept) == ("first", "first")


def run(state_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m stack.secrets` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "stack.secrets", *arguments],
        cwd=ROOT,
        env={"STATE_DIR": str(state_dir), "DISCORD_BOT_TOKEN": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_new_token_is_made_from_the_command_line(tmp_path: Path) -> None:
    """What it prints is where it is, never what it is."""
    made = run(tmp_path)
    before = contents(tmp_path / "secrets")

    rotated = run(tmp_path, "--rotate", "engine")

    after = contents(tmp_path / "secrets")
    assert {name for name in after if after[name] != before[name]} == {"engine_token", "tokens"}
    assert f"{tmp_path}/secrets/engine_token is new" in rotated.stdout
    shown = made.stdout + rotated.stdout
    assert not any(text.strip() in shown for text in (*before.values(), *after.values()) if text)


def test_a_second_way_makes_a_configuration_for_alertmanager(tmp_path: Path) -> None:
    """Whose address may change, and is kept where none is given; without one there is no file."""
    make_fallback(tmp_path, "", "text")
    without = contents(tmp_path)
    make_fallback(tmp_path, "https://ntfy.example/a", "text")

    make_fallback(tmp_path, "https://hooks.example/b", "slack")
    make_fallback(tmp_path, "", "slack")

    assert without == {"fallback_webhook_url": ""}
    assert contents(tmp_path)["fallback_webhook_url"] == "https://hooks.example/b"
    assert 'api_url: "https://hooks.example/b"' in contents(tmp_path)["alertmanager.yml"]


def test_a_wrong_form_of_the_second_way_is_named(tmp_path: Path) -> None:
    """In one line that does not show the address."""
    with pytest.raises(StackError, match=r"^FALLBACK_WEBHOOK_FORMAT: takes text or slack$"):
        make_fallback(tmp_path, "https://hooks.example/b", "teams")


def test_a_list_that_was_edited_wrongly_is_one_line(tmp_path: Path) -> None:
    """It stays as it is, for whoever edits it to go on."""
    tokens = make_secrets(tmp_path).tokens
    tokens.write_text("mine raed s3cret\n# end\n")

    refused = run(tmp_path, "--rotate", "engine")

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"{tokens} line 1: the scopes are ")
    assert len(refused.stderr.splitlines()) == 1
    assert tokens.read_text() == "mine raed s3cret\n# end\n"
