"""The secret files that the services share; `python -m stack.secrets` for docker-compose."""

import argparse
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from arbwatch.bearer.gate import LOOK_SECONDS
from stack import tokens
from stack.errors import StackError
from stack.fallback import fill_in, second_way
from stack.settings import ROOT, read_settings


@dataclass(frozen=True, slots=True)
class SecretFiles:
    """Where the secrets are that every start needs."""

    directory: Path

    @property
    def tokens(self) -> Path:
        """Who may call exporter and bot: names, scopes and digests."""
        return self.directory / "tokens"

    @property
    def grafana_password(self) -> Path:
        """The password of Grafana's `admin`."""
        return self.directory / "grafana_admin_password"

    def token_of(self, client: str) -> Path:
        """The token that one client shows."""
        return tokens.file_of(client, self.directory)


def secrets_in(state_dir: Path) -> SecretFiles:
    """The secrets of a state directory, made or not."""
    return SecretFiles(state_dir / "secrets")


def make_secrets(state_dir: Path) -> SecretFiles:
    """Make what is not there yet; nothing is written over."""
    files = secrets_in(state_dir)
    directory = files.directory
    # Compose mounts a secret with its mode on the host, and the services run as users of their own:
    # so the files are readable, and their directory is what keeps everybody else out.
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    tokens.make(files.tokens)
    _make(files.grafana_password, secrets.token_urlsafe(16))
    return files


def make_discord_token(directory: Path, token: str) -> Path:
    """The file with Discord's token; an empty one leaves the bot in console mode."""
    return _make(directory / "discord_bot_token", token)


def make_fallback(directory: Path, url: str, form: str) -> None:
    """The file with the second way's address, and with it Alertmanager's configuration.

    Without an address the one that was given before stays; an empty file is no second way.
    """
    address = _make(directory / "fallback_webhook_url", url)
    if url:
        address.write_text(url, encoding="utf-8")
    way = second_way(address.read_text(encoding="utf-8").strip(), form)
    if way is not None:
        source = ROOT / "alertmanager" / "alertmanager.yml"
        config = directory / source.name
        config.write_text(fill_in(source.read_text(encoding="utf-8"), way), encoding="utf-8")
        config.chmod(0o644)


def _make(path: Path, content: str) -> Path:
    """Write once, never over; only an empty file is filled when there is something to say."""
    if not path.exists() or (content and not path.read_text(encoding="utf-8")):
        path.write_text(content, encoding="utf-8")
    path.chmod(0o644)
    return path


def main() -> None:
    """Make every file that docker-compose.yml mounts, or a new token for one client."""
    parser = argparse.ArgumentParser(prog="python -m stack.secrets", description=__doc__)
    parser.add_argument("--rotate", choices=tokens.CLIENTS, help="make a new token for this one")
    client = parser.parse_args().rotate
    files = make_secrets(read_settings().state_dir)
    make_discord_token(files.directory, os.environ.get("DISCORD_BOT_TOKEN", ""))
    form = os.environ.get("FALLBACK_WEBHOOK_FORMAT") or "text"
    make_fallback(files.directory, os.environ.get("FALLBACK_WEBHOOK_URL", ""), form)
    if client is None:
        made = ", ".join(sorted(os.listdir(files.directory)))
        print(f"secrets are in {files.directory}: {made}")
    else:
        tokens.renew(files.tokens, client, settle_seconds=2 * LOOK_SECONDS)
        print(
            f"{files.token_of(client)} is new; the one before it is valid until the next --rotate"
        )


if __name__ == "__main__":
    try:
        main()
    except StackError as error:
        sys.exit(str(error))
