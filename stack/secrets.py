"""Makes the secret files that the services share; `python -m stack.secrets` for docker-compose."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from stack.settings import read_settings


@dataclass(frozen=True, slots=True)
class SecretFiles:
    """Where the secrets are that every start needs."""

    webhook_token: Path
    grafana_password: Path


def make_secrets(directory: Path) -> SecretFiles:
    """The token that Alertmanager shows the bot and the password of Grafana's `admin`."""
    return SecretFiles(
        webhook_token=_make(directory / "webhook_token", secrets.token_urlsafe(32)),
        grafana_password=_make(directory / "grafana_admin_password", secrets.token_urlsafe(16)),
    )


def make_discord_token(directory: Path, token: str) -> Path:
    """The file with Discord's token; an empty one leaves the bot in console mode."""
    return _make(directory / "discord_bot_token", token)


def _make(path: Path, content: str) -> Path:
    """Write once, never over; only a file that is empty is filled when there is something to say.

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
    """Make every file that docker-compose.yml mounts, and say where they are."""
    directory = read_settings().state_dir / "secrets"
    make_secrets(directory)
    make_discord_token(directory, os.environ.get("DISCORD_BOT_TOKEN", ""))
    print(f"secrets are in {directory}: {', '.join(sorted(os.listdir(directory)))}")


if __name__ == "__main__":
    main()
