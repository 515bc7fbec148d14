"""The bot's commands at a prompt, against the exporter of this machine's stack."""

import os
import sys

from stack.errors import StackError
from stack.services import list_services
from stack.settings import read_settings


def main() -> None:
    """Become the bot's console; unless it is set, `EXPORTER_URL` follows from the port."""
    try:
        exporter, *_ = list_services(read_settings(), with_grafana=False)
    except StackError as error:
        sys.exit(str(error))
    os.environ.setdefault("EXPORTER_URL", exporter.url)
    os.execv(sys.executable, [sys.executable, "-m", "bot.console", *sys.argv[1:]])


if __name__ == "__main__":
    main()
