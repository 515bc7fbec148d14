"""Secrets are made once, and only their directory's owner reaches them."""

from pathlib import Path

from stack.secrets import make_discord_token, make_secrets


def test_the_token_is_made_once(tmp_path: Path) -> None:
    """A second start must not lock the bot out of what Alertmanager still sends."""
    first = make_secrets(tmp_path / "secrets").webhook_token.read_text()

    second = make_secrets(tmp_path / "secrets").webhook_token.read_text()

    assert first == second
    assert len(first) > 40


def test_nobody_else_reaches_the_files_but_a_container_can_read_them(tmp_path: Path) -> None:
    """The directory is closed; a file mounted on its own is readable for any user in there."""
    files = make_secrets(tmp_path / "secrets")

    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert files.webhook_token.stat().st_mode & 0o777 == 0o644


def test_a_discord_token_fills_an_empty_file_and_is_never_written_over(tmp_path: Path) -> None:
    """Console mode first, Discord later; and a file kept by hand stays as it is."""
    make_discord_token(tmp_path, "")
    filled = make_discord_token(tmp_path, "first").read_text()

    kept = make_discord_token(tmp_path, "second").read_text()

    assert (filled, kept) == ("first", "first")
