"""Makes the secret files that the services share; `python -m stack.secrets` for docker-compose."""

import os
import secrets
from pathlib import Path

from stack.settings import read_settings

WEBHOOK_TOKEN = "webhook_token"
DISCORD_BOT_TOKEN = "discord_bot_token"


def make_webhook_token(directory: Path) -> Path:
    """The file with the token that Alertmanager shows the bot, made at the first start."""
    return _make(directory / WEBHOOK_TOKEN, secrets.token_urlsafe(32))


def make_discord_token(directory: Path, token: str = "") -> Path:
    """The file with Discord's token; an empty one leaves the bot in console mode."""
    return _make(directory / DISCORD_BOT_TOKEN, token)


def _make(path: Path, content: str) -> Path:
    """Write once, never over; a file still empty is filled when there is something to fill it with.

    Compose mounts a secret with its mode on the host and the services run as users of their own,
    so the file is readable and its directory is what keeps everybody else out.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    if not path.exists() or (content and not path.read_text(encoding="utf-8")):
        path.write_text(content, encoding="utf-8")
    path.chmod(0o644)
    return path


def main() -> None:
    """Make both files and say where they are."""
    directory = read_settings().state_dir / "secrets"
    print(make_webhook_token(directory))
    print(make_discord_token(directory, os.environ.get("DISCORD_BOT_TOKEN", "")))


if __name__ == "__main__":
    main()
