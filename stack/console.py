"""The bot's commands at a prompt, against the exporter of this machine's stack."""

import os
import sys

from stack.errors import StackError
from stack.secrets import secrets_in
from stack.services import list_services
from stack.settings import read_settings


def main() -> None:
    """Become the bot's console. What is not set follows: addresses and the operator's token."""
    try:
        settings = read_settings()
    except StackError as error:
        sys.exit(str(error))
    services = {s.name: s for s in list_services(settings, with_grafana=False)}
    os.environ.setdefault("EXPORTER_URL", services["exporter"].url)
    os.environ.setdefault("ALERTMANAGER_URL", services["alertmanager"].url)
    os.environ.setdefault("PROMETHEUS_URL", services["prometheus"].url)
    os.environ.setdefault("BOT_URL", services["bot"].url)
    token = secrets_in(settings.state_dir).token_of("operator")
    if token.exists() and not os.environ.get("EXPORTER_TOKEN"):
        os.environ.setdefault("EXPORTER_TOKEN_FILE", str(token))
    os.execv(sys.executable, [sys.executable, "-m", "bot.console", *sys.argv[1:]])


if __name__ == "__main__":
    main()
